/* web.c - answers HTTP requests: files, health, and the way to the WebSocket. */
/* SPDX-License-Identifier: MIT */
#include "base/assert.h"
#include "base/buffer.h"
#include "relay/server/files.h"
#include "relay/server/state.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum {
    HEAD_SIZE_MAX = 4096, /* of a response; the longest part is the path of a redirection */
    HEALTH_SIZE_MAX = 256,
    DATE_SIZE_MAX = 64,
};

/*
 * Pages of the relay get scripts, styles and media from it alone; wasm needs its keyword. `self`
 * of connect-src is the WebSocket on the same port as well. The module itself may be loaded by the
 * pages of others, hence the two fields about origins.
 */
static const char security_fields[] =
    "Content-Security-Policy: default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; "
    "style-src 'self'; img-src 'self' data:; media-src 'self' blob: mediastream:; "
    "connect-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'self'; "
    "form-action 'self'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Permissions-Policy: camera=(self), microphone=(self), display-capture=(self)\r\n"
    "Access-Control-Allow-Origin: *\r\n"
    "Cross-Origin-Resource-Policy: cross-origin\r\n";

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
    case 413: return "Content Too Large";
    case 426: return "Upgrade Required";
    case 431: return "Request Header Fields Too Large";
    case 501: return "Not Implemented";
    default: PF_UNREACHABLE();
    }
}

static void put(struct pf_buffer *out, const char *text)
{
    pf_buffer_put(out, pf_slice_of(text));
}

static void put_field(struct pf_buffer *out, const char *name, const char *value)
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
        put_field(out, "Date", text);
    }
}

/* Begins a response in the turn's arena; false when there is no memory and the connection dies. */
static bool begin(struct pf_server *server, struct pf_link *link, uint16_t status,
                  struct pf_buffer *out)
{
    char *memory = pf_server_take(server, HEAD_SIZE_MAX);
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
    put(out, security_fields);
    return true;
}

/* Ends the head and sends it with a short body, which is left out for HEAD. */
static void finish(struct pf_server *server, struct pf_link *link, struct pf_buffer *out,
                   const char *body)
{
    if (!server->request.keep_alive) {
        put_field(out, "Connection", "close");
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
        pf_link_set_deadline(server, link, server->config.stall_ms);
    } else if (link->file_fd < 0) {
        pf_link_set_stage(server, link, PF_STAGE_DRAINING, PF_GOODBYE_MS);
    }
}

static void put_body_fields(struct pf_buffer *out, const char *type, uint64_t size)
{
    put_field(out, "Content-Type", type);
    put(out, "Content-Length: ");
    pf_buffer_put_u64(out, size);
    put(out, "\r\n");
}

static void answer_text(struct pf_server *server, struct pf_link *link, struct pf_buffer *out,
                        const char *text)
{
    put_body_fields(out, "text/plain; charset=utf-8", pf_slice_of(text).size);
    finish(server, link, out, text);
}

/* Answers with an error, after which the connection ends. */
static void refuse(struct pf_server *server, struct pf_link *link, uint16_t status)
{
    struct pf_buffer out;
    server->request.keep_alive = false;
    if (!begin(server, link, status, &out)) {
        return;
    }
    if (status == 405) {
        put_field(&out, "Allow", "GET, HEAD");
    }
    if (status == 426) {
        put_field(&out, "Sec-WebSocket-Version", "13");
        put_field(&out, "Upgrade", "websocket");
    }
    put_field(&out, "Cache-Control", "no-store");
    answer_text(server, link, &out, reason_of(status));
}

static void answer_missing(struct pf_server *server, struct pf_link *link)
{
    struct pf_buffer out;
    if (begin(server, link, 404, &out)) {
        put_field(&out, "Cache-Control", "no-store");
        answer_text(server, link, &out, "not found\n");
    }
}

