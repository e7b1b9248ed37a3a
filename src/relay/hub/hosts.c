/*
 * hosts.c - who is host of a room, and what hosts do.
 *
 * Where tokens are asked for, they say who is a host. Elsewhere a room has one host by rule: the
 * member that has been in it for longest, is connected, and has a client that can be a host.
 *
 * What changes for many is not sent in one go: a member that has to be told has its timer set to
 * now, and is told when that fires. So no event has more than a few outputs.
 *
 * A relay that has been restarted knows nothing of a room. What it learns from the tickets of those
 * who return is whether the room was locked, and who was there before.
 */
/* SPDX-License-Identifier: MIT */
#include "relay/hub/hosts.h"

#include "base/assert.h"
#include "relay/hub/knocks.h"
#include "relay/hub/output.h"
#include "relay/hub/presence.h"

/*
 * All members hear of what a host does, and one that locks and opens in a loop would cost them more
 * than the messages that it may send. The burst leaves room for letting in everybody at once.
 */
enum { ACTIONS_MS = 250 }; /* the mean time between actions of a host */
static const struct pf_token_rate actions_rate = {.burst = 40 * ACTIONS_MS, .per_ms = 1};

static void note(struct pf_hub *hub, struct pf_hub_member *member)
{
    member->is_told = false;
    if (member->client != PF_HUB_CLIENT_NONE) {
        pf_hub_client_hurry(hub, pf_hub_clients_find(&hub->clients, member->client));
    }
}

static void set_host(struct pf_hub *hub, struct pf_hub_member *member, bool is_host)
{
    if (member->is_host != is_host) {
        member->is_host = is_host;
        member->is_shown = false;
        note(hub, member);
    }
}

static void set_locked(struct pf_hub *hub, struct pf_hub_room *room, bool is_locked)
{
    if (room->is_locked == is_locked) {
        return;
    }
    room->is_locked = is_locked;
    for (size_t i = 0; i < room->members_count; i++) {
        note(hub, room->members[i]);
    }
    if (!is_locked) {
        pf_knocks_hurry(hub, room);
    }
}

static bool can_be_host(const struct pf_hub_member *member)
{
    return pf_capabilities_have(pf_hub_member_capabilities(member), PF_CAPABILITY_HOST);
}

/*
 * After a restart whoever waited at a locked door may be the first to enter. A member from before
 * takes the role back. Long after a restart a ticket from before is only an old one.
 */
static void take_role_back(struct pf_hub *hub, struct pf_hub_member *member,
                           const struct pf_ticket *ticket)
{
    const struct pf_hub_room *room = member->room;
    if (ticket->issued_s >= hub->started_s ||
        hub->now_ms - hub->started_ms >= hub->config.grace_ms || !can_be_host(member)) {
        return;
    }
    for (size_t i = 0; i < room->members_count; i++) {
        if (room->members[i]->is_host && room->members[i]->is_stranger) {
            set_host(hub, room->members[i], false);
            set_host(hub, member, true);
        }
    }
}

void pf_hosts_enter(struct pf_hub *hub, struct pf_hub_member *member, bool is_new,
                    const struct pf_ticket *ticket, bool is_appointed)
{
    struct pf_hub_room *room = member->room;
    member->is_stranger = is_new ? ticket->id == 0 : member->is_stranger;
    if (is_appointed) {
        set_host(hub, member, true);
    } else if (!hub->config.tokens.judge && is_new && ticket->id != 0) {
        take_role_back(hub, member, ticket);
    } else if (!hub->config.tokens.judge && !can_be_host(member)) {
        set_host(hub, member, false); /* it has come back with another client */
    }
    if (is_new && ticket->is_locked && pf_hosts_believe_tickets(hub, room)) {
        set_locked(hub, room, true);
    }
    pf_hosts_settle(hub, room);
    member->is_told = member->is_shown = true; /* by `joined` and `member` */
}

bool pf_hosts_believe_tickets(const struct pf_hub *hub, const struct pf_hub_room *room)
{
    return !hub->config.tokens.judge && !room->is_door_set &&
           hub->now_ms - room->created_ms < hub->config.grace_ms;
}

/*
 * Where nobody is left who can be a host, a locked door would stay locked. Members that are away
 * may return; and where tokens say who is a host, one with such a token may come at any time.
 */
void pf_hosts_settle(struct pf_hub *hub, struct pf_hub_room *room)
{
    struct pf_hub_member *next = NULL;
    bool may_have_host = false;
    if (hub->config.tokens.judge) {
        return;
    }
    for (size_t i = room->members_count; i > 0; i--) {
        struct pf_hub_member *member = room->members[i - 1];
        if (member->is_host) {
            return;
        }
        if (can_be_host(member)) {
            may_have_host = true;
            next = member->client != PF_HUB_CLIENT_NONE ? member : next;
        }
    }
    if (next) {
        set_host(hub, next, true);
    } else if (!may_have_host && pf_hub_room_is_connected(room)) {
        set_locked(hub, room, false);
    }
}

/* ---- what members are told ---- */

