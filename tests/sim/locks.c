/*
 * locks.c - that no event changes a room's door or host that must not.
 *
 * Looks into the hub, and follows PROTOCOL.md section 3.1: what opens a locked door is a host, or
 * that there can be none, or time. A lost connection does not, an old ticket does not pass it, and
 * no join takes the role from a host, except after a restart. And whom a host has removed stays
 * out.
 */
/* SPDX-License-Identifier: MIT */
#include "locks.h"

#include "relay.h"
#include "relay/hub/state.h"
#include "tab.h"
#include "text.h"

static bool says(const struct pf_hub_event *event, const char *beginning)
{
    return event->type == PF_HUB_CLIENT_TEXT && sim_text_after(event->text, beginning).data;
}

static bool is_join(const struct pf_hub_event *event)
{
    return says(event, "{\"type\":\"join\"");
}

/* When the ticket in a join was issued; 0 if there is none. See ticket.h. */
static uint64_t issued_s(struct pf_slice join)
{
    struct pf_slice ticket = sim_text_after(join, "\"ticket\":\"");
    if (!ticket.data) {
        return 0;
    }
    const size_t skip = PF_MEMBER_ID_DIGITS + 1 + (ticket.data[PF_MEMBER_ID_DIGITS + 1] == 'l');
    const uint64_t expiry_s =
        sim_text_number((struct pf_slice){ticket.data + skip, ticket.size - skip});
    return expiry_s > PF_TICKET_LIFETIME_S ? expiry_s - PF_TICKET_LIFETIME_S : 0;
}

/* The member id that follows `before`, or 0. */
static pf_member_id id_after(struct pf_slice text, const char *before)
{
    const struct pf_slice id = sim_text_after(text, before);
    return id.data ? pf_member_id_read((struct pf_slice){id.data, PF_MEMBER_ID_DIGITS}) : 0;
}

static struct pf_slice name_of(const struct sim_world *world, uint32_t host)
{
    return pf_slice_of(sim_tab_room_name(world->hosts[host].room));
}

/* PROTOCOL.md 3.1: a room as new as this one believes tickets, until a host sets its door. */
static bool believes(const struct sim_world *world, const struct pf_hub_room *room)
{
    return !room->is_door_set && world->now_us / 1000 - room->created_ms < SIM_GRACE_MS;
}

/* ---- whom a host has removed ---- */

static bool is_of(const struct sim_world *world, const struct sim_removed *removed,
                  const struct sim_relay *relay)
{
    return removed->relay == (uint32_t)(relay - world->relays) &&
           removed->start == relay->starts_count;
}

static void note_removed(struct sim_world *world, const struct sim_relay *relay, uint32_t at,
                         pf_member_id id)
{
    const struct pf_hub_room *room =
        pf_rooms_find(&sim_relay_hub(relay)->rooms, pf_slice_of(sim_tab_room_name(at)));
    if (!room || pf_hub_room_member(room, id)) {
        return;
    }
    world->removed[world->removed_count++ % SIM_REMOVED_MAX] = (struct sim_removed){
        .id = id,
        .relay = (uint32_t)(relay - world->relays),
        .start = relay->starts_count,
        .room = at,
        .created_ms = room->created_ms,
    };
}

/* Whom the host wants to be removed, if that is a member of its room; or 0. */
static pf_member_id find_removed(const struct sim_world *world, const struct sim_relay *relay,
                                 const struct sim_tab *host, const struct pf_hub_event *event)
{
    const pf_member_id id = id_after(event->text, "\"id\":\"");
    const struct pf_hub_room *room =
        pf_rooms_find(&sim_relay_hub(relay)->rooms, name_of(world, host->host));
    const bool timers_are_due = relay->deadline_ms <= event->now_ms;
    return room && !timers_are_due && pf_hub_room_member(room, id) ? id : 0;
}

/* A room that is new has forgotten. */
static void check_removed(struct sim_world *world, const struct sim_relay *relay)
{
    for (size_t i = 0; i < SIM_REMOVED_MAX && i < world->removed_count; i++) {
        const struct sim_removed *removed = &world->removed[i];
        if (!is_of(world, removed, relay)) {
            continue;
        }
        const struct pf_hub_room *room = pf_rooms_find(
            &sim_relay_hub(relay)->rooms, pf_slice_of(sim_tab_room_name(removed->room)));
        if (room && room->created_ms == removed->created_ms &&
            pf_hub_room_member(room, removed->id)) {
            sim_fail(world, "a member that a host has removed is back in %s",
                     sim_tab_room_name(removed->room));
        }
    }
}

/* ---- before and after each event ---- */

struct sim_lock sim_lock_before(struct sim_world *world, const struct sim_relay *relay,
                                const struct sim_tab *from, const struct pf_hub_event *event)
{
    struct sim_lock lock = {.room = {NULL, 0}};
    if (world->faults.doors_per_minute > 0 && from && says(event, "\"action\":\"remove\"")) {
        lock.removed = find_removed(world, relay, from, event);
    }
    const bool is_relevant = is_join(event) || event->type == PF_HUB_CLIENT_CLOSED;
    if (!from || !is_relevant || from->host >= SIM_HOSTS_MAX || world->faults.tokens ||
        relay->deadline_ms <= event->now_ms) { /* timers are due, too */
        return lock;
    }
    const struct pf_slice name = name_of(world, from->host);
    const struct pf_hub_room *room = pf_rooms_find(&sim_relay_hub(relay)->rooms, name);
    if (!room) {
        return lock;
    }
    lock.room = name;
    lock.is_locked = room->is_locked;
    for (size_t i = 0; i < room->members_count; i++) {
        lock.host = room->members[i]->is_host ? room->members[i]->id : lock.host;
    }
    if (is_join(event)) {
        lock.knocks = room->is_locked && !believes(world, room) &&
                      issued_s(event->text) < room->created_s &&
                      !pf_hub_room_member(room, id_after(event->text, "\"ticket\":\""));
    }
    return lock;
}

static bool can_be_host(const struct pf_hub_member *member)
{
    return pf_capabilities_have(pf_hub_member_capabilities(member), PF_CAPABILITY_HOST);
}

void sim_lock_after(struct sim_world *world, const struct sim_relay *relay,
                    const struct sim_tab *from, const struct pf_hub_event *event,
                    const struct sim_lock *lock)
{
    if (lock->removed != 0) {
        note_removed(world, relay, world->hosts[from->host].room, lock->removed);
    }
    check_removed(world, relay);
    if (lock->room.size == 0) {
        return;
    }
    const struct pf_hub *hub = sim_relay_hub(relay);
    const struct pf_hub_room *room = pf_rooms_find(&hub->rooms, lock->room);
    const struct pf_hub_client *client = pf_hub_clients_find(&hub->clients, event->client);
    const struct pf_hub_member *host =
        room && lock->host != 0 ? pf_hub_room_member(room, lock->host) : NULL;
    if (event->type == PF_HUB_CLIENT_CLOSED && lock->is_locked && !(room && room->is_locked)) {
        sim_fail(world, "a lost connection of %s opens a door", sim_tab_name(world, from));
    }
    if (lock->knocks && client && client->member) {
        sim_fail(world, "%s passes a locked door with an old ticket", sim_tab_name(world, from));
    }
    if (is_join(event) && host && !host->is_host && can_be_host(host) &&
        (issued_s(event->text) >= hub->started_s ||
         event->now_ms - hub->started_ms >= SIM_GRACE_MS)) {
        sim_fail(world, "%s takes the role from a host", sim_tab_name(world, from));
    }
}
