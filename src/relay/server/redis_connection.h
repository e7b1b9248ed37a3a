/* redis_connection.h - one connection to a Redis server: commands out, replies in. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_REDIS_CONNECTION_H
#define PF_RELAY_SERVER_REDIS_CONNECTION_H

#include "base/slice.h"
#include "relay/server/resolver.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct redisReader;
struct redisReply;
struct ssl_ctx_st;
struct ssl_st;

/*
 * hiredis writes the commands and reads the replies; the socket is ours. Its own asynchronous
 * connections look up names while everybody waits, assert what a server may send, and know TLS only
 * in some versions.
 */

enum {
    PF_REDIS_OUTPUT_SIZE_MAX = 8 << 20, /* what a server that has stopped may be owed */
    PF_REDIS_REPLY_SIZE_MAX = 8 << 20,
    PF_REDIS_WORDS_MAX = 8, /* of a command */
    PF_REDIS_WHY_SIZE = 128,
    PF_REDIS_USER_TIMEOUT_MS = 20000, /* without a sign of the server's kernel */
};

enum pf_redis_phase {
    PF_REDIS_CLOSED,
    PF_REDIS_CONNECTING, /* connect() is under way, or the handshake of TLS */
    PF_REDIS_CONNECTED,
};

/* Where it is registered, and how it is made. */
struct pf_redis_wiring {
    int epoll_fd;           /* borrowed */
    uint64_t key;           /* its user data there */
    struct ssl_ctx_st *tls; /* borrowed; NULL: none */
    const char *host;       /* whose certificate is asked for; borrowed */
};

struct pf_redis_connection {
    struct pf_redis_wiring wiring;
    enum pf_redis_phase phase;
    int fd;                     /* owned; -1 while CLOSED */
    struct ssl_st *tls;         /* owned; NULL without TLS */
    struct redisReader *reader; /* owned; NULL while CLOSED */
    bool tls_wants_write;
    uint32_t watched; /* the events that epoll reports */
    char *output;     /* owned: what the kernel has not taken yet */
    size_t output_at, output_size, output_capacity;
    char why[PF_REDIS_WHY_SIZE]; /* what was wrong, once a function has returned false */
};

/* CLOSED. `wiring` is copied. */
void pf_redis_connection_init(struct pf_redis_connection *connection,
                              const struct pf_redis_wiring *wiring);

/* Begins to connect. This and all that follow return false where the connection is of no use any
 * more: then it is to be closed. */
bool pf_redis_connection_open(struct pf_redis_connection *connection,
                              const struct pf_target *target);

/* Harmless if it is CLOSED. */
void pf_redis_connection_close(struct pf_redis_connection *connection);

/* Queues a command of at most PF_REDIS_WORDS_MAX words. They wait until it is CONNECTED. */
bool pf_redis_connection_put(struct pf_redis_connection *connection, const struct pf_slice *words,
                             size_t count);

/* Writes what is queued, as far as the kernel takes it. */
bool pf_redis_connection_flush(struct pf_redis_connection *connection);

/* Does what `events` of epoll are about: connects, reads by means of `input`, which is shared. */
bool pf_redis_connection_handle(struct pf_redis_connection *connection, uint32_t events,
                                char *input, size_t input_size);

/* Takes the next reply that has been read, or sets it to NULL; the caller frees it by
 * freeReplyObject(). */
bool pf_redis_connection_take(struct pf_redis_connection *connection, struct redisReply **out);

#endif
