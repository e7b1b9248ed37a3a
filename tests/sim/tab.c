/* tab.c - a page: drives one room and executes its commands. */
/* SPDX-License-Identifier: MIT */
#include "tab.h"

#include "base/assert.h"
#include "capture.h"
#include "chat.h"
#include "check.h"
#include "cluster.h"
#include "doors.h"
#include "gestures.h"
#include "hostile.h"
#include "origins.h"
#include "pc.h"
#include "screen.h"
#include "tokens.h"
#include "trace.h"
#include "wire.h"

#include <stdlib.h>
#include <string.h>

enum { SLEEP_MS = 10000 /* a timer that is later than that tells a room that its machine slept */ };

static uint64_t now_ms_of(const struct sim_world *world, const struct sim_tab *tab)
{
    return tab->clock_ms + (world->now_us - tab->clock_lost_us) / 1000;
}

struct sim_track *sim_tab_track(const struct sim_tab *tab, pf_track id)
{
    for (size_t i = 0; i < tab->tracks_end && id != 0; i++) {
        if (tab->tracks[i].id == id) {
            return (struct sim_track *)&tab->tracks[i];
        }
    }
    return NULL;
}

bool sim_tab_is_present(const struct sim_tab *tab)
{
    return tab && tab->alive && tab->joined && !tab->left;
}

bool sim_tab_observes(const struct sim_world *world, const struct sim_tab *tab)
{
    return !tab->program && tab->host < SIM_HOSTS_MAX &&
           (world->faults.observers >> tab->host & 1) != 0;
}

const char *sim_tab_name(struct sim_world *world, const struct sim_tab *tab)
{
    (void)snprintf(world->name, sizeof(world->name), "%c%u", (char)('A' + tab->host), tab->index);
    return world->name;
}

bool sim_tab_add_track(struct sim_tab *tab, pf_track id, enum pf_source source)
{
    size_t slot = 0;
    while (slot < SIM_TAB_TRACKS_MAX && tab->tracks[slot].id != 0) {
        slot++;
    }
    if (slot == SIM_TAB_TRACKS_MAX || id <= tab->last_track) {
        return false;
    }
    tab->last_track = id;
    tab->tracks[slot] = (struct sim_track){.id = id, .source = source, .enabled = true};
    if (slot == tab->tracks_end) {
        tab->tracks_end++;
    }
    return true;
}

static void configure(struct sim_world *world, struct sim_tab *tab, bool duplicate,
                      struct pf_room_config *config)
{
    const struct sim_host *host = &world->hosts[tab->host];
    *config = (struct pf_room_config){
        .url = PF_SLICE("wss://relay/ws"),
        .seed = (uint64_t)pf_random_next(&world->random) << 32 | tab->index,
        .instance = tab->instance,
        .capabilities = PF_SLICE("reaction screen quality chat files host"),
    };
    tab->quality.is_new = !sim_chance(world, world->faults.old_chance);
    if (!tab->quality.is_new) {
        config->capabilities = PF_SLICE("reaction screen");
    }
    if (sim_tab_observes(world, tab)) {
        tab->quality.is_new = false;
        config->capabilities = PF_SLICE("observer");
    }
    if (host->ticket_size > 0 && (duplicate || sim_chance(world, world->faults.ticket_chance))) {
        config->ticket = (struct pf_slice){host->ticket, host->ticket_size};
    }
    for (int i = 0; i < PF_DEVICE_SOURCES_COUNT; i++) {
        tab->wants[i] = config->on[i] = !sim_chance(world, 150);
        config->devices[i] = PF_SLICE("");
    }
    if (sim_chance(world, 200)) {
        config->devices[PF_SOURCE_CAMERA] = PF_SLICE("camera1");
    }
    sim_origins_configure(world, tab, config);
}

/*
 * Two pages that are open at once on a host may have the same ticket. Where relays have clocks of
 * their own, so may two that were open shortly after one another: the older one's `join` may come
 * late, and by the clock of its relay it is the newer one (src/relay/OPERATING.md).
 */
