/* world.c - hosts, pages, connections, sockets and relays in virtual time, derived from one seed.
 */
/* SPDX-License-Identifier: MIT */
#include "world.h"

#include "base/assert.h"
#include "capture.h"
#include "chat.h"
#include "check.h"
#include "cluster.h"
#include "cluster_check.h"
#include "doors.h"
#include "drain.h"
#include "frames.h"
#include "gestures.h"
#include "hostile.h"
#include "ice.h"
#include "interruptions.h"
#include "origins.h"
#include "pc.h"
#include "relay.h"
#include "tab.h"
#include "trace.h"
#include "turn.h"
#include "user.h"
#include "wire.h"

#include <stdarg.h>
#include <stdlib.h>

enum { HAPPENINGS_MAX = 3000000 };

void sim_fail(struct sim_world *world, const char *format, ...)
{
    if (world->failed) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    world->failed = true;
    (void)vsnprintf(world->failure, sizeof(world->failure), format, arguments);
    va_end(arguments);
}

void sim_after(struct sim_world *world, uint64_t delay_us, enum sim_kind kind, uint32_t subject,
               uint32_t token)
{
    const struct sim_happening happening = {
        .at_us = world->now_us + delay_us, .kind = kind, .subject = subject, .token = token};
    sim_queue_put(&world->queue, &happening);
}

void sim_after_pause(struct sim_world *world, uint32_t per_minute, enum sim_kind kind)
{
    const uint32_t mean_ms = 60000 / per_minute;
    sim_after(world, sim_between_us(world, 0, 2 * mean_ms + 1), kind, 0, 0);
}

/* FNV-1a, 64 bits */
static void mix(struct sim_world *world, uint8_t byte)
{
    world->hash = (world->hash ^ byte) * 1099511628211u;
}

void sim_hash(struct sim_world *world, struct pf_slice bytes)
{
    for (size_t i = 0; world->hashes && i < bytes.size; i++) {
        mix(world, (uint8_t)bytes.data[i]);
    }
}

static void hash_number(struct sim_world *world, uint64_t number)
{
    for (int bits = 0; world->hashes && bits < 64; bits += 8) {
        mix(world, (uint8_t)(number >> bits));
    }
}

static void hash_happening(struct sim_world *world, const struct sim_happening *happening)
{
    hash_number(world, happening->at_us);
    hash_number(world, happening->kind);
    hash_number(world, happening->subject);
    hash_number(world, happening->token);
    hash_number(world, world->random.state);
}

uint32_t sim_below(struct sim_world *world, uint32_t bound)
{
    return pf_random_below(&world->random, bound);
}

bool sim_chance(struct sim_world *world, uint32_t per_thousand)
{
    return per_thousand > 0 && pf_random_below(&world->random, 1000) < per_thousand;
}

uint64_t sim_between_us(struct sim_world *world, uint32_t ms_min, uint32_t ms_max)
{
    PF_ASSERT(ms_min <= ms_max);
    return ms_min * (uint64_t)1000 + sim_below(world, (ms_max - ms_min) * 1000 + 1);
}

uint64_t sim_latency_us(struct sim_world *world)
{
    const struct sim_faults *faults = &world->faults;
    const uint64_t usual_us = sim_between_us(world, faults->latency_ms_min, faults->latency_ms_max);
    const bool spike = !world->quiet && sim_chance(world, faults->spike_chance);
    return spike ? usual_us + sim_between_us(world, 0, 4000) : usual_us;
}

bool sim_hosts_connected(const struct sim_world *world, uint32_t a, uint32_t b)
{
    return world->hosts[a].online && world->hosts[b].online && !world->hosts[a].cut[b];
}

bool sim_relay_reachable(const struct sim_world *world, uint32_t host)
{
    return world->hosts[host].online && !world->hosts[host].relay_cut;
}

struct pf_room *sim_room_take(struct sim_world *world)
{
    if (world->rooms_count > 0) {
        return world->rooms[--world->rooms_count];
    }
    struct pf_room *room = malloc(pf_room_size());
    PF_ASSERT(room);
    return room;
}

