/* core_sections_test.c - media sections are fixed by the first offer: only repair negotiates. */
/* SPDX-License-Identifier: MIT */
#include "core_events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define CAMERA     PF_SOURCE_CAMERA
#define MICROPHONE PF_SOURCE_MICROPHONE

/* Captures both sources and connects to one peer. No sender has its track yet. */
static pf_pc begin_call(struct driver *d)
{
    driver_capture(d);
    driver_enter(d, 0, 0);
    driver_connect(d, DRIVER_LOW);
    return driver_pc(d, DRIVER_LOW);
}

static void assert_not_negotiated(const struct driver *d)
{
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 0);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_ANSWER), 0);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_SET_LOCAL), 0);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_SET_REMOTE), 0);
    assert_int_equal(driver_sent(d, "\"kind\":\"description\"", NULL, NULL), 0);
}

static pf_track asked(const struct driver *d, enum pf_source source)
{
    return driver_get(d, PF_COMMAND_CAPTURE_OPEN)->capture_open.tracks[source];
}

static void G13_no_operation_on_devices_negotiates(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d);
    for (int source = 0; source < PF_DEVICE_SOURCES_COUNT; source++) {
        for (int on = 0; on < 2; on++) {
            driver_set(d, (enum pf_source)source, on != 0);
            assert_not_negotiated(d);
        }
        driver_select(d, (enum pf_source)source, "another");
        assert_not_negotiated(d);
        const pf_track track = asked(d, (enum pf_source)source);
        driver_opened(d, track, "another");
        assert_not_negotiated(d);
        driver_sender_set(d, pc, (enum pf_source)source, track);
        assert_not_negotiated(d);
        driver_ended(d, track);
        assert_not_negotiated(d);
    }
    driver_devices_changed(d);
    assert_not_negotiated(d);
    driver_wait(d, 20000);
    assert_not_negotiated(d);
}

static void G13_a_channel_that_opens_and_closes_does_not_negotiate(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d);
    driver_channel_opened(d, pc);
    assert_not_negotiated(d);
    driver_channel_closed(d, pc);
    assert_not_negotiated(d);
}

static void G15_the_last_of_several_toggles_decides_what_is_sent(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d);
    const pf_track camera = d->local[CAMERA].track;
    driver_sender_set(d, pc, CAMERA, camera);
    for (uint32_t wishes = 0; wishes < 32; wishes++) {
        pf_track sent = 0;
        for (uint32_t i = 0; i < 5; i++) { /* no replaceTrack() resolves meanwhile */
            driver_set(d, CAMERA, (wishes >> i & 1) != 0);
            assert_not_negotiated(d);
        }
        assert_int_equal(d->things[pc].senders[CAMERA], wishes >> 4 != 0 ? camera : 0);
        sent = d->things[pc].senders[CAMERA];
        driver_sender_set(d, pc, CAMERA, sent);
        assert_not_negotiated(d);
    }
}

static void G17_a_section_that_the_peer_rejects_is_not_retried(void **state)
{
    struct driver *d = *state;
    const pf_pc pc =
        begin_call(d); /* the camera's replaceTrack() never resolves: it has no sender */
    driver_sender_set(d, pc, MICROPHONE, d->local[MICROPHONE].track);
    driver_connect(d, DRIVER_HIGH);
    driver_select(d, CAMERA, "cam-2");
    const pf_track track = asked(d, CAMERA);
    driver_opened(d, track, "cam-2");
    assert_int_equal(driver_count(d, PF_COMMAND_PC_SET_SENDER), 2);
    driver_sender_set(d, driver_pc(d, DRIVER_HIGH), CAMERA, track);
    for (int i = 0; i < 10; i++) {
        driver_wait(d, 14000);
        assert_int_equal(driver_count(d, PF_COMMAND_PC_SET_SENDER), 0);
        assert_not_negotiated(d);
        driver_relay(d, "{\"type\":\"ping\"}");
    }
    assert_int_equal(driver_live_tracks(d),
                     PF_DEVICE_SOURCES_COUNT); /* the old camera is not kept open */
    assert_int_equal(driver_peer(d, DRIVER_LOW)->state, PF_PEER_CONNECTED);
    assert_int_equal(driver_peer(d, DRIVER_HIGH)->state, PF_PEER_CONNECTED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, driver_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(G13_no_operation_on_devices_negotiates),
        TEST(G13_a_channel_that_opens_and_closes_does_not_negotiate),
        TEST(G15_the_last_of_several_toggles_decides_what_is_sent),
        TEST(G17_a_section_that_the_peer_rejects_is_not_retried),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
