/* websocket.c - reads and writes WebSocket frames (RFC 6455), as a server or as a client. */
/* SPDX-License-Identifier: MIT */
/*
 * Section numbers are those of RFC 6455. Header bytes are collected in `header` and checked as soon
 * as an error can be seen. The payload follows. If it is complete in the bytes at hand and no part
 * of it was kept before, the event borrows it from there; else it is appended to `message` or
 * `control`.
 */
#include "relay/wire/websocket.h"

#include "base/assert.h"

#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define HIGH_BITS 0x8080808080808080u

enum {
    FINAL = 0x80,
    RESERVED = 0x70,
    OPCODE = 0x0f,
    CONTROL = 0x08,
    MASKED = 0x80,
    LENGTH = 0x7f,
    LENGTH_16 = 126,
    LENGTH_64 = 127,
};

/* Frees the bytes of a partial: an idle connection holds no memory for them. */
static void release(struct pf_websocket_partial *partial)
{
    free(partial->data);
    *partial = (struct pf_websocket_partial){.data = NULL};
}

/* Reserves at least `size_expected` bytes in all. False if memory is short. */
static bool append(struct pf_websocket_partial *partial, const char *bytes, size_t size,
                   size_t size_expected)
{
    if (size == 0) {
        return true;
    }
    if (partial->capacity - partial->size < size) {
        /* Doubling bounds the copies that a peer can cause by many small fragments. */
        size_t capacity = 2 * (size_t)partial->capacity;
        capacity = capacity < size_expected ? size_expected : capacity;
        char *data = realloc(partial->data, capacity);
        if (!data) {
            return false;
        }
        partial->data = data;
        partial->capacity = (uint32_t)capacity;
    }
    memcpy(partial->data + partial->size, bytes, size);
    partial->size += (uint32_t)size;
    return true;
}

/* Unmasks blocks of 16 bytes, where the processor can. Returns how many bytes that were, and
 * sets the high bits of `seen` if any of them is not ASCII. */
static size_t unmask_blocks(char *bytes, size_t size, uint64_t key, uint64_t *seen)
{
    size_t at = 0;
#ifdef __SSE2__
    const __m128i keys = _mm_set1_epi64x((long long)key);
    __m128i all = _mm_setzero_si128();
    for (; size - at >= sizeof keys; at += sizeof keys) {
        __m128i *place = (void *)(bytes + at);
        const __m128i block = _mm_xor_si128(_mm_loadu_si128(place), keys);
        all = _mm_or_si128(all, block);
        _mm_storeu_si128(place, block);
    }
    *seen |= _mm_movemask_epi8(all) != 0 ? HIGH_BITS : 0;
#else
    (void)bytes; /* the caller's loop does it all */
    (void)size;  /* as above */
    (void)key;   /* as above */
    (void)seen;  /* as above */
#endif
    return at;
}

/*
 * Unmasks `size` bytes in place, the first of which is byte `offset` of the payload (section 5.3).
 * Returns whether all are ASCII, so that most texts need no further check.
 */
static bool unmask(char *bytes, size_t size, const uint8_t mask[PF_MASK_SIZE], size_t offset)
{
    uint8_t turned[8];
    uint64_t key = 0;
    uint64_t seen = 0;
    for (size_t i = 0; i < sizeof turned; i++) {
        turned[i] = mask[(offset + i) % PF_MASK_SIZE];
    }
    memcpy(&key, turned, sizeof key);
    size_t at = unmask_blocks(bytes, size, key, &seen);
    for (; size - at >= sizeof key; at += sizeof key) {
        uint64_t word = 0;
        memcpy(&word, bytes + at, sizeof word);
        word ^= key;
        seen |= word;
        memcpy(bytes + at, &word, sizeof word);
    }
    for (size_t i = 0; at < size; at++, i++) {
        bytes[at] = (char)((uint8_t)bytes[at] ^ turned[i]);
        seen |= (uint8_t)bytes[at];
    }
    return (seen & HIGH_BITS) == 0;
}

/* Sets what may follow the first byte of a character (RFC 3629 section 4). False if nothing may. */
static bool utf8_start(struct pf_utf8_state *utf8, uint8_t first)
{
    utf8->least = 0x80;
    utf8->most = 0xbf;
    if (first < 0x80) {
        return true;
    }
    if (first < 0xc2 || first > 0xf4) {
        return false;
    }
    utf8->missing = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    if (first == 0xe0) {
        utf8->least = 0xa0;
    } else if (first == 0xed) {
        utf8->most = 0x9f;
    } else if (first == 0xf0) {
        utf8->least = 0x90;
    } else if (first == 0xf4) {
        utf8->most = 0x8f;
    }
    return true;
}

