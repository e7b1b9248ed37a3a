/* core_ice_test.c - candidates, and the repair of a lost connection: edge cases I. */
/* SPDX-License-Identifier: MIT */
#include "core_events.h"

#include "core/peer/candidates.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define OFFER  PF_DESCRIPTION_OFFER
#define ANSWER PF_DESCRIPTION_ANSWER

/* In the room, with a connected peer. */
static pf_pc begin_call(struct driver *driver, pf_member_id id)
{
    driver_enter(driver, 0, 0);
    driver_connect(driver, id);
    return driver_pc(driver, id);
}

static enum pf_peer_state shown(const struct driver *driver, pf_member_id id)
{
    return driver_peer(driver, id)->state;
}

/* Lets time pass while the relay sends pings. */
static void wait_in_contact(struct driver *driver, uint64_t wait_ms)
{
    for (; wait_ms > 15000; wait_ms -= 15000) {
        driver_relay(driver, "{\"type\":\"ping\"}");
        driver_wait(driver, 15000);
    }
    driver_relay(driver, "{\"type\":\"ping\"}");
    driver_wait(driver, wait_ms);
}

static size_t sent_restart_requests(const struct driver *driver)
{
    return driver_sent(driver, "\"kind\":\"request\"", "\"want\":\"restart\"", NULL);
}

static size_t sent_renewal_requests(const struct driver *driver)
{
    return driver_sent(driver, "\"kind\":\"request\"", "\"want\":\"renew\"", NULL);
}

/* ---- candidates ---- */

static void I1_candidates_before_the_offer_wait_and_are_added_in_order(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_member(d, DRIVER_LOW, false);
    driver_candidate(d, DRIVER_LOW, 1, 1, "one");
    driver_offer(d, DRIVER_LOW, 1, 1);
    driver_candidate(d, DRIVER_LOW, 1, 1, "two");
    assert_int_equal(driver_count(d, PF_COMMAND_PC_ADD_CANDIDATE), 0);
    driver_candidate(d, DRIVER_LOW, 1, 1, "");
    const pf_pc pc = driver_pc(d, DRIVER_LOW);
    driver_remote_set(d, pc, OFFER);
    static const char *const expected[] = {"one", "two", ""};
    for (size_t i = 0; i < 3; i++) {
        const struct pf_command *add = driver_find_at(d, PF_COMMAND_PC_ADD_CANDIDATE, i);
        assert_non_null(add);
        assert_int_equal(add->pc, pc);
        assert_string_equal(add->candidate.candidate.data, expected[i]);
    }
    driver_candidate(d, DRIVER_LOW, 1, 1, "three");
    assert_int_equal(driver_count(d, PF_COMMAND_PC_ADD_CANDIDATE), 1);
}

static void I1_candidates_before_the_answer_wait_for_it(void **state)
{
    struct driver *d = *state;
    driver_enter(d, DRIVER_HIGH, 0);
    const pf_pc pc = driver_pc(d, DRIVER_HIGH);
    driver_created(d, pc, OFFER);
    driver_candidate(d, DRIVER_HIGH, 1, 1, "early");
    assert_int_equal(d->commands_count, 0);
    driver_answer(d, DRIVER_HIGH, 1, 1);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_ADD_CANDIDATE), 0);
    driver_remote_set(d, pc, ANSWER);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_ADD_CANDIDATE), 1);
}

static void I1_at_most_64_candidates_wait_and_later_ones_are_dropped(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_member(d, DRIVER_LOW, false);
    for (int i = 0; i < PF_CANDIDATES_MAX + 1; i++) {
        char text[16];
        (void)snprintf(text, sizeof text, "%d", i);
        driver_candidate(d, DRIVER_LOW, 1, 1, text);
        assert_int_equal(driver_counters(d)->queue_full, i == PF_CANDIDATES_MAX ? 1 : 0);
    }
    driver_offer(d, DRIVER_LOW, 1, 1);
    driver_remote_set(d, driver_pc(d, DRIVER_LOW), OFFER);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_ADD_CANDIDATE), PF_CANDIDATES_MAX);
    const struct pf_command *last =
        driver_find_at(d, PF_COMMAND_PC_ADD_CANDIDATE, PF_CANDIDATES_MAX - 1);
    assert_string_equal(last->candidate.candidate.data, "63");
}

