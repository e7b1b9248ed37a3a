/* text.c - looks into messages. */
/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <string.h>

struct pf_slice sim_text_after(struct pf_slice text, const char *before)
{
    const size_t size = strlen(before);
    for (size_t i = 0; i + size <= text.size; i++) {
        if (memcmp(text.data + i, before, size) == 0) {
            return (struct pf_slice){text.data + i + size, text.size - i - size};
        }
    }
    return (struct pf_slice){NULL, 0};
}

uint64_t sim_text_number(struct pf_slice text)
{
    uint64_t number = 0;
    for (size_t i = 0; i < text.size && text.data[i] >= '0' && text.data[i] <= '9'; i++) {
        number = number * 10 + (uint64_t)(text.data[i] - '0');
    }
    return number;
}
