/*
 * cluster.c - relays that serve the same rooms over simulated Redis servers.
 *
 * A balancer in front of the relays sends a new WebSocket to one that says it is ready, and
 * sometimes to another that runs. Faults are those of sim_cluster_fault, besides those that worlds
 * without a cluster have: relays are killed, hosts move. After the faults the hosts stay where they
 * are, on different relays.
 */
/* SPDX-License-Identifier: MIT */
#include "cluster.h"

#include "base/assert.h"
#include "relay.h"
#include "relay/cluster/cluster.h"
#include "trace.h"

#include <stdlib.h>

enum {
    STALL_MS_MAX = 5000,
    LONG_STALL_MS = 20000,
    LONG_MS_MAX = 60000, /* of what can take long: a stop, a cut, a relay that is gone */
    SHORT_MS_MAX = 8000,
    RETIRE_MS_MAX = 10000,
    PAUSE_MS_MAX = 15000,
    PAUSE_POLL_US = 100000,
    UNREADY_CHANCE = 50, /* that the balancer has not heard of it yet */
};

void sim_cluster_begin(struct sim_world *world)
{
    if (world->faults.stores_count == 0) {
        return;
    }
    world->cluster = calloc(1, sizeof *world->cluster);
    PF_ASSERT(world->cluster);
    sim_stores_begin(world);
    for (uint32_t i = 0; i < world->faults.relays_count; i++) {
        world->cluster->clocks_ms[i] = sim_below(world, SIM_CLOCKS_MS_MAX);
        sim_relay_start(world, i);
    }
    if (world->faults.cluster_faults_per_minute > 0) {
        sim_after_pause(world, world->faults.cluster_faults_per_minute, SIM_CLUSTER_FAULT);
    }
}

void sim_cluster_end(struct sim_world *world)
{
    if (world->cluster) {
        sim_stores_end(world);
        free(world->cluster);
        world->cluster = NULL;
    }
}

pf_relay_id sim_cluster_draw_id(struct sim_world *world, uint32_t relay)
{
    const uint64_t high = pf_random_next(&world->random);
    const uint64_t low = pf_random_next(&world->random);
    world->cluster->ids[relay] = high << 32 | low | 1; /* never 0 */
    world->cluster->retires[relay] = false;
    world->cluster->paused_us[relay] = 0;
    world->cluster->resets[relay] = 0;
    world->cluster->last_start_us = world->now_us;
    return world->cluster->ids[relay];
}

/* ---- the balancer ---- */

static bool is_ready(const struct sim_world *world, uint32_t at)
{
    const struct sim_relay *relay = &world->relays[at];
    return relay->up && sim_cluster_pause_us(world, at) == 0 &&
           pf_cluster_is_ready(relay->cluster, world->now_us / 1000);
}

/* The first relay from `from` on that runs, and is ready if it has to be; or from `from` if none.
 */
static uint32_t find_relay(const struct sim_world *world, uint32_t from, bool ready)
{
    const uint32_t count = world->faults.relays_count;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t at = (from + i) % count;
        if (ready ? is_ready(world, at) : world->relays[at].up) {
            return at;
        }
    }
    return from;
}

void sim_cluster_balance(struct sim_world *world, uint32_t at)
{
    struct sim_host *host = &world->hosts[at];
    if (!world->cluster) {
        return;
    }
    if (sim_chance(world, 300)) {
        host->relay_at = sim_below(world, world->faults.relays_count);
    }
    if (!is_ready(world, host->relay_at) && (world->quiet || !sim_chance(world, UNREADY_CHANCE))) {
        host->relay_at = find_relay(world, host->relay_at, true);
    }
    if (!world->relays[host->relay_at].up) {
        host->relay_at = find_relay(world, host->relay_at, false);
    }
}

/* ---- faults ---- */

/* Not until the end of the pause, which may be put forward. */
uint64_t sim_cluster_pause_us(const struct sim_world *world, uint32_t relay)
{
    const uint64_t until_us = world->cluster ? world->cluster->paused_us[relay] : 0;
    const uint64_t left_us = until_us > world->now_us ? until_us - world->now_us : 0;
    return left_us < PAUSE_POLL_US ? left_us : PAUSE_POLL_US;
}

static uint64_t draw_us(struct sim_world *world)
{
    return sim_between_us(world, 50, sim_chance(world, 300) ? LONG_MS_MAX : SHORT_MS_MAX);
}

static void stop_store(struct sim_world *world, uint32_t store, enum sim_store_memory memory)
{
    sim_store_stop(world, store, draw_us(world), memory);
}

/* Of the relay alone, or of all. */
static void unsubscribe(struct sim_world *world, uint32_t relay, uint32_t store)
{
    const bool all = sim_chance(world, 400);
    for (uint32_t i = 0; i < world->faults.relays_count; i++) {
        if (all || i == relay) {
            sim_store_unsubscribe(world, i, store);
        }
    }
}

