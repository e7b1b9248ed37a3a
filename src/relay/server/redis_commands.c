/* redis_commands.c - what a store asks of Redis, and what it understands of the replies. */
/* SPDX-License-Identifier: MIT */
/*
 * Scripts are sent whole. Redis keeps their compiled form by their hash in any case; to send the
 * hash alone would save 200 bytes of a claim, and fail after each restart and SCRIPT FLUSH.
 */
#include "relay/server/redis_commands.h"

#include "base/assert.h"

#include <hiredis/hiredis.h>
#include <stdio.h>
#include <string.h>

enum {
    ID_SIZE = 16,
    KEY_SIZE_MAX = 32 + 255, /* a prefix and the name of a room */
};

/* KEYS: the owner's. ARGV: this relay, how long it owns the room. */
#define CLAIM                                                                                      \
    "local owner=redis.call('GET',KEYS[1]) "                                                       \
    "if owner and owner~=ARGV[1] and redis.call('EXISTS','peerface:relay:'..owner)==1 "            \
    "then return owner end "                                                                       \
    "redis.call('SET',KEYS[1],ARGV[1],'EX',ARGV[2]) return ARGV[1]"
#define RELEASE                                                                                    \
    "if redis.call('GET',KEYS[1])==ARGV[1] then return redis.call('DEL',KEYS[1]) end return 0"
/* Whether scripts are allowed, and may write: not in a replica, nor out of memory. No relay has the
 * ID 0. */
#define PROBE     "return redis.call('SET',KEYS[1],'1','PX','1')"
#define PROBE_KEY "peerface:relay:0000000000000000"

static struct pf_slice id_text(pf_relay_id id, char out[ID_SIZE + 1])
{
    (void)snprintf(out, ID_SIZE + 1, "%016llx", (unsigned long long)id); /* it fits */
    return (struct pf_slice){out, ID_SIZE};
}

static struct pf_slice key_of(const char *prefix, struct pf_slice name, char out[KEY_SIZE_MAX])
{
    const size_t size = strlen(prefix);
    PF_ASSERT(name.size <= KEY_SIZE_MAX - size);
    memcpy(out, prefix, size);
    if (name.size > 0) {
        memcpy(out + size, name.data, name.size);
    }
    return (struct pf_slice){out, size + name.size};
}

static bool put(struct pf_redis *redis, enum pf_redis_line line, const struct pf_slice *words,
                size_t count)
{
    struct pf_redis_connection *connection = &redis->lines[line];
    redis->is_dirty = true;
    if (pf_redis_connection_put(connection, words, count)) {
        return true;
    }
    memcpy(redis->why, connection->why, sizeof redis->why);
    return false;
}

/* Queues words that are given one by one. */
#define PUT(redis, line, ...)                                                                      \
    put(redis, line, (const struct pf_slice[]){__VA_ARGS__},                                       \
        sizeof((const struct pf_slice[]){__VA_ARGS__}) / sizeof(struct pf_slice))

/* Login */

static bool put_auth(struct pf_redis *redis, enum pf_redis_line line)
{
    const struct pf_redis_url *url = &redis->url;
    const struct pf_slice user = pf_slice_of(url->user);
    const struct pf_slice password =
        pf_slice_of(url->password[0] != '\0' ? url->password : redis->config.password);
    if (password.size == 0) {
        return true;
    }
    redis->logins[line]++;
    return user.size > 0 ? PUT(redis, line, PF_SLICE("AUTH"), user, password)
                         : PUT(redis, line, PF_SLICE("AUTH"), password);
}

static bool put_select(struct pf_redis *redis)
{
    char db[12];
    if (redis->url.db == 0) {
        return true;
    }
    redis->logins[PF_REDIS_ASKING]++;
    (void)snprintf(db, sizeof db, "%u", (unsigned)redis->url.db); /* it fits */
    return PUT(redis, PF_REDIS_ASKING, PF_SLICE("SELECT"), pf_slice_of(db));
}

bool pf_redis_put_login(struct pf_redis *redis, enum pf_redis_line line)
{
    char id[ID_SIZE + 1];
    char channel[KEY_SIZE_MAX];
    redis->logins[line] = 0;
    if (!put_auth(redis, line)) {
        return false;
    }
    redis->logins[line]++;
    if (line == PF_REDIS_SUBSCRIBED) {
        return PUT(redis, line, PF_SLICE("SUBSCRIBE"),
                   key_of("peerface:bus:", id_text(redis->config.self, id), channel));
    }
    if (!put_select(redis)) {
        return false;
    }
    return PUT(redis, line, PF_SLICE("EVAL"), PF_SLICE(PROBE), PF_SLICE("1"), PF_SLICE(PROBE_KEY));
}

