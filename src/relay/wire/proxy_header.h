/* proxy_header.h - reads the header that a proxy puts before a connection (PROXY protocol 2). */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_WIRE_PROXY_HEADER_H
#define PF_RELAY_WIRE_PROXY_HEADER_H

#include "base/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PF_PROXY_HEADER_SIZE_MIN = 16,
    PF_PROXY_HEADER_SIZE_MAX = PF_PROXY_HEADER_SIZE_MIN + 2048, /* with extensions, as HAProxy */
};

enum pf_proxy_header_verdict {
    PF_PROXY_HEADER_GOOD,
    PF_PROXY_HEADER_SHORT, /* more bytes are needed: `size` in all, as far as that is known */
    PF_PROXY_HEADER_BAD,
};

struct pf_proxy_header {
    size_t size;            /* of the header */
    bool has_address;       /* false for the proxy's own checks, and other families than IP */
    bool is_v6;             /* 16 bytes of address instead of 4 */
    const uint8_t *address; /* of the client; borrowed from the bytes that were read */
};

/* Reads the header at the start of a connection. It keeps no state: pass all bytes again. */
enum pf_proxy_header_verdict pf_proxy_header_read(struct pf_slice bytes,
                                                  struct pf_proxy_header *out);

#endif
