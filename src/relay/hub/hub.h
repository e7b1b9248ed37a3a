/* hub.h - the relay's logic: rooms, members, routing, limits. No sockets, no clock, no chance. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_HUB_HUB_H
#define PF_RELAY_HUB_HUB_H

#include "base/error.h"
#include "base/slice.h"
#include "protocol/message.h"
#include "relay/hub/ticket.h"
#include "relay/hub/timers.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The relay's side of PROTOCOL.md. Whoever owns the sockets gives one event to pf_hub_handle(),
 * takes outputs from pf_hub_poll() until it returns false, and gives a TIMEOUT event when
 * pf_hub_deadline_ms() has come. The same events, the same numbers from `draw` and the same
 * signatures from `sign` give the same outputs. Any number of hubs can live in one process.
 */

enum {
    PF_HUB_GOING_AWAY_GRACE_MS = 5000, /* PROTOCOL.md section 3, after close code 1001 */
};

struct pf_hub_config {
    uint32_t members_max;         /* of a room, 2 to PF_MEMBERS_MAX */
    uint32_t rooms_max;           /* at least 1 */
    uint32_t clients_max;         /* client numbers are below it */
    uint32_t ping_ms;             /* at least 1 */
    uint32_t grace_ms;            /* how long an away member is waited for, at least 1 */
    uint32_t burst_messages;      /* a client may send so many KiB at once, at least 1 */
    uint32_t messages_per_s;      /* and so many on the long run, at least 1 */
    struct pf_slice ice_servers;  /* a JSON array for `hello`; borrowed for the hub's life */
    struct pf_signer signer;      /* for tickets */
    void *draw_user;              /* handed to `draw`; borrowed */
    uint64_t (*draw)(void *user); /* 64 random bits that nobody outside can foresee */
};

enum pf_hub_event_type {
    PF_HUB_CLIENT_OPENED, /* a WebSocket is open; `client` is a number not in use */
    PF_HUB_CLIENT_TEXT,   /* a text message has arrived, already known to be UTF-8 */
    PF_HUB_CLIENT_CLOSED, /* the WebSocket is gone */
    PF_HUB_TIMEOUT,       /* nothing but time has passed */
};

/* Events about a client that the hub does not know (it has just closed it) have no effect. */
struct pf_hub_event {
    enum pf_hub_event_type type;
    uint64_t now_ms;      /* monotonic, never smaller than in the event before */
    uint64_t unix_s;      /* wall clock, for tickets only */
    uint32_t client;      /* not for TIMEOUT */
    uint16_t code;        /* for CLOSED: what the client's close frame said, or 1006 */
    struct pf_slice text; /* for TEXT: borrowed until pf_hub_poll() has returned false */
};

enum pf_hub_output_type {
    PF_HUB_SEND,  /* send `head` and `body` as one text message to each of the clients */
    PF_HUB_CLOSE, /* close the client; the hub has forgotten it, its number is free again */
};

/* What it points to is borrowed until the next call of pf_hub_poll() or pf_hub_handle(). */
struct pf_hub_output {
    enum pf_hub_output_type type;
    const uint32_t *clients;
    size_t clients_count; /* 1 to PF_MEMBERS_MAX; 1 for CLOSE */
    struct pf_slice head;
    struct pf_slice body; /* of a forwarded signal: a part of the event's text, not copied */
    uint16_t code;        /* for CLOSE: the close code to send */
};

/* What a health check shows. */
struct pf_hub_counts {
    size_t clients, rooms, members;
    uint64_t signals; /* forwarded since the start */
};

struct pf_hub;

/* Copies `config`. Fails with MEMORY. The hub is freed with pf_hub_free(). */
enum pf_error pf_hub_new(const struct pf_hub_config *config, struct pf_hub **out);

/* Accepts NULL. */
void pf_hub_free(struct pf_hub *hub);

/* Takes an event. Every output of the event before must have been polled. */
void pf_hub_handle(struct pf_hub *hub, const struct pf_hub_event *event);

/* Takes the next output; false when there is none until the next event. */
bool pf_hub_poll(struct pf_hub *hub, struct pf_hub_output *out);

/* When the next TIMEOUT event is wanted, or PF_DEADLINE_NONE. It may come late, or early. */
uint64_t pf_hub_deadline_ms(const struct pf_hub *hub);

struct pf_hub_counts pf_hub_counts(const struct pf_hub *hub);

#endif
