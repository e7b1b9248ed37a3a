/* greeting.c - a relay's URL, and the handshake of a WebSocket (RFC 6455 section 4.1). */
/* SPDX-License-Identifier: MIT */
#include "bot/greeting.h"

#include "protocol/message.h"
#include "relay/wire/http.h"

#include <string.h>

/* ---- the URL ---- */

static struct pf_slice skip(struct pf_slice text, size_t size)
{
    return (struct pf_slice){text.data + size, text.size - size};
}

static bool begins(struct pf_slice text, struct pf_slice prefix)
{
    return text.size >= prefix.size && memcmp(text.data, prefix.data, prefix.size) == 0;
}

/* The size of what comes before any of the bytes in `ends`. */
static size_t size_before(struct pf_slice text, const char *ends)
{
    size_t size = 0;
    while (size < text.size && !strchr(ends, text.data[size])) {
        size++;
    }
    return size;
}

static bool is_printable(struct pf_slice text)
{
    bool is_fine = true;
    for (size_t i = 0; i < text.size; i++) {
        is_fine = is_fine && text.data[i] > ' ' && text.data[i] <= '~';
    }
    return is_fine;
}

/* What follows the host: nothing, or a colon and 1 to 5 digits. */
static bool read_port(struct pf_slice text, struct pf_relay_url *out)
{
    if (text.size == 0) {
        return true;
    }
    bool is_fine = text.data[0] == ':' && text.size >= 2 && text.size < sizeof out->port + 1;
    for (size_t i = 1; i < text.size; i++) {
        is_fine = is_fine && text.data[i] >= '0' && text.data[i] <= '9';
    }
    if (is_fine) {
        (void)pf_slice_copy(skip(text, 1), out->port, sizeof out->port); /* it fits */
    }
    return is_fine;
}

static enum pf_error read_authority(struct pf_slice authority, struct pf_relay_url *out)
{
    struct pf_slice host = authority;
    if (authority.size >= sizeof out->authority) {
        return PF_ERROR_TOO_LONG;
    }
    const bool is_v6 = begins(host, PF_SLICE("["));
    host = skip(host, is_v6 ? 1 : 0);
    const size_t size = size_before(host, is_v6 ? "]" : ":");
    const struct pf_slice rest = skip(host, size);
    const bool is_whole = !is_v6 || rest.size > 0;
    if (size == 0 || !is_whole || memchr(host.data, '@', size) ||
        !read_port(skip(rest, is_v6 ? 1 : 0), out)) {
        return PF_ERROR_INVALID;
    }
    if (size > PF_HOST_SIZE_MAX) {
        return PF_ERROR_TOO_LONG;
    }
    (void)pf_slice_copy((struct pf_slice){host.data, size}, out->host, sizeof out->host);
    (void)pf_slice_copy(authority, out->authority, sizeof out->authority); /* both fit */
    return PF_ERROR_OK;
}

enum pf_error pf_relay_url_read(const char *text, struct pf_relay_url *out)
{
    struct pf_slice url = pf_slice_of(text);
    struct pf_relay_url read = {.is_tls = begins(url, PF_SLICE("wss://")), .port = "80"};
    if (url.size > PF_URL_SIZE_MAX) {
        return PF_ERROR_TOO_LONG;
    }
    if ((!read.is_tls && !begins(url, PF_SLICE("ws://"))) || !is_printable(url)) {
        return PF_ERROR_INVALID;
    }
    if (read.is_tls) {
        (void)pf_slice_copy(PF_SLICE("443"), read.port, sizeof read.port);
    }
    url = skip(url, read.is_tls ? 6 : 5);
    const size_t size = size_before(url, "/?#");
    const enum pf_error error = read_authority((struct pf_slice){url.data, size}, &read);
    if (error != PF_ERROR_OK) {
        return error;
    }
    url = skip(url, size);
    if (size_before(url, "#") < url.size) {
        return PF_ERROR_INVALID; /* RFC 6455 section 3 */
    }
    const bool has_path = begins(url, PF_SLICE("/"));
    read.path[0] = '/';
    (void)pf_slice_copy(url, read.path + !has_path, sizeof read.path - !has_path);
    *out = read;
    return PF_ERROR_OK;
}

/* ---- the handshake ---- */

static void put(struct pf_buffer *out, const char *text)
{
    pf_buffer_put(out, pf_slice_of(text));
}

void pf_greeting_write(const struct pf_relay_url *url, const char key[PF_KEY_SIZE + 1],
                       struct pf_buffer *out)
{
    put(out, "GET ");
    put(out, url->path);
    put(out, " HTTP/1.1\r\nHost: ");
    put(out, url->authority);
    put(out, "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
             "Sec-WebSocket-Protocol: " PF_SUBPROTOCOL "\r\nSec-WebSocket-Key: ");
    put(out, key);
    put(out, "\r\n\r\n");
}

/* The size of the line at the start, with its CRLF; 0 if it is not complete. */
static size_t line_size(struct pf_slice text)
{
    for (size_t i = 1; i < text.size; i++) {
        if (text.data[i] == '\n' && text.data[i - 1] == '\r') {
            return i + 1;
        }
    }
    return 0;
}

static uint16_t read_status(struct pf_slice line)
{
    const struct pf_slice version = PF_SLICE("HTTP/1.1 ");
    unsigned status = 0;
    if (!begins(line, version) || line.size < version.size + 3) {
        return 0;
    }
    for (size_t i = version.size; i < version.size + 3; i++) {
        if (line.data[i] < '0' || line.data[i] > '9') {
            return 0;
        }
        status = 10 * status + (unsigned)(line.data[i] - '0');
    }
    return (uint16_t)status;
}

/* Whether the line is that field, with that value. */
static bool is_field(struct pf_slice line, struct pf_slice name, struct pf_slice value)
{
    const size_t size = size_before(line, ":");
    return size < line.size && pf_http_equal((struct pf_slice){line.data, size}, name) &&
           pf_slice_equal(pf_http_trim(skip(line, size + 1)), value);
}

size_t pf_greeting_read(struct pf_slice bytes, struct pf_slice accept,
                        struct pf_greeting_answer *out)
{
    uint16_t status = 0;
    bool has_accept = false;
    bool has_protocol = false;
    size_t at = 0;
    for (size_t size = line_size(bytes); size > 0; size = line_size(skip(bytes, at))) {
        const struct pf_slice line = {bytes.data + at, size - 2};
        if (at == 0) {
            status = read_status(line);
        }
        has_accept = has_accept || is_field(line, PF_SLICE("Sec-WebSocket-Accept"), accept);
        has_protocol = has_protocol ||
                       is_field(line, PF_SLICE("Sec-WebSocket-Protocol"), PF_SLICE(PF_SUBPROTOCOL));
        at += size;
        if (line.size == 0) {
            out->status = status;
            out->is_open = status == 101 && has_accept && has_protocol;
            return at;
        }
    }
    return 0;
}
