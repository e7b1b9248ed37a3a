/* forgeries.c - tickets and tokens that were forged, have expired, or are somebody else's. */
/* SPDX-License-Identifier: MIT */
/*
 * The driver makes them, one a line: members of a `join` that begin with a comma. Each is presented
 * again and again, so that whatever is genuine is a replay.
 */
#include "attack.h"

static void on_message(struct attacker *attacker, struct conn *conn, const char *text, size_t size)
{
    if (is_type(text, size, "hello")) {
        const size_t line = attacker_random(attacker) % attacker->lines_count;
        attacker_join(attacker, conn, attacker->room, attacker->lines[line]);
    } else if (is_type(text, size, "joined")) {
        websocket_send_text(&attacker->net, conn, "{\"type\":\"leave\"}");
    }
}

const struct attack attack_forgeries = {
    .name = "forgeries",
    .width = 50,
    .on_open = attacker_upgrade,
    .on_message = on_message,
};
