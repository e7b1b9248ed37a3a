/* websocket_test.c - WebSocket frames (RFC 6455), whole and in pieces. */
/* SPDX-License-Identifier: MIT */
#include "relay/wire/websocket.h"

#include "base/buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    MESSAGE_SIZE_MAX = 1000,
    WIRE_SIZE_MAX = 200000,
    LOG_SIZE_MAX = 200000,
    FIN = 0x80,
};

/* Frames as a client sends them, and the events that the reader must return. */
struct websocket_fixture {
    struct pf_buffer wire;
    char wire_data[WIRE_SIZE_MAX];
    struct pf_buffer log;
    char log_data[LOG_SIZE_MAX];
    char expected[LOG_SIZE_MAX];
};

static const uint8_t mask[4] = {0x12, 0xf3, 0x00, 0x7c};

static int set_up(void **state)
{
    struct websocket_fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    pf_buffer_init(&fixture->wire, fixture->wire_data, sizeof fixture->wire_data);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

static void put_byte(struct websocket_fixture *fixture, unsigned byte)
{
    const char c = (char)byte;
    pf_buffer_put(&fixture->wire, (struct pf_slice){&c, 1});
}

static void put_masked(struct websocket_fixture *fixture, struct pf_slice payload)
{
    pf_buffer_put(&fixture->wire, (struct pf_slice){(const char *)mask, sizeof mask});
    for (size_t i = 0; i < payload.size; i++) {
        put_byte(fixture, (uint8_t)payload.data[i] ^ mask[i % 4]);
    }
}

/* `first` is the opcode with FIN and reserved bits. */
static void put_frame(struct websocket_fixture *fixture, unsigned first, struct pf_slice payload)
{
    char header[PF_FRAME_HEADER_SIZE_MAX];
    const size_t size = pf_websocket_header_write(PF_OPCODE_TEXT, payload.size, header);
    put_byte(fixture, first);
    put_byte(fixture, (uint8_t)header[1] | 0x80u);
    pf_buffer_put(&fixture->wire, (struct pf_slice){header + 2, size - 2});
    put_masked(fixture, payload);
}

static void log_event(struct websocket_fixture *fixture, const struct pf_websocket_event *event)
{
    static const char *const names[] = {"", "text", "binary", "ping", "pong", "close", "error"};
    char code[16];
    if (event->type == PF_WEBSOCKET_NOTHING) {
        return;
    }
    (void)snprintf(code, sizeof code, "%u", (unsigned)event->code); /* five digits */
    pf_buffer_put(&fixture->log, pf_slice_of(names[event->type]));
    pf_buffer_put(&fixture->log, PF_SLICE(" "));
    if (event->code != 0) {
        pf_buffer_put(&fixture->log, pf_slice_of(code));
        pf_buffer_put(&fixture->log, PF_SLICE(" "));
    }
    pf_buffer_put(&fixture->log, event->payload);
    pf_buffer_put(&fixture->log, PF_SLICE("\n"));
}

/* Feeds one piece from memory of exactly its size, so that a sanitizer reports over-reads. */
static bool feed(struct websocket_fixture *fixture, struct pf_websocket *websocket,
                 const char *bytes, size_t size)
{
    char *piece = malloc(size > 0 ? size : 1);
    size_t at = 0;
    assert_non_null(piece);
    memcpy(piece, bytes, size);
    while (at < size && websocket->stage != PF_WEBSOCKET_ENDED) {
        struct pf_websocket_event event;
        const size_t taken = pf_websocket_read(websocket, piece + at, size - at, &event);
        assert_in_range(taken, 1, size - at);
        at += taken;
        log_event(fixture, &event);
    }
    pf_websocket_release(websocket);
    free(piece);
    return websocket->stage != PF_WEBSOCKET_ENDED;
}

/* Reads the frames in pieces: the first of `first_size` bytes, the others of `size` each. */
static void read_in_pieces(struct websocket_fixture *fixture, size_t first_size, size_t size)
{
    struct pf_websocket websocket;
    size_t at = 0;
    size_t piece_size = first_size;
    pf_buffer_init(&fixture->log, fixture->log_data, sizeof fixture->log_data);
    pf_websocket_init(&websocket, MESSAGE_SIZE_MAX);
    while (at < fixture->wire.size) {
        if (piece_size > fixture->wire.size - at) {
            piece_size = fixture->wire.size - at;
        }
        if (!feed(fixture, &websocket, fixture->wire.data + at, piece_size)) {
            break;
        }
        at += piece_size;
        piece_size = size;
    }
    pf_websocket_clear(&websocket);
    assert_false(fixture->log.overflow);
    const size_t expected_size = strlen(fixture->expected);
    if (fixture->log.size != expected_size ||
        memcmp(fixture->log.data, fixture->expected, expected_size) != 0) {
        fail_msg("in pieces of %zu and %zu bytes: %.*s, not %s", first_size, size,
                 (int)fixture->log.size, fixture->log.data, fixture->expected);
    }
}

static void assert_reads(struct websocket_fixture *fixture, const char *expected)
{
    assert_false(fixture->wire.overflow);
    (void)pf_slice_copy(pf_slice_of(expected), fixture->expected, LOG_SIZE_MAX); /* it fits */
    read_in_pieces(fixture, fixture->wire.size, 1);
    read_in_pieces(fixture, 1, 1);
    read_in_pieces(fixture, 3, 7);
    for (size_t cut = 1; cut < fixture->wire.size && cut < 3000; cut++) {
        read_in_pieces(fixture, cut, fixture->wire.size);
    }
}

static void a_message_in_one_frame_is_read(void **state)
{
    put_frame(*state, FIN | PF_OPCODE_TEXT, PF_SLICE("hello"));
    put_frame(*state, FIN | PF_OPCODE_BINARY, PF_SLICE("\xff\xfe"));
    put_frame(*state, FIN | PF_OPCODE_TEXT, PF_SLICE(""));
    assert_reads(*state, "text hello\nbinary \xff\xfe\ntext \n");
}

static void every_length_of_a_message_is_read(void **state)
{
    static const size_t sizes[] = {1, 7, 8, 9, 124, 125, 126, 127, 255, 256, 999, 1000};
    struct websocket_fixture *fixture = *state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char payload[MESSAGE_SIZE_MAX];
        char expected[MESSAGE_SIZE_MAX + 8];
        for (size_t k = 0; k < sizes[i]; k++) {
            payload[k] = (char)('a' + k % 26);
        }
        fixture->wire.size = 0;
        put_frame(fixture, FIN | PF_OPCODE_TEXT, (struct pf_slice){payload, sizes[i]});
        (void)snprintf(expected, sizeof expected, "text %.*s\n", (int)sizes[i],
                       payload); /* it fits */
        assert_reads(fixture, expected);
    }
}

