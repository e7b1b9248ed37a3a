/* visit.h - one walk over a state that saves it, puts it back, or says what makes it differ. */
/* SPDX-License-Identifier: MIT */
#ifndef EX_VISIT_H
#define EX_VISIT_H

#include "base/assert.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum ex_mode {
    EX_SAVE, /* everything, as it is */
    EX_LOAD, /* the same walk over what was saved puts it back */
    EX_HASH, /* only what the future depends on, with times as time left */
};

enum {
    EX_STATE_SIZE_MAX = 65536,
    EX_FAR_MS = 1000000, /* heartbeats: further away than a world lives */
};

struct ex_visit {
    enum ex_mode mode;
    uint64_t now_ms;
    char *data; /* EX_STATE_SIZE_MAX bytes, owned by the caller */
    size_t size;
};

/* For what is saved and hashed as it is: it must not hold pointers, padding or times. */
static inline void ex_visit_bytes(struct ex_visit *visit, void *bytes, size_t size)
{
    PF_ASSERT(size <= EX_STATE_SIZE_MAX - visit->size);
    if (visit->mode == EX_LOAD) {
        memcpy(bytes, visit->data + visit->size, size);
    } else {
        memcpy(visit->data + visit->size, bytes, size);
    }
    visit->size += size;
}

/* For what no future step can depend on, or only by way of what is hashed. */
static inline void ex_visit_unhashed(struct ex_visit *visit, void *bytes, size_t size)
{
    if (visit->mode != EX_HASH) {
        ex_visit_bytes(visit, bytes, size);
    }
}

/* A deadline: all that is over is alike, as everybody compares with `<=`. */
static inline void ex_visit_time(struct ex_visit *visit, uint64_t *time_ms)
{
    if (visit->mode != EX_HASH) {
        ex_visit_bytes(visit, time_ms, sizeof(*time_ms));
        return;
    }
    const uint64_t left_ms = *time_ms > visit->now_ms ? *time_ms - visit->now_ms : 0;
    uint32_t hashed = *time_ms == UINT64_MAX ? UINT32_MAX
                      : left_ms > EX_FAR_MS  ? UINT32_MAX - 1
                                             : (uint32_t)left_ms;
    ex_visit_bytes(visit, &hashed, sizeof(hashed));
}

#define EX_VISIT(visit, variable) ex_visit_bytes(visit, &(variable), sizeof(variable))

#endif
