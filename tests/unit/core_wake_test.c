/* core_wake_test.c - waking up from sleep. */
/* SPDX-License-Identifier: MIT */
#include "core_events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* In the room, with a connected peer that leaves ICE restarts to us. */
static pf_pc begin_call(struct driver *driver)
{
    driver_enter(driver, 0, 0);
    driver_connect(driver, DRIVER_HIGH);
    return driver_pc(driver, DRIVER_HIGH);
}

static void I18_after_a_sleep_the_relay_is_pinged_before_anything_is_given_up(void **state)
{
    struct driver *d = *state;
    driver_capture(d);
    (void)begin_call(d);
    driver_set(d, PF_SOURCE_MICROPHONE, false);
    d->now_ms += 600000;
    driver_feed(d, &(struct pf_event){.type = PF_EVENT_TIMEOUT});
    assert_int_equal(driver_sent(d, "\"type\":\"ping\"", NULL, NULL), 1);
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_CLOSE), 0);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CLOSE), 0);
    assert_true(driver_get(d, PF_COMMAND_PC_CREATE_OFFER)->ice_restart);
    driver_relay(d, "{\"type\":\"pong\"}");
    assert_int_equal(d->state, PF_ROOM_JOINED);
    assert_false(d->local[PF_SOURCE_MICROPHONE].on);
    assert_true(d->local[PF_SOURCE_CAMERA].on);
}

static void I18_waking_up_restarts_ice_before_a_failure_is_reported(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    d->now_ms += 600000; /* the first event after a sleep need not be the timeout */
    driver_relay(d, "{\"type\":\"ping\"}");
    assert_true(driver_get(d, PF_COMMAND_PC_CREATE_OFFER)->ice_restart);
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_CLOSE), 0);
}

static void I18_a_late_timer_of_a_background_page_is_not_taken_for_a_sleep(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d);
    driver_connection(d, pc, PF_CONNECTION_DISCONNECTED);
    for (int i = 0; i < 12; i++) {
        d->now_ms += 5000;
        driver_relay(d, "{\"type\":\"ping\"}");
        assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 0);
    }
    driver_feed(d, &(struct pf_event){.type = PF_EVENT_TIMEOUT});
    assert_true(driver_get(d, PF_COMMAND_PC_CREATE_OFFER)->ice_restart);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 1);
}

static void I18_the_silence_of_a_slowly_pinging_relay_is_not_taken_for_a_sleep(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    driver_relay(d, "{\"type\":\"ping\"}");
    for (int i = 0; i < 3; i++) {
        d->now_ms += 18000; /* "hello" said 15 s */
        driver_relay(d, "{\"type\":\"ping\"}");
        assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 0);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, driver_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(I18_after_a_sleep_the_relay_is_pinged_before_anything_is_given_up),
        TEST(I18_waking_up_restarts_ice_before_a_failure_is_reported),
        TEST(I18_a_late_timer_of_a_background_page_is_not_taken_for_a_sleep),
        TEST(I18_the_silence_of_a_slowly_pinging_relay_is_not_taken_for_a_sleep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
