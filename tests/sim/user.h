/* user.h - what people do, and what happens to their machines. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_USER_H
#define SIM_USER_H

#include "world.h"

/* Schedules when each host opens its page, and the first action. */
void sim_user_begin(struct sim_world *world);

/* No faults from here on; at least two stay. */
void sim_user_end(struct sim_world *world);

/* Once a second: people whose join was refused try again. */
void sim_user_tick(struct sim_world *world);

/* Something of SIM_PAGE_OPEN to SIM_ACTION_OVER is due. */
void sim_user_happen(struct sim_world *world, const struct sim_happening *happening);

#endif
