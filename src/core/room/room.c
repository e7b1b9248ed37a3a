/* room.c - one membership of one room: takes events to the parts that they concern. */
/* SPDX-License-Identifier: MIT */
#include "core/room.h"

#include "base/assert.h"
#include "core/room/gestures.h"
#include "core/room/room_internal.h"

#include <string.h>

enum {
    SLEEP_MS = 10000, /* what the session waits for is so late that the machine must have slept */
};

/* ---- the relay and the peers ---- */

static void on_member(struct pf_room *room, const struct pf_message *message)
{
    struct pf_peer *peer = NULL;
    if (room->context.joined) {
        peer = pf_roster_put(&room->roster, &room->context, &message->member.member);
    }
    if (!peer || peer->presence != PF_PRESENCE_HERE) {
        return;
    }
    if (peer->signals_only) {
        pf_signaling_send_state(peer, &room->context);
    } else if (message->member.prepared_offer.sdp.size > 0) {
        pf_incoming_take_prepared(peer, &room->context, &message->member.prepared_offer);
    } else if (peer->connection.pc != 0) {
        pf_recovery_resync(peer, &room->context);
    } else {
        pf_recovery_wait(peer, &room->context);
    }
}

static void on_left(struct pf_room *room, const struct pf_message *message)
{
    struct pf_peer *peer = pf_roster_find(&room->roster, message->left.id);
    if (!peer) {
        return;
    }
    switch (message->left.reason) {
    case PF_LEFT_LEFT: pf_roster_close(&room->roster, &room->context, peer); break;
    case PF_LEFT_TIMEOUT: pf_peer_set_presence(peer, &room->context, PF_PRESENCE_ORPHAN); break;
    }
}

static void on_signal(struct pf_room *room, const struct pf_signal *signal)
{
    struct pf_context *context = &room->context;
    struct pf_peer *peer = pf_roster_find(&room->roster, signal->peer);
    if (!peer) {
        context->counters.unknown_member++;
    } else if (signal->to_instance != context->instance ||
               signal->from_instance != peer->instance) {
        context->counters.stale++;
    } else {
        pf_incoming_take_signal(peer, context, signal);
    }
}

/* Reads `text` into room->message; false, and counted, when it cannot be read. */
static bool read_message(struct pf_room *room, struct pf_slice text)
{
    if (pf_message_read(text, &room->message) == PF_ERROR_OK) {
        return true;
    }
    room->context.counters.unreadable++;
    return false;
}

static void on_socket_message(struct pf_room *room, const struct pf_event *event)
{
    const struct pf_message *message = &room->message;
    pf_relay_session_heard(&room->session, &room->context);
    if (!read_message(room, event->message)) {
        return;
    }
    switch (message->type) {
    case PF_MESSAGE_HELLO: pf_membership_on_hello(room, message); break;
    case PF_MESSAGE_JOINED: pf_membership_on_joined(room, message); break;
    case PF_MESSAGE_MEMBER: on_member(room, message); break;
    case PF_MESSAGE_LEFT: on_left(room, message); break;
    case PF_MESSAGE_SIGNAL: on_signal(room, &message->signal); break;
    case PF_MESSAGE_ROOM: pf_membership_on_room(room, message); break;
    case PF_MESSAGE_KNOCKING: pf_hosting_knock(room); break;
    case PF_MESSAGE_MUTE: pf_hosting_obey(room, message->mute); break;
    case PF_MESSAGE_ICE_SERVERS: pf_ice_servers_take(room, message->ice_servers, true); break;
    case PF_MESSAGE_PING: pf_relay_session_answer_ping(&room->session, &room->context); break;
    case PF_MESSAGE_PONG: break; /* pf_relay_session_heard() is all it is for */
    case PF_MESSAGE_ERROR: pf_membership_on_error(room, message->error.code); break;
    case PF_MESSAGE_JOIN:
    case PF_MESSAGE_RENAME:
    case PF_MESSAGE_LEAVE:
    case PF_MESSAGE_HOST:
    case PF_MESSAGE_STATE:
    case PF_MESSAGE_REACTION:
    case PF_MESSAGE_WANTED:
    case PF_MESSAGE_CHAT:
    case PF_MESSAGE_HEARD:
    case PF_MESSAGE_FILE:
    case PF_MESSAGE_FILE_ANSWER:
    case PF_MESSAGE_BYE: room->context.counters.unreadable++; break; /* not from a relay */
    }
}

