/* core_negotiation_test.c - offers, answers and their order: edge cases G. */
/* SPDX-License-Identifier: MIT */
#include "core_events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define OFFER  PF_DESCRIPTION_OFFER
#define ANSWER PF_DESCRIPTION_ANSWER

static void assert_sdp(const struct driver *driver, const char *sdp)
{
    const struct pf_command *command = driver_get(driver, PF_COMMAND_PC_SET_REMOTE);
    assert_string_equal(command->description.sdp.data, sdp);
}

/* Connects to `id` and sends it an offer that restarts ICE. */
static pf_pc offer_restart(struct driver *driver, pf_member_id id)
{
    driver_enter(driver, 0, 0);
    driver_connect(driver, id);
    const pf_pc pc = driver_pc(driver, id);
    if (id == DRIVER_HIGH) {
        driver_network(driver, true);
    } else {
        driver_request(driver, id, 1, "restart"); /* the polite side restarts on request only */
    }
    assert_true(driver_get(driver, PF_COMMAND_PC_CREATE_OFFER)->ice_restart);
    driver_created(driver, pc, OFFER);
    assert_int_equal(driver_sent(driver, "\"type\":\"offer\"", NULL, NULL), 1);
    return pc;
}

/* ---- without collisions ---- */

static void a_newcomer_offers_to_every_member(void **state)
{
    struct driver *d = *state;
    driver_enter(d, DRIVER_LOW, DRIVER_HIGH);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 2);
    assert_int_equal(driver_open_pcs(d), 2);
    driver_created(d, driver_pc(d, DRIVER_LOW), OFFER);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_SET_LOCAL), 1);
    assert_int_equal(driver_sent(d, "\"to\":\"0000000000000010\"", "\"epoch\":1,\"offerNumber\":1",
                                 "\"type\":\"offer\""),
                     1);
}

static void a_member_answers_a_newcomer(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_member(d, DRIVER_LOW, false);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE), 0);
    driver_offer(d, DRIVER_LOW, 1, 1);
    assert_false(driver_get(d, PF_COMMAND_PC_CREATE)->pc_create.offers);
    assert_sdp(d, "their offer 1.1");
    driver_remote_set(d, driver_pc(d, DRIVER_LOW), OFFER);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_ANSWER), 1);
    driver_created(d, driver_pc(d, DRIVER_LOW), ANSWER);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_SET_LOCAL), 1);
    assert_int_equal(
        driver_sent(d, "\"epoch\":1,\"offerNumber\":1", "\"type\":\"answer\"", "\"state\":"), 1);
}

/* ---- glare ---- */

static void G1_the_impolite_side_ignores_a_colliding_offer(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = offer_restart(d, DRIVER_HIGH); /* number 3 */
    driver_offer(d, DRIVER_HIGH, 1, 2);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_SET_REMOTE), 0);
    assert_int_equal(driver_counters(d)->stale, 1);
    driver_answer(d, DRIVER_HIGH, 1, 3);
    assert_sdp(d, "their answer 1.3");
    driver_remote_set(d, pc, ANSWER);
    driver_network(d, true); /* stable again: the next exchange begins at once */
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 1);
}

static void G1_the_polite_side_accepts_a_colliding_offer(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = offer_restart(d, DRIVER_LOW); /* number 2 */
    driver_offer(d, DRIVER_LOW, 1, 3);
    assert_sdp(d, "their offer 1.3");
    assert_int_equal(driver_get(d, PF_COMMAND_PC_SET_REMOTE)->pc, pc);
    driver_remote_set(d, pc, OFFER);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_ANSWER), 1);
    driver_created(d, pc, ANSWER);
    assert_int_equal(driver_sent(d, "\"epoch\":1,\"offerNumber\":3", "\"type\":\"answer\"", NULL),
                     1);
}

static void G1_of_two_first_offers_the_polite_side_drops_its_own(void **state)
{
    struct driver *d = *state;
    driver_enter(d, DRIVER_LOW, 0);
    const pf_pc ours = driver_pc(d, DRIVER_LOW);
    driver_created(d, ours, OFFER);
    driver_offer(d, DRIVER_LOW, 1, 1);
    assert_int_equal(driver_get(d, PF_COMMAND_PC_CLOSE)->pc, ours);
    assert_true(driver_pc(d, DRIVER_LOW) != ours);
    assert_int_equal(driver_get(d, PF_COMMAND_PC_SET_REMOTE)->pc, driver_pc(d, DRIVER_LOW));
}

