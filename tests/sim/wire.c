/*
 * wire.c - WebSockets between pages and the relays.
 *
 * Each direction of a socket is a FIFO: packets arrive in order, late while the path is cut, and
 * never once the connection is broken. What a page sent before it closed still arrives.
 */
/* SPDX-License-Identifier: MIT */
#include "wire.h"

#include "base/assert.h"
#include "cluster.h"
#include "drain.h"
#include "relay.h"
#include "tab.h"
#include "trace.h"

#include <stdlib.h>
#include <string.h>

static struct sim_socket *socket_of(const struct sim_world *world, uint32_t index)
{
    return index < world->sockets_count ? world->sockets[index] : NULL;
}

void sim_wire_collect(struct sim_world *world, struct sim_socket *socket)
{
    if (socket->client == SIM_SOCKET_CLOSED && !socket->relay_open && !socket->up.first) {
        world->sockets[socket->index] = NULL;
        if (socket->tab->socket == socket) {
            socket->tab->socket = NULL;
        }
        sim_fifo_clear(&socket->down);
        free(socket);
    }
}

void sim_wire_send(struct sim_world *world, struct sim_socket *socket, bool up,
                   enum sim_packet_kind kind, struct pf_slice text)
{
    struct sim_fifo *fifo = up ? &socket->up : &socket->down;
    if (fifo->count > 4000) {
        sim_fail(world, "a WebSocket of %s is flooded", sim_tab_name(world, socket->tab));
        return;
    }
    sim_hash(world, text);
    const struct sim_packet *packet =
        sim_fifo_put(fifo, world->now_us + sim_latency_us(world), kind, text);
    if (fifo->count == 1) {
        sim_after(world, packet->due_us - world->now_us, up ? SIM_SOCKET_UP : SIM_SOCKET_DOWN,
                  socket->index, 0);
    }
}

void sim_wire_send_close(struct sim_world *world, struct sim_socket *socket, bool up, uint16_t code,
                         uint16_t retry_ms)
{
    sim_wire_send(world, socket, up, SIM_PACKET_CLOSED, PF_SLICE(""));
    struct sim_packet *last = up ? socket->up.last : socket->down.last;
    last->code = code;
    last->retry_ms = retry_ms;
}

/* Packets in flight are lost. */
static void break_wire(struct sim_socket *socket)
{
    socket->broken = true;
    sim_fifo_clear(&socket->up);
    sim_fifo_clear(&socket->down);
}

/* --- the page's side --- */

static void open_socket(struct sim_world *world, struct sim_tab *tab,
                        const struct pf_command *command)
{
    if (command->socket <= tab->last_socket || tab->socket) {
        sim_fail(world, "%s opens socket %u: used before, or a second one",
                 sim_tab_name(world, tab), command->socket);
        return;
    }
    if (world->sockets_count == world->sockets_capacity) {
        world->sockets_capacity = world->sockets_capacity ? world->sockets_capacity * 2 : 64;
        world->sockets =
            realloc(world->sockets, world->sockets_capacity * sizeof(struct sim_socket *));
        PF_ASSERT(world->sockets);
    }
    if (world->sockets_count == 0) {
        world->sockets[world->sockets_count++] = NULL;
    }
    struct sim_socket *socket = malloc(sizeof(*socket));
    PF_ASSERT(socket);
    *socket = (struct sim_socket){
        .index = (uint32_t)world->sockets_count,
        .tab = tab,
        .id = command->socket,
    };
    world->sockets[world->sockets_count++] = socket;
    tab->socket = socket;
    tab->last_socket = command->socket;
    tab->sockets_count++;
    sim_after(world, 2 * sim_latency_us(world), SIM_SOCKET_CONNECT, socket->index, 0);
}

static void close_socket(struct sim_world *world, struct sim_socket *socket, uint16_t code)
{
    socket->client = SIM_SOCKET_CLOSED;
    socket->tab->socket = NULL;
    if (socket->relay_open && !socket->broken) {
        sim_wire_send_close(world, socket, true, code, 0);
    }
    sim_wire_collect(world, socket);
}

