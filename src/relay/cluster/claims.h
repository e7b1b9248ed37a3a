/* claims.h - the rooms that this relay owns, and those whose owner it asks for. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_CLUSTER_CLAIMS_H
#define PF_RELAY_CLUSTER_CLAIMS_H

#include "base/error.h"
#include "base/slice.h"
#include "relay/cluster/list.h"
#include "relay/cluster/store.h"
#include "relay/cluster/table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pf_cluster;
struct pf_visit;

enum {
    PF_CLAIM_LOOK_MS = 10000,    /* how often each room is looked at: is there still one? */
    PF_CLAIM_AGAIN_MS = 1800000, /* how often the store is asked about a room that is owned */
    PF_CLAIM_RETRY_MS = 500,     /* before the store is asked again, where an owner is gone */
    /* An answer that comes so late may be of a time since which this process was stopped, and its
     * lease has ended: another relay may have the room now. */
    PF_CLAIM_LATE_MS = 4000,
};

_Static_assert(PF_CLAIM_LATE_MS < PF_LEASE_MS / 2, "the lease outlives an answer");

_Static_assert(PF_CLAIM_AGAIN_MS / 1000 * 3 < PF_OWNER_TTL_S, "two of them may be late");

struct pf_claim {
    struct pf_table_link by_room;
    struct pf_list link;   /* in the list of its state */
    struct pf_list visits; /* that wait for the answer: links of struct pf_visit */
    uint64_t asked_ms;     /* when the store was last asked */
    uint64_t claimed_ms;   /* owned: when the store last said so */
    uint64_t looked_ms;    /* owned: when it was last looked at */
    uint64_t retry_ms;     /* not asked: when it may be */
    pf_relay_id owner;     /* named: by the store */
    bool is_owned;
    bool is_asked; /* the store is being asked */
    uint8_t store;
    uint8_t room_size;
    char room[];
};

/* Each claim is also in one of the lists. */
struct pf_claims {
    struct pf_table by_room; /* with the claims, which are owned */
    size_t owned_count;
    uint64_t key[2];
    struct pf_claims_queue {
        struct pf_list fresh, retries; /* not owned: the store is to be asked, at once or later */
    } queues[PF_STORES_MAX];
    struct pf_list asked;   /* not owned: the store is being asked */
    struct pf_list named;   /* another relay owns them; their visits have not gone there yet */
    struct pf_list granted; /* owned, with visits that have not been told yet */
    struct pf_list owned;   /* by `looked_ms`, or nearly */
    size_t sweep_left;      /* of the owned ones: to be asked about now, little by little */
    uint64_t sweep_ms;      /* when the next part is */
};

void pf_claims_init(struct pf_claims *claims, const uint64_t key[2]);
void pf_claims_clear(struct pf_claims *claims);

bool pf_claims_own(const struct pf_claims *claims, struct pf_slice room);

/* The visit waits until the store has said who owns the room; `later`: whoever it named is gone.
 * Fails with MEMORY. */
enum pf_error pf_claims_ask(struct pf_cluster *cluster, struct pf_visit *visit, bool later);

/* Asks for the owner of a room that this relay is said to own and does not know of; one that
 * retires says that it does not own it. */
void pf_claims_check(struct pf_cluster *cluster, struct pf_slice room);

/* The visit waits no more. */
void pf_claims_forget(struct pf_cluster *cluster, struct pf_visit *visit);

/* The store has said who owns the room. */
void pf_claims_answered(struct pf_cluster *cluster, struct pf_slice room, pf_relay_id owner);

/* The store can be used again, and may have forgotten all: asks about all rooms of it. */
void pf_claims_up(struct pf_cluster *cluster, uint32_t store);

/* No answer will come. */
void pf_claims_down(struct pf_cluster *cluster, uint32_t store);

/* Gives up the room that has been owned for longest; false if there is none. */
bool pf_claims_give_up(struct pf_cluster *cluster);

/* Does the next thing that is due; false if nothing is. */
bool pf_claims_step(struct pf_cluster *cluster);

uint64_t pf_claims_deadline_ms(const struct pf_cluster *cluster);

#endif
