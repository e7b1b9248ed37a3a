/* relay.h - the relays of a simulated world: the real hub, killed, restarted, moved. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_RELAY_H
#define SIM_RELAY_H

#include "world.h"

/* Starts a relay that is down, with nothing it ever knew but the secret. */
void sim_relay_start(struct sim_world *world, uint32_t relay);

/* The process is gone, with everything it knew. `orderly`: as after SIGTERM. */
void sim_relay_stop(struct sim_world *world, uint32_t relay, bool orderly);

/*
 * The address names another relay with the same secret from now on, to one host or to all. The one
 * before does not know: it goes on, with connections that nothing passes any more, and with those
 * of the other hosts.
 */
void sim_relay_move(struct sim_world *world, uint32_t host);
void sim_relay_move_all(struct sim_world *world);

/* All hosts find the same relay again. */
void sim_relay_gather(struct sim_world *world);

/* A WebSocket has reached the relay that the address names. */
void sim_relay_accept(struct sim_world *world, struct sim_socket *socket);

void sim_relay_hear(struct sim_world *world, struct sim_socket *socket, struct pf_slice text);

/* The relay sees that a WebSocket is closed. */
void sim_relay_lost(struct sim_world *world, struct sim_socket *socket, uint16_t code);

void sim_relay_timeout(struct sim_world *world, uint32_t relay, uint32_t token);

#endif
