/* hostile.h - members driven by a random generator: they send what no client of ours would. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_HOSTILE_H
#define SIM_HOSTILE_H

#include "world.h"

/*
 * A hostile member has a WebSocket, and tickets that it came by honestly; RTCPeerConnections it
 * only pretends to have. A connection of ours whose remote description says so may connect for all
 * that: to a phantom.
 */
void sim_hostile_begin(struct sim_world *world);
void sim_hostile_end(struct sim_world *world);

/* SIM_HOSTILE is due: it does something. */
void sim_hostile_act(struct sim_world *world, uint32_t index);

/* What its WebSocket brings. */
void sim_hostile_take(struct sim_world *world, const struct sim_tab *tab,
                      const struct pf_event *event);

/* The relay lets it in; it may never hear of that. */
void sim_hostile_enters(struct sim_world *world, const struct sim_tab *tab, struct pf_slice joined);

/* Whether a hostile member has, or once had, this id. */
bool sim_hostile_is(const struct sim_world *world, pf_member_id id);

/* Whether the page of `pc` believes it to be a connection to a hostile member. */
bool sim_hostile_faces(const struct sim_world *world, const struct sim_pc *pc);

/* Whether the remote description of `pc` is of a connection that does not exist. */
bool sim_hostile_is_phantom(const struct sim_pc *pc);

#endif
