/* core_switch_test.c - changing the device of a capture in a call (D9 to D17). */
/* SPDX-License-Identifier: MIT */
#include "core_captures.h"

static void D9_a_switch_opens_then_replaces_then_stops(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d);
    const pf_track old = d->local[CAMERA].track;
    driver_select(d, CAMERA, "cam-2");
    assert_asked_device(d, CAMERA, "cam-2");
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_STOP), 0);
    assert_int_equal(d->local[CAMERA].track, old); /* still shown, still sent */
    const pf_track new = asked(d, CAMERA);
    driver_opened(d, new, "cam-2");
    assert_int_equal(sender_of(d, CAMERA)->set_sender.track, new);
    assert_true(is_live(d, old));
    driver_sender_set(d, pc, CAMERA, new);
    assert_int_equal(driver_get(d, PF_COMMAND_CAPTURE_STOP)->capture_stop, old);
}

static void D9_the_old_track_is_stopped_once_every_sender_has_the_new_one(void **state)
{
    struct driver *d = *state;
    const pf_pc first = begin_call(d);
    driver_connect(d, DRIVER_HIGH);
    const pf_pc second = driver_pc(d, DRIVER_HIGH);
    const pf_track old = d->local[CAMERA].track;
    driver_sender_set(d, second, CAMERA, old);
    driver_select(d, CAMERA, "cam-2");
    const pf_track new = asked(d, CAMERA);
    driver_opened(d, new, "cam-2");
    assert_int_equal(driver_count(d, PF_COMMAND_PC_SET_SENDER), 2);
    driver_sender_set(d, first, CAMERA, new);
    assert_true(is_live(d, old));
    driver_sender_set(d, second, CAMERA, new);
    assert_false(is_live(d, old));
}

static void D9_a_pending_replacement_keeps_the_old_camera_for_three_seconds(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    const pf_track old = d->local[CAMERA].track;
    driver_select(d, CAMERA, "cam-2");
    driver_opened(d, asked(d, CAMERA), "cam-2");
    driver_wait(d, 2999);
    assert_true(is_live(d, old));
    driver_wait(d, 1);
    assert_false(is_live(d, old));
}

static void a_switch_without_peers_stops_the_old_camera_at_once(void **state)
{
    struct driver *d = *state;
    driver_capture(d);
    const pf_track old = d->local[CAMERA].track;
    driver_select(d, CAMERA, "cam-2");
    driver_opened(d, asked(d, CAMERA), "cam-2");
    assert_int_equal(driver_get(d, PF_COMMAND_CAPTURE_STOP)->capture_stop, old);
}

static void D10_where_only_one_camera_can_be_open_the_old_one_is_stopped_first(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    const pf_track old = d->local[CAMERA].track;
    driver_select(d, CAMERA, "cam-2");
    driver_refused(d, 0, asked(d, CAMERA), PF_DOM_ERROR_NOT_READABLE);
    assert_false(is_live(d, old));
    assert_int_equal(sender_of(d, CAMERA)->set_sender.track, 0);
    assert_asked_device(d, CAMERA, "cam-2");
    const pf_track new = asked(d, CAMERA);
    driver_opened(d, new, "cam-2");
    assert_int_equal(sender_of(d, CAMERA)->set_sender.track, new);
    assert_local(d, CAMERA, PF_CAPTURE_LIVE, PF_DOM_ERROR_NONE);
}

static void D11_when_the_new_camera_fails_the_previous_one_is_reopened(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_opened(d, asked(d, CAMERA), "cam-1");
    driver_select(d, CAMERA, "cam-1"); /* selected, and already in use */
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
    driver_select(d, CAMERA, "cam-2");
    driver_refused(d, 0, asked(d, CAMERA), PF_DOM_ERROR_NOT_READABLE);
    driver_refused(d, 0, asked(d, CAMERA), PF_DOM_ERROR_NOT_READABLE);
    assert_asked_device(d, CAMERA, "cam-1");
    driver_opened(d, asked(d, CAMERA), "cam-1");
    assert_local(d, CAMERA, PF_CAPTURE_LIVE, PF_DOM_ERROR_NOT_READABLE);
    assert_string_equal(d->local[CAMERA].device, "cam-1");
}

