/* trunks.h - what lies between two relays: messages in order, or none. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_CLUSTER_TRUNKS_H
#define PF_RELAY_CLUSTER_TRUNKS_H

#include "base/error.h"
#include "relay/cluster/bus.h"
#include "relay/cluster/list.h"
#include "relay/cluster/store.h"
#include "relay/cluster/table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pf_cluster;
struct pf_guest;

enum {
    PF_TRUNK_SILENT_MS = 6000,   /* after which the store is asked whether the other is alive */
    PF_TRUNK_GIVE_UP_MS = 30000, /* after which it is given up even if the relay is alive */
    PF_TRUNK_UNUSED_MS = 30000,  /* after which it is taken down */
};

/*
 * Each end numbers its messages within an epoch of its own. An end that misses one, or that hears
 * of another epoch than the one it knows, gives up the trunk and says so by RESET; whatever of it
 * still comes is ignored, since later epochs have higher numbers.
 */
struct pf_trunk {
    struct pf_list link; /* among all */
    struct pf_table_link by_remote;
    pf_relay_id remote; /* the relay at the other end */
    uint8_t store;
    bool alive_due;
    bool end_due;           /* it has been unused for long: the other end is to be told, too */
    bool ask_due;           /* the store is to be asked whether the other end is alive */
    uint32_t epoch, number; /* ours, and the number of the next message */
    uint32_t remote_epoch, remote_number; /* likewise; epoch 0: nothing has been heard */
    uint64_t heard_ms;                    /* or when it was made */
    uint64_t used_ms;                     /* when it last had visits or guests */
    struct pf_list visits, guests;
};

struct pf_trunks {
    struct pf_list all; /* owned */
    struct pf_table by_remote;
    uint64_t key[2];
    uint32_t last_epoch;
    bool has_work; /* some may have something due */
};

void pf_trunks_init(struct pf_trunks *trunks, const uint64_t key[2]);
void pf_trunks_clear(struct pf_trunks *trunks);

/* The trunk to that relay in that store, made if there is none. NULL if memory is short. */
struct pf_trunk *pf_trunks_get(struct pf_cluster *cluster, uint32_t store, pf_relay_id remote);

/* Sends a message: fills in what all messages have. */
void pf_trunk_send(struct pf_cluster *cluster, struct pf_trunk *trunk,
                   struct pf_bus_message *message);

/* Adds the guest, which is of no trunk. */
void pf_trunk_add_guest(struct pf_trunk *trunk, struct pf_guest *guest);

/* Takes the guest out. */
void pf_trunk_remove_guest(struct pf_trunk *trunk, struct pf_guest *guest);

/*
 * A message has come over the store. Returns the trunk if it is for the ends to handle; NULL if
 * not, because it says nothing more, or because something is missing and the trunk is given up.
 */
struct pf_trunk *pf_trunks_hear(struct pf_cluster *cluster, uint32_t store,
                                const struct pf_bus_message *message);

/* Answers a message of another version. */
void pf_trunks_answer_foreign(struct pf_cluster *cluster, uint32_t store, pf_relay_id remote);

/* The relay speaks another version: those who wait for its answer have to go elsewhere. */
void pf_trunks_foreign(struct pf_cluster *cluster, uint32_t store, pf_relay_id remote);

/* A message of that epoch, which has been published, had no receiver. */
void pf_trunks_unheard(struct pf_cluster *cluster, uint32_t store, pf_relay_id remote,
                       uint32_t epoch);

/* The store has been asked, and the relay is not alive. */
void pf_trunks_dead(struct pf_cluster *cluster, uint32_t store, pf_relay_id remote);

/* Every trunk of the store that is used is to send a sign of life; others are taken down. */
void pf_trunks_say_alive(struct pf_cluster *cluster, uint32_t store);

/* Does the next thing that is due; false if nothing is. */
bool pf_trunks_step(struct pf_cluster *cluster);

#endif
