/* tls.c - the TLS of one connection. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/tls.h"

#include "base/assert.h"
#include "base/slice.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct pf_tls {
    struct pf_tls_context *context; /* borrowed */
    SSL *ssl;                       /* owned, with its BIO */
    int fd;                         /* borrowed */
    bool is_handshaking;
    bool wants_write;
    size_t handshake_size; /* bytes received while it goes on */
};

/* The BIO: reads from the context's input, writes to the socket. */

static int bio_read(BIO *bio, char *out, size_t size, size_t *taken)
{
    const struct pf_tls *tls = BIO_get_data(bio);
    struct pf_tls_context *context = tls->context;
    const size_t left = context->input_size - context->input_taken;
    BIO_clear_retry_flags(bio);
    if (left == 0) {
        BIO_set_retry_read(bio);
        return 0;
    }
    *taken = size < left ? size : left;
    memcpy(out, context->input + context->input_taken, *taken);
    context->input_taken += *taken;
    return 1;
}

static int bio_write(BIO *bio, const char *bytes, size_t size, size_t *written)
{
    const struct pf_tls *tls = BIO_get_data(bio);
    ssize_t put = 0;
    BIO_clear_retry_flags(bio);
    do {
        put = send(tls->fd, bytes, size, MSG_NOSIGNAL);
    } while (put < 0 && errno == EINTR);
    if (put < 0) {
        if (errno == EAGAIN || errno == EWOULDBLOCK) {
            BIO_set_retry_write(bio);
        }
        return 0;
    }
    *written = (size_t)put;
    return 1;
}

static long bio_control(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;     /* nothing is kept */
    (void)number;  /* as above */
    (void)pointer; /* as above */
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

static int bio_create(BIO *bio)
{
    BIO_set_init(bio, 1);
    return 1;
}

/* OpenSSL keeps it for the life of the process: it has no state. */
static BIO_METHOD *new_method(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "peerface");
    if (method) {
        PF_ASSERT(BIO_meth_set_read_ex(method, bio_read) == 1);
        PF_ASSERT(BIO_meth_set_write_ex(method, bio_write) == 1);
        PF_ASSERT(BIO_meth_set_ctrl(method, bio_control) == 1);
        PF_ASSERT(BIO_meth_set_create(method, bio_create) == 1);
    }
    return method;
}

struct pf_tls *pf_tls_new(struct pf_tls_context *context, int fd)
{
    struct pf_tls *tls = malloc(sizeof *tls);
    if (!tls) {
        return NULL;
    }
    *tls = (struct pf_tls){.context = context, .fd = fd, .is_handshaking = true};
    if (!context->method) {
        context->method = new_method();
    }
    tls->ssl = SSL_new(context->ssl);
    BIO *bio = context->method ? BIO_new(context->method) : NULL;
    if (!tls->ssl || !bio) {
        BIO_free(bio);
        pf_tls_free(tls);
        return NULL;
    }
    BIO_set_data(bio, tls);
    SSL_set_bio(tls->ssl, bio, bio);
    SSL_set_accept_state(tls->ssl);
    return tls;
}

void pf_tls_free(struct pf_tls *tls)
{
    if (tls) {
        SSL_free(tls->ssl);
        free(tls);
    }
}

bool pf_tls_is_handshaking(const struct pf_tls *tls)
{
    return tls->is_handshaking;
}

bool pf_tls_wants_write(const struct pf_tls *tls)
{
    return tls->wants_write;
}

/* Receives into the context's input. As recv(). */
static ssize_t receive(struct pf_tls *tls)
{
    struct pf_tls_context *context = tls->context;
    ssize_t got = 0;
    do {
        got = recv(tls->fd, context->input, PF_TLS_INPUT_SIZE, 0);
    } while (got < 0 && errno == EINTR);
    context->input_size = got > 0 ? (size_t)got : 0;
    context->input_taken = 0;
    if (tls->is_handshaking && got > 0) {
        tls->handshake_size += (size_t)got;
    }
    return got;
}