static bool utf8_feed(struct pf_utf8_state *utf8, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        const uint8_t byte = (uint8_t)bytes[i];
        if (utf8->missing == 0) {
            if (!utf8_start(utf8, byte)) {
                return false;
            }
            continue;
        }
        if (byte < utf8->least || byte > utf8->most) {
            return false;
        }
        utf8->missing--;
        utf8->least = 0x80;
        utf8->most = 0xbf;
    }
    return true;
}

static void end_with(struct pf_websocket *websocket, uint16_t code, struct pf_websocket_event *out)
{
    websocket->stage = PF_WEBSOCKET_ENDED;
    *out = (struct pf_websocket_event){.type = PF_WEBSOCKET_ERROR, .code = code};
}

/* Checks the first two header bytes. Returns 0 or a close code. */
static uint16_t check_first_bytes(const struct pf_websocket *websocket)
{
    const uint8_t first = websocket->header[0];
    const unsigned opcode = first & OPCODE;
    if ((first & RESERVED) != 0) {
        return PF_CLOSE_PROTOCOL_ERROR; /* section 5.2: no extension was negotiated */
    }
    if (opcode > PF_OPCODE_PONG || (opcode > PF_OPCODE_BINARY && opcode < PF_OPCODE_CLOSE)) {
        return PF_CLOSE_PROTOCOL_ERROR; /* section 5.2: a reserved opcode */
    }
    if ((opcode & CONTROL) != 0) {
        if ((first & FINAL) == 0) {
            return PF_CLOSE_PROTOCOL_ERROR; /* section 5.5: a fragmented control frame */
        }
    } else if ((opcode == PF_OPCODE_CONTINUATION) != (websocket->message_type != 0)) {
        return PF_CLOSE_PROTOCOL_ERROR; /* section 5.4: messages must not interleave */
    }
    if (websocket->header_size < 2) {
        return 0;
    }
    const uint8_t second = websocket->header[1];
    if (((second & MASKED) != 0) == websocket->is_client) {
        return PF_CLOSE_PROTOCOL_ERROR; /* section 5.1: clients must mask, servers must not */
    }
    if ((opcode & CONTROL) != 0 && (second & LENGTH) > PF_CONTROL_PAYLOAD_SIZE_MAX) {
        return PF_CLOSE_PROTOCOL_ERROR; /* section 5.5 */
    }
    return 0;
}

static size_t header_size_of(uint8_t second)
{
    const unsigned length = second & LENGTH;
    return (length == LENGTH_16   ? 4u
            : length == LENGTH_64 ? 10u
                                  : 2u) +
           ((second & MASKED) != 0 ? PF_MASK_SIZE : 0u);
}

/* Reads the length from a complete header. Returns 0 or a close code. */
static uint16_t take_length(struct pf_websocket *websocket)
{
    const uint8_t *header = websocket->header;
    uint64_t length = header[1] & LENGTH;
    if (length >= LENGTH_16) {
        const size_t bytes = length == LENGTH_16 ? 2 : 8;
        const uint64_t least = length == LENGTH_16 ? LENGTH_16 : 65536;
        length = 0;
        for (size_t i = 0; i < bytes; i++) {
            length = length << 8 | header[2 + i];
        }
        if (length < least || length > INT64_MAX) {
            return PF_CLOSE_PROTOCOL_ERROR; /* section 5.2: minimal encoding, highest bit 0 */
        }
    }
    if ((header[0] & CONTROL) == 0 &&
        length > websocket->message_size_max - websocket->message.size) {
        return PF_CLOSE_TOO_BIG;
    }
    websocket->payload_size = (uint32_t)length;
    websocket->payload_read = 0;
    return 0;
}

/* Of the first byte: neither a control frame nor a fragment. */
static bool is_whole_message(uint8_t first)
{
    return (first & FINAL) != 0 && (first & CONTROL) == 0 &&
           (first & OPCODE) != PF_OPCODE_CONTINUATION;
}

/* Takes header bytes until the header is complete or invalid. `code` is 0 or a close code. */
static size_t read_header(struct pf_websocket *websocket, const char *bytes, size_t size,
                          uint16_t *code)
{
    size_t at = 0;
    while (at < size) {
        websocket->header[websocket->header_size++] = (uint8_t)bytes[at++];
        if (websocket->header_size <= 2) {
            *code = check_first_bytes(websocket);
            if (*code != 0) {
                break;
            }
        }
        if (websocket->header_size >= 2 &&
            websocket->header_size == header_size_of(websocket->header[1])) {
            *code = take_length(websocket);
            websocket->stage = PF_WEBSOCKET_IN_PAYLOAD;
            websocket->extra_frames += is_whole_message(websocket->header[0]) ? 0 : 1;
            break;
        }
    }
    return at;
}

