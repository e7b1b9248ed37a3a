/* hub.h - the relay's logic: rooms, members, routing, limits. No sockets, clock or randomness. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_HUB_HUB_H
#define PF_RELAY_HUB_HUB_H

#include "base/error.h"
#include "base/slice.h"
#include "protocol/message.h"
#include "relay/hub/ticket.h"
#include "relay/hub/timers.h"
#include "relay/hub/token.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The relay's side of PROTOCOL.md. The caller owns the sockets: it passes one event at a time to
 * pf_hub_handle(), takes outputs from pf_hub_poll() until that returns false, and passes a TIMEOUT
 * event when pf_hub_deadline_ms() is reached. The same events, the same numbers from `draw` and the
 * same signatures from `sign` give the same outputs. A process can have any number of hubs.
 */

enum {
    PF_HUB_GOING_AWAY_GRACE_MS = 5000, /* PROTOCOL.md section 3: after close code 1001 */
};

/*
 * Asked before a client becomes a member that the room does not have yet, or knocks. `returns`: it
 * has a valid ticket. False refuses the join with rate-limit. `address` gives a number that clients
 * of the same network address have in common, or 0 if no limit is to be set for them. All zero
 * admits everybody.
 */
struct pf_hub_doorkeeper {
    void *user; /* handed to both; borrowed */
    bool (*admit)(void *user, uint32_t client, bool returns);
    uint64_t (*address)(void *user, uint32_t client);
};

/* Makes the ICE servers for one client: a JSON array, borrowed until the next call. All zero hands
 * out `ice_servers` as they are. */
struct pf_hub_ice {
    void *user; /* handed to `make`; borrowed */
    struct pf_slice (*make)(void *user, uint64_t unix_s, uint64_t id); /* `id` is random */
    uint32_t renew_ms; /* a member gets new ones after that time, rounded up to a ping; 0: never */
};

/*
 * Where several relays serve the same rooms: which of them are this hub's. All zero: every room is.
 * A client whose room is another's is *visiting* from then on: the hub keeps its heartbeat and its
 * limits, and gives what it says to whoever asked, by VISIT and FORWARD.
 */
struct pf_hub_elsewhere {
    void *user; /* handed to `is_ours`; borrowed */
    bool (*is_ours)(void *user, struct pf_slice room);
};

struct pf_hub_config {
    uint32_t members_max;   /* of a room, 2 to PF_MEMBERS_MAX */
    uint32_t rooms_max;     /* at least 1 */
    uint32_t clients_max;   /* client numbers are below it */
    uint32_t places;        /* clients at the same time: one more ends the longest wait in the
                             * lobby; 0: no limit */
    uint32_t newcomers_max; /* members, and clients whose room is elsewhere or sought, from which on
                             * only tickets admit more; 0: no limit */
    uint32_t ping_ms;       /* at least 1 */
    uint32_t grace_ms;      /* grace period of an away member, at least 1 */
    uint32_t burst_messages; /* burst allowance of a client, at least 1; a message counts as one,
                                and one more for each KiB */
    uint32_t messages_per_s; /* long-term rate of a client, likewise, at least 1 */
    struct pf_slice ice_servers; /* a JSON array; borrowed for the hub's life */
    enum pf_ice_policy ice_policy;
    struct pf_hub_ice ice;
    struct pf_signer signer; /* for tickets */
    struct pf_hub_doorkeeper doorkeeper;
    struct pf_token_judge tokens; /* all zero: a join needs none */
    struct pf_hub_elsewhere elsewhere;
    void *draw_user;              /* handed to `draw`; borrowed */
    uint64_t (*draw)(void *user); /* 64 unpredictable random bits */
};