void sim_room_give(struct sim_world *world, struct pf_room *room)
{
    if (world->rooms_count < sizeof(world->rooms) / sizeof(world->rooms[0])) {
        world->rooms[world->rooms_count++] = room;
    } else {
        free(room);
    }
}

void sim_world_init(struct sim_world *world, struct sim_stats *stats, FILE *trace)
{
    *world = (struct sim_world){.stats = stats, .trace = trace};
}

static void end_tabs(struct sim_world *world)
{
    for (size_t i = 1; i <= world->tabs_count; i++) {
        struct sim_tab *tab = world->tabs[i];
        if (tab->alive) {
            sim_tab_vanish(world, tab, 1001);
        }
    }
    for (size_t i = 1; i <= world->tabs_count; i++) {
        sim_chat_end_tab(world->tabs[i]);
        free(world->tabs[i]->event_log);
        free(world->tabs[i]);
    }
    world->tabs_count = 0;
}

static void end_sockets(struct sim_world *world)
{
    for (size_t i = 1; i < world->sockets_count; i++) {
        if (world->sockets[i]) {
            sim_fifo_clear(&world->sockets[i]->up);
            sim_fifo_clear(&world->sockets[i]->down);
            free(world->sockets[i]);
        }
    }
    world->sockets_count = 0;
}

void sim_world_end(struct sim_world *world)
{
    FILE *trace = world->trace;
    const struct sim_watcher *watcher = world->watcher;
    world->trace = NULL;
    world->watcher = NULL;
    end_sockets(world);
    for (size_t i = 1; i <= world->tabs_count; i++) {
        world->tabs[i]->socket = NULL;
    }
    end_tabs(world);
    sim_hostile_end(world);
    world->pcs_count = 0;
    for (int i = 0; i < SIM_RELAYS_MAX; i++) {
        sim_relay_free(&world->relays[i]);
        world->relays[i] = (struct sim_relay){0};
    }
    sim_cluster_end(world);
    sim_queue_clear(&world->queue);
    world->trace = trace;
    world->watcher = watcher;
}

void sim_world_free(struct sim_world *world)
{
    while (world->rooms_count > 0) {
        free(world->rooms[--world->rooms_count]);
    }
    sim_queue_free(&world->queue);
    free(world->pcs);
    free(world->sockets);
}

static struct sim_tab *page_of_pc(const struct sim_pc *pc)
{
    return pc ? pc->tab : NULL;
}

static struct sim_tab *page_of_peer(const struct sim_world *world, const struct sim_pc *pc)
{
    return page_of_pc(pc ? sim_ice_peer(world, pc) : NULL);
}

static struct sim_tab *page_of_socket(const struct sim_world *world, uint32_t index)
{
    const struct sim_socket *socket = index < world->sockets_count ? world->sockets[index] : NULL;
    return socket ? socket->tab : NULL;
}

/* The page that a happening concerns, or NULL. */
static struct sim_tab *page_of(const struct sim_world *world, const struct sim_happening *happening)
{
    switch (happening->kind) {
    case SIM_ROOM_TIMER:
    case SIM_CAPTURE_DONE:
    case SIM_DEVICES_LISTED:
    case SIM_DEVICES_CHANGED:
    case SIM_TRACK_OVER:
    case SIM_PICKED:
    case SIM_FILE_DECIDE:
    case SIM_FILE_PUMP:
    case SIM_FILE_STORED:
    case SIM_NETWORK_NOTICED:
    case SIM_PC_LATE:
    case SIM_PAGE_JOIN:
    case SIM_PAGE_RELOAD:
    case SIM_PAGE_VANISH:
    case SIM_PAGE_CLOSE: return world->tabs[happening->subject];
    case SIM_PC_CREATED:
    case SIM_PC_OPERATION:
    case SIM_PC_LOCAL_READ:
    case SIM_PC_GATHER:
    case SIM_PC_STATE:
    case SIM_PC_CHANNEL_OPEN:
    case SIM_PC_CHANNEL_CLOSE:
    case SIM_PC_TURN:
    case SIM_PC_ENCODED: return page_of_pc(sim_pc_of(world, happening->subject));
    case SIM_BYTES:
    case SIM_PC_FRAME:
    case SIM_PC_CHANNEL_DELIVER: return page_of_peer(world, sim_pc_of(world, happening->subject));
    case SIM_SOCKET_CONNECT:
    case SIM_SOCKET_DOWN:
    case SIM_SOCKET_LOST_BY_CLIENT: return page_of_socket(world, happening->subject);
    case SIM_SOCKET_UP:
    case SIM_SOCKET_LOST_BY_RELAY:
    case SIM_RELAY_TIMER:
    case SIM_RELAY_START:
    case SIM_PAGE_OPEN:
    case SIM_ACTION:
    case SIM_ACTION_OVER:
    case SIM_GESTURE:
    case SIM_INTERRUPTION:
    case SIM_ORIGIN:
    case SIM_SHARE:
    case SIM_WANT:
    case SIM_SAY:
    case SIM_DOOR:
    case SIM_FILE:
    case SIM_SAMPLE:
    case SIM_HOSTILE:
    case SIM_QUIET:
    case SIM_TICK:
    case SIM_UNTIL:
    case SIM_LINK_CONNECT:
    case SIM_LINK_DOWN:
    case SIM_LINK_COMMAND:
    case SIM_LINK_ANSWER:
    case SIM_LINK_MESSAGE:
    case SIM_STORE_START:
    case SIM_CLUSTER_FAULT:
    case SIM_RELAY_RETIRED:
    case SIM_DRAIN: break;
    }
    return NULL;
}