static void fragments_form_one_message(void **state)
{
    put_frame(*state, PF_OPCODE_TEXT, PF_SLICE("he"));
    put_frame(*state, PF_OPCODE_CONTINUATION, PF_SLICE(""));
    put_frame(*state, PF_OPCODE_CONTINUATION, PF_SLICE("ll"));
    put_frame(*state, FIN | PF_OPCODE_CONTINUATION, PF_SLICE("o"));
    put_frame(*state, PF_OPCODE_BINARY, PF_SLICE(""));
    put_frame(*state, FIN | PF_OPCODE_CONTINUATION, PF_SLICE("x"));
    put_frame(*state, PF_OPCODE_TEXT, PF_SLICE("y"));
    put_frame(*state, FIN | PF_OPCODE_CONTINUATION, PF_SLICE(""));
    assert_reads(*state, "text hello\nbinary x\ntext y\n");
}

static void control_frames_may_come_between_fragments(void **state)
{
    put_frame(*state, PF_OPCODE_TEXT, PF_SLICE("he"));
    put_frame(*state, FIN | PF_OPCODE_PING, PF_SLICE("are you there?"));
    put_frame(*state, PF_OPCODE_CONTINUATION, PF_SLICE("ll"));
    put_frame(*state, FIN | PF_OPCODE_PONG, PF_SLICE(""));
    put_frame(*state, FIN | PF_OPCODE_CONTINUATION, PF_SLICE("o"));
    assert_reads(*state, "ping are you there?\npong \ntext hello\n");
}

