/* http_test.c - HTTP requests, paths and the WebSocket handshake. */
/* SPDX-License-Identifier: MIT */
#include "relay/wire/http.h"

#include "base/buffer.h"
#include "relay/wire/handshake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TEXT_SIZE_MAX = 20000 };

struct http_fixture {
    struct pf_http_request request;
    char *copy; /* of exactly the size of the input */
    char text[TEXT_SIZE_MAX];
};

static int set_up(void **state)
{
    *state = calloc(1, sizeof(struct http_fixture));
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    struct http_fixture *fixture = *state;
    free(fixture->copy);
    free(fixture);
    return 0;
}

/* Reads from memory of exactly that size, so that a sanitizer reports over-reads. */
static size_t read_bytes(struct http_fixture *fixture, const char *bytes, size_t size)
{
    free(fixture->copy);
    fixture->copy = malloc(size > 0 ? size : 1);
    assert_non_null(fixture->copy);
    memcpy(fixture->copy, bytes, size);
    return pf_http_request_read((struct pf_slice){fixture->copy, size}, &fixture->request);
}

static uint16_t status_of(struct http_fixture *fixture, const char *text)
{
    assert_int_equal(read_bytes(fixture, text, strlen(text)), strlen(text));
    return fixture->request.status;
}

static void assert_slice(struct pf_slice slice, const char *text)
{
    assert_int_equal(slice.size, strlen(text));
    assert_memory_equal(slice.data, text, slice.size);
}

static void a_request_is_read(void **state)
{
    struct http_fixture *fixture = *state;
    assert_int_equal(status_of(fixture, "GET /a/b?room=tea&x HTTP/1.1\r\nHost: x\r\n"
                                        "Accept-Encoding:\tgzip, br \r\nEmpty:\r\n\r\n"),
                     200);
    assert_int_equal(fixture->request.method, PF_HTTP_GET);
    assert_slice(fixture->request.path, "/a/b");
    assert_slice(fixture->request.query, "room=tea&x");
    assert_true(fixture->request.keep_alive);
    assert_slice(pf_http_field(&fixture->request, "accept-encoding"), "gzip, br");
    assert_slice(pf_http_field(&fixture->request, "empty"), "");
    assert_null(pf_http_field(&fixture->request, "absent").data);
}

static void field_names_are_tokens_and_values_may_contain_tabs(void **state)
{
    struct http_fixture *fixture = *state;
    assert_int_equal(status_of(fixture, "GET / HTTP/1.1\r\nHost: x\r\n"
                                        "!#$%&'*+-.^_`|~09azAZ:\ta\tb \t\r\n\r\n"),
                     200);
    assert_slice(pf_http_field(&fixture->request, "!#$%&'*+-.^_`|~09azaz"), "a\tb");
}

static void a_truncated_request_is_incomplete(void **state)
{
    struct http_fixture *fixture = *state;
    const char *text = "\r\nGET / HTTP/1.1\r\nHost: x\r\nA: b\r\n\r\n";
    for (size_t size = 0; size < strlen(text); size++) {
        assert_int_equal(read_bytes(fixture, text, size), 0);
    }
    assert_int_equal(status_of(fixture, text), 200);
}

static void only_the_first_of_two_requests_is_read(void **state)
{
    struct http_fixture *fixture = *state;
    const char *two = "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n";
    assert_int_equal(read_bytes(fixture, two, strlen(two)), strlen(two) / 2);
    assert_slice(fixture->request.path, "/1");
}

static void malformed_requests_are_refused(void **state)
{
    static const char *const bad[] = {
        "GET\r\n\r\n",
        "GET /\r\n\r\n",
        "GET / HTTP/1.10\r\nHost: x\r\n\r\n",
        "GET / HTTP/x.1\r\nHost: x\r\n\r\n",
        "GET / http/1.1\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1 \r\nHost: x\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
        "G@T / HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET x HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET ftp://x/ HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET http:///a HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET http://u@x/ HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET * HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET http://x/ HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost:\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: u@x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x:port\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x:65536\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n",
        "GET / HTTP/1.0\r\nHost: a b\r\n\r\n",
        "GET /\x80 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /\x7f HTTP/1.1\r\nHost: x\r\n\r\n",
        "\rGET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "G{T / HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n folded: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nspace : x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nA: \x01\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nA: \x7f\r\n\r\n",
        "GET / HTTP/1.1\nHost: x\n\n",
        "GET / HTTP/1.1\r\nHost: x\r\n\n",
        "GET / HTTP/1.1\r\nx\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nA: b\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: +0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0, 0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (status_of(*state, bad[i]) != 400) {
            fail_msg("not refused: %s", bad[i]);
        }
    }
}

