/* rooms.c - the relay's table of rooms and their members. */
/* SPDX-License-Identifier: MIT */
#include "relay/hub/rooms.h"

#include "base/assert.h"
#include "relay/hub/siphash.h"

#include <stdlib.h>
#include <string.h>

/* With the 8 bytes of glibc's malloc(), a multiple of 16. */
_Static_assert(sizeof(void *) != 8 || sizeof(struct pf_hub_member) <= 88, "a member is small");

enum { BUCKETS_MIN = 64, MEMBERS_MIN = 2 /* of a room: nearly all have two */ };

static struct pf_hub_room **bucket_of(const struct pf_rooms *rooms, uint64_t hash)
{
    return &rooms->buckets[hash & (rooms->buckets_count - 1)];
}

/* Keeps the chains at about one room. If memory is short, they stay longer. */
static void grow(struct pf_rooms *rooms)
{
    const size_t buckets_count = rooms->buckets_count > 0 ? 2 * rooms->buckets_count : BUCKETS_MIN;
    struct pf_rooms grown = *rooms;
    grown.buckets = calloc(buckets_count, sizeof *grown.buckets);
    grown.buckets_count = buckets_count;
    if (!grown.buckets) {
        return;
    }
    for (size_t i = 0; i < rooms->buckets_count; i++) {
        struct pf_hub_room *next = NULL;
        for (struct pf_hub_room *room = rooms->buckets[i]; room; room = next) {
            struct pf_hub_room **bucket = bucket_of(&grown, room->hash);
            next = room->next;
            room->next = *bucket;
            *bucket = room;
        }
    }
    free(rooms->buckets);
    *rooms = grown;
}

void pf_rooms_init(struct pf_rooms *rooms, size_t count_max, const uint64_t key[2])
{
    *rooms = (struct pf_rooms){.count_max = count_max, .key = {key[0], key[1]}};
}

static void free_member(struct pf_hub_member *member)
{
    free(member->name);
    free(member);
}

static void free_room(struct pf_hub_room *room)
{
    free(room->removed);
    free(room->members);
    free(room);
}

void pf_rooms_clear(struct pf_rooms *rooms)
{
    for (size_t i = 0; i < rooms->buckets_count; i++) {
        struct pf_hub_room *next = NULL;
        for (struct pf_hub_room *room = rooms->buckets[i]; room; room = next) {
            next = room->next;
            for (size_t k = 0; k < room->members_count; k++) {
                free_member(room->members[k]);
            }
            free_room(room);
        }
    }
    free(rooms->buckets);
    *rooms = (struct pf_rooms){.buckets = NULL};
}

struct pf_hub_room *pf_rooms_find(const struct pf_rooms *rooms, struct pf_slice name)
{
    if (rooms->buckets_count == 0) {
        return NULL;
    }
    const uint64_t hash = pf_siphash(rooms->key, name);
    for (struct pf_hub_room *room = *bucket_of(rooms, hash); room; room = room->next) {
        if (room->hash == hash &&
            pf_slice_equal(name, (struct pf_slice){room->name, room->name_size})) {
            return room;
        }
    }
    return NULL;
}

enum pf_error pf_rooms_add(struct pf_rooms *rooms, struct pf_slice name, struct pf_hub_room **out)
{
    PF_ASSERT(name.size > 0);
    PF_ASSERT(name.size <= PF_ROOM_NAME_SIZE_MAX);
    if (rooms->count >= rooms->count_max) {
        return PF_ERROR_FULL;
    }
    if (rooms->count >= rooms->buckets_count) {
        grow(rooms);
    }
    struct pf_hub_room *room = rooms->buckets_count > 0 ? malloc(sizeof *room + name.size) : NULL;
    if (!room) {
        return PF_ERROR_MEMORY;
    }
    const uint64_t hash = pf_siphash(rooms->key, name);
    struct pf_hub_room **bucket = bucket_of(rooms, hash);
    *room = (struct pf_hub_room){
        .next = *bucket,
        .hash = hash,
        .name_size = (uint8_t)name.size,
    };
    memcpy(room->name, name.data, name.size);
    *bucket = room;
    rooms->count++;
    *out = room;
    return PF_ERROR_OK;
}

