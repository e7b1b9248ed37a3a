/* redis_connection.c - one connection to a Redis server: commands out, replies in. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/redis_connection.h"

#include "base/assert.h"

#include <arpa/inet.h>
#include <errno.h>
#include <hiredis/hiredis.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    KEEPALIVE_S = 5,
    OUTPUT_SIZE_MIN = 4096,
    OUTPUT_SIZE_KEPT = 1 << 18, /* a larger buffer is freed when it is empty */
};

static bool fail(struct pf_redis_connection *connection, const char *why)
{
    (void)pf_slice_copy(pf_slice_of(why), connection->why, sizeof connection->why); /* may be cut */
    return false;
}

void pf_redis_connection_init(struct pf_redis_connection *connection,
                              const struct pf_redis_wiring *wiring)
{
    *connection = (struct pf_redis_connection){.wiring = *wiring, .fd = -1};
}

void pf_redis_connection_close(struct pf_redis_connection *connection)
{
    SSL_free(connection->tls); /* accepts NULL */
    if (connection->reader) {
        redisReaderFree(connection->reader);
    }
    if (connection->fd >= 0) {
        (void)close(connection->fd); /* which also removes it from epoll */
    }
    free(connection->output);
    *connection = (struct pf_redis_connection){.wiring = connection->wiring, .fd = -1};
}

/* Opening */

/* A server whose process has stopped is waited for: its kernel answers. One that is gone is not. */
static void set_timeouts(int fd)
{
    const int one = 1;
    const int keepalive_s = KEEPALIVE_S;
    const unsigned timeout_ms = PF_REDIS_USER_TIMEOUT_MS;
    /* Best effort: without them a server that is gone is noticed later. */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &keepalive_s, sizeof keepalive_s);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &keepalive_s, sizeof keepalive_s);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, sizeof timeout_ms);
}

/* Whose certificate the server has to have: an address, or a name, which it is also told. */
static bool expect_host(SSL *tls, const char *host)
{
    struct in6_addr number;
    if (inet_pton(AF_INET, host, &number) == 1 || inet_pton(AF_INET6, host, &number) == 1) {
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), host) == 1;
    }
    return SSL_set1_host(tls, host) == 1 && SSL_set_tlsext_host_name(tls, host) == 1;
}

static bool start_tls(struct pf_redis_connection *connection)
{
    connection->tls = SSL_new(connection->wiring.tls);
    if (!connection->tls || SSL_set_fd(connection->tls, connection->fd) != 1 ||
        !expect_host(connection->tls, connection->wiring.host)) {
        return fail(connection, "TLS cannot begin");
    }
    SSL_set_connect_state(connection->tls);
    return true;
}

bool pf_redis_connection_open(struct pf_redis_connection *connection,
                              const struct pf_target *target)
{
    PF_ASSERT(connection->phase == PF_REDIS_CLOSED);
    const int family = target->address.any.sa_family;
    connection->fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    connection->reader = redisReaderCreate();
    connection->phase = PF_REDIS_CONNECTING;
    if (connection->fd < 0) {
        return fail(connection, strerror(errno));
    }
    if (!connection->reader) {
        return fail(connection, "memory is short");
    }
    if (family != AF_UNIX) {
        set_timeouts(connection->fd);
    }
    if (connect(connection->fd, &target->address.any, target->size) != 0 && errno != EINPROGRESS) {
        return fail(connection, strerror(errno));
    }
    connection->watched = EPOLLIN | EPOLLOUT;
    struct epoll_event event = {.events = connection->watched, .data.u64 = connection->wiring.key};
    if (epoll_ctl(connection->wiring.epoll_fd, EPOLL_CTL_ADD, connection->fd, &event) != 0) {
        return fail(connection, strerror(errno));
    }
    return !connection->wiring.tls || start_tls(connection);
}

/* Has epoll report when the kernel takes more, or not. */
static bool watch(struct pf_redis_connection *connection, bool writes)
{
    const uint32_t events = EPOLLIN | (writes ? EPOLLOUT : 0U);
    if (connection->watched == events) {
        return true;
    }
    connection->watched = events;
    struct epoll_event event = {.events = events, .data.u64 = connection->wiring.key};
    return epoll_ctl(connection->wiring.epoll_fd, EPOLL_CTL_MOD, connection->fd, &event) == 0 ||
           fail(connection, strerror(errno));
}

/* The stream: plain, or TLS. All return how many bytes were moved, 0 if that has to wait, or -1,
 * having said why. */

static ssize_t tls_result(struct pf_redis_connection *connection, int result)
{
    if (result > 0) {
        return result;
    }
    const int error = SSL_get_error(connection->tls, result);
    const long verified = SSL_get_verify_result(connection->tls);
    connection->tls_wants_write = error == SSL_ERROR_WANT_WRITE;
    if (error == SSL_ERROR_WANT_WRITE || error == SSL_ERROR_WANT_READ) {
        return 0;
    }
    const char *reason = error == SSL_ERROR_SSL ? ERR_reason_error_string(ERR_peek_error()) : NULL;
    (void)fail(connection, verified != X509_V_OK ? X509_verify_cert_error_string(verified)
                           : reason              ? reason
                                    : "the server has closed the connection"); /* says why */
    return -1;
}

static ssize_t plain_result(struct pf_redis_connection *connection, ssize_t result)
{
    if (result >= 0 || errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) {
        return result >= 0 ? result : 0;
    }
    (void)fail(connection, errno == ETIMEDOUT ? "the server does not answer any more"
                                              : strerror(errno)); /* says why */
    return -1;
}

