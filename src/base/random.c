/* random.c - a small seeded generator (PCG32) for jitter and simulation. Not for secrets. */
/* SPDX-License-Identifier: MIT */
#include "base/random.h"

#include "base/assert.h"

#define PCG_MULTIPLIER 6364136223846793005u
#define PCG_INCREMENT  1442695040888963407u

void pf_random_seed(struct pf_random *random, uint64_t seed)
{
    *random = (struct pf_random){.state = seed + PCG_INCREMENT};
    (void)pf_random_next(random); /* mixes the seed into the state */
}

uint32_t pf_random_next(struct pf_random *random)
{
    const uint64_t old = random->state;
    random->state = old * PCG_MULTIPLIER + PCG_INCREMENT;
    const uint32_t shifted = (uint32_t)(((old >> 18) ^ old) >> 27);
    const uint32_t rotation = (uint32_t)(old >> 59);
    return (shifted >> rotation) | (shifted << ((32 - rotation) & 31));
}

uint32_t pf_random_below(struct pf_random *random, uint32_t bound)
{
    PF_ASSERT(bound > 0);
    return pf_random_next(random) % bound;
}
