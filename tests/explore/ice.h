/* ice.h - when two RTCPeerConnections are connected. */
/* SPDX-License-Identifier: MIT */
#ifndef EX_ICE_H
#define EX_ICE_H

#include "../model/ice.h"
#include "world.h"

/* The open connection with this identity, or NULL. */
struct ex_pc *ex_ice_find(struct ex_world *world, uint32_t identity);

/* The connection at the other end, if each has set the other's description; or NULL. */
struct ex_pc *ex_ice_peer(struct ex_world *world, const struct ex_pc *pc);

/* The host of an open connection. */
struct ex_host *ex_ice_host(struct ex_world *world, const struct ex_pc *pc);

/* Whether packets flow or could flow between the two. */
bool ex_ice_usable(struct ex_world *world, const struct ex_pc *pc);

/* The state that the connection is about to move to without time passing, or its own. */
enum pf_connection_state ex_ice_next_state(struct ex_world *world, const struct ex_pc *pc);

/* Moves the connection to `next` and tells the page. */
void ex_ice_move(struct ex_world *world, struct ex_host *host, struct ex_pc *pc,
                 enum pf_connection_state next);

/* Sets or clears the deadline of a connection that is trying without success. */
void ex_ice_refresh(struct ex_world *world, struct ex_pc *pc);

#endif
