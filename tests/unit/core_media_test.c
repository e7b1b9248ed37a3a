/* core_media_test.c - requests for captures: permission, missing and busy devices (D1 to D8). */
/* SPDX-License-Identifier: MIT */
#include "core_captures.h"

static void both_sources_are_requested_together(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 1);
    assert_true(asked(d, MICROPHONE) != 0 && asked(d, CAMERA) != 0);
    assert_local(d, CAMERA, PF_CAPTURE_OPENING, PF_DOM_ERROR_NONE);
    driver_start(d);
    assert_int_equal(d->commands_count, 0);
}

static void a_microphone_that_starts_muted_is_captured_but_disabled(void **state)
{
    (void)state;
    struct pf_room_config config = driver_config();
    config.on[MICROPHONE] = false;
    config.on[CAMERA] = false;
    struct driver *d = driver_new(&config);
    driver_start(d);
    assert_int_equal(asked(d, CAMERA), 0);
    driver_opened(d, asked(d, MICROPHONE), "mic-1");
    assert_false(driver_get(d, PF_COMMAND_TRACK_ENABLE)->track_enable.on);
    assert_local(d, MICROPHONE, PF_CAPTURE_LIVE, PF_DOM_ERROR_NONE);
    assert_local(d, CAMERA, PF_CAPTURE_IDLE, PF_DOM_ERROR_NONE);
    driver_free(d);
}

static void D1_a_refusal_is_shown_and_not_retried(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_refused(d, asked(d, MICROPHONE), asked(d, CAMERA), PF_DOM_ERROR_NOT_ALLOWED);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
    assert_local(d, MICROPHONE, PF_CAPTURE_FAILED, PF_DOM_ERROR_NOT_ALLOWED);
    assert_local(d, CAMERA, PF_CAPTURE_FAILED, PF_DOM_ERROR_NOT_ALLOWED);
    const struct pf_device camera = {CAMERA, PF_SLICE("cam-1"), PF_SLICE("")};
    driver_devices_changed(d);
    driver_devices(d, &camera, 1);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
}

static void D1_a_user_who_denies_capture_joins_and_receives(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_refused(d, asked(d, MICROPHONE), asked(d, CAMERA), PF_DOM_ERROR_NOT_ALLOWED);
    driver_enter(d, 0, 0);
    assert_int_equal(d->state, PF_ROOM_JOINED);
    driver_meet(d, DRIVER_LOW);
    assert_int_equal(
        driver_sent(d, "\"type\":\"answer\"", "\"microphone\":\"none\"", "\"camera\":\"none\""), 1);
}

static void D1_switching_a_source_on_again_requests_it_again(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_refused(d, asked(d, MICROPHONE), asked(d, CAMERA), PF_DOM_ERROR_NOT_ALLOWED);
    driver_set(d, CAMERA, true);
    assert_int_equal(asked(d, MICROPHONE), 0);
    driver_opened(d, asked(d, CAMERA), "cam-1");
    assert_local(d, CAMERA, PF_CAPTURE_LIVE, PF_DOM_ERROR_NONE);
}

static void D2_an_ignored_prompt_does_not_delay_joining(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    assert_int_equal(d->state, PF_ROOM_JOINED);
    assert_local(d, CAMERA, PF_CAPTURE_OPENING, PF_DOM_ERROR_NONE);
}

static void D2_a_track_granted_late_is_sent_without_negotiation(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    const pf_track camera = asked(d, CAMERA);
    driver_enter(d, 0, 0);
    driver_connect(d, DRIVER_LOW);
    driver_opened(d, camera, "cam-1");
    assert_int_equal(sender_of(d, CAMERA)->set_sender.track, camera);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 0);
    assert_int_equal(driver_sent(d, "\"kind\":\"state\"", "\"camera\":\"on\"", NULL), 1);
}

static void D3_a_track_granted_after_leaving_is_stopped_at_once(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    const pf_track microphone = asked(d, MICROPHONE);
    const pf_track camera = asked(d, CAMERA);
    driver_leave(d);
    driver_opened(d, microphone, "mic-1");
    assert_int_equal(driver_get(d, PF_COMMAND_CAPTURE_STOP)->capture_stop, microphone);
    driver_opened(d, camera, "cam-1");
    assert_int_equal(driver_live_tracks(d), 0);
}