static void note_twins(const struct sim_world *world, struct sim_tab *tab)
{
    const uint64_t clocks_us = world->cluster ? (uint64_t)SIM_CLOCKS_MS_MAX * 1000 : 0;
    for (uint32_t i = 1; i < tab->index; i++) {
        struct sim_tab *other = world->tabs[i];
        if (other->host != tab->host || other->left) {
            continue;
        }
        if (other->alive) {
            tab->shared = other->shared = true;
        } else if (world->now_us < other->connected_us + clocks_us) {
            tab->shared = true;
        }
    }
}

/* A page without a room, or NULL after a failure. */
static struct sim_tab *make(struct sim_world *world, uint32_t host)
{
    if (world->tabs_count == SIM_TABS_MAX) {
        sim_fail(world, "too many pages: the world cannot be simulated");
        return NULL;
    }
    struct sim_tab *tab = malloc(sizeof(*tab));
    PF_ASSERT(tab);
    *tab = (struct sim_tab){
        .index = (uint32_t)++world->tabs_count,
        .host = host,
        .alive = true,
        .deadline_ms = PF_NEVER,
        .room = sim_room_take(world),
    };
    tab->clock_ms = sim_below(world, 10000);
    tab->instance = pf_random_next(&world->random) | 1;
    tab->clock_lost_us = world->now_us;
    world->tabs[tab->index] = tab;
    note_twins(world, tab);
    sim_gestures_note_open(world, tab);
    world->hosts[host].tab = tab;
    return tab;
}

static struct sim_tab *start(struct sim_world *world, struct sim_tab *tab,
                             const struct pf_room_config *config)
{
    if (world->records) {
        tab->event_log = malloc(sizeof(*tab->event_log));
        PF_ASSERT(tab->event_log);
        pf_event_log_begin(tab->event_log, config);
    }
    if (pf_room_init(tab->room, config) != PF_ERROR_OK) {
        sim_fail(world, "pf_room_init() refuses a good configuration");
        return NULL;
    }
    const struct pf_event event = {.type = PF_EVENT_START};
    sim_tab_handle(world, tab, &event);
    return tab;
}

struct sim_tab *sim_tab_open(struct sim_world *world, uint32_t host, bool duplicate)
{
    struct sim_tab *tab = make(world, host);
    if (!tab) {
        return NULL;
    }
    struct pf_room_config config;
    configure(world, tab, duplicate, &config);
    return start(world, tab, &config);
}

struct sim_tab *sim_tab_open_program(struct sim_world *world, uint32_t host,
                                     struct pf_host *program, struct pf_room_config *config)
{
    struct sim_tab *tab = make(world, host);
    if (!tab) {
        return NULL;
    }
    tab->program = program;
    tab->quality.is_new = true;
    config->seed = (uint64_t)pf_random_next(&world->random) << 32 | tab->index;
    config->instance = tab->instance;
    for (int i = 0; i < PF_DEVICE_SOURCES_COUNT; i++) {
        tab->wants[i] = config->on[i];
    }
    return start(world, tab, config);
}

static void count_room(struct sim_world *world, const struct sim_tab *tab)
{
    const struct pf_room_counters *counters = pf_room_counters(tab->room);
    world->stats->restarts += counters->restarts;
    world->stats->renewals += counters->renewals;
    world->stats->stale += counters->stale;
    world->stats->candidate_errors += counters->candidate_errors;
    if (counters->unreadable > 0 && world->faults.hostiles_count == 0) {
        sim_fail(world, "%s could not read a message", sim_tab_name(world, tab));
    }
    if (counters->queue_full + counters->unsent > 0 && world->faults.hostiles_count == 0) {
        sim_fail(world, "%s had no room for %u candidates and %u messages",
                 sim_tab_name(world, tab), counters->queue_full, counters->unsent);
    }
}

