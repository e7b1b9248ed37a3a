/* asking.c - what a program asks a client for: texts, peers, sources, devices, pictures. */
/* SPDX-License-Identifier: MIT */
#include "client/state.h"

#include <string.h>

enum { PIXELS_SIDE_MAX = 4096 };

int pf_client_give(struct pf_slice text, char *out, size_t capacity)
{
    if (capacity > 0) {
        if (!out) {
            return PF_E_INVALID;
        }
        (void)pf_slice_copy(text, out, capacity); /* what is given is the whole size */
    }
    return (int)text.size;
}

int pf_client_ticket(const struct pf_client *client, char *out, size_t capacity)
{
    return client ? pf_client_give(pf_slice_of(client->ticket), out, capacity) : PF_E_INVALID;
}

int pf_client_member_id(const struct pf_client *client, pf_peer_id peer, char *out, size_t capacity)
{
    char id[PF_MEMBER_ID_DIGITS + 1] = "";
    if (!client) {
        return PF_E_INVALID;
    }
    const struct pf_person *person = pf_people_find(&client->people, peer);
    if (peer != PF_PEER_SELF && !person) {
        return PF_E_STATE;
    }
    const pf_member_id member = person ? person->member : client->self;
    if (member != 0) {
        pf_member_id_write(member, id);
    }
    return pf_client_give(pf_slice_of(id), out, capacity);
}

/* ---- microphone and camera ---- */

/* False if it is none of them, or both. */
static bool source_of(enum pf_client_media media, enum pf_source *out)
{
    *out = media == PF_MEDIA_CAMERA ? PF_SOURCE_CAMERA : PF_SOURCE_MICROPHONE;
    return media == PF_MEDIA_CAMERA || media == PF_MEDIA_MICROPHONE;
}

/* A canvas is the camera of a program that has none. */
static bool is_configured(const struct pf_client *client, enum pf_source source)
{
    const unsigned media =
        source == PF_SOURCE_CAMERA ? PF_MEDIA_CAMERA : (unsigned)PF_MEDIA_MICROPHONE;
    return (client->media & media) != 0 || (source == PF_SOURCE_CAMERA && client->sends_canvas);
}

static enum pf_client_source failure_of(enum pf_dom_error error)
{
    switch ((int)error) {
    case PF_DOM_ERROR_NOT_ALLOWED:
    case PF_DOM_ERROR_SECURITY: return PF_CLIENT_SOURCE_DENIED;
    case PF_DOM_ERROR_NOT_FOUND:
    case PF_DOM_ERROR_OVERCONSTRAINED: return PF_CLIENT_SOURCE_MISSING;
    default: return PF_CLIENT_SOURCE_FAILED;
    }
}

enum pf_client_source pf_client_source(const struct pf_client *client, enum pf_client_media media)
{
    enum pf_source source;
    if (!client || !source_of(media, &source) || !is_configured(client, source)) {
        return PF_CLIENT_SOURCE_NONE;
    }
    const struct pf_local *local = &client->locals[source];
    switch (local->state) {
    case PF_CAPTURE_FAILED: return failure_of(local->error);
    case PF_CAPTURE_OPENING: return local->on ? PF_CLIENT_SOURCE_OPENING : PF_CLIENT_SOURCE_OFF;
    case PF_CAPTURE_IDLE: return PF_CLIENT_SOURCE_OFF;
    case PF_CAPTURE_LIVE: break;
    }
    return !local->on           ? PF_CLIENT_SOURCE_OFF
           : local->interrupted ? PF_CLIENT_SOURCE_INTERRUPTED
                                : PF_CLIENT_SOURCE_ON;
}

int pf_client_set(struct pf_client *client, enum pf_client_media media, bool on)
{
    enum pf_source source;
    if (!client || !source_of(media, &source)) {
        return PF_E_INVALID;
    }
    if (!is_configured(client, source) || client->state == PF_ROOM_LEFT) {
        return PF_E_STATE;
    }
    if (source != PF_SOURCE_CAMERA || !client->sends_canvas) {
        client->wants[source] = on;
    }
    pf_host_handle(client->host,
                   &(struct pf_event){.type = PF_EVENT_SET_SOURCE, .set_source = {source, on}});
    return PF_OK;
}

