/* timers.h - a priority queue of timers. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_HUB_TIMERS_H
#define PF_RELAY_HUB_TIMERS_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

#define PF_DEADLINE_NONE UINT64_MAX

enum { PF_TIMERS_MAX = (1 << 30) - 1 }; /* set at the same time */

/*
 * One deadline; lives inside the object that waits for it. All zero is a timer that is not set.
 * Timers with equal deadlines fire in the order in which they were set, unless 2^31 are set
 * between.
 */
struct pf_timer {
    uint64_t deadline_ms;
    uint32_t age;
    uint32_t place : 30; /* 1 and up: index in the heap plus 1; 0: not set */
    uint32_t kind : 2;   /* for the handler */
};

/* The object of that type whose `member` the timer is. */
#define PF_TIMER_OWNER(timer, type, member)                                                        \
    ((type *)(void *)((char *)(timer)-offsetof(type, member)))

/* A binary heap of borrowed timers: a timer is cancelled before its memory is freed. */
struct pf_timers {
    struct pf_timer **heap; /* owned */
    size_t count;
    size_t capacity;
    uint32_t age_next;
};

/* Frees the heap, not the timers in it. */
void pf_timers_clear(struct pf_timers *timers);

/* Reserves memory for `count` timers set at the same time. Fails with MEMORY. */
enum pf_error pf_timers_reserve(struct pf_timers *timers, size_t count);

/* Sets or moves a timer. Memory for it must have been reserved. */
void pf_timers_set(struct pf_timers *timers, struct pf_timer *timer, uint64_t deadline_ms);

/* Has no effect on a timer that is not set. */
void pf_timers_cancel(struct pf_timers *timers, struct pf_timer *timer);

/* The earliest deadline, or PF_DEADLINE_NONE. */
uint64_t pf_timers_deadline_ms(const struct pf_timers *timers);

/* Removes and returns the earliest timer that is due at `now_ms`, or returns NULL. */
struct pf_timer *pf_timers_due(struct pf_timers *timers, uint64_t now_ms);

#endif
