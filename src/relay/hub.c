/* hub.c - the relay's logic: rooms, members, routing, limits. No sockets, no clock, no chance. */
/* SPDX-License-Identifier: MIT */
/*
 * A client is in the lobby until it has joined (`member` is NULL), and then is that member until
 * the client closes, leaves or is replaced. A member without a client is away: its grace timer
 * runs, and it is removed when that fires. Outputs wait in a short queue, their texts in `text`;
 * both are empty again before the next event or timer is looked at, hence their small maxima.
 */
#include "relay/hub.h"

#include "base/assert.h"
#include "base/buffer.h"
#include "protocol/envelope.h"
#include "relay/clients.h"
#include "relay/rooms.h"

#include <stdlib.h>

enum {
    /* The most that one event gives is a join that replaces a client: error, close, joined,
     * member with the offer, member without. */
    OUTPUTS_MAX = 6,
    /* One message with an offer, one `hello` or roster, and small ones. */
    TEXT_SIZE_MAX = PF_MESSAGE_SIZE_MAX + PF_ICE_SERVERS_SIZE_MAX + 16384,
};

enum timer_kind {
    TIMER_HEARTBEAT, /* owner is a struct pf_relay_client */
    TIMER_GRACE,     /* owner is a struct pf_relay_member */
};

/*
 * R8, R19: every member hears of each one that enters, so an endless loop of joins would cost the
 * others more than the messages that a client may send. The members of a full room may all come
 * back at once to a restarted relay; one member may reload its page again and again.
 */
enum {
    NEWCOMERS_MS = 250, /* the mean time between newcomers in a room */
    RETURNS_MS = 500,   /* the mean time between returns of one member */
    MESSAGE_COST = 1000,
};
static const struct pf_token_rate newcomers_rate = {.burst = 65 * NEWCOMERS_MS, .per_ms = 1};
static const struct pf_token_rate returns_rate = {.burst = 21 * RETURNS_MS, .per_ms = 1};

/* Close codes of RFC 6455 section 7.4. */
enum {
    CLOSE_NORMAL = 1000,
    CLOSE_GOING_AWAY = 1001,
};

struct output {
    enum pf_hub_output_type type;
    uint32_t clients[PF_MEMBERS_MAX];
    size_t clients_count;
    struct pf_slice head, body;
    uint16_t code;
};

struct pf_hub {
    struct pf_hub_config config;
    struct pf_token_rate messages_rate; /* of each client, in thousandths of a message */
    uint64_t now_ms, unix_s;
    struct pf_clients clients;
    struct pf_rooms rooms;
    struct pf_timers timers;
    uint64_t signals;
    struct output outputs[OUTPUTS_MAX];
    size_t outputs_count, outputs_taken;
    struct pf_message message; /* being read or written; large, hence not on the stack */
    struct pf_buffer text;
    char text_data[TEXT_SIZE_MAX];
};

/* Output */

static struct output *add_output(struct pf_hub *hub, enum pf_hub_output_type type)
{
    PF_ASSERT(hub->outputs_count < OUTPUTS_MAX);
    struct output *output = &hub->outputs[hub->outputs_count++];
    output->type = type;
    output->clients_count = 0;
    output->head = output->body = PF_SLICE("");
    output->code = 0;
    return output;
}

static void address_to(struct output *output, uint32_t client)
{
    PF_ASSERT(output->clients_count < PF_MEMBERS_MAX);
    output->clients[output->clients_count++] = client;
}

/* Everybody in the room who is connected, but not `except`, nor `except_too`. */
static void address_to_room(struct output *output, const struct pf_relay_room *room,
                            const struct pf_relay_member *except,
                            const struct pf_relay_member *except_too)
{
    for (size_t i = 0; i < room->members_count; i++) {
        const struct pf_relay_member *member = room->members[i];
        if (member != except && member != except_too && member->client != PF_CLIENT_NONE) {
            address_to(output, member->client);
        }
    }
}

