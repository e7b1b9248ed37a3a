/* faults.c - the actions and faults of one simulated world, as data. */
/* SPDX-License-Identifier: MIT */
#include "faults.h"

#include <stddef.h>

static bool one_in(struct pf_random *random, uint32_t count)
{
    return pf_random_below(random, count) == 0;
}

/* A fault is absent from half of the worlds, so that the others are also tested alone. */
static uint32_t draw_chance(struct pf_random *random, uint32_t chance_max)
{
    return one_in(random, 2) ? 0 : 1 + pf_random_below(random, chance_max);
}

static void draw_weights(struct sim_faults *faults, struct pf_random *random)
{
    for (int i = 0; i <= SIM_ACTION_CONTROL_STORM; i++) {
        faults->weights[i] = draw_chance(random, 8);
    }
    faults->weights[SIM_ACTION_MICROPHONE]++; /* so that the sum is never 0 */
    switch (pf_random_below(random, 8)) {
    case 0: /* user actions only, no faults */
        for (int i = SIM_ACTION_CRASH; i <= SIM_ACTION_CONTROL_STORM; i++) {
            faults->weights[i] = 0;
        }
        break;
    case 1: /* mostly one kind */
        faults->weights[pf_random_below(random, SIM_ACTION_CONTROL_STORM + 1)] += 30;
        break;
    default: break;
    }
}

static void draw_hostiles(struct sim_faults *faults, struct pf_random *random)
{
    faults->hostiles_count = 1 + pf_random_below(random, SIM_HOSTILES_MAX);
    static const enum sim_trick costly[] = {SIM_TRICK_OFFER, SIM_TRICK_OFFER, SIM_TRICK_REQUESTS,
                                            SIM_TRICK_GLARE};
    const bool frenzy = one_in(random, 6); /* just below the rate limit of the relay */
    faults->tricks_per_minute = frenzy ? 5000 : 20 + pf_random_below(random, 300);
    for (int i = 0; i < SIM_TRICKS_COUNT && (!frenzy || one_in(random, 3)); i++) {
        faults->tricks[i] = draw_chance(random, 8);
    }
    if (frenzy) {
        faults->tricks[costly[pf_random_below(random, 4)]] += 100;
    } else {
        faults->tricks[pf_random_below(random, SIM_TRICK_FLOOD)] += 10;
    }
}

/*
 * Rare faults. They have a generator of their own, so that worlds without them stay the same when
 * such a fault is added.
 */
static void draw_rare(struct sim_faults *faults, struct pf_random *random)
{
    if (one_in(random, 4)) {
        faults->weights[SIM_ACTION_DUPLICATE] = 1 + pf_random_below(random, 8);
    }
    if (one_in(random, 6)) {
        faults->relays_count = 2 + pf_random_below(random, SIM_LONE_RELAYS_MAX - 1);
        faults->weights[SIM_ACTION_RELAY_MOVE] = 1 + pf_random_below(random, 8);
    }
    faults->late_events = one_in(random, 4);
    faults->impatient_chance = one_in(random, 6) ? 1 + pf_random_below(random, 700) : 0;
    if (one_in(random, 16)) {
        faults->lasting_cuts = 1 + pf_random_below(random, (faults->hosts_count + 1) / 2);
        faults->cut_from_the_start = one_in(random, 2);
    }
    if (one_in(random, 16) && faults->hosts_count <= 8) {
        draw_hostiles(faults, random);
    }
    if (one_in(random, 16)) {
        faults->loss = one_in(random, 2) ? SIM_LOSS_RELAY : SIM_LOSS_NETWORK;
        faults->lost_host = pf_random_below(random, faults->hosts_count);
    }
}

/*
 * What takes long, with a generator of its own as well: one world of 300 has 9 to 16 hosts, another
 * has faults for 3 to 10 min, longer than the grace period and than the minute between the timers
 * of a background page.
 */
