/* socket.h - the listening sockets, and the two calls that move bytes. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_LISTENERS_H
#define PF_RELAY_SERVER_LISTENERS_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

enum { PF_LISTENERS_MAX = 8 };

struct pf_listeners {
    int fds[PF_LISTENERS_MAX]; /* owned */
    size_t count;
    uint16_t port;
};

/*
 * Listens at every address that the name or number stands for, all at the same port; port 0 is any
 * that is free. Fails with INVALID when none can be had; then errno says why, or is 0 if the name
 * is not known.
 */
enum pf_error pf_listeners_open(const char *address, uint16_t port, struct pf_listeners *out);

void pf_listeners_close(struct pf_listeners *listeners);

/*
 * All bytes of a connection pass through these two: the place for TLS. They return what was moved,
 * or -1 with errno, which is EAGAIN when the connection has to be waited for; a read of 0 is the
 * end.
 */
ssize_t pf_socket_read(int fd, char *out, size_t size);
ssize_t pf_socket_write(int fd, struct iovec *pieces, size_t pieces_count);

#endif
