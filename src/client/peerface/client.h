/*
 * peerface/client.h - a room for a C or C++ program: people, their pictures and voices, messages.
 *
 * A program compiled to wasm links `peerface::client` and needs no JavaScript of its own. The same
 * program links `peerface::simulated` to be tested natively (peerface/simulated.h).
 *
 *     static void on_event(struct pf_client *client, const struct pf_client_event *event,
 *                          void *user)
 *     {
 *         if (event->type == PF_CLIENT_PEER) {
 *             pf_client_show(client, event->peer, "#friend");
 *         }
 *     }
 *
 *     struct pf_client_config config = pf_client_defaults();
 *     config.media = PF_MEDIA_MICROPHONE | PF_MEDIA_CAMERA;
 *     config.on_event = on_event;
 *     struct pf_client *client = pf_client_open(&config, NULL);
 *     pf_client_join(client, "tea", "Ann");
 *
 * Everything is to be called on the browser's main thread. Nothing waits, and nothing is called
 * back inside a call: what a call changes comes as an event later. Texts are UTF-8 and end in NUL;
 * what is given to a function is read before it returns. Times are milliseconds, sizes are bytes.
 *
 * A member is a person in a room, whatever client of peerface the person uses: this one, the page,
 * or a program with peerface.js. A room has at most 16 members.
 */
/* SPDX-License-Identifier: MIT */
#ifndef PEERFACE_CLIENT_H
#define PEERFACE_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One membership of one room. Owned by the program until pf_client_close(). */
struct pf_client;

/* Names a peer, another member, while it is there. Never used again; 0 is oneself or nobody. */
typedef uint32_t pf_peer_id;

enum {
    PF_PEER_SELF = 0, /* where a picture or an id is asked for */
    PF_PEER_ALL = 0,  /* as a receiver */
};

/*
 * Functions that return an int return 0 or more on success, and one of these values on failure. A
 * function that fails changes nothing.
 */
enum pf_result {
    PF_OK = 0,
    PF_E_INVALID = -1,     /* an argument breaks what is said here */
    PF_E_TOO_LONG = -2,    /* longer than its limit */
    PF_E_MEMORY = -3,      /* out of memory */
    PF_E_UNAVAILABLE = -4, /* not the main thread of a page; no such API; no GL context */
    PF_E_STATE = -5,       /* not now: not joined, no such peer or element, no picture yet */
    PF_E_FULL = -6,        /* too much waits to be sent: try again after PF_CLIENT_WRITABLE */
};

enum {
    PF_CLIENT_NAME_SIZE_MAX = 64,       /* of a room, a person or a channel */
    PF_CLIENT_TEXT_SIZE_MAX = 2000,     /* of a text of the chat */
    PF_CLIENT_MESSAGE_SIZE_MAX = 65471, /* of a message: what one frame holds with any name */
    PF_CLIENT_PEERS_MAX = 15,           /* at once */
    PF_CLIENT_TICKET_SIZE_MAX = 256,
    PF_CLIENT_ID_SIZE = 16, /* of pf_client_member_id() */
};

/* ---- events ---- */

enum pf_client_event_type {
    PF_CLIENT_ROOM,      /* pf_client_state(), its reason, the ticket or one's id has changed */
    PF_CLIENT_LOCAL,     /* pf_client_source() or one's own picture has changed */
    PF_CLIENT_DEVICES,   /* the list that pf_client_device() reads has changed */
    PF_CLIENT_SOUND,     /* pf_client_sound_blocked() has changed */
    PF_CLIENT_PEER,      /* `peer` is new, or something that can be asked of it has changed */
    PF_CLIENT_PEER_GONE, /* `peer` has left; only its name can still be asked, during this event */
    PF_CLIENT_MESSAGE,   /* `data` from `peer` */
    PF_CLIENT_WRITABLE,  /* after PF_E_FULL: less waits to be sent, or that peer is gone */
    PF_CLIENT_TEXT,      /* `peer` has written `data` in the chat; it ends in NUL */
};

