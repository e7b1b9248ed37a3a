/* dialects.c - the application protocols of the relays that are compared. */
/* SPDX-License-Identifier: MIT */
#include "dialects.h"

#include <stdio.h>
#include <string.h>

static bool has(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

/* Copies the string that follows `key`. */
static bool copy_string(const char *text, const char *key, char *out, size_t size)
{
    const char *start = strstr(text, key);
    if (!start) {
        return false;
    }
    start += strlen(key);
    const size_t length = strcspn(start, "\"");
    if (length >= size) {
        return false;
    }
    memcpy(out, start, length);
    out[length] = '\0';
    return true;
}

static size_t nothing(char *out, size_t size, const struct bench_member *me)
{
    (void)out;  /* nothing is written */
    (void)size; /* as above */
    (void)me;   /* all are alike */
    return 0;
}

static size_t target_ws(char *out, size_t size, const struct bench_member *me)
{
    (void)me; /* the first message says who it is */
    return (size_t)snprintf(out, size, "/ws");
}

/* peerface.v1 */

/* The capabilities are those of our page. */
static size_t peerface_hello(char *out, size_t size, const struct bench_member *me)
{
    return (size_t)snprintf(out, size,
                            "{\"type\":\"join\",\"room\":\"room-%u\",\"name\":\"Ada\","
                            "\"instance\":%u,\"capabilities\":[\"reaction\",\"screen\","
                            "\"quality\",\"chat\",\"channels\",\"files\"]}",
                            me->room, me->number + 1);
}

static enum bench_reaction peerface_take(struct bench_member *me, const char *text, char *out,
                                         size_t size)
{
    if (has(text, "\"type\":\"joined\"")) {
        return copy_string(text, "\"self\":\"", me->id, sizeof me->id) ? BENCH_JOINED
                                                                       : BENCH_REFUSED;
    }
    if (has(text, "\"type\":\"ping\"")) {
        (void)snprintf(out, size, "{\"type\":\"pong\"}"); /* it fits */
    }
    return has(text, "\"type\":\"error\"") ? BENCH_REFUSED : BENCH_WAIT;
}

static size_t peerface_message(char *out, size_t size, const struct bench_member *me,
                               const struct bench_member *partner, const char *body)
{
    return (size_t)snprintf(out, size,
                            "{\"type\":\"signal\",\"to\":\"%s\",\"fromInstance\":%u,"
                            "\"toInstance\":%u,\"kind\":\"candidate\",\"epoch\":1,\"offer\":1,"
                            "\"candidate\":%s}",
                            partner->id, me->number + 1, partner->number + 1, body);
}

/* What peers/ws.mjs and peers/bun.mjs speak */

static size_t rooms_hello(char *out, size_t size, const struct bench_member *me)
{
    return (size_t)snprintf(out, size, "{\"type\":\"join\",\"room\":\"room-%u\"}", me->room);
}

static size_t rooms_message(char *out, size_t size, const struct bench_member *me,
                            const struct bench_member *partner, const char *body)
{
    (void)me; /* the relay adds it */
    return (size_t)snprintf(out, size, "{\"type\":\"signal\",\"to\":\"%s\",\"data\":%s}",
                            partner->id, body);
}

/* socket.io: Engine.IO 4 over WebSocket only; to the room, as its tutorials do it */

static size_t socketio_target(char *out, size_t size, const struct bench_member *me)
{
    (void)me; /* the first message says who it is */
    return (size_t)snprintf(out, size, "/socket.io/?EIO=4&transport=websocket");
}

static enum bench_reaction socketio_take(struct bench_member *me, const char *text, char *out,
                                         size_t size)
{
    if (text[0] == '0') {
        (void)snprintf(out, size, "40"); /* the namespace; it fits */
    } else if (text[0] == '2') {
        (void)snprintf(out, size, "3"); /* a ping; it fits */
    } else if (text[0] == '4' && text[1] == '0') {
        (void)snprintf(out, size, "42[\"join\",\"room-%u\"]", me->room); /* it fits */
    } else if (text[0] == '4' && text[1] == '4') {
        return BENCH_REFUSED;
    }
    return has(text, "42[\"joined\"") ? BENCH_JOINED : BENCH_WAIT;
}

static size_t socketio_message(char *out, size_t size, const struct bench_member *me,
                               const struct bench_member *partner, const char *body)
{
    (void)partner; /* all others in the room get it */
    return (size_t)snprintf(out, size, "42[\"signal\",%s,\"room-%u\"]", body, me->room);
}

/* PeerServer: no rooms, each message names its peer */

static size_t peerjs_target(char *out, size_t size, const struct bench_member *me)
{
    return (size_t)snprintf(out, size, "/peerjs?key=peerjs&id=%s&token=t%u&version=1.5.5", me->id,
                            me->number);
}

static enum bench_reaction peerjs_take(struct bench_member *me, const char *text, char *out,
                                       size_t size)
{
    (void)me;   /* its id was in the target */
    (void)out;  /* nothing is to be answered */
    (void)size; /* as above */
    if (has(text, "\"type\":\"OPEN\"")) {
        return BENCH_JOINED;
    }
    return has(text, "\"type\":\"ERROR\"") || has(text, "\"type\":\"ID-TAKEN\"") ? BENCH_REFUSED
                                                                                 : BENCH_WAIT;
}

static size_t peerjs_message(char *out, size_t size, const struct bench_member *me,
                             const struct bench_member *partner, const char *body)
{
    (void)me; /* the server adds it */
    return (size_t)snprintf(out, size, "{\"type\":\"CANDIDATE\",\"dst\":\"%s\",\"payload\":%s}",
                            partner->id, body);
}

static const struct bench_dialect dialects[] = {
    {"peerface", "Sec-WebSocket-Protocol: peerface.v1\r\n", true, target_ws, peerface_hello,
     peerface_take, peerface_message},
    {"rooms", "", true, target_ws, rooms_hello, peerface_take, rooms_message},
    {"socketio", "", true, socketio_target, nothing, socketio_take, socketio_message},
    {"peerjs", "", true, peerjs_target, nothing, peerjs_take, peerjs_message},
    /* The bytes that a member of a peerface relay would send, to one that looks at none of them. */
    {"bytes", "", false, target_ws, nothing, peerface_take, peerface_message},
};

const struct bench_dialect *bench_dialect_find(const char *name)
{
    for (size_t i = 0; i < sizeof dialects / sizeof dialects[0]; i++) {
        if (strcmp(dialects[i].name, name) == 0) {
            return &dialects[i];
        }
    }
    return NULL;
}
