/* view.c - what a page shows, according to the commands of its room. */
/* SPDX-License-Identifier: MIT */
#include "view.h"

#include <string.h>

static struct sim_shown_peer *find(struct sim_view *view, pf_member_id id)
{
    for (int i = 0; i < PF_MEMBERS_MAX; i++) {
        if (view->peers[i].id == id) {
            return &view->peers[i];
        }
    }
    return NULL;
}

const struct sim_shown_peer *sim_view_find(const struct sim_view *view, pf_member_id id)
{
    for (int i = 0; i < PF_MEMBERS_MAX; i++) {
        if (view->peers[i].id == id) {
            return &view->peers[i];
        }
    }
    return NULL;
}

static const char *show_room(struct sim_view *view, const struct pf_command *command)
{
    if (view->state == PF_ROOM_LEFT && command->room.state != PF_ROOM_LEFT) {
        return "a room that was left comes back";
    }
    if (command->room.ticket.size > PF_TICKET_SIZE_MAX) {
        return "the ticket is too long";
    }
    view->state = command->room.state;
    view->code = command->room.code;
    view->self = command->room.self;
    view->hand = command->room.hand;
    view->ticket_size = command->room.ticket.size;
    if (view->ticket_size > 0) {
        memcpy(view->ticket, command->room.ticket.data, view->ticket_size);
    }
    return NULL;
}

static const char *show_local(struct sim_view *view, const struct pf_command *command)
{
    if ((command->local.track != 0) != (command->local.state == PF_CAPTURE_LIVE)) {
        return "SHOW_LOCAL has a track when, and only when, it is live";
    }
    view->local[command->local.source] = (struct sim_shown_local){
        .interrupted = command->local.interrupted,
        .on = command->local.on,
        .state = command->local.state,
        .error = command->local.error,
        .track = command->local.track,
    };
    return NULL;
}

static const char *show_peer(struct sim_view *view, const struct pf_command *command)
{
    struct sim_shown_peer *peer = find(view, command->peer.id);
    if (command->peer.id == 0 || command->peer.id == view->self) {
        return "SHOW_PEER of nobody or of ourselves";
    }
    if (!peer) {
        peer = find(view, 0);
        if (!peer) {
            return "too many peers are shown";
        }
        view->peers_count++;
    }
    if (command->peer.quality_reason == PF_REASON_NO_TURN &&
        command->peer.state == PF_PEER_CONNECTED) {
        return "SHOW_PEER says what is in the way of a peer that is connected";
    }
    /* A peer that has reloaded starts again at 0. */
    if (command->peer.sources.sequence < peer->sources.sequence &&
        command->peer.sources.sequence != 0) {
        return "SHOW_PEER goes back to an earlier state of the peer";
    }
    *peer = (struct sim_shown_peer){
        .id = command->peer.id,
        .state = command->peer.state,
        .sources = command->peer.sources,
        .away = command->peer.away,
        .is_host = command->peer.is_host,
        .pc = command->pc,
    };
    (void)pf_slice_copy(command->peer.name, peer->name, sizeof(peer->name)); /* fits */
    return NULL;
}

static const char *hide_peer(struct sim_view *view, const struct pf_command *command)
{
    struct sim_shown_peer *peer = find(view, command->hide_peer);
    if (command->hide_peer == 0 || !peer) {
        return "HIDE_PEER of somebody who is not shown";
    }
    *peer = (struct sim_shown_peer){0};
    view->peers_count--;
    return NULL;
}

const char *sim_view_take(struct sim_view *view, const struct pf_command *command)
{
    switch ((int)command->type) {
    case PF_COMMAND_SHOW_ROOM: return show_room(view, command);
    case PF_COMMAND_SHOW_LOCAL: return show_local(view, command);
    case PF_COMMAND_SHOW_PEER: return show_peer(view, command);
    case PF_COMMAND_HIDE_PEER: return hide_peer(view, command);
    default: return NULL;
    }
}
