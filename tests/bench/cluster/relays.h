/* relays.h - the relays of a service: the real code, with a queue of what arrives. */
/* SPDX-License-Identifier: MIT */
#ifndef STORM_RELAYS_H
#define STORM_RELAYS_H

#include "relay/cluster/store.h"
#include "relay/hub/hub.h"

#include <stdbool.h>
#include <stdint.h>

struct service;
struct happening;
struct pf_cluster;

/* Something that arrives at a relay; its text lies behind it. */
struct relay_input {
    struct relay_input *next;
    bool is_of_store;
    struct pf_hub_event event;
    struct pf_store_event store;
    uint64_t since_us;
    size_t room_size, size;
    char text[];
};

void relays_begin(struct service *service);
void relays_end(struct service *service);

/* What a WebSocket or a store says arrives at `at_us`. Texts are copied. */
void relays_event(struct service *service, uint32_t relay, uint64_t at_us,
                  const struct pf_hub_event *event);
void relays_store_event(struct service *service, uint32_t relay, uint64_t at_us,
                        const struct pf_store_event *event);

void relays_happen(struct service *service, const struct happening *happening);

void relays_kill(struct service *service, uint32_t relay);
bool relays_is_up(const struct service *service, uint32_t relay);
pf_relay_id relays_id(uint32_t relay);
uint32_t relays_index(pf_relay_id id);
struct pf_cluster *relays_cluster(const struct service *service, uint32_t relay);

/* A free number for a client, which is the member's now. */
uint32_t relays_seat(struct service *service, uint32_t relay, uint32_t member);
void relays_unseat(struct service *service, uint32_t relay, uint32_t client);

/* The longest time for which something waited to be handled. */
uint64_t relays_longest_us(const struct service *service);

#endif
