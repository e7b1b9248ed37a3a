/* fuzz_hub.c - whatever clients do, the hub conforms to its header and to PROTOCOL.md. */
/* SPDX-License-Identifier: MIT */
/*
 * The bytes choose the limits and then a sequence of events: a client opens, sends something or
 * closes, or time passes. Every output is checked against what is known from outside: which clients
 * are open, and which member of which room the hub has told each of them to be. The sequence runs
 * twice and must give the same outputs both times.
 */
#include "fuzz.h"

#include "base/assert.h"
#include "base/random.h"
#include "protocol/envelope.h"
#include "relay/hub/clients.h"
#include "relay/hub/hub.h"

#include <stdlib.h>
#include <string.h>

enum {
    CLIENTS_MAX = 8,
    IDENTITIES_MAX = 256, /* the run ends then */
    EVENTS_MAX = 1024,
    LONG_TEXTS_MAX = 4, /* they are slow */
    TEXT_SIZE_MAX = PF_MESSAGE_SIZE_MAX + 4096,
    ROOM_SIZE = PF_ROOM_NAME_SIZE_MAX + 1,
};

struct client {
    bool open;
    pf_member_id self;         /* 0: not joined */
    char knocks_at[ROOM_SIZE]; /* empty: it does not wait at a door */
    uint64_t opened_ms;
    uint64_t charged; /* cost of its messages since then */
    char ticket[PF_TICKET_SIZE_MAX + 1];
};

/* A member id that the hub has assigned, and its room. */
struct identity {
    pf_member_id id;
    char room[ROOM_SIZE];
};

struct run {
    struct pf_hub *hub;
    struct pf_hub_config config;
    struct pf_random random;
    const uint8_t *bytes; /* the rest of the input; borrowed */
    size_t bytes_left;
    uint64_t now_ms, digest, signals;
    struct client clients[CLIENTS_MAX];
    struct identity identities[IDENTITIES_MAX];
    size_t identities_count, long_texts;
    const struct pf_hub_event *event; /* the current event; borrowed */
    char room[ROOM_SIZE];             /* the room of a `join` in that event */
    struct pf_message message;
    struct pf_buffer text; /* of the next event */
    char text_data[TEXT_SIZE_MAX];
    char sent[PF_MESSAGE_SIZE_MAX]; /* an output: head and body */
};

/* A value below `bound`, at most 256; 0 when the bytes are used up. */
static uint32_t draw(struct run *run, uint32_t bound)
{
    if (run->bytes_left == 0) {
        return 0;
    }
    run->bytes_left--;
    return *run->bytes++ % bound;
}

static uint64_t draw_secret(void *user)
{
    struct run *run = user;
    const uint64_t high = pf_random_next(&run->random);
    return high << 32 | pf_random_next(&run->random);
}

/* Replaces HMAC-SHA256: depends on every byte. */
static void fake_sign(void *user, struct pf_slice text, uint8_t mac[PF_MAC_SIZE])
{
    (void)user; /* no secret */
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < PF_MAC_SIZE; i++) {
        for (size_t k = 0; k < text.size; k++) {
            hash = (hash ^ (uint8_t)text.data[k]) * 1099511628211u;
        }
        mac[i] = (uint8_t)(hash >> 32);
    }
}

static void digest(struct run *run, const void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        run->digest = (run->digest ^ ((const uint8_t *)bytes)[i]) * 1099511628211u;
    }
}

/* The model */

static struct identity *find_identity(struct run *run, pf_member_id id)
{
    for (size_t i = 0; i < run->identities_count; i++) {
        if (run->identities[i].id == id) {
            return &run->identities[i];
        }
    }
    return NULL;
}

static const struct client *find_holder(const struct run *run, pf_member_id id)
{
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        if (run->clients[i].open && run->clients[i].self == id) {
            return &run->clients[i];
        }
    }
    return NULL;
}

