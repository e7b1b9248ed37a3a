/*
 * host.h - what a client asks of the place where it runs: a browser, or the simulator.
 *
 * A host is one room in its surroundings: it gives the room its events and carries out its
 * commands, all but those for the page, which it hands to pf_client_take(). browser/host.c is the
 * one in a browser, tests/sim/host.c the other. No function here calls back into the client, but
 * for pf_client_take() within pf_host_handle() and pf_host_start().
 */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CLIENT_HOST_H
#define PF_CLIENT_HOST_H

#include "client/peerface/client.h"
#include "core/room.h"

struct pf_host;

/* ---- called by the client ---- */

/*
 * Writes the absolute URL of the relay. INVALID if `given`, which may be NULL, is none; TOO_LONG;
 * UNAVAILABLE where no client can run.
 */
enum pf_result pf_host_url(const char *given, char *out, size_t capacity);

/* A host without a room; NULL if memory is short. */
struct pf_host *pf_host_new(struct pf_client *client);

/* `media`: of enum pf_client_media. Fills in the configuration's seed and instance, and starts the
 * room. */
enum pf_error pf_host_start(struct pf_host *host, struct pf_room_config *config, unsigned media);

/* Leaves, if that has not been done, and frees it. Nothing is called any more. */
void pf_host_free(struct pf_host *host);

void pf_host_handle(struct pf_host *host, struct pf_event *event);

/* Has pf_client_deliver() called soon, but not before the caller has returned to its caller. */
void pf_host_wake(struct pf_host *host);

/* The peer is heard and seen by this connection from now on; 0: by none yet. */
void pf_host_connect(struct pf_host *host, pf_peer_id peer, pf_pc pc);
void pf_host_forget(struct pf_host *host, pf_peer_id peer);

/* What is sent next: `head` and `data` as one frame. */
struct pf_host_frame {
    struct pf_slice head, data;
    bool is_text, is_unreliable;
};

enum pf_host_sent {
    PF_HOST_CLOSED,
    PF_HOST_BUSY, /* too much waits; pf_client_on_writable() will be called */
    PF_HOST_SENT,
};

/* What would become of a frame of this size. */
enum pf_host_sent pf_host_may_send(struct pf_host *host, pf_peer_id peer, bool is_unreliable,
                                   size_t size);
void pf_host_send(struct pf_host *host, pf_peer_id peer, const struct pf_host_frame *frame);

/* Below: as in peerface/client.h, for peers that exist. */
void pf_host_own_track(struct pf_host *host, enum pf_source source, pf_track track);
enum pf_result pf_host_send_canvas(struct pf_host *host, const char *selector, double fps);
void pf_host_volume(struct pf_host *host, pf_peer_id peer, double volume);
enum pf_result pf_host_picture_size(struct pf_host *host, pf_peer_id peer, int *width, int *height);
enum pf_result pf_host_show(struct pf_host *host, pf_peer_id peer, const char *selector);
enum pf_result pf_host_texture(struct pf_host *host, pf_peer_id peer);
enum pf_result pf_host_pixels(struct pf_host *host, pf_peer_id peer, void *rgba, int width,
                              int height);

/* ---- called by the host, never within a call of the client's ---- */

void pf_client_deliver(struct pf_client *client);
void pf_client_on_frame(struct pf_client *client, pf_peer_id peer, struct pf_slice frame,
                        bool is_text, bool is_unreliable);
void pf_client_on_channel(struct pf_client *client, pf_peer_id peer, bool is_open);
void pf_client_on_writable(struct pf_client *client);
void pf_client_on_sound(struct pf_client *client, bool is_blocked);

/* ---- and within them ---- */

/* The command is borrowed for the call. */
void pf_client_take(struct pf_client *client, const struct pf_command *command);

#endif