/* Writes the event log of the page if it is complete. */
static void write_record(struct sim_world *world, const struct sim_tab *tab)
{
    char path[512];
    if (!world->record_folder || !tab->event_log || !tab->event_log->is_complete) {
        return;
    }
    const struct pf_slice record = pf_buffer_slice(&tab->event_log->text);
    (void)snprintf(path, sizeof(path), "%s/%llu-%s.log", world->record_folder,
                   (unsigned long long)world->seed, sim_tab_name(world, tab));
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(record.data, 1, record.size, file) != record.size || fclose(file) != 0) {
        perror(path);
        exit(2);
    }
}

void sim_tab_vanish(struct sim_world *world, struct sim_tab *tab, uint16_t code)
{
    PF_ASSERT(tab->alive);
    sim_trace_note(world, tab, code == 1001 ? "vanishes" : "is killed");
    tab->alive = false;
    if (world->hosts[tab->host].tab == tab) {
        world->hosts[tab->host].tab = NULL;
    }
    for (size_t i = 0; i < tab->pcs_end; i++) {
        struct sim_pc *pc = sim_pc_in(world, tab, i);
        if (pc) {
            sim_pc_close(world, pc, code == 1001 && sim_chance(world, 500));
        }
    }
    if (tab->socket) {
        sim_wire_page_gone(world, tab->socket, code);
    }
    count_room(world, tab);
    write_record(world, tab);
    pf_room_close(tab->room);
    sim_room_give(world, tab->room);
    tab->room = NULL;
}

static void show(struct sim_world *world, struct sim_tab *tab, const struct pf_command *command)
{
    if (tab->program) {
        world->programs->show(tab->program, command);
    }
    if (tab->program && command->type == PF_COMMAND_SHOW_MESSAGE) {
        return; /* what programs write, the world does not know */
    }
    if (command->type == PF_COMMAND_SHOW_REACTION) {
        sim_gestures_check(world, tab, command);
        return;
    }
    if (command->type == PF_COMMAND_SHOW_MESSAGE) {
        sim_chat_check(world, tab, command);
        return;
    }
    if (command->type == PF_COMMAND_SHOW_FILE) {
        sim_files_check(world, tab, command);
        return;
    }
    sim_chat_note_peer(world, tab, command);
    sim_doors_note(world, tab, command);
    sim_tokens_note(world, tab, command);
    sim_check_show(world, tab, command);
    const char *wrong = sim_view_take(&tab->view, command);
    if (wrong) {
        sim_fail(world, "%s: %s", sim_tab_name(world, tab), wrong);
    }
    if (command->type == PF_COMMAND_HIDE_PEER) {
        sim_quality_note_hidden(tab, command->hide_peer);
        sim_files_note_hidden(tab, command->hide_peer);
    }
    if (command->type == PF_COMMAND_SHOW_ROOM && tab->view.ticket_size > 0) {
        struct sim_host *host = &world->hosts[tab->host];
        host->ticket_size = tab->view.ticket_size; /* sessionStorage */
        memcpy(host->ticket, tab->view.ticket, host->ticket_size);
    }
}

