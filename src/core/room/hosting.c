/* hosting.c - one's role in the room, its door, and who knocks. */
/* SPDX-License-Identifier: MIT */
#include "core/room/hosting.h"

#include "core/room/room_internal.h"

void pf_hosting_init(struct pf_hosting *hosting)
{
    *hosting = (struct pf_hosting){.is_host = false};
}

/* Whether the page has been shown just these, in this order. */
static bool are_known(const struct pf_hosting *hosting, const struct pf_terms *terms)
{
    bool are_same = hosting->knocks_count == terms->knocks_count;
    for (size_t i = 0; are_same && i < terms->knocks_count; i++) {
        are_same = hosting->knocks[i] == terms->knocks[i].id;
    }
    return are_same;
}

void pf_hosting_take(struct pf_room *room, const struct pf_terms *terms)
{
    struct pf_hosting *hosting = &room->hosting;
    hosting->is_host = terms->role == PF_ROLE_HOST;
    hosting->is_locked = terms->door == PF_DOOR_LOCKED;
    hosting->is_knocking = false;
    room->membership.is_changed = true;
    if (are_known(hosting, terms)) {
        return;
    }
    hosting->knocks_count = terms->knocks_count;
    for (size_t i = 0; i < terms->knocks_count; i++) {
        hosting->knocks[i] = terms->knocks[i].id;
    }
    struct pf_command *command = pf_outbox_push(&room->context.outbox, PF_COMMAND_SHOW_KNOCKS);
    command->knocks.list = terms->knocks_count > 0 ? terms->knocks : NULL;
    command->knocks.count = terms->knocks_count;
}

void pf_hosting_knock(struct pf_room *room)
{
    if (room->session.state == PF_RELAY_SESSION_JOINING) {
        pf_relay_session_be_patient(&room->session);
        room->hosting.is_knocking = true;
        room->membership.is_changed = true;
    } else {
        room->context.counters.unreadable++;
    }
}

/* It is up to the user: what a host asks for is done once, and can be undone. */
void pf_hosting_obey(struct pf_room *room, pf_member_id host)
{
    struct pf_event event = {.type = PF_EVENT_SET_SOURCE};
    /* What is wanted decides: a microphone that is being opened, or plugged in, would be on. */
    if (!room->media.captures[PF_SOURCE_MICROPHONE].on || !pf_roster_find(&room->roster, host)) {
        return;
    }
    event.set_source.source = PF_SOURCE_MICROPHONE;
    event.set_source.on = false;
    pf_media_handle(&room->media, &room->context, &event);
    pf_outbox_push(&room->context.outbox, PF_COMMAND_SHOW_MUTED)->muted_by = host;
}

void pf_hosting_act(struct pf_room *room, const struct pf_event *event)
{
    struct pf_context *context = &room->context;
    if (context->joined && room->hosting.is_host) {
        context->outbox.message.host.action = event->host.action;
        context->outbox.message.host.id = event->host.id;
        pf_relay_session_send(&room->session, context, PF_MESSAGE_HOST);
    }
}

void pf_hosting_follow(struct pf_room *room)
{
    struct pf_hosting *hosting = &room->hosting;
    const enum pf_room_state state = room->membership.state;
    const bool is_inside = state == PF_ROOM_JOINED || state == PF_ROOM_RECONNECTING;
    const bool is_waiting = room->session.state == PF_RELAY_SESSION_JOINING;
    if (hosting->is_knocking && !is_waiting) {
        hosting->is_knocking = false;
        room->membership.is_changed = true;
    }
    if (!is_inside && (hosting->is_host || hosting->is_locked)) {
        const struct pf_terms none = {.knocks_count = 0};
        pf_hosting_take(room, &none);
    }
}
