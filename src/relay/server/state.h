/* server.h - what the parts of the transport share: the server and its connections. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_STATE_H
#define PF_RELAY_SERVER_STATE_H

#include "base/slice.h"
#include "relay/hub/hub.h"
#include "relay/hub/timers.h"
#include "relay/server/arena.h"
#include "relay/server/listeners.h"
#include "relay/server/server.h"
#include "relay/wire/http.h"
#include "relay/wire/websocket.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>

/*
 * Internal to the transport. From the top: transport.c has the event loop, turn.c what one turn
 * does with connections, web.c HTTP, session.c WebSocket and the hub, connection.c a connection
 * itself.
 */

enum {
    PF_EVENTS_MAX = 256,     /* of one turn */
    PF_RECEIVE_SIZE = 65536, /* read from a socket at once */
    PF_INPUT_SIZE_MAX = PF_RECEIVE_SIZE + PF_HTTP_HEAD_SIZE_MAX,
    PF_KEPT_SIZE_MAX = 1 << 20,      /* a reader that is further behind is dropped */
    PF_ITERATION_SIZE_MAX = 1 << 20, /* written to the arena before it is flushed */
    PF_GOODBYE_MS = 2000,            /* for a closing handshake */
};

enum pf_stage {
    PF_STAGE_HTTP,      /* reads requests, answers them */
    PF_STAGE_WEBSOCKET, /* a client of the hub */
    PF_STAGE_ECHO,      /* a WebSocket that gets back what it sends */
    PF_STAGE_CLOSING,   /* a close frame was sent; the peer's is waited for */
    PF_STAGE_DRAINING,  /* the last bytes are being written; then the peer's end is waited for */
    PF_STAGE_DEAD,      /* is closed at the end of the turn */
};

/* Bytes for one connection that lie in the turn's arena. */
struct pf_segment {
    struct pf_segment *next;
    const char *data;
    size_t size;
};

struct pf_link {
    int fd;
    uint32_t index; /* in pf_server.connections; the hub's number for it */
    enum pf_stage stage;
    bool in_hub;         /* the hub knows it and has to be told of its end */
    bool is_dirty;       /* in the list of those to be flushed in this turn */
    bool is_written_off; /* DRAINING: our half is shut down */
    uint32_t watched;    /* the events that epoll looks for */
    struct pf_link *dirty_next;
    struct pf_timer deadline;
    struct pf_segment *segments, *segments_last; /* this turn's; they live in the arena */
    char *kept;                                  /* owned: what the kernel has not taken yet */
    uint32_t kept_size, kept_sent, kept_capacity;
    char *input; /* owned: the beginning of the next requests */
    uint32_t input_size;
    int file_fd; /* owned: the rest of a response, or -1 */
    uint64_t file_at, file_size;
    bool closes_after_file;
    struct pf_websocket websocket;
};

struct pf_server {
    struct pf_server_config config;
    struct pf_hub *hub;
    int epoll_fd, signal_fd, folder_fd; /* folder_fd is -1 if no files are served */
    int reserve_fd;                     /* given up for a moment when there are no more */
    struct pf_listeners listeners;
    struct pf_link **links; /* owned, as they are; by index */
    uint32_t *free_indexes; /* a stack */
    size_t free_count;
    size_t links_count;
    struct pf_timers timers;
    uint64_t now_ms, unix_s;
    struct pf_arena frames, segments;
    struct pf_link *dirty;
    bool is_stopping;
    struct pf_http_request request; /* being answered; large, hence not on the stack */
    struct epoll_event events[PF_EVENTS_MAX];
    char *input; /* PF_INPUT_SIZE_MAX bytes, for whoever reads; owned */
};

/* connection.c */

/* Takes over `fd`. False when there is no place for it; then it is still the caller's. */
bool pf_link_open(struct pf_server *server, int fd);

/* `size` bytes of the turn's arena for pf_link_queue(), or NULL. */
char *pf_server_take(struct pf_server *server, size_t size);

/* Sends bytes that live until the end of the turn. */
void pf_link_queue(struct pf_server *server, struct pf_link *link, const char *data, size_t size);

/* Has the connection looked at by pf_io_flush(). */
void pf_link_mark(struct pf_server *server, struct pf_link *link);

/* Moves on to a later stage; with `deadline_ms` the time from now until it is dropped, 0: never. */
void pf_link_set_stage(struct pf_server *server, struct pf_link *link, enum pf_stage stage,
                       uint32_t deadline_ms);

/* Restarts the clock of the stage that it is in. */
void pf_link_set_deadline(struct pf_server *server, struct pf_link *link, uint32_t deadline_ms);

/* Closes the connection at the end of the turn. */
void pf_link_kill(struct pf_server *server, struct pf_link *link);

/* Whether some of a response is still to be written. */
bool pf_link_is_busy(const struct pf_link *link);

/* Writes as much as the kernel takes. False when the connection is lost. */
bool pf_link_write(struct pf_server *server, struct pf_link *link);

/* Has epoll look for what the connection can go on with. */
void pf_link_watch(struct pf_server *server, struct pf_link *link);

/* Closes at once and frees. For the end of the server. */
void pf_link_free(struct pf_server *server, struct pf_link *link);

/* turn.c */

/* What epoll has found about the connection of that index. */
void pf_io_event(struct pf_server *server, uint64_t index, uint32_t events);

/* Writes what the turn has queued, closes what is dead, and resets the arenas. */
void pf_io_flush(struct pf_server *server);

/* web.c */

/* Bytes for a connection in HTTP stage: all that has come since the last request. Returns how many
 * were taken; when the stage has changed, the rest are WebSocket frames. */
size_t pf_web_read(struct pf_server *server, struct pf_link *link, struct pf_slice bytes);

/* session.c */

/* Opens the WebSocket that server->request asks for and answers it: 101. Another status says why
 * not; then nothing is answered. */
uint16_t pf_bridge_open(struct pf_server *server, struct pf_link *link, bool is_echo);

/* Bytes for a WebSocket. They are changed. */
void pf_bridge_read(struct pf_server *server, struct pf_link *link, char *bytes, size_t size);

/* Says goodbye with the code; the hub is not told. */
void pf_bridge_close(struct pf_server *server, struct pf_link *link, uint16_t code);

/* The connection is gone without a goodbye: tells the hub, if it knows the connection. */
void pf_bridge_lost(struct pf_server *server, struct pf_link *link);

/* Lets the hub look at its timers. */
void pf_bridge_timeout(struct pf_server *server);

#endif
