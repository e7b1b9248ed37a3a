/* core_capture_test.c - captures in a call: mute, camera off, ended tracks, device lists, leaving.
 */
/* SPDX-License-Identifier: MIT */
#include "core_captures.h"

#include <string.h>

/* A call whose data channel is open. */
static pf_pc begin_call_with_channel(struct driver *driver)
{
    const pf_pc pc = begin_call(driver);
    driver_channel_opened(driver, pc);
    return pc;
}

/* ---- mute and camera off ---- */

static void D27_mute_first_disables_the_track_and_then_informs_the_peers(void **state)
{
    struct driver *d = *state;
    (void)begin_call_with_channel(d);
    driver_set(d, MICROPHONE, false);
    const struct pf_command *enable = driver_get(d, PF_COMMAND_TRACK_ENABLE);
    assert_int_equal(driver_position(d, enable), 0);
    assert_int_equal(enable->track_enable.track, d->local[MICROPHONE].track);
    assert_false(enable->track_enable.on);
    assert_int_equal(driver_sent(d, "\"kind\":\"state\"", "\"microphone\":\"off\"", NULL), 1);
    const struct pf_command *channel = driver_get(d, PF_COMMAND_PC_CHANNEL_SEND);
    assert_non_null(strstr(channel->text.data, "\"microphone\":\"off\""));
    assert_int_equal(driver_count(d, PF_COMMAND_PC_SET_SENDER), 0); /* silence is sent */
}

static void D27_mute_survives_a_resumption(void **state)
{
    struct driver *d = *state;
    (void)begin_call_with_channel(d);
    driver_set(d, MICROPHONE, false);
    driver_reach_again(d);
    driver_joined(d, DRIVER_SELF, DRIVER_LOW, 0);
    assert_int_equal(driver_sent(d, "\"kind\":\"state\"", "\"microphone\":\"off\"", NULL), 1);
    assert_false(d->local[MICROPHONE].on);
    assert_int_equal(driver_count(d, PF_COMMAND_TRACK_ENABLE), 0);
}

static void D27_a_newcomer_is_told_that_the_microphone_is_off(void **state)
{
    struct driver *d = *state;
    (void)begin_call_with_channel(d);
    driver_set(d, MICROPHONE, false);
    driver_meet(d, DRIVER_HIGH);
    assert_int_equal(driver_sent(d, "\"type\":\"answer\"", "\"microphone\":\"off\"", NULL), 1);
}

static void a_source_that_is_already_off_is_not_announced_again(void **state)
{
    struct driver *d = *state;
    (void)begin_call_with_channel(d);
    driver_set(d, MICROPHONE, false);
    driver_set(d, MICROPHONE, false);
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_SEND), 0);
}

static void D25_a_camera_is_stopped_one_second_after_it_is_switched_off(void **state)
{
    struct driver *d = *state;
    (void)begin_call_with_channel(d);
    const pf_track camera = d->local[CAMERA].track;
    driver_set(d, CAMERA, false);
    assert_int_equal(driver_get(d, PF_COMMAND_PC_SET_SENDER)->set_sender.track, 0);
    assert_int_equal(driver_sent(d, "\"kind\":\"state\"", "\"camera\":\"off\"", NULL), 1);
    driver_wait(d, 999);
    assert_int_equal(d->things[camera].life, DRIVER_LIVE);
    driver_wait(d, 1);
    assert_int_equal(d->things[camera].life, DRIVER_OVER);
    assert_local(d, CAMERA, PF_CAPTURE_IDLE, PF_DOM_ERROR_NONE);
}

static void a_camera_switched_on_within_a_second_keeps_its_track(void **state)
{
    struct driver *d = *state;
    (void)begin_call_with_channel(d);
    const pf_track camera = d->local[CAMERA].track;
    driver_set(d, CAMERA, false);
    driver_wait(d, 999);
    driver_set(d, CAMERA, true);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
    assert_int_equal(driver_get(d, PF_COMMAND_PC_SET_SENDER)->set_sender.track, camera);
    driver_wait(d, 5000);
    assert_int_equal(d->things[camera].life, DRIVER_LIVE);
}