static void happen_in_tab(struct sim_world *world, struct sim_tab *tab,
                          const struct sim_happening *happening)
{
    struct pf_event event = {0};
    switch ((int)happening->kind) {
    case SIM_ROOM_TIMER: sim_tab_timeout(world, tab, happening->token); break;
    case SIM_CAPTURE_DONE: sim_capture_settle(world, tab, happening->token); break;
    case SIM_DEVICES_LISTED: sim_capture_list(world, tab); break;
    case SIM_DEVICES_CHANGED:
        event.type = PF_EVENT_DEVICES_CHANGED;
        sim_tab_handle(world, tab, &event);
        break;
    case SIM_TRACK_OVER: sim_capture_over(world, tab, happening->token); break;
    case SIM_PICKED: sim_screen_picked(world, tab, happening->token); break;
    case SIM_FILE_DECIDE:
    case SIM_FILE_PUMP:
    case SIM_FILE_STORED: sim_files_happen(world, tab, happening); break;
    case SIM_PC_LATE: sim_pc_tell_late(world, tab, happening->token); break;
    case SIM_NETWORK_NOTICED:
        event.type = PF_EVENT_NETWORK_CHANGED;
        event.network.online = happening->token != 0;
        sim_tab_handle(world, tab, &event);
        break;
    default: PF_UNREACHABLE();
    }
}

