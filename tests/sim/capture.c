/* capture.c - getUserMedia(), devices and tracks of a page. */
/* SPDX-License-Identifier: MIT */
#include "capture.h"

#include "base/assert.h"
#include "screen.h"
#include "tab.h"

#include <stdlib.h>
#include <string.h>

enum { SOON_MS = 2100 /* a track that ends sooner is not reopened */ };

bool sim_capture_is_present(const struct sim_host *host, enum pf_source source)
{
    bool any = false;
    for (int i = 0; i < SIM_DEVICES_MAX; i++) {
        any = any || (host->devices[source][i].present && !host->lacks[source]);
    }
    return any;
}

bool sim_capture_is_ignored(const struct sim_tab *tab, enum pf_source source)
{
    bool any = false;
    for (int i = 0; i < SIM_REQUESTS_MAX; i++) {
        const struct sim_request *request = &tab->requests[i];
        const struct sim_track *track = sim_tab_track(tab, request->tracks[source]);
        any = any || (request->used && request->ignored && track);
    }
    return any;
}

static void name_device(enum pf_source source, uint32_t device, char out[16])
{
    (void)snprintf(out, 16, "%s%u", source == PF_SOURCE_CAMERA ? "camera" : "mic", device);
}

static void open_tracks(struct sim_world *world, struct sim_tab *tab,
                        const struct pf_command *command)
{
    uint32_t index = 0;
    while (index < SIM_REQUESTS_MAX && tab->requests[index].used) {
        index++;
    }
    if (index == SIM_REQUESTS_MAX) {
        sim_fail(world, "%s requests captures without end", sim_tab_name(world, tab));
        return;
    }
    const bool is_replaced =
        tab->view.state == PF_ROOM_REFUSED && tab->view.code == PF_CODE_REPLACED;
    if (tab->left || is_replaced) { /* other refused members keep their preview */
        sim_fail(world, "%s requests a capture after leaving or being replaced",
                 sim_tab_name(world, tab));
    }
    struct sim_request *request = &tab->requests[index];
    *request = (struct sim_request){.used = true};
    for (int source = 0; source < PF_DEVICE_SOURCES_COUNT; source++) {
        const pf_track id = command->capture_open.tracks[source];
        const struct pf_slice device = command->capture_open.devices[source];
        if (id == 0) {
            continue;
        }
        if (!sim_tab_add_track(tab, id, (enum pf_source)source)) {
            sim_fail(world, "CAPTURE_OPEN of track %u: too many, or used before", id);
            return;
        }
        if (tab->origins[source] != PF_ORIGIN_DEVICE) {
            sim_fail(world, "%s asks for what is not used", sim_tab_name(world, tab));
        }
        request->tracks[source] = id;
        tab->denials[source] = (struct sim_denial){.track = id};
        request->device_sizes[source] =
            pf_slice_copy(device, request->devices[source], sizeof(request->devices[source]));
    }
    sim_after(world, sim_between_us(world, 1, 300), SIM_CAPTURE_DONE, tab->index, index);
}

void sim_capture_command(struct sim_world *world, struct sim_tab *tab,
                         const struct pf_command *command)
{
    if (command->type == PF_COMMAND_CAPTURE_OPEN) {
        open_tracks(world, tab, command);
        return;
    }
    if (command->type == PF_COMMAND_DEVICES_ENUMERATE) {
        sim_after(world, sim_between_us(world, 1, 30), SIM_DEVICES_LISTED, tab->index, 0);
        return;
    }
    const bool stops = command->type == PF_COMMAND_CAPTURE_STOP;
    const pf_track id = stops ? command->capture_stop : command->track_enable.track;
    struct sim_track *track = sim_tab_track(tab, id);
    if (!track) {
        sim_fail(world, "%s: a command names track %u, which is stopped or never was",
                 sim_tab_name(world, tab), id);
    } else if (stops && track->state != SIM_TRACK_PENDING) { /* else there is nothing to stop yet */
        *track = (struct sim_track){0};
    } else if (!stops) {
        track->enabled = command->track_enable.on;
    }
}

