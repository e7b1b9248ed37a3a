/* handshake.c - whether a request opens a WebSocket (RFC 6455 section 4.2). */
/* SPDX-License-Identifier: MIT */
#include "relay/wire/handshake.h"

#include <string.h>

/* 16 bytes in base64: 21 digits, one that carries only two bits, and the padding. */
static bool is_key(struct pf_slice key)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (key.size != 24 || key.data[22] != '=' || key.data[23] != '=') {
        return false;
    }
    for (size_t i = 0; i < 22; i++) {
        if (!memchr(digits, key.data[i], sizeof digits - 1)) {
            return false;
        }
    }
    return memchr("AQgw", key.data[21], 4) != NULL;
}

uint16_t pf_handshake_check(const struct pf_http_request *request,
                            const struct pf_handshake_rules *rules)
{
    if (request->method != PF_HTTP_GET) {
        return 405;
    }
    if (!request->is_http_1_1 || /* section 4.2.1 */
        !pf_http_has_token(request, "connection", "upgrade") ||
        !pf_http_has_token(request, "upgrade", "websocket")) {
        return 400;
    }
    const struct pf_slice version = pf_http_field(request, "sec-websocket-version");
    if (version.data && !pf_slice_equal(version, PF_SLICE("13"))) {
        return 426; /* section 4.4: the response names the version that is supported */
    }
    if (!version.data || pf_http_field_count(request, "sec-websocket-key") != 1 ||
        !is_key(pf_http_field(request, "sec-websocket-key"))) {
        return 400;
    }
    if (rules->subprotocol &&
        !pf_http_has_exact_token(request, "sec-websocket-protocol", rules->subprotocol)) {
        return 400;
    }
    return pf_origin_judge_request(request, rules->origins) == PF_ORIGIN_ALLOWED ? 101 : 403;
}
