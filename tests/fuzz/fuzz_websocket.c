/* fuzz_websocket.c - frames give the same events however they are split, and only valid ones. */
/* SPDX-License-Identifier: MIT */
/*
 * Input: a byte that chooses the message limit and the side, a byte with the number of lengths that
 * follow, the lengths of the pieces, used in turn, and the bytes that the peer sends. They are read
 * whole, byte by byte and in those pieces, each in a block of its size, so that a sanitizer reports
 * over-reads.
 */
#include "fuzz.h"

#include "base/assert.h"
#include "base/buffer.h"
#include "protocol/message.h"
#include "relay/wire/websocket.h"

#include <stdlib.h>
#include <string.h>

enum {
    MASK_SIZE = 4,
    MASKED = 0x80,
    CLIENT = 0x80, /* of the first byte of the input: a server has sent it */
    FINAL = 0x80,
};

/* What has been read from one peer. */
struct websocket_reading {
    struct pf_websocket websocket;
    uint64_t digest; /* of every event, in order */
    size_t taken;
};

static void digest(struct websocket_reading *reading, const void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        reading->digest = (reading->digest ^ ((const uint8_t *)bytes)[i]) * 1099511628211u;
    }
}

static bool is_close_code(uint16_t code)
{
    return code == PF_CLOSE_NO_STATUS ||
           (code >= 1000 && code < 1015 && code != 1004 && code != PF_CLOSE_ABNORMAL) ||
           (code >= 3000 && code < 5000);
}

/* What websocket.h promises for each event. */
static void check_event(const struct websocket_reading *reading,
                        const struct pf_websocket_event *event)
{
    const struct pf_slice payload = event->payload;
    const bool ended = reading->websocket.stage == PF_WEBSOCKET_ENDED;
    PF_ASSERT(ended == (event->type == PF_WEBSOCKET_CLOSE || event->type == PF_WEBSOCKET_ERROR));
    switch (event->type) {
    case PF_WEBSOCKET_NOTHING: PF_ASSERT(payload.size == 0); return;
    case PF_WEBSOCKET_TEXT: PF_ASSERT(pf_slice_is_utf8(payload)); break;
    case PF_WEBSOCKET_BINARY: break;
    case PF_WEBSOCKET_PING:
    case PF_WEBSOCKET_PONG: PF_ASSERT(payload.size <= PF_CONTROL_PAYLOAD_SIZE_MAX); return;
    case PF_WEBSOCKET_CLOSE:
        PF_ASSERT(is_close_code(event->code));
        PF_ASSERT(payload.size <= PF_CONTROL_PAYLOAD_SIZE_MAX - 2);
        PF_ASSERT(pf_slice_is_utf8(payload));
        return;
    case PF_WEBSOCKET_ERROR:
        PF_ASSERT(event->code == PF_CLOSE_PROTOCOL_ERROR || event->code == PF_CLOSE_INVALID_TEXT ||
                  event->code == PF_CLOSE_TOO_BIG);
        return;
    }
    PF_ASSERT(payload.size <= reading->websocket.message_size_max);
}

static enum pf_websocket_opcode opcode_of(enum pf_websocket_event_type type)
{
    switch (type) {
    case PF_WEBSOCKET_TEXT: return PF_OPCODE_TEXT;
    case PF_WEBSOCKET_BINARY: return PF_OPCODE_BINARY;
    case PF_WEBSOCKET_PING: return PF_OPCODE_PING;
    case PF_WEBSOCKET_PONG: return PF_OPCODE_PONG;
    case PF_WEBSOCKET_NOTHING:
    case PF_WEBSOCKET_CLOSE:
    case PF_WEBSOCKET_ERROR: break;
    }
    return PF_OPCODE_CONTINUATION;
}

/* The message written as a frame, with a mask of zeros inserted, is read as the same message. */
static void check_written(const struct pf_websocket_event *event)
{
    const enum pf_websocket_opcode opcode = opcode_of(event->type);
    const size_t size = event->payload.size;
    if (opcode == PF_OPCODE_CONTINUATION) {
        return;
    }
    char header[PF_FRAME_HEADER_SIZE_MAX];
    size_t frame_size = pf_websocket_header_write(opcode, size, header);
    char *frame = calloc(1, frame_size + MASK_SIZE + size);
    PF_ASSERT(frame);
    memcpy(frame, header, frame_size);
    frame[1] = (char)((uint8_t)frame[1] | MASKED);
    frame_size += MASK_SIZE;
    if (size > 0) {
        memcpy(frame + frame_size, event->payload.data, size);
    }
    frame_size += size;
    struct pf_websocket websocket;
    struct pf_websocket_event again;
    pf_websocket_init(&websocket, PF_MESSAGE_SIZE_MAX);
    PF_ASSERT(pf_websocket_read(&websocket, frame, frame_size, &again) == frame_size);
    PF_ASSERT(again.type == event->type);
    PF_ASSERT(pf_slice_equal(again.payload, event->payload));
    pf_websocket_clear(&websocket);
    free(frame);
}

/* Appends a frame with a mask of zeros. */
static void put_frame(struct pf_buffer *out, uint8_t first, struct pf_slice payload)
{
    char header[PF_FRAME_HEADER_SIZE_MAX];
    const size_t size = pf_websocket_header_write(PF_OPCODE_TEXT, payload.size, header);
    header[0] = (char)first;
    header[1] = (char)((uint8_t)header[1] | MASKED);
    pf_buffer_put(out, (struct pf_slice){header, size});
    pf_buffer_put(out, PF_SLICE("\0\0\0\0"));
    pf_buffer_put(out, payload);
}

