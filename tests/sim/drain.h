/* drain.h - relays that end little by little, as after SIGTERM with --drain-s. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_DRAIN_H
#define SIM_DRAIN_H

#include "world.h"

/* Schedules the first drain of a world that has any. */
void sim_drain_begin(struct sim_world *world);

/* A SIM_DRAIN: a relay begins to drain, or one that does takes the next step. */
void sim_drain_happen(struct sim_world *world, const struct sim_happening *happening);

/* Whether the relay takes new WebSockets. */
bool sim_drain_accepts(const struct sim_relay *relay);

/* Fails the world if a page that a drain has closed is not back in time. */
void sim_drain_check(struct sim_world *world, struct sim_tab *tab);

#endif
