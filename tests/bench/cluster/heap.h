/* heap.h - what happens next, by time. */
/* SPDX-License-Identifier: MIT */
#ifndef STORM_HEAP_H
#define STORM_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum happening_kind {
    HAPPENS_AT_RELAY,     /* `subject`: relay; `text`: a struct relay_input, owned */
    HAPPENS_RELAY_RUNS,   /* `subject`: relay */
    HAPPENS_RELAY_TIMER,  /* `subject`: relay; `token`: of the timer */
    HAPPENS_AT_MEMBER,    /* `subject`: member; `token`: its connection; `text`: owned */
    HAPPENS_MEMBER_LOST,  /* likewise */
    HAPPENS_MEMBER_COMES, /* `subject`: member */
};

struct happening {
    uint64_t at_us;
    uint64_t order;
    enum happening_kind kind;
    uint32_t subject, token;
    void *text;
    size_t size;
};

/* All zero is empty. */
struct heap {
    struct happening *all; /* owned */
    size_t count, size;
    uint64_t last_order;
};

void heap_put(struct heap *heap, struct happening happening);

/* The earliest, or false. */
bool heap_take(struct heap *heap, uint64_t until_us, struct happening *out);

#endif
