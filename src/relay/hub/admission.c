/* admission.c - who may enter a room, by which name, and what everyone is told then. */
/* SPDX-License-Identifier: MIT */
#include "relay/hub/admission.h"

#include "base/assert.h"
#include "base/buffer.h"
#include "relay/hub/dispatch.h"
#include "relay/hub/elsewhere.h"
#include "relay/hub/hosts.h"
#include "relay/hub/ice.h"
#include "relay/hub/knocks.h"
#include "relay/hub/output.h"
#include "relay/hub/presence.h"
#include "relay/hub/ticket.h"

/*
 * R8, R19: all members of a room hear of each one that enters, so a client that joins in a loop
 * would cost them more than the messages that it may send. The bursts leave room for what is
 * ordinary: all members of a full room return at once after a restart of the relay, and a person
 * reloads a page several times. A new name costs the others as much as a return. Members that the
 * room does not have any more, but that have a ticket, are counted apart, so that strangers at the
 * door do not lock them out.
 */
enum {
    NEWCOMERS_MS = 250, /* the mean time between newcomers in a room */
    RETURNS_MS = 500,   /* the mean time between returns and new names of a member */
};
static const struct pf_token_rate newcomers_rate = {.burst = 65 * NEWCOMERS_MS, .per_ms = 1};
static const struct pf_token_rate returns_rate = {.burst = 21 * RETURNS_MS, .per_ms = 1};

/* Ids have to be unique within a room only. */
pf_member_id pf_hub_draw_id(struct pf_hub *hub, const struct pf_hub_room *room)
{
    pf_member_id id = 0;
    do {
        id = hub->config.draw(hub->config.draw_user);
    } while (id == 0 || pf_hub_room_member(room, id));
    return id;
}

/* Whether the room, which may not exist yet, lets one more in at this time. */
static bool may_enter(struct pf_hub *hub, const struct pf_hub_client *client,
                      struct pf_hub_room *room, bool returns)
{
    const struct pf_hub_doorkeeper *doorkeeper = &hub->config.doorkeeper;
    if (doorkeeper->admit && !client->is_guest && !client->is_charged &&
        !doorkeeper->admit(doorkeeper->user, client->number, returns)) {
        return false;
    }
    return !room || pf_token_bucket_take(returns ? &room->comebacks : &room->newcomers,
                                         &newcomers_rate, hub->now_ms, NEWCOMERS_MS);
}

/* The first member that gives way to a newcomer, or NULL. */
static struct pf_hub_member *find_ghost(const struct pf_hub *hub, const struct pf_hub_room *room)
{
    for (size_t i = 0; i < room->members_count; i++) {
        if (pf_hub_member_gives_way(hub, room->members[i])) {
            return room->members[i];
        }
    }
    return NULL;
}

/* Whether the places that are left are for those who return. Guests take none here; who visits
 * another relay does, or waits to hear where its room is. */
static bool is_crowded(const struct pf_hub *hub)
{
    const uint32_t newcomers_max = hub->config.newcomers_max;
    return newcomers_max > 0 && hub->rooms.members_count + hub->clients.visitors_count >=
                                    newcomers_max + hub->clients.guests_count;
}

/* A new member of the room, which is created if necessary. On failure returns NULL and sets `why`.
 */
static struct pf_hub_member *new_member(struct pf_hub *hub, const struct pf_hub_client *client,
                                        struct pf_slice name,
                                        const struct pf_hub_newcomer *newcomer,
                                        enum pf_error_code *why)
{
    const pf_member_id ticket_id = newcomer->ticket.id;
    struct pf_hub_room *room = pf_rooms_find(&hub->rooms, name);
    struct pf_hub_member *member = NULL;
    const bool is_full = room && room->members_count >= hub->config.members_max;
    struct pf_hub_member *ghost = is_full ? find_ghost(hub, room) : NULL;
    if (is_full && !ghost) {
        *why = PF_CODE_ROOM_FULL;
        return NULL;
    }
    if (!newcomer->has_knocked && !may_enter(hub, client, room, ticket_id != 0)) {
        *why = PF_CODE_RATE_LIMIT;
        return NULL;
    }
    *why = PF_CODE_RELAY_FULL;
    if (ticket_id == 0 && !client->is_guest && is_crowded(hub)) {
        return NULL;
    }
    if (!pf_hub_reserve_timer(hub)) {
        return NULL;
    }
    if (ghost) {
        pf_hub_member_expire(hub, ghost); /* its room is full, or locked: it goes on without it */
    }
    if (!room && pf_rooms_add(&hub->rooms, name, &room) != PF_ERROR_OK) {
        return NULL;
    }
    if (room->members_count == 0) {
        room->created_ms = hub->now_ms;
        room->created_s = hub->unix_s;
    }
    const pf_member_id id = ticket_id != 0 ? ticket_id : pf_hub_draw_id(hub, room);
    if (pf_rooms_add_member(&hub->rooms, room, id, &member) != PF_ERROR_OK) {
        return NULL;
    }
    member->grace = (struct pf_timer){.kind = PF_HUB_TIMER_GRACE};
    return member;
}