static void draw_large(struct sim_faults *faults, struct pf_random *random)
{
    if (one_in(random, 300)) {
        faults->hosts_count = 9 + pf_random_below(random, SIM_HOSTS_MAX - 8);
    } else if (one_in(random, 300)) {
        faults->storm_ms = 180000 + pf_random_below(random, 420001);
        faults->actions_per_minute = 5 + pf_random_below(random, 40);
    }
    if (one_in(random, 10)) {
        faults->rooms_count = SIM_ROOMS_MAX;
    }
}

/* Names, hands and reactions. Of a generator of its own, too. */
static void draw_gestures(struct sim_faults *faults, struct pf_random *random)
{
    if (one_in(random, 3)) {
        faults->gestures_per_minute = 5 + pf_random_below(random, one_in(random, 4) ? 300 : 60);
    }
}

/* Tracks that are muted by the system. Of a generator of its own, too. */
static void draw_interruptions(struct sim_faults *faults, struct pf_random *random)
{
    if (one_in(random, 4)) {
        faults->interruptions_per_minute =
            5 + pf_random_below(random, one_in(random, 4) ? 200 : 40);
    }
}

/* Tracks of the page's own, and sources that are not used. Likewise. */
static void draw_origins(struct sim_faults *faults, struct pf_random *random)
{
    if (one_in(random, 4)) {
        faults->origins_per_minute = 5 + pf_random_below(random, one_in(random, 4) ? 200 : 40);
    }
}

/* Shared screens. Likewise. */
static void draw_shares(struct sim_faults *faults, struct pf_random *random)
{
    if (one_in(random, 3)) {
        faults->shares_per_minute = 5 + pf_random_below(random, one_in(random, 4) ? 200 : 40);
    }
}

/* Pictures of different size, and machines that are too slow for them. Likewise. */
static void draw_quality(struct sim_faults *faults, struct pf_random *random)
{
    if (one_in(random, 3)) {
        faults->wants_per_minute = 5 + pf_random_below(random, one_in(random, 4) ? 300 : 60);
        faults->encoding_fails_chance = one_in(random, 4) ? 1 + pf_random_below(random, 400) : 0;
        faults->slow_chance = one_in(random, 2) ? 1 + pf_random_below(random, 600) : 0;
        faults->old_chance = one_in(random, 4) ? 1 + pf_random_below(random, 500) : 0;
    }
}

/* What people write. Likewise. */
static void draw_chats(struct sim_faults *faults, struct pf_random *random)
{
    if (one_in(random, 3)) {
        faults->chats_per_minute = 5 + pf_random_below(random, one_in(random, 4) ? 300 : 60);
    }
}

/* Credentials that expire. Likewise. */
static void draw_turn(struct sim_faults *faults, struct pf_random *random)
{
    if (one_in(random, 4)) {
        faults->turn_ttl_ms = 30000 + pf_random_below(random, 60000);
        faults->turn_chance = one_in(random, 2) ? 1 + pf_random_below(random, 500) : 0;
        faults->tokens = one_in(random, 2) && faults->hostiles_count == 0; /* who have none */
    }
}

/* Hosts at work. Likewise. Hostile members would lock everybody out. */
static void draw_doors(struct sim_faults *faults, struct pf_random *random)
{
    if (one_in(random, 4) && faults->hostiles_count == 0) {
        /* Relays take 240, and what waited for a network comes all at once. */
        faults->doors_per_minute = 60 + pf_random_below(random, 90);
        if (one_in(random, 2)) { /* who reloads has to knock */
            faults->ticket_chance = pf_random_below(random, 500);
        }
    }
}

/* Files that people offer. Likewise. */
static void draw_files(struct sim_faults *faults, struct pf_random *random)
{
    if (one_in(random, 3)) {
        faults->files_per_minute = 5 + pf_random_below(random, one_in(random, 4) ? 200 : 60);
    }
}

/* Clients without WebRTC, in one world of twelve. Likewise. */
static void draw_observers(struct sim_faults *faults, struct pf_random *random)
{
    if (one_in(random, 12)) {
        faults->observers = 1u << pf_random_below(random, faults->hosts_count);
        faults->observers |= one_in(random, 4) ? pf_random_next(random) & 0xffff : 0;
    }
}

/*
 * Relays that serve the same rooms, in a third of the worlds that have several, or in any.
 * Likewise. Some of the faults take longer than most worlds.
 */
