/*
 * ice.c - when two RTCPeerConnections are connected, and the data channel between them.
 *
 * A link is made when both have set each other's descriptions with credentials that match, one of
 * them knows a candidate of the other's present address, and packets pass. A link lives on through
 * an ICE restart, until an address changes. Each side notices for itself, some time later.
 */
/* SPDX-License-Identifier: MIT */
#include "ice.h"

#include "base/assert.h"
#include "hostile.h"
#include "pc.h"
#include "tab.h"

#include <stdlib.h>

static uint32_t address_of(const struct sim_world *world, const struct sim_pc *pc)
{
    return world->hosts[pc->tab->host].address;
}

static bool has_link(const struct sim_world *world, const struct sim_pc *pc,
                     const struct sim_pc *peer)
{
    return pc->link_identity == peer->identity && pc->link_address == address_of(world, pc) &&
           pc->link_peer_address == address_of(world, peer);
}

static bool knows(const struct sim_world *world, const struct sim_pc *pc, const struct sim_pc *peer)
{
    for (size_t i = 0; i < pc->candidates_count; i++) {
        const struct sim_candidate *candidate = &pc->candidates[i];
        if (candidate->identity == peer->identity &&
            candidate->generation == peer->current_local.generation &&
            candidate->address == address_of(world, peer)) {
            return true;
        }
    }
    return false;
}

/* A browser gathers once per generation: after a change of address there is no socket to use. */
static bool has_gathered(const struct sim_world *world, const struct sim_pc *pc)
{
    for (size_t i = 0; i < 16 && i < pc->local_candidates_count; i++) {
        if (pc->local_candidates[i].generation == pc->current_local.generation &&
            pc->local_candidates[i].address == address_of(world, pc)) {
            return true;
        }
    }
    return false;
}

static bool can_link(const struct sim_world *world, const struct sim_pc *pc,
                     const struct sim_pc *peer)
{
    return pc->current_remote.generation == peer->current_local.generation &&
           peer->current_remote.generation == pc->current_local.generation &&
           has_gathered(world, pc) && has_gathered(world, peer) &&
           (knows(world, pc, peer) || knows(world, peer, pc));
}

bool sim_ice_usable(const struct sim_world *world, const struct sim_pc *pc)
{
    const struct sim_pc *peer = sim_ice_peer(world, pc);
    if (sim_hostile_is_phantom(pc)) {
        return world->hosts[pc->tab->host].online;
    }
    if (!peer || !sim_hosts_connected(world, pc->tab->host, peer->tab->host)) {
        return false;
    }
    return (has_link(world, pc, peer) && has_link(world, peer, pc)) || can_link(world, pc, peer);
}

static void stop_moving(struct sim_pc *pc)
{
    pc->state_moving = false;
    pc->state_token++;
}

static void move_to(struct sim_world *world, struct sim_pc *pc, enum pf_connection_state next,
                    uint64_t delay_us)
{
    if (pc->state_moving && pc->state_next == next) {
        return;
    }
    pc->state_moving = true;
    pc->state_next = next;
    sim_after(world, delay_us, SIM_PC_STATE, pc->identity, ++pc->state_token);
}

static void move_from_connected(struct sim_world *world, struct sim_pc *pc)
{
    switch (world->hosts[pc->tab->host].browser) {
    case SIM_CHROMIUM:
        move_to(world, pc, PF_CONNECTION_DISCONNECTED, sim_between_us(world, 2000, 6000));
        break;
    case SIM_FIREFOX:
        move_to(world, pc, PF_CONNECTION_DISCONNECTED, sim_between_us(world, 0, 500));
        break;
    case SIM_SAFARI:
        move_to(world, pc, PF_CONNECTION_FAILED, sim_between_us(world, 5000, 15000));
        break;
    }
}