static void G1_of_two_first_offers_the_impolite_side_keeps_its_own(void **state)
{
    struct driver *d = *state;
    driver_enter(d, DRIVER_HIGH, 0);
    driver_created(d, driver_pc(d, DRIVER_HIGH), OFFER);
    driver_offer(d, DRIVER_HIGH, 1, 1);
    assert_int_equal(d->commands_count, 0);
    assert_int_equal(driver_counters(d)->stale, 1);
    driver_answer(d, DRIVER_HIGH, 1, 1);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_SET_REMOTE), 1);
}

static void G1_a_first_offer_that_arrives_after_ours_was_answered_is_dropped(void **state)
{
    struct driver *d = *state;
    driver_enter(d, DRIVER_LOW, 0);
    const pf_pc pc = driver_pc(d, DRIVER_LOW);
    driver_created(d, pc, OFFER);
    driver_answer(d, DRIVER_LOW, 1, 1);
    driver_remote_set(d, pc, ANSWER);
    driver_offer(d, DRIVER_LOW, 1, 1);
    assert_int_equal(d->commands_count, 0);
    assert_int_equal(driver_counters(d)->stale, 1);
}

static void G2_politeness_is_the_same_after_a_resumption(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_connect(d, DRIVER_LOW);
    driver_connect(d, DRIVER_HIGH);
    driver_reach_again(d);
    driver_joined(d, DRIVER_SELF, DRIVER_HIGH, DRIVER_LOW);
    driver_network(d, true);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 1);
    assert_int_equal(driver_get(d, PF_COMMAND_PC_CREATE_OFFER)->pc, driver_pc(d, DRIVER_HIGH));
    assert_int_equal(driver_sent(d, "\"to\":\"0000000000000010\"", "\"want\":\"restart\"", NULL),
                     1);
}

static void G3_an_offer_while_an_answer_is_being_set_is_no_collision(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = offer_restart(d, DRIVER_LOW);
    driver_answer(d, DRIVER_LOW, 1, 2);
    driver_offer(d, DRIVER_LOW, 1, 3);
    assert_int_equal(d->commands_count, 0);
    driver_remote_set(d, pc, ANSWER);
    assert_int_equal(driver_sent(d, "\"kind\":\"request\"", "\"want\":\"offer\"", NULL), 1);
    driver_offer(d, DRIVER_LOW, 1, 3);
    assert_sdp(d, "their offer 1.3");
}

static void G4_an_offer_that_arrives_while_ours_is_being_created_wins(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_connect(d, DRIVER_LOW);
    const pf_pc pc = driver_pc(d, DRIVER_LOW);
    driver_request(d, DRIVER_LOW, 1, "restart");
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 1);
    driver_offer(d, DRIVER_LOW, 1, 3);
    assert_sdp(d, "their offer 1.3");
    driver_created(d, pc, OFFER); /* late */
    assert_int_equal(d->commands_count, 0);
    driver_remote_set(d, pc, OFFER);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_ANSWER), 1);
}

static void G5_candidates_of_an_ignored_offer_are_never_added(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = offer_restart(d, DRIVER_HIGH);
    driver_offer(d, DRIVER_HIGH, 1, 2);
    driver_candidate(d, DRIVER_HIGH, 1, 2, "ignored");
    assert_int_equal(d->commands_count, 0);
    driver_answer(d, DRIVER_HIGH, 1, 3);
    driver_remote_set(d, pc, ANSWER);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_ADD_CANDIDATE), 0);
}

static void G6_candidates_of_a_rolled_back_offer_are_dropped(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = offer_restart(d, DRIVER_HIGH);
    driver_answer(d, DRIVER_HIGH, 1, 3);
    driver_remote_set(d, pc, ANSWER);
    driver_candidate(d, DRIVER_HIGH, 1, 2, "of the offer that gave way");
    assert_int_equal(d->commands_count, 0);
    assert_int_equal(driver_counters(d)->stale, 1);
}

