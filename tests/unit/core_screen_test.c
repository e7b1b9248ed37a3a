/* core_screen_test.c - a shared screen, beside the camera. */
/* SPDX-License-Identifier: MIT */
#include "core_captures.h"

#define SCREEN       PF_SOURCE_SCREEN
#define SCREEN_AUDIO PF_SOURCE_SCREEN_AUDIO

static pf_track asked_picture(const struct driver *d)
{
    return driver_get(d, PF_COMMAND_SCREEN_OPEN)->screen_open.picture;
}

/* Shares a screen, with its sound or without. */
static pf_track share(struct driver *d, bool with_sound)
{
    driver_set(d, SCREEN, true);
    const pf_track picture = asked_picture(d);
    driver_picked(d, picture, with_sound ? picture + 1 : 0);
    return picture;
}

static void assert_nothing_shared(const struct driver *d)
{
    assert_local(d, SCREEN, PF_CAPTURE_IDLE, PF_DOM_ERROR_NONE);
    assert_false(d->local[SCREEN].on);
    assert_local(d, SCREEN_AUDIO, PF_CAPTURE_IDLE, PF_DOM_ERROR_NONE);
}

static void assert_not_negotiated(const struct driver *d)
{
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 0);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_ANSWER), 0);
    assert_int_equal(driver_sent(d, "\"kind\":\"description\"", NULL, NULL), 0);
}

static void a_screen_is_sent_with_its_sound_and_told(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d);
    driver_set(d, SCREEN, true);
    assert_local(d, SCREEN, PF_CAPTURE_OPENING, PF_DOM_ERROR_NONE);
    assert_int_equal(driver_sent(d, "\"screen\":\"on\"", NULL, NULL), 0);
    const pf_track picture = asked_picture(d);
    driver_picked(d, picture, picture + 1);
    assert_int_equal(d->things[pc].senders[SCREEN], picture);
    assert_int_equal(d->things[pc].senders[SCREEN_AUDIO], picture + 1);
    assert_int_equal(d->local[SCREEN].track, picture);
    assert_int_equal(driver_sent(d, "\"screen\":\"on\",\"screenAudio\":\"on\"", NULL, NULL), 1);
    assert_not_negotiated(d);
}

static void a_screen_without_sound_is_told_so(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d);
    (void)share(d, false);
    assert_int_equal(driver_sent(d, "\"screen\":\"on\",\"screenAudio\":\"off\"", NULL, NULL), 1);
    assert_int_equal(d->things[pc].senders[SCREEN_AUDIO], 0);
}

static void the_browser_is_asked_within_the_event_of_the_user(void **state)
{
    struct driver *d = *state;
    begin_call(d);
    driver_set(d, SCREEN, true);
    assert_int_equal(driver_count(d, PF_COMMAND_SCREEN_OPEN), 1);
    driver_set(d, SCREEN, true); /* once */
    assert_int_equal(driver_count(d, PF_COMMAND_SCREEN_OPEN), 0);
}

static void a_share_that_is_switched_off_is_stopped_before_all_else(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d);
    const pf_track picture = share(d, true);
    driver_set(d, SCREEN, false);
    assert_false(is_live(d, picture) || is_live(d, picture + 1));
    assert_int_equal(driver_position(d, driver_get(d, PF_COMMAND_CAPTURE_STOP)), 0);
    assert_int_equal(d->things[pc].senders[SCREEN], 0);
    assert_int_equal(d->things[pc].senders[SCREEN_AUDIO], 0);
    assert_int_equal(driver_sent(d, "\"screen\":\"off\",\"screenAudio\":\"off\"", NULL, NULL), 1);
    assert_nothing_shared(d);
    assert_not_negotiated(d);
}

static void a_newcomer_is_sent_the_screen_as_well(void **state)
{
    struct driver *d = *state;
    begin_call(d);
    const pf_track picture = share(d, true);
    driver_connect(d, DRIVER_HIGH);
    const struct driver_thing *pc = &d->things[driver_pc(d, DRIVER_HIGH)];
    assert_int_equal(pc->senders[SCREEN], picture);
    assert_int_equal(pc->senders[SCREEN_AUDIO], picture + 1);
}

static void D32_a_cancelled_picker_changes_nothing(void **state)
{
    struct driver *d = *state;
    begin_call(d);
    driver_set(d, SCREEN, true);
    driver_unpicked(d, asked_picture(d), PF_DOM_ERROR_NOT_ALLOWED);
    assert_nothing_shared(d);
    assert_int_equal(driver_sent(d, "\"state\"", NULL, NULL), 0);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_SET_SENDER), 0);
    (void)share(d, false); /* and the user may change their mind */
    assert_local(d, SCREEN, PF_CAPTURE_LIVE, PF_DOM_ERROR_NONE);
}

