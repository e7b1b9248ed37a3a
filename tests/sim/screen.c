/* screen.c - people share their screens: getDisplayMedia(), and what must come of it. */
/* SPDX-License-Identifier: MIT */
#include "screen.h"

#include "capture.h"
#include "tab.h"
#include "world.h"

enum {
    SHARING_MS = 3000,      /* how long people go on after the faults */
    PICKING_MS_MAX = 15000, /* how long somebody takes to choose */
};

static void schedule(struct sim_world *world)
{
    if (world->now_us < world->quiet_us + (uint64_t)SHARING_MS * 1000) {
        sim_after_pause(world, world->faults.shares_per_minute, SIM_SHARE);
    }
}

void sim_screen_begin(struct sim_world *world)
{
    if (world->faults.shares_per_minute > 0) {
        schedule(world);
    }
}

/* ---- what people do ---- */

static void set_on(struct sim_world *world, struct sim_tab *tab, bool on)
{
    tab->wants[PF_SOURCE_SCREEN_AUDIO] = tab->wants[PF_SOURCE_SCREEN_AUDIO] && on;
    sim_tab_set_source(world, tab, PF_SOURCE_SCREEN, on);
}

/* "Stop sharing" of the browser ends all tracks; a window that is closed only what it showed. */
static void end_by_browser(struct sim_world *world, struct sim_tab *tab)
{
    const bool all = sim_chance(world, 700);
    for (size_t i = 0; i < tab->tracks_end; i++) {
        struct sim_track *track = &tab->tracks[i];
        if (track->id != 0 && (track->source == PF_SOURCE_SCREEN ||
                               (track->source == PF_SOURCE_SCREEN_AUDIO && all))) {
            sim_capture_end(world, tab, track);
        }
    }
}

/* Sound alone ends when another tab is chosen that has none. */
static void end_sound(struct sim_world *world, struct sim_tab *tab)
{
    for (size_t i = 0; i < tab->tracks_end; i++) {
        if (tab->tracks[i].id != 0 && tab->tracks[i].source == PF_SOURCE_SCREEN_AUDIO) {
            sim_capture_end(world, tab, &tab->tracks[i]);
        }
    }
}

void sim_screen_happen(struct sim_world *world)
{
    const struct sim_host *host = &world->hosts[sim_below(world, world->faults.hosts_count)];
    struct sim_tab *tab = host->tab;
    const uint32_t what = sim_below(world, 20);
    schedule(world);
    if (!tab || host->asleep || tab->left) {
        return;
    }
    if (what < 3) {
        end_by_browser(world, tab);
    } else if (what < 4) {
        end_sound(world, tab);
    } else if (what < 8) { /* G15 */
        for (uint32_t i = 0; i < 3; i++) {
            set_on(world, tab, !tab->wants[PF_SOURCE_SCREEN]);
        }
    } else {
        set_on(world, tab, !tab->wants[PF_SOURCE_SCREEN]);
    }
}

/* ---- what the browser does ---- */

void sim_screen_open(struct sim_world *world, struct sim_tab *tab, const struct pf_command *command)
{
    const struct sim_picker picker = {command->screen_open.picture, command->screen_open.sound,
                                      false};
    if (tab->picker.picture != 0) {
        sim_fail(world, "%s asks what to share while it still asks", sim_tab_name(world, tab));
    }
    if (tab->left || !tab->wants[PF_SOURCE_SCREEN]) {
        sim_fail(world, "%s asks what to share, but nobody wants to", sim_tab_name(world, tab));
    }
    if (!sim_tab_add_track(tab, picker.picture, PF_SOURCE_SCREEN) ||
        !sim_tab_add_track(tab, picker.sound, PF_SOURCE_SCREEN_AUDIO)) {
        sim_fail(world, "SCREEN_OPEN of track %u: too many, or used before", picker.picture);
        return;
    }
    tab->picker = picker;
    tab->picker.is_ignored = sim_chance(world, 30);
    if (!tab->picker.is_ignored) {
        const uint64_t picked_us = sim_between_us(world, 100, PICKING_MS_MAX);
        sim_after(world, picked_us, SIM_PICKED, tab->index, picker.picture);
    }
}

