/* slice.h - a borrowed, bounded, not NUL-terminated run of bytes. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_BASE_SLICE_H
#define PF_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>

struct pf_slice {
    const char *data; /* may be NULL only when size is 0 */
    size_t size;      /* bytes */
};

/* The slice of a string literal. */
#define PF_SLICE(literal) ((struct pf_slice){"" literal, sizeof(literal) - 1})

/* The slice of a NUL-terminated text, or the empty slice for NULL. Borrows `text`. */
struct pf_slice pf_slice_of(const char *text);

/* Compares bytes. Two empty slices are equal. */
bool pf_slice_equal(struct pf_slice a, struct pf_slice b);

/*
 * Copies `slice` and a NUL into `out` of `capacity` > 0 bytes. What does not fit is cut at the end
 * of a UTF-8 character, so that valid text stays valid. Returns the size without the NUL.
 */
size_t pf_slice_copy(struct pf_slice slice, char *out, size_t capacity);

/* Whether the bytes are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms). */
bool pf_slice_is_utf8(struct pf_slice slice);

#endif