/* Both are, or were, members of the same room. */
static void check_same_room(struct run *run, pf_member_id a, pf_member_id b)
{
    const struct identity *first = find_identity(run, a);
    const struct identity *second = find_identity(run, b);
    PF_ASSERT(first);
    PF_ASSERT(second);
    PF_ASSERT(strcmp(first->room, second->room) == 0);
}

/* Outputs */

static void on_joined(struct run *run, uint32_t number)
{
    struct client *client = &run->clients[number];
    const pf_member_id self = run->message.joined.self;
    const bool has_knocked = client->knocks_at[0] != '\0';
    const char *room = has_knocked ? client->knocks_at : run->room;
    /* Who waits at a door enters when somebody else opens it, or is gone. */
    PF_ASSERT(has_knocked || run->event->type == PF_HUB_CLIENT_TEXT);
    PF_ASSERT(has_knocked || run->event->client == number);
    PF_ASSERT(client->self == 0);
    PF_ASSERT(!find_holder(run, self)); /* the older client has been closed by now */
    struct identity *identity = find_identity(run, self);
    PF_ASSERT(run->message.joined.resumed == (identity != NULL)); /* ids are never drawn twice */
    if (!identity) {
        PF_ASSERT(run->identities_count < IDENTITIES_MAX);
        identity = &run->identities[run->identities_count++];
        *identity = (struct identity){.id = self};
        memcpy(identity->room, room, sizeof identity->room);
    }
    PF_ASSERT(strcmp(identity->room, room) == 0);
    client->self = self;
    client->knocks_at[0] = '\0';
    (void)pf_slice_copy(run->message.joined.ticket, client->ticket,
                        sizeof client->ticket); /* it fits */
    PF_ASSERT(run->message.joined.members_count < run->config.members_max);
    for (size_t i = 0; i < run->message.joined.members_count; i++) {
        const struct pf_member *member = &run->message.joined.members[i];
        PF_ASSERT(member->id != self);
        PF_ASSERT(member->away == !find_holder(run, member->id));
        check_same_room(run, self, member->id);
    }
}

/* A message of the relay itself to a client. */
static void on_message(struct run *run, uint32_t number)
{
    struct client *client = &run->clients[number];
    switch (run->message.type) {
    case PF_MESSAGE_HELLO:
        PF_ASSERT(run->event->type == PF_HUB_CLIENT_OPENED);
        PF_ASSERT(run->event->client == number);
        return;
    case PF_MESSAGE_JOINED: on_joined(run, number); return;
    case PF_MESSAGE_KNOCKING:
        PF_ASSERT(run->event->type == PF_HUB_CLIENT_TEXT);
        PF_ASSERT(run->event->client == number);
        PF_ASSERT(client->self == 0);
        memcpy(client->knocks_at, run->room, sizeof client->knocks_at);
        return;
    case PF_MESSAGE_MEMBER:
        PF_ASSERT(run->message.member.member.id != client->self);
        check_same_room(run, client->self, run->message.member.member.id);
        return;
    case PF_MESSAGE_LEFT:
        PF_ASSERT(run->message.left.id != client->self);
        PF_ASSERT(run->message.left.reason == PF_LEFT_LEFT ||
                  !find_holder(run, run->message.left.id));
        check_same_room(run, client->self, run->message.left.id);
        return;
    case PF_MESSAGE_PING:
    case PF_MESSAGE_PONG:
    case PF_MESSAGE_ICE_SERVERS:
    case PF_MESSAGE_ROOM:
    case PF_MESSAGE_MUTE:
    case PF_MESSAGE_ERROR: return;
    case PF_MESSAGE_JOIN:
    case PF_MESSAGE_RENAME:
    case PF_MESSAGE_LEAVE:
    case PF_MESSAGE_SIGNAL:
    case PF_MESSAGE_STATE:
    case PF_MESSAGE_REACTION:
    case PF_MESSAGE_WANTED:
    case PF_MESSAGE_CHAT:
    case PF_MESSAGE_HEARD:
    case PF_MESSAGE_HOST:
    case PF_MESSAGE_FILE:
    case PF_MESSAGE_FILE_ANSWER:
    case PF_MESSAGE_BYE: break;
    }
    PF_UNREACHABLE(); /* a relay sends no other types */
}

