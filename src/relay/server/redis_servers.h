/* redis_servers.h - the Redis servers of a cluster, in the event loop. Internal to the server. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_REDIS_SERVERS_H
#define PF_RELAY_SERVER_REDIS_SERVERS_H

#include "relay/server/redis.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pf_server;

struct pf_redis_servers {
    struct pf_redis *items; /* owned */
    size_t count;           /* 0: there is no cluster */
    struct pf_resolver resolver;
    uint64_t foreign;           /* messages of other versions, as of the last look */
    uint64_t foreign_logged_ms; /* when that was last logged; 0: never */
    struct ssl_ctx_st *tls;     /* owned; NULL: no store uses TLS */
    char password[PF_REDIS_PASSWORD_SIZE_MAX + 1]; /* for URLs without one */
};

/* Whether the program is built with hiredis. Without it there can be no stores. */
bool pf_redis_servers_are_built(void);

/* Makes them, for the relay `self`, all of them down. False, having logged why. */
bool pf_redis_servers_open(struct pf_server *server, pf_relay_id self);

/* Starts the process that looks up names, if there are any. False, having logged why. */
bool pf_redis_servers_start(struct pf_server *server);

void pf_redis_servers_close(struct pf_server *server);

/* Reads the password for them, if there is a file; it is used when they connect next. False, having
 * logged why, if it cannot be used; then the old one stays. */
bool pf_redis_servers_read_password(struct pf_server *server);

/* Queues what the cluster asks of one of them. */
void pf_redis_servers_command(struct pf_server *server, const struct pf_store_command *command);

/* Epoll has reported `events` for the descriptor of that number. */
void pf_redis_servers_event(struct pf_server *server, uint64_t number, uint32_t events);

/* Does what is due. */
void pf_redis_servers_advance(struct pf_server *server);

/* Sends what has been queued. */
void pf_redis_servers_flush(struct pf_server *server);

/* When one of these two is to be called next, or PF_DEADLINE_NONE. */
uint64_t pf_redis_servers_deadline_ms(const struct pf_server *server);

/* Whether a store that is up has not answered all commands yet. */
bool pf_redis_servers_are_busy(const struct pf_server *server);

/* How many of them are up. */
size_t pf_redis_servers_up_count(const struct pf_redis_servers *stores);

#endif
