/* stores.c - which stores can be used, and when they have to hear that this relay is alive. */
/* SPDX-License-Identifier: MIT */
#include "relay/cluster/stores.h"

#include "base/assert.h"
#include "relay/cluster/state.h"
#include "relay/hub/siphash.h"

#include <stdlib.h>

enum { PUBLISHED_MIN = 64 };

void pf_stores_clear(struct pf_stores *stores)
{
    for (uint32_t i = 0; i < stores->count; i++) {
        free(stores->each[i].published);
    }
    *stores = (struct pf_stores){.count = 0};
}

/* All relays must pick the same store, so the key is zero. */
uint32_t pf_stores_of_room(const struct pf_stores *stores, struct pf_slice room)
{
    static const uint64_t key[2];
    return stores->count == 1 ? 0 : (uint32_t)(pf_siphash(key, room) % stores->count);
}

void pf_stores_up(struct pf_cluster *cluster, uint32_t at)
{
    struct pf_store_state *store = &cluster->stores.each[at];
    PF_ASSERT(!store->is_up);
    /* It may have forgotten who owns what; those who know have to come first. */
    store->claims_ms = cluster->now_ms + (store->was_up ? PF_SETTLE_MS : 0);
    store->is_up = store->was_up = true;
    store->up_ms = store->renew_ms = cluster->now_ms;
    pf_claims_up(cluster, at);
}

void pf_stores_down(struct pf_cluster *cluster, uint32_t at)
{
    struct pf_store_state *store = &cluster->stores.each[at];
    store->is_up = false;
    store->published_first = store->published_count = 0;
    pf_claims_down(cluster, at);
}

void pf_stores_heard_self(struct pf_cluster *cluster, uint32_t store)
{
    struct pf_store_state *state = &cluster->stores.each[store];
    const uint64_t since_ms = state->heard_ms > state->up_ms ? state->heard_ms : state->up_ms;
    state->heard_ms = cluster->now_ms;
    /* While nothing came through the lease may have ended, and others may have claimed the rooms.
     */
    if (cluster->now_ms - since_ms >= PF_HEAR_SELF_MS) {
        pf_claims_up(cluster, store);
    }
}

/* False if memory is short, or if far too much is unanswered. */
static bool note_published(struct pf_store_state *store, uint32_t epoch)
{
    if (store->published_count == store->published_size) {
        const size_t size = store->published_size > 0 ? 2 * store->published_size : PUBLISHED_MIN;
        uint32_t *grown = size <= PF_PUBLISHED_MAX ? malloc(size * sizeof *grown) : NULL;
        if (!grown) {
            return false;
        }
        for (size_t i = 0; i < store->published_count; i++) {
            grown[i] = store->published[(store->published_first + i) % store->published_size];
        }
        free(store->published);
        store->published = grown;
        store->published_size = size;
        store->published_first = 0;
    }
    store->published[(store->published_first + store->published_count) % store->published_size] =
        epoch;
    store->published_count++;
    return true;
}

void pf_stores_publish(struct pf_cluster *cluster, uint32_t at, pf_relay_id relay,
                       struct pf_slice bytes, uint32_t epoch)
{
    struct pf_store_state *store = &cluster->stores.each[at];
    if (!store->is_up) {
        return;
    }
    if (!note_published(store, epoch)) {
        (void)pf_cluster_put_command(cluster, at, PF_STORE_RECONNECT);
        return;
    }
    struct pf_store_command *command = pf_cluster_put_command(cluster, at, PF_STORE_PUBLISH);
    command->relay = relay;
    command->bytes = bytes;
    cluster->counts.published++;
}

uint32_t pf_stores_published(struct pf_cluster *cluster, uint32_t at)
{
    struct pf_store_state *store = &cluster->stores.each[at];
    PF_ASSERT(store->published_count > 0);
    const uint32_t epoch = store->published[store->published_first];
    store->published_first = (store->published_first + 1) % store->published_size;
    store->published_count--;
    return epoch;
}

bool pf_store_hears(const struct pf_store_state *store, uint64_t now_ms)
{
    return store->is_up && store->heard_ms >= store->up_ms &&
           now_ms - store->heard_ms < PF_HEAR_SELF_MS;
}

/* ---- signs of life ---- */

static void tell_self(struct pf_cluster *cluster, uint32_t at)
{
    const size_t start = cluster->text.size;
    pf_bus_write(&(struct pf_bus_message){.kind = PF_BUS_SELF, .from = cluster->config.self},
                 &cluster->text);
    pf_stores_publish(cluster, at, cluster->config.self,
                      (struct pf_slice){cluster->text.data + start, cluster->text.size - start}, 0);
}

/* Whether it has been up for long enough to have heard from itself, and has not. */
static bool hears_nothing(const struct pf_store_state *store, uint64_t now_ms)
{
    return now_ms - store->up_ms >= PF_LEASE_MS && !pf_store_hears(store, now_ms);
}

bool pf_stores_step(struct pf_cluster *cluster)
{
    for (uint32_t i = 0; i < cluster->stores.count; i++) {
        struct pf_store_state *store = &cluster->stores.each[i];
        if (!store->is_up || cluster->now_ms < store->renew_ms || cluster->retirement.is_over) {
            continue;
        }
        store->renew_ms = cluster->now_ms + PF_RENEW_MS;
        (void)pf_cluster_put_command(cluster, i, PF_STORE_RENEW);
        tell_self(cluster, i);
        pf_trunks_say_alive(cluster, i);
        if (hears_nothing(store, cluster->now_ms) &&
            cluster->now_ms - store->heard_ms >= PF_STORE_STALL_MS) {
            (void)pf_cluster_put_command(cluster, i, PF_STORE_RECONNECT);
        }
        return true;
    }
    return false;
}

uint64_t pf_stores_deadline_ms(const struct pf_cluster *cluster)
{
    uint64_t deadline_ms = PF_DEADLINE_NONE;
    for (uint32_t i = 0; i < cluster->stores.count; i++) {
        const struct pf_store_state *store = &cluster->stores.each[i];
        if (store->is_up && !cluster->retirement.is_over && store->renew_ms < deadline_ms) {
            deadline_ms = store->renew_ms;
        }
    }
    return deadline_ms;
}