static void a_close_frame_ends_the_reading(void **state)
{
    put_frame(*state, FIN | PF_OPCODE_TEXT, PF_SLICE("x"));
    put_frame(*state, FIN | PF_OPCODE_CLOSE, PF_SLICE("\x03\xe9gone"));
    put_frame(*state, FIN | PF_OPCODE_TEXT, PF_SLICE("y"));
    assert_reads(*state, "text x\nclose 1001 gone\n");
}

static void a_close_frame_may_be_empty(void **state)
{
    put_frame(*state, FIN | PF_OPCODE_CLOSE, PF_SLICE(""));
    assert_reads(*state, "close 1005 \n");
}

static void close_codes_are_checked_as_in_rfc_6455(void **state)
{
    struct websocket_fixture *fixture = *state;
    static const uint16_t good[] = {1000, 1001, 1002, 1003, 1007, 1008, 1009,
                                    1010, 1011, 1012, 1014, 3000, 4999};
    static const uint16_t bad[] = {0, 999, 1004, 1005, 1006, 1015, 1100, 2999, 5000, 65535};
    char expected[32];
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        const char code[] = {(char)(good[i] >> 8), (char)(good[i] & 0xff)};
        fixture->wire.size = 0;
        put_frame(fixture, FIN | PF_OPCODE_CLOSE, (struct pf_slice){code, 2});
        (void)snprintf(expected, sizeof expected, "close %u \n", (unsigned)good[i]); /* it fits */
        assert_reads(fixture, expected);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const char code[] = {(char)(bad[i] >> 8), (char)(bad[i] & 0xff)};
        fixture->wire.size = 0;
        put_frame(fixture, FIN | PF_OPCODE_CLOSE, (struct pf_slice){code, 2});
        assert_reads(fixture, "error 1002 \n");
    }
}

static void a_close_frame_of_one_byte_is_an_error(void **state)
{
    put_frame(*state, FIN | PF_OPCODE_CLOSE, PF_SLICE("\x03"));
    assert_reads(*state, "error 1002 \n");
}

static void a_close_reason_must_be_utf8(void **state)
{
    put_frame(*state, FIN | PF_OPCODE_CLOSE, PF_SLICE("\x03\xe8\xff"));
    assert_reads(*state, "error 1007 \n");
}

static void a_frame_without_a_mask_is_an_error(void **state)
{
    put_byte(*state, FIN | PF_OPCODE_TEXT);
    put_byte(*state, 1);
    put_byte(*state, 'x');
    assert_reads(*state, "error 1002 \n");
}

static void reserved_bits_are_an_error(void **state)
{
    struct websocket_fixture *fixture = *state;
    for (unsigned bit = 0x10; bit <= 0x40; bit <<= 1) {
        fixture->wire.size = 0;
        put_frame(fixture, FIN | bit | PF_OPCODE_TEXT, PF_SLICE("x"));
        assert_reads(fixture, "error 1002 \n");
    }
}

static void reserved_opcodes_are_an_error(void **state)
{
    struct websocket_fixture *fixture = *state;
    for (unsigned opcode = 3; opcode < 16; opcode++) {
        if (opcode >= PF_OPCODE_CLOSE && opcode <= PF_OPCODE_PONG) {
            continue;
        }
        fixture->wire.size = 0;
        put_frame(fixture, FIN | opcode, PF_SLICE(""));
        assert_reads(fixture, "error 1002 \n");
    }
}

static void a_fragmented_control_frame_is_an_error(void **state)
{
    put_frame(*state, PF_OPCODE_PING, PF_SLICE("x"));
    assert_reads(*state, "error 1002 \n");
}

static void a_control_frame_over_125_bytes_is_an_error(void **state)
{
    struct websocket_fixture *fixture = *state;
    char payload[126];
    char expected[160];
    memset(payload, 'p', sizeof payload);
    put_frame(fixture, FIN | PF_OPCODE_PING, (struct pf_slice){payload, 125});
    (void)snprintf(expected, sizeof expected, "ping %.125s\n", payload); /* it fits */
    assert_reads(fixture, expected);
    fixture->wire.size = 0;
    put_frame(fixture, FIN | PF_OPCODE_PING, (struct pf_slice){payload, 126});
    assert_reads(fixture, "error 1002 \n");
}

