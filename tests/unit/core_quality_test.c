/* core_quality_test.c - how pictures are sent, what is told of it, and what is shown. */
/* SPDX-License-Identifier: MIT */
#include "core_events.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void meet(struct driver *d, pf_member_id id, uint32_t instance, const char *capabilities)
{
    driver_relay(d,
                 "{\"type\":\"member\",\"id\":\"%016" PRIx64 "\",\"name\":\"Bob\","
                 "\"instance\":%" PRIu32 ",\"away\":false,\"capabilities\":[%s]}",
                 id, instance, capabilities);
}

/* A member that takes `wanted` is connected, and its data channel is open. */
static pf_pc connect(struct driver *d, pf_member_id id)
{
    meet(d, id, DRIVER_THEIR_INSTANCE, "\"quality\"");
    driver_connect(d, id);
    return driver_pc(d, id);
}

/* The camera is on, and the browser has taken the first encoding. */
static pf_pc call(struct driver *d)
{
    driver_capture(d);
    driver_enter(d, 0, 0);
    const pf_pc pc = connect(d, DRIVER_LOW);
    driver_encoding_set(d, pc, PF_SOURCE_CAMERA, true);
    driver_channel_opened(d, pc);
    driver_wait(d, 2000);
    return pc;
}

static void ask(struct driver *d, pf_pc pc, uint32_t camera, uint32_t screen)
{
    char text[96];
    (void)snprintf(text, sizeof text,
                   "{\"type\":\"wanted\",\"camera\":%" PRIu32 ",\"screen\":%" PRIu32 "}", camera,
                   screen);
    driver_channel_message(d, pc, text);
}

static void assert_set(const struct driver *d, enum pf_source source, uint32_t scale,
                       uint32_t frame_rate, uint32_t rate_kbps)
{
    const struct pf_command *command = driver_get(d, PF_COMMAND_PC_SET_ENCODING);
    assert_int_equal(command->set_encoding.source, source);
    assert_int_equal(command->set_encoding.encoding.scale, scale);
    assert_int_equal(command->set_encoding.encoding.frame_rate, frame_rate);
    assert_int_equal(command->set_encoding.encoding.rate_kbps, rate_kbps);
}

static size_t sets(const struct driver *d)
{
    return driver_count(d, PF_COMMAND_PC_SET_ENCODING);
}

/* ---- what is sent ---- */

static void a_peer_that_has_not_asked_is_sent_the_full_size(void **state)
{
    struct driver *d = *state;
    driver_capture(d);
    driver_enter(d, 0, 0);
    (void)connect(d, DRIVER_LOW);
    assert_int_equal(sets(d), 1); /* nothing of the microphone */
    assert_set(d, PF_SOURCE_CAMERA, 1, 30, 500);
    assert_int_equal(driver_get(d, PF_COMMAND_PC_SET_ENCODING)->set_encoding.asked, 640);
}

static void nothing_is_set_while_nothing_is_sent(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    const pf_track camera = driver_get(d, PF_COMMAND_CAPTURE_OPEN)->capture_open.tracks[1];
    driver_enter(d, 0, 0);
    const pf_pc pc = connect(d, DRIVER_LOW);
    assert_int_equal(sets(d), 0);
    driver_opened(d, camera, "cam-1");
    assert_int_equal(sets(d), 1);
    assert_int_equal(driver_get(d, PF_COMMAND_PC_SET_ENCODING)->pc, pc);
}

static void a_peer_gets_what_it_asks_for(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = call(d);
    ask(d, pc, 200, 0);
    assert_set(d, PF_SOURCE_CAMERA, 2, 15, 150);
    driver_encoding_set(d, pc, PF_SOURCE_CAMERA, true);
    driver_wait(d, 100000);
    assert_int_equal(sets(d), 0);
}

static void a_sender_changes_once_in_two_seconds(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = call(d);
    ask(d, pc, 200, 0);
    driver_encoding_set(d, pc, PF_SOURCE_CAMERA, true);
    ask(d, pc, 100, 0);
    ask(d, pc, 640, 0);
    ask(d, pc, 100, 0);
    assert_int_equal(sets(d), 0);
    driver_wait(d, 1999);
    assert_int_equal(sets(d), 0);
    driver_wait(d, 1);
    assert_int_equal(sets(d), 1);
    assert_set(d, PF_SOURCE_CAMERA, 4, 15, 80); /* the latest */
}