/* Chooses the device for a request, or returns the error. */
static enum pf_dom_error choose(const struct sim_host *host, const struct sim_request *request,
                                enum pf_source source, uint32_t *out)
{
    char name[16];
    bool any = false, matched = false;
    for (uint32_t i = 0; i < SIM_DEVICES_MAX; i++) {
        const struct sim_device *device = &host->devices[source][i];
        name_device(source, i, name);
        if (!device->present) {
            continue;
        }
        any = true;
        if (request->device_sizes[source] > 0 && strcmp(name, request->devices[source]) != 0) {
            continue;
        }
        matched = true;
        if (!device->busy) {
            *out = i;
            return PF_DOM_ERROR_NONE;
        }
    }
    return matched ? PF_DOM_ERROR_NOT_READABLE
           : any   ? PF_DOM_ERROR_OVERCONSTRAINED
                   : PF_DOM_ERROR_NOT_FOUND;
}

/* A getUserMedia() call resolves with all requested sources, or rejects. */
static enum pf_dom_error judge(const struct sim_host *host, const struct sim_request *request,
                               uint32_t devices[PF_DEVICE_SOURCES_COUNT])
{
    for (int source = 0; source < PF_DEVICE_SOURCES_COUNT; source++) {
        if (request->tracks[source] != 0 && !sim_capture_is_present(host, (enum pf_source)source)) {
            return PF_DOM_ERROR_NOT_FOUND;
        }
    }
    for (int source = 0; source < PF_DEVICE_SOURCES_COUNT; source++) {
        if (request->tracks[source] != 0 && host->permissions[source] == SIM_PERMISSION_DENIED) {
            return PF_DOM_ERROR_NOT_ALLOWED;
        }
    }
    for (int source = 0; source < PF_DEVICE_SOURCES_COUNT; source++) {
        if (request->tracks[source] != 0) {
            const enum pf_dom_error error =
                choose(host, request, (enum pf_source)source, &devices[source]);
            if (error != PF_DOM_ERROR_NONE) {
                return error;
            }
        }
    }
    return PF_DOM_ERROR_NONE;
}

/* Returns whether the request has to wait for the user. */
static bool ask_user(struct sim_world *world, struct sim_tab *tab, uint32_t index)
{
    struct sim_host *host = &world->hosts[tab->host];
    struct sim_request *request = &tab->requests[index];
    bool prompts = false;
    for (int source = 0; source < PF_DEVICE_SOURCES_COUNT; source++) {
        prompts = prompts || (request->tracks[source] != 0 &&
                              host->permissions[source] == SIM_PERMISSION_PROMPT);
    }
    if (!prompts) {
        return false;
    }
    if (!request->asked) {
        request->asked = true;
        request->ignored = sim_chance(world, world->faults.ignored_chance);
        if (!request->ignored) {
            sim_after(world, sim_between_us(world, 500, 8000), SIM_CAPTURE_DONE, tab->index, index);
        }
        return true;
    }
    const bool denied = sim_chance(world, world->faults.denied_chance);
    for (int source = 0; source < PF_DEVICE_SOURCES_COUNT; source++) {
        if (request->tracks[source] != 0 && host->permissions[source] == SIM_PERMISSION_PROMPT) {
            host->permissions[source] = denied ? SIM_PERMISSION_DENIED : SIM_PERMISSION_GRANTED;
        }
    }
    return false;
}

static void fail(struct sim_world *world, struct sim_tab *tab, const struct sim_request *request,
                 enum pf_dom_error error)
{
    static const enum pf_permission permissions[] = {
        [SIM_PERMISSION_GRANTED] = PF_PERMISSION_GRANTED,
        [SIM_PERMISSION_PROMPT] = PF_PERMISSION_PROMPT,
        [SIM_PERMISSION_DENIED] = PF_PERMISSION_DENIED,
    };
    struct pf_event event = {.type = PF_EVENT_CAPTURE_FAILED, .capture_failed.error = error};
    for (int source = 0; source < PF_DEVICE_SOURCES_COUNT; source++) {
        struct sim_track *track = sim_tab_track(tab, request->tracks[source]);
        event.capture_failed.tracks[source] = request->tracks[source];
        event.capture_failed.permissions[source] =
            permissions[world->hosts[tab->host].permissions[source]];
        if (track && tab->denials[source].track == track->id) {
            tab->denials[source].error = error;
        }
        if (track) {
            *track = (struct sim_track){0};
        }
    }
    sim_tab_handle(world, tab, &event);
}

