/* dialects.h - the application protocols of the relays that are compared. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_BENCH_DIALECTS_H
#define PF_BENCH_DIALECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Who a connection is for its relay. */
struct bench_member {
    uint32_t number;
    uint32_t room;
    char id[48]; /* chosen here, or told by the relay */
};

/* What a text of the relay means while a member joins. */
enum bench_reaction {
    BENCH_WAIT,
    BENCH_JOINED,
    BENCH_REFUSED,
};

/*
 * Texts are written to `out` of that size, ended by a NUL, and their size is returned; 0 is nothing
 * to send.
 */
struct bench_dialect {
    const char *name;
    const char *subprotocol; /* a header line of the handshake, or "" */
    bool is_websocket;       /* else bytes over TCP, and a member has joined when it is connected */
    size_t (*target)(char *out, size_t size, const struct bench_member *me);
    size_t (*hello)(char *out, size_t size, const struct bench_member *me);
    /* Takes one text; `out` is an answer to it. */
    enum bench_reaction (*take)(struct bench_member *me, const char *text, char *out, size_t size);
    /* A message that carries `body` to the member's partner. */
    size_t (*message)(char *out, size_t size, const struct bench_member *me,
                      const struct bench_member *partner, const char *body);
};

/* The dialect of that name, or NULL. */
const struct bench_dialect *bench_dialect_find(const char *name);

#endif