enum pf_hub_event_type {
    PF_HUB_CLIENT_OPENED, /* a WebSocket is open; `client` is a number not in use */
    PF_HUB_CLIENT_TEXT,   /* a text message has arrived, which has been checked to be UTF-8 */
    PF_HUB_CLIENT_HEARD,  /* the client is alive: part of a message, or a control frame */
    PF_HUB_CLIENT_CLOSED, /* the WebSocket is gone */
    PF_HUB_TIMEOUT,       /* time has passed */
    PF_HUB_CLIENT_HOME,   /* the room that a visiting client asked for is this hub's after all;
                           * `text` is its `join` */
    PF_HUB_CLIENT_AGAIN,  /* a guest has not had the answer to its `join`, `text`, which is lost */
    PF_HUB_ROOM_MOVED,    /* the room named `text` is another's: its clients are closed with 1001,
                           * and nothing of it is left; `text` is needed by pf_hub_handle() only */
};

/* Events about a client that the hub does not know, since it has just closed it, are ignored. */
struct pf_hub_event {
    enum pf_hub_event_type type;
    uint64_t now_ms;      /* monotonic, never smaller than in the event before */
    uint64_t unix_s;      /* wall clock, for tickets */
    uint32_t unix_ms;     /* and the milliseconds of that second, for clusters */
    uint32_t client;      /* not for TIMEOUT and ROOM_MOVED */
    bool is_guest;        /* for OPENED: another relay has greeted it, and keeps its heartbeat and
                           * its limits */
    uint64_t opened_ms;   /* for OPENED of a guest: when it connected there, as of `now_ms` */
    uint32_t frames;      /* for HEARD: control frames and fragments, which count as messages */
    uint16_t code;        /* for CLOSED: the code of the client's close frame, or 1006 */
    struct pf_slice text; /* borrowed until pf_hub_poll() has returned false */
};

enum pf_hub_output_type {
    PF_HUB_SEND,    /* send `head` and `body` as one text message to each of the clients */
    PF_HUB_CLOSE,   /* close the client, whose number may be reused */
    PF_HUB_VISIT,   /* the client is visiting: `body` is its `join`, `head` the name of the room */
    PF_HUB_FORWARD, /* what a visiting client says there: `body` */
};

/* What it points to is borrowed until the next call of pf_hub_poll() or pf_hub_handle(). */
struct pf_hub_output {
    enum pf_hub_output_type type;
    const uint32_t *clients;
    size_t clients_count; /* 1 to PF_MEMBERS_MAX; 1 for all but SEND */
    struct pf_slice head;
    struct pf_slice body; /* for SEND of a signal a part of the event's text */
    uint16_t code;        /* for CLOSE: the close code to send */
    uint64_t opened_ms;   /* for VISIT: when the client connected */
};

/* For a health check. */
struct pf_hub_counts {
    size_t clients, rooms, members;
    size_t guests;    /* of the clients */
    uint64_t signals; /* forwarded since the start */
};

struct pf_hub;

/* Copies `config`. Fails with MEMORY. The hub is freed with pf_hub_free(). */
enum pf_error pf_hub_new(const struct pf_hub_config *config, struct pf_hub **out);

/* Accepts NULL. */
void pf_hub_free(struct pf_hub *hub);

/* Handles an event. All outputs of the previous event must have been polled. */
void pf_hub_handle(struct pf_hub *hub, const struct pf_hub_event *event);

/* Takes the next output; false if there is none until the next event. */
bool pf_hub_poll(struct pf_hub *hub, struct pf_hub_output *out);

/* When the next TIMEOUT event is due, or PF_DEADLINE_NONE. It may come late, or early. */
uint64_t pf_hub_deadline_ms(const struct pf_hub *hub);

struct pf_hub_counts pf_hub_counts(const struct pf_hub *hub);

/* Whether the client has joined a room, here or, as far as is known, at another relay. */
bool pf_hub_is_inside(const struct pf_hub *hub, uint32_t client);

/* Whether there is a room of that name. */
bool pf_hub_has_room(const struct pf_hub *hub, struct pf_slice name);

/* How many errors of that code have been sent to clients since the start. */
uint64_t pf_hub_error_count(const struct pf_hub *hub, enum pf_error_code code);

#endif
