/* hostile.h - members driven by a random generator: they send what no correct client would. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_HOSTILE_H
#define SIM_HOSTILE_H

#include "world.h"

/*
 * A hostile member has a WebSocket and its own valid tickets, but no RTCPeerConnection. A
 * connection of a page whose remote description it has forged may connect nevertheless: to a
 * phantom.
 */
void sim_hostile_begin(struct sim_world *world);
void sim_hostile_end(struct sim_world *world);

/* SIM_HOSTILE is due: performs a random trick. */
void sim_hostile_act(struct sim_world *world, uint32_t index);

/* Receives an event of its WebSocket. */
void sim_hostile_take(struct sim_world *world, const struct sim_tab *tab,
                      const struct pf_event *event);

/* The relay has sent it `joined`, which it may never receive. */
void sim_hostile_enters(struct sim_world *world, const struct sim_tab *tab, struct pf_slice joined);

/* Whether a hostile member has, or once had, this id. */
bool sim_hostile_is(const struct sim_world *world, pf_member_id id);

/* Whether `pc` belongs to the tile of a hostile member. */
bool sim_hostile_faces(const struct sim_world *world, const struct sim_pc *pc);

/* Whether the remote description of `pc` is that of a phantom, which does not exist. */
bool sim_hostile_is_phantom(const struct sim_pc *pc);

#endif
