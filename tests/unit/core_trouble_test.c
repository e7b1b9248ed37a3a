/* core_trouble_test.c - what is taken from pictures when processor or uplink are too slow. */
/* SPDX-License-Identifier: MIT */
#include "core_pictures.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The same sample of each connection every 2 s. */
static size_t sample_for(struct driver *d, const pf_pc *pcs, size_t count, struct pf_sample sample,
                         uint32_t wait_ms)
{
    size_t changes = 0;
    for (uint32_t i = 0; i < wait_ms / 2000; i++) {
        driver_wait(d, 2000);
        changes += pictures_sets(d);
        for (size_t k = 0; k < count; k++) {
            driver_stats(d, pcs[k], sample);
            changes += pictures_sets(d);
        }
        for (size_t k = 0; k < count; k++) {
            driver_encoding_set(d, pcs[k], PF_SOURCE_CAMERA, true);
        }
    }
    return changes;
}

static void a_busy_processor_is_relieved_after_five_seconds(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = pictures_call(d);
    const struct pf_sample busy = {.limitation = PF_LIMITATION_CPU};
    assert_int_equal(sample_for(d, &pc, 1, busy, 8000), 0); /* twice, and for four seconds */
    assert_int_equal(sample_for(d, &pc, 1, busy, 2000), 1);
    driver_leave(d);
    driver_wait(d, 100000);
    assert_true(pf_room_deadline_ms(d->room) == PF_NEVER);
}

static void what_was_taken_comes_back_after_thirty_seconds_without_trouble(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = pictures_call(d);
    const struct pf_sample slow = {.encode_ms = 24}; /* of 33 */
    const struct pf_sample calm = {.encode_ms = 23};
    assert_int_equal(sample_for(d, &pc, 1, slow, 12000), 1);
    assert_int_equal(sample_for(d, &pc, 1, calm, 28000), 0);
    driver_wait(d, 2000);
    pictures_assert_set(d, PF_SOURCE_CAMERA, 1, 30, 500);
    driver_encoding_set(d, pc, PF_SOURCE_CAMERA, true);
    driver_wait(d, 100000);
    assert_int_equal(pictures_sets(d), 0);
}

static void what_was_taken_twice_comes_back_twice(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = pictures_call(d);
    const struct pf_sample busy = {.limitation = PF_LIMITATION_CPU};
    assert_int_equal(sample_for(d, &pc, 1, busy, 18000), 2);
    driver_wait(d, 30000);
    assert_int_equal(pictures_sets(d), 1);
    driver_encoding_set(d, pc, PF_SOURCE_CAMERA, true);
    driver_wait(d, 30000);
    pictures_assert_set(d, PF_SOURCE_CAMERA, 1, 30, 500);
}

/* Three peers, who are sent what three are. */
static void call_three(struct driver *d, pf_pc pcs[3])
{
    pcs[0] = pictures_call(d);
    pcs[1] = pictures_connect(d, DRIVER_HIGH);
    pcs[2] = pictures_connect(d, DRIVER_HIGH + 1);
    (void)sample_for(d, pcs, 3, (struct pf_sample){0}, 6000);
}

/* Three peers, who are sent less for the first time. */
static void call_three_in_trouble(struct driver *d, pf_pc pcs[3], struct pf_sample narrow)
{
    call_three(d, pcs);
    assert_int_equal(sample_for(d, pcs, 3, narrow, 10000), 3);
}

static void sound_that_breaks_up_is_relieved_at_once_and_by_two(void **state)
{
    struct driver *d = *state;
    const struct pf_sample broken = {.lost_out_percent = 16};
    pf_pc pcs[3];
    const struct pf_encoding then[] = {{150, 2, 15}, {80, 4, 15}};
    call_three(d, pcs);
    for (size_t i = 0; i < 2; i++) { /* of the new level two samples have to speak as well */
        assert_int_equal(sample_for(d, pcs, 3, broken, 2000), 0); /* once may be chance */
        driver_wait(d, 2000);
        driver_stats(d, pcs[0], broken); /* one peer may have a network of its own */
        assert_int_equal(pictures_sets(d), 0);
        driver_stats(d, pcs[1], broken);
        assert_int_equal(pictures_sets(d), 3);
        pictures_assert_set(d, PF_SOURCE_CAMERA, then[i].scale, then[i].frame_rate,
                            then[i].rate_kbps);
        for (size_t k = 0; k < 3; k++) {
            driver_encoding_set(d, pcs[k], PF_SOURCE_CAMERA, true);
        }
    }
    /* That was the highest level. */
    assert_int_equal(sample_for(d, pcs, 3, broken, 10000), 0);
}