static void execute(struct sim_world *world, struct sim_tab *tab, const struct pf_command *command)
{
    sim_check_command(world, tab, command);
    switch (command->type) {
    case PF_COMMAND_SOCKET_OPEN:
    case PF_COMMAND_SOCKET_SEND:
    case PF_COMMAND_SOCKET_CLOSE: sim_wire_command(world, tab, command); break;
    case PF_COMMAND_CAPTURE_TAKE: sim_origins_take(world, tab, command); break;
    case PF_COMMAND_SCREEN_OPEN: sim_screen_open(world, tab, command); break;
    case PF_COMMAND_CAPTURE_OPEN:
    case PF_COMMAND_CAPTURE_STOP:
    case PF_COMMAND_TRACK_ENABLE:
    case PF_COMMAND_DEVICES_ENUMERATE: sim_capture_command(world, tab, command); break;
    case PF_COMMAND_PC_CREATE:
    case PF_COMMAND_PC_CLOSE:
    case PF_COMMAND_PC_CONFIGURE:
    case PF_COMMAND_PC_CREATE_OFFER:
    case PF_COMMAND_PC_CREATE_ANSWER:
    case PF_COMMAND_PC_SET_LOCAL:
    case PF_COMMAND_PC_SET_REMOTE:
    case PF_COMMAND_PC_READ_LOCAL:
    case PF_COMMAND_PC_ADD_CANDIDATE:
    case PF_COMMAND_PC_SET_SENDER:
    case PF_COMMAND_PC_SET_ENCODING:
    case PF_COMMAND_PC_CHANNEL_SEND: sim_pc_command(world, tab, command); break;
    case PF_COMMAND_SHOW_ROOM:
    case PF_COMMAND_SHOW_LOCAL:
    case PF_COMMAND_SHOW_DEVICES:
    case PF_COMMAND_SHOW_PEER:
    case PF_COMMAND_HIDE_PEER:
    case PF_COMMAND_SHOW_REACTION:
    case PF_COMMAND_SHOW_KNOCKS:
    case PF_COMMAND_SHOW_MUTED:
    case PF_COMMAND_SHOW_MESSAGE:
    case PF_COMMAND_SHOW_FILE: show(world, tab, command); break;
    }
    if (command->type != PF_COMMAND_SOCKET_SEND && command->type != PF_COMMAND_PC_CHANNEL_SEND &&
        command->type != PF_COMMAND_PC_SET_ENCODING) {
        world->changed = true;
    }
    world->stats->commands++;
}

/* setTimeout() is never early, often a little late, and in the background fires once a minute. */
static void set_timer(struct sim_world *world, struct sim_tab *tab)
{
    const uint64_t deadline_ms = pf_room_deadline_ms(tab->room);
    if (deadline_ms == tab->deadline_ms) {
        return;
    }
    tab->deadline_ms = deadline_ms;
    tab->timer_token++;
    if (deadline_ms == PF_NEVER) {
        return;
    }
    const uint64_t now_ms = now_ms_of(world, tab);
    uint64_t delay_us = deadline_ms > now_ms ? (deadline_ms - now_ms) * 1000 : 0;
    delay_us += sim_between_us(world, 1, 3);
    if (world->hosts[tab->host].throttled) {
        const uint64_t minute_us = 60000000;
        const uint64_t phase_us = tab->instance % 60000 * 1000; /* differs from other pages */
        const uint64_t after_us = (world->now_us + delay_us + minute_us - phase_us) % minute_us;
        delay_us += after_us != 0 ? minute_us - after_us : 0;
    }
    sim_after(world, delay_us, SIM_ROOM_TIMER, tab->index, tab->timer_token);
}

void sim_tab_set_timer(struct sim_world *world, struct sim_tab *tab)
{
    if (tab->alive) {
        tab->deadline_ms = 0;
        set_timer(world, tab);
    }
}

/* Whether it is a signal, in which the relay puts the sender first. */
static bool is_signal(const struct pf_event *event)
{
    const struct pf_slice from = PF_SLICE("{\"from\":");
    return event->type == PF_EVENT_SOCKET_MESSAGE && event->message.size >= from.size &&
           memcmp(event->message.data, from.data, from.size) == 0;
}

/*
 * Whether a timer of the room is so late that the room takes any event for the machine's waking,
 * and repairs its connections: after sleep, or in the background, where timers fire once a minute.
 */
static bool is_waking(const struct sim_tab *tab, uint64_t now_ms)
{
    return now_ms > tab->deadline_ms && now_ms - tab->deadline_ms > SLEEP_MS;
}