/* A forwarded signal is the text of its sender with `from` added, to a member of the same room. */
static void on_signal(struct run *run, const struct pf_hub_output *output)
{
    char prefix_data[PF_ENVELOPE_PREFIX_SIZE];
    struct pf_buffer prefix;
    PF_ASSERT(run->event->type == PF_HUB_CLIENT_TEXT);
    PF_ASSERT(output->clients_count == 1);
    const struct client *from = &run->clients[run->event->client];
    const struct client *to = &run->clients[output->clients[0]];
    PF_ASSERT(from != to);
    check_same_room(run, from->self, to->self);
    pf_buffer_init(&prefix, prefix_data, sizeof prefix_data);
    pf_envelope_write_prefix(from->self, &prefix);
    PF_ASSERT(pf_slice_equal(output->head, pf_buffer_slice(&prefix)));
    const struct pf_slice text = run->event->text;
    PF_ASSERT(output->body.data > text.data);
    PF_ASSERT(output->body.data + output->body.size == text.data + text.size);
    run->signals++;
}

static void on_send(struct run *run, const struct pf_hub_output *output)
{
    const size_t size = output->head.size + output->body.size;
    PF_ASSERT(size <= PF_MESSAGE_SIZE_MAX);
    memcpy(run->sent, output->head.data, output->head.size);
    if (output->body.size > 0) {
        memcpy(run->sent + output->head.size, output->body.data, output->body.size);
        on_signal(run, output);
    } else {
        const struct pf_slice text = {run->sent, size};
        PF_ASSERT(pf_message_read(text, &run->message) == PF_ERROR_OK);
        for (size_t i = 0; i < output->clients_count; i++) {
            on_message(run, output->clients[i]);
        }
        pf_message_clear(&run->message);
    }
    digest(run, run->sent, size);
}

static void on_output(struct run *run, const struct pf_hub_output *output)
{
    PF_ASSERT(output->clients_count >= 1);
    PF_ASSERT(output->clients_count <= run->config.members_max);
    for (size_t i = 0; i < output->clients_count; i++) {
        PF_ASSERT(output->clients[i] < CLIENTS_MAX);
        PF_ASSERT(run->clients[output->clients[i]].open);
        for (size_t k = 0; k < i; k++) {
            PF_ASSERT(output->clients[k] != output->clients[i]);
        }
    }
    digest(run, output->clients, output->clients_count * sizeof *output->clients);
    digest(run, &output->code, sizeof output->code);
    if (output->type == PF_HUB_SEND) {
        on_send(run, output);
        return;
    }
    PF_ASSERT(output->clients_count == 1);
    PF_ASSERT(output->code >= 1000);
    PF_ASSERT(output->code < 5000);
    struct client *client = &run->clients[output->clients[0]];
    client->open = false;
    client->self = 0;
}

/* After a text: a client that is still open is within the rate limit. */
static void check_rate(struct run *run)
{
    struct client *client = &run->clients[run->event->client];
    client->charged += 1 + run->event->text.size / PF_HUB_MESSAGE_SIZE;
    if (client->open) {
        const uint64_t open_ms = run->now_ms - client->opened_ms;
        PF_ASSERT(client->charged * 1000 <= (uint64_t)run->config.burst_messages * 1000 +
                                                open_ms * run->config.messages_per_s);
    }
}

