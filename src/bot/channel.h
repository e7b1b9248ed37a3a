/* channel.h - a WebSocket to a relay: TCP or TLS, the handshake, and whole texts. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_BOT_CHANNEL_H
#define PF_BOT_CHANNEL_H

#include "base/slice.h"
#include "bot/endpoint.h"
#include "relay/wire/websocket.h"

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PF_CHANNEL_INPUT_SIZE = 16384,
    PF_CHANNEL_ACCEPT_SIZE = 28, /* of Sec-WebSocket-Accept */
    PF_CHANNEL_WHY_SIZE = 96,    /* with the NUL */
};

enum pf_channel_phase {
    PF_CHANNEL_CLOSED,
    PF_CHANNEL_CONNECTING, /* connect() is under way, to one address after another */
    PF_CHANNEL_GREETING,   /* the request is being sent, in TLS after its handshake */
    PF_CHANNEL_OPEN,
    PF_CHANNEL_CLOSING, /* what has been sent arrives; nothing is read any more */
};

struct pf_channel {
    struct pf_endpoint *endpoint; /* borrowed */
    enum pf_channel_phase phase;
    int fd;               /* -1: none */
    SSL *tls;             /* owned; NULL without TLS */
    size_t address_index; /* of the endpoint's */
    bool waits_to_write;  /* poll() is to tell when the kernel takes more */
    bool is_shut;         /* CLOSING: our end of the stream has been sent */
    char accept[PF_CHANNEL_ACCEPT_SIZE + 1];
    char why[PF_CHANNEL_WHY_SIZE]; /* it was LOST; until it is opened again */
    struct pf_websocket frames;
    size_t input_at, input_size;
    size_t output_at, output_size, output_capacity;
    char *output; /* owned; not taken by the kernel yet */
    char input[PF_CHANNEL_INPUT_SIZE];
};

/* Closed. The endpoint outlives it. */
void pf_channel_init(struct pf_channel *channel, struct pf_endpoint *endpoint);

/* Begins to connect. Whether it is lost is said by pf_channel_read(). */
void pf_channel_open(struct pf_channel *channel);

/* Sends a text, once OPEN, or loses the connection if too much waits. */
void pf_channel_send(struct pf_channel *channel, struct pf_slice text);

/* Says goodbye with that code. No more texts are read. */
void pf_channel_close(struct pf_channel *channel, uint16_t code);

/* Ends it without a word, and frees what it owns. */
void pf_channel_drop(struct pf_channel *channel);

/* What to wait for; fd -1 if for nothing. */
struct pollfd pf_channel_pollfd(const struct pf_channel *channel);

enum pf_channel_news {
    PF_CHANNEL_NOTHING, /* until poll() has more */
    PF_CHANNEL_TEXT,    /* in *text, borrowed until the next call */
    PF_CHANNEL_LOST,    /* it is CLOSED now, or could not be opened */
};

/* To be called until it gives NOTHING, whenever poll() has something, and after opening. */
enum pf_channel_news pf_channel_read(struct pf_channel *channel, struct pf_slice *text);

#endif
