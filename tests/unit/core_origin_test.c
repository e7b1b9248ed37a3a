/* core_origin_test.c - tracks of the page's own, and sources that nobody is asked for. */
/* SPDX-License-Identifier: MIT */
#include "core_captures.h"

/* A driver whose sources come from there, unmuted; it has not started. */
static struct driver *driver_from(void **state, enum pf_origin microphone, enum pf_origin camera)
{
    struct pf_room_config config = driver_config();
    config.origins[MICROPHONE] = microphone;
    config.origins[CAMERA] = camera;
    driver_free(*state);
    *state = driver_new(&config);
    return *state;
}

static pf_track taken(const struct driver *driver)
{
    return driver_get(driver, PF_COMMAND_CAPTURE_TAKE)->capture_take.track;
}

static void what_is_not_used_is_never_asked_for(void **state)
{
    struct driver *d = driver_from(state, PF_ORIGIN_NONE, PF_ORIGIN_NONE);
    driver_start(d);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
    assert_false(d->local[MICROPHONE].on);
    assert_local(d, CAMERA, PF_CAPTURE_IDLE, PF_DOM_ERROR_NONE);
    driver_hello(d);
    driver_created(d, d->prepared_pc, PF_DESCRIPTION_OFFER);
    driver_join(d);
    driver_joined(d, DRIVER_SELF, DRIVER_LOW, 0);
    driver_created(d, d->prepared_pc, PF_DESCRIPTION_OFFER);
    assert_int_equal(driver_sent(d, "offer", "\"microphone\":\"none\"", "\"camera\":\"none\""), 1);
    driver_set(d, MICROPHONE, false);
    driver_reopen(d, MICROPHONE);
    driver_select(d, MICROPHONE, "mic-2");
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
    driver_feed(d, &(struct pf_event){.type = PF_EVENT_DEVICES_CHANGED});
    driver_feed(d, &(struct pf_event){.type = PF_EVENT_VISIBLE});
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
}

static void one_that_is_not_used_leaves_the_prompt_to_the_other(void **state)
{
    struct driver *d = driver_from(state, PF_ORIGIN_NONE, PF_ORIGIN_DEVICE);
    driver_start(d);
    assert_int_equal(asked(d, MICROPHONE), 0);
    assert_int_not_equal(asked(d, CAMERA), 0);
}

static void what_was_not_used_is_asked_for_once_it_is_switched_on(void **state)
{
    struct driver *d = driver_from(state, PF_ORIGIN_NONE, PF_ORIGIN_NONE);
    driver_start(d);
    driver_select(d, MICROPHONE, "mic-2");
    driver_set(d, MICROPHONE, true);
    assert_asked_device(d, MICROPHONE, "mic-2");
    driver_opened(d, asked(d, MICROPHONE), "mic-2");
    driver_set(d, MICROPHONE, false);
    assert_local(d, MICROPHONE, PF_CAPTURE_LIVE, PF_DOM_ERROR_NONE); /* kept, as ever */
}

static void a_track_of_the_page_is_there_at_once(void **state)
{
    struct driver *d = driver_from(state, PF_ORIGIN_PAGE, PF_ORIGIN_PAGE);
    driver_start(d);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_TAKE), 2);
    assert_local(d, MICROPHONE, PF_CAPTURE_LIVE, PF_DOM_ERROR_NONE);
    assert_local(d, CAMERA, PF_CAPTURE_LIVE, PF_DOM_ERROR_NONE);
    assert_string_equal(d->local[CAMERA].device, "");
    driver_leave(d);
    assert_int_equal(driver_live_tracks(d), 0);
}

static void a_track_of_the_page_replaces_the_camera_without_a_gap(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d);
    const pf_track old = d->local[CAMERA].track;
    driver_set_origin(d, CAMERA, PF_ORIGIN_PAGE);
    const pf_track own = taken(d);
    assert_int_equal(sender_of(d, CAMERA)->set_sender.track, own);
    assert_true(is_live(d, old));
    driver_sender_set(d, pc, CAMERA, own);
    assert_false(is_live(d, old));
    driver_set_origin(d, CAMERA, PF_ORIGIN_PAGE); /* and another one, that one */
    const pf_track next = taken(d);
    assert_int_not_equal(next, own);
    driver_sender_set(d, pc, CAMERA, next);
    assert_false(is_live(d, own));
    assert_int_equal(driver_count(d, PF_COMMAND_DEVICES_ENUMERATE), 0);
}

static void a_track_of_the_page_is_taken_in_place_of_one_that_is_being_opened(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    const pf_track late = asked(d, CAMERA);
    driver_set_origin(d, CAMERA, PF_ORIGIN_PAGE);
    const pf_track own = d->local[CAMERA].track;
    driver_opened(d, late, "cam-1");
    assert_false(is_live(d, late));
    assert_int_equal(d->local[CAMERA].track, own);
}

