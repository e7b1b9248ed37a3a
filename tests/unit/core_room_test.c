/* core_room_test.c - joining, leaving, and what members announce: edge cases R. */
/* SPDX-License-Identifier: MIT */
#include "core_events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { PEERS_MAX = PF_MEMBERS_MAX - 1 };

static pf_pc begin_call(struct driver *driver, pf_member_id id)
{
    driver_enter(driver, 0, 0);
    driver_connect(driver, id);
    return driver_pc(driver, id);
}

/* ---- the configuration ---- */

static enum pf_error init_with(const struct pf_room_config *config)
{
    struct pf_room *room = test_malloc(pf_room_size());
    const enum pf_error error = pf_room_init(room, config);
    test_free(room);
    return error;
}

static void a_configuration_over_a_limit_is_refused(void **state)
{
    (void)state;
    static char text[PF_URL_SIZE_MAX + 1];
    memset(text, 'x', sizeof text);
    struct pf_room_config config = driver_config();
    config.url = (struct pf_slice){text, PF_URL_SIZE_MAX};
    config.ticket = (struct pf_slice){text, PF_TICKET_SIZE_MAX};
    config.devices[PF_SOURCE_CAMERA] = (struct pf_slice){text, PF_DEVICE_ID_SIZE_MAX};
    assert_int_equal(init_with(&config), PF_ERROR_OK);

    struct pf_room_config wrong = config;
    wrong.url.size = 0;
    assert_int_equal(init_with(&wrong), PF_ERROR_INVALID);
    wrong = config;
    wrong.instance = 0;
    assert_int_equal(init_with(&wrong), PF_ERROR_INVALID);
    wrong = config;
    wrong.url.size++;
    assert_int_equal(init_with(&wrong), PF_ERROR_TOO_LONG);
    wrong = config;
    wrong.ticket.size++;
    assert_int_equal(init_with(&wrong), PF_ERROR_TOO_LONG);
    wrong = config;
    wrong.devices[PF_SOURCE_CAMERA].size++;
    assert_int_equal(init_with(&wrong), PF_ERROR_TOO_LONG);
}

/* ---- the roster ---- */

static void a_member_is_shown_as_the_relay_states_it(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_member(d, DRIVER_LOW, false);
    const struct driver_peer *peer = driver_peer(d, DRIVER_LOW);
    assert_string_equal(peer->name, "Bob");
    assert_int_equal(peer->state, PF_PEER_CONNECTING);
    assert_false(peer->away);
    driver_relay(d, "{\"type\":\"member\",\"id\":\"0000000000000010\",\"name\":\"Robert\","
                    "\"instance\":42,\"away\":true}");
    assert_string_equal(peer->name, "Robert");
    assert_true(peer->away);
}

static void a_repeated_member_message_has_no_effect(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d, DRIVER_LOW);
    driver_member(d, DRIVER_LOW, false);
    assert_int_equal(driver_count(d, PF_COMMAND_SHOW_PEER), 0);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE), 0);
}

static void a_member_that_is_away_gets_no_offer(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_hello(d);
    driver_created(d, d->prepared_pc, PF_DESCRIPTION_OFFER);
    driver_join(d);
    driver_relay(d, "{\"type\":\"joined\",\"self\":\"0000000000000050\",\"resumed\":false,"
                    "\"ticket\":\"t\",\"members\":[{\"id\":\"0000000000000010\",\"name\":\"\","
                    "\"instance\":42,\"away\":true}]}");
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE), 0);
    assert_true(driver_peer(d, DRIVER_LOW)->away);
    driver_member(d, DRIVER_LOW,
                  false); /* is back and has forgotten us: the client waits for its offer */
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE), 0);
    driver_wait(d, 5000);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 1);
}

static void R32_a_member_beyond_the_limit_is_ignored(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    for (pf_member_id id = 1; id <= PEERS_MAX; id++) {
        driver_member(d, id, false);
        assert_non_null(driver_peer(d, id));
    }
    driver_member(d, PEERS_MAX + 1, false);
    assert_int_equal(d->commands_count, 0);
    driver_offer(d, PEERS_MAX + 1, 1, 1);
    assert_int_equal(d->commands_count, 0);
    driver_left(d, 1, "left");
    driver_member(d, PEERS_MAX + 1, false);
    assert_non_null(driver_peer(d, PEERS_MAX + 1));
}

