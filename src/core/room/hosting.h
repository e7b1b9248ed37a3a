/* hosting.h - one's role in the room, its door, and who knocks. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_ROOM_HOSTING_H
#define PF_CORE_ROOM_HOSTING_H

#include "core/common/context.h"
#include "protocol/message.h"

#include <stdbool.h>
#include <stdint.h>

struct pf_room;

struct pf_hosting {
    bool is_host;
    bool is_locked;
    bool is_knocking; /* waits at the door for a host */
    size_t knocks_count;
    pf_member_id knocks[PF_KNOCKS_MAX];
};

void pf_hosting_init(struct pf_hosting *hosting);

/* How things are, as the relay says in `joined` and `room`. */
void pf_hosting_take(struct pf_room *room, const struct pf_terms *terms);

/* The relay says `knocking`: a host is asked. */
void pf_hosting_knock(struct pf_room *room);

/* The relay says `mute`: a host asks for quiet. */
void pf_hosting_obey(struct pf_room *room, pf_member_id host);

/* PF_EVENT_HOST */
void pf_hosting_act(struct pf_room *room, const struct pf_event *event);

/* At the end of every event: outside of a room there is no role. */
void pf_hosting_follow(struct pf_room *room);

#endif
