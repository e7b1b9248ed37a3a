/* origins.c - pages send tracks of their own, or use no microphone or camera at all. */
/* SPDX-License-Identifier: MIT */
#include "origins.h"

#include "tab.h"

enum { LASTING_MS = 3000 }; /* how long they go on after the faults */

static void schedule(struct sim_world *world)
{
    if (world->now_us < world->quiet_us + (uint64_t)LASTING_MS * 1000) {
        sim_after_pause(world, world->faults.origins_per_minute, SIM_ORIGIN);
    }
}

void sim_origins_begin(struct sim_world *world)
{
    if (world->faults.origins_per_minute > 0) {
        schedule(world);
    }
}

static enum pf_origin draw(struct sim_world *world)
{
    const uint32_t what = sim_below(world, 10);
    return what < 5 ? PF_ORIGIN_PAGE : what < 8 ? PF_ORIGIN_NONE : PF_ORIGIN_DEVICE;
}

void sim_origins_configure(struct sim_world *world, struct sim_tab *tab,
                           struct pf_room_config *config)
{
    for (int i = 0; i < PF_DEVICE_SOURCES_COUNT && world->faults.origins_per_minute > 0; i++) {
        tab->origins[i] = config->origins[i] = draw(world);
        tab->owns[i] = 1;
        tab->wants[i] = config->on[i] && tab->origins[i] != PF_ORIGIN_NONE;
    }
}

void sim_origins_happen(struct sim_world *world)
{
    const struct sim_host *host = &world->hosts[sim_below(world, world->faults.hosts_count)];
    const enum pf_source source = (enum pf_source)sim_below(world, PF_DEVICE_SOURCES_COUNT);
    const enum pf_origin origin = draw(world);
    struct sim_tab *tab = host->tab;
    schedule(world);
    if (!tab || host->asleep || tab->left) {
        return;
    }
    if (origin == PF_ORIGIN_NONE || tab->origins[source] == PF_ORIGIN_NONE) {
        tab->wants[source] = origin != PF_ORIGIN_NONE;
    }
    tab->origins[source] = origin;
    tab->owns[source]++;
    sim_tab_handle(world, tab,
                   &(struct pf_event){.type = PF_EVENT_SET_ORIGIN, .set_origin = {source, origin}});
}

void sim_origins_take(struct sim_world *world, struct sim_tab *tab,
                      const struct pf_command *command)
{
    const enum pf_source source = command->capture_take.source;
    const pf_track id = command->capture_take.track;
    if (tab->owns[source] == 0) {
        sim_fail(world, "%s takes a track that its page does not have", sim_tab_name(world, tab));
    }
    if (!sim_tab_add_track(tab, id, source)) {
        sim_fail(world, "CAPTURE_TAKE of track %u: too many, or used before", id);
        return;
    }
    struct sim_track *track = sim_tab_track(tab, id);
    track->state = SIM_TRACK_LIVE;
    track->live_us = world->now_us - tab->clock_lost_us;
    track->own = tab->owns[source];
    tab->denials[source] = (struct sim_denial){.track = id};
}

bool sim_origins_fits(const struct sim_tab *tab, const struct sim_track *track)
{
    return (int)track->source >= PF_DEVICE_SOURCES_COUNT ||
           tab->origins[track->source] != PF_ORIGIN_PAGE || track->own == tab->owns[track->source];
}