struct pf_client_event {
    enum pf_client_event_type type;
    pf_peer_id peer;
    const void *data; /* MESSAGE, TEXT: borrowed until the callback returns */
    size_t size;      /* of data, without the NUL */
    unsigned how;     /* MESSAGE: of enum pf_send, as it was sent */
};

/*
 * Called from the browser's event loop, never inside a pf_client_ function. It may call any of
 * them, pf_client_close() too.
 */
typedef void pf_client_callback(struct pf_client *client, const struct pf_client_event *event,
                                void *user);

/* ---- a membership ---- */

enum pf_client_media {
    PF_MEDIA_MICROPHONE = 1,
    PF_MEDIA_CAMERA = 2,
};

/* Unused members are zero. pf_client_defaults() returns a configuration with all of them unused. */
struct pf_client_config {
    size_t size;        /* sizeof(struct pf_client_config): later versions add at the end */
    const char *url;    /* of the relay's WebSocket, "wss://host/ws", or relative to the page; NULL:
                           "/ws" of the server that the page is from */
    const char *ticket; /* what pf_client_ticket() gave before a reload, to be the same member; or
                           NULL */
    unsigned media; /* of enum pf_client_media: all that the person is ever asked for, and what is
                       on at the start; 0: a data-only program, or a spectator */
    const char *channel; /* the name of the messages' channel, 1 to PF_CLIENT_NAME_SIZE_MAX bytes
                            without control characters; NULL: "peerface". A page with peerface.js is
                            at the other end with room.openChannel(channel) for the reliable ones
                            and room.openChannel(channel, {reliable: false}) for the others */
    pf_client_callback *on_event; /* NULL: the program looks by itself */
    void *user;                   /* for on_event; not touched */
};

static inline struct pf_client_config pf_client_defaults(void)
{
    struct pf_client_config config;
    config.size = sizeof config;
    config.url = NULL;
    config.ticket = NULL;
    config.channel = NULL;
    config.media = 0;
    config.on_event = NULL;
    config.user = NULL;
    return config;
}

/*
 * Opens the devices of config->media, which the browser asks the person for, and connects to the
 * relay, so that joining needs one round trip. NULL, with the reason in *why unless `why` is NULL:
 * INVALID, TOO_LONG, MEMORY, UNAVAILABLE. A program may have several clients.
 */
struct pf_client *pf_client_open(const struct pf_client_config *config, enum pf_result *why);

/* Leaves, closes devices and connections, and frees the client. No event follows. NULL is fine. */
void pf_client_close(struct pf_client *client);

enum pf_client_state {
    PF_CLIENT_LOBBY,        /* in no room */
    PF_CLIENT_JOINING,      /* the relay has not answered yet, or the room is locked and a host is
                               asked */
    PF_CLIENT_JOINED,       /* a member */
    PF_CLIENT_RECONNECTING, /* a member, but without the relay; calls and messages go on */
    PF_CLIENT_REFUSED,      /* not let in, see the reason; join() tries again */
    PF_CLIENT_LEFT,         /* after pf_client_leave(): nothing is open; join() may follow */
};

enum pf_client_reason {
    PF_CLIENT_REASON_NONE,
    PF_CLIENT_REASON_RELAY_AWAY, /* the relay cannot be reached for now; tries go on */
    /* of REFUSED */
    PF_CLIENT_REASON_ROOM_FULL,
    PF_CLIENT_REASON_RELAY_FULL,
    PF_CLIENT_REASON_BAD_ROOM,
    PF_CLIENT_REASON_BAD_NAME,
    PF_CLIENT_REASON_REPLACED, /* somebody else has presented the same ticket */
    PF_CLIENT_REASON_TOKEN,    /* the relay asks for a token, and does not take this one */
    PF_CLIENT_REASON_NO_WEBRTC,
    PF_CLIENT_REASON_NOT_LET_IN, /* the room is locked, and a host has refused to admit one */
    PF_CLIENT_REASON_REMOVED,    /* a host has removed one from the room */
    PF_CLIENT_REASON_OTHER,      /* a reason of a later version of the relay */
};

