/* http.h - reads HTTP/1.1 requests (RFC 9110, RFC 9112). */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_WIRE_HTTP_H
#define PF_RELAY_WIRE_HTTP_H

#include "base/slice.h"
#include "relay/wire/http_target.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PF_HTTP_HEAD_SIZE_MAX = 8192, /* request line and fields */
    PF_HTTP_FIELDS_MAX = 64,
};

enum pf_http_method {
    PF_HTTP_GET,
    PF_HTTP_HEAD,
    PF_HTTP_OTHER,
};

struct pf_http_field {
    struct pf_slice name;
    struct pf_slice value; /* without surrounding whitespace */
};

/* All slices borrow from the bytes that were read, but for a path that was not there. */
struct pf_http_request {
    uint16_t status; /* 200, or the error to answer with before closing the connection */
    enum pf_http_method method;
    bool keep_alive;       /* another request may follow on this connection */
    bool is_http_1_1;      /* or 1.0 */
    struct pf_slice path;  /* as sent, beginning with a slash; "/" for none or an asterisk */
    struct pf_slice query; /* what follows the question mark; empty without one */
    struct pf_slice host;  /* of the target if that is an absolute URL, else of the Host field */
    size_t fields_count;
    struct pf_http_field fields[PF_HTTP_FIELDS_MAX];
};

/*
 * Reads the head of one request from the start of `bytes` and returns its size, or 0 if more bytes
 * are needed. It keeps no state: pass all bytes since the last request again. The head is at most
 * 8 KiB, which bounds the work. A malformed request, or one with a body, has a `status` of 400 or
 * more; bytes that follow it on the connection must not be interpreted. No body is ever read:
 *  - 411 for a chunked one, because a length would be needed even to skip it (RFC 9110, 15.5.12);
 *  - 413 for one with a Content-Length, or 405 for a method that would have one;
 *  - 501 for another transfer coding (RFC 9112, 6.1), 400 if both are given or neither is valid.
 */
size_t pf_http_request_read(struct pf_slice bytes, struct pf_http_request *out);

/* The value of a field, whose name is passed in lower case; data is NULL if it is absent. */
struct pf_slice pf_http_field(const struct pf_http_request *request, const char *name);

/* How many times the field occurs. */
size_t pf_http_field_count(const struct pf_http_request *request, const char *name);

/* Whether the comma-separated list in the field has the token, in any case. */
bool pf_http_has_token(const struct pf_http_request *request, const char *name, const char *token);

/* The same where the case of letters counts. */
bool pf_http_has_exact_token(const struct pf_http_request *request, const char *name,
                             const char *token);

/* Whether Accept-Encoding names the coding, with a weight that is not 0. */
bool pf_http_accepts_coding(const struct pf_http_request *request, const char *coding);

/* Whether If-None-Match names the entity tag, which is given with its quotes. */
bool pf_http_matches_etag(const struct pf_http_request *request, struct pf_slice etag);

/* Removes optional whitespace (spaces and tabs, RFC 9110 section 5.6.3) from both ends. */
struct pf_slice pf_http_trim(struct pf_slice text);

/* Compares ASCII letters without regard to case. */
bool pf_http_equal(struct pf_slice a, struct pf_slice b);

#endif
