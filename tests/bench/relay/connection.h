/* connection.h - one member's connection to the relay that is measured. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_BENCH_CONNECTION_H
#define PF_BENCH_CONNECTION_H

#include "dialects.h"

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    BENCH_WINDOW_MAX = 16,
    BENCH_BUFFER_SIZE = 1 << 18,
    BENCH_MESSAGE_SIZE_MIN = 150, /* shorter texts are no messages of a partner, but pings */
};

enum bench_stage {
    BENCH_CONNECTING,
    BENCH_TLS, /* handshake */
    BENCH_UPGRADING,
    BENCH_JOINING,
    BENCH_READY,
};

/* Bytes that have to wait. */
struct bench_bytes {
    char *data; /* owned */
    size_t size;
};

/* All zero until it is opened, but for `me`. */
struct bench_connection {
    struct bench_member me;
    int fd;
    SSL *ssl; /* owned; NULL: plain */
    enum bench_stage stage;
    bool watches_writes;
    uint64_t opened_ns, joined_ns;
    char *frame; /* owned: the message that it sends, ready for the wire */
    size_t frame_size;
    uint32_t owed;             /* messages to be sent at the end of the turn */
    struct bench_bytes unsent; /* the kernel has not accepted */
    struct bench_bytes partial;
};

/* What all connections of a run share. */
struct bench_world {
    const struct bench_dialect *dialect;
    SSL_CTX *tls; /* owned; NULL: plain */
    int epoll_fd;
    uint32_t joined;
    bool exchanging;   /* what arrives is counted, and answered by a message to the partner */
    uint64_t messages; /* that have arrived */
    char buffer[BENCH_BUFFER_SIZE];
};

/* Ends the process with that message unless `good`. */
void bench_check(bool good, const char *what);

uint64_t bench_now_ns(void);

void bench_world_open(struct bench_world *world, const struct bench_dialect *dialect, bool tls);

/* Resets all connections, so that no port has to wait. */
void bench_world_close(struct bench_world *world, struct bench_connection *connections,
                       uint32_t count);

/* From the address `from`, of any port, to `port`. Epoll reports it by its member's number. */
void bench_connection_open(struct bench_world *world, struct bench_connection *connection,
                           const struct sockaddr_in *from, uint16_t port);

/* Handles what epoll reports. */
void bench_connection_event(struct bench_world *world, struct bench_connection *connection,
                            uint32_t events);

/* Sets the message that it sends from now on. */
void bench_connection_set_message(struct bench_connection *connection, const char *text,
                                  size_t size);

/* Sends the messages that it owes. */
void bench_connection_flush(struct bench_world *world, struct bench_connection *connection);

#endif
