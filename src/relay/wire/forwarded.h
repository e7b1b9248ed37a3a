/* forwarded.h - the clients that proxies name in Forwarded and X-Forwarded-For. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_WIRE_FORWARDED_H
#define PF_RELAY_WIRE_FORWARDED_H

#include "base/slice.h"
#include "relay/wire/http.h"

#include <stdbool.h>
#include <stddef.h>

enum { PF_FORWARDED_NODES_MAX = 16 };

/*
 * The nodes that a request has passed, each as text without quotes, the nearest last: those of
 * X-Forwarded-For where it is present, else of Forwarded (RFC 7239). Most proxies write the former
 * and hand on the latter as a client has sent it. Of more than the maximum the nearest are given.
 * Returns their number.
 */
size_t pf_forwarded_nodes(const struct pf_http_request *request,
                          struct pf_slice out[PF_FORWARDED_NODES_MAX]);

/* Takes the text before the separator, which does not count within quotes, from `rest`. */
struct pf_slice pf_forwarded_take(struct pf_slice *rest, char separator);

/* Without quotes around it. */
struct pf_slice pf_forwarded_unquote(struct pf_slice value);

#endif