static void a_continuation_without_a_message_is_an_error(void **state)
{
    put_frame(*state, FIN | PF_OPCODE_CONTINUATION, PF_SLICE("x"));
    assert_reads(*state, "error 1002 \n");
}

static void a_new_message_within_another_is_an_error(void **state)
{
    put_frame(*state, PF_OPCODE_TEXT, PF_SLICE("x"));
    put_frame(*state, FIN | PF_OPCODE_TEXT, PF_SLICE("y"));
    assert_reads(*state, "error 1002 \n");
}

static void a_length_that_is_not_minimal_is_an_error(void **state)
{
    struct websocket_fixture *fixture = *state;
    put_byte(fixture, FIN | PF_OPCODE_TEXT);
    put_byte(fixture, 0x80 | 126);
    put_byte(fixture, 0);
    put_byte(fixture, 125);
    put_masked(fixture, PF_SLICE("x"));
    assert_reads(fixture, "error 1002 \n");
    fixture->wire.size = 0;
    put_byte(fixture, FIN | PF_OPCODE_TEXT);
    put_byte(fixture, 0x80 | 127);
    for (int i = 0; i < 6; i++) {
        put_byte(fixture, 0);
    }
    put_byte(fixture, 0xff);
    put_byte(fixture, 0xff);
    put_masked(fixture, PF_SLICE("x"));
    assert_reads(fixture, "error 1002 \n");
}

static void a_length_with_the_highest_bit_is_an_error(void **state)
{
    put_byte(*state, FIN | PF_OPCODE_TEXT);
    put_byte(*state, 0x80 | 127);
    for (int i = 0; i < 8; i++) {
        put_byte(*state, 0xff);
    }
    put_masked(*state, PF_SLICE("x"));
    assert_reads(*state, "error 1002 \n");
}

static void a_message_over_the_limit_is_refused_at_its_header(void **state)
{
    struct websocket_fixture *fixture = *state;
    char payload[MESSAGE_SIZE_MAX + 1];
    memset(payload, 'x', sizeof payload);
    put_frame(fixture, FIN | PF_OPCODE_TEXT, (struct pf_slice){payload, sizeof payload});
    fixture->wire.size = 8; /* nothing but the header */
    assert_reads(fixture, "error 1009 \n");
    fixture->wire.size = 0;
    put_byte(fixture, FIN | PF_OPCODE_BINARY);
    put_byte(fixture, 0x80 | 127);
    for (int i = 0; i < 8; i++) {
        put_byte(fixture, i == 0 ? 0x7f : 0xff);
    }
    put_masked(fixture, PF_SLICE(""));
    assert_reads(fixture, "error 1009 \n");
}

static void the_limit_applies_to_all_fragments_together(void **state)
{
    struct websocket_fixture *fixture = *state;
    char payload[MESSAGE_SIZE_MAX];
    memset(payload, 'x', sizeof payload);
    put_frame(fixture, PF_OPCODE_TEXT, (struct pf_slice){payload, sizeof payload});
    put_frame(fixture, FIN | PF_OPCODE_PING, PF_SLICE("p"));
    put_frame(fixture, FIN | PF_OPCODE_CONTINUATION, PF_SLICE("y"));
    assert_reads(fixture, "ping p\nerror 1009 \n");
}

static void a_text_may_be_fragmented_within_a_character(void **state)
{
    put_frame(*state, PF_OPCODE_TEXT, PF_SLICE("\xea"));
    put_frame(*state, PF_OPCODE_CONTINUATION, PF_SLICE("\xb9"));
    put_frame(*state, FIN | PF_OPCODE_CONTINUATION, PF_SLICE("\x80 \xf0\x9f\x99\x82"));
    assert_reads(*state, "text \xea\xb9\x80 \xf0\x9f\x99\x82\n");
}

