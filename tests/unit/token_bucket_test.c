/* token_bucket_test.c - the rate limiter. */
/* SPDX-License-Identifier: MIT */
#include "base/random.h"
#include "base/token_bucket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct pf_token_rate one_per_ms = {.burst = 1000, .per_ms = 1};

static void new_bucket_is_full(void **state)
{
    (void)state;
    struct pf_token_bucket bucket = {0};
    assert_true(pf_token_bucket_take(&bucket, &one_per_ms, 0, 1000));
    assert_false(pf_token_bucket_take(&bucket, &one_per_ms, 0, 1));
}

static void tokens_are_added_at_the_rate(void **state)
{
    (void)state;
    struct pf_token_bucket bucket = {0};
    assert_true(pf_token_bucket_take(&bucket, &one_per_ms, 5000, 1000));
    assert_false(pf_token_bucket_take(&bucket, &one_per_ms, 5249, 250));
    assert_true(pf_token_bucket_take(&bucket, &one_per_ms, 5250, 250));
    assert_false(pf_token_bucket_take(&bucket, &one_per_ms, 5250, 1));
}

static void idle_time_adds_no_more_than_a_burst(void **state)
{
    (void)state;
    struct pf_token_bucket bucket = {0};
    assert_true(pf_token_bucket_take(&bucket, &one_per_ms, 0, 1000));
    assert_true(pf_token_bucket_take(&bucket, &one_per_ms, UINT32_MAX, 1000));
    assert_false(pf_token_bucket_take(&bucket, &one_per_ms, UINT32_MAX, 1));
}

static void refusal_takes_nothing(void **state)
{
    (void)state;
    struct pf_token_bucket bucket = {0};
    assert_true(pf_token_bucket_take(&bucket, &one_per_ms, 0, 900));
    assert_false(pf_token_bucket_take(&bucket, &one_per_ms, 0, 101));
    assert_true(pf_token_bucket_take(&bucket, &one_per_ms, 0, 100));
}

static void cost_above_the_burst_is_always_refused(void **state)
{
    (void)state;
    struct pf_token_bucket bucket = {0};
    assert_false(pf_token_bucket_take(&bucket, &one_per_ms, UINT32_MAX, 1001));
    assert_false(pf_token_bucket_take(&bucket, &one_per_ms, UINT32_MAX, UINT64_MAX));
}

static void the_latest_time_at_the_highest_rate_does_not_overflow(void **state)
{
    (void)state;
    const struct pf_token_rate rate = {.burst = UINT64_C(1000000000000),
                                       .per_ms = PF_TOKENS_PER_MS_MAX};
    const uint64_t now_ms = UINT64_MAX / 2 / PF_TOKENS_PER_MS_MAX - 1;
    struct pf_token_bucket bucket = {0};
    assert_true(pf_token_bucket_take(&bucket, &rate, now_ms, rate.burst));
    assert_false(pf_token_bucket_take(&bucket, &rate, now_ms, 1));
    assert_true(pf_token_bucket_take(&bucket, &rate, now_ms + 1, PF_TOKENS_PER_MS_MAX));
}

static void ready_time_is_the_first_that_succeeds(void **state)
{
    (void)state;
    const uint32_t rates[] = {1, 3, 100, 999};
    struct pf_random random;
    pf_random_seed(&random, 1);
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        const struct pf_token_rate rate = {.burst = 5000, .per_ms = rates[i]};
        struct pf_token_bucket bucket = {0};
        uint64_t now_ms = 7;
        for (int round = 0; round < 1000; round++) {
            const uint64_t cost = 1 + pf_random_below(&random, 5000);
            const uint64_t ready_ms = pf_token_bucket_ready_ms(&bucket, &rate, cost);
            if (ready_ms > now_ms) {
                struct pf_token_bucket copy = bucket;
                assert_false(pf_token_bucket_take(&copy, &rate, ready_ms - 1, cost));
                now_ms = ready_ms;
            }
            assert_true(pf_token_bucket_take(&bucket, &rate, now_ms, cost));
        }
    }
}

/* The textbook algorithm: a level that rises over time up to the burst allowance. */
static void agrees_with_a_textbook_token_bucket(void **state)
{
    (void)state;
    struct pf_random random;
    pf_random_seed(&random, 2);
    for (int run = 0; run < 200; run++) {
        const struct pf_token_rate rate = {.burst = 1 + pf_random_below(&random, 20000),
                                           .per_ms = 1 + pf_random_below(&random, 300)};
        struct pf_token_bucket bucket = {0};
        uint64_t level = rate.burst;
        uint64_t now_ms = pf_random_below(&random, 1000);
        for (int step = 0; step < 300; step++) {
            const uint64_t elapsed_ms = pf_random_below(&random, 4) * pf_random_below(&random, 40);
            const uint64_t cost = pf_random_below(&random, 3000);
            now_ms += elapsed_ms;
            level += elapsed_ms * rate.per_ms;
            level = level < rate.burst ? level : rate.burst;
            const bool is_enough = level >= cost;
            assert_int_equal(pf_token_bucket_take(&bucket, &rate, now_ms, cost), is_enough);
            level -= is_enough ? cost : 0;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_bucket_is_full),
        cmocka_unit_test(tokens_are_added_at_the_rate),
        cmocka_unit_test(idle_time_adds_no_more_than_a_burst),
        cmocka_unit_test(refusal_takes_nothing),
        cmocka_unit_test(cost_above_the_burst_is_always_refused),
        cmocka_unit_test(the_latest_time_at_the_highest_rate_does_not_overflow),
        cmocka_unit_test(ready_time_is_the_first_that_succeeds),
        cmocka_unit_test(agrees_with_a_textbook_token_bucket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
