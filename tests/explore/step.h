/* step.h - the possible steps of a world. */
/* SPDX-License-Identifier: MIT */
#ifndef EX_STEP_H
#define EX_STEP_H

#include "world.h"

/*
 * All possible next steps. Messages, operations and changes of state are possible in any order and
 * take no time. Time advances to the next deadline when no such step is left, or, as often as the
 * scope allows, although something is in flight: `early`. A dead WebSocket may be noticed at any
 * time until a heartbeat is missed.
 */
struct ex_steps {
    uint32_t count;
    bool early; /* steps that advance time do so early */
    struct ex_step list[EX_STEPS_MAX];
};

void ex_step_list(struct ex_world *world, struct ex_steps *out);

/* Whether the step is bound to be taken: no action, and no early advance of time. */
bool ex_step_is_due(const struct ex_steps *steps, const struct ex_step *step);

void ex_step_take(struct ex_world *world, const struct ex_steps *steps, const struct ex_step *step);

/* Takes all steps whose time makes no observable difference. */
void ex_step_settle(struct ex_world *world);

/* A step as written on the command line: three characters and a NUL, such as "u10". */
enum { EX_STEP_TEXT_SIZE = 3 };
void ex_step_write(const struct ex_step *step, char out[EX_STEP_TEXT_SIZE + 1]);
bool ex_step_read(const char *text, struct ex_step *out);

/* A step in 16 bits. */
uint16_t ex_step_pack(const struct ex_step *step);
struct ex_step ex_step_unpack(uint16_t packed);

/* A readable name. */
const char *ex_step_name(const struct ex_step *step);

#endif
