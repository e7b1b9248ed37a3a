/* visits.h - the table of this relay's clients whose room is another relay's. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_CLUSTER_VISITS_H
#define PF_RELAY_CLUSTER_VISITS_H

#include "base/error.h"
#include "base/slice.h"
#include "relay/cluster/list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pf_claim;
struct pf_trunk;

enum { PF_JOINS_SIZE_MAX = 64 << 20 }; /* of all messages that wait for an owner */

enum pf_visit_state {
    PF_VISIT_WAITING, /* for the store to say who owns the room */
    PF_VISIT_JOINING, /* its `join` has been sent to the owner */
    PF_VISIT_JOINED,  /* the owner has answered */
    PF_VISIT_CLOSING, /* its trunk is no more: it is about to be closed */
};

struct pf_visit {
    uint32_t client;
    uint32_t serial; /* no other visit has it, for a long time */
    enum pf_visit_state state;
    uint64_t since_ms;        /* when it was made */
    uint64_t opened_unix_ms;  /* when the client connected */
    struct pf_claim *claim;   /* WAITING; borrowed */
    struct pf_trunk *trunk;   /* JOINING and JOINED; borrowed */
    struct pf_list link;      /* in the list of its claim or trunk, or of those that close */
    struct pf_list impatient; /* until the owner has answered: in the list of those that wait */
    char *join;               /* owned: the name of the room, and the message; until JOINED */
    uint32_t join_size;
    uint8_t room_size;
    bool has_gone; /* to an owner, at some time */
};

/* Indexed by client. All zero, with the lists initialized, is an empty table. */
struct pf_visits {
    struct pf_visit **by_client; /* owned, with the visits */
    size_t size, count;
    uint32_t last_serial;
    struct pf_list waiting; /* for an owner's answer, by `since_ms` */
    size_t waiting_count;
    size_t joins_size; /* of all of these */
    struct pf_list closing;
    size_t closing_count; /* in it, with those that have been closed since it was empty */
    size_t closed_count;  /* since the start */
    uint64_t closing_ms;  /* when the next are closed */
};

void pf_visits_init(struct pf_visits *visits);
void pf_visits_clear(struct pf_visits *visits);

/* The visit of that client, or NULL. */
struct pf_visit *pf_visits_find(const struct pf_visits *visits, uint32_t client);

/* Adds a visit that waits, and copies room and join. Fails with FULL or MEMORY. */
enum pf_error pf_visits_add(struct pf_visits *visits, uint32_t client, struct pf_slice room,
                            struct pf_slice join, struct pf_visit **out);

struct pf_slice pf_visit_room(const struct pf_visit *visit);
struct pf_slice pf_visit_join(const struct pf_visit *visit);

/* The owner has answered. Returns the text of the join, which the caller frees. */
char *pf_visits_settle(struct pf_visits *visits, struct pf_visit *visit);

/* Frees the visit. */
void pf_visits_remove(struct pf_visits *visits, struct pf_visit *visit);

#endif