static void happen(struct sim_world *world, const struct sim_happening *happening)
{
    switch (happening->kind) {
    case SIM_ROOM_TIMER:
    case SIM_CAPTURE_DONE:
    case SIM_DEVICES_LISTED:
    case SIM_DEVICES_CHANGED:
    case SIM_TRACK_OVER:
    case SIM_PICKED:
    case SIM_FILE_DECIDE:
    case SIM_FILE_PUMP:
    case SIM_FILE_STORED:
    case SIM_NETWORK_NOTICED:
    case SIM_PC_LATE: happen_in_tab(world, world->tabs[happening->subject], happening); break;
    case SIM_PC_CREATED:
    case SIM_PC_OPERATION:
    case SIM_PC_LOCAL_READ:
    case SIM_PC_ENCODED:
    case SIM_PC_TURN:
    case SIM_PC_GATHER: sim_pc_happen(world, happening); break;
    case SIM_PC_STATE:
    case SIM_PC_CHANNEL_OPEN:
    case SIM_PC_CHANNEL_CLOSE:
    case SIM_PC_CHANNEL_DELIVER: sim_ice_happen(world, happening); break;
    case SIM_PC_FRAME: sim_frames_happen(world, happening); break;
    case SIM_SOCKET_CONNECT:
    case SIM_SOCKET_UP:
    case SIM_SOCKET_DOWN:
    case SIM_SOCKET_LOST_BY_CLIENT:
    case SIM_SOCKET_LOST_BY_RELAY: sim_wire_happen(world, happening); break;
    case SIM_RELAY_TIMER: sim_relay_timeout(world, happening->subject, happening->token); break;
    case SIM_RELAY_START: sim_relay_start(world, happening->subject); break;
    case SIM_PAGE_OPEN:
    case SIM_PAGE_JOIN:
    case SIM_PAGE_RELOAD:
    case SIM_PAGE_VANISH:
    case SIM_PAGE_CLOSE:
    case SIM_ACTION:
    case SIM_ACTION_OVER: sim_user_happen(world, happening); break;
    case SIM_GESTURE: sim_gestures_happen(world); break;
    case SIM_DOOR: sim_doors_happen(world); break;
    case SIM_INTERRUPTION: sim_interruptions_happen(world); break;
    case SIM_ORIGIN: sim_origins_happen(world); break;
    case SIM_SHARE: sim_screen_happen(world); break;
    case SIM_WANT: sim_quality_want(world); break;
    case SIM_SAY: sim_chat_say(world); break;
    case SIM_FILE: sim_files_act(world); break;
    case SIM_BYTES: sim_files_deliver(world, happening->subject); break;
    case SIM_SAMPLE: sim_quality_sample(world); break;
    case SIM_HOSTILE: sim_hostile_act(world, happening->subject); break;
    case SIM_QUIET: sim_user_end(world); break;
    case SIM_TICK:
        sim_user_tick(world);
        sim_cluster_check_tick(world);
        break;
    case SIM_UNTIL: break;
    case SIM_LINK_CONNECT:
    case SIM_LINK_DOWN:
    case SIM_LINK_COMMAND:
    case SIM_LINK_ANSWER:
    case SIM_LINK_MESSAGE:
    case SIM_STORE_START: sim_store_happen(world, happening); break;
    case SIM_CLUSTER_FAULT:
    case SIM_RELAY_RETIRED: sim_cluster_happen(world, happening); break;
    case SIM_DRAIN: sim_drain_happen(world, happening); break;
    }
}

/*
 * Happenings that cannot change the result of a look unless a room gives commands: messages, timers
 * and hostile members.
 */
static bool passes_unseen(enum sim_kind kind)
{
    return kind == SIM_SOCKET_UP || kind == SIM_SOCKET_DOWN || kind == SIM_PC_CHANNEL_DELIVER ||
           kind == SIM_ROOM_TIMER || kind == SIM_RELAY_TIMER || kind == SIM_HOSTILE ||
           kind == SIM_SAMPLE || kind == SIM_PC_ENCODED || kind == SIM_LINK_COMMAND ||
           kind == SIM_LINK_ANSWER || kind == SIM_LINK_MESSAGE;
}

/* What is wrong with the cluster comes first: it may be why the rest is. */
static void fail_amiss(struct sim_world *world, const char *cluster_amiss)
{
    if (cluster_amiss) {
        sim_fail(world, "too long after the faults: %s", cluster_amiss);
    } else {
        sim_check_fail_wanting(world);
    }
}

/* After the faults: notes when all checks begin to hold. Returns true when the world may end. */
static bool look(struct sim_world *world)
{
    const uint64_t settle_us = (uint64_t)SIM_SETTLE_MS * 1000;
    /* Who has found the room full until a ghost was gone has the same time; who never enters, none.
     */
    const uint64_t latest_us = world->quiet_us + settle_us;
    const uint64_t settled_us =
        (world->calm_us < latest_us ? world->calm_us : latest_us) + settle_us;
    if (!world->quiet) {
        return false;
    }
    const bool sees_events = world->looked_events != world->stats->events;
    world->looked_events = world->stats->events;
    if (sees_events && world->changed) {
        world->changed = false;
        const bool connected = sim_check_all_connected(world);
        const bool well =
            connected && sim_check_all_well(world) && sim_cluster_amiss(world) == NULL;
        if (connected && !world->connected) {
            world->connected_us = world->now_us;
        }
        if (well && !world->converged) {
            world->converged_us = world->now_us;
        }
        world->connected = connected;
        world->converged = well;
    }
    if (!world->converged && world->now_us > settled_us) {
        fail_amiss(world, sim_cluster_amiss(world));
    }
    return world->converged && world->now_us > world->converged_us + (uint64_t)SIM_STEADY_MS * 1000;
}

