/* http_authority_test.c - hosts and ports, and lists of them. */
/* SPDX-License-Identifier: MIT */
#include "relay/wire/authority.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void hosts_of_all_kinds_are_read(void **state)
{
    (void)state;
    static const char *const good[] = {"a",        "A-1.example_x~", "0.9",     "[::1]",
                                       "[Af:9.0]", "z.Z:80",         "a.:65535"};
    static const char *const bad[] = {"",    ":80", "a:0",    "a:65536", "a/b", "a@b", "[::1",
                                      "a b", "a:b", "[::1]x", "{a}",     "a:",  "[]"};
    struct pf_authority authority;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(pf_authority_read(pf_slice_of(good[i]), &authority));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (pf_authority_read(pf_slice_of(bad[i]), &authority)) {
            fail_msg("\"%s\" is read", bad[i]);
        }
    }
}

static void a_list_names_hosts_and_perhaps_their_ports(void **state)
{
    (void)state;
    const struct pf_slice list[] = {PF_SLICE("a.example"), PF_SLICE("b.example:8443"),
                                    PF_SLICE("not valid")};
    assert_true(pf_authority_is_listed(PF_SLICE("a.example"), list, 3));
    assert_true(pf_authority_is_listed(PF_SLICE("A.Example:99"), list, 3));
    assert_true(pf_authority_is_listed(PF_SLICE("b.example:8443"), list, 3));
    assert_false(pf_authority_is_listed(PF_SLICE("b.example"), list, 3));
    assert_false(pf_authority_is_listed(PF_SLICE("c.example"), list, 3));
    assert_false(pf_authority_is_listed(PF_SLICE("not valid"), list, 3));
    assert_false(pf_authority_is_listed(PF_SLICE("a.example"), list, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts_of_all_kinds_are_read),
        cmocka_unit_test(a_list_names_hosts_and_perhaps_their_ports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
