/* capture_check.h - what pages capture, at every moment and at the end. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_CAPTURE_CHECK_H
#define SIM_CAPTURE_CHECK_H

#include "world.h"

#include <stdbool.h>

/* Fails the world if a page captures a source too often, or sends what its user has switched off.
 */
void sim_capture_check(struct sim_world *world, struct sim_tab *tab);

/* Whether the page captures anything. */
bool sim_capture_is_on(const struct sim_tab *tab);

/* What is wrong in the end with what the page captures, or NULL. */
const char *sim_capture_amiss(const struct sim_world *world, const struct sim_tab *tab);

#endif