void sim_world_begin(struct sim_world *world, uint64_t seed, uint32_t hosts_count)
{
    world->seed = seed;
    world->now_us = 0;
    world->quiet = world->connected = world->converged = world->failed = false;
    world->looked_events = world->happenings_count = 0;
    world->hash = 14695981039346656037u;
    world->changed = true;
    world->wanting = (struct sim_wanting){0};
    pf_random_seed(&world->random, seed * 0x9e3779b97f4a7c15u);
    sim_faults_draw(&world->faults, &world->random, hosts_count, world->has_cluster);
    sim_faults_clear(&world->faults, world->without);
    if (world->programs) {
        world->programs->choose(world->programs->user, &world->faults, &world->random);
    }
    world->calm_us = world->quiet_us = (uint64_t)world->faults.storm_ms * 1000;
    world->relay_at = 0;
    sim_cluster_begin(world);
    sim_relay_start(world, 0);
    sim_user_begin(world);
    sim_gestures_begin(world);
    sim_interruptions_begin(world);
    sim_origins_begin(world);
    sim_screen_begin(world);
    sim_quality_begin(world);
    sim_chat_begin(world);
    sim_doors_begin(world);
    sim_drain_begin(world);
    sim_files_begin(world);
    sim_hostile_begin(world);
    sim_after(world, world->quiet_us, SIM_QUIET, 0, 0);
}

static uint64_t ms_between(uint64_t from_us, uint64_t to_us)
{
    return to_us > from_us ? (to_us - from_us) / 1000 : 0;
}

static void note_times(struct sim_world *world)
{
    struct sim_stats *stats = world->stats;
    sim_stats_note_time(&stats->connected, ms_between(world->quiet_us, world->connected_us),
                        world->seed);
    sim_stats_note_time(&stats->settled, ms_between(world->quiet_us, world->converged_us),
                        world->seed);
    sim_stats_note_time(&stats->entered, ms_between(world->calm_us, world->connected_us),
                        world->seed);
}

/* Takes what comes next; false when nothing is left. */
static bool take_next(struct sim_world *world, struct sim_happening *happening)
{
    while (sim_queue_take(&world->queue, happening)) {
        PF_ASSERT(happening->at_us >= world->now_us);
        world->now_us = happening->at_us;
        const struct sim_tab *tab = page_of(world, happening);
        if (!tab || !world->hosts[tab->host].asleep) {
            return true;
        }
        happening->at_us = world->hosts[tab->host].wake_us;
        sim_queue_put(&world->queue, happening);
    }
    return false;
}

bool sim_world_step(struct sim_world *world, enum sim_kind *kind)
{
    struct sim_happening happening;
    if (!take_next(world, &happening)) {
        return false;
    }
    *kind = happening.kind;
    hash_happening(world, &happening);
    happen(world, &happening);
    return true;
}

bool sim_world_advance(struct sim_world *world, enum sim_kind *kind)
{
    struct sim_happening happening;
    if (world->failed || !take_next(world, &happening)) {
        return false;
    }
    *kind = happening.kind;
    world->changed = world->changed || !passes_unseen(happening.kind);
    hash_happening(world, &happening);
    happen(world, &happening);
    if (look(world)) {
        sim_quality_check_end(world);
        sim_turn_check_end(world);
        return false;
    }
    if (world->happenings_count++ == HAPPENINGS_MAX) {
        sim_fail(world, "the run does not end");
    }
    return !world->failed;
}

bool sim_world_run(struct sim_world *world, uint64_t seed, uint32_t hosts_count)
{
    enum sim_kind kind;
    sim_world_begin(world, seed, hosts_count);
    while (sim_world_advance(world, &kind)) {
    }
    world->stats->simulated_ms += world->now_us / 1000;
    if (!world->failed) {
        note_times(world);
    } else {
        sim_trace_note(world, NULL, world->failure);
    }
    sim_world_end(world);
    world->stats->seeds++;
    world->stats->failures += world->failed;
    return !world->failed;
}