static void I2_candidates_of_unknown_members_are_dropped(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_candidate(d, DRIVER_HIGH, 1, 1, "from nobody");
    assert_int_equal(d->commands_count, 0);
    assert_int_equal(driver_counters(d)->unknown_member, 1);
}

static void I2_candidates_of_an_earlier_epoch_are_dropped(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d, DRIVER_LOW);
    driver_offer(d, DRIVER_LOW, 3, 1);
    driver_candidate(d, DRIVER_LOW, 1, 1, "of the old connection");
    assert_int_equal(d->commands_count, 0);
    assert_int_equal(driver_counters(d)->stale, 1);
}

static void I3_candidates_from_before_a_restart_are_dropped(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_LOW);
    driver_offer(d, DRIVER_LOW, 1, 3);
    driver_remote_set(d, pc, OFFER);
    driver_candidate(d, DRIVER_LOW, 1, 1, "old");
    assert_int_equal(d->commands_count, 0);
    assert_int_equal(driver_counters(d)->stale, 1);
}

static void I4_candidates_of_a_restart_wait_for_its_offer(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_LOW);
    driver_candidate(d, DRIVER_LOW, 1, 3, "new");
    assert_int_equal(d->commands_count, 0);
    driver_offer(d, DRIVER_LOW, 1, 3);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_ADD_CANDIDATE), 0);
    driver_remote_set(d, pc, OFFER);
    assert_string_equal(driver_get(d, PF_COMMAND_PC_ADD_CANDIDATE)->candidate.candidate.data,
                        "new");
}

static void I4_candidates_of_a_new_epoch_wait_for_its_offer(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d, DRIVER_LOW);
    driver_candidate(d, DRIVER_LOW, 3, 1, "new");
    assert_int_equal(d->commands_count, 0);
    driver_offer(d, DRIVER_LOW, 3, 1);
    driver_remote_set(d, driver_pc(d, DRIVER_LOW), OFFER);
    assert_int_equal(driver_get(d, PF_COMMAND_PC_ADD_CANDIDATE)->pc, driver_pc(d, DRIVER_LOW));
}

static void I5_every_field_of_a_remote_candidate_reaches_the_browser(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d, DRIVER_LOW);
    driver_relay(
        d, "{\"type\":\"signal\",\"from\":\"0000000000000010\",\"fromInstance\":42,"
           "\"toInstance\":77,\"kind\":\"candidate\",\"epoch\":1,\"offerNumber\":1,\"candidate\":"
           "{\"candidate\":\"c\",\"sdpMid\":\"m\",\"sdpMLineIndex\":2,"
           "\"usernameFragment\":\"u\"}}");
    const struct pf_candidate *added = &driver_get(d, PF_COMMAND_PC_ADD_CANDIDATE)->candidate;
    assert_string_equal(added->candidate.data, "c");
    assert_string_equal(added->mid.data, "m");
    assert_int_equal(added->mline_index, 2);
    assert_string_equal(added->username_fragment.data, "u");
}

static void I5_fields_that_are_null_stay_null(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_member(d, DRIVER_LOW, false);
    driver_relay(
        d, "{\"type\":\"signal\",\"from\":\"0000000000000010\",\"fromInstance\":42,"
           "\"toInstance\":77,\"kind\":\"candidate\",\"epoch\":1,\"offerNumber\":1,\"candidate\":"
           "{\"candidate\":\"c\",\"sdpMid\":null,\"sdpMLineIndex\":null,"
           "\"usernameFragment\":null}}");
    driver_offer(d, DRIVER_LOW, 1, 1);
    driver_remote_set(d, driver_pc(d, DRIVER_LOW), OFFER);
    const struct pf_candidate *added = &driver_get(d, PF_COMMAND_PC_ADD_CANDIDATE)->candidate;
    assert_null(added->mid.data);
    assert_int_equal(added->mline_index, -1);
    assert_null(added->username_fragment.data);
}