/* The message in hub->message as text in hub->text. Our own messages always fit. */
static struct pf_slice write_message(struct pf_hub *hub)
{
    const size_t start = hub->text.size;
    pf_message_write(&hub->message, &hub->text);
    PF_ASSERT(!hub->text.overflow);
    return (struct pf_slice){hub->text.data + start, hub->text.size - start};
}

static void send_to(struct pf_hub *hub, uint32_t client, struct pf_slice text)
{
    struct output *output = add_output(hub, PF_HUB_SEND);
    output->head = text;
    address_to(output, client);
}

static void send_to_others(struct pf_hub *hub, const struct pf_relay_member *member,
                           const struct pf_relay_member *except_too, struct pf_slice text)
{
    struct output *output = add_output(hub, PF_HUB_SEND);
    output->head = text;
    address_to_room(output, member->room, member, except_too);
    if (output->clients_count == 0) {
        hub->outputs_count--;
    }
}

static void send_type(struct pf_hub *hub, uint32_t client, enum pf_message_type type)
{
    hub->message = (struct pf_message){.type = type};
    send_to(hub, client, write_message(hub));
}

/* What the others see of a member. */
static struct pf_member describe(const struct pf_relay_member *member)
{
    return (struct pf_member){
        .id = member->id,
        .name = {member->name, member->name_size},
        .instance = member->instance,
        .away = member->client == PF_CLIENT_NONE,
        .capabilities = {member->capabilities, member->capabilities_size},
    };
}

static struct pf_slice write_member(struct pf_hub *hub, const struct pf_relay_member *member)
{
    hub->message = (struct pf_message){
        .type = PF_MESSAGE_MEMBER,
        .member = {.member = describe(member)},
    };
    return write_message(hub);
}

/* Clients */

/* The client must have been taken from its member before. */
static void forget_client(struct pf_hub *hub, struct pf_relay_client *client)
{
    PF_ASSERT(!client->member);
    pf_timers_cancel(&hub->timers, &client->heartbeat);
    pf_clients_remove(&hub->clients, client);
}

static void close_client(struct pf_hub *hub, struct pf_relay_client *client, uint16_t code)
{
    struct output *output = add_output(hub, PF_HUB_CLOSE);
    output->code = code;
    address_to(output, client->number);
    forget_client(hub, client);
}

static void set_heartbeat(struct pf_hub *hub, struct pf_relay_client *client)
{
    const uint64_t silent_ms = client->heard_ms + 2 * (uint64_t)hub->config.ping_ms;
    pf_timers_set(&hub->timers, &client->heartbeat,
                  silent_ms < client->ping_due_ms ? silent_ms : client->ping_due_ms);
}

/* Every client and every member may have one timer set. */
static bool reserve_timer(struct pf_hub *hub)
{
    const size_t count = hub->clients.count + hub->rooms.members_count + 1;
    return pf_timers_reserve(&hub->timers, count) == PF_ERROR_OK;
}

static struct pf_relay_client *new_client(struct pf_hub *hub, uint32_t number)
{
    struct pf_relay_client *client = NULL;
    if (!reserve_timer(hub) || pf_clients_add(&hub->clients, number, &client) != PF_ERROR_OK) {
        return NULL;
    }
    client->heartbeat = (struct pf_timer){.owner = client, .kind = TIMER_HEARTBEAT};
    client->heard_ms = hub->now_ms;
    client->ping_due_ms = hub->now_ms + hub->config.ping_ms;
    set_heartbeat(hub, client);
    return client;
}

/* Members */

/*
 * With the last who was there goes the room: nobody would see the others away, and a ticket is all
 * they need to come back. Rooms entered in a hurry must not take the place of others for the grace.
 */
static void remove_member(struct pf_hub *hub, struct pf_relay_member *member,
                          enum pf_left_reason reason)
{
    struct pf_relay_room *room = member->room;
    if (!pf_relay_room_connected(room, NULL)) {
        for (size_t left = room->members_count; left > 0; left--) {
            pf_timers_cancel(&hub->timers, &room->members[left - 1]->grace);
            pf_rooms_remove_member(&hub->rooms, room->members[left - 1]);
        }
        return;
    }
    hub->message = (struct pf_message){
        .type = PF_MESSAGE_LEFT,
        .left = {.id = member->id, .reason = reason},
    };
    send_to_others(hub, member, NULL, write_message(hub));
    pf_timers_cancel(&hub->timers, &member->grace);
    pf_rooms_remove_member(&hub->rooms, member);
}

