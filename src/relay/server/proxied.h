/* proxied.h - whose connection it is: that of a client, or of a proxy that speaks for clients. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_PROXIED_H
#define PF_RELAY_SERVER_PROXIED_H

#include "relay/server/ip.h"
#include "relay/server/state.h"
#include "relay/wire/origin.h"

#include <stdbool.h>

/*
 * A connection counts for the address that it comes from. Proxies that --trust-proxy names count
 * for nothing themselves: what they forward counts for the client that they name, in a PROXY header
 * before the connection or in Forwarded or X-Forwarded-For of each request. Of several nodes the
 * nearest that is no trusted proxy is the client; what others claim is not believed.
 */

/* A link has been opened by `ip`. False if that address has reached its limits. */
bool pf_proxied_begin(struct pf_server *server, struct pf_link *link, const struct pf_ip *ip);

/* Reads the PROXY header of a link whose `opening` is that, and goes on with the next step. */
void pf_proxied_read_header(struct pf_server *server, struct pf_link *link);

/* server->request has come by the link: it counts for whoever has sent it. False if that
 * address has reached its limits. */
bool pf_proxied_take_request(struct pf_server *server, struct pf_link *link);

/* By which rules the Origin of a request that comes by the link is judged. */
struct pf_origin_rules pf_proxied_origin_rules(const struct pf_server *server,
                                               const struct pf_link *link);

#endif
