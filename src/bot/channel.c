/*
 * channel.c - a WebSocket to a relay: TCP or TLS, the handshake, and whole texts.
 *
 *   CLOSED       open            CONNECTING  the first address that answers
 *   CONNECTING   connected       GREETING    the request is sent, after OpenSSL's handshake
 *   GREETING     101             OPEN
 *   OPEN         close           CLOSING     reads on: the relay gets what was sent last
 *   any          lost            CLOSED
 */
/* SPDX-License-Identifier: MIT */
#include "bot/channel.h"

#include "base/assert.h"
#include "protocol/message.h"
#include "relay/server/crypto.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { OUTPUT_SIZE_MAX = 1 << 20 };

_Static_assert((int)PF_CHANNEL_ACCEPT_SIZE == (int)PF_ACCEPT_SIZE, "as crypto.h has it");
_Static_assert((int)PF_CHANNEL_INPUT_SIZE >= (int)PF_RESPONSE_SIZE_MAX, "an answer fits");

void pf_channel_init(struct pf_channel *channel, struct pf_endpoint *endpoint)
{
    channel->endpoint = endpoint;
    channel->phase = PF_CHANNEL_CLOSED;
    channel->fd = -1;
    channel->tls = NULL;
    channel->output = NULL;
    channel->output_capacity = 0;
    channel->waits_to_write = channel->is_shut = false;
    channel->input_at = channel->input_size = 0;
    channel->output_at = channel->output_size = 0;
    pf_websocket_init_client(&channel->frames, PF_MESSAGE_SIZE_MAX);
}

static void close_fd(struct pf_channel *channel)
{
    SSL_free(channel->tls); /* accepts NULL */
    channel->tls = NULL;
    if (channel->fd >= 0) {
        (void)close(channel->fd); /* there is nothing to be done about a failure */
    }
    channel->fd = -1;
}

void pf_channel_drop(struct pf_channel *channel)
{
    close_fd(channel);
    pf_websocket_clear(&channel->frames);
    free(channel->output);
    pf_channel_init(channel, channel->endpoint);
}

/* Notes why it will be lost; the first reason counts. */
static void blame(struct pf_channel *channel, const char *why)
{
    if (channel->why[0] == '\0') {
        (void)snprintf(channel->why, sizeof channel->why, "%s", why); /* or as much as fits */
    }
}

static enum pf_channel_news lose(struct pf_channel *channel)
{
    blame(channel, "the connection was lost");
    const bool is_news = channel->phase != PF_CHANNEL_CLOSING;
    pf_channel_drop(channel);
    return is_news ? PF_CHANNEL_LOST : PF_CHANNEL_NOTHING;
}

/* ---- bytes ---- */

