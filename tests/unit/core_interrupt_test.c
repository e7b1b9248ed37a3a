/* core_interrupt_test.c - tracks that the system mutes, and pages that are visible again (D22,
 * D23). */
/* SPDX-License-Identifier: MIT */
#include "core_captures.h"

/* What a state says of the screen that nobody shares. */
#define OFF "\"screen\":\"off\",\"screenAudio\":\"off\""

enum { PATIENCE_MS = 1000 }; /* what lasts less long is no interruption */

/* How often the connected peer was told that of the camera. */
static size_t told(const struct driver *driver, const char *text)
{
    return driver_sent(driver, "\"kind\":\"state\"", text, NULL);
}

static void D22_a_camera_that_the_system_mutes_is_interrupted_and_not_switched_off(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    const pf_track track = d->local[CAMERA].track;
    driver_muted(d, track, true);
    assert_false(d->local[CAMERA].interrupted);
    driver_wait(d, PATIENCE_MS);
    assert_true(d->local[CAMERA].interrupted && d->local[CAMERA].on);
    assert_local(d, CAMERA, PF_CAPTURE_LIVE, PF_DOM_ERROR_NONE);
    assert_false(d->local[MICROPHONE].interrupted);
    assert_int_equal(told(d, "\"camera\":\"on\"," OFF ",\"interrupted\":[\"camera\"]"), 1);
    assert_int_equal(driver_count(d, PF_COMMAND_TRACK_ENABLE), 0);
    driver_muted(d, track, false);
    assert_false(d->local[CAMERA].interrupted);
    assert_int_equal(told(d, "\"camera\":\"on\"," OFF "}"), 1);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
}

static void D22_a_moment_without_a_picture_is_no_interruption(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    const pf_track track = d->local[CAMERA].track;
    for (int i = 0; i < 5; i++) {
        driver_muted(d, track, true);
        driver_wait(d, PATIENCE_MS - 1);
        assert_int_equal(told(d, "interrupted"), 0);
        driver_muted(d, track, false);
        driver_wait(d, PATIENCE_MS);
        assert_int_equal(told(d, "interrupted"), 0);
    }
}

static void D22_both_sources_are_told_to_be_interrupted(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    driver_muted(d, d->local[MICROPHONE].track, true);
    driver_muted(d, d->local[CAMERA].track, true);
    driver_wait(d, PATIENCE_MS);
    assert_int_equal(told(d, "\"interrupted\":[\"microphone\",\"camera\"]"), 1);
}

static void D22_who_mutes_during_an_interruption_is_muted(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    const pf_track track = d->local[MICROPHONE].track;
    driver_muted(d, track, true);
    driver_wait(d, PATIENCE_MS);
    driver_set(d, MICROPHONE, false);
    assert_false(d->local[MICROPHONE].interrupted || d->local[MICROPHONE].on);
    assert_int_equal(told(d, "\"microphone\":\"off\",\"camera\":\"on\"," OFF "}"), 1);
    driver_muted(d, track, false);
    assert_false(d->local[MICROPHONE].on);
    assert_int_equal(driver_count(d, PF_COMMAND_TRACK_ENABLE), 0);
}

static void D22_who_unmutes_during_an_interruption_gets_a_new_track(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    const pf_track track = d->local[MICROPHONE].track;
    driver_muted(d, track, true);
    driver_wait(d, PATIENCE_MS);
    driver_set(d, MICROPHONE, true);
    const pf_track renewed = asked(d, MICROPHONE);
    assert_true(renewed != 0);
    assert_true(d->local[MICROPHONE].interrupted);
    driver_opened(d, renewed, "mic-1");
    assert_int_equal(d->local[MICROPHONE].track, renewed);
    assert_false(d->local[MICROPHONE].interrupted);
}

static void D23_a_page_that_is_visible_again_opens_what_stays_interrupted(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d);
    const pf_track track = d->local[CAMERA].track;
    driver_muted(d, track, true);
    driver_wait(d, 5000);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
    driver_visible(d);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
    driver_wait(d, PATIENCE_MS);
    assert_int_equal(asked(d, MICROPHONE), 0);
    const pf_track renewed = asked(d, CAMERA);
    driver_opened(d, renewed, "cam-1");
    assert_int_equal(sender_of(d, CAMERA)->set_sender.track, renewed);
    assert_false(d->local[CAMERA].interrupted);
    assert_int_equal(told(d, "\"camera\":\"on\"," OFF "}"), 1);
    driver_sender_set(d, pc, CAMERA, renewed);
    assert_false(is_live(d, track));
}

static void D23_what_the_system_gives_back_in_time_is_not_opened_again(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    const pf_track track = d->local[CAMERA].track;
    driver_muted(d, track, true);
    driver_wait(d, 5000);
    driver_visible(d);
    driver_wait(d, PATIENCE_MS - 1);
    driver_muted(d, track, false);
    driver_wait(d, 5000);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
    assert_int_equal(d->local[CAMERA].track, track);
}