static void versions_are_read_as_rfc_9110_says(void **state)
{
    struct http_fixture *fixture = *state;
    assert_int_equal(status_of(fixture, "GET / HTTP/1.0\r\n\r\n"), 200);
    assert_false(fixture->request.is_http_1_1);
    assert_int_equal(status_of(fixture, "GET / HTTP/1.2\r\nHost: x\r\n\r\n"), 200);
    assert_true(fixture->request.is_http_1_1);
    assert_true(fixture->request.keep_alive);
    assert_int_equal(status_of(fixture, "GET / HTTP/2.0\r\nHost: x\r\n\r\n"), 505);
}

static void an_absolute_target_replaces_host(void **state)
{
    struct http_fixture *fixture = *state;
    assert_int_equal(status_of(fixture, "GET http://a.example:81/b?c HTTP/1.1\r\nHost: x\r\n\r\n"),
                     200);
    assert_slice(fixture->request.host, "a.example:81");
    assert_slice(fixture->request.path, "/b");
    assert_slice(fixture->request.query, "c");
    assert_int_equal(status_of(fixture, "GET HTTPS://[::1] HTTP/1.1\r\nHost: x\r\n\r\n"), 200);
    assert_slice(fixture->request.host, "[::1]");
    assert_slice(fixture->request.path, "/");
    assert_int_equal(status_of(fixture, "GET http://a?b HTTP/1.1\r\nHost: x\r\n\r\n"), 200);
    assert_slice(fixture->request.path, "/");
    assert_slice(fixture->request.query, "b");
    assert_int_equal(status_of(fixture, "GET /a HTTP/1.1\r\nHost: x:80\r\n\r\n"), 200);
    assert_slice(fixture->request.host, "x:80");
    assert_int_equal(status_of(fixture, "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"), 200);
    assert_int_equal(fixture->request.method, PF_HTTP_OTHER);
}

