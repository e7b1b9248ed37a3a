/* front.h - this relay's clients in rooms of other relays. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_CLUSTER_FRONT_H
#define PF_RELAY_CLUSTER_FRONT_H

#include "relay/cluster/bus.h"
#include "relay/cluster/trunks.h"
#include "relay/cluster/visits.h"
#include "relay/hub/hub.h"

#include <stdbool.h>
#include <stdint.h>

struct pf_cluster;

/* A client asks for a room that is not this relay's: a VISIT of the hub. */
void pf_front_visit(struct pf_cluster *cluster, const struct pf_hub_output *output);

/* This relay retires: gives up one visit that waits for a store to name the owner. False if there
 * is none. */
bool pf_front_turn_away(struct pf_cluster *cluster);

/* A visiting client has said something. */
void pf_front_forward(struct pf_cluster *cluster, uint32_t client, struct pf_slice text);

/* The client is gone, or the hub has closed it: its visit ends. */
void pf_front_lost(struct pf_cluster *cluster, uint32_t client, uint16_t code);

/* The store has named the owner of the room that the visit waits for. */
void pf_front_go(struct pf_cluster *cluster, struct pf_visit *visit, uint32_t store,
                 pf_relay_id owner);

/* The visit has no owner to go to: its client is about to be closed with 1001. */
void pf_front_give_up(struct pf_cluster *cluster, struct pf_visit *visit);

/* A message of an owner: SEND, CLOSE or AGAIN. */
void pf_front_hear(struct pf_cluster *cluster, struct pf_trunk *trunk,
                   const struct pf_bus_message *message);

/* Gives up all visits of the trunk: its other end is of no use to them. */
void pf_front_leave(struct pf_cluster *cluster, struct pf_trunk *trunk);

/* The trunk is given up. */
void pf_front_reset(struct pf_cluster *cluster, struct pf_trunk *trunk);

/* Does the next thing that is due; false if nothing is. */
bool pf_front_step(struct pf_cluster *cluster);

uint64_t pf_front_deadline_ms(const struct pf_cluster *cluster);

#endif
