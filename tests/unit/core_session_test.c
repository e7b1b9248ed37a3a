/* core_session_test.c - the session with the relay: connect, lose, resume. */
/* SPDX-License-Identifier: MIT */
#include "core_events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- connecting ---- */

static void the_start_opens_the_socket_and_sends_nothing(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    assert_string_equal(driver_get(d, PF_COMMAND_SOCKET_OPEN)->url.data, "wss://relay/ws");
    assert_int_equal(d->state, PF_ROOM_LOBBY);
    driver_hello(d);
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_SEND), 0);
}

static void a_join_requested_before_hello_is_sent_after_it(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_join(d);
    assert_int_equal(d->state, PF_ROOM_JOINING);
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_SEND), 0);
    driver_hello(d);
    driver_created(d, d->prepared_pc, PF_DESCRIPTION_OFFER);
    assert_int_equal(driver_sent(d, "\"room\":\"tea\"", "\"name\":\"Ann\"", "\"instance\":77"), 1);
}

static void a_join_starts_a_room_that_was_not_started(void **state)
{
    struct driver *d = *state;
    driver_join(d);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 1);
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_OPEN), 1);
    assert_int_equal(d->state, PF_ROOM_JOINING);
}

static void R1_a_second_join_has_no_effect(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_hello(d);
    driver_created(d, d->prepared_pc, PF_DESCRIPTION_OFFER);
    driver_join(d);
    driver_join(d);
    assert_int_equal(d->commands_count, 0);
    driver_joined(d, DRIVER_SELF, 0, 0);
    driver_join(d);
    assert_int_equal(d->commands_count, 0);
}

static void names_that_no_relay_accepts_are_refused_by_the_client(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_hello(d);
    driver_join_as(d, PF_SLICE(""), PF_SLICE("Ann"));
    assert_int_equal(d->state, PF_ROOM_REFUSED);
    assert_int_equal(d->code, PF_CODE_BAD_ROOM);
    driver_join_as(d, PF_SLICE("tea"), PF_SLICE("a\nb"));
    assert_int_equal(d->code, PF_CODE_BAD_NAME);
    char name[PF_MEMBER_NAME_SIZE_MAX + 1];
    memset(name, 'x', sizeof name);
    driver_join_as(d, PF_SLICE("tea"), (struct pf_slice){name, sizeof name});
    assert_int_equal(d->code, PF_CODE_BAD_NAME);
    driver_join_as(d, (struct pf_slice){name, sizeof name - 1},
                   (struct pf_slice){name, sizeof name - 1});
    assert_int_equal(d->state, PF_ROOM_JOINING);
}

static void R12_a_relay_that_sends_no_hello_is_retried(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_wait(d, 9999);
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_CLOSE), 0);
    driver_wait(d, 1);
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_CLOSE), 1);
    assert_true(d->relay_away);
    assert_true(driver_retry_ms(d) <= 1000);
}

/* Enters, and is pinged by a relay that has no answer yet. */
static struct driver *wait_for_joined(void *state)
{
    struct driver *d = state;
    driver_start(d);
    driver_hello(d);
    driver_created(d, d->prepared_pc, PF_DESCRIPTION_OFFER);
    driver_join(d);
    for (int i = 0; i < 3; i++) {
        driver_wait(d, 5000);
        driver_relay(d, "{\"type\":\"ping\"}");
    }
    return d;
}

static void R36_a_relay_may_look_for_the_room_for_fifteen_seconds(void **state)
{
    struct driver *d = wait_for_joined(*state);
    driver_wait(d, 4999);
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_CLOSE), 0);
    driver_joined(d, DRIVER_SELF, 0, 0);
    assert_int_equal(d->state, PF_ROOM_JOINED);
}

static void R36_a_join_without_an_answer_within_twenty_seconds_is_retried(void **state)
{
    struct driver *d = wait_for_joined(*state);
    driver_wait(d, 5000);
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_CLOSE), 1);
    assert_int_equal(d->state, PF_ROOM_JOINING);
}