static void a_peer_that_the_relay_gave_up_is_evicted_for_a_listed_one(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    for (pf_member_id id = 1; id <= PEERS_MAX; id++) {
        driver_connect(d, id);
    }
    driver_left(d, 2, "timeout");
    driver_left(d, 3, "timeout");
    driver_connection(d, driver_pc(d, 3), PF_CONNECTION_DISCONNECTED);
    driver_member(d, PEERS_MAX + 1, false);
    assert_null(driver_peer(d, 3)); /* it is not connected, unlike 2 */
    assert_non_null(driver_peer(d, PEERS_MAX + 1));
    driver_member(d, PEERS_MAX + 2, false);
    assert_null(driver_peer(d, 2));
    assert_non_null(driver_peer(d, PEERS_MAX + 2));
    driver_member(d, PEERS_MAX + 3, false);
    assert_null(driver_peer(d, PEERS_MAX + 3));
}

static void a_peer_missing_from_the_list_is_evicted_too(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    for (pf_member_id id = 1; id <= PEERS_MAX; id++) {
        driver_connect(d, id);
    }
    driver_reach_again(d);
    driver_joined(d, DRIVER_SELF, 1, 2);
    driver_member(d, PEERS_MAX + 1, false);
    assert_null(driver_peer(d, 3));
    assert_non_null(driver_peer(d, PEERS_MAX + 1));
    assert_non_null(driver_peer(d, 4));
}

static void a_connected_peer_is_not_evicted_for_one_that_is_away(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    for (pf_member_id id = 1; id <= PEERS_MAX; id++) {
        driver_connect(d, id);
    }
    driver_left(d, 3, "timeout");
    driver_member(d, PEERS_MAX + 1, true);
    assert_null(driver_peer(d, PEERS_MAX + 1));
    assert_non_null(driver_peer(d, 3));
    driver_member(d, PEERS_MAX + 1, false);
    assert_non_null(driver_peer(d, PEERS_MAX + 1));
}

static void peers_that_the_relay_lists_do_not_evict_one_another(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    for (pf_member_id id = 1; id <= PEERS_MAX; id++) {
        driver_connect(d, id);
    }
    const pf_pc pc = driver_pc(d, 1);
    driver_left(d, 1, "timeout");
    driver_reach_again(d);
    driver_joined(d, DRIVER_SELF, PEERS_MAX + 1, 1);
    assert_int_equal(driver_pc(d, 1), pc);
    assert_false(driver_peer(d, 1)->away);
    assert_non_null(driver_peer(d, PEERS_MAX + 1));
}

static void R8_a_storm_of_joins_leaves_no_connection_behind(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    for (pf_member_id id = 100; id < 150; id++) {
        driver_meet(d, id);
        driver_wait(d, 10);
        driver_left(d, id, "left");
        driver_wait(d, 10);
        assert_int_equal(driver_open_pcs(d), 0);
        assert_null(driver_peer(d, id));
    }
}

static void R22_a_thousand_joins_and_leaves_leak_nothing(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    for (int i = 0; i < 1000; i++) {
        driver_connect(d, DRIVER_LOW);
        driver_channel_message(d, driver_pc(d, DRIVER_LOW), "{\"type\":\"bye\"}");
        driver_left(d, DRIVER_LOW, "left");
    }
    assert_int_equal(driver_open_pcs(d), 0);
    assert_int_equal(driver_counters(d)->unreadable, 0);
}

static void a_member_that_left_is_hidden_at_once(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_LOW);
    driver_left(d, DRIVER_LOW, "left");
    assert_int_equal(driver_get(d, PF_COMMAND_PC_CLOSE)->pc, pc);
    assert_int_equal(driver_get(d, PF_COMMAND_HIDE_PEER)->hide_peer, DRIVER_LOW);
    driver_left(d, DRIVER_LOW, "left");
    assert_int_equal(d->commands_count, 0);
}

static void R4_a_member_that_timed_out_is_hidden_if_it_is_not_connected(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_meet(d, DRIVER_LOW);
    driver_left(d, DRIVER_LOW, "timeout");
    assert_null(driver_peer(d, DRIVER_LOW));
    assert_int_equal(driver_open_pcs(d), 0);
}

