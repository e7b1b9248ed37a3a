/* ice_servers_test.c - which ICE servers the relay passes on to browsers. */
/* SPDX-License-Identifier: MIT */
#include "base/buffer.h"
#include "relay/wire/ice_servers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { SIZE_MAX_OUT = 4096 };

struct problems {
    size_t count;
    size_t indexes[8];
    char reason[128]; /* of the last problem */
    char url[128];
};

static void note(void *user, const struct pf_ice_problem *problem)
{
    struct problems *problems = user;
    assert_true(problems->count < 8);
    problems->indexes[problems->count++] = problem->index;
    (void)snprintf(problems->reason, sizeof problems->reason, "%s", problem->reason); /* it fits */
    (void)pf_slice_copy(problem->url, problems->url, sizeof problems->url);           /* as above */
}

static enum pf_error read_text(const char *text, struct pf_buffer *out, struct problems *problems)
{
    static char memory[SIZE_MAX_OUT];
    *problems = (struct problems){.count = 0};
    pf_buffer_init(out, memory, sizeof memory);
    return pf_ice_servers_read(pf_slice_of(text), out, note, problems);
}

/* `reason` is a part of the expected problem; NULL: the entry is copied unchanged. */
static void assert_entry(const char *entry, const char *reason)
{
    char text[1024];
    char expected[1024];
    struct pf_buffer out;
    struct problems problems;
    const char *good = "{\"urls\":\"stun:a.example\"}";
    (void)snprintf(text, sizeof text, "[%s, %s ,%s]", good, entry, good); /* it fits */
    (void)snprintf(expected, sizeof expected, "[%s,%s%s%s]", good, reason ? "" : entry,
                   reason ? "" : ",", good); /* as above */
    assert_int_equal(read_text(text, &out, &problems), PF_ERROR_OK);
    if (problems.count != (reason ? 1u : 0u)) {
        fail_msg("%s: %s", entry, problems.count > 0 ? problems.reason : "is not refused");
    }
    assert_true(pf_slice_equal(pf_buffer_slice(&out), pf_slice_of(expected)));
    if (reason) {
        assert_int_equal(problems.indexes[0], 1);
        if (!strstr(problems.reason, reason)) {
            fail_msg("%s: %s", entry, problems.reason);
        }
    }
}

static void urls_are_accepted_as_browsers_accept_them(void **state)
{
    (void)state;
    static const char *const good[] = {
        "stun:a.example",
        "STUN:A.Example:3478",
        "turn:a.example",
        "turn:192.0.2.1:3478",
        "turns:[2001:db8::1]:443",
        "stun:[::1]",
        "turn:a.example?transport=udp",
        "stun:a_b-c.example:65535",
        "stun:a.example:1",
        "turns:a.example:1?transport=tcp",
    };
    static const char *const bad[][2] = {
        {"a.example", "begin with"},
        {"", "begin with"},
        {"https://a.example", "begin with"},
        {"stun", "begin with"},
        {"stunt:a.example", "begin with"},
        {" stun:a.example", "begin with"},
        {"stun://a.example", "//"},
        {"turn:", "host"},
        {"stun::3478", "host"},
        {"stun:[::1", "host"},
        {"stun:[]", "host"},
        {"stun:user@a.example", "after its host"},
        {"stun:a.example/", "after its host"},
        {"stun:a.example#x", "after its host"},
        {"stun:a.example ", "after its host"},
        {"stun:a b", "after its host"},
        {"stun:a.example:", "port"},
        {"stun:a.example:0", "port"},
        {"stun:a.example:65536", "port"},
        {"stun:a.example:99999999999999999999", "port"},
        {"stun:a.example:port", "port"},
        {"stun:a.example:1x", "after its host"},
        {"stun:a.example?transport=udp", "query"},
        {"stuns:a.example:5349", "stuns:"},
        {"turn:a.example?", "query"},
        {"turn:a.example?transport=sctp", "query"},
        {"turn:a.example?transport=UDP", "query"},
        {"turn:a.example?transport=udp&x=y", "query"},
    };
    char entry[256];
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        (void)snprintf(entry, sizeof entry,
                       "{\"urls\":\"%s\",\"username\":\"u\",\"credential\":\"c\"}",
                       good[i]); /* it fits */
        assert_entry(entry, NULL);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        (void)snprintf(entry, sizeof entry,
                       "{\"urls\":[\"stun:good.example\",\"%s\"],\"username\":\"u\","
                       "\"credential\":\"c\"}",
                       bad[i][0]); /* it fits */
        assert_entry(entry, bad[i][1]);
    }
}

