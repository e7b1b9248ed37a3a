/* relay.h - the relays of a simulated world around the real hub: killed, restarted, moved. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_RELAY_H
#define SIM_RELAY_H

#include "world.h"

/* The time of day when a world begins, in ms since 1970. */
#define SIM_UNIX_MS UINT64_C(1800000000000)

/* The hub of a relay that is up. */
const struct pf_hub *sim_relay_hub(const struct sim_relay *relay);

/* Frees what the relay consists of. */
void sim_relay_free(struct sim_relay *relay);

/* Starts a relay that is down, with no state but the secret. */
void sim_relay_start(struct sim_world *world, uint32_t relay);

/* Ends the process, whose state is lost. `orderly`: as after SIGTERM. */
void sim_relay_stop(struct sim_world *world, uint32_t relay, bool orderly);

/*
 * The address resolves to another relay with the same secret from now on, for one host or for all.
 * The previous relay continues, with dead connections, and with those of the other hosts.
 */
void sim_relay_move(struct sim_world *world, uint32_t host);
void sim_relay_move_all(struct sim_world *world);

/* The address resolves to the same relay for all hosts again; in a cluster it need not. */
void sim_relay_gather(struct sim_world *world);

/* The address names another relay instead of this one, if there is one. WebSockets stay. */
void sim_relay_leave(struct sim_world *world, uint32_t relay);

/* The relay closes a WebSocket with 1001. */
void sim_relay_dismiss(struct sim_world *world, struct sim_socket *socket);

/* A WebSocket has reached the relay that the address names. */
void sim_relay_accept(struct sim_world *world, struct sim_socket *socket);

void sim_relay_hear(struct sim_world *world, struct sim_socket *socket, struct pf_slice text);

/* The relay sees that a WebSocket is closed. */
void sim_relay_lost(struct sim_world *world, struct sim_socket *socket, uint16_t code);

struct pf_store_event;

/* In a cluster: something of a store, which has no time yet. */
void sim_relay_hear_store(struct sim_world *world, uint32_t relay, struct pf_store_event *event);

/* In a cluster: an early timeout. */
void sim_relay_wake(struct sim_world *world, uint32_t relay);

void sim_relay_timeout(struct sim_world *world, uint32_t relay, uint32_t token);

#endif
