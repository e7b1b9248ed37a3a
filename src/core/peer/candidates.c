/* candidates.c - a bounded queue of ICE candidates, in order. */
/* SPDX-License-Identifier: MIT */
#include "core/peer/candidates.h"

#include "base/assert.h"

#include <string.h>

_Static_assert(PF_CANDIDATES_BYTES_MAX <= INT16_MAX, "offsets and sizes are 16 bit");

int pf_exchange_compare(struct pf_exchange a, struct pf_exchange b)
{
    if (a.epoch != b.epoch) {
        return a.epoch < b.epoch ? -1 : 1;
    }
    return a.offer_number == b.offer_number ? 0 : a.offer_number < b.offer_number ? -1 : 1;
}

void pf_candidates_clear(struct pf_candidates *queue)
{
    queue->count = 0;
    queue->bytes_size = 0;
}

static void put_text(struct pf_candidates *queue, struct pf_slice text)
{
    if (text.data) {
        memcpy(queue->bytes + queue->bytes_size, text.data, text.size);
        queue->bytes_size += text.size;
    }
}

enum pf_error pf_candidates_put(struct pf_candidates *queue, struct pf_exchange exchange,
                                const struct pf_candidate *candidate)
{
    const size_t left = PF_CANDIDATES_BYTES_MAX - queue->bytes_size;
    const size_t sizes[] = {candidate->candidate.size, candidate->mid.size,
                            candidate->username_fragment.size};
    if (queue->count == PF_CANDIDATES_MAX || sizes[0] > left || sizes[1] > left - sizes[0] ||
        sizes[2] > left - sizes[0] - sizes[1]) {
        return PF_ERROR_FULL;
    }
    queue->entries[queue->count++] = (struct pf_candidates_entry){
        .exchange = exchange,
        .offset = (uint16_t)queue->bytes_size,
        .candidate_size = (uint16_t)sizes[0],
        .mid_size = candidate->mid.data ? (int16_t)sizes[1] : -1,
        .fragment_size = candidate->username_fragment.data ? (int16_t)sizes[2] : -1,
        .mline_index = candidate->mline_index,
    };
    put_text(queue, candidate->candidate);
    put_text(queue, candidate->mid);
    put_text(queue, candidate->username_fragment);
    return PF_ERROR_OK;
}

/* Takes `size` bytes (-1: null) from `*at` on. */
static struct pf_slice take_text(const char **at, int16_t size)
{
    if (size < 0) {
        return (struct pf_slice){NULL, 0};
    }
    const struct pf_slice text = {*at, (size_t)size};
    *at += size;
    return text;
}

struct pf_candidate pf_candidates_get(const struct pf_candidates *queue, size_t index)
{
    PF_ASSERT(index < queue->count);
    const struct pf_candidates_entry *entry = &queue->entries[index];
    const char *at = queue->bytes + entry->offset;
    struct pf_candidate candidate = {.mline_index = entry->mline_index};
    candidate.candidate = take_text(&at, (int16_t)entry->candidate_size);
    candidate.mid = take_text(&at, entry->mid_size);
    candidate.username_fragment = take_text(&at, entry->fragment_size);
    return candidate;
}

void pf_candidates_discard(struct pf_candidates *queue, struct pf_exchange exchange)
{
    const size_t count = queue->count;
    const size_t bytes_size = queue->bytes_size;
    pf_candidates_clear(queue);
    for (size_t i = 0; i < count; i++) {
        struct pf_candidates_entry entry = queue->entries[i];
        const size_t end = i + 1 < count ? queue->entries[i + 1].offset : bytes_size;
        if (pf_exchange_compare(entry.exchange, exchange) <= 0) {
            continue;
        }
        const size_t size = end - entry.offset;
        memmove(queue->bytes + queue->bytes_size, queue->bytes + entry.offset, size);
        entry.offset = (uint16_t)queue->bytes_size;
        queue->bytes_size += size;
        queue->entries[queue->count++] = entry;
    }
}

uint8_t pf_candidates_kinds(struct pf_slice text)
{
    static const char type[] = " typ ";
    const size_t size = sizeof type - 1;
    uint8_t kinds = 0;
    for (size_t i = 0; i + size < text.size; i++) {
        if (memcmp(text.data + i, type, size) == 0) {
            const char first = text.data[i + size];
            kinds |= first == 'h'   ? PF_CANDIDATE_HOST
                     : first == 'r' ? PF_CANDIDATE_RELAYED
                                    : PF_CANDIDATE_REFLEXIVE;
        }
    }
    return kinds;
}