static void entries_are_accepted_as_browsers_accept_them(void **state)
{
    (void)state;
    static const char *const table[][2] = {
        {"{\"urls\":[\"stun:a\"]}", NULL},
        {"{\"urls\":\"stun:a\",\"label\":{\"x\":[1e3, null]}}", NULL},
        {"{\"urls\":\"stun:a\",\"text\":\"]},{\\\"\"}", NULL},
        {"{\"urls\":\"st\\u0075n:a\"}", NULL},
        {"{\"urls\":\"turn:a\",\"username\":\"u\",\"credential\":\"\\\"\"}", NULL},
        {"{\"urls\":\"stun:a\",\"username\":\"\"}", NULL},
        {"{}", "no urls"},
        {"{\"url\":\"stun:a\"}", "no urls"},
        {"{\"URLS\":\"stun:a\"}", "no urls"},
        {"{\"urls\":[]}", "empty"},
        {"{\"urls\":null}", "neither"},
        {"{\"urls\":5}", "neither"},
        {"{\"urls\":{}}", "neither"},
        {"{\"urls\":[\"stun:a\",null]}", "neither"},
        {"{\"urls\":[[\"stun:a\"]]}", "neither"},
        {"{\"urls\":\"turn:a\"}", "no username"},
        {"{\"urls\":[\"stun:a\",\"turns:a\"],\"credential\":\"c\"}", "no username"},
        {"{\"urls\":\"turn:a\",\"username\":\"\",\"credential\":\"c\"}", "no username"},
        {"{\"urls\":\"turn:a\",\"username\":\"u\"}", "no credential"},
        {"{\"urls\":\"turn:a\",\"username\":\"u\",\"credential\":\"\"}", "no credential"},
        {"{\"urls\":\"stun:a\",\"username\":1}", "not a string"},
        {"{\"urls\":\"stun:a\",\"credential\":{}}", "not a string"},
        {"\"stun:a\"", "not a JSON object"},
        {"[]", "not a JSON object"},
        {"null", "not a JSON object"},
        {"{\"urls\":\"stun:a\\u0000\"}", "not a JSON object"},
        {"{\"urls\":\"stun:a\",\"x\":01}", "not a JSON object"},
        {"{\"urls\":\"stun:a\",\"x\":\"\xff\"}", "not a JSON object"},
        {"{'urls':'stun:a'}", "not a JSON object"},
        {"{\"urls\":\"stun:a\",\"x\":[[[[[]]]]]}", NULL},
        {"{\"urls\":\"stun:a\",\"x\":[[[[[[]]]]]]}", "too deep"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        assert_entry(table[i][0], table[i][1]);
    }
}

static void a_long_username_is_refused(void **state)
{
    (void)state;
    char entry[1024];
    char name[510];
    for (size_t size = 508; size <= 509; size++) {
        memset(name, 'u', size);
        name[size] = '\0';
        (void)snprintf(entry, sizeof entry,
                       "{\"urls\":\"turn:a\",\"username\":\"%s\",\"credential\":\"c\"}",
                       name); /* it fits */
        assert_entry(entry, size > 508 ? "longer" : NULL);
    }
}

static void the_invalid_url_is_reported(void **state)
{
    (void)state;
    struct pf_buffer out;
    struct problems problems;
    assert_int_equal(read_text("[{\"urls\":[\"stun:a\",\"stun:b:0\"]}]", &out, &problems),
                     PF_ERROR_OK);
    assert_string_equal(problems.url, "stun:b:0");
    assert_true(pf_slice_equal(pf_buffer_slice(&out), PF_SLICE("[]")));
}

static void whitespace_around_entries_is_removed(void **state)
{
    (void)state;
    struct pf_buffer out;
    struct problems problems;
    assert_int_equal(read_text(" \n[ \t]\r\n", &out, &problems), PF_ERROR_OK);
    assert_true(pf_slice_equal(pf_buffer_slice(&out), PF_SLICE("[]")));
    assert_int_equal(read_text("[\n {\"urls\": \"stun:a\"} \n]\n", &out, &problems), PF_ERROR_OK);
    assert_true(pf_slice_equal(pf_buffer_slice(&out), PF_SLICE("[{\"urls\": \"stun:a\"}]")));
}

static void a_text_that_is_not_an_array_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",      "[",    "]",   "{}",       "null",  "[1,",
                                      "[1] 2", "[1]]", "[,]", "[1,]",     "[,1]",  "[1][2]",
                                      "[\"]",  "[{]",  "[[]", "[1] ,[2]", "[1,,2]"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct pf_buffer out;
        struct problems problems;
        if (read_text(bad[i], &out, &problems) != PF_ERROR_INVALID) {
            fail_msg("%s", bad[i]);
        }
    }
}

static void output_that_does_not_fit_is_an_error(void **state)
{
    (void)state;
    const char *text = "[{\"urls\":\"stun:a\"}]";
    char memory[64];
    struct pf_buffer out;
    struct problems problems = {.count = 0};
    for (size_t size = 0; size <= strlen(text); size++) {
        pf_buffer_init(&out, memory, size);
        assert_int_equal(pf_ice_servers_read(pf_slice_of(text), &out, note, &problems),
                         size < strlen(text) ? PF_ERROR_TOO_LONG : PF_ERROR_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_are_accepted_as_browsers_accept_them),
        cmocka_unit_test(entries_are_accepted_as_browsers_accept_them),
        cmocka_unit_test(a_long_username_is_refused),
        cmocka_unit_test(the_invalid_url_is_reported),
        cmocka_unit_test(whitespace_around_entries_is_removed),
        cmocka_unit_test(a_text_that_is_not_an_array_is_refused),
        cmocka_unit_test(output_that_does_not_fit_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
