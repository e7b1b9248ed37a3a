/* stream.h - the byte stream of one connection: TCP, or TLS over it. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_STREAM_H
#define PF_RELAY_SERVER_STREAM_H

#include "relay/server/tls.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

/*
 * All bytes of a connection pass through these functions, and nothing else reads from `fd` or
 * writes to it; others only register it with epoll.
 */
struct pf_stream {
    int fd;             /* owned, not blocking */
    struct pf_tls *tls; /* owned; NULL for plain TCP */
};

/*
 * Both return how many bytes were moved, or -1 with errno: EAGAIN when the caller has to wait until
 * epoll reports the descriptor. A read of 0 is the end of the stream. For TLS, `size` of a read is
 * at least 64 KiB, and after a write that had to wait the next one begins with the same bytes.
 */
ssize_t pf_stream_read(struct pf_stream *stream, char *out, size_t size);
ssize_t pf_stream_write(struct pf_stream *stream, struct iovec *pieces, size_t pieces_count);

/* Whether the stream is to be read from when it becomes writable. */
bool pf_stream_wants_write(const struct pf_stream *stream);

/* Whether a TLS handshake is going on; nothing can be written before its end. */
bool pf_stream_is_handshaking(const struct pf_stream *stream);

/* Tells the peer that nothing more is written; reading goes on. */
void pf_stream_shutdown(struct pf_stream *stream);

void pf_stream_close(struct pf_stream *stream);

#endif
