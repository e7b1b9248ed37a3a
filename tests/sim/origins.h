/* origins.h - pages send tracks of their own, or use no microphone or camera at all. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_ORIGINS_H
#define SIM_ORIGINS_H

#include "world.h"

/* Draws what a page begins with, in worlds that have other origins than devices. */
void sim_origins_configure(struct sim_world *world, struct sim_tab *tab,
                           struct pf_room_config *config);

/* Schedules the first change, in these worlds. */
void sim_origins_begin(struct sim_world *world);

/* A page changes where a source comes from: SIM_ORIGIN. */
void sim_origins_happen(struct sim_world *world);

/* PF_COMMAND_CAPTURE_TAKE. */
void sim_origins_take(struct sim_world *world, struct sim_tab *tab,
                      const struct pf_command *command);

/* Whether the page sends the track that it wants to send, where that is one of its own. */
bool sim_origins_fits(const struct sim_tab *tab, const struct sim_track *track);

#endif
