/* redis.h - a model of Redis servers that are asked by many relays. */
/* SPDX-License-Identifier: MIT */
#ifndef STORM_REDIS_H
#define STORM_REDIS_H

#include "relay/cluster/store.h"

#include <stdint.h>

struct service;

struct redis_counts {
    uint64_t claims, publications, others;
    uint64_t busy_us;    /* of all servers */
    uint64_t longest_us; /* that a command waited for its turn */
};

void redis_begin(struct service *service);
void redis_end(struct service *service);

/* A relay gives a command. Its answer, and what it publishes, arrives later. */
void redis_command(struct service *service, uint32_t relay, const struct pf_store_command *command);

struct redis_counts redis_counts(const struct service *service);

/* The owner of a room; 0 if there is none. */
pf_relay_id redis_owner(const struct service *service, uint32_t store, struct pf_slice room);

#endif
