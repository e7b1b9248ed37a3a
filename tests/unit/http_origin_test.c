/* http_origin_test.c - which pages may connect. */
/* SPDX-License-Identifier: MIT */
#include "relay/wire/origin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void add_field(struct pf_http_request *request, const char *name, const char *value)
{
    if (value) {
        request->fields[request->fields_count++] =
            (struct pf_http_field){pf_slice_of(name), pf_slice_of(value)};
    }
}

static enum pf_origin_verdict judge(const char *origin, const char *host, const char *forwarded,
                                    const char *x_forwarded_host,
                                    const struct pf_origin_rules *rules)
{
    static struct pf_http_request request;
    request.fields_count = 0;
    request.host = host ? pf_slice_of(host) : (struct pf_slice){NULL, 0};
    add_field(&request, "Origin", origin);
    add_field(&request, "Forwarded", forwarded);
    add_field(&request, "X-Forwarded-Host", x_forwarded_host);
    return pf_origin_judge_request(&request, rules);
}

/* A host or port as written; equal meanings are the same host or port. */
struct spelling {
    const char *text;
    int meaning;
};

enum {
    DEFAULT_PORT = -1,
    NOT_VALID = -2,
};

static const struct spelling hosts[] = {
    {"relay.example", 0},
    {"RELAY.Example", 0},
    {"relay.example.", 0},
    {"other.example", 1},
    {"relay.example.evil", 2},
    {"relay", 3},
    {"xrelay.example", 4},
    {"[::1]", 5},
    {"[2001:DB8::2]", 6},
    {"[2001:db8::2]", 6},
    {"127.0.0.1", 7},
    {"xn--bcher-kva.de", 8},
    {"relay.example@evil", -2},
    {"::1", -2},
    {"[::1", -2},
    {"", -2},
    {"relay example", -2},
    {".", -2},
    {"a/b", -2},
    {"[]", -2},
};

static const struct spelling ports[] = {
    {"", DEFAULT_PORT},   {":80", 80},         {":443", 443},      {":8443", 8443},
    {":08443", 8443},     {":", NOT_VALID},    {":0", NOT_VALID},  {":65536", NOT_VALID},
    {":99999999999", -2}, {":44x", NOT_VALID}, {":-1", NOT_VALID}, {":443:443", NOT_VALID},
};

