/* refusals.c - tells the operator which origins are refused. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/refusals.h"

#include "base/assert.h"

#include <stdbool.h>

enum { SHOWN_SIZE_MAX = 128 };

/* FNV-1a. A collision only leaves a refusal out of the log. */
static uint64_t add_to_hash(uint64_t hash, struct pf_slice text)
{
    for (size_t i = 0; i < text.size; i++) {
        hash = (hash ^ (uint8_t)text.data[i]) * UINT64_C(1099511628211);
    }
    return (hash ^ 0xff) * UINT64_C(1099511628211); /* a separator that no field contains */
}

static bool is_logged(const struct pf_refusals *refusals, uint64_t hash)
{
    for (size_t i = 0; i < refusals->count; i++) {
        if (refusals->logged[i] == hash) {
            return true;
        }
    }
    return false;
}

/* A client's text must not be able to control a terminal. */
static const char *show(struct pf_slice text, char out[SHOWN_SIZE_MAX + 1])
{
    size_t size = 0;
    for (; size < text.size && size < SHOWN_SIZE_MAX; size++) {
        const char c = text.data[size];
        out[size] = c >= ' ' && c <= '~' ? c : '?';
    }
    out[size] = '\0';
    return out;
}

static const char *reason_of(enum pf_origin_verdict verdict)
{
    switch (verdict) {
    case PF_ORIGIN_ALLOWED: break;
    case PF_ORIGIN_MALFORMED: return "is not a valid origin";
    case PF_ORIGIN_OTHER_HOST: return "is of another host than the request";
    case PF_ORIGIN_OTHER_PORT: return "is of another port than the request";
    }
    PF_UNREACHABLE();
}

void pf_refusals_log(struct pf_refusals *refusals, const struct pf_log *log,
                     const struct pf_http_request *request, enum pf_origin_verdict verdict)
{
    char origin_text[SHOWN_SIZE_MAX + 1];
    char host_text[SHOWN_SIZE_MAX + 1];
    char forwarded_text[SHOWN_SIZE_MAX + 1];
    const struct pf_slice origin = pf_http_field(request, "origin");
    const struct pf_slice host = request->host;
    const struct pf_slice forwarded = pf_origin_forwarded_host(request);
    const uint64_t hash = add_to_hash(add_to_hash(UINT64_C(14695981039346656037), origin), host);
    if (refusals->count == PF_REFUSALS_MAX || is_logged(refusals, hash)) {
        return;
    }
    refusals->logged[refusals->count++] = hash;
    (void)show(origin, origin_text); /* the buffer is used below */
    pf_log_put(log, PF_LOG_WARNING, "origin-refused",
               "refused a WebSocket (403): Origin %s %s (Host %s%s%s). To allow it: --allow-origin "
               "%s%s",
               origin_text, reason_of(verdict), show(host, host_text),
               forwarded.data ? ", forwarded host " : "", show(forwarded, forwarded_text),
               verdict == PF_ORIGIN_MALFORMED ? "'*'" : origin_text,
               verdict == PF_ORIGIN_MALFORMED
                   ? ""
                   : ", or --trust-proxy behind a proxy that changes Host");
    if (refusals->count == PF_REFUSALS_MAX) {
        pf_log_put(log, PF_LOG_WARNING, "origin-refused-limit", "further refusals are not logged");
    }
}