static void I5_every_field_of_a_local_candidate_reaches_the_peer(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_LOW);
    driver_gathered(d, pc, "candidate:1");
    assert_int_equal(
        driver_sent(d, "\"epoch\":1,\"offerNumber\":1",
                    "\"candidate\":\"candidate:1\",\"sdpMid\":\"1\",\"sdpMLineIndex\":1",
                    "\"usernameFragment\":\"ours\""),
        1);
}

static void I6_the_end_of_candidates_is_forwarded(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_LOW);
    driver_gathered(d, pc, "");
    assert_int_equal(driver_sent(d, "\"kind\":\"candidate\"", "\"candidate\":\"\"", NULL), 1);
}

static void I7_a_rejected_candidate_does_not_break_the_connection(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_LOW);
    driver_candidate(d, DRIVER_LOW, 1, 1, "for a section that is not there");
    driver_failed(d, pc, PF_OPERATION_ADD_ICE_CANDIDATE, PF_DOM_ERROR_OPERATION);
    assert_int_equal(d->commands_count, 0);
    assert_int_equal(driver_counters(d)->candidate_errors, 1);
    assert_int_equal(shown(d, DRIVER_LOW), PF_PEER_CONNECTED);
}

static void local_candidates_wait_while_the_peer_is_away(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_meet(d, DRIVER_LOW);
    driver_member(d, DRIVER_LOW, true);
    driver_gathered(d, driver_pc(d, DRIVER_LOW), "candidate:1");
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_SEND), 0);
    driver_member(d, DRIVER_LOW, false);
    assert_int_equal(driver_sent(d, "candidate:1", NULL, NULL), 1);
}

static void local_candidates_beyond_the_limit_are_dropped(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_LOW);
    for (int i = 0; i < PF_CANDIDATES_MAX + 1; i++) {
        driver_gathered(d, pc, "candidate:1");
    }
    assert_int_equal(driver_counters(d)->queue_full, 1);
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_SEND), 0);
}

/* ---- repair ---- */

static void I10_a_short_disconnection_is_shown_but_not_repaired(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_HIGH);
    driver_connection(d, pc, PF_CONNECTION_DISCONNECTED);
    assert_int_equal(shown(d, DRIVER_HIGH), PF_PEER_UNSTABLE);
    wait_in_contact(d, 2999);
    assert_int_equal(d->commands_count, 0);
    driver_connection(d, pc, PF_CONNECTION_CONNECTED);
    assert_int_equal(shown(d, DRIVER_HIGH), PF_PEER_CONNECTED);
    wait_in_contact(d, 10000);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 0);
}

static void I11_after_three_seconds_the_impolite_side_offers_a_restart(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_HIGH);
    driver_connection(d, pc, PF_CONNECTION_DISCONNECTED);
    wait_in_contact(d, 3000);
    assert_true(driver_get(d, PF_COMMAND_PC_CREATE_OFFER)->ice_restart);
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_SEND), 0);
    assert_int_equal(shown(d, DRIVER_HIGH), PF_PEER_RECONNECTING);
    assert_int_equal(driver_counters(d)->restarts, 1);
}

static void I11_after_three_seconds_the_polite_side_requests_a_restart(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_LOW);
    driver_connection(d, pc, PF_CONNECTION_DISCONNECTED);
    wait_in_contact(d, 3000);
    assert_int_equal(sent_restart_requests(d), 1);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 0);
    assert_int_equal(shown(d, DRIVER_LOW), PF_PEER_RECONNECTING);
}

static void I12_a_failure_without_a_prior_disconnection_is_repaired_at_once(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_HIGH);
    driver_connection(d, pc, PF_CONNECTION_FAILED);
    assert_true(driver_get(d, PF_COMMAND_PC_CREATE_OFFER)->ice_restart);
}

static void I13_when_both_sides_notice_a_failure_there_is_one_restart(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_HIGH);
    driver_connection(d, pc, PF_CONNECTION_FAILED);
    driver_request(d, DRIVER_HIGH, 1, "restart");
    assert_int_equal(d->commands_count, 0);
    driver_created(d, pc, OFFER);
    driver_answer(d, DRIVER_HIGH, 1, 3);
    driver_remote_set(d, pc, ANSWER);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 0);
    assert_int_equal(driver_counters(d)->restarts, 1);
}