/*
 * Whether the member already has a client that connected after this one: the `join` of a page that
 * has been reloaded since arrives late over a slow network.
 */
static bool is_overtaken(const struct pf_hub *hub, const struct pf_hub_client *client,
                         const struct pf_hub_member *member)
{
    return member && member->client != PF_HUB_CLIENT_NONE &&
           pf_hub_clients_find(&hub->clients, member->client)->order > client->order;
}

static void send_joined(struct pf_hub *hub, const struct pf_hub_member *member, bool resumed,
                        const struct pf_hub_member *offered)
{
    const struct pf_hub_room *room = member->room;
    char ticket_data[PF_TICKET_SIZE_MAX];
    struct pf_buffer ticket;
    pf_buffer_init(&ticket, ticket_data, sizeof ticket_data);
    hub->message = (struct pf_message){
        .type = PF_MESSAGE_JOINED,
        .joined = {.self = member->id,
                   .resumed = resumed,
                   .ticket = pf_hosts_write_ticket(hub, member, &ticket),
                   .terms = pf_hosts_describe(member),
                   .offered = offered ? offered->id : 0,
                   .ice_servers = pf_hub_ice_for_joined(
                       hub, pf_hub_clients_find(&hub->clients, member->client))},
    };
    for (size_t i = 0; i < room->members_count; i++) {
        if (room->members[i] != member) {
            hub->message.joined.members[hub->message.joined.members_count++] =
                pf_hub_describe(room->members[i]);
        }
    }
    pf_hub_send(hub, member->client, pf_hub_write_message(hub));
}

/* The `member` message with the prepared offer spliced in, the JSON that the newcomer sent. */
static void send_offer(struct pf_hub *hub, const struct pf_hub_member *newcomer,
                       const struct pf_hub_member *offered, struct pf_slice offer)
{
    struct pf_slice text = pf_hub_write_member(hub, newcomer);
    PF_ASSERT(text.data[text.size - 1] == '}');
    hub->text.size--;
    pf_buffer_put(&hub->text, PF_SLICE(",\"preparedOffer\":"));
    pf_buffer_put(&hub->text, offer);
    pf_buffer_put(&hub->text, PF_SLICE("}"));
    PF_ASSERT(!hub->text.overflow);
    text.size = (size_t)(hub->text.data + hub->text.size - text.data);
    PF_ASSERT(text.size <= PF_MESSAGE_SIZE_MAX);
    pf_hub_send(hub, offered->client, text);
}

/*
 * Who gets the prepared offer of `newcomer`, or NULL: the connected member that has been in the
 * room for longest and has WebRTC.
 */
static const struct pf_hub_member *find_answerer(const struct pf_hub_room *room,
                                                 const struct pf_hub_member *newcomer)
{
    for (size_t i = 0; i < room->members_count; i++) {
        const struct pf_hub_member *member = room->members[i];
        if (member != newcomer && member->client != PF_HUB_CLIENT_NONE &&
            !pf_capabilities_have(pf_hub_member_capabilities(member), PF_CAPABILITY_OBSERVER)) {
            return member;
        }
    }
    return NULL;
}

static void seat(struct pf_hub *hub, struct pf_hub_client *client, struct pf_hub_member *member,
                 uint32_t instance)
{
    pf_hub_member_release(hub, member, instance);
    member->instance = instance;
    member->client = client->number;
    client->member = member;
    pf_hub_clients_seat(&hub->clients, client);
    if (client->is_guest && hub->config.ice.renew_ms > 0) {
        pf_hub_client_hurry(hub, client); /* it has no pings: its timer is for this */
    }
}

