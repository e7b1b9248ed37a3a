/* greeting.h - a relay's URL, and the handshake of a WebSocket (RFC 6455 section 4.1). */
/* SPDX-License-Identifier: MIT */
#ifndef PF_BOT_GREETING_H
#define PF_BOT_GREETING_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"
#include "core/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PF_HOST_SIZE_MAX = 255,
    PF_RESPONSE_SIZE_MAX = 8192, /* of the relay's answer, up to the empty line */
    PF_KEY_SIZE = 24,            /* 16 bytes in base64 */
};

/* "wss://host:port/path", taken apart. Texts end in NUL. */
struct pf_relay_url {
    bool is_tls;
    char host[PF_HOST_SIZE_MAX + 1]; /* without the brackets of an IPv6 address */
    char port[6];
    char authority[PF_HOST_SIZE_MAX + 9]; /* as written: for the Host field */
    char path[PF_URL_SIZE_MAX + 1];       /* with the query, at least "/" */
};

/* INVALID if `text` is no URL of ws: or wss:, with printable ASCII only; or TOO_LONG. */
enum pf_error pf_relay_url_read(const char *text, struct pf_relay_url *out);

/* Appends the request that opens a WebSocket. */
void pf_greeting_write(const struct pf_relay_url *url, const char key[PF_KEY_SIZE + 1],
                       struct pf_buffer *out);

struct pf_greeting_answer {
    uint16_t status; /* 0: no answer of HTTP/1.1 */
    bool is_open;    /* 101, with the `accept` that the key needs and our subprotocol */
};

/*
 * Reads the relay's answer from the start of `bytes` and returns its size, or 0 if more bytes are
 * needed; they can be no answer if there are PF_RESPONSE_SIZE_MAX of them.
 */
size_t pf_greeting_read(struct pf_slice bytes, struct pf_slice accept,
                        struct pf_greeting_answer *out);

#endif
