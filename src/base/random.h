/* random.h - a small seeded generator (PCG32) for jitter and simulation. Not for secrets. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_BASE_RANDOM_H
#define PF_BASE_RANDOM_H

#include <stdint.h>

/* PCG-XSH-RR 64/32 (O'Neill 2014). The same seed gives the same numbers on every platform. */
struct pf_random {
    uint64_t state;
};

void pf_random_seed(struct pf_random *random, uint64_t seed);

uint32_t pf_random_next(struct pf_random *random);

/* 0 to bound - 1; bound > 0. The bias of the modulo is below bound / 2^32. */
uint32_t pf_random_below(struct pf_random *random, uint32_t bound);

#endif
