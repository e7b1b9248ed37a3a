/* drain.c - relays that end little by little, as after SIGTERM with --drain-s. */
/* SPDX-License-Identifier: MIT */
/*
 * A relay that drains takes no new WebSockets and closes those that it has one by one with 1001,
 * while the others talk. Where there are several relays, the address names another one from the
 * beginning; where there is one, nobody gets in before it has stopped and is started again. Relays
 * of a cluster are drained in cluster.c.
 */
#include "drain.h"

#include "relay.h"
#include "tab.h"
#include "trace.h"

enum {
    OVER_MS_MAX = 20000,
    AWAY_MS_MAX = 3000,  /* until it is started again */
    BACK_MS_MAX = 15000, /* a page tries again within 10 s, and joining takes some packets */
};

/* The subject of a SIM_DRAIN that begins a drain; others name the relay. */
enum { ANY_RELAY = SIM_RELAYS_MAX };

bool sim_drain_accepts(const struct sim_relay *relay)
{
    return relay->up && !relay->drains;
}

static void schedule(struct sim_world *world)
{
    const uint32_t mean_ms = 60000 / world->faults.drains_per_minute;
    sim_after(world, sim_between_us(world, 0, 2 * mean_ms), SIM_DRAIN, ANY_RELAY, 0);
}

void sim_drain_begin(struct sim_world *world)
{
    if (world->faults.drains_per_minute > 0) {
        schedule(world);
    }
}

/* The next WebSocket to be closed, or NULL. */
static struct sim_socket *first_socket(const struct sim_world *world, const struct sim_relay *relay)
{
    for (size_t i = 0; i < SIM_RELAY_CLIENTS_MAX; i++) {
        if (relay->sockets[i] != 0) {
            return world->sockets[relay->sockets[i]];
        }
    }
    return NULL;
}

static uint32_t count_sockets(const struct sim_relay *relay)
{
    uint32_t count = 0;
    for (size_t i = 0; i < SIM_RELAY_CLIENTS_MAX; i++) {
        count += relay->sockets[i] != 0;
    }
    return count;
}

static void start_drain(struct sim_world *world, uint32_t at)
{
    struct sim_relay *relay = &world->relays[at];
    const uint64_t over_us = sim_between_us(world, 0, OVER_MS_MAX);
    if (!sim_drain_accepts(relay)) {
        return;
    }
    sim_trace_note(world, NULL, "a relay drains");
    world->stats->relay_drains++;
    relay->drains = true;
    relay->drain_step_us = over_us / (count_sockets(relay) + 1);
    sim_relay_leave(world, at);
    sim_after(world, relay->drain_step_us, SIM_DRAIN, at, relay->starts_count);
}

static void take_step(struct sim_world *world, uint32_t at, uint32_t starts_count)
{
    struct sim_relay *relay = &world->relays[at];
    if (!relay->drains || relay->starts_count != starts_count) {
        return; /* it has been killed */
    }
    struct sim_socket *socket = first_socket(world, relay);
    if (!socket) {
        sim_relay_stop(world, at, true);
        sim_after(world, sim_between_us(world, 50, AWAY_MS_MAX), SIM_RELAY_START, at, 0);
        return;
    }
    if (socket->joined && !socket->broken && socket->tab->drained_us == 0) {
        socket->tab->drained_us = world->now_us;
    }
    sim_relay_dismiss(world, socket);
    sim_after(world, relay->drain_step_us, SIM_DRAIN, at, starts_count);
}

void sim_drain_happen(struct sim_world *world, const struct sim_happening *happening)
{
    if (happening->subject != ANY_RELAY) {
        take_step(world, happening->subject, happening->token);
    } else if (!world->quiet) {
        start_drain(world, sim_below(world, world->faults.relays_count));
        schedule(world);
    }
}

/* Whether something besides the drain may keep the page out of the room. */
static bool may_be_kept_out(const struct sim_world *world, const struct sim_tab *tab)
{
    const struct sim_faults *faults = &world->faults;
    const struct sim_host *host = &world->hosts[tab->host];
    return faults->spike_chance > 0 || faults->hostiles_count > 0 || faults->doors_per_minute > 0 ||
           faults->tokens || tab->shared || host->asleep || host->throttled ||
           tab->view.state == PF_ROOM_REFUSED || !sim_tab_is_present(tab) ||
           world->hosts[tab->host].tab != tab || !sim_relay_reachable(world, tab->host) ||
           !sim_drain_accepts(&world->relays[host->relay_at]);
}

void sim_drain_check(struct sim_world *world, struct sim_tab *tab)
{
    if (tab->drained_us == 0) {
        return;
    }
    if (may_be_kept_out(world, tab)) {
        tab->drained_us = world->now_us; /* the time begins anew */
        return;
    }
    const struct sim_host *host = &world->hosts[tab->host];
    const uint64_t times_us[] = {tab->drained_us, host->trouble_us, host->wake_us,
                                 world->relays[host->relay_at].started_us};
    uint64_t since_us = 0;
    for (size_t i = 0; i < sizeof(times_us) / sizeof(times_us[0]); i++) {
        since_us = times_us[i] > since_us ? times_us[i] : since_us;
    }
    if (world->now_us > since_us + (uint64_t)BACK_MS_MAX * 1000) {
        sim_fail(world, "%s is not back %u s after its relay was drained", sim_tab_name(world, tab),
                 (unsigned)((world->now_us - since_us) / 1000000));
    }
}
