/* people.h - the people of a world: they join, and come back when they are closed. */
/* SPDX-License-Identifier: MIT */
#ifndef CLUSTER_PEOPLE_H
#define CLUSTER_PEOPLE_H

#include "world.h"

extern const struct pf_slice world_room;

/* Tells a relay of its sockets. */
void world_tell(struct cluster_world *world, uint32_t relay, const struct pf_hub_event *event);

void people_begin(struct cluster_world *world);
void people_come(struct cluster_world *world, uint32_t person);
void people_leave(struct cluster_world *world, uint32_t person);

/* The relay has closed the person's socket, or is gone. */
void people_closed(struct cluster_world *world, uint32_t person);
void people_told(struct cluster_world *world, uint32_t person, struct pf_slice text);

uint64_t people_deadline_ms(const struct cluster_world *world);
void people_timeout(struct cluster_world *world);

/* What is not as it should be, or NULL. */
const char *people_amiss(const struct cluster_world *world);

#endif
