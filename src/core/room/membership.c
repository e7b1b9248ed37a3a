/*
 * membership.c - entering a room, staying in it, leaving it.
 *
 *   IDLE          start             LOBBY         captures, reaches the relay, prepares an offer
 *   LOBBY         join              JOINING
 *   JOINING       "joined"          JOINED
 *   JOINED        socket lost       RECONNECTING  peers and captures stay as they are
 *   RECONNECTING  "joined"          JOINED
 *   any           fatal "error"     REFUSED       join tries again
 *   any           leave             LEFT
 */
/* SPDX-License-Identifier: MIT */
#include "core/room/membership.h"

#include "base/assert.h"
#include "core/room/hosting.h"
#include "core/room/ice_servers.h"
#include "core/room/room_internal.h"

#include <string.h>

enum {
    PREPARE_WAIT_MS = 1000, /* a join waits this long for an offer that is being made */
    RENAMES_MS = 1000,      /* between two new names; the relay bears twice as many */
    LEAVE_MS = 100,         /* for "bye" to be sent when the relay cannot pass the news on */
};

static void set_state(struct pf_membership *membership, enum pf_room_state next)
{
    enum {
        IDLE = 1 << PF_ROOM_IDLE,
        LOBBY = 1 << PF_ROOM_LOBBY,
        JOINING = 1 << PF_ROOM_JOINING,
        JOINED = 1 << PF_ROOM_JOINED,
        RECONNECTING = 1 << PF_ROOM_RECONNECTING,
        REFUSED = 1 << PF_ROOM_REFUSED,
    };
    static const uint8_t from[] = {
        [PF_ROOM_IDLE] = 0,
        [PF_ROOM_LOBBY] = IDLE,
        [PF_ROOM_JOINING] = LOBBY | REFUSED,
        [PF_ROOM_JOINED] = JOINING | RECONNECTING,
        [PF_ROOM_RECONNECTING] = JOINED,
        [PF_ROOM_REFUSED] = LOBBY | JOINING | JOINED | RECONNECTING | REFUSED,
        [PF_ROOM_LEFT] = IDLE | LOBBY | JOINING | JOINED | RECONNECTING | REFUSED,
    };
    PF_ASSERT(from[next] & (1 << membership->state));
    membership->state = next;
    membership->is_changed = true;
}

void pf_membership_init(struct pf_membership *membership, const struct pf_room_config *config)
{
    membership->state = PF_ROOM_IDLE;
    membership->code = PF_CODE_OTHER;
    membership->is_changed = false;
    membership->wants_join = false;
    membership->took_over = false;
    membership->prepared_sent = false;
    membership->first_epoch_spent = false;
    membership->join_at_ms = PF_NEVER;
    membership->close_at_ms = PF_NEVER;
    membership->room_size = 0;
    membership->name_size = 0;
    membership->token_size = 0;
    membership->ticket_size =
        pf_slice_copy(config->ticket, membership->ticket, sizeof membership->ticket);
    membership->name_told = true;
    membership->name_at_ms = 0;
    membership->capabilities_size = pf_slice_copy(config->capabilities, membership->capabilities,
                                                  sizeof membership->capabilities);
}

/* ---- joining ---- */

static void send_join(struct pf_room *room)
{
    struct pf_membership *membership = &room->membership;
    struct pf_message *message = &room->context.outbox.message;
    message->type = PF_MESSAGE_JOIN;
    message->join.room = (struct pf_slice){membership->room, membership->room_size};
    message->join.name = (struct pf_slice){membership->name, membership->name_size};
    message->join.instance = room->context.instance;
    message->join.capabilities =
        (struct pf_slice){membership->capabilities, membership->capabilities_size};
    message->join.ticket = (struct pf_slice){membership->ticket, membership->ticket_size};
    message->join.token = (struct pf_slice){membership->token, membership->token_size};
    membership->name_told = true;
    pf_prepared_compose(&room->prepared, &room->context, &message->join.prepared_offer);
    membership->prepared_sent = message->join.prepared_offer.sdp.size > 0;
    pf_context_send(&room->context);
    pf_relay_session_joining(&room->session, &room->context);
}

/* Joins if that is wanted, the relay is ready, and the offer is made or overdue. */
static void try_join(struct pf_room *room)
{
    struct pf_membership *membership = &room->membership;
    if (!membership->wants_join || room->session.state != PF_RELAY_SESSION_READY) {
        return;
    }
    if (pf_prepared_is_making(&room->prepared)) {
        if (room->context.now_ms < membership->join_at_ms) {
            return;
        }
        pf_prepared_discard(&room->prepared, &room->context);
    }
    membership->join_at_ms = PF_NEVER;
    send_join(room);
}