int pf_client_device(const struct pf_client *client, enum pf_client_media media, size_t index,
                     char *out, size_t capacity)
{
    enum pf_source source;
    if (!client || !source_of(media, &source)) {
        return PF_E_INVALID;
    }
    const struct pf_client_device *device = pf_client_devices_get(&client->devices, source, index);
    return device ? pf_client_give(pf_slice_of(device->label), out, capacity) : PF_E_STATE;
}

int pf_client_select(struct pf_client *client, enum pf_client_media media, size_t index)
{
    enum pf_source source;
    if (!client || !source_of(media, &source)) {
        return PF_E_INVALID;
    }
    const struct pf_client_device *device = pf_client_devices_get(&client->devices, source, index);
    if (!device || client->state == PF_ROOM_LEFT) {
        return PF_E_STATE;
    }
    pf_host_handle(client->host,
                   &(struct pf_event){.type = PF_EVENT_SELECT_DEVICE,
                                      .select_device = {source, pf_slice_of(device->id)}});
    return PF_OK;
}

/* Of a camera that has never been asked for, nothing else has to end. */
static void reopen_camera(struct pf_client *client, bool on)
{
    pf_host_handle(client->host, &(struct pf_event){.type = PF_EVENT_SET_SOURCE,
                                                    .set_source = {PF_SOURCE_CAMERA, on}});
    pf_host_handle(client->host,
                   &(struct pf_event){.type = PF_EVENT_REOPEN, .reopen = PF_SOURCE_CAMERA});
}

int pf_client_send_canvas(struct pf_client *client, const char *selector, double fps)
{
    if (!client || (selector && !(fps > 0))) {
        return PF_E_INVALID;
    }
    if (client->state == PF_ROOM_LEFT) {
        return PF_E_STATE;
    }
    const enum pf_result result = pf_host_send_canvas(client->host, selector, fps);
    if (result != PF_OK) {
        return result;
    }
    if (!selector && !client->sends_canvas) {
        return PF_OK;
    }
    client->sends_canvas = selector != NULL;
    client->news.local = true;
    pf_client_wake(client);
    reopen_camera(client, selector || client->wants[PF_SOURCE_CAMERA]);
    return PF_OK;
}

/* ---- peers ---- */

int pf_client_peers(const struct pf_client *client, pf_peer_id *out, size_t capacity)
{
    size_t count = 0;
    if (!client || (capacity > 0 && !out)) {
        return PF_E_INVALID;
    }
    for (size_t i = 0; i < PF_PEOPLE_MAX; i++) {
        const struct pf_person *person = &client->people.list[i];
        if (person->id != 0 && !person->is_gone) {
            if (count < capacity) {
                out[count] = person->id;
            }
            count++;
        }
    }
    return (int)count;
}

int pf_client_peer_state(const struct pf_client *client, pf_peer_id peer)
{
    const struct pf_person *person = client ? pf_people_find(&client->people, peer) : NULL;
    if (!person) {
        return client ? PF_E_STATE : PF_E_INVALID;
    }
    switch (person->state) {
    case PF_PEER_CONNECTING: return PF_CLIENT_PEER_CONNECTING;
    case PF_PEER_CONNECTED: return PF_CLIENT_PEER_CONNECTED;
    case PF_PEER_UNSTABLE: return PF_CLIENT_PEER_UNSTABLE;
    case PF_PEER_RECONNECTING: return PF_CLIENT_PEER_RECONNECTING;
    case PF_PEER_UNREACHABLE: break;
    }
    return PF_CLIENT_PEER_UNREACHABLE;
}

