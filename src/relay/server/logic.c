/* logic.c - the relay's logic: its own hub, or a cluster around it. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/logic.h"

#include "relay/server/crypto.h"

/* Clients of other relays in rooms of this one. Rooms are spread without regard to who has how many
 * clients, so it can be more than a relay has of its own. */
enum { GUESTS_MAX = 1 << 16 };

static bool complain(const struct pf_server *server, const char *what)
{
    pf_log_put(&server->config.log, PF_LOG_ERROR, "cannot-start", "%s: memory is short", what);
    return false;
}

/* A relay that is restarted is another one: nobody takes it for the one that was. */
static pf_relay_id draw_id(void)
{
    pf_relay_id id = 0;
    while (id == 0) {
        id = pf_crypto_draw(NULL);
    }
    return id;
}

bool pf_logic_open(struct pf_server *server)
{
    const struct pf_cluster_config config = {
        .self = draw_id(),
        .stores_count = (uint32_t)server->config.redis_count,
        .guests_max = GUESTS_MAX,
    };
    if (config.stores_count == 0) {
        return pf_hub_new(&server->config.hub, &server->hub) == PF_ERROR_OK ||
               complain(server, "hub");
    }
    if (pf_cluster_new(&config, &server->config.hub, &server->cluster) != PF_ERROR_OK) {
        return complain(server, "cluster");
    }
    return pf_redis_servers_open(server, config.self);
}

void pf_logic_close(struct pf_server *server)
{
    pf_redis_servers_close(server);
    pf_cluster_free(server->cluster);
    pf_hub_free(server->hub);
}

void pf_logic_handle(struct pf_server *server, const struct pf_hub_event *event)
{
    if (server->cluster) {
        pf_cluster_handle(server->cluster, event);
    } else {
        pf_hub_handle(server->hub, event);
    }
}

bool pf_logic_poll(struct pf_server *server, struct pf_hub_output *out)
{
    struct pf_cluster_output output;
    if (!server->cluster) {
        return pf_hub_poll(server->hub, out);
    }
    while (pf_cluster_poll(server->cluster, &output)) {
        switch (output.type) {
        case PF_CLUSTER_SOCKETS: *out = output.sockets; return true;
        case PF_CLUSTER_STORE: pf_redis_servers_command(server, &output.command); break;
        }
    }
    return false;
}

uint64_t pf_logic_deadline_ms(const struct pf_server *server)
{
    return server->cluster ? pf_cluster_deadline_ms(server->cluster)
                           : pf_hub_deadline_ms(server->hub);
}

const struct pf_hub *pf_logic_hub(const struct pf_server *server)
{
    return server->cluster ? pf_cluster_hub(server->cluster) : server->hub;
}

void pf_logic_retire(struct pf_server *server, uint32_t over_ms)
{
    if (server->cluster) {
        pf_cluster_retire(server->cluster, over_ms);
    }
}

size_t pf_logic_clients_count(const struct pf_server *server)
{
    const struct pf_hub_counts counts = pf_hub_counts(pf_logic_hub(server));
    return counts.clients - counts.guests;
}

size_t pf_logic_guests_count(const struct pf_server *server)
{
    return pf_hub_counts(pf_logic_hub(server)).guests;
}

/* Members that have their WebSocket here, or had it: members of the hub but for guests, and those
 * who visit another relay. */
static size_t members_count(const struct pf_server *server)
{
    const struct pf_hub_counts counts = pf_hub_counts(pf_logic_hub(server));
    const size_t visits = server->cluster ? pf_cluster_counts(server->cluster).visits : 0;
    return visits + (counts.members > counts.guests ? counts.members - counts.guests : 0);
}

const char *pf_logic_trouble(const struct pf_server *server)
{
    if (server->ending != PF_ENDING_NONE) {
        return "the relay ends";
    }
    if (members_count(server) >= server->config.hub.places) {
        return "no place is left";
    }
    if (!server->cluster) {
        return NULL;
    }
    if (pf_redis_servers_up_count(&server->stores) < server->stores.count) {
        return "a Redis server is down";
    }
    return pf_cluster_is_ready(server->cluster, server->now_ms)
               ? NULL
               : "a Redis server does not carry messages";
}