/* Tells everybody, the newcomer first. */
static void announce(struct pf_hub *hub, const struct pf_hub_member *member, bool resumed,
                     struct pf_slice offer)
{
    const struct pf_hub_member *offered =
        offer.size > 0 ? find_answerer(member->room, member) : NULL;
    struct pf_hub_client *client = pf_hub_clients_find(&hub->clients, member->client);
    if (client->is_guest) {
        client->has_resumed = resumed;
        client->offered = offered ? offered->id : 0;
    }
    send_joined(hub, member, resumed, offered);
    if (offered) {
        send_offer(hub, member, offered, offer);
    }
    if (member->room->members_count > 1) {
        pf_hub_send_to_others(hub, member, offered, pf_hub_write_member(hub, member));
    }
}

/* Whether the member may return or change its name now. */
static bool may_be_told(struct pf_hub *hub, struct pf_hub_member *member)
{
    return pf_token_bucket_take(&member->returns, &returns_rate, hub->now_ms, RETURNS_MS);
}

static const char *text_of(enum pf_error_code code)
{
    return code == PF_CODE_ROOM_FULL       ? "the room is full"
           : code == PF_CODE_RATE_LIMIT    ? "too many joins"
           : code == PF_CODE_TOKEN_MISSING ? "this relay asks for a token"
           : code == PF_CODE_TOKEN_INVALID ? "the token is not valid"
           : code == PF_CODE_TOKEN_EXPIRED ? "the token is not valid any more, or yet"
           : code == PF_CODE_TOKEN_ROOM    ? "the token is for another room"
                                           : "the relay is full";
}

/*
 * Whether the token in hub->message, if the relay asks for one, lets its client into the room. Who
 * has a ticket was let in before, so that a token may be short-lived; it is needed all the same.
 */
static bool has_token(struct pf_hub *hub, struct pf_slice room, bool has_ticket,
                      struct pf_token_claims *claims, enum pf_error_code *why)
{
    const struct pf_token_judge *tokens = &hub->config.tokens;
    const struct pf_slice token = hub->message.join.token;
    if (!tokens->judge) {
        return true;
    }
    if (token.size == 0) {
        *why = PF_CODE_TOKEN_MISSING;
        return false;
    }
    switch (tokens->judge(tokens->user, token, room, hub->unix_s, claims)) {
    case PF_TOKEN_GOOD: return true;
    case PF_TOKEN_INVALID: *why = PF_CODE_TOKEN_INVALID; return false;
    case PF_TOKEN_OTHER_ROOM: *why = PF_CODE_TOKEN_ROOM; return false;
    case PF_TOKEN_EARLY: *why = PF_CODE_TOKEN_EXPIRED; return false;
    case PF_TOKEN_EXPIRED: *why = PF_CODE_TOKEN_EXPIRED; return has_ticket;
    }
    PF_UNREACHABLE();
}

/* False if it cannot be: then the client is closed. */
static bool admit(struct pf_hub *hub, struct pf_hub_client *client, struct pf_slice room_name,
                  const struct pf_hub_newcomer *newcomer, struct pf_slice offer)
{
    const struct pf_ticket *ticket = &newcomer->ticket;
    enum pf_error_code why = PF_CODE_RELAY_FULL;
    const struct pf_hub_room *room = pf_rooms_find(&hub->rooms, room_name);
    struct pf_hub_member *member =
        room && ticket->id != 0 ? pf_hub_room_member(room, ticket->id) : NULL;
    const bool is_new = !member;
    if (is_overtaken(hub, client, member) && member->instance == newcomer->instance) {
        pf_hub_client_dismiss(hub, client); /* of the same page, which has gone on to another */
        return false;
    }
    if (is_overtaken(hub, client, member)) {
        pf_hub_client_fail(hub, client, PF_CODE_REPLACED, "a newer client has resumed this member");
        return false;
    }
    if (!member) {
        member = new_member(hub, client, room_name, newcomer, &why);
    } else if (!may_be_told(hub, member)) {
        member = NULL;
        why = PF_CODE_RATE_LIMIT;
    }
    if (!member) {
        pf_hub_client_fail(hub, client, why, text_of(why));
        return false;
    }
    member->is_named = newcomer->is_named;
    pf_hub_member_set_name(member, newcomer->name, newcomer->capabilities);
    seat(hub, client, member, newcomer->instance);
    pf_hosts_enter(hub, member, is_new, ticket, newcomer->is_host);
    announce(hub, member, ticket->id != 0, offer);
    return true;
}