static void answer_health(struct pf_server *server, struct pf_link *link)
{
    struct pf_buffer out;
    char text[HEALTH_SIZE_MAX];
    const struct pf_hub_counts counts = pf_hub_counts(server->hub);
    const int size =
        snprintf(text, sizeof text,
                 "{\"status\":\"ok\",\"connections\":%zu,\"clients\":%zu,\"rooms\":%zu,"
                 "\"members\":%zu,\"signals\":%llu}\n",
                 server->links_count, counts.clients, counts.rooms, counts.members,
                 (unsigned long long)counts.signals);
    PF_ASSERT(size > 0);
    PF_ASSERT((size_t)size < sizeof text);
    if (begin(server, link, 200, &out)) {
        put_field(&out, "Cache-Control", "no-store");
        put_body_fields(&out, "application/json", (uint64_t)size);
        finish(server, link, &out, text);
    }
}

/* To the folder with its slash, so that relative links in its page work. */
static void answer_redirection(struct pf_server *server, struct pf_link *link)
{
    struct pf_buffer out;
    if (!begin(server, link, 301, &out)) {
        return;
    }
    put(&out, "Location: ");
    pf_buffer_put(&out, server->request.path);
    put(&out, "/\r\n");
    put_field(&out, "Cache-Control", "no-cache");
    answer_text(server, link, &out, "");
}

/* no-cache: a browser asks each time, and gets 304 as long as nothing has changed. */
static void answer_file(struct pf_server *server, struct pf_link *link, const struct pf_file *file)
{
    struct pf_buffer out;
    const bool unchanged = pf_http_matches_etag(&server->request, pf_slice_of(file->etag));
    if (!begin(server, link, unchanged ? 304 : 200, &out)) {
        (void)close(file->fd); /* it was not even read */
        return;
    }
    put_field(&out, "Cache-Control", "no-cache");
    put_field(&out, "ETag", file->etag);
    put_field(&out, "Vary", "Accept-Encoding");
    if (unchanged) {
        (void)close(file->fd); /* as above */
        finish(server, link, &out, "");
        return;
    }
    if (file->coding) {
        put_field(&out, "Content-Encoding", file->coding);
    }
    put_body_fields(&out, file->type, file->size);
    if (server->request.method == PF_HTTP_HEAD || file->size == 0) {
        (void)close(file->fd); /* as above */
    } else {
        link->file_fd = file->fd;
        link->file_at = 0;
        link->file_size = file->size;
        link->closes_after_file = !server->request.keep_alive;
    }
    finish(server, link, &out, "");
}

static void answer(struct pf_server *server, struct pf_link *link)
{
    const struct pf_http_request *request = &server->request;
    struct pf_file file;
    uint16_t status = request->status;
    const char *echo = server->config.echo;
    const bool is_echo = echo && pf_slice_equal(request->path, pf_slice_of(echo));
    if (status == 200 && (is_echo || pf_slice_equal(request->path, PF_SLICE("/ws")))) {
        status = pf_bridge_open(server, link, is_echo);
        if (status == 101) {
            return;
        }
    }
    if (status != 200) {
        refuse(server, link, status);
        return;
    }
    if (request->method == PF_HTTP_OTHER) {
        refuse(server, link, 405);
        return;
    }
    if (pf_slice_equal(request->path, PF_SLICE("/healthz"))) {
        answer_health(server, link);
        return;
    }
    status = server->folder_fd >= 0 ? pf_files_open(server->folder_fd, request, &file) : 404;
    if (status == 200) {
        answer_file(server, link, &file);
    } else if (status == 301) {
        answer_redirection(server, link);
    } else {
        answer_missing(server, link);
    }
}

size_t pf_web_read(struct pf_server *server, struct pf_link *link, struct pf_slice bytes)
{
    size_t taken = 0;
    while (taken < bytes.size && link->stage == PF_STAGE_HTTP && link->file_fd < 0) {
        const struct pf_slice rest = {bytes.data + taken, bytes.size - taken};
        const size_t size = pf_http_request_read(rest, &server->request);
        if (size == 0) {
            break;
        }
        taken += size;
        answer(server, link);
    }
    return taken;
}
