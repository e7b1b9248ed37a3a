/* http_target.c - decodes the path and the query of a request target. */
/* SPDX-License-Identifier: MIT */
#include "relay/wire/http_target.h"

#include "base/assert.h"

#include <string.h>

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* The value of a hexadecimal digit, or -1. */
static int digit_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return lower(c) >= 'a' && lower(c) <= 'f' ? lower(c) - 'a' + 10 : -1;
}

bool pf_http_query_value(struct pf_slice query, const char *name, char *memory,
                         struct pf_slice *out)
{
    const struct pf_slice wanted = pf_slice_of(name);
    size_t at = 0;
    while (at < query.size) {
        const char *end = memchr(query.data + at, '&', query.size - at);
        const size_t size = (end ? (size_t)(end - query.data) : query.size) - at;
        const struct pf_slice part = {query.data + at, size};
        at += size + 1;
        if (part.size <= wanted.size || part.data[wanted.size] != '=' ||
            !pf_slice_equal((struct pf_slice){part.data, wanted.size}, wanted)) {
            continue;
        }
        *out = (struct pf_slice){memory, 0};
        for (size_t i = wanted.size + 1; i < part.size; i++) {
            char byte = part.data[i];
            if (byte == '%' && part.size - i >= 3 && digit_value(part.data[i + 1]) >= 0 &&
                digit_value(part.data[i + 2]) >= 0) {
                byte = (char)(digit_value(part.data[i + 1]) * 16 + digit_value(part.data[i + 2]));
                i += 2;
            }
            memory[out->size++] = byte;
        }
        return true;
    }
    return false;
}

/* Decodes the byte at *at, which is advanced. -1 if it is malformed or not allowed. */
static int take_byte(struct pf_slice path, size_t *at)
{
    int byte = (unsigned char)path.data[*at];
    if (byte == '%') {
        if (path.size - *at < 3 || digit_value(path.data[*at + 1]) < 0 ||
            digit_value(path.data[*at + 2]) < 0) {
            return -1;
        }
        byte = digit_value(path.data[*at + 1]) * 16 + digit_value(path.data[*at + 2]);
        *at += 2;
        if (byte == '/') {
            return -1; /* an encoded slash is not a separator, and no file name contains one */
        }
    }
    *at += 1;
    return byte < ' ' || byte == 0x7f || byte == '\\' ? -1 : byte;
}

bool pf_http_path_decode(struct pf_slice path, char out[PF_HTTP_PATH_SIZE_MAX])
{
    PF_ASSERT(path.size > 0);
    PF_ASSERT(path.data[0] == '/');
    size_t size = 0;
    bool at_segment_start = true;
    for (size_t at = 1; at < path.size;) {
        const int byte = take_byte(path, &at);
        if (byte < 0 || size + 1 >= PF_HTTP_PATH_SIZE_MAX) {
            return false;
        }
        if (at_segment_start && (byte == '.' || byte == '/')) {
            return false;
        }
        at_segment_start = byte == '/';
        out[size++] = (char)byte;
    }
    out[size] = '\0';
    return true;
}
