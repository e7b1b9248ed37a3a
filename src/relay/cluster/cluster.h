/* cluster.h - several relays that serve the same rooms. No sockets, clock or randomness. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_CLUSTER_CLUSTER_H
#define PF_RELAY_CLUSTER_CLUSTER_H

#include "base/error.h"
#include "relay/cluster/store.h"
#include "relay/hub/hub.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A layer around a hub, with the same contract: events in, outputs out. Each room is owned by one
 * relay, whose hub has its members; a store says which relay that is. A client whose room is owned
 * by another relay is on a *visit* there: its own relay, the *front*, keeps its socket, heartbeat
 * and limits, and passes its messages on. To the owner's hub it is a client like any other, a
 * *guest*. The messages of visits go over a *trunk*, one between two relays in each store.
 *
 * A trunk delivers each message at most once, and in order. If one is missing, both ends give up
 * all visits of the trunk: clients whose `join` was answered are closed with 1001 and resume with
 * their tickets, as after any lost connection; for the others the store is asked again.
 */
struct pf_cluster_config {
    pf_relay_id self;
    uint32_t stores_count; /* 1 to PF_STORES_MAX: a room is in the one that its name says */
    uint32_t guests_max;   /* at least 1; their numbers follow those of the hub's own clients */
};

enum pf_cluster_output_type {
    PF_CLUSTER_SOCKETS, /* `sockets`: as of a hub */
    PF_CLUSTER_STORE,   /* `command` */
};

struct pf_cluster_output {
    enum pf_cluster_output_type type;
    struct pf_hub_output sockets;
    struct pf_store_command command;
};

/* For metrics. */
struct pf_cluster_counts {
    size_t visits;  /* clients of this relay in rooms of others */
    size_t waiting; /* those of them that no owner has answered yet */
    size_t guests;  /* clients of other relays in rooms of this one */
    size_t trunks;
    size_t rooms_owned;
    uint64_t published;      /* messages, since the start */
    uint64_t heard;          /* likewise */
    uint64_t resets;         /* trunks given up, since the start */
    uint64_t moved;          /* rooms that another relay turned out to own, since the start */
    uint64_t foreign;        /* messages of relays that speak another version, since the start */
    uint8_t foreign_version; /* of the last one of these */
};

struct pf_cluster;

/*
 * Makes a cluster and its hub. Copies both configurations, `hub` with numbers for guests added:
 * clients_max counts only the hub's own clients here. Fails with MEMORY. Freed with
 * pf_cluster_free(). All stores are down.
 */
enum pf_error pf_cluster_new(const struct pf_cluster_config *config,
                             const struct pf_hub_config *hub, struct pf_cluster **out);

/* Accepts NULL. */
void pf_cluster_free(struct pf_cluster *cluster);

/* Handles an event of the sockets, or time passing. All outputs of the previous event must have
 * been polled. */
void pf_cluster_handle(struct pf_cluster *cluster, const struct pf_hub_event *event);

/* Handles an event of a store, likewise. */
void pf_cluster_handle_store(struct pf_cluster *cluster, const struct pf_store_event *event);

/* Takes the next output; false if there is none until the next event. */
bool pf_cluster_poll(struct pf_cluster *cluster, struct pf_cluster_output *out);

/* When the next TIMEOUT event is due, or PF_DEADLINE_NONE. */
uint64_t pf_cluster_deadline_ms(const struct pf_cluster *cluster);

/*
 * From now on this relay takes no new rooms, and gives up those that it has within `over_ms`,
 * closing their clients with 1001; then it retires, as soon as none of its own clients is on a
 * visit any more: these are for the caller to close. With `over_ms` 0 all of this
 * happens at once, also where a longer time has begun. Takes effect with the next event, which may
 * be a TIMEOUT.
 */
void pf_cluster_retire(struct pf_cluster *cluster, uint32_t over_ms);

/* Whether clients are well served here at `now_ms`: all stores have lately carried a message from
 * this relay to itself, and it does not retire. */
bool pf_cluster_is_ready(const struct pf_cluster *cluster, uint64_t now_ms);

/* The hub within: for counts. */
const struct pf_hub *pf_cluster_hub(const struct pf_cluster *cluster);

struct pf_cluster_counts pf_cluster_counts(const struct pf_cluster *cluster);

/* Whether this relay owns the room of that name as far as it knows: for checks. */
bool pf_cluster_owns(const struct pf_cluster *cluster, struct pf_slice room);

#endif
