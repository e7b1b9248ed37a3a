/* core_media_test.c - captures, devices, mute and camera: section 3 of the edge cases. */
/* SPDX-License-Identifier: MIT */
#include "core_events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MICROPHONE PF_SOURCE_MICROPHONE
#define CAMERA     PF_SOURCE_CAMERA

/* The track that the last call asked for. */
static pf_track asked(const struct driver *driver, enum pf_source source)
{
    return driver_get(driver, PF_COMMAND_CAPTURE_OPEN)->capture_open.tracks[source];
}

static void assert_asked_device(const struct driver *driver, enum pf_source source,
                                const char *device)
{
    const struct pf_command *open = driver_get(driver, PF_COMMAND_CAPTURE_OPEN);
    assert_string_equal(open->capture_open.devices[source].data, device);
}

/* Both sources captured, in a call with one connected peer. */
static pf_pc begin_call(struct driver *driver)
{
    driver_capture(driver);
    driver_enter(driver, 0, 0);
    driver_connect(driver, DRIVER_LOW);
    const pf_pc pc = driver_pc(driver, DRIVER_LOW);
    driver_sender_set(driver, pc, MICROPHONE, driver->local[MICROPHONE].track);
    driver_sender_set(driver, pc, CAMERA, driver->local[CAMERA].track);
    return pc;
}

/* The command that gives `source` of the only connection something else to send. */
static const struct pf_command *sender_of(const struct driver *driver, enum pf_source source)
{
    const struct pf_command *command = NULL;
    for (size_t i = 0; (command = driver_find_at(driver, PF_COMMAND_PC_SET_SENDER, i)); i++) {
        if (command->set_sender.source == source) {
            return command;
        }
    }
    return NULL;
}

static void assert_local(const struct driver *driver, enum pf_source source,
                         enum pf_capture_state state, enum pf_dom_error error)
{
    assert_int_equal(driver->local[source].state, state);
    assert_int_equal(driver->local[source].error, error);
}

static bool is_live(const struct driver *driver, pf_track track)
{
    return driver->things[track].life == DRIVER_LIVE;
}

/* ---- opening ---- */

static void both_sources_are_asked_for_at_once(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 1);
    assert_true(asked(d, MICROPHONE) != 0 && asked(d, CAMERA) != 0);
    assert_local(d, CAMERA, PF_CAPTURE_OPENING, PF_DOM_ERROR_NONE);
    driver_start(d);
    assert_int_equal(d->commands_count, 0);
}

static void a_microphone_that_is_not_wanted_on_is_captured_but_disabled(void **state)
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

static void D1_a_refusal_is_shown_and_not_asked_again(void **state)
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

static void D1_whoever_is_refused_enters_and_receives(void **state)
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

static void D1_wanting_it_on_again_asks_again(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_refused(d, asked(d, MICROPHONE), asked(d, CAMERA), PF_DOM_ERROR_NOT_ALLOWED);
    driver_set(d, CAMERA, true);
    assert_int_equal(asked(d, MICROPHONE), 0);
    driver_opened(d, asked(d, CAMERA), "cam-1");
    assert_local(d, CAMERA, PF_CAPTURE_LIVE, PF_DOM_ERROR_NONE);
}

static void D2_a_prompt_that_is_ignored_does_not_keep_from_joining(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    assert_int_equal(d->state, PF_ROOM_JOINED);
    assert_local(d, CAMERA, PF_CAPTURE_OPENING, PF_DOM_ERROR_NONE);
}

static void D2_a_late_grant_is_sent_without_negotiation(void **state)
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

static void D3_a_grant_after_leaving_is_stopped_at_once(void **state)
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

static void D4_no_device_is_shown_until_one_is_plugged_in(void **state)
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

static void D5_of_a_request_for_both_what_is_granted_is_asked_for_alone(void **state)
{
    struct driver *d = *state;
    refuse_both(d, PF_PERMISSION_GRANTED, PF_PERMISSION_DENIED);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 1);
    assert_true(asked(d, MICROPHONE) != 0);
    assert_int_equal(asked(d, CAMERA), 0);
    assert_local(d, CAMERA, PF_CAPTURE_FAILED, PF_DOM_ERROR_NOT_ALLOWED);
}