/* Section 7.4, and the codes registered since: whether a close frame may carry the code. */
static bool may_be_sent(uint16_t code)
{
    if (code >= 3000) {
        return code <= 4999;
    }
    return code >= 1000 && code <= 1014 && code != 1004 && code != PF_CLOSE_NO_STATUS &&
           code != PF_CLOSE_ABNORMAL;
}

static void on_close_frame(struct pf_websocket *websocket, struct pf_slice payload,
                           struct pf_websocket_event *out)
{
    uint16_t code = PF_CLOSE_NO_STATUS;
    if (payload.size == 1) {
        end_with(websocket, PF_CLOSE_PROTOCOL_ERROR, out); /* section 5.5.1 */
        return;
    }
    if (payload.size >= 2) {
        code = (uint16_t)((uint8_t)payload.data[0] << 8 | (uint8_t)payload.data[1]);
        payload.data += 2;
        payload.size -= 2;
        if (!may_be_sent(code)) {
            end_with(websocket, PF_CLOSE_PROTOCOL_ERROR, out);
            return;
        }
        if (!pf_slice_is_utf8(payload)) {
            end_with(websocket, PF_CLOSE_INVALID_TEXT, out);
            return;
        }
    }
    websocket->stage = PF_WEBSOCKET_ENDED;
    *out =
        (struct pf_websocket_event){.type = PF_WEBSOCKET_CLOSE, .code = code, .payload = payload};
}

static void on_control_frame(struct pf_websocket *websocket, struct pf_slice payload,
                             struct pf_websocket_event *out)
{
    const unsigned opcode = websocket->header[0] & OPCODE;
    if (opcode == PF_OPCODE_CLOSE) {
        on_close_frame(websocket, payload, out);
        return;
    }
    *out = (struct pf_websocket_event){
        .type = opcode == PF_OPCODE_PING ? PF_WEBSOCKET_PING : PF_WEBSOCKET_PONG,
        .payload = payload,
    };
}

/* Takes the next piece of a control frame's payload. False if memory is short. */
static bool read_control(struct pf_websocket *websocket, struct pf_slice piece, bool complete,
                         struct pf_websocket_event *out)
{
    if (complete && websocket->control.size == 0) {
        on_control_frame(websocket, piece, out);
        return true;
    }
    if (!append(&websocket->control, piece.data, piece.size, websocket->payload_size)) {
        return false;
    }
    if (complete) {
        const struct pf_websocket_partial *control = &websocket->control;
        on_control_frame(websocket, (struct pf_slice){control->data, control->size}, out);
    }
    return true;
}

/* Takes the next piece of a data frame; `complete`: the last one. False if memory is short. */
static bool read_data(struct pf_websocket *websocket, struct pf_slice piece, bool complete,
                      struct pf_websocket_event *out)
{
    struct pf_websocket_partial *message = &websocket->message;
    const bool final = complete && (websocket->header[0] & FINAL) != 0;
    struct pf_slice payload = piece;
    if (!final || message->size > 0) {
        const size_t left = websocket->payload_size - websocket->payload_read;
        if (!append(message, piece.data, piece.size, message->size + piece.size + left)) {
            return false;
        }
        payload = (struct pf_slice){message->data, message->size};
    }
    if (final) {
        *out = (struct pf_websocket_event){
            .type =
                websocket->message_type == PF_OPCODE_TEXT ? PF_WEBSOCKET_TEXT : PF_WEBSOCKET_BINARY,
            .payload = payload,
        };
        websocket->message_type = 0;
    }
    return true;
}

/* Section 8.1. Fails at the first byte that cannot be part of valid UTF-8. */
static bool check_text(struct pf_websocket *websocket, struct pf_slice piece, bool ascii,
                       bool complete)
{
    struct pf_utf8_state *utf8 = &websocket->utf8;
    if ((!ascii || utf8->missing > 0) && !utf8_feed(utf8, piece.data, piece.size)) {
        return false;
    }
    return !complete || (websocket->header[0] & FINAL) == 0 || utf8->missing == 0;
}