static void on_channel_message(struct pf_room *room, struct pf_peer *peer,
                               const struct pf_event *event)
{
    const struct pf_message *message = &room->message;
    if (event->channel.id != PF_CHANNEL_STATE || event->channel.is_binary) {
        room->context.counters.unreadable++; /* from a newer client */
        return;
    }
    if (!read_message(room, event->channel.data)) {
        return;
    }
    if (message->type == PF_MESSAGE_STATE) {
        pf_peer_take_state(peer, &room->context, &message->state);
    } else if (message->type == PF_MESSAGE_REACTION) {
        pf_gestures_take(room, peer, message->reaction);
    } else if (message->type == PF_MESSAGE_WANTED) {
        const uint32_t widths[] = {message->wanted.camera, message->wanted.screen};
        pf_quality_ask(&room->context, event->pc, widths);
    } else if (message->type == PF_MESSAGE_CHAT) {
        pf_conversation_take(peer, &room->context, &message->chat);
    } else if (message->type == PF_MESSAGE_HEARD) {
        pf_chat_take_heard(room, peer, message->heard);
    } else if (message->type == PF_MESSAGE_FILE) {
        pf_files_take(peer, &room->context, &message->file);
    } else if (message->type == PF_MESSAGE_FILE_ANSWER) {
        pf_files_take_answer(peer, &room->context, &message->file);
    } else if (message->type == PF_MESSAGE_BYE) {
        pf_roster_close(&room->roster, &room->context, peer);
    } else {
        room->context.counters.unreadable++;
    }
}

static void on_set_wanted(struct pf_room *room, const struct pf_event *event)
{
    struct pf_peer *peer =
        event->set_wanted.id != 0 ? pf_roster_find(&room->roster, event->set_wanted.id) : NULL;
    if (peer) {
        pf_wishes_set(&peer->wishes, event->set_wanted.source, event->set_wanted.width);
    }
}

static void on_file(struct pf_room *room, const struct pf_event *event)
{
    const bool offers = event->type == PF_EVENT_OFFER_FILE;
    const pf_member_id id = offers ? event->offer_file.id : event->set_file.id;
    struct pf_peer *peer = id != 0 ? pf_roster_find(&room->roster, id) : NULL;
    if (peer && offers) {
        pf_files_offer(peer, &room->context, event->offer_file.size, event->offer_file.name);
    } else if (peer) {
        pf_files_set(peer, &room->context, event);
    }
}

static void on_stats(struct pf_room *room, struct pf_peer *peer, const struct pf_event *event)
{
    if (peer && pf_quality_on_stats(&room->context, event, peer->wishes.widths[0])) {
        pf_peer_show(peer, &room->context);
    }
}

static void on_pc(struct pf_room *room, const struct pf_event *event)
{
    struct pf_peer *peer = pf_roster_find_pc(&room->roster, event->pc);
    if (event->type == PF_EVENT_PC_SENDER_SET ||
        (event->type == PF_EVENT_PC_FAILED &&
         event->failed.operation == PF_OPERATION_REPLACE_TRACK)) {
        pf_media_handle(&room->media, &room->context, event);
    } else if (event->type == PF_EVENT_PC_ENCODING_SET) {
        pf_quality_on_set(&room->context, event);
    } else if (event->type == PF_EVENT_PC_STATS) {
        on_stats(room, peer, event);
    } else if (peer && event->type == PF_EVENT_PC_CHANNEL_MESSAGE) {
        on_channel_message(room, peer, event);
    } else if (peer && event->type == PF_EVENT_PC_TURN_REFUSED) {
        pf_ice_servers_on_refused(room, peer);
    } else if (peer && event->type == PF_EVENT_PC_RELAYED) {
        pf_ice_servers_on_relayed(room, peer);
    } else if (peer) {
        pf_incoming_handle_pc(peer, &room->context, event);
        if (event->type == PF_EVENT_PC_STATE && room->context.joined &&
            event->connection_state == PF_CONNECTION_DISCONNECTED) {
            /* The same fault may have cut off the relay, which a repair needs. */
            pf_relay_session_probe(&room->session, &room->context);
        }
    } else if (event->pc != 0 && event->pc == room->prepared.connection.pc &&
               event->type != PF_EVENT_PC_CHANNEL_MESSAGE &&
               event->type != PF_EVENT_PC_TURN_REFUSED && event->type != PF_EVENT_PC_RELAYED) {
        pf_membership_handle_prepared(room, event);
    }
}

