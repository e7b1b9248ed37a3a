/* clients.h - the hub's table of clients. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_HUB_CLIENTS_H
#define PF_RELAY_HUB_CLIENTS_H

#include "base/error.h"
#include "base/token_bucket.h"
#include "relay/hub/rooms.h"
#include "relay/hub/timers.h"

#include <stddef.h>
#include <stdint.h>

enum {
    PF_HUB_MESSAGE_SIZE = 1024, /* rate limits count a larger message as several */
    /* What the longest message counts as: a smaller burst would never admit it. */
    PF_HUB_BURST_MIN = 1 + PF_MESSAGE_SIZE_MAX / PF_HUB_MESSAGE_SIZE,
};

/* One WebSocket, as the hub sees it. */
struct pf_hub_client {
    uint32_t number;
    struct pf_hub_member *member; /* borrowed; NULL in the lobby */
    struct pf_hub_knock *knock;   /* owned; NULL unless it waits at a locked door */
    struct pf_timer heartbeat;
    union {
        struct {
            struct pf_hub_client *lobby_older, *lobby_newer; /* while `in_lobby`; borrowed */
        };
        pf_member_id offered; /* a guest: who got its prepared offer, or 0 */
    };
    bool in_lobby;
    bool is_guest;     /* another relay has greeted it, and keeps its heartbeat and its limits */
    bool is_visiting;  /* its room is another relay's */
    bool is_charged;   /* its address has been, for its join */
    bool has_resumed;  /* a guest: by a ticket */
    uint64_t order;    /* increases with the time of connecting */
    uint64_t heard_ms; /* when its last message arrived */
    uint64_t ping_due_ms;
    uint64_t ice_due_ms;             /* it needs new ICE servers; 0 until it has had any */
    struct pf_token_bucket messages; /* messages that it may send, in thousandths */
};

/* Indexed by number. All zero is an empty table. */
struct pf_hub_clients {
    struct pf_hub_client **by_number; /* owned, as are the clients; NULL where there is none */
    size_t size;
    size_t count, guests_count, visitors_count; /* of all; of those, guests, and who visits */
    struct pf_hub_client *lobby_oldest,
        *lobby_newest;   /* those that have joined no room; borrowed */
    uint64_t last_order; /* of clients that connected in the same millisecond */
};

/* Frees all clients. Their timers must not be used any more. */
void pf_hub_clients_clear(struct pf_hub_clients *clients);

/* The client of that number, or NULL. */
struct pf_hub_client *pf_hub_clients_find(const struct pf_hub_clients *clients, uint32_t number);

/* Adds a client in the lobby, all zero except its number, which is unused, and its order, by the
 * time when it connected. Fails with MEMORY. */
enum pf_error pf_hub_clients_add(struct pf_hub_clients *clients, uint32_t number,
                                 uint64_t opened_ms, struct pf_hub_client **out);

/* When the client connected. */
uint64_t pf_hub_client_opened_ms(const struct pf_hub_client *client);

/* Makes a new client a guest, who is not in the lobby. */
void pf_hub_clients_make_guest(struct pf_hub_clients *clients, struct pf_hub_client *client);

/* Takes the client out of the lobby: it is a member, or visiting. */
void pf_hub_clients_seat(struct pf_hub_clients *clients, struct pf_hub_client *client);

/* Its room is another relay's from now on, or is not any more. */
void pf_hub_clients_set_visiting(struct pf_hub_clients *clients, struct pf_hub_client *client,
                                 bool is_visiting);

/* Frees a client whose timer is not set. */
void pf_hub_clients_remove(struct pf_hub_clients *clients, struct pf_hub_client *client);

#endif
