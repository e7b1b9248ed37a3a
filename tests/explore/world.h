/* world.h - two pages and a relay without a clock, which advance by steps. */
/* SPDX-License-Identifier: MIT */
#ifndef EX_WORLD_H
#define EX_WORLD_H

#include "../model/pc.h"
#include "../sim/world.h"
#include "core/room.h"
#include "fifo.h"
#include "scope.h"
#include "visit.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    EX_HOSTS_COUNT = 2,
    EX_PCS_MAX = 4,     /* RTCPeerConnections open in one page */
    EX_SOCKETS_MAX = 6, /* WebSockets of one host, including those of closed pages */
    EX_OPERATIONS_MAX = 16,
    EX_READS_MAX = 4,
    EX_LOCAL_CANDIDATES_MAX = 8,
    EX_REMOTE_CANDIDATES_MAX = 16,
    EX_SHOWN_MAX = 3,
    EX_EPOCH_MAX = 24, /* more are a failure */
    EX_STEPS_MAX = 64,
};

/* A possible next step. */
enum ex_step_kind {
    EX_STEP_JOIN,      /* the user joins */
    EX_STEP_UP,        /* a message reaches the relay */
    EX_STEP_DOWN,      /* a message reaches the page */
    EX_STEP_OPERATION, /* the first operation of a chain finishes */
    EX_STEP_READ,      /* localDescription has been read */
    EX_STEP_GATHER,    /* a local candidate */
    EX_STEP_ICE,       /* connectionState changes */
    EX_STEP_CHANNEL_OPEN,
    EX_STEP_CHANNEL_DELIVER,
    EX_STEP_CHANNEL_CLOSE,
    EX_STEP_PAGE_NOTICES, /* that its WebSocket is dead */
    EX_STEP_RELAY_NOTICES,
    EX_STEP_TIMER,       /* of a page; time advances to it */
    EX_STEP_RELAY_TIMER, /* of the relay */
    EX_STEP_ICE_FAILS,   /* a connection gives up */
    EX_STEP_ACTION,      /* index: enum ex_action */
};

struct ex_step {
    enum ex_step_kind kind;
    uint32_t host;
    uint32_t index; /* of a socket, connection or action */
};

/* An RTCPeerConnection of a page: its model, and its environment. */
struct ex_pc {
    pf_pc id;             /* the page's name for it; model.identity is unique in the world */
    uint32_t reads;       /* pending reads of localDescription */
    uint64_t fails_at_ms; /* when it gives up trying, or PF_NEVER */
    bool channel_open;
    bool channel_closing;   /* the peer has closed */
    struct ex_fifo channel; /* to the peer */
    struct model_pc model;
};

struct ex_socket {
    pf_socket id;
    uint32_t page;   /* number of the page that opened it */
    uint32_t number; /* the hub's */
    enum sim_socket_state page_side;
    bool relay_side;        /* open */
    bool broken;            /* packets are lost; nobody may have noticed yet */
    uint64_t noticed_at_ms; /* at the latest, by a missed heartbeat */
    struct ex_fifo up, down;
};

struct ex_shown {
    pf_member_id id; /* 0: free slot */
    enum pf_peer_state state;
    pf_pc pc;
    uint32_t sequence;
    bool away;
};

/* A user's machine with its page. */
struct ex_host {
    uint32_t index;
    uint32_t address;
    uint32_t page; /* number of the page; grows with every reload */
    bool joined;
    struct pf_room *room; /* owned, always the same memory */
    pf_track opening;     /* the track of a pending getUserMedia(), or 0 */
    bool listing;         /* enumerateDevices() is pending */
    pf_pc last_pc;
    pf_socket last_socket;
    uint32_t sockets_ever;
    uint32_t sockets_count;
    struct ex_socket sockets[EX_SOCKETS_MAX]; /* the oldest first */
    uint32_t pcs_count;
    struct ex_pc pcs[EX_PCS_MAX]; /* the oldest first */
    enum pf_room_state shown_state;
    pf_member_id shown_self;
    struct ex_shown shown[EX_SHOWN_MAX];
    uint32_t ticket_size; /* sessionStorage */
    char ticket[PF_TICKET_SIZE_MAX];
    bool has_cut; /* has closed a working connection during the current event */
};

struct pf_hub;

/* Maxima, and how often something happened. */
struct ex_peaks {
    uint32_t fifo, fifo_size, operations, candidates, sockets, pcs, epoch;
    uint64_t crossings, rollbacks, restarts, failures, replacements;
};

struct ex_world {
    const struct ex_scope *scope; /* borrowed */
    uint64_t now_ms;
    uint32_t early;                     /* left */
    uint32_t actions[EX_ACTIONS_COUNT]; /* left */
    bool stirred;                       /* an action has been taken */
    uint32_t ids_drawn;
    struct ex_host hosts[EX_HOSTS_COUNT];
    struct pf_hub *hub; /* owned */
    bool failed;
    char failure[256];
    struct ex_peaks peaks;
    struct sim_world *printer; /* NULL: nothing is printed */
    struct sim_tab printed[EX_HOSTS_COUNT];
    char inbox[EX_FIFO_SIZE_MAX];   /* the current message */
    char scratch[EX_FIFO_SIZE_MAX]; /* for one text at a time */
};

/* A world with two newly opened pages. `printer` may be NULL. */
void ex_world_init(struct ex_world *world, const struct ex_scope *scope, struct sim_world *printer);

void ex_world_free(struct ex_world *world);

/* Saves, loads or hashes all of it. */
void ex_world_visit(struct ex_world *world, struct ex_visit *visit);

/* Records a failure. Only the first one counts. */
void ex_fail(struct ex_world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
