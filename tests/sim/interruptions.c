/* interruptions.c - systems mute tracks, pages are visible again, constraints change. */
/* SPDX-License-Identifier: MIT */
#include "interruptions.h"

#include "tab.h"
#include "world.h"

enum { LASTING_MS = 3000 }; /* how long they go on after the faults */

static void schedule(struct sim_world *world)
{
    if (world->now_us < world->quiet_us + (uint64_t)LASTING_MS * 1000) {
        const uint32_t mean_ms = 60000 / world->faults.interruptions_per_minute;
        sim_after(world, sim_between_us(world, 0, 2 * mean_ms + 1), SIM_INTERRUPTION, 0, 0);
    }
}

void sim_interruptions_begin(struct sim_world *world)
{
    if (world->faults.interruptions_per_minute > 0) {
        schedule(world);
    }
}

static void change_mute(struct sim_world *world, struct sim_tab *tab)
{
    if (tab->tracks_end == 0) {
        return;
    }
    struct sim_track *track = &tab->tracks[sim_below(world, (uint32_t)tab->tracks_end)];
    if (track->id == 0 || track->state != SIM_TRACK_LIVE) {
        return;
    }
    track->muted = !track->muted;
    sim_tab_handle(
        world, tab,
        &(struct pf_event){.type = PF_EVENT_TRACK_MUTED, .track_muted = {track->id, track->muted}});
}

void sim_interruptions_happen(struct sim_world *world)
{
    const struct sim_host *host = &world->hosts[sim_below(world, world->faults.hosts_count)];
    const bool looks = sim_chance(world, 250);
    const bool reopens = sim_chance(world, 100);
    schedule(world);
    if (!host->tab || host->asleep || host->tab->left) {
        return;
    }
    if (reopens) {
        const enum pf_source source =
            sim_chance(world, 500) ? PF_SOURCE_CAMERA : PF_SOURCE_MICROPHONE;
        sim_tab_handle(world, host->tab,
                       &(struct pf_event){.type = PF_EVENT_REOPEN, .reopen = source});
    } else if (looks) {
        sim_tab_handle(world, host->tab, &(struct pf_event){.type = PF_EVENT_VISIBLE});
    } else {
        change_mute(world, host->tab);
    }
}