static void a_camera_switched_off_while_opening_is_stopped_once_open(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    const pf_track camera = asked(d, CAMERA);
    driver_set(d, CAMERA, false);
    driver_opened(d, camera, "cam-1");
    assert_int_equal(driver_get(d, PF_COMMAND_CAPTURE_STOP)->capture_stop, camera);
    assert_local(d, CAMERA, PF_CAPTURE_IDLE, PF_DOM_ERROR_NONE);
}

static void a_camera_switched_off_and_on_while_opening_is_opened_once(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    const pf_track camera = asked(d, CAMERA);
    driver_set(d, CAMERA, false);
    driver_set(d, CAMERA, true);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
    driver_opened(d, camera, "cam-1");
    assert_local(d, CAMERA, PF_CAPTURE_LIVE, PF_DOM_ERROR_NONE);
}

static void settings_made_before_the_start_apply_at_the_start(void **state)
{
    struct driver *d = *state;
    driver_set(d, CAMERA, false);
    driver_set(d, MICROPHONE, true);
    driver_select(d, MICROPHONE, "mic-2");
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
    driver_start(d);
    assert_int_equal(asked(d, CAMERA), 0);
    const struct pf_command *open = driver_get(d, PF_COMMAND_CAPTURE_OPEN);
    assert_string_equal(open->capture_open.devices[MICROPHONE].data, "mic-2");
}

static void D26_a_camera_that_fails_to_reopen_is_announced_as_none(void **state)
{
    struct driver *d = *state;
    (void)begin_call_with_channel(d);
    driver_set(d, CAMERA, false);
    driver_wait(d, 1000);
    driver_set(d, CAMERA, true);
    driver_refused(d, 0, asked(d, CAMERA), PF_DOM_ERROR_NOT_FOUND);
    assert_local(d, CAMERA, PF_CAPTURE_FAILED, PF_DOM_ERROR_NOT_FOUND);
    assert_int_equal(driver_sent(d, "\"kind\":\"state\"", "\"camera\":\"none\"", NULL), 1);
    driver_set(d, CAMERA, false);
    assert_local(d, CAMERA, PF_CAPTURE_IDLE, PF_DOM_ERROR_NONE);
    assert_int_equal(driver_sent(d, "\"kind\":\"state\"", "\"camera\":\"off\"", NULL), 1);
}

/* ---- tracks that end ---- */

static void D19_an_unplugged_camera_is_replaced_by_another(void **state)
{
    struct driver *d = *state;
    (void)begin_call_with_channel(d);
    driver_wait(d, 2000);
    driver_ended(d, d->local[CAMERA].track);
    assert_int_equal(driver_get(d, PF_COMMAND_PC_SET_SENDER)->set_sender.track, 0);
    const pf_track next = asked(d, CAMERA);
    assert_int_equal(driver_sent(d, "\"kind\":\"state\"", "\"camera\":\"off\"", NULL), 1);
    driver_opened(d, next, "cam-2");
    assert_int_equal(driver_get(d, PF_COMMAND_PC_SET_SENDER)->set_sender.track, next);
}

static void D19_an_unplugged_camera_without_a_replacement_waits_for_one(void **state)
{
    struct driver *d = *state;
    (void)begin_call_with_channel(d);
    driver_wait(d, 2000);
    driver_ended(d, d->local[CAMERA].track);
    driver_refused(d, 0, asked(d, CAMERA), PF_DOM_ERROR_NOT_FOUND);
    assert_local(d, CAMERA, PF_CAPTURE_FAILED, PF_DOM_ERROR_NOT_FOUND);
    const struct pf_device camera = {CAMERA, PF_SLICE("cam-1"), PF_SLICE("One")};
    driver_devices_changed(d);
    driver_devices(d, &camera, 1);
    assert_true(asked(d, CAMERA) != 0);
}

static void a_track_that_ends_within_two_seconds_is_not_reopened(void **state)
{
    struct driver *d = *state;
    (void)begin_call_with_channel(d);
    driver_wait(d, 1999);
    driver_ended(d, d->local[CAMERA].track);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
    assert_local(d, CAMERA, PF_CAPTURE_FAILED, PF_DOM_ERROR_NOT_FOUND);
}

