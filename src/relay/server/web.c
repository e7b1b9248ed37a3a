/* web.c - answers HTTP requests: files, health, and the opening of WebSockets. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/web.h"

#include "base/assert.h"
#include "base/buffer.h"
#include "relay/server/bridge.h"
#include "relay/server/files.h"
#include "relay/server/link.h"
#include "relay/server/logic.h"
#include "relay/server/proxied.h"
#include "relay/server/redirect.h"
#include "relay/server/response.h"
#include "relay/wire/authority.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { HEALTH_SIZE_MAX = 256 };

/*
 * A browser does not tell a page why its WebSocket was refused, so the page asks here whether its
 * origin was the reason. Judged as in a handshake with that Origin; NULL if nothing is asked.
 */
static const char *judge_origin(struct pf_server *server, const struct pf_link *link)
{
    const struct pf_origin_rules rules = pf_proxied_origin_rules(server, link);
    struct pf_slice origin;
    char *memory = pf_link_alloc(server, server->request.query.size + 1);
    if (!memory || !pf_http_query_value(server->request.query, "origin", memory, &origin)) {
        return NULL;
    }
    return pf_origin_judge(origin, &server->request, &rules) == PF_ORIGIN_ALLOWED ? "allowed"
                                                                                  : "refused";
}

static void answer_missing(struct pf_server *server, struct pf_link *link)
{
    struct pf_buffer out;
    if (pf_response_begin(server, link, 404, &out)) {
        pf_response_put_field(&out, "Cache-Control", "no-store");
        pf_response_finish_text(server, link, &out, "not found\n");
    }
}

static void answer_health(struct pf_server *server, struct pf_link *link)
{
    struct pf_buffer out;
    char text[HEALTH_SIZE_MAX];
    const struct pf_hub_counts counts = pf_hub_counts(pf_logic_hub(server));
    const char *origin = judge_origin(server, link);
    /* Who may read it is all that a page of another origin learns. */
    const int size =
        origin
            ? snprintf(text, sizeof text, "{\"status\":\"ok\",\"places\":%u,\"origin\":\"%s\"}\n",
                       (unsigned)server->config.hub.members_max, origin)
            : snprintf(text, sizeof text,
                       "{\"status\":\"ok\",\"connections\":%zu,\"clients\":%zu,\"rooms\":%zu,"
                       "\"members\":%zu,\"places\":%u,\"signals\":%llu}\n",
                       server->links_count, pf_logic_clients_count(server), counts.rooms,
                       counts.members, (unsigned)server->config.hub.members_max,
                       (unsigned long long)counts.signals);
    PF_ASSERT(size > 0);
    PF_ASSERT((size_t)size < sizeof text);
    if (pf_response_begin(server, link, 200, &out)) {
        if (origin) {
            pf_response_share(&out);
        }
        pf_response_put_field(&out, "Cache-Control", "no-store");
        pf_response_put_body_fields(&out, "application/json", (uint64_t)size);
        pf_response_finish(server, link, &out, text);
    }
}

static void answer_readiness(struct pf_server *server, struct pf_link *link)
{
    struct pf_buffer out;
    char text[HEALTH_SIZE_MAX];
    const char *trouble = pf_logic_trouble(server);
    (void)snprintf(text, sizeof text, "not ready: %s\n", trouble ? trouble : ""); /* it fits */
    if (pf_response_begin(server, link, trouble ? 503 : 200, &out)) {
        pf_response_put_field(&out, "Cache-Control", "no-store");
        pf_response_finish_text(server, link, &out, trouble ? text : "ready\n");
    }
}

static void answer_metrics(struct pf_server *server, struct pf_link *link)
{
    struct pf_buffer head;
    struct pf_buffer body;
    char *memory = pf_link_alloc(server, PF_METRICS_TEXT_SIZE_MAX);
    const struct pf_metrics_now now = {
        .connections = server->links_count - server->dead_count,
        .addresses = server->addresses.count,
        .clients = pf_logic_clients_count(server),
        .is_ready = pf_logic_trouble(server) == NULL,
        .hub = pf_logic_hub(server),
        .cluster = server->cluster,
        .stores = &server->stores,
    };
    if (!memory || !pf_response_begin(server, link, 200, &head)) {
        pf_link_kill(server, link);
        return;
    }
    pf_buffer_init(&body, memory, PF_METRICS_TEXT_SIZE_MAX);
    pf_metrics_write(&server->metrics, &now, &body);
    pf_response_put_field(&head, "Cache-Control", "no-store");
    pf_response_put_body_fields(&head, "text/plain; version=0.0.4; charset=utf-8", body.size);
    pf_response_finish(server, link, &head, "");
    if (server->request.method != PF_HTTP_HEAD) {
        pf_link_queue(server, link, body.data, body.size);
    }
}

/* Redirects to the folder with its final slash, so that relative links in its page work. The new
 * location is relative as well (RFC 9110 section 10.2.2): a proxy may have removed the beginning of
 * the path. */
