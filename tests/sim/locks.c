/*
 * locks.c - that no event changes a room's door or host that must not.
 *
 * Looks into the hub, and follows PROTOCOL.md section 3.1: what opens a locked door is a host, or
 * that there can be none, or time. A lost connection does not, an old ticket does not pass it, and
 * no join takes the role from a host, except after a restart.
 */
/* SPDX-License-Identifier: MIT */
#include "locks.h"

#include "relay.h"
#include "relay/hub/state.h"
#include "tab.h"

#include <string.h>

/* What follows `before` in the text, or NULL. */
static const char *find(struct pf_slice text, const char *before)
{
    const size_t size = strlen(before);
    for (size_t i = 0; i + size < text.size; i++) {
        if (memcmp(text.data + i, before, size) == 0) {
            return text.data + i + size;
        }
    }
    return NULL;
}

static bool is_join(const struct pf_hub_event *event)
{
    return event->type == PF_HUB_CLIENT_TEXT && find(event->text, "{\"type\":\"join\"") != NULL;
}

/* When a ticket was issued. See ticket.h. */
static uint64_t ticket_issued_s(const char *ticket)
{
    uint64_t expiry_s = 0;
    ticket += PF_MEMBER_ID_DIGITS + 1;
    ticket += *ticket == 'l' ? 1 : 0;
    for (; *ticket >= '0' && *ticket <= '9'; ticket++) {
        expiry_s = expiry_s * 10 + (uint64_t)(*ticket - '0');
    }
    return expiry_s > PF_TICKET_LIFETIME_S ? expiry_s - PF_TICKET_LIFETIME_S : 0;
}

/* When the ticket in a join was issued; 0 if there is none. */
static uint64_t issued_s(struct pf_slice join)
{
    const char *ticket = find(join, "\"ticket\":\"");
    return ticket ? ticket_issued_s(ticket) : 0;
}

static pf_member_id id_in_ticket(struct pf_slice join)
{
    const char *ticket = find(join, "\"ticket\":\"");
    return ticket ? pf_member_id_read((struct pf_slice){ticket, PF_MEMBER_ID_DIGITS}) : 0;
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

struct sim_lock sim_lock_before(struct sim_world *world, const struct sim_relay *relay,
                                const struct sim_socket *from, const struct pf_hub_event *event)
{
    struct sim_lock lock = {.room = {NULL, 0}};
    const bool is_relevant = is_join(event) || event->type == PF_HUB_CLIENT_CLOSED;
    if (!from || !is_relevant || from->tab->host >= SIM_HOSTS_MAX || world->faults.tokens ||
        relay->deadline_ms <= event->now_ms) { /* timers are due, too */
        return lock;
    }
    const struct pf_slice name = name_of(world, from->tab->host);
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
                      !pf_hub_room_member(room, id_in_ticket(event->text));
    }
    return lock;
}

static bool can_be_host(const struct pf_hub_member *member)
{
    return pf_capabilities_have(pf_hub_member_capabilities(member), PF_CAPABILITY_HOST);
}

void sim_lock_after(struct sim_world *world, const struct sim_relay *relay,
                    const struct sim_socket *from, const struct pf_hub_event *event,
                    const struct sim_lock *lock)
{
    if (lock->room.size == 0) {
        return;
    }
    const struct pf_hub *hub = sim_relay_hub(relay);
    const struct pf_hub_room *room = pf_rooms_find(&hub->rooms, lock->room);
    const struct pf_hub_client *client = pf_hub_clients_find(&hub->clients, event->client);
    const struct pf_hub_member *host =
        room && lock->host != 0 ? pf_hub_room_member(room, lock->host) : NULL;
    if (event->type == PF_HUB_CLIENT_CLOSED && lock->is_locked && !(room && room->is_locked)) {
        sim_fail(world, "a lost connection of %s opens a door", sim_tab_name(world, from->tab));
    }
    if (lock->knocks && client && client->member) {
        sim_fail(world, "%s passes a locked door with an old ticket",
                 sim_tab_name(world, from->tab));
    }
    if (is_join(event) && host && !host->is_host && can_be_host(host) &&
        (issued_s(event->text) >= hub->started_s ||
         event->now_ms - hub->started_ms >= SIM_GRACE_MS)) {
        sim_fail(world, "%s takes the role from a host", sim_tab_name(world, from->tab));
    }
}