static void text_that_is_not_utf8_is_an_error(void **state)
{
    static const char *const bad[] = {
        "\x80",
        "a\xff",
        "\xc0\x80",
        "\xc1\xbf",
        "\xe0\x9f\xbf",
        "\xed\xa0\x80",
        "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80",
        "\xe2\x28\xa1",
        "\xea\xb9",
        "twenty ascii letters\xc3",
        "\xc3 twenty ascii letters",
        "\xf0\x9f\x99",
    };
    struct websocket_fixture *fixture = *state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        fixture->wire.size = 0;
        put_frame(fixture, FIN | PF_OPCODE_TEXT, pf_slice_of(bad[i]));
        assert_reads(fixture, "error 1007 \n");
        fixture->wire.size = 0;
        put_frame(fixture, FIN | PF_OPCODE_BINARY, pf_slice_of(bad[i]));
        char expected[64];
        (void)snprintf(expected, sizeof expected, "binary %s\n", bad[i]); /* it fits */
        assert_reads(fixture, expected);
    }
}

static void ascii_within_a_character_is_an_error(void **state)
{
    put_frame(*state, PF_OPCODE_TEXT, PF_SLICE("\xc3"));
    put_frame(*state, PF_OPCODE_CONTINUATION, PF_SLICE("a"));
    put_frame(*state, FIN | PF_OPCODE_CONTINUATION, PF_SLICE("\xa9"));
    assert_reads(*state, "error 1007 \n");
}

static void text_that_cannot_become_utf8_is_refused_before_it_ends(void **state)
{
    put_frame(*state, PF_OPCODE_TEXT, PF_SLICE("abc\xed\xa0"));
    assert_reads(*state, "error 1007 \n");
}

static void the_highest_and_lowest_characters_are_utf8(void **state)
{
    put_frame(*state, FIN | PF_OPCODE_TEXT,
              PF_SLICE("\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf"
                       "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"));
    assert_reads(*state, "text \x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf"
                         "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\n");
}

static void headers_have_the_minimal_length(void **state)
{
    (void)state; /* only writes */
    char out[PF_FRAME_HEADER_SIZE_MAX];
    assert_int_equal(pf_websocket_header_write(PF_OPCODE_TEXT, 125, out), 2);
    assert_memory_equal(out, "\x81\x7d", 2);
    assert_int_equal(pf_websocket_header_write(PF_OPCODE_BINARY, 126, out), 4);
    assert_memory_equal(out, "\x82\x7e\x00\x7e", 4);
    assert_int_equal(pf_websocket_header_write(PF_OPCODE_TEXT, 65535, out), 4);
    assert_memory_equal(out, "\x81\x7e\xff\xff", 4);
    assert_int_equal(pf_websocket_header_write(PF_OPCODE_TEXT, 65536, out), 10);
    assert_memory_equal(out, "\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10);
}

static void no_memory_is_held_between_messages(void **state)
{
    struct websocket_fixture *fixture = *state;
    struct pf_websocket websocket;
    pf_buffer_init(&fixture->log, fixture->log_data, sizeof fixture->log_data);
    pf_websocket_init(&websocket, MESSAGE_SIZE_MAX);
    put_frame(fixture, PF_OPCODE_TEXT, PF_SLICE("he"));
    put_frame(fixture, FIN | PF_OPCODE_PING, PF_SLICE("ping"));
    put_frame(fixture, FIN | PF_OPCODE_CONTINUATION, PF_SLICE("llo"));
    for (size_t i = 0; i < fixture->wire.size; i++) {
        (void)feed(fixture, &websocket, fixture->wire.data + i, 1); /* it does not end */
    }
    assert_null(websocket.message.data);
    assert_null(websocket.control.data);
    pf_websocket_clear(&websocket);
}

/* What a client writes is what a server reads, at every length of the header and byte by byte. */
static void a_server_reads_the_frames_that_a_client_writes(void **state)
{
    static const size_t sizes[] = {0, 1, 125, 126, 127, 65535, 65536};
    enum { SIZE_MAX_HERE = 65536 };
    struct pf_websocket websocket;
    (void)state;
    char *text = malloc(SIZE_MAX_HERE);
    char *frame = malloc(SIZE_MAX_HERE + PF_MASKED_HEADER_SIZE_MAX);
    assert_non_null(text);
    assert_non_null(frame);
    memset(text, 'x', SIZE_MAX_HERE);
    pf_websocket_init(&websocket, SIZE_MAX_HERE);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct pf_websocket_event event = {.type = PF_WEBSOCKET_NOTHING};
        const struct pf_slice payload = {text, sizes[i]};
        const size_t size = pf_websocket_frame_write(PF_OPCODE_TEXT, payload, mask, frame);
        assert_true(size <= sizes[i] + PF_MASKED_HEADER_SIZE_MAX);
        for (size_t at = 0; at < size; at++) {
            assert_int_equal(event.type, PF_WEBSOCKET_NOTHING);
            assert_int_equal(pf_websocket_read(&websocket, frame + at, 1, &event), 1);
        }
        assert_int_equal(event.type, PF_WEBSOCKET_TEXT);
        assert_true(pf_slice_equal(event.payload, payload));
    }
    pf_websocket_clear(&websocket);
    free(frame);
    free(text);
}

