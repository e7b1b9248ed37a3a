/* core_diagnosis_test.c - what is in the way of a connection that does not come about. */
/* SPDX-License-Identifier: MIT */
#include "core_events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define HOST  "candidate:1 1 udp 2122260223 192.0.2.1 5000 typ host"
#define SRFLX "candidate:2 1 udp 1686052607 198.51.100.1 5000 typ srflx raddr 0.0.0.0 rport 0"
#define RELAY "candidate:3 1 udp 41885439 203.0.113.1 6000 typ relay raddr 0.0.0.0 rport 0"

enum { DOUBT_MS = 6000, CONNECTING_MS = 15000 };

/* In a room whose relay names a STUN server, or none. */
static void enter(struct driver *d, const char *more)
{
    driver_start(d);
    driver_relay(d, "{\"type\":\"hello\",\"membersMax\":8,\"pingMs\":15000,\"graceMs\":20000%s}",
                 more);
    driver_created(d, d->prepared_pc, PF_DESCRIPTION_OFFER);
    driver_join(d);
    driver_joined(d, DRIVER_SELF, 0, 0);
}

static void enter_with_stun(struct driver *d)
{
    enter(d, ",\"iceServers\":[{\"urls\":\"stun:s\"}]");
}

/* An exchange is complete, in which each side has given these; NULL is none. */
static void exchange(struct driver *d, const char *own_a, const char *own_b, const char *peer_a,
                     const char *peer_b)
{
    driver_meet(d, DRIVER_LOW);
    const char *const own[] = {own_a, own_b};
    const char *const theirs[] = {peer_a, peer_b};
    for (size_t i = 0; i < 2; i++) {
        if (own[i]) {
            driver_gathered(d, driver_pc(d, DRIVER_LOW), own[i]);
        }
        if (theirs[i]) {
            driver_candidate(d, DRIVER_LOW, 1, 1, theirs[i]);
        }
    }
}

static void assert_reason(const struct driver *d, enum pf_quality_reason reason)
{
    const struct driver_peer *peer = driver_peer(d, DRIVER_LOW);
    assert_int_equal(peer->quality_reason, reason);
    assert_int_equal(peer->quality, reason == PF_REASON_NONE ? PF_QUALITY_GOOD : PF_QUALITY_BAD);
}

static void after_some_seconds(struct driver *d, enum pf_quality_reason reason)
{
    driver_wait(d, DOUBT_MS - 1);
    assert_reason(d, PF_REASON_NONE);
    driver_wait(d, 1);
    assert_reason(d, reason);
}

/* ---- the reasons ---- */

static void I23_a_side_that_sees_no_server_is_cut_off(void **state)
{
    struct driver *d = *state;
    enter_with_stun(d);
    exchange(d, HOST, NULL, HOST, SRFLX);
    after_some_seconds(d, PF_REASON_YOUR_NETWORK);
}

static void I23_a_side_without_any_candidate_is_cut_off(void **state)
{
    struct driver *d = *state;
    enter_with_stun(d);
    exchange(d, NULL, NULL, HOST, SRFLX);
    after_some_seconds(d, PF_REASON_YOUR_NETWORK);
}

static void I23_a_peer_that_sees_no_server_is_cut_off(void **state)
{
    struct driver *d = *state;
    enter_with_stun(d);
    exchange(d, HOST, SRFLX, HOST, NULL);
    after_some_seconds(d, PF_REASON_THEIR_NETWORK);
}

static void I23_two_that_see_the_server_but_not_each_other_lack_a_turn_server(void **state)
{
    struct driver *d = *state;
    enter_with_stun(d);
    exchange(d, HOST, SRFLX, HOST, SRFLX);
    after_some_seconds(d, PF_REASON_NO_TURN);
}

static void I23_without_any_server_a_turn_server_is_what_is_lacking(void **state)
{
    struct driver *d = *state;
    enter(d, ",\"iceServers\":[]");
    exchange(d, HOST, NULL, HOST, NULL);
    after_some_seconds(d, PF_REASON_NO_TURN);
}

static void I23_where_only_turn_is_wanted_and_does_not_answer_it_is_what_is_lacking(void **state)
{
    struct driver *d = *state;
    enter(d, ",\"iceTransportPolicy\":\"relay\",\"iceServers\":[{\"urls\":\"turn:t\"}]");
    exchange(d, NULL, NULL, RELAY, NULL);
    after_some_seconds(d, PF_REASON_NO_TURN);
}

static void I23_nothing_is_said_where_a_turn_server_should_do(void **state)
{
    struct driver *d = *state;
    enter_with_stun(d);
    exchange(d, HOST, RELAY, HOST, SRFLX);
    after_some_seconds(d, PF_REASON_NONE);
}

