/* core_quality_test.c - how pictures are sent, what is told of it, and what is shown. */
/* SPDX-License-Identifier: MIT */
#include "core_pictures.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- what is sent ---- */

static void a_peer_that_has_not_asked_is_sent_the_full_size(void **state)
{
    struct driver *d = *state;
    driver_capture(d);
    driver_enter(d, 0, 0);
    (void)pictures_connect(d, DRIVER_LOW);
    assert_int_equal(pictures_sets(d), 1); /* nothing of the microphone */
    pictures_assert_set(d, PF_SOURCE_CAMERA, 1, 30, 500);
    assert_int_equal(driver_get(d, PF_COMMAND_PC_SET_ENCODING)->set_encoding.asked, 640);
}

static void nothing_is_set_while_nothing_is_sent(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    const pf_track camera = driver_get(d, PF_COMMAND_CAPTURE_OPEN)->capture_open.tracks[1];
    driver_enter(d, 0, 0);
    const pf_pc pc = pictures_connect(d, DRIVER_LOW);
    assert_int_equal(pictures_sets(d), 0);
    driver_opened(d, camera, "cam-1");
    assert_int_equal(pictures_sets(d), 1);
    assert_int_equal(driver_get(d, PF_COMMAND_PC_SET_ENCODING)->pc, pc);
}

static void a_peer_gets_what_it_asks_for(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = pictures_call(d);
    pictures_ask(d, pc, 200, 0);
    pictures_assert_set(d, PF_SOURCE_CAMERA, 2, 15, 150);
    driver_encoding_set(d, pc, PF_SOURCE_CAMERA, true);
    driver_wait(d, 100000);
    assert_int_equal(pictures_sets(d), 0);
}

static void a_sender_changes_once_in_two_seconds(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = pictures_call(d);
    pictures_ask(d, pc, 200, 0);
    driver_encoding_set(d, pc, PF_SOURCE_CAMERA, true);
    pictures_ask(d, pc, 100, 0);
    pictures_ask(d, pc, 640, 0);
    pictures_ask(d, pc, 100, 0);
    assert_int_equal(pictures_sets(d), 0);
    driver_wait(d, 1999);
    assert_int_equal(pictures_sets(d), 0);
    driver_wait(d, 1);
    assert_int_equal(pictures_sets(d), 1);
    pictures_assert_set(d, PF_SOURCE_CAMERA, 4, 15, 80); /* the latest */
}

static void a_change_waits_for_the_one_before(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = pictures_call(d);
    pictures_ask(d, pc, 200, 0);
    driver_wait(d, 5000);
    pictures_ask(d, pc, 100, 0);
    driver_wait(d, 5000);
    assert_int_equal(pictures_sets(d), 0);
    driver_encoding_set(d, pc, PF_SOURCE_CAMERA, true);
    pictures_assert_set(d, PF_SOURCE_CAMERA, 4, 15, 80);
}

static void a_picture_that_is_hidden_for_two_seconds_is_not_sent(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = pictures_call(d);
    pictures_ask(d, pc, 0, 0);
    driver_wait(d, 1999);
    assert_int_equal(pictures_sets(d), 0);
    pictures_ask(d, pc, 0, 0); /* no other beginning */
    driver_wait(d, 1);
    pictures_assert_set(d, PF_SOURCE_CAMERA, 1, 0, 0);
    driver_encoding_set(d, pc, PF_SOURCE_CAMERA, true);
    driver_wait(d, 1000);
    pictures_ask(d, pc, 640, 0);
    pictures_assert_set(d, PF_SOURCE_CAMERA, 1, 30, 500); /* at once */
}