static void a_share_that_fails_says_why_until_the_next_one(void **state)
{
    struct driver *d = *state;
    begin_call(d);
    driver_set(d, SCREEN, true);
    driver_unpicked(d, asked_picture(d), PF_DOM_ERROR_NOT_READABLE);
    assert_local(d, SCREEN, PF_CAPTURE_FAILED, PF_DOM_ERROR_NOT_READABLE);
    assert_false(d->local[SCREEN].on);
    driver_set(d, SCREEN, true);
    assert_local(d, SCREEN, PF_CAPTURE_OPENING, PF_DOM_ERROR_NONE);
}

static void what_fails_after_it_was_switched_off_is_no_error(void **state)
{
    struct driver *d = *state;
    begin_call(d);
    driver_set(d, SCREEN, true);
    const pf_track picture = asked_picture(d);
    driver_set(d, SCREEN, false);
    driver_unpicked(d, picture, PF_DOM_ERROR_NOT_READABLE);
    assert_nothing_shared(d);
}

static void an_answer_to_an_earlier_question_is_ignored(void **state)
{
    struct driver *d = *state;
    begin_call(d);
    driver_set(d, SCREEN, true);
    const pf_track picture = asked_picture(d);
    driver_feed(d, &(struct pf_event){.type = PF_EVENT_SCREEN_FAILED,
                                      .screen_failed = {picture - 1, PF_DOM_ERROR_ABORT}});
    assert_int_equal(d->commands_count, 0);
    driver_picked(d, picture, 0);
    driver_feed(d, &(struct pf_event){.type = PF_EVENT_SCREEN_FAILED,
                                      .screen_failed = {picture, PF_DOM_ERROR_ABORT}});
    assert_int_equal(d->commands_count, 0);
    assert_local(d, SCREEN, PF_CAPTURE_LIVE, PF_DOM_ERROR_NONE);
}

static void D33_a_share_that_the_browser_ends_is_off_for_everybody(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d);
    const pf_track camera = d->local[CAMERA].track;
    const pf_track picture = share(d, true);
    driver_ended(d, picture);
    assert_false(is_live(d, picture + 1)); /* the sound does not go on alone */
    assert_nothing_shared(d);
    assert_int_equal(d->things[pc].senders[SCREEN], 0);
    assert_int_equal(driver_sent(d, "\"screen\":\"off\"", NULL, NULL), 1);
    assert_int_equal(driver_count(d, PF_COMMAND_SCREEN_OPEN), 0); /* not again, unlike a camera */
    assert_int_equal(d->things[pc].senders[CAMERA], camera);
    assert_true(d->local[CAMERA].on);
}

static void sound_that_ends_leaves_the_picture(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d);
    const pf_track picture = share(d, true);
    driver_ended(d, picture + 1);
    assert_int_equal(d->things[pc].senders[SCREEN], picture);
    assert_int_equal(d->things[pc].senders[SCREEN_AUDIO], 0);
    assert_int_equal(driver_sent(d, "\"screen\":\"on\",\"screenAudio\":\"off\"", NULL, NULL), 1);
}

static void D34_a_share_and_the_devices_do_not_touch_each_other(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d);
    const pf_track microphone = d->local[MICROPHONE].track;
    driver_set(d, MICROPHONE, false);
    driver_set(d, CAMERA, false);
    driver_wait(d, 2000);
    const pf_track picture = share(d, true);
    assert_false(d->local[MICROPHONE].on || d->local[CAMERA].on);
    assert_false(d->things[microphone].enabled);
    assert_int_equal(d->things[pc].senders[CAMERA], 0);
    driver_set(d, CAMERA, true);
    driver_opened(d, asked(d, CAMERA), "cam-1");
    assert_int_equal(d->things[pc].senders[SCREEN], picture);
    driver_ended(d, d->local[CAMERA].track);
    assert_local(d, SCREEN, PF_CAPTURE_LIVE, PF_DOM_ERROR_NONE);
    driver_set(d, CAMERA, true);
    driver_opened(d, asked(d, CAMERA), "cam-1");
    driver_set(d, SCREEN, false);
    assert_true(d->local[CAMERA].on);
    assert_int_equal(d->things[pc].senders[CAMERA], d->local[CAMERA].track);
    assert_int_equal(d->things[pc].senders[MICROPHONE], microphone);
}