static void on_socket(struct pf_room *room, const struct pf_event *event)
{
    if (event->socket == 0 || event->socket != room->session.socket) {
        return; /* stale */
    }
    if (event->type == PF_EVENT_SOCKET_MESSAGE) {
        on_socket_message(room, event);
    } else {
        pf_relay_session_lost(&room->session, &room->context, event->socket_closed.retry_ms);
    }
}

static void on_network_changed(struct pf_room *room, bool online)
{
    if (!online || room->membership.state == PF_ROOM_IDLE ||
        room->membership.state == PF_ROOM_LEFT) {
        return; /* without a network nothing can be done; its return is another event */
    }
    pf_relay_session_probe(&room->session, &room->context);
    pf_membership_on_network(room);
    for (size_t i = 0; i < room->roster.peers_end; i++) {
        if (room->roster.peers[i].id != 0) {
            pf_recovery_on_network(&room->roster.peers[i], &room->context);
        }
    }
}

/* ---- all events ---- */

static void tick(struct pf_room *room)
{
    struct pf_context *context = &room->context;
    pf_relay_session_tick(&room->session, context);
    pf_media_tick(&room->media, context);
    pf_roster_tick(&room->roster, context);
    pf_membership_tick(room);
}

static void dispatch(struct pf_room *room, const struct pf_event *event)
{
    struct pf_context *context = &room->context;
    switch (event->type) {
    case PF_EVENT_TIMEOUT: tick(room); break;
    case PF_EVENT_START: pf_membership_start(room); break;
    case PF_EVENT_JOIN: pf_membership_join(room, event); break;
    case PF_EVENT_LEAVE: pf_membership_leave(room); break;
    case PF_EVENT_SET_SOURCE:
    case PF_EVENT_SET_ORIGIN:
    case PF_EVENT_REOPEN:
    case PF_EVENT_SELECT_DEVICE: pf_media_handle(&room->media, context, event); break;
    case PF_EVENT_SET_TOKEN: pf_membership_set_token(&room->membership, event->token); break;
    case PF_EVENT_RELAY_ONLY: context->relay_only = true; break;
    case PF_EVENT_SET_NAME: pf_membership_rename(room, event->name); break;
    case PF_EVENT_SET_HAND: pf_gestures_set_hand(room, event->set_hand.raised); break;
    case PF_EVENT_SET_WANTED: on_set_wanted(room, event); break;
    case PF_EVENT_REACT: pf_gestures_react(room, event->reaction); break;
    case PF_EVENT_HOST: pf_hosting_act(room, event); break;
    case PF_EVENT_SAY: pf_chat_say(room, event); break;
    case PF_EVENT_OFFER_FILE:
    case PF_EVENT_SET_FILE: on_file(room, event); break;
    case PF_EVENT_NETWORK_CHANGED: on_network_changed(room, event->network.online); break;
    case PF_EVENT_SOCKET_MESSAGE:
    case PF_EVENT_SOCKET_CLOSED: on_socket(room, event); break;
    case PF_EVENT_CAPTURE_OPENED:
    case PF_EVENT_CAPTURE_FAILED:
    case PF_EVENT_SCREEN_OPENED:
    case PF_EVENT_SCREEN_FAILED:
    case PF_EVENT_TRACK_ENDED:
    case PF_EVENT_TRACK_MUTED:
    case PF_EVENT_VISIBLE:
    case PF_EVENT_DEVICES_CHANGED:
    case PF_EVENT_DEVICES: pf_media_handle(&room->media, context, event); break;
    case PF_EVENT_PC_DESCRIPTION:
    case PF_EVENT_PC_LOCAL:
    case PF_EVENT_PC_REMOTE_SET:
    case PF_EVENT_PC_SENDER_SET:
    case PF_EVENT_PC_ENCODING_SET:
    case PF_EVENT_PC_STATS:
    case PF_EVENT_PC_FAILED:
    case PF_EVENT_PC_CANDIDATE:
    case PF_EVENT_PC_TURN_REFUSED:
    case PF_EVENT_PC_RELAYED:
    case PF_EVENT_PC_STATE:
    case PF_EVENT_PC_CHANNEL_OPENED:
    case PF_EVENT_PC_CHANNEL_CLOSED:
    case PF_EVENT_PC_CHANNEL_MESSAGE: on_pc(room, event); break;
    }
}