static void D4_a_missing_device_is_reported_until_one_is_plugged_in(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    const pf_track microphone = asked(d, MICROPHONE);
    driver_refused(d, microphone, asked(d, CAMERA), PF_DOM_ERROR_NOT_FOUND);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 2);
    const pf_track camera =
        driver_find_at(d, PF_COMMAND_CAPTURE_OPEN, 1)->capture_open.tracks[CAMERA];
    driver_refused(d, 0, camera, PF_DOM_ERROR_NOT_FOUND);
    assert_local(d, CAMERA, PF_CAPTURE_FAILED, PF_DOM_ERROR_NOT_FOUND);
    const struct pf_device devices[] = {{MICROPHONE, PF_SLICE("mic-1"), PF_SLICE("")},
                                        {CAMERA, PF_SLICE("cam-1"), PF_SLICE("")}};
    driver_devices_changed(d);
    driver_devices(d, devices, 1);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
    driver_devices_changed(d);
    assert_int_equal(driver_count(d, PF_COMMAND_DEVICES_ENUMERATE), 1);
    driver_devices(d, devices, 2);
    driver_opened(d, asked(d, CAMERA), "cam-1");
    assert_local(d, CAMERA, PF_CAPTURE_LIVE, PF_DOM_ERROR_NONE);
}

static void D5_the_microphone_works_when_the_camera_is_busy(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_refused(d, asked(d, MICROPHONE), asked(d, CAMERA), PF_DOM_ERROR_NOT_READABLE);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 2);
    const pf_track microphone = asked(d, MICROPHONE);
    const pf_track camera =
        driver_find_at(d, PF_COMMAND_CAPTURE_OPEN, 1)->capture_open.tracks[CAMERA];
    driver_opened(d, microphone, "mic-1");
    driver_refused(d, 0, camera, PF_DOM_ERROR_NOT_READABLE);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
    assert_local(d, MICROPHONE, PF_CAPTURE_LIVE, PF_DOM_ERROR_NONE);
    assert_local(d, CAMERA, PF_CAPTURE_FAILED, PF_DOM_ERROR_NOT_READABLE);
}

static void refuse_both(struct driver *d, enum pf_permission microphone, enum pf_permission camera)
{
    driver_start(d);
    driver_refused_with(d, asked(d, MICROPHONE), asked(d, CAMERA), PF_DOM_ERROR_NOT_ALLOWED,
                        (struct driver_permissions){microphone, camera});
}

static void D5_after_a_refusal_of_both_the_permitted_source_is_requested_alone(void **state)
{
    struct driver *d = *state;
    refuse_both(d, PF_PERMISSION_GRANTED, PF_PERMISSION_DENIED);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 1);
    assert_true(asked(d, MICROPHONE) != 0);
    assert_int_equal(asked(d, CAMERA), 0);
    assert_local(d, CAMERA, PF_CAPTURE_FAILED, PF_DOM_ERROR_NOT_ALLOWED);
}

static void D5_a_blocked_camera_does_not_prevent_the_microphone_prompt(void **state)
{
    struct driver *d = *state;
    refuse_both(d, PF_PERMISSION_PROMPT, PF_PERMISSION_DENIED);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 1);
    const pf_track microphone = asked(d, MICROPHONE);
    assert_true(microphone != 0);
    assert_int_equal(asked(d, CAMERA), 0);
    assert_local(d, CAMERA, PF_CAPTURE_FAILED, PF_DOM_ERROR_NOT_ALLOWED);
    driver_opened(d, microphone, "mic-1");
    assert_local(d, MICROPHONE, PF_CAPTURE_LIVE, PF_DOM_ERROR_NONE);
}

static void D5_a_blocked_microphone_does_not_prevent_the_camera_prompt(void **state)
{
    struct driver *d = *state;
    refuse_both(d, PF_PERMISSION_DENIED, PF_PERMISSION_PROMPT);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 1);
    assert_int_equal(asked(d, MICROPHONE), 0);
    assert_true(asked(d, CAMERA) != 0);
    assert_local(d, MICROPHONE, PF_CAPTURE_FAILED, PF_DOM_ERROR_NOT_ALLOWED);
}