static void D24_the_end_of_a_track_that_is_being_replaced_is_no_error(void **state)
{
    struct driver *d = *state;
    (void)begin_call_with_channel(d);
    driver_select(d, CAMERA, "cam-2");
    const pf_track next = asked(d, CAMERA);
    driver_ended(d, d->local[CAMERA].track); /* by the browser, which opens the new one */
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
    assert_local(d, CAMERA, PF_CAPTURE_OPENING, PF_DOM_ERROR_NONE);
    driver_opened(d, next, "cam-2");
    assert_local(d, CAMERA, PF_CAPTURE_LIVE, PF_DOM_ERROR_NONE);
}

static void D24_the_end_of_a_track_that_was_replaced_is_no_error(void **state)
{
    struct driver *d = *state;
    (void)begin_call_with_channel(d);
    const pf_track old = d->local[CAMERA].track;
    driver_select(d, CAMERA, "cam-2");
    const pf_track next = asked(d, CAMERA);
    driver_opened(d, next, "cam-2");
    driver_ended(d, old);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
    assert_int_equal(d->local[CAMERA].track, next);
}

static void the_end_of_a_camera_track_that_was_just_switched_off_is_no_error(void **state)
{
    struct driver *d = *state;
    driver_capture(d);
    const pf_track camera = d->local[CAMERA].track;
    driver_set(d, CAMERA, false);
    driver_ended(d, camera);
    assert_local(d, CAMERA, PF_CAPTURE_IDLE, PF_DOM_ERROR_NONE);
    driver_wait(d, 2000);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_STOP), 0);
}

static void the_end_of_an_unknown_track_is_ignored(void **state)
{
    struct driver *d = *state;
    driver_capture(d);
    const pf_track unknown[] = {0, 999};
    for (size_t i = 0; i < 2; i++) {
        driver_feed(d, &(struct pf_event){.type = PF_EVENT_TRACK_ENDED, .track_ended = unknown[i]});
        assert_int_equal(d->commands_count, 0);
    }
}

/* ---- device lists ---- */

static void a_device_list_is_shown_unchanged(void **state)
{
    struct driver *d = *state;
    driver_capture(d);
    const struct pf_device list[] = {{MICROPHONE, PF_SLICE("mic-1"), PF_SLICE("One")},
                                     {CAMERA, PF_SLICE("cam-1"), PF_SLICE("Two")}};
    driver_devices(d, list, 2);
    const struct pf_command *show = driver_get(d, PF_COMMAND_SHOW_DEVICES);
    assert_int_equal(show->devices.count, 2);
    assert_string_equal(show->devices.list[1].id.data, "cam-1");
    assert_string_equal(show->devices.list[1].label.data, "Two");
    assert_int_equal(show->devices.list[1].source, CAMERA);
}

static void a_device_change_leaves_working_captures_alone(void **state)
{
    struct driver *d = *state;
    (void)begin_call_with_channel(d);
    const struct pf_device list[] = {{MICROPHONE, PF_SLICE("mic-1"), PF_SLICE("")},
                                     {CAMERA, PF_SLICE("cam-1"), PF_SLICE("")}};
    driver_devices_changed(d);
    driver_devices(d, list, 2);
    assert_int_equal(d->commands_count, 1); /* the list itself */
}

static void a_list_without_a_preceding_device_change_opens_nothing(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_opened(d, asked(d, MICROPHONE), "mic-1");
    driver_wait(d, 0);
    driver_set(d, CAMERA, false);
    driver_set(d, CAMERA, true);
    driver_select(d, CAMERA, "cam-9");
    driver_refused(d, 0, asked(d, CAMERA), PF_DOM_ERROR_NOT_READABLE);
    assert_local(d, CAMERA, PF_CAPTURE_FAILED, PF_DOM_ERROR_NOT_READABLE);
    const struct pf_device camera = {CAMERA, PF_SLICE("cam-1"), PF_SLICE("")};
    driver_devices(d, &camera, 1);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
}

static void a_device_change_does_not_open_a_camera_that_is_off(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_refused(d, asked(d, MICROPHONE), asked(d, CAMERA), PF_DOM_ERROR_ABORT);
    const pf_track camera =
        driver_find_at(d, PF_COMMAND_CAPTURE_OPEN, 1)->capture_open.tracks[CAMERA];
    driver_refused(d, 0, camera, PF_DOM_ERROR_ABORT);
    driver_set(d, CAMERA, false);
    const struct pf_device list = {CAMERA, PF_SLICE("cam-1"), PF_SLICE("")};
    driver_devices_changed(d);
    driver_devices(d, &list, 1);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
}

