/* frames.h - what programs send to each other over their connections. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_FRAMES_H
#define SIM_FRAMES_H

#include "world.h"

/* `flags`: of enum sim_frame. The channel is open. */
void sim_frames_send(struct sim_world *world, struct sim_pc *pc, struct pf_slice frame,
                     uint16_t flags);

void sim_frames_clear(struct sim_pc *pc);

/* Handles SIM_PC_FRAME. */
void sim_frames_happen(struct sim_world *world, const struct sim_happening *happening);

#endif