static void
a_hidden_picture_is_not_sent_any_longer_because_its_sender_has_just_changed(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = pictures_call(d);
    pictures_ask(d, pc, 0, 0);
    driver_wait(d, 1000);
    (void)pictures_connect(d, DRIVER_HIGH);
    (void)pictures_connect(d, DRIVER_HIGH + 1);
    pictures_assert_set(d, PF_SOURCE_CAMERA, 1, 15, 300); /* three share what there is */
    driver_encoding_set(d, pc, PF_SOURCE_CAMERA, true);
    driver_wait(d, 1000);
    pictures_assert_set(d, PF_SOURCE_CAMERA, 1, 0, 0);
    driver_encoding_set(d, pc, PF_SOURCE_CAMERA, true);
    pictures_ask(d, pc, 640, 0); /* a key frame, which no sender makes twice in two seconds */
    assert_int_equal(pictures_sets(d), 0);
    driver_wait(d, 1000);
    assert_int_equal(driver_get(d, PF_COMMAND_PC_SET_ENCODING)->pc, pc);
}

static void a_browser_that_does_not_switch_off_is_asked_three_times_more(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = pictures_call(d);
    pictures_ask(d, pc, 0, 0);
    driver_wait(d, 2000);
    pictures_assert_set(d, PF_SOURCE_CAMERA, 1, 0, 0);
    driver_encoding_set(d, pc, PF_SOURCE_CAMERA, false);
    pictures_assert_set(d, PF_SOURCE_CAMERA, 1, 0, 0);
    for (int i = 0; i < 2; i++) {
        driver_encoding_set(d, pc, PF_SOURCE_CAMERA, false);
        assert_int_equal(pictures_sets(d), 0);
        driver_wait(d, 2000);
        pictures_assert_set(d, PF_SOURCE_CAMERA, 1, 0, 0);
    }
    driver_encoding_set(d, pc, PF_SOURCE_CAMERA, false);
    driver_wait(d, 100000);
    assert_int_equal(pictures_sets(d), 0);
}

static void a_picture_that_is_hidden_for_a_moment_goes_on(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = pictures_call(d);
    pictures_ask(d, pc, 0, 0);
    driver_wait(d, 1900);
    pictures_ask(d, pc, 640, 0);
    driver_wait(d, 10000);
    assert_int_equal(pictures_sets(d), 0);
}

static void a_browser_that_refuses_is_asked_three_times_more(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = pictures_call(d);
    pictures_ask(d, pc, 200, 0);
    for (int i = 0; i < 3; i++) {
        driver_encoding_set(d, pc, PF_SOURCE_CAMERA, false);
        assert_int_equal(pictures_sets(d), 0);
        driver_wait(d, 2000);
        pictures_assert_set(d, PF_SOURCE_CAMERA, 2, 15, 150);
    }
    driver_encoding_set(d, pc, PF_SOURCE_CAMERA, false);
    driver_wait(d, 100000);
    assert_int_equal(pictures_sets(d), 0);
    pictures_ask(d, pc, 100, 0); /* something else */
    pictures_assert_set(d, PF_SOURCE_CAMERA, 4, 15, 80);
}

static void what_is_not_possible_is_ignored_or_clamped(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = pictures_call(d);
    const uint32_t unreadable = driver_counters(d)->unreadable;
    driver_channel_message(d, pc, "{\"type\":\"wanted\",\"camera\":-1,\"screen\":0}");
    driver_channel_message(d, pc, "{\"type\":\"wanted\",\"camera\":0}");
    driver_channel_message(d, pc, "{\"type\":\"wanted\",\"camera\":\"0\",\"screen\":0}");
    assert_int_equal(driver_counters(d)->unreadable, unreadable + 3);
    driver_wait(d, 5000);
    assert_int_equal(pictures_sets(d), 0);
    pictures_ask(d, pc, UINT32_MAX, 0);
    pictures_assert_set(d, PF_SOURCE_CAMERA, 1, 30, 1500);
    assert_int_equal(driver_get(d, PF_COMMAND_PC_SET_ENCODING)->set_encoding.asked, 8192);
    driver_encoding_set(d, pc, PF_SOURCE_MICROPHONE, true); /* nobody has set that */
    driver_encoding_set(d, pc, PF_SOURCE_SCREEN_AUDIO, false);
    driver_encoding_set(d, pc + 1000, PF_SOURCE_CAMERA, true);
    assert_int_equal(d->commands_count, 0);
}