static void a_request_with_a_body_is_refused(void **state)
{
    assert_int_equal(status_of(*state, "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"),
                     413);
    assert_int_equal(status_of(*state, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"),
                     405);
    assert_int_equal(
        status_of(*state, "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n"), 411);
    assert_int_equal(
        status_of(*state, "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n"), 501);
    assert_int_equal(
        status_of(*state, "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"),
        501);
    assert_int_equal(status_of(*state, "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 00\r\n\r\n"),
                     200);
    assert_int_equal(status_of(*state, "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"),
                     200);
}

static void a_head_over_eight_kibibytes_is_refused(void **state)
{
    struct http_fixture *fixture = *state;
    const int used = snprintf(fixture->text, TEXT_SIZE_MAX, "GET / HTTP/1.1\r\nHost: x\r\nA: ");
    memset(fixture->text + used, 'a', TEXT_SIZE_MAX - (size_t)used);
    assert_int_equal(read_bytes(fixture, fixture->text, PF_HTTP_HEAD_SIZE_MAX - 1), 0);
    assert_true(read_bytes(fixture, fixture->text, PF_HTTP_HEAD_SIZE_MAX) > 0);
    assert_int_equal(fixture->request.status, 431);
    memcpy(fixture->text + PF_HTTP_HEAD_SIZE_MAX - 4, "\r\n\r\n", 4);
    assert_int_equal(read_bytes(fixture, fixture->text, PF_HTTP_HEAD_SIZE_MAX),
                     PF_HTTP_HEAD_SIZE_MAX);
    assert_int_equal(fixture->request.status, 200);
}

static void more_than_64_fields_are_refused(void **state)
{
    struct http_fixture *fixture = *state;
    struct pf_buffer text;
    pf_buffer_init(&text, fixture->text, TEXT_SIZE_MAX - 1);
    pf_buffer_put(&text, PF_SLICE("GET / HTTP/1.1\r\nHost: x\r\n"));
    for (int i = 1; i < PF_HTTP_FIELDS_MAX; i++) {
        pf_buffer_put(&text, PF_SLICE("A: b\r\n"));
    }
    const size_t size = text.size;
    pf_buffer_put(&text, PF_SLICE("\r\n"));
    assert_int_equal(read_bytes(fixture, text.data, text.size), text.size);
    assert_int_equal(fixture->request.status, 200);
    text.size = size;
    pf_buffer_put(&text, PF_SLICE("A: b\r\n\r\n"));
    assert_int_equal(read_bytes(fixture, text.data, text.size), text.size);
    assert_int_equal(fixture->request.status, 431);
}

static void a_connection_closes_on_request_or_after_http_1_0(void **state)
{
    struct http_fixture *fixture = *state;
    assert_int_equal(
        status_of(fixture, "GET / HTTP/1.1\r\nHost: x\r\nConnection: foo, Close\r\n\r\n"), 200);
    assert_false(fixture->request.keep_alive);
    assert_int_equal(status_of(fixture, "HEAD / HTTP/1.0\r\n\r\n"), 200);
    assert_false(fixture->request.keep_alive);
    assert_int_equal(fixture->request.method, PF_HTTP_HEAD);
}

static void codings_are_accepted_by_name_and_quality_value(void **state)
{
    struct http_fixture *fixture = *state;
    (void)status_of(fixture, "GET / HTTP/1.1\r\nHost: x\r\n"
                             "Accept-Encoding: gzip;q=0.5, br ; q=0.000, zstd\r\n\r\n"); /* 200 */
    assert_true(pf_http_accepts_coding(&fixture->request, "gzip"));
    assert_false(pf_http_accepts_coding(&fixture->request, "br"));
    assert_true(pf_http_accepts_coding(&fixture->request, "zstd"));
    assert_false(pf_http_accepts_coding(&fixture->request, "z"));
    (void)status_of(fixture, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); /* 200 */
    assert_false(pf_http_accepts_coding(&fixture->request, "gzip"));
}

static void only_a_quality_value_of_zero_excludes_a_coding(void **state)
{
    struct http_fixture *fixture = *state;
    (void)status_of(fixture, "GET / HTTP/1.1\r\nHost: x\r\n"
                             "Accept-Encoding: a;q, b;x=0, c;q:0, d;q=0\r\n\r\n"); /* 200 */
    assert_true(pf_http_accepts_coding(&fixture->request, "a"));
    assert_true(pf_http_accepts_coding(&fixture->request, "b"));
    assert_true(pf_http_accepts_coding(&fixture->request, "c"));
    assert_false(pf_http_accepts_coding(&fixture->request, "d"));
}

static void entity_tags_are_compared_weakly(void **state)
{
    struct http_fixture *fixture = *state;
    (void)status_of(fixture, "GET / HTTP/1.1\r\nHost: x\r\n"
                             "If-None-Match: \"a\", W/\"b\"\r\n\r\n"); /* 200 */
    assert_true(pf_http_matches_etag(&fixture->request, PF_SLICE("\"a\"")));
    assert_true(pf_http_matches_etag(&fixture->request, PF_SLICE("\"b\"")));
    assert_false(pf_http_matches_etag(&fixture->request, PF_SLICE("\"c\"")));
    (void)status_of(fixture, "GET / HTTP/1.1\r\nHost: x\r\nIf-None-Match: *\r\n\r\n"); /* 200 */
    assert_true(pf_http_matches_etag(&fixture->request, PF_SLICE("\"c\"")));
}

static void malformed_entity_tags_match_nothing(void **state)
{
    struct http_fixture *fixture = *state;
    (void)status_of(fixture, "GET / HTTP/1.1\r\nHost: x\r\n"
                             "If-None-Match: W/, Wx\"a\", W\r\n\r\n"); /* 200 */
    assert_false(pf_http_matches_etag(&fixture->request, PF_SLICE("\"a\"")));
    (void)status_of(fixture, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); /* 200 */
    assert_false(pf_http_matches_etag(&fixture->request, PF_SLICE("\"a\"")));
}

static void a_plain_path_is_decoded(void **state)
{
    (void)state; /* only paths */
    char out[PF_HTTP_PATH_SIZE_MAX];
    assert_true(pf_http_path_decode(PF_SLICE("/"), out));
    assert_string_equal(out, "");
    assert_true(pf_http_path_decode(PF_SLICE("/a%20b/c.min.js"), out));
    assert_string_equal(out, "a b/c.min.js");
    assert_true(pf_http_path_decode(PF_SLICE("/examples/"), out));
    assert_string_equal(out, "examples/");
    assert_true(pf_http_path_decode(PF_SLICE("/%ea%b9%80"), out));
    assert_string_equal(out, "\xea\xb9\x80");
}

static void a_path_that_leaves_the_folder_is_refused(void **state)
{
    (void)state; /* only paths */
    static const char *const bad[] = {
        "/..",   "/../x",  "/a/../b", "/%2e%2e/x", "/.%2e/x", "/.git/config", "/a/.b",     "//etc",
        "/a//b", "/a%2fb", "/a\\b",   "/a%5cb",    "/%00",    "/a%00.js",     "/a%0d%0ab", "/%7f",
        "/%",    "/%2",    "/%zz",    "/a/%2E",    "/.",      "/%2z",         "/%!1",      "/%@1",
    };
    char out[PF_HTTP_PATH_SIZE_MAX];
    char too_long[PF_HTTP_PATH_SIZE_MAX + 2];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (pf_http_path_decode(pf_slice_of(bad[i]), out)) {
            fail_msg("not refused: %s", bad[i]);
        }
    }
    memset(too_long, 'a', sizeof too_long);
    too_long[0] = '/';
    assert_true(pf_http_path_decode((struct pf_slice){too_long, PF_HTTP_PATH_SIZE_MAX}, out));
    assert_false(pf_http_path_decode((struct pf_slice){too_long, PF_HTTP_PATH_SIZE_MAX + 1}, out));
}