/* A description that is sent again has its candidates in it. */
static void candidates_in_a_description_count(void **state)
{
    struct driver *d = *state;
    enter_with_stun(d);
    driver_member(d, DRIVER_LOW, false);
    driver_relay(d,
                 "{\"type\":\"signal\",\"from\":\"0000000000000010\",\"fromInstance\":42,"
                 "\"toInstance\":77,\"kind\":\"description\",\"epoch\":1,\"offerNumber\":1,"
                 "\"description\":{\"type\":\"offer\",\"sdp\":\"a=" SRFLX "\\r\\na=" HOST
                 "\\r\\n\"},\"state\":{\"sequence\":1,\"microphone\":\"on\",\"camera\":\"on\"}}");
    const pf_pc pc = driver_pc(d, DRIVER_LOW);
    driver_remote_set(d, pc, PF_DESCRIPTION_OFFER);
    driver_created(d, pc, PF_DESCRIPTION_ANSWER);
    driver_gathered(d, pc, SRFLX);
    after_some_seconds(d, PF_REASON_NO_TURN);
}

/* A local description that restarts nothing gathers nothing: what is in it counts. */
static void candidates_of_an_exchange_that_gathers_nothing_still_count(void **state)
{
    struct driver *d = *state;
    enter_with_stun(d);
    exchange(d, HOST, SRFLX, HOST, SRFLX);
    const pf_pc pc = driver_pc(d, DRIVER_LOW);
    driver_offer(d, DRIVER_LOW, 1, 3);
    driver_remote_set(d, pc, PF_DESCRIPTION_OFFER);
    driver_feed(d, &(struct pf_event){
                       .type = PF_EVENT_PC_DESCRIPTION,
                       .pc = pc,
                       .description = {PF_DESCRIPTION_ANSWER, PF_SLICE("a=" HOST "\r\na=" SRFLX)},
                   });
    driver_candidate(d, DRIVER_LOW, 1, 3, SRFLX);
    after_some_seconds(d, PF_REASON_NO_TURN);
}

/* ---- when ---- */

static void what_was_said_is_taken_back_once_connected(void **state)
{
    struct driver *d = *state;
    enter_with_stun(d);
    exchange(d, HOST, NULL, HOST, SRFLX);
    after_some_seconds(d, PF_REASON_YOUR_NETWORK);
    driver_connection(d, driver_pc(d, DRIVER_LOW), PF_CONNECTION_CONNECTED);
    assert_reason(d, PF_REASON_NONE);
    driver_wait(d, CONNECTING_MS);
    assert_reason(d, PF_REASON_NONE);
}

static void what_was_said_holds_while_the_connection_is_made_again(void **state)
{
    struct driver *d = *state;
    enter_with_stun(d);
    exchange(d, HOST, NULL, HOST, SRFLX);
    driver_wait(d, CONNECTING_MS);
    assert_int_equal(driver_peer(d, DRIVER_LOW)->state, PF_PEER_RECONNECTING);
    assert_reason(d, PF_REASON_YOUR_NETWORK);
}

static void nothing_is_said_before_the_peer_has_answered(void **state)
{
    struct driver *d = *state;
    enter_with_stun(d);
    driver_member(d, DRIVER_LOW, false);
    driver_wait(d, CONNECTING_MS);
    assert_reason(d, PF_REASON_NONE);
}

static void nothing_is_said_of_a_peer_that_has_lost_the_relay(void **state)
{
    struct driver *d = *state;
    enter_with_stun(d);
    exchange(d, HOST, NULL, HOST, SRFLX);
    driver_member(d, DRIVER_LOW, true);
    driver_wait(d, DOUBT_MS);
    assert_reason(d, PF_REASON_NONE);
}

static void where_there_has_been_a_way_a_turn_server_is_not_missed(void **state)
{
    struct driver *d = *state;
    enter(d, ",\"iceServers\":[]");
    exchange(d, HOST, NULL, HOST, NULL);
    driver_connection(d, driver_pc(d, DRIVER_LOW), PF_CONNECTION_CONNECTED);
    driver_connection(d, driver_pc(d, DRIVER_LOW), PF_CONNECTION_FAILED);
    driver_wait(d, DOUBT_MS);
    assert_int_equal(driver_peer(d, DRIVER_LOW)->state, PF_PEER_RECONNECTING);
    assert_reason(d, PF_REASON_NONE);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, driver_teardown)
    const struct CMUnitTest tests[] = {
        TEST(I23_a_side_that_sees_no_server_is_cut_off),
        TEST(I23_a_side_without_any_candidate_is_cut_off),
        TEST(I23_a_peer_that_sees_no_server_is_cut_off),
        TEST(I23_two_that_see_the_server_but_not_each_other_lack_a_turn_server),
        TEST(I23_without_any_server_a_turn_server_is_what_is_lacking),
        TEST(I23_where_only_turn_is_wanted_and_does_not_answer_it_is_what_is_lacking),
        TEST(I23_nothing_is_said_where_a_turn_server_should_do),
        TEST(candidates_in_a_description_count),
        TEST(candidates_of_an_exchange_that_gathers_nothing_still_count),
        TEST(what_was_said_is_taken_back_once_connected),
        TEST(what_was_said_holds_while_the_connection_is_made_again),
        TEST(nothing_is_said_before_the_peer_has_answered),
        TEST(nothing_is_said_of_a_peer_that_has_lost_the_relay),
        TEST(where_there_has_been_a_way_a_turn_server_is_not_missed),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