static size_t read_payload(struct pf_websocket *websocket, char *bytes, size_t size,
                           struct pf_websocket_event *out)
{
    const size_t left = websocket->payload_size - websocket->payload_read;
    const struct pf_slice piece = {bytes, size < left ? size : left};
    const bool complete = piece.size == left;
    const unsigned opcode = websocket->header[0] & OPCODE;
    static const uint8_t none[PF_MASK_SIZE] = {0};
    const uint8_t *mask =
        websocket->is_client
            ? none
            : websocket->header + header_size_of(websocket->header[1]) - PF_MASK_SIZE;
    const bool ascii = unmask(bytes, piece.size, mask, websocket->payload_read);
    bool enough_memory = true;
    websocket->payload_read += (uint32_t)piece.size;
    if (complete) {
        websocket->stage = PF_WEBSOCKET_IN_HEADER;
        websocket->header_size = 0;
    }
    if ((opcode & CONTROL) != 0) {
        enough_memory = read_control(websocket, piece, complete, out);
    } else {
        if (opcode != PF_OPCODE_CONTINUATION) {
            websocket->message_type = (uint8_t)opcode;
        }
        if (websocket->message_type == PF_OPCODE_TEXT &&
            !check_text(websocket, piece, ascii, complete)) {
            end_with(websocket, PF_CLOSE_INVALID_TEXT, out);
            return piece.size;
        }
        enough_memory = read_data(websocket, piece, complete, out);
    }
    if (!enough_memory) {
        end_with(websocket, PF_CLOSE_INTERNAL_ERROR, out);
    }
    return piece.size;
}

void pf_websocket_init(struct pf_websocket *websocket, uint32_t message_size_max)
{
    *websocket = (struct pf_websocket){.message_size_max = message_size_max};
}

void pf_websocket_init_client(struct pf_websocket *websocket, uint32_t message_size_max)
{
    *websocket = (struct pf_websocket){.is_client = true, .message_size_max = message_size_max};
}

void pf_websocket_clear(struct pf_websocket *websocket)
{
    release(&websocket->message);
    release(&websocket->control);
}

bool pf_websocket_is_within(const struct pf_websocket *websocket)
{
    return websocket->message_type != 0 || websocket->stage == PF_WEBSOCKET_IN_PAYLOAD ||
           websocket->header_size > 0;
}

void pf_websocket_release(struct pf_websocket *websocket)
{
    /* An event can have borrowed from a partial only between two frames. */
    if (websocket->stage != PF_WEBSOCKET_IN_HEADER || websocket->header_size > 0) {
        return;
    }
    if (websocket->control.data) {
        release(&websocket->control);
    }
    if (websocket->message.data && websocket->message_type == 0) {
        release(&websocket->message);
    }
}

size_t pf_websocket_read(struct pf_websocket *websocket, char *bytes, size_t size,
                         struct pf_websocket_event *out)
{
    PF_ASSERT(size > 0);
    PF_ASSERT(websocket->stage != PF_WEBSOCKET_ENDED);
    size_t at = 0;
    *out = (struct pf_websocket_event){.type = PF_WEBSOCKET_NOTHING};
    pf_websocket_release(websocket);
    while (out->type == PF_WEBSOCKET_NOTHING) {
        if (websocket->stage == PF_WEBSOCKET_IN_HEADER) {
            uint16_t code = 0;
            at += read_header(websocket, bytes + at, size - at, &code);
            if (code != 0) {
                end_with(websocket, code, out);
                return at;
            }
            if (websocket->stage == PF_WEBSOCKET_IN_HEADER) {
                return at;
            }
        }
        /* An empty payload is complete at once. */
        if (at == size && websocket->payload_size > 0) {
            return at;
        }
        at += read_payload(websocket, bytes + at, size - at, out);
    }
    return at;
}

size_t pf_websocket_header_write(enum pf_websocket_opcode opcode, size_t payload_size,
                                 char out[PF_FRAME_HEADER_SIZE_MAX])
{
    const uint64_t length = payload_size;
    out[0] = (char)(FINAL | (unsigned)opcode);
    if (length < LENGTH_16) {
        out[1] = (char)length;
        return 2;
    }
    const size_t bytes = length < 65536 ? 2 : 8;
    out[1] = bytes == 2 ? LENGTH_16 : LENGTH_64;
    for (size_t i = 0; i < bytes; i++) {
        out[2 + i] = (char)(uint8_t)(length >> (8 * (bytes - 1 - i)));
    }
    return 2 + bytes;
}

size_t pf_websocket_frame_write(enum pf_websocket_opcode opcode, struct pf_slice payload,
                                const uint8_t mask[PF_MASK_SIZE], char *out)
{
    size_t at = pf_websocket_header_write(opcode, payload.size, out);
    out[1] = (char)((uint8_t)out[1] | MASKED);
    memcpy(out + at, mask, PF_MASK_SIZE);
    at += PF_MASK_SIZE;
    for (size_t i = 0; i < payload.size; i++) {
        out[at + i] = (char)((uint8_t)payload.data[i] ^ mask[i % PF_MASK_SIZE]);
    }
    return at + payload.size;
}