struct pf_terms pf_hosts_describe(const struct pf_hub_member *member)
{
    struct pf_terms terms = {
        .role = member->is_host ? PF_ROLE_HOST : PF_ROLE_MEMBER,
        .door = member->room->is_locked ? PF_DOOR_LOCKED : PF_DOOR_OPEN,
    };
    const struct pf_hub_knock *knock = member->is_host ? member->room->knocks : NULL;
    for (; knock; knock = knock->next) {
        PF_ASSERT(terms.knocks_count < PF_KNOCKS_MAX);
        terms.knocks[terms.knocks_count++] = pf_knock_describe(knock);
    }
    return terms;
}

struct pf_slice pf_hosts_write_ticket(struct pf_hub *hub, const struct pf_hub_member *member,
                                      struct pf_buffer *out)
{
    const struct pf_hub_room *room = member->room;
    const struct pf_ticket ticket = {member->id, hub->unix_s, room->is_locked};
    pf_ticket_write(&hub->config.signer, (struct pf_slice){room->name, room->name_size}, &ticket,
                    out);
    PF_ASSERT(!out->overflow);
    return pf_buffer_slice(out);
}

void pf_hosts_note_knocks(struct pf_hub *hub, struct pf_hub_room *room)
{
    for (size_t i = 0; i < room->members_count; i++) {
        if (room->members[i]->is_host) {
            note(hub, room->members[i]);
        }
    }
}

void pf_hosts_tell(struct pf_hub *hub, struct pf_hub_client *client)
{
    struct pf_hub_member *member = client->member;
    if (!member->is_told) {
        char ticket_data[PF_TICKET_SIZE_MAX];
        struct pf_buffer ticket;
        pf_buffer_init(&ticket, ticket_data, sizeof ticket_data);
        hub->message = (struct pf_message){
            .type = PF_MESSAGE_ROOM,
            .room = {.terms = pf_hosts_describe(member),
                     .ticket = pf_hosts_write_ticket(hub, member, &ticket)},
        };
        pf_hub_send(hub, client->number, pf_hub_write_message(hub));
        member->is_told = true;
    }
    if (!member->is_shown) {
        pf_hub_send_to_others(hub, member, NULL, pf_hub_write_member(hub, member));
        member->is_shown = true;
    }
}

/* ---- what hosts do ---- */

static void ask_for_quiet(struct pf_hub *hub, const struct pf_hub_member *host)
{
    hub->message = (struct pf_message){.type = PF_MESSAGE_MUTE, .mute = host->id};
    pf_hub_send_to_others(hub, host, NULL, pf_hub_write_message(hub));
}

/* To a member of the room, other than the host itself. False if there is none of that id, or none
 * that can be a host. */
static bool act_on_member(struct pf_hub *hub, struct pf_hub_member *host, pf_member_id id,
                          enum pf_host_action action)
{
    struct pf_hub_member *member = pf_hub_room_member(host->room, id);
    if (!member || member == host || (action == PF_HOST_APPOINT && !can_be_host(member))) {
        return false;
    }
    if (action == PF_HOST_REMOVE) {
        pf_hub_room_note_removed(host->room, id);
        pf_hub_member_remove(hub, member);
    } else {
        set_host(hub, member, true);
        set_host(hub, host, false);
    }
    return true;
}

static bool act(struct pf_hub *hub, struct pf_hub_member *host, enum pf_host_action action,
                pf_member_id id)
{
    switch (action) {
    case PF_HOST_OPEN:
    case PF_HOST_LOCK:
        host->room->is_door_set = true;
        set_locked(hub, host->room, action == PF_HOST_LOCK);
        return true;
    case PF_HOST_MUTE: ask_for_quiet(hub, host); return true;
    case PF_HOST_ADMIT:
    case PF_HOST_REFUSE: return pf_knocks_answer(hub, host->room, id, action == PF_HOST_ADMIT);
    case PF_HOST_REMOVE:
    case PF_HOST_APPOINT: return act_on_member(hub, host, id, action);
    }
    PF_UNREACHABLE();
}

void pf_hosts_act(struct pf_hub *hub, struct pf_hub_client *client, struct pf_slice text)
{
    struct pf_hub_member *host = client->member;
    if (!host) {
        pf_hub_client_fail(hub, client, PF_CODE_NOT_JOINED, "join a room first");
        return;
    }
    if (!host->is_host) {
        pf_hub_client_fail(hub, client, PF_CODE_NOT_HOST, "only a host may do that");
        return;
    }
    hub->message = (struct pf_message){.type = PF_MESSAGE_PING};
    if (pf_message_read(text, &hub->message) != PF_ERROR_OK) {
        pf_hub_client_fail(hub, client, PF_CODE_BAD_MESSAGE, "unknown action, or malformed");
        return;
    }
    const enum pf_host_action action = hub->message.host.action;
    const pf_member_id id = hub->message.host.id;
    pf_message_clear(&hub->message);
    if (!pf_token_bucket_take(&host->actions, &actions_rate, hub->now_ms, ACTIONS_MS)) {
        pf_hub_client_evict(hub, client);
        return;
    }
    if (!act(hub, host, action, id)) {
        pf_hub_fail_no_such_member(hub, client, id);
    }
}