static void D11_a_missing_new_camera_leaves_the_old_one_untouched(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    const pf_track old = d->local[CAMERA].track;
    driver_select(d, CAMERA, "gone");
    driver_refused(d, 0, asked(d, CAMERA), PF_DOM_ERROR_OVERCONSTRAINED);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_SET_SENDER), 0);
    assert_true(is_live(d, old));
    assert_local(d, CAMERA, PF_CAPTURE_LIVE, PF_DOM_ERROR_OVERCONSTRAINED);
    assert_string_equal(d->local[CAMERA].device, "cam-1");
}

static void D11_when_reopening_fails_too_the_error_is_shown(void **state)
{
    struct driver *d = *state;
    driver_capture(d);
    driver_select(d, CAMERA, "cam-2");
    for (int i = 0; i < 3; i++) { /* the new camera twice, the previous one once */
        driver_refused(d, 0, asked(d, CAMERA), PF_DOM_ERROR_NOT_READABLE);
    }
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
    assert_local(d, CAMERA, PF_CAPTURE_FAILED, PF_DOM_ERROR_NOT_READABLE);
}

static void D12_a_switch_while_the_camera_is_off_only_changes_the_choice(void **state)
{
    struct driver *d = *state;
    driver_capture(d);
    driver_set(d, CAMERA, false);
    driver_wait(d, 1000);
    driver_select(d, CAMERA, "cam-2");
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
    assert_string_equal(d->local[CAMERA].device, "cam-2");
    driver_set(d, CAMERA, true);
    assert_asked_device(d, CAMERA, "cam-2");
}

static void D12_a_switch_just_after_switching_off_applies_at_the_next_start(void **state)
{
    struct driver *d = *state;
    driver_capture(d);
    driver_set(d, CAMERA, false);
    driver_select(d, CAMERA, "cam-2"); /* "cam-1" is still open, for a moment */
    driver_set(d, CAMERA, true);
    assert_asked_device(d, CAMERA, "cam-2");
}

static void D13_a_microphone_changed_while_muted_is_disabled_before_it_is_sent(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    driver_set(d, MICROPHONE, false);
    driver_select(d, MICROPHONE, "mic-2");
    driver_opened(d, asked(d, MICROPHONE), "mic-2");
    const struct pf_command *enable = driver_get(d, PF_COMMAND_TRACK_ENABLE);
    assert_false(enable->track_enable.on);
    assert_true(driver_position(d, enable) < driver_position(d, sender_of(d, MICROPHONE)));
}

static void D14_mute_after_a_switch_acts_on_the_new_track(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d);
    driver_select(d, MICROPHONE, "mic-2");
    const pf_track new = asked(d, MICROPHONE);
    driver_opened(d, new, "mic-2");
    driver_sender_set(d, pc, MICROPHONE, new);
    driver_set(d, MICROPHONE, false);
    const struct pf_command *enable = driver_get(d, PF_COMMAND_TRACK_ENABLE);
    assert_int_equal(enable->track_enable.track, new);
    assert_false(enable->track_enable.on);
}

static void D14_mute_during_a_switch_disables_both_tracks(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    driver_select(d, MICROPHONE, "mic-2");
    const pf_track new = asked(d, MICROPHONE);
    driver_opened(d, new, "mic-2"); /* the sender still has the old track */
    driver_set(d, MICROPHONE, false);
    for (uint32_t id = 1; id <= d->last_id; id++) {
        const struct driver_thing *track = &d->things[id];
        assert_false(!track->is_pc && track->source == MICROPHONE && track->life == DRIVER_LIVE &&
                     track->enabled);
    }
}

static void D15_switching_the_camera_does_not_touch_the_microphone(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d);
    driver_select(d, CAMERA, "cam-2");
    assert_int_equal(asked(d, MICROPHONE), 0);
    const pf_track new = asked(d, CAMERA);
    driver_opened(d, new, "cam-2");
    assert_null(sender_of(d, MICROPHONE));
    assert_int_equal(driver_get(d, PF_COMMAND_TRACK_ENABLE)->track_enable.track, new);
    driver_sender_set(d, pc, CAMERA, new);
    assert_int_equal(d->things[pc].senders[MICROPHONE], d->local[MICROPHONE].track);
}