static void G7_an_answer_to_a_rolled_back_offer_is_dropped(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = offer_restart(d, DRIVER_LOW);
    driver_offer(d, DRIVER_LOW, 1, 3);
    driver_answer(d, DRIVER_LOW, 1, 2);
    assert_int_equal(d->commands_count, 0);
    assert_int_equal(driver_counters(d)->stale, 1);
    driver_remote_set(d, pc, OFFER);
    driver_answer(d, DRIVER_LOW, 1, 3); /* that offer is theirs */
    assert_int_equal(d->commands_count, 0);
    assert_int_equal(driver_counters(d)->stale, 2);
}

static void G7_an_answer_to_an_offer_that_is_not_pending_is_dropped(void **state)
{
    struct driver *d = *state;
    offer_restart(d, DRIVER_HIGH); /* number 3 */
    const uint32_t numbers[] = {1, 2, 4, 5};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        driver_answer(d, DRIVER_HIGH, 1, numbers[i]);
        assert_int_equal(d->commands_count, 0);
        assert_int_equal(driver_counters(d)->stale, i + 1);
    }
    driver_answer(d, DRIVER_HIGH, 1, 3);
    assert_sdp(d, "their answer 1.3");
}

/* ---- repetition and loss ---- */

static void G8_a_repeated_offer_is_set_once(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_member(d, DRIVER_LOW, false);
    driver_offer(d, DRIVER_LOW, 1, 1);
    driver_offer(d, DRIVER_LOW, 1, 1);
    assert_int_equal(d->commands_count, 0);
    driver_remote_set(d, driver_pc(d, DRIVER_LOW), OFFER);
    driver_offer(d, DRIVER_LOW, 1, 1);
    assert_int_equal(d->commands_count, 0);
    driver_created(d, driver_pc(d, DRIVER_LOW), ANSWER);
    driver_offer(d, DRIVER_LOW, 1, 1);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_SET_REMOTE), 0);
    assert_int_equal(driver_counters(d)->stale, 0);
}

static void G8_a_repeated_answer_is_set_once(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = offer_restart(d, DRIVER_HIGH);
    driver_answer(d, DRIVER_HIGH, 1, 3);
    driver_answer(d, DRIVER_HIGH, 1, 3);
    assert_int_equal(d->commands_count, 0);
    driver_remote_set(d, pc, ANSWER);
    driver_answer(d, DRIVER_HIGH, 1, 3);
    assert_int_equal(d->commands_count, 0);
    assert_int_equal(driver_counters(d)->stale, 2);
}

static void G9_an_unanswered_offer_is_sent_again_with_backoff(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = offer_restart(d, DRIVER_HIGH);
    const uint64_t waits_ms[] = {3000, 6000, 12000, 24000, 24000};
    for (size_t i = 0; i < sizeof waits_ms / sizeof *waits_ms; i++) {
        driver_relay(d, "{\"type\":\"ping\"}"); /* or the relay would count as silent */
        driver_wait(d, waits_ms[i] / 2);
        assert_int_equal(driver_count(d, PF_COMMAND_PC_READ_LOCAL), 0);
        driver_relay(d, "{\"type\":\"ping\"}");
        driver_wait(d, waits_ms[i] / 2 - 1);
        assert_int_equal(driver_count(d, PF_COMMAND_PC_READ_LOCAL), 0);
        driver_wait(d, 1);
        assert_int_equal(driver_count(d, PF_COMMAND_PC_READ_LOCAL), 1);
        assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 0);
        driver_local(d, pc, OFFER);
        assert_int_equal(
            driver_sent(d, "\"epoch\":1,\"offerNumber\":3", "\"type\":\"offer\"", NULL), 1);
    }
}

static void G9_an_answered_offer_is_not_sent_again(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = offer_restart(d, DRIVER_HIGH);
    driver_answer(d, DRIVER_HIGH, 1, 3);
    driver_remote_set(d, pc, ANSWER);
    driver_wait(d, 10000);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_READ_LOCAL), 0);
}

