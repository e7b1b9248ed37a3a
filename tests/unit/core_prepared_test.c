/* core_prepared_test.c - an offer made in the lobby, and the join that carries it. */
/* SPDX-License-Identifier: MIT */
#include "core_events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define OFFER PF_DESCRIPTION_OFFER

static void assert_sdp(const struct driver *driver, const char *sdp)
{
    const struct pf_command *command = driver_get(driver, PF_COMMAND_PC_SET_REMOTE);
    assert_string_equal(command->description.sdp.data, sdp);
}

static void an_offer_prepared_in_the_lobby_is_sent_with_the_join(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_hello(d);
    const pf_pc pc = d->prepared_pc;
    driver_created(d, pc, OFFER);
    driver_gathered(d, pc, "candidate:1");
    driver_join(d);
    assert_int_equal(driver_sent(d, "\"type\":\"join\"", "\"sdp\":\"sdp", "candidate:1"), 1);
    driver_gathered(d, pc, "candidate:2");
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_SEND), 0);
    driver_relay(d, "{\"type\":\"joined\",\"self\":\"0000000000000050\",\"resumed\":false,"
                    "\"ticket\":\"t\",\"members\":[{\"id\":\"0000000000000090\",\"name\":\"Bob\","
                    "\"instance\":42,\"away\":false}],\"offered\":\"0000000000000090\"}");
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE), 0);
    assert_int_equal(driver_pc(d, DRIVER_HIGH), pc);
    assert_int_equal(driver_sent(d, "\"kind\":\"candidate\"", "candidate:2", NULL), 1);
    assert_int_equal(driver_sent(d, "candidate:1", NULL, NULL), 0);
    driver_answer(d, DRIVER_HIGH, 1, 1);
    assert_sdp(d, "their answer 1.1");
}

/* In the room, with a prepared offer in the "join". `members`: of "joined". */
static void enter_with_offer(struct driver *d, const char *members)
{
    driver_start(d);
    driver_hello(d);
    driver_created(d, d->prepared_pc, OFFER);
    driver_join(d);
    driver_relay(d,
                 "{\"type\":\"joined\",\"self\":\"0000000000000050\",\"resumed\":false,"
                 "\"ticket\":\"t\",\"members\":[%s}",
                 members);
}

#define MEMBER(id, away)                                                                           \
    "{\"id\":\"00000000000000" id "\",\"name\":\"Bob\",\"instance\":42,\"away\":" away "}"

static void the_connection_of_an_unused_prepared_offer_is_closed(void **state)
{
    struct driver *d = *state;
    enter_with_offer(d, "]");
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CLOSE), 1);
    assert_int_equal(driver_open_pcs(d), 0);
}

static void a_prepared_offer_from_a_newcomer_is_answered_with_its_candidates(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_relay(
        d,
        "{\"type\":\"member\",\"id\":\"0000000000000010\",\"name\":\"Bob\",\"instance\":42,"
        "\"away\":false,\"preparedOffer\":{\"description\":{\"type\":\"offer\",\"sdp\":\"early\"},"
        "\"candidates\":[{\"candidate\":\"one\"},{\"candidate\":\"two\"}],"
        "\"state\":{\"sequence\":2,\"microphone\":\"on\",\"camera\":\"off\"}}}");
    assert_sdp(d, "early");
    assert_int_equal(driver_peer(d, DRIVER_LOW)->sources.sources[PF_SOURCE_MICROPHONE],
                     PF_SOURCE_STATE_ON);
    driver_remote_set(d, driver_pc(d, DRIVER_LOW), OFFER);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_ADD_CANDIDATE), 2);
}

static void a_join_waits_at_most_one_second_for_its_offer(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_hello(d);
    driver_join(d);
    assert_int_equal(driver_sent(d, "\"type\":\"join\"", NULL, NULL), 0);
    driver_wait(d, 999);
    assert_int_equal(driver_sent(d, "\"type\":\"join\"", NULL, NULL), 0);
    driver_wait(d, 1);
    assert_int_equal(driver_sent(d, "\"type\":\"join\"", NULL, NULL), 1);
    assert_int_equal(driver_sent(d, "\"sdp\"", NULL, NULL), 0);
    assert_int_equal(driver_open_pcs(d), 0);
}

static void a_join_is_sent_as_soon_as_its_offer_is_created(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_hello(d);
    driver_join(d);
    driver_created(d, d->prepared_pc, OFFER);
    assert_int_equal(driver_sent(d, "\"type\":\"join\"", "\"sdp\"", NULL), 1);
}

static void the_wait_for_the_offer_of_a_join_begins_with_hello(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_join(d);
    driver_wait(d, 5000); /* the relay is slow */
    driver_hello(d);
    driver_wait(d, 999);
    assert_int_equal(driver_sent(d, "\"type\":\"join\"", NULL, NULL), 0);
    driver_wait(d, 1);
    assert_int_equal(driver_sent(d, "\"type\":\"join\"", NULL, NULL), 1);
}

static void a_prepared_offer_that_fails_does_not_prevent_joining(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_hello(d);
    driver_join(d);
    driver_failed(d, d->prepared_pc, PF_OPERATION_CREATE_OFFER, PF_DOM_ERROR_OPERATION);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CLOSE), 1);
    assert_int_equal(driver_sent(d, "\"type\":\"join\"", NULL, NULL), 1);
}

