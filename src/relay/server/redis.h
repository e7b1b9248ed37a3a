/* redis.h - a Redis server as a store of a cluster. Internal to the server. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_REDIS_H
#define PF_RELAY_SERVER_REDIS_H

#include "base/random.h"
#include "relay/cluster/store.h"
#include "relay/server/log.h"
#include "relay/server/redis_connection.h"
#include "relay/server/redis_notes.h"
#include "relay/server/redis_url.h"
#include "relay/server/resolver.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Carries out the commands of cluster/store.h: one connection asks, the other one is subscribed to
 * the relay's channel. In Redis there are
 *
 *   peerface:relay:ID     "1", as long as that relay is alive; ID is 16 hexadecimal digits
 *   peerface:owner:ROOM   the ID of the relay that owns the room
 *   peerface:bus:ID       the channel of a relay
 *
 * The store is up once both connections have logged in, a script has been able to write, and the
 * subscription is confirmed. Whatever is wrong with one of them, an error reply included, closes
 * both; they are opened again after 0.1 to 2 s.
 */

enum {
    PF_REDIS_RETRY_MIN_MS = 200, /* the longest first pause; each is half random */
    PF_REDIS_RETRY_MAX_MS = 2000,
    PF_REDIS_STEADY_MS = 10000, /* up for that long, the next pause is short again */
    PF_REDIS_CONNECT_MS = 2000,
    PF_REDIS_LOGIN_MS = 5000,
    PF_REDIS_RESOLVE_MS = 10000,
    PF_REDIS_NAME_SIZE = PF_REDIS_HOST_SIZE_MAX + 8,
};

/*
 *   DOWN       the pause is over       -> RESOLVING, or OPENING where no name is to be looked up
 *   RESOLVING  the name has addresses  -> OPENING
 *   OPENING    both have logged in     -> UP
 *   any other  something is wrong      -> DOWN
 */
enum pf_redis_state {
    PF_REDIS_DOWN,      /* pauses */
    PF_REDIS_RESOLVING, /* has asked for the addresses of the name */
    PF_REDIS_OPENING,   /* connects and logs in */
    PF_REDIS_UP,
};

/* Which of the two connections; also what epoll's user data ends in. */
enum pf_redis_line {
    PF_REDIS_ASKING,
    PF_REDIS_SUBSCRIBED,
};
enum { PF_REDIS_LINES_COUNT = 2 };

/* Everything that is pointed to is borrowed for the life of the store. */
struct pf_redis_config {
    uint32_t index; /* of the store */
    pf_relay_id self;
    const char *url;      /* valid */
    const char *password; /* for a URL without one; "": none; it may change */
    int epoll_fd;
    uint64_t key;           /* user data of the ASKING connection; the other one has the next */
    struct ssl_ctx_st *tls; /* NULL: no store needs it */
    struct pf_resolver *resolver;
    char *input; /* what is read goes there first; shared */
    size_t input_size;
    const struct pf_log *log;
    void *user; /* handed to `tell` */
    /* Told of each event, without the time; from pf_redis_handle(), pf_redis_advance() and
     * pf_redis_flush(), never from pf_redis_command(). */
    void (*tell)(void *user, const struct pf_store_event *event);
};

/* For metrics: since the start. */
struct pf_redis_counts {
    uint64_t commands, errors, losses; /* `losses`: it was up, and went down */
};

struct pf_redis {
    struct pf_redis_config config;
    struct pf_redis_url url;
    char name[PF_REDIS_NAME_SIZE]; /* for the log: host and port, or path */
    enum pf_redis_state state;
    uint64_t now_ms;      /* of the last call */
    uint64_t deadline_ms; /* of the state; UP: none */
    struct pf_redis_connection lines[PF_REDIS_LINES_COUNT];
    uint32_t logins[PF_REDIS_LINES_COUNT]; /* replies that a login still waits for */
    struct pf_target targets[PF_TARGETS_MAX];
    size_t targets_count, target; /* `target` is the one that is tried next */
    struct pf_redis_notes notes;
    bool is_dirty;  /* something is to be flushed */
    bool is_broken; /* `why` says why: goes down when it is flushed */
    char why[PF_REDIS_WHY_SIZE];
    uint32_t failures;                   /* in a row */
    uint64_t up_ms;                      /* when it came up */
    uint64_t logged_ms, error_logged_ms; /* when it was last logged what is wrong; 0: never */
    struct pf_random random;
    struct pf_redis_counts counts;
};

/* DOWN; begins with the first call of pf_redis_advance(). */
void pf_redis_init(struct pf_redis *redis, const struct pf_redis_config *config, uint64_t seed);

/* Closes both connections. Nobody is told. */
void pf_redis_clear(struct pf_redis *redis);

/* Queues a command; without effect while the store is not UP. */
void pf_redis_command(struct pf_redis *redis, const struct pf_store_command *command);

/* Epoll has reported `events` for one of the connections. */
void pf_redis_handle(struct pf_redis *redis, enum pf_redis_line line, uint32_t events,
                     uint64_t now_ms);

/* The addresses that were asked for have come, or a reason why there are none. */
void pf_redis_resolved(struct pf_redis *redis, const struct pf_resolver_answer *answer,
                       uint64_t now_ms);

/* Does what is due. */
void pf_redis_advance(struct pf_redis *redis, uint64_t now_ms);

/* Sends what has been queued. */
void pf_redis_flush(struct pf_redis *redis, uint64_t now_ms);

/* When one of these two is to be called next, or PF_DEADLINE_NONE. */
uint64_t pf_redis_deadline_ms(const struct pf_redis *redis);

#endif
