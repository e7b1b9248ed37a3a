/* redis.c - a Redis server as a store of a cluster. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/redis.h"

#include "base/assert.h"
#include "relay/hub/timers.h"
#include "relay/server/redis_commands.h"

#include <hiredis/hiredis.h>
#include <stdio.h>
#include <string.h>

enum {
    LOG_PAUSE_MS = 60000,       /* between two lines about a server that stays down */
    ERROR_LOG_PAUSE_MS = 10000, /* between two about errors that it replies with */
};

/* States */

static void set_state(struct pf_redis *redis, enum pf_redis_state state, uint64_t deadline_ms)
{
    PF_ASSERT(state == PF_REDIS_DOWN || state > redis->state);
    PF_ASSERT((state == PF_REDIS_UP) == (deadline_ms == PF_DEADLINE_NONE));
    redis->state = state;
    redis->deadline_ms = deadline_ms;
}

static void set_why(struct pf_redis *redis, const char *why)
{
    (void)pf_slice_copy(pf_slice_of(why), redis->why, sizeof redis->why); /* may be cut */
}

static void tell(struct pf_redis *redis, enum pf_store_event_type type)
{
    const struct pf_store_event event = {.type = type, .store = redis->config.index};
    redis->config.tell(redis->config.user, &event);
}

static void close_lines(struct pf_redis *redis)
{
    for (size_t i = 0; i < PF_REDIS_LINES_COUNT; i++) {
        pf_redis_connection_close(&redis->lines[i]);
        redis->logins[i] = 0;
    }
    pf_redis_notes_clear(&redis->notes);
    redis->is_dirty = redis->is_broken = false;
}

/* Half of it is random, so that the relays of a cluster do not all come back at once. */
static uint32_t pause_ms(struct pf_redis *redis)
{
    uint32_t most_ms = PF_REDIS_RETRY_MIN_MS;
    for (uint32_t i = 1; i < redis->failures && most_ms < PF_REDIS_RETRY_MAX_MS; i++) {
        most_ms *= 2;
    }
    most_ms = most_ms < PF_REDIS_RETRY_MAX_MS ? most_ms : PF_REDIS_RETRY_MAX_MS;
    return most_ms / 2 + pf_random_below(&redis->random, most_ms / 2 + 1);
}

static void log_loss(struct pf_redis *redis, bool was_up)
{
    if (!was_up && redis->logged_ms != 0 && redis->now_ms - redis->logged_ms < LOG_PAUSE_MS) {
        return;
    }
    redis->logged_ms = redis->now_ms;
    pf_log_put(redis->config.log, PF_LOG_WARNING, "store-down", "--redis %s: %s: %s", redis->name,
               was_up ? "lost" : "not to be had", redis->why);
}

/* `why` says why. Both connections are closed; the next attempt is after a pause, and looks up the
 * name again, which may lead to another server by then. */
static void go_down(struct pf_redis *redis)
{
    const bool was_up = redis->state == PF_REDIS_UP;
    redis->target = redis->targets_count;
    if (was_up && redis->now_ms - redis->up_ms >= PF_REDIS_STEADY_MS) {
        redis->failures = 0;
    }
    redis->failures++;
    close_lines(redis);
    set_state(redis, PF_REDIS_DOWN, redis->now_ms + pause_ms(redis));
    log_loss(redis, was_up);
    if (was_up) {
        redis->counts.losses++;
        tell(redis, PF_STORE_DOWN);
    }
}

/* The address does not work. The next one of the name is tried at once, if there is one. */
static void give_up_target(struct pf_redis *redis)
{
    redis->target++;
    if (redis->target < redis->targets_count) {
        close_lines(redis);
        set_state(redis, PF_REDIS_DOWN, redis->now_ms);
    } else {
        go_down(redis);
    }
}

static void on_lost(struct pf_redis *redis, enum pf_redis_line line)
{
    memcpy(redis->why, redis->lines[line].why, sizeof redis->why);
    if (redis->state == PF_REDIS_OPENING) {
        give_up_target(redis);
    } else {
        go_down(redis);
    }
}

static void go_up(struct pf_redis *redis)
{
    redis->up_ms = redis->now_ms;
    set_state(redis, PF_REDIS_UP, PF_DEADLINE_NONE);
    pf_log_put(redis->config.log, PF_LOG_INFO, "store-up", "--redis %s: connected", redis->name);
    redis->logged_ms = 0;
    tell(redis, PF_STORE_UP);
}

/* Opening */

