/* check.h - the invariants of every state, and of states at rest. */
/* SPDX-License-Identifier: MIT */
#ifndef EX_CHECK_H
#define EX_CHECK_H

#include "world.h"

/* Checks a page after each event. */
void ex_check_page(struct ex_world *world, struct ex_host *host);

/* Checks a state at rest, in which nothing is in flight and no deadline is near. */
void ex_check_quiet(struct ex_world *world);

#endif
