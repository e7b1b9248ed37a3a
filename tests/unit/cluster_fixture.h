/* cluster_fixture.h - relays of a cluster, wired back to back by a store of a few lines. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_TESTS_CLUSTER_FIXTURE_H
#define PF_TESTS_CLUSTER_FIXTURE_H

#include "base/assert.h"
#include "relay/cluster/cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    RELAYS_COUNT = 2,
    CLIENTS_MAX = 4,
    TEXTS_MAX = 64,
    TEXT_MAX = 1024,
    ITEMS_MAX = 1024,
    ROOMS_MAX = 4,
};

/* What a client has received. */
struct inbox {
    char texts[TEXTS_MAX][TEXT_MAX];
    size_t count;
    uint16_t closed; /* the code, or 0 */
};

/* An event that is on its way to a relay. */
struct item {
    uint32_t relay;
    struct pf_store_event event;
    char room[64];
    char *bytes; /* owned */
};

struct relay {
    pf_relay_id id;
    struct pf_cluster *cluster; /* NULL: it does not run, or memory was short */
    bool is_up;                 /* its store */
    bool is_subscribed;
    bool is_alive; /* its lease */
    size_t renewals, reconnects, retirements;
    struct inbox inboxes[CLIENTS_MAX];
};

struct fixture {
    struct relay relays[RELAYS_COUNT];
    uint64_t now_ms, drawn;
    uint32_t guests_max;
    struct {
        char name[64];
        pf_relay_id owner; /* 0: free */
    } rooms[ROOMS_MAX];
    bool is_stalled; /* nothing is carried out, and no one told */
    size_t losses;   /* so many publications are counted, but lost */
    bool is_mixed;   /* each relay speaks a version that the others do not know */
    size_t items_first, items_count;
    struct item items[ITEMS_MAX];
};

static inline void fixture_sign(void *user, struct pf_slice text, uint8_t mac[PF_MAC_SIZE])
{
    uint64_t hash = 14695981039346656037u;
    (void)user; /* the relays have one secret */
    for (size_t i = 0; i < PF_MAC_SIZE; i++) {
        for (size_t k = 0; k < text.size; k++) {
            hash = (hash ^ (uint8_t)text.data[k]) * 1099511628211u;
        }
        mac[i] = (uint8_t)(hash >> 32);
    }
}

static inline uint64_t fixture_draw(void *user)
{
    struct fixture *fixture = user;
    return ++fixture->drawn * 0x9e3779b97f4a7c15u;
}

/* ---- the store ---- */

static inline void put_item(struct fixture *fixture, uint32_t relay,
                            const struct pf_store_event *event)
{
    struct item *item =
        &fixture->items[(fixture->items_first + fixture->items_count++) % ITEMS_MAX];
    assert_in_range(fixture->items_count, 1, ITEMS_MAX);
    *item = (struct item){.relay = relay, .event = *event};
    (void)pf_slice_copy(event->room, item->room, sizeof item->room); /* names are short */
    item->event.room.data = item->room;
    if (event->bytes.size > 0) {
        item->bytes = test_malloc(event->bytes.size);
        memcpy(item->bytes, event->bytes.data, event->bytes.size);
        item->event.bytes.data = item->bytes;
    }
}

/* A message of one relay to another. */
static inline void put_message(struct fixture *fixture, uint32_t from, uint32_t to,
                               struct pf_slice bytes)
{
    put_item(fixture, to, &(struct pf_store_event){.type = PF_STORE_MESSAGE, .bytes = bytes});
    if (fixture->is_mixed && from != to) {
        fixture->items[(fixture->items_first + fixture->items_count - 1) % ITEMS_MAX].bytes[0]++;
    }
}

static inline pf_relay_id *owner_of(struct fixture *fixture, struct pf_slice room)
{
    for (size_t i = 0; i < ROOMS_MAX; i++) {
        if (fixture->rooms[i].name[0] == '\0') {
            (void)pf_slice_copy(room, fixture->rooms[i].name, sizeof fixture->rooms[i].name);
        }
        if (pf_slice_equal(room, pf_slice_of(fixture->rooms[i].name))) {
            return &fixture->rooms[i].owner;
        }
    }
    fail_msg("too many rooms");
    return NULL;
}

static inline struct relay *relay_of(struct fixture *fixture, pf_relay_id id)
{
    return id != 0 && id <= RELAYS_COUNT ? &fixture->relays[id - 1] : NULL;
}

static inline void publish(struct fixture *fixture, uint32_t from,
                           const struct pf_store_command *command)
{
    const struct relay *to = relay_of(fixture, command->relay);
    const bool is_heard = to && to->is_subscribed;
    if (is_heard && fixture->losses > 0) {
        fixture->losses--;
    } else if (is_heard) {
        put_message(fixture, from, (uint32_t)(to - fixture->relays), command->bytes);
    }
    put_item(fixture, from,
             &(struct pf_store_event){
                 .type = PF_STORE_PUBLISHED, .relay = command->relay, .count = is_heard});
}