static void D5_without_the_permissions_api_each_source_is_requested_once(void **state)
{
    struct driver *d = *state;
    refuse_both(d, PF_PERMISSION_UNKNOWN, PF_PERMISSION_UNKNOWN);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 2);
    const pf_track microphone =
        driver_find_at(d, PF_COMMAND_CAPTURE_OPEN, 0)->capture_open.tracks[MICROPHONE];
    const pf_track camera =
        driver_find_at(d, PF_COMMAND_CAPTURE_OPEN, 1)->capture_open.tracks[CAMERA];
    driver_refused(d, microphone, 0, PF_DOM_ERROR_NOT_ALLOWED);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
    driver_refused(d, 0, camera, PF_DOM_ERROR_NOT_ALLOWED);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
    assert_local(d, CAMERA, PF_CAPTURE_FAILED, PF_DOM_ERROR_NOT_ALLOWED);
}

static void D5_a_dismissed_prompt_for_both_is_not_shown_again(void **state)
{
    struct driver *d = *state;
    refuse_both(d, PF_PERMISSION_PROMPT, PF_PERMISSION_PROMPT);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
    assert_local(d, MICROPHONE, PF_CAPTURE_FAILED, PF_DOM_ERROR_NOT_ALLOWED);
    assert_local(d, CAMERA, PF_CAPTURE_FAILED, PF_DOM_ERROR_NOT_ALLOWED);
}

static void D5_nothing_is_requested_again_without_media_devices(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_refused_with(d, asked(d, MICROPHONE), asked(d, CAMERA), PF_DOM_ERROR_INSECURE,
                        (struct driver_permissions){PF_PERMISSION_UNKNOWN, PF_PERMISSION_UNKNOWN});
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
    assert_local(d, MICROPHONE, PF_CAPTURE_FAILED, PF_DOM_ERROR_INSECURE);
}

static void a_camera_switched_off_during_a_request_for_both_is_not_requested_alone(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    const pf_track microphone = asked(d, MICROPHONE);
    const pf_track camera = asked(d, CAMERA);
    driver_set(d, CAMERA, false);
    driver_refused(d, microphone, camera, PF_DOM_ERROR_NOT_READABLE);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 1);
    assert_int_equal(asked(d, CAMERA), 0);
    assert_local(d, CAMERA, PF_CAPTURE_IDLE, PF_DOM_ERROR_NONE);
}

static void a_failed_request_for_both_is_retried_for_the_source_still_pending(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    const pf_track microphone = asked(d, MICROPHONE);
    const pf_track camera = asked(d, CAMERA);
    driver_select(d, CAMERA, "cam-2");
    driver_refused(d, microphone, camera, PF_DOM_ERROR_NOT_READABLE);
    assert_true(asked(d, MICROPHONE) != 0);
    assert_int_equal(asked(d, CAMERA), 0);
}

static void a_refused_request_for_both_is_final_for_the_source_still_pending(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    const pf_track microphone = asked(d, MICROPHONE);
    const pf_track camera = asked(d, CAMERA);
    driver_select(d, CAMERA, "cam-2");
    driver_refused(d, microphone, camera, PF_DOM_ERROR_NOT_ALLOWED);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
    assert_local(d, MICROPHONE, PF_CAPTURE_FAILED, PF_DOM_ERROR_NOT_ALLOWED);
}

static void a_failure_of_an_unknown_request_is_ignored(void **state)
{
    struct driver *d = *state;
    driver_capture(d);
    const struct pf_event event = {
        .type = PF_EVENT_CAPTURE_FAILED,
        .capture_failed = {{999, 0}, PF_DOM_ERROR_NOT_READABLE, {false, false}}};
    driver_feed(d, &event);
    assert_int_equal(d->commands_count, 0);
}

static struct driver *with_remembered_camera(const char *device)
{
    struct pf_room_config config = driver_config();
    config.devices[CAMERA] = pf_slice_of(device);
    struct driver *driver = driver_new(&config);
    driver_start(driver);
    return driver;
}

