/* rooms.c - floods of a known room, rooms of nobody, and WebSockets that never join. */
/* SPDX-License-Identifier: MIT */
#include "attack.h"

#include <stdio.h>

/* Joins the known room and leaves it, again and again. */
static void on_message_flood(struct attacker *attacker, struct conn *conn, const char *text,
                             size_t size)
{
    if (is_type(text, size, "hello")) {
        attacker_join(attacker, conn, attacker->room, "");
    } else if (is_type(text, size, "joined")) {
        websocket_send_text(&attacker->net, conn, "{\"type\":\"leave\"}");
    }
}

const struct attack attack_join_flood = {
    .name = "join-flood",
    .width = 50,
    .on_open = attacker_upgrade,
    .on_message = on_message_flood,
};

/* Joins the known room and hangs up, so that the member stays for its grace period. */
static void on_message_ghost(struct attacker *attacker, struct conn *conn, const char *text,
                             size_t size)
{
    if (is_type(text, size, "hello")) {
        attacker_join(attacker, conn, attacker->room, "");
    } else if (is_type(text, size, "joined")) {
        net_close(&attacker->net, conn);
    }
}

const struct attack attack_ghosts = {
    .name = "ghosts",
    .width = 50,
    .on_open = attacker_upgrade,
    .on_message = on_message_ghost,
};

/* A room for each connection, for as long as the relay has places. */
static void on_message_room(struct attacker *attacker, struct conn *conn, const char *text,
                            size_t size)
{
    char room[64];
    if (is_type(text, size, "hello")) {
        (void)snprintf(room, sizeof room, "empty %llx",
                       (unsigned long long)attacker_random(attacker));
        attacker_join(attacker, conn, room, "");
    }
}

const struct attack attack_empty_rooms = {
    .name = "empty-rooms",
    .width = 12000,
    .on_open = attacker_upgrade,
    .on_message = on_message_room,
};

/* WebSockets that answer pings and join nothing. */
const struct attack attack_lobby = {
    .name = "lobby",
    .width = 12000,
    .on_open = attacker_upgrade,
};