/* The state of the membership, and the reason for it; `reason` may be NULL. */
enum pf_client_state pf_client_state(const struct pf_client *client, enum pf_client_reason *reason);

/*
 * Enters a room, named by 1 to PF_CLIENT_NAME_SIZE_MAX bytes, as `name`, 0 to as many bytes; both
 * without control characters. STATE unless in LOBBY, REFUSED or LEFT. TOO_LONG. After LEFT also
 * MEMORY.
 */
int pf_client_join(struct pf_client *client, const char *room, const char *name);

/*
 * Leaves; devices and connections are closed. PEER_GONE follows for each peer. After another join()
 * what was switched off is still off.
 */
int pf_client_leave(struct pf_client *client);

/* The token that a relay may ask for at the next join(); at most 2,048 bytes, NULL for none. */
int pf_client_set_token(struct pf_client *client, const char *token);

/* Changes the name. INVALID if it has control characters, TOO_LONG. */
int pf_client_set_name(struct pf_client *client, const char *name);

/*
 * Functions that read a text write at most `capacity` bytes of it to `out`, NUL included, cut
 * between characters, and return the size of the whole text without NUL. `out` may be NULL if
 * `capacity` is 0.
 */

/* To be kept across a reload, and given in the configuration. Empty before the first JOINED. */
int pf_client_ticket(const struct pf_client *client, char *out, size_t capacity);

/*
 * PF_CLIENT_ID_SIZE hex digits that name a member in the whole room, the same for everybody and
 * after a reload; peerface.js has them as peer.id. PF_PEER_SELF: one's own, empty before the first
 * JOINED. STATE: no such peer.
 */
int pf_client_member_id(const struct pf_client *client, pf_peer_id peer, char *out,
                        size_t capacity);

/* ---- microphone and camera ---- */

enum pf_client_source {
    PF_CLIENT_SOURCE_NONE,        /* not in the configuration; of a peer: there is none */
    PF_CLIENT_SOURCE_OFF,         /* muted, or switched off */
    PF_CLIENT_SOURCE_ON,          /* live */
    PF_CLIENT_SOURCE_OPENING,     /* one's own: the browser may be asking the person */
    PF_CLIENT_SOURCE_INTERRUPTED, /* on, but the system gives nothing, as during a phone call */
    PF_CLIENT_SOURCE_DENIED,      /* one's own: the person or a policy has said no */
    PF_CLIENT_SOURCE_MISSING,     /* one's own: there is no such device */
    PF_CLIENT_SOURCE_FAILED,      /* one's own: another program has it, say */
};

/* Of one's own microphone or camera. */
enum pf_client_source pf_client_source(const struct pf_client *client, enum pf_client_media media);

/*
 * Unmutes or mutes, switches the camera on or off. `true` also tries a source again that is DENIED,
 * MISSING or FAILED. STATE if it is not in config->media, or after LEFT, as with what follows.
 */
int pf_client_set(struct pf_client *client, enum pf_client_media media, bool on);

/*
 * The label of a device, with `index` from 0; STATE if there are no more. Empty before the person
 * has given permission.
 */
int pf_client_device(const struct pf_client *client, enum pf_client_media media, size_t index,
                     char *out, size_t capacity);

/* Changes to the device with this index, without a gap for the others. STATE: no such device. */
int pf_client_select(struct pf_client *client, enum pf_client_media media, size_t index);

/*
 * Sends the canvas of this CSS selector in place of the camera, with up to `fps` pictures a second;
 * config->media need not name the camera for that. NULL, or pf_client_leave(): the camera again, on
 * or off as it was.
 * STATE: there is no such canvas. In the simulator any selector will do.
 */
int pf_client_send_canvas(struct pf_client *client, const char *canvas_selector, double fps);

/* ---- peers ---- */

enum pf_client_peer_state {
    PF_CLIENT_PEER_CONNECTING,
    PF_CLIENT_PEER_CONNECTED,
    PF_CLIENT_PEER_UNSTABLE,     /* no data for less than 3 s */
    PF_CLIENT_PEER_RECONNECTING, /* the connection is being repaired */
    PF_CLIENT_PEER_UNREACHABLE,  /* that has failed several times; further attempts are made */
};