static const struct pf_origin_rules none = {.allowed = NULL};

/* A valid handshake, whose line `line`, if not negative, is replaced by `instead`. */
static uint16_t shake(struct http_fixture *fixture, const struct pf_handshake_rules *rules,
                      int line, const char *instead)
{
    static const char *const lines[] = {
        "GET /ws HTTP/1.1",
        "Host: relay.example:8080",
        "Connection: keep-alive, Upgrade",
        "Upgrade: WebSocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Protocol: other, peerface.v1",
        "Origin: https://relay.example:8080",
    };
    size_t used = 0;
    for (int i = 0; i < (int)(sizeof lines / sizeof lines[0]); i++) {
        const char *text = i == line ? instead : lines[i];
        used += (size_t)snprintf(fixture->text + used, TEXT_SIZE_MAX - used, "%s\r\n", text);
    }
    (void)snprintf(fixture->text + used, TEXT_SIZE_MAX - used, "\r\n"); /* it fits */
    assert_int_equal(status_of(fixture, fixture->text), 200);
    return pf_handshake_check(&fixture->request, rules);
}

static void a_handshake_with_a_wrong_line_is_refused(void **state)
{
    struct http_fixture *fixture = *state;
    const struct pf_handshake_rules rules = {.subprotocol = "peerface.v1", .origins = &none};
    assert_int_equal(shake(fixture, &rules, -1, NULL), 101);
    assert_int_equal(shake(fixture, &rules, 0, "HEAD /ws HTTP/1.1"), 405);
    assert_int_equal(shake(fixture, &rules, 0, "POST /ws HTTP/1.1"), 405);
    assert_int_equal(shake(fixture, &rules, 0, "GET /ws HTTP/1.0"), 400);
    assert_int_equal(shake(fixture, &rules, 2, "Connection: close"), 400);
    assert_int_equal(shake(fixture, &rules, 3, "Upgrade: h2c"), 400);
    assert_int_equal(shake(fixture, &rules, 4, "Sec-WebSocket-Version: 8"), 426);
    assert_int_equal(shake(fixture, &rules, 4, "X: y"), 400);
    assert_int_equal(shake(fixture, &rules, 5, "X: y"), 400);
    assert_int_equal(shake(fixture, &rules, 6, "Sec-WebSocket-Protocol: peerface.v2"), 400);
    assert_int_equal(shake(fixture, &rules, 6, "X: y"), 400);
}