static void I22_a_member_that_timed_out_is_kept_while_it_is_connected(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_LOW);
    driver_left(d, DRIVER_LOW, "timeout");
    assert_true(driver_peer(d, DRIVER_LOW)->away);
    driver_wait(d, 20000);
    assert_non_null(driver_peer(d, DRIVER_LOW));
    driver_connection(d, pc, PF_CONNECTION_DISCONNECTED);
    assert_int_equal(driver_peer(d, DRIVER_LOW)->state, PF_PEER_UNSTABLE);
    driver_wait(d, 2999);
    assert_non_null(driver_peer(d, DRIVER_LOW));
    driver_wait(d, 1);
    assert_null(driver_peer(d, DRIVER_LOW));
}

static void I22_a_member_that_timed_out_and_returns_is_the_same_peer(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_LOW);
    driver_left(d, DRIVER_LOW, "timeout");
    driver_member(d, DRIVER_LOW, false);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CLOSE), 0);
    assert_int_equal(driver_pc(d, DRIVER_LOW), pc);
    assert_false(driver_peer(d, DRIVER_LOW)->away);
}

static void I22_a_member_that_timed_out_gets_a_grace_period_at_the_next_relay(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_LOW);
    driver_left(d, DRIVER_LOW, "timeout");
    driver_reach_again(d);
    driver_joined(d, DRIVER_SELF, 0, 0);
    driver_connection(d, pc, PF_CONNECTION_DISCONNECTED);
    driver_relay(d, "{\"type\":\"pong\"}");
    driver_wait(d, 15000);
    assert_non_null(driver_peer(d, DRIVER_LOW));
    driver_relay(d, "{\"type\":\"ping\"}");
    driver_wait(d, 4999);
    assert_non_null(driver_peer(d, DRIVER_LOW));
    driver_wait(d, 1);
    assert_null(driver_peer(d, DRIVER_LOW));
}

static void I22_a_network_change_does_not_end_a_member_that_timed_out(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_LOW);
    driver_left(d, DRIVER_LOW, "timeout");
    driver_connection(d, pc, PF_CONNECTION_DISCONNECTED);
    driver_network(d, true);
    driver_connection(d, pc, PF_CONNECTION_CONNECTED);
    assert_int_equal(driver_peer(d, DRIVER_LOW)->state, PF_PEER_CONNECTED);
}

static void the_client_is_never_its_own_peer(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_member(d, DRIVER_SELF, false);
    assert_int_equal(d->commands_count, 0);
    assert_int_equal(driver_counters(d)->unreadable, 1);
}

/* ---- messages ---- */

static void the_latest_state_of_a_peer_wins(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_LOW);
    const struct driver_peer *peer = driver_peer(d, DRIVER_LOW);
    driver_channel_message(
        d, pc, "{\"type\":\"state\",\"sequence\":3,\"microphone\":\"on\",\"camera\":\"off\"}");
    assert_int_equal(peer->sources.sources[PF_SOURCE_MICROPHONE], PF_SOURCE_STATE_ON);
    assert_int_equal(peer->sources.sources[PF_SOURCE_CAMERA], PF_SOURCE_STATE_OFF);
    driver_relay(d, "{\"type\":\"signal\",\"from\":\"0000000000000010\",\"fromInstance\":42,"
                    "\"toInstance\":77,\"kind\":\"state\",\"state\":{\"sequence\":2,"
                    "\"microphone\":\"none\",\"camera\":\"none\"}}");
    assert_int_equal(d->commands_count, 0);
    driver_relay(d, "{\"type\":\"signal\",\"from\":\"0000000000000010\",\"fromInstance\":42,"
                    "\"toInstance\":77,\"kind\":\"state\",\"state\":{\"sequence\":4,"
                    "\"microphone\":\"none\",\"camera\":\"none\"}}");
    assert_int_equal(peer->sources.sources[PF_SOURCE_MICROPHONE], PF_SOURCE_STATE_NONE);
}

