/* drain.h - how the relay shuts down: at once, or gradually. Internal to the server. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_DRAIN_H
#define PF_RELAY_SERVER_DRAIN_H

#include "relay/server/state.h"

#include <stdint.h>

/*
 * A relay that shuts down closes all WebSockets with 1001, and their clients connect again, to the
 * next relay. Spread over some seconds, they do not all arrive at the same time. In a cluster the
 * relay gives up its rooms during that time, and their members on other relays resume as well.
 */

/* Stops accepting connections and begins to close WebSockets one after the other; all at once if
 * drain_ms is 0, there are none, or this is the second call. */
void pf_drain_begin(struct pf_server *server);

/* Closes those that are due. */
void pf_drain_advance(struct pf_server *server);

/* When that is to be called next, or PF_DEADLINE_NONE. */
uint64_t pf_drain_deadline_ms(const struct pf_server *server);

/*
 * Within how many ms a client that is closed now is to connect again: one second where they are
 * closed one after the other, and as long as another relay needs for all of them where it is all at
 * once (PROTOCOL.md section 7).
 */
uint32_t pf_drain_retry_ms(const struct pf_server *server);

#endif
