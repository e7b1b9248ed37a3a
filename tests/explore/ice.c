/*
 * ice.c - when two RTCPeerConnections are connected.
 *
 * As in the simulator: a link is made when both have set each other's descriptions with credentials
 * that match and one of them knows a candidate of the other's present address. A link lives on
 * through an ICE restart, until an address changes.
 */
/* SPDX-License-Identifier: MIT */
#include "ice.h"

#include "page.h"

enum {
    CONNECTING_MS = 15000, /* in vain, until a connection has failed */
    DISCONNECTED_MS = 10000,
};

static struct ex_pc *find(struct ex_world *world, uint32_t identity)
{
    for (uint32_t i = 0; i < EX_HOSTS_COUNT && identity != 0; i++) {
        struct ex_host *host = &world->hosts[i];
        for (uint32_t k = 0; k < host->pcs_count; k++) {
            if (host->pcs[k].identity == identity) {
                return &host->pcs[k];
            }
        }
    }
    return NULL;
}

struct ex_pc *ex_ice_peer(struct ex_world *world, const struct ex_pc *pc)
{
    struct ex_pc *peer = find(world, pc->current_remote.identity);
    return peer && peer->current_remote.identity == pc->identity ? peer : NULL;
}

struct ex_host *ex_ice_host(struct ex_world *world, const struct ex_pc *pc)
{
    const struct ex_host *first = &world->hosts[0];
    return pc >= first->pcs && pc < first->pcs + EX_PCS_MAX ? &world->hosts[0] : &world->hosts[1];
}

static bool has_link(const struct ex_pc *pc, const struct ex_pc *peer, uint32_t address,
                     uint32_t peer_address)
{
    return pc->link_identity == peer->identity && pc->link_address == address &&
           pc->link_peer_address == peer_address;
}

/* Whether one of `candidates` is of this connection, its present credentials and address. */
static bool has_candidate(const struct sim_candidate *candidates, uint32_t count,
                          const struct ex_pc *of, uint32_t address)
{
    for (uint32_t i = 0; i < count; i++) {
        if (candidates[i].identity == of->identity && candidates[i].address == address &&
            candidates[i].generation == of->current_local.generation) {
            return true;
        }
    }
    return false;
}

/* A browser gathers once per generation: after a change of address there is no socket to use. */
static bool has_gathered(const struct ex_pc *pc, uint32_t address)
{
    return has_candidate(pc->local_candidates, pc->local_candidates_count, pc, address);
}

static bool knows(const struct ex_pc *pc, const struct ex_pc *peer, uint32_t peer_address)
{
    return has_candidate(pc->remote_candidates, pc->remote_candidates_count, peer, peer_address);
}

bool ex_ice_usable(struct ex_world *world, const struct ex_pc *pc)
{
    const struct ex_pc *peer = ex_ice_peer(world, pc);
    if (!peer) {
        return false;
    }
    const uint32_t address = ex_ice_host(world, pc)->address;
    const uint32_t peer_address = ex_ice_host(world, peer)->address;
    if (has_link(pc, peer, address, peer_address) && has_link(peer, pc, peer_address, address)) {
        return true;
    }
    return pc->current_remote.generation == peer->current_local.generation &&
           peer->current_remote.generation == pc->current_local.generation &&
           has_gathered(pc, address) && has_gathered(peer, peer_address) &&
           (knows(pc, peer, peer_address) || knows(peer, pc, address));
}

void ex_ice_add_candidate(struct ex_world *world, struct ex_pc *pc,
                          const struct sim_candidate *candidate)
{
    for (uint32_t i = 0; i < pc->remote_candidates_count; i++) {
        if (pc->remote_candidates[i].number == candidate->number) {
            return;
        }
    }
    if (pc->remote_candidates_count == EX_REMOTE_CANDIDATES_MAX) {
        ex_fail(world, "pc %u is given candidates without end", pc->id);
        return;
    }
    pc->remote_candidates[pc->remote_candidates_count++] = *candidate;
}

enum pf_connection_state ex_ice_next_state(struct ex_world *world, const struct ex_pc *pc)
{
    const bool described = pc->current_local.identity != 0 && pc->current_remote.identity != 0;
    const bool usable = described && ex_ice_usable(world, pc);
    switch (pc->state) {
    case PF_CONNECTION_NEW: return described ? PF_CONNECTION_CONNECTING : pc->state;
    case PF_CONNECTION_CONNECTING:
    case PF_CONNECTION_DISCONNECTED: return usable ? PF_CONNECTION_CONNECTED : pc->state;
    case PF_CONNECTION_CONNECTED:
        return usable                 ? pc->state
               : world->scope->abrupt ? PF_CONNECTION_FAILED
                                      : PF_CONNECTION_DISCONNECTED;
    case PF_CONNECTION_FAILED:
        return pc->failed_version != pc->current_local.version ? PF_CONNECTION_CONNECTING
                                                               : pc->state;
    case PF_CONNECTION_CLOSED: break;
    }
    PF_UNREACHABLE();
}

void ex_ice_move(struct ex_world *world, struct ex_host *host, struct ex_pc *pc,
                 enum pf_connection_state next)
{
    if (next == PF_CONNECTION_CONNECTED) {
        struct ex_pc *peer = ex_ice_peer(world, pc);
        PF_ASSERT(peer);
        pc->link_identity = peer->identity;
        peer->link_identity = pc->identity;
        pc->link_address = peer->link_peer_address = host->address;
        pc->link_peer_address = peer->link_address = ex_ice_host(world, peer)->address;
    }
    if (next == PF_CONNECTION_FAILED) {
        pc->failed_version = pc->current_local.version;
        world->peaks.failures++;
    }
    pc->state = next;
    ex_page_handle(
        world, host,
        (struct pf_event){.type = PF_EVENT_PC_STATE, .pc = pc->id, .connection_state = next});
}

void ex_ice_refresh(struct ex_world *world, struct ex_pc *pc)
{
    const bool tries =
        pc->state == PF_CONNECTION_CONNECTING || pc->state == PF_CONNECTION_DISCONNECTED;
    if (!tries || ex_ice_usable(world, pc)) {
        pc->fails_at_ms = PF_NEVER;
    } else if (pc->fails_at_ms == PF_NEVER) {
        pc->fails_at_ms = world->now_ms +
                          (pc->state == PF_CONNECTION_CONNECTING ? CONNECTING_MS : DISCONNECTED_MS);
    }
}
