/*
 * ice.c - when two RTCPeerConnections are connected, and the data channel between them.
 *
 * ../model/ice.c decides what can connect. Here the network must let packets pass as well, and each
 * side notices changes by itself, after a delay.
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

bool sim_ice_usable(const struct sim_world *world, const struct sim_pc *pc)
{
    const struct sim_pc *peer = sim_ice_peer(world, pc);
    if (sim_hostile_is_phantom(pc)) {
        return world->hosts[pc->tab->host].online;
    }
    return peer && sim_hosts_connected(world, pc->tab->host, peer->tab->host) &&
           model_ice_can_flow(&pc->model, address_of(world, pc), &peer->model,
                              address_of(world, peer));
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
    sim_after(world, delay_us, SIM_PC_STATE, pc->model.identity, ++pc->state_token);
}

/* How long the browser takes to notice, or to give up. */
static uint64_t delay_us(struct sim_world *world, const struct sim_pc *pc,
                         enum pf_connection_state next)
{
    const bool is_firefox = world->hosts[pc->tab->host].browser == SIM_FIREFOX;
    switch (next) {
    case PF_CONNECTION_CONNECTING: return sim_between_us(world, 0, 5);
    case PF_CONNECTION_CONNECTED:
        return pc->model.connection == PF_CONNECTION_CONNECTING ? sim_between_us(world, 5, 200)
                                                                : sim_between_us(world, 0, 2000);
    case PF_CONNECTION_DISCONNECTED:
        return is_firefox ? sim_between_us(world, 0, 500) : sim_between_us(world, 2000, 6000);
    case PF_CONNECTION_FAILED:
        return pc->model.connection == PF_CONNECTION_CONNECTING
                   ? sim_between_us(world, 12000, 30000)
               : pc->model.connection == PF_CONNECTION_CONNECTED
                   ? sim_between_us(world, 5000, 15000)
                   : sim_between_us(world, 8000, 20000);
    case PF_CONNECTION_NEW:
    case PF_CONNECTION_CLOSED: break;
    }
    PF_UNREACHABLE();
}

static void refresh(struct sim_world *world, struct sim_pc *pc)
{
    const struct model_ice_profile profile = {
        .skips_disconnected = world->hosts[pc->tab->host].browser == SIM_SAFARI,
        .recovers = world->faults.failed_recovers,
    };
    const enum pf_connection_state next =
        model_ice_next(&pc->model, sim_ice_usable(world, pc), profile);
    if (next == pc->model.connection) {
        stop_moving(pc);
    } else {
        move_to(world, pc, next, delay_us(world, pc, next));
    }
}

void sim_ice_refresh_both(struct sim_world *world, struct sim_pc *pc)
{
    refresh(world, pc);
    struct sim_pc *peer = sim_pc_of(world, pc->model.current_remote.identity);
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

/* Performs the scheduled transition. refresh() schedules another one if this is outdated. */
static void change_state(struct sim_world *world, struct sim_pc *pc)
{
    const enum pf_connection_state next = pc->state_next;
    pc->state_moving = false;
    if (next == PF_CONNECTION_CONNECTED && sim_hostile_is_phantom(pc)) {
        sim_after(world, 20000, SIM_PC_CHANNEL_OPEN, pc->model.identity, 0);
    } else if (next == PF_CONNECTION_CONNECTED) {
        struct sim_pc *peer = sim_ice_peer(world, pc);
        PF_ASSERT(peer);
        model_ice_link(&pc->model, address_of(world, pc), &peer->model, address_of(world, peer));
        if (!pc->channel_open) {
            sim_after(world, sim_between_us(world, 1, 60), SIM_PC_CHANNEL_OPEN, pc->model.identity,
                      0);
        }
    }
    model_ice_move(&pc->model, next);
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
        sim_hostile_is_phantom(pc) || (peer && peer->model.connection == PF_CONNECTION_CONNECTED);
    if (!answered || !sim_ice_usable(world, pc)) {
        sim_after(world, 100000, SIM_PC_CHANNEL_OPEN, pc->model.identity, 0);
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

/* The events may close `pc`, hence the look-ups. */
static void close_channel(struct sim_world *world, struct sim_pc *pc)
{
    const uint32_t identity = pc->model.identity;
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
        sim_after(world, packet->due_us - world->now_us, SIM_PC_CHANNEL_DELIVER, pc->model.identity,
                  0);
    }
}

static void deliver(struct sim_world *world, struct sim_pc *pc)
{
    struct sim_packet *packet = pc->channel.first;
    struct sim_pc *peer = sim_ice_peer(world, pc);
    PF_ASSERT(packet);
    if (!peer || !sim_ice_usable(world, pc) || !peer->channel_open) {
        sim_after(world, 300000, SIM_PC_CHANNEL_DELIVER, pc->model.identity, 0);
        return;
    }
    /* What is handled may close `pc` too: a hostile member can connect a page to itself. */
    const uint32_t identity = pc->model.identity;
    packet = sim_fifo_take(&pc->channel);
    const bool more = pc->channel.first != NULL; /* else what is sent meanwhile comes by itself */
    deliver_text(world, peer, packet);
    free(packet);
    pc = sim_pc_of(world, identity);
    if (pc && more && pc->channel.first) {
        const uint64_t due_us = pc->channel.first->due_us;
        sim_after(world, due_us > world->now_us ? due_us - world->now_us : 0,
                  SIM_PC_CHANNEL_DELIVER, identity, 0);
    }
}

void sim_ice_closed(struct sim_world *world, struct sim_pc *pc, bool orderly)
{
    struct sim_pc *peer = sim_pc_of(world, pc->model.current_remote.identity);
    if (!peer || peer->model.current_remote.identity != pc->model.identity) {
        return;
    }
    refresh(world, peer);
    if (orderly && sim_chance(world, 500)) {
        sim_fifo_clear(&peer->last_words);
        peer->last_words = pc->channel;
        pc->channel = (struct sim_fifo){0};
    }
    if (orderly && sim_hosts_connected(world, pc->tab->host, peer->tab->host)) {
        sim_after(world, sim_latency_us(world), SIM_PC_CHANNEL_CLOSE, peer->model.identity, 0);
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