/* ---- token and name ---- */

void pf_membership_set_token(struct pf_membership *membership, struct pf_slice token)
{
    if (token.size <= PF_TOKEN_SIZE_MAX) {
        membership->token_size = pf_slice_copy(token, membership->token, sizeof membership->token);
    }
}

void pf_membership_rename(struct pf_room *room, struct pf_slice name)
{
    struct pf_membership *membership = &room->membership;
    if (pf_name_is_valid(name, 0)) {
        membership->name_size = pf_slice_copy(name, membership->name, sizeof membership->name);
        membership->name_told = false;
    }
}

/* When the relay can be told the new name. An older relay hears of it with the next "join". */
static uint64_t rename_at_ms(const struct pf_room *room)
{
    const bool can_rename = room->context.joined && room->session.can_rename;
    return can_rename && !room->membership.name_told ? room->membership.name_at_ms : PF_NEVER;
}

void pf_membership_tell_name(struct pf_room *room)
{
    struct pf_membership *membership = &room->membership;
    struct pf_context *context = &room->context;
    const uint32_t unsent = context->counters.unsent;
    if (rename_at_ms(room) <= context->now_ms) {
        context->outbox.message.type = PF_MESSAGE_RENAME;
        context->outbox.message.rename = (struct pf_slice){membership->name, membership->name_size};
        pf_context_send(context);
        membership->name_told = context->counters.unsent == unsent;
        membership->name_at_ms = context->now_ms + RENAMES_MS;
    }
}

/* ---- what the relay says ---- */

void pf_membership_on_hello(struct pf_room *room, const struct pf_message *message)
{
    struct pf_membership *membership = &room->membership;
    if (room->session.state != PF_RELAY_SESSION_OPENING) {
        room->context.counters.unreadable++;
        return;
    }
    pf_relay_session_greet(&room->session, &room->context, message);
    if (pf_ice_servers_take(room, message->hello.ice_servers, false)) {
        pf_prepared_discard(&room->prepared, &room->context); /* it has the candidates of others */
    }
    /* Without ICE servers, which then come in "joined", an offer would be of little use. */
    if (room->roster.self == 0 && !membership->first_epoch_spent && !room->context.is_observer &&
        message->hello.ice_servers.size > 0) {
        pf_prepared_begin(&room->prepared, &room->context);
    }
    if (membership->wants_join) {
        membership->join_at_ms = room->context.now_ms + PREPARE_WAIT_MS;
    }
    try_join(room);
}

/* A member that was given the prepared offer, and may have answered it, even if it is away now. */
static void meet_offered(struct pf_room *room, struct pf_peer *peer)
{
    if (pf_prepared_is_made(&room->prepared)) {
        pf_recovery_adopt(peer, &room->context, &room->prepared.connection);
        pf_prepared_init(&room->prepared);
    } else {
        peer->connection.epoch = PF_PREPARED_EPOCH; /* used with it, and not again */
    }
}

/* A member that was in the room before: the newcomer, this side, offers. */
static void meet(struct pf_room *room, struct pf_peer *peer, bool is_offered)
{
    struct pf_context *context = &room->context;
    if (is_offered && peer->connection.epoch == 0 && !peer->signals_only) {
        meet_offered(room, peer);
        if (peer->connection.pc != 0) {
            return;
        }
    }
    if (peer->presence != PF_PRESENCE_HERE) {
        return; /* when it is back the relay tells, and its offer is waited for */
    }
    if (peer->signals_only) {
        pf_signaling_send_state(peer, context);
    } else if (peer->connection.pc != 0) {
        pf_recovery_resync(peer, context);
    } else {
        pf_recovery_offer(peer, context, room->membership.first_epoch_spent);
    }
}