static void R36_a_relay_that_cannot_find_the_room_is_tried_again(void **state)
{
    struct driver *d = wait_for_joined(*state);
    driver_socket_closed(d, 1013);
    assert_int_equal(d->state, PF_ROOM_JOINING);
    assert_in_range(driver_retry_ms(d), 1, 1000);
    driver_hello(d);
    driver_joined(d, DRIVER_SELF, 0, 0);
    assert_int_equal(d->state, PF_ROOM_JOINED);
}

static void the_relay_says_within_which_time_clients_return(void **state)
{
    struct driver *d = *state;
    uint32_t longest_ms = 0;
    driver_enter(d, 0, 0);
    for (int i = 0; i < 200; i++) {
        driver_feed(d, &(struct pf_event){.type = PF_EVENT_SOCKET_CLOSED,
                                          .socket = d->socket,
                                          .socket_closed = {1001, i < 100 ? 4000 : 65000}});
        const uint32_t retry_ms = (uint32_t)driver_retry_ms(d);
        longest_ms = retry_ms > longest_ms ? retry_ms : longest_ms;
        assert_in_range(retry_ms, 1, i < 100 ? 4000 : 10000);
        driver_hello(d);
        driver_joined(d, DRIVER_SELF, 0, 0);
        if (i == 99) {
            assert_in_range(longest_ms, 3000, 4000); /* the time is used */
        }
    }
    assert_in_range(longest_ms, 8000, 10000);
}

static void R36_a_member_that_returns_waits_without_leaving_the_call(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_connect(d, DRIVER_LOW);
    driver_socket_closed(d, 1001);
    (void)driver_retry_ms(d);
    driver_hello(d);
    driver_socket_closed(d, 1013);
    assert_int_equal(d->state, PF_ROOM_RECONNECTING);
    assert_in_range(driver_retry_ms(d), 1, 2000);
    driver_hello(d);
    driver_joined(d, DRIVER_SELF, DRIVER_LOW, 0);
    assert_int_equal(d->state, PF_ROOM_JOINED);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CLOSE), 0);
    assert_int_equal(driver_count(d, PF_COMMAND_HIDE_PEER), 0);
}

/* ---- reconnecting ---- */

static void reconnect_delays_grow_to_ten_seconds_with_full_jitter(void **state)
{
    struct driver *d = *state;
    const uint64_t waits_ms[] = {1000, 2000, 4000, 8000, 10000, 10000};
    driver_start(d);
    for (size_t i = 0; i < sizeof waits_ms / sizeof *waits_ms; i++) {
        driver_socket_closed(d, 1006);
        const uint64_t wait_ms = driver_retry_ms(d);
        assert_in_range(wait_ms, 1, waits_ms[i]);
    }
}

static void R14_clients_of_a_restarted_relay_reconnect_spread_over_a_second(void **state)
{
    (void)state;
    size_t tenths[10] = {0};
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        struct pf_room_config config = driver_config();
        config.seed = seed;
        struct driver *d = driver_new(&config);
        driver_start(d);
        driver_socket_closed(d, 1006);
        const uint64_t wait_ms = pf_room_deadline_ms(d->room) - d->now_ms;
        assert_in_range(wait_ms, 1, 1000);
        tenths[(wait_ms - 1) / 100]++;
        driver_free(d);
    }
    for (size_t i = 0; i < 10; i++) {
        assert_in_range(tenths[i], 50, 150);
    }
}

static void joining_resets_the_reconnect_backoff(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    for (int i = 0; i < 5; i++) {
        driver_socket_closed(d, 1006);
        (void)driver_retry_ms(d);
    }
    driver_hello(d);
    driver_created(d, d->prepared_pc, PF_DESCRIPTION_OFFER);
    driver_join(d);
    driver_joined(d, DRIVER_SELF, 0, 0);
    driver_socket_closed(d, 1006);
    assert_true(driver_retry_ms(d) <= 1000);
}

static void a_ping_from_the_relay_resets_the_reconnect_backoff(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    for (int i = 0; i < 5; i++) {
        driver_socket_closed(d, 1006);
        (void)driver_retry_ms(d);
    }
    driver_hello(d);
    driver_relay(d, "{\"type\":\"ping\"}"); /* in the lobby */
    driver_socket_closed(d, 1006);
    assert_true(driver_retry_ms(d) <= 1000);
}

