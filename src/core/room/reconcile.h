/* reconcile.h - what follows from any event, whatever it was. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_ROOM_RECONCILE_H
#define PF_CORE_ROOM_RECONCILE_H

#include <stdbool.h>
#include <stdint.h>

struct pf_room;

/* What the page and the peers have been told last. */
struct pf_reconciled {
    bool relay_away;
    bool ice_servers_refused;
    uint32_t sequence; /* of our own state */
};

/* At the end of every event. */
void pf_reconcile(struct pf_room *room);

#endif
