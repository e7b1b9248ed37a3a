/* core_rename_test.c - one's own name: when the relay is told, and how often. */
/* SPDX-License-Identifier: MIT */
#include "core_events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void hello_from_a_new_relay(struct driver *d)
{
    driver_relay(d, "{\"type\":\"hello\",\"iceServers\":[],\"membersMax\":8,\"pingMs\":15000,"
                    "\"graceMs\":20000,\"capabilities\":[\"later\",\"rename\"]}");
}

/* In the room, of a relay that can rename. */
static void enter(struct driver *d)
{
    driver_start(d);
    hello_from_a_new_relay(d);
    driver_created(d, d->prepared_pc, PF_DESCRIPTION_OFFER);
    driver_join(d);
    driver_joined(d, DRIVER_SELF, 0, 0);
}

static void return_to_the_room(struct driver *d)
{
    driver_socket_closed(d, 1006);
    driver_wait(d, 10000);
    hello_from_a_new_relay(d);
}

static size_t renames(const struct driver *d, const char *name)
{
    return driver_sent(d, "\"type\":\"rename\"", name, NULL);
}

static void the_relay_is_told_a_new_name_at_once(void **state)
{
    struct driver *d = *state;
    enter(d);
    driver_set_name(d, "Anna");
    assert_int_equal(renames(d, "\"name\":\"Anna\""), 1);
    driver_wait(d, 5000);
    assert_int_equal(renames(d, ""), 0);
}

static void a_return_brings_the_new_name(void **state)
{
    struct driver *d = *state;
    enter(d);
    driver_set_name(d, "Anna");
    return_to_the_room(d);
    assert_int_equal(driver_sent(d, "\"type\":\"join\"", "\"name\":\"Anna\"", "\"ticket\":"), 1);
    driver_joined(d, DRIVER_SELF, 0, 0);
    assert_int_equal(renames(d, ""), 0);
}

static void a_name_that_is_changed_without_the_relay_waits_for_it(void **state)
{
    struct driver *d = *state;
    enter(d);
    driver_socket_closed(d, 1006);
    driver_set_name(d, "Anna");
    assert_int_equal(renames(d, ""), 0);
    driver_wait(d, 10000);
    hello_from_a_new_relay(d);
    assert_int_equal(driver_sent(d, "\"type\":\"join\"", "\"name\":\"Anna\"", NULL), 1);
    driver_joined(d, DRIVER_SELF, 0, 0);
    driver_wait(d, 5000);
    assert_int_equal(renames(d, ""), 0);
}

static void a_name_that_is_changed_behind_the_join_follows_it(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    hello_from_a_new_relay(d);
    driver_created(d, d->prepared_pc, PF_DESCRIPTION_OFFER);
    driver_join(d);
    driver_set_name(d, "Anna");
    assert_int_equal(renames(d, ""), 0);
    driver_joined(d, DRIVER_SELF, 0, 0);
    assert_int_equal(renames(d, "\"name\":\"Anna\""), 1);
}

static void a_relay_that_cannot_rename_hears_of_it_with_the_next_join(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_set_name(d, "Anna");
    driver_wait(d, 5000);
    assert_int_equal(renames(d, ""), 0);
    driver_reach_again(d);
    assert_int_equal(driver_sent(d, "\"type\":\"join\"", "\"name\":\"Anna\"", NULL), 1);
}

static void R19_of_many_names_the_last_is_told_after_a_second(void **state)
{
    struct driver *d = *state;
    enter(d);
    driver_set_name(d, "A");
    assert_int_equal(renames(d, "\"A\""), 1);
    driver_set_name(d, "An");
    assert_int_equal(renames(d, ""), 0);
    driver_set_name(d, "Ann");
    assert_int_equal(renames(d, ""), 0);
    driver_wait(d, 999);
    assert_int_equal(renames(d, ""), 0);
    driver_wait(d, 1);
    assert_int_equal(renames(d, "\"Ann\""), 1);
    driver_wait(d, 5000);
    assert_int_equal(renames(d, ""), 0);
}

static void a_bad_name_is_ignored(void **state)
{
    struct driver *d = *state;
    enter(d);
    driver_set_name(d, "a\nb");
    assert_int_equal(d->commands_count, 0);
    driver_set_name(d, "12345678901234567890123456789012345678901234567890123456789012345");
    assert_int_equal(d->commands_count, 0);
    return_to_the_room(d);
    assert_int_equal(driver_sent(d, "\"type\":\"join\"", "\"name\":\"Ann\"", NULL), 1);
}

static void a_name_may_be_empty(void **state)
{
    struct driver *d = *state;
    enter(d);
    driver_set_name(d, "");
    assert_int_equal(renames(d, "\"name\":\"\""), 1);
}

static void a_join_has_its_own_name(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_set_name(d, "Anna");
    hello_from_a_new_relay(d);
    driver_created(d, d->prepared_pc, PF_DESCRIPTION_OFFER);
    driver_join(d);
    assert_int_equal(driver_sent(d, "\"type\":\"join\"", "\"name\":\"Ann\"", NULL), 1);
    driver_joined(d, DRIVER_SELF, 0, 0);
    assert_int_equal(renames(d, ""), 0);
}

static void nobody_is_told_a_name_after_leaving(void **state)
{
    struct driver *d = *state;
    enter(d);
    driver_leave(d);
    driver_set_name(d, "Anna");
    driver_wait(d, 5000);
    assert_int_equal(renames(d, ""), 0);
}

static void a_peer_is_shown_with_its_new_name(void **state)
{
    struct driver *d = *state;
    enter(d);
    driver_connect(d, DRIVER_LOW);
    driver_relay(d, "{\"type\":\"member\",\"id\":\"0000000000000010\",\"name\":\"Bobby\","
                    "\"instance\":42,\"away\":false}");
    assert_int_equal(driver_count(d, PF_COMMAND_SHOW_PEER), 1);
    assert_true(pf_slice_equal(driver_get(d, PF_COMMAND_SHOW_PEER)->peer.name, PF_SLICE("Bobby")));
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE_OFFER), 0); /* the call goes on */
}

static void rename_is_nothing_for_a_client(void **state)
{
    struct driver *d = *state;
    enter(d);
    driver_relay(d, "{\"type\":\"rename\",\"name\":\"Anna\"}");
    assert_int_equal(d->commands_count, 0);
    assert_int_equal(driver_counters(d)->unreadable, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, driver_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_relay_is_told_a_new_name_at_once),
        TEST(a_return_brings_the_new_name),
        TEST(a_name_that_is_changed_without_the_relay_waits_for_it),
        TEST(a_name_that_is_changed_behind_the_join_follows_it),
        TEST(a_relay_that_cannot_rename_hears_of_it_with_the_next_join),
        TEST(R19_of_many_names_the_last_is_told_after_a_second),
        TEST(a_bad_name_is_ignored),
        TEST(a_name_may_be_empty),
        TEST(a_join_has_its_own_name),
        TEST(nobody_is_told_a_name_after_leaving),
        TEST(a_peer_is_shown_with_its_new_name),
        TEST(rename_is_nothing_for_a_client),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
