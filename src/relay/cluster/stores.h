/* stores.h - which stores can be used, and when they have to hear that this relay is alive. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_CLUSTER_STORES_H
#define PF_RELAY_CLUSTER_STORES_H

#include "base/slice.h"
#include "relay/cluster/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pf_cluster;

enum {
    /* Between two renewals of the lease. With each of them the relay says something to itself and
     * to the relays that it shares rooms with. A lease outlives four that are missed; and one that
     * has got lost or is late is no reason yet to be not ready, which is said within 5 s: that
     * leaves no more than 2 s for each. */
    PF_RENEW_MS = 2000,
    PF_HEAR_SELF_MS = 4500,     /* the longest time without hearing of oneself */
    PF_STORE_STALL_MS = 30000,  /* after that time the connections are made anew: a store that
                                 * only stalls says everything later */
    PF_SETTLE_MS = 3000,        /* for owners to come back to a store that was away */
    PF_PUBLISHED_MAX = 1 << 16, /* publications of one store without an answer */
};

struct pf_store_state {
    bool is_up, was_up;
    uint64_t up_ms;
    uint64_t renew_ms;  /* when the lease is to be renewed */
    uint64_t heard_ms;  /* when the last message to itself arrived; 0: never */
    uint64_t claims_ms; /* rooms that are not ours are not asked for before */
    /* A ring: for each publication that is not answered yet, the epoch of the trunk whose message
     * it was, or 0 if nothing is lost with it. */
    uint32_t *published; /* owned */
    size_t published_first, published_count, published_size;
};

struct pf_stores {
    struct pf_store_state each[PF_STORES_MAX];
    uint32_t count;
};

void pf_stores_clear(struct pf_stores *stores);

/* The store that has the room. */
uint32_t pf_stores_of_room(const struct pf_stores *stores, struct pf_slice room);

void pf_stores_up(struct pf_cluster *cluster, uint32_t store);
void pf_stores_down(struct pf_cluster *cluster, uint32_t store);

/* A message of this relay to itself has arrived. */
void pf_stores_heard_self(struct pf_cluster *cluster, uint32_t store);

/* Publishes bytes on the relay's channel; `epoch` of the trunk, or 0 if they may be lost. Nothing
 * happens while the store is down: they are lost. */
void pf_stores_publish(struct pf_cluster *cluster, uint32_t store, pf_relay_id relay,
                       struct pf_slice bytes, uint32_t epoch);

/* The epoch of the publication that is answered now. */
uint32_t pf_stores_published(struct pf_cluster *cluster, uint32_t store);

/* Whether messages of this relay come back to it, so that the silence of another is its own. */
bool pf_store_hears(const struct pf_store_state *store, uint64_t now_ms);

/* Does the next thing that is due; false if nothing is. */
bool pf_stores_step(struct pf_cluster *cluster);

uint64_t pf_stores_deadline_ms(const struct pf_cluster *cluster);

#endif
