/* slice.c - a borrowed, bounded, not NUL-terminated run of bytes. */
/* SPDX-License-Identifier: MIT */
#include "base/slice.h"

#include "base/assert.h"

#include <stdint.h>
#include <string.h>

struct pf_slice pf_slice_of(const char *text)
{
    return text ? (struct pf_slice){text, strlen(text)} : (struct pf_slice){"", 0};
}

bool pf_slice_equal(struct pf_slice a, struct pf_slice b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

size_t pf_slice_copy(struct pf_slice slice, char *out, size_t capacity)
{
    PF_ASSERT(capacity > 0);
    size_t size = slice.size;
    if (size > capacity - 1) {
        size = capacity - 1;
        while (size > 0 && ((uint8_t)slice.data[size] & 0xc0) == 0x80) {
            size--;
        }
    }
    if (size > 0) {
        memcpy(out, slice.data, size);
    }
    out[size] = '\0';
    return size;
}

/* The size of the well-formed character at `at`, where `left` bytes remain, or 0. */
static size_t utf8_size(const uint8_t *at, size_t left)
{
    const uint8_t first = at[0];
    if (first < 0x80) {
        return 1;
    }
    if (first < 0xc2 || first > 0xf4) {
        return 0;
    }
    const size_t size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (left < size) {
        return 0;
    }
    for (size_t i = 1; i < size; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    /* RFC 3629 section 4: the second byte rules out overlong forms, surrogates and > U+10FFFF. */
    const bool misfit = (first == 0xe0 && at[1] < 0xa0) || (first == 0xed && at[1] > 0x9f) ||
                        (first == 0xf0 && at[1] < 0x90) || (first == 0xf4 && at[1] > 0x8f);
    return misfit ? 0 : size;
}

/* Skips blocks of ASCII from `at` on: nearly all of a message is ASCII. */
static size_t skip_ascii(struct pf_slice slice, size_t at)
{
    uint64_t block;
    for (; slice.size - at >= sizeof block; at += sizeof block) {
        memcpy(&block, slice.data + at, sizeof block);
        if ((block & UINT64_C(0x8080808080808080)) != 0) {
            break;
        }
    }
    return at;
}

bool pf_slice_is_utf8(struct pf_slice slice)
{
    const uint8_t *bytes = (const uint8_t *)slice.data;
    for (size_t at = skip_ascii(slice, 0); at < slice.size; at = skip_ascii(slice, at)) {
        const size_t size = utf8_size(bytes + at, slice.size - at);
        if (size == 0) {
            return false;
        }
        at += size;
    }
    return true;
}
