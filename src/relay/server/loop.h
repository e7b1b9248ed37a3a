/* loop.h - the event loop. Internal to the server. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_LOOP_H
#define PF_RELAY_SERVER_LOOP_H

#include "relay/server/state.h"

#include <stdbool.h>
#include <stdint.h>

/* Reads the clocks: server->now_ms and unix_s are those of the iteration. */
void pf_loop_update_clock(struct pf_server *server);

/* Registers the signals' descriptor with epoll. False with errno. */
bool pf_loop_watch_signals(struct pf_server *server);

/* The user data of epoll for the set of those who arrive, and for its timer. */
#define PF_LOOP_KEY_ARRIVALS (UINT64_C(1) << 32)

/* The user data of epoll for a descriptor of the stores, which pf_redis_servers_event() gets by
 * number. */
uint64_t pf_loop_store_key(uint64_t number);

/* Runs until SIGINT or SIGTERM, and until the connections that are then open have ended. */
void pf_loop_run(struct pf_server *server);

#endif