static void a_change_waits_for_the_one_before(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = call(d);
    ask(d, pc, 200, 0);
    driver_wait(d, 5000);
    ask(d, pc, 100, 0);
    driver_wait(d, 5000);
    assert_int_equal(sets(d), 0);
    driver_encoding_set(d, pc, PF_SOURCE_CAMERA, true);
    assert_set(d, PF_SOURCE_CAMERA, 4, 15, 80);
}

static void a_picture_that_is_hidden_for_two_seconds_is_not_sent(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = call(d);
    ask(d, pc, 0, 0);
    driver_wait(d, 1999);
    assert_int_equal(sets(d), 0);
    ask(d, pc, 0, 0); /* no other beginning */
    driver_wait(d, 1);
    assert_set(d, PF_SOURCE_CAMERA, 1, 0, 0);
    driver_encoding_set(d, pc, PF_SOURCE_CAMERA, true);
    driver_wait(d, 1000);
    ask(d, pc, 640, 0);
    assert_set(d, PF_SOURCE_CAMERA, 1, 30, 500); /* at once */
}

static void
a_hidden_picture_is_not_sent_any_longer_because_its_sender_has_just_changed(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = call(d);
    ask(d, pc, 0, 0);
    driver_wait(d, 1000);
    (void)connect(d, DRIVER_HIGH);
    (void)connect(d, DRIVER_HIGH + 1);
    assert_set(d, PF_SOURCE_CAMERA, 1, 15, 300); /* three share what there is */
    driver_encoding_set(d, pc, PF_SOURCE_CAMERA, true);
    driver_wait(d, 1000);
    assert_set(d, PF_SOURCE_CAMERA, 1, 0, 0);
    driver_encoding_set(d, pc, PF_SOURCE_CAMERA, true);
    ask(d, pc, 640, 0); /* a key frame, which no sender makes twice in two seconds */
    assert_int_equal(sets(d), 0);
    driver_wait(d, 1000);
    assert_int_equal(driver_get(d, PF_COMMAND_PC_SET_ENCODING)->pc, pc);
}

static void a_browser_that_does_not_switch_off_is_asked_three_times_more(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = call(d);
    ask(d, pc, 0, 0);
    driver_wait(d, 2000);
    assert_set(d, PF_SOURCE_CAMERA, 1, 0, 0);
    driver_encoding_set(d, pc, PF_SOURCE_CAMERA, false);
    assert_set(d, PF_SOURCE_CAMERA, 1, 0, 0);
    for (int i = 0; i < 2; i++) {
        driver_encoding_set(d, pc, PF_SOURCE_CAMERA, false);
        assert_int_equal(sets(d), 0);
        driver_wait(d, 2000);
        assert_set(d, PF_SOURCE_CAMERA, 1, 0, 0);
    }
    driver_encoding_set(d, pc, PF_SOURCE_CAMERA, false);
    driver_wait(d, 100000);
    assert_int_equal(sets(d), 0);
}

static void a_picture_that_is_hidden_for_a_moment_goes_on(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = call(d);
    ask(d, pc, 0, 0);
    driver_wait(d, 1900);
    ask(d, pc, 640, 0);
    driver_wait(d, 10000);
    assert_int_equal(sets(d), 0);
}

static void a_browser_that_refuses_is_asked_three_times_more(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = call(d);
    ask(d, pc, 200, 0);
    for (int i = 0; i < 3; i++) {
        driver_encoding_set(d, pc, PF_SOURCE_CAMERA, false);
        assert_int_equal(sets(d), 0);
        driver_wait(d, 2000);
        assert_set(d, PF_SOURCE_CAMERA, 2, 15, 150);
    }
    driver_encoding_set(d, pc, PF_SOURCE_CAMERA, false);
    driver_wait(d, 100000);
    assert_int_equal(sets(d), 0);
    ask(d, pc, 100, 0); /* something else */
    assert_set(d, PF_SOURCE_CAMERA, 4, 15, 80);
}

