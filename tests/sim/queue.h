/* queue.h - the event queue of a simulated world. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_QUEUE_H
#define SIM_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sim_kind {
    SIM_ROOM_TIMER,     /* subject: tab; token: of the timer */
    SIM_CAPTURE_DONE,   /* subject: tab; token: index of the request */
    SIM_DEVICES_LISTED, /* subject: tab */
    SIM_DEVICES_CHANGED,
    SIM_TRACK_OVER,      /* subject: tab; token: the track */
    SIM_NETWORK_NOTICED, /* subject: tab; token: online */
    SIM_PC_CREATED,      /* subject: identity; token: whether it failed */
    SIM_PC_OPERATION,
    SIM_PC_LOCAL_READ,
    SIM_PC_GATHER, /* token: of the gathering */
    SIM_PC_STATE,  /* token: of the transition */
    SIM_PC_CHANNEL_OPEN,
    SIM_PC_CHANNEL_CLOSE,
    SIM_PC_CHANNEL_DELIVER, /* subject: identity of the sender */
    SIM_PC_TURN,            /* token: whether credentials are refused */
    SIM_PC_LATE,            /* subject: tab; token: id of a connection that is closed */
    SIM_SOCKET_CONNECT,     /* subject: socket */
    SIM_SOCKET_UP,
    SIM_SOCKET_DOWN,
    SIM_SOCKET_LOST_BY_CLIENT,
    SIM_SOCKET_LOST_BY_RELAY,
    SIM_RELAY_TIMER, /* subject: relay; token: of the timer */
    SIM_RELAY_START, /* subject: relay */
    SIM_PAGE_OPEN,   /* subject: host */
    SIM_PAGE_JOIN,   /* subject: tab */
    SIM_PAGE_RELOAD, /* subject: tab */
    SIM_PAGE_VANISH, /* subject: tab, which has had time to release everything */
    SIM_PAGE_CLOSE,  /* subject: tab */
    SIM_ACTION,
    SIM_ACTION_OVER, /* subject: host; token: the action; argument: its own */
    SIM_GESTURE,
    SIM_INTERRUPTION,
    SIM_ORIGIN,
    SIM_SHARE,
    SIM_WANT,
    SIM_SAY,
    SIM_DOOR,
    SIM_FILE,
    SIM_FILE_DECIDE, /* subject: tab; token: place of the file in it */
    SIM_FILE_PUMP,
    SIM_FILE_STORED,
    SIM_BYTES,      /* subject: identity of the sender */
    SIM_SAMPLE,     /* every 2 s */
    SIM_PC_ENCODED, /* subject: identity; token: the picture */
    SIM_PICKED,     /* subject: tab; token: the picture */
    SIM_HOSTILE,    /* subject: index */
    SIM_QUIET,
    SIM_TICK, /* every second after SIM_QUIET */
    /* With programs, see programs.h; last, since worlds.txt knows the others by their numbers. */
    SIM_PC_FRAME, /* subject: identity of the sender; token: whether it may be lost */
    SIM_UNTIL,    /* programs are to be asked */
    /* With a cluster, see cluster.h; likewise. */
    SIM_LINK_CONNECT, /* subject: relay and store; token: of the link */
    SIM_LINK_DOWN,
    SIM_LINK_COMMAND,
    SIM_LINK_ANSWER,
    SIM_LINK_MESSAGE,
    SIM_STORE_START, /* subject: store */
    SIM_CLUSTER_FAULT,
    SIM_RELAY_RETIRED, /* subject: relay; token: the lower half of its id */
    SIM_DRAIN,         /* see drain.c; token: how often its relay has been started */
};

struct sim_happening {
    uint64_t at_us;
    enum sim_kind kind;
    uint32_t subject;
    uint32_t token;
    uint32_t argument;
};

/* An entry of the heap. */
struct sim_queue_item {
    uint64_t key; /* time and order: entries with equal times are first in, first out */
    enum sim_kind kind;
    uint32_t subject;
    uint32_t token;
    uint32_t argument;
};

/* A binary heap. */
struct sim_queue {
    struct sim_queue_item *items; /* owned */
    size_t count;
    size_t capacity;
    uint64_t order; /* of the next entry */
};

/* Empties the queue and keeps its memory. */
void sim_queue_clear(struct sim_queue *queue);

void sim_queue_free(struct sim_queue *queue);

/* At most 16 million entries between two clears, at most weeks away. */
void sim_queue_put(struct sim_queue *queue, const struct sim_happening *happening);

bool sim_queue_take(struct sim_queue *queue, struct sim_happening *out);

#endif
