/* fuzz.h - the interface of a fuzz target. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_TESTS_FUZZ_H
#define PF_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

enum { FUZZ_CUTS_MAX = 15 };

/* The pieces in which a stream arrives; repeated until all of it is there. */
struct fuzz_cuts {
    const uint8_t *lengths; /* the sizes of the pieces minus 1; borrowed */
    size_t count;           /* 0: everything is one piece */
};

/* The size of piece number `index` where `left` bytes have not arrived yet. */
static inline size_t fuzz_cut(const struct fuzz_cuts *cuts, size_t index, size_t left)
{
    const size_t size = cuts->count > 0 ? cuts->lengths[index % cuts->count] + (size_t)1 : left;
    return size < left ? size : left;
}

/* Accepts any bytes; a bug is a failed assertion. Returns 0. The name is libFuzzer's. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
