/* redis_url.c - the URL of a Redis server. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/redis_url.h"

#include "relay/wire/authority.h"

#include <string.h>
#include <strings.h>

/* Takes `prefix` off the beginning of `text`. */
static bool take_prefix(struct pf_slice *text, struct pf_slice prefix)
{
    if (text->size < prefix.size || strncasecmp(text->data, prefix.data, prefix.size) != 0) {
        return false;
    }
    text->data += prefix.size;
    text->size -= prefix.size;
    return true;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Percent-decodes `text` into `out` of `capacity` bytes, and ends it with NUL. No NUL comes out of
 * the text itself. */
static bool decode(struct pf_slice text, char *out, size_t capacity)
{
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c == '%') {
            const int high = i + 2 < text.size ? hex_value(text.data[i + 1]) : -1;
            const int low = i + 2 < text.size ? hex_value(text.data[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return false;
            }
            c = (char)(high * 16 + low);
            i += 2;
        }
        if (c == '\0' || size + 1 >= capacity) {
            return false;
        }
        out[size++] = c;
    }
    out[size] = '\0';
    return true;
}

/* "user", "user:password" or ":password". */
static bool read_login(struct pf_slice text, struct pf_redis_url *out)
{
    const char *colon = text.size > 0 ? memchr(text.data, ':', text.size) : NULL;
    const size_t user_size = colon ? (size_t)(colon - text.data) : text.size;
    const struct pf_slice user = {text.data, user_size};
    const struct pf_slice password = {colon ? colon + 1 : NULL,
                                      colon ? text.size - user_size - 1 : 0};
    return decode(user, out->user, sizeof out->user) &&
           decode(password, out->password, sizeof out->password);
}

/* The digits after the slash; nothing is database 0. */
static bool read_db(struct pf_slice text, uint32_t *db)
{
    *db = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
        *db = *db * 10 + (uint32_t)(text.data[i] - '0');
        if (*db > PF_REDIS_DB_MAX) {
            return false;
        }
    }
    return true;
}

static bool read_host(struct pf_slice text, struct pf_redis_url *out)
{
    struct pf_authority authority;
    if (!pf_authority_read(text, &authority)) {
        return false;
    }
    struct pf_slice host = authority.host;
    if (host.size > 2 && host.data[0] == '[') {
        host = (struct pf_slice){host.data + 1, host.size - 2};
    }
    if (host.size > PF_REDIS_HOST_SIZE_MAX) {
        return false;
    }
    (void)pf_slice_copy(host, out->host, sizeof out->host); /* it fits */
    out->port = (uint16_t)(authority.port == PF_PORT_NONE ? PF_REDIS_PORT : authority.port);
    return true;
}

static bool read_server(struct pf_slice text, struct pf_redis_url *out)
{
    const char *slash = text.size > 0 ? memchr(text.data, '/', text.size) : NULL;
    struct pf_slice host = {text.data, slash ? (size_t)(slash - text.data) : text.size};
    const struct pf_slice db = {slash ? slash + 1 : NULL, slash ? text.size - host.size - 1 : 0};
    const char *at = host.size > 0 ? memrchr(host.data, '@', host.size) : NULL;
    if (at) {
        const struct pf_slice login = {host.data, (size_t)(at - host.data)};
        if (!read_login(login, out)) {
            return false;
        }
        host.size -= login.size + 1;
        host.data = at + 1;
    }
    return read_host(host, out) && read_db(db, &out->db);
}

bool pf_redis_url_read(struct pf_slice text, struct pf_redis_url *out)
{
    *out = (struct pf_redis_url){.scheme = PF_REDIS_TCP};
    if (text.size > 0 && memchr(text.data, '\0', text.size)) {
        return false;
    }
    if (take_prefix(&text, PF_SLICE("unix://"))) {
        out->scheme = PF_REDIS_UNIX;
        (void)pf_slice_copy(text, out->path, sizeof out->path); /* it fits, or is refused */
        return text.size > 1 && text.data[0] == '/' && text.size <= PF_REDIS_PATH_SIZE_MAX;
    }
    if (take_prefix(&text, PF_SLICE("rediss://"))) {
        out->scheme = PF_REDIS_TLS;
        return read_server(text, out);
    }
    return take_prefix(&text, PF_SLICE("redis://")) && read_server(text, out);
}

bool pf_redis_url_same_server(const struct pf_redis_url *a, const struct pf_redis_url *b)
{
    if ((a->scheme == PF_REDIS_UNIX) != (b->scheme == PF_REDIS_UNIX)) {
        return false;
    }
    return a->scheme == PF_REDIS_UNIX ? strcmp(a->path, b->path) == 0
                                      : a->port == b->port && strcasecmp(a->host, b->host) == 0;
}
