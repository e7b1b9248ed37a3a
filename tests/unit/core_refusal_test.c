/* core_refusal_test.c - refusals by the relay that are not final. */
/* SPDX-License-Identifier: MIT */
#include "core_events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void refuse(struct driver *d, const char *code)
{
    driver_relay(d, "{\"type\":\"error\",\"code\":\"%s\",\"message\":\"\"}", code);
}

/* In a call, and reconnected to a relay after its grace period, which may have filled the place. */
static void come_back(struct driver *d)
{
    driver_enter(d, 0, 0);
    driver_connect(d, DRIVER_LOW);
    driver_reach_again(d);
    assert_int_equal(d->state, PF_ROOM_RECONNECTING);
}

static void R9_a_full_room_does_not_end_calls_that_still_work(void **state)
{
    (void)state;
    static const char *const codes[] = {"room-full", "relay-full"};
    for (size_t i = 0; i < 2; i++) {
        const struct pf_room_config config = driver_config();
        struct driver *d = driver_new(&config);
        come_back(d);
        refuse(d, codes[i]);
        assert_int_equal(d->commands_count, 0);
        driver_socket_closed(d, 4001);
        assert_true(d->relay_away);
        driver_wait(d, 10000);
        assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_OPEN), 1);
        driver_hello(d);
        assert_int_equal(driver_sent(d, "\"type\":\"join\"", NULL, NULL), 1);
        assert_int_equal(driver_peer(d, DRIVER_LOW)->state, PF_PEER_CONNECTED);
        driver_joined(d, DRIVER_SELF, DRIVER_LOW, 0);
        assert_int_equal(d->state, PF_ROOM_JOINED);
        assert_int_equal(driver_open_pcs(d), 1);
        driver_free(d);
    }
}

static void R9_a_full_room_is_final_when_no_call_works(void **state)
{
    struct driver *d = *state;
    come_back(d);
    driver_connection(d, driver_pc(d, DRIVER_LOW), PF_CONNECTION_FAILED);
    refuse(d, "room-full");
    assert_int_equal(d->state, PF_ROOM_REFUSED);
    assert_int_equal(d->code, PF_CODE_ROOM_FULL);
    assert_int_equal(driver_open_pcs(d), 0);
}

static void R9_other_refusals_end_calls_that_still_work(void **state)
{
    struct driver *d = *state;
    come_back(d);
    refuse(d, "replaced");
    assert_int_equal(d->state, PF_ROOM_REFUSED);
    assert_int_equal(driver_open_pcs(d), 0);
}

static void R2_the_tab_in_which_the_user_joined_last_takes_over(void **state)
{
    struct driver *d = *state;
    driver_capture(d);
    driver_hello(d);
    driver_created(d, d->prepared_pc, PF_DESCRIPTION_OFFER);
    driver_join(d);
    refuse(d, "replaced");
    assert_int_equal(d->state, PF_ROOM_JOINING);
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_CLOSE), 1);
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_OPEN), 1);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CLOSE), 0); /* nobody got the prepared offer */
    assert_int_equal(driver_live_tracks(d), 2);
    driver_hello(d);
    assert_int_equal(driver_sent(d, "\"type\":\"join\"", "\"preparedOffer\":{", NULL), 1);
    driver_joined(d, DRIVER_SELF, 0, 0);
    assert_int_equal(d->state, PF_ROOM_JOINED);
    refuse(d, "replaced"); /* the user has joined in the other tab */
    assert_int_equal(d->state, PF_ROOM_REFUSED);
    assert_int_equal(driver_live_tracks(d), 0);
}

static void R2_a_tab_that_is_replaced_twice_waits_for_the_next_join(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_hello(d);
    driver_created(d, d->prepared_pc, PF_DESCRIPTION_OFFER);
    driver_join(d);
    for (int i = 0; i < 2; i++) {
        refuse(d, "replaced");
        assert_int_equal(d->state, PF_ROOM_JOINING);
        driver_hello(d);
        refuse(d, "replaced");
        assert_int_equal(d->state, PF_ROOM_REFUSED);
        assert_int_equal(d->code, PF_CODE_REPLACED);
        assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_OPEN), 0);
        driver_join(d);
        driver_hello(d);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, driver_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(R9_a_full_room_does_not_end_calls_that_still_work),
        TEST(R9_a_full_room_is_final_when_no_call_works),
        TEST(R9_other_refusals_end_calls_that_still_work),
        TEST(R2_the_tab_in_which_the_user_joined_last_takes_over),
        TEST(R2_a_tab_that_is_replaced_twice_waits_for_the_next_join),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