static void trial_that_fails_is_over_soon_and_the_next_one_comes_later(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = pictures_call(d);
    const struct pf_sample calm = {0}, narrow = {.lost_out_percent = 10};
    const uint32_t eases_s[] = {30, 60, 120, 120};
    assert_int_equal(sample_for(d, &pc, 1, narrow, 10000), 1);
    for (size_t i = 0; i < sizeof eases_s / sizeof eases_s[0]; i++) {
        /* The first good sample does not count: two of three are bad. */
        assert_int_equal(sample_for(d, &pc, 1, calm, eases_s[i] * 1000), 0);
        driver_wait(d, 2000);
        pictures_assert_set(d, PF_SOURCE_CAMERA, 1, 30, 500);
        driver_encoding_set(d, pc, PF_SOURCE_CAMERA, true);
        assert_int_equal(sample_for(d, &pc, 1, narrow, 4000), 1);
    }
    /* One that succeeds ends that. */
    assert_int_equal(sample_for(d, &pc, 1, calm, 120000), 0);
    driver_wait(d, 2000);
    pictures_assert_set(d, PF_SOURCE_CAMERA, 1, 30, 500);
    driver_encoding_set(d, pc, PF_SOURCE_CAMERA, true);
    assert_int_equal(sample_for(d, &pc, 1, calm, 16000), 0);
    assert_int_equal(sample_for(d, &pc, 1, narrow, 8000), 0);
    assert_int_equal(sample_for(d, &pc, 1, narrow, 2000), 1);
    assert_int_equal(sample_for(d, &pc, 1, calm, 30000), 0);
    driver_wait(d, 2000);
    pictures_assert_set(d, PF_SOURCE_CAMERA, 1, 30, 500);
}

static void connections_are_relieved_one_after_the_other(void **state)
{
    struct driver *d = *state;
    const struct pf_sample calm = {0}, narrow = {.lost_out_percent = 10};
    pf_pc pcs[3];
    call_three_in_trouble(d, pcs, narrow);
    for (uint32_t trials = 0; trials < 2; trials++) {
        /* Two samples of three, of two connections of three, are bad until the second good one. */
        assert_int_equal(sample_for(d, pcs, 3, calm, 2000), trials); /* the third one, late */
        assert_int_equal(sample_for(d, pcs, 3, calm, 30000u << trials), 0);
        driver_wait(d, 2000);
        assert_int_equal(pictures_sets(d), 1);
        driver_encoding_set(d, pcs[0], PF_SOURCE_CAMERA, true);
        driver_wait(d, 2999);
        assert_int_equal(pictures_sets(d), 0);
        driver_wait(d, 1);
        assert_int_equal(pictures_sets(d), 1);
        driver_encoding_set(d, pcs[1], PF_SOURCE_CAMERA, true);
        /* That is too much: meanwhile the third one has had its turn, and all go back. */
        if (trials == 0) {
            assert_int_equal(sample_for(d, pcs, 3, narrow, 2000), 0);
            assert_int_equal(sample_for(d, pcs, 3, narrow, 2000), 3);
        }
    }
    driver_wait(d, 3000);
    assert_int_equal(pictures_sets(d), 1);
    pictures_assert_set(d, PF_SOURCE_CAMERA, 1, 15, 300);
}

static void trial_of_one_connection_is_over_for_that_one(void **state)
{
    struct driver *d = *state;
    const struct pf_sample calm = {0}, narrow = {.lost_out_percent = 10};
    pf_pc pcs[3];
    call_three_in_trouble(d, pcs, narrow);
    assert_int_equal(sample_for(d, pcs, 3, calm, 30000), 0);
    assert_int_equal(sample_for(d, pcs, 3, narrow, 2000), 0); /* once may be chance */
    driver_wait(d, 2000);
    assert_int_equal(pictures_sets(d), 1);
    driver_encoding_set(d, pcs[0], PF_SOURCE_CAMERA, true);
    driver_stats(d, pcs[0], narrow);
    driver_stats(d, pcs[1], narrow);
    assert_int_equal(pictures_sets(d), 0);
    driver_wait(d, 2000);
    assert_int_equal(pictures_sets(d), 1);
    driver_encoding_set(d, pcs[0], PF_SOURCE_CAMERA, true);
    driver_wait(d, 50000);
    assert_int_equal(pictures_sets(d), 0);
}