static void wanted_does_not_come_over_the_relay(void **state)
{
    struct driver *d = *state;
    (void)pictures_call(d);
    const uint32_t unreadable = driver_counters(d)->unreadable;
    driver_relay(d, "{\"type\":\"wanted\",\"camera\":0,\"screen\":0}");
    assert_int_equal(driver_counters(d)->unreadable, unreadable + 1);
}

static void a_shared_screen_comes_first(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = pictures_call(d);
    pictures_ask(d, pc, 640, 1280);
    driver_set(d, PF_SOURCE_SCREEN, true);
    const pf_track picture = driver_get(d, PF_COMMAND_SCREEN_OPEN)->screen_open.picture;
    driver_picked(d, picture, 0);
    assert_int_equal(pictures_sets(d), 2);
    pictures_assert_set(d, PF_SOURCE_CAMERA, 1, 15, 300);
    const struct pf_command *screen = driver_find_at(d, PF_COMMAND_PC_SET_ENCODING, 1);
    assert_int_equal(screen->set_encoding.source, PF_SOURCE_SCREEN);
    assert_int_equal(screen->set_encoding.asked, 1280);
    assert_int_equal(screen->set_encoding.encoding.rate_kbps, 1500);
    driver_encoding_set(d, pc, PF_SOURCE_CAMERA, true);
    driver_encoding_set(d, pc, PF_SOURCE_SCREEN, true);
    pictures_ask(d, pc, 640, 0);
    driver_wait(d, 2000);
    pictures_assert_set(d, PF_SOURCE_SCREEN, 1, 0, 0);
}

static void a_peer_that_is_gone_leaves_its_share_to_the_others(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = pictures_call(d);
    pf_pc others[4];
    for (uint32_t i = 0; i < 4; i++) {
        others[i] = pictures_connect(d, DRIVER_HIGH + i);
        driver_encoding_set(d, others[i], PF_SOURCE_CAMERA, true);
    }
    for (int rounds = 0; rounds < 2; rounds++) {
        driver_wait(d, 2000);
        driver_encoding_set(d, pc, PF_SOURCE_CAMERA, true);
        for (uint32_t i = 0; i < 4; i++) {
            driver_encoding_set(d, others[i], PF_SOURCE_CAMERA, true);
        }
    }
    driver_left(d, DRIVER_HIGH, "left");
    driver_left(d, DRIVER_HIGH + 1, "left");
    assert_int_equal(pictures_sets(d), 3);
    pictures_assert_set(d, PF_SOURCE_CAMERA, 1, 15, 300);
}

/* ---- what is shown ---- */

static void assert_quality(const struct driver *d, pf_member_id id, enum pf_quality_grade grade,
                           enum pf_quality_reason reason)
{
    assert_int_equal(driver_peer(d, id)->quality, grade);
    assert_int_equal(driver_peer(d, id)->quality_reason, reason);
}

static void show_sample(struct driver *d, pf_pc pc, struct pf_sample sample)
{
    driver_stats(d, pc, sample);
    driver_wait(d, 2000);
    driver_stats(d, pc, sample);
}

static void a_quality_is_shown_when_two_samples_agree(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = pictures_call(d);
    const struct pf_sample weak = {.lost_in_percent = 6};
    assert_quality(d, DRIVER_LOW, PF_QUALITY_GOOD, PF_REASON_NONE);
    driver_stats(d, pc, weak);
    assert_int_equal(d->commands_count, 0);
    driver_stats(d, pc, (struct pf_sample){0});
    driver_stats(d, pc, weak);
    assert_int_equal(d->commands_count, 0);
    driver_stats(d, pc, weak);
    assert_quality(d, DRIVER_LOW, PF_QUALITY_WEAK, PF_REASON_THEIR_NETWORK);
    driver_stats(d, pc, weak);
    assert_int_equal(d->commands_count, 0);
    show_sample(d, pc, (struct pf_sample){.round_trip_ms = 900, .lost_out_percent = 3});
    assert_quality(d, DRIVER_LOW, PF_QUALITY_BAD, PF_REASON_YOUR_NETWORK);
    show_sample(d, pc, (struct pf_sample){.round_trip_ms = 400});
    assert_quality(d, DRIVER_LOW, PF_QUALITY_GOOD, PF_REASON_NONE);
}

