/* owner.h - other relays' clients in rooms of this relay. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_CLUSTER_OWNER_H
#define PF_RELAY_CLUSTER_OWNER_H

#include "relay/cluster/bus.h"
#include "relay/cluster/guests.h"
#include "relay/cluster/trunks.h"
#include "relay/hub/hub.h"

#include <stdbool.h>
#include <stdint.h>

struct pf_cluster;

/* A message of a front: OPEN, TEXT or CLOSED. */
void pf_owner_hear(struct pf_cluster *cluster, struct pf_trunk *trunk,
                   const struct pf_bus_message *message);

/* The hub has closed the guest, which is freed. */
void pf_owner_closed(struct pf_cluster *cluster, struct pf_guest *guest, uint16_t code);

/* Sends what the hub has for the guests of the trunk that client number `at` of the output is on:
 * for that guest and those behind it. */
void pf_owner_send(struct pf_cluster *cluster, const struct pf_hub_output *output, size_t at);

/* The trunk is given up. */
void pf_owner_reset(struct pf_cluster *cluster, struct pf_trunk *trunk);

bool pf_owner_step(struct pf_cluster *cluster);

uint64_t pf_owner_deadline_ms(const struct pf_cluster *cluster);

#endif