static ssize_t stream_write(struct pf_redis_connection *connection, const char *bytes, size_t size)
{
    if (!connection->tls) {
        return plain_result(connection, send(connection->fd, bytes, size, MSG_NOSIGNAL));
    }
    ERR_clear_error();
    connection->tls_wants_write = false;
    return tls_result(connection,
                      SSL_write(connection->tls, bytes, size < INT_MAX ? (int)size : INT_MAX));
}

static ssize_t stream_read(struct pf_redis_connection *connection, char *out, size_t size)
{
    if (connection->tls) {
        ERR_clear_error();
        return tls_result(connection, SSL_read(connection->tls, out, (int)size));
    }
    const ssize_t got = recv(connection->fd, out, size, 0);
    if (got == 0) {
        (void)fail(connection, "the server has closed the connection"); /* says why */
        return -1;
    }
    return plain_result(connection, got);
}

/* Writing */

/* Makes room for `size` bytes more. */
static bool reserve(struct pf_redis_connection *connection, size_t size)
{
    const size_t kept = connection->output_size - connection->output_at;
    if (size > PF_REDIS_OUTPUT_SIZE_MAX || kept > PF_REDIS_OUTPUT_SIZE_MAX - size) {
        return fail(connection, "the server does not take what it is sent");
    }
    if (connection->output_at > 0) {
        memmove(connection->output, connection->output + connection->output_at, kept);
        connection->output_at = 0;
        connection->output_size = kept;
    }
    size_t capacity = connection->output_capacity ? connection->output_capacity : OUTPUT_SIZE_MIN;
    while (capacity < kept + size) {
        capacity *= 2;
    }
    if (capacity == connection->output_capacity) {
        return true;
    }
    char *output = realloc(connection->output, capacity);
    if (!output) {
        return fail(connection, "memory is short");
    }
    connection->output = output;
    connection->output_capacity = capacity;
    return true;
}

bool pf_redis_connection_put(struct pf_redis_connection *connection, const struct pf_slice *words,
                             size_t count)
{
    const char *texts[PF_REDIS_WORDS_MAX];
    size_t sizes[PF_REDIS_WORDS_MAX];
    char *command = NULL;
    PF_ASSERT(connection->phase != PF_REDIS_CLOSED);
    PF_ASSERT(count <= PF_REDIS_WORDS_MAX);
    for (size_t i = 0; i < count; i++) {
        texts[i] = words[i].size > 0 ? words[i].data : "";
        sizes[i] = words[i].size;
    }
    const long long size = redisFormatCommandArgv(&command, (int)count, texts, sizes);
    if (size < 0) {
        return fail(connection, "memory is short");
    }
    const bool has_room = (size_t)size <= connection->output_capacity - connection->output_size ||
                          reserve(connection, (size_t)size);
    if (has_room) {
        memcpy(connection->output + connection->output_size, command, (size_t)size);
        connection->output_size += (size_t)size;
    }
    redisFreeCommand(command);
    return has_room;
}

/* Nothing waits any more. */
static void empty(struct pf_redis_connection *connection)
{
    connection->output_at = connection->output_size = 0;
    if (connection->output_capacity > OUTPUT_SIZE_KEPT) {
        free(connection->output);
        connection->output = NULL;
        connection->output_capacity = 0;
    }
}

bool pf_redis_connection_flush(struct pf_redis_connection *connection)
{
    if (connection->phase != PF_REDIS_CONNECTED) {
        return true;
    }
    while (connection->output_at < connection->output_size) {
        const ssize_t put = stream_write(connection, connection->output + connection->output_at,
                                         connection->output_size - connection->output_at);
        if (put <= 0) {
            return put == 0 && watch(connection, !connection->tls || connection->tls_wants_write);
        }
        connection->output_at += (size_t)put;
    }
    empty(connection);
    return watch(connection, connection->tls_wants_write);
}

/* Reading */

/* Whether connect() and the handshake are over; sets the phase. */
static bool go_on_connecting(struct pf_redis_connection *connection)
{
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(connection->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
        return fail(connection, strerror(error != 0 ? error : errno));
    }
    if (connection->tls) {
        ERR_clear_error();
        const ssize_t done = tls_result(connection, SSL_do_handshake(connection->tls));
        if (done <= 0) {
            return done == 0 && watch(connection, connection->tls_wants_write);
        }
    }
    connection->phase = PF_REDIS_CONNECTED;
    return true;
}

static bool feed(struct pf_redis_connection *connection, const char *bytes, size_t size)
{
    struct redisReader *reader = connection->reader;
    if (reader->len - reader->pos > PF_REDIS_REPLY_SIZE_MAX) {
        return fail(connection, "a reply of the server is too long");
    }
    return redisReaderFeed(reader, bytes, size) == REDIS_OK || fail(connection, "memory is short");
}

bool pf_redis_connection_handle(struct pf_redis_connection *connection, uint32_t events,
                                char *input, size_t input_size)
{
    if (connection->phase == PF_REDIS_CONNECTING) {
        /* EPOLLHUP is what a socket has before it connects. */
        return ((events & (EPOLLIN | EPOLLOUT | EPOLLERR)) == 0 || go_on_connecting(connection)) &&
               pf_redis_connection_flush(connection);
    }
    /* As many reads as TLS has records in its buffer; without TLS, one. */
    do {
        const ssize_t got = stream_read(connection, input, input_size);
        if (got < 0 || (got > 0 && !feed(connection, input, (size_t)got))) {
            return false;
        }
    } while (connection->tls && SSL_pending(connection->tls) > 0);
    return ((events & EPOLLOUT) == 0 && !connection->tls) || pf_redis_connection_flush(connection);
}

bool pf_redis_connection_take(struct pf_redis_connection *connection, struct redisReply **out)
{
    void *reply = NULL;
    if (redisReaderGetReply(connection->reader, &reply) != REDIS_OK) {
        return fail(connection, connection->reader->errstr);
    }
    *out = reply;
    return true;
}