static void unknown_channel_messages_are_dropped_and_counted(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_LOW);
    const struct pf_slice bye = PF_SLICE("{\"type\":\"bye\"}");
    driver_feed(d, &(struct pf_event){.type = PF_EVENT_PC_CHANNEL_MESSAGE,
                                      .pc = pc,
                                      .channel = {.id = 1, .data = bye}});
    driver_feed(d, &(struct pf_event){.type = PF_EVENT_PC_CHANNEL_MESSAGE,
                                      .pc = pc,
                                      .channel = {.is_binary = true, .data = bye}});
    assert_int_equal(driver_counters(d)->unreadable, 2);
    assert_int_equal(driver_count(d, PF_COMMAND_HIDE_PEER), 0);
    driver_feed(
        d, &(struct pf_event){.type = PF_EVENT_PC_CHANNEL_OPENED, .pc = pc, .channel = {.id = 1}});
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CHANNEL_SEND), 0);
}

static void the_state_is_sent_when_a_channel_opens_and_then_on_both_paths(void **state)
{
    struct driver *d = *state;
    driver_capture(d);
    const pf_pc pc = begin_call(d, DRIVER_LOW);
    driver_set(d, PF_SOURCE_CAMERA, false);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CHANNEL_SEND), 0);
    driver_channel_opened(d, pc);
    const struct pf_command *sent = driver_get(d, PF_COMMAND_PC_CHANNEL_SEND);
    assert_int_equal(sent->pc, pc);
    assert_non_null(strstr(sent->text.data, "\"camera\":\"off\""));
    driver_set(d, PF_SOURCE_CAMERA, true);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CHANNEL_SEND), 1);
    assert_int_equal(driver_sent(d, "\"kind\":\"state\"", NULL, NULL), 1);
    driver_channel_closed(d, pc);
    driver_set(d, PF_SOURCE_CAMERA, false);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CHANNEL_SEND), 0);
}

static void the_state_is_sent_on_the_channel_while_the_relay_is_away(void **state)
{
    struct driver *d = *state;
    driver_capture(d);
    driver_channel_opened(d, begin_call(d, DRIVER_LOW));
    driver_socket_closed(d, 1006);
    driver_set(d, PF_SOURCE_MICROPHONE, false);
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_SEND), 0);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CHANNEL_SEND), 1);
}

static void a_repair_that_waits_for_the_relay_is_shown_as_reconnecting(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_LOW);
    driver_socket_closed(d, 1006);
    driver_connection(d, pc, PF_CONNECTION_DISCONNECTED);
    assert_int_equal(driver_peer(d, DRIVER_LOW)->state, PF_PEER_UNSTABLE);
    driver_wait(d, 2999);
    assert_int_equal(driver_peer(d, DRIVER_LOW)->state, PF_PEER_UNSTABLE);
    driver_wait(d, 1);
    assert_int_equal(driver_peer(d, DRIVER_LOW)->state, PF_PEER_RECONNECTING);
    driver_connection(d, pc, PF_CONNECTION_CONNECTED);
    assert_int_equal(driver_peer(d, DRIVER_LOW)->state, PF_PEER_CONNECTED);
}

static void R17_unreadable_messages_are_counted_and_have_no_effect(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_LOW);
    static const char *const texts[] = {
        "",
        "hello",
        "[]",
        "{}",
        "{\"type\":\"of tomorrow\"}",
        "{\"type\":\"joined\"}",
        "{\"type\":\"join\",\"room\":\"a\",\"name\":\"b\",\"instance\":1}",
        "{\"type\":\"leave\"}",
        "{\"type\":\"state\",\"sequence\":1,\"microphone\":\"on\",\"camera\":\"on\"}",
        "{\"type\":\"bye\"}",
        "{\"type\":\"hello\",\"iceServers\":[],\"membersMax\":8,\"pingMs\":1,\"graceMs\":1}",
        ("{\"type\":\"joined\",\"self\":\"0000000000000051\",\"resumed\":false,\"ticket\":\"t\","
         "\"members\":[]}"),
        "\xff",
    };
    const size_t count = sizeof texts / sizeof *texts;
    for (size_t i = 0; i < count; i++) {
        driver_relay(d, "%s", texts[i]);
        assert_int_equal(d->commands_count, 0);
        assert_int_equal(driver_counters(d)->unreadable, i + 1);
    }
    driver_channel_message(d, pc, "{\"type\":\"ping\"}");
    driver_channel_message(d, pc, "{");
    assert_int_equal(d->commands_count, 0);
    assert_int_equal(driver_counters(d)->unreadable, count + 2);
    assert_int_equal(driver_peer(d, DRIVER_LOW)->state, PF_PEER_CONNECTED);
}