static bool is_again(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* What an operation of OpenSSL has come to: `result`, or 0 to try again later, or -1. */
static ssize_t tls_result(struct pf_channel *channel, int result)
{
    if (result > 0) {
        return result;
    }
    const int error = SSL_get_error(channel->tls, result);
    const long verified = SSL_get_verify_result(channel->tls);
    channel->waits_to_write = channel->waits_to_write || error == SSL_ERROR_WANT_WRITE;
    if (error == SSL_ERROR_WANT_WRITE || error == SSL_ERROR_WANT_READ) {
        return 0;
    }
    if (verified != X509_V_OK) {
        blame(channel, X509_verify_cert_error_string(verified));
    } else if (error == SSL_ERROR_SSL) {
        blame(channel, "TLS failed");
    }
    return -1;
}

/* Bytes written, 0 to try again later, -1 if it is lost. */
static ssize_t write_some(struct pf_channel *channel, const char *bytes, size_t size)
{
    if (channel->tls) {
        ERR_clear_error();
        return tls_result(channel,
                          SSL_write(channel->tls, bytes, size < INT_MAX ? (int)size : INT_MAX));
    }
    const ssize_t sent = send(channel->fd, bytes, size, MSG_NOSIGNAL);
    if (sent < 0 && is_again()) {
        channel->waits_to_write = true;
        return 0;
    }
    return sent;
}

/*
 * Reads more input, behind what there is of an answer to GREETING, and else in place of what has
 * been taken. Bytes read, 0 to try again later, -1 if it is lost or ended.
 */
static ssize_t read_some(struct pf_channel *channel)
{
    const size_t kept = channel->phase == PF_CHANNEL_GREETING ? channel->input_size : 0;
    char *at = channel->input + kept;
    const size_t size = sizeof channel->input - kept;
    ssize_t got;
    if (channel->tls) {
        ERR_clear_error();
        got = tls_result(channel, SSL_read(channel->tls, at, (int)size));
    } else {
        got = recv(channel->fd, at, size, 0);
        got = got == 0 ? -1 : got < 0 && is_again() ? 0 : got;
    }
    if (got > 0) {
        channel->input_at = 0;
        channel->input_size = kept + (size_t)got;
    }
    return got;
}

/* False: it is lost. */
static bool flush(struct pf_channel *channel)
{
    channel->waits_to_write = false;
    while (channel->output_at < channel->output_size) {
        const ssize_t sent = write_some(channel, channel->output + channel->output_at,
                                        channel->output_size - channel->output_at);
        if (sent <= 0) {
            return sent == 0;
        }
        channel->output_at += (size_t)sent;
    }
    channel->output_at = channel->output_size = 0;
    if (channel->phase == PF_CHANNEL_CLOSING && !channel->is_shut) {
        channel->is_shut = true;
        if (channel->tls) {
            (void)SSL_shutdown(channel->tls); /* the close frame has said it */
        }
        (void)shutdown(channel->fd, SHUT_WR); /* as above */
    }
    return true;
}

/* Room for `size` more bytes at the end of the output; NULL if that is too much. */
static char *reserve(struct pf_channel *channel, size_t size)
{
    if (size > OUTPUT_SIZE_MAX - channel->output_size) {
        return NULL;
    }
    if (channel->output_capacity - channel->output_size < size) {
        const size_t capacity = 2 * channel->output_size + size;
        char *output = realloc(channel->output, capacity);
        if (!output) {
            return NULL;
        }
        channel->output = output;
        channel->output_capacity = capacity;
    }
    return channel->output + channel->output_size;
}

static void put_frame(struct pf_channel *channel, enum pf_websocket_opcode opcode,
                      struct pf_slice payload)
{
    uint8_t mask[PF_MASK_SIZE];
    char *out = reserve(channel, payload.size + PF_MASKED_HEADER_SIZE_MAX);
    if (!out) {
        (void)shutdown(channel->fd, SHUT_RDWR); /* which the next read finds */
        return;
    }
    pf_crypto_random(mask, sizeof mask);
    channel->output_size += pf_websocket_frame_write(opcode, payload, mask, out);
}

/* ---- opening ---- */

static bool begin_tls(struct pf_channel *channel)
{
    const struct pf_endpoint *endpoint = channel->endpoint;
    if (!endpoint->tls) {
        return true;
    }
    channel->tls = SSL_new(endpoint->tls);
    if (!channel->tls || SSL_set_fd(channel->tls, channel->fd) != 1 ||
        SSL_set1_host(channel->tls, endpoint->url.host) != 1) {
        return false;
    }
    struct in6_addr address; /* which has no place in SNI (RFC 6066 section 3) */
    if (inet_pton(AF_INET, endpoint->url.host, &address) != 1 &&
        inet_pton(AF_INET6, endpoint->url.host, &address) != 1) {
        (void)SSL_set_tlsext_host_name(channel->tls, endpoint->url.host);
    }
    SSL_set_connect_state(channel->tls);
    return true;
}

/* Connected: queues the request. */
static bool greet(struct pf_channel *channel)
{
    unsigned char nonce[16];
    char key[PF_KEY_SIZE + 1];
    struct pf_buffer request;
    const int on = 1;
    (void)setsockopt(channel->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* only faster */
    pf_crypto_random(nonce, sizeof nonce);
    PF_ASSERT(EVP_EncodeBlock((unsigned char *)key, nonce, sizeof nonce) == PF_KEY_SIZE);
    pf_crypto_accept((struct pf_slice){key, PF_KEY_SIZE}, channel->accept);
    char *out = reserve(channel, PF_RESPONSE_SIZE_MAX);
    if (!out || !begin_tls(channel)) {
        return false;
    }
    pf_buffer_init(&request, out, PF_RESPONSE_SIZE_MAX);
    pf_greeting_write(&channel->endpoint->url, key, &request);
    PF_ASSERT(!request.overflow);
    channel->output_size += request.size;
    channel->phase = PF_CHANNEL_GREETING;
    return true;
}

/* Begins with the next address that a connection can be begun to. False: there is none. */
static bool connect_next(struct pf_channel *channel)
{
    close_fd(channel);
    for (;;) {
        const struct addrinfo *address =
            pf_endpoint_address(channel->endpoint, channel->address_index++);
        if (!address) {
            blame(channel, "no address of the relay can be connected to");
            return false;
        }
        channel->fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (channel->fd >= 0 && (connect(channel->fd, address->ai_addr, address->ai_addrlen) == 0 ||
                                 errno == EINPROGRESS)) {
            channel->phase = PF_CHANNEL_CONNECTING;
            channel->waits_to_write = true;
            return true;
        }
        close_fd(channel);
    }
}

void pf_channel_open(struct pf_channel *channel)
{
    pf_channel_drop(channel);
    channel->phase = PF_CHANNEL_CONNECTING;
    channel->address_index = 0;
    channel->why[0] = '\0';
    (void)connect_next(channel); /* pf_channel_read() finds that there is no fd */
}

/* CONNECTING: whether anything has come of it. False: it is lost. */
static bool follow_connect(struct pf_channel *channel)
{
    struct pollfd ready = {.fd = channel->fd, .events = POLLOUT};
    int error = 0;
    socklen_t size = sizeof error;
    if (channel->fd < 0) {
        return false;
    }
    if (poll(&ready, 1, 0) <= 0) {
        return true;
    }
    if (getsockopt(channel->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
        return connect_next(channel);
    }
    return greet(channel);
}

/* GREETING: false if the relay refuses, or is none. */
static bool read_greeting(struct pf_channel *channel)
{
    struct pf_greeting_answer answer = {.status = 0};
    const struct pf_slice bytes = {channel->input, channel->input_size};
    channel->input_at = pf_greeting_read(bytes, pf_slice_of(channel->accept), &answer);
    if (channel->input_at == 0) {
        return channel->input_size < PF_RESPONSE_SIZE_MAX;
    }
    channel->phase = PF_CHANNEL_OPEN;
    if (!answer.is_open) {
        char why[PF_CHANNEL_WHY_SIZE];
        (void)snprintf(why, sizeof why, "no WebSocket of a relay: HTTP status %u",
                       (unsigned)answer.status); /* it fits */
        blame(channel, why);
    }
    return answer.is_open;
}

/* ---- frames ---- */

void pf_channel_send(struct pf_channel *channel, struct pf_slice text)
{
    if (channel->phase == PF_CHANNEL_OPEN) {
        put_frame(channel, PF_OPCODE_TEXT, text);
        (void)flush(channel); /* the next read finds that it is lost */
    }
}

void pf_channel_close(struct pf_channel *channel, uint16_t code)
{
    const char payload[] = {(char)(code >> 8), (char)(code & 0xff)};
    if (channel->phase != PF_CHANNEL_OPEN) {
        pf_channel_drop(channel);
        return;
    }
    put_frame(channel, PF_OPCODE_CLOSE, (struct pf_slice){payload, sizeof payload});
    channel->phase = PF_CHANNEL_CLOSING;
    if (!flush(channel)) {
        pf_channel_drop(channel);
    }
}

/* Takes one event from the input. False: it is lost. */
static bool read_frame(struct pf_channel *channel, struct pf_websocket_event *event)
{
    channel->input_at += pf_websocket_read(&channel->frames, channel->input + channel->input_at,
                                           channel->input_size - channel->input_at, event);
    switch (event->type) {
    case PF_WEBSOCKET_PING: put_frame(channel, PF_OPCODE_PONG, event->payload); break;
    case PF_WEBSOCKET_NOTHING:
    case PF_WEBSOCKET_TEXT:
    case PF_WEBSOCKET_PONG: break;
    case PF_WEBSOCKET_BINARY:
    case PF_WEBSOCKET_CLOSE:
    case PF_WEBSOCKET_ERROR: return false;
    }
    return true;
}

struct pollfd pf_channel_pollfd(const struct pf_channel *channel)
{
    const bool connects = channel->phase == PF_CHANNEL_CONNECTING;
    const bool writes = connects || channel->waits_to_write;
    return (struct pollfd){
        .fd = channel->fd,
        .events = (short)((connects ? 0 : POLLIN) | (writes ? POLLOUT : 0)),
    };
}

enum pf_channel_news pf_channel_read(struct pf_channel *channel, struct pf_slice *text)
{
    struct pf_websocket_event event = {.type = PF_WEBSOCKET_NOTHING};
    if (channel->phase == PF_CHANNEL_CLOSED) {
        return PF_CHANNEL_NOTHING;
    }
    if (channel->phase == PF_CHANNEL_CONNECTING) {
        if (!follow_connect(channel)) {
            return lose(channel);
        }
        if (channel->phase == PF_CHANNEL_CONNECTING) {
            return PF_CHANNEL_NOTHING;
        }
    }
    while (event.type != PF_WEBSOCKET_TEXT) {
        if (channel->phase == PF_CHANNEL_CLOSING) {
            channel->input_at = channel->input_size;
        }
        if (!flush(channel)) {
            return lose(channel);
        }
        const bool has_input =
            channel->phase != PF_CHANNEL_GREETING && channel->input_at < channel->input_size;
        const ssize_t got = has_input ? 1 : read_some(channel);
        if (got == 0) {
            return PF_CHANNEL_NOTHING;
        }
        const bool is_fine =
            got > 0 && (channel->phase == PF_CHANNEL_CLOSING ||
                        (channel->phase == PF_CHANNEL_GREETING ? read_greeting(channel)
                                                               : read_frame(channel, &event)));
        if (!is_fine) {
            return lose(channel);
        }
    }
    *text = event.payload;
    return PF_CHANNEL_TEXT;
}