/* ---- switching: failures and retries ---- */

static void D11_when_a_third_camera_fails_the_one_that_was_stopped_is_reopened(void **state)
{
    struct driver *d = *state;
    driver_capture(d);
    driver_select(d, CAMERA, "cam-1");
    driver_select(d, CAMERA, "cam-2");
    driver_refused(d, 0, asked(d, CAMERA), PF_DOM_ERROR_NOT_READABLE); /* "cam-1" is stopped */
    driver_select(d, CAMERA, "cam-3");
    driver_refused(d, 0, asked(d, CAMERA), PF_DOM_ERROR_NOT_READABLE);
    const struct pf_command *open = driver_get(d, PF_COMMAND_CAPTURE_OPEN);
    assert_string_equal(open->capture_open.devices[CAMERA].data, "cam-1");
}

static void D11_a_default_camera_is_reopened_by_its_device_id(void **state)
{
    struct driver *d = *state;
    driver_capture(d); /* none was chosen; the browser took "cam-1" */
    driver_select(d, CAMERA, "cam-2");
    driver_refused(d, 0, asked(d, CAMERA), PF_DOM_ERROR_NOT_READABLE);
    driver_refused(d, 0, asked(d, CAMERA), PF_DOM_ERROR_NOT_READABLE);
    driver_opened(d, asked(d, CAMERA), "cam-1");
    assert_string_equal(d->local[CAMERA].device, "cam-1");
    assert_local(d, CAMERA, PF_CAPTURE_LIVE, PF_DOM_ERROR_NOT_READABLE);
}

static void a_switch_that_fails_after_the_camera_went_off_reports_no_error(void **state)
{
    struct driver *d = *state;
    driver_capture(d);
    driver_select(d, CAMERA, "cam-2");
    const pf_track second = asked(d, CAMERA);
    driver_set(d, CAMERA, false);
    driver_wait(d, 1000);
    driver_refused(d, 0, second, PF_DOM_ERROR_NOT_READABLE);
    assert_local(d, CAMERA, PF_CAPTURE_IDLE, PF_DOM_ERROR_NONE);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
}

static void a_device_id_that_is_too_long_is_ignored(void **state)
{
    struct driver *d = *state;
    driver_capture(d);
    char id[PF_DEVICE_ID_SIZE_MAX + 2];
    memset(id, 'x', sizeof id - 1);
    id[sizeof id - 1] = '\0';
    driver_select(d, CAMERA, id);
    assert_int_equal(d->commands_count, 0);
    driver_select(d, CAMERA, id + 1);
    assert_true(asked(d, CAMERA) != 0);
}

static void D18_a_rejected_replacement_is_retried_with_exponential_backoff(void **state)
{
    struct driver *d = *state;
    const pf_pc first = begin_call_with_channel(d);
    driver_connect(d, DRIVER_HIGH);
    const pf_pc second = driver_pc(d, DRIVER_HIGH);
    driver_select(d, CAMERA, "cam-2");
    const pf_track track = asked(d, CAMERA);
    driver_opened(d, track, "cam-2");
    driver_sender_set(d, second, CAMERA, track);
    const uint64_t waits_ms[] = {1000, 2000, 4000, 8000, 16000, 32000, 32000};
    for (size_t i = 0; i < sizeof waits_ms / sizeof *waits_ms; i++) {
        driver_failed(d, first, PF_OPERATION_REPLACE_TRACK, PF_DOM_ERROR_INVALID_STATE);
        driver_relay(d, "{\"type\":\"ping\"}");
        driver_wait(d, waits_ms[i] - 1);
        assert_int_equal(driver_count(d, PF_COMMAND_PC_SET_SENDER), 0);
        driver_wait(d, 1);
        const struct pf_command *again = driver_get(d, PF_COMMAND_PC_SET_SENDER);
        assert_int_equal(again->pc, first); /* the other peer has it */
        assert_int_equal(again->set_sender.track, track);
    }
    driver_sender_set(d, first, CAMERA, track);
    driver_wait(d, 20000);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_SET_SENDER), 0);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CLOSE), 0);
}