/* Invariants between two events. */
static void check_rest(const struct run *run)
{
    const struct pf_hub_counts counts = pf_hub_counts(run->hub);
    const uint64_t deadline_ms = pf_hub_deadline_ms(run->hub);
    size_t open = 0;
    size_t joined = 0;
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        open += run->clients[i].open;
        joined += run->clients[i].self != 0;
    }
    PF_ASSERT(counts.clients == open);
    PF_ASSERT(counts.members >= joined);
    PF_ASSERT(counts.rooms <= counts.members);
    PF_ASSERT(counts.rooms <= run->config.rooms_max);
    PF_ASSERT(counts.members <= counts.rooms * run->config.members_max);
    PF_ASSERT(counts.signals == run->signals);
    /* Timers: a heartbeat for each client, a grace period for each member without a client. */
    const uint64_t wait_max_ms =
        run->config.ping_ms > run->config.grace_ms ? run->config.ping_ms : run->config.grace_ms;
    if (counts.clients == 0 && counts.members == 0) {
        PF_ASSERT(deadline_ms == PF_DEADLINE_NONE);
    } else {
        PF_ASSERT(deadline_ms > run->now_ms);
        PF_ASSERT(deadline_ms <= run->now_ms + wait_max_ms);
    }
}

/* Events */

/* Feeds an event at the current time, after updating the model. */
static void give(struct run *run, struct pf_hub_event event)
{
    event.now_ms = run->now_ms;
    event.unix_s = 1700000000 + run->now_ms / 1000;
    run->event = &event;
    const bool known = event.type != PF_HUB_TIMEOUT && run->clients[event.client].open;
    const bool silent =
        event.type == PF_HUB_CLIENT_CLOSED || (event.type == PF_HUB_CLIENT_TEXT && !known);
    if (silent && known) {
        run->clients[event.client].open = false;
        run->clients[event.client].self = 0;
    }
    if (event.type == PF_HUB_CLIENT_OPENED) {
        run->clients[event.client].open = true;
        run->clients[event.client].opened_ms = run->now_ms;
        run->clients[event.client].knocks_at[0] = '\0';
        run->clients[event.client].charged = 0;
    }
    const uint64_t deadline_ms = pf_hub_deadline_ms(run->hub);
    pf_hub_handle(run->hub, &event);
    struct pf_hub_output output;
    while (pf_hub_poll(run->hub, &output)) {
        PF_ASSERT(known || !silent ||
                  deadline_ms <= run->now_ms); /* an unknown client has no effect */
        on_output(run, &output);
    }
    if (event.type == PF_HUB_CLIENT_TEXT) {
        check_rate(run);
    }
    check_rest(run);
}

static void put(struct run *run, const char *text)
{
    pf_buffer_put(&run->text, pf_slice_of(text));
}

static void put_filling(struct run *run, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        put(run, "x");
    }
}

/* Appends a long text of `size` bytes or a little more. */
static void put_long(struct run *run, size_t size)
{
    if (run->long_texts < LONG_TEXTS_MAX) {
        run->long_texts++;
        put_filling(run, size + draw(run, 256));
    }
}

static void put_join(struct run *run)
{
    static const char *const rooms[] = {"tea", "tea", "tea", "\xec\xb0\xa8", "coffee", "", "\\n"};
    static const char *const names[] = {"Ann", "", "\\u00e9\\\"", "\xf0\x9f\x8d\xb5", "\\u0001"};
    put(run, "{\"type\":\"join\",\"room\":\"");
    put(run, rooms[draw(run, sizeof rooms / sizeof *rooms)]);
    put(run, "\",\"name\":\"");
    put(run, names[draw(run, sizeof names / sizeof *names)]);
    put(run, "\",\"instance\":");
    pf_buffer_put_u64(&run->text, draw(run, 8) + (uint64_t)1);
    const uint32_t options = draw(run, 64);
    put(run, (options & 4) == 0 ? ",\"capabilities\":[\"host\"]" : "");
    if ((options & 1) != 0) {
        put(run, ",\"ticket\":\"");
        put(run, run->clients[draw(run, CLIENTS_MAX)].ticket);
        put(run, (options & 62) == 62 ? "0\"" : "\"");
    }
    if ((options & 2) != 0) {
        put(run, ",\"preparedOffer\":{\"description\":{\"type\":\"offer\",\"sdp\":\"v=0");
        if ((options & 60) == 60) {
            put_long(run, PF_OFFER_SIZE_MAX - 256);
        }
        put(run, "\"},\"candidates\":[]}");
    }
    put(run, "}");
}

