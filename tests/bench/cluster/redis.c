/* redis.c - a model of Redis servers that are asked by many relays. */
/* SPDX-License-Identifier: MIT */
#include "redis.h"

#include "base/assert.h"
#include "relay/hub/siphash.h"
#include "relays.h"
#include "service.h"

#include <stdlib.h>
#include <string.h>

/* What a command takes the server, in nanoseconds: RESULTS.md says where they come from. */
enum {
    CLAIM_NS = 8000,
    PUBLISH_NS = 5500,
    OTHER_NS = 3500,
    BUCKETS = 1 << 18,
};

struct owner {
    struct owner *next;
    pf_relay_id relay;
    size_t room_size;
    char room[];
};

struct server {
    uint64_t busy_ns; /* until then */
    uint64_t lease_us[SERVICE_RELAYS_MAX];
    struct owner **buckets;
    struct redis_counts counts;
};

struct redis {
    struct server servers[PF_STORES_MAX];
};

void redis_begin(struct service *service)
{
    service->redis = calloc(1, sizeof *service->redis);
    PF_ASSERT(service->redis);
    for (uint32_t i = 0; i < service->options.stores; i++) {
        service->redis->servers[i].buckets = calloc(BUCKETS, sizeof(struct owner *));
        PF_ASSERT(service->redis->servers[i].buckets);
    }
}

void redis_end(struct service *service)
{
    for (uint32_t i = 0; i < service->options.stores; i++) {
        struct owner **buckets = service->redis->servers[i].buckets;
        for (size_t j = 0; j < BUCKETS; j++) {
            while (buckets[j]) {
                struct owner *owner = buckets[j];
                buckets[j] = owner->next;
                free(owner);
            }
        }
        free(buckets);
    }
    free(service->redis);
}

static struct owner **find(const struct server *server, struct pf_slice room)
{
    static const uint64_t key[2] = {1, 2};
    struct owner **at = &server->buckets[pf_siphash(key, room) % BUCKETS];
    while (*at && !pf_slice_equal((struct pf_slice){(*at)->room, (*at)->room_size}, room)) {
        at = &(*at)->next;
    }
    return at;
}

static pf_relay_id claim(struct server *server, uint64_t now_us, uint32_t relay,
                         struct pf_slice room)
{
    struct owner **at = find(server, room);
    if (!*at) {
        *at = calloc(1, sizeof **at + room.size);
        PF_ASSERT(*at);
        (*at)->room_size = room.size;
        memcpy((*at)->room, room.data, room.size);
    } else if (server->lease_us[relays_index((*at)->relay)] > now_us) {
        return (*at)->relay;
    }
    (*at)->relay = relays_id(relay);
    return (*at)->relay;
}

static void release(struct server *server, uint32_t relay, struct pf_slice room)
{
    struct owner **at = find(server, room);
    if (*at && (*at)->relay == relays_id(relay)) {
        struct owner *owner = *at;
        *at = owner->next;
        free(owner);
    }
}

static void publish(struct service *service, uint64_t done_us, uint32_t relay,
                    const struct pf_store_command *command)
{
    const uint32_t to = relays_index(command->relay);
    const bool is_up = relays_is_up(service, to);
    if (is_up) {
        relays_store_event(service, to, done_us + PACKET_US,
                           &(struct pf_store_event){.type = PF_STORE_MESSAGE,
                                                    .store = command->store,
                                                    .bytes = command->bytes});
    }
    relays_store_event(service, relay, done_us + PACKET_US,
                       &(struct pf_store_event){.type = PF_STORE_PUBLISHED,
                                                .store = command->store,
                                                .relay = command->relay,
                                                .count = is_up});
}

/* When the server is done with a command that takes so long. */
static uint64_t serve(const struct service *service, struct server *server, uint64_t cost_ns)
{
    const uint64_t arrival_ns = (service->now_us + PACKET_US) * 1000;
    const uint64_t start_ns = arrival_ns > server->busy_ns ? arrival_ns : server->busy_ns;
    const uint64_t waited_us = (start_ns - arrival_ns) / 1000;
    if (waited_us > server->counts.longest_us) {
        server->counts.longest_us = waited_us;
    }
    server->busy_ns = start_ns + cost_ns;
    server->counts.busy_us += cost_ns; /* in nanoseconds until it is asked for */
    return server->busy_ns / 1000;
}

void redis_command(struct service *service, uint32_t relay, const struct pf_store_command *command)
{
    struct server *server = &service->redis->servers[command->store];
    switch (command->type) {
    case PF_STORE_CLAIM: {
        const uint64_t done_us = serve(service, server, CLAIM_NS);
        server->counts.claims++;
        relays_store_event(
            service, relay, done_us + PACKET_US,
            &(struct pf_store_event){.type = PF_STORE_CLAIMED,
                                     .store = command->store,
                                     .relay = claim(server, done_us, relay, command->room),
                                     .room = command->room});
        return;
    }
    case PF_STORE_PUBLISH:
        server->counts.publications++;
        publish(service, serve(service, server, PUBLISH_NS), relay, command);
        return;
    case PF_STORE_ASK: {
        const uint64_t done_us = serve(service, server, OTHER_NS);
        server->counts.others++;
        relays_store_event(service, relay, done_us + PACKET_US,
                           &(struct pf_store_event){
                               .type = PF_STORE_ANSWERED,
                               .store = command->store,
                               .relay = command->relay,
                               .count = server->lease_us[relays_index(command->relay)] > done_us});
        return;
    }
    case PF_STORE_RENEW:
        server->counts.others++;
        server->lease_us[relay] = serve(service, server, OTHER_NS) + (uint64_t)PF_LEASE_MS * 1000;
        return;
    case PF_STORE_RETIRE: server->lease_us[relay] = 0; return;
    case PF_STORE_RELEASE:
        server->counts.others++;
        (void)serve(service, server, CLAIM_NS);
        release(server, relay, command->room);
        return;
    case PF_STORE_RECONNECT: PF_UNREACHABLE(); /* nothing stalls here */
    }
}

struct redis_counts redis_counts(const struct service *service)
{
    struct redis_counts sum = {0};
    for (uint32_t i = 0; i < service->options.stores; i++) {
        const struct redis_counts *counts = &service->redis->servers[i].counts;
        sum.claims += counts->claims;
        sum.publications += counts->publications;
        sum.others += counts->others;
        sum.busy_us += counts->busy_us / 1000;
        sum.longest_us = counts->longest_us > sum.longest_us ? counts->longest_us : sum.longest_us;
    }
    return sum;
}

pf_relay_id redis_owner(const struct service *service, uint32_t store, struct pf_slice room)
{
    struct owner **at = find(&service->redis->servers[store], room);
    return *at ? (*at)->relay : 0;
}
