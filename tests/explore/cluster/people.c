/* people.c - the people of a world: they join, and come back when they are closed. */
/* SPDX-License-Identifier: MIT */
#include "people.h"

#include "base/assert.h"
#include "protocol/message.h"

#include <string.h>

enum { AGAIN_MS = 500 };

void people_begin(struct cluster_world *world)
{
    for (uint32_t i = 0; i < PEOPLE; i++) {
        world->people[i] = (struct cluster_person){.relay = i, .again_ms = UINT64_MAX};
    }
}

static void connect(struct cluster_world *world, uint32_t at)
{
    struct cluster_person *person = &world->people[at];
    person->again_ms = UINT64_MAX;
    if (!world->relays[person->relay].cluster || world->relays[person->relay].is_closed) {
        person->relay = (person->relay + 1) % RELAYS;
    }
    struct cluster_relay *relay = &world->relays[person->relay];
    person->client = relay->clients[0] == PEOPLE ? 0 : 1;
    PF_ASSERT(relay->clients[person->client] == PEOPLE);
    relay->clients[person->client] = at;
    person->is_connected = true;
    person->has_joined = false;
    world_tell(world, person->relay,
               &(struct pf_hub_event){.type = PF_HUB_CLIENT_OPENED, .client = person->client});
}

void people_come(struct cluster_world *world, uint32_t at)
{
    world->people[at].wants = true;
    connect(world, at);
}

void people_leave(struct cluster_world *world, uint32_t at)
{
    struct cluster_person *person = &world->people[at];
    person->wants = false;
    person->again_ms = UINT64_MAX;
    if (person->is_connected) {
        world_tell(world, person->relay,
                   &(struct pf_hub_event){.type = PF_HUB_CLIENT_TEXT,
                                          .client = person->client,
                                          .text = PF_SLICE("{\"type\":\"leave\"}")});
    }
}

void people_closed(struct cluster_world *world, uint32_t at)
{
    struct cluster_person *person = &world->people[at];
    person->is_connected = person->has_joined = false;
    person->again_ms = person->wants ? world->now_ms + AGAIN_MS : UINT64_MAX;
}

static void join(struct cluster_world *world, uint32_t at)
{
    const struct cluster_person *person = &world->people[at];
    char data[512];
    struct pf_buffer text;
    struct pf_message message = {
        .type = PF_MESSAGE_JOIN,
        .join = {.room = world_room,
                 .name = at == 0 ? PF_SLICE("Ann") : PF_SLICE("Ben"),
                 .instance = at + 1,
                 .ticket = {person->ticket, strlen(person->ticket)}},
    };
    pf_buffer_init(&text, data, sizeof data);
    pf_message_write(&message, &text);
    PF_ASSERT(!text.overflow);
    /* After what it answers to has been handled. */
    world->people[at].join_size = text.size;
    memcpy(world->people[at].join, data, text.size);
    world->people[at].again_ms = world->now_ms;
}

/* The place of that member among those that are seen, or a free one for 0. */
static size_t find(const struct cluster_person *person, pf_member_id id)
{
    size_t at = 0;
    while (at < OTHERS_MAX && person->others[at].id != id) {
        at++;
    }
    return at;
}

static void see(struct cluster_person *person, const struct pf_member *member)
{
    size_t at = find(person, member->id);
    at = at < OTHERS_MAX ? at : find(person, 0);
    PF_ASSERT(at < OTHERS_MAX);
    person->others[at].id = member->id;
    person->others[at].is_away = member->away;
}

static void on_joined(struct cluster_person *person, const struct pf_message *message)
{
    person->has_joined = true;
    person->self = message->joined.self;
    memset(person->others, 0, sizeof person->others);
    PF_ASSERT(message->joined.ticket.size < sizeof person->ticket);
    memcpy(person->ticket, message->joined.ticket.data, message->joined.ticket.size);
    person->ticket[message->joined.ticket.size] = '\0';
    for (size_t i = 0; i < message->joined.members_count; i++) {
        see(person, &message->joined.members[i]);
    }
}

static void on_error(struct cluster_world *world, uint32_t at, const struct pf_message *message)
{
    (void)snprintf(world->failure, sizeof world->failure, "person %u is told: %.*s", at,
                   (int)message->error.message.size, message->error.message.data);
}

void people_told(struct cluster_world *world, uint32_t at, struct pf_slice text)
{
    struct cluster_person *person = &world->people[at];
    struct pf_message message = {.type = PF_MESSAGE_PING};
    PF_ASSERT(pf_message_read(text, &message) == PF_ERROR_OK);
    if (message.type == PF_MESSAGE_HELLO) {
        join(world, at);
    } else if (message.type == PF_MESSAGE_JOINED) {
        on_joined(person, &message);
    } else if (message.type == PF_MESSAGE_MEMBER) {
        see(person, &message.member.member);
    } else if (message.type == PF_MESSAGE_LEFT && find(person, message.left.id) < OTHERS_MAX) {
        person->others[find(person, message.left.id)].id = 0;
    } else if (message.type == PF_MESSAGE_ERROR) {
        on_error(world, at, &message);
    }
    pf_message_clear(&message);
}

uint64_t people_deadline_ms(const struct cluster_world *world)
{
    const uint64_t a_ms = world->people[0].again_ms;
    const uint64_t b_ms = world->people[1].again_ms;
    return a_ms < b_ms ? a_ms : b_ms;
}

void people_timeout(struct cluster_world *world)
{
    for (uint32_t i = 0; i < PEOPLE; i++) {
        struct cluster_person *person = &world->people[i];
        if (person->again_ms > world->now_ms) {
            continue;
        }
        person->again_ms = UINT64_MAX;
        if (!person->is_connected) {
            connect(world, i);
        }
        if (person->join_size > 0 && person->is_connected) {
            const size_t size = person->join_size;
            person->join_size = 0;
            person->again_ms = UINT64_MAX;
            world_tell(world, person->relay,
                       &(struct pf_hub_event){.type = PF_HUB_CLIENT_TEXT,
                                              .client = person->client,
                                              .text = {person->join, size}});
        }
    }
}

static const char *amiss_of(const struct cluster_person *person, const struct cluster_person *other)
{
    if (!person->wants) {
        return person->is_connected ? "who has left is still connected" : NULL;
    }
    if (!person->has_joined) {
        return "a person is not in the room";
    }
    const size_t at = other->wants ? find(person, other->self) : OTHERS_MAX;
    if (other->wants && (at == OTHERS_MAX || person->others[at].is_away)) {
        return at == OTHERS_MAX ? "a person does not see the other"
                                : "a person sees the other as away";
    }
    for (size_t i = 0; i < OTHERS_MAX; i++) {
        if (i != at && person->others[i].id != 0) {
            return "a person sees one who is not there";
        }
    }
    return NULL;
}

const char *people_amiss(const struct cluster_world *world)
{
    const char *first = amiss_of(&world->people[0], &world->people[1]);
    return first ? first : amiss_of(&world->people[1], &world->people[0]);
}