static void draw_cluster(struct sim_faults *faults, struct pf_random *random, bool has_cluster)
{
    if (!has_cluster && (faults->relays_count == 1 || !one_in(random, 3))) {
        return;
    }
    faults->relays_count = 2 + pf_random_below(random, SIM_RELAYS_MAX - 1);
    faults->stores_count = one_in(random, 3) ? 2 + pf_random_below(random, SIM_STORES_MAX - 1) : 1;
    faults->weights[SIM_ACTION_RELAY_MOVE] = draw_chance(random, 8);
    faults->cluster_faults_per_minute =
        one_in(random, 6) ? 0 : 1 + pf_random_below(random, one_in(random, 4) ? 60 : 12);
    for (int i = 0; i < SIM_CLUSTER_FAULTS_COUNT; i++) {
        faults->cluster_weights[i] = draw_chance(random, 8);
    }
    faults->cluster_weights[pf_random_below(random, SIM_CLUSTER_FAULTS_COUNT)] += 10;
    faults->store_latency_us_max = 1 + pf_random_below(random, one_in(random, 4) ? 60000 : 2000);
    faults->store_spike_chance = draw_chance(random, 20);
    if (faults->doors_per_minute > 0) {
        faults->doors_per_minute = 20 + pf_random_below(random, 20); /* a stall delays 20 s of it */
    }
    if (one_in(random, 3) && faults->storm_ms < 60000) {
        faults->storm_ms = 20000 + pf_random_below(random, 80000);
        faults->actions_per_minute = 5 + pf_random_below(random, 40);
    }
}

/* Relays that end little by little. Likewise. */
static void draw_drains(struct sim_faults *faults, struct pf_random *random)
{
    if (one_in(random, 24) && faults->stores_count == 0) {
        faults->drains_per_minute = 5 + pf_random_below(random, 20);
    }
}

/* A generator of its own: what one part draws changes nothing in the others. */
static struct pf_random apart(const struct pf_random *random, uint64_t part)
{
    struct pf_random own;
    pf_random_seed(&own, random->state ^ part);
    return own;
}

void sim_faults_draw(struct sim_faults *faults, struct pf_random *random, uint32_t hosts_count,
                     bool has_cluster)
{
    struct pf_random rare = apart(random, 0x72617265);
    struct pf_random large = apart(random, 0x6c61726765);
    struct pf_random gestures = apart(random, 0x68616e6473);
    struct pf_random interruptions = apart(random, 0x6d75746573);
    struct pf_random origins = apart(random, 0x6f726967);
    struct pf_random shares = apart(random, 0x73686172);
    struct pf_random quality = apart(random, 0x7175616c);
    struct pf_random chats = apart(random, 0x63686174);
    struct pf_random turn = apart(random, 0x7475726e);
    struct pf_random doors = apart(random, 0x646f6f7273);
    struct pf_random files = apart(random, 0x66696c65);
    struct pf_random observers = apart(random, 0x6f6273);
    struct pf_random cluster = apart(random, 0x636c7573746572);
    struct pf_random drains = apart(random, 0x647261696e73);
    static const uint32_t usual_counts[] = {2, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6, 7, 8};
    const uint32_t usual = (uint32_t)(sizeof(usual_counts) / sizeof(usual_counts[0]));
    /* One statement each: C does not specify the order of calls within an initializer. */
    *faults = (struct sim_faults){.relays_count = 1, .rooms_count = 1};
    faults->hosts_count = usual_counts[pf_random_below(random, usual)];
    faults->storm_ms = 1000 + pf_random_below(random, one_in(random, 4) ? 60000 : 15000);
    faults->actions_per_minute = 10 + pf_random_below(random, one_in(random, 4) ? 400 : 80);
    faults->latency_ms_min = pf_random_below(random, 30);
    faults->spike_chance = draw_chance(random, 60);
    faults->operation_fails_chance =
        one_in(random, 4) ? 1 + pf_random_below(random, one_in(random, 4) ? 200 : 30) : 0;
    faults->replace_fails_chance = one_in(random, 4) ? 1 + pf_random_below(random, 100) : 0;
    faults->create_fails_chance = one_in(random, 8) ? 1 + pf_random_below(random, 60) : 0;
    faults->operation_ms_max = 1 + pf_random_below(random, one_in(random, 6) ? 800 : 40);
    faults->prompt_chance = draw_chance(random, 500);
    faults->ignored_chance = draw_chance(random, 200);
    faults->denied_chance = draw_chance(random, 300);
    faults->missing_chance = draw_chance(random, 200);
    faults->enter_ms_max = 1 + pf_random_below(random, one_in(random, 3) ? 50 : 4000);
    faults->ticket_chance = one_in(random, 4) ? pf_random_below(random, 1000) : 1000;
    faults->failed_recovers = one_in(random, 3);
    faults->realistic_sdp = one_in(random, 50);
    faults->latency_ms_max =
        faults->latency_ms_min + 1 + pf_random_below(random, one_in(random, 3) ? 600 : 60);
    draw_large(faults, &large);
    if (hosts_count != 0) {
        faults->hosts_count = hosts_count;
    }
    draw_weights(faults, random);
    draw_rare(faults, &rare);
    draw_gestures(faults, &gestures);
    draw_origins(faults, &origins);
    draw_shares(faults, &shares);
    draw_quality(faults, &quality);
    draw_chats(faults, &chats);
    draw_turn(faults, &turn);
    draw_doors(faults, &doors);
    draw_files(faults, &files);
    draw_interruptions(faults, &interruptions);
    draw_observers(faults, &observers);
    draw_cluster(faults, &cluster, has_cluster);
    draw_drains(faults, &drains);
}