static void an_unanswered_join_uses_up_the_first_epoch(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_hello(d);
    driver_created(d, d->prepared_pc, OFFER);
    driver_join(d);
    driver_reach_again(d); /* a member may have received the offer, with epoch 1 */
    assert_int_equal(driver_sent(d, "\"type\":\"join\"", NULL, NULL), 1);
    assert_int_equal(driver_sent(d, "\"sdp\"", NULL, NULL), 0);
    driver_joined(d, DRIVER_SELF, DRIVER_HIGH, 0);
    driver_created(d, driver_pc(d, DRIVER_HIGH), OFFER);
    assert_int_equal(driver_sent(d, "\"epoch\":3,\"offerNumber\":1", NULL, NULL), 1);
}

/* The relay repeats "joined" when "join" is repeated, and tells of presence as it then is. */
static void a_member_that_has_the_prepared_offer_may_be_away(void **state)
{
    struct driver *d = *state;
    enter_with_offer(d, MEMBER("90", "true") "],\"offered\":\"0000000000000090\"");
    assert_int_equal(driver_pc(d, DRIVER_HIGH), d->prepared_pc);
    driver_answer(d, DRIVER_HIGH, 1, 1); /* sent before it went away */
    assert_sdp(d, "their answer 1.1");
}

static void the_epoch_of_a_prepared_offer_that_is_lost_is_not_used_again(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_hello(d);
    driver_created(d, d->prepared_pc, OFFER);
    driver_join(d);
    driver_failed(d, d->prepared_pc, PF_OPERATION_SET_LOCAL_DESCRIPTION, PF_DOM_ERROR_OPERATION);
    driver_relay(d, "{\"type\":\"joined\",\"self\":\"0000000000000050\",\"resumed\":false,"
                    "\"ticket\":\"t\",\"members\":[" MEMBER(
                        "90", "false") "],"
                                       "\"offered\":\"0000000000000090\"}");
    driver_created(d, driver_pc(d, DRIVER_HIGH), OFFER);
    assert_int_equal(driver_sent(d, "\"epoch\":3,\"offerNumber\":1", NULL, NULL), 1);
}

/* A relay that has lost its room to another one may have handed it to a member, and be silent. */
static void others_than_the_one_offered_may_have_the_prepared_offer(void **state)
{
    struct driver *d = *state;
    enter_with_offer(
        d, MEMBER("90", "false") "," MEMBER("10", "false") "],"
                                                           "\"offered\":\"0000000000000090\"");
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE), 1); /* for the other one */
    driver_answer(d, DRIVER_LOW, 1, 1);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_SET_REMOTE), 0);
    driver_created(d, driver_pc(d, DRIVER_LOW), OFFER);
    assert_int_equal(driver_sent(d, "\"epoch\":2,\"offerNumber\":1", NULL, NULL), 1);
}

/* Relays do neither; a strange one ends nothing that works, and connects nobody who cannot. */
static void a_member_that_cannot_have_the_prepared_offer_is_not_given_it(void **state)
{
    struct driver *d = *state;
    enter_with_offer(d, "{\"id\":\"0000000000000010\",\"name\":\"Bot\",\"instance\":42,"
                        "\"away\":false,\"capabilities\":[\"observer\"]}],"
                        "\"offered\":\"0000000000000010\"");
    assert_int_equal(driver_open_pcs(d), 0);
    driver_member(d, DRIVER_HIGH, false);
    driver_offer(d, DRIVER_HIGH, 3, 1);
    const pf_pc pc = driver_pc(d, DRIVER_HIGH);
    driver_reach_again(d);
    driver_relay(d, "{\"type\":\"joined\",\"self\":\"0000000000000050\",\"resumed\":true,"
                    "\"ticket\":\"t\",\"members\":[" MEMBER(
                        "90", "false") "],"
                                       "\"offered\":\"0000000000000090\"}");
    assert_int_equal(driver_pc(d, DRIVER_HIGH), pc);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE), 0);
}

static void nor_is_it_used_with_those_who_are_met_later(void **state)
{
    struct driver *d = *state;
    enter_with_offer(d, "]");
    driver_reach_again(d);
    driver_joined(d, DRIVER_SELF, DRIVER_LOW, 0);
    driver_created(d, driver_pc(d, DRIVER_LOW), OFFER);
    assert_int_equal(driver_sent(d, "\"epoch\":2,\"offerNumber\":1", NULL, NULL), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, driver_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_offer_prepared_in_the_lobby_is_sent_with_the_join),
        TEST(the_connection_of_an_unused_prepared_offer_is_closed),
        TEST(a_prepared_offer_from_a_newcomer_is_answered_with_its_candidates),
        TEST(a_join_waits_at_most_one_second_for_its_offer),
        TEST(a_join_is_sent_as_soon_as_its_offer_is_created),
        TEST(the_wait_for_the_offer_of_a_join_begins_with_hello),
        TEST(a_prepared_offer_that_fails_does_not_prevent_joining),
        TEST(an_unanswered_join_uses_up_the_first_epoch),
        TEST(a_member_that_has_the_prepared_offer_may_be_away),
        TEST(the_epoch_of_a_prepared_offer_that_is_lost_is_not_used_again),
        TEST(others_than_the_one_offered_may_have_the_prepared_offer),
        TEST(nor_is_it_used_with_those_who_are_met_later),
        TEST(a_member_that_cannot_have_the_prepared_offer_is_not_given_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
