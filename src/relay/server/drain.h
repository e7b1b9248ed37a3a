/* drain.h - how the relay ends: at once, or little by little. Internal to the server. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_DRAIN_H
#define PF_RELAY_SERVER_DRAIN_H

#include "relay/server/state.h"

#include <stdint.h>

/*
 * A relay that ends closes all WebSockets with 1001, and their clients connect again: to the next
 * relay. Closed over some seconds, they do not all come at the same time. In a cluster it gives up
 * its rooms in the same time, and their members on other relays resume as well.
 */

/* Accepts nothing more, and closes WebSockets one after the other from now on; or all of them at
 * once, if there is nothing to spread or it is asked for a second time. */
void pf_drain_begin(struct pf_server *server);

/* Closes those whose time has come. */
void pf_drain_advance(struct pf_server *server);

/* When that is to be called next, or PF_DEADLINE_NONE. */
uint64_t pf_drain_deadline_ms(const struct pf_server *server);

#endif