static void I13_a_requested_restart_is_not_offered_a_second_time(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_HIGH);
    driver_connection(d, pc, PF_CONNECTION_DISCONNECTED);
    wait_in_contact(d, 2000);
    driver_request(d, DRIVER_HIGH, 1, "restart");
    driver_created(d, pc, OFFER);
    driver_answer(d, DRIVER_HIGH, 1, 3);
    driver_remote_set(d, pc, ANSWER);
    wait_in_contact(d, 5000);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 0);
    assert_int_equal(driver_counters(d)->restarts, 1);
}

static void I13_a_restart_that_the_peer_offers_is_not_requested(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_LOW);
    driver_connection(d, pc, PF_CONNECTION_DISCONNECTED);
    wait_in_contact(d, 2000);
    driver_offer(d, DRIVER_LOW, 1, 3);
    driver_remote_set(d, pc, OFFER);
    driver_created(d, pc, ANSWER);
    wait_in_contact(d, 5000);
    assert_int_equal(sent_restart_requests(d), 0);
}

static void I14_a_rolled_back_restart_is_replaced_by_the_colliding_offer(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_LOW);
    driver_connection(d, pc, PF_CONNECTION_FAILED);
    driver_request(d, DRIVER_LOW, 1, "restart");
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 1);
    driver_offer(d, DRIVER_LOW, 1, 3); /* every offer of an epoch but its first is a restart */
    driver_remote_set(d, pc, OFFER);
    driver_created(d, pc, ANSWER);
    assert_int_equal(shown(d, DRIVER_LOW), PF_PEER_RECONNECTING);
    wait_in_contact(d, 8000); /* in case it does not help */
    assert_int_equal(sent_renewal_requests(d), 1);
}

static void I14_a_restart_that_is_due_waits_for_the_negotiation_under_way(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_HIGH);
    driver_offer(d, DRIVER_HIGH, 1, 2);
    driver_connection(d, pc, PF_CONNECTION_FAILED);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 0);
    driver_remote_set(d, pc, OFFER);
    driver_created(d, pc, ANSWER);
    assert_true(driver_get(d, PF_COMMAND_PC_CREATE_OFFER)->ice_restart);
}

static void I15_a_restart_is_an_offer_with_new_credentials(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_HIGH);
    driver_connection(d, pc, PF_CONNECTION_FAILED);
    assert_true(driver_get(d, PF_COMMAND_PC_CREATE_OFFER)->ice_restart);
    driver_created(d, pc, OFFER);
    assert_int_equal(driver_sent(d, "\"epoch\":1,\"offerNumber\":3", "\"type\":\"offer\"", NULL),
                     1);
}

static void I16_an_unsuccessful_restart_is_followed_by_a_new_connection(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_HIGH);
    driver_connection(d, pc, PF_CONNECTION_FAILED);
    wait_in_contact(d, 7999);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE), 0);
    driver_wait(d, 1);
    assert_int_equal(driver_get(d, PF_COMMAND_PC_CLOSE)->pc, pc);
    driver_created(d, driver_pc(d, DRIVER_HIGH), OFFER);
    assert_int_equal(driver_sent(d, "\"epoch\":3,\"offerNumber\":1", "\"type\":\"offer\"", NULL),
                     1);
    assert_int_equal(shown(d, DRIVER_HIGH), PF_PEER_RECONNECTING);
}

static void I16_new_connections_back_off_and_the_peer_becomes_unreachable(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_HIGH);
    driver_connection(d, pc, PF_CONNECTION_FAILED);
    wait_in_contact(d, 8000);
    const uint64_t waits_ms[] = {10000, 13000, 18000, 38000, 38000};
    for (uint32_t i = 0; i < sizeof waits_ms / sizeof *waits_ms; i++) {
        assert_int_equal(driver_counters(d)->renewals, i + 1);
        wait_in_contact(d, waits_ms[i] / 2);
        wait_in_contact(d, waits_ms[i] / 2 - 1);
        assert_int_equal(driver_counters(d)->renewals, i + 1);
        assert_int_equal(shown(d, DRIVER_HIGH), i < 2 ? PF_PEER_RECONNECTING : PF_PEER_UNREACHABLE);
        driver_wait(d, 1);
    }
    assert_int_equal(driver_open_pcs(d), 1);
}

