/* net.c - many non-blocking connections to one relay, from chosen addresses, with TLS if wanted. */
/* SPDX-License-Identifier: MIT */
#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER_SIZE = 1 << 18, READ_SIZE = 1 << 16, EVENTS_MAX = 512, NS_PER_S = 1000000000 };

uint64_t clock_ns(void)
{
    struct timespec time;
    check(clock_gettime(CLOCK_MONOTONIC, &time) == 0, "clock_gettime");
    return (uint64_t)time.tv_sec * NS_PER_S + (uint64_t)time.tv_nsec;
}

void check(bool good, const char *what)
{
    if (!good) {
        perror(what);
        exit(EXIT_FAILURE);
    }
}

static void set_target(struct net *net, const char *target)
{
    char address[64];
    unsigned port = 0;
    check(sscanf(target, "%63[^:]:%u", address, &port) == 2 && port < 65536, "target");
    net->target = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    check(inet_pton(AF_INET, address, &net->target.sin_addr) == 1, "target");
}

void net_init(struct net *net, const char *target, const char *from, unsigned addresses,
              bool is_secure, size_t conns_count)
{
    struct rlimit limit;
    struct in_addr source = {0};
    *net = (struct net){.addresses = addresses > 0 ? addresses : 1, .conns_count = conns_count};
    set_target(net, target);
    check(!from || inet_pton(AF_INET, from, &source) == 1, "--from");
    net->from = ntohl(source.s_addr);
    check(getrlimit(RLIMIT_NOFILE, &limit) == 0, "getrlimit");
    limit.rlim_cur = limit.rlim_max;
    check(setrlimit(RLIMIT_NOFILE, &limit) == 0, "setrlimit");
    net->epoll_fd = epoll_create1(0);
    net->buffer = malloc(BUFFER_SIZE);
    net->conns = calloc(conns_count, sizeof *net->conns);
    check(net->epoll_fd >= 0 && net->buffer && net->conns, "memory");
    for (size_t i = 0; i < conns_count; i++) {
        net->conns[i].index = (uint32_t)i;
        net->conns[i].fd = -1;
    }
    if (is_secure) {
        net->tls = SSL_CTX_new(TLS_client_method());
        check(net->tls, "SSL_CTX_new");
        (void)SSL_CTX_set_mode(net->tls, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY |
                                             SSL_MODE_ENABLE_PARTIAL_WRITE |
                                             SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
        (void)SSL_CTX_set_session_cache_mode(net->tls, SSL_SESS_CACHE_OFF);
    }
    net->now_ns = clock_ns();
}

void net_free(struct net *net)
{
    for (size_t i = 0; i < net->conns_count; i++) {
        net_close(net, &net->conns[i]);
    }
    SSL_CTX_free(net->tls);
    free(net->conns);
    free(net->buffer);
    (void)close(net->epoll_fd); /* nothing is written to it */
}

static void watch(struct net *net, struct conn *conn, uint32_t wanted, int operation)
{
    struct epoll_event event = {.events = wanted, .data.u32 = conn->index};
    if (operation == EPOLL_CTL_MOD && wanted == conn->watched) {
        return;
    }
    conn->watched = wanted;
    check(epoll_ctl(net->epoll_fd, operation, conn->fd, &event) == 0, "epoll_ctl");
}

static void mark(struct net *net, struct conn *conn)
{
    if (!conn->is_marked) {
        conn->is_marked = true;
        conn->marked_next = net->marked;
        net->marked = conn;
    }
}

void net_close(struct net *net, struct conn *conn)
{
    if (conn->state == CONN_CLOSED) {
        return;
    }
    net->opening_count -= conn->state != CONN_OPEN ? 1 : 0;
    net->open_count -= conn->state == CONN_OPEN ? 1 : 0;
    conn->state = CONN_CLOSED;
    SSL_free(conn->ssl);
    conn->ssl = NULL;
    (void)close(conn->fd); /* what was not sent is lost on purpose */
    conn->fd = -1;
    free(conn->out);
    free(conn->in);
    conn->out = conn->in = NULL;
    conn->out_size = conn->out_sent = conn->out_capacity = conn->in_size = 0;
}

static void lose(struct net *net, struct conn *conn)
{
    net->unreachable += conn->state != CONN_OPEN || conn->received == 0 ? 1 : 0;
    net->closed++;
    net_close(net, conn);
    if (net->handlers.on_close) {
        net->handlers.on_close(net, conn);
    }
}

static void bind_source(const struct net *net, const struct conn *conn)
{
    const int one = 1;
    struct sockaddr_in source = {.sin_family = AF_INET};
    if (net->from == 0) {
        return;
    }
    /* The port is chosen by connect(), so that one port serves many targets and sources. */
    check(setsockopt(conn->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one) == 0,
          "IP_BIND_ADDRESS_NO_PORT");
    source.sin_addr.s_addr = htonl(net->from + conn->index % net->addresses);
    check(bind(conn->fd, (struct sockaddr *)&source, sizeof source) == 0, "bind");
}

void net_open(struct net *net, struct conn *conn)
{
    const int one = 1;
    conn->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    check(conn->fd >= 0, "socket");
    check(setsockopt(conn->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) == 0, "TCP_NODELAY");
    bind_source(net, conn);
    conn->state = CONN_CONNECTING;
    conn->is_deaf = false;
    conn->received = 0;
    conn->opening_ns = clock_ns();
    net->opening_count++;
    watch(net, conn, EPOLLOUT, EPOLL_CTL_ADD);
    if (connect(conn->fd, (struct sockaddr *)&net->target, sizeof net->target) != 0 &&
        errno != EINPROGRESS) {
        /* Only noted: on_close() from here would open it again, without an end. */
        net->unreachable++;
        net_close(net, conn);
    }
}

void net_send(struct net *net, struct conn *conn, const char *bytes, size_t size)
{
    if (conn->state == CONN_CLOSED) {
        return;
    }
    if (conn->out_sent == conn->out_size) {
        conn->out_sent = conn->out_size = 0;
    }
    if (conn->out_size + size > conn->out_capacity) {
        size_t capacity = conn->out_capacity > 0 ? conn->out_capacity : 256;
        while (capacity < conn->out_size + size) {
            capacity *= 2;
        }
        conn->out = realloc(conn->out, capacity);
        conn->out_capacity = capacity;
        check(conn->out, "memory");
    }
    memcpy(conn->out + conn->out_size, bytes, size);
    conn->out_size += size;
    mark(net, conn);
}

size_t net_waiting(const struct conn *conn)
{
    return conn->out_size - conn->out_sent;
}

static uint32_t wanted(const struct conn *conn)
{
    return (conn->is_deaf ? 0u : (uint32_t)EPOLLIN) |
           (net_waiting(conn) > 0 ? (uint32_t)EPOLLOUT : 0u);
}

void net_set_deaf(struct net *net, struct conn *conn, bool is_deaf)
{
    conn->is_deaf = is_deaf;
    if (conn->state == CONN_OPEN) {
        watch(net, conn, wanted(conn), EPOLL_CTL_MOD);
    }
}

/* As send(): -1 with errno. */
static ssize_t put(struct conn *conn)
{
    const char *bytes = conn->out + conn->out_sent;
    if (!conn->ssl) {
        return send(conn->fd, bytes, net_waiting(conn), MSG_NOSIGNAL);
    }
    const int written = SSL_write(conn->ssl, bytes, (int)net_waiting(conn));
    if (written <= 0) {
        errno = SSL_get_error(conn->ssl, written) == SSL_ERROR_WANT_WRITE ? EAGAIN : EPIPE;
    }
    return written > 0 ? written : -1;
}

static void flush(struct net *net, struct conn *conn)
{
    while (conn->state == CONN_OPEN && net_waiting(conn) > 0) {
        const ssize_t sent = put(conn);
        if (sent < 0 && errno == EAGAIN) {
            break;
        }
        if (sent < 0) {
            lose(net, conn);
            return;
        }
        net->bytes_out += (uint64_t)sent;
        conn->out_sent += (size_t)sent;
    }
    if (conn->state == CONN_OPEN && net_waiting(conn) == 0) {
        free(conn->out); /* thousands are open, few of them send at the same time */
        conn->out = NULL;
        conn->out_size = conn->out_sent = conn->out_capacity = 0;
    }
    if (conn->state == CONN_OPEN) {
        watch(net, conn, wanted(conn), EPOLL_CTL_MOD);
    }
}

static void become_open(struct net *net, struct conn *conn)
{
    conn->state = CONN_OPEN;
    net->opening_count--;
    net->open_count++;
    net->opened++;
    watch(net, conn, wanted(conn), EPOLL_CTL_MOD);
    if (net->handlers.on_open) {
        net->handlers.on_open(net, conn);
    }
}

static void go_on_handshake(struct net *net, struct conn *conn)
{
    const int result = SSL_connect(conn->ssl);
    const int error = SSL_get_error(conn->ssl, result);
    if (result == 1) {
        become_open(net, conn);
    } else if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
        watch(net, conn, error == SSL_ERROR_WANT_READ ? EPOLLIN : EPOLLOUT, EPOLL_CTL_MOD);
    } else {
        lose(net, conn);
    }
}