/* The next attempt is with the addresses that are known: a name server that is down is not to be
 * the end of what works. */
static void give_up_name(struct pf_redis *redis, const char *why)
{
    set_why(redis, why);
    go_down(redis);
    redis->target = 0;
}

static void open_lines(struct pf_redis *redis)
{
    set_state(redis, PF_REDIS_OPENING, redis->now_ms + PF_REDIS_CONNECT_MS);
    for (size_t i = 0; i < PF_REDIS_LINES_COUNT; i++) {
        const enum pf_redis_line line = (enum pf_redis_line)i;
        if (!pf_redis_connection_open(&redis->lines[i], &redis->targets[redis->target]) ||
            !pf_redis_put_login(redis, line)) {
            on_lost(redis, line);
            return;
        }
    }
}

static bool has_name(const struct pf_redis *redis)
{
    struct pf_target target;
    return redis->url.scheme != PF_REDIS_UNIX &&
           !pf_resolver_read_numeric(redis->url.host, redis->url.port, &target);
}

static void begin(struct pf_redis *redis)
{
    if (redis->target < redis->targets_count) {
        open_lines(redis);
    } else if (!has_name(redis)) {
        redis->target = 0;
        open_lines(redis);
    } else if (pf_resolver_ask(redis->config.resolver, redis->config.index, redis->url.host,
                               redis->url.port)) {
        set_state(redis, PF_REDIS_RESOLVING, redis->now_ms + PF_REDIS_RESOLVE_MS);
    } else {
        give_up_name(redis, "the process that looks up names has ended");
    }
}

void pf_redis_resolved(struct pf_redis *redis, const struct pf_resolver_answer *answer,
                       uint64_t now_ms)
{
    redis->now_ms = now_ms;
    if (redis->state != PF_REDIS_RESOLVING) {
        return; /* too late */
    }
    if (answer->count == 0) {
        give_up_name(redis, answer->why);
        return;
    }
    memcpy(redis->targets, answer->targets, sizeof redis->targets);
    redis->targets_count = answer->count;
    redis->target = 0;
    open_lines(redis);
}

static bool are_connected(const struct pf_redis *redis)
{
    return redis->lines[PF_REDIS_ASKING].phase == PF_REDIS_CONNECTED &&
           redis->lines[PF_REDIS_SUBSCRIBED].phase == PF_REDIS_CONNECTED;
}

void pf_redis_advance(struct pf_redis *redis, uint64_t now_ms)
{
    redis->now_ms = now_ms;
    if (redis->now_ms < redis->deadline_ms) {
        return;
    }
    switch (redis->state) {
    case PF_REDIS_DOWN: begin(redis); return;
    case PF_REDIS_RESOLVING: give_up_name(redis, "its name cannot be looked up: timeout"); return;
    case PF_REDIS_OPENING:
        if (are_connected(redis)) {
            set_why(redis, "the server does not answer");
            go_down(redis);
        } else {
            set_why(redis, "cannot connect: timeout");
            give_up_target(redis);
        }
        return;
    case PF_REDIS_UP: break; /* it has no deadline */
    }
    PF_UNREACHABLE();
}

/* Replies */

static void on_refusal(struct pf_redis *redis)
{
    redis->counts.errors++;
    if (redis->error_logged_ms != 0 &&
        redis->now_ms - redis->error_logged_ms < ERROR_LOG_PAUSE_MS) {
        return;
    }
    redis->error_logged_ms = redis->now_ms;
    pf_log_put(redis->config.log, PF_LOG_ERROR, "store-error", "--redis %s: %s", redis->name,
               redis->why);
}

/* False if the connections are of no use any more; `why` says why. */
static bool on_reply(struct pf_redis *redis, enum pf_redis_line line, const redisReply *reply)
{
    struct pf_store_event event = {.store = redis->config.index};
    switch (pf_redis_read_reply(redis, line, reply, &event)) {
    case PF_REDIS_FINE:
        if (redis->state == PF_REDIS_OPENING && redis->logins[PF_REDIS_ASKING] == 0 &&
            redis->logins[PF_REDIS_SUBSCRIBED] == 0) {
            go_up(redis);
        }
        return true;
    case PF_REDIS_TELLS:
        if (redis->state == PF_REDIS_UP) {
            redis->config.tell(redis->config.user, &event);
        }
        return true;
    case PF_REDIS_REFUSES: on_refusal(redis); return false;
    case PF_REDIS_STRAYS: return false;
    }
    PF_UNREACHABLE();
}

