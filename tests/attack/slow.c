/* slow.c - requests, messages and readers that take as long as they are let. */
/* SPDX-License-Identifier: MIT */
#include "attack.h"

#include <stdio.h>
#include <string.h>

/* A request whose head comes byte by byte, or whose body does. */

static const char slow_head[] = "GET /ws HTTP/1.1\r\nHost: x\r\nX-Long: aaaaaaaaaaaaaaaaaaaaaaaaaa";
static const char slow_body[] = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n";

static void on_open_request(struct attacker *attacker, struct conn *conn)
{
    const char *start = conn->index % 2 == 0 ? "" : slow_body;
    net_send(&attacker->net, conn, start, strlen(start));
}

static void on_tick_request(struct attacker *attacker, struct conn *conn)
{
    const size_t step = attacker_of(attacker, conn)->step++;
    const bool in_head = conn->index % 2 == 0 && step < sizeof slow_head - 1;
    net_send(&attacker->net, conn, in_head ? slow_head + step : "a", 1);
}

const struct attack attack_slow_request = {
    .name = "slow-request",
    .width = 2000,
    .tick_ms = 200,
    .on_open = on_open_request,
    .on_tick = on_tick_request,
};

/* A message of 60 KiB, of which a byte comes now and then. */

static void on_tick_message(struct attacker *attacker, struct conn *conn)
{
    static const char head[] = {(char)0x81, (char)(0x80 | 126), (char)0xf0, 0, 0, 0, 0, 0};
    struct attacked *attacked = attacker_of(attacker, conn);
    if (attacked->is_upgraded) {
        const size_t step = attacked->step++;
        net_send(&attacker->net, conn, step < sizeof head ? head + step : "a", 1);
    }
}

const struct attack attack_slow_message = {
    .name = "slow-message",
    .width = 2000,
    .tick_ms = 200,
    .on_open = attacker_upgrade,
    .on_tick = on_tick_message,
};

/* Many requests for a large file, of which nothing is read. */

static void on_open_reader(struct attacker *attacker, struct conn *conn)
{
    char request[512];
    (void)snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", attacker->path);
    for (int i = 0; i < 4; i++) {
        net_send(&attacker->net, conn, request, strlen(request));
    }
    net_set_deaf(&attacker->net, conn, true);
}

const struct attack attack_slow_reader = {
    .name = "slow-reader",
    .width = 1000,
    .on_open = on_open_reader,
};

/*
 * Rooms of two: the one with the even number sends what its limits admit, the other one reads
 * nothing of it, so that the relay has to keep it.
 */

static struct conn *partner(struct attacker *attacker, const struct conn *conn)
{
    const size_t index = conn->index ^ 1;
    return index < attacker->net.conns_count ? &attacker->net.conns[index] : NULL;
}

static void on_message_member(struct attacker *attacker, struct conn *conn, const char *text,
                              size_t size)
{
    char room[32];
    if (is_type(text, size, "hello")) {
        (void)snprintf(room, sizeof room, "slow %u", (unsigned)(conn->index / 2));
        attacker_join(attacker, conn, room, "");
    } else if (is_type(text, size, "joined") && conn->index % 2 == 1) {
        net_set_deaf(&attacker->net, conn, true);
    }
}

static void on_tick_member(struct attacker *attacker, struct conn *conn)
{
    char text[16384];
    const struct conn *other = partner(attacker, conn);
    const char *to = other ? attacker_of(attacker, other)->id : "";
    if (conn->index % 2 == 1 || to[0] == '\0' || net_waiting(conn) > 0) {
        return;
    }
    const int head = snprintf(text, sizeof text, "{\"type\":\"signal\",\"to\":\"%s\",\"x\":\"", to);
    memset(text + head, 'x', sizeof text - (size_t)head);
    memcpy(text + sizeof text - 3, "\"}", 3);
    websocket_send_text(&attacker->net, conn, text);
}

const struct attack attack_slow_member = {
    .name = "slow-member",
    .width = 200,
    .tick_ms = 200,
    .on_open = attacker_upgrade,
    .on_message = on_message_member,
    .on_tick = on_tick_member,
};
