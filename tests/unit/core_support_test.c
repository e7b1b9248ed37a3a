/* core_support_test.c - unsupported features are reported and do not affect the others. */
/* SPDX-License-Identifier: MIT */
#include "core_events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define CREATE PF_OPERATION_CREATE

static void hello_with_ice_server(struct driver *d)
{
    driver_relay(d, "{\"type\":\"hello\",\"iceServers\":[{\"urls\":\"turn:relay\"}],"
                    "\"membersMax\":8,\"pingMs\":15000,\"graceMs\":20000}");
}

static const struct pf_command *shown_room(const struct driver *d)
{
    return driver_get(d, PF_COMMAND_SHOW_ROOM);
}

static void without_webrtc_the_room_is_refused_before_joining(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_hello(d);
    driver_failed(d, d->prepared_pc, CREATE, PF_DOM_ERROR_REFERENCE);
    assert_int_equal(shown_room(d)->room.state, PF_ROOM_REFUSED);
    assert_true(shown_room(d)->room.webrtc_missing);
    assert_int_equal(driver_open_pcs(d), 0);
    assert_false(d->socket_open);
}

static void without_webrtc_joining_again_is_refused_at_once(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_hello(d);
    driver_failed(d, d->prepared_pc, CREATE, PF_DOM_ERROR_REFERENCE);
    driver_join(d);
    assert_int_equal(shown_room(d)->room.state, PF_ROOM_REFUSED);
    assert_true(shown_room(d)->room.webrtc_missing);
    assert_false(d->socket_open);
    driver_leave(d);
    assert_int_equal(d->state, PF_ROOM_LEFT);
}

static void a_connection_refused_with_ice_servers_is_retried_without_them(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    hello_with_ice_server(d);
    assert_true(driver_get(d, PF_COMMAND_PC_CREATE)->pc_create.ice_servers.size > 0);
    driver_failed(d, d->prepared_pc, CREATE, PF_DOM_ERROR_OTHER);
    assert_true(shown_room(d)->room.ice_servers_refused);
    assert_int_equal(shown_room(d)->room.state, PF_ROOM_LOBBY);
    driver_join(d);
    driver_joined(d, DRIVER_SELF, DRIVER_LOW, 0);
    assert_int_equal(driver_get(d, PF_COMMAND_PC_CREATE)->pc_create.ice_servers.size, 0);
}

static void a_peer_connection_refused_with_ice_servers_is_retried_without_them(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_socket_closed(d, 1006);
    driver_wait(d, 1000);
    hello_with_ice_server(d);
    driver_joined(d, DRIVER_SELF, 0, 0);
    driver_member(d, DRIVER_LOW, false);
    driver_offer(d, DRIVER_LOW, 1, 1);
    const pf_pc refused = driver_pc(d, DRIVER_LOW);
    driver_failed(d, refused, CREATE, PF_DOM_ERROR_OTHER);
    const struct pf_command *command = driver_find(d, PF_COMMAND_PC_CREATE);
    if (!command) {
        driver_wait(d, 30000); /* a new connection is requested or created after a delay */
        command = driver_get(d, PF_COMMAND_PC_CREATE);
    }
    assert_int_equal(command->pc_create.ice_servers.size, 0);
    assert_int_not_equal(command->pc, refused);
}

static void ice_servers_are_tried_again_after_a_reconnect(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    hello_with_ice_server(d);
    driver_failed(d, d->prepared_pc, CREATE, PF_DOM_ERROR_OTHER);
    driver_socket_closed(d, 1006);
    driver_wait(d, 1000);
    hello_with_ice_server(d);
    assert_false(shown_room(d)->room.ice_servers_refused);
    assert_true(driver_get(d, PF_COMMAND_PC_CREATE)->pc_create.ice_servers.size > 0);
}

static void a_connection_refused_without_ice_servers_is_not_blamed_on_them(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_hello(d); /* "iceServers":[] */
    driver_failed(d, d->prepared_pc, CREATE, PF_DOM_ERROR_OTHER);
    driver_join(d);
    assert_false(shown_room(d)->room.ice_servers_refused);
}

/* Answers our first offer to a newcomer with this SDP, and connects. */
static const struct pf_command *answer(struct driver *d, const char *sdp)
{
    driver_enter(d, DRIVER_LOW, 0);
    const pf_pc pc = driver_pc(d, DRIVER_LOW);
    driver_created(d, pc, PF_DESCRIPTION_OFFER);
    driver_relay(d,
                 "{\"type\":\"signal\",\"from\":\"%016x\",\"fromInstance\":%d,\"toInstance\":%d,"
                 "\"kind\":\"description\",\"epoch\":1,\"offerNumber\":1,\"state\":{\"sequence\":1,"
                 "\"microphone\":\"on\",\"camera\":\"on\"},"
                 "\"description\":{\"type\":\"answer\",\"sdp\":\"%s\"}}",
                 (unsigned)DRIVER_LOW, DRIVER_THEIR_INSTANCE, DRIVER_INSTANCE, sdp);
    driver_remote_set(d, pc, PF_DESCRIPTION_ANSWER);
    driver_connection(d, pc, PF_CONNECTION_CONNECTED);
    return driver_get(d, PF_COMMAND_SHOW_PEER);
}

static void a_video_section_that_the_answer_rejects_is_shown(void **state)
{
    assert_true(
        answer(*state, "v=0\\r\\nm=audio 9 X 0\\r\\nm=video 0 X 0\\r\\n")->peer.video_rejected);
}

static void additional_video_sections_may_be_rejected(void **state)
{
    assert_false(
        answer(*state, "v=0\\r\\nm=video 9 X 0\\r\\nm=audio 9 X 0\\r\\nm=video 0 X 0\\r\\n")
            ->peer.video_rejected);
}

static void a_short_answer_without_video_rejects_nothing(void **state)
{
    assert_false(answer(*state, "v=0\\r\\nm=video ")->peer.video_rejected);
}

static void a_browser_without_capture_support_is_asked_once(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    const pf_track *tracks = driver_get(d, PF_COMMAND_CAPTURE_OPEN)->capture_open.tracks;
    driver_refused(d, tracks[0], tracks[1], PF_DOM_ERROR_UNSUPPORTED);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0);
    assert_int_equal(d->local[PF_SOURCE_CAMERA].error, PF_DOM_ERROR_UNSUPPORTED);
    assert_int_equal(d->local[PF_SOURCE_MICROPHONE].error, PF_DOM_ERROR_UNSUPPORTED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, driver_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_webrtc_the_room_is_refused_before_joining),
        TEST(without_webrtc_joining_again_is_refused_at_once),
        TEST(a_connection_refused_with_ice_servers_is_retried_without_them),
        TEST(a_peer_connection_refused_with_ice_servers_is_retried_without_them),
        TEST(ice_servers_are_tried_again_after_a_reconnect),
        TEST(a_connection_refused_without_ice_servers_is_not_blamed_on_them),
        TEST(a_video_section_that_the_answer_rejects_is_shown),
        TEST(additional_video_sections_may_be_rejected),
        TEST(a_short_answer_without_video_rejects_nothing),
        TEST(a_browser_without_capture_support_is_asked_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