/* The bytes as a text in two fragments, the first of `cut` bytes, are accepted if they are UTF-8.
 */
static void check_text(struct pf_slice text, size_t cut)
{
    const size_t capacity = text.size + 2 * PF_MASKED_HEADER_SIZE_MAX;
    char *memory = malloc(capacity);
    PF_ASSERT(memory);
    struct pf_buffer frames;
    pf_buffer_init(&frames, memory, capacity);
    cut = cut < text.size ? cut : text.size;
    put_frame(&frames, PF_OPCODE_TEXT, (struct pf_slice){text.data, cut});
    put_frame(&frames, FINAL | PF_OPCODE_CONTINUATION,
              (struct pf_slice){text.data + cut, text.size - cut});
    PF_ASSERT(!frames.overflow);
    struct pf_websocket websocket;
    struct pf_websocket_event event;
    pf_websocket_init(&websocket, UINT32_MAX);
    const size_t taken = pf_websocket_read(&websocket, memory, frames.size, &event);
    if (pf_slice_is_utf8(text)) {
        PF_ASSERT(taken == frames.size);
        PF_ASSERT(event.type == PF_WEBSOCKET_TEXT);
        PF_ASSERT(pf_slice_equal(event.payload, text));
    } else {
        PF_ASSERT(event.type == PF_WEBSOCKET_ERROR);
        PF_ASSERT(event.code == PF_CLOSE_INVALID_TEXT);
    }
    pf_websocket_clear(&websocket);
    free(memory);
}

/* Reads a copy of one piece, up to CLOSE or ERROR. */
static void read_piece(struct websocket_reading *reading, const uint8_t *bytes, size_t size)
{
    char *piece = malloc(size);
    PF_ASSERT(piece);
    memcpy(piece, bytes, size);
    size_t at = 0;
    while (at < size && reading->websocket.stage != PF_WEBSOCKET_ENDED) {
        struct pf_websocket_event event;
        const size_t taken = pf_websocket_read(&reading->websocket, piece + at, size - at, &event);
        PF_ASSERT(taken > 0);
        PF_ASSERT(taken <= size - at);
        at += taken;
        PF_ASSERT(memcmp(piece + at, bytes + at, size - at) == 0); /* the rest is unchanged */
        PF_ASSERT(event.type != PF_WEBSOCKET_NOTHING || at == size);
        check_event(reading, &event);
        check_written(&event);
        if (event.type != PF_WEBSOCKET_NOTHING) {
            digest(reading, &event.type, sizeof event.type);
            digest(reading, &event.code, sizeof event.code);
            digest(reading, &event.payload.size, sizeof event.payload.size);
            digest(reading, event.payload.data, event.payload.size);
        }
    }
    reading->taken += at;
    pf_websocket_release(&reading->websocket);
    free(piece);
}

/* Where an error is reported depends on the pieces: UTF-8 is checked as far as it has arrived. */
static struct websocket_reading read_all(struct pf_slice stream, const struct fuzz_cuts *cuts,
                                         uint32_t limit, bool is_client)
{
    struct websocket_reading reading = {.digest = 14695981039346656037u};
    if (is_client) {
        pf_websocket_init_client(&reading.websocket, limit);
    } else {
        pf_websocket_init(&reading.websocket, limit);
    }
    size_t at = 0;
    for (size_t i = 0; at < stream.size && reading.websocket.stage != PF_WEBSOCKET_ENDED; i++) {
        const size_t size = fuzz_cut(cuts, i, stream.size - at);
        read_piece(&reading, (const uint8_t *)stream.data + at, size);
        at += size;
    }
    pf_websocket_clear(&reading.websocket);
    return reading;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint32_t limits[] = {0, 1, 125, 126, 300, 4096, 65535, PF_MESSAGE_SIZE_MAX};
    static const uint8_t one_byte[] = {0};
    if (size < 2 || size - 2 < data[1] % (FUZZ_CUTS_MAX + 1)) {
        return 0;
    }
    const uint32_t limit = limits[data[0] % (sizeof limits / sizeof *limits)];
    const struct fuzz_cuts whole = {.count = 0};
    const struct fuzz_cuts bytes = {one_byte, 1};
    const struct fuzz_cuts chosen = {data + 2, data[1] % (FUZZ_CUTS_MAX + 1)};
    const struct pf_slice stream = {(const char *)data + 2 + chosen.count, size - 2 - chosen.count};
    const bool is_client = (data[0] & CLIENT) != 0;
    const struct websocket_reading expected = read_all(stream, &whole, limit, is_client);
    const struct websocket_reading by_bytes = read_all(stream, &bytes, limit, is_client);
    const struct websocket_reading by_pieces = read_all(stream, &chosen, limit, is_client);
    PF_ASSERT(by_bytes.digest == expected.digest);
    PF_ASSERT(by_pieces.digest == expected.digest);
    PF_ASSERT(by_bytes.websocket.stage == expected.websocket.stage);
    PF_ASSERT(by_pieces.websocket.stage == expected.websocket.stage);
    PF_ASSERT(by_bytes.taken <= expected.taken);
    check_text(stream, data[0]);
    return 0;
}
