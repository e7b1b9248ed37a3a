/* origin.h - whether a web page may connect: its Origin against the Host that it connects to. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_WIRE_ORIGIN_H
#define PF_RELAY_WIRE_ORIGIN_H

#include "base/slice.h"
#include "relay/wire/http.h"

#include <stdbool.h>
#include <stddef.h>

/* Browsers name the page's origin in every WebSocket handshake, and pages cannot forge it. */
struct pf_origin_rules {
    const struct pf_slice *allowed; /* see pf_origin_rule_is_valid(); borrowed */
    size_t allowed_count;
    /* A proxy in front rewrites Host: what it forwards as the original host counts as well, and a
     * host without a port matches every port, because proxies also drop the port. */
    bool trust_proxy;
};

enum pf_origin_verdict {
    PF_ORIGIN_ALLOWED,
    PF_ORIGIN_MALFORMED,  /* more than one, or not a scheme, a host and perhaps a port */
    PF_ORIGIN_OTHER_HOST, /* another host than the one it connects to */
    PF_ORIGIN_OTHER_PORT, /* the same host, but another port */
};

/*
 * Judges a page of `origin` that connects by `request`. It is allowed if its host and port are
 * those of the Host field, or if a rule allows it. Letters are compared in any case; a missing port
 * is the default port of the origin's scheme; a dot at the end of a host name is ignored.
 */
enum pf_origin_verdict pf_origin_judge(struct pf_slice origin,
                                       const struct pf_http_request *request,
                                       const struct pf_origin_rules *rules);

/* The same with the request's own Origin. Programs other than browsers send none: allowed. */
enum pf_origin_verdict pf_origin_judge_request(const struct pf_http_request *request,
                                               const struct pf_origin_rules *rules);

/* Whether a rule can ever match: "*" allows every origin, "null" is that of a local file, and
 * anything else is an origin such as "https://example.org:8443". */
bool pf_origin_rule_is_valid(struct pf_slice rule);

/* The host by which the browser reached the proxy: that of Forwarded (RFC 7239), else the first one
 * of X-Forwarded-Host. Its data is NULL if both are absent. */
struct pf_slice pf_origin_forwarded_host(const struct pf_http_request *request);

#endif
