/* page.c - a page: drives one room and executes its commands. */
/* SPDX-License-Identifier: MIT */
#include "page.h"

#include "../sim/trace.h"
#include "check.h"
#include "pc.h"
#include "room_state.h"
#include "wire.h"

#include <string.h>

void ex_page_note(struct ex_world *world, const struct ex_host *host, const char *what)
{
    if (world->printer) {
        world->printer->now_us = world->now_ms * 1000;
        sim_trace_note(world->printer, host ? &world->printed[host->index] : NULL, what);
    }
}

void ex_page_open(struct ex_world *world, struct ex_host *host)
{
    const struct pf_room_config config = {
        .url = PF_SLICE("ws://relay/ws"),
        .ticket = {host->ticket, host->ticket_size},
        .seed = 7 + host->index,
        .instance = (host->index + 1) * 10 + host->page,
        .on = {true, false},
    };
    host->page++;
    host->joined = false;
    host->last_pc = 0;
    host->last_socket = 0;
    host->pcs_count = 0;
    host->shown_state = PF_ROOM_IDLE;
    host->shown_self = 0;
    for (int i = 0; i < EX_SHOWN_MAX; i++) {
        host->shown[i] = (struct ex_shown){0};
    }
    world->printed[host->index].host = host->index;
    world->printed[host->index].index = host->page;
    PF_ASSERT(pf_room_init(host->room, &config) == PF_ERROR_OK);
    ex_page_handle(world, host, (struct pf_event){.type = PF_EVENT_START});
}

void ex_page_vanish(struct ex_world *world, struct ex_host *host, bool orderly)
{
    while (host->pcs_count > 0) {
        ex_pc_close(world, host, &host->pcs[host->pcs_count - 1], orderly);
    }
    ex_wire_page_gone(world, host, orderly);
    pf_room_close(host->room);
}

void ex_page_join(struct ex_world *world, struct ex_host *host)
{
    host->joined = true;
    ex_page_handle(world, host,
                   (struct pf_event){.type = PF_EVENT_JOIN,
                                     .join = {PF_SLICE("tea"),
                                              host->index == 0 ? PF_SLICE("A") : PF_SLICE("B")}});
}

static void show_room(struct ex_world *world, struct ex_host *host,
                      const struct pf_command *command)
{
    if (command->room.state == PF_ROOM_REFUSED) {
        ex_fail(world, "%c is refused: code %d", (char)('A' + host->index),
                (int)command->room.code);
    }
    if (host->shown_self != 0 && command->room.self != host->shown_self) {
        ex_fail(world, "%c is another member than before", (char)('A' + host->index));
    }
    host->shown_state = command->room.state;
    host->shown_self = command->room.self;
    if (command->room.ticket.size > 0) {
        host->ticket_size = (uint32_t)command->room.ticket.size;
        memcpy(host->ticket, command->room.ticket.data, command->room.ticket.size);
    }
}

static struct ex_shown *find_shown(struct ex_host *host, pf_member_id id)
{
    for (int i = 0; i < EX_SHOWN_MAX; i++) {
        if (host->shown[i].id == id) {
            return &host->shown[i];
        }
    }
    return NULL;
}

static void show_peer(struct ex_world *world, struct ex_host *host,
                      const struct pf_command *command)
{
    struct ex_shown *shown = find_shown(host, command->peer.id);
    shown = shown ? shown : find_shown(host, 0);
    if (!shown || command->peer.id == 0 || command->peer.id == host->shown_self) {
        ex_fail(world, "SHOW_PEER of nobody, of oneself, or of too many");
        return;
    }
    *shown = (struct ex_shown){
        .id = command->peer.id,
        .state = command->peer.state,
        .pc = command->pc,
        .sequence = command->peer.sources.sequence,
        .away = command->peer.away,
    };
}

