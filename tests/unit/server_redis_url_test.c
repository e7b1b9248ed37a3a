/* server_redis_url_test.c - URLs of Redis servers. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/redis_url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void read_url(const char *text, struct pf_redis_url *out)
{
    if (!pf_redis_url_read(pf_slice_of(text), out)) {
        fail_msg("\"%s\" is not read", text);
    }
}

static void a_host_is_enough(void **state)
{
    (void)state;
    struct pf_redis_url url;
    read_url("redis://redis.example", &url);
    assert_int_equal(url.scheme, PF_REDIS_TCP);
    assert_string_equal(url.host, "redis.example");
    assert_int_equal(url.port, 6379);
    assert_int_equal(url.db, 0);
    assert_string_equal(url.user, "");
    assert_string_equal(url.password, "");
}

static void all_parts_are_read(void **state)
{
    (void)state;
    struct pf_redis_url url;
    read_url("REDISS://ann:p%40ss:%2f@[::1]:7000/12", &url);
    assert_int_equal(url.scheme, PF_REDIS_TLS);
    assert_string_equal(url.host, "::1");
    assert_int_equal(url.port, 7000);
    assert_int_equal(url.db, 12);
    assert_string_equal(url.user, "ann");
    assert_string_equal(url.password, "p@ss:/");
}

static void a_login_may_lack_either_part(void **state)
{
    (void)state;
    struct pf_redis_url url;
    read_url("redis://:secret@a/", &url);
    assert_string_equal(url.user, "");
    assert_string_equal(url.password, "secret");
    read_url("redis://ann@a", &url);
    assert_string_equal(url.user, "ann");
    assert_string_equal(url.password, "");
}

static void a_socket_of_this_machine_has_a_path(void **state)
{
    (void)state;
    struct pf_redis_url url;
    read_url("unix:///run/redis/redis.sock", &url);
    assert_int_equal(url.scheme, PF_REDIS_UNIX);
    assert_string_equal(url.path, "/run/redis/redis.sock");
}

static void what_is_no_url_of_redis_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "redis:",
        "redis://",
        "redis://:6379",
        "http://a",
        "redis://a:0",
        "redis://a/x",
        "redis://a/65536",
        "redis://a/1/2",
        "redis://a b",
        "redis://%@a",
        "redis://%0@a",
        "redis://%00@a",
        "redis://a?db=1",
        "unix://run/redis",
        "unix:///",
        "redis://a:65536",
        "redis//a",
    };
    struct pf_redis_url url;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (pf_redis_url_read(pf_slice_of(bad[i]), &url)) {
            fail_msg("\"%s\" is read", bad[i]);
        }
    }
    assert_false(pf_redis_url_read(PF_SLICE("redis://a\0b"), &url));
}

static void what_is_too_long_is_refused(void **state)
{
    (void)state;
    char text[2048] = "redis://";
    struct pf_redis_url url;
    memset(text + 8, 'u', PF_REDIS_USER_SIZE_MAX);
    memcpy(text + 8 + PF_REDIS_USER_SIZE_MAX, "@a", 3);
    read_url(text, &url);
    assert_int_equal(strlen(url.user), PF_REDIS_USER_SIZE_MAX);
    memcpy(text + 8 + PF_REDIS_USER_SIZE_MAX, "u@a", 4);
    assert_false(pf_redis_url_read(pf_slice_of(text), &url));
    memset(text + 8, 'h', PF_REDIS_HOST_SIZE_MAX + 1);
    text[8 + PF_REDIS_HOST_SIZE_MAX + 1] = '\0';
    assert_false(pf_redis_url_read(pf_slice_of(text), &url));
    memcpy(text, "unix:///", 8);
    assert_false(pf_redis_url_read(pf_slice_of(text), &url));
}

static void servers_are_told_apart_by_host_and_port(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool is_same;
    } pairs[] = {
        {"redis://a", "redis://A:6379/3", true}, {"redis://a", "rediss://x:y@a", true},
        {"redis://a", "redis://b", false},       {"redis://a", "redis://a:6380", false},
        {"unix:///a", "unix:///a", true},        {"unix:///a", "unix:///b", false},
        {"unix:///a", "redis://a", false},
    };
    struct pf_redis_url a;
    struct pf_redis_url b;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        read_url(pairs[i].a, &a);
        read_url(pairs[i].b, &b);
        assert_int_equal(pf_redis_url_same_server(&a, &b), pairs[i].is_same);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_is_enough),
        cmocka_unit_test(all_parts_are_read),
        cmocka_unit_test(a_login_may_lack_either_part),
        cmocka_unit_test(a_socket_of_this_machine_has_a_path),
        cmocka_unit_test(what_is_no_url_of_redis_is_refused),
        cmocka_unit_test(what_is_too_long_is_refused),
        cmocka_unit_test(servers_are_told_apart_by_host_and_port),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