static void hello_alone_does_not_reset_the_reconnect_backoff(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    for (int i = 0; i < 5; i++) {
        driver_hello(d);
        driver_socket_closed(d, 1008);
        (void)driver_retry_ms(d);
    }
    driver_hello(d);
    driver_socket_closed(d, 1008);
    assert_true(driver_retry_ms(d) >= 4000);
}

static void R14_a_resumed_member_keeps_every_connection(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_connect(d, DRIVER_LOW);
    driver_socket_closed(d, 1006);
    (void)driver_retry_ms(d);
    driver_hello(d);
    assert_int_equal(driver_sent(d, "\"type\":\"join\"", "\"ticket\":\"ticket-50\"", NULL), 1);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE),
                     0); /* no offer is prepared during a call */
    driver_joined(d, DRIVER_SELF, DRIVER_LOW, 0);
    assert_int_equal(d->state, PF_ROOM_JOINED);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE), 0);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CLOSE), 0);
    assert_int_equal(driver_count(d, PF_COMMAND_HIDE_PEER), 0);
    assert_int_equal(driver_count(d, PF_COMMAND_SHOW_PEER), 0);
}

static void an_unanswered_offer_is_sent_again_after_a_reconnect(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_connect(d, DRIVER_HIGH);
    driver_network(d, true);
    const pf_pc pc = driver_pc(d, DRIVER_HIGH);
    driver_created(d, pc, PF_DESCRIPTION_OFFER);
    driver_reach_again(d);
    driver_joined(d, DRIVER_SELF, DRIVER_HIGH, 0);
    assert_int_equal(driver_get(d, PF_COMMAND_PC_READ_LOCAL)->pc, pc);
}

static void R14_peers_unknown_to_a_restarted_relay_get_a_grace_period(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_connect(d, DRIVER_LOW);
    driver_reach_again(d);
    driver_joined(d, DRIVER_SELF, 0, 0);
    assert_true(driver_peer(d, DRIVER_LOW)->away);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CLOSE), 0);
    driver_wait(d, 10000);
    driver_member(d, DRIVER_LOW, false);
    assert_false(driver_peer(d, DRIVER_LOW)->away);
    driver_wait(d, 20000);
    assert_non_null(driver_peer(d, DRIVER_LOW));
}

static void R14_a_missing_peer_is_kept_after_the_grace_period_while_connected(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_connect(d, DRIVER_LOW);
    driver_reach_again(d);
    driver_joined(d, DRIVER_SELF, 0, 0);
    driver_wait(d, 20000);
    assert_int_equal(driver_count(d, PF_COMMAND_HIDE_PEER), 0);
    driver_connection(d, driver_pc(d, DRIVER_LOW), PF_CONNECTION_FAILED);
    assert_int_equal(driver_get(d, PF_COMMAND_HIDE_PEER)->hide_peer, DRIVER_LOW);
    assert_int_equal(driver_open_pcs(d), 0);
}

static void R14_a_missing_peer_without_a_connection_is_removed_after_the_grace_period(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_member(d, DRIVER_LOW, false);
    driver_reach_again(d);
    driver_joined(d, DRIVER_SELF, 0, 0);
    driver_wait(d, 19999);
    assert_non_null(driver_peer(d, DRIVER_LOW));
    driver_wait(d, 1);
    assert_null(driver_peer(d, DRIVER_LOW));
}

static void R15_a_new_member_id_leads_to_new_connections_to_everybody(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_connect(d, DRIVER_LOW);
    const pf_pc old = driver_pc(d, DRIVER_LOW);
    driver_reach_again(d);
    driver_joined(d, DRIVER_SELF + 1, DRIVER_LOW, 0); /* the ticket was not accepted */
    assert_int_equal(driver_get(d, PF_COMMAND_PC_CLOSE)->pc, old);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 1);
    assert_int_equal(driver_open_pcs(d), 1);
}

