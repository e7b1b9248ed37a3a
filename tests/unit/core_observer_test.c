/* core_observer_test.c - members without WebRTC (PROTOCOL.md section 4.5), of either side. */
/* SPDX-License-Identifier: MIT */
#include "core_events.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { LONG_MS = 120000 };

static struct pf_room_config observing(void)
{
    struct pf_room_config config = driver_config();
    config.capabilities = PF_CAPABILITY_OBSERVER;
    for (int i = 0; i < PF_DEVICE_SOURCES_COUNT; i++) {
        config.on[i] = false;
        config.origins[i] = PF_ORIGIN_NONE;
    }
    return config;
}

static int setup_observer(void **state)
{
    const struct pf_room_config config = observing();
    *state = driver_new(&config);
    return 0;
}

/* A room with an observer in it, which was there first. */
static void enter_beside_one(struct driver *d)
{
    driver_start(d);
    driver_hello(d);
    driver_created(d, d->prepared_pc, PF_DESCRIPTION_OFFER);
    driver_join(d);
    driver_relay(d,
                 "{\"type\":\"joined\",\"self\":\"%016" PRIx64 "\",\"resumed\":false,"
                 "\"ticket\":\"t\",\"members\":[{\"id\":\"%016" PRIx64 "\",\"name\":\"Bot\","
                 "\"instance\":%d,\"away\":false,\"capabilities\":[\"observer\"]}]}",
                 DRIVER_SELF, DRIVER_HIGH, DRIVER_THEIR_INSTANCE);
}

static size_t states_sent(const struct driver *d)
{
    return driver_sent(d, "\"kind\":\"state\"", NULL, NULL);
}

static void nobody_offers_to_an_observer(void **state)
{
    struct driver *d = *state;
    enter_beside_one(d);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE), 0);
    assert_int_equal(driver_peer(d, DRIVER_HIGH)->state, PF_PEER_CONNECTED);
    assert_int_equal(driver_peer(d, DRIVER_HIGH)->pc, 0);
    assert_int_equal(states_sent(d), 1);
    driver_wait(d, LONG_MS);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE), 0);
    assert_int_equal(driver_count(d, PF_COMMAND_SHOW_PEER), 0);
}

static void an_observer_that_comes_is_told_our_state_and_not_waited_for(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_come(d, DRIVER_LOW, 5, "observer");
    assert_int_equal(states_sent(d), 1);
    assert_int_equal(driver_peer(d, DRIVER_LOW)->state, PF_PEER_CONNECTED);
    driver_wait(d, LONG_MS);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE), 0);
}

static void an_observer_hears_of_what_changes(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_come(d, DRIVER_LOW, DRIVER_THEIR_INSTANCE, "observer");
    driver_set_hand(d, true);
    assert_int_equal(driver_sent(d, "\"kind\":\"state\"", "\"hand\":1", NULL), 1);
}

static void what_an_observer_says_of_itself_is_shown(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_come(d, DRIVER_LOW, DRIVER_THEIR_INSTANCE, "observer");
    driver_relay(d,
                 "{\"from\":\"%016" PRIx64 "\",\"type\":\"signal\",\"to\":\"%016" PRIx64 "\","
                 "\"fromInstance\":%d,\"toInstance\":%d,\"kind\":\"state\",\"state\":"
                 "{\"sequence\":3,\"hand\":2}}",
                 DRIVER_LOW, DRIVER_SELF, DRIVER_THEIR_INSTANCE, DRIVER_INSTANCE);
    assert_int_equal(driver_peer(d, DRIVER_LOW)->sources.hand, 2);
}

static void other_signals_of_an_observer_are_dropped(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_come(d, DRIVER_LOW, DRIVER_THEIR_INSTANCE, "observer");
    driver_offer(d, DRIVER_LOW, 1, 1);
    assert_int_equal(d->commands_count, 0);
    driver_request(d, DRIVER_LOW, 1, "renew");
    assert_int_equal(d->commands_count, 0);
    driver_candidate(d, DRIVER_LOW, 1, 1, "candidate:1");
    assert_int_equal(d->commands_count, 0);
    assert_int_equal(driver_counters(d)->stale, 3);
}

static void a_member_that_reloads_as_something_else_is_offered_to(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_come(d, DRIVER_LOW, 5, "observer");
    driver_come(d, DRIVER_LOW, 6, "chat");
    assert_int_equal(driver_peer(d, DRIVER_LOW)->state, PF_PEER_CONNECTING);
    driver_wait(d, 5000);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE), 1);
}

static void an_observer_that_times_out_is_gone(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_come(d, DRIVER_LOW, 5, "observer");
    driver_left(d, DRIVER_LOW, "timeout");
    assert_null(driver_peer(d, DRIVER_LOW));
}

static void an_observer_prepares_and_makes_no_connection(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_hello(d);
    assert_int_equal(d->commands_count, 0);
    driver_join(d);
    assert_int_equal(driver_sent(d, "\"type\":\"join\"", "\"capabilities\":[\"observer\"]", NULL),
                     1);
    assert_int_equal(driver_sent(d, "preparedOffer", NULL, NULL), 0);
    driver_joined(d, DRIVER_SELF, DRIVER_LOW, DRIVER_HIGH);
    assert_int_equal(states_sent(d), 2);
    assert_int_equal(driver_peer(d, DRIVER_LOW)->state, PF_PEER_CONNECTED);
    driver_wait(d, LONG_MS);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE), 0);
}

static void an_observer_drops_the_offers_of_clients_that_do_not_know_of_them(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_hello(d);
    driver_join(d);
    driver_joined(d, DRIVER_SELF, 0, 0);
    driver_relay(d,
                 "{\"type\":\"member\",\"id\":\"%016" PRIx64 "\",\"name\":\"Bob\",\"instance\":%d,"
                 "\"away\":false,\"preparedOffer\":{\"description\":{\"type\":\"offer\","
                 "\"sdp\":\"v=0\"},\"candidates\":[]}}",
                 DRIVER_HIGH, DRIVER_THEIR_INSTANCE);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE), 0);
    driver_offer(d, DRIVER_HIGH, 2, 1);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CREATE), 0);
    assert_int_equal(driver_counters(d)->stale, 1);
}

static void an_observer_returns_with_its_ticket(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_hello(d);
    driver_join(d);
    driver_joined(d, DRIVER_SELF, DRIVER_LOW, 0);
    driver_reach_again(d);
    assert_int_equal(driver_sent(d, "\"type\":\"join\"", "\"ticket\":\"ticket-50\"", NULL), 1);
    driver_joined(d, DRIVER_SELF, DRIVER_LOW, 0);
    assert_int_equal(states_sent(d), 1);
}

#define TEST(name)     cmocka_unit_test_setup_teardown(name, driver_setup, driver_teardown)
#define OBSERVER(name) cmocka_unit_test_setup_teardown(name, setup_observer, driver_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nobody_offers_to_an_observer),
        TEST(an_observer_that_comes_is_told_our_state_and_not_waited_for),
        TEST(an_observer_hears_of_what_changes),
        TEST(what_an_observer_says_of_itself_is_shown),
        TEST(other_signals_of_an_observer_are_dropped),
        TEST(a_member_that_reloads_as_something_else_is_offered_to),
        TEST(an_observer_that_times_out_is_gone),
        OBSERVER(an_observer_prepares_and_makes_no_connection),
        OBSERVER(an_observer_drops_the_offers_of_clients_that_do_not_know_of_them),
        OBSERVER(an_observer_returns_with_its_ticket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
