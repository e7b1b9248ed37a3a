/* state.h - the cluster's own struct. Internal to the cluster, and to tests that look inside it. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_CLUSTER_STATE_H
#define PF_RELAY_CLUSTER_STATE_H

#include "base/slice.h"
#include "relay/cluster/bus.h"
#include "relay/cluster/claims.h"
#include "relay/cluster/cluster.h"
#include "relay/cluster/guests.h"
#include "relay/cluster/list.h"
#include "relay/cluster/stores.h"
#include "relay/cluster/trunks.h"
#include "relay/cluster/visits.h"
#include "relay/hub/hub.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * From the top: cluster.c takes events and hands outputs out, front.c and owner.c are the two ends
 * of a trunk, trunks.c is what lies between, claims.c knows whose rooms are, stores.c when to say
 * that this relay is alive. visits.c and guests.c are tables.
 *
 * An event is handled in steps: each one makes a few outputs, and the next one is taken when these
 * have been polled. What takes many steps waits in a list.
 */

enum {
    PF_CLUSTER_OUTPUTS_MAX = 8, /* of one step */
    PF_CLUSTER_PACE_MS = 50,    /* between parts of what is spread over time */
    PF_CLUSTER_SPREAD = 40,     /* how many of these */
};

struct pf_cluster {
    struct pf_cluster_config config;
    struct pf_hub_doorkeeper doorkeeper; /* of the hub's own clients */
    uint32_t guests_first;               /* number of the first guest in the hub */
    struct pf_hub *hub;                  /* owned */
    uint64_t now_ms, unix_s;             /* of the event being handled */
    uint64_t unix_ms;                    /* likewise: the wall clock in milliseconds */
    struct pf_claims claims;
    struct pf_stores stores;
    struct pf_trunks trunks;
    struct pf_visits visits;
    struct pf_guests guests;
    struct pf_retirement {
        bool is_due, is_over;
        uint32_t over_ms;
        size_t rooms, given_up; /* in a part; in all */
        uint64_t next_ms;
    } retirement;
    struct pf_cluster_counts counts; /* those that only grow */

    /* For when the hub has no output left: an event for it, and one of a store. */
    struct pf_hub_event next;
    struct pf_store_event store_event;
    bool has_next, has_store_event;
    char *spent; /* owned: a text that the last step's outputs may point to */
    /* An output of the hub whose receivers are not all here: the rest of it. */
    struct pf_hub_output spread;
    size_t spread_at; /* of its clients; `clients_count`: nothing is left */
    uint32_t locals[PF_MEMBERS_MAX];
    struct pf_cluster_output outputs[PF_CLUSTER_OUTPUTS_MAX];
    size_t outputs_count, outputs_taken;
    struct pf_bus_message message;       /* heard; borrows from the event */
    struct pf_buffer text;               /* of the outputs; emptied before each step */
    char text_data[2 * PF_BUS_SIZE_MAX]; /* a text, and the message that carries it */
};

/* A number that the clients of a network address have in common, or 0; also of guests. */
uint64_t pf_cluster_address(const struct pf_cluster *cluster, uint32_t client);

/* Appends an output. */
struct pf_cluster_output *pf_cluster_put(struct pf_cluster *cluster,
                                         enum pf_cluster_output_type type);

/* Appends a command to a store, which the caller completes. */
struct pf_store_command *pf_cluster_put_command(struct pf_cluster *cluster, uint32_t store,
                                                enum pf_store_command_type type);

/* Appends what closes a client's socket. */
void pf_cluster_put_close(struct pf_cluster *cluster, uint32_t client, uint16_t code);

/* Hands an event to the hub, which has no output left. */
void pf_cluster_tell_hub(struct pf_cluster *cluster, const struct pf_hub_event *event);

/* A step later, likewise. */
void pf_cluster_tell_hub_next(struct pf_cluster *cluster, const struct pf_hub_event *event);

/* Closes a client that the hub still knows: a visit that ends here. */
void pf_cluster_dismiss(struct pf_cluster *cluster, uint32_t client, uint16_t code);

/* Keeps `text`, which is taken over, until the outputs of this step have been polled. */
void pf_cluster_spend(struct pf_cluster *cluster, char *text);

#endif
