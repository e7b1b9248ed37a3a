/* connection.c - one member's connection to the relay that is measured. */
/* SPDX-License-Identifier: MIT */
#include "connection.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { TEXT_SIZE_MAX = 32768, HEADER_SIZE_MAX = 8 };

void bench_check(bool good, const char *what)
{
    if (!good) {
        perror(what);
        exit(EXIT_FAILURE);
    }
}

uint64_t bench_now_ns(void)
{
    struct timespec now;
    bench_check(clock_gettime(CLOCK_MONOTONIC, &now) == 0, "clock_gettime");
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void bench_world_open(struct bench_world *world, const struct bench_dialect *dialect, bool tls)
{
    world->dialect = dialect;
    world->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    bench_check(world->epoll_fd >= 0, "epoll_create1");
    if (tls) {
        world->tls = SSL_CTX_new(TLS_client_method()); /* any certificate will do */
        bench_check(world->tls != NULL, "SSL_CTX_new");
        (void)SSL_CTX_set_mode(world->tls, SSL_MODE_RELEASE_BUFFERS |
                                               SSL_MODE_ENABLE_PARTIAL_WRITE |
                                               SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    }
}

void bench_world_close(struct bench_world *world, struct bench_connection *connections,
                       uint32_t count)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    for (uint32_t i = 0; i < count; i++) {
        struct bench_connection *connection = &connections[i];
        (void)setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        (void)close(connection->fd); /* with the reset that was asked for, or without */
        SSL_free(connection->ssl);
        free(connection->frame);
        free(connection->unsent.data);
        free(connection->partial.data);
    }
    SSL_CTX_free(world->tls);
    (void)close(world->epoll_fd); /* nothing was written */
}

/* Bytes in and out */

static void watch(struct bench_world *world, struct bench_connection *connection, bool writes)
{
    if (connection->watches_writes != writes) {
        struct epoll_event event = {.events = EPOLLIN | (writes ? (uint32_t)EPOLLOUT : 0),
                                    .data.u32 = connection->me.number};
        connection->watches_writes = writes;
        bench_check(epoll_ctl(world->epoll_fd, EPOLL_CTL_MOD, connection->fd, &event) == 0,
                    "epoll_ctl");
    }
}

/* As send(), for TLS as well. */
static ssize_t put_bytes(struct bench_connection *connection, const char *bytes, size_t size)
{
    if (!connection->ssl) {
        return send(connection->fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    size_t put = 0;
    ERR_clear_error();
    if (SSL_write_ex(connection->ssl, bytes, size, &put) != 1) {
        errno = EAGAIN;
        return -1;
    }
    return (ssize_t)put;
}

static void keep(struct bench_bytes *bytes, const char *data, size_t size)
{
    if (size > 0) {
        bytes->data = realloc(bytes->data, bytes->size + size);
        bench_check(bytes->data != NULL, "memory");
        memcpy(bytes->data + bytes->size, data, size);
        bytes->size += size;
    }
}

static void forget(struct bench_bytes *bytes)
{
    free(bytes->data);
    *bytes = (struct bench_bytes){.data = NULL};
}

static void send_bytes(struct bench_world *world, struct bench_connection *connection,
                       const char *bytes, size_t size)
{
    while (size > 0 && connection->unsent.size == 0) {
        const ssize_t put = put_bytes(connection, bytes, size);
        if (put < 0) {
            bench_check(errno == EAGAIN, "send");
            break;
        }
        bytes += put;
        size -= (size_t)put;
    }
    if (size > 0) {
        keep(&connection->unsent, bytes, size);
        watch(world, connection, true);
    }
}

static void send_unsent(struct bench_world *world, struct bench_connection *connection)
{
    struct bench_bytes bytes = connection->unsent;
    if (bytes.size > 0) {
        connection->unsent = (struct bench_bytes){.data = NULL};
        watch(world, connection, false);
        send_bytes(world, connection, bytes.data, bytes.size);
        free(bytes.data);
    }
}

/* Frames */

/* A masked text frame. Returns its size. */
static size_t write_frame(char *out, const char *text, size_t size)
{
    static const char mask[4] = {0x1f, 0x2e, 0x3d, 0x4c};
    size_t at = 2;
    out[0] = (char)0x81;
    if (size < 126) {
        out[1] = (char)(0x80 | size);
    } else {
        out[1] = (char)(0x80 | 126);
        out[2] = (char)(size >> 8);
        out[3] = (char)(size & 0xff);
        at = 4;
    }
    memcpy(out + at, mask, sizeof mask);
    at += sizeof mask;
    for (size_t i = 0; i < size; i++) {
        out[at + i] = (char)(text[i] ^ mask[i % sizeof mask]);
    }
    return at + size;
}

static void send_text(struct bench_world *world, struct bench_connection *connection,
                      const char *text)
{
    char frame[HEADER_SIZE_MAX + 1024];
    if (text[0] != '\0') {
        send_bytes(world, connection, frame, write_frame(frame, text, strlen(text)));
    }
}

void bench_connection_set_message(struct bench_connection *connection, const char *text,
                                  size_t size)
{
    connection->frame = malloc(HEADER_SIZE_MAX + size);
    bench_check(connection->frame != NULL, "memory");
    connection->frame_size = write_frame(connection->frame, text, size);
}

/* With TLS: one record, as a browser that writes them at once would. */
static void send_owed_by_tls(struct bench_world *world, struct bench_connection *connection,
                             size_t count)
{
    static char bytes[BENCH_WINDOW_MAX * (TEXT_SIZE_MAX + HEADER_SIZE_MAX)];
    for (size_t i = 0; i < count; i++) {
        memcpy(bytes + i * connection->frame_size, connection->frame, connection->frame_size);
    }
    send_bytes(world, connection, bytes, count * connection->frame_size);
}

void bench_connection_flush(struct bench_world *world, struct bench_connection *connection)
{
    while (connection->owed > 0) {
        struct iovec pieces[BENCH_WINDOW_MAX];
        const size_t count =
            connection->owed < BENCH_WINDOW_MAX ? connection->owed : BENCH_WINDOW_MAX;
        connection->owed -= (uint32_t)count;
        if (connection->ssl || connection->unsent.size > 0) {
            send_owed_by_tls(world, connection, count);
            continue;
        }
        for (size_t i = 0; i < count; i++) {
            pieces[i] = (struct iovec){connection->frame, connection->frame_size};
        }
        const struct msghdr message = {.msg_iov = pieces, .msg_iovlen = count};
        const ssize_t put = sendmsg(connection->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        bench_check(put > 0 || errno == EAGAIN, "sendmsg");
        size_t sent = put > 0 ? (size_t)put : 0;
        for (size_t i = 0; i < count; i++) {
            const size_t part = sent < connection->frame_size ? sent : connection->frame_size;
            sent -= part;
            keep(&connection->unsent, connection->frame + part, connection->frame_size - part);
        }
        if (connection->unsent.size > 0) {
            watch(world, connection, true);
        }
    }
}

/* Stages */

static void join(struct bench_world *world, struct bench_connection *connection)
{
    connection->stage = BENCH_READY;
    connection->joined_ns = bench_now_ns();
    world->joined++;
}

static void on_text(struct bench_world *world, struct bench_connection *connection, char *text,
                    size_t size)
{
    char answer[256] = "";
    if (world->exchanging && size >= BENCH_MESSAGE_SIZE_MIN) {
        world->messages++;
        connection->owed++;
        return;
    }
    const char after = text[size];
    text[size] = '\0'; /* the buffer has room for it */
    const enum bench_reaction reaction =
        world->dialect->take(&connection->me, text, answer, sizeof answer);
    bench_check(reaction != BENCH_REFUSED, text);
    text[size] = after;
    send_text(world, connection, answer);
    if (reaction == BENCH_JOINED && connection->stage == BENCH_JOINING) {
        join(world, connection);
    }
}

/* Takes whole frames. Returns how many bytes those were. */
static size_t take_frames(struct bench_world *world, struct bench_connection *connection,
                          char *bytes, size_t size)
{
    size_t at = 0;
    while (size - at >= 2) {
        const uint8_t *head = (const uint8_t *)bytes + at;
        const unsigned opcode = head[0] & 0x0fu;
        size_t length = head[1];
        size_t header = 2;
        if (length == 126) {
            header = 4;
            length = size - at < 4 ? 0 : (size_t)head[2] << 8 | head[3];
        }
        bench_check(length <= 0xffff && (head[1] & 0x80) == 0 && head[1] != 127, "a frame");
        if (size - at < header || size - at - header < length) {
            break;
        }
        bench_check(opcode != 8, "the relay has closed a connection");
        if (opcode == 1 || opcode == 2) {
            on_text(world, connection, bytes + at + header, length);
        }
        at += header + length;
    }
    return at;
}

/* The answer to the handshake, if it is complete. Returns how many bytes that was. */
static size_t take_response(struct bench_world *world, struct bench_connection *connection,
                            const char *bytes, size_t size)
{
    char hello[512];
    const char *end = memmem(bytes, size, "\r\n\r\n", 4);
    if (!end) {
        return 0;
    }
    bench_check(memcmp(bytes, "HTTP/1.1 101", 12) == 0, "the relay has refused a WebSocket");
    connection->stage = BENCH_JOINING;
    if (world->dialect->hello(hello, sizeof hello, &connection->me) > 0) {
        send_text(world, connection, hello);
    }
    return (size_t)(end + 4 - bytes);
}

static size_t take_bytes(struct bench_world *world, struct bench_connection *connection,
                         char *bytes, size_t size)
{
    size_t at = 0;
    if (!world->dialect->is_websocket) {
        const size_t count = size / connection->frame_size;
        world->messages += count;
        connection->owed += (uint32_t)count;
        return count * connection->frame_size;
    }
    if (connection->stage == BENCH_UPGRADING) {
        at = take_response(world, connection, bytes, size);
    }
    if (connection->stage >= BENCH_JOINING) {
        at += take_frames(world, connection, bytes + at, size - at);
    }
    return at;
}

static void upgrade(struct bench_world *world, struct bench_connection *connection)
{
    char target[256];
    char request[1024];
    if (!world->dialect->is_websocket) {
        join(world, connection);
        return;
    }
    (void)world->dialect->target(target, sizeof target, &connection->me); /* it fits */
    const int size = snprintf(request, sizeof request,
                              "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
                              "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n",
                              target, world->dialect->subprotocol);
    connection->stage = BENCH_UPGRADING;
    send_bytes(world, connection, request, (size_t)size);
}

static void go_on_with_tls(struct bench_world *world, struct bench_connection *connection)
{
    ERR_clear_error();
    const int result = SSL_do_handshake(connection->ssl);
    if (result == 1) {
        watch(world, connection, false);
        upgrade(world, connection);
        return;
    }
    const int error = SSL_get_error(connection->ssl, result);
    bench_check(error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE, "TLS");
    watch(world, connection, error == SSL_ERROR_WANT_WRITE);
}

static void on_connected(struct bench_world *world, struct bench_connection *connection)
{
    int error = 0;
    socklen_t size = sizeof error;
    bench_check(getsockopt(connection->fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0, "getsockopt");
    errno = error;
    bench_check(error == 0, "connect");
    watch(world, connection, false);
    if (!world->tls) {
        upgrade(world, connection);
        return;
    }
    connection->ssl = SSL_new(world->tls);
    bench_check(connection->ssl && SSL_set_fd(connection->ssl, connection->fd) == 1, "SSL_new");
    SSL_set_connect_state(connection->ssl);
    connection->stage = BENCH_TLS;
    go_on_with_tls(world, connection);
}

void bench_connection_open(struct bench_world *world, struct bench_connection *connection,
                           const struct sockaddr_in *from, uint16_t port)
{
    const int one = 1;
    const struct sockaddr_in to = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.u32 = connection->me.number};
    connection->opened_ns = bench_now_ns();
    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bench_check(connection->fd >= 0, "socket");
    bench_check(setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) == 0,
                "TCP_NODELAY");
    bench_check(setsockopt(connection->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one) ==
                    0,
                "IP_BIND_ADDRESS_NO_PORT");
    bench_check(bind(connection->fd, (const struct sockaddr *)from, sizeof *from) == 0, "bind");
    bench_check(connect(connection->fd, (const struct sockaddr *)&to, sizeof to) == 0 ||
                    errno == EINPROGRESS,
                "connect");
    connection->stage = BENCH_CONNECTING;
    connection->watches_writes = true;
    bench_check(epoll_ctl(world->epoll_fd, EPOLL_CTL_ADD, connection->fd, &event) == 0,
                "epoll_ctl");
}

/* As recv(), for TLS as well. */
static ssize_t get_bytes(struct bench_connection *connection, char *out, size_t size)
{
    if (!connection->ssl) {
        return recv(connection->fd, out, size, MSG_DONTWAIT);
    }
    size_t got = 0;
    ERR_clear_error();
    const int result = SSL_read_ex(connection->ssl, out, size, &got);
    if (result == 1) {
        return (ssize_t)got;
    }
    errno = EAGAIN;
    return SSL_get_error(connection->ssl, result) == SSL_ERROR_WANT_READ ? -1 : 0;
}

static void on_readable(struct bench_world *world, struct bench_connection *connection)
{
    do { /* what TLS has decrypted is reported by nobody */
        const size_t before = connection->partial.size;
        if (before > 0) {
            memcpy(world->buffer, connection->partial.data, before);
        }
        /* One byte is left for the end of a text. */
        const ssize_t got =
            get_bytes(connection, world->buffer + before, sizeof world->buffer - 1 - before);
        if (got < 0 && errno == EAGAIN) {
            return;
        }
        bench_check(got > 0, "the relay has closed a connection");
        forget(&connection->partial);
        const size_t size = before + (size_t)got;
        const size_t taken = take_bytes(world, connection, world->buffer, size);
        keep(&connection->partial, world->buffer + taken, size - taken);
    } while (connection->ssl && SSL_pending(connection->ssl) > 0);
}

void bench_connection_event(struct bench_world *world, struct bench_connection *connection,
                            uint32_t events)
{
    if (connection->stage == BENCH_CONNECTING) {
        if ((events & ~(uint32_t)EPOLLIN) != 0) {
            on_connected(world, connection);
        }
        return;
    }
    if (connection->stage == BENCH_TLS) {
        go_on_with_tls(world, connection);
        return;
    }
    if ((events & EPOLLOUT) != 0) {
        send_unsent(world, connection);
    }
    if ((events & ~(uint32_t)EPOLLOUT) != 0) {
        on_readable(world, connection);
    }
}
