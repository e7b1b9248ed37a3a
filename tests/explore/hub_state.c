/*
 * hub_state.c - saves, restores and hashes the state of the relay's hub.
 *
 * Rate limits are not hashed: they are so high, and joins so few, that no world reaches them.
 */
/* SPDX-License-Identifier: MIT */
#include "hub_state.h"

#include "base/assert.h"
#include "relay/hub/output.h"
#include "relay/hub/state.h"

#include <string.h>

#define NO_CLIENT UINT32_MAX

static struct pf_hub_room *only_room(struct pf_hub *hub)
{
    struct pf_hub_room *found = NULL;
    PF_ASSERT(hub->rooms.count <= 1);
    for (size_t i = 0; i < hub->rooms.buckets_count && !found; i++) {
        found = hub->rooms.buckets[i];
    }
    return found;
}

void ex_hub_forget(struct pf_hub *hub)
{
    hub->timers.count = 0;
    for (uint32_t i = 0; i < hub->clients.size; i++) {
        struct pf_hub_client *client = hub->clients.by_number[i];
        if (client) {
            client->heartbeat.place = 0;
            pf_hub_clients_remove(&hub->clients, client);
        }
    }
    while (hub->rooms.count > 0) {
        struct pf_hub_member *member = only_room(hub)->members[0];
        member->grace.place = 0;
        pf_rooms_remove_member(&hub->rooms, member);
    }
    pf_hub_output_clear(hub);
}

/* How many timers of members were set before this one: the order of equal deadlines. */
static uint32_t rank_of(const struct pf_hub_room *room, const struct pf_hub_member *member)
{
    uint32_t rank = 0;
    for (size_t i = 0; i < room->members_count; i++) {
        rank +=
            room->members[i]->grace.place != 0 && room->members[i]->grace.age < member->grace.age;
    }
    return rank;
}

/* How many clients are older: the hub depends on their order only. */
static uint32_t age_of(const struct pf_hub *hub, const struct pf_hub_client *client)
{
    uint32_t older = 0;
    for (uint32_t i = 0; i < hub->clients.size; i++) {
        const struct pf_hub_client *other = hub->clients.by_number[i];
        older += other && other->order < client->order ? 1u : 0u;
    }
    return older;
}

static void visit_timer(struct pf_hub *hub, struct ex_visit *visit, struct pf_timer *timer)
{
    uint64_t deadline_ms = timer->place != 0 ? timer->deadline_ms : PF_DEADLINE_NONE;
    uint32_t age = timer->age;
    ex_visit_time(visit, &deadline_ms);
    ex_visit_unhashed(visit, &age, sizeof(age));
    if (visit->mode == EX_LOAD && deadline_ms != PF_DEADLINE_NONE) {
        const uint32_t age_next = hub->timers.age_next;
        hub->timers.age_next = age;
        pf_timers_set(&hub->timers, timer, deadline_ms);
        hub->timers.age_next = age_next;
    }
}

static void visit_name(struct ex_visit *visit, struct pf_hub_member *member)
{
    char both[PF_MEMBER_NAME_SIZE_MAX + PF_CAPABILITIES_SIZE_MAX];
    uint8_t name_size = member->name_size;
    uint8_t capabilities_size = member->capabilities_size;
    EX_VISIT(visit, name_size);
    EX_VISIT(visit, capabilities_size);
    const size_t size = (size_t)name_size + capabilities_size;
    if (size > 0 && visit->mode != EX_LOAD) {
        memcpy(both, member->name, size);
    }
    ex_visit_bytes(visit, both, size);
    if (visit->mode == EX_LOAD) {
        pf_hub_member_set_name(member, (struct pf_slice){both, name_size},
                               (struct pf_slice){both + name_size, capabilities_size});
    }
}

static void visit_member(struct pf_hub *hub, struct ex_visit *visit, struct pf_hub_room *room,
                         size_t index)
{
    struct pf_hub_member *member = visit->mode == EX_LOAD ? NULL : room->members[index];
    pf_member_id id = member ? member->id : 0;
    EX_VISIT(visit, id);
    if (visit->mode == EX_LOAD) {
        PF_ASSERT(pf_rooms_add_member(&hub->rooms, room, id, &member) == PF_ERROR_OK);
        member->grace = (struct pf_timer){.kind = PF_HUB_TIMER_GRACE};
    }
    ex_visit_unhashed(visit, &member->returns, sizeof(member->returns));
    EX_VISIT(visit, member->client);
    EX_VISIT(visit, member->instance);
    EX_VISIT(visit, member->is_named);
    /* Of full rooms: */
    ex_visit_unhashed(visit, &member->has_spoken, sizeof(member->has_spoken));
    ex_visit_unhashed(visit, &member->place_ms, sizeof(member->place_ms));
    visit_name(visit, member);
    visit_timer(hub, visit, &member->grace);
    if (visit->mode == EX_HASH && member->grace.place != 0) {
        uint32_t rank = rank_of(room, member);
        EX_VISIT(visit, rank);
    }
}