static void D6_a_missing_remembered_camera_is_replaced_by_any_other(void **state)
{
    (void)state;
    struct driver *d = with_remembered_camera("gone");
    assert_asked_device(d, CAMERA, "gone");
    driver_refused(d, asked(d, MICROPHONE), asked(d, CAMERA), PF_DOM_ERROR_OVERCONSTRAINED);
    const struct pf_command *camera = driver_find_at(d, PF_COMMAND_CAPTURE_OPEN, 1);
    assert_string_equal(camera->capture_open.devices[CAMERA].data, "gone");
    driver_refused(d, 0, camera->capture_open.tracks[CAMERA], PF_DOM_ERROR_OVERCONSTRAINED);
    assert_asked_device(d, CAMERA, "");
    driver_opened(d, asked(d, CAMERA), "cam-1");
    assert_local(d, CAMERA, PF_CAPTURE_LIVE, PF_DOM_ERROR_NONE);
    assert_string_equal(d->local[CAMERA].device, "cam-1");
    driver_free(d);
}

static void D6_a_camera_that_is_not_listed_is_not_requested_by_id(void **state)
{
    (void)state;
    struct driver *d = with_remembered_camera("gone");
    const pf_track microphone = asked(d, MICROPHONE);
    const pf_track camera = asked(d, CAMERA);
    const struct pf_device list[] = {{MICROPHONE, PF_SLICE("mic-1"), PF_SLICE("")},
                                     {CAMERA, PF_SLICE("cam-1"), PF_SLICE("")}};
    driver_devices(d, list, 2);
    driver_refused(d, microphone, camera, PF_DOM_ERROR_NOT_READABLE);
    const struct pf_command *again = driver_find_at(d, PF_COMMAND_CAPTURE_OPEN, 1);
    assert_string_equal(again->capture_open.devices[CAMERA].data, "");
    driver_free(d);
}

static void D8_a_list_without_ids_does_not_rule_out_a_remembered_camera(void **state)
{
    (void)state;
    struct driver *d = with_remembered_camera("cam-7");
    const pf_track microphone = asked(d, MICROPHONE);
    const pf_track camera = asked(d, CAMERA);
    const struct pf_device list[] = {{CAMERA, PF_SLICE(""), PF_SLICE("")}};
    driver_devices(d, list, 1);
    driver_refused(d, microphone, camera, PF_DOM_ERROR_NOT_READABLE);
    const struct pf_command *again = driver_find_at(d, PF_COMMAND_CAPTURE_OPEN, 1);
    assert_string_equal(again->capture_open.devices[CAMERA].data, "cam-7");
    driver_free(d);
}

static void D8_the_list_is_read_again_when_a_capture_has_opened(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_opened(d, asked(d, CAMERA), "cam-1");
    assert_int_equal(driver_count(d, PF_COMMAND_DEVICES_ENUMERATE), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, driver_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(both_sources_are_requested_together),
        TEST(a_microphone_that_starts_muted_is_captured_but_disabled),
        TEST(D1_a_refusal_is_shown_and_not_retried),
        TEST(D1_a_user_who_denies_capture_joins_and_receives),
        TEST(D1_switching_a_source_on_again_requests_it_again),
        TEST(D2_an_ignored_prompt_does_not_delay_joining),
        TEST(D2_a_track_granted_late_is_sent_without_negotiation),
        TEST(D3_a_track_granted_after_leaving_is_stopped_at_once),
        TEST(D4_a_missing_device_is_reported_until_one_is_plugged_in),
        TEST(D5_the_microphone_works_when_the_camera_is_busy),
        TEST(D5_after_a_refusal_of_both_the_permitted_source_is_requested_alone),
        TEST(D5_a_blocked_camera_does_not_prevent_the_microphone_prompt),
        TEST(D5_a_blocked_microphone_does_not_prevent_the_camera_prompt),
        TEST(D5_without_the_permissions_api_each_source_is_requested_once),
        TEST(D5_a_dismissed_prompt_for_both_is_not_shown_again),
        TEST(D5_nothing_is_requested_again_without_media_devices),
        TEST(a_camera_switched_off_during_a_request_for_both_is_not_requested_alone),
        TEST(a_failed_request_for_both_is_retried_for_the_source_still_pending),
        TEST(a_refused_request_for_both_is_final_for_the_source_still_pending),
        TEST(a_failure_of_an_unknown_request_is_ignored),
        TEST(D6_a_missing_remembered_camera_is_replaced_by_any_other),
        TEST(D6_a_camera_that_is_not_listed_is_not_requested_by_id),
        TEST(D8_a_list_without_ids_does_not_rule_out_a_remembered_camera),
        TEST(D8_the_list_is_read_again_when_a_capture_has_opened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