/* Whether a host has removed the member that the ticket names; then the client is told so. */
static bool is_removed(struct pf_hub *hub, struct pf_hub_client *client,
                       const struct pf_hub_room *room, const struct pf_ticket *ticket)
{
    if (!room || ticket->id == 0 || !pf_hub_room_has_removed(room, ticket->id)) {
        return false;
    }
    pf_hub_client_fail(hub, client, PF_CODE_REMOVED, "a host has removed you");
    return true;
}

bool pf_hub_admit(struct pf_hub *hub, struct pf_hub_client *client, struct pf_slice room,
                  const struct pf_hub_newcomer *newcomer)
{
    /* Another client with the same ticket may have been admitted and removed meanwhile. */
    return !is_removed(hub, client, pf_rooms_find(&hub->rooms, room), &newcomer->ticket) &&
           admit(hub, client, room, newcomer, PF_SLICE(""));
}

/*
 * A ticket from before this room existed says that its holder was in another room of that name, as
 * far as one can know: except while the relay learns from tickets, after a restart.
 */
static bool passes_lock(const struct pf_hub *hub, const struct pf_hub_room *room,
                        const struct pf_hub_newcomer *newcomer)
{
    const struct pf_ticket *ticket = &newcomer->ticket;
    if (newcomer->is_host || ticket->id == 0) {
        return newcomer->is_host;
    }
    return pf_hub_room_member(room, ticket->id) || ticket->issued_s >= room->created_s ||
           pf_hosts_believe_tickets(hub, room);
}

/* A door has limits of its own, but who knocks is counted as one who enters, too. */
static void knock(struct pf_hub *hub, struct pf_hub_client *client, struct pf_hub_room *room,
                  const struct pf_hub_newcomer *newcomer)
{
    const char *why_not = pf_knock_why_not(hub, client, room);
    if (why_not) {
        pf_hub_client_fail(hub, client, PF_CODE_RATE_LIMIT, why_not);
    } else if (!may_enter(hub, client, room, newcomer->ticket.id != 0)) {
        pf_hub_client_fail(hub, client, PF_CODE_RATE_LIMIT, text_of(PF_CODE_RATE_LIMIT));
    } else {
        pf_knock_begin(hub, client, room, newcomer);
    }
}

/* Only its own relay knows the client's address. */
static void visit(struct pf_hub *hub, struct pf_hub_client *client, struct pf_slice room,
                  struct pf_slice text, bool returns)
{
    const struct pf_hub_doorkeeper *doorkeeper = &hub->config.doorkeeper;
    if (!returns && is_crowded(hub)) {
        pf_hub_client_fail(hub, client, PF_CODE_RELAY_FULL, text_of(PF_CODE_RELAY_FULL));
        return;
    }
    if (doorkeeper->admit && !doorkeeper->admit(doorkeeper->user, client->number, returns)) {
        pf_hub_client_fail(hub, client, PF_CODE_RATE_LIMIT, text_of(PF_CODE_RATE_LIMIT));
        return;
    }
    client->is_charged = true;
    pf_hub_visit_begin(hub, client, room, text);
}