/* The client is lost; the member is waited for. */
static void set_away(struct pf_hub *hub, struct pf_relay_client *client, uint32_t grace_ms)
{
    struct pf_relay_member *member = client->member;
    client->member = NULL;
    if (!member) {
        return;
    }
    member->client = PF_CLIENT_NONE;
    if (!pf_relay_room_connected(member->room, NULL)) {
        remove_member(hub, member, PF_LEFT_TIMEOUT);
        return;
    }
    pf_timers_set(&hub->timers, &member->grace, hub->now_ms + grace_ms);
    send_to_others(hub, member, NULL, write_member(hub, member));
}

/* Errors (PROTOCOL.md section 7) */

/* Says what is wrong and, if it is fatal, closes; then `client` is gone. */
static void fail(struct pf_hub *hub, struct pf_relay_client *client, enum pf_error_code code,
                 const char *what)
{
    hub->message = (struct pf_message){
        .type = PF_MESSAGE_ERROR,
        .error = {.code = code, .message = pf_slice_of(what)},
    };
    send_to(hub, client->number, write_message(hub));
    if (pf_error_code_close(code) != 0) {
        close_client(hub, client, pf_error_code_close(code));
    }
}

static void fail_no_such_member(struct pf_hub *hub, const struct pf_relay_client *client,
                                pf_member_id to)
{
    hub->message = (struct pf_message){
        .type = PF_MESSAGE_ERROR,
        .error = {.code = PF_CODE_NO_SUCH_MEMBER,
                  .message = PF_SLICE("nobody of that id is connected in this room"),
                  .to = to},
    };
    send_to(hub, client->number, write_message(hub));
}

/* Entering a room (PROTOCOL.md section 2) */

/* Ids only have to differ within a room. */
static pf_member_id draw_id(struct pf_hub *hub, const struct pf_relay_room *room)
{
    pf_member_id id = 0;
    do {
        id = hub->config.draw(hub->config.draw_user);
    } while (id == 0 || pf_relay_room_member(room, id));
    return id;
}

/* A place in the room for somebody who has none. On failure returns NULL and has set `why`. */
static struct pf_relay_member *new_member(struct pf_hub *hub, struct pf_slice name,
                                          pf_member_id ticket_id, enum pf_error_code *why)
{
    struct pf_relay_room *room = pf_rooms_find(&hub->rooms, name);
    struct pf_relay_member *member = NULL;
    if (room && room->members_count >= hub->config.members_max) {
        *why = PF_CODE_ROOM_FULL;
        return NULL;
    }
    if (room &&
        !pf_token_bucket_take(&room->newcomers, &newcomers_rate, hub->now_ms, NEWCOMERS_MS)) {
        *why = PF_CODE_RATE_LIMIT;
        return NULL;
    }
    *why = PF_CODE_RELAY_FULL;
    if (!reserve_timer(hub)) {
        return NULL;
    }
    if (!room && pf_rooms_add(&hub->rooms, name, &room) != PF_ERROR_OK) {
        return NULL;
    }
    const pf_member_id id = ticket_id != 0 ? ticket_id : draw_id(hub, room);
    if (pf_rooms_add_member(&hub->rooms, room, id, &member) != PF_ERROR_OK) {
        return NULL;
    }
    member->grace = (struct pf_timer){.owner = member, .kind = TIMER_GRACE};
    return member;
}

/* The member is somebody else's no more: it came back by another WebSocket. */
static void replace_client(struct pf_hub *hub, struct pf_relay_member *member)
{
    if (member->client == PF_CLIENT_NONE) {
        pf_timers_cancel(&hub->timers, &member->grace);
        return;
    }
    struct pf_relay_client *older = pf_clients_find(&hub->clients, member->client);
    PF_ASSERT(older);
    PF_ASSERT(older->member == member);
    older->member = NULL;
    member->client = PF_CLIENT_NONE;
    fail(hub, older, PF_CODE_REPLACED, "another client is this member now");
}

