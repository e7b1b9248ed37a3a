/* pc.h - the RTCPeerConnections of the pages, with time and failures. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_PC_H
#define SIM_PC_H

#include "world.h"

/* The open connection of a page that it calls `id`, or NULL. */
struct sim_pc *sim_pc_find(const struct sim_world *world, const struct sim_tab *tab, pf_pc id);

/* The open connection with this identity, or NULL. */
static inline struct sim_pc *sim_pc_of(const struct sim_world *world, uint32_t identity)
{
    return identity < world->pcs_count ? world->pcs[identity] : NULL;
}

/* The open connection in a slot of a page, below tab->pcs_end, or NULL. */
static inline struct sim_pc *sim_pc_in(const struct sim_world *world, const struct sim_tab *tab,
                                       size_t slot)
{
    return tab->pcs[slot].id != 0 ? sim_pc_of(world, tab->pcs[slot].identity) : NULL;
}

/* Executes a PC command; its events follow later. */
void sim_pc_command(struct sim_world *world, struct sim_tab *tab, const struct pf_command *command);

/* Handles SIM_PC_CREATED to SIM_PC_GATHER. */
void sim_pc_happen(struct sim_world *world, const struct sim_happening *happening);

/* close(), or the end of the page. */
void sim_pc_close(struct sim_world *world, struct sim_pc *pc, bool orderly);

/* Whether `track` is attached to a sender of the page, or about to be. */
bool sim_pc_sends(const struct sim_world *world, const struct sim_tab *tab, pf_track track);

/* R26: a promise that was pending at close() resolves nevertheless. */
void sim_pc_tell_late(struct sim_world *world, struct sim_tab *tab, pf_pc id);

#endif