static void the_network_that_most_have_in_common_is_blamed(void **state)
{
    struct driver *d = *state;
    const pf_pc low = pictures_call(d);
    const pf_pc high = pictures_connect(d, DRIVER_HIGH);
    const struct pf_sample lossy = {.lost_out_percent = 20};
    driver_stats(d, high, (struct pf_sample){0});
    show_sample(d, low, lossy);
    assert_quality(d, DRIVER_LOW, PF_QUALITY_BAD, PF_REASON_THEIR_NETWORK);
    show_sample(d, high, lossy);
    show_sample(d, low, lossy);
    assert_quality(d, DRIVER_HIGH, PF_QUALITY_BAD, PF_REASON_YOUR_NETWORK);
    assert_quality(d, DRIVER_LOW, PF_QUALITY_BAD, PF_REASON_YOUR_NETWORK);
}

static void a_busy_computer_and_a_small_picture_are_told_apart(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = pictures_call(d);
    driver_want(d, DRIVER_LOW, PF_SOURCE_CAMERA, 1000);
    show_sample(d, pc, (struct pf_sample){.width = 640});
    assert_quality(d, DRIVER_LOW, PF_QUALITY_GOOD, PF_REASON_NONE);
    show_sample(d, pc, (struct pf_sample){.width = 320});
    assert_quality(d, DRIVER_LOW, PF_QUALITY_GOOD, PF_REASON_SMALL);
    driver_want(d, DRIVER_LOW, PF_SOURCE_CAMERA, 400);
    show_sample(d, pc, (struct pf_sample){.width = 320});
    assert_quality(d, DRIVER_LOW, PF_QUALITY_GOOD, PF_REASON_NONE);
    show_sample(d, pc, (struct pf_sample){.limitation = PF_LIMITATION_CPU});
    driver_stats(d, pc, (struct pf_sample){.limitation = PF_LIMITATION_CPU});
    assert_quality(d, DRIVER_LOW, PF_QUALITY_WEAK, PF_REASON_BUSY);
}

static void statistics_of_what_is_closed_are_dropped(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = pictures_call(d);
    driver_left(d, DRIVER_LOW, "left");
    driver_stats(d, pc, (struct pf_sample){.lost_out_percent = 50});
    driver_stats(d, 0, (struct pf_sample){.lost_out_percent = 50});
    assert_int_equal(d->commands_count, 0);
}

/* ---- what is told ---- */

static size_t told(const struct driver *d, const char *text)
{
    size_t count = 0;
    for (size_t i = 0; i < driver_count(d, PF_COMMAND_PC_CHANNEL_SEND); i++) {
        count += pf_slice_equal(driver_find_at(d, PF_COMMAND_PC_CHANNEL_SEND, i)->text,
                                pf_slice_of(text));
    }
    return count;
}

static void a_peer_is_told_how_wide_it_is_shown(void **state)
{
    struct driver *d = *state;
    (void)pictures_call(d);
    driver_want(d, DRIVER_LOW, PF_SOURCE_CAMERA, 320);
    assert_int_equal(told(d, "{\"type\":\"wanted\",\"camera\":320,\"screen\":640}"), 1);
    driver_want(d, DRIVER_LOW, PF_SOURCE_SCREEN, 0);
    driver_want(d, DRIVER_LOW, PF_SOURCE_CAMERA, UINT32_MAX);
    assert_int_equal(d->commands_count, 0);
    driver_wait(d, 499);
    assert_int_equal(d->commands_count, 0);
    driver_wait(d, 1);
    assert_int_equal(told(d, "{\"type\":\"wanted\",\"camera\":8192,\"screen\":0}"), 1);
    driver_wait(d, 5000);
    driver_want(d, DRIVER_LOW, PF_SOURCE_CAMERA, 9000); /* the same */
    driver_want(d, DRIVER_LOW, PF_SOURCE_MICROPHONE, 1);
    driver_want(d, DRIVER_LOW, PF_SOURCE_SCREEN_AUDIO, 1);
    driver_want(d, DRIVER_HIGH, PF_SOURCE_CAMERA, 1); /* nobody */
    driver_want(d, 0, PF_SOURCE_CAMERA, 1);
    assert_int_equal(d->commands_count, 0);
}