void pf_membership_on_joined(struct pf_room *room, const struct pf_message *message)
{
    struct pf_membership *membership = &room->membership;
    if (room->session.state != PF_RELAY_SESSION_JOINING) {
        room->context.counters.unreadable++;
        return;
    }
    if (message->joined.self != room->roster.self) {
        pf_roster_close_all(&room->roster,
                            &room->context); /* to them this side is another member now */
    }
    room->roster.self = message->joined.self;
    membership->ticket_size =
        pf_slice_copy(message->joined.ticket, membership->ticket, sizeof membership->ticket);
    /* A relay that has lost its place among others may have handed the prepared offer to another
     * member than the relay that answers. */
    membership->first_epoch_spent = membership->first_epoch_spent || membership->prepared_sent;
    membership->prepared_sent = false;
    pf_relay_session_joined(&room->session, &room->context);
    set_state(membership, PF_ROOM_JOINED);
    pf_ice_servers_take(room, message->joined.ice_servers, false);
    pf_hosting_take(room, &message->joined.terms);
    pf_roster_mark_listed(&room->roster, &room->context, message, room->session.grace_ms);
    for (size_t i = 0; i < message->joined.members_count; i++) {
        struct pf_peer *peer =
            pf_roster_put(&room->roster, &room->context, &message->joined.members[i]);
        if (peer) {
            meet(room, peer, peer->id == message->joined.offered);
        }
    }
    pf_prepared_discard(&room->prepared, &room->context); /* it was handed to nobody */
}

void pf_membership_on_room(struct pf_room *room, const struct pf_message *message)
{
    struct pf_membership *membership = &room->membership;
    if (!room->context.joined) {
        room->context.counters.unreadable++;
        return;
    }
    membership->ticket_size =
        pf_slice_copy(message->room.ticket, membership->ticket, sizeof membership->ticket);
    pf_hosting_take(room, &message->room.terms);
}

/* ---- refusals ---- */

/* There is no room for this member any more, but its calls go on: keeps trying to get back in. */
static bool is_waited_for(const struct pf_room *room, enum pf_error_code code)
{
    return (code == PF_CODE_ROOM_FULL || code == PF_CODE_RELAY_FULL) &&
           room->membership.state == PF_ROOM_RECONNECTING && pf_roster_flows(&room->roster);
}

/*
 * Another tab of this member has the newer socket, but "join" was pressed here: opens a socket that
 * is newer still. Only once, or the two tabs would replace each other for ever.
 */
static void take_over(struct pf_room *room)
{
    struct pf_membership *membership = &room->membership;
    membership->took_over = true;
    membership->prepared_sent = false; /* it was handed to nobody */
    pf_relay_session_close(&room->session, &room->context);
    pf_relay_session_open(&room->session, &room->context);
}

/* The end, unless the user joins again. */
static void refuse(struct pf_room *room, enum pf_error_code code)
{
    struct pf_membership *membership = &room->membership;
    membership->code = code;
    membership->wants_join = false;
    membership->first_epoch_spent =
        true; /* the others may know this instance when it joins again */
    pf_relay_session_close(&room->session, &room->context);
    pf_roster_close_all(&room->roster, &room->context);
    pf_prepared_discard(&room->prepared, &room->context);
    room->roster.self = 0;
    set_state(membership, PF_ROOM_REFUSED);
}

void pf_membership_on_error(struct pf_room *room, enum pf_error_code code)
{
    struct pf_membership *membership = &room->membership;
    if (pf_error_code_close(code) < 4000 || is_waited_for(room, code)) {
        return; /* not fatal, or tried again when the relay closes the socket */
    }
    if (code == PF_CODE_REPLACED && membership->state == PF_ROOM_JOINING &&
        !membership->took_over) {
        take_over(room);
        return;
    }
    refuse(room, code);
    if (code == PF_CODE_REMOVED) {
        membership->ticket_size = 0; /* it would be of no use */
    }
    if (code == PF_CODE_REPLACED) {
        pf_media_stop(&room->media, &room->context); /* the other tab has the camera now */
    }
}

/* ---- the user ---- */

void pf_membership_start(struct pf_room *room)
{
    if (room->membership.state == PF_ROOM_IDLE) {
        set_state(&room->membership, PF_ROOM_LOBBY);
        pf_relay_session_open(&room->session, &room->context);
        pf_media_start(&room->media, &room->context);
    }
}

void pf_membership_join(struct pf_room *room, const struct pf_event *event)
{
    struct pf_membership *membership = &room->membership;
    pf_membership_start(room);
    if (membership->state != PF_ROOM_LOBBY && membership->state != PF_ROOM_REFUSED) {
        return; /* pressed twice, or over */
    }
    if (!pf_name_is_valid(event->join.room, 1) || !pf_name_is_valid(event->join.name, 0)) {
        membership->code =
            pf_name_is_valid(event->join.room, 1) ? PF_CODE_BAD_NAME : PF_CODE_BAD_ROOM;
        set_state(membership, PF_ROOM_REFUSED);
        return;
    }
    membership->room_size = event->join.room.size;
    memcpy(membership->room, event->join.room.data, membership->room_size);
    membership->name_size =
        pf_slice_copy(event->join.name, membership->name, sizeof membership->name);
    membership->wants_join = true;
    membership->took_over = false;
    membership->join_at_ms = room->context.now_ms + PREPARE_WAIT_MS;
    set_state(membership, PF_ROOM_JOINING);
    pf_media_start(&room->media, &room->context);
    pf_relay_session_open(&room->session, &room->context);
    try_join(room);
}

