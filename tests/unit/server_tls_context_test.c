/* server_tls_context_test.c - how long the keys of session tickets are in use. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/tls_context.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const uint64_t period_ms = (uint64_t)PF_TLS_TICKET_KEY_S * 1000;

static void key_of_tickets_is_renewed_after_twelve_hours_and_known_for_twelve_more(void **state)
{
    struct pf_tls_context context = {.keys_due_ms = period_ms};
    struct pf_tls_ticket_key first;
    (void)state; /* there is none */
    memset(&context.keys[0], 1, sizeof context.keys[0]);
    memset(&context.keys[1], 2, sizeof context.keys[1]);
    first = context.keys[0];
    pf_tls_context_rotate(&context, period_ms - 1);
    assert_memory_equal(&context.keys[0], &first, sizeof first);
    pf_tls_context_rotate(&context, period_ms);
    assert_memory_equal(&context.keys[1], &first, sizeof first); /* of tickets made before */
    assert_memory_not_equal(context.keys[0].name, first.name, sizeof first.name);
    assert_memory_not_equal(context.keys[0].cipher, first.cipher, sizeof first.cipher);
    assert_memory_not_equal(context.keys[0].mac, first.mac, sizeof first.mac);
    const struct pf_tls_ticket_key second = context.keys[0];
    pf_tls_context_rotate(&context, 2 * period_ms - 1);
    assert_memory_equal(&context.keys[0], &second, sizeof second);
    pf_tls_context_rotate(&context, 2 * period_ms);
    assert_memory_equal(&context.keys[1], &second, sizeof second);
    assert_memory_not_equal(context.keys[0].name, first.name, sizeof first.name);
    pf_tls_context_clear(&context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(key_of_tickets_is_renewed_after_twelve_hours_and_known_for_twelve_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
