/* room_state.h - the inside of a room: to be saved, hashed and looked at. */
/* SPDX-License-Identifier: MIT */
#ifndef EX_ROOM_STATE_H
#define EX_ROOM_STATE_H

#include "core/peer/peer.h"
#include "core/room.h"
#include "visit.h"

/*
 * Walks over all of a room that is alive between two events: not the commands of the last one, not
 * free slots, not what is beyond the end of a text. The room must be one without captured tracks.
 */
void ex_room_visit(struct pf_room *room, struct ex_visit *visit);

/* Frees the last message that was read: nothing borrows from it once the commands are polled. */
void ex_room_forget_message(struct pf_room *room);

/* The peer of this id, or NULL. Borrowed until the next event. */
const struct pf_peer *ex_room_peer(const struct pf_room *room, pf_member_id id);

size_t ex_room_peers_count(const struct pf_room *room);

uint32_t ex_room_instance(const struct pf_room *room);

/* How often the room has changed what it tells the others of its sources. */
uint32_t ex_room_sequence(const struct pf_room *room);

#endif