static void answer_redirection(struct pf_server *server, struct pf_link *link)
{
    struct pf_buffer out;
    const struct pf_slice path = server->request.path;
    const char *slash = memrchr(path.data, '/', path.size);
    PF_ASSERT(slash != NULL); /* the path begins with one */
    if (!pf_response_begin(server, link, 301, &out)) {
        return;
    }
    pf_buffer_put(&out, PF_SLICE("Location: ."));
    pf_buffer_put(&out, (struct pf_slice){slash, path.size - (size_t)(slash - path.data)});
    pf_buffer_put(&out, PF_SLICE("/\r\n"));
    pf_response_put_field(&out, "Cache-Control", "no-cache");
    pf_response_finish_text(server, link, &out, "");
}

/* no-cache: browsers revalidate each time, and get 304 while the file is unchanged. */
static void answer_file(struct pf_server *server, struct pf_link *link, const struct pf_file *file)
{
    struct pf_buffer out;
    const bool unchanged = pf_http_matches_etag(&server->request, pf_slice_of(file->etag));
    if (!pf_response_begin(server, link, unchanged ? 304 : 200, &out)) {
        (void)close(file->fd); /* nothing was read */
        return;
    }
    pf_response_share(&out);
    pf_response_put_field(&out, "Cache-Control", "no-cache");
    pf_response_put_field(&out, "ETag", file->etag);
    pf_response_put_field(&out, "Vary", "Accept-Encoding");
    if (unchanged) {
        (void)close(file->fd); /* nothing was read */
        pf_response_finish(server, link, &out, "");
        return;
    }
    if (file->coding) {
        pf_response_put_field(&out, "Content-Encoding", file->coding);
    }
    pf_response_put_body_fields(&out, file->type, file->size);
    if (server->request.method == PF_HTTP_HEAD || file->size == 0) {
        (void)close(file->fd); /* nothing was read */
    } else {
        pf_link_set_file(server, link, file->fd, file->size);
        link->transit->closes_after_file = !server->request.keep_alive;
    }
    pf_response_finish(server, link, &out, "");
}

static void answer_main(struct pf_server *server, struct pf_link *link)
{
    const struct pf_http_request *request = &server->request;
    struct pf_file file;
    uint16_t status = 200;
    const char *echo = server->config.echo;
    const bool is_echo = echo && pf_slice_equal(request->path, pf_slice_of(echo));
    if (is_echo || pf_slice_equal(request->path, PF_SLICE("/ws"))) {
        status = pf_bridge_open(server, link, is_echo);
        if (status != 101) {
            pf_response_refuse(server, link, status);
        }
        return;
    }
    if (request->method == PF_HTTP_OTHER) {
        pf_response_refuse(server, link, 405);
        return;
    }
    if (pf_slice_equal(request->path, PF_SLICE("/healthz"))) {
        answer_health(server, link);
        return;
    }
    if (pf_slice_equal(request->path, PF_SLICE("/readyz"))) {
        answer_readiness(server, link);
        return;
    }
    status = server->folder_fd >= 0 ? pf_files_open(server->folder_fd, request, &file) : 404;
    if (status == 200) {
        answer_file(server, link, &file);
    } else if (status == 301) {
        answer_redirection(server, link);
    } else if (status == 503) {
        pf_response_refuse(server, link, 503);
    } else {
        answer_missing(server, link);
    }
}

static void answer_operator(struct pf_server *server, struct pf_link *link)
{
    const struct pf_http_request *request = &server->request;
    if (request->method == PF_HTTP_OTHER) {
        pf_response_refuse(server, link, 405);
    } else if (pf_slice_equal(request->path, PF_SLICE("/metrics"))) {
        answer_metrics(server, link);
    } else if (pf_slice_equal(request->path, PF_SLICE("/healthz"))) {
        answer_health(server, link);
    } else if (pf_slice_equal(request->path, PF_SLICE("/readyz"))) {
        answer_readiness(server, link);
    } else {
        answer_missing(server, link);
    }
}

static void answer(struct pf_server *server, struct pf_link *link)
{
    if (server->request.status != 200) {
        pf_response_refuse(server, link, server->request.status);
        return;
    }
    if (link->door == PF_DOOR_METRICS) {
        answer_operator(server, link);
        return;
    }
    if (!pf_proxied_take_request(server, link)) {
        pf_response_refuse(server, link, 429);
        return;
    }
    /* A page that has its name resolve to this relay has the wrong Host (DNS rebinding). */
    if (server->config.hosts_count > 0 &&
        !pf_authority_is_listed(server->request.host, server->config.hosts,
                                server->config.hosts_count)) {
        pf_response_refuse(server, link, 421);
        return;
    }
    switch (link->door) {
    case PF_DOOR_MAIN: answer_main(server, link); return;
    case PF_DOOR_REDIRECT: pf_redirect_answer(server, link); return;
    case PF_DOOR_METRICS: break; /* it has been answered */
    }
    PF_UNREACHABLE();
}

size_t pf_web_read(struct pf_server *server, struct pf_link *link, struct pf_slice bytes)
{
    size_t taken = 0;
    while (taken < bytes.size && link->stage == PF_STAGE_HTTP && !pf_link_has_file(link)) {
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
