/* state.h - the server's own structs. Internal to the server. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_STATE_H
#define PF_RELAY_SERVER_STATE_H

#include "base/slice.h"
#include "relay/cluster/cluster.h"
#include "relay/hub/hub.h"
#include "relay/hub/timers.h"
#include "relay/server/addresses.h"
#include "relay/server/arena.h"
#include "relay/server/listeners.h"
#include "relay/server/metrics.h"
#include "relay/server/redis_servers.h"
#include "relay/server/refusals.h"
#include "relay/server/server.h"
#include "relay/server/stream.h"
#include "relay/server/tls_context.h"
#include "relay/server/token_keys.h"
#include "relay/server/turn.h"
#include "relay/wire/http.h"
#include "relay/wire/websocket.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>

/*
 * From the top: server.c opens and frees everything, loop.c has the event loop, arrivals.c accepts
 * connections, io.c has what an iteration of the loop does with links, web.c answers HTTP requests,
 * bridge.c connects WebSockets to the rooms, logic.c knows where those are, redis_servers.c has the
 * Redis servers of a cluster, link.c is one connection, stream.c its bytes.
 */

enum {
    PF_EVENTS_MAX = 256,     /* of one iteration */
    PF_RECEIVE_SIZE = 65536, /* read from a stream at once */
    PF_INPUT_SIZE_MAX = PF_RECEIVE_SIZE + PF_HTTP_HEAD_SIZE_MAX,
    PF_KEPT_SIZE_MAX = 1 << 20, /* a reader that is further behind is disconnected */
    /* Queued in the arena before it is flushed. What is written is then still in the processor's
     * cache, and the first receivers have theirs while the next messages are read. */
    PF_ITERATION_SIZE_MAX = 1 << 14,
    PF_GOODBYE_MS = 2000, /* for a closing handshake */
};

/* What a connection was accepted for. */
enum pf_door {
    PF_DOOR_MAIN,     /* the page, /ws and /healthz */
    PF_DOOR_REDIRECT, /* leads to the main door, by TLS */
    PF_DOOR_METRICS,  /* for the operator */
};
enum { PF_DOORS_COUNT = 3 };

/* How the server ends; see drain.h. */
enum pf_ending {
    PF_ENDING_NONE,
    PF_ENDING_DRAINING, /* accepts nothing more, and closes one WebSocket after the other */
    PF_ENDING_STOPPING, /* has closed everything, and waits for the ends */
};

struct pf_drain {
    uint64_t since_ms;
    size_t total, closed; /* WebSockets */
    size_t at;            /* index of the next link to be looked at */
};

/* What comes before the first request of a link. */
enum pf_opening {
    PF_OPENING_NONE,
    PF_OPENING_PROXY_HEADER, /* the header of a proxy; see proxied.h */
    PF_OPENING_HANDSHAKE,    /* of TLS: the link is in that list */
};

enum pf_stage {
    PF_STAGE_HTTP,      /* reads and answers requests */
    PF_STAGE_WEBSOCKET, /* a client of the hub */
    PF_STAGE_ECHO,      /* a WebSocket that is sent back what it sends */
    PF_STAGE_CLOSING,   /* has sent a close frame and waits for the peer's */
    PF_STAGE_DRAINING,  /* writes the last bytes, then waits until the peer closes */
    PF_STAGE_DEAD,      /* is closed at the end of the iteration */
};

/* Bytes for one link that lie in the iteration's arena, in a ring. */
struct pf_segment {
    struct pf_segment *next;
    const char *data;
    size_t size;
};

/* What the kernel has not accepted yet. */
struct pf_kept {
    uint32_t size, sent, capacity; /* of `data` */
    char data[];
};

/* A message that has come in part. */
struct pf_reader {
    struct pf_websocket websocket;
    uint64_t since_ms; /* when it began; 0: not known yet */
};

/* What a connection needs before it is an open WebSocket, and after. */
struct pf_transit {
    struct pf_link *link;     /* borrowed: it owns this */
    struct pf_timer deadline; /* of the link's stage */
    struct pf_link *handshake_older, *handshake_newer;
    char *input; /* owned: the start of the next request, not complete yet */
    uint32_t input_size;
    int file_fd; /* owned: the rest of a response, or -1 */
    uint64_t file_at, file_size;
    uint64_t file_order; /* the lower, the longer it has waited to be served */
    bool closes_after_file;
};