static const struct spelling schemes[] = {
    {"https://", 443}, {"HTTPS://", 443}, {"wss://", 443}, {"http://", 80},        {"ws://", 80},
    {"app://", 0},     {"://", -2},       {"", -2},        {"https:/", NOT_VALID},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

struct sweep {
    size_t allowed, refused;
};

/* Checks one Origin against one Host. The expected verdict follows from their meanings. */
static void check(struct sweep *sweep, const struct spelling *const origin[3],
                  const struct spelling *host, const struct spelling *port)
{
    static const struct pf_origin_rules strict = {.allowed = NULL};
    static const struct pf_origin_rules trusting = {.trust_proxy = true};
    char origin_text[128];
    char host_text[128];
    char forwarded_text[160];
    (void)snprintf(origin_text, sizeof origin_text, "%s%s%s", origin[0]->text, origin[1]->text,
                   origin[2]->text);                                             /* it fits */
    (void)snprintf(host_text, sizeof host_text, "%s%s", host->text, port->text); /* it fits */
    (void)snprintf(forwarded_text, sizeof forwarded_text, "for=192.0.2.1;host=\"%s\"",
                   host_text); /* it fits */
    const bool is_origin = origin[0]->meaning != NOT_VALID && origin[1]->meaning != NOT_VALID &&
                           origin[2]->meaning != NOT_VALID;
    const bool is_same_host = is_origin && host->meaning == origin[1]->meaning &&
                              host->meaning != NOT_VALID && port->meaning != NOT_VALID;
    const int origin_port =
        origin[2]->meaning == DEFAULT_PORT ? origin[0]->meaning : origin[2]->meaning;
    const bool is_same_port =
        origin_port == (port->meaning == DEFAULT_PORT ? origin[0]->meaning : port->meaning);
    const enum pf_origin_verdict expected = !is_origin      ? PF_ORIGIN_MALFORMED
                                            : !is_same_host ? PF_ORIGIN_OTHER_HOST
                                            : !is_same_port ? PF_ORIGIN_OTHER_PORT
                                                            : PF_ORIGIN_ALLOWED;
    const bool is_trusted = is_same_host && (is_same_port || port->meaning == DEFAULT_PORT);
    const char *inner = "inner.example:9000";
    assert_int_equal(judge(origin_text, host_text, NULL, NULL, &strict), expected);
    assert_int_equal(judge(origin_text, host_text, NULL, NULL, &trusting) == PF_ORIGIN_ALLOWED,
                     is_trusted);
    /* The forwarded host counts only if the proxy is trusted. */
    assert_int_not_equal(judge(origin_text, inner, NULL, host_text, &strict), PF_ORIGIN_ALLOWED);
    assert_int_equal(judge(origin_text, inner, NULL, host_text, &trusting) == PF_ORIGIN_ALLOWED,
                     is_trusted);
    assert_int_not_equal(judge(origin_text, inner, forwarded_text, NULL, &strict),
                         PF_ORIGIN_ALLOWED);
    assert_int_equal(judge(origin_text, inner, forwarded_text, NULL, &trusting) ==
                         PF_ORIGIN_ALLOWED,
                     is_trusted);
    sweep->allowed += expected == PF_ORIGIN_ALLOWED;
    sweep->refused += expected != PF_ORIGIN_ALLOWED;
}

static void every_origin_is_checked_against_every_host(void **state)
{
    (void)state;
    struct sweep sweep = {0};
    for (size_t s = 0; s < COUNT(schemes); s++) {
        for (size_t i = 0; i < COUNT(hosts) * COUNT(ports); i++) {
            const struct spelling *const origin[3] = {&schemes[s], &hosts[i / COUNT(ports)],
                                                      &ports[i % COUNT(ports)]};
            for (size_t k = 0; k < COUNT(hosts) * COUNT(ports); k++) {
                check(&sweep, origin, &hosts[k / COUNT(ports)], &ports[k % COUNT(ports)]);
            }
        }
    }
    assert_true(sweep.allowed > 500);
    assert_true(sweep.refused > 100000);
}

static void request_without_origin_is_allowed(void **state)
{
    (void)state;
    const struct pf_origin_rules rules = {.allowed = NULL};
    assert_int_equal(judge(NULL, "relay.example", NULL, NULL, &rules), PF_ORIGIN_ALLOWED);
    assert_int_equal(judge("https://relay.example", NULL, NULL, NULL, &rules),
                     PF_ORIGIN_OTHER_HOST);
}

static void several_origins_are_refused(void **state)
{
    (void)state;
    const struct pf_origin_rules rules = {.allowed = NULL};
    static struct pf_http_request request;
    request.fields_count = 0;
    request.host = PF_SLICE("relay.example");
    add_field(&request, "Origin", "https://relay.example");
    add_field(&request, "Origin", "https://relay.example");
    assert_int_equal(pf_origin_judge_request(&request, &rules), PF_ORIGIN_MALFORMED);
    assert_int_equal(
        judge("https://relay.example https://relay.example", "relay.example", NULL, NULL, &rules),
        PF_ORIGIN_MALFORMED);
}

static void rules_are_compared_as_origins(void **state)
{
    (void)state;
    static const struct {
        const char *rule, *origin;
        bool is_allowed;
    } table[] = {
        {"*", "https://a.example", true},
        {"*", "null", true},
        {"*", "garbage", true},
        {"null", "null", true},
        {"null", "https://null", false},
        {"https://a.example", "https://a.example", true},
        {"https://a.example", "https://A.example:443", true},
        {"https://a.example:443", "https://a.example", true},
        {"HTTPS://A.EXAMPLE", "https://a.example", true},
        {"https://a.example.", "https://a.example", true},
        {"https://a.example", "http://a.example", false},
        {"https://a.example", "http://a.example:443", false},
        {"https://a.example", "https://a.example:8443", false},
        {"https://a.example", "https://b.a.example", false},
        {"https://a.example", "null", false},
        {"https://[2001:db8::1]:8443", "https://[2001:DB8::1]:8443", true},
        {"capacitor://localhost", "capacitor://localhost", true},
        {"capacitor://localhost", "capacitor://localhost:80", false},
        {"a.example", "https://a.example", false},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        const struct pf_slice allowed[] = {PF_SLICE("https://first.example"),
                                           pf_slice_of(table[i].rule)};
        const struct pf_origin_rules rules = {.allowed = allowed, .allowed_count = 2};
        assert_int_equal(judge(table[i].origin, "relay.example", NULL, NULL, &rules) ==
                             PF_ORIGIN_ALLOWED,
                         table[i].is_allowed);
    }
}

static void only_rules_that_can_match_are_valid(void **state)
{
    (void)state;
    static const char *const good[] = {"*", "null", "https://a.example", "http://[::1]:80"};
    static const char *const bad[] = {"",      "a.example",          "https://a.example/",
                                      "Null",  "https://a.example:", "https://",
                                      "https", "https://a.example/x"};
    for (size_t i = 0; i < COUNT(good); i++) {
        assert_true(pf_origin_rule_is_valid(pf_slice_of(good[i])));
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_false(pf_origin_rule_is_valid(pf_slice_of(bad[i])));
    }
}

static void forwarded_host_is_that_of_the_first_proxy(void **state)
{
    (void)state;
    static const struct {
        const char *forwarded, *x_forwarded_host, *host;
    } table[] = {
        {NULL, NULL, ""},
        {NULL, "a.example", "a.example"},
        {NULL, " a.example , b.example", "a.example"},
        {NULL, ",b.example", ""},
        {"host=a.example", "b.example", "a.example"},
        {"for=192.0.2.1", "b.example", "b.example"},
        {"for=192.0.2.1 ; HOST = a.example;proto=https", NULL, "a.example"},
        {"for=\"[2001:db8::1]:1,;\";host=\"a.example:8443\", host=b.example", NULL,
         "a.example:8443"},
        {"for=192.0.2.1, host=b.example", NULL, ""},
        {"host", NULL, ""},
        {";;;host=a.example", NULL, "a.example"},
        {"host=\"", NULL, "\""},
        {"\"host=a.example", NULL, ""},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        static struct pf_http_request request;
        request.fields_count = 0;
        add_field(&request, "forwarded", table[i].forwarded);
        add_field(&request, "x-forwarded-host", table[i].x_forwarded_host);
        const struct pf_slice host = pf_origin_forwarded_host(&request);
        if (!pf_slice_equal(host, pf_slice_of(table[i].host))) {
            fail_msg("row %zu gives %.*s", i, (int)host.size, host.data);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_origin_is_checked_against_every_host),
        cmocka_unit_test(request_without_origin_is_allowed),
        cmocka_unit_test(several_origins_are_refused),
        cmocka_unit_test(rules_are_compared_as_origins),
        cmocka_unit_test(only_rules_that_can_match_are_valid),
        cmocka_unit_test(forwarded_host_is_that_of_the_first_proxy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