static void what_was_said_early_is_told_when_the_channel_opens(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    const pf_pc pc = pictures_connect(d, DRIVER_LOW);
    driver_want(d, DRIVER_LOW, PF_SOURCE_CAMERA, 320);
    assert_int_equal(d->commands_count, 0);
    driver_channel_opened(d, pc);
    assert_int_equal(told(d, "{\"type\":\"wanted\",\"camera\":320,\"screen\":640}"), 1);
}

static void a_page_that_says_nothing_has_nothing_told(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_channel_opened(d, pictures_connect(d, DRIVER_LOW));
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CHANNEL_SEND), 1); /* the state */
}

static void an_older_client_is_told_nothing(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    pictures_meet(d, DRIVER_LOW, DRIVER_THEIR_INSTANCE, "\"reaction\",\"screen\"");
    driver_connect(d, DRIVER_LOW);
    driver_channel_opened(d, driver_pc(d, DRIVER_LOW));
    driver_want(d, DRIVER_LOW, PF_SOURCE_CAMERA, 320);
    assert_int_equal(d->commands_count, 0);
}

static void a_peer_that_reloads_is_told_again(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = pictures_call(d);
    driver_want(d, DRIVER_LOW, PF_SOURCE_CAMERA, 320);
    driver_wait(d, 1000);
    pictures_meet(d, DRIVER_LOW, 43, "\"quality\"");
    assert_int_equal(driver_find(d, PF_COMMAND_PC_CLOSE)->pc, pc);
    driver_relay(d,
                 "{\"type\":\"signal\",\"from\":\"%016" PRIx64 "\",\"fromInstance\":43,"
                 "\"toInstance\":77,\"kind\":\"description\",\"epoch\":8,\"offerNumber\":1,"
                 "\"description\":{\"type\":\"offer\",\"sdp\":\"v=0\"}}",
                 DRIVER_LOW);
    driver_channel_opened(d, driver_pc(d, DRIVER_LOW));
    assert_int_equal(told(d, "{\"type\":\"wanted\",\"camera\":320,\"screen\":640}"), 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, driver_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_peer_that_has_not_asked_is_sent_the_full_size),
        TEST(nothing_is_set_while_nothing_is_sent),
        TEST(a_peer_gets_what_it_asks_for),
        TEST(a_sender_changes_once_in_two_seconds),
        TEST(a_change_waits_for_the_one_before),
        TEST(a_picture_that_is_hidden_for_two_seconds_is_not_sent),
        TEST(a_hidden_picture_is_not_sent_any_longer_because_its_sender_has_just_changed),
        TEST(a_browser_that_does_not_switch_off_is_asked_three_times_more),
        TEST(a_picture_that_is_hidden_for_a_moment_goes_on),
        TEST(a_browser_that_refuses_is_asked_three_times_more),
        TEST(what_is_not_possible_is_ignored_or_clamped),
        TEST(wanted_does_not_come_over_the_relay),
        TEST(a_shared_screen_comes_first),
        TEST(a_peer_that_is_gone_leaves_its_share_to_the_others),
        TEST(a_quality_is_shown_when_two_samples_agree),
        TEST(the_network_that_most_have_in_common_is_blamed),
        TEST(a_busy_computer_and_a_small_picture_are_told_apart),
        TEST(statistics_of_what_is_closed_are_dropped),
        TEST(a_peer_is_told_how_wide_it_is_shown),
        TEST(what_was_said_early_is_told_when_the_channel_opens),
        TEST(a_page_that_says_nothing_has_nothing_told),
        TEST(an_older_client_is_told_nothing),
        TEST(a_peer_that_reloads_is_told_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