/* Or, instead of a name, a "pong", or what a host says. */
static void put_rename(struct run *run)
{
    static const char *const texts[] = {
        "{\"type\":\"pong\"}",
        "{\"type\":\"rename\",\"name\":\"Anna\"}",
        "{\"type\":\"rename\",\"name\":\"\\u00e9\\\"\"}",
        "{\"type\":\"rename\",\"name\":\"\\u0001\"}",
        "{\"type\":\"rename\",\"name\":{}}",
        "{\"type\":\"host\",\"action\":\"lock\"}",
        "{\"type\":\"host\",\"action\":\"open\"}",
        "{\"type\":\"host\",\"action\":\"mute\"}",
    };
    put(run, texts[draw(run, sizeof texts / sizeof *texts)]);
}

static void put_signal(struct run *run)
{
    char digits[PF_MEMBER_ID_DIGITS + 1];
    pf_member_id to = run->clients[draw(run, CLIENTS_MAX)].self;
    const uint32_t options = draw(run, 64);
    if (options == 1 && run->identities_count > 0) {
        to = run->identities[draw(run, (uint32_t)run->identities_count)].id;
    }
    pf_member_id_write(to != 0 ? to : 1, digits);
    put(run, options == 2 ? "{\"from\":\"" : "{\"to\":\"");
    put(run, digits);
    put(run, "\",\"type\":\"signal\",\"kind\":\"state\",\"x\":\"");
    if (options == 3) {
        put_long(run, PF_SIGNAL_SIZE_MAX - 192);
    }
    put(run, "\"}");
}

/* Appends any bytes, changed to UTF-8 if necessary: the WebSocket codec has checked that. */
static void put_raw(struct run *run)
{
    const size_t wanted = draw(run, 256);
    const size_t size = wanted < run->bytes_left ? wanted : run->bytes_left;
    const struct pf_slice raw = {(const char *)run->bytes, size};
    pf_buffer_put(&run->text, raw);
    if (!pf_slice_is_utf8(raw)) {
        for (size_t i = 0; i < size; i++) {
            run->text.data[i] = (char)(run->text.data[i] & 0x7f);
        }
    }
    run->bytes += size;
    run->bytes_left -= size;
}

/* Sends run->text, in a block of exactly its size. */
static void say(struct run *run, uint32_t number)
{
    const struct pf_slice written = pf_buffer_slice(&run->text);
    PF_ASSERT(!run->text.overflow);
    char *text = malloc(written.size > 0 ? written.size : 1);
    PF_ASSERT(text);
    memcpy(text, written.data, written.size);
    const struct pf_slice copy = {text, written.size};
    run->room[0] = '\0';
    if (pf_message_read(copy, &run->message) == PF_ERROR_OK) {
        if (run->message.type == PF_MESSAGE_JOIN) {
            (void)pf_slice_copy(run->message.join.room, run->room,
                                sizeof run->room); /* the hub refuses longer names */
        }
        pf_message_clear(&run->message);
    }
    give(run, (struct pf_hub_event){.type = PF_HUB_CLIENT_TEXT, .client = number, .text = copy});
    free(text);
}