/* After a call that did not succeed. Whether the connection can go on. */
static bool judge_error(struct pf_tls *tls, int result)
{
    const struct pf_tls_context *context = tls->context;
    switch (SSL_get_error(tls->ssl, result)) {
    case SSL_ERROR_WANT_READ: return true;
    case SSL_ERROR_WANT_WRITE:
        /* What has arrived behind that cannot be kept. It takes a client that reads nothing of a
         * handshake and still goes on with it. */
        tls->wants_write = true;
        return context->input_taken == context->input_size;
    default:
        ERR_clear_error();
        errno = EPROTO;
        return false;
    }
}

ssize_t pf_tls_read(struct pf_tls *tls, char *out, size_t size)
{
    const struct pf_tls_context *context = tls->context;
    size_t done = 0;
    PF_ASSERT(size >= PF_TLS_INPUT_SIZE + PF_TLS_RECORD_SIZE_MAX);
    const ssize_t got = receive(tls);
    if (got == 0) {
        return 0;
    }
    if (got < 0 && !((errno == EAGAIN || errno == EWOULDBLOCK) && tls->wants_write)) {
        return -1;
    }
    tls->wants_write = false;
    do {
        size_t taken = 0;
        ERR_clear_error();
        const int result = SSL_read_ex(tls->ssl, out + done, size - done, &taken);
        done += taken;
        if (result == 1) {
            continue;
        }
        if (SSL_get_shutdown(tls->ssl) != 0) {
            return (ssize_t)done; /* close_notify, or an alert */
        }
        if (!judge_error(tls, result)) {
            return done > 0 ? (ssize_t)done : -1;
        }
        break;
    } while (context->input_taken < context->input_size);
    if (tls->is_handshaking) {
        tls->is_handshaking = !SSL_is_init_finished(tls->ssl);
        if (tls->is_handshaking && tls->handshake_size > PF_TLS_HANDSHAKE_SIZE_MAX) {
            errno = EPROTO;
            return -1;
        }
    }
    if (done == 0) {
        errno = EAGAIN;
        return -1;
    }
    return (ssize_t)done;
}

/* A position within pieces that are being written. */
struct place {
    size_t index, offset;
};

/* The bytes of the next record: those at hand if they fill it or are all, else gathered. */
static struct pf_slice take_record(char *copy, const struct iovec *pieces, size_t pieces_count,
                                   struct place at)
{
    size_t size = 0;
    for (; at.index < pieces_count && size < PF_TLS_RECORD_SIZE_MAX; at.index++, at.offset = 0) {
        const char *bytes = (const char *)pieces[at.index].iov_base + at.offset;
        const size_t left = pieces[at.index].iov_len - at.offset;
        const size_t room = PF_TLS_RECORD_SIZE_MAX - size;
        const size_t part = left < room ? left : room;
        if (size == 0 && (part == room || at.index + 1 == pieces_count)) {
            return (struct pf_slice){bytes, part};
        }
        if (part > 0) {
            memcpy(copy + size, bytes, part);
        }
        size += part;
    }
    return (struct pf_slice){copy, size};
}

static void advance(struct place *at, const struct iovec *pieces, size_t size)
{
    while (size > 0) {
        const size_t left = pieces[at->index].iov_len - at->offset;
        if (size < left) {
            at->offset += size;
            return;
        }
        size -= left;
        at->index++;
        at->offset = 0;
    }
}

ssize_t pf_tls_write(struct pf_tls *tls, const struct iovec *pieces, size_t pieces_count)
{
    struct place at = {0, 0};
    size_t done = 0;
    for (;;) {
        const struct pf_slice record = take_record(tls->context->output, pieces, pieces_count, at);
        size_t written = 0;
        if (record.size == 0) {
            return (ssize_t)done;
        }
        ERR_clear_error();
        const int result = SSL_write_ex(tls->ssl, record.data, record.size, &written);
        if (result != 1) {
            const int error = SSL_get_error(tls->ssl, result);
            ERR_clear_error();
            errno = error == SSL_ERROR_WANT_WRITE ? EAGAIN : EPROTO;
            return done > 0 && errno == EAGAIN ? (ssize_t)done : -1;
        }
        advance(&at, pieces, written);
        done += written;
    }
}

void pf_tls_shutdown(struct pf_tls *tls)
{
    if (!tls->is_handshaking) {
        ERR_clear_error();
        (void)SSL_shutdown(tls->ssl); /* best effort: what follows is the end of the stream */
        ERR_clear_error();
    }
}