static inline void carry_out(struct fixture *fixture, uint32_t at,
                             const struct pf_store_command *command)
{
    struct relay *relay = &fixture->relays[at];
    if (!relay->is_up || fixture->is_stalled) {
        return;
    }
    switch (command->type) {
    case PF_STORE_RENEW:
        relay->is_alive = true;
        relay->renewals++;
        break;
    case PF_STORE_RETIRE:
        relay->is_alive = false;
        relay->retirements++;
        break;
    case PF_STORE_CLAIM: {
        pf_relay_id *owner = owner_of(fixture, command->room);
        const struct relay *known = relay_of(fixture, *owner);
        *owner = known && known->is_alive ? *owner : relay->id;
        put_item(fixture, at,
                 &(struct pf_store_event){
                     .type = PF_STORE_CLAIMED, .room = command->room, .relay = *owner});
        break;
    }
    case PF_STORE_RELEASE:
        if (*owner_of(fixture, command->room) == relay->id) {
            *owner_of(fixture, command->room) = 0;
        }
        break;
    case PF_STORE_PUBLISH: publish(fixture, at, command); break;
    case PF_STORE_ASK: {
        const struct relay *asked = relay_of(fixture, command->relay);
        put_item(fixture, at,
                 &(struct pf_store_event){.type = PF_STORE_ANSWERED,
                                          .relay = command->relay,
                                          .count = asked && asked->is_alive});
        break;
    }
    case PF_STORE_RECONNECT: relay->reconnects++; break;
    }
}

/* ---- the relays ---- */

static inline void keep(struct fixture *fixture, uint32_t at, const struct pf_hub_output *output)
{
    for (size_t i = 0; i < output->clients_count; i++) {
        assert_true(output->clients[i] < CLIENTS_MAX);
        struct inbox *inbox = &fixture->relays[at].inboxes[output->clients[i]];
        assert_int_equal(inbox->closed, 0);
        if (output->type == PF_HUB_CLOSE) {
            inbox->closed = output->code;
            continue;
        }
        assert_int_equal(output->type, PF_HUB_SEND);
        assert_true(inbox->count < TEXTS_MAX);
        (void)snprintf(inbox->texts[inbox->count++], TEXT_MAX, "%.*s%.*s", (int)output->head.size,
                       output->head.data, (int)output->body.size,
                       output->body.size > 0 ? output->body.data : ""); /* long ones are cut */
    }
}

static inline void drain(struct fixture *fixture, uint32_t at)
{
    struct pf_cluster_output output;
    while (pf_cluster_poll(fixture->relays[at].cluster, &output)) {
        if (output.type == PF_CLUSTER_STORE) {
            carry_out(fixture, at, &output.command);
        } else {
            keep(fixture, at, &output.sockets);
        }
    }
}

static inline void stamp(const struct fixture *fixture, uint64_t *now_ms, uint64_t *unix_s,
                         uint32_t *unix_ms)
{
    *now_ms = fixture->now_ms;
    *unix_s = 1800000000 + fixture->now_ms / 1000;
    *unix_ms = (uint32_t)(fixture->now_ms % 1000);
}

/* Until nothing is on its way. */
static inline void settle(struct fixture *fixture)
{
    while (fixture->items_count > 0) {
        struct item *item = &fixture->items[fixture->items_first];
        struct relay *relay = &fixture->relays[item->relay];
        fixture->items_first = (fixture->items_first + 1) % ITEMS_MAX;
        fixture->items_count--;
        const struct item copy = *item;
        struct pf_store_event event = copy.event;
        event.room.data = copy.room;
        stamp(fixture, &event.now_ms, &event.unix_s, &event.unix_ms);
        const bool is_told = event.type == PF_STORE_UP || event.type == PF_STORE_DOWN;
        if (relay->cluster && (relay->is_up || is_told)) {
            pf_cluster_handle_store(relay->cluster, &event);
            drain(fixture, copy.relay);
        }
        test_free(copy.bytes);
    }
}

static inline void give(struct fixture *fixture, uint32_t at, struct pf_hub_event event)
{
    if (fixture->relays[at].cluster) {
        stamp(fixture, &event.now_ms, &event.unix_s, &event.unix_ms);
        pf_cluster_handle(fixture->relays[at].cluster, &event);
        drain(fixture, at);
    }
    settle(fixture);
}

static inline void store_goes_up(struct fixture *fixture, uint32_t at)
{
    fixture->relays[at].is_up = fixture->relays[at].is_subscribed = true;
    put_item(fixture, at, &(struct pf_store_event){.type = PF_STORE_UP});
    settle(fixture);
}

static inline void store_goes_down(struct fixture *fixture, uint32_t at)
{
    fixture->relays[at].is_up = fixture->relays[at].is_subscribed = false;
    put_item(fixture, at, &(struct pf_store_event){.type = PF_STORE_DOWN});
    settle(fixture);
}