static void D5_a_blocked_camera_does_not_cost_the_microphone_its_prompt(void **state)
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

static void D5_a_blocked_microphone_does_not_cost_the_camera_its_prompt(void **state)
{
    struct driver *d = *state;
    refuse_both(d, PF_PERMISSION_DENIED, PF_PERMISSION_PROMPT);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 1);
    assert_int_equal(asked(d, MICROPHONE), 0);
    assert_true(asked(d, CAMERA) != 0);
    assert_local(d, MICROPHONE, PF_CAPTURE_FAILED, PF_DOM_ERROR_NOT_ALLOWED);
}

static void D5_what_cannot_be_queried_is_asked_for_alone_once(void **state)
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

static void D5_a_prompt_for_both_that_was_dismissed_is_not_shown_again(void **state)
{
    struct driver *d = *state;
    refuse_both(d, PF_PERMISSION_PROMPT, PF_PERMISSION_PROMPT);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
    assert_local(d, MICROPHONE, PF_CAPTURE_FAILED, PF_DOM_ERROR_NOT_ALLOWED);
    assert_local(d, CAMERA, PF_CAPTURE_FAILED, PF_DOM_ERROR_NOT_ALLOWED);
}

static void D5_nothing_is_asked_for_again_where_there_are_no_media_devices(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_refused_with(d, asked(d, MICROPHONE), asked(d, CAMERA), PF_DOM_ERROR_INSECURE,
                        (struct driver_permissions){PF_PERMISSION_UNKNOWN, PF_PERMISSION_UNKNOWN});
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
    assert_local(d, MICROPHONE, PF_CAPTURE_FAILED, PF_DOM_ERROR_INSECURE);
}

static void a_camera_switched_off_while_both_are_asked_for_is_not_asked_for_alone(void **state)
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

static void a_request_for_both_that_fails_after_one_was_superseded_tries_the_other(void **state)
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

static void a_refusal_of_both_after_one_was_superseded_is_final_for_the_other(void **state)
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

static void a_failure_of_what_nobody_waits_for_does_nothing(void **state)
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

static void D6_a_remembered_camera_that_is_gone_is_replaced_by_any(void **state)
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

static void D6_a_camera_that_is_not_listed_is_not_named(void **state)
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

static void D8_a_list_without_ids_says_nothing_of_a_remembered_camera(void **state)
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

/* ---- another device ---- */

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

static void D9_the_old_track_is_stopped_when_the_last_peer_has_the_new_one(void **state)
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

static void D9_a_replacement_that_never_ends_does_not_keep_the_camera_open(void **state)
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

static void a_switch_with_nobody_there_stops_the_old_camera_at_once(void **state)
{
    struct driver *d = *state;
    driver_capture(d);
    const pf_track old = d->local[CAMERA].track;
    driver_select(d, CAMERA, "cam-2");
    driver_opened(d, asked(d, CAMERA), "cam-2");
    assert_int_equal(driver_get(d, PF_COMMAND_CAPTURE_STOP)->capture_stop, old);
}

static void D10_where_two_cannot_be_open_the_old_camera_is_stopped_first(void **state)
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