void pf_room_handle(struct pf_room *room, const struct pf_event *event)
{
    pf_outbox_reset(&room->context.outbox);
    pf_message_clear(&room->message);
    /*
     * The machine slept, or the page was frozen. A background page's timers are throttled too, but
     * the relay's pings are not, and put this deadline off. With a closed session PF_NEVER wraps
     * around; the room then has no connection that a needless repair could concern.
     */
    const bool woke = event->now_ms > pf_relay_session_deadline_ms(&room->session) + SLEEP_MS;
    if (event->now_ms > room->context.now_ms) {
        room->context.now_ms = event->now_ms;
    }
    dispatch(room, event);
    if (woke) {
        on_network_changed(room, true); /* it may be another one now */
    }
    pf_reconcile(room);
}

bool pf_room_poll(struct pf_room *room, struct pf_command *command)
{
    return pf_outbox_pop(&room->context.outbox, command);
}

uint64_t pf_room_deadline_ms(const struct pf_room *room)
{
    uint64_t deadline_ms = pf_membership_deadline_ms(room);
    deadline_ms = pf_earlier(deadline_ms, pf_relay_session_deadline_ms(&room->session));
    deadline_ms = pf_earlier(deadline_ms, pf_media_deadline_ms(&room->media));
    return pf_earlier(deadline_ms, pf_roster_deadline_ms(&room->roster));
}

/* ---- life ---- */

size_t pf_room_size(void)
{
    return sizeof(struct pf_room);
}

enum pf_error pf_room_init(struct pf_room *room, const struct pf_room_config *config)
{
    if (config->url.size == 0 || config->instance == 0 ||
        pf_capabilities_count(config->capabilities) > PF_CAPABILITIES_MAX) {
        return PF_ERROR_INVALID;
    }
    if (config->url.size > PF_URL_SIZE_MAX || config->ticket.size > PF_TICKET_SIZE_MAX) {
        return PF_ERROR_TOO_LONG;
    }
    struct pf_context *context = &room->context;
    pf_membership_init(&room->membership, config);
    pf_roster_init(&room->roster);
    pf_prepared_init(&room->prepared);
    pf_chat_init(&room->chat);
    pf_ice_servers_init(&room->ice_servers);
    pf_hosting_init(&room->hosting);
    room->message.tree = NULL;
    room->url_size = config->url.size;
    memcpy(room->url, config->url.data, config->url.size);
    context->now_ms = 0;
    context->instance = config->instance;
    context->socket = 0;
    context->joined = false;
    context->webrtc_missing = false;
    context->ice_servers_refused = false;
    context->ice_servers_size = 0;
    context->relay_only = false;
    context->is_observer = pf_capabilities_have(config->capabilities, PF_CAPABILITY_OBSERVER);
    context->last_id = 0;
    room->reactions.full_at = 0;
    context->counters = (struct pf_room_counters){0};
    pf_random_seed(&context->random, config->seed);
    pf_outbox_init(&context->outbox);
    pf_relay_session_init(&room->session, (struct pf_slice){room->url, room->url_size});
    const enum pf_error error = pf_media_init(&room->media, context, config);
    room->reconciled = (struct pf_reconciled){.sequence = room->media.publishing.own.sequence};
    return error;
}

void pf_room_close(struct pf_room *room)
{
    pf_message_clear(&room->message);
}

const struct pf_room_counters *pf_room_counters(const struct pf_room *room)
{
    return &room->context.counters;
}

void pf_room_check(const struct pf_room *room)
{
    pf_relay_session_check(&room->session, &room->context);
    pf_media_check(&room->media, &room->context);
    pf_roster_check(&room->roster);
    pf_chat_check(&room->chat);
    PF_ASSERT((room->membership.state == PF_ROOM_JOINED) == room->context.joined);
    PF_ASSERT(room->membership.state != PF_ROOM_LEFT ||
              room->session.state == PF_RELAY_SESSION_CLOSED);
    PF_ASSERT(room->membership.state != PF_ROOM_LEFT ||
              !room->media.captures[PF_SOURCE_MICROPHONE].started);
}