/* Commands */

static bool put_lease(struct pf_redis *redis, bool is_alive)
{
    char id[ID_SIZE + 1];
    char memory[KEY_SIZE_MAX];
    const struct pf_slice key = key_of("peerface:relay:", id_text(redis->config.self, id), memory);
    return is_alive ? PUT(redis, PF_REDIS_ASKING, PF_SLICE("SET"), key, PF_SLICE("1"),
                          PF_SLICE("PX"), PF_SLICE("10000"))
                    : PUT(redis, PF_REDIS_ASKING, PF_SLICE("DEL"), key);
}
_Static_assert(PF_LEASE_MS == 10000, "as put_lease() has it");

static bool put_claim(struct pf_redis *redis, struct pf_slice room)
{
    char id[ID_SIZE + 1];
    char key[KEY_SIZE_MAX];
    return PUT(redis, PF_REDIS_ASKING, PF_SLICE("EVAL"), PF_SLICE(CLAIM), PF_SLICE("1"),
               key_of("peerface:owner:", room, key), id_text(redis->config.self, id),
               PF_SLICE("7200"));
}
_Static_assert(PF_OWNER_TTL_S == 7200, "as put_claim() has it");

static bool put_release(struct pf_redis *redis, struct pf_slice room)
{
    char id[ID_SIZE + 1];
    char key[KEY_SIZE_MAX];
    return PUT(redis, PF_REDIS_ASKING, PF_SLICE("EVAL"), PF_SLICE(RELEASE), PF_SLICE("1"),
               key_of("peerface:owner:", room, key), id_text(redis->config.self, id));
}

static bool put_publish(struct pf_redis *redis, pf_relay_id relay, struct pf_slice bytes)
{
    char id[ID_SIZE + 1];
    char channel[KEY_SIZE_MAX];
    return PUT(redis, PF_REDIS_ASKING, PF_SLICE("PUBLISH"),
               key_of("peerface:bus:", id_text(relay, id), channel), bytes);
}

static bool put_ask(struct pf_redis *redis, pf_relay_id relay)
{
    char id[ID_SIZE + 1];
    char key[KEY_SIZE_MAX];
    return PUT(redis, PF_REDIS_ASKING, PF_SLICE("EXISTS"),
               key_of("peerface:relay:", id_text(relay, id), key));
}

static bool put_words(struct pf_redis *redis, const struct pf_store_command *command)
{
    switch (command->type) {
    case PF_STORE_RENEW: return put_lease(redis, true);
    case PF_STORE_RETIRE: return put_lease(redis, false);
    case PF_STORE_CLAIM: return put_claim(redis, command->room);
    case PF_STORE_RELEASE: return put_release(redis, command->room);
    case PF_STORE_PUBLISH: return put_publish(redis, command->relay, command->bytes);
    case PF_STORE_ASK: return put_ask(redis, command->relay);
    case PF_STORE_RECONNECT: break; /* is no command to Redis */
    }
    PF_UNREACHABLE();
}

bool pf_redis_put_command(struct pf_redis *redis, const struct pf_store_command *command)
{
    const struct pf_redis_note note = {
        .type = command->type,
        .relay = command->relay,
        .room = command->type == PF_STORE_CLAIM ? command->room : PF_SLICE(""),
    };
    if (!pf_redis_notes_put(&redis->notes, &note)) {
        (void)snprintf(redis->why, sizeof redis->why, "too many commands wait"); /* it fits */
        return false;
    }
    return put_words(redis, command);
}

/* Replies */

static enum pf_redis_verdict stray(struct pf_redis *redis)
{
    (void)snprintf(redis->why, sizeof redis->why, "the server's reply makes no sense"); /* fits */
    return PF_REDIS_STRAYS;
}

/* Its text, without the arguments of the command, which some errors repeat. */
static enum pf_redis_verdict refuse(struct pf_redis *redis, const struct redisReply *reply)
{
    const char *end = strstr(reply->str, "with args");
    const size_t size = end ? (size_t)(end - reply->str) : reply->len;
    (void)pf_slice_copy((struct pf_slice){reply->str, size}, redis->why,
                        sizeof redis->why); /* may be cut */
    return PF_REDIS_REFUSES;
}