static void every_error_that_means_a_refusal_is_final(void **state)
{
    (void)state;
    static const enum pf_dom_error errors[] = {PF_DOM_ERROR_NOT_ALLOWED, PF_DOM_ERROR_SECURITY,
                                               PF_DOM_ERROR_INSECURE};
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        const struct pf_room_config config = driver_config();
        struct driver *d = driver_new(&config);
        driver_start(d);
        driver_refused(d, asked(d, MICROPHONE), asked(d, CAMERA), errors[i]);
        assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
        assert_local(d, CAMERA, PF_CAPTURE_FAILED, errors[i]);
        driver_free(d);
    }
}

static void a_track_with_id_zero_is_ignored(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_feed(d, &(struct pf_event){.type = PF_EVENT_CAPTURE_OPENED});
    assert_int_equal(d->commands_count, 0);
}

/* ---- leaving ---- */

static void leaving_stops_every_track_even_one_that_is_being_replaced(void **state)
{
    struct driver *d = *state;
    (void)begin_call_with_channel(d);
    driver_select(d, CAMERA, "cam-2");
    driver_opened(d, asked(d, CAMERA), "cam-2");
    assert_int_equal(driver_live_tracks(d), 3);
    driver_leave(d);
    assert_int_equal(driver_live_tracks(d), 0);
    assert_local(d, CAMERA, PF_CAPTURE_IDLE, PF_DOM_ERROR_NONE);
}

static void nothing_is_captured_after_leaving(void **state)
{
    struct driver *d = *state;
    (void)begin_call_with_channel(d);
    driver_leave(d);
    driver_set(d, CAMERA, false);
    driver_set(d, CAMERA, true);
    driver_select(d, CAMERA, "cam-2");
    driver_devices_changed(d);
    driver_devices(d, NULL, 0);
    driver_start(d);
    driver_join(d);
    assert_int_equal(driver_live_tracks(d), 0);
    assert_int_equal(d->local[CAMERA].state, PF_CAPTURE_IDLE);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, driver_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(D27_mute_first_disables_the_track_and_then_informs_the_peers),
        TEST(D27_mute_survives_a_resumption),
        TEST(D27_a_newcomer_is_told_that_the_microphone_is_off),
        TEST(a_source_that_is_already_off_is_not_announced_again),
        TEST(D25_a_camera_is_stopped_one_second_after_it_is_switched_off),
        TEST(a_camera_switched_on_within_a_second_keeps_its_track),
        TEST(a_camera_switched_off_while_opening_is_stopped_once_open),
        TEST(a_camera_switched_off_and_on_while_opening_is_opened_once),
        TEST(settings_made_before_the_start_apply_at_the_start),
        TEST(D26_a_camera_that_fails_to_reopen_is_announced_as_none),
        TEST(D19_an_unplugged_camera_is_replaced_by_another),
        TEST(D19_an_unplugged_camera_without_a_replacement_waits_for_one),
        TEST(a_track_that_ends_within_two_seconds_is_not_reopened),
        TEST(D24_the_end_of_a_track_that_is_being_replaced_is_no_error),
        TEST(D24_the_end_of_a_track_that_was_replaced_is_no_error),
        TEST(the_end_of_a_camera_track_that_was_just_switched_off_is_no_error),
        TEST(the_end_of_an_unknown_track_is_ignored),
        TEST(a_device_list_is_shown_unchanged),
        TEST(a_device_change_leaves_working_captures_alone),
        TEST(a_list_without_a_preceding_device_change_opens_nothing),
        TEST(a_device_change_does_not_open_a_camera_that_is_off),
        TEST(D11_when_a_third_camera_fails_the_one_that_was_stopped_is_reopened),
        TEST(D11_a_default_camera_is_reopened_by_its_device_id),
        TEST(a_switch_that_fails_after_the_camera_went_off_reports_no_error),
        TEST(a_device_id_that_is_too_long_is_ignored),
        TEST(D18_a_rejected_replacement_is_retried_with_exponential_backoff),
        TEST(every_error_that_means_a_refusal_is_final),
        TEST(a_track_with_id_zero_is_ignored),
        TEST(leaving_stops_every_track_even_one_that_is_being_replaced),
        TEST(nothing_is_captured_after_leaving),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
