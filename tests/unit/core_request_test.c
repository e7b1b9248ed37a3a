/* core_request_test.c - requests of peers, and their rate limits. */
/* SPDX-License-Identifier: MIT */
#include "core_events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

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

static void a_restart_is_granted_at_most_once_a_second(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin_call(d, DRIVER_HIGH);
    driver_request(d, DRIVER_HIGH, 1, "restart");
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 1);
    driver_created(d, pc, OFFER);
    driver_answer(d, DRIVER_HIGH, 1, 3);
    driver_remote_set(d, pc, ANSWER);
    driver_wait(d, 999);
    driver_request(d, DRIVER_HIGH, 1, "restart");
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 0);
    assert_int_equal(driver_counters(d)->stale, 1);
    driver_wait(d, 1);
    driver_request(d, DRIVER_HIGH, 1, "restart");
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 1);
}

static void a_renewal_is_granted_at_most_once_a_second(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d, DRIVER_HIGH);
    driver_request(d, DRIVER_HIGH, 1, "renew");
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE), 1);
    driver_request(d, DRIVER_HIGH, 3, "renew");
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE), 0);
    driver_wait(d, 1000);
    driver_request(d, DRIVER_HIGH, 3, "renew");
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE), 1);
}

static void a_missed_offer_is_not_requested_while_its_sender_is_away(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_member(d, DRIVER_LOW, false);
    driver_offer(d, DRIVER_LOW, 1, 1);
    driver_offer(d, DRIVER_LOW, 1, 3);
    driver_member(d, DRIVER_LOW, true);
    driver_remote_set(d, driver_pc(d, DRIVER_LOW), OFFER);
    driver_created(d, driver_pc(d, DRIVER_LOW), ANSWER);
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_SEND), 0);
}

static void a_request_of_another_epoch_is_answered_with_the_last_description(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d, DRIVER_HIGH);
    driver_request(d, DRIVER_HIGH, 7, "renew");
    assert_int_equal(driver_count(d, PF_COMMAND_PC_READ_LOCAL), 1);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE), 0);
}

static void a_restart_request_without_a_connection_creates_one(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_member(d, DRIVER_HIGH, false);
    driver_request(d, DRIVER_HIGH, 1, "offer");
    assert_int_equal(d->commands_count, 0);
    driver_request(d, DRIVER_HIGH, 1, "restart");
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 1);
}

static void I16_a_requested_restart_may_be_followed_by_a_renewal_at_once(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_connect(d, DRIVER_HIGH);
    driver_request(d, DRIVER_HIGH, 1, "restart");
    assert_true(driver_get(d, PF_COMMAND_PC_CREATE_OFFER)->ice_restart);
    driver_request(d, DRIVER_HIGH, 1, "renew");
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE), 1);
    driver_request(d, DRIVER_HIGH, 3, "renew");
    driver_request(d, DRIVER_HIGH, 3, "restart");
    assert_int_equal(d->commands_count, 0);
}

static void a_renewal_requested_during_a_restart_is_granted_at_once(void **state)
{
    struct driver *d = *state;
    driver_connection(d, begin_call(d, DRIVER_HIGH), PF_CONNECTION_FAILED);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 1);
    driver_request(d, DRIVER_HIGH, 1, "renew");
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE), 1);
    driver_request(d, DRIVER_HIGH, 3, "renew");
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, driver_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_restart_is_granted_at_most_once_a_second),
        TEST(a_renewal_is_granted_at_most_once_a_second),
        TEST(a_missed_offer_is_not_requested_while_its_sender_is_away),
        TEST(a_request_of_another_epoch_is_answered_with_the_last_description),
        TEST(a_restart_request_without_a_connection_creates_one),
        TEST(I16_a_requested_restart_may_be_followed_by_a_renewal_at_once),
        TEST(a_renewal_requested_during_a_restart_is_granted_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