void sim_wire_command(struct sim_world *world, struct sim_tab *tab,
                      const struct pf_command *command)
{
    if (command->type == PF_COMMAND_SOCKET_OPEN) {
        open_socket(world, tab, command);
        return;
    }
    struct sim_socket *socket = tab->socket;
    if (!socket && command->type == PF_COMMAND_SOCKET_CLOSE &&
        command->socket == tab->last_socket) {
        return; /* close() after the close event does nothing */
    }
    if (!socket || socket->id != command->socket) {
        sim_fail(world, "%s: a command names socket %u, which is closed or never was",
                 sim_tab_name(world, tab), command->socket);
    } else if (command->type == PF_COMMAND_SOCKET_CLOSE) {
        close_socket(world, socket, command->close_code);
    } else if (socket->client != SIM_SOCKET_OPEN) {
        sim_fail(world, "%s sends on socket %u, which is not open yet", sim_tab_name(world, tab),
                 command->socket);
    } else if (command->text.size > PF_MESSAGE_SIZE_MAX) {
        sim_fail(world, "%s sends a message that is too long", sim_tab_name(world, tab));
    } else if (socket->relay_open && !socket->broken) {
        sim_wire_send(world, socket, true, SIM_PACKET_MESSAGE, command->text);
    }
}

void sim_wire_page_gone(struct sim_world *world, struct sim_socket *socket, uint16_t code)
{
    if (code == 0) {
        socket->client = SIM_SOCKET_CLOSED;
        socket->tab->socket = NULL;
        if (!socket->broken) {
            break_wire(socket);
            if (sim_chance(world, 700)) {
                sim_after(world, sim_latency_us(world), SIM_SOCKET_LOST_BY_RELAY, socket->index, 0);
            }
        }
        sim_wire_collect(world, socket);
        return;
    }
    close_socket(world, socket, code);
}

void sim_wire_break(struct sim_world *world, struct sim_socket *socket)
{
    if (socket->broken) {
        return;
    }
    break_wire(socket);
    socket->tab->drained_us = 0; /* there is more in its way than a drain */
    world->stats->sockets_lost++;
    const uint64_t client_us =
        sim_chance(world, 600) ? sim_latency_us(world) : sim_between_us(world, 1000, 40000);
    const uint64_t relay_us =
        sim_chance(world, 600) ? sim_latency_us(world) : sim_between_us(world, 1000, 40000);
    if (sim_chance(world, 900)) {
        sim_after(world, client_us, SIM_SOCKET_LOST_BY_CLIENT, socket->index, 0);
    }
    if (sim_chance(world, 900)) {
        sim_after(world, relay_us, SIM_SOCKET_LOST_BY_RELAY, socket->index, 0);
    }
}

void sim_wire_break_host(struct sim_world *world, uint32_t host)
{
    for (size_t i = 1; i < world->sockets_count; i++) {
        struct sim_socket *socket = world->sockets[i];
        if (socket && socket->tab->host == host && socket->client != SIM_SOCKET_CONNECTING &&
            socket->address != world->hosts[host].address) {
            sim_wire_break(world, socket);
        }
    }
}

static void client_closed(struct sim_world *world, struct sim_socket *socket, uint16_t code,
                          uint16_t retry_ms)
{
    if (socket->client != SIM_SOCKET_CLOSED) {
        const pf_socket id = socket->id;
        struct sim_tab *tab = socket->tab;
        socket->client = SIM_SOCKET_CLOSED;
        tab->socket = NULL;
        sim_wire_collect(world, socket);
        sim_tab_handle(world, tab,
                       &(struct pf_event){.type = PF_EVENT_SOCKET_CLOSED,
                                          .socket = id,
                                          .socket_closed = {code, retry_ms}});
    }
}

static void connect_socket(struct sim_world *world, struct sim_socket *socket, uint32_t tries)
{
    const struct sim_host *host = &world->hosts[socket->tab->host];
    if (socket->client != SIM_SOCKET_CONNECTING) {
        sim_wire_collect(world, socket);
        return;
    }
    sim_cluster_balance(world, socket->tab->host);
    if (!host->online || (!sim_drain_accepts(&world->relays[host->relay_at]) && !host->relay_cut)) {
        client_closed(world, socket, 1006, 0);
    } else if (host->relay_cut) {
        if (tries > 60) {
            client_closed(world, socket, 1006, 0);
        } else {
            sim_after(world, 1000000, SIM_SOCKET_CONNECT, socket->index, tries + 1);
        }
    } else if (sim_cluster_pause_us(world, host->relay_at) > 0) {
        sim_after(world, 100000, SIM_SOCKET_CONNECT, socket->index, tries); /* nobody accepts */
    } else {
        socket->address = host->address;
        sim_wire_send(world, socket, false, SIM_PACKET_OPENED, PF_SLICE(""));
        sim_relay_accept(world, socket);
    }
}

