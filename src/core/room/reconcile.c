/*
 * reconcile.c - what follows from any event, whatever it was.
 *
 * A handler changes the state that it owns and no more. What the change means to the other parts is
 * derived here from the state alone, so that no handler can forget it.
 */
/* SPDX-License-Identifier: MIT */
#include "core/room/reconcile.h"

#include "core/room/room_internal.h"

static void close_lost_peers(struct pf_room *room)
{
    for (size_t i = 0; i < room->roster.peers_end; i++) {
        struct pf_peer *peer = &room->roster.peers[i];
        if (peer->id != 0 && pf_peer_is_lost(peer)) {
            pf_roster_close(&room->roster, &room->context, peer);
        }
    }
}

/* After leaving nobody is told: "bye" has said all. */
static void tell_own_state(struct pf_room *room)
{
    const uint32_t sequence = room->media.publishing.own.sequence;
    const bool is_told = room->reconciled.sequence == sequence;
    room->reconciled.sequence = sequence;
    for (size_t i = 0; i < room->roster.peers_end && !is_told; i++) {
        struct pf_peer *peer = &room->roster.peers[i];
        if (peer->id != 0 && room->membership.state != PF_ROOM_LEFT) {
            pf_signaling_send_state(peer, &room->context);
        }
    }
}

static void tell_peers(struct pf_room *room)
{
    for (size_t i = 0; i < room->roster.peers_end; i++) {
        if (room->roster.peers[i].id != 0) {
            pf_wishes_tell(&room->roster.peers[i], &room->context);
            pf_files_follow(&room->roster.peers[i], &room->context);
        }
    }
}

static void show_room(struct pf_room *room)
{
    struct pf_membership *membership = &room->membership;
    const bool relay_away = pf_relay_session_is_away(&room->session);
    const bool ice_servers_refused = room->context.ice_servers_refused;
    if (!membership->is_changed && relay_away == room->reconciled.relay_away &&
        ice_servers_refused == room->reconciled.ice_servers_refused) {
        return;
    }
    room->reconciled.ice_servers_refused = ice_servers_refused;
    membership->is_changed = false;
    room->reconciled.relay_away = relay_away;
    struct pf_command *command = pf_outbox_push(&room->context.outbox, PF_COMMAND_SHOW_ROOM);
    command->room.state = membership->state;
    command->room.code = membership->code;
    command->room.self = room->roster.self;
    command->room.ticket = (struct pf_slice){membership->ticket, membership->ticket_size};
    command->room.relay_away = relay_away;
    command->room.webrtc_missing = room->context.webrtc_missing;
    command->room.ice_servers_refused = ice_servers_refused;
    command->room.hand = room->media.publishing.own.hand;
    command->room.is_host = room->hosting.is_host;
    command->room.is_locked = room->hosting.is_locked;
    command->room.is_knocking = room->hosting.is_knocking;
}

void pf_reconcile(struct pf_room *room)
{
    pf_membership_follow_session(room);
    close_lost_peers(room);
    tell_own_state(room);
    pf_membership_tell_name(room);
    tell_peers(room);
    pf_chat_follow(room);
    pf_hosting_follow(room);
    pf_quality_apply(&room->context);
    pf_media_stop_unsent(&room->media, &room->context);
    show_room(room);
}
