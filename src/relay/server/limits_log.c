/* limits_log.c - tells the operator that addresses reach their limits. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/limits_log.h"

#include <arpa/inet.h>
#include <netinet/in.h>

enum { PAUSE_MS = 60000 };

void pf_limits_log(struct pf_server *server, const struct pf_ip *ip)
{
    char text[INET6_ADDRSTRLEN] = "an address";
    if (server->limits_logged_ms != 0 && server->now_ms - server->limits_logged_ms < PAUSE_MS) {
        return;
    }
    server->limits_logged_ms = server->now_ms;
    if (server->config.log.addresses) {
        (void)inet_ntop(AF_INET6, ip->bytes, text, sizeof text); /* it fits */
    }
    pf_log_put(&server->config.log, PF_LOG_WARNING, "address-limited",
               "refused a connection: %s has too many, or opens too many (--address-connections, "
               "--address-opens); more of this is not logged for a minute",
               text);
}
