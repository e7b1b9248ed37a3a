/* service.h - a service of many relays in virtual time. */
/* SPDX-License-Identifier: MIT */
#ifndef STORM_SERVICE_H
#define STORM_SERVICE_H

#include "base/random.h"
#include "heap.h"
#include "relay/cluster/cluster.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SERVICE_RELAYS_MAX = 512,
    SERVICE_ROOM_SIZE = 4,
    PACKET_US = 500, /* one way, between any two */
};

struct service_options {
    uint32_t members, relays, stores, fill_s, fail, back_s, seed;
    bool memory;
};

struct bench_relay;
struct member;
struct redis;

struct service {
    struct service_options options;
    uint64_t now_us;
    struct pf_random random;
    struct heap heap;
    struct bench_relay *relays; /* owned, as are the others */
    struct member *members;
    struct redis *redis;
    uint64_t whole_us;
};

struct service *service_new(const struct service_options *options);
void service_free(struct service *service);
void service_run(struct service *service, uint64_t until_us);

#endif
