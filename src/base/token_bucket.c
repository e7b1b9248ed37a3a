/* token_bucket.c - a rate limiter that permits bursts. */
/* SPDX-License-Identifier: MIT */
#include "base/token_bucket.h"

#include "base/assert.h"

bool pf_token_bucket_take(struct pf_token_bucket *bucket, const struct pf_token_rate *rate,
                          uint64_t now_ms, uint64_t cost)
{
    PF_ASSERT(rate->per_ms > 0);
    PF_ASSERT(rate->per_ms <= PF_TOKENS_PER_MS_MAX);
    const uint64_t now = now_ms * rate->per_ms;
    const uint64_t full_at = bucket->full_at > now ? bucket->full_at : now;
    /* What is missing from a full bucket is full_at - now. */
    if (cost > rate->burst || full_at - now > rate->burst - cost) {
        return false;
    }
    bucket->full_at = full_at + cost;
    return true;
}

uint64_t pf_token_bucket_ready_ms(const struct pf_token_bucket *bucket,
                                  const struct pf_token_rate *rate, uint64_t cost)
{
    PF_ASSERT(cost <= rate->burst);
    const uint64_t spare = rate->burst - cost; /* tokens that may still be missing then */
    const uint64_t ready = bucket->full_at > spare ? bucket->full_at - spare : 0;
    return ready / rate->per_ms + (ready % rate->per_ms != 0);
}