static void pass_time(struct run *run)
{
    static const uint64_t waits_ms[] = {0, 1, 10, 100, 999, 5000, 20000, 100000000};
    const uint32_t choice = draw(run, 9);
    const uint64_t deadline_ms = pf_hub_deadline_ms(run->hub);
    if (choice < 8) {
        run->now_ms += waits_ms[choice];
    } else if (deadline_ms != PF_DEADLINE_NONE) {
        run->now_ms = deadline_ms;
    }
}

/* One random event. */
static void step(struct run *run)
{
    static const uint16_t codes[] = {1000, 1001, 1006, 4003};
    const uint32_t number = draw(run, CLIENTS_MAX);
    pf_buffer_init(&run->text, run->text_data, sizeof run->text_data);
    switch (draw(run, 16)) {
    case 0:
    case 1:
    case 2: /* opens a client, or an open one pings */
        if (!run->clients[number].open) {
            give(run, (struct pf_hub_event){.type = PF_HUB_CLIENT_OPENED, .client = number});
            return;
        }
        put(run, "{\"type\":\"ping\"}");
        break;
    case 3:
    case 4:
    case 5:
    case 6: put_join(run); break;
    case 7:
    case 8: put_signal(run); break;
    case 9: put(run, "{\"type\":\"leave\"}"); break;
    case 10: put_raw(run); break;
    case 11:
        give(run, (struct pf_hub_event){
                      .type = PF_HUB_CLIENT_CLOSED, .client = number, .code = codes[draw(run, 4)]});
        return;
    case 12: pass_time(run); return; /* the next event comes late, without a timeout before it */
    case 13: put_rename(run); break;
    default:
        pass_time(run);
        give(run, (struct pf_hub_event){.type = PF_HUB_TIMEOUT});
        return;
    }
    say(run, number);
}

/* All clients close, and after the grace period nothing is left. */
static void finish(struct run *run)
{
    for (uint32_t i = 0; i < CLIENTS_MAX; i++) {
        give(run, (struct pf_hub_event){.type = PF_HUB_CLIENT_CLOSED, .client = i, .code = 1006});
    }
    run->now_ms += run->config.grace_ms;
    give(run, (struct pf_hub_event){.type = PF_HUB_TIMEOUT});
    const struct pf_hub_counts counts = pf_hub_counts(run->hub);
    PF_ASSERT(counts.clients == 0);
    PF_ASSERT(counts.members == 0);
    PF_ASSERT(pf_hub_deadline_ms(run->hub) == PF_DEADLINE_NONE);
}

/* The digest of all outputs. */
static uint64_t run_all(const uint8_t *data, size_t size)
{
    static const uint32_t intervals_ms[] = {1, 100, 15000, PF_INTERVAL_MS_MAX};
    struct run *run = calloc(1, sizeof *run);
    PF_ASSERT(run);
    run->bytes = data;
    run->bytes_left = size;
    pf_random_seed(&run->random, draw(run, 256));
    run->config = (struct pf_hub_config){
        .members_max = 2 + draw(run, 4),
        .rooms_max = 1 + draw(run, 3),
        .clients_max = CLIENTS_MAX,
        .ping_ms = intervals_ms[draw(run, 4)],
        .grace_ms = intervals_ms[draw(run, 4)],
        .burst_messages = 1 + draw(run, 256),
        .messages_per_s = 1 + draw(run, 256),
        .ice_servers = PF_SLICE("[{\"urls\":\"stun:stun.example\"}]"),
        .signer = {.sign = fake_sign},
        .draw_user = run,
        .draw = draw_secret,
    };
    PF_ASSERT(pf_hub_new(&run->config, &run->hub) == PF_ERROR_OK);
    for (size_t i = 0; i < EVENTS_MAX && run->bytes_left > 0; i++) {
        if (run->identities_count == IDENTITIES_MAX) {
            break;
        }
        step(run);
    }
    finish(run);
    const uint64_t result = run->digest;
    pf_hub_free(run->hub);
    free(run);
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint64_t first = run_all(data, size);
    PF_ASSERT(run_all(data, size) == first);
    return 0;
}
