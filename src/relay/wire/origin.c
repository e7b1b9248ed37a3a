/* origin.c - whether a web page may connect: its Origin against the Host that it connects to. */
/* SPDX-License-Identifier: MIT */
#include "relay/wire/origin.h"

#include "relay/wire/authority.h"
#include "relay/wire/forwarded.h"

#include <stdint.h>
#include <string.h>

struct origin {
    struct pf_slice scheme;
    struct pf_authority authority;
};

static bool is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* The default port of the scheme, or PF_PORT_NONE. */
static uint32_t default_port(struct pf_slice scheme)
{
    if (pf_http_equal(scheme, PF_SLICE("https")) || pf_http_equal(scheme, PF_SLICE("wss"))) {
        return 443;
    }
    if (pf_http_equal(scheme, PF_SLICE("http")) || pf_http_equal(scheme, PF_SLICE("ws"))) {
        return 80;
    }
    return PF_PORT_NONE;
}

static bool is_scheme(struct pf_slice text)
{
    for (size_t i = 0; i < text.size; i++) {
        const char c = text.data[i];
        if (!is_alphanumeric(c) && (i == 0 || (c != '+' && c != '-' && c != '.'))) {
            return false;
        }
    }
    return text.size > 0;
}

/* Reads the ASCII serialization of an origin (RFC 6454 section 6.2). If it has no port, that is the
 * default port of the scheme. */
static bool read_origin(struct pf_slice text, struct origin *out)
{
    static const char separator[] = "://";
    const size_t separator_size = sizeof separator - 1;
    struct origin origin = {.scheme = {text.data, 0}};
    while (origin.scheme.size < text.size && text.data[origin.scheme.size] != ':') {
        origin.scheme.size++;
    }
    if (!is_scheme(origin.scheme) || text.size - origin.scheme.size <= separator_size ||
        memcmp(text.data + origin.scheme.size, separator, separator_size) != 0) {
        return false;
    }
    const size_t start = origin.scheme.size + separator_size;
    if (!pf_authority_read((struct pf_slice){text.data + start, text.size - start},
                           &origin.authority)) {
        return false;
    }
    if (origin.authority.port == PF_PORT_NONE) {
        origin.authority.port = default_port(origin.scheme);
    }
    *out = origin;
    return true;
}

/* `host` comes from a field of the request. A malformed one matches no origin. */
static enum pf_origin_verdict compare(const struct origin *origin, struct pf_slice host,
                                      bool any_port)
{
    struct pf_authority authority;
    if (!pf_authority_read(host, &authority) ||
        !pf_http_equal(authority.host, origin->authority.host)) {
        return PF_ORIGIN_OTHER_HOST;
    }
    if (authority.port == PF_PORT_NONE) {
        if (any_port) {
            return PF_ORIGIN_ALLOWED;
        }
        authority.port = default_port(origin->scheme);
    }
    return authority.port == origin->authority.port ? PF_ORIGIN_ALLOWED : PF_ORIGIN_OTHER_PORT;
}

static bool is_equal(const struct origin *a, const struct origin *b)
{
    return pf_http_equal(a->scheme, b->scheme) &&
           pf_http_equal(a->authority.host, b->authority.host) &&
           a->authority.port == b->authority.port;
}

/* `origin` is NULL if `text` is not an origin. */
static bool matches_rule(struct pf_slice rule, struct pf_slice text, const struct origin *origin)
{
    struct origin named;
    if (pf_slice_equal(rule, PF_SLICE("*"))) {
        return true;
    }
    if (!origin) {
        return pf_slice_equal(rule, PF_SLICE("null")) && pf_slice_equal(text, rule);
    }
    return read_origin(rule, &named) && is_equal(&named, origin);
}

bool pf_origin_rule_is_valid(struct pf_slice rule)
{
    struct origin origin;
    return pf_slice_equal(rule, PF_SLICE("*")) || pf_slice_equal(rule, PF_SLICE("null")) ||
           read_origin(rule, &origin);
}

/* `host` of the first element, which the proxy nearest to the browser has added (RFC 7239). */
static struct pf_slice forwarded_host(struct pf_slice field)
{
    struct pf_slice element = pf_forwarded_take(&field, ',');
    while (element.size > 0) {
        struct pf_slice value = pf_forwarded_take(&element, ';');
        const struct pf_slice name = pf_http_trim(pf_forwarded_take(&value, '='));
        value = pf_http_trim(value);
        if (!pf_http_equal(name, PF_SLICE("host"))) {
            continue;
        }
        return pf_forwarded_unquote(value);
    }
    return (struct pf_slice){NULL, 0};
}

struct pf_slice pf_origin_forwarded_host(const struct pf_http_request *request)
{
    const struct pf_slice host = forwarded_host(pf_http_field(request, "forwarded"));
    if (host.data) {
        return host;
    }
    struct pf_slice list = pf_http_field(request, "x-forwarded-host");
    return pf_http_trim(pf_forwarded_take(&list, ','));
}

enum pf_origin_verdict pf_origin_judge(struct pf_slice text, const struct pf_http_request *request,
                                       const struct pf_origin_rules *rules)
{
    struct origin origin;
    const bool is_valid = read_origin(text, &origin);
    for (size_t i = 0; i < rules->allowed_count; i++) {
        if (matches_rule(rules->allowed[i], text, is_valid ? &origin : NULL)) {
            return PF_ORIGIN_ALLOWED;
        }
    }
    if (!is_valid) {
        return PF_ORIGIN_MALFORMED;
    }
    const enum pf_origin_verdict verdict = compare(&origin, request->host, rules->trust_proxy);
    if (verdict != PF_ORIGIN_ALLOWED && rules->trust_proxy &&
        compare(&origin, pf_origin_forwarded_host(request), true) == PF_ORIGIN_ALLOWED) {
        return PF_ORIGIN_ALLOWED;
    }
    return verdict;
}

enum pf_origin_verdict pf_origin_judge_request(const struct pf_http_request *request,
                                               const struct pf_origin_rules *rules)
{
    const size_t count = pf_http_field_count(request, "origin");
    if (count == 0) {
        return PF_ORIGIN_ALLOWED;
    }
    return count == 1 ? pf_origin_judge(pf_http_field(request, "origin"), request, rules)
                      : PF_ORIGIN_MALFORMED;
}
