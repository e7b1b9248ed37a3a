/* response.c - writes the head of an HTTP response. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/response.h"

#include "base/assert.h"
#include "relay/server/link.h"

#include <time.h>

enum {
    /* The longest parts are the path and query of a redirection, and the frames. */
    HEAD_SIZE_MAX = 10240 + PF_FRAMES_SIZE_MAX,
    DATE_SIZE_MAX = 64,
};

/*
 * The page loads scripts, styles and media from the relay only; WebAssembly needs a keyword of its
 * own. 'self' of connect-src includes the WebSocket on the same port.
 */
static const char policy[] =
    "Content-Security-Policy: default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; "
    "style-src 'self'; img-src 'self' data:; media-src 'self' blob: mediastream:; "
    "connect-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; "
    "frame-ancestors 'self'";
static const char security_fields[] =
    "\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Permissions-Policy: camera=(self), microphone=(self), display-capture=(self)\r\n";

static const char *reason_of(uint16_t status)
{
    switch (status) {
    case 200: return "OK";
    case 301: return "Moved Permanently";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 411: return "Length Required";
    case 413: return "Content Too Large";
    case 421: return "Misdirected Request";
    case 426: return "Upgrade Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: PF_UNREACHABLE();
    }
}

static void put(struct pf_buffer *out, const char *text)
{
    pf_buffer_put(out, pf_slice_of(text));
}

void pf_response_put_field(struct pf_buffer *out, const char *name, const char *value)
{
    put(out, name);
    put(out, ": ");
    put(out, value);
    put(out, "\r\n");
}

static void put_date(struct pf_buffer *out, uint64_t unix_s)
{
    char text[DATE_SIZE_MAX];
    struct tm parts;
    const time_t now = (time_t)unix_s;
    if (gmtime_r(&now, &parts) &&
        strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts) > 0) {
        pf_response_put_field(out, "Date", text);
    }
}

bool pf_response_begin(struct pf_server *server, struct pf_link *link, uint16_t status,
                       struct pf_buffer *out)
{
    char *memory = pf_link_alloc(server, HEAD_SIZE_MAX);
    if (!memory) {
        pf_link_kill(server, link);
        return false;
    }
    pf_buffer_init(out, memory, HEAD_SIZE_MAX);
    put(out, "HTTP/1.1 ");
    pf_buffer_put_u64(out, status);
    put(out, " ");
    put(out, reason_of(status));
    put(out, "\r\n");
    put_date(out, server->unix_s);
    put(out, policy);
    for (size_t i = 0; i < server->config.frames_count; i++) {
        put(out, " ");
        pf_buffer_put(out, server->config.frames[i]);
    }
    put(out, security_fields);
    if (link->stream.tls && server->config.tls.hsts_s > 0) {
        put(out, "Strict-Transport-Security: max-age=");
        pf_buffer_put_u64(out, server->config.tls.hsts_s);
        put(out, "\r\n");
    }
    return true;
}

/* `connection` is the field of that name; NULL: none. */
static void finish(struct pf_server *server, struct pf_link *link, struct pf_buffer *out,
                   const char *connection, const char *body)
{
    if (connection) {
        pf_response_put_field(out, "Connection", connection);
    }
    put(out, "\r\n");
    if (server->request.method != PF_HTTP_HEAD) {
        put(out, body);
    }
    PF_ASSERT(!out->overflow);
    pf_link_queue(server, link, out->data, out->size);
    if (link->stage != PF_STAGE_HTTP) {
        return;
    }
    if (server->request.keep_alive) {
        pf_link_set_timeout(server, link, server->config.stall_ms);
    } else if (!pf_link_has_file(link)) {
        pf_link_set_stage(server, link, PF_STAGE_DRAINING, PF_GOODBYE_MS);
    }
}

void pf_response_finish(struct pf_server *server, struct pf_link *link, struct pf_buffer *out,
                        const char *body)
{
    finish(server, link, out, server->request.keep_alive ? NULL : "close", body);
}

void pf_response_share(struct pf_buffer *out)
{
    pf_response_put_field(out, "Access-Control-Allow-Origin", "*");
    pf_response_put_field(out, "Cross-Origin-Resource-Policy", "cross-origin");
}

void pf_response_put_body_fields(struct pf_buffer *out, const char *type, uint64_t size)
{
    pf_response_put_field(out, "Content-Type", type);
    put(out, "Content-Length: ");
    pf_buffer_put_u64(out, size);
    put(out, "\r\n");
}

void pf_response_finish_text(struct pf_server *server, struct pf_link *link, struct pf_buffer *out,
                             const char *text)
{
    pf_response_put_body_fields(out, "text/plain; charset=utf-8", pf_slice_of(text).size);
    pf_response_finish(server, link, out, text);
}

void pf_response_refuse(struct pf_server *server, struct pf_link *link, uint16_t status)
{
    struct pf_buffer out;
    server->request.keep_alive = false;
    pf_metrics_refuse(&server->metrics, status);
    if (!pf_response_begin(server, link, status, &out)) {
        return;
    }
    if (status == 405) {
        pf_response_put_field(&out, "Allow", "GET, HEAD");
    }
    if (status == 426) {
        pf_response_put_field(&out, "Sec-WebSocket-Version", "13");
        pf_response_put_field(&out, "Upgrade", "websocket");
    }
    if (status == 429 || status == 503) {
        pf_response_put_field(&out, "Retry-After", "5");
    }
    pf_response_put_field(&out, "Cache-Control", "no-store");
    const char *text = reason_of(status);
    pf_response_put_body_fields(&out, "text/plain; charset=utf-8", pf_slice_of(text).size);
    /* RFC 9110 section 7.8: Upgrade is never without the connection option of that name. */
    finish(server, link, &out, status == 426 ? "Upgrade, close" : "close", text);
}
