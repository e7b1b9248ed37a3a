/*
 * room.c - one membership of one room: takes events to the parts that they concern.
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
#include "core/room.h"

#include "base/assert.h"
#include "core/event_log.h"
#include "core/media/media.h"
#include "core/room/prepared.h"
#include "core/room/relay_session.h"
#include "core/room/roster.h"

#include <string.h>

enum {
    PREPARE_WAIT_MS = 1000, /* a join waits this long for an offer that is being made */
    LEAVE_MS = 100,         /* for "bye" to leave when the relay cannot pass the news on */
    SLEEP_MS = 10000,       /* what the session waits for is so late that we must have slept */
};

struct pf_room {
    enum pf_room_state state;
    enum pf_error_code code;
    bool wants_join;
    bool room_changed; /* the page has to be told */
    bool shown_away;
    bool took_over;         /* since join() we have come back once to be the newest client */
    bool prepared_sent;     /* with the join that is not answered yet */
    bool first_epoch_spent; /* an offer of epoch 1 may be in the hands of we know not whom */
    uint32_t told_sequence; /* of our own state, to the peers */
    uint64_t join_at_ms;    /* join without the offer that is being prepared */
    uint64_t close_at_ms;   /* after leaving */
    struct pf_context context;
    struct pf_relay_session session;
    struct pf_media media;
    struct pf_prepared prepared;
    bool logs_events;
    struct pf_event_log event_log;
    struct pf_roster roster;
    struct pf_message message; /* the last one read; commands borrow from it */
    size_t url_size, room_size, name_size, ticket_size, capabilities_size;
    char url[PF_URL_SIZE_MAX];
    char room[PF_ROOM_NAME_SIZE_MAX];
    char name[PF_MEMBER_NAME_SIZE_MAX + 1];
    char ticket[PF_TICKET_SIZE_MAX + 1];
    char capabilities[PF_CAPABILITIES_SIZE_MAX + 1];
};

/* ---- small things ---- */

static void set_state(struct pf_room *room, enum pf_room_state state)
{
    room->state = state;
    room->room_changed = true;
}

/* ---- joining ---- */

static void send_join(struct pf_room *room)
{
    struct pf_message *message = &room->context.outbox.message;
    message->type = PF_MESSAGE_JOIN;
    message->join.room = (struct pf_slice){room->room, room->room_size};
    message->join.name = (struct pf_slice){room->name, room->name_size};
    message->join.instance = room->context.instance;
    message->join.capabilities = (struct pf_slice){room->capabilities, room->capabilities_size};
    message->join.ticket = (struct pf_slice){room->ticket, room->ticket_size};
    pf_prepared_compose(&room->prepared, &room->context, &message->join.prepared_offer);
    room->prepared_sent = message->join.prepared_offer.sdp.size > 0;
    pf_context_send(&room->context);
    pf_relay_session_joining(&room->session, &room->context);
}

/* Joins, if that is wanted and the relay is there, and the offer is made or overdue. */
static void try_join(struct pf_room *room)
{
    if (!room->wants_join || room->session.state != PF_RELAY_SESSION_READY) {
        return;
    }
    if (pf_prepared_is_making(&room->prepared)) {
        if (room->context.now_ms < room->join_at_ms) {
            return;
        }
        pf_prepared_discard(&room->prepared, &room->context);
    }
    room->join_at_ms = PF_NEVER;
    send_join(room);
}

/* ---- the roster ---- */

/* Somebody who was in the room when we entered: the newcomer, we, offers. */
static void meet(struct pf_room *room, struct pf_peer *peer, bool is_offered)
{
    struct pf_context *context = &room->context;
    if (peer->presence != PF_PRESENCE_HERE) {
        return; /* it will say so when it comes back, and then we wait for its offer */
    }
    if (peer->connection.pc != 0) {
        pf_recovery_resync(peer, context);
    } else if (is_offered && pf_prepared_is_made(&room->prepared)) {
        pf_recovery_adopt(peer, context, &room->prepared.connection);
        pf_prepared_init(&room->prepared);
    } else {
        pf_recovery_offer(peer, context, is_offered || room->first_epoch_spent);
    }
}

