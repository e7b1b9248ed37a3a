/* bot_greeting_test.c - URLs of relays, and the client's side of the handshake. */
/* SPDX-License-Identifier: MIT */
#include "bot/greeting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The example of RFC 6455 section 1.3. */
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
#define FIELDS "Sec-WebSocket-Accept: " ACCEPT "\r\nSec-WebSocket-Protocol: peerface.v1\r\n\r\n"
#define ANSWER                                                                                     \
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"            \
    "sec-websocket-accept:  " ACCEPT " \r\nSec-WebSocket-Protocol: peerface.v1\r\n\r\n"

#define OTHER_PROTOCOL                                                                             \
    "HTTP/1.1 101 Fine\r\nSec-WebSocket-Accept: " ACCEPT                                           \
    "\r\nSec-WebSocket-Protocol: peerface.v2\r\n\r\n"
#define OTHER_ACCEPT                                                                               \
    "HTTP/1.1 101 Fine\r\nSec-WebSocket-Accept: S3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"                  \
    "Sec-WebSocket-Protocol: peerface.v1\r\n\r\n"

static void expect_url(const char *text, const char *host, const char *port, const char *path)
{
    struct pf_relay_url url;
    assert_int_equal(pf_relay_url_read(text, &url), PF_ERROR_OK);
    assert_string_equal(url.host, host);
    assert_string_equal(url.port, port);
    assert_string_equal(url.path, path);
    assert_int_equal(url.is_tls, text[2] == 's');
}

static void urls_are_taken_apart(void **state)
{
    (void)state;
    expect_url("ws://localhost:8080/ws", "localhost", "8080", "/ws");
    expect_url("wss://relay.example/video/ws?x=1", "relay.example", "443", "/video/ws?x=1");
    expect_url("ws://relay.example", "relay.example", "80", "/");
    expect_url("ws://relay.example?x=1", "relay.example", "80", "/?x=1");
    expect_url("ws://[::1]:9/ws", "::1", "9", "/ws");
    expect_url("ws://[::1]/ws", "::1", "80", "/ws");
}

static void what_is_no_url_of_a_relay_is_refused(void **state)
{
    static const char *const texts[] = {
        "",           "ws:",           "http://a/ws",   "ws://",          "ws:///ws",
        "ws://a:/ws", "ws://a:123456", "ws://a:8x",     "ws://a b/",      "ws://a/#b",
        "ws://[::1",  "ws://[]/",      "ws://u:p@a/ws", "ws://[::1]8/ws", "ws://\xc3\xa4/",
    };
    struct pf_relay_url url;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_int_equal(pf_relay_url_read(texts[i], &url), PF_ERROR_INVALID);
    }
}

static void long_urls_are_refused(void **state)
{
    char text[PF_URL_SIZE_MAX + 2];
    struct pf_relay_url url;
    (void)state;
    memset(text, 'a', sizeof text);
    memcpy(text, "ws://", 5);
    text[sizeof text - 1] = '\0';
    assert_int_equal(pf_relay_url_read(text, &url), PF_ERROR_TOO_LONG);
    text[5 + PF_HOST_SIZE_MAX + 9] = '\0';
    assert_int_equal(pf_relay_url_read(text, &url), PF_ERROR_TOO_LONG);
    text[5 + PF_HOST_SIZE_MAX] = '/';
    assert_int_equal(pf_relay_url_read(text, &url), PF_ERROR_OK);
}

static void the_request_has_what_the_relay_needs(void **state)
{
    char text[1024];
    struct pf_relay_url url;
    struct pf_buffer out;
    (void)state;
    assert_int_equal(pf_relay_url_read("ws://[::1]:9/ws", &url), PF_ERROR_OK);
    pf_buffer_init(&out, text, sizeof text);
    pf_greeting_write(&url, "dGhlIHNhbXBsZSBub25jZQ==", &out);
    pf_buffer_put_char(&out, '\0');
    assert_string_equal(text, "GET /ws HTTP/1.1\r\nHost: [::1]:9\r\nUpgrade: websocket\r\n"
                              "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                              "Sec-WebSocket-Protocol: peerface.v1\r\n"
                              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
}

/* Reads a copy of exactly this size, so that a sanitizer reports over-reads. */
static size_t read_copy(struct pf_slice bytes, struct pf_greeting_answer *answer)
{
    char *copy = malloc(bytes.size > 0 ? bytes.size : 1);
    assert_non_null(copy);
    memcpy(copy, bytes.data, bytes.size);
    const size_t size =
        pf_greeting_read((struct pf_slice){copy, bytes.size}, PF_SLICE(ACCEPT), answer);
    free(copy);
    return size;
}

static void an_answer_is_read_when_it_is_complete(void **state)
{
    const struct pf_slice whole = PF_SLICE(ANSWER "frames");
    struct pf_greeting_answer answer = {.status = 7};
    (void)state;
    for (size_t size = 0; size < sizeof ANSWER - 1; size++) {
        assert_int_equal(read_copy((struct pf_slice){whole.data, size}, &answer), 0);
        assert_int_equal(answer.status, 7);
    }
    assert_int_equal(read_copy(whole, &answer), sizeof ANSWER - 1);
    assert_int_equal(answer.status, 101);
    assert_true(answer.is_open);
}

static void an_answer_that_is_not_right_opens_nothing(void **state)
{
    static const char *const texts[] = {
        "\r\n\r\n",
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.0 101 Fine\r\n" FIELDS,
        "HTTP/1.1 101 Fine\r\nSec-WebSocket-Accept: " ACCEPT "\r\n\r\n",
        OTHER_PROTOCOL,
        OTHER_ACCEPT,
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct pf_greeting_answer answer = {.is_open = true};
        assert_true(read_copy(pf_slice_of(texts[i]), &answer) > 0);
        assert_false(answer.is_open);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_are_taken_apart),
        cmocka_unit_test(what_is_no_url_of_a_relay_is_refused),
        cmocka_unit_test(long_urls_are_refused),
        cmocka_unit_test(the_request_has_what_the_relay_needs),
        cmocka_unit_test(an_answer_is_read_when_it_is_complete),
        cmocka_unit_test(an_answer_that_is_not_right_opens_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
