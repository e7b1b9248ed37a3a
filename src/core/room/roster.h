/* roster.h - the other members of the room, as the relay lists them. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_ROOM_ROSTER_H
#define PF_CORE_ROOM_ROSTER_H

#include "core/peer/peer.h"
#include "core/room/epochs.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pf_roster {
    pf_member_id self;                  /* 0: not in a room */
    size_t peers_end;                   /* the slots from here on were never used */
    struct pf_peer peers[PF_PEERS_MAX]; /* those with id 0 are free slots */
    struct pf_epochs epochs;
};

void pf_roster_init(struct pf_roster *roster);

/* NULL if there is none. Id 0, which no message can have, finds a free slot. */
struct pf_peer *pf_roster_find(struct pf_roster *roster, pf_member_id id);
struct pf_peer *pf_roster_find_pc(struct pf_roster *roster, pf_pc pc);

/*
 * Adds or updates a member. NULL if it cannot be a peer. A peer whose instance has changed, after a
 * reload or in another tab, is replaced by a new one in the same slot.
 */
struct pf_peer *pf_roster_put(struct pf_roster *roster, struct pf_context *context,
                              const struct pf_member *member);

/*
 * Marks who is in the list of `joined`, before pf_roster_put() of each member, so that no listed
 * member loses its slot to another one. A relay that was restarted learns of its members one by
 * one: peers that are not listed are MISSING for a grace period of `grace_ms`. So are those that
 * the previous relay had given up, as they may have lost no more than that relay.
 */
void pf_roster_mark_listed(struct pf_roster *roster, struct pf_context *context,
                           const struct pf_message *joined, uint64_t grace_ms);

/* Closes the connection, frees the slot and tells the page. */
void pf_roster_close(struct pf_roster *roster, struct pf_context *context, struct pf_peer *peer);
void pf_roster_close_all(struct pf_roster *roster, struct pf_context *context);

void pf_roster_tick(struct pf_roster *roster, struct pf_context *context);
uint64_t pf_roster_deadline_ms(const struct pf_roster *roster);

/* Whether any peer is connected. */
bool pf_roster_flows(const struct pf_roster *roster);

void pf_roster_check(const struct pf_roster *roster);

#endif
