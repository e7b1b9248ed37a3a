/* candidates.h - a bounded queue of ICE candidates, in order. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_PEER_CANDIDATES_H
#define PF_CORE_PEER_CANDIDATES_H

#include "base/error.h"
#include "protocol/message.h"

#include <stddef.h>
#include <stdint.h>

enum {
    PF_CANDIDATES_MAX = 64,         /* of one description; browsers gather fewer than 20 */
    PF_CANDIDATES_BYTES_MAX = 8192, /* a candidate with its mid and fragment takes 100 to 200 */
};

/* The offer/answer exchange that a candidate belongs to; ordered by epoch, then by number. */
struct pf_exchange {
    uint32_t epoch;
    uint32_t offer_number;
};

/* Compares like memcmp(). */
int pf_exchange_compare(struct pf_exchange a, struct pf_exchange b);

struct pf_candidates_entry {
    struct pf_exchange exchange;
    uint16_t offset; /* of the texts, one after the other, in `bytes` */
    uint16_t candidate_size;
    int16_t mid_size, fragment_size; /* -1: null */
    int32_t mline_index;
};

struct pf_candidates {
    size_t count;
    size_t bytes_size;
    struct pf_candidates_entry entries[PF_CANDIDATES_MAX];
    char bytes[PF_CANDIDATES_BYTES_MAX];
};

void pf_candidates_clear(struct pf_candidates *queue);

/* Copies the candidate to the end, or fails with FULL. */
enum pf_error pf_candidates_put(struct pf_candidates *queue, struct pf_exchange exchange,
                                const struct pf_candidate *candidate);

/* The candidate at `index` < count. Its slices borrow from the queue until it is changed. */
struct pf_candidate pf_candidates_get(const struct pf_candidates *queue, size_t index);

/* Removes those of `exchange` and of all before it. */
void pf_candidates_discard(struct pf_candidates *queue, struct pf_exchange exchange);

/* Kinds of candidates (RFC 8839 section 5.1, cand-type), as bits. */
enum {
    PF_CANDIDATE_HOST = 1,
    PF_CANDIDATE_REFLEXIVE = 2, /* srflx or prflx: what a STUN server, or the peer, saw */
    PF_CANDIDATE_RELAYED = 4,   /* of a TURN server */
};

/* The kinds of all candidates in a text: one candidate, or a session description. */
uint8_t pf_candidates_kinds(struct pf_slice text);

#endif
