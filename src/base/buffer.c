/* buffer.c - an append-only writer over memory the caller owns. */
/* SPDX-License-Identifier: MIT */
#include "base/buffer.h"

#include <string.h>

void pf_buffer_init(struct pf_buffer *buffer, char *data, size_t capacity)
{
    *buffer = (struct pf_buffer){.data = data, .capacity = capacity};
}

void pf_buffer_put(struct pf_buffer *buffer, struct pf_slice bytes)
{
    if (buffer->overflow || bytes.size > buffer->capacity - buffer->size) {
        buffer->overflow = true;
        return;
    }
    if (bytes.size > 0) {
        memcpy(buffer->data + buffer->size, bytes.data, bytes.size);
        buffer->size += bytes.size;
    }
}

void pf_buffer_put_char(struct pf_buffer *buffer, char c)
{
    if (buffer->overflow || buffer->size == buffer->capacity) {
        buffer->overflow = true;
        return;
    }
    buffer->data[buffer->size++] = c;
}

void pf_buffer_put_u64(struct pf_buffer *buffer, uint64_t value)
{
    char digits[20]; /* 2^64 - 1 has 20 */
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    pf_buffer_put(buffer, (struct pf_slice){digits + at, sizeof digits - at});
}

struct pf_slice pf_buffer_slice(const struct pf_buffer *buffer)
{
    return (struct pf_slice){buffer->data, buffer->size};
}