/*
 * Whether the member is held by a client that was opened after this one, whose `join` has come
 * late: a page that was reloaded while its network was slow.
 */
static bool is_overtaken(const struct pf_hub *hub, const struct pf_relay_client *client,
                         const struct pf_relay_member *member)
{
    return member && member->client != PF_CLIENT_NONE &&
           pf_clients_find(&hub->clients, member->client)->order > client->order;
}

static void send_joined(struct pf_hub *hub, const struct pf_relay_member *member, bool resumed,
                        const struct pf_relay_member *offered)
{
    const struct pf_relay_room *room = member->room;
    char ticket_data[PF_TICKET_SIZE_MAX];
    struct pf_buffer ticket;
    pf_buffer_init(&ticket, ticket_data, sizeof ticket_data);
    pf_ticket_write(&hub->config.signer, (struct pf_slice){room->name, room->name_size}, member->id,
                    hub->unix_s + PF_TICKET_LIFETIME_S, &ticket);
    PF_ASSERT(!ticket.overflow);
    hub->message = (struct pf_message){
        .type = PF_MESSAGE_JOINED,
        .joined = {.self = member->id,
                   .resumed = resumed,
                   .ticket = pf_buffer_slice(&ticket),
                   .offered = offered ? offered->id : 0},
    };
    for (size_t i = 0; i < room->members_count; i++) {
        if (room->members[i] != member) {
            hub->message.joined.members[hub->message.joined.members_count++] =
                describe(room->members[i]);
        }
    }
    send_to(hub, member->client, write_message(hub));
}

/* The `member` message with `offer`, JSON as the newcomer sent it, spliced in at its end. */
static void send_offer(struct pf_hub *hub, const struct pf_relay_member *newcomer,
                       const struct pf_relay_member *offered, struct pf_slice offer)
{
    struct pf_slice text = write_member(hub, newcomer);
    PF_ASSERT(text.data[text.size - 1] == '}');
    hub->text.size--;
    pf_buffer_put(&hub->text, PF_SLICE(",\"preparedOffer\":"));
    pf_buffer_put(&hub->text, offer);
    pf_buffer_put(&hub->text, PF_SLICE("}"));
    PF_ASSERT(!hub->text.overflow);
    text.size = (size_t)(hub->text.data + hub->text.size - text.data);
    PF_ASSERT(text.size <= PF_MESSAGE_SIZE_MAX);
    send_to(hub, offered->client, text);
}

static void enter(struct pf_hub *hub, struct pf_relay_client *client,
                  struct pf_relay_member *member, bool resumed, struct pf_slice offer)
{
    member->client = client->number;
    client->member = member;
    /* The first member that is there takes a prepared offer. */
    const struct pf_relay_member *offered =
        offer.size > 0 ? pf_relay_room_connected(member->room, member) : NULL;
    send_joined(hub, member, resumed, offered);
    if (offered) {
        send_offer(hub, member, offered, offer);
    }
    if (member->room->members_count > 1) {
        send_to_others(hub, member, offered, write_member(hub, member));
    }
}

