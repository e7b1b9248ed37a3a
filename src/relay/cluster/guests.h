/* guests.h - the table of other relays' clients in rooms of this one. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_CLUSTER_GUESTS_H
#define PF_RELAY_CLUSTER_GUESTS_H

#include "base/error.h"
#include "relay/cluster/list.h"
#include "relay/cluster/store.h"
#include "relay/cluster/table.h"

#include <stddef.h>
#include <stdint.h>

struct pf_trunk;

enum {
    PF_ORPHAN_MS = 5000, /* in which a guest whose trunk is no more may come back unnoticed */
};

struct pf_guest {
    uint32_t index;     /* in the table: its number in the hub, less that of the first guest */
    uint32_t client;    /* as the front numbers it */
    uint32_t serial;    /* of its visit */
    pf_relay_id remote; /* the front */
    struct pf_table_link by_client;
    struct pf_trunk *trunk; /* borrowed; NULL for an orphan */
    struct pf_list link;    /* in the list of its trunk, or of the orphans */
    uint64_t address;       /* as of pf_hub_doorkeeper */
    uint64_t orphan_ms;     /* an orphan: when the hub is told that it is gone */
};

struct pf_guests {
    struct pf_guest **by_index; /* owned, with the guests */
    struct pf_table by_client;  /* by front, and the front's number */
    uint64_t key[2];            /* of the latter's hash: fronts choose the numbers */
    size_t size, count;
    size_t free_at;         /* no index below it is free */
    struct pf_list orphans; /* by orphan_ms */
};

void pf_guests_init(struct pf_guests *guests, const uint64_t key[2]);
void pf_guests_clear(struct pf_guests *guests);

/* The guest of that index, or NULL. */
struct pf_guest *pf_guests_find(const struct pf_guests *guests, uint32_t index);

/* The guest of that trunk whom the front numbers so, or NULL. */
struct pf_guest *pf_guests_of_trunk(const struct pf_guests *guests, const struct pf_trunk *trunk,
                                    uint32_t client);

/* The orphan whom that front numbered so, of that visit, or NULL. */
struct pf_guest *pf_guests_orphan(const struct pf_guests *guests, pf_relay_id remote,
                                  uint32_t client, uint32_t serial);

/* Adds a guest of that front, in no list, with the lowest index that is free. Fails with FULL at
 * `count_max`, or MEMORY. */
enum pf_error pf_guests_add(struct pf_guests *guests, uint32_t count_max, pf_relay_id remote,
                            uint32_t client, struct pf_guest **out);

void pf_guests_remove(struct pf_guests *guests, struct pf_guest *guest);

#endif