static void D16_a_sender_without_a_track_gets_one_without_negotiation(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d);
    driver_set(d, CAMERA, false);
    driver_sender_set(d, pc, CAMERA, 0);
    driver_wait(d, 1000);
    driver_set(d, CAMERA, true);
    const pf_track new = asked(d, CAMERA);
    driver_opened(d, new, "cam-1");
    assert_int_equal(sender_of(d, CAMERA)->set_sender.track, new);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 0);
}

static void D17_the_latest_of_two_switches_wins_and_the_other_track_is_stopped(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    driver_select(d, CAMERA, "cam-2");
    const pf_track second = asked(d, CAMERA);
    driver_select(d, CAMERA, "cam-3");
    const pf_track third = asked(d, CAMERA);
    driver_opened(d, third, "cam-3");
    driver_opened(d, second, "cam-2");
    assert_int_equal(driver_get(d, PF_COMMAND_CAPTURE_STOP)->capture_stop, second);
    assert_int_equal(d->local[CAMERA].track, third);
    assert_null(sender_of(d, CAMERA));
}

static void D17_after_two_switches_a_failure_reverts_to_the_working_device(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_opened(d, asked(d, CAMERA), "cam-1");
    driver_select(d, CAMERA, "cam-1");
    driver_select(d, CAMERA, "cam-2");
    const pf_track second = asked(d, CAMERA);
    driver_select(d, CAMERA, "cam-3");
    driver_refused(d, 0, asked(d, CAMERA), PF_DOM_ERROR_NOT_READABLE);
    driver_refused(d, 0, asked(d, CAMERA), PF_DOM_ERROR_NOT_READABLE);
    assert_asked_device(d, CAMERA, "cam-1");
    driver_refused(d, 0, second, PF_DOM_ERROR_NOT_READABLE); /* superseded */
    assert_int_equal(d->commands_count, 0);
}

static void D17_selecting_the_current_device_cancels_a_switch(void **state)
{
    struct driver *d = *state;
    driver_capture(d);
    driver_select(d, CAMERA, "cam-2");
    const pf_track second = asked(d, CAMERA);
    driver_select(d, CAMERA, "cam-1");
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
    driver_opened(d, second, "cam-2");
    assert_int_equal(driver_get(d, PF_COMMAND_CAPTURE_STOP)->capture_stop, second);
    assert_string_equal(d->local[CAMERA].device, "cam-1");
}

static void other_constraints_open_the_same_device_anew_after_its_track_has_ended(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d);
    const pf_track old = d->local[MICROPHONE].track;
    const pf_track camera = d->local[CAMERA].track;
    driver_reopen(d, MICROPHONE);
    assert_int_equal(driver_get(d, PF_COMMAND_CAPTURE_STOP)->capture_stop, old);
    const pf_track new = asked(d, MICROPHONE);
    assert_true(new != 0 && asked(d, CAMERA) == 0);
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_SEND), 0); /* nobody is told of a mute */
    driver_opened(d, new, "mic-1");
    assert_int_equal(sender_of(d, MICROPHONE)->set_sender.track, new);
    driver_sender_set(d, pc, MICROPHONE, new);
    assert_local(d, MICROPHONE, PF_CAPTURE_LIVE, PF_DOM_ERROR_NONE);
    assert_int_equal(d->local[CAMERA].track, camera);
}

static void other_constraints_are_asked_for_instead_of_what_is_being_opened(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    driver_reopen(d, MICROPHONE);
    const pf_track first = asked(d, MICROPHONE);
    driver_reopen(d, MICROPHONE);
    const pf_track second = asked(d, MICROPHONE);
    assert_true(second != first);
    driver_opened(d, first, "mic-1");
    assert_false(is_live(d, first));
    driver_opened(d, second, "mic-1");
    assert_int_equal(d->local[MICROPHONE].track, second);
}

static void a_gap_of_more_than_a_second_is_told(void **state)
{
    struct driver *d = *state;
    const char *off = "\"microphone\":\"off\"";
    const char *on = "\"microphone\":\"on\"";
    (void)begin_call(d);
    driver_reopen(d, MICROPHONE);
    const pf_track new = asked(d, MICROPHONE);
    driver_wait(d, 999);
    assert_int_equal(driver_sent(d, "\"kind\":\"state\"", off, NULL), 0);
    driver_wait(d, 1);
    assert_int_equal(driver_sent(d, "\"kind\":\"state\"", off, NULL), 1);
    driver_opened(d, new, "mic-1");
    assert_int_equal(driver_sent(d, "\"kind\":\"state\"", on, NULL), 1);
}