static void G10_a_lost_answer_is_sent_again_with_its_candidates(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_meet(d, DRIVER_LOW);
    const pf_pc pc = driver_pc(d, DRIVER_LOW);
    driver_gathered(d, pc, "candidate:1");
    assert_int_equal(driver_sent(d, "candidate:1", NULL, NULL), 1);
    driver_offer(d, DRIVER_LOW, 1, 1);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_READ_LOCAL), 1);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_ANSWER), 0);
    driver_local(d, pc, ANSWER);
    assert_int_equal(driver_sent(d, "\"epoch\":1,\"offerNumber\":1", "\"type\":\"answer\"", NULL),
                     1);
    assert_int_equal(driver_sent(d, "candidate:1", NULL, NULL), 1);
}

static void G10_an_answer_is_repeated_on_request(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_meet(d, DRIVER_LOW);
    driver_request(d, DRIVER_LOW, 1, "offer");
    assert_int_equal(driver_count(d, PF_COMMAND_PC_READ_LOCAL), 1);
}

static void G10_candidates_of_an_earlier_description_are_not_sent_again(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_meet(d, DRIVER_LOW);
    const pf_pc pc = driver_pc(d, DRIVER_LOW);
    driver_gathered(d, pc, "candidate:1");
    driver_offer(d, DRIVER_LOW, 1, 3);
    driver_remote_set(d, pc, OFFER);
    driver_created(d, pc, ANSWER);
    assert_int_equal(driver_sent(d, "candidate:1", NULL, NULL), 0);
}

static void G10_an_offer_that_is_answered_is_not_repeated_on_request(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = offer_restart(d, DRIVER_HIGH);
    driver_answer(d, DRIVER_HIGH, 1, 3);
    driver_remote_set(d, pc, ANSWER);
    driver_request(d, DRIVER_HIGH, 1, "offer");
    assert_int_equal(d->commands_count, 0);
    driver_local(d, pc, ANSWER); /* read for an earlier request; this answer is the peer's */
    assert_int_equal(d->commands_count, 0);
}

static void an_offer_for_a_discarded_connection_is_answered_by_a_request(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_member(d, DRIVER_LOW, false);
    driver_offer(d, DRIVER_LOW, 1, 3); /* continues a connection that does not exist here */
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE), 0);
    assert_int_equal(driver_sent(d, "\"kind\":\"request\"", "\"want\":\"renew\"", NULL), 1);
}

static void G11_an_offer_that_arrives_after_a_later_one_is_dropped(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_connect(d, DRIVER_LOW);
    driver_offer(d, DRIVER_LOW, 1, 5);
    driver_remote_set(d, driver_pc(d, DRIVER_LOW), OFFER);
    driver_created(d, driver_pc(d, DRIVER_LOW), ANSWER);
    driver_offer(d, DRIVER_LOW, 1, 3);
    assert_int_equal(d->commands_count, 0);
    assert_int_equal(driver_counters(d)->stale, 1);
}

static void G12_two_restarts_due_during_a_negotiation_give_one_offer(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = offer_restart(d, DRIVER_HIGH);
    driver_network(d, true);
    driver_network(d, true);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 0);
    driver_answer(d, DRIVER_HIGH, 1, 3);
    driver_remote_set(d, pc, ANSWER);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 1);
    driver_created(d, pc, OFFER);
    driver_answer(d, DRIVER_HIGH, 1, 5);
    driver_remote_set(d, pc, ANSWER);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 0);
}

static void G14_a_track_that_arrives_during_an_offer_is_sent_with_the_answer(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    const struct pf_command open = *driver_get(d, PF_COMMAND_CAPTURE_OPEN);
    driver_enter(d, 0, 0);
    driver_member(d, DRIVER_LOW, false);
    driver_offer(d, DRIVER_LOW, 1, 1);
    driver_opened(d, open.capture_open.tracks[PF_SOURCE_CAMERA], "cam-1");
    assert_int_equal(driver_count(d, PF_COMMAND_PC_SET_SENDER), 0); /* no transceiver yet */
    driver_remote_set(d, driver_pc(d, DRIVER_LOW), OFFER);
    const struct pf_command *sender = driver_get(d, PF_COMMAND_PC_SET_SENDER);
    assert_int_equal(sender->set_sender.track, open.capture_open.tracks[PF_SOURCE_CAMERA]);
    assert_true(driver_position(d, sender) <
                driver_position(d, driver_find(d, PF_COMMAND_PC_CREATE_ANSWER)));
}