static void I16_the_polite_side_alternates_between_requests_and_offers(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_LOW);
    driver_connection(d, pc, PF_CONNECTION_FAILED);
    wait_in_contact(d, 8000);
    assert_int_equal(sent_renewal_requests(d), 1);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE), 0);
    wait_in_contact(d, 10000);
    assert_int_equal(sent_renewal_requests(d), 0);
    driver_created(d, driver_pc(d, DRIVER_LOW), OFFER);
    assert_int_equal(driver_sent(d, "\"epoch\":2,\"offerNumber\":1", NULL, NULL), 1);
    wait_in_contact(d, 13000);
    assert_int_equal(sent_renewal_requests(d), 1);
}

static void I16_a_connection_that_succeeds_resets_the_backoff(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_HIGH);
    driver_connection(d, pc, PF_CONNECTION_FAILED);
    wait_in_contact(d, 8000);
    const pf_pc second = driver_pc(d, DRIVER_HIGH);
    driver_created(d, second, OFFER);
    driver_answer(d, DRIVER_HIGH, 3, 1);
    driver_remote_set(d, second, ANSWER);
    driver_connection(d, second, PF_CONNECTION_CONNECTED);
    assert_int_equal(shown(d, DRIVER_HIGH), PF_PEER_CONNECTED);
    wait_in_contact(d, 29000);
    assert_int_equal(driver_counters(d)->renewals, 1);
    driver_connection(d, second, PF_CONNECTION_FAILED);
    assert_true(driver_get(d, PF_COMMAND_PC_CREATE_OFFER)
                    ->ice_restart); /* the repair begins with a restart again */
}

static void I16_an_unreachable_peer_that_connected_again_is_shown_as_reconnecting(void **state)
{
    struct driver *d = *state;
    driver_connection(d, begin_call(d, DRIVER_HIGH), PF_CONNECTION_FAILED);
    for (int i = 0; i < 4; i++) {
        wait_in_contact(d, 20000);
    }
    assert_int_equal(shown(d, DRIVER_HIGH), PF_PEER_UNREACHABLE);
    const pf_pc pc = driver_pc(d, DRIVER_HIGH);
    driver_created(d, pc, OFFER);
    driver_connection(d, pc, PF_CONNECTION_CONNECTED);
    driver_connection(d, pc, PF_CONNECTION_FAILED);
    wait_in_contact(d, 8000);
    assert_int_equal(shown(d, DRIVER_HIGH), PF_PEER_RECONNECTING);
}

static void a_failure_during_a_renewal_does_not_shorten_the_backoff(void **state)
{
    struct driver *d = *state;
    driver_connection(d, begin_call(d, DRIVER_HIGH), PF_CONNECTION_FAILED);
    wait_in_contact(d, 8000);
    driver_connection(d, driver_pc(d, DRIVER_HIGH), PF_CONNECTION_FAILED);
    assert_int_equal(d->commands_count, 0);
}

static void a_first_connection_that_times_out_is_replaced(void **state)
{
    struct driver *d = *state;
    driver_enter(d, DRIVER_HIGH, 0);
    wait_in_contact(d, 14999);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE), 0);
    assert_int_equal(shown(d, DRIVER_HIGH), PF_PEER_CONNECTING);
    driver_wait(d, 1);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE), 1);
    assert_int_equal(shown(d, DRIVER_HIGH), PF_PEER_RECONNECTING);
}

static void a_newcomer_that_sends_no_offer_within_five_seconds_gets_one(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_member(d, DRIVER_LOW, false);
    driver_wait(d, 4999);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE), 0);
    driver_wait(d, 1);
    driver_created(d, driver_pc(d, DRIVER_LOW), OFFER);
    assert_int_equal(driver_sent(d, "\"epoch\":2,\"offerNumber\":1", NULL, NULL), 1);
}