static void a_muted_page_stays_muted_and_a_picture_of_its_own_is_taken_again(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    driver_set(d, MICROPHONE, false);
    driver_set_origin(d, MICROPHONE, PF_ORIGIN_PAGE);
    assert_false(d->things[taken(d)].enabled);
    assert_false(d->local[MICROPHONE].on);
    driver_set_origin(d, CAMERA, PF_ORIGIN_PAGE);
    driver_set(d, CAMERA, false);
    driver_wait(d, 1000);
    assert_local(d, CAMERA, PF_CAPTURE_IDLE, PF_DOM_ERROR_NONE);
    driver_set(d, CAMERA, true);
    assert_true(d->things[taken(d)].enabled);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
}

static void nothing_in_place_of_a_track_stops_it_and_asks_for_no_device(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    const pf_track microphone = d->local[MICROPHONE].track;
    driver_set_origin(d, MICROPHONE, PF_ORIGIN_NONE);
    assert_false(is_live(d, microphone));
    assert_int_equal(sender_of(d, MICROPHONE)->set_sender.track, 0);
    assert_int_equal(driver_sent(d, "\"kind\":\"state\"", "\"microphone\":\"none\"", NULL), 1);
    assert_false(d->local[MICROPHONE].on);
    driver_set_origin(d, MICROPHONE, PF_ORIGIN_PAGE); /* something to be heard, unlike a mute */
    assert_true(d->local[MICROPHONE].on);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
}

static void a_selected_device_takes_over_from_the_page_unless_it_fails(void **state)
{
    struct driver *d = driver_from(state, PF_ORIGIN_DEVICE, PF_ORIGIN_PAGE);
    driver_start(d);
    const pf_track own = d->local[CAMERA].track;
    driver_select(d, CAMERA, "cam-2");
    assert_asked_device(d, CAMERA, "cam-2");
    assert_int_equal(d->local[CAMERA].track, own);
    driver_refused(d, 0, asked(d, CAMERA), PF_DOM_ERROR_NOT_ALLOWED);
    assert_local(d, CAMERA, PF_CAPTURE_LIVE, PF_DOM_ERROR_NOT_ALLOWED);
    driver_select(d, CAMERA, "cam-2");
    const pf_track first = asked(d, CAMERA);
    driver_refused(d, 0, first, PF_DOM_ERROR_NOT_READABLE); /* both cannot be open, it says */
    driver_refused(d, 0, asked(d, CAMERA), PF_DOM_ERROR_NOT_READABLE);
    assert_int_equal(d->local[CAMERA].track, taken(d));
    driver_select(d, CAMERA, "cam-2");
    driver_opened(d, asked(d, CAMERA), "cam-2");
    assert_string_equal(d->local[CAMERA].device, "cam-2");
}

static void a_track_of_the_page_that_ends_is_not_replaced_by_a_device(void **state)
{
    struct driver *d = driver_from(state, PF_ORIGIN_DEVICE, PF_ORIGIN_PAGE);
    driver_start(d);
    driver_wait(d, 10000);
    driver_ended(d, d->local[CAMERA].track);
    assert_local(d, CAMERA, PF_CAPTURE_FAILED, PF_DOM_ERROR_NOT_FOUND);
    driver_feed(d, &(struct pf_event){.type = PF_EVENT_VISIBLE});
    assert_local(d, CAMERA, PF_CAPTURE_FAILED, PF_DOM_ERROR_NOT_FOUND);
    driver_set(d, CAMERA, true);
    assert_local(d, CAMERA, PF_CAPTURE_LIVE, PF_DOM_ERROR_NONE);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
}

static void a_track_of_the_page_that_is_muted_is_not_opened_anew(void **state)
{
    struct driver *d = driver_from(state, PF_ORIGIN_DEVICE, PF_ORIGIN_PAGE);
    driver_start(d);
    const pf_track own = d->local[CAMERA].track;
    driver_muted(d, own, true);
    driver_wait(d, 1000);
    assert_true(d->local[CAMERA].interrupted);
    driver_set(d, CAMERA, true);
    driver_reopen(d, CAMERA);
    assert_int_equal(d->local[CAMERA].track, own);
    driver_muted(d, own, false);
    assert_false(d->local[CAMERA].interrupted);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, driver_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_not_used_is_never_asked_for),
        TEST(one_that_is_not_used_leaves_the_prompt_to_the_other),
        TEST(what_was_not_used_is_asked_for_once_it_is_switched_on),
        TEST(a_track_of_the_page_is_there_at_once),
        TEST(a_track_of_the_page_replaces_the_camera_without_a_gap),
        TEST(a_track_of_the_page_is_taken_in_place_of_one_that_is_being_opened),
        TEST(a_muted_page_stays_muted_and_a_picture_of_its_own_is_taken_again),
        TEST(nothing_in_place_of_a_track_stops_it_and_asks_for_no_device),
        TEST(a_selected_device_takes_over_from_the_page_unless_it_fails),
        TEST(a_track_of_the_page_that_ends_is_not_replaced_by_a_device),
        TEST(a_track_of_the_page_that_is_muted_is_not_opened_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