static void a_key_is_sixteen_bytes_in_base64(void **state)
{
    static const char *const bad[] = {
        "dGhlIHNhbXBsZSBub25jZQ=",  "dGhlIHNhbXBsZSBub25jZQ===", "dGhlIHNhbXBsZSBub25jZR==",
        "dGhlIHNhbXBsZSBub25jZ===", "dGhlIHNhbXBsZSBub25jZ-==",  "",
        "dGhlIHNhbXBsZSBub25jZQA=", "dGhlIHNhbXBsZSBub25jZQ=A",
    };
    const struct pf_handshake_rules rules = {.subprotocol = NULL, .origins = &none};
    char line[128];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        (void)snprintf(line, sizeof line, "Sec-WebSocket-Key: %s", bad[i]); /* it fits */
        assert_int_equal(shake(*state, &rules, 5, line), 400);
    }
}

static void pages_of_other_origins_connect_only_if_allowed(void **state)
{
    struct http_fixture *fixture = *state;
    const struct pf_slice named[] = {PF_SLICE("https://a.example"), PF_SLICE("https://b.example")};
    const struct pf_slice any[] = {PF_SLICE("*")};
    struct pf_origin_rules origins = {.allowed = NULL};
    const struct pf_handshake_rules rules = {.subprotocol = NULL, .origins = &origins};
    assert_int_equal(shake(fixture, &rules, 7, "Origin: https://b.example"), 403);
    assert_int_equal(shake(fixture, &rules, 7, "Origin: https://relay.example"), 403);
    assert_int_equal(shake(fixture, &rules, 7, "Origin: null"), 403);
    assert_int_equal(shake(fixture, &rules, 7, "Origin: https://evil-relay.example:8080"), 403);
    assert_int_equal(shake(fixture, &rules, 7, "X: y"), 101);
    origins = (struct pf_origin_rules){.allowed = named, .allowed_count = 2};
    assert_int_equal(shake(fixture, &rules, 7, "Origin: https://b.example"), 101);
    assert_int_equal(shake(fixture, &rules, 7, "Origin: https://c.example"), 403);
    origins = (struct pf_origin_rules){.allowed = any, .allowed_count = 1};
    assert_int_equal(shake(fixture, &rules, 7, "Origin: null"), 101);
}

static void assert_query(const char *query, const char *value)
{
    char memory[64];
    struct pf_slice out = {NULL, 0};
    const bool is_there = pf_http_query_value(pf_slice_of(query), "origin", memory, &out);
    assert_int_equal(is_there, value != NULL);
    if (value) {
        assert_true(pf_slice_equal(out, pf_slice_of(value)));
    }
}

static void query_parameters_are_found_and_decoded(void **state)
{
    (void)state;
    assert_query("", NULL);
    assert_query("origin", NULL);
    assert_query("origins=a&xorigin=b&=&&", NULL);
    assert_query("origin=", "");
    assert_query("origin=a&origin=b", "a");
    assert_query("x=y&origin=https%3A%2F%2Fa.example%3a8443&z", "https://a.example:8443");
    assert_query("origin=%", "%");
    assert_query("origin=%4", "%4");
    assert_query("origin=%4x%41+", "%4xA+");
    assert_query("origin=%26=%3d&", "&==");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_request_is_read),
        TEST(field_names_are_tokens_and_values_may_contain_tabs),
        TEST(a_truncated_request_is_incomplete),
        TEST(only_the_first_of_two_requests_is_read),
        TEST(malformed_requests_are_refused),
        TEST(versions_are_read_as_rfc_9110_says),
        TEST(an_absolute_target_replaces_host),
        TEST(a_request_with_a_body_is_refused),
        TEST(a_head_over_eight_kibibytes_is_refused),
        TEST(more_than_64_fields_are_refused),
        TEST(a_connection_closes_on_request_or_after_http_1_0),
        TEST(codings_are_accepted_by_name_and_quality_value),
        TEST(only_a_quality_value_of_zero_excludes_a_coding),
        TEST(entity_tags_are_compared_weakly),
        TEST(malformed_entity_tags_match_nothing),
        TEST(a_plain_path_is_decoded),
        TEST(a_path_that_leaves_the_folder_is_refused),
        TEST(a_handshake_with_a_wrong_line_is_refused),
        TEST(a_key_is_sixteen_bytes_in_base64),
        TEST(pages_of_other_origins_connect_only_if_allowed),
        TEST(query_parameters_are_found_and_decoded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
