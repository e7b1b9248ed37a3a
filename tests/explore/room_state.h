/* room_state.h - saves, restores, hashes and inspects the state of a room. */
/* SPDX-License-Identifier: MIT */
#ifndef EX_ROOM_STATE_H
#define EX_ROOM_STATE_H

#include "core/peer/peer.h"
#include "core/room.h"
#include "visit.h"

/*
 * Walks over all live state of a room between two events: not the commands of the last event, free
 * slots, or bytes after the end of a text. The room must not have captured tracks.
 */
void ex_room_visit(struct pf_room *room, struct ex_visit *visit);

/* Frees the last message that was read, from which only polled commands may have borrowed. */
void ex_room_forget_message(struct pf_room *room);

/* The peer of this id, or NULL. Borrowed until the next event. */
const struct pf_peer *ex_room_peer(const struct pf_room *room, pf_member_id id);

size_t ex_room_peers_count(const struct pf_room *room);

uint32_t ex_room_instance(const struct pf_room *room);

/* The sequence number of the state of its sources that the room announces. */
uint32_t ex_room_sequence(const struct pf_room *room);

#endif
