/* attack.h - one way to trouble the relay, and what carries it out. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_TESTS_ATTACK_ATTACK_H
#define PF_TESTS_ATTACK_ATTACK_H

#include "net.h"
#include "websocket.h"

/*
 * Each attack is a file. It keeps `width` connections open: whatever the relay closes is opened
 * again, which on_open() and the others then see as a new one. All handlers but `what` may be NULL.
 */

enum { LINES_MAX = 4096 };

struct attacker {
    struct net net;
    const struct attack *attack;
    const char *room;       /* that everybody knows */
    const char *path;       /* of a large file */
    char *lines[LINES_MAX]; /* owned: what the driver has forged */
    size_t lines_count;
    uint64_t random;           /* state of attacker_random() */
    struct attacked *attacked; /* by index of the connection */
    char *hello;               /* owned: a ClientHello, recorded once */
    size_t hello_size;
    uint64_t statuses[600];   /* responses, by HTTP status */
    uint64_t joined, refused; /* what a `join` got */
};

/* What an attack remembers of a connection; all zero when that opens. */
struct attacked {
    size_t step;
    bool is_upgraded;
    char id[17];
};

struct attack {
    const char *name;
    size_t width;     /* connections at the same time, unless told otherwise */
    unsigned tick_ms; /* how often on_tick() sees each connection; 0: never */
    void (*on_open)(struct attacker *attacker, struct conn *conn);
    void (*on_bytes)(struct attacker *attacker, struct conn *conn, const char *bytes, size_t size);
    void (*on_message)(struct attacker *attacker, struct conn *conn, const char *text, size_t size);
    void (*on_tick)(struct attacker *attacker, struct conn *conn);
};

extern const struct attack attack_half_open, attack_slow_request, attack_slow_message,
    attack_slow_reader, attack_slow_member, attack_tls_flood, attack_tls_slow, attack_tls_random,
    attack_random_http, attack_random_frames, attack_random_json, attack_control_frames,
    attack_fragments, attack_join_flood, attack_ghosts, attack_empty_rooms, attack_lobby,
    attack_forgeries;

uint64_t attacker_random(struct attacker *attacker);

/* What it remembers of the connection. */
struct attacked *attacker_of(struct attacker *attacker, const struct conn *conn);

/* An on_open() that asks for a WebSocket. */
void attacker_upgrade(struct attacker *attacker, struct conn *conn);

/* Sends a `join` of the room; `more` begins with a comma, or is "". */
void attacker_join(struct attacker *attacker, struct conn *conn, const char *room,
                   const char *more);

/* Whether a message is of that type. */
bool is_type(const char *text, size_t size, const char *type);

#endif