static void R3_a_ticket_of_an_earlier_page_is_presented(void **state)
{
    (void)state;
    struct pf_room_config config = driver_config();
    config.ticket = PF_SLICE("from before the reload");
    struct driver *d = driver_new(&config);
    driver_start(d);
    driver_hello(d);
    driver_created(d, d->prepared_pc, PF_DESCRIPTION_OFFER);
    driver_join(d);
    assert_int_equal(driver_sent(d, "\"ticket\":\"from before the reload\"", NULL, NULL), 1);
    driver_joined(d, DRIVER_SELF, 0, 0);
    assert_string_equal(d->ticket, "ticket-50");
    driver_free(d);
}

static void R3_a_peer_that_reloads_keeps_its_tile(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_connect(d, DRIVER_LOW);
    driver_relay(d, "{\"type\":\"member\",\"id\":\"0000000000000010\",\"name\":\"Bob\","
                    "\"instance\":43,\"away\":false}");
    assert_int_equal(driver_count(d, PF_COMMAND_HIDE_PEER), 0);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CLOSE), 1);
    assert_int_equal(driver_peer(d, DRIVER_LOW)->state, PF_PEER_CONNECTING);
    assert_int_equal(driver_peer(d, DRIVER_LOW)->sources.sequence, 0);
}

/* ---- silence ---- */

enum { SILENCE_MS = 18750 }; /* one and a quarter of the ping interval, 15 s */

static void R12_a_silent_relay_is_pinged_and_then_disconnected(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_wait(d, SILENCE_MS - 1);
    assert_int_equal(driver_sent(d, "\"type\":\"ping\"", NULL, NULL), 0);
    driver_wait(d, 1);
    assert_int_equal(driver_sent(d, "\"type\":\"ping\"", NULL, NULL), 1);
    driver_wait(d, 2999);
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_CLOSE), 0);
    driver_wait(d, 1);
    assert_int_equal(driver_get(d, PF_COMMAND_SOCKET_CLOSE)->close_code, 1000);
    assert_int_equal(d->state, PF_ROOM_RECONNECTING);
}

static void R12_any_message_proves_that_the_relay_is_alive(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_wait(d, SILENCE_MS);
    driver_relay(d, "not even JSON");
    driver_wait(d, SILENCE_MS - 1);
    assert_int_equal(d->commands_count, 0);
}

static void R12_a_second_silence_is_followed_by_a_ping_too(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_wait(d, SILENCE_MS);
    driver_relay(d, "{\"type\":\"pong\"}");
    driver_wait(d, SILENCE_MS);
    assert_int_equal(driver_sent(d, "\"type\":\"ping\"", NULL, NULL), 1);
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_CLOSE), 0);
}

static void R12_a_ping_is_answered_immediately(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_relay(d, "{\"type\":\"ping\"}");
    assert_int_equal(driver_sent(d, "\"type\":\"pong\"", NULL, NULL), 1);
}

static void R13_a_tab_without_timers_stays_in_the_call(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    for (int i = 0; i < 20; i++) {
        d->now_ms += 15000;
        driver_relay(d, "{\"type\":\"ping\"}"); /* answered without a timer */
        assert_int_equal(driver_sent(d, "\"type\":\"pong\"", NULL, NULL), 1);
        if (i % 4 == 3) {
            driver_feed(d, &(struct pf_event){.type = PF_EVENT_TIMEOUT});
            assert_int_equal(d->commands_count, 0);
        }
    }
    assert_int_equal(d->state, PF_ROOM_JOINED);
}

static void I19_the_client_reconnects_at_once_when_the_network_is_back(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    for (int i = 0; i < 6; i++) {
        driver_socket_closed(d, 1006);
        (void)driver_retry_ms(d);
    }
    driver_socket_closed(d, 1006);
    driver_network(d, false);
    assert_int_equal(d->commands_count, 0);
    driver_network(d, true);
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_OPEN), 1);
}

