/* locks.h - that no event changes a room's door or host that must not. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_LOCKS_H
#define SIM_LOCKS_H

#include "relay/hub/hub.h"
#include "world.h"

/* How things were in one room of a relay. */
struct sim_lock {
    struct pf_slice room; /* borrowed from the world; empty: nothing is checked */
    pf_member_id host;    /* 0 for none */
    bool is_locked;
    bool knocks;          /* the ticket of the join is one that has to */
    pf_member_id removed; /* whom a host wants to be removed, and who is in the room; 0: nobody */
};

/* Before the relay handles an event of that page, or of none (NULL). */
struct sim_lock sim_lock_before(struct sim_world *world, const struct sim_relay *relay,
                                const struct sim_tab *from, const struct pf_hub_event *event);

/* When it has. */
void sim_lock_after(struct sim_world *world, const struct sim_relay *relay,
                    const struct sim_tab *from, const struct pf_hub_event *event,
                    const struct sim_lock *lock);

#endif
