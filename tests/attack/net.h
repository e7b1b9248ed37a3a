/* net.h - many non-blocking connections to one relay, from chosen addresses, with TLS if wanted. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_TESTS_ATTACK_NET_H
#define PF_TESTS_ATTACK_NET_H

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum conn_state {
    CONN_CLOSED,
    CONN_CONNECTING,
    CONN_HANDSHAKE, /* of TLS */
    CONN_OPEN,
};

struct conn {
    uint32_t index; /* in net.conns; never changes */
    int fd;
    enum conn_state state;
    SSL *ssl;            /* owned; NULL: plain */
    bool is_deaf;        /* is not read from */
    bool is_marked;      /* in the list of those that have something to send */
    uint32_t watched;    /* epoll events */
    uint64_t opening_ns; /* when connect() was called */
    size_t received;     /* bytes, in all */
    char *out, *in;      /* owned: what is to be sent; what a reader has kept for later */
    size_t out_size, out_sent, out_capacity, in_size;
    struct conn *marked_next;
};

struct net;

/* All may be NULL. A handler may close its connection, and open it again. */
struct net_handlers {
    void (*on_open)(struct net *net, struct conn *conn);
    /* Returns how much of it is done with; the rest comes again in front of what follows. */
    size_t (*on_bytes)(struct net *net, struct conn *conn, const char *bytes, size_t size);
    void (*on_close)(struct net *net, struct conn *conn); /* by the relay, or an error */
};

struct net {
    int epoll_fd;
    struct sockaddr_in target;
    uint32_t from;      /* the first source address, in the machine's byte order; 0: any */
    unsigned addresses; /* how many there are from that on */
    SSL_CTX *tls;       /* owned; NULL: plain */
    struct net_handlers handlers;
    void *user; /* of the handlers */
    struct conn *conns;
    size_t conns_count;
    struct conn *marked;
    uint64_t now_ns;
    uint64_t opened, unreachable, closed, bytes_in, bytes_out;
    size_t open_count, opening_count; /* now */
    char *buffer;
};

uint64_t clock_ns(void);

/* Ends the program with the text and errno's if it is not so. */
void check(bool good, const char *what);

/* `target` is "ADDRESS:PORT", `from` an address or NULL. */
void net_init(struct net *net, const char *target, const char *from, unsigned addresses,
              bool is_secure, size_t conns_count);
void net_free(struct net *net);

/* Begins to open a connection that is closed. */
void net_open(struct net *net, struct conn *conn);

/* Queues bytes, which leave at the end of net_poll() or by net_flush(). */
void net_send(struct net *net, struct conn *conn, const char *bytes, size_t size);

/* Closes it without calling on_close(). */
void net_close(struct net *net, struct conn *conn);

/* Stops or goes on reading. */
void net_set_deaf(struct net *net, struct conn *conn, bool is_deaf);

/* Bytes that wait to be sent. */
size_t net_waiting(const struct conn *conn);

/* Waits for events, handles them and sends what is queued. */
void net_poll(struct net *net, int timeout_ms);

/* Sends what is queued. */
void net_flush(struct net *net);

#endif