/* An event of the user or the browser that only concerns what is captured. */
static bool is_of_source(const struct pf_event *event)
{
    return event->type == PF_EVENT_SET_SOURCE || event->type == PF_EVENT_SELECT_DEVICE ||
           event->type == PF_EVENT_SET_ORIGIN || event->type == PF_EVENT_REOPEN ||
           event->type == PF_EVENT_CAPTURE_OPENED || event->type == PF_EVENT_CAPTURE_FAILED ||
           event->type == PF_EVENT_SCREEN_OPENED || event->type == PF_EVENT_SCREEN_FAILED ||
           event->type == PF_EVENT_TRACK_ENDED;
}

void sim_tab_handle(struct sim_world *world, struct sim_tab *tab, const struct pf_event *event)
{
    if (tab->host >= SIM_HOSTS_MAX && !world->failed) {
        sim_hostile_take(world, tab, event);
        return;
    }
    if (!tab->alive || world->failed) {
        return;
    }
    struct pf_event copy = *event;
    struct pf_command command;
    copy.now_ms = now_ms_of(world, tab);
    sim_trace_event(world, tab, &copy);
    world->stats->events++;
    tab->cut_count = 0;
    tab->hid_in_vain = false;
    tab->rebuilt = 0;
    tab->hears_peer = is_signal(event);
    tab->changes_sources = is_of_source(event) && !is_waking(tab, copy.now_ms);
    sim_quality_note_heard(world, tab, &copy);
    if (tab->event_log) {
        pf_event_log_add(tab->event_log, &copy);
    }
    pf_room_handle(tab->room, &copy);
    while (pf_room_poll(tab->room, &command)) {
        sim_trace_command(world, tab, &command);
        execute(world, tab, &command);
    }
    pf_room_check(tab->room);
    sim_check_tab(world, tab);
    set_timer(world, tab);
}

void sim_tab_timeout(struct sim_world *world, struct sim_tab *tab, uint32_t token)
{
    if (!tab->alive || token != tab->timer_token) {
        return;
    }
    const uint64_t was_ms = tab->deadline_ms;
    const struct pf_event event = {.type = PF_EVENT_TIMEOUT};
    tab->deadline_ms = PF_NEVER;
    sim_tab_handle(world, tab, &event);
    tab->idle_timeouts = tab->deadline_ms <= was_ms ? tab->idle_timeouts + 1 : 0;
    if (tab->idle_timeouts > 10) {
        sim_fail(world, "%s: the timer does not advance", sim_tab_name(world, tab));
    }
}

const char *sim_tab_room_name(uint32_t room)
{
    static const char *const rooms[SIM_ROOMS_MAX] = {"tea", "lunch"};
    return rooms[room];
}

void sim_tab_join(struct sim_world *world, struct sim_tab *tab)
{
    char name[SIM_NAME_SIZE_MAX];
    if (!tab->alive || tab->left) {
        return;
    }
    tab->named = world->hosts[tab->host].names_count;
    sim_gestures_name(tab, name);
    const struct pf_event event = {
        .type = PF_EVENT_JOIN,
        .join = {pf_slice_of(sim_tab_room_name(world->hosts[tab->host].room)), pf_slice_of(name)}};
    sim_tokens_give(world, tab);
    tab->joined = true;
    world->calm_us = world->now_us > world->quiet_us ? world->now_us : world->quiet_us;
    sim_tab_handle(world, tab, &event);
}

void sim_tab_leave(struct sim_world *world, struct sim_tab *tab)
{
    const struct pf_event event = {.type = PF_EVENT_LEAVE};
    tab->left = true;
    tab->left_us = world->now_us;
    world->hosts[tab->host].tab = NULL;
    sim_tab_handle(world, tab, &event);
}

void sim_tab_set_source(struct sim_world *world, struct sim_tab *tab, enum pf_source source,
                        bool on)
{
    const struct pf_event event = {.type = PF_EVENT_SET_SOURCE, .set_source = {source, on}};
    tab->wants[source] = on;
    if (on && (int)source < PF_DEVICE_SOURCES_COUNT && tab->origins[source] == PF_ORIGIN_NONE) {
        tab->origins[source] = PF_ORIGIN_DEVICE;
    }
    sim_tab_handle(world, tab, &event);
}
