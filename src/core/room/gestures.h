/* gestures.h - the raised hand, and reactions. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_ROOM_GESTURES_H
#define PF_CORE_ROOM_GESTURES_H

#include "core/peer/peer.h"
#include "protocol/message.h"

#include <stdbool.h>

struct pf_room;

/*
 * Raises or lowers one's own hand. Raised, it comes after every hand that is raised already (as far
 * as is known: of two that are raised at once both may have the same place). It is a part of the
 * state that the others are told, and as lasting as that.
 */
void pf_gestures_set_hand(struct pf_room *room, bool raised);

/* Sends a reaction to every peer that it can reach now and shows it, within the rate limit. */
void pf_gestures_react(struct pf_room *room, enum pf_reaction kind);

/* A reaction has come from a peer: shows it, within the rate limit of that peer. */
void pf_gestures_take(struct pf_room *room, struct pf_peer *peer, enum pf_reaction kind);

#endif