/* `join` in hub->message is valid JSON of the right shape; `text` is what it was read from. */
static void join_room(struct pf_hub *hub, struct pf_hub_client *client, struct pf_slice text,
                      struct pf_slice offer)
{
    const struct pf_slice room_name = hub->message.join.room;
    struct pf_hub_newcomer newcomer = {
        .name = hub->message.join.name,
        .capabilities = hub->message.join.capabilities,
        .instance = hub->message.join.instance,
    };
    if (!pf_name_is_valid(room_name, 1)) {
        pf_hub_client_fail(hub, client, PF_CODE_BAD_ROOM,
                           "a room is 1 to 64 bytes without control characters");
        return;
    }
    if (!pf_name_is_valid(newcomer.name, 0)) {
        pf_hub_client_fail(hub, client, PF_CODE_BAD_NAME,
                           "a name is 0 to 64 bytes without control characters");
        return;
    }
    enum pf_error_code why = PF_CODE_RELAY_FULL;
    struct pf_token_claims claims = {.has_name = false};
    newcomer.ticket =
        pf_ticket_read(&hub->config.signer, room_name, hub->message.join.ticket, hub->unix_s);
    if (!has_token(hub, room_name, newcomer.ticket.id != 0, &claims, &why)) {
        pf_hub_client_fail(hub, client, why, text_of(why));
        return;
    }
    if (claims.has_name) {
        newcomer.name = (struct pf_slice){claims.name, claims.name_size};
    }
    newcomer.is_named = claims.has_name;
    newcomer.is_host = claims.is_host;
    if (pf_hub_is_elsewhere(hub, room_name) && !client->is_guest) {
        visit(hub, client, room_name, text, newcomer.ticket.id != 0);
        return;
    }
    struct pf_hub_room *room = pf_rooms_find(&hub->rooms, room_name);
    if (is_removed(hub, client, room, &newcomer.ticket)) {
        return;
    }
    if (room && room->is_locked && !passes_lock(hub, room, &newcomer)) {
        knock(hub, client, room, &newcomer);
    } else {
        (void)admit(hub, client, room_name, &newcomer, offer); /* closed if it fails */
    }
}

void pf_hub_join(struct pf_hub *hub, struct pf_hub_client *client, struct pf_slice text,
                 struct pf_slice offer)
{
    if (client->member || client->knock) {
        pf_hub_client_fail(hub, client, PF_CODE_ALREADY_JOINED, "a client joins one room, once");
        return;
    }
    hub->message = (struct pf_message){.type = PF_MESSAGE_PING};
    if (pf_message_read(text, &hub->message) != PF_ERROR_OK) {
        pf_hub_client_fail(hub, client, PF_CODE_BAD_MESSAGE, "malformed join");
        return;
    }
    void *tree = hub->message.tree;
    join_room(hub, client, text, offer);
    hub->message = (struct pf_message){.type = PF_MESSAGE_PING, .tree = tree};
    pf_message_clear(&hub->message);
}

void pf_hub_join_again(struct pf_hub *hub, struct pf_hub_client *client, struct pf_slice text)
{
    if (client->member) {
        const struct pf_hub_member *offered =
            client->offered != 0 ? pf_hub_room_member(client->member->room, client->offered) : NULL;
        send_joined(hub, client->member, client->has_resumed, offered);
        /* What they have said to it meanwhile is lost: to them it comes back. */
        pf_hub_send_to_others(hub, client->member, NULL, pf_hub_write_member(hub, client->member));
    } else if (client->knock) {
        pf_hub_send_type(hub, client->number, PF_MESSAGE_KNOCKING);
    } else {
        pf_hub_dispatch(hub, client, text);
    }
}

void pf_hub_rename(struct pf_hub *hub, struct pf_hub_client *client, struct pf_slice text)
{
    struct pf_hub_member *member = client->member;
    if (!member) {
        pf_hub_client_fail(hub, client, PF_CODE_NOT_JOINED, "join a room first");
        return;
    }
    hub->message = (struct pf_message){.type = PF_MESSAGE_PING};
    if (pf_message_read(text, &hub->message) != PF_ERROR_OK) {
        pf_hub_client_fail(hub, client, PF_CODE_BAD_MESSAGE,
                           "a name is 0 to 64 bytes without control characters");
        return;
    }
    if (member->is_named) {
        pf_message_clear(&hub->message);
        pf_hub_client_fail(hub, client, PF_CODE_BAD_MESSAGE, "the token says the name");
        return;
    }
    if (!may_be_told(hub, member)) {
        pf_message_clear(&hub->message);
        pf_hub_client_evict(hub, client);
        return;
    }
    pf_hub_member_set_name(member, hub->message.rename, pf_hub_member_capabilities(member));
    pf_message_clear(&hub->message);
    pf_hub_send_to_others(hub, member, NULL, pf_hub_write_member(hub, member));
}
