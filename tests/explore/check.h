/* check.h - what must be true in every state, and in those where nothing is left to happen. */
/* SPDX-License-Identifier: MIT */
#ifndef EX_CHECK_H
#define EX_CHECK_H

#include "world.h"

/* After an event was handled. */
void ex_check_page(struct ex_world *world, struct ex_host *host);

/* Nothing is under way and no deadline is near: everybody must be well. */
void ex_check_quiet(struct ex_world *world);

#endif