static void what_is_not_possible_is_ignored_or_clamped(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = call(d);
    const uint32_t unreadable = driver_counters(d)->unreadable;
    driver_channel_message(d, pc, "{\"type\":\"wanted\",\"camera\":-1,\"screen\":0}");
    driver_channel_message(d, pc, "{\"type\":\"wanted\",\"camera\":0}");
    driver_channel_message(d, pc, "{\"type\":\"wanted\",\"camera\":\"0\",\"screen\":0}");
    assert_int_equal(driver_counters(d)->unreadable, unreadable + 3);
    driver_wait(d, 5000);
    assert_int_equal(sets(d), 0);
    ask(d, pc, UINT32_MAX, 0);
    assert_set(d, PF_SOURCE_CAMERA, 1, 30, 1500);
    assert_int_equal(driver_get(d, PF_COMMAND_PC_SET_ENCODING)->set_encoding.asked, 8192);
    driver_encoding_set(d, pc, PF_SOURCE_MICROPHONE, true); /* nobody has set that */
    driver_encoding_set(d, pc, PF_SOURCE_SCREEN_AUDIO, false);
    driver_encoding_set(d, pc + 1000, PF_SOURCE_CAMERA, true);
    assert_int_equal(d->commands_count, 0);
}

static void wanted_does_not_come_over_the_relay(void **state)
{
    struct driver *d = *state;
    (void)call(d);
    const uint32_t unreadable = driver_counters(d)->unreadable;
    driver_relay(d, "{\"type\":\"wanted\",\"camera\":0,\"screen\":0}");
    assert_int_equal(driver_counters(d)->unreadable, unreadable + 1);
}

static void a_shared_screen_comes_first(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = call(d);
    ask(d, pc, 640, 1280);
    driver_set(d, PF_SOURCE_SCREEN, true);
    const pf_track picture = driver_get(d, PF_COMMAND_SCREEN_OPEN)->screen_open.picture;
    driver_picked(d, picture, 0);
    assert_int_equal(sets(d), 2);
    assert_set(d, PF_SOURCE_CAMERA, 1, 15, 300);
    const struct pf_command *screen = driver_find_at(d, PF_COMMAND_PC_SET_ENCODING, 1);
    assert_int_equal(screen->set_encoding.source, PF_SOURCE_SCREEN);
    assert_int_equal(screen->set_encoding.asked, 1280);
    assert_int_equal(screen->set_encoding.encoding.rate_kbps, 1500);
    driver_encoding_set(d, pc, PF_SOURCE_CAMERA, true);
    driver_encoding_set(d, pc, PF_SOURCE_SCREEN, true);
    ask(d, pc, 640, 0);
    driver_wait(d, 2000);
    assert_set(d, PF_SOURCE_SCREEN, 1, 0, 0);
}

