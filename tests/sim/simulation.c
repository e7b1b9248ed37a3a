/* simulation.c - peerface/simulated.h: a world whose pages are those of programs. */
/* SPDX-License-Identifier: MIT */
#include "simulation.h"

#include "base/assert.h"
#include "client/peerface/simulated.h"

#include <stdlib.h>

/* The one state that hangs from nothing: a program that calls pf_client_open() has no world. */
static _Thread_local struct pf_simulation *current;

struct pf_simulation *sim_simulation_current(void)
{
    return current;
}

/* ---- what goes wrong ---- */

/* What people do, programs do themselves; and nothing is lost for good. */
static void clear_people(struct sim_faults *faults)
{
    sim_faults_clear(faults, SIM_FAULTS_PEOPLE | SIM_FAULTS_PAGES | SIM_FAULTS_HOSTILE);
    faults->weights[SIM_ACTION_MICROPHONE] = 0;
    faults->lasting_cuts = 0;
    faults->cut_from_the_start = false;
    faults->loss = SIM_LOSS_NONE;
    faults->stores_count = 0; /* what relays do together is no matter of theirs */
    faults->rooms_count = 1;
    faults->hosts_count = SIM_HOSTS_MAX;
}

/* The groups that are not among the faults wanted. */
static unsigned groups_without(unsigned wanted)
{
    static const struct {
        unsigned fault, groups;
    } meanings[] = {
        {PF_FAULT_DELAY, SIM_FAULTS_DELAY},
        {PF_FAULT_RELAY, SIM_FAULTS_WIRE | SIM_FAULTS_RELAY},
        {PF_FAULT_NETWORK, SIM_FAULTS_NETWORK},
        {PF_FAULT_MACHINE, SIM_FAULTS_MACHINE},
        {PF_FAULT_DEVICES, SIM_FAULTS_DEVICES},
        {PF_FAULT_BROWSER, SIM_FAULTS_BROWSER},
    };
    unsigned without = 0;
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
        without |= wanted & meanings[i].fault ? 0 : meanings[i].groups;
    }
    return without;
}

static void choose(void *user, struct sim_faults *faults, struct pf_random *random)
{
    const struct pf_simulation *simulation = user;
    clear_people(faults);
    faults->frame_loss_chance = pf_random_below(random, 2) * pf_random_below(random, 400);
    if (!(simulation->wanted & PF_FAULT_LOSS)) {
        faults->frame_loss_chance = 0;
    }
    sim_faults_clear(faults, groups_without(simulation->wanted));
    faults->storm_ms = simulation->faults_ms > 0 ? simulation->faults_ms : faults->storm_ms;
    faults->storm_ms = simulation->wanted != 0 ? faults->storm_ms : 0;
}

/* ---- the world ---- */

struct pf_simulation *pf_simulation_open(const struct pf_simulation_config *config)
{
    if (current || !config || config->size < sizeof *config ||
        (config->faults & ~(unsigned)PF_FAULT_ALL) != 0) {
        return NULL;
    }
    FILE *trace = config->trace ? fopen(config->trace, "w") : NULL;
    struct pf_simulation *simulation = malloc(sizeof *simulation);
    if (!simulation || (config->trace && !trace)) {
        free(simulation);
        return NULL;
    }
    simulation->wanted = config->faults;
    simulation->faults_ms = config->faults_ms;
    simulation->stats = (struct sim_stats){0};
    simulation->programs = (struct sim_programs){
        .user = simulation, .choose = choose, .show = sim_host_show, .take = sim_host_take};
    for (int i = 0; i < SIM_HOSTS_MAX; i++) {
        simulation->seats[i] = (struct sim_seat){0};
    }
    sim_world_init(&simulation->world, &simulation->stats, trace);
    simulation->world.programs = &simulation->programs;
    sim_world_begin(&simulation->world, config->seed, 0);
    simulation->world.faults.hosts_count = 1; /* until there are more clients */
    current = simulation;
    return simulation;
}

void pf_simulation_close(struct pf_simulation *simulation)
{
    if (!simulation) {
        return;
    }
    for (int i = 0; i < SIM_HOSTS_MAX; i++) {
        PF_ASSERT(!simulation->seats[i].client);
    }
    FILE *trace = simulation->world.trace;
    sim_world_end(&simulation->world);
    sim_world_free(&simulation->world);
    if (trace) {
        (void)fclose(trace); /* it is for people to read, who will see that something is missing */
    }
    free(simulation);
    current = NULL;
}

/* What has happened is told, which may end any of them. */
static void follow(struct pf_simulation *simulation)
{
    for (int i = 0; i < SIM_HOSTS_MAX; i++) {
        if (simulation->seats[i].host) {
            sim_host_follow(simulation->seats[i].host);
        }
    }
}

bool pf_simulation_run(struct pf_simulation *simulation, uint32_t ms)
{
    struct sim_world *world = &simulation->world;
    enum sim_kind kind = SIM_TICK;
    sim_after(world, (uint64_t)ms * 1000, SIM_UNTIL, 0, 0);
    while (!world->failed && kind != SIM_UNTIL) {
        follow(simulation);
        const bool is_left = sim_world_step(world, &kind);
        PF_ASSERT(is_left); /* SIM_UNTIL */
    }
    follow(simulation);
    return !world->failed;
}

uint64_t pf_simulation_now_ms(const struct pf_simulation *simulation)
{
    return simulation->world.now_us / 1000;
}

bool pf_simulation_has_faults(const struct pf_simulation *simulation)
{
    return !simulation->world.quiet;
}

const char *pf_simulation_failure(const struct pf_simulation *simulation)
{
    return simulation->world.failed ? simulation->world.failure : "";
}
