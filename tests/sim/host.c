/* host.c - a client in a simulated world: a page on a machine of its own. */
/* SPDX-License-Identifier: MIT */
#include "client/host.h"

#include "base/assert.h"
#include "client/peerface/simulated.h"
#include "client/people.h"
#include "frames.h"
#include "ice.h"
#include "pc.h"
#include "simulation.h"
#include "tab.h"

#include <stdlib.h>
#include <string.h>

enum { WAITING_SIZE_MAX = 1 << 20 }; /* as in a browser */

/* A peer, and the connection that it is heard by. */
struct listened {
    pf_peer_id peer; /* 0: free */
    pf_pc pc;
    bool is_open; /* as the client has been told */
    bool is_full; /* a frame had to wait */
};

struct pf_host {
    struct pf_client *client; /* NULL while it is being freed */
    struct pf_simulation *simulation;
    struct sim_tab *tab; /* of the world; NULL before the start */
    uint32_t seat;
    unsigned media;
    bool wakes;
    struct listened peers[PF_PEOPLE_MAX];
    char frame[PF_MESSAGE_SIZE_MAX];
};

static struct listened *find(struct pf_host *host, pf_peer_id peer)
{
    for (size_t i = 0; i < PF_PEOPLE_MAX; i++) {
        if (host->peers[i].peer == peer) {
            return &host->peers[i];
        }
    }
    return NULL;
}

static struct sim_pc *pc_of(struct pf_host *host, pf_peer_id peer)
{
    const struct listened *listened = peer != 0 ? find(host, peer) : NULL;
    return listened && host->tab && host->tab->alive
               ? sim_pc_find(&host->simulation->world, host->tab, listened->pc)
               : NULL;
}

/* ---- lifetime ---- */

enum pf_result pf_host_url(const char *given, char *out, size_t capacity)
{
    const char *url = given ? given : "wss://relay/ws";
    if (!sim_simulation_current()) {
        return PF_E_UNAVAILABLE;
    }
    if (strlen(url) >= capacity) {
        return PF_E_TOO_LONG;
    }
    (void)strcpy(out, url);
    return PF_OK;
}

/* The machine that the client has, or a new one; SIM_HOSTS_MAX: there is none. */
static uint32_t take_seat(struct pf_simulation *simulation, const struct pf_client *client)
{
    uint32_t free_seat = SIM_HOSTS_MAX;
    for (uint32_t i = SIM_HOSTS_MAX; i-- > 0;) {
        if (simulation->seats[i].client == client) {
            return i;
        }
        free_seat = simulation->seats[i].client ? free_seat : i;
    }
    return free_seat;
}

struct pf_host *pf_host_new(struct pf_client *client)
{
    struct pf_simulation *simulation = sim_simulation_current();
    const uint32_t seat = take_seat(simulation, client);
    struct pf_host *host = seat < SIM_HOSTS_MAX ? calloc(1, sizeof *host) : NULL;
    if (!host) {
        return NULL;
    }
    host->client = client;
    host->simulation = simulation;
    host->seat = seat;
    simulation->seats[seat] = (struct sim_seat){client, host};
    if (simulation->world.faults.hosts_count <= seat) {
        simulation->world.faults.hosts_count = seat + 1;
    }
    return host;
}

enum pf_error pf_host_start(struct pf_host *host, struct pf_room_config *config, unsigned media)
{
    struct sim_world *world = &host->simulation->world;
    bool *lacks = world->hosts[host->seat].lacks;
    host->media = media;
    lacks[PF_SOURCE_MICROPHONE] = !(media & PF_MEDIA_MICROPHONE);
    lacks[PF_SOURCE_CAMERA] = !(media & PF_MEDIA_CAMERA);
    /* The room tells what it shows before this returns, and the client calls back. */
    host->tab = sim_tab_open_program(world, host->seat, host, config);
    return host->tab ? PF_ERROR_OK : PF_ERROR_INVALID;
}

void pf_host_free(struct pf_host *host)
{
    if (!host) {
        return;
    }
    host->client = NULL;
    struct sim_seat *seat = &host->simulation->seats[host->seat];
    if (seat->host == host) {
        *seat = (struct sim_seat){0};
    }
    if (host->tab) {
        struct sim_world *world = &host->simulation->world;
        if (!host->tab->left) {
            sim_tab_leave(world, host->tab);
        }
        sim_tab_vanish(world, host->tab, 1001);
        host->tab->program = NULL;
    }
    free(host);
}

/* What the world's checks have to know. */
static void note(struct pf_host *host, const struct pf_event *event)
{
    if (event->type == PF_EVENT_JOIN) {
        host->tab->joined = true;
    } else if (event->type == PF_EVENT_SET_SOURCE) {
        host->tab->wants[event->set_source.source] = event->set_source.on;
    }
}

void pf_host_handle(struct pf_host *host, struct pf_event *event)
{
    struct sim_world *world = &host->simulation->world;
    if (event->type == PF_EVENT_LEAVE) {
        sim_tab_leave(world, host->tab);
    } else {
        note(host, event);
        sim_tab_handle(world, host->tab, event);
    }
}

void pf_host_wake(struct pf_host *host)
{
    host->wakes = true;
}

/* ---- people ---- */

void pf_host_connect(struct pf_host *host, pf_peer_id peer, pf_pc pc)
{
    struct listened *listened = find(host, peer);
    if (!listened) {
        listened = find(host, 0);
        PF_ASSERT(listened);
        *listened = (struct listened){.peer = peer};
    }
    listened->pc = pc;
}

void pf_host_forget(struct pf_host *host, pf_peer_id peer)
{
    struct listened *listened = find(host, peer);
    if (listened) {
        *listened = (struct listened){0};
    }
}