static void R17_a_message_over_the_limit_is_counted(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    static char text[PF_MESSAGE_SIZE_MAX + 1];
    memset(text, ' ', sizeof text);
    memcpy(text, "{\"type\":\"ping\"}", 15);
    driver_relay_bytes(d, (struct pf_slice){text, sizeof text});
    assert_int_equal(driver_counters(d)->unreadable, 1);
    driver_relay_bytes(d, (struct pf_slice){text, sizeof text - 1});
    assert_int_equal(driver_sent(d, "\"type\":\"pong\"", NULL, NULL), 1);
}

static void member_messages_before_joined_are_ignored(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_hello(d);
    driver_member(d, DRIVER_LOW, false);
    driver_left(d, DRIVER_LOW, "left");
    assert_int_equal(d->commands_count, 0);
    assert_null(driver_peer(d, DRIVER_LOW));
}

/* ---- leaving ---- */

static void R7_leaving_is_announced_on_both_paths_and_ends_everything(void **state)
{
    struct driver *d = *state;
    driver_capture(d);
    const pf_pc pc = begin_call(d, DRIVER_LOW);
    driver_channel_opened(d, pc);
    driver_leave(d);
    const struct pf_command *bye = driver_get(d, PF_COMMAND_PC_CHANNEL_SEND);
    assert_string_equal(bye->text.data, "{\"type\":\"bye\"}");
    assert_int_equal(driver_sent(d, "{\"type\":\"leave\"}", NULL, NULL), 1);
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_CLOSE), 1);
    assert_int_equal(d->state, PF_ROOM_LEFT);
    assert_int_equal(driver_live_tracks(d), 0);
    assert_int_equal(driver_open_pcs(d), 0);
    assert_null(driver_peer(d, DRIVER_LOW));
    assert_true(pf_room_deadline_ms(d->room) == PF_NEVER);
}

static void R7_without_the_relay_connections_stay_open_to_deliver_bye(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_LOW);
    driver_channel_opened(d, pc);
    driver_socket_closed(d, 1006);
    driver_leave(d);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CHANNEL_SEND), 1);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CLOSE), 0);
    driver_wait(d, 100);
    assert_int_equal(driver_open_pcs(d), 0);
    assert_null(driver_peer(d, DRIVER_LOW));
    assert_true(pf_room_deadline_ms(d->room) == PF_NEVER);
}

static void R7_the_connection_to_an_away_peer_stays_open_to_deliver_bye(void **state)
{
    struct driver *d = *state;
    driver_channel_opened(d, begin_call(d, DRIVER_LOW));
    driver_member(d, DRIVER_LOW, true); /* the relay cannot deliver the goodbye */
    driver_leave(d);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CHANNEL_SEND), 1);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CLOSE), 0);
    driver_wait(d, 100);
    assert_int_equal(driver_open_pcs(d), 0);
}

static void R7_bye_hides_the_peer_at_once(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_LOW);
    driver_channel_message(d, pc, "{\"type\":\"bye\"}");
    assert_int_equal(driver_get(d, PF_COMMAND_PC_CLOSE)->pc, pc);
    assert_null(driver_peer(d, DRIVER_LOW));
}

static void leaving_twice_has_no_further_effect(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_leave(d);
    driver_leave(d);
    assert_int_equal(d->commands_count, 0);
}

static void a_room_that_was_never_started_can_be_left(void **state)
{
    struct driver *d = *state;
    driver_leave(d);
    assert_int_equal(d->state, PF_ROOM_LEFT);
    driver_wait(d, 1000);
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_OPEN), 0);
}

static void R21_an_offer_created_after_leaving_is_not_sent(void **state)
{
    struct driver *d = *state;
    driver_enter(d, DRIVER_HIGH, 0);
    const pf_pc pc = driver_pc(d, DRIVER_HIGH);
    driver_leave(d);
    driver_created(d, pc, PF_DESCRIPTION_OFFER);
    assert_int_equal(d->commands_count, 0);
    driver_wait(d, 60000);
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_SEND), 0);
    assert_int_equal(driver_open_pcs(d), 0);
}

static void R21_leaving_in_the_lobby_closes_the_prepared_connection(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_hello(d);
    driver_leave(d);
    assert_int_equal(driver_open_pcs(d), 0);
    driver_wait(d, 60000);
    assert_int_equal(d->commands_count, 0);
}