static void visit_room(struct pf_hub *hub, struct ex_visit *visit)
{
    struct pf_hub_room *room = only_room(hub);
    uint8_t members_count = room ? room->members_count : 0;
    EX_VISIT(visit, members_count);
    if (members_count == 0) {
        return;
    }
    char name[PF_ROOM_NAME_SIZE_MAX];
    uint8_t name_size = room ? room->name_size : 0;
    if (room) {
        memcpy(name, room->name, name_size);
    }
    EX_VISIT(visit, name_size);
    ex_visit_bytes(visit, name, name_size);
    if (visit->mode == EX_LOAD) {
        const struct pf_slice text = {name, name_size};
        PF_ASSERT(pf_rooms_add(&hub->rooms, text, &room) == PF_ERROR_OK);
    }
    ex_visit_unhashed(visit, &room->newcomers, sizeof(room->newcomers));
    ex_visit_unhashed(visit, &room->comebacks, sizeof(room->comebacks));
    for (size_t i = 0; i < members_count; i++) {
        visit_member(hub, visit, room, i);
    }
}

static void visit_client(struct pf_hub *hub, struct ex_visit *visit, uint32_t number)
{
    struct pf_hub_client *client = pf_hub_clients_find(&hub->clients, number);
    if (visit->mode == EX_LOAD) {
        PF_ASSERT(pf_hub_clients_add(&hub->clients, number, 0, &client) == PF_ERROR_OK);
        client->heartbeat = (struct pf_timer){.kind = PF_HUB_TIMER_HEARTBEAT};
    }
    pf_member_id id = client->member ? client->member->id : 0;
    EX_VISIT(visit, id);
    if (visit->mode == EX_LOAD && id != 0) {
        client->member = pf_hub_room_member(only_room(hub), id);
    }
    ex_visit_unhashed(visit, &client->order, sizeof(client->order));
    if (visit->mode == EX_HASH) {
        uint32_t older = age_of(hub, client);
        EX_VISIT(visit, older);
    }
    ex_visit_unhashed(visit, &client->heard_ms, sizeof(client->heard_ms));
    ex_visit_unhashed(visit, &client->ping_due_ms, sizeof(client->ping_due_ms));
    ex_visit_unhashed(visit, &client->messages, sizeof(client->messages));
    visit_timer(hub, visit, &client->heartbeat);
}

static void visit_clients(struct pf_hub *hub, struct ex_visit *visit)
{
    for (uint32_t number = 0;; number++) {
        while (visit->mode != EX_LOAD && number < hub->clients.size &&
               !hub->clients.by_number[number]) {
            number++;
        }
        const bool is_last = visit->mode != EX_LOAD && number >= hub->clients.size;
        uint32_t next = is_last ? NO_CLIENT : number;
        EX_VISIT(visit, next);
        if (next == NO_CLIENT) {
            break;
        }
        number = next;
        visit_client(hub, visit, number);
    }
}

void ex_hub_visit(struct pf_hub *hub, struct ex_visit *visit)
{
    if (visit->mode == EX_LOAD) {
        ex_hub_forget(hub);
        PF_ASSERT(pf_timers_reserve(&hub->timers, 16) == PF_ERROR_OK);
    }
    ex_visit_unhashed(visit, &hub->now_ms, sizeof(hub->now_ms));
    ex_visit_unhashed(visit, &hub->unix_s, sizeof(hub->unix_s));
    ex_visit_unhashed(visit, &hub->signals, sizeof(hub->signals));
    ex_visit_unhashed(visit, &hub->timers.age_next, sizeof(hub->timers.age_next));
    visit_room(hub, visit);
    visit_clients(hub, visit);
    /* After the clients, since adding them has changed it. */
    ex_visit_unhashed(visit, &hub->clients.last_order, sizeof(hub->clients.last_order));
}