static void G15_toggling_during_a_negotiation_never_negotiates(void **state)
{
    struct driver *d = *state;
    driver_capture(d);
    driver_enter(d, 0, 0);
    driver_meet(d, DRIVER_HIGH);
    const bool wishes[] = {false, true, false};
    for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++) {
        driver_set(d, PF_SOURCE_CAMERA, wishes[i]);
        const pf_track sent = driver_get(d, PF_COMMAND_PC_SET_SENDER)->set_sender.track;
        assert_true((sent != 0) == wishes[i]);
        assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 0);
    }
}

/* ---- failures ---- */

static void G19_a_description_that_cannot_be_set_affects_only_its_connection(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_connect(d, DRIVER_LOW);
    driver_member(d, DRIVER_HIGH, false);
    driver_offer(d, DRIVER_HIGH, 1, 1);
    const pf_pc broken = driver_pc(d, DRIVER_HIGH);
    driver_failed(d, broken, PF_OPERATION_SET_REMOTE_DESCRIPTION, PF_DOM_ERROR_OPERATION);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CLOSE), 1);
    assert_int_equal(driver_get(d, PF_COMMAND_PC_CLOSE)->pc, broken);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 1);
    driver_created(d, driver_pc(d, DRIVER_HIGH), OFFER);
    assert_int_equal(driver_sent(d, "\"epoch\":3,\"offerNumber\":1", NULL, NULL), 1);
    assert_int_equal(driver_peer(d, DRIVER_LOW)->state, PF_PEER_CONNECTED);
}

static void G19_a_new_connection_that_breaks_too_is_retried_with_backoff(void **state)
{
    struct driver *d = *state;
    driver_enter(d, DRIVER_HIGH, 0);
    for (int i = 0; i < 2; i++) {
        driver_failed(d, driver_pc(d, DRIVER_HIGH), PF_OPERATION_CREATE_OFFER,
                      PF_DOM_ERROR_OPERATION);
    }
    assert_int_equal(driver_counters(d)->renewals, 1); /* the second one waits for its delay */
    driver_wait(d, 9999);
    assert_int_equal(driver_counters(d)->renewals, 1);
    driver_wait(d, 1);
    assert_int_equal(driver_counters(d)->renewals, 2);
}

static void G20_a_late_rejection_of_a_rolled_back_offer_is_ignored(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_connect(d, DRIVER_LOW);
    driver_request(d, DRIVER_LOW, 1, "restart");
    driver_offer(d, DRIVER_LOW, 1, 3);
    driver_failed(d, driver_pc(d, DRIVER_LOW), PF_OPERATION_CREATE_OFFER,
                  PF_DOM_ERROR_INVALID_STATE);
    assert_int_equal(d->commands_count, 0);
    driver_remote_set(d, driver_pc(d, DRIVER_LOW), OFFER);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_ANSWER), 1);
}

static void G21_an_answer_created_after_the_peer_left_is_discarded(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_member(d, DRIVER_LOW, false);
    driver_offer(d, DRIVER_LOW, 1, 1);
    const pf_pc pc = driver_pc(d, DRIVER_LOW);
    driver_remote_set(d, pc, OFFER);
    driver_left(d, DRIVER_LOW, "left");
    assert_int_equal(driver_get(d, PF_COMMAND_PC_CLOSE)->pc, pc);
    assert_int_equal(driver_get(d, PF_COMMAND_HIDE_PEER)->hide_peer, DRIVER_LOW);
    driver_created(d, pc, ANSWER);
    assert_int_equal(d->commands_count, 0);
}

static void G22_signals_of_an_earlier_instance_are_dropped(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_member(d, DRIVER_LOW, false);
    driver_offer(d, DRIVER_LOW, 1, 1);
    const pf_pc pc = driver_pc(d, DRIVER_LOW);
    driver_relay(d, "{\"type\":\"member\",\"id\":\"0000000000000010\",\"name\":\"Bob\","
                    "\"instance\":43,\"away\":false}");
    assert_int_equal(driver_get(d, PF_COMMAND_PC_CLOSE)->pc, pc);
    assert_int_equal(driver_count(d, PF_COMMAND_HIDE_PEER), 0);
    driver_offer(d, DRIVER_LOW, 1, 1); /* of instance 42 */
    assert_int_equal(d->commands_count, 0);
    assert_int_equal(driver_counters(d)->stale, 1);
}

