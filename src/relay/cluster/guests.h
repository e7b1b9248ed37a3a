/* guests.h - the table of other relays' clients in rooms of this one. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_CLUSTER_GUESTS_H
#define PF_RELAY_CLUSTER_GUESTS_H

#include "base/error.h"
#include "relay/cluster/list.h"
#include "relay/cluster/store.h"

#include <stddef.h>
#include <stdint.h>

struct pf_trunk;

enum {
    PF_ORPHAN_MS = 5000, /* in which a guest whose trunk is no more may come back unnoticed */
};

struct pf_guest {
    uint32_t index;         /* in the table: its number in the hub, less that of the first guest */
    uint32_t client;        /* as the front numbers it */
    uint32_t serial;        /* of its visit */
    struct pf_trunk *trunk; /* borrowed; NULL for an orphan */
    pf_relay_id peer;       /* an orphan: the front that it had */
    struct pf_list link;    /* in the list of its trunk, or of the orphans */
    uint64_t address;       /* as of pf_hub_doorkeeper */
    uint64_t orphan_ms;     /* an orphan: when the hub is told that it is gone */
};

/* All zero, with the list initialized, is an empty table. */
struct pf_guests {
    struct pf_guest **by_index; /* owned, with the guests */
    size_t size, count;
    size_t free_at;         /* no index below it is free */
    struct pf_list orphans; /* by orphan_ms */
};

void pf_guests_init(struct pf_guests *guests);
void pf_guests_clear(struct pf_guests *guests);

/* The guest of that index, or NULL. */
struct pf_guest *pf_guests_find(const struct pf_guests *guests, uint32_t index);

/* Adds a guest, in no list, with the lowest index that is free. Fails with FULL at `count_max`, or
 * MEMORY. */
enum pf_error pf_guests_add(struct pf_guests *guests, uint32_t count_max, struct pf_guest **out);

void pf_guests_remove(struct pf_guests *guests, struct pf_guest *guest);

#endif
