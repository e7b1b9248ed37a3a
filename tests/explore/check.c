/* check.c - the invariants of every state, and of states at rest. */
/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "ice.h"
#include "room_state.h"

enum { LIFE_MS_MAX = 2000000 }; /* less than until the first heartbeat */

static void check_peer(struct ex_world *world, struct ex_host *host)
{
    const struct pf_peer *peer = ex_room_peer(host->room, world->hosts[1 - host->index].shown_self);
    if (!peer) {
        return;
    }
    struct ex_peaks *peaks = &world->peaks;
    const uint32_t waiting = (uint32_t)peer->incoming.candidates.count;
    peaks->candidates = waiting > peaks->candidates ? waiting : peaks->candidates;
    peaks->epoch = peer->connection.epoch > peaks->epoch ? peer->connection.epoch : peaks->epoch;
    if (peer->connection.epoch > EX_EPOCH_MAX) {
        ex_fail(world, "%c makes connections without end", (char)('A' + host->index));
    }
}

void ex_check_page(struct ex_world *world, struct ex_host *host)
{
    const struct pf_room_counters *counters = pf_room_counters(host->room);
    if (counters->unreadable > 0) {
        ex_fail(world, "%c could not read a message", (char)('A' + host->index));
    }
    if (counters->queue_full > 0 || counters->unsent > 0) {
        ex_fail(world, "%c dropped something because a queue was full", (char)('A' + host->index));
    }
    if (world->now_ms > LIFE_MS_MAX) {
        ex_fail(world, "the world does not come to rest");
    }
    check_peer(world, host);
}

/* --- at rest --- */

static void want(struct ex_world *world, const struct ex_host *host, const char *what)
{
    ex_fail(world, "the world is at rest, but %c %s", (char)('A' + host->index), what);
}

static const struct ex_shown *shown_of(const struct ex_host *host, const struct ex_host *other)
{
    const struct ex_shown *found = NULL;
    for (int i = 0; i < EX_SHOWN_MAX; i++) {
        if (host->shown[i].id != 0 && host->shown[i].id == other->shown_self) {
            found = &host->shown[i];
        }
    }
    return found;
}

/* Whether the connection with this id leads to `other` and is connected at both ends. */
static bool is_connected(struct ex_world *world, struct ex_host *host, struct ex_host *other,
                         pf_pc id)
{
    for (uint32_t i = 0; i < host->pcs_count; i++) {
        const struct ex_pc *pc = &host->pcs[i];
        const struct ex_pc *peer = ex_ice_peer(world, pc);
        if (pc->id == id) {
            return peer && ex_ice_host(world, peer) == other &&
                   pc->model.connection == PF_CONNECTION_CONNECTED &&
                   peer->model.connection == PF_CONNECTION_CONNECTED && ex_ice_usable(world, pc) &&
                   pc->model.signaling == MODEL_STABLE;
        }
    }
    return false;
}

static void check_roster(struct ex_world *world, struct ex_host *host, struct ex_host *other)
{
    const struct ex_shown *shown = shown_of(host, other);
    size_t count = 0;
    for (int i = 0; i < EX_SHOWN_MAX; i++) {
        count += host->shown[i].id != 0;
    }
    if (host->shown_state != PF_ROOM_JOINED) {
        want(world, host, "is not in the room");
    } else if (!shown) {
        want(world, host, "is not shown the other");
    } else if (count != 1 || ex_room_peers_count(host->room) != 1) {
        want(world, host, "is shown a ghost");
    } else if (shown->state != PF_PEER_CONNECTED || shown->away) {
        want(world, host, "is shown the other as not connected, or away");
    } else if (shown->sequence != ex_room_sequence(other->room)) {
        want(world, host, "has not heard of the other's sources");
    } else if (!is_connected(world, host, other, shown->pc)) {
        want(world, host, "is shown a connection that is not connected");
    } else if (host->pcs_count != 1) {
        want(world, host, "has left a connection open");
    } else if (host->sockets_count != 1) {
        want(world, host, "has left a WebSocket open");
    }
}

/* I1: no candidate is forgotten, unless a WebSocket was lost. */
static void check_candidates(struct ex_world *world, struct ex_host *host)
{
    const struct ex_pc *pc = &host->pcs[0];
    const struct ex_pc *peer = ex_ice_peer(world, pc);
    bool wires_held = true;
    for (uint32_t i = 0; i < EX_HOSTS_COUNT; i++) {
        wires_held = wires_held && world->hosts[i].sockets_ever == 1;
    }
    if (wires_held && !model_pc_has_candidates(&pc->model, &peer->model)) {
        want(world, host, "lacks a candidate");
    }
}

static void check_exchange(struct ex_world *world)
{
    const struct ex_host *a = &world->hosts[0];
    const struct ex_host *b = &world->hosts[1];
    const struct pf_peer *of_a = ex_room_peer(a->room, b->shown_self);
    const struct pf_peer *of_b = ex_room_peer(b->room, a->shown_self);
    PF_ASSERT(of_a && of_b);
    if (of_a->polite == of_b->polite) {
        ex_fail(world, "both are polite, or neither is");
    } else if (of_a->connection.epoch != of_b->connection.epoch ||
               of_a->connection.offer_number != of_b->connection.offer_number ||
               of_a->connection.negotiation != PF_NEGOTIATION_STABLE ||
               of_b->connection.negotiation != PF_NEGOTIATION_STABLE) {
        ex_fail(world, "at rest, A has epoch %u offer %u and B has epoch %u offer %u",
                of_a->connection.epoch, of_a->connection.offer_number, of_b->connection.epoch,
                of_b->connection.offer_number);
    }
}

void ex_check_quiet(struct ex_world *world)
{
    for (uint32_t i = 0; i < EX_HOSTS_COUNT && !world->failed; i++) {
        check_roster(world, &world->hosts[i], &world->hosts[1 - i]);
    }
    for (uint32_t i = 0; i < EX_HOSTS_COUNT && !world->failed; i++) {
        check_candidates(world, &world->hosts[i]);
    }
    if (!world->failed) {
        check_exchange(world);
    }
}
