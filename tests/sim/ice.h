/* ice.h - when two RTCPeerConnections are connected, and the data channel between them. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_ICE_H
#define SIM_ICE_H

#include "../model/ice.h"
#include "pc.h"
#include "world.h"

/* The connection at the other end, if each has set the other's description; or NULL. */
static inline struct sim_pc *sim_ice_peer(const struct sim_world *world, const struct sim_pc *pc)
{
    struct sim_pc *peer = sim_pc_of(world, pc->model.current_remote.identity);
    return peer && model_ice_are_peers(&pc->model, &peer->model) ? peer : NULL;
}

/* Whether packets flow or could flow between the two. */
bool sim_ice_usable(const struct sim_world *world, const struct sim_pc *pc);

/* Reevaluates connection states after a change of descriptions, candidates or network. */
void sim_ice_refresh_both(struct sim_world *world, struct sim_pc *pc);
void sim_ice_refresh_all(struct sim_world *world);

/* `pc` is closed; its peer will notice. `orderly`: at once, else by a timeout. */
void sim_ice_closed(struct sim_world *world, struct sim_pc *pc, bool orderly);

void sim_ice_channel_send(struct sim_world *world, struct sim_pc *pc, struct pf_slice text);

/* Handles SIM_PC_STATE to SIM_PC_CHANNEL_DELIVER. */
void sim_ice_happen(struct sim_world *world, const struct sim_happening *happening);

#endif
