/* hash.h - the 128-bit hash of a state. */
/* SPDX-License-Identifier: MIT */
#ifndef EX_HASH_H
#define EX_HASH_H

#include <stddef.h>
#include <stdint.h>

struct ex_hash {
    uint64_t a, b;
};

/* MurmurHash3_x64_128 (Appleby 2011), for little-endian machines. */
struct ex_hash ex_hash_of(const char *data, size_t size);

#endif