static void R21_leaving_while_the_relay_is_away_stops_reconnecting(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d, DRIVER_LOW);
    driver_socket_closed(d, 1006);
    driver_leave(d);
    driver_wait(d, 60000);
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_OPEN), 0);
    assert_int_equal(driver_open_pcs(d), 0);
}

static void leaving_with_nobody_to_tell_waits_for_nothing(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_leave(d); /* the relay has not said "hello" */
    assert_true(pf_room_deadline_ms(d->room) == PF_NEVER);
}

static void leaving_twice_does_not_wait_for_the_others_to_hear_of_it(void **state)
{
    struct driver *d = *state;
    driver_channel_opened(d, begin_call(d, DRIVER_LOW));
    driver_socket_closed(d, 1006);
    driver_leave(d);
    assert_int_equal(driver_open_pcs(d), 1);
    driver_leave(d);
    assert_int_equal(driver_open_pcs(d), 0);
    driver_wait(d, 1000);
    assert_int_equal(d->commands_count, 0);
}

static void R21_leaving_during_a_resumption_is_final(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d, DRIVER_LOW);
    driver_reach_again(d);
    driver_leave(d);
    driver_joined(d, DRIVER_SELF, DRIVER_LOW, 0); /* on a socket that is closed */
    assert_int_equal(d->commands_count, 0);
    driver_wait(d, 60000);
    assert_int_equal(d->state, PF_ROOM_LEFT);
    assert_int_equal(driver_open_pcs(d), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, driver_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_configuration_over_a_limit_is_refused),
        TEST(a_member_is_shown_as_the_relay_states_it),
        TEST(a_repeated_member_message_has_no_effect),
        TEST(a_member_that_is_away_gets_no_offer),
        TEST(R32_a_member_beyond_the_limit_is_ignored),
        TEST(a_peer_that_the_relay_gave_up_is_evicted_for_a_listed_one),
        TEST(a_peer_missing_from_the_list_is_evicted_too),
        TEST(a_connected_peer_is_not_evicted_for_one_that_is_away),
        TEST(peers_that_the_relay_lists_do_not_evict_one_another),
        TEST(R8_a_storm_of_joins_leaves_no_connection_behind),
        TEST(R22_a_thousand_joins_and_leaves_leak_nothing),
        TEST(a_member_that_left_is_hidden_at_once),
        TEST(R4_a_member_that_timed_out_is_hidden_if_it_is_not_connected),
        TEST(I22_a_member_that_timed_out_is_kept_while_it_is_connected),
        TEST(I22_a_member_that_timed_out_and_returns_is_the_same_peer),
        TEST(I22_a_member_that_timed_out_gets_a_grace_period_at_the_next_relay),
        TEST(I22_a_network_change_does_not_end_a_member_that_timed_out),
        TEST(the_client_is_never_its_own_peer),
        TEST(the_latest_state_of_a_peer_wins),
        TEST(unknown_channel_messages_are_dropped_and_counted),
        TEST(the_state_is_sent_when_a_channel_opens_and_then_on_both_paths),
        TEST(the_state_is_sent_on_the_channel_while_the_relay_is_away),
        TEST(a_repair_that_waits_for_the_relay_is_shown_as_reconnecting),
        TEST(R17_unreadable_messages_are_counted_and_have_no_effect),
        TEST(R17_a_message_over_the_limit_is_counted),
        TEST(member_messages_before_joined_are_ignored),
        TEST(R7_leaving_is_announced_on_both_paths_and_ends_everything),
        TEST(R7_without_the_relay_connections_stay_open_to_deliver_bye),
        TEST(R7_the_connection_to_an_away_peer_stays_open_to_deliver_bye),
        TEST(R7_bye_hides_the_peer_at_once),
        TEST(leaving_twice_has_no_further_effect),
        TEST(leaving_with_nobody_to_tell_waits_for_nothing),
        TEST(leaving_twice_does_not_wait_for_the_others_to_hear_of_it),
        TEST(a_room_that_was_never_started_can_be_left),
        TEST(R21_an_offer_created_after_leaving_is_not_sent),
        TEST(R21_leaving_in_the_lobby_closes_the_prepared_connection),
        TEST(R21_leaving_while_the_relay_is_away_stops_reconnecting),
        TEST(R21_leaving_during_a_resumption_is_final),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