/* `join` in hub->message is valid JSON of the right shape. */
static void join_room(struct pf_hub *hub, struct pf_relay_client *client, struct pf_slice offer)
{
    const struct pf_slice room_name = hub->message.join.room;
    const struct pf_slice name = hub->message.join.name;
    const uint32_t instance = hub->message.join.instance;
    if (!pf_name_is_valid(room_name, 1)) {
        fail(hub, client, PF_CODE_BAD_ROOM, "a room is 1 to 64 bytes without control characters");
        return;
    }
    if (!pf_name_is_valid(name, 0)) {
        fail(hub, client, PF_CODE_BAD_NAME, "a name is 0 to 64 bytes without control characters");
        return;
    }
    enum pf_error_code why = PF_CODE_RELAY_FULL;
    const pf_member_id ticket_id =
        pf_ticket_read(&hub->config.signer, room_name, hub->message.join.ticket, hub->unix_s);
    const struct pf_relay_room *room = pf_rooms_find(&hub->rooms, room_name);
    struct pf_relay_member *member =
        room && ticket_id != 0 ? pf_relay_room_member(room, ticket_id) : NULL;
    if (is_overtaken(hub, client, member)) {
        fail(hub, client, PF_CODE_REPLACED, "a newer client is this member already");
        return;
    }
    if (!member) {
        member = new_member(hub, room_name, ticket_id, &why);
    } else if (!pf_token_bucket_take(&member->returns, &returns_rate, hub->now_ms, RETURNS_MS)) {
        member = NULL;
        why = PF_CODE_RATE_LIMIT;
    }
    if (!member) {
        fail(hub, client, why,
             why == PF_CODE_ROOM_FULL    ? "the room has all its members"
             : why == PF_CODE_RATE_LIMIT ? "too many come in"
                                         : "the relay has no more room");
        return;
    }
    /* Everything of hub->message is used up before it is written to. */
    pf_relay_member_set_capabilities(member, hub->message.join.capabilities);
    member->instance = instance;
    member->name_size = (uint8_t)name.size;
    for (size_t i = 0; i < name.size; i++) {
        member->name[i] = name.data[i];
    }
    replace_client(hub, member);
    enter(hub, client, member, ticket_id != 0, offer);
}

/* Messages */

static void on_join(struct pf_hub *hub, struct pf_relay_client *client, struct pf_slice text,
                    struct pf_slice offer)
{
    if (client->member) {
        fail(hub, client, PF_CODE_ALREADY_JOINED, "a client enters one room, once");
        return;
    }
    hub->message = (struct pf_message){.type = PF_MESSAGE_PING};
    if (pf_message_read(text, &hub->message) != PF_ERROR_OK) {
        fail(hub, client, PF_CODE_BAD_MESSAGE, "join is not as the protocol has it");
        return;
    }
    void *tree = hub->message.tree;
    join_room(hub, client, offer);
    hub->message = (struct pf_message){.type = PF_MESSAGE_PING, .tree = tree};
    pf_message_clear(&hub->message);
}

static void on_leave(struct pf_hub *hub, struct pf_relay_client *client)
{
    struct pf_relay_member *member = client->member;
    client->member = NULL;
    if (member) {
        member->client = PF_CLIENT_NONE;
        remove_member(hub, member, PF_LEFT_LEFT);
    }
    close_client(hub, client, CLOSE_NORMAL);
}

/* What takes the place of the opening brace of a forwarded signal. */
static struct pf_slice write_prefix(struct pf_hub *hub, pf_member_id from)
{
    const size_t start = hub->text.size;
    pf_envelope_write_prefix(from, &hub->text);
    PF_ASSERT(!hub->text.overflow);
    PF_ASSERT(hub->text.size - start == PF_ENVELOPE_PREFIX_SIZE);
    return (struct pf_slice){hub->text.data + start, PF_ENVELOPE_PREFIX_SIZE};
}

/* The path of nearly every message: nothing is decoded, nothing is copied. */
static void on_signal(struct pf_hub *hub, struct pf_relay_client *client,
                      const struct pf_envelope *envelope)
{
    if (!client->member) {
        fail(hub, client, PF_CODE_NOT_JOINED, "join a room first");
        return;
    }
    const struct pf_relay_member *to = pf_relay_room_member(client->member->room, envelope->to);
    if (!to || to->client == PF_CLIENT_NONE || to == client->member) {
        fail_no_such_member(hub, client, envelope->to);
        return;
    }
    struct output *output = add_output(hub, PF_HUB_SEND);
    output->head = write_prefix(hub, client->member->id);
    output->body = envelope->rest;
    address_to(output, to->client);
    hub->signals++;
}