/* Browsers may report a VPN as no network. An attempt costs nothing, none costs the call. */
static void I19_reconnect_attempts_continue_while_offline(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_network(d, false);
    assert_int_equal(d->commands_count, 0);
    driver_socket_closed(d, 1006);
    const uint64_t waits_ms[] = {1000, 2000, 4000, 8000, 10000, 10000};
    for (size_t i = 0; i < sizeof waits_ms / sizeof *waits_ms; i++) {
        assert_in_range(driver_retry_ms(d), 1, waits_ms[i]);
        driver_socket_closed(d, 1006);
    }
}

static void I19_a_network_change_makes_the_client_ping_the_relay(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_network(d, true);
    assert_int_equal(driver_sent(d, "\"type\":\"ping\"", NULL, NULL), 1);
    driver_network(d, true);
    assert_int_equal(driver_sent(d, "\"type\":\"ping\"", NULL, NULL), 0);
    driver_wait(d, 5000);
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_CLOSE), 1);
}

static void a_network_change_before_the_start_or_after_leaving_is_ignored(void **state)
{
    struct driver *d = *state;
    driver_network(d, true);
    assert_int_equal(d->commands_count, 0);
    driver_enter(d, 0, 0);
    driver_leave(d);
    driver_network(d, true);
    assert_int_equal(d->commands_count, 0);
}

static void R20_a_clock_that_goes_backwards_is_treated_as_standing_still(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    d->now_ms -= 500;
    const uint64_t deadline_ms = pf_room_deadline_ms(d->room);
    driver_feed(d, &(struct pf_event){.type = PF_EVENT_TIMEOUT});
    assert_int_equal(d->commands_count, 0);
    assert_int_equal(pf_room_deadline_ms(d->room), deadline_ms);
}

/* ---- refusals ---- */

static void R9_each_fatal_error_is_shown_and_not_retried(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum pf_error_code code;
    } cases[] = {
        {"room-full", PF_CODE_ROOM_FULL}, {"bad-room", PF_CODE_BAD_ROOM},
        {"bad-name", PF_CODE_BAD_NAME},   {"relay-full", PF_CODE_RELAY_FULL},
        {"replaced", PF_CODE_REPLACED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct pf_room_config config = driver_config();
        struct driver *d = driver_new(&config);
        driver_enter(d, 0, 0);
        driver_connect(d, DRIVER_LOW);
        driver_relay(d, "{\"type\":\"error\",\"code\":\"%s\",\"message\":\"\"}", cases[i].text);
        assert_int_equal(d->state, PF_ROOM_REFUSED);
        assert_int_equal(d->code, cases[i].code);
        assert_int_equal(driver_open_pcs(d), 0);
        assert_null(driver_peer(d, DRIVER_LOW));
        driver_socket_closed(d, 4001); /* of a socket that the client has closed */
        driver_wait(d, 60000);
        assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_OPEN), 0);
        driver_free(d);
    }
}

static void R9_other_errors_have_no_effect(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    static const char *const codes[] = {"bad-message",    "unknown-type",   "not-joined",
                                        "already-joined", "no-such-member", "rate-limit",
                                        "of tomorrow"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        driver_relay(d, "{\"type\":\"error\",\"code\":\"%s\",\"message\":\"\"}", codes[i]);
        assert_int_equal(d->commands_count, 0);
        assert_int_equal(d->state, PF_ROOM_JOINED);
    }
}

static void R9_after_a_refusal_another_room_can_be_joined(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_hello(d);
    driver_created(d, d->prepared_pc, PF_DESCRIPTION_OFFER);
    driver_join(d);
    driver_relay(d, "{\"type\":\"error\",\"code\":\"room-full\",\"message\":\"\"}");
    driver_join_as(d, PF_SLICE("coffee"), PF_SLICE("Ann"));
    assert_int_equal(d->state, PF_ROOM_JOINING);
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_OPEN), 1);
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 0); /* it is still live */
    driver_hello(d);
    assert_int_equal(driver_sent(d, "\"room\":\"coffee\"", NULL, NULL), 1);
}

