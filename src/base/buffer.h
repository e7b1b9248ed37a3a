/* buffer.h - an append-only writer over memory the caller owns. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_BASE_BUFFER_H
#define PF_BASE_BUFFER_H

#include "base/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Overflow is sticky: the first write that does not fit sets `overflow`, writes nothing, and every
 * later write is a no-op, so that callers check once, at the end.
 */
struct pf_buffer {
    char *data; /* owned by the caller, valid as long as the buffer is used */
    size_t size;
    size_t capacity;
    bool overflow;
};

void pf_buffer_init(struct pf_buffer *buffer, char *data, size_t capacity);

/* Appends the bytes. */
void pf_buffer_put(struct pf_buffer *buffer, struct pf_slice bytes);

/* Appends one byte. */
void pf_buffer_put_char(struct pf_buffer *buffer, char c);

/* Appends a decimal number without leading zeros. */
void pf_buffer_put_u64(struct pf_buffer *buffer, uint64_t value);

/* What has been written. Borrowed until the next write. */
struct pf_slice pf_buffer_slice(const struct pf_buffer *buffer);

#endif