static bool is_status_ok(const struct redisReply *reply)
{
    return reply->type == REDIS_REPLY_STATUS && strcmp(reply->str, "OK") == 0;
}

static bool read_id(const struct redisReply *reply, pf_relay_id *out)
{
    static const char digits[] = "0123456789abcdef";
    pf_relay_id id = 0;
    if (reply->type != REDIS_REPLY_STRING || reply->len != ID_SIZE) {
        return false;
    }
    for (size_t i = 0; i < ID_SIZE; i++) {
        const char *digit = memchr(digits, reply->str[i], sizeof digits - 1);
        if (!digit) {
            return false;
        }
        id = id << 4 | (pf_relay_id)(digit - digits);
    }
    *out = id;
    return id != 0;
}

static enum pf_redis_verdict read_number(struct pf_redis *redis, const struct redisReply *reply,
                                         struct pf_store_event *event)
{
    if (reply->type != REDIS_REPLY_INTEGER) {
        return stray(redis);
    }
    /* A connection that Redis has not yet seen the end of may be subscribed as well. */
    event->count = reply->integer > 0 ? 1 : 0;
    return PF_REDIS_TELLS;
}

static enum pf_redis_verdict read_answer(struct pf_redis *redis, const struct redisReply *reply,
                                         struct pf_store_event *event)
{
    struct pf_redis_note note;
    if (!pf_redis_notes_take(&redis->notes, &note)) {
        return stray(redis);
    }
    event->relay = note.relay;
    switch (note.type) {
    case PF_STORE_RENEW: return is_status_ok(reply) ? PF_REDIS_FINE : stray(redis);
    case PF_STORE_RETIRE:
    case PF_STORE_RELEASE: return reply->type == REDIS_REPLY_INTEGER ? PF_REDIS_FINE : stray(redis);
    case PF_STORE_CLAIM:
        event->type = PF_STORE_CLAIMED;
        event->room = note.room;
        return read_id(reply, &event->relay) ? PF_REDIS_TELLS : stray(redis);
    case PF_STORE_PUBLISH:
        event->type = PF_STORE_PUBLISHED;
        return read_number(redis, reply, event);
    case PF_STORE_ASK: event->type = PF_STORE_ANSWERED; return read_number(redis, reply, event);
    case PF_STORE_RECONNECT: break; /* is no command to Redis */
    }
    PF_UNREACHABLE();
}

/* Whether it is what Redis sends to a subscriber: the kind, the channel, and the message or how
 * many channels there are. */
static bool is_push(const struct redisReply *reply, const char *kind)
{
    return reply->type == REDIS_REPLY_ARRAY && reply->elements == 3 &&
           reply->element[0]->type == REDIS_REPLY_STRING &&
           strcmp(reply->element[0]->str, kind) == 0;
}

static enum pf_redis_verdict read_message(struct pf_redis *redis, const struct redisReply *reply,
                                          struct pf_store_event *event)
{
    if (!is_push(reply, "message") || reply->element[2]->type != REDIS_REPLY_STRING) {
        return stray(redis);
    }
    event->type = PF_STORE_MESSAGE;
    event->bytes = (struct pf_slice){reply->element[2]->str, reply->element[2]->len};
    return PF_REDIS_TELLS;
}

static enum pf_redis_verdict read_login(struct pf_redis *redis, enum pf_redis_line line,
                                        const struct redisReply *reply)
{
    const bool subscribes = line == PF_REDIS_SUBSCRIBED && redis->logins[line] == 1;
    if (subscribes ? !is_push(reply, "subscribe") : !is_status_ok(reply)) {
        return stray(redis);
    }
    redis->logins[line]--;
    return PF_REDIS_FINE;
}

enum pf_redis_verdict pf_redis_read_reply(struct pf_redis *redis, enum pf_redis_line line,
                                          const struct redisReply *reply,
                                          struct pf_store_event *event)
{
    if (reply->type == REDIS_REPLY_ERROR) {
        return refuse(redis, reply);
    }
    if (redis->logins[line] > 0) {
        return read_login(redis, line, reply);
    }
    return line == PF_REDIS_SUBSCRIBED ? read_message(redis, reply, event)
                                       : read_answer(redis, reply, event);
}
