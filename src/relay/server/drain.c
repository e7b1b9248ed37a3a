/* drain.c - how the relay shuts down: at once, or gradually. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/drain.h"

#include "relay/server/bridge.h"
#include "relay/server/link.h"
#include "relay/server/logic.h"
#include "relay/server/notify.h"

enum {
    STEP_MS = 50,
    STOP_MS = 1000, /* for what has been closed to end */
    RETRY_MS = 1000,
    RETRY_MS_MAX = 10000,         /* clients do not wait for longer */
    RETURNS_PER_S = 5000,         /* what a relay takes beside the members that it has */
    RETURNS_PER_S_OVER_TLS = 500, /* with a handshake each */
};

/* Without other relays the hub is not told: it would only tell the members of one another. In a
 * cluster others have members of the same rooms, and those have to know. */
static void close_client(struct pf_server *server, struct pf_link *link)
{
    if (server->cluster) {
        pf_bridge_dismiss(server, link);
    } else {
        pf_bridge_close(server, link, PF_CLOSE_GOING_AWAY);
    }
}

/* Gives up the rooms of this relay now. */
static void give_up_rooms(struct pf_server *server)
{
    if (server->cluster) {
        pf_logic_retire(server, 0);
        pf_bridge_timeout(server);
    }
}

static void stop(struct pf_server *server)
{
    server->ending = PF_ENDING_STOPPING;
    server->stop_ms = server->now_ms + STOP_MS;
    give_up_rooms(server);
    for (size_t i = 0; i < PF_DOORS_COUNT; i++) {
        pf_listeners_close(&server->doors[i]); /* closing also removes them from epoll */
    }
    for (size_t i = 0; i < server->links_max; i++) {
        struct pf_link *link = server->links[i];
        if (!link) {
            continue;
        }
        if (link->stage == PF_STAGE_HTTP && !pf_link_is_busy(link)) {
            pf_link_kill(server, link);
        } else if (link->stage == PF_STAGE_HTTP) {
            pf_link_set_stage(server, link, PF_STAGE_DRAINING, STOP_MS);
        } else {
            close_client(server, link);
        }
    }
}

static size_t everybody_count(const struct pf_server *server)
{
    return pf_logic_clients_count(server) + pf_logic_guests_count(server);
}

void pf_drain_begin(struct pf_server *server)
{
    struct pf_drain *drain = &server->drain;
    if (server->ending == PF_ENDING_STOPPING) {
        return;
    }
    pf_notify("STOPPING=1");
    drain->total = pf_logic_clients_count(server);
    if (server->ending == PF_ENDING_DRAINING || server->config.drain_ms == 0 ||
        everybody_count(server) == 0) {
        stop(server);
        return;
    }
    pf_log_put(&server->config.log, PF_LOG_INFO, "draining",
               "draining %zu connections in %u seconds", everybody_count(server),
               (unsigned)server->config.drain_ms / 1000);
    server->ending = PF_ENDING_DRAINING;
    drain->since_ms = server->now_ms;
    pf_listeners_close(&server->doors[PF_DOOR_MAIN]);
    pf_listeners_close(&server->doors[PF_DOOR_REDIRECT]);
    pf_logic_retire(server, server->config.drain_ms);
    pf_bridge_timeout(server);
    pf_drain_advance(server);
}

void pf_drain_advance(struct pf_server *server)
{
    struct pf_drain *drain = &server->drain;
    const uint64_t passed_ms = server->now_ms - drain->since_ms;
    if (server->ending != PF_ENDING_DRAINING) {
        return;
    }
    const uint64_t due = passed_ms >= server->config.drain_ms
                             ? UINT64_MAX
                             : 1 + drain->total * passed_ms / server->config.drain_ms;
    while (drain->closed < due && drain->at < server->links_max) {
        struct pf_link *link = server->links[drain->at++];
        if (link && link->in_hub) {
            pf_bridge_dismiss(server, link);
            drain->closed++;
        }
    }
    if (everybody_count(server) == 0 || due == UINT64_MAX) {
        stop(server);
    }
}

uint64_t pf_drain_deadline_ms(const struct pf_server *server)
{
    switch (server->ending) {
    case PF_ENDING_NONE: return PF_DEADLINE_NONE;
    case PF_ENDING_DRAINING: return server->now_ms + STEP_MS;
    case PF_ENDING_STOPPING: return server->stop_ms;
    }
    return PF_DEADLINE_NONE;
}

uint32_t pf_drain_retry_ms(const struct pf_server *server)
{
    const uint64_t rate = server->tls.ssl ? RETURNS_PER_S_OVER_TLS : RETURNS_PER_S;
    const uint64_t all_ms = (uint64_t)server->drain.total * 1000 / rate;
    if (server->ending == PF_ENDING_DRAINING || all_ms < RETRY_MS) {
        return RETRY_MS;
    }
    return all_ms < RETRY_MS_MAX ? (uint32_t)all_ms : RETRY_MS_MAX;
}
