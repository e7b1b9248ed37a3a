/* tls.h - the TLS of one connection. Internal to the server. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_TLS_H
#define PF_RELAY_SERVER_TLS_H

#include "relay/server/tls_context.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

/*
 * Reading takes one recv() into a buffer that all connections share; OpenSSL takes the records from
 * there and keeps no more than one that is not complete. Writing puts the pieces into records of at
 * most 16 KiB and hands each to the kernel at once. So an idle connection holds no buffer.
 */

enum {
    PF_TLS_RECORD_SIZE_MAX = 16384, /* of plaintext: RFC 8446 section 5.1 */
    /* Received at once. What OpenSSL has kept of a record before comes on top. */
    PF_TLS_INPUT_SIZE = 65536 - PF_TLS_RECORD_SIZE_MAX,
    PF_TLS_HANDSHAKE_SIZE_MAX = 16384, /* received, before it is complete */
};

struct pf_tls;

/* The server's side of a connection that begins on `fd`, which stays the caller's. NULL if memory
 * is short. `context` outlives it. */
struct pf_tls *pf_tls_new(struct pf_tls_context *context, int fd);

/* Accepts NULL. */
void pf_tls_free(struct pf_tls *tls);

/* As pf_stream_read() and pf_stream_write(). `size` is at least 64 KiB. Reading is also what
 * performs the handshake. After EAGAIN, the same bytes or more have to be written next. */
ssize_t pf_tls_read(struct pf_tls *tls, char *out, size_t size);
ssize_t pf_tls_write(struct pf_tls *tls, const struct iovec *pieces, size_t pieces_count);

/* Whether the handshake is still going on. */
bool pf_tls_is_handshaking(const struct pf_tls *tls);

/* Whether reading cannot go on before the kernel accepts more bytes. */
bool pf_tls_wants_write(const struct pf_tls *tls);

/* Sends close_notify, if possible. */
void pf_tls_shutdown(struct pf_tls *tls);

#endif