static void G22_signals_meant_for_an_earlier_instance_of_ours_are_dropped(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_member(d, DRIVER_LOW, false);
    driver_relay(d, "{\"type\":\"signal\",\"from\":\"0000000000000010\",\"fromInstance\":42,"
                    "\"toInstance\":76,\"kind\":\"description\",\"epoch\":1,\"offerNumber\":1,"
                    "\"description\":{\"type\":\"offer\",\"sdp\":\"v=0\"}}");
    assert_int_equal(d->commands_count, 0);
    assert_int_equal(driver_counters(d)->stale, 1);
}

static void G23_an_offer_of_a_new_epoch_replaces_the_connection_and_keeps_the_tile(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_connect(d, DRIVER_LOW);
    const pf_pc old = driver_pc(d, DRIVER_LOW);
    driver_offer(d, DRIVER_LOW, 3, 1);
    assert_int_equal(driver_get(d, PF_COMMAND_PC_CLOSE)->pc, old);
    assert_int_equal(driver_count(d, PF_COMMAND_HIDE_PEER), 0);
    assert_int_equal(driver_get(d, PF_COMMAND_PC_SET_REMOTE)->pc, driver_pc(d, DRIVER_LOW));
    assert_int_equal(driver_peer(d, DRIVER_LOW)->state, PF_PEER_RECONNECTING);
    driver_offer(d, DRIVER_LOW, 1, 3);
    driver_answer(d, DRIVER_LOW, 1, 3);
    assert_int_equal(driver_counters(d)->stale, 2);
}

static void G24_a_provisional_answer_is_refused_and_the_final_one_accepted(void **state)
{
    struct driver *d = *state;
    offer_restart(d, DRIVER_HIGH);
    driver_relay(d, "{\"type\":\"signal\",\"from\":\"0000000000000090\",\"fromInstance\":42,"
                    "\"toInstance\":77,\"kind\":\"description\",\"epoch\":1,\"offerNumber\":3,"
                    "\"description\":{\"type\":\"pranswer\",\"sdp\":\"v=0\"}}");
    assert_int_equal(driver_counters(d)->unreadable, 1);
    driver_answer(d, DRIVER_HIGH, 1, 3);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_SET_REMOTE), 1);
}

static void G26_a_second_offer_before_our_answer_is_requested_again(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_member(d, DRIVER_LOW, false);
    driver_offer(d, DRIVER_LOW, 1, 1);
    const pf_pc pc = driver_pc(d, DRIVER_LOW);
    driver_offer(d, DRIVER_LOW, 1, 3);
    driver_remote_set(d, pc, OFFER);
    driver_offer(d, DRIVER_LOW, 1, 3);
    assert_int_equal(d->commands_count, 0);
    driver_created(d, pc, ANSWER);
    assert_int_equal(driver_sent(d, "\"want\":\"offer\"", NULL, NULL), 1);
}

static void G26_a_missed_offer_that_arrives_after_all_is_not_requested(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_member(d, DRIVER_LOW, false);
    driver_offer(d, DRIVER_LOW, 1, 1);
    const pf_pc pc = driver_pc(d, DRIVER_LOW);
    driver_offer(d, DRIVER_LOW, 1, 3);
    driver_remote_set(d, pc, OFFER);
    driver_created(d, pc, ANSWER);
    driver_offer(d, DRIVER_LOW, 1, 3);
    driver_remote_set(d, pc, OFFER);
    driver_created(d, pc, ANSWER);
    assert_int_equal(driver_sent(d, "\"kind\":\"request\"", NULL, NULL), 0);
}