static void D11_when_the_new_camera_fails_the_previous_one_is_opened_again(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_opened(d, asked(d, CAMERA), "cam-1");
    driver_select(d, CAMERA, "cam-1"); /* chosen, and in use already */
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

static void D11_when_going_back_fails_too_the_failure_is_shown(void **state)
{
    struct driver *d = *state;
    driver_capture(d);
    driver_select(d, CAMERA, "cam-2");
    for (int i = 0; i < 3; i++) { /* the new one twice, the previous one once */
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

static void D12_a_switch_just_after_the_camera_went_off_counts_when_it_is_on_again(void **state)
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

static void D14_mute_while_a_switch_is_under_way_leaves_nothing_audible(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    driver_select(d, MICROPHONE, "mic-2");
    const pf_track new = asked(d, MICROPHONE);
    driver_opened(d, new, "mic-2"); /* the peer still gets the old track */
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

static void D16_a_sender_of_nothing_is_given_a_track_without_negotiation(void **state)
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

static void D17_of_two_switches_the_latest_wins_and_the_other_is_stopped(void **state)
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

static void D17_after_two_switches_a_failure_goes_back_to_the_one_that_worked(void **state)
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
    driver_refused(d, 0, second, PF_DOM_ERROR_NOT_READABLE); /* nobody cares any more */
    assert_int_equal(d->commands_count, 0);
}

static void D17_choosing_what_is_in_use_ends_a_switch(void **state)
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, driver_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(both_sources_are_asked_for_at_once),
        TEST(a_microphone_that_is_not_wanted_on_is_captured_but_disabled),
        TEST(D1_a_refusal_is_shown_and_not_asked_again),
        TEST(D1_whoever_is_refused_enters_and_receives),
        TEST(D1_wanting_it_on_again_asks_again),
        TEST(D2_a_prompt_that_is_ignored_does_not_keep_from_joining),
        TEST(D2_a_late_grant_is_sent_without_negotiation),
        TEST(D3_a_grant_after_leaving_is_stopped_at_once),
        TEST(D4_no_device_is_shown_until_one_is_plugged_in),
        TEST(D5_the_microphone_works_when_the_camera_is_busy),
        TEST(D5_of_a_request_for_both_what_is_granted_is_asked_for_alone),
        TEST(D5_a_blocked_camera_does_not_cost_the_microphone_its_prompt),
        TEST(D5_a_blocked_microphone_does_not_cost_the_camera_its_prompt),
        TEST(D5_what_cannot_be_queried_is_asked_for_alone_once),
        TEST(D5_a_prompt_for_both_that_was_dismissed_is_not_shown_again),
        TEST(D5_nothing_is_asked_for_again_where_there_are_no_media_devices),
        TEST(a_camera_switched_off_while_both_are_asked_for_is_not_asked_for_alone),
        TEST(a_request_for_both_that_fails_after_one_was_superseded_tries_the_other),
        TEST(a_refusal_of_both_after_one_was_superseded_is_final_for_the_other),
        TEST(a_failure_of_what_nobody_waits_for_does_nothing),
        TEST(D6_a_remembered_camera_that_is_gone_is_replaced_by_any),
        TEST(D6_a_camera_that_is_not_listed_is_not_named),
        TEST(D8_a_list_without_ids_says_nothing_of_a_remembered_camera),
        TEST(D8_the_list_is_read_again_when_a_capture_has_opened),
        TEST(D9_a_switch_opens_then_replaces_then_stops),
        TEST(D9_the_old_track_is_stopped_when_the_last_peer_has_the_new_one),
        TEST(D9_a_replacement_that_never_ends_does_not_keep_the_camera_open),
        TEST(a_switch_with_nobody_there_stops_the_old_camera_at_once),
        TEST(D10_where_two_cannot_be_open_the_old_camera_is_stopped_first),
        TEST(D11_when_the_new_camera_fails_the_previous_one_is_opened_again),
        TEST(D11_a_missing_new_camera_leaves_the_old_one_untouched),
        TEST(D11_when_going_back_fails_too_the_failure_is_shown),
        TEST(D12_a_switch_while_the_camera_is_off_only_changes_the_choice),
        TEST(D12_a_switch_just_after_the_camera_went_off_counts_when_it_is_on_again),
        TEST(D13_a_microphone_changed_while_muted_is_disabled_before_it_is_sent),
        TEST(D14_mute_after_a_switch_acts_on_the_new_track),
        TEST(D14_mute_while_a_switch_is_under_way_leaves_nothing_audible),
        TEST(D15_switching_the_camera_does_not_touch_the_microphone),
        TEST(D16_a_sender_of_nothing_is_given_a_track_without_negotiation),
        TEST(D17_of_two_switches_the_latest_wins_and_the_other_is_stopped),
        TEST(D17_after_two_switches_a_failure_goes_back_to_the_one_that_worked),
        TEST(D17_choosing_what_is_in_use_ends_a_switch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