static void remove_room(struct pf_rooms *rooms, struct pf_hub_room *room)
{
    struct pf_hub_room **at = bucket_of(rooms, room->hash);
    while (*at != room) {
        PF_ASSERT(*at);
        at = &(*at)->next;
    }
    PF_ASSERT(!room->knocks);
    *at = room->next;
    rooms->count--;
    free_room(room);
}

/* False if memory is short. */
static bool reserve_member(struct pf_hub_room *room)
{
    if (room->members_count < room->members_max) {
        return true;
    }
    const size_t count = room->members_max > 0 ? 2 * (size_t)room->members_max : MEMBERS_MIN;
    struct pf_hub_member **members = realloc(room->members, count * sizeof *members);
    if (!members) {
        return false;
    }
    room->members = members;
    room->members_max = (uint8_t)count;
    return true;
}

enum pf_error pf_rooms_add_member(struct pf_rooms *rooms, struct pf_hub_room *room, pf_member_id id,
                                  struct pf_hub_member **out)
{
    PF_ASSERT(id != 0);
    PF_ASSERT(room->members_count < PF_MEMBERS_MAX);
    struct pf_hub_member *member = reserve_member(room) ? malloc(sizeof *member) : NULL;
    if (!member) {
        if (room->members_count == 0) {
            remove_room(rooms, room);
        }
        return PF_ERROR_MEMORY;
    }
    *member = (struct pf_hub_member){.id = id, .room = room, .client = PF_HUB_CLIENT_NONE};
    room->members[room->members_count++] = member;
    rooms->members_count++;
    *out = member;
    return PF_ERROR_OK;
}

void pf_rooms_remove_member(struct pf_rooms *rooms, struct pf_hub_member *member)
{
    PF_ASSERT(member->grace.place == 0);
    struct pf_hub_room *room = member->room;
    size_t index = 0;
    while (room->members[index] != member) {
        index++;
        PF_ASSERT(index < room->members_count);
    }
    room->members_count--;
    for (; index < room->members_count; index++) {
        room->members[index] = room->members[index + 1];
    }
    rooms->members_count--;
    free_member(member);
    if (room->members_count == 0) {
        remove_room(rooms, room);
    }
}

struct pf_hub_member *pf_hub_room_member(const struct pf_hub_room *room, pf_member_id id)
{
    for (size_t i = 0; i < room->members_count; i++) {
        if (room->members[i]->id == id) {
            return room->members[i];
        }
    }
    return NULL;
}

bool pf_hub_room_is_connected(const struct pf_hub_room *room)
{
    for (size_t i = 0; i < room->members_count; i++) {
        if (room->members[i]->client != PF_HUB_CLIENT_NONE) {
            return true;
        }
    }
    return false;
}

void pf_hub_member_set_name(struct pf_hub_member *member, struct pf_slice name,
                            struct pf_slice capabilities)
{
    char *before = member->name;
    const size_t size = name.size + capabilities.size;
    char *both = size > 0 ? malloc(size) : NULL;
    if (size > 0 && !both) {
        return;
    }
    member->name = both;
    member->name_size = (uint8_t)name.size;
    member->capabilities_size = (uint8_t)capabilities.size;
    if (name.size > 0) {
        memcpy(both, name.data, name.size);
    }
    if (capabilities.size > 0) {
        memcpy(both + name.size, capabilities.data, capabilities.size);
    }
    free(before);
}

struct pf_slice pf_hub_member_capabilities(const struct pf_hub_member *member)
{
    if (member->capabilities_size == 0) {
        return PF_SLICE("");
    }
    return (struct pf_slice){member->name + member->name_size, member->capabilities_size};
}

void pf_hub_room_note_removed(struct pf_hub_room *room, pf_member_id id)
{
    if (!room->removed) {
        room->removed = calloc(PF_HUB_REMOVED_MAX, sizeof *room->removed);
    }
    if (room->removed) {
        room->removed[room->removed_count++ % PF_HUB_REMOVED_MAX] = id;
    }
}

bool pf_hub_room_has_removed(const struct pf_hub_room *room, pf_member_id id)
{
    for (size_t i = 0; room->removed && i < PF_HUB_REMOVED_MAX; i++) {
        if (room->removed[i] == id) {
            return true;
        }
    }
    return false;
}
