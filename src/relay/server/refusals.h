/* refusals.h - tells the operator which origins are refused. Internal to the server. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_REFUSALS_H
#define PF_RELAY_SERVER_REFUSALS_H

#include "relay/server/log.h"
#include "relay/wire/http.h"
#include "relay/wire/origin.h"

#include <stddef.h>
#include <stdint.h>

/* Clients choose their Origin, so the number of log lines that they can cause is limited. */
enum { PF_REFUSALS_MAX = 64 };

/* All zero has logged nothing. */
struct pf_refusals {
    uint64_t logged[PF_REFUSALS_MAX]; /* hashes of pairs of Origin and Host */
    size_t count;
};

/*
 * Logs that a WebSocket was refused for its Origin, why, and which option allows it: once
 * for each pair of Origin and Host, and for PF_REFUSALS_MAX pairs in all.
 */
void pf_refusals_log(struct pf_refusals *refusals, const struct pf_log *log,
                     const struct pf_http_request *request, enum pf_origin_verdict verdict);

#endif
