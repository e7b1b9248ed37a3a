/* redis_commands.h - what a store asks of Redis, and what it understands of the replies. Internal.
 */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_REDIS_COMMANDS_H
#define PF_RELAY_SERVER_REDIS_COMMANDS_H

#include "relay/server/redis.h"

#include <stdbool.h>

/* Queues what a connection has to say first, and counts the replies that it then waits for. False
 * if the connection is to be closed. */
bool pf_redis_put_login(struct pf_redis *redis, enum pf_redis_line line);

/* Queues a command, except RECONNECT, and notes it. False, and `why` says why, if that is not
 * possible. */
bool pf_redis_put_command(struct pf_redis *redis, const struct pf_store_command *command);

enum pf_redis_verdict {
    PF_REDIS_FINE,    /* nobody has to know */
    PF_REDIS_TELLS,   /* `event` is to be told; it borrows from the reply and the notes */
    PF_REDIS_REFUSES, /* an error of the server: `why` has its text */
    PF_REDIS_STRAYS,  /* no reply to what was asked: `why` says so */
};

/* Reads a reply. */
enum pf_redis_verdict pf_redis_read_reply(struct pf_redis *redis, enum pf_redis_line line,
                                          const struct redisReply *reply,
                                          struct pf_store_event *event);

#endif