static void G27_events_of_a_closed_connection_are_ignored(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_connect(d, DRIVER_LOW);
    const pf_pc old = driver_pc(d, DRIVER_LOW);
    driver_left(d, DRIVER_LOW, "left");
    for (int type = PF_EVENT_PC_DESCRIPTION; type <= PF_EVENT_PC_CHANNEL_MESSAGE; type++) {
        struct pf_event event = {.type = (enum pf_event_type)type, .pc = old};
        driver_feed(d, &event);
        assert_int_equal(d->commands_count, 0);
        event.pc = 0;
        driver_feed(d, &event);
        assert_int_equal(d->commands_count, 0);
    }
}

static void a_local_description_over_the_message_limit_breaks_the_connection(void **state)
{
    struct driver *d = *state;
    driver_enter(d, DRIVER_HIGH, 0);
    static const char sdp[PF_MESSAGE_SIZE_MAX + 1];
    driver_feed(d, &(struct pf_event){.type = PF_EVENT_PC_DESCRIPTION,
                                      .pc = driver_pc(d, DRIVER_HIGH),
                                      .description = {OFFER, {sdp, sizeof sdp}}});
    assert_int_equal(driver_count(d, PF_COMMAND_PC_SET_LOCAL), 0);
    assert_int_equal(driver_counters(d)->renewals, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, driver_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_newcomer_offers_to_every_member),
        TEST(a_member_answers_a_newcomer),
        TEST(G1_the_impolite_side_ignores_a_colliding_offer),
        TEST(G1_the_polite_side_accepts_a_colliding_offer),
        TEST(G1_of_two_first_offers_the_polite_side_drops_its_own),
        TEST(G1_of_two_first_offers_the_impolite_side_keeps_its_own),
        TEST(G1_a_first_offer_that_arrives_after_ours_was_answered_is_dropped),
        TEST(G2_politeness_is_the_same_after_a_resumption),
        TEST(G3_an_offer_while_an_answer_is_being_set_is_no_collision),
        TEST(G4_an_offer_that_arrives_while_ours_is_being_created_wins),
        TEST(G5_candidates_of_an_ignored_offer_are_never_added),
        TEST(G6_candidates_of_a_rolled_back_offer_are_dropped),
        TEST(G7_an_answer_to_a_rolled_back_offer_is_dropped),
        TEST(G7_an_answer_to_an_offer_that_is_not_pending_is_dropped),
        TEST(G8_a_repeated_offer_is_set_once),
        TEST(G8_a_repeated_answer_is_set_once),
        TEST(G9_an_unanswered_offer_is_sent_again_with_backoff),
        TEST(G9_an_answered_offer_is_not_sent_again),
        TEST(G10_a_lost_answer_is_sent_again_with_its_candidates),
        TEST(G10_an_answer_is_repeated_on_request),
        TEST(G10_candidates_of_an_earlier_description_are_not_sent_again),
        TEST(G10_an_offer_that_is_answered_is_not_repeated_on_request),
        TEST(an_offer_for_a_discarded_connection_is_answered_by_a_request),
        TEST(G11_an_offer_that_arrives_after_a_later_one_is_dropped),
        TEST(G12_two_restarts_due_during_a_negotiation_give_one_offer),
        TEST(G14_a_track_that_arrives_during_an_offer_is_sent_with_the_answer),
        TEST(G15_toggling_during_a_negotiation_never_negotiates),
        TEST(G19_a_description_that_cannot_be_set_affects_only_its_connection),
        TEST(G19_a_new_connection_that_breaks_too_is_retried_with_backoff),
        TEST(G20_a_late_rejection_of_a_rolled_back_offer_is_ignored),
        TEST(G21_an_answer_created_after_the_peer_left_is_discarded),
        TEST(G22_signals_of_an_earlier_instance_are_dropped),
        TEST(G22_signals_meant_for_an_earlier_instance_of_ours_are_dropped),
        TEST(G23_an_offer_of_a_new_epoch_replaces_the_connection_and_keeps_the_tile),
        TEST(G24_a_provisional_answer_is_refused_and_the_final_one_accepted),
        TEST(G26_a_second_offer_before_our_answer_is_requested_again),
        TEST(G26_a_missed_offer_that_arrives_after_all_is_not_requested),
        TEST(G27_events_of_a_closed_connection_are_ignored),
        TEST(a_local_description_over_the_message_limit_breaks_the_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