static void D35_a_browser_that_cannot_share_says_so(void **state)
{
    struct driver *d = *state;
    begin_call(d);
    driver_set(d, SCREEN, true);
    driver_unpicked(d, asked_picture(d), PF_DOM_ERROR_UNSUPPORTED);
    assert_local(d, SCREEN, PF_CAPTURE_FAILED, PF_DOM_ERROR_UNSUPPORTED);
}

static void G15_toggles_while_the_picker_is_open_ask_once_and_the_last_one_counts(void **state)
{
    struct driver *d = *state;
    begin_call(d);
    for (uint32_t wishes = 0; wishes < 16; wishes++) {
        driver_set(d, SCREEN, true);
        const pf_track picture = asked_picture(d);
        for (uint32_t i = 0; i < 4; i++) {
            driver_set(d, SCREEN, (wishes >> i & 1) != 0);
            assert_int_equal(driver_count(d, PF_COMMAND_SCREEN_OPEN), 0);
            assert_not_negotiated(d);
        }
        driver_picked(d, picture, picture + 1);
        assert_not_negotiated(d);
        assert_true(is_live(d, picture) == (wishes >> 3 != 0));
        assert_true(is_live(d, picture + 1) == (wishes >> 3 != 0));
        assert_true(d->local[SCREEN].on == (wishes >> 3 != 0));
        driver_set(d, SCREEN, false);
        assert_nothing_shared(d);
    }
}

static void what_is_picked_after_leaving_is_stopped(void **state)
{
    struct driver *d = *state;
    begin_call(d);
    driver_set(d, SCREEN, true);
    const pf_track picture = asked_picture(d);
    driver_leave(d);
    driver_picked(d, picture, picture + 1);
    assert_false(is_live(d, picture) || is_live(d, picture + 1));
    driver_set(d, SCREEN, true);
    assert_int_equal(driver_count(d, PF_COMMAND_SCREEN_OPEN), 0);
}

static void the_sound_of_a_screen_and_its_device_cannot_be_asked_for(void **state)
{
    struct driver *d = *state;
    begin_call(d);
    driver_set(d, SCREEN_AUDIO, true);
    driver_select(d, SCREEN, "a");
    driver_select(d, SCREEN_AUDIO, "a");
    assert_int_equal(d->commands_count, 0);
}

static void a_peer_shows_its_screen_and_whether_it_shows_ours(void **state)
{
    struct driver *d = *state;
    begin_call(d);
    driver_relay(d, "{\"type\":\"member\",\"id\":\"0000000000000090\",\"name\":\"Bob\","
                    "\"instance\":42,\"away\":false,\"capabilities\":[\"screen\"]}");
    assert_true(driver_get(d, PF_COMMAND_SHOW_PEER)->peer.screen_supported);
    driver_channel_opened(d, driver_pc(d, DRIVER_LOW));
    driver_channel_message(d, driver_pc(d, DRIVER_LOW),
                           "{\"type\":\"state\",\"sequence\":9,\"screen\":\"on\"}");
    const struct pf_command *shown = driver_get(d, PF_COMMAND_SHOW_PEER);
    assert_false(shown->peer.screen_supported);
    assert_int_equal(shown->peer.sources.sources[SCREEN], PF_SOURCE_STATE_ON);
    assert_int_equal(shown->peer.sources.sources[SCREEN_AUDIO], PF_SOURCE_STATE_NONE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, driver_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_screen_is_sent_with_its_sound_and_told),
        TEST(a_screen_without_sound_is_told_so),
        TEST(the_browser_is_asked_within_the_event_of_the_user),
        TEST(a_share_that_is_switched_off_is_stopped_before_all_else),
        TEST(a_newcomer_is_sent_the_screen_as_well),
        TEST(D32_a_cancelled_picker_changes_nothing),
        TEST(a_share_that_fails_says_why_until_the_next_one),
        TEST(what_fails_after_it_was_switched_off_is_no_error),
        TEST(an_answer_to_an_earlier_question_is_ignored),
        TEST(D33_a_share_that_the_browser_ends_is_off_for_everybody),
        TEST(sound_that_ends_leaves_the_picture),
        TEST(D34_a_share_and_the_devices_do_not_touch_each_other),
        TEST(D35_a_browser_that_cannot_share_says_so),
        TEST(G15_toggles_while_the_picker_is_open_ask_once_and_the_last_one_counts),
        TEST(what_is_picked_after_leaving_is_stopped),
        TEST(the_sound_of_a_screen_and_its_device_cannot_be_asked_for),
        TEST(a_peer_shows_its_screen_and_whether_it_shows_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
