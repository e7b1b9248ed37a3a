/* limits_log.h - tells the operator that addresses reach their limits. Internal to the server. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_LIMITS_LOG_H
#define PF_RELAY_SERVER_LIMITS_LOG_H

#include "relay/server/ip.h"
#include "relay/server/state.h"

/* A connection of `ip` has been refused for its limits: logs that, at most once a minute. */
void pf_limits_log(struct pf_server *server, const struct pf_ip *ip);

#endif