/* Whether the first packet of a direction arrives now; otherwise it is scheduled again. */
static bool next_packet(struct sim_world *world, const struct sim_socket *socket, bool up)
{
    const struct sim_packet *packet = up ? socket->up.first : socket->down.first;
    const enum sim_kind kind = up ? SIM_SOCKET_UP : SIM_SOCKET_DOWN;
    if (!packet) {
        return false;
    }
    if (packet->due_us > world->now_us) {
        sim_after(world, packet->due_us - world->now_us, kind, socket->index, 0);
        return false;
    }
    if (!sim_relay_reachable(world, socket->tab->host)) {
        sim_after(world, 250000, kind, socket->index, 0); /* retransmitted by TCP */
        return false;
    }
    const uint64_t pause_us = up ? sim_cluster_pause_us(world, socket->relay) : 0;
    if (pause_us > 0) {
        sim_after(world, pause_us, kind, socket->index, 0);
        return false;
    }
    return true;
}

static void drop_packet(struct sim_world *world, struct sim_socket *socket, bool up)
{
    struct sim_fifo *fifo = up ? &socket->up : &socket->down;
    sim_fifo_drop(fifo);
    if (fifo->first) {
        const uint64_t due_us = fifo->first->due_us;
        sim_after(world, due_us > world->now_us ? due_us - world->now_us : 0,
                  up ? SIM_SOCKET_UP : SIM_SOCKET_DOWN, socket->index, 0);
    }
}

static void packet_up(struct sim_world *world, struct sim_socket *socket)
{
    if (!next_packet(world, socket, true)) {
        sim_wire_collect(world, socket);
        return;
    }
    struct sim_packet *packet = socket->up.first;
    if (packet->kind == SIM_PACKET_CLOSED) {
        sim_relay_lost(world, socket, packet->code);
        return;
    }
    /* The hub may close the socket and so free the packet: it is taken out first. */
    memcpy(world->inbox, packet->data, packet->size);
    const struct pf_slice text = {world->inbox, packet->size};
    drop_packet(world, socket, true);
    sim_relay_hear(world, socket, text);
}

static void packet_down(struct sim_world *world, struct sim_socket *socket)
{
    if (socket->client == SIM_SOCKET_CLOSED && !world->faults.late_events) {
        sim_fifo_clear(&socket->down);
        sim_wire_collect(world, socket);
        return;
    }
    if (!next_packet(world, socket, false)) {
        return;
    }
    struct sim_packet *packet = socket->down.first;
    struct sim_tab *tab = socket->tab;
    struct pf_event event = {.socket = socket->id};
    switch (packet->kind) {
    case SIM_PACKET_OPENED:
        drop_packet(world, socket, false);
        if (socket->client == SIM_SOCKET_CONNECTING) {
            socket->client = SIM_SOCKET_OPEN;
        }
        break;
    case SIM_PACKET_MESSAGE:
        memcpy(world->inbox, packet->data, packet->size);
        event.type = PF_EVENT_SOCKET_MESSAGE;
        event.message = (struct pf_slice){world->inbox, packet->size};
        drop_packet(world, socket, false);
        sim_tab_handle(world, tab, &event);
        break;
    case SIM_PACKET_CLOSED: client_closed(world, socket, packet->code, packet->retry_ms); break;
    }
}

static void lose_at_relay(struct sim_world *world, struct sim_socket *socket)
{
    const uint64_t pause_us = sim_cluster_pause_us(world, socket->relay);
    if (pause_us > 0) {
        sim_after(world, pause_us, SIM_SOCKET_LOST_BY_RELAY, socket->index, 0);
    } else {
        sim_relay_lost(world, socket, 1006);
    }
}

void sim_wire_happen(struct sim_world *world, const struct sim_happening *happening)
{
    struct sim_socket *socket = socket_of(world, happening->subject);
    if (!socket) {
        return;
    }
    switch ((int)happening->kind) {
    case SIM_SOCKET_CONNECT: connect_socket(world, socket, happening->token); break;
    case SIM_SOCKET_UP: packet_up(world, socket); break;
    case SIM_SOCKET_DOWN: packet_down(world, socket); break;
    case SIM_SOCKET_LOST_BY_CLIENT: client_closed(world, socket, 1006, 0); break;
    case SIM_SOCKET_LOST_BY_RELAY: lose_at_relay(world, socket); break;
    default: PF_UNREACHABLE();
    }
}
