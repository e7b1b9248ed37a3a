/* core_token_test.c - a room token is shown with every join, and a refusal names its reason. */
/* SPDX-License-Identifier: MIT */
#include "core_events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static size_t joins_with(const struct driver *d, const char *token)
{
    return driver_sent(d, "\"type\":\"join\"", token, NULL);
}

static void press_join(struct driver *d)
{
    driver_start(d);
    driver_hello(d);
    driver_created(d, d->prepared_pc, PF_DESCRIPTION_OFFER);
    driver_join(d);
}

static void every_join_shows_the_token(void **state)
{
    struct driver *d = *state;
    driver_set_token(d, PF_SLICE("a.b.c"));
    press_join(d);
    assert_int_equal(joins_with(d, "\"token\":\"a.b.c\""), 1);
    driver_joined(d, DRIVER_SELF, 0, 0);
    driver_socket_closed(d, 1006);
    driver_wait(d, 10000);
    driver_hello(d);
    assert_int_equal(joins_with(d, "\"token\":\"a.b.c\""), 1);
}

static void without_a_token_none_is_shown(void **state)
{
    struct driver *d = *state;
    press_join(d);
    assert_int_equal(joins_with(d, "\"room\":\"tea\""), 1);
    assert_int_equal(joins_with(d, "token"), 0);
}

static void a_token_that_is_too_long_is_ignored(void **state)
{
    struct driver *d = *state;
    static char long_token[PF_TOKEN_SIZE_MAX + 1];
    memset(long_token, 'a', sizeof long_token);
    driver_set_token(d, (struct pf_slice){long_token, PF_TOKEN_SIZE_MAX});
    driver_set_token(d, (struct pf_slice){long_token, sizeof long_token});
    press_join(d);
    assert_int_equal(joins_with(d, "\"token\":\"aaaa"), 1);
}

static void a_refused_token_ends_joining_until_there_is_another(void **state)
{
    struct driver *d = *state;
    driver_set_token(d, PF_SLICE("old"));
    press_join(d);
    driver_relay(d, "{\"type\":\"error\",\"code\":\"token-expired\",\"message\":\"\"}");
    assert_int_equal(d->state, PF_ROOM_REFUSED);
    assert_int_equal(d->code, PF_CODE_TOKEN_EXPIRED);
    driver_set_token(d, PF_SLICE("new"));
    driver_join(d);
    driver_hello(d);
    size_t joins = joins_with(d, "\"token\":\"new\"");
    driver_wait(d, 5000); /* for an offer that is being prepared */
    joins += joins_with(d, "\"token\":\"new\"");
    assert_int_equal(joins, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, driver_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_join_shows_the_token),
        TEST(without_a_token_none_is_shown),
        TEST(a_token_that_is_too_long_is_ignored),
        TEST(a_refused_token_ends_joining_until_there_is_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
