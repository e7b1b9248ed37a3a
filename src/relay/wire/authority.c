/* authority.c - the host and port of a Host field, a request target or an origin. */
/* SPDX-License-Identifier: MIT */
#include "relay/wire/authority.h"

#include "relay/wire/http.h"

enum { PORT_MAX = 65535 };

static bool is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Of a registered name or an IPv4 address. Browsers send other characters as punycode. */
static bool is_host_char(char c)
{
    return is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

static bool is_literal_char(char c)
{
    return is_alphanumeric(c) || c == ':' || c == '.';
}

/* The bytes of the host at the start of `text`; 0 if there is none. */
static size_t host_size(struct pf_slice text)
{
    size_t size = 0;
    if (text.size == 0 || text.data[0] != '[') {
        while (size < text.size && is_host_char(text.data[size])) {
            size++;
        }
        return size;
    }
    for (size = 1; size < text.size && is_literal_char(text.data[size]);) {
        size++;
    }
    return size > 1 && size < text.size && text.data[size] == ']' ? size + 1 : 0;
}

/* Reads what follows the host: nothing, or a colon and a port. */
static bool read_port(struct pf_slice text, uint32_t *out)
{
    uint32_t port = 0;
    if (text.size == 0) {
        *out = PF_PORT_NONE;
        return true;
    }
    if (text.data[0] != ':' || text.size < 2) {
        return false;
    }
    for (size_t i = 1; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
        port = port * 10 + (uint32_t)(text.data[i] - '0');
        if (port > PORT_MAX) {
            return false;
        }
    }
    *out = port;
    return port != PF_PORT_NONE;
}

bool pf_authority_read(struct pf_slice text, struct pf_authority *out)
{
    const size_t size = host_size(text);
    struct pf_authority authority = {.host = {text.data, size}};
    if (size == 0 ||
        !read_port((struct pf_slice){text.data + size, text.size - size}, &authority.port)) {
        return false;
    }
    if (text.data[size - 1] == '.') {
        authority.host.size--;
    }
    if (authority.host.size == 0) {
        return false;
    }
    *out = authority;
    return true;
}

bool pf_authority_is_listed(struct pf_slice text, const struct pf_slice *list, size_t count)
{
    struct pf_authority asked;
    struct pf_authority listed;
    if (!pf_authority_read(text, &asked)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (pf_authority_read(list[i], &listed) && pf_http_equal(listed.host, asked.host) &&
            (listed.port == PF_PORT_NONE || listed.port == asked.port)) {
            return true;
        }
    }
    return false;
}
