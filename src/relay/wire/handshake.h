/* handshake.h - whether a request opens a WebSocket (RFC 6455 section 4.2). */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_WIRE_HANDSHAKE_H
#define PF_RELAY_WIRE_HANDSHAKE_H

#include "relay/wire/http.h"
#include "relay/wire/origin.h"

#include <stdint.h>

/* Requirements beyond RFC 6455. */
struct pf_handshake_rules {
    const char *subprotocol;               /* the client must offer it; NULL: none is required */
    const struct pf_origin_rules *origins; /* borrowed */
};

/*
 * The status to answer with: 101, or 400, 403 for an Origin that is refused (origin.h), 405, or 426
 * for another version. With 101 all fields that the answer needs are present and valid.
 */
uint16_t pf_handshake_check(const struct pf_http_request *request,
                            const struct pf_handshake_rules *rules);

#endif
