/* capture_check.c - what pages capture, at every moment and at the end. */
/* SPDX-License-Identifier: MIT */
#include "capture_check.h"

#include "capture.h"
#include "pc.h"
#include "screen.h"
#include "tab.h"

enum {
    CROWD_MS_MAX = 10000,    /* how long a source may have two live tracks: while it is switched */
    THROTTLED_MS_MAX = 61000 /* how much later a timer fires in the background */
};

/* D14, D27: what is sent, not what is shown. */
static void check_silence(struct sim_world *world, const struct sim_tab *tab,
                          const struct sim_track *track)
{
    if (track->state == SIM_TRACK_LIVE && track->enabled && !tab->wants[track->source] &&
        sim_pc_sends(world, tab, track->id)) {
        sim_fail(world, "%s sends track %u, which its user has switched off",
                 sim_tab_name(world, tab), track->id);
    }
}

/* A source has had two live tracks for too long. */
static bool is_crowded(const struct sim_world *world, struct sim_tab *tab, int source)
{
    const struct sim_host *host = &world->hosts[tab->host];
    const uint32_t max_ms = CROWD_MS_MAX + (host->throttled ? THROTTLED_MS_MAX : 0);
    const bool is_late = tab->crowd_us[source] != 0 &&
                         host->wake_us < tab->crowd_us[source] && /* it did not sleep meanwhile */
                         world->now_us - tab->crowd_us[source] > (uint64_t)max_ms * 1000;
    if (!is_late) {
        tab->late_us[source] = 0;
    } else if (tab->late_us[source] == 0) {
        tab->late_us[source] = world->now_us; /* a delayed timer is due about now */
    }
    return is_late && world->now_us - tab->late_us[source] > 100000;
}

void sim_capture_check(struct sim_world *world, struct sim_tab *tab)
{
    size_t counts[PF_SOURCES_COUNT] = {0};
    pf_track newest[PF_SOURCES_COUNT] = {0};
    for (size_t i = 0; i < tab->tracks_end; i++) {
        const struct sim_track *track = &tab->tracks[i];
        if (track->id != 0 && track->state == SIM_TRACK_LIVE) {
            counts[track->source]++;
            newest[track->source] =
                track->id > newest[track->source] ? track->id : newest[track->source];
            check_silence(world, tab, track);
        }
    }
    for (int source = 0; source < PF_SOURCES_COUNT; source++) {
        if (counts[source] < 2) {
            tab->crowd_us[source] = 0;
        } else if (tab->crowd_us[source] == 0 || newest[source] != tab->crowd_newest[source]) {
            tab->crowd_us[source] = world->now_us; /* with each switch the time begins anew */
            tab->crowd_newest[source] = newest[source];
        }
        if (counts[source] > 2 || is_crowded(world, tab, source)) {
            sim_fail(world, "%s captures source %d %zu times at once", sim_tab_name(world, tab),
                     source, counts[source]);
        }
    }
}

bool sim_capture_is_on(const struct sim_tab *tab)
{
    bool any = false;
    for (size_t i = 0; i < tab->tracks_end; i++) {
        any = any || (tab->tracks[i].id != 0 && tab->tracks[i].state == SIM_TRACK_LIVE);
    }
    return any;
}

/* Whether the browser denies the source, and will not grant it by itself. */
static bool is_denied(const struct sim_world *world, const struct sim_tab *tab,
                      enum pf_source source)
{
    const struct sim_shown_local *local = &tab->view.local[source];
    const struct sim_denial *denial = &tab->denials[source];
    switch (local->state) {
    case PF_CAPTURE_IDLE:
    case PF_CAPTURE_LIVE: return false;
    case PF_CAPTURE_OPENING: return sim_capture_is_ignored(tab, source);
    case PF_CAPTURE_FAILED: break;
    }
    if (denial->ended_soon) {
        return true; /* the browser would end it again */
    }
    const bool is_missing =
        denial->error == PF_DOM_ERROR_NOT_FOUND || denial->error == PF_DOM_ERROR_OVERCONSTRAINED;
    return denial->error != PF_DOM_ERROR_NONE && denial->error == local->error &&
           !(is_missing && sim_capture_is_present(&world->hosts[tab->host], source));
}

/* D1: what the user has switched on is captured, unless the browser denies it. */
static const char *lacks(const struct sim_world *world, const struct sim_tab *tab)
{
    for (int i = 0; i < PF_DEVICE_SOURCES_COUNT; i++) {
        const enum pf_source source = (enum pf_source)i;
        if (tab->wants[i] && tab->view.local[i].state != PF_CAPTURE_LIVE &&
            !is_denied(world, tab, source)) {
            return "does not capture what its user has switched on";
        }
    }
    return sim_screen_is_shared(tab) ? NULL : "does not share the screen that its user has chosen";
}

/* No camera light is on without need: what is switched off is not captured. */
static const char *has_beyond(const struct sim_tab *tab)
{
    for (size_t i = 0; i < tab->tracks_end; i++) {
        const struct sim_track *track = &tab->tracks[i];
        if (track->id == 0 || track->state != SIM_TRACK_LIVE) {
            continue;
        }
        if (track->id != tab->view.local[track->source].track) {
            return "captures what is not shown";
        }
        if (track->source != PF_SOURCE_MICROPHONE && !tab->wants[track->source]) {
            return "the camera light is on";
        }
    }
    return NULL;
}

const char *sim_capture_amiss(const struct sim_world *world, const struct sim_tab *tab)
{
    const char *beyond = has_beyond(tab);
    return beyond ? beyond : lacks(world, tab);
}