static void clear_weights(struct sim_faults *faults, const enum sim_action *actions, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        faults->weights[actions[i]] = 0;
    }
}

#define CLEAR(faults, ...)                                                                         \
    clear_weights(faults, (const enum sim_action[]){__VA_ARGS__},                                  \
                  sizeof((const enum sim_action[]){__VA_ARGS__}) / sizeof(enum sim_action))

static void clear_networks(struct sim_faults *faults, unsigned without)
{
    if (without & SIM_FAULTS_DELAY) {
        faults->latency_ms_max = faults->latency_ms_min + 20;
        faults->spike_chance = 0;
    }
    if (without & SIM_FAULTS_WIRE) {
        CLEAR(faults, SIM_ACTION_SOCKET_BREAK, SIM_ACTION_RELAY_CUT);
    }
    if (without & SIM_FAULTS_RELAY) {
        CLEAR(faults, SIM_ACTION_RELAY_KILL, SIM_ACTION_RELAY_MOVE);
        faults->relays_count = 1;
        faults->stores_count = faults->drains_per_minute = 0;
    }
    if (without & SIM_FAULTS_NETWORK) {
        CLEAR(faults, SIM_ACTION_PARTITION, SIM_ACTION_OFFLINE, SIM_ACTION_NEW_ADDRESS);
        faults->lasting_cuts = 0;
        faults->cut_from_the_start = false;
        faults->loss = SIM_LOSS_NONE;
    }
}

static void clear_machines(struct sim_faults *faults, unsigned without)
{
    if (without & SIM_FAULTS_MACHINE) {
        CLEAR(faults, SIM_ACTION_SLEEP, SIM_ACTION_THROTTLE);
    }
    if (without & SIM_FAULTS_DEVICES) {
        CLEAR(faults, SIM_ACTION_UNPLUG, SIM_ACTION_DEVICE_BUSY, SIM_ACTION_PERMISSION,
              SIM_ACTION_TRACK_ENDED);
        faults->prompt_chance = faults->missing_chance = faults->interruptions_per_minute = 0;
    }
    if (without & SIM_FAULTS_BROWSER) {
        faults->operation_fails_chance = faults->replace_fails_chance = 0;
        faults->create_fails_chance = faults->encoding_fails_chance = 0;
        faults->operation_ms_max = 5;
        faults->late_events = false;
    }
}

