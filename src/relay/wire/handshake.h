/* handshake.h - whether a request opens a WebSocket (RFC 6455 section 4.2). */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_WIRE_HANDSHAKE_H
#define PF_RELAY_WIRE_HANDSHAKE_H

#include "base/slice.h"
#include "relay/wire/http.h"

#include <stddef.h>
#include <stdint.h>

/* What is asked for beyond the RFC. */
struct pf_handshake_rules {
    const char *subprotocol;        /* must be offered; NULL: none is needed */
    const struct pf_slice *origins; /* pages of these may connect, "*" is any; borrowed */
    size_t origins_count;
};

/*
 * The status to answer with: 101, or why not: 400, 403 for an Origin that is neither among the
 * rules' nor that of the request's own Host, 405, or 426 for another version. Programs that are no
 * browsers send no Origin and are let in. With 101 the fields are all there and right.
 */
uint16_t pf_handshake_check(const struct pf_http_request *request,
                            const struct pf_handshake_rules *rules);

#endif