/* D32: who cancels is not told of an error. */
static void check_cancelled(struct sim_world *world, const struct sim_tab *tab)
{
    const struct sim_shown_local *local = &tab->view.local[PF_SOURCE_SCREEN];
    if (local->on || local->state != PF_CAPTURE_IDLE || local->error != PF_DOM_ERROR_NONE) {
        sim_fail(world, "%s shows an error to whoever has cancelled the dialog",
                 sim_tab_name(world, tab));
    }
}

static void refuse(struct sim_world *world, struct sim_tab *tab, struct sim_picker picker)
{
    static const enum pf_dom_error errors[] = {PF_DOM_ERROR_NOT_ALLOWED, PF_DOM_ERROR_NOT_ALLOWED,
                                               PF_DOM_ERROR_NOT_ALLOWED, PF_DOM_ERROR_NOT_READABLE,
                                               PF_DOM_ERROR_INVALID_STATE};
    const enum pf_dom_error error = errors[sim_below(world, sizeof(errors) / sizeof(errors[0]))];
    *sim_tab_track(tab, picker.picture) = (struct sim_track){0};
    *sim_tab_track(tab, picker.sound) = (struct sim_track){0};
    tab->wants[PF_SOURCE_SCREEN] = false;
    sim_tab_handle(world, tab,
                   &(struct pf_event){.type = PF_EVENT_SCREEN_FAILED,
                                      .screen_failed = {picker.picture, error}});
    if (error == PF_DOM_ERROR_NOT_ALLOWED) {
        check_cancelled(world, tab);
    }
}

static void begin_track(const struct sim_world *world, const struct sim_tab *tab, pf_track id)
{
    struct sim_track *track = sim_tab_track(tab, id);
    track->state = SIM_TRACK_LIVE;
    track->live_us = world->now_us - tab->clock_lost_us;
}

void sim_screen_picked(struct sim_world *world, struct sim_tab *tab, pf_track picture)
{
    const struct sim_picker picker = tab->picker;
    if (!tab->alive || picker.picture != picture) {
        return;
    }
    tab->picker = (struct sim_picker){0};
    if (sim_chance(world, 300)) {
        refuse(world, tab, picker);
        return;
    }
    const bool has_sound = sim_chance(world, 500);
    begin_track(world, tab, picker.picture);
    if (has_sound) {
        begin_track(world, tab, picker.sound);
    } else {
        *sim_tab_track(tab, picker.sound) = (struct sim_track){0};
    }
    tab->wants[PF_SOURCE_SCREEN_AUDIO] = has_sound && tab->wants[PF_SOURCE_SCREEN];
    sim_tab_handle(
        world, tab,
        &(struct pf_event){.type = PF_EVENT_SCREEN_OPENED,
                           .screen_opened = {picker.picture, has_sound ? picker.sound : 0}});
}

void sim_screen_note_over(struct sim_tab *tab, const struct sim_track *track)
{
    if (track->source == PF_SOURCE_SCREEN) {
        tab->wants[PF_SOURCE_SCREEN] = tab->wants[PF_SOURCE_SCREEN_AUDIO] = false;
    } else if (track->source == PF_SOURCE_SCREEN_AUDIO) {
        tab->wants[PF_SOURCE_SCREEN_AUDIO] = false;
    }
}

/* D33 */
void sim_screen_check_over(struct sim_world *world, const struct sim_tab *tab,
                           enum pf_source source)
{
    if (source == PF_SOURCE_SCREEN && tab->alive && tab->view.local[source].on) {
        sim_fail(world, "%s still shares what the browser has ended", sim_tab_name(world, tab));
    }
}

/* ---- what must be in the end ---- */

bool sim_screen_is_shared(const struct sim_tab *tab)
{
    return !tab->wants[PF_SOURCE_SCREEN] || tab->picker.is_ignored ||
           tab->view.local[PF_SOURCE_SCREEN].state == PF_CAPTURE_LIVE;
}