static void I17_a_network_change_restarts_ice_at_once(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d, DRIVER_HIGH);
    driver_connect(d, DRIVER_LOW);
    driver_network(d, true);
    assert_int_equal(driver_get(d, PF_COMMAND_PC_CREATE_OFFER)->pc, driver_pc(d, DRIVER_HIGH));
    assert_int_equal(sent_restart_requests(d), 1);
    assert_int_equal(shown(d, DRIVER_HIGH), PF_PEER_CONNECTED); /* the old path may still work */
}

static void I17_a_network_change_restarts_an_unstable_connection_at_once(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_HIGH);
    driver_connection(d, pc, PF_CONNECTION_DISCONNECTED);
    driver_network(d, true);
    assert_true(driver_get(d, PF_COMMAND_PC_CREATE_OFFER)->ice_restart);
    assert_int_equal(shown(d, DRIVER_HIGH), PF_PEER_RECONNECTING);
}

static void I17_a_network_change_leaves_a_first_negotiation_alone(void **state)
{
    struct driver *d = *state;
    driver_enter(d, DRIVER_HIGH, 0);
    driver_created(d, driver_pc(d, DRIVER_HIGH), OFFER);
    driver_network(d, true);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 0);
}

static void I17_a_prepared_offer_is_renewed_after_a_network_change(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_hello(d);
    const pf_pc old = d->prepared_pc;
    driver_network(d, true); /* not created yet: it will have the new network's candidates */
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CLOSE), 0);
    driver_created(d, old, OFFER);
    driver_network(d, true);
    assert_int_equal(driver_get(d, PF_COMMAND_PC_CLOSE)->pc, old);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 1);
}

static void I22_a_disconnection_makes_the_client_ping_the_relay(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_HIGH);
    driver_connection(d, pc, PF_CONNECTION_DISCONNECTED);
    assert_int_equal(driver_sent(d, "\"type\":\"ping\"", NULL, NULL), 1);
    driver_wait(d, 3000);
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_CLOSE), 1);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 0);
    driver_reach_again(d);
    driver_joined(d, DRIVER_SELF, DRIVER_HIGH, 0);
    assert_true(driver_get(d, PF_COMMAND_PC_CREATE_OFFER)->ice_restart);
}

static void I22_a_disconnection_does_not_shorten_the_reconnect_delay(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_HIGH);
    driver_socket_closed(d, 1006);
    driver_connection(d, pc, PF_CONNECTION_DISCONNECTED);
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_OPEN), 0);
}

static void I20_losing_the_relay_leaves_connections_and_tiles_alone(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d, DRIVER_LOW);
    driver_socket_closed(d, 1006);
    assert_int_equal(d->state, PF_ROOM_RECONNECTING);
    assert_true(d->relay_away);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CLOSE), 0);
    assert_int_equal(driver_count(d, PF_COMMAND_HIDE_PEER), 0);
    assert_int_equal(shown(d, DRIVER_LOW), PF_PEER_CONNECTED);
}

static void I21_a_tile_stays_while_its_connection_is_repaired(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_HIGH);
    driver_connection(d, pc, PF_CONNECTION_DISCONNECTED);
    wait_in_contact(d, 25000);
    assert_int_equal(driver_count(d, PF_COMMAND_HIDE_PEER), 0);
    assert_non_null(driver_peer(d, DRIVER_HIGH));
}

static void a_repair_waits_for_the_relay_and_continues_after_the_reconnect(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_HIGH);
    driver_socket_closed(d, 1006);
    driver_connection(d, pc, PF_CONNECTION_FAILED);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 0);
    assert_int_equal(shown(d, DRIVER_HIGH), PF_PEER_RECONNECTING);
    driver_wait(d, 10000);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 0);
    driver_hello(d);
    driver_joined(d, DRIVER_SELF, DRIVER_HIGH, 0);
    assert_true(driver_get(d, PF_COMMAND_PC_CREATE_OFFER)->ice_restart);
}

static void a_repair_waits_for_a_peer_that_is_away(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_LOW);
    driver_member(d, DRIVER_LOW, true);
    driver_connection(d, pc, PF_CONNECTION_DISCONNECTED);
    wait_in_contact(d, 20000);
    assert_int_equal(sent_restart_requests(d), 0);
    driver_member(d, DRIVER_LOW, false);
    assert_int_equal(sent_restart_requests(d), 1);
}