/* Lets time pass, and each client answers its pings. */
static inline void pass(struct fixture *fixture, uint64_t duration_ms)
{
    const uint64_t end_ms = fixture->now_ms + duration_ms;
    while (fixture->now_ms < end_ms) {
        const uint64_t next_ms = fixture->now_ms + 50;
        fixture->now_ms = next_ms < end_ms ? next_ms : end_ms;
        for (uint32_t i = 0; i < RELAYS_COUNT; i++) {
            const struct relay *relay = &fixture->relays[i];
            for (uint32_t k = 0; k < CLIENTS_MAX && relay->cluster; k++) {
                give(fixture, i, (struct pf_hub_event){.type = PF_HUB_CLIENT_HEARD, .client = k});
            }
            if (relay->cluster && pf_cluster_deadline_ms(relay->cluster) <= fixture->now_ms) {
                give(fixture, i, (struct pf_hub_event){.type = PF_HUB_TIMEOUT});
            }
        }
    }
}

/* ---- clients ---- */

static inline void open_client(struct fixture *fixture, uint32_t at, uint32_t client)
{
    fixture->relays[at].inboxes[client] = (struct inbox){.count = 0};
    give(fixture, at, (struct pf_hub_event){.type = PF_HUB_CLIENT_OPENED, .client = client});
}

static inline void say(struct fixture *fixture, uint32_t at, uint32_t client, const char *text)
{
    give(fixture, at,
         (struct pf_hub_event){
             .type = PF_HUB_CLIENT_TEXT, .client = client, .text = pf_slice_of(text)});
}

static inline void enter(struct fixture *fixture, uint32_t at, uint32_t client, const char *room)
{
    char text[256];
    open_client(fixture, at, client);
    (void)snprintf(text, sizeof text,
                   "{\"type\":\"join\",\"room\":\"%s\",\"name\":\"Ann\",\"instance\":%u}", room,
                   (unsigned)(1 + at * CLIENTS_MAX + client)); /* it fits */
    say(fixture, at, client, text);
}

static inline void lose(struct fixture *fixture, uint32_t at, uint32_t client)
{
    fixture->relays[at].inboxes[client].closed = 1006;
    give(fixture, at,
         (struct pf_hub_event){.type = PF_HUB_CLIENT_CLOSED, .client = client, .code = 1006});
}

/* The last text with that part, or NULL. */
static inline const char *last_with(const struct fixture *fixture, uint32_t at, uint32_t client,
                                    const char *part)
{
    const struct inbox *inbox = &fixture->relays[at].inboxes[client];
    for (size_t i = inbox->count; i-- > 0;) {
        if (strstr(inbox->texts[i], part)) {
            return inbox->texts[i];
        }
    }
    return NULL;
}

static inline uint16_t code_of(const struct fixture *fixture, uint32_t at, uint32_t client)
{
    return fixture->relays[at].inboxes[client].closed;
}

/* The id of the client's member. */
static inline void copy_id(const struct fixture *fixture, uint32_t at, uint32_t client,
                           char out[17])
{
    const char *joined = last_with(fixture, at, client, "{\"type\":\"joined\",\"self\":\"");
    assert_non_null(joined);
    (void)snprintf(out, 17, "%s", joined + strlen("{\"type\":\"joined\",\"self\":\""));
}

static inline struct pf_cluster_counts counts_of(const struct fixture *fixture, uint32_t at)
{
    return pf_cluster_counts(fixture->relays[at].cluster);
}

static inline bool owns(const struct fixture *fixture, uint32_t at, const char *room)
{
    return pf_cluster_owns(fixture->relays[at].cluster, pf_slice_of(room));
}

/* ---- from start to end ---- */

static inline enum pf_error start_relay(struct fixture *fixture, uint32_t at)
{
    const struct pf_hub_config hub = {
        .members_max = 8,
        .rooms_max = 8,
        .clients_max = CLIENTS_MAX,
        .ping_ms = 15000,
        .grace_ms = 20000,
        .burst_messages = 400,
        .messages_per_s = 100,
        .ice_servers = PF_SLICE("[]"),
        .signer = {.user = fixture, .sign = fixture_sign},
        .draw_user = fixture,
        .draw = fixture_draw,
    };
    const struct pf_cluster_config config = {
        .self = at + 1, .stores_count = 1, .guests_max = fixture->guests_max};
    fixture->relays[at].id = config.self;
    return pf_cluster_new(&config, &hub, &fixture->relays[at].cluster);
}

static inline struct fixture *new_fixture(void)
{
    struct fixture *fixture = test_calloc(1, sizeof *fixture);
    fixture->now_ms = 1000000;
    fixture->guests_max = CLIENTS_MAX;
    return fixture;
}

static inline void free_fixture(struct fixture *fixture)
{
    for (uint32_t i = 0; i < RELAYS_COUNT; i++) {
        pf_cluster_free(fixture->relays[i].cluster);
    }
    test_free(fixture);
}

#endif
