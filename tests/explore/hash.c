/* hash.c - the 128-bit hash of a state. */
/* SPDX-License-Identifier: MIT */
#include "hash.h"

#include <string.h>

static uint64_t rotate(uint64_t value, int bits)
{
    return value << bits | value >> (64 - bits);
}

static uint64_t finish(uint64_t value)
{
    value = (value ^ value >> 33) * 0xff51afd7ed558ccdu;
    value = (value ^ value >> 33) * 0xc4ceb9fe1a85ec53u;
    return value ^ value >> 33;
}

static uint64_t mix_a(uint64_t value)
{
    return rotate(value * 0x87c37b91114253d5u, 31) * 0x4cf5ad432745937fu;
}

static uint64_t mix_b(uint64_t value)
{
    return rotate(value * 0x4cf5ad432745937fu, 33) * 0x87c37b91114253d5u;
}

struct ex_hash ex_hash_of(const char *data, size_t size)
{
    struct ex_hash hash = {0, 0};
    uint64_t block[2];
    size_t at = 0;
    for (; size - at >= sizeof(block); at += sizeof(block)) {
        memcpy(block, data + at, sizeof(block));
        hash.a = (rotate(hash.a ^ mix_a(block[0]), 27) + hash.b) * 5 + 0x52dce729;
        hash.b = (rotate(hash.b ^ mix_b(block[1]), 31) + hash.a) * 5 + 0x38495ab5;
    }
    block[0] = block[1] = 0;
    memcpy(block, data + at, size - at);
    hash.b ^= mix_b(block[1]) ^ size;
    hash.a ^= mix_a(block[0]) ^ size;
    hash.a += hash.b;
    hash.b += hash.a;
    hash.a = finish(hash.a);
    hash.b = finish(hash.b);
    hash.a += hash.b;
    hash.b += hash.a;
    return hash;
}
