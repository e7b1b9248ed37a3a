/* check.h - what must hold in every state, and in those at rest. */
/* SPDX-License-Identifier: MIT */
#ifndef EX_CHECK_H
#define EX_CHECK_H

#include "world.h"

/* After an event was handled. */
void ex_check_page(struct ex_world *world, struct ex_host *host);

/* Checks a state at rest: nothing is in flight and no deadline is near. */
void ex_check_quiet(struct ex_world *world);

#endif