static void on_message(struct pf_hub *hub, struct pf_relay_client *client, struct pf_slice text)
{
    struct pf_envelope envelope;
    switch (pf_envelope_read(text, &envelope)) {
    case PF_ERROR_OK: break;
    case PF_ERROR_UNSUPPORTED:
        fail(hub, client, PF_CODE_UNKNOWN_TYPE, "there is no message of this type");
        return;
    case PF_ERROR_TOO_LONG:
        fail(hub, client, PF_CODE_BAD_MESSAGE, "the message is too long or nested too deep");
        return;
    case PF_ERROR_INVALID:
    case PF_ERROR_FULL:
    case PF_ERROR_MEMORY:
        fail(hub, client, PF_CODE_BAD_MESSAGE, "not a message as the protocol has it");
        return;
    }
    switch (envelope.type) {
    case PF_MESSAGE_SIGNAL: on_signal(hub, client, &envelope); return;
    case PF_MESSAGE_JOIN: on_join(hub, client, text, envelope.prepared_offer); return;
    case PF_MESSAGE_LEAVE: on_leave(hub, client); return;
    case PF_MESSAGE_PING: send_type(hub, client->number, PF_MESSAGE_PONG); return;
    case PF_MESSAGE_PONG: return; /* that it came is all it says */
    case PF_MESSAGE_HELLO:
    case PF_MESSAGE_JOINED:
    case PF_MESSAGE_MEMBER:
    case PF_MESSAGE_LEFT:
    case PF_MESSAGE_ERROR:
    case PF_MESSAGE_STATE:
    case PF_MESSAGE_BYE:
        fail(hub, client, PF_CODE_UNKNOWN_TYPE, "a relay takes no message of this type");
        return;
    }
    PF_UNREACHABLE();
}

/* Events */

static void on_client_opened(struct pf_hub *hub, uint32_t number)
{
    PF_ASSERT(number < hub->config.clients_max);
    PF_ASSERT(!pf_clients_find(&hub->clients, number));
    if (!new_client(hub, number)) {
        struct output *output = add_output(hub, PF_HUB_CLOSE);
        output->code = pf_error_code_close(PF_CODE_RELAY_FULL);
        address_to(output, number);
        return;
    }
    hub->message = (struct pf_message){
        .type = PF_MESSAGE_HELLO,
        .hello = {.ice_servers = hub->config.ice_servers,
                  .members_max = hub->config.members_max,
                  .ping_ms = hub->config.ping_ms,
                  .grace_ms = hub->config.grace_ms},
    };
    send_to(hub, number, write_message(hub));
}

static void on_client_text(struct pf_hub *hub, struct pf_relay_client *client, struct pf_slice text)
{
    /* Bytes are what others wait for: a message costs its KiB, and at least one. */
    const uint64_t cost = (1 + text.size / PF_RELAY_MESSAGE_SIZE) * MESSAGE_COST;
    client->heard_ms = hub->now_ms;
    if (pf_token_bucket_take(&client->messages, &hub->messages_rate, hub->now_ms, cost)) {
        on_message(hub, client, text);
        return;
    }
    set_away(hub, client, hub->config.grace_ms);
    fail(hub, client, PF_CODE_RATE_LIMIT, "too many messages");
}

static void on_client_closed(struct pf_hub *hub, struct pf_relay_client *client, uint16_t code)
{
    uint32_t grace_ms = hub->config.grace_ms;
    if (code == CLOSE_GOING_AWAY && grace_ms > PF_HUB_GOING_AWAY_GRACE_MS) {
        grace_ms = PF_HUB_GOING_AWAY_GRACE_MS;
    }
    set_away(hub, client, grace_ms);
    forget_client(hub, client);
}

static void on_heartbeat(struct pf_hub *hub, struct pf_relay_client *client)
{
    if (hub->now_ms - client->heard_ms >= 2 * (uint64_t)hub->config.ping_ms) {
        set_away(hub, client, hub->config.grace_ms);
        close_client(hub, client, CLOSE_GOING_AWAY);
        return;
    }
    if (hub->now_ms >= client->ping_due_ms) {
        send_type(hub, client->number, PF_MESSAGE_PING);
        client->ping_due_ms = hub->now_ms + hub->config.ping_ms;
    }
    set_heartbeat(hub, client);
}

static void on_timer(struct pf_hub *hub, const struct pf_timer *timer)
{
    if (timer->kind == TIMER_HEARTBEAT) {
        on_heartbeat(hub, timer->owner);
    } else {
        remove_member(hub, timer->owner, PF_LEFT_TIMEOUT);
    }
}