static void D23_where_it_cannot_be_opened_again_the_interrupted_track_is_kept(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    driver_select(d, CAMERA, "cam-2");
    driver_opened(d, asked(d, CAMERA), "cam-2");
    const pf_track track = d->local[CAMERA].track;
    driver_muted(d, track, true);
    driver_wait(d, PATIENCE_MS);
    driver_visible(d);
    driver_wait(d, PATIENCE_MS);
    driver_refused(d, 0, asked(d, CAMERA), PF_DOM_ERROR_NOT_FOUND);
    assert_true(d->local[CAMERA].interrupted);
    assert_int_equal(d->local[CAMERA].track, track);
    assert_string_equal(d->local[CAMERA].device, "cam-2");
    driver_muted(d, track, false);
    assert_false(d->local[CAMERA].interrupted);
}

static void D23_a_camera_that_failed_while_hidden_is_tried_again(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_refused(d, asked(d, MICROPHONE), asked(d, CAMERA), PF_DOM_ERROR_NOT_READABLE);
    driver_refused(d, asked(d, MICROPHONE), 0, PF_DOM_ERROR_NOT_READABLE);
    driver_visible(d);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 1);
    driver_refused(d, asked(d, MICROPHONE), 0, PF_DOM_ERROR_NOT_ALLOWED);
    driver_visible(d);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
}

static void a_mute_that_is_told_twice_is_one(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    const pf_track track = d->local[CAMERA].track;
    driver_muted(d, track, true);
    driver_wait(d, PATIENCE_MS - 1);
    driver_muted(d, track, true); /* does not begin to wait again */
    driver_wait(d, 1);
    assert_true(d->local[CAMERA].interrupted);
    driver_muted(d, track, true);
    driver_wait(d, 10 * PATIENCE_MS);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
}

static void D23_another_camera_that_is_being_opened_is_not_opened_twice(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    driver_muted(d, d->local[CAMERA].track, true);
    driver_wait(d, PATIENCE_MS);
    driver_visible(d);
    driver_select(d, CAMERA, "cam-2");
    const pf_track chosen = asked(d, CAMERA);
    driver_wait(d, PATIENCE_MS);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
    driver_opened(d, chosen, "cam-2");
    assert_int_equal(d->local[CAMERA].track, chosen);
}

static void D23_a_camera_that_is_just_switched_off_is_not_opened_again(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    driver_muted(d, d->local[CAMERA].track, true);
    driver_wait(d, PATIENCE_MS);
    driver_visible(d);
    driver_wait(d, PATIENCE_MS / 2);
    driver_set(d, CAMERA, false); /* its track is kept for a second */
    driver_wait(d, PATIENCE_MS / 2);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
}

static void mutes_of_tracks_that_are_gone_are_ignored(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    const pf_track track = d->local[CAMERA].track;
    driver_muted(d, track, true);
    driver_ended(d, track);
    const pf_track unknown[] = {0, track, 9999};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        driver_feed(
            d, &(struct pf_event){.type = PF_EVENT_TRACK_MUTED, .track_muted = {unknown[i], true}});
        driver_wait(d, PATIENCE_MS);
        assert_false(d->local[CAMERA].interrupted || d->local[MICROPHONE].interrupted);
    }
}

static void a_peer_is_shown_as_interrupted(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    const pf_pc pc = driver_pc(d, DRIVER_LOW);
    driver_channel_opened(d, pc);
    driver_channel_message(d, pc,
                           "{\"type\":\"state\",\"sequence\":9,\"microphone\":\"off\","
                           "\"camera\":\"on\",\"interrupted\":[\"microphone\",\"camera\",\"x\"]}");
    const struct driver_peer *peer = driver_peer(d, DRIVER_LOW);
    assert_int_equal(peer->sources.sources[MICROPHONE], PF_SOURCE_STATE_OFF);
    assert_int_equal(peer->sources.sources[CAMERA], PF_SOURCE_STATE_INTERRUPTED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, driver_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(D22_a_camera_that_the_system_mutes_is_interrupted_and_not_switched_off),
        TEST(D22_a_moment_without_a_picture_is_no_interruption),
        TEST(D22_both_sources_are_told_to_be_interrupted),
        TEST(D22_who_mutes_during_an_interruption_is_muted),
        TEST(D22_who_unmutes_during_an_interruption_gets_a_new_track),
        TEST(D23_a_page_that_is_visible_again_opens_what_stays_interrupted),
        TEST(D23_what_the_system_gives_back_in_time_is_not_opened_again),
        TEST(D23_where_it_cannot_be_opened_again_the_interrupted_track_is_kept),
        TEST(D23_a_camera_that_failed_while_hidden_is_tried_again),
        TEST(a_mute_that_is_told_twice_is_one),
        TEST(D23_another_camera_that_is_being_opened_is_not_opened_twice),
        TEST(D23_a_camera_that_is_just_switched_off_is_not_opened_again),
        TEST(mutes_of_tracks_that_are_gone_are_ignored),
        TEST(a_peer_is_shown_as_interrupted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
