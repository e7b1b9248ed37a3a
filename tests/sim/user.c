/* user.c - users, and faults of their machines. */
/* SPDX-License-Identifier: MIT */
#include "user.h"

#include "base/assert.h"
#include "capture.h"
#include "check.h"
#include "doors.h"
#include "ice.h"
#include "relay.h"
#include "tab.h"
#include "tokens.h"
#include "trace.h"
#include "wire.h"

#include <stdio.h>

static void equip(struct sim_world *world, struct sim_host *host)
{
    for (int source = 0; source < PF_DEVICE_SOURCES_COUNT; source++) {
        host->permissions[source] = sim_chance(world, world->faults.prompt_chance)
                                        ? SIM_PERMISSION_PROMPT
                                        : SIM_PERMISSION_GRANTED;
        const bool missing = sim_chance(world, world->faults.missing_chance);
        for (int i = 0; i < SIM_DEVICES_MAX; i++) {
            host->devices[source][i].present = !missing && (i == 0 || sim_chance(world, 500));
        }
    }
}

static void cut_for_good(struct sim_world *world, uint32_t a, uint32_t b)
{
    if (a != b) {
        world->hosts[a].cut_for_good[b] = world->hosts[b].cut_for_good[a] = true;
        world->hosts[a].cut[b] = world->hosts[b].cut[a] = world->faults.cut_from_the_start;
    }
}

static void schedule_action(struct sim_world *world)
{
    sim_after_pause(world, world->faults.actions_per_minute, SIM_ACTION);
}

void sim_user_begin(struct sim_world *world)
{
    const bool has_people = !world->programs;
    for (uint32_t i = 0; i < world->faults.hosts_count; i++) {
        struct sim_host *host = &world->hosts[i];
        *host = (struct sim_host){
            .online = true,
            .address = i + 1,
            .browser = (enum sim_browser)sim_below(world, 3),
            .room = i % world->faults.rooms_count,
            .relay_at = world->cluster ? i % world->faults.relays_count : 0,
        };
        equip(world, host);
        if (has_people) {
            sim_after(world, sim_between_us(world, 0, world->faults.enter_ms_max), SIM_PAGE_OPEN, i,
                      0);
        }
    }
    for (uint32_t i = 0; i < world->faults.lasting_cuts; i++) {
        const uint32_t one = sim_below(world, world->faults.hosts_count);
        const uint32_t other = sim_below(world, world->faults.hosts_count);
        cut_for_good(world, other, one);
    }
    schedule_action(world);
    sim_after(world, 1000000, SIM_TICK, 0, 0);
}

static void open_page(struct sim_world *world, uint32_t host)
{
    if (world->hosts[host].tab) {
        return;
    }
    const struct sim_tab *tab = sim_tab_open(world, host, false);
    if (tab) {
        const bool at_once = sim_chance(world, 300);
        const uint64_t join_us = at_once ? 0 : sim_between_us(world, 1, 2000);
        sim_after(world, join_us, SIM_PAGE_JOIN, tab->index, 0);
        if (!world->quiet && sim_chance(world, world->faults.impatient_chance)) {
            sim_after(world, join_us + sim_between_us(world, 0, 1500), SIM_PAGE_RELOAD, tab->index,
                      0);
        }
    }
}

static void leave_page(struct sim_world *world, struct sim_tab *tab)
{
    sim_tab_leave(world, tab);
    sim_after(world, 8000000, SIM_PAGE_VANISH, tab->index, 0);
}

static void toggle(struct sim_world *world, struct sim_tab *tab, enum pf_source source)
{
    sim_tab_set_source(world, tab, source, !tab->wants[source]);
}

static void select_device(struct sim_world *world, struct sim_tab *tab)
{
    const enum pf_source source = (enum pf_source)sim_below(world, PF_DEVICE_SOURCES_COUNT);
    char id[16] = "";
    if (!sim_chance(world, 200)) {
        (void)snprintf(id, sizeof(id), "%s%u", source == PF_SOURCE_CAMERA ? "camera" : "mic",
                       sim_below(world, SIM_DEVICES_MAX));
    }
    if (tab->origins[source] == PF_ORIGIN_PAGE) {
        tab->origins[source] = PF_ORIGIN_DEVICE;
    }
    const struct pf_event event = {.type = PF_EVENT_SELECT_DEVICE,
                                   .select_device = {source, pf_slice_of(id)}};
    sim_tab_handle(world, tab, &event);
}

