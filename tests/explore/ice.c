/*
 * ice.c - when two RTCPeerConnections are connected.
 *
 * ../model/ice.c decides what can connect. Here the network lets all packets pass, a change of
 * state is a step, and only a failure takes time.
 */
/* SPDX-License-Identifier: MIT */
#include "ice.h"

#include "page.h"

enum {
    CONNECTING_MS = 15000, /* without packets until a connection fails */
    DISCONNECTED_MS = 10000,
};

struct ex_pc *ex_ice_find(struct ex_world *world, uint32_t identity)
{
    for (uint32_t i = 0; i < EX_HOSTS_COUNT && identity != 0; i++) {
        struct ex_host *host = &world->hosts[i];
        for (uint32_t k = 0; k < host->pcs_count; k++) {
            if (host->pcs[k].model.identity == identity) {
                return &host->pcs[k];
            }
        }
    }
    return NULL;
}

struct ex_pc *ex_ice_peer(struct ex_world *world, const struct ex_pc *pc)
{
    struct ex_pc *peer = ex_ice_find(world, pc->model.current_remote.identity);
    return peer && model_ice_are_peers(&pc->model, &peer->model) ? peer : NULL;
}

struct ex_host *ex_ice_host(struct ex_world *world, const struct ex_pc *pc)
{
    const struct ex_host *first = &world->hosts[0];
    return pc >= first->pcs && pc < first->pcs + EX_PCS_MAX ? &world->hosts[0] : &world->hosts[1];
}

bool ex_ice_usable(struct ex_world *world, const struct ex_pc *pc)
{
    const struct ex_pc *peer = ex_ice_peer(world, pc);
    return peer && model_ice_can_flow(&pc->model, ex_ice_host(world, pc)->address, &peer->model,
                                      ex_ice_host(world, peer)->address);
}

enum pf_connection_state ex_ice_next_state(struct ex_world *world, const struct ex_pc *pc)
{
    const struct model_ice_profile profile = {.skips_disconnected = world->scope->abrupt};
    const enum pf_connection_state now = pc->model.connection;
    const enum pf_connection_state next =
        model_ice_next(&pc->model, ex_ice_usable(world, pc), profile);
    const bool tries = now == PF_CONNECTION_CONNECTING || now == PF_CONNECTION_DISCONNECTED;
    return tries && next == PF_CONNECTION_FAILED ? now : next; /* a failure takes time */
}

void ex_ice_move(struct ex_world *world, struct ex_host *host, struct ex_pc *pc,
                 enum pf_connection_state next)
{
    if (next == PF_CONNECTION_CONNECTED) {
        struct ex_pc *peer = ex_ice_peer(world, pc);
        PF_ASSERT(peer);
        model_ice_link(&pc->model, host->address, &peer->model, ex_ice_host(world, peer)->address);
    }
    world->peaks.failures += next == PF_CONNECTION_FAILED;
    model_ice_move(&pc->model, next);
    ex_page_handle(
        world, host,
        (struct pf_event){.type = PF_EVENT_PC_STATE, .pc = pc->id, .connection_state = next});
}

void ex_ice_refresh(struct ex_world *world, struct ex_pc *pc)
{
    const bool tries = pc->model.connection == PF_CONNECTION_CONNECTING ||
                       pc->model.connection == PF_CONNECTION_DISCONNECTED;
    if (!tries || ex_ice_usable(world, pc)) {
        pc->fails_at_ms = PF_NEVER;
    } else if (pc->fails_at_ms == PF_NEVER) {
        pc->fails_at_ms =
            world->now_ms +
            (pc->model.connection == PF_CONNECTION_CONNECTING ? CONNECTING_MS : DISCONNECTED_MS);
    }
}