enum pf_host_sent pf_host_may_send(struct pf_host *host, pf_peer_id peer, bool is_unreliable,
                                   size_t size)
{
    const struct sim_pc *pc = pc_of(host, peer);
    if (!pc || !pc->channel_open) {
        return PF_HOST_CLOSED;
    }
    if (is_unreliable || pc->frames.waiting + size <= WAITING_SIZE_MAX) {
        return PF_HOST_SENT;
    }
    find(host, peer)->is_full = true;
    return PF_HOST_BUSY;
}

void pf_host_send(struct pf_host *host, pf_peer_id peer, const struct pf_host_frame *frame)
{
    const unsigned flags =
        (frame->is_text ? SIM_FRAME_TEXT : 0u) | (frame->is_unreliable ? SIM_FRAME_LOSSY : 0u);
    memcpy(host->frame, frame->head.data, frame->head.size);
    memcpy(host->frame + frame->head.size, frame->data.data, frame->data.size);
    sim_frames_send(&host->simulation->world, pc_of(host, peer),
                    (struct pf_slice){host->frame, frame->head.size + frame->data.size},
                    (uint16_t)flags);
}

/* ---- what the world reports ---- */

void sim_host_show(struct pf_host *host, const struct pf_command *command)
{
    if (host->client) {
        pf_client_take(host->client, command);
    }
}

void sim_host_take(struct pf_host *host, pf_pc pc, struct pf_slice frame, uint16_t flags)
{
    for (size_t i = 0; pc != 0 && i < PF_PEOPLE_MAX; i++) {
        if (host->peers[i].peer != 0 && host->peers[i].pc == pc) {
            pf_client_on_frame(host->client, host->peers[i].peer, frame, flags & SIM_FRAME_TEXT,
                               flags & SIM_FRAME_LOSSY);
            return; /* the host may be gone */
        }
    }
}

void sim_host_follow(struct pf_host *host)
{
    for (size_t i = 0; i < PF_PEOPLE_MAX; i++) {
        struct listened *listened = &host->peers[i];
        const struct sim_pc *pc = pc_of(host, listened->peer);
        const bool is_open = pc && pc->channel_open;
        if (listened->peer != 0 && is_open != listened->is_open) {
            listened->is_open = is_open;
            listened->is_full = false; /* a channel that has closed says nothing more */
            pf_client_on_channel(host->client, listened->peer, is_open);
        }
        if (listened->is_full && pc->frames.waiting <= WAITING_SIZE_MAX / 4) {
            listened->is_full = false; /* bufferedamountlow */
            pf_client_on_writable(host->client);
        }
    }
    if (host->wakes) {
        host->wakes = false;
        pf_client_deliver(host->client); /* the host may be gone */
    }
}

/* ---- pictures and voices ---- */

void pf_host_own_track(struct pf_host *host, enum pf_source source, pf_track track)
{
    (void)host;
    (void)source;
    (void)track; /* the world has it */
}

enum pf_result pf_host_send_canvas(struct pf_host *host, const char *selector, double fps)
{
    struct sim_host *machine = &host->simulation->world.hosts[host->seat];
    (void)fps; /* nothing moves here */
    machine->lacks[PF_SOURCE_CAMERA] = !selector && !(host->media & PF_MEDIA_CAMERA);
    if (selector) {
        machine->devices[PF_SOURCE_CAMERA][0] = (struct sim_device){.present = true};
        machine->permissions[PF_SOURCE_CAMERA] = SIM_PERMISSION_GRANTED;
    }
    return PF_OK;
}

void pf_host_volume(struct pf_host *host, pf_peer_id peer, double volume)
{
    (void)host;
    (void)peer;
    (void)volume; /* nothing is heard */
}

static bool sends_picture(const struct sim_tab *tab)
{
    return tab->view.local[PF_SOURCE_CAMERA].track != 0 && tab->view.local[PF_SOURCE_CAMERA].on;
}

/* Whose picture is there: a page, or NULL. */
static const struct sim_tab *pictured(struct pf_host *host, pf_peer_id peer)
{
    const struct sim_pc *pc = pc_of(host, peer);
    const struct sim_pc *other = pc ? sim_ice_peer(&host->simulation->world, pc) : NULL;
    const struct sim_tab *tab = peer == PF_PEER_SELF        ? host->tab
                                : other && pc->channel_open ? other->tab
                                                            : NULL;
    return tab && sends_picture(tab) ? tab : NULL;
}

enum pf_result pf_host_picture_size(struct pf_host *host, pf_peer_id peer, int *width, int *height)
{
    if (!pictured(host, peer)) {
        return PF_E_STATE;
    }
    *width = PF_SIMULATION_PICTURE_WIDTH;
    *height = PF_SIMULATION_PICTURE_HEIGHT;
    return PF_OK;
}

enum pf_result pf_host_show(struct pf_host *host, pf_peer_id peer, const char *selector)
{
    (void)host;
    (void)peer;
    (void)selector; /* there is no page to look at */
    return PF_OK;
}

enum pf_result pf_host_texture(struct pf_host *host, pf_peer_id peer)
{
    return pictured(host, peer) ? PF_OK : PF_E_STATE;
}

enum pf_result pf_host_pixels(struct pf_host *host, pf_peer_id peer, void *rgba, int width,
                              int height)
{
    const struct sim_tab *tab = pictured(host, peer);
    if (!tab) {
        return PF_E_STATE;
    }
    const unsigned char colour[] = {(unsigned char)(tab->host * 16), 128,
                                    (unsigned char)(255 - tab->host * 16), 255};
    for (size_t i = 0; i < (size_t)width * (size_t)height; i++) {
        memcpy((char *)rgba + 4 * i, colour, sizeof colour);
    }
    return PF_OK;
}
