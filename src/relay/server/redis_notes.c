/* redis_notes.c - what the commands were whose replies are still to come. */
/* SPDX-License-Identifier: MIT */
/*
 * A note is its type, the relay, and the size of the room's name and the name. Most commands
 * publish and have no room: thousands of them may be under way to a server that has stopped for a
 * while.
 */
#include "relay/server/redis_notes.h"

#include "base/assert.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEAD_SIZE = 2 + sizeof(pf_relay_id),
    ROOM_SIZE_MAX = 255,
    CAPACITY_MIN = 1024,
    CAPACITY_KEPT = 1 << 16, /* a larger buffer is freed when it is empty */
};

void pf_redis_notes_clear(struct pf_redis_notes *notes)
{
    free(notes->bytes);
    *notes = (struct pf_redis_notes){.bytes = NULL};
}

static bool reserve(struct pf_redis_notes *notes, size_t size)
{
    const size_t kept = notes->size - notes->at;
    size_t capacity = notes->capacity > 0 ? notes->capacity : CAPACITY_MIN;
    if (size > notes->capacity - notes->size && notes->at > 0) {
        memmove(notes->bytes, notes->bytes + notes->at, kept);
        notes->at = 0;
        notes->size = kept;
    }
    while (capacity - notes->size < size) {
        capacity *= 2;
    }
    if (capacity == notes->capacity) {
        return true;
    }
    char *bytes = capacity <= PF_REDIS_NOTES_SIZE_MAX ? realloc(notes->bytes, capacity) : NULL;
    if (!bytes) {
        return false;
    }
    notes->bytes = bytes;
    notes->capacity = capacity;
    return true;
}

bool pf_redis_notes_put(struct pf_redis_notes *notes, const struct pf_redis_note *note)
{
    PF_ASSERT(note->room.size <= ROOM_SIZE_MAX);
    if (!reserve(notes, HEAD_SIZE + note->room.size)) {
        return false;
    }
    char *at = notes->bytes + notes->size;
    at[0] = (char)note->type;
    at[1] = (char)note->room.size;
    memcpy(at + 2, &note->relay, sizeof note->relay);
    if (note->room.size > 0) {
        memcpy(at + HEAD_SIZE, note->room.data, note->room.size);
    }
    notes->size += HEAD_SIZE + note->room.size;
    return true;
}

bool pf_redis_notes_take(struct pf_redis_notes *notes, struct pf_redis_note *out)
{
    if (notes->at == notes->size) {
        return false;
    }
    const char *at = notes->bytes + notes->at;
    out->type = (enum pf_store_command_type)at[0];
    out->room = (struct pf_slice){at + HEAD_SIZE, (uint8_t)at[1]};
    memcpy(&out->relay, at + 2, sizeof out->relay);
    notes->at += HEAD_SIZE + out->room.size;
    PF_ASSERT(notes->at <= notes->size);
    if (notes->at == notes->size && notes->capacity <= CAPACITY_KEPT) {
        notes->at = notes->size = 0;
    }
    return true;
}