static void on_joined(struct pf_room *room, const struct pf_message *message)
{
    if (room->session.state != PF_RELAY_SESSION_JOINING) {
        room->context.counters.unreadable++;
        return;
    }
    if (message->joined.self != room->roster.self) {
        pf_roster_close_all(&room->roster, &room->context); /* we are somebody else to them now */
    }
    room->roster.self = message->joined.self;
    room->ticket_size = pf_slice_copy(message->joined.ticket, room->ticket, sizeof room->ticket);
    room->prepared_sent = false;
    pf_relay_session_joined(&room->session, &room->context);
    set_state(room, PF_ROOM_JOINED);
    pf_roster_mark_listed(&room->roster, &room->context, message, room->session.grace_ms);
    for (size_t i = 0; i < message->joined.members_count; i++) {
        struct pf_peer *peer =
            pf_roster_put(&room->roster, &room->context, &message->joined.members[i]);
        if (peer) {
            meet(room, peer, peer->id == message->joined.offered);
        }
    }
    pf_prepared_discard(&room->prepared, &room->context); /* nobody took it */
}

static void on_member(struct pf_room *room, const struct pf_message *message)
{
    struct pf_peer *peer = NULL;
    if (room->context.joined) {
        peer = pf_roster_put(&room->roster, &room->context, &message->member.member);
    }
    if (!peer || peer->presence != PF_PRESENCE_HERE) {
        return;
    }
    if (message->member.prepared_offer.sdp.size > 0) {
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

/* ---- other messages ---- */

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

/* Our place is taken, but not our calls: they go on while we wait for another place. */
static bool is_waited_for(const struct pf_room *room, enum pf_error_code code)
{
    return (code == PF_CODE_ROOM_FULL || code == PF_CODE_RELAY_FULL) &&
           room->state == PF_ROOM_RECONNECTING && pf_roster_flows(&room->roster);
}

/* Another tab is on a newer socket, but it is here that join was pressed: comes on a newer one. */
static void take_over(struct pf_room *room)
{
    room->took_over = true;
    room->prepared_sent = false; /* it was handed to nobody */
    pf_relay_session_close(&room->session, &room->context);
    pf_relay_session_open(&room->session, &room->context);
}

static void on_error(struct pf_room *room, enum pf_error_code code)
{
    if (pf_error_code_close(code) < 4000 || is_waited_for(room, code)) {
        return; /* not fatal, or worth another try when the relay closes */
    }
    if (code == PF_CODE_REPLACED && room->state == PF_ROOM_JOINING && !room->took_over) {
        take_over(room);
        return;
    }
    room->code = code;
    room->wants_join = false;
    room->first_epoch_spent = true; /* should it join again, the others may know this instance */
    pf_relay_session_close(&room->session, &room->context);
    pf_roster_close_all(&room->roster, &room->context);
    pf_prepared_discard(&room->prepared, &room->context);
    if (code == PF_CODE_REPLACED) {
        pf_media_stop(&room->media, &room->context); /* the other tab has the camera now */
    }
    room->roster.self = 0;
    set_state(room, PF_ROOM_REFUSED);
}

static void on_hello(struct pf_room *room, const struct pf_message *message)
{
    if (room->session.state != PF_RELAY_SESSION_OPENING) {
        room->context.counters.unreadable++;
        return;
    }
    pf_relay_session_greet(&room->session, &room->context, message);
    if (room->roster.self == 0 && !room->first_epoch_spent) {
        pf_prepared_begin(&room->prepared, &room->context);
    }
    if (room->wants_join) {
        room->join_at_ms = room->context.now_ms + PREPARE_WAIT_MS;
    }
    try_join(room);
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
    case PF_MESSAGE_HELLO: on_hello(room, message); break;
    case PF_MESSAGE_JOINED: on_joined(room, message); break;
    case PF_MESSAGE_MEMBER: on_member(room, message); break;
    case PF_MESSAGE_LEFT: on_left(room, message); break;
    case PF_MESSAGE_SIGNAL: on_signal(room, &message->signal); break;
    case PF_MESSAGE_PING: pf_relay_session_answer_ping(&room->session, &room->context); break;
    case PF_MESSAGE_PONG: break; /* being heard is all it is for */
    case PF_MESSAGE_ERROR: on_error(room, message->error.code); break;
    case PF_MESSAGE_JOIN:
    case PF_MESSAGE_LEAVE:
    case PF_MESSAGE_STATE:
    case PF_MESSAGE_BYE: room->context.counters.unreadable++; break; /* not from a relay */
    }
}

static void on_channel_message(struct pf_room *room, struct pf_peer *peer,
                               const struct pf_event *event)
{
    const struct pf_message *message = &room->message;
    if (event->channel.id != PF_CHANNEL_STATE || event->channel.is_binary) {
        room->context.counters.unreadable++; /* of a client newer than this one */
        return;
    }
    if (!read_message(room, event->channel.data)) {
        return;
    }
    if (message->type == PF_MESSAGE_STATE) {
        pf_peer_take_state(peer, &room->context, &message->state);
    } else if (message->type == PF_MESSAGE_BYE) {
        pf_roster_close(&room->roster, &room->context, peer);
    } else {
        room->context.counters.unreadable++;
    }
}

static void on_pc(struct pf_room *room, const struct pf_event *event)
{
    struct pf_peer *peer = pf_roster_find_pc(&room->roster, event->pc);
    if (event->type == PF_EVENT_PC_SENDER_SET ||
        (event->type == PF_EVENT_PC_FAILED &&
         event->failed.operation == PF_OPERATION_REPLACE_TRACK)) {
        pf_media_handle(&room->media, &room->context, event);
    } else if (peer && event->type == PF_EVENT_PC_CHANNEL_MESSAGE) {
        on_channel_message(room, peer, event);
    } else if (peer) {
        pf_incoming_handle_pc(peer, &room->context, event);
        if (event->type == PF_EVENT_PC_STATE && room->context.joined &&
            event->connection_state == PF_CONNECTION_DISCONNECTED) {
            /* What lost it may have cost the way to the relay too, which a repair needs. */
            pf_relay_session_probe(&room->session, &room->context);
        }
    } else if (event->pc != 0 && event->pc == room->prepared.connection.pc &&
               event->type != PF_EVENT_PC_CHANNEL_MESSAGE) {
        pf_prepared_handle(&room->prepared, &room->context, event);
        try_join(room);
    }
}

static void on_socket(struct pf_room *room, const struct pf_event *event)
{
    if (event->socket == 0 || event->socket != room->session.socket) {
        return; /* one that was given up */
    }
    if (event->type == PF_EVENT_SOCKET_MESSAGE) {
        on_socket_message(room, event);
    } else {
        pf_relay_session_lost(&room->session, &room->context);
    }
}

/* ---- the user ---- */

static void start(struct pf_room *room)
{
    if (room->state == PF_ROOM_IDLE) {
        set_state(room, PF_ROOM_LOBBY);
        pf_relay_session_open(&room->session, &room->context);
        pf_media_start(&room->media, &room->context);
    }
}

static void join(struct pf_room *room, const struct pf_event *event)
{
    start(room);
    if (room->state != PF_ROOM_LOBBY && room->state != PF_ROOM_REFUSED) {
        return; /* pressed twice, or over */
    }
    if (!pf_name_is_valid(event->join.room, 1) || !pf_name_is_valid(event->join.name, 0)) {
        room->code = pf_name_is_valid(event->join.room, 1) ? PF_CODE_BAD_NAME : PF_CODE_BAD_ROOM;
        set_state(room, PF_ROOM_REFUSED);
        return;
    }
    room->room_size = event->join.room.size;
    memcpy(room->room, event->join.room.data, room->room_size);
    room->name_size = pf_slice_copy(event->join.name, room->name, sizeof room->name);
    room->wants_join = true;
    room->took_over = false;
    room->join_at_ms = room->context.now_ms + PREPARE_WAIT_MS;
    set_state(room, PF_ROOM_JOINING);
    pf_media_start(&room->media, &room->context);
    pf_relay_session_open(&room->session, &room->context);
    try_join(room);
}

/* Tells everybody by every way there is; false when somebody may need a moment to hear it. */
static bool say_goodbye(struct pf_room *room)
{
    bool is_heard = room->context.joined;
    for (size_t i = 0; i < room->roster.peers_end; i++) {
        const struct pf_peer *peer = &room->roster.peers[i];
        room->context.outbox.message.type = PF_MESSAGE_BYE;
        if (peer->id != 0 && pf_signaling_send_on_channel(peer, &room->context)) {
            is_heard = is_heard && peer->presence == PF_PRESENCE_HERE;
        }
    }
    pf_relay_session_send(&room->session, &room->context, PF_MESSAGE_LEAVE);
    return is_heard;
}

static void leave(struct pf_room *room)
{
    if (room->state == PF_ROOM_LEFT) {
        return;
    }
    const bool is_heard = say_goodbye(room);
    pf_relay_session_close(&room->session, &room->context);
    pf_media_stop(&room->media, &room->context);
    pf_prepared_discard(&room->prepared, &room->context);
    room->wants_join = false;
    room->join_at_ms = PF_NEVER;
    set_state(room, PF_ROOM_LEFT);
    if (is_heard) {
        pf_roster_close_all(&room->roster, &room->context);
    } else {
        room->close_at_ms = room->context.now_ms + LEAVE_MS;
    }
}

static void on_network_changed(struct pf_room *room, bool online)
{
    if (!online || room->state == PF_ROOM_IDLE || room->state == PF_ROOM_LEFT) {
        return; /* nothing can be done without a network; its return is an event of its own */
    }
    pf_relay_session_probe(&room->session, &room->context);
    if (pf_prepared_is_made(&room->prepared) && room->session.state == PF_RELAY_SESSION_READY) {
        pf_prepared_discard(&room->prepared,
                            &room->context); /* its candidates are those of another network */
        pf_prepared_begin(&room->prepared, &room->context);
    }
    for (size_t i = 0; i < room->roster.peers_end; i++) {
        if (room->roster.peers[i].id != 0) {
            pf_recovery_on_network(&room->roster.peers[i], &room->context);
        }
    }
}

/* ---- time, and what follows from any event ---- */

static void tick(struct pf_room *room)
{
    struct pf_context *context = &room->context;
    pf_relay_session_tick(&room->session, context);
    pf_media_tick(&room->media, context);
    pf_roster_tick(&room->roster, context);
    if (room->join_at_ms <= context->now_ms) {
        try_join(room);
    }
    if (room->close_at_ms <= context->now_ms) {
        room->close_at_ms = PF_NEVER;
        pf_roster_close_all(&room->roster, &room->context);
    }
}

static void show_room(struct pf_room *room)
{
    const bool relay_away = pf_relay_session_is_away(&room->session);
    if (!room->room_changed && relay_away == room->shown_away) {
        return;
    }
    room->room_changed = false;
    room->shown_away = relay_away;
    struct pf_command *command = pf_outbox_push(&room->context.outbox, PF_COMMAND_SHOW_ROOM);
    command->room.state = room->state;
    command->room.code = room->code;
    command->room.self = room->roster.self;
    command->room.ticket = (struct pf_slice){room->ticket, room->ticket_size};
    command->room.relay_away = relay_away;
}

/* The answer to a join is lost: its offer may have been handed to any member or to none. */
static void give_up_prepared(struct pf_room *room)
{
    if (room->prepared_sent && room->session.state != PF_RELAY_SESSION_JOINING) {
        room->prepared_sent = false;
        room->first_epoch_spent = true;
        pf_prepared_discard(&room->prepared, &room->context);
    }
}

static void settle(struct pf_room *room)
{
    struct pf_context *context = &room->context;
    give_up_prepared(room);
    if (room->state == PF_ROOM_JOINED && !context->joined) {
        set_state(room, PF_ROOM_RECONNECTING);
    }
    const bool is_told = room->told_sequence == context->publishing->own.sequence;
    room->told_sequence = context->publishing->own.sequence;
    for (size_t i = 0; i < room->roster.peers_end; i++) {
        struct pf_peer *peer = &room->roster.peers[i];
        if (peer->id != 0 && pf_peer_is_lost(peer)) {
            pf_roster_close(&room->roster, context, peer);
        }
        if (peer->id != 0 && room->state != PF_ROOM_LEFT && !is_told) {
            pf_signaling_send_state(peer, context);
        }
    }
    pf_media_stop_unsent(&room->media, context);
    show_room(room);
}

static void dispatch(struct pf_room *room, const struct pf_event *event)
{
    struct pf_context *context = &room->context;
    switch (event->type) {
    case PF_EVENT_TIMEOUT: tick(room); break;
    case PF_EVENT_START: start(room); break;
    case PF_EVENT_JOIN: join(room, event); break;
    case PF_EVENT_LEAVE: leave(room); break;
    case PF_EVENT_SET_SOURCE:
    case PF_EVENT_SELECT_DEVICE: pf_media_handle(&room->media, context, event); break;
    case PF_EVENT_NETWORK_CHANGED: on_network_changed(room, event->network.online); break;
    case PF_EVENT_SOCKET_MESSAGE:
    case PF_EVENT_SOCKET_CLOSED: on_socket(room, event); break;
    case PF_EVENT_CAPTURE_OPENED:
    case PF_EVENT_CAPTURE_FAILED:
    case PF_EVENT_TRACK_ENDED:
    case PF_EVENT_DEVICES_CHANGED:
    case PF_EVENT_DEVICES: pf_media_handle(&room->media, context, event); break;
    case PF_EVENT_PC_DESCRIPTION:
    case PF_EVENT_PC_LOCAL:
    case PF_EVENT_PC_REMOTE_SET:
    case PF_EVENT_PC_SENDER_SET:
    case PF_EVENT_PC_FAILED:
    case PF_EVENT_PC_CANDIDATE:
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
     * The machine slept, or the page was frozen. In a page in the background timers come late as
     * well, but the relay's pings do not, and put ours off. Of a closed session PF_NEVER wraps
     * round: the room then has nothing that an early repair could concern.
     */
    const bool woke = event->now_ms > pf_relay_session_deadline_ms(&room->session) + SLEEP_MS;
    if (event->now_ms > room->context.now_ms) {
        room->context.now_ms = event->now_ms;
    }
    if (room->logs_events) {
        pf_event_log_add(&room->event_log, event);
    }
    dispatch(room, event);
    if (woke) {
        on_network_changed(room, true); /* it may be another one now */
    }
    settle(room);
}

struct pf_slice pf_room_event_log(const struct pf_room *room, bool *is_complete)
{
    *is_complete = room->logs_events && room->event_log.is_complete;
    return room->logs_events ? pf_buffer_slice(&room->event_log.text) : PF_SLICE("");
}

bool pf_room_poll(struct pf_room *room, struct pf_command *command)
{
    return pf_outbox_pop(&room->context.outbox, command);
}

uint64_t pf_room_deadline_ms(const struct pf_room *room)
{
    /* Without the relay it is "hello" that a join waits for. */
    const bool join_waits = room->wants_join && room->session.state == PF_RELAY_SESSION_READY;
    uint64_t deadline_ms = pf_earlier(join_waits ? room->join_at_ms : PF_NEVER, room->close_at_ms);
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
    room->state = PF_ROOM_IDLE;
    room->code = PF_CODE_OTHER;
    room->wants_join = false;
    room->room_changed = false;
    room->shown_away = false;
    room->took_over = false;
    room->prepared_sent = false;
    room->first_epoch_spent = false;
    pf_roster_init(&room->roster);
    room->join_at_ms = PF_NEVER;
    room->close_at_ms = PF_NEVER;
    pf_prepared_init(&room->prepared);
    room->logs_events = config->logs_events;
    if (room->logs_events) {
        pf_event_log_begin(&room->event_log, config);
    }
    room->message.tree = NULL;
    room->room_size = 0;
    room->capabilities_size =
        pf_slice_copy(config->capabilities, room->capabilities, sizeof room->capabilities);
    room->name_size = 0;
    room->url_size = config->url.size;
    memcpy(room->url, config->url.data, config->url.size);
    room->ticket_size = pf_slice_copy(config->ticket, room->ticket, sizeof room->ticket);
    context->now_ms = 0;
    context->instance = config->instance;
    context->socket = 0;
    context->joined = false;
    context->ice_servers_size = 0;
    context->last_id = 0;
    context->counters = (struct pf_room_counters){0};
    pf_random_seed(&context->random, config->seed);
    pf_outbox_init(&context->outbox);
    pf_relay_session_init(&room->session, (struct pf_slice){room->url, room->url_size});
    const enum pf_error error = pf_media_init(&room->media, context, config);
    room->told_sequence = context->publishing->own.sequence;
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
    PF_ASSERT((room->state == PF_ROOM_JOINED) == room->context.joined);
    PF_ASSERT(room->state != PF_ROOM_LEFT || room->session.state == PF_RELAY_SESSION_CLOSED);
    PF_ASSERT(room->state != PF_ROOM_LEFT || !room->media.captures[PF_SOURCE_MICROPHONE].started);
}