static void refresh(struct sim_world *world, struct sim_pc *pc)
{
    const bool described = pc->current_local.identity != 0 && pc->current_remote.identity != 0;
    const bool usable = described && sim_ice_usable(world, pc);
    switch (pc->state) {
    case PF_CONNECTION_NEW:
        if (described) {
            move_to(world, pc, PF_CONNECTION_CONNECTING, sim_between_us(world, 0, 5));
        }
        break;
    case PF_CONNECTION_CONNECTING:
        if (usable) {
            move_to(world, pc, PF_CONNECTION_CONNECTED, sim_between_us(world, 5, 200));
        } else {
            move_to(world, pc, PF_CONNECTION_FAILED, sim_between_us(world, 12000, 30000));
        }
        break;
    case PF_CONNECTION_CONNECTED:
        if (usable) {
            stop_moving(pc);
        } else {
            move_from_connected(world, pc);
        }
        break;
    case PF_CONNECTION_DISCONNECTED:
        if (usable) {
            move_to(world, pc, PF_CONNECTION_CONNECTED, sim_between_us(world, 0, 2000));
        } else {
            move_to(world, pc, PF_CONNECTION_FAILED, sim_between_us(world, 8000, 20000));
        }
        break;
    case PF_CONNECTION_FAILED:
        if (pc->failed_version != pc->current_local.version) {
            move_to(world, pc, PF_CONNECTION_CONNECTING, sim_between_us(world, 0, 5));
        } else if (usable && world->faults.failed_recovers) {
            move_to(world, pc, PF_CONNECTION_CONNECTED, sim_between_us(world, 0, 2000));
        } else {
            stop_moving(pc);
        }
        break;
    case PF_CONNECTION_CLOSED: break;
    }
}

void sim_ice_refresh_both(struct sim_world *world, struct sim_pc *pc)
{
    refresh(world, pc);
    struct sim_pc *peer = sim_pc_of(world, pc->current_remote.identity);
    if (peer) {
        refresh(world, peer);
    }
}

void sim_ice_refresh_all(struct sim_world *world)
{
    for (size_t i = 1; i < world->pcs_count; i++) {
        if (world->pcs[i]) {
            refresh(world, world->pcs[i]);
        }
    }
}

void sim_ice_add_candidate(struct sim_pc *pc, const struct sim_candidate *candidate)
{
    const size_t at = pc->candidates_count % SIM_CANDIDATES_MAX;
    for (size_t i = 0; i < pc->candidates_count; i++) {
        if (pc->candidates[i].number == candidate->number) {
            return;
        }
    }
    pc->candidates[at] = *candidate;
    if (pc->candidates_count < SIM_CANDIDATES_MAX) {
        pc->candidates_count++;
    }
}

/* The transition that was under way; it may not be the right one any more. */
static void change_state(struct sim_world *world, struct sim_pc *pc)
{
    const enum pf_connection_state next = pc->state_next;
    pc->state_moving = false;
    if (next == PF_CONNECTION_CONNECTED && sim_hostile_is_phantom(pc)) {
        sim_after(world, 20000, SIM_PC_CHANNEL_OPEN, pc->identity, 0);
    } else if (next == PF_CONNECTION_CONNECTED) {
        struct sim_pc *peer = sim_ice_peer(world, pc);
        PF_ASSERT(peer);
        pc->link_identity = peer->identity;
        pc->link_address = peer->link_peer_address = address_of(world, pc);
        pc->link_peer_address = peer->link_address = address_of(world, peer);
        peer->link_identity = pc->identity;
        if (!pc->channel_open) {
            sim_after(world, sim_between_us(world, 1, 60), SIM_PC_CHANNEL_OPEN, pc->identity, 0);
        }
    }
    if (next == PF_CONNECTION_FAILED) {
        pc->failed_version = pc->current_local.version;
    }
    pc->state = next;
    pc->state_us = world->now_us;
    refresh(world, pc);
    const struct pf_event event = {
        .type = PF_EVENT_PC_STATE, .pc = pc->id, .connection_state = next};
    sim_tab_handle(world, pc->tab, &event);
}

static void open_channel(struct sim_world *world, struct sim_pc *pc)
{
    const struct sim_pc *peer = sim_ice_peer(world, pc);
    if (pc->channel_open) {
        return;
    }
    const bool answered =
        sim_hostile_is_phantom(pc) || (peer && peer->state == PF_CONNECTION_CONNECTED);
    if (!answered || !sim_ice_usable(world, pc)) {
        sim_after(world, 100000, SIM_PC_CHANNEL_OPEN, pc->identity, 0);
        return;
    }
    pc->channel_open = true;
    const struct pf_event event = {.type = PF_EVENT_PC_CHANNEL_OPENED, .pc = pc->id};
    sim_tab_handle(world, pc->tab, &event);
}