static void R2_a_tab_that_is_replaced_stops_its_captures(void **state)
{
    struct driver *d = *state;
    driver_capture(d);
    driver_enter(d, 0, 0);
    driver_relay(d, "{\"type\":\"error\",\"code\":\"replaced\",\"message\":\"\"}");
    assert_int_equal(d->code, PF_CODE_REPLACED);
    assert_int_equal(driver_live_tracks(d), 0);
    driver_join(d); /* the user may take over again */
    assert_int_equal(driver_count(d, PF_COMMAND_CAPTURE_OPEN), 1);
}

static void R26_events_of_an_earlier_socket_are_ignored(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    const pf_socket old = d->socket;
    driver_reach_again(d);
    const pf_socket now = d->socket;
    const pf_socket sockets[] = {0, old};
    for (size_t i = 0; i < 2; i++) {
        d->socket = sockets[i];
        driver_relay(d, "{\"type\":\"error\",\"code\":\"room-full\",\"message\":\"\"}");
        assert_int_equal(d->commands_count, 0);
        driver_socket_closed(d, 1006);
        assert_int_equal(d->commands_count, 0);
    }
    d->socket = now;
    driver_joined(d, DRIVER_SELF, 0, 0);
    assert_int_equal(d->state, PF_ROOM_JOINED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, driver_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_start_opens_the_socket_and_sends_nothing),
        TEST(a_join_requested_before_hello_is_sent_after_it),
        TEST(a_join_starts_a_room_that_was_not_started),
        TEST(R1_a_second_join_has_no_effect),
        TEST(names_that_no_relay_accepts_are_refused_by_the_client),
        TEST(R12_a_relay_that_sends_no_hello_is_retried),
        TEST(R36_a_relay_may_look_for_the_room_for_fifteen_seconds),
        TEST(R36_a_join_without_an_answer_within_twenty_seconds_is_retried),
        TEST(R36_a_relay_that_cannot_find_the_room_is_tried_again),
        TEST(the_relay_says_within_which_time_clients_return),
        TEST(R36_a_member_that_returns_waits_without_leaving_the_call),
        TEST(reconnect_delays_grow_to_ten_seconds_with_full_jitter),
        TEST(R14_clients_of_a_restarted_relay_reconnect_spread_over_a_second),
        TEST(joining_resets_the_reconnect_backoff),
        TEST(a_ping_from_the_relay_resets_the_reconnect_backoff),
        TEST(hello_alone_does_not_reset_the_reconnect_backoff),
        TEST(R14_a_resumed_member_keeps_every_connection),
        TEST(an_unanswered_offer_is_sent_again_after_a_reconnect),
        TEST(R14_peers_unknown_to_a_restarted_relay_get_a_grace_period),
        TEST(R14_a_missing_peer_is_kept_after_the_grace_period_while_connected),
        TEST(R14_a_missing_peer_without_a_connection_is_removed_after_the_grace_period),
        TEST(R15_a_new_member_id_leads_to_new_connections_to_everybody),
        TEST(R3_a_ticket_of_an_earlier_page_is_presented),
        TEST(R3_a_peer_that_reloads_keeps_its_tile),
        TEST(R12_a_silent_relay_is_pinged_and_then_disconnected),
        TEST(R12_any_message_proves_that_the_relay_is_alive),
        TEST(R12_a_second_silence_is_followed_by_a_ping_too),
        TEST(R12_a_ping_is_answered_immediately),
        TEST(R13_a_tab_without_timers_stays_in_the_call),
        TEST(I19_the_client_reconnects_at_once_when_the_network_is_back),
        TEST(I19_reconnect_attempts_continue_while_offline),
        TEST(I19_a_network_change_makes_the_client_ping_the_relay),
        TEST(a_network_change_before_the_start_or_after_leaving_is_ignored),
        TEST(R20_a_clock_that_goes_backwards_is_treated_as_standing_still),
        TEST(R9_each_fatal_error_is_shown_and_not_retried),
        TEST(R9_other_errors_have_no_effect),
        TEST(R9_after_a_refusal_another_room_can_be_joined),
        TEST(R2_a_tab_that_is_replaced_stops_its_captures),
        TEST(R26_events_of_an_earlier_socket_are_ignored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
