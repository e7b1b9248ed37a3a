/* websocket.h - reads and writes WebSocket frames (RFC 6455), as a server or as a client. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_WIRE_WEBSOCKET_H
#define PF_RELAY_WIRE_WEBSOCKET_H

#include "base/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The reader accepts any number of bytes and can stop after any of them. A message that arrives as
 * one frame in one piece is unmasked in place and not copied. Fragments, and frames that continue
 * beyond the bytes at hand, are copied to a buffer that exists until the message is complete.
 */

enum pf_websocket_opcode {
    PF_OPCODE_CONTINUATION = 0,
    PF_OPCODE_TEXT = 1,
    PF_OPCODE_BINARY = 2,
    PF_OPCODE_CLOSE = 8,
    PF_OPCODE_PING = 9,
    PF_OPCODE_PONG = 10,
};

/* Close codes of RFC 6455 section 7.4.1. */
enum {
    PF_CLOSE_NORMAL = 1000,
    PF_CLOSE_GOING_AWAY = 1001,
    PF_CLOSE_PROTOCOL_ERROR = 1002,
    PF_CLOSE_UNSUPPORTED = 1003,
    PF_CLOSE_NO_STATUS = 1005, /* never sent: a close frame without a code */
    PF_CLOSE_ABNORMAL = 1006,  /* never sent: no close frame at all */
    PF_CLOSE_INVALID_TEXT = 1007,
    PF_CLOSE_POLICY_VIOLATION = 1008,
    PF_CLOSE_TOO_BIG = 1009,
    PF_CLOSE_INTERNAL_ERROR = 1011,
};

enum {
    PF_FRAME_HEADER_SIZE_MAX = 10,  /* of a frame from a server: no mask */
    PF_MASKED_HEADER_SIZE_MAX = 14, /* of a frame from a client */
    PF_MASK_SIZE = 4,
    PF_CONTROL_PAYLOAD_SIZE_MAX = 125,
};

enum pf_websocket_event_type {
    PF_WEBSOCKET_NOTHING, /* all bytes are consumed, nothing is complete yet */
    PF_WEBSOCKET_TEXT,    /* a complete message, valid UTF-8 */
    PF_WEBSOCKET_BINARY,  /* a complete message */
    PF_WEBSOCKET_PING,    /* must be answered by a pong with the same payload */
    PF_WEBSOCKET_PONG,
    PF_WEBSOCKET_CLOSE, /* `code` is the peer's, or NO_STATUS; nothing may follow */
    PF_WEBSOCKET_ERROR, /* the peer violated the protocol: close with `code`; nothing more is read
                         */
};

struct pf_websocket_event {
    enum pf_websocket_event_type type;
    uint16_t code;
    struct pf_slice payload; /* borrowed until the next call on the same websocket */
};

/* The received part of something that is not complete. */
struct pf_websocket_partial {
    char *data; /* owned; NULL if there is none */
    uint32_t size;
    uint32_t capacity;
};

/* The position of a text within a UTF-8 character: all zero between two characters. */
struct pf_utf8_state {
    uint8_t missing;     /* bytes that are still expected */
    uint8_t least, most; /* the range of the next one, if `missing` > 0 */
};

enum pf_websocket_stage {
    PF_WEBSOCKET_IN_HEADER,
    PF_WEBSOCKET_IN_PAYLOAD,
    PF_WEBSOCKET_ENDED, /* after CLOSE or ERROR */
};

struct pf_websocket {
    enum pf_websocket_stage stage;
    bool is_client; /* reads what servers send */
    uint32_t message_size_max;
    uint8_t header[PF_MASKED_HEADER_SIZE_MAX];
    uint8_t header_size;  /* bytes of it that have arrived */
    uint8_t message_type; /* opcode of the fragmented message being received, or 0 */
    struct pf_utf8_state utf8;
    uint32_t extra_frames; /* control frames and fragments so far; the reader's user resets it */
    uint32_t payload_size; /* of the current frame */
    uint32_t payload_read;
    struct pf_websocket_partial message; /* fragments of a message */
    struct pf_websocket_partial control; /* a control frame that is not complete */
};

/* A server's. A message longer than `message_size_max` is an error (1009). */
void pf_websocket_init(struct pf_websocket *websocket, uint32_t message_size_max);

/* A client's: servers do not mask. */
void pf_websocket_init_client(struct pf_websocket *websocket, uint32_t message_size_max);

/* Frees what has been read in part. */
void pf_websocket_clear(struct pf_websocket *websocket);

/*
 * Reads from `bytes` until one event is complete or all `size` are taken, and returns how many were
 * taken, at least one; call again with the rest. The bytes are unmasked in place, and `out` may
 * borrow from them. It must not be called again after CLOSE or ERROR. If memory is short, that
 * is an ERROR with INTERNAL_ERROR.
 */
size_t pf_websocket_read(struct pf_websocket *websocket, char *bytes, size_t size,
                         struct pf_websocket_event *out);

/* Whether part of a message has been read. */
bool pf_websocket_is_within(const struct pf_websocket *websocket);

/* Frees what the last event has borrowed, without waiting for the next bytes. */
void pf_websocket_release(struct pf_websocket *websocket);

/* Writes the header of an unfragmented, unmasked frame and returns its size. */
size_t pf_websocket_header_write(enum pf_websocket_opcode opcode, size_t payload_size,
                                 char out[PF_FRAME_HEADER_SIZE_MAX]);

/*
 * Writes an unfragmented frame of a client, whose mask must be random (RFC 6455 section 10.3), and
 * returns its size: that of the payload and at most PF_MASKED_HEADER_SIZE_MAX.
 */
size_t pf_websocket_frame_write(enum pf_websocket_opcode opcode, struct pf_slice payload,
                                const uint8_t mask[PF_MASK_SIZE], char *out);

#endif
