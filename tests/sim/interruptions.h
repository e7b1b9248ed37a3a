/* interruptions.h - systems mute tracks and give them back, and pages are visible again. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_INTERRUPTIONS_H
#define SIM_INTERRUPTIONS_H

struct sim_world;

/* Schedules the first interruption, in worlds that have any. */
void sim_interruptions_begin(struct sim_world *world);

/* A system mutes or unmutes a track, or somebody looks at a page again: SIM_INTERRUPTION. */
void sim_interruptions_happen(struct sim_world *world);

#endif