static void on_connected(struct net *net, struct conn *conn)
{
    int error = 0;
    socklen_t size = sizeof error;
    check(getsockopt(conn->fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0, "SO_ERROR");
    if (error != 0) {
        lose(net, conn);
    } else if (net->tls) {
        conn->ssl = SSL_new(net->tls);
        check(conn->ssl && SSL_set_fd(conn->ssl, conn->fd) == 1, "SSL_new");
        conn->state = CONN_HANDSHAKE;
        go_on_handshake(net, conn);
    } else {
        become_open(net, conn);
    }
}

/* As recv(). */
static ssize_t get(struct conn *conn, char *out)
{
    if (!conn->ssl) {
        return recv(conn->fd, out, READ_SIZE, 0);
    }
    const int got = SSL_read(conn->ssl, out, READ_SIZE);
    if (got <= 0) {
        const int error = SSL_get_error(conn->ssl, got);
        errno = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? EAGAIN : EPIPE;
        return error == SSL_ERROR_ZERO_RETURN ? 0 : -1;
    }
    return got;
}

static void keep(struct conn *conn, const char *bytes, size_t size)
{
    check(size <= BUFFER_SIZE - READ_SIZE, "a message fits");
    if (size > 0) {
        conn->in = malloc(size);
        check(conn->in, "memory");
        memcpy(conn->in, bytes, size);
        conn->in_size = size;
    }
}

static bool read_once(struct net *net, struct conn *conn)
{
    const size_t before = conn->in_size;
    if (before > 0) {
        memcpy(net->buffer, conn->in, before);
        free(conn->in);
        conn->in = NULL;
        conn->in_size = 0;
    }
    const ssize_t got = get(conn, net->buffer + before);
    if (got < 0 && errno == EAGAIN) {
        keep(conn, net->buffer, before);
        return false;
    }
    if (got <= 0) {
        lose(net, conn);
        return false;
    }
    conn->received += (size_t)got;
    net->bytes_in += (uint64_t)got;
    const size_t size = before + (size_t)got;
    const size_t taken =
        net->handlers.on_bytes ? net->handlers.on_bytes(net, conn, net->buffer, size) : size;
    if (conn->state != CONN_OPEN) {
        return false;
    }
    keep(conn, net->buffer + taken, size - taken);
    return conn->ssl != NULL; /* TLS may hold more that epoll does not know of */
}

static void on_event(struct net *net, struct conn *conn, uint32_t events)
{
    switch (conn->state) {
    case CONN_CLOSED: return;
    case CONN_CONNECTING: on_connected(net, conn); return;
    case CONN_HANDSHAKE: go_on_handshake(net, conn); return;
    case CONN_OPEN: break;
    }
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 && !conn->is_deaf) {
        while (read_once(net, conn)) {
        }
    } else if ((events & (EPOLLHUP | EPOLLERR)) != 0) {
        lose(net, conn);
    }
    if (conn->state == CONN_OPEN && (events & EPOLLOUT) != 0) {
        mark(net, conn);
    }
}

void net_poll(struct net *net, int timeout_ms)
{
    struct epoll_event events[EVENTS_MAX];
    const int count = epoll_wait(net->epoll_fd, events, EVENTS_MAX, timeout_ms);
    net->now_ns = clock_ns();
    for (int i = 0; i < count; i++) {
        on_event(net, &net->conns[events[i].data.u32], events[i].events);
    }
    net_flush(net);
}

void net_flush(struct net *net)
{
    while (net->marked) {
        struct conn *conn = net->marked;
        net->marked = conn->marked_next;
        conn->is_marked = false;
        flush(net, conn);
    }
}