/* A duplicated tab has a copy of sessionStorage. The original may stay open for a while. */
static void duplicate(struct sim_world *world, struct sim_tab *tab)
{
    if (world->hosts[tab->host].ticket_size == 0) {
        return;
    }
    world->stats->duplicates++;
    struct sim_tab *twin = sim_tab_open(world, tab->host, true);
    if (twin) {
        sim_after(world, sim_between_us(world, 0, 2000), SIM_PAGE_JOIN, twin->index, 0);
        sim_after(world, sim_between_us(world, 0, 30000), SIM_PAGE_CLOSE, tab->index, 0);
    }
}

static void use_control(struct sim_world *world, struct sim_tab *tab)
{
    switch (sim_below(world, 3)) {
    case 0: toggle(world, tab, PF_SOURCE_MICROPHONE); break;
    case 1: toggle(world, tab, PF_SOURCE_CAMERA); break;
    default: select_device(world, tab); break;
    }
}

static void reload(struct sim_world *world, struct sim_tab *tab)
{
    world->stats->reloads++;
    sim_tab_vanish(world, tab, 1001);
    sim_after(world, sim_between_us(world, 20, 600), SIM_PAGE_OPEN, tab->host, 0);
}

static void unthrottle(struct sim_world *world, uint32_t at)
{
    world->hosts[at].throttled = false;
    for (size_t i = 1; i <= world->tabs_count; i++) {
        if (world->tabs[i]->host == at) {
            sim_tab_set_timer(world, world->tabs[i]);
        }
    }
}

/* An action of the user. */
static void act_at_page(struct sim_world *world, struct sim_tab *tab, enum sim_action action)
{
    const uint32_t host = tab->host;
    switch ((int)action) {
    case SIM_ACTION_MICROPHONE: toggle(world, tab, PF_SOURCE_MICROPHONE); break;
    case SIM_ACTION_CAMERA: toggle(world, tab, PF_SOURCE_CAMERA); break;
    case SIM_ACTION_TWICE: {
        const enum pf_source source = (enum pf_source)sim_below(world, PF_DEVICE_SOURCES_COUNT);
        toggle(world, tab, source);
        toggle(world, tab, source);
        break;
    }
    case SIM_ACTION_SELECT: select_device(world, tab); break;
    case SIM_ACTION_CONTROL_STORM:
        for (int i = 0; i < 10; i++) {
            use_control(world, tab);
        }
        break;
    case SIM_ACTION_LEAVE:
        unthrottle(world, host); /* a user who leaves has the page in the foreground */
        leave_page(world, tab);
        sim_after(world, sim_between_us(world, 0, 8000), SIM_PAGE_OPEN, host, 0);
        break;
    case SIM_ACTION_RELOAD: reload(world, tab); break;
    case SIM_ACTION_CRASH:
        sim_tab_vanish(world, tab, 0);
        sim_after(world, sim_between_us(world, 500, 20000), SIM_PAGE_OPEN, host, 0);
        break;
    case SIM_ACTION_SOCKET_BREAK:
        if (tab->socket && tab->socket->client == SIM_SOCKET_OPEN) {
            sim_wire_break(world, tab->socket);
        }
        break;
    case SIM_ACTION_TRACK_ENDED:
        sim_capture_end(world, tab, &tab->tracks[sim_below(world, 4)]);
        break;
    case SIM_ACTION_DUPLICATE: duplicate(world, tab); break;
    default: PF_UNREACHABLE();
    }
}

/* The browser informs its pages after a delay, or never. */
static void notice_network(struct sim_world *world, uint32_t host, bool online)
{
    for (size_t i = 1; i <= world->tabs_count; i++) {
        if (world->tabs[i]->alive && world->tabs[i]->host == host && sim_chance(world, 800)) {
            sim_after(world, sim_between_us(world, 0, 2000), SIM_NETWORK_NOTICED, (uint32_t)i,
                      online);
        }
    }
}

static void change_address(struct sim_world *world, uint32_t host)
{
    world->hosts[host].address += SIM_HOSTS_MAX;
    sim_wire_break_host(world, host);
    sim_ice_refresh_all(world);
    notice_network(world, host, true);
}