static void I27_a_failed_connection_affects_only_its_own_tile(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d, DRIVER_LOW);
    driver_connect(d, DRIVER_HIGH);
    driver_connection(d, driver_pc(d, DRIVER_HIGH), PF_CONNECTION_FAILED);
    for (int i = 0; i < 4; i++) {
        wait_in_contact(d, 29000);
        driver_relay(d, "{\"type\":\"pong\"}");
    }
    assert_int_equal(shown(d, DRIVER_HIGH), PF_PEER_UNREACHABLE);
    assert_int_equal(shown(d, DRIVER_LOW), PF_PEER_CONNECTED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, driver_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(I1_candidates_before_the_offer_wait_and_are_added_in_order),
        TEST(I1_candidates_before_the_answer_wait_for_it),
        TEST(I1_at_most_64_candidates_wait_and_later_ones_are_dropped),
        TEST(I2_candidates_of_unknown_members_are_dropped),
        TEST(I2_candidates_of_an_earlier_epoch_are_dropped),
        TEST(I3_candidates_from_before_a_restart_are_dropped),
        TEST(I4_candidates_of_a_restart_wait_for_its_offer),
        TEST(I4_candidates_of_a_new_epoch_wait_for_its_offer),
        TEST(I5_every_field_of_a_remote_candidate_reaches_the_browser),
        TEST(I5_fields_that_are_null_stay_null),
        TEST(I5_every_field_of_a_local_candidate_reaches_the_peer),
        TEST(I6_the_end_of_candidates_is_forwarded),
        TEST(I7_a_rejected_candidate_does_not_break_the_connection),
        TEST(local_candidates_wait_while_the_peer_is_away),
        TEST(local_candidates_beyond_the_limit_are_dropped),
        TEST(I10_a_short_disconnection_is_shown_but_not_repaired),
        TEST(I11_after_three_seconds_the_impolite_side_offers_a_restart),
        TEST(I11_after_three_seconds_the_polite_side_requests_a_restart),
        TEST(I12_a_failure_without_a_prior_disconnection_is_repaired_at_once),
        TEST(I13_when_both_sides_notice_a_failure_there_is_one_restart),
        TEST(I13_a_requested_restart_is_not_offered_a_second_time),
        TEST(I13_a_restart_that_the_peer_offers_is_not_requested),
        TEST(I14_a_rolled_back_restart_is_replaced_by_the_colliding_offer),
        TEST(I14_a_restart_that_is_due_waits_for_the_negotiation_under_way),
        TEST(I15_a_restart_is_an_offer_with_new_credentials),
        TEST(I16_an_unsuccessful_restart_is_followed_by_a_new_connection),
        TEST(I16_new_connections_back_off_and_the_peer_becomes_unreachable),
        TEST(I16_the_polite_side_alternates_between_requests_and_offers),
        TEST(I16_a_connection_that_succeeds_resets_the_backoff),
        TEST(I16_an_unreachable_peer_that_connected_again_is_shown_as_reconnecting),
        TEST(a_failure_during_a_renewal_does_not_shorten_the_backoff),
        TEST(a_first_connection_that_times_out_is_replaced),
        TEST(a_newcomer_that_sends_no_offer_within_five_seconds_gets_one),
        TEST(I17_a_network_change_restarts_ice_at_once),
        TEST(I17_a_network_change_restarts_an_unstable_connection_at_once),
        TEST(I17_a_network_change_leaves_a_first_negotiation_alone),
        TEST(I17_a_prepared_offer_is_renewed_after_a_network_change),
        TEST(I22_a_disconnection_makes_the_client_ping_the_relay),
        TEST(I22_a_disconnection_does_not_shorten_the_reconnect_delay),
        TEST(I20_losing_the_relay_leaves_connections_and_tiles_alone),
        TEST(I21_a_tile_stays_while_its_connection_is_repaired),
        TEST(a_repair_waits_for_the_relay_and_continues_after_the_reconnect),
        TEST(a_repair_waits_for_a_peer_that_is_away),
        TEST(I27_a_failed_connection_affects_only_its_own_tile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
