/* knocks.c - who waits at the locked doors of rooms. */
/* SPDX-License-Identifier: MIT */
#include "relay/hub/knocks.h"

#include "base/assert.h"
#include "relay/hub/elsewhere.h"
#include "relay/hub/hosts.h"
#include "relay/hub/output.h"
#include "relay/hub/presence.h"

#include <stdlib.h>
#include <string.h>

static uint64_t address_of(const struct pf_hub *hub, const struct pf_hub_client *client)
{
    const struct pf_hub_doorkeeper *doorkeeper = &hub->config.doorkeeper;
    return doorkeeper->address ? doorkeeper->address(doorkeeper->user, client->number) : 0;
}

const char *pf_knock_why_not(const struct pf_hub *hub, const struct pf_hub_client *client,
                             const struct pf_hub_room *room)
{
    const uint64_t address = address_of(hub, client);
    size_t count = 0;
    size_t count_of_address = 0;
    for (const struct pf_hub_knock *knock = room->knocks; knock; knock = knock->next) {
        count++;
        count_of_address += address != 0 && knock->address == address ? 1 : 0;
    }
    return count >= PF_KNOCKS_MAX ? "too many wait at the door"
           : count_of_address >= PF_HUB_KNOCKS_OF_ADDRESS_MAX
               ? "too many of this address wait at the door"
               : NULL;
}

static struct pf_hub_knock *make(struct pf_hub *hub, struct pf_hub_client *client,
                                 struct pf_hub_room *room, const struct pf_hub_newcomer *newcomer)
{
    struct pf_hub_knock *knock = malloc(sizeof *knock);
    if (!knock) {
        return NULL;
    }
    *knock = (struct pf_hub_knock){
        .id = pf_hub_draw_id(hub, room),
        .ticket_id = newcomer->ticket.id,
        .issued_s = newcomer->ticket.issued_s,
        .address = address_of(hub, client),
        .client = client,
        .room = room,
        .is_named = newcomer->is_named,
        .instance = newcomer->instance,
        .room_name_size = room->name_size,
        .name_size = (uint8_t)newcomer->name.size,
        .capabilities_size = (uint8_t)newcomer->capabilities.size,
    };
    memcpy(knock->room_name, room->name, room->name_size);
    if (newcomer->name.size > 0) {
        memcpy(knock->name, newcomer->name.data, newcomer->name.size);
    }
    if (newcomer->capabilities.size > 0) {
        memcpy(knock->capabilities, newcomer->capabilities.data, newcomer->capabilities.size);
    }
    return knock;
}

void pf_knock_begin(struct pf_hub *hub, struct pf_hub_client *client, struct pf_hub_room *room,
                    const struct pf_hub_newcomer *newcomer)
{
    struct pf_hub_knock **last = &room->knocks;
    while (*last) {
        last = &(*last)->next;
    }
    struct pf_hub_knock *knock = make(hub, client, room, newcomer);
    if (!knock) {
        pf_hub_client_fail(hub, client, PF_CODE_RELAY_FULL, "the relay is full");
        return;
    }
    *last = client->knock = knock;
    pf_hub_send_type(hub, client->number, PF_MESSAGE_KNOCKING);
    pf_hosts_note_knocks(hub, room);
}

void pf_knock_end(struct pf_hub *hub, struct pf_hub_client *client)
{
    struct pf_hub_knock *knock = client->knock;
    if (!knock) {
        return;
    }
    if (knock->room) {
        struct pf_hub_knock **at = &knock->room->knocks;
        while (*at != knock) {
            PF_ASSERT(*at);
            at = &(*at)->next;
        }
        *at = knock->next;
        pf_hosts_note_knocks(hub, knock->room);
    }
    client->knock = NULL;
    free(knock);
}

bool pf_knock_settle(struct pf_hub *hub, struct pf_hub_client *client)
{
    const struct pf_hub_knock *knock = client->knock;
    if (!knock || (knock->room && knock->room->is_locked && !knock->is_admitted)) {
        return true;
    }
    const struct pf_hub_knock copy = *knock;
    const struct pf_hub_newcomer newcomer = {
        .name = {copy.name, copy.name_size},
        .capabilities = {copy.capabilities, copy.capabilities_size},
        .instance = copy.instance,
        /* Only who it is, and since when: the door has been decided about. */
        .ticket = {.id = copy.ticket_id, .issued_s = copy.issued_s},
        .is_named = copy.is_named,
        .has_knocked = true,
    };
    const struct pf_slice room = {copy.room_name, copy.room_name_size};
    pf_knock_end(hub, client);
    if (pf_hub_is_elsewhere(hub, room)) {
        pf_hub_client_dismiss(hub, client); /* the room has moved: it knocks there */
        return false;
    }
    return pf_hub_admit(hub, client, room, &newcomer);
}

struct pf_knock pf_knock_describe(const struct pf_hub_knock *knock)
{
    return (struct pf_knock){knock->id, {knock->name, knock->name_size}};
}

bool pf_knocks_answer(struct pf_hub *hub, struct pf_hub_room *room, pf_member_id id, bool admit)
{
    struct pf_hub_knock *knock = room->knocks;
    while (knock && knock->id != id) {
        knock = knock->next;
    }
    if (!knock) {
        return false;
    }
    if (admit) {
        knock->is_admitted = true;
        pf_hub_client_hurry(hub, knock->client);
    } else {
        pf_hub_client_fail(hub, knock->client, PF_CODE_REFUSED, "a host does not let you in");
    }
    return true;
}

void pf_knocks_hurry(struct pf_hub *hub, const struct pf_hub_room *room)
{
    for (const struct pf_hub_knock *knock = room->knocks; knock; knock = knock->next) {
        pf_hub_client_hurry(hub, knock->client);
    }
}

void pf_knocks_orphan(struct pf_hub *hub, struct pf_hub_room *room)
{
    pf_knocks_hurry(hub, room);
    while (room->knocks) {
        struct pf_hub_knock *knock = room->knocks;
        room->knocks = knock->next;
        knock->room = NULL;
        knock->next = NULL;
    }
}