static void sleep_host(struct sim_world *world, uint32_t at)
{
    struct sim_host *host = &world->hosts[at];
    const uint64_t left_us = world->quiet_us - world->now_us;
    uint64_t sleep_us = sim_between_us(world, 1000, 90000);
    if (sleep_us > left_us) {
        sleep_us = left_us;
    }
    if (host->asleep) {
        return;
    }
    host->asleep = true;
    host->online = false;
    host->wake_us = world->now_us + sleep_us;
    const bool clock_stops = sim_chance(world, 500);
    for (size_t i = 1; i <= world->tabs_count && clock_stops; i++) {
        if (world->tabs[i]->alive && world->tabs[i]->host == at) {
            world->tabs[i]->clock_lost_us += sleep_us;
        }
    }
    sim_ice_refresh_all(world);
    sim_after(world, sleep_us, SIM_ACTION_OVER, at, SIM_ACTION_SLEEP);
}

static void change_permission(struct sim_world *world, struct sim_host *host)
{
    const uint32_t source = sim_below(world, PF_DEVICE_SOURCES_COUNT);
    host->permissions[source] = (enum sim_permission)sim_below(world, 3);
}

/* A fault of the machine, which ends after a while. */
static void act_on_host(struct sim_world *world, uint32_t at, enum sim_action action)
{
    struct sim_host *host = &world->hosts[at];
    const uint32_t long_ms = world->faults.storm_ms > 180000 ? 300000 : 60000;
    const uint64_t over_us = sim_between_us(world, 100, sim_chance(world, 300) ? long_ms : 8000);
    switch ((int)action) {
    case SIM_ACTION_RELAY_CUT: host->relay_cut = true; break;
    case SIM_ACTION_OFFLINE:
        host->online = false;
        sim_ice_refresh_all(world);
        notice_network(world, at, false);
        break;
    case SIM_ACTION_THROTTLE: host->throttled = true; break;
    case SIM_ACTION_NEW_ADDRESS: change_address(world, at); return;
    case SIM_ACTION_SLEEP: sleep_host(world, at); return;
    case SIM_ACTION_PERMISSION: change_permission(world, host); return;
    default: PF_UNREACHABLE();
    }
    sim_after(world, over_us, SIM_ACTION_OVER, at, action);
}

static void act_on_device(struct sim_world *world, uint32_t at, enum sim_action action)
{
    const enum pf_source source = (enum pf_source)sim_below(world, PF_DEVICE_SOURCES_COUNT);
    const uint32_t index = sim_below(world, SIM_DEVICES_MAX);
    struct sim_device *device = &world->hosts[at].devices[source][index];
    if (action == SIM_ACTION_DEVICE_BUSY) {
        device->busy = !device->busy;
        return;
    }
    if (device->present) {
        sim_capture_unplug(world, at, source, index);
    } else {
        device->present = true;
    }
    if (world->hosts[at].tab) {
        sim_after(world, sim_between_us(world, 0, 300), SIM_DEVICES_CHANGED,
                  world->hosts[at].tab->index, 0);
    }
}

static void cut_pair(struct sim_world *world, uint32_t a, uint32_t b, bool cut)
{
    world->hosts[a].cut[b] = world->hosts[b].cut[a] = cut;
    sim_ice_refresh_all(world);
}

