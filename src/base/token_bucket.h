/* token_bucket.h - a rate limiter that permits bursts. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_BASE_TOKEN_BUCKET_H
#define PF_BASE_TOKEN_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

enum { PF_TOKENS_PER_MS_MAX = 1000000 };

/*
 * What a bucket allows. What a token stands for is the caller's choice: with `per_ms` 1 and a cost
 * of 250, an event may happen every 250 ms in the long run.
 */
struct pf_token_rate {
    uint64_t burst;  /* tokens in a full bucket, at least 1: what may be taken at once */
    uint32_t per_ms; /* tokens added every millisecond, 1 to PF_TOKENS_PER_MS_MAX */
};

/*
 * A token bucket, kept as one number in the manner of the generic cell rate algorithm (ITU-T
 * I.371): the time at which it will be full again, in milliseconds times `per_ms`. All zero is a
 * full bucket.
 */
struct pf_token_bucket {
    uint64_t full_at;
};

/*
 * Takes `cost` tokens and returns true, or returns false and takes nothing when fewer are left.
 * `now_ms` never decreases from call to call, and stays below UINT64_MAX / 2 / PF_TOKENS_PER_MS_MAX
 * (292 years).
 */
bool pf_token_bucket_take(struct pf_token_bucket *bucket, const struct pf_token_rate *rate,
                          uint64_t now_ms, uint64_t cost);

/*
 * The first millisecond in which `cost` tokens, at most `burst`, can be taken, if none are taken
 * before; 0 if that has always been possible.
 */
uint64_t pf_token_bucket_ready_ms(const struct pf_token_bucket *bucket,
                                  const struct pf_token_rate *rate, uint64_t cost);

#endif