/* From the store alone, or from all. */
static void cut(struct sim_world *world, uint32_t relay, uint32_t store)
{
    const bool all = sim_chance(world, 600);
    const uint64_t until_us = world->now_us + draw_us(world);
    for (uint32_t i = 0; i < world->faults.stores_count; i++) {
        if (all || i == store) {
            sim_store_cut(world, relay, i, until_us);
        }
    }
}

/* As after SIGTERM: no new rooms, then no rooms, then no process. */
static void retire(struct sim_world *world, uint32_t at)
{
    struct sim_cluster *cluster = world->cluster;
    const uint64_t over_us = sim_between_us(world, 0, RETIRE_MS_MAX);
    if (!world->relays[at].up || cluster->retires[at] || sim_cluster_pause_us(world, at) > 0) {
        return;
    }
    cluster->retires[at] = true;
    pf_cluster_retire(world->relays[at].cluster, (uint32_t)(over_us / 1000));
    sim_relay_wake(world, at);
    sim_after(world, over_us + sim_between_us(world, 0, 3000), SIM_RELAY_RETIRED, at,
              (uint32_t)cluster->ids[at]);
}

static void come_back(struct sim_world *world, uint32_t relay)
{
    sim_after(world, draw_us(world), SIM_RELAY_START, relay, 0);
}

static void stop_retired(struct sim_world *world, uint32_t relay, uint32_t id)
{
    if (world->relays[relay].up && (uint32_t)world->cluster->ids[relay] == id) {
        sim_relay_stop(world, relay, true);
        come_back(world, relay);
    }
}

static void act(struct sim_world *world, enum sim_cluster_fault fault)
{
    const uint32_t store = sim_below(world, world->faults.stores_count);
    const uint32_t relay = sim_below(world, world->faults.relays_count);
    const uint64_t stall_us = sim_between_us(world, 100, STALL_MS_MAX);
    sim_trace_note(world, NULL, sim_cluster_fault_name(fault));
    switch (fault) {
    case SIM_CLUSTER_STALL: sim_store_stall(world, store, world->now_us + stall_us); break;
    case SIM_CLUSTER_LONG_STALL:
        sim_store_stall(world, store, world->now_us + (uint64_t)LONG_STALL_MS * 1000);
        break;
    case SIM_CLUSTER_STOP: stop_store(world, store, SIM_STORE_WHOLE); break;
    case SIM_CLUSTER_FORGET: stop_store(world, store, SIM_STORE_FORGETS); break;
    case SIM_CLUSTER_FALL_BEHIND: stop_store(world, store, SIM_STORE_BEHIND); break;
    case SIM_CLUSTER_UNSUBSCRIBE: unsubscribe(world, relay, store); break;
    case SIM_CLUSTER_DEAFEN: sim_store_deafen(world, relay, store, sim_chance(world, 500)); break;
    case SIM_CLUSTER_CUT: cut(world, relay, store); break;
    case SIM_CLUSTER_RETIRE: retire(world, relay); break;
    case SIM_CLUSTER_KILL:
        sim_relay_stop(world, relay, false);
        come_back(world, relay);
        break;
    case SIM_CLUSTER_PAUSE:
        world->cluster->paused_us[relay] = world->now_us + sim_between_us(world, 100, PAUSE_MS_MAX);
        break;
    case SIM_CLUSTER_FAULTS_COUNT: PF_UNREACHABLE();
    }
}

static void next_fault(struct sim_world *world)
{
    const uint32_t *weights = world->faults.cluster_weights;
    uint32_t sum = 0;
    for (int i = 0; i < SIM_CLUSTER_FAULTS_COUNT; i++) {
        sum += weights[i];
    }
    uint32_t drawn = sim_below(world, sum);
    int fault = 0;
    while (drawn >= weights[fault]) {
        drawn -= weights[fault++];
    }
    act(world, (enum sim_cluster_fault)fault);
    sim_after_pause(world, world->faults.cluster_faults_per_minute, SIM_CLUSTER_FAULT);
}

void sim_cluster_calm(struct sim_world *world)
{
    struct sim_cluster *cluster = world->cluster;
    sim_stores_heal(world);
    for (uint32_t i = 0; i < world->faults.relays_count; i++) {
        cluster->paused_us[i] = 0;
        if (world->relays[i].up && cluster->retires[i]) {
            stop_retired(world, i, (uint32_t)cluster->ids[i]);
        }
        if (!world->relays[i].up && sim_chance(world, 700)) {
            sim_relay_start(world, i); /* the others come back later */
        }
    }
    sim_relay_start(world, world->relay_at);
}

void sim_cluster_happen(struct sim_world *world, const struct sim_happening *happening)
{
    if (happening->kind == SIM_RELAY_RETIRED) {
        stop_retired(world, happening->subject, happening->token);
    } else if (!world->quiet) {
        next_fault(world);
    }
}