/* Sends "bye" to all, over channels and relay. False if a channel needs time to deliver it. */
static bool say_goodbye(struct pf_room *room)
{
    bool is_heard = true;
    for (size_t i = 0; i < room->roster.peers_end; i++) {
        const struct pf_peer *peer = &room->roster.peers[i];
        room->context.outbox.message.type = PF_MESSAGE_BYE;
        if (peer->id != 0 && pf_signaling_send_on_channel(peer, &room->context)) {
            is_heard = is_heard && room->context.joined && peer->presence == PF_PRESENCE_HERE;
        }
    }
    pf_relay_session_send(&room->session, &room->context, PF_MESSAGE_LEAVE);
    return is_heard;
}

/* The end of leaving. */
static void close_peers(struct pf_room *room)
{
    room->membership.close_at_ms = PF_NEVER;
    pf_roster_close_all(&room->roster, &room->context);
}

void pf_membership_leave(struct pf_room *room)
{
    struct pf_membership *membership = &room->membership;
    if (membership->state == PF_ROOM_LEFT) {
        close_peers(room); /* there is no more time, as when the page is closed now */
        return;
    }
    const bool is_heard = say_goodbye(room);
    pf_relay_session_close(&room->session, &room->context);
    pf_media_stop(&room->media, &room->context);
    pf_prepared_discard(&room->prepared, &room->context);
    membership->wants_join = false;
    membership->join_at_ms = PF_NEVER;
    set_state(membership, PF_ROOM_LEFT);
    if (is_heard) {
        close_peers(room);
    } else {
        membership->close_at_ms = room->context.now_ms + LEAVE_MS;
    }
}

/* ---- the session and time ---- */

/* The answer to "join" is lost: the prepared offer may have been handed to any member, or none. */
static void give_up_prepared(struct pf_room *room)
{
    struct pf_membership *membership = &room->membership;
    if (membership->prepared_sent && room->session.state != PF_RELAY_SESSION_JOINING) {
        membership->prepared_sent = false;
        membership->first_epoch_spent = true;
        pf_prepared_discard(&room->prepared, &room->context);
    }
}

void pf_membership_follow_session(struct pf_room *room)
{
    const enum pf_room_state state = room->membership.state;
    give_up_prepared(room);
    if (room->context.webrtc_missing && state != PF_ROOM_REFUSED && state != PF_ROOM_LEFT) {
        refuse(room, PF_CODE_OTHER); /* after another join as well: nothing will change */
    }
    if (room->membership.state == PF_ROOM_JOINED && !room->context.joined) {
        set_state(&room->membership, PF_ROOM_RECONNECTING);
    }
}

void pf_membership_handle_prepared(struct pf_room *room, const struct pf_event *event)
{
    pf_prepared_handle(&room->prepared, &room->context, event);
    try_join(room);
}

void pf_membership_on_network(struct pf_room *room)
{
    if (pf_prepared_is_made(&room->prepared) && room->session.state == PF_RELAY_SESSION_READY) {
        pf_prepared_discard(&room->prepared, &room->context);
        pf_prepared_begin(&room->prepared, &room->context);
    }
}

void pf_membership_tick(struct pf_room *room)
{
    struct pf_membership *membership = &room->membership;
    if (membership->join_at_ms <= room->context.now_ms) {
        try_join(room);
    }
    if (membership->close_at_ms <= room->context.now_ms) {
        close_peers(room);
    }
}

uint64_t pf_membership_deadline_ms(const struct pf_room *room)
{
    const struct pf_membership *membership = &room->membership;
    /* Without the relay it is "hello" that a join waits for. */
    const bool join_waits = membership->wants_join && room->session.state == PF_RELAY_SESSION_READY;
    return pf_earlier(join_waits ? membership->join_at_ms : PF_NEVER,
                      pf_earlier(membership->close_at_ms, rename_at_ms(room)));
}