/* One accepted connection. Idle WebSockets are most of a relay's memory: what they do without is
 * in parts of its own. */
struct pf_link {
    struct pf_stream stream;
    uint32_t index; /* in pf_server.links; the hub's number for it */
    enum pf_stage stage : 4;
    enum pf_door door : 2;
    enum pf_opening opening : 2;
    bool is_trusted : 1;     /* a proxy: its requests tell whose they are */
    bool in_hub : 1;         /* the hub knows it and has to be told when it ends */
    bool is_arriving : 1;    /* the set of arrivals has it */
    bool is_dirty : 1;       /* in the list of those to be flushed in this iteration */
    bool is_written_off : 1; /* DRAINING: the stream is shut down for writing */
    bool watches_reads : 1;  /* registered with epoll */
    bool watches_writes : 1; /* as above */
    struct pf_link *dirty_next;
    struct pf_address *address; /* that it counts for; borrowed; NULL: one without limits */
    /* This iteration's, in the arena: the last one, whose `next` is the first. */
    struct pf_segment *segments;
    struct pf_kept *kept;       /* owned; NULL: nothing */
    struct pf_reader *reader;   /* owned; NULL between two messages */
    struct pf_transit *transit; /* owned; NULL in an open WebSocket */
};

/* The links whose TLS handshake is going on, by age; see handshakes.h. */
struct pf_handshakes {
    struct pf_link *oldest, *newest;
    size_t count;
};

/* See arrivals.h. */
struct pf_arrivals {
    int set_fd;         /* of epoll */
    int timer_fd;       /* ends a pause */
    bool is_pausing;    /* the set is not looked into */
    bool is_due;        /* it has been reported in this iteration */
    uint64_t others_ns; /* spent on others than members since the set was last served */
};

/* See memory.h. */
struct pf_memory {
    size_t crowd; /* the most connections and members since memory was given back */
    uint64_t trimmed_ms;
};

struct pf_server {
    struct pf_server_config config;
    struct pf_hub *hub;         /* owned; NULL with a cluster, which has one of its own */
    struct pf_cluster *cluster; /* owned; NULL: there is no other relay */
    struct pf_redis_servers stores;
    int epoll_fd, signal_fd, folder_fd; /* folder_fd is -1 if no files are served */
    int reserve_fd;                     /* given up for a moment when descriptors run out */
    struct pf_listeners doors[PF_DOORS_COUNT];
    struct pf_tls_context tls; /* all zero: the main door is plain */
    struct pf_arrivals arrivals;
    struct pf_handshakes handshakes;
    struct pf_token_keys token_keys;
    struct pf_turn turn;
    struct pf_addresses addresses;
    struct pf_link **links; /* owned, with the links; by index */
    size_t links_max;
    uint32_t *free_indexes; /* a stack */
    size_t free_count;
    size_t links_count, dead_count; /* of all, those that are closed at the end of the iteration */
    struct pf_timers timers;
    uint64_t now_ns, now_ms, unix_s; /* of the iteration; the first two are of the same clock */
    uint64_t talked_ns;              /* when a WebSocket was last read from */
    uint32_t unix_ms;                /* the milliseconds of that second */
    struct pf_arena frames, segments;
    struct pf_link *file_link; /* borrowed: whose file is written next; NULL: none asks for it */
    uint64_t last_file_order;  /* given to any of them */
    struct pf_link *dirty;
    enum pf_ending ending;
    uint64_t stop_ms; /* STOPPING: when it stops at the latest */
    struct pf_drain drain;
    struct pf_metrics metrics;
    struct pf_refusals refusals;
    struct pf_memory memory;
    uint64_t limits_logged_ms;      /* see limits_log.h; 0: never */
    struct pf_http_request request; /* being answered; large, hence not on the stack */
    struct epoll_event events[PF_EVENTS_MAX];
    char *input;             /* PF_INPUT_SIZE_MAX bytes, shared by all reads; owned */
    struct pf_reader reader; /* of the link that is being read, if it has none of its own */
};

#endif
