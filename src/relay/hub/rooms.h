/* rooms.h - the relay's table of rooms and their members. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_HUB_ROOMS_H
#define PF_RELAY_HUB_ROOMS_H

#include "base/error.h"
#include "base/slice.h"
#include "base/token_bucket.h"
#include "protocol/message.h"
#include "relay/hub/timers.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PF_HUB_CLIENT_NONE UINT32_MAX

/* A member of a room, connected or away. */
struct pf_hub_member {
    pf_member_id id;
    struct pf_hub_room *room; /* borrowed: a room exists as long as it has members */
    struct pf_timer grace;    /* set while the member is away */
    struct pf_token_bucket returns, actions;
    uint64_t ice_at_ms; /* when it may ask for new ICE servers again */
    /* Time connected earns time away. Connected: since when, as if without a break. Away: until
     * when it keeps its place although others wait; see pf_hub_member_gives_way(). */
    uint64_t place_ms;
    uint32_t client; /* PF_HUB_CLIENT_NONE while it is away */
    uint32_t instance;
    char *name; /* owned: the name, and behind it the capabilities; NULL if both are empty */
    uint8_t name_size;
    uint8_t capabilities_size;
    bool is_host;
    bool is_stranger; /* the room has had it since it came without a ticket */
    bool is_told;     /* of its role and the door; else that is due */
    bool is_shown;    /* its role is, to the others; else that is due */
    bool is_named;    /* by its token: it cannot rename itself */
    bool has_spoken;  /* has sent a signal: somebody may miss it */
};

_Static_assert(PF_CAPABILITIES_SIZE_MAX <= UINT8_MAX, "the size fits in a byte");

struct pf_hub_knock;

struct pf_hub_room {
    struct pf_hub_room *next; /* in its bucket; borrowed */
    uint64_t hash;
    struct pf_token_bucket newcomers, comebacks; /* without and with a ticket */
    uint64_t created_ms, created_s;              /* monotonic, and wall clock */
    struct pf_hub_knock *knocks;                 /* the first; borrowed */
    pf_member_id *removed;                       /* the last ones; owned, NULL for none */
    uint8_t removed_count;
    bool is_locked;
    bool is_moved;    /* to another relay: it is about to be deleted here */
    bool is_door_set; /* a host has locked or opened it: tickets say no more about it */
    uint8_t members_count;
    uint8_t members_max;            /* for which there is memory */
    struct pf_hub_member **members; /* owned, with the members; in the order of joining */
    uint8_t name_size;
    char name[];
};

/* A hash table with chaining. The key is secret, so that clients cannot choose colliding names. */
struct pf_rooms {
    struct pf_hub_room **buckets; /* owned */
    size_t buckets_count;         /* a power of two, or 0 initially */
    size_t count;
    size_t count_max;
    size_t members_count; /* of all rooms */
    uint64_t key[2];
};

void pf_rooms_init(struct pf_rooms *rooms, size_t count_max, const uint64_t key[2]);

/* Frees all rooms and members. The timers of the members must not be used any more. */
void pf_rooms_clear(struct pf_rooms *rooms);

/* The room of that name, or NULL. */
struct pf_hub_room *pf_rooms_find(const struct pf_rooms *rooms, struct pf_slice name);

/*
 * Adds an empty room of a valid name that does not exist yet; the caller adds a member before it
 * does anything else. Fails with FULL at count_max, or MEMORY.
 */
enum pf_error pf_rooms_add(struct pf_rooms *rooms, struct pf_slice name, struct pf_hub_room **out);

enum { PF_HUB_REMOVED_MAX = 16 };

/* Notes that a host has removed that member; forgotten if memory is short, or after many others. */
void pf_hub_room_note_removed(struct pf_hub_room *room, pf_member_id id);
bool pf_hub_room_has_removed(const struct pf_hub_room *room, pf_member_id id);

/*
 * Adds a member without a client at the end of a room that has fewer than PF_MEMBERS_MAX. `out`
 * stays valid until the member is removed. Fails with MEMORY; then a room without members has been
 * removed as well.
 */
enum pf_error pf_rooms_add_member(struct pf_rooms *rooms, struct pf_hub_room *room, pf_member_id id,
                                  struct pf_hub_member **out);

/* Frees the member, and the room if it was the last one. Its timer must not be set. */
void pf_rooms_remove_member(struct pf_rooms *rooms, struct pf_hub_member *member);

/* Whether any member is connected. */
bool pf_hub_room_is_connected(const struct pf_hub_room *room);

/* Copies a valid name, and the capabilities that the member's client has named; either may be the
 * member's own. If memory is short, both stay as they were. */
void pf_hub_member_set_name(struct pf_hub_member *member, struct pf_slice name,
                            struct pf_slice capabilities);

/* Borrowed from the member until its name is set. */
struct pf_slice pf_hub_member_capabilities(const struct pf_hub_member *member);

/* The member of that id in the room, or NULL. */
struct pf_hub_member *pf_hub_room_member(const struct pf_hub_room *room, pf_member_id id);

#endif
