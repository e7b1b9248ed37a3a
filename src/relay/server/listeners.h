/* listeners.h - the sockets that the server listens on. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_LISTENERS_H
#define PF_RELAY_SERVER_LISTENERS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PF_LISTENERS_MAX = 8 };

struct pf_listeners {
    int fds[PF_LISTENERS_MAX]; /* owned */
    size_t count;
    uint16_t port;
};

/*
 * Listens on every address that the host name or literal resolves to, on the same port; port 0
 * picks a free one. Fails with INVALID if none can be bound; then errno says why, or is 0 if the
 * name does not resolve.
 */
enum pf_error pf_listeners_open(const char *address, uint16_t port, struct pf_listeners *out);

/*
 * Takes the sockets that systemd hands over (sd_listen_fds(3)) under that name; those of any other
 * name than `others` lists, which ends in NULL, are taken with it. False if there are none.
 */
bool pf_listeners_inherit(const char *name, const char *const *others, struct pf_listeners *out);

/* Whether all of them are on loopback addresses. */
bool pf_listeners_are_local(const struct pf_listeners *listeners);

void pf_listeners_close(struct pf_listeners *listeners);

#endif
