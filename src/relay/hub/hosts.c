/*
 * hosts.c - who is host of a room, and what hosts do.
 *
 * What changes for many is not sent in one go: a member that has to be told has its timer set to
 * now, and is told when that fires. So no event has more than a few outputs.
 *
 * A relay that has been restarted knows of a room only what the tickets of its members say: whether
 * they were hosts, and whether the room was locked. Tickets are believed in this for as long as the
 * room is young; later the room itself is what counts.
 */
/* SPDX-License-Identifier: MIT */
#include "relay/hub/hosts.h"

#include "base/assert.h"
#include "relay/hub/knocks.h"
#include "relay/hub/output.h"
#include "relay/hub/presence.h"

static void note(struct pf_hub *hub, struct pf_hub_member *member)
{
    member->is_told = false;
    if (member->client != PF_CLIENT_NONE) {
        pf_hub_client_hurry(hub, pf_clients_find(&hub->clients, member->client));
    }
}

static void set_host(struct pf_hub *hub, struct pf_hub_member *member, bool is_host, bool by_chance)
{
    if (member->is_host != is_host) {
        member->is_shown = false;
        note(hub, member);
    }
    member->is_host = is_host;
    member->room->had_host = member->room->had_host || is_host;
    member->is_host_by_chance = is_host && by_chance;
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

static bool is_young(const struct pf_hub *hub, const struct pf_hub_room *room)
{
    return hub->now_ms - room->created_ms < hub->config.grace_ms;
}

void pf_hosts_enter(struct pf_hub *hub, struct pf_hub_member *member, bool is_new,
                    const struct pf_ticket *ticket, bool is_appointed)
{
    struct pf_hub_room *room = member->room;
    const bool is_first = is_new && room->members_count == 1 && ticket->id == 0;
    if (is_appointed) {
        set_host(hub, member, true, false);
    } else if (is_new && ticket->is_host && is_young(hub, room)) {
        for (size_t i = 0; i < room->members_count; i++) {
            if (room->members[i]->is_host_by_chance) {
                set_host(hub, room->members[i], false, false);
            }
        }
        set_host(hub, member, true, false);
    } else if (is_first && !hub->config.tokens.judge) {
        set_host(hub, member, true, true);
    }
    if (ticket->is_locked && is_young(hub, room)) {
        set_locked(hub, room, true);
    }
    member->is_told = member->is_shown = true; /* by `joined` and `member` */
}

/* Where tokens say who is a host, nobody becomes one by chance. */
void pf_hosts_settle(struct pf_hub *hub, struct pf_hub_room *room)
{
    struct pf_hub_member *next = NULL;
    for (size_t i = room->members_count; i > 0; i--) {
        struct pf_hub_member *member = room->members[i - 1];
        if (member->is_host) {
            return;
        }
        next = member->client != PF_CLIENT_NONE ? member : next;
    }
    if (next && !hub->config.tokens.judge && (room->had_host || !is_young(hub, room))) {
        set_host(hub, next, true, true);
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
    const struct pf_ticket ticket = {member->id, member->is_host, room->is_locked};
    pf_ticket_write(&hub->config.signer, (struct pf_slice){room->name, room->name_size}, &ticket,
                    hub->unix_s + PF_TICKET_LIFETIME_S, out);
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
    pf_hosts_settle(hub, member->room);
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

/* To a member of the room, other than the host itself. False if there is none of that id. */
static bool act_on_member(struct pf_hub *hub, struct pf_hub_member *host, pf_member_id id,
                          enum pf_host_action action)
{
    struct pf_hub_member *member = pf_hub_room_member(host->room, id);
    if (!member || member == host) {
        return false;
    }
    if (action == PF_HOST_REMOVE) {
        pf_hub_room_note_removed(host->room, id);
        pf_hub_member_remove(hub, member);
    } else {
        set_host(hub, member, true, false);
        set_host(hub, host, false, false);
    }
    return true;
}

static bool act(struct pf_hub *hub, struct pf_hub_member *host, enum pf_host_action action,
                pf_member_id id)
{
    switch (action) {
    case PF_HOST_OPEN:
    case PF_HOST_LOCK: set_locked(hub, host->room, action == PF_HOST_LOCK); return true;
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
    if (!act(hub, host, action, id)) {
        pf_hub_fail_no_such_member(hub, client, id);
    }
}