static void a_peer_that_is_gone_leaves_its_share_to_the_others(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = call(d);
    pf_pc others[4];
    for (uint32_t i = 0; i < 4; i++) {
        others[i] = connect(d, DRIVER_HIGH + i);
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
    assert_int_equal(sets(d), 3);
    assert_set(d, PF_SOURCE_CAMERA, 1, 15, 300);
}

/* ---- trouble ---- */

/* The same sample of each connection every 2 s. */
static size_t sample_for(struct driver *d, const pf_pc *pcs, size_t count, struct pf_sample sample,
                         uint32_t wait_ms)
{
    size_t changes = 0;
    for (uint32_t i = 0; i < wait_ms / 2000; i++) {
        driver_wait(d, 2000);
        changes += sets(d);
        for (size_t k = 0; k < count; k++) {
            driver_stats(d, pcs[k], sample);
            changes += sets(d);
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
    const pf_pc pc = call(d);
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
    const pf_pc pc = call(d);
    const struct pf_sample slow = {.encode_ms = 24}; /* of 33 */
    const struct pf_sample calm = {.encode_ms = 23};
    assert_int_equal(sample_for(d, &pc, 1, slow, 12000), 1);
    assert_int_equal(sample_for(d, &pc, 1, calm, 28000), 0);
    driver_wait(d, 2000);
    assert_set(d, PF_SOURCE_CAMERA, 1, 30, 500);
    driver_encoding_set(d, pc, PF_SOURCE_CAMERA, true);
    driver_wait(d, 100000);
    assert_int_equal(sets(d), 0);
}

static void what_was_taken_twice_comes_back_twice(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = call(d);
    const struct pf_sample busy = {.limitation = PF_LIMITATION_CPU};
    assert_int_equal(sample_for(d, &pc, 1, busy, 18000), 2);
    driver_wait(d, 30000);
    assert_int_equal(sets(d), 1);
    driver_encoding_set(d, pc, PF_SOURCE_CAMERA, true);
    driver_wait(d, 30000);
    assert_set(d, PF_SOURCE_CAMERA, 1, 30, 500);
}

static void sound_that_breaks_up_is_relieved_at_once_and_by_two(void **state)
{
    struct driver *d = *state;
    const struct pf_sample calm = {0}, broken = {.lost_out_percent = 16};
    const pf_pc pcs[] = {call(d), connect(d, DRIVER_HIGH), connect(d, DRIVER_HIGH + 1)};
    const struct pf_encoding then[] = {{150, 2, 15}, {80, 4, 15}};
    (void)sample_for(d, pcs, 3, calm, 6000); /* until all are sent what three are */
    for (size_t i = 0; i < 2; i++) { /* of the new level two samples have to speak as well */
        assert_int_equal(sample_for(d, pcs, 3, broken, 2000), 0); /* once may be chance */
        driver_wait(d, 2000);
        driver_stats(d, pcs[0], broken); /* one peer may have a network of its own */
        assert_int_equal(sets(d), 0);
        driver_stats(d, pcs[1], broken);
        assert_int_equal(sets(d), 3);
        assert_set(d, PF_SOURCE_CAMERA, then[i].scale, then[i].frame_rate, then[i].rate_kbps);
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
    const pf_pc pc = call(d);
    const struct pf_sample calm = {0}, narrow = {.lost_out_percent = 10};
    const uint32_t eases_s[] = {30, 60, 120, 120};
    assert_int_equal(sample_for(d, &pc, 1, narrow, 10000), 1);
    for (size_t i = 0; i < sizeof eases_s / sizeof eases_s[0]; i++) {
        /* The first good sample does not count: two of three are bad. */
        assert_int_equal(sample_for(d, &pc, 1, calm, eases_s[i] * 1000), 0);
        driver_wait(d, 2000);
        assert_set(d, PF_SOURCE_CAMERA, 1, 30, 500);
        driver_encoding_set(d, pc, PF_SOURCE_CAMERA, true);
        assert_int_equal(sample_for(d, &pc, 1, narrow, 4000), 1);
    }
    /* One that succeeds ends that. */
    assert_int_equal(sample_for(d, &pc, 1, calm, 120000), 0);
    driver_wait(d, 2000);
    assert_set(d, PF_SOURCE_CAMERA, 1, 30, 500);
    driver_encoding_set(d, pc, PF_SOURCE_CAMERA, true);
    assert_int_equal(sample_for(d, &pc, 1, calm, 16000), 0);
    assert_int_equal(sample_for(d, &pc, 1, narrow, 8000), 0);
    assert_int_equal(sample_for(d, &pc, 1, narrow, 2000), 1);
    assert_int_equal(sample_for(d, &pc, 1, calm, 30000), 0);
    driver_wait(d, 2000);
    assert_set(d, PF_SOURCE_CAMERA, 1, 30, 500);
}

static void connections_are_relieved_one_after_the_other(void **state)
{
    struct driver *d = *state;
    const struct pf_sample calm = {0}, narrow = {.lost_out_percent = 10};
    const pf_pc pcs[] = {call(d), connect(d, DRIVER_HIGH), connect(d, DRIVER_HIGH + 1)};
    (void)sample_for(d, pcs, 3, calm, 6000); /* until all are sent what three are */
    assert_int_equal(sample_for(d, pcs, 3, narrow, 10000), 3);
    for (uint32_t trials = 0; trials < 2; trials++) {
        /* Two samples of three, of two connections of three, are bad until the second good one. */
        assert_int_equal(sample_for(d, pcs, 3, calm, 2000), trials); /* the third one, late */
        assert_int_equal(sample_for(d, pcs, 3, calm, 30000u << trials), 0);
        driver_wait(d, 2000);
        assert_int_equal(sets(d), 1);
        driver_encoding_set(d, pcs[0], PF_SOURCE_CAMERA, true);
        driver_wait(d, 2999);
        assert_int_equal(sets(d), 0);
        driver_wait(d, 1);
        assert_int_equal(sets(d), 1);
        driver_encoding_set(d, pcs[1], PF_SOURCE_CAMERA, true);
        /* That is too much: meanwhile the third one has had its turn, and all go back. */
        if (trials == 0) {
            assert_int_equal(sample_for(d, pcs, 3, narrow, 2000), 0);
            assert_int_equal(sample_for(d, pcs, 3, narrow, 2000), 3);
        }
    }
    driver_wait(d, 3000);
    assert_int_equal(sets(d), 1);
    assert_set(d, PF_SOURCE_CAMERA, 1, 15, 300);
}

static void trial_of_one_connection_is_over_for_that_one(void **state)
{
    struct driver *d = *state;
    const struct pf_sample calm = {0}, narrow = {.lost_out_percent = 10};
    const pf_pc pcs[] = {call(d), connect(d, DRIVER_HIGH), connect(d, DRIVER_HIGH + 1)};
    (void)sample_for(d, pcs, 3, calm, 6000); /* until all are sent what three are */
    assert_int_equal(sample_for(d, pcs, 3, narrow, 10000), 3);
    assert_int_equal(sample_for(d, pcs, 3, calm, 30000), 0);
    assert_int_equal(sample_for(d, pcs, 3, narrow, 2000), 0); /* once may be chance */
    driver_wait(d, 2000);
    assert_int_equal(sets(d), 1);
    driver_encoding_set(d, pcs[0], PF_SOURCE_CAMERA, true);
    driver_stats(d, pcs[0], narrow);
    driver_stats(d, pcs[1], narrow);
    assert_int_equal(sets(d), 0);
    driver_wait(d, 2000);
    assert_int_equal(sets(d), 1);
    driver_encoding_set(d, pcs[0], PF_SOURCE_CAMERA, true);
    driver_wait(d, 50000);
    assert_int_equal(sets(d), 0);
}

static void trouble_from_before_a_gap_in_the_samples_is_over(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = call(d);
    const struct pf_sample busy = {.limitation = PF_LIMITATION_CPU};
    assert_int_equal(sample_for(d, &pc, 1, busy, 12000), 1);
    driver_wait(d, 20000); /* the page is hidden, or the connection lost */
    driver_stats(d, pc, (struct pf_sample){0});
    driver_wait(d, 10000);
    assert_set(d, PF_SOURCE_CAMERA, 1, 30, 500);
}

static void one_bad_sample_is_no_trouble(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = call(d);
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
    pcs[0] = call(d);
    pcs[1] = connect(d, DRIVER_HIGH);
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
    pcs[0] = call(d);
    const struct pf_sample lossy = {.lost_out_percent = 6};
    assert_int_equal(sample_for(d, pcs, 1, lossy, 6000), 0);
    pcs[1] = connect(d, DRIVER_HIGH);
    driver_encoding_set(d, pcs[1], PF_SOURCE_CAMERA, true);
    assert_int_equal(sample_for(d, pcs, 2, lossy, 4000), 2);
}

static void a_bandwidth_that_is_not_tried_is_no_trouble(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = call(d);
    const struct pf_sample own = {.limitation = PF_LIMITATION_BANDWIDTH, .available_kbps = 900};
    const struct pf_sample idle = {.available_kbps = 300};
    const struct pf_sample full = {.limitation = PF_LIMITATION_BANDWIDTH, .available_kbps = 300};
    assert_int_equal(sample_for(d, &pc, 1, own, 20000), 0);
    assert_int_equal(sample_for(d, &pc, 1, idle, 20000), 0);
    assert_int_equal(sample_for(d, &pc, 1, full, 12000), 1);
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
    const pf_pc pc = call(d);
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
    const pf_pc low = call(d);
    const pf_pc high = connect(d, DRIVER_HIGH);
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
    const pf_pc pc = call(d);
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
    const pf_pc pc = call(d);
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
    (void)call(d);
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
    const pf_pc pc = connect(d, DRIVER_LOW);
    driver_want(d, DRIVER_LOW, PF_SOURCE_CAMERA, 320);
    assert_int_equal(d->commands_count, 0);
    driver_channel_opened(d, pc);
    assert_int_equal(told(d, "{\"type\":\"wanted\",\"camera\":320,\"screen\":640}"), 1);
}

static void a_page_that_says_nothing_has_nothing_told(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_channel_opened(d, connect(d, DRIVER_LOW));
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CHANNEL_SEND), 1); /* the state */
}

static void an_older_client_is_told_nothing(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    meet(d, DRIVER_LOW, DRIVER_THEIR_INSTANCE, "\"reaction\",\"screen\"");
    driver_connect(d, DRIVER_LOW);
    driver_channel_opened(d, driver_pc(d, DRIVER_LOW));
    driver_want(d, DRIVER_LOW, PF_SOURCE_CAMERA, 320);
    assert_int_equal(d->commands_count, 0);
}

static void a_peer_that_reloads_is_told_again(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = call(d);
    driver_want(d, DRIVER_LOW, PF_SOURCE_CAMERA, 320);
    driver_wait(d, 1000);
    meet(d, DRIVER_LOW, 43, "\"quality\"");
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