static void act(struct sim_world *world, uint32_t at, enum sim_action action)
{
    struct sim_tab *tab = world->hosts[at].tab;
    sim_trace_note(world, tab, sim_action_name(action));
    switch (action) {
    case SIM_ACTION_MICROPHONE:
    case SIM_ACTION_CAMERA:
    case SIM_ACTION_TWICE:
    case SIM_ACTION_SELECT:
    case SIM_ACTION_LEAVE:
    case SIM_ACTION_RELOAD:
    case SIM_ACTION_CRASH:
    case SIM_ACTION_SOCKET_BREAK:
    case SIM_ACTION_TRACK_ENDED:
    case SIM_ACTION_CONTROL_STORM:
    case SIM_ACTION_DUPLICATE:
        if (tab && !world->hosts[at].asleep) {
            act_at_page(world, tab, action);
        }
        break;
    case SIM_ACTION_RELAY_KILL:
        sim_relay_stop(world, world->hosts[at].relay_at, sim_chance(world, 300));
        sim_after(world, sim_between_us(world, 50, sim_chance(world, 200) ? 60000 : 3000),
                  SIM_RELAY_START, world->hosts[at].relay_at, 0);
        break;
    case SIM_ACTION_RELAY_MOVE:
        if (sim_chance(world, 500)) {
            sim_relay_move(world, at);
        } else {
            sim_relay_move_all(world);
        }
        break;
    case SIM_ACTION_PARTITION: {
        const uint32_t other = sim_below(world, world->faults.hosts_count);
        if (other != at) {
            cut_pair(world, at, other, true);
            sim_after(world, sim_between_us(world, 500, 40000), SIM_ACTION_OVER,
                      at + SIM_HOSTS_MAX * other, SIM_ACTION_PARTITION);
        }
        break;
    }
    case SIM_ACTION_RELAY_CUT:
    case SIM_ACTION_OFFLINE:
    case SIM_ACTION_NEW_ADDRESS:
    case SIM_ACTION_SLEEP:
    case SIM_ACTION_THROTTLE:
    case SIM_ACTION_PERMISSION: act_on_host(world, at, action); break;
    case SIM_ACTION_UNPLUG:
    case SIM_ACTION_DEVICE_BUSY: act_on_device(world, at, action); break;
    case SIM_ACTIONS_COUNT: PF_UNREACHABLE();
    }
}

static void next_action(struct sim_world *world)
{
    uint32_t sum = 0;
    for (int i = 0; i < SIM_ACTIONS_COUNT; i++) {
        sum += world->faults.weights[i];
    }
    if (sum == 0) {
        return; /* programs may have a world without faults */
    }
    uint32_t drawn = sim_below(world, sum);
    int action = 0;
    while (drawn >= world->faults.weights[action]) {
        drawn -= world->faults.weights[action++];
    }
    act(world, sim_below(world, world->faults.hosts_count), (enum sim_action)action);
    schedule_action(world);
}

static void wake(struct sim_world *world, uint32_t at)
{
    struct sim_host *host = &world->hosts[at];
    host->asleep = false;
    host->online = true;
    host->trouble_us = world->now_us;
    if (sim_chance(world, 300)) {
        change_address(world, at);
    } else {
        notice_network(world, at, true);
        sim_ice_refresh_all(world);
    }
}

static void action_over(struct sim_world *world, uint32_t subject, enum sim_action action)
{
    const uint32_t at = subject % SIM_HOSTS_MAX;
    struct sim_host *host = &world->hosts[at];
    if (action == SIM_ACTION_RELAY_CUT || action == SIM_ACTION_OFFLINE) {
        host->trouble_us = world->now_us;
    }
    switch ((int)action) {
    case SIM_ACTION_RELAY_CUT:
        host->relay_cut =
            world->quiet && host->relay_cut; /* what is left after the faults is permanent */
        break;
    case SIM_ACTION_PARTITION: {
        const uint32_t other = subject / SIM_HOSTS_MAX;
        const bool stays =
            host->cut_for_good[other] && (world->quiet || world->faults.cut_from_the_start);
        cut_pair(world, at, other, stays);
        break;
    }
    case SIM_ACTION_OFFLINE:
        if (!host->asleep && !host->online && !sim_host_is_lost(world, at)) {
            host->online = true;
            sim_ice_refresh_all(world);
            notice_network(world, at, true);
        }
        break;
    case SIM_ACTION_THROTTLE: unthrottle(world, at); break;
    case SIM_ACTION_SLEEP:
        if (host->asleep) {
            wake(world, at);
        }
        break;
    default: PF_UNREACHABLE();
    }
}

/* Closes the pages that were replaced by a duplicate. */
static void close_twins(struct sim_world *world)
{
    for (size_t i = 1; i <= world->tabs_count; i++) {
        struct sim_tab *tab = world->tabs[i];
        if (tab->alive && tab->shared && !tab->left && tab != world->hosts[tab->host].tab) {
            sim_tab_vanish(world, tab, 1001);
        }
    }
}

