/* visit.h - one walk over a state that saves, restores or hashes it. */
/* SPDX-License-Identifier: MIT */
#ifndef EX_VISIT_H
#define EX_VISIT_H

#include "base/assert.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum ex_mode {
    EX_SAVE, /* saves everything unchanged */
    EX_LOAD, /* restores it by the same walk */
    EX_HASH, /* only what the future depends on, with deadlines as time left */
};

enum {
    EX_STATE_SIZE_MAX = 65536,
    EX_FAR_MS = 1000000, /* heartbeats, which are due after the end of every world */
};

struct ex_visit {
    enum ex_mode mode;
    uint64_t now_ms;
    char *data; /* EX_STATE_SIZE_MAX bytes, owned by the caller */
    size_t size;
};

/* Saved and hashed unchanged: must not contain pointers, padding or times. */
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

/* Saved only: no future step depends on it, except through what is hashed. */
static inline void ex_visit_unhashed(struct ex_visit *visit, void *bytes, size_t size)
{
    if (visit->mode != EX_HASH) {
        ex_visit_bytes(visit, bytes, size);
    }
}

/* A deadline. All past ones are equivalent, since they are compared with `<=`. */
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