static void succeed(struct sim_world *world, struct sim_tab *tab, const struct sim_request *request,
                    const uint32_t devices[PF_DEVICE_SOURCES_COUNT])
{
    char name[16];
    for (int source = 0; source < PF_DEVICE_SOURCES_COUNT; source++) {
        struct sim_track *track = sim_tab_track(tab, request->tracks[source]);
        if (!track) {
            continue; /* not requested, or stopped while pending */
        }
        track->state = SIM_TRACK_LIVE;
        track->device = devices[source];
        track->live_us = world->now_us - tab->clock_lost_us;
        name_device((enum pf_source)source, devices[source], name);
        const struct pf_event event = {
            .type = PF_EVENT_CAPTURE_OPENED,
            .capture_opened = {request->tracks[source], pf_slice_of(name)},
        };
        sim_tab_handle(world, tab, &event);
    }
}

void sim_capture_settle(struct sim_world *world, struct sim_tab *tab, uint32_t index)
{
    uint32_t devices[PF_DEVICE_SOURCES_COUNT] = {0};
    if (!tab->alive || ask_user(world, tab, index)) {
        return;
    }
    const struct sim_request request = tab->requests[index];
    tab->requests[index].used = false;
    const enum pf_dom_error error = judge(&world->hosts[tab->host], &request, devices);
    if (error == PF_DOM_ERROR_NONE) {
        succeed(world, tab, &request, devices);
    } else {
        fail(world, tab, &request, error);
    }
}

void sim_capture_list(struct sim_world *world, struct sim_tab *tab)
{
    const struct sim_host *host = &world->hosts[tab->host];
    struct pf_device list[PF_DEVICE_SOURCES_COUNT * SIM_DEVICES_MAX];
    char names[PF_DEVICE_SOURCES_COUNT * SIM_DEVICES_MAX][16];
    size_t count = 0;
    for (int source = 0; source < PF_DEVICE_SOURCES_COUNT; source++) {
        const bool named = host->permissions[source] == SIM_PERMISSION_GRANTED;
        for (uint32_t i = 0; i < SIM_DEVICES_MAX; i++) {
            if (host->devices[source][i].present && !host->lacks[source]) {
                name_device((enum pf_source)source, i, names[count]);
                const struct pf_slice name = named ? pf_slice_of(names[count]) : PF_SLICE("");
                list[count++] = (struct pf_device){(enum pf_source)source, name, name};
            }
        }
    }
    const struct pf_event event = {.type = PF_EVENT_DEVICES, .devices = {list, count}};
    sim_tab_handle(world, tab, &event);
}

void sim_capture_end(struct sim_world *world, struct sim_tab *tab, struct sim_track *track)
{
    if (track->state == SIM_TRACK_LIVE) {
        track->state = SIM_TRACK_ENDED;
        sim_after(world, sim_between_us(world, 0, 20), SIM_TRACK_OVER, tab->index, track->id);
    }
}

void sim_capture_over(struct sim_world *world, struct sim_tab *tab, pf_track id)
{
    const struct sim_track *track = sim_tab_track(tab, id);
    if (!track) {
        return;
    }
    const uint64_t lived_us = world->now_us - tab->clock_lost_us - track->live_us;
    const enum pf_source source = track->source;
    if (tab->view.local[source].track == id) { /* not one that another has replaced */
        tab->denials[source].ended_soon = track->own != 0 || lived_us < (uint64_t)SOON_MS * 1000;
    }
    sim_screen_note_over(tab, track);
    const struct pf_event event = {.type = PF_EVENT_TRACK_ENDED, .track_ended = id};
    sim_tab_handle(world, tab, &event);
    sim_screen_check_over(world, tab, source);
}

void sim_capture_unplug(struct sim_world *world, uint32_t host, enum pf_source source,
                        uint32_t device)
{
    world->hosts[host].devices[source][device].present = false;
    for (size_t i = 1; i <= world->tabs_count; i++) {
        struct sim_tab *tab = world->tabs[i];
        for (size_t k = 0; tab->alive && tab->host == host && k < tab->tracks_end; k++) {
            struct sim_track *track = &tab->tracks[k];
            if (track->id != 0 && track->own == 0 && track->source == source &&
                track->device == device) {
                sim_capture_end(world, tab, track);
            }
        }
    }
}