static void clear_outputs(struct pf_hub *hub)
{
    hub->outputs_count = hub->outputs_taken = 0;
    pf_buffer_init(&hub->text, hub->text_data, sizeof hub->text_data);
}

enum pf_error pf_hub_new(const struct pf_hub_config *config, struct pf_hub **out)
{
    PF_ASSERT(config->members_max >= 2);
    PF_ASSERT(config->members_max <= PF_MEMBERS_MAX);
    PF_ASSERT(config->rooms_max > 0);
    PF_ASSERT(config->ping_ms > 0);
    PF_ASSERT(config->burst_messages > 0);
    PF_ASSERT(config->messages_per_s > 0);
    PF_ASSERT(config->ice_servers.size <= PF_ICE_SERVERS_SIZE_MAX);
    struct pf_hub *hub = calloc(1, sizeof *hub);
    if (!hub) {
        return PF_ERROR_MEMORY;
    }
    hub->config = *config;
    /* A message a second is a thousandth a millisecond. No socket reaches the highest rate. */
    hub->messages_rate = (struct pf_token_rate){
        .burst = (uint64_t)config->burst_messages * MESSAGE_COST,
        .per_ms = config->messages_per_s < PF_TOKENS_PER_MS_MAX ? config->messages_per_s
                                                                : PF_TOKENS_PER_MS_MAX,
    };
    const uint64_t key[2] = {config->draw(config->draw_user), config->draw(config->draw_user)};
    pf_rooms_init(&hub->rooms, config->rooms_max, key);
    clear_outputs(hub);
    *out = hub;
    return PF_ERROR_OK;
}

void pf_hub_free(struct pf_hub *hub)
{
    if (!hub) {
        return;
    }
    pf_clients_clear(&hub->clients);
    pf_rooms_clear(&hub->rooms);
    pf_timers_clear(&hub->timers);
    free(hub);
}

void pf_hub_handle(struct pf_hub *hub, const struct pf_hub_event *event)
{
    PF_ASSERT(hub->outputs_taken == hub->outputs_count);
    PF_ASSERT(event->now_ms >= hub->now_ms);
    clear_outputs(hub);
    hub->now_ms = event->now_ms;
    hub->unix_s = event->unix_s;
    struct pf_relay_client *client =
        event->type == PF_HUB_TIMEOUT ? NULL : pf_clients_find(&hub->clients, event->client);
    switch (event->type) {
    case PF_HUB_CLIENT_OPENED: on_client_opened(hub, event->client); return;
    case PF_HUB_CLIENT_TEXT:
        if (client) {
            on_client_text(hub, client, event->text);
        }
        return;
    case PF_HUB_CLIENT_CLOSED:
        if (client) {
            on_client_closed(hub, client, event->code);
        }
        return;
    case PF_HUB_TIMEOUT: return; /* pf_hub_poll() looks at the timers */
    }
    PF_UNREACHABLE();
}

bool pf_hub_poll(struct pf_hub *hub, struct pf_hub_output *out)
{
    while (hub->outputs_taken == hub->outputs_count) {
        const struct pf_timer *timer = pf_timers_due(&hub->timers, hub->now_ms);
        if (!timer) {
            return false;
        }
        clear_outputs(hub);
        on_timer(hub, timer);
    }
    const struct output *output = &hub->outputs[hub->outputs_taken++];
    *out = (struct pf_hub_output){
        .type = output->type,
        .clients = output->clients,
        .clients_count = output->clients_count,
        .head = output->head,
        .body = output->body,
        .code = output->code,
    };
    return true;
}

uint64_t pf_hub_deadline_ms(const struct pf_hub *hub)
{
    return pf_timers_deadline_ms(&hub->timers);
}

struct pf_hub_counts pf_hub_counts(const struct pf_hub *hub)
{
    return (struct pf_hub_counts){
        .clients = hub->clients.count,
        .rooms = hub->rooms.count,
        .members = hub->rooms.members_count,
        .signals = hub->signals,
    };
}
