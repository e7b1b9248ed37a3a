/* random.c - requests, frames and messages that are wrong by chance. */
/* SPDX-License-Identifier: MIT */
#include "attack.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_SIZE_MAX = 2048, CHANGES_MAX = 6 };

/* Changes, doubles or removes bytes of the text, up to `capacity`. Returns its new size. */
static size_t mutate(struct attacker *attacker, char *text, size_t size, size_t capacity)
{
    for (uint64_t i = attacker_random(attacker) % CHANGES_MAX; i > 0 && size > 1; i--) {
        const size_t at = attacker_random(attacker) % size;
        const size_t count = attacker_random(attacker) % (size - at);
        switch (attacker_random(attacker) % 4) {
        case 0: text[at] = (char)attacker_random(attacker); break;
        case 1: text[at] ^= (char)(1 << attacker_random(attacker) % 8); break;
        case 2: /* without a part of it */
            memmove(text + at, text + at + count, size - at - count);
            size -= count;
            break;
        default: /* with a part of it twice */
            if (size + count <= capacity) {
                memmove(text + at + count, text + at, size - at);
                size += count;
            }
            break;
        }
    }
    return size;
}

/* HTTP */

static void on_open_http(struct attacker *attacker, struct conn *conn)
{
    static const char *const seeds[] = {
        websocket_request,
        "GET / HTTP/1.1\r\nHost: x\r\nAccept-Encoding: br, gzip;q=0.5\r\n\r\n",
        "POST /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "GET http://x:80/a/../b?c=%41 HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "GET /healthz HTTP/1.0\r\nForwarded: for=\"[2001:db8::1]:4711\"\r\n\r\n",
    };
    char text[TEXT_SIZE_MAX];
    const char *seed = seeds[attacker_random(attacker) % (sizeof seeds / sizeof seeds[0])];
    memcpy(text, seed, strlen(seed));
    net_send(&attacker->net, conn, text, mutate(attacker, text, strlen(seed), sizeof text));
}

static void on_bytes_http(struct attacker *attacker, struct conn *conn, const char *bytes,
                          size_t size)
{
    (void)bytes;
    (void)size; /* any answer is fine */
    net_close(&attacker->net, conn);
}

static void on_tick_http(struct attacker *attacker, struct conn *conn)
{
    if (attacker_of(attacker, conn)->step++ > 0) {
        net_close(&attacker->net, conn); /* the relay waits for more */
    }
}

const struct attack attack_random_http = {
    .name = "random-http",
    .width = 500,
    .tick_ms = 500,
    .on_open = on_open_http,
    .on_bytes = on_bytes_http,
    .on_tick = on_tick_http,
};

/* Frames */

static void on_tick_frames(struct attacker *attacker, struct conn *conn)
{
    char bytes[TEXT_SIZE_MAX];
    if (!attacker_of(attacker, conn)->is_upgraded) {
        return;
    }
    const size_t size = 2 + attacker_random(attacker) % 64;
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (char)attacker_random(attacker);
    }
    if (attacker_random(attacker) % 4 != 0) {
        bytes[0] = (char)((unsigned char)bytes[0] & 0x8b); /* no reserved bits: often valid */
        bytes[1] = (char)(0x80 | (unsigned char)(size - 6 < 126 ? size - 6 : 125));
    }
    net_send(&attacker->net, conn, bytes, size);
}

const struct attack attack_random_frames = {
    .name = "random-frames",
    .width = 300,
    .tick_ms = 20,
    .on_open = attacker_upgrade,
    .on_tick = on_tick_frames,
};

/* JSON */

static const char *const messages[] = {
    "{\"type\":\"join\",\"room\":\"random\",\"name\":\"Ann\",\"instance\":77,"
    "\"capabilities\":[\"reaction\"],\"ticket\":\"AAAA\",\"preparedOffer\":{\"description\":"
    "{\"type\":\"offer\",\"sdp\":\"v=0\"},\"candidates\":[]}}",
    "{\"type\":\"signal\",\"to\":\"00000000000000b2\",\"kind\":\"state\",\"state\":{\"a\":[1e3]}}",
    "{\"type\":\"rename\",\"name\":\"\\u00e4\\ud83d\\ude00\"}",
    "{\"type\":\"host\",\"action\":\"remove\",\"id\":\"00000000000000b2\"}",
    "{\"type\":\"ice-servers\"}",
    "{\"type\":\"ping\",\"x\":[[[[[[[{}]]]]]]],\"y\":-1.5e-7,\"z\":null}",
    "{\"type\":\"leave\"}",
};

static void on_tick_json(struct attacker *attacker, struct conn *conn)
{
    char text[TEXT_SIZE_MAX];
    struct attacked *attacked = attacker_of(attacker, conn);
    if (!attacked->is_upgraded) {
        return;
    }
    const size_t count = sizeof messages / sizeof messages[0];
    const char *seed = messages[attacker_random(attacker) % count];
    size_t size = strlen(seed);
    memcpy(text, seed, size);
    if (attacked->step++ == 0) { /* most connections are members, whose messages count */
        char room[32];
        (void)snprintf(room, sizeof room, "random %u", (unsigned)(conn->index / 4));
        attacker_join(attacker, conn, room, "");
        return;
    }
    size = mutate(attacker, text, size, sizeof text);
    websocket_send(&attacker->net, conn, FRAME_FIN | OPCODE_TEXT, text, size);
}

const struct attack attack_random_json = {
    .name = "random-json",
    .width = 300,
    .tick_ms = 20,
    .on_open = attacker_upgrade,
    .on_tick = on_tick_json,
};