static void hide_peer(struct ex_world *world, struct ex_host *host,
                      const struct pf_command *command)
{
    struct ex_shown *shown = find_shown(host, command->hide_peer);
    const struct ex_host *other = &world->hosts[1 - host->index];
    if (!shown || command->hide_peer == 0) {
        ex_fail(world, "HIDE_PEER of somebody who is not shown");
        return;
    }
    if (host->has_cut && other->joined && other->shown_self == shown->id) {
        ex_fail(world, "%c hides a peer that is there and was connected",
                (char)('A' + host->index));
    }
    *shown = (struct ex_shown){0};
}

static void execute(struct ex_world *world, struct ex_host *host, const struct pf_command *command)
{
    switch (command->type) {
    case PF_COMMAND_SOCKET_OPEN:
    case PF_COMMAND_SOCKET_SEND:
    case PF_COMMAND_SOCKET_CLOSE: ex_wire_command(world, host, command); break;
    case PF_COMMAND_CAPTURE_OPEN:
        host->opening = command->capture_open.tracks[PF_SOURCE_MICROPHONE];
        break;
    case PF_COMMAND_DEVICES_ENUMERATE: host->listing = true; break;
    case PF_COMMAND_SCREEN_OPEN:
    case PF_COMMAND_CAPTURE_TAKE:
    case PF_COMMAND_CAPTURE_STOP:
    case PF_COMMAND_TRACK_ENABLE:
    case PF_COMMAND_PC_CONFIGURE:
    case PF_COMMAND_PC_SET_SENDER:
    case PF_COMMAND_PC_SET_ENCODING:
        ex_fail(world, "a command names a track, but there are none");
        break;
    case PF_COMMAND_PC_CREATE:
    case PF_COMMAND_PC_CLOSE:
    case PF_COMMAND_PC_CREATE_OFFER:
    case PF_COMMAND_PC_CREATE_ANSWER:
    case PF_COMMAND_PC_SET_LOCAL:
    case PF_COMMAND_PC_SET_REMOTE:
    case PF_COMMAND_PC_READ_LOCAL:
    case PF_COMMAND_PC_ADD_CANDIDATE:
    case PF_COMMAND_PC_CHANNEL_SEND: ex_pc_command(world, host, command); break;
    case PF_COMMAND_SHOW_ROOM: show_room(world, host, command); break;
    case PF_COMMAND_SHOW_PEER: show_peer(world, host, command); break;
    case PF_COMMAND_HIDE_PEER: hide_peer(world, host, command); break;
    case PF_COMMAND_SHOW_LOCAL:
    case PF_COMMAND_SHOW_DEVICES:
    case PF_COMMAND_SHOW_REACTION:
    case PF_COMMAND_SHOW_KNOCKS:
    case PF_COMMAND_SHOW_MUTED:
    case PF_COMMAND_SHOW_MESSAGE:
    case PF_COMMAND_SHOW_FILE: break;
    }
}

void ex_page_handle(struct ex_world *world, struct ex_host *host, struct pf_event event)
{
    struct pf_command command;
    event.now_ms = world->now_ms;
    host->has_cut = false;
    if (world->printer) {
        world->printer->now_us = world->now_ms * 1000;
        sim_trace_event(world->printer, &world->printed[host->index], &event);
    }
    pf_room_handle(host->room, &event);
    while (pf_room_poll(host->room, &command)) {
        if (world->printer) {
            sim_trace_command(world->printer, &world->printed[host->index], &command);
        }
        execute(world, host, &command);
    }
    ex_room_forget_message(host->room);
    pf_room_check(host->room);
    ex_check_page(world, host);
}

bool ex_page_settle(struct ex_world *world, struct ex_host *host)
{
    if (host->opening != 0) {
        struct pf_event event = {.type = PF_EVENT_CAPTURE_FAILED,
                                 .capture_failed = {.error = PF_DOM_ERROR_NOT_FOUND}};
        event.capture_failed.tracks[PF_SOURCE_MICROPHONE] = host->opening;
        host->opening = 0;
        ex_page_handle(world, host, event);
        return true;
    }
    if (host->listing) {
        host->listing = false;
        ex_page_handle(world, host, (struct pf_event){.type = PF_EVENT_DEVICES});
        return true;
    }
    return false;
}
