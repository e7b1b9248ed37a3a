/* user.h - users, and faults of their machines. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_USER_H
#define SIM_USER_H

#include "world.h"

/* Schedules when each host opens its page, and the first action. */
void sim_user_begin(struct sim_world *world);

/* Ends the faults; at least two users stay. */
void sim_user_end(struct sim_world *world);

/* Once a second: users whose join was refused try again. */
void sim_user_tick(struct sim_world *world);

/* Handles SIM_PAGE_OPEN to SIM_ACTION_OVER. */
void sim_user_happen(struct sim_world *world, const struct sim_happening *happening);

#endif