/* Handles all replies that have been read completely. */
static void take_replies(struct pf_redis *redis, enum pf_redis_line line)
{
    redisReply *reply = NULL;
    for (;;) {
        if (!pf_redis_connection_take(&redis->lines[line], &reply)) {
            on_lost(redis, line);
            return;
        }
        if (!reply) {
            return;
        }
        const bool goes_on = on_reply(redis, line, reply);
        freeReplyObject(reply);
        if (!goes_on) {
            go_down(redis);
            return;
        }
    }
}

void pf_redis_handle(struct pf_redis *redis, enum pf_redis_line line, uint32_t events,
                     uint64_t now_ms)
{
    redis->now_ms = now_ms;
    struct pf_redis_connection *connection = &redis->lines[line];
    const bool were_connected = are_connected(redis);
    if (connection->phase == PF_REDIS_CLOSED) {
        return; /* the other one was lost in the same iteration */
    }
    if (!pf_redis_connection_handle(connection, events, redis->config.input,
                                    redis->config.input_size)) {
        on_lost(redis, line);
        return;
    }
    if (!were_connected && are_connected(redis)) {
        redis->deadline_ms = redis->now_ms + PF_REDIS_LOGIN_MS;
    }
    take_replies(redis, line);
}

/* Commands */

void pf_redis_command(struct pf_redis *redis, const struct pf_store_command *command)
{
    if (redis->state != PF_REDIS_UP || redis->is_broken) {
        return;
    }
    if (command->type == PF_STORE_RECONNECT) {
        set_why(redis, "it carries no messages");
        redis->is_broken = true;
    } else {
        redis->counts.commands++;
        redis->is_broken = !pf_redis_put_command(redis, command);
    }
    redis->is_dirty = true;
}

void pf_redis_flush(struct pf_redis *redis, uint64_t now_ms)
{
    redis->now_ms = now_ms;
    if (!redis->is_dirty) {
        return;
    }
    redis->is_dirty = false;
    if (redis->is_broken) {
        go_down(redis);
        return;
    }
    for (size_t i = 0; i < PF_REDIS_LINES_COUNT; i++) {
        if (!pf_redis_connection_flush(&redis->lines[i])) {
            on_lost(redis, (enum pf_redis_line)i);
            return;
        }
    }
}

uint64_t pf_redis_deadline_ms(const struct pf_redis *redis)
{
    return redis->is_dirty ? 0 : redis->deadline_ms;
}

/* Beginning and end */

static void write_name(struct pf_redis *redis)
{
    const struct pf_redis_url *url = &redis->url;
    if (url->scheme == PF_REDIS_UNIX) {
        (void)snprintf(redis->name, sizeof redis->name, "%s", url->path); /* it fits */
    } else {
        (void)snprintf(redis->name, sizeof redis->name, "%s:%u", url->host,
                       (unsigned)url->port); /* it fits */
    }
}

/* What needs no looking up. */
static void find_target(struct pf_redis *redis)
{
    const struct pf_redis_url *url = &redis->url;
    struct pf_target *target = &redis->targets[0];
    if (url->scheme == PF_REDIS_UNIX) {
        struct sockaddr_un *local = &target->address.local;
        local->sun_family = AF_UNIX;
        (void)pf_slice_copy(pf_slice_of(url->path), local->sun_path,
                            sizeof local->sun_path); /* it fits */
        target->size = sizeof *local;
        redis->targets_count = 1;
    } else if (pf_resolver_read_numeric(url->host, url->port, target)) {
        redis->targets_count = 1;
    }
}

void pf_redis_init(struct pf_redis *redis, const struct pf_redis_config *config, uint64_t seed)
{
    *redis = (struct pf_redis){.config = *config, .state = PF_REDIS_DOWN};
    PF_ASSERT(pf_redis_url_read(pf_slice_of(config->url), &redis->url));
    pf_random_seed(&redis->random, seed);
    write_name(redis);
    find_target(redis);
    for (size_t i = 0; i < PF_REDIS_LINES_COUNT; i++) {
        const struct pf_redis_wiring wiring = {
            .epoll_fd = config->epoll_fd,
            .key = config->key + i,
            .tls = redis->url.scheme == PF_REDIS_TLS ? config->tls : NULL,
            .host = redis->url.host,
        };
        pf_redis_connection_init(&redis->lines[i], &wiring);
    }
}

void pf_redis_clear(struct pf_redis *redis)
{
    close_lines(redis);
}