/* Ends all faults of a host but the permanent loss. */
static void heal(struct sim_world *world, uint32_t at)
{
    struct sim_host *host = &world->hosts[at];
    host->trouble_us = world->now_us;
    const enum sim_loss loss = sim_host_is_lost(world, at) ? world->faults.loss : SIM_LOSS_NONE;
    for (uint32_t i = 0; i < SIM_HOSTS_MAX; i++) {
        host->cut[i] = host->cut_for_good[i];
    }
    host->relay_cut = loss == SIM_LOSS_RELAY;
    if (loss != SIM_LOSS_NONE) {
        sim_trace_note(world, host->tab,
                       loss == SIM_LOSS_RELAY ? "is without the relay for good"
                                              : "is without a network for good");
    }
    action_over(world, at, SIM_ACTION_SLEEP);
    action_over(world, at, SIM_ACTION_OFFLINE);
    unthrottle(world, at);
    if (loss == SIM_LOSS_NETWORK) {
        host->online = false;
        notice_network(world, at, false);
    }
}

void sim_user_end(struct sim_world *world)
{
    size_t present = 0;
    world->quiet = true;
    sim_trace_note(world, NULL, "no faults from here on");
    sim_relay_gather(world);
    if (world->programs) {
        for (uint32_t i = 0; i < SIM_HOSTS_MAX; i++) {
            heal(world, i);
        }
        sim_ice_refresh_all(world);
        return; /* what they do is theirs */
    }
    close_twins(world);
    for (uint32_t i = 0; i < world->faults.hosts_count; i++) {
        heal(world, i);
        if (world->hosts[i].tab || present < 2 || sim_chance(world, 500)) {
            open_page(world, i);
            present += !sim_host_is_lost(world, i);
        }
    }
    sim_ice_refresh_all(world);
    sim_check_note_kept(world);
    for (uint32_t i = 0; i < 6; i++) { /* users continue for a moment */
        const uint32_t host = sim_below(world, world->faults.hosts_count);
        sim_after(world, sim_between_us(world, 0, 3000), SIM_ACTION, host, 0);
    }
}

void sim_user_tick(struct sim_world *world)
{
    if (world->programs) {
        return;
    }
    for (uint32_t i = 0; i < world->faults.hosts_count; i++) {
        struct sim_tab *tab = world->hosts[i].tab;
        const bool goes =
            tab && (tab->view.state == PF_ROOM_REFUSED || sim_tokens_reopens(world, tab));
        if (goes && !world->hosts[i].asleep) {
            leave_page(world, tab);
            sim_after(world, 2000000, SIM_PAGE_OPEN, i, 0);
        }
    }
    sim_doors_open_all(world);
    sim_after(world, 1000000, SIM_TICK, 0, 0);
}

/* Whether timers of the pages may be late. */
static bool host_was_slow(const struct sim_world *world, uint32_t at)
{
    const struct sim_host *host = &world->hosts[at];
    return host->throttled || world->now_us < host->wake_us + 1000000;
}

void sim_user_happen(struct sim_world *world, const struct sim_happening *happening)
{
    struct sim_tab *tab = happening->subject <= world->tabs_count && happening->subject > 0
                              ? world->tabs[happening->subject]
                              : NULL;
    switch ((int)happening->kind) {
    case SIM_PAGE_OPEN: open_page(world, happening->subject); break;
    case SIM_PAGE_JOIN: sim_tab_join(world, tab); break;
    case SIM_PAGE_RELOAD:
        if (tab == world->hosts[tab->host].tab) {
            reload(world, tab);
        }
        break;
    case SIM_PAGE_CLOSE:
        if (tab->alive && tab != world->hosts[tab->host].tab) {
            sim_tab_vanish(world, tab, 1001);
        }
        break;
    case SIM_PAGE_VANISH:
        if (host_was_slow(world, tab->host)) {
            sim_after(world, 5000000, SIM_PAGE_VANISH, tab->index, 0);
        } else if (tab->alive) {
            sim_check_gone(world, tab);
            sim_tab_vanish(world, tab, 1001);
        }
        break;
    case SIM_ACTION:
        if (!world->quiet) {
            next_action(world);
        } else if (!world->programs && sim_tab_is_present(world->hosts[happening->subject].tab)) {
            use_control(world, world->hosts[happening->subject].tab);
        }
        break;
    case SIM_ACTION_OVER:
        action_over(world, happening->subject, (enum sim_action)happening->token);
        break;
    default: PF_UNREACHABLE();
    }
}
