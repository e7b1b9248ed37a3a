/* step.h - what may happen next in a world, and its happening. */
/* SPDX-License-Identifier: MIT */
#ifndef EX_STEP_H
#define EX_STEP_H

#include "world.h"

/*
 * Everything that may happen next. Messages, operations and changes of state happen in any order
 * and take no time. Time passes, until the next deadline, when nothing of that kind is left, or
 * although something is under way: that is `early`, and the scope says how often. A dead WebSocket
 * may be noticed at any time until a heartbeat is missed.
 */
struct ex_steps {
    uint32_t count;
    bool early; /* those that let time pass do so early */
    struct ex_step list[EX_STEPS_MAX];
};

void ex_step_list(struct ex_world *world, struct ex_steps *out);

/* Whether it comes by itself: it is no action, and time does not pass early. */
bool ex_step_is_due(const struct ex_steps *steps, const struct ex_step *step);

void ex_step_take(struct ex_world *world, const struct ex_steps *steps, const struct ex_step *step);

/* Lets happen at once what nobody can tell from its happening later. */
void ex_step_settle(struct ex_world *world);

/* Three characters and a NUL, such as "u10": a step as it is written on command lines. */
enum { EX_STEP_TEXT_SIZE = 3 };
void ex_step_write(const struct ex_step *step, char out[EX_STEP_TEXT_SIZE + 1]);
bool ex_step_read(const char *text, struct ex_step *out);

/* The same in 16 bits. */
uint16_t ex_step_pack(const struct ex_step *step);
struct ex_step ex_step_unpack(uint16_t packed);

/* For people. */
const char *ex_step_name(const struct ex_step *step);

#endif