static void other_constraints_that_fail_are_tried_twice(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    driver_reopen(d, MICROPHONE);
    driver_refused(d, asked(d, MICROPHONE), 0, PF_DOM_ERROR_NOT_READABLE);
    const pf_track again = asked(d, MICROPHONE);
    assert_true(again != 0);
    driver_refused(d, again, 0, PF_DOM_ERROR_NOT_READABLE);
    assert_local(d, MICROPHONE, PF_CAPTURE_FAILED, PF_DOM_ERROR_NOT_READABLE);
    assert_int_equal(driver_sent(d, "\"kind\":\"state\"", "\"microphone\":\"none\"", NULL), 1);
    driver_reopen(d, MICROPHONE); /* perhaps with these it works */
    driver_opened(d, asked(d, MICROPHONE), "mic-1");
    assert_local(d, MICROPHONE, PF_CAPTURE_LIVE, PF_DOM_ERROR_NONE);
}

static void other_constraints_during_a_switch_keep_the_way_back(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    driver_select(d, CAMERA, "cam-2");
    driver_reopen(d, CAMERA);
    assert_asked_device(d, CAMERA, "cam-2");
    driver_refused(d, 0, asked(d, CAMERA), PF_DOM_ERROR_NOT_READABLE);
    assert_asked_device(d, CAMERA, ""); /* as before the switch */
    driver_opened(d, asked(d, CAMERA), "cam-1");
    assert_local(d, CAMERA, PF_CAPTURE_LIVE, PF_DOM_ERROR_NOT_READABLE);
}

static void other_constraints_of_a_muted_microphone_open_it_muted(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    driver_set(d, MICROPHONE, false);
    driver_reopen(d, MICROPHONE);
    const pf_track new = asked(d, MICROPHONE);
    driver_opened(d, new, "mic-1");
    const struct pf_command *enable = driver_get(d, PF_COMMAND_TRACK_ENABLE);
    assert_true(enable < sender_of(d, MICROPHONE));
    assert_false(enable->track_enable.on);
}

static void other_constraints_of_a_camera_that_is_off_open_nothing(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    driver_set(d, CAMERA, false);
    driver_wait(d, 5000);
    driver_reopen(d, CAMERA);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
    driver_reopen(d, PF_SOURCE_SCREEN);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, driver_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(D9_a_switch_opens_then_replaces_then_stops),
        TEST(D9_the_old_track_is_stopped_once_every_sender_has_the_new_one),
        TEST(D9_a_pending_replacement_keeps_the_old_camera_for_three_seconds),
        TEST(a_switch_without_peers_stops_the_old_camera_at_once),
        TEST(D10_where_only_one_camera_can_be_open_the_old_one_is_stopped_first),
        TEST(D11_when_the_new_camera_fails_the_previous_one_is_reopened),
        TEST(D11_a_missing_new_camera_leaves_the_old_one_untouched),
        TEST(D11_when_reopening_fails_too_the_error_is_shown),
        TEST(D12_a_switch_while_the_camera_is_off_only_changes_the_choice),
        TEST(D12_a_switch_just_after_switching_off_applies_at_the_next_start),
        TEST(D13_a_microphone_changed_while_muted_is_disabled_before_it_is_sent),
        TEST(D14_mute_after_a_switch_acts_on_the_new_track),
        TEST(D14_mute_during_a_switch_disables_both_tracks),
        TEST(D15_switching_the_camera_does_not_touch_the_microphone),
        TEST(D16_a_sender_without_a_track_gets_one_without_negotiation),
        TEST(D17_the_latest_of_two_switches_wins_and_the_other_track_is_stopped),
        TEST(D17_after_two_switches_a_failure_reverts_to_the_working_device),
        TEST(D17_selecting_the_current_device_cancels_a_switch),
        TEST(other_constraints_open_the_same_device_anew_after_its_track_has_ended),
        TEST(other_constraints_are_asked_for_instead_of_what_is_being_opened),
        TEST(a_gap_of_more_than_a_second_is_told),
        TEST(other_constraints_that_fail_are_tried_twice),
        TEST(other_constraints_during_a_switch_keep_the_way_back),
        TEST(other_constraints_of_a_muted_microphone_open_it_muted),
        TEST(other_constraints_of_a_camera_that_is_off_open_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