int pf_client_peer_name(const struct pf_client *client, pf_peer_id peer, char *out, size_t capacity)
{
    if (!client) {
        return PF_E_INVALID;
    }
    for (size_t i = 0; peer != 0 && i < PF_PEOPLE_MAX; i++) { /* also who has just left */
        if (client->people.list[i].id == peer) {
            return pf_client_give(pf_slice_of(client->people.list[i].name), out, capacity);
        }
    }
    return PF_E_STATE;
}

enum pf_client_source pf_client_peer_source(const struct pf_client *client, pf_peer_id peer,
                                            enum pf_client_media media)
{
    enum pf_source source;
    const struct pf_person *person = client ? pf_people_find(&client->people, peer) : NULL;
    if (!person || !source_of(media, &source)) {
        return PF_CLIENT_SOURCE_NONE;
    }
    switch (person->sources[source]) {
    case PF_SOURCE_STATE_NONE: return PF_CLIENT_SOURCE_NONE;
    case PF_SOURCE_STATE_OFF: return PF_CLIENT_SOURCE_OFF;
    case PF_SOURCE_STATE_ON: return PF_CLIENT_SOURCE_ON;
    case PF_SOURCE_STATE_INTERRUPTED: break;
    }
    return PF_CLIENT_SOURCE_INTERRUPTED;
}

bool pf_client_peer_open(const struct pf_client *client, pf_peer_id peer)
{
    const struct pf_person *person = client ? pf_people_find(&client->people, peer) : NULL;
    return person && person->is_open;
}

/* ---- pictures and voices ---- */

bool pf_client_sound_blocked(const struct pf_client *client)
{
    return client && client->is_silent;
}

/* Whether there is such a peer. */
static enum pf_result check_peer(const struct pf_client *client, pf_peer_id peer, bool may_be_self)
{
    if (!client) {
        return PF_E_INVALID;
    }
    return (peer == PF_PEER_SELF && may_be_self) || pf_people_find(&client->people, peer)
               ? PF_OK
               : PF_E_STATE;
}

int pf_client_volume(struct pf_client *client, pf_peer_id peer, double volume)
{
    const enum pf_result result = check_peer(client, peer, false);
    if (result == PF_OK && !(volume >= 0 && volume <= 1)) {
        return PF_E_INVALID;
    }
    if (result == PF_OK) {
        pf_host_volume(client->host, peer, volume);
    }
    return result;
}

int pf_client_picture_size(const struct pf_client *client, pf_peer_id peer, int *width, int *height)
{
    const enum pf_result result = check_peer(client, peer, true);
    if (result == PF_OK && (!width || !height)) {
        return PF_E_INVALID;
    }
    return result == PF_OK ? pf_host_picture_size(client->host, peer, width, height) : result;
}

int pf_client_show(struct pf_client *client, pf_peer_id peer, const char *selector)
{
    const enum pf_result result = check_peer(client, peer, true);
    if (!selector) {
        return PF_E_INVALID;
    }
    return result == PF_OK ? pf_host_show(client->host, peer, selector) : result;
}

int pf_client_texture(struct pf_client *client, pf_peer_id peer)
{
    const enum pf_result result = check_peer(client, peer, true);
    return result == PF_OK ? pf_host_texture(client->host, peer) : result;
}

int pf_client_pixels(struct pf_client *client, pf_peer_id peer, void *rgba, int width, int height)
{
    const enum pf_result result = check_peer(client, peer, true);
    const bool is_size =
        width > 0 && width <= PIXELS_SIDE_MAX && height > 0 && height <= PIXELS_SIDE_MAX;
    if (!rgba || !is_size) {
        return PF_E_INVALID;
    }
    return result == PF_OK ? pf_host_pixels(client->host, peer, rgba, width, height) : result;
}

int pf_client_want(struct pf_client *client, pf_peer_id peer, unsigned width)
{
    const enum pf_result result = check_peer(client, peer, false);
    if (result == PF_OK) {
        const struct pf_person *person = pf_people_find(&client->people, peer);
        pf_host_handle(client->host,
                       &(struct pf_event){.type = PF_EVENT_SET_WANTED,
                                          .set_wanted = {person->member, PF_SOURCE_CAMERA, width}});
    }
    return result;
}