static void a_client_reads_the_frames_of_a_server_whole_and_byte_by_byte(void **state)
{
    char frames[] = "\x81\x05Hello\x01\x01G\x89\x01p\x80\x02ru\x88\x02\x03\xe8";
    const size_t size = sizeof frames - 1;
    for (size_t piece = 1; piece <= size; piece++) {
        struct websocket_fixture *fixture = *state;
        struct pf_websocket websocket;
        pf_websocket_init_client(&websocket, MESSAGE_SIZE_MAX);
        pf_buffer_init(&fixture->log, fixture->log_data, sizeof fixture->log_data);
        for (size_t at = 0; at < size; at += piece) {
            (void)feed(fixture, &websocket, frames + at, size - at < piece ? size - at : piece);
        }
        pf_websocket_clear(&websocket);
        const struct pf_slice expected = PF_SLICE("text Hello\nping p\ntext Gru\nclose 1000 \n");
        assert_true(pf_slice_equal(pf_buffer_slice(&fixture->log), expected));
    }
}

static void a_masked_frame_is_an_error_for_a_client(void **state)
{
    struct websocket_fixture *fixture = *state;
    struct pf_websocket websocket;
    pf_websocket_init_client(&websocket, MESSAGE_SIZE_MAX);
    pf_buffer_init(&fixture->log, fixture->log_data, sizeof fixture->log_data);
    assert_false(feed(fixture, &websocket, "\x81\x80", 2));
    assert_true(pf_slice_equal(pf_buffer_slice(&fixture->log), PF_SLICE("error 1002 \n")));
    pf_websocket_clear(&websocket);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_message_in_one_frame_is_read),
        TEST(every_length_of_a_message_is_read),
        TEST(fragments_form_one_message),
        TEST(control_frames_may_come_between_fragments),
        TEST(a_close_frame_ends_the_reading),
        TEST(a_close_frame_may_be_empty),
        TEST(close_codes_are_checked_as_in_rfc_6455),
        TEST(a_close_frame_of_one_byte_is_an_error),
        TEST(a_close_reason_must_be_utf8),
        TEST(a_frame_without_a_mask_is_an_error),
        TEST(reserved_bits_are_an_error),
        TEST(reserved_opcodes_are_an_error),
        TEST(a_fragmented_control_frame_is_an_error),
        TEST(a_control_frame_over_125_bytes_is_an_error),
        TEST(a_continuation_without_a_message_is_an_error),
        TEST(a_new_message_within_another_is_an_error),
        TEST(a_length_that_is_not_minimal_is_an_error),
        TEST(a_length_with_the_highest_bit_is_an_error),
        TEST(a_message_over_the_limit_is_refused_at_its_header),
        TEST(the_limit_applies_to_all_fragments_together),
        TEST(a_text_may_be_fragmented_within_a_character),
        TEST(text_that_is_not_utf8_is_an_error),
        TEST(ascii_within_a_character_is_an_error),
        TEST(text_that_cannot_become_utf8_is_refused_before_it_ends),
        TEST(the_highest_and_lowest_characters_are_utf8),
        TEST(headers_have_the_minimal_length),
        TEST(no_memory_is_held_between_messages),
        TEST(a_server_reads_the_frames_that_a_client_writes),
        TEST(a_client_reads_the_frames_of_a_server_whole_and_byte_by_byte),
        TEST(a_masked_frame_is_an_error_for_a_client),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