/* Writes up to `capacity` ids to `out`, which may be NULL if that is 0; gives how many there are.
 */
int pf_client_peers(const struct pf_client *client, pf_peer_id *out, size_t capacity);

/* One of enum pf_client_peer_state. STATE: no such peer. */
int pf_client_peer_state(const struct pf_client *client, pf_peer_id peer);

/* A text, see above; may be empty. STATE: no such peer. */
int pf_client_peer_name(const struct pf_client *client, pf_peer_id peer, char *out,
                        size_t capacity);

/* NONE, OFF, ON or INTERRUPTED, as the peer says; NONE if there is no such peer. */
enum pf_client_source pf_client_peer_source(const struct pf_client *client, pf_peer_id peer,
                                            enum pf_client_media media);

/* Whether a message can be sent to it now. */
bool pf_client_peer_open(const struct pf_client *client, pf_peer_id peer);

/* ---- messages ---- */

enum pf_send {
    PF_SEND_RELIABLE = 0,   /* arrives in order, unless the connection is lost */
    PF_SEND_UNRELIABLE = 1, /* may be lost, or overtaken by another; never waits for one */
    PF_SEND_TEXT = 2,       /* UTF-8: peerface.js gives it as a string, not as an ArrayBuffer */
};

/*
 * Sends to one peer, or to all (PF_PEER_ALL) that are open, and gives to how many. `data` is
 * copied; it may be NULL if `size` is 0. `how` is a sum of enum pf_send. TOO_LONG. STATE: this peer
 * is not open. FULL: too much waits (1 MiB for a peer); nothing was sent. To all, UNRELIABLE, a
 * peer for which too much waits is left out instead.
 *
 * Nothing is kept: what is under way when a connection is lost is lost too, and a newcomer does not
 * get what was sent before. Only who has the same channel hears it.
 */
int pf_client_send(struct pf_client *client, pf_peer_id peer, const void *data, size_t size,
                   unsigned how);

/*
 * Writes in the room's chat, 1 to PF_CLIENT_TEXT_SIZE_MAX bytes: reliable, also across lost
 * connections and for newcomers; the page of peerface shows it. STATE: not in a room.
 */
int pf_client_say(struct pf_client *client, const char *text);

/* ---- pictures and voices ---- */

/*
 * Everybody's voice is played as long as the peer is there. A browser may want a click or a key
 * first: until then pf_client_sound_blocked() is true, and the next click or key ends that.
 */
bool pf_client_sound_blocked(const struct pf_client *client);

/* From 0 to 1, which it is at first. STATE: no such peer. */
int pf_client_volume(struct pf_client *client, pf_peer_id peer, double volume);

/*
 * The pictures of a peer, or with PF_PEER_SELF one's own, unmirrored. STATE: no such peer, or no
 * picture yet (or ever: pf_client_peer_source()).
 */

/* The size of the picture that is received. */
int pf_client_picture_size(const struct pf_client *client, pf_peer_id peer, int *width,
                           int *height);

/* Into the <video> of this CSS selector, which shows it from now on. STATE: no such element. */
int pf_client_show(struct pf_client *client, pf_peer_id peer, const char *video_selector);

/* Into the texture bound to GL_TEXTURE_2D, as RGBA. UNAVAILABLE: no GL context is current. */
int pf_client_texture(struct pf_client *client, pf_peer_id peer);

/*
 * As width * height * 4 bytes of red, green, blue, alpha, rows from the top, scaled to this size;
 * 1 to 4096 each.
 */
int pf_client_pixels(struct pf_client *client, pf_peer_id peer, void *rgba, int width, int height);

/*
 * Says how wide the program shows a peer's picture, in device pixels, so that the peer sends none
 * that is larger; 0 if it does not show the picture.
 */
int pf_client_want(struct pf_client *client, pf_peer_id peer, unsigned width);

#ifdef __cplusplus
}
#endif

#endif
