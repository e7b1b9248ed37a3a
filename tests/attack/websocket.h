/* websocket.h - what a load generator needs of WebSocket. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_TESTS_ATTACK_WEBSOCKET_H
#define PF_TESTS_ATTACK_WEBSOCKET_H

#include "net.h"

enum {
    FRAME_HEAD_SIZE_MAX = 8, /* of frames up to 65,535 bytes */
    OPCODE_CONTINUATION = 0,
    OPCODE_TEXT = 1,
    OPCODE_CLOSE = 8,
    OPCODE_PING = 9,
    FRAME_FIN = 0x80,
};

/* A request for /ws that the relay accepts. */
extern const char websocket_request[];

/* Queues a frame whose mask is zero; `first` is the first byte. */
void websocket_send(struct net *net, struct conn *conn, unsigned first, const char *bytes,
                    size_t size);

/* A text message. */
void websocket_send_text(struct net *net, struct conn *conn, const char *text);

/*
 * The payload of the frame at the start of the bytes, or NULL if it is not complete; `whole` is the
 * frame's size.
 */
const char *websocket_payload(const char *bytes, size_t size, size_t *payload_size, size_t *whole);

/* The size of the response to the handshake, with its empty line; 0 if it is not complete. */
size_t websocket_response(const char *bytes, size_t size, int *status);

/* What follows the text in the bytes, or NULL. */
const char *find_after(const char *bytes, size_t size, const char *text);

#endif
