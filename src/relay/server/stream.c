/* stream.c - the byte stream of one connection: TCP, or TLS over it. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/stream.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

ssize_t pf_stream_read(struct pf_stream *stream, char *out, size_t size)
{
    ssize_t got = 0;
    if (stream->tls) {
        return pf_tls_read(stream->tls, out, size);
    }
    do {
        got = recv(stream->fd, out, size, 0);
    } while (got < 0 && errno == EINTR);
    return got;
}

ssize_t pf_stream_write(struct pf_stream *stream, struct iovec *pieces, size_t pieces_count)
{
    const struct msghdr message = {.msg_iov = pieces, .msg_iovlen = pieces_count};
    ssize_t put = 0;
    if (stream->tls) {
        return pf_tls_write(stream->tls, pieces, pieces_count);
    }
    do {
        put = sendmsg(stream->fd, &message, MSG_NOSIGNAL);
    } while (put < 0 && errno == EINTR);
    return put;
}

bool pf_stream_wants_write(const struct pf_stream *stream)
{
    return stream->tls && pf_tls_wants_write(stream->tls);
}

bool pf_stream_is_handshaking(const struct pf_stream *stream)
{
    return stream->tls && pf_tls_is_handshaking(stream->tls);
}

void pf_stream_shutdown(struct pf_stream *stream)
{
    if (stream->tls) {
        pf_tls_shutdown(stream->tls);
    }
    (void)shutdown(stream->fd, SHUT_WR); /* it fails only if the peer has closed already */
}

void pf_stream_close(struct pf_stream *stream)
{
    pf_tls_free(stream->tls);
    (void)close(stream->fd); /* nothing can be done about an error */
}