static void trouble_from_before_a_gap_in_the_samples_is_over(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = pictures_call(d);
    const struct pf_sample busy = {.limitation = PF_LIMITATION_CPU};
    assert_int_equal(sample_for(d, &pc, 1, busy, 12000), 1);
    driver_wait(d, 20000); /* the page is hidden, or the connection lost */
    driver_stats(d, pc, (struct pf_sample){0});
    driver_wait(d, 10000);
    pictures_assert_set(d, PF_SOURCE_CAMERA, 1, 30, 500);
}

static void one_bad_sample_is_no_trouble(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = pictures_call(d);
    const struct pf_sample busy = {.limitation = PF_LIMITATION_CPU};
    const struct pf_sample calm = {.limitation = PF_LIMITATION_NONE};
    for (int i = 0; i < 10; i++) {
        assert_int_equal(sample_for(d, &pc, 1, busy, 2000), 0);
        assert_int_equal(sample_for(d, &pc, 1, calm, 4000), 0);
    }
}

static void an_uplink_is_relieved_if_most_peers_suffer(void **state)
{
    struct driver *d = *state;
    pf_pc pcs[2];
    pcs[0] = pictures_call(d);
    pcs[1] = pictures_connect(d, DRIVER_HIGH);
    driver_encoding_set(d, pcs[1], PF_SOURCE_CAMERA, true);
    const struct pf_sample lossy = {.lost_out_percent = 6};
    assert_int_equal(sample_for(d, pcs, 1, lossy, 4000), 0);
    for (int i = 0; i < 10; i++) { /* only one of them does */
        driver_stats(d, pcs[1], (struct pf_sample){0});
        assert_int_equal(sample_for(d, pcs, 1, lossy, 2000), 0);
    }
    assert_int_equal(sample_for(d, pcs, 2, lossy, 12000), 2);
}

static void a_connection_is_no_sign_of_calm_before_its_second_sample(void **state)
{
    struct driver *d = *state;
    pf_pc pcs[2];
    pcs[0] = pictures_call(d);
    const struct pf_sample lossy = {.lost_out_percent = 6};
    assert_int_equal(sample_for(d, pcs, 1, lossy, 6000), 0);
    pcs[1] = pictures_connect(d, DRIVER_HIGH);
    driver_encoding_set(d, pcs[1], PF_SOURCE_CAMERA, true);
    assert_int_equal(sample_for(d, pcs, 2, lossy, 4000), 2);
}

static void a_bandwidth_that_is_not_tried_is_no_trouble(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = pictures_call(d);
    const struct pf_sample own = {.limitation = PF_LIMITATION_BANDWIDTH, .available_kbps = 900};
    const struct pf_sample idle = {.available_kbps = 300};
    const struct pf_sample full = {.limitation = PF_LIMITATION_BANDWIDTH, .available_kbps = 300};
    assert_int_equal(sample_for(d, &pc, 1, own, 20000), 0);
    assert_int_equal(sample_for(d, &pc, 1, idle, 20000), 0);
    assert_int_equal(sample_for(d, &pc, 1, full, 12000), 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, driver_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_busy_processor_is_relieved_after_five_seconds),
        TEST(what_was_taken_comes_back_after_thirty_seconds_without_trouble),
        TEST(what_was_taken_twice_comes_back_twice),
        TEST(sound_that_breaks_up_is_relieved_at_once_and_by_two),
        TEST(trial_that_fails_is_over_soon_and_the_next_one_comes_later),
        TEST(connections_are_relieved_one_after_the_other),
        TEST(trial_of_one_connection_is_over_for_that_one),
        TEST(trouble_from_before_a_gap_in_the_samples_is_over),
        TEST(one_bad_sample_is_no_trouble),
        TEST(an_uplink_is_relieved_if_most_peers_suffer),
        TEST(a_connection_is_no_sign_of_calm_before_its_second_sample),
        TEST(a_bandwidth_that_is_not_tried_is_no_trouble),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