static void deliver_text(struct sim_world *world, const struct sim_pc *pc,
                         const struct sim_packet *packet)
{
    const struct pf_event event = {.type = PF_EVENT_PC_CHANNEL_MESSAGE,
                                   .pc = pc->id,
                                   .channel = {.data = {packet->data, packet->size}}};
    sim_tab_handle(world, pc->tab, &event);
}

/* What is handled may close `pc`, hence the look-ups. */
static void close_channel(struct sim_world *world, struct sim_pc *pc)
{
    const uint32_t identity = pc->identity;
    while (pc && pc->channel_open && pc->last_words.first) {
        struct sim_packet *packet = pc->last_words.first;
        pc->last_words.first = packet->next;
        deliver_text(world, pc, packet);
        free(packet);
        pc = sim_pc_of(world, identity);
    }
    if (pc && pc->channel_open) {
        pc->channel_open = false;
        const struct pf_event event = {.type = PF_EVENT_PC_CHANNEL_CLOSED, .pc = pc->id};
        sim_tab_handle(world, pc->tab, &event);
    }
}

void sim_ice_channel_send(struct sim_world *world, struct sim_pc *pc, struct pf_slice text)
{
    if (!pc->channel_open) {
        sim_fail(world, "PC_CHANNEL_SEND on pc %u, whose channel is not open", pc->id);
        return;
    }
    if (pc->channel.count > 1000) {
        sim_fail(world, "the data channel of pc %u is flooded", pc->id);
        return;
    }
    if (sim_hostile_is_phantom(pc)) {
        return; /* nobody listens */
    }
    const struct sim_packet *packet =
        sim_fifo_put(&pc->channel, world->now_us + sim_latency_us(world), SIM_PACKET_MESSAGE, text);
    if (pc->channel.count == 1) {
        sim_after(world, packet->due_us - world->now_us, SIM_PC_CHANNEL_DELIVER, pc->identity, 0);
    }
}

static void deliver(struct sim_world *world, struct sim_pc *pc)
{
    struct sim_packet *packet = pc->channel.first;
    struct sim_pc *peer = sim_ice_peer(world, pc);
    PF_ASSERT(packet);
    if (!peer || !sim_ice_usable(world, pc) || !peer->channel_open) {
        sim_after(world, 300000, SIM_PC_CHANNEL_DELIVER, pc->identity, 0);
        return;
    }
    deliver_text(world, peer, packet); /* only a page that handles it can close anything */
    sim_fifo_drop(&pc->channel);
    if (pc->channel.first) {
        const uint64_t due_us = pc->channel.first->due_us;
        sim_after(world, due_us > world->now_us ? due_us - world->now_us : 0,
                  SIM_PC_CHANNEL_DELIVER, pc->identity, 0);
    }
}

void sim_ice_closed(struct sim_world *world, struct sim_pc *pc, bool orderly)
{
    struct sim_pc *peer = sim_pc_of(world, pc->current_remote.identity);
    if (!peer || peer->current_remote.identity != pc->identity) {
        return;
    }
    refresh(world, peer);
    if (orderly && sim_chance(world, 500)) {
        sim_fifo_clear(&peer->last_words);
        peer->last_words = pc->channel;
        pc->channel = (struct sim_fifo){0};
    }
    if (orderly && sim_hosts_connected(world, pc->tab->host, peer->tab->host)) {
        sim_after(world, sim_latency_us(world), SIM_PC_CHANNEL_CLOSE, peer->identity, 0);
    }
}

void sim_ice_happen(struct sim_world *world, const struct sim_happening *happening)
{
    struct sim_pc *pc = sim_pc_of(world, happening->subject);
    if (!pc) {
        return;
    }
    switch ((int)happening->kind) {
    case SIM_PC_STATE:
        if (happening->token == pc->state_token && pc->state_moving) {
            change_state(world, pc);
        }
        break;
    case SIM_PC_CHANNEL_OPEN: open_channel(world, pc); break;
    case SIM_PC_CHANNEL_CLOSE: close_channel(world, pc); break;
    case SIM_PC_CHANNEL_DELIVER: deliver(world, pc); break;
    default: PF_UNREACHABLE();
    }
}
