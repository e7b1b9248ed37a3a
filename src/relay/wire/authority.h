/* authority.h - the host and port of a Host field, a request target or an origin. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_WIRE_AUTHORITY_H
#define PF_RELAY_WIRE_AUTHORITY_H

#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

enum { PF_PORT_NONE = 0 }; /* no port is given; 0 is not a valid one */

/* "host", "host:port", "[::1]:port": the authority of RFC 3986 section 3.2 without user. */
struct pf_authority {
    struct pf_slice host; /* with the brackets of an IPv6 literal, without a final dot */
    uint32_t port;
};

/* Reads a host name, an IPv4 address or an IPv6 literal in brackets, and perhaps a port from 1 to
 * 65535. False if `text` is anything else. */
bool pf_authority_read(struct pf_slice text, struct pf_authority *out);

/*
 * Whether a list names the host of `text`, which may have a port; letters are compared in any case.
 * An item of the list is a host, or a host and a port, which then has to be the same.
 */
bool pf_authority_is_listed(struct pf_slice text, const struct pf_slice *list, size_t count);

#endif
