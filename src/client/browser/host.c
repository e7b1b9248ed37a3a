/* host.c - a client in a browser: its driver, and what the page reports beside it. */
/* SPDX-License-Identifier: MIT */
#include "client/host.h"

#include "browser/driver.h"
#include "client/browser/page_glue.h"

#include <emscripten.h>
#include <stdlib.h>

/* Of one peer and one channel, as peerface-channels.js has it. */
enum { WAITING_SIZE_MAX = 1 << 20 };

struct pf_host {
    struct pf_client *client; /* NULL while it is being freed */
    struct pf_driver *driver; /* owned */
};

/* See driver.c: without this, a program would lack the functions of these files. */
__attribute__((used)) static const char *const linked[] = {
    &pf_page_glue_linked, &pf_people_glue_linked, &pf_picture_glue_linked};

static void show(struct pf_driver *driver, void *user, const struct pf_command *command)
{
    (void)driver; /* the host's */
    const struct pf_host *host = user;
    if (host->client) {
        pf_client_take(host->client, command);
    }
}

/* ---- lifetime ---- */

enum pf_result pf_host_url(const char *given, char *out, size_t capacity)
{
    return (enum pf_result)pf_page_glue_url(given, out, capacity);
}

struct pf_host *pf_host_new(struct pf_client *client)
{
    struct pf_host *host = malloc(sizeof *host);
    struct pf_driver *driver = host ? pf_driver_new(show, host) : NULL;
    if (!driver) {
        free(host);
        return NULL;
    }
    *host = (struct pf_host){.client = client, .driver = driver};
    return host;
}

enum pf_error pf_host_start(struct pf_host *host, struct pf_room_config *config, unsigned media)
{
    config->seed = pf_page_glue_random();
    config->instance = pf_page_glue_random() | 1;
    pf_page_glue_open(host->driver, host, media);
    pf_people_glue_open(host->driver);
    return pf_driver_start(host->driver, config);
}

void pf_host_free(struct pf_host *host)
{
    if (host) {
        host->client = NULL;
        pf_page_glue_close(host->driver);
        pf_driver_free(host->driver);
        free(host);
    }
}

void pf_host_handle(struct pf_host *host, struct pf_event *event)
{
    pf_driver_handle(host->driver, event);
}

void pf_host_wake(struct pf_host *host)
{
    pf_page_glue_wake(host->driver);
}

/* ---- people ---- */

void pf_host_connect(struct pf_host *host, pf_peer_id peer, pf_pc pc)
{
    pf_people_glue_connect(host->driver, peer, pc);
}

void pf_host_forget(struct pf_host *host, pf_peer_id peer)
{
    pf_people_glue_forget(host->driver, peer);
}

void pf_host_own_track(struct pf_host *host, enum pf_source source, pf_track track)
{
    if (source == PF_SOURCE_CAMERA) {
        pf_people_glue_own(host->driver, track);
    }
}

static int channel_of(bool is_unreliable)
{
    return is_unreliable ? 2 : 1;
}

enum pf_host_sent pf_host_may_send(struct pf_host *host, pf_peer_id peer, bool is_unreliable,
                                   size_t size)
{
    const double waiting = pf_people_glue_waiting(host->driver, peer, channel_of(is_unreliable));
    return waiting < 0                                         ? PF_HOST_CLOSED
           : waiting + (double)size > (double)WAITING_SIZE_MAX ? PF_HOST_BUSY
                                                               : PF_HOST_SENT;
}

void pf_host_send(struct pf_host *host, pf_peer_id peer, const struct pf_host_frame *frame)
{
    pf_people_glue_send(host->driver, peer, channel_of(frame->is_unreliable), frame->is_text,
                        frame->head.data, frame->head.size, frame->data.data, frame->data.size);
}

/* ---- pictures and voices ---- */

enum pf_result pf_host_send_canvas(struct pf_host *host, const char *selector, double fps)
{
    return (enum pf_result)pf_page_glue_canvas(host->driver, selector, fps);
}

void pf_host_volume(struct pf_host *host, pf_peer_id peer, double volume)
{
    pf_picture_glue_volume(host->driver, peer, volume);
}

enum pf_result pf_host_picture_size(struct pf_host *host, pf_peer_id peer, int *width, int *height)
{
    const unsigned size = pf_picture_glue_size(host->driver, peer);
    if (size == 0) {
        return PF_E_STATE;
    }
    *width = (int)(size >> 16);
    *height = (int)(size & 0xffff);
    return PF_OK;
}

enum pf_result pf_host_show(struct pf_host *host, pf_peer_id peer, const char *selector)
{
    return (enum pf_result)pf_picture_glue_show(host->driver, peer, selector);
}

enum pf_result pf_host_texture(struct pf_host *host, pf_peer_id peer)
{
    if (pf_picture_glue_size(host->driver, peer) == 0) {
        return PF_E_STATE;
    }
    return (enum pf_result)pf_picture_glue_texture(host->driver, peer);
}

enum pf_result pf_host_pixels(struct pf_host *host, pf_peer_id peer, void *rgba, int width,
                              int height)
{
    if (pf_picture_glue_size(host->driver, peer) == 0) {
        return PF_E_STATE;
    }
    return (enum pf_result)pf_picture_glue_pixels(host->driver, peer, rgba, width, height);
}

/* ---- what the page reports; called by the glue alone, with the driver first ---- */

EMSCRIPTEN_KEEPALIVE void pf_host_on_wake(struct pf_driver *driver, struct pf_host *host)
{
    (void)driver; /* glue.tell() passes it */
    pf_client_deliver(host->client);
}

EMSCRIPTEN_KEEPALIVE void pf_host_on_network(struct pf_driver *driver, struct pf_host *host,
                                             int online)
{
    (void)host; /* it is the driver's */
    pf_driver_handle(driver,
                     &(struct pf_event){.type = PF_EVENT_NETWORK_CHANGED, .network = {online}});
}

EMSCRIPTEN_KEEPALIVE void pf_host_on_visible(struct pf_driver *driver, struct pf_host *host)
{
    (void)host; /* it is the driver's */
    pf_driver_handle(driver, &(struct pf_event){.type = PF_EVENT_VISIBLE});
}

EMSCRIPTEN_KEEPALIVE void pf_host_on_devices(struct pf_driver *driver, struct pf_host *host)
{
    (void)host; /* it is the driver's */
    pf_driver_handle(driver, &(struct pf_event){.type = PF_EVENT_DEVICES_CHANGED});
}

EMSCRIPTEN_KEEPALIVE void pf_host_on_sound(struct pf_driver *driver, struct pf_host *host,
                                           int is_blocked)
{
    (void)driver; /* glue.tell() passes it */
    pf_client_on_sound(host->client, is_blocked);
}

EMSCRIPTEN_KEEPALIVE void pf_host_on_channel(struct pf_driver *driver, struct pf_host *host,
                                             unsigned peer, int is_open)
{
    (void)driver; /* glue.tell() passes it */
    pf_client_on_channel(host->client, peer, is_open);
}

EMSCRIPTEN_KEEPALIVE void pf_host_on_writable(struct pf_driver *driver, struct pf_host *host)
{
    (void)driver; /* glue.tell() passes it */
    pf_client_on_writable(host->client);
}

/* Text: the frame, as a string or as bytes. */
EMSCRIPTEN_KEEPALIVE void pf_host_on_frame(struct pf_driver *driver, struct pf_host *host,
                                           unsigned peer, int is_text, int is_unreliable)
{
    pf_client_on_frame(host->client, peer, pf_driver_text(driver, 0), is_text, is_unreliable);
}