static void clear_people(struct sim_faults *faults)
{
    CLEAR(faults, SIM_ACTION_CAMERA, SIM_ACTION_TWICE, SIM_ACTION_SELECT, SIM_ACTION_LEAVE,
          SIM_ACTION_CONTROL_STORM);
    faults->weights[SIM_ACTION_MICROPHONE] = 1; /* the sum must not be 0 */
    faults->gestures_per_minute = faults->shares_per_minute = faults->origins_per_minute = 0;
    faults->chats_per_minute = faults->wants_per_minute = 0;
    faults->files_per_minute = faults->doors_per_minute = 0;
    faults->tokens = false;
}

static bool has_only_microphone(const struct sim_faults *faults)
{
    uint32_t others = 0;
    for (int i = 0; i < SIM_ACTIONS_COUNT; i++) {
        others += i != SIM_ACTION_MICROPHONE ? faults->weights[i] : 0;
    }
    return others == 0;
}

void sim_faults_clear(struct sim_faults *faults, unsigned without)
{
    clear_networks(faults, without);
    clear_machines(faults, without);
    if (without & SIM_FAULTS_PAGES) {
        CLEAR(faults, SIM_ACTION_RELOAD, SIM_ACTION_CRASH, SIM_ACTION_DUPLICATE);
        faults->impatient_chance = 0;
    }
    if (without & SIM_FAULTS_HOSTILE) {
        faults->hostiles_count = 0;
    }
    if (without & SIM_FAULTS_PEOPLE) {
        clear_people(faults);
        if (has_only_microphone(faults)) {
            faults->actions_per_minute = 1;
        }
    }
}

const char *sim_action_name(enum sim_action action)
{
    static const char *const names[] = {
        [SIM_ACTION_MICROPHONE] = "toggles the microphone",
        [SIM_ACTION_CAMERA] = "toggles the camera",
        [SIM_ACTION_TWICE] = "toggles twice",
        [SIM_ACTION_SELECT] = "selects a device",
        [SIM_ACTION_LEAVE] = "leaves",
        [SIM_ACTION_RELOAD] = "reloads",
        [SIM_ACTION_CRASH] = "crashes",
        [SIM_ACTION_SOCKET_BREAK] = "loses the WebSocket",
        [SIM_ACTION_RELAY_KILL] = "(the relay is killed)",
        [SIM_ACTION_RELAY_CUT] = "is cut off from the relay",
        [SIM_ACTION_PARTITION] = "is cut off from another host",
        [SIM_ACTION_OFFLINE] = "goes offline",
        [SIM_ACTION_NEW_ADDRESS] = "changes the network",
        [SIM_ACTION_SLEEP] = "sleeps",
        [SIM_ACTION_THROTTLE] = "goes to the background",
        [SIM_ACTION_UNPLUG] = "plugs or unplugs a device",
        [SIM_ACTION_DEVICE_BUSY] = "has a device taken by another program",
        [SIM_ACTION_PERMISSION] = "changes a permission",
        [SIM_ACTION_TRACK_ENDED] = "has a track ended by the browser",
        [SIM_ACTION_CONTROL_STORM] = "plays with the controls",
        [SIM_ACTION_DUPLICATE] = "opens the page a second time",
        [SIM_ACTION_RELAY_MOVE] = "finds another relay at the address",
    };
    return names[action];
}

const char *sim_cluster_fault_name(enum sim_cluster_fault fault)
{
    static const char *const names[] = {
        [SIM_CLUSTER_STALL] = "a store stalls",
        [SIM_CLUSTER_LONG_STALL] = "a store stalls for 20 s",
        [SIM_CLUSTER_STOP] = "a store stops",
        [SIM_CLUSTER_FORGET] = "a store stops, and will be empty",
        [SIM_CLUSTER_FALL_BEHIND] = "a store stops, and will lack its last writes",
        [SIM_CLUSTER_UNSUBSCRIBE] = "a store ends subscriptions",
        [SIM_CLUSTER_DEAFEN] = "a subscription is lost in silence",
        [SIM_CLUSTER_CUT] = "a relay is cut off from stores",
        [SIM_CLUSTER_RETIRE] = "a relay is drained",
        [SIM_CLUSTER_KILL] = "a relay of the cluster is killed",
        [SIM_CLUSTER_PAUSE] = "a relay is stopped for a while",
    };
    return names[fault];
}
