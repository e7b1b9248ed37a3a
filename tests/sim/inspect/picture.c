/* picture.c - a simulated world as JSON: people, wires, relays. */
/* SPDX-License-Identifier: MIT */
#include "picture.h"

#include "../ice.h"
#include "../tab.h"
#include "core/names.h"

enum { HOSTS_MAX = SIM_HOSTS_MAX + SIM_HOSTILES_MAX };

static void put_host(struct pf_json_writer *writer, struct sim_world *world, uint32_t index)
{
    static const char *const browsers[] = {"Chromium", "Firefox", "Safari"};
    const struct sim_host *host = &world->hosts[index];
    pf_json_open(writer, NULL, '{');
    pf_json_put_number(writer, "host", index);
    pf_json_put_flag(writer, "hostile", index >= SIM_HOSTS_MAX);
    pf_json_put_word(writer, "browser", browsers[host->browser]);
    pf_json_put_number(writer, "room", host->room);
    pf_json_put_flag(writer, "online", host->online);
    pf_json_put_flag(writer, "relayCut", host->relay_cut);
    pf_json_put_flag(writer, "asleep", host->asleep);
    pf_json_put_flag(writer, "throttled", host->throttled);
    if (host->tab) {
        pf_json_put_word(writer, "page", sim_tab_name(world, host->tab));
        pf_json_put_word(writer, "state", pf_names_of_room_states.list[host->tab->view.state]);
        pf_json_put_id(writer, "self", host->tab->view.self);
    }
    pf_json_open(writer, "apart", '[');
    for (uint32_t other = 0; other < HOSTS_MAX; other++) {
        if (host->cut[other]) {
            pf_json_put_number(writer, NULL, other);
        }
    }
    pf_json_close(writer, ']');
    pf_json_close(writer, '}');
}

static void put_hosts(struct pf_json_writer *writer, struct sim_world *world)
{
    pf_json_open(writer, "hosts", '[');
    for (uint32_t i = 0; i < world->faults.hosts_count; i++) {
        put_host(writer, world, i);
    }
    for (uint32_t i = 0; i < world->faults.hostiles_count; i++) {
        put_host(writer, world, SIM_HOSTS_MAX + i);
    }
    pf_json_close(writer, ']');
}

static void put_sockets(struct pf_json_writer *writer, struct sim_world *world)
{
    static const char *const states[] = {"connecting", "open", "closed"};
    pf_json_open(writer, "sockets", '[');
    for (size_t i = 1; i < world->sockets_count; i++) {
        const struct sim_socket *socket = world->sockets[i];
        if (!socket || (socket->client == SIM_SOCKET_CLOSED && !socket->relay_open)) {
            continue;
        }
        pf_json_open(writer, NULL, '{');
        pf_json_put_number(writer, "host", socket->tab->host);
        pf_json_put_word(writer, "page", sim_tab_name(world, socket->tab));
        pf_json_put_word(writer, "state", states[socket->client]);
        pf_json_put_flag(writer, "broken", socket->broken);
        pf_json_put_number(writer, "relay", socket->relay);
        pf_json_put_number(writer, "up", socket->up.count);
        pf_json_put_number(writer, "down", socket->down.count);
        pf_json_close(writer, '}');
    }
    pf_json_close(writer, ']');
}

/* One entry for each end; the ends of one connection need not agree. */
static void put_connections(struct pf_json_writer *writer, struct sim_world *world)
{
    pf_json_open(writer, "connections", '[');
    for (size_t i = 1; i < world->pcs_count; i++) {
        const struct sim_pc *pc = world->pcs[i];
        const struct sim_pc *peer = pc ? sim_ice_peer(world, pc) : NULL;
        if (!peer) {
            continue;
        }
        pf_json_open(writer, NULL, '{');
        pf_json_put_number(writer, "host", pc->tab->host);
        pf_json_put_number(writer, "to", peer->tab->host);
        pf_json_put_word(writer, "state", pf_names_of_connection_states.list[pc->model.connection]);
        pf_json_put_flag(writer, "usable", sim_ice_usable(world, pc));
        pf_json_put_flag(writer, "channel", pc->channel_open);
        pf_json_close(writer, '}');
    }
    pf_json_close(writer, ']');
}

static void put_relays(struct pf_json_writer *writer, const struct sim_world *world)
{
    pf_json_open(writer, "relays", '[');
    for (uint32_t i = 0; i < world->faults.relays_count; i++) {
        pf_json_open(writer, NULL, '{');
        pf_json_put_flag(writer, "up", world->relays[i].up);
        pf_json_put_flag(writer, "named", world->relay_at == i);
        pf_json_close(writer, '}');
    }
    pf_json_close(writer, ']');
}

void sim_picture_put(struct pf_json_writer *writer, struct sim_world *world)
{
    pf_json_open(writer, NULL, '{');
    pf_json_put_number(writer, "us", world->now_us);
    pf_json_put_flag(writer, "quiet", world->quiet);
    put_hosts(writer, world);
    put_sockets(writer, world);
    put_connections(writer, world);
    put_relays(writer, world);
    pf_json_close(writer, '}');
}
