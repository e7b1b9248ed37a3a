/* fuzz_cluster.c - whatever other relays and stores say, a relay conforms to cluster.h. */
/* SPDX-License-Identifier: MIT */
/*
 * The bytes are a sequence of events of one relay: a client opens, sends something or closes; a
 * store goes up or down, or answers the oldest command; another relay says something that fits, or
 * nearly, or does not; time passes. What the relay sends is checked against what is known from
 * outside: which clients are open, and which visits the other relays have opened. The sequence runs
 * twice and must give the same outputs both times.
 */
#include "fuzz.h"

#include "base/assert.h"
#include "relay/cluster/bus.h"
#include "relay/cluster/cluster.h"

#include <stdlib.h>
#include <string.h>

enum {
    CLIENTS_MAX = 4,
    STORES_COUNT = 2,
    REMOTES_COUNT = 3, /* with the ids 2, 3 and 4 */
    VISITS_MAX = 8,    /* of clients of each of them, in each store */
    ASKED_MAX = 4096,
    EVENTS_MAX = 1024,
    RAW_SIZE_MAX = 64,
    SELF = 1,
};

/* A client of another relay, for which it has sent an OPEN. */
struct visit {
    bool is_open; /* as far as the other relay knows */
    uint32_t client, serial;
};

/* The other end of a trunk. */
struct remote {
    uint32_t epoch, number;
    uint32_t heard_epoch; /* of the relay under test; 0: none */
    struct visit visits[VISITS_MAX];
    size_t visits_count; /* ever */
};

/* A command that has an answer. */
struct asked {
    enum pf_store_command_type type;
    pf_relay_id relay;
    char room[8];
};

struct store {
    bool is_up;
    struct asked asked[ASKED_MAX];
    size_t first, count;
    struct remote remotes[REMOTES_COUNT];
};

struct cluster_run {
    struct pf_cluster *cluster;
    const uint8_t *bytes; /* the rest of the input; borrowed */
    size_t bytes_left;
    uint64_t now_ms, digest, drawn;
    uint32_t last_epoch, last_serial;
    bool is_open[CLIENTS_MAX];
    struct store stores[STORES_COUNT];
    struct pf_bus_message message; /* of the relay under test */
    char data[PF_BUS_SIZE_MAX];
};

static const char *const rooms[] = {"tea", "jam", "pie"};
static const char *const texts[] = {
    "{\"type\":\"join\",\"room\":\"tea\",\"name\":\"Ann\",\"instance\":1}",
    "{\"type\":\"join\",\"room\":\"jam\",\"name\":\"Bob\",\"instance\":2}",
    "{\"type\":\"join\",\"room\":\"pie\",\"name\":\"Eve\",\"instance\":3}",
    "{\"type\":\"host\",\"action\":\"lock\"}",
    "{\"type\":\"rename\",\"name\":\"Al\"}",
    "{\"type\":\"signal\",\"to\":\"0123456789abcdef\"}",
    "{\"type\":\"ping\"}",
    "{\"type\":\"leave\"}",
    "no JSON",
};
enum { TEXTS_COUNT = sizeof texts / sizeof texts[0] };

/* A value below `bound`, at most 256; 0 when the bytes are used up. */
static uint32_t draw(struct cluster_run *run, uint32_t bound)
{
    if (run->bytes_left == 0) {
        return 0;
    }
    run->bytes_left--;
    return *run->bytes++ % bound;
}

static uint64_t draw_secret(void *user)
{
    return ++((struct cluster_run *)user)->drawn * 0x9e3779b97f4a7c15u;
}

static void fake_sign(void *user, struct pf_slice text, uint8_t mac[PF_MAC_SIZE])
{
    (void)user; /* no secret */
    memset(mac, (int)(text.size & 0x7f), PF_MAC_SIZE);
}

static void digest(struct cluster_run *run, struct pf_slice bytes)
{
    for (size_t i = 0; i < bytes.size; i++) {
        run->digest = (run->digest ^ (uint8_t)bytes.data[i]) * 1099511628211u;
    }
}

/* ---- what the relay says ---- */

static struct visit *find_visit(struct remote *remote, uint32_t client, uint32_t serial)
{
    for (size_t i = 0; i < VISITS_MAX; i++) {
        if (remote->visits[i].client == client && remote->visits[i].serial == serial) {
            return &remote->visits[i];
        }
    }
    return NULL;
}

/* To another relay: readable, and nothing about visits that it has not opened. Those that it has
 * forgotten since are not checked. */
static void check_published(struct cluster_run *run, struct remote *remote, struct pf_slice bytes)
{
    struct pf_bus_message *message = &run->message;
    PF_ASSERT(pf_bus_read(bytes, message) == PF_ERROR_OK);
    PF_ASSERT(message->from == SELF);
    const bool knows_all = remote && remote->visits_count <= VISITS_MAX;
    if (message->epoch != 0 && remote) {
        remote->heard_epoch = message->epoch;
    }
    for (uint32_t i = 0; message->kind == PF_BUS_SEND && i < message->clients_count; i++) {
        PF_ASSERT(remote); /* others have never said anything */
        PF_ASSERT(!knows_all || find_visit(remote, message->clients[i], message->serials[i]));
    }
    if (message->kind == PF_BUS_CLOSE || message->kind == PF_BUS_AGAIN) {
        PF_ASSERT(remote);
        struct visit *visit = find_visit(remote, message->client, message->serial);
        PF_ASSERT(!knows_all || visit);
        if (visit) {
            visit->is_open = false;
        }
    }
}

static struct remote *remote_of(struct store *store, pf_relay_id id)
{
    return id >= 2 && id < 2 + REMOTES_COUNT ? &store->remotes[id - 2] : NULL;
}

static void on_command(struct cluster_run *run, const struct pf_store_command *command)
{
    PF_ASSERT(command->store < STORES_COUNT);
    struct store *store = &run->stores[command->store];
    digest(run, command->bytes);
    if (command->type == PF_STORE_PUBLISH && command->relay != SELF) {
        check_published(run, remote_of(store, command->relay), command->bytes);
    }
    const bool has_answer = command->type == PF_STORE_CLAIM || command->type == PF_STORE_PUBLISH ||
                            command->type == PF_STORE_ASK;
    if (store->is_up && has_answer) {
        PF_ASSERT(store->count < ASKED_MAX);
        struct asked *asked = &store->asked[(store->first + store->count++) % ASKED_MAX];
        *asked = (struct asked){.type = command->type, .relay = command->relay};
        (void)pf_slice_copy(command->room, asked->room, sizeof asked->room); /* or empty */
    }
}

static void on_sockets(struct cluster_run *run, const struct pf_hub_output *output)
{
    PF_ASSERT(output->clients_count >= 1);
    PF_ASSERT(output->type == PF_HUB_SEND || output->type == PF_HUB_CLOSE);
    for (size_t i = 0; i < output->clients_count; i++) {
        PF_ASSERT(output->clients[i] < CLIENTS_MAX);
        PF_ASSERT(run->is_open[output->clients[i]]);
        for (size_t k = 0; k < i; k++) {
            PF_ASSERT(output->clients[k] != output->clients[i]);
        }
    }
    if (output->type == PF_HUB_CLOSE) {
        run->is_open[output->clients[0]] = false;
    }
    digest(run, output->head);
    digest(run, output->body);
    digest(run, (struct pf_slice){(const char *)output->clients,
                                  output->clients_count * sizeof *output->clients});
}

/* Invariants between two events. */
static void check_rest(const struct cluster_run *run)
{
    const struct pf_cluster_counts counts = pf_cluster_counts(run->cluster);
    size_t open = 0;
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        open += run->is_open[i];
    }
    PF_ASSERT(counts.visits <= open);
    PF_ASSERT(counts.waiting <= counts.visits);
    PF_ASSERT(counts.guests <= CLIENTS_MAX);
    PF_ASSERT(pf_hub_counts(pf_cluster_hub(run->cluster)).clients == open + counts.guests);
    PF_ASSERT(pf_cluster_deadline_ms(run->cluster) > run->now_ms);
}

static void drain(struct cluster_run *run)
{
    struct pf_cluster_output output;
    while (pf_cluster_poll(run->cluster, &output)) {
        if (output.type == PF_CLUSTER_STORE) {
            on_command(run, &output.command);
        } else {
            on_sockets(run, &output.sockets);
        }
    }
    check_rest(run);
}

/* ---- events ---- */

static void give(struct cluster_run *run, struct pf_hub_event event)
{
    event.now_ms = run->now_ms;
    event.unix_s = 1700000000 + run->now_ms / 1000;
    if (event.type == PF_HUB_CLIENT_OPENED || event.type == PF_HUB_CLIENT_CLOSED) {
        run->is_open[event.client] = event.type == PF_HUB_CLIENT_OPENED;
    }
    pf_cluster_handle(run->cluster, &event);
    drain(run);
}

static void give_store(struct cluster_run *run, struct pf_store_event event)
{
    event.now_ms = run->now_ms;
    event.unix_s = 1700000000 + run->now_ms / 1000;
    pf_cluster_handle_store(run->cluster, &event);
    drain(run);
}

static void client_acts(struct cluster_run *run)
{
    const uint32_t client = draw(run, CLIENTS_MAX);
    const uint32_t text = draw(run, TEXTS_COUNT + 1);
    if (!run->is_open[client]) {
        give(run, (struct pf_hub_event){.type = PF_HUB_CLIENT_OPENED, .client = client});
    } else if (text == TEXTS_COUNT) {
        give(run,
             (struct pf_hub_event){.type = PF_HUB_CLIENT_CLOSED, .client = client, .code = 1006});
    } else {
        give(run, (struct pf_hub_event){.type = PF_HUB_CLIENT_TEXT,
                                        .client = client,
                                        .text = pf_slice_of(texts[text])});
    }
}

static void store_turns(struct cluster_run *run, uint32_t at)
{
    struct store *store = &run->stores[at];
    store->is_up = !store->is_up;
    store->count = 0;
    give_store(run, (struct pf_store_event){.type = store->is_up ? PF_STORE_UP : PF_STORE_DOWN,
                                            .store = at});
}

static void store_answers(struct cluster_run *run, uint32_t at)
{
    struct store *store = &run->stores[at];
    if (store->count == 0) {
        return;
    }
    const struct asked asked = store->asked[store->first];
    store->first = (store->first + 1) % ASKED_MAX;
    store->count--;
    struct pf_store_event event = {.store = at, .relay = asked.relay, .count = draw(run, 8) != 0};
    if (asked.type == PF_STORE_CLAIM) {
        event.type = PF_STORE_CLAIMED;
        event.room = pf_slice_of(asked.room);
        event.relay = SELF + draw(run, 1 + REMOTES_COUNT);
    } else {
        event.type = asked.type == PF_STORE_ASK ? PF_STORE_ANSWERED : PF_STORE_PUBLISHED;
    }
    give_store(run, event);
}

static void say(struct cluster_run *run, uint32_t at, struct pf_slice bytes)
{
    if (run->stores[at].is_up) {
        give_store(run,
                   (struct pf_store_event){.type = PF_STORE_MESSAGE, .store = at, .bytes = bytes});
    }
}

/* Writing what has been read, and reading that, changes nothing any more. */
static void check_format(struct cluster_run *run, struct pf_slice bytes)
{
    static char again_data[PF_BUS_SIZE_MAX];
    struct pf_buffer once, again;
    pf_buffer_init(&once, run->data, sizeof run->data);
    pf_buffer_init(&again, again_data, sizeof again_data);
    if (pf_bus_read(bytes, &run->message) == PF_ERROR_OK) {
        pf_bus_write(&run->message, &once);
        PF_ASSERT(!once.overflow);
        PF_ASSERT(pf_bus_read(pf_buffer_slice(&once), &run->message) == PF_ERROR_OK);
        pf_bus_write(&run->message, &again);
        PF_ASSERT(pf_slice_equal(pf_buffer_slice(&once), pf_buffer_slice(&again)));
    }
}

static void raw_is_said(struct cluster_run *run, uint32_t at)
{
    char raw[RAW_SIZE_MAX];
    const size_t size = draw(run, RAW_SIZE_MAX);
    for (size_t i = 0; i < size; i++) {
        raw[i] = (char)draw(run, 256);
    }
    check_format(run, (struct pf_slice){raw, size});
    say(run, at, (struct pf_slice){raw, size});
}

/* Now and then not as it should be. */
static uint32_t nearly(struct cluster_run *run, uint32_t right)
{
    return draw(run, 16) != 15 ? right : draw(run, 256);
}

static void fill_visit(struct cluster_run *run, struct remote *remote,
                       struct pf_bus_message *message)
{
    if (message->kind == PF_BUS_OPEN) {
        struct visit *visit = &remote->visits[remote->visits_count++ % VISITS_MAX];
        const uint32_t text = draw(run, TEXTS_COUNT);
        *visit = (struct visit){true, draw(run, 4), ++run->last_serial};
        message->client = visit->client;
        message->serial = visit->serial;
        message->is_again = draw(run, 4) == 0;
        message->room = pf_slice_of(rooms[text % 3]);
        message->text = pf_slice_of(texts[text]);
        return;
    }
    message->client = draw(run, 4);
    message->serial = draw(run, 8);
    message->code = (uint16_t)(1000 + draw(run, 16));
    message->text = pf_slice_of(texts[draw(run, TEXTS_COUNT)]);
    message->clients_count = 1 + draw(run, 2);
    for (uint32_t i = 0; i < message->clients_count; i++) {
        message->clients[i] = draw(run, 4);
        message->serials[i] = draw(run, 8);
    }
}

static void relay_says(struct cluster_run *run, uint32_t at)
{
    const pf_relay_id from = 2 + draw(run, REMOTES_COUNT);
    struct remote *remote = remote_of(&run->stores[at], from);
    struct pf_bus_message message = {.kind = (enum pf_bus_kind)draw(run, PF_BUS_KINDS_COUNT)};
    struct pf_buffer bytes;
    if (remote->epoch == 0 || draw(run, 16) == 15) { /* a new trunk */
        remote->epoch = ++run->last_epoch;
        remote->number = remote->heard_epoch = 0;
    }
    message.from = message.kind == PF_BUS_SELF ? SELF : from;
    message.epoch = nearly(run, remote->epoch);
    message.remote_epoch = nearly(run, remote->heard_epoch);
    message.number = nearly(run, remote->number);
    fill_visit(run, remote, &message);
    remote->number += message.kind >= PF_BUS_OPEN && message.kind <= PF_BUS_AGAIN;
    pf_buffer_init(&bytes, run->data, sizeof run->data);
    pf_bus_write(&message, &bytes);
    PF_ASSERT(!bytes.overflow);
    bytes.data[0] = (char)nearly(run, PF_BUS_VERSION);
    say(run, at, pf_buffer_slice(&bytes));
}

static void time_passes(struct cluster_run *run)
{
    static const uint32_t steps_ms[] = {1, 100, 500, 2000, 5000, 15000};
    const uint64_t until_ms = run->now_ms + steps_ms[draw(run, 6)];
    while (run->now_ms < until_ms) {
        const uint64_t deadline_ms = pf_cluster_deadline_ms(run->cluster);
        run->now_ms = deadline_ms < until_ms ? deadline_ms : until_ms;
        give(run, (struct pf_hub_event){.type = PF_HUB_TIMEOUT});
        for (uint32_t i = 0; i < CLIENTS_MAX; i++) {
            if (run->is_open[i]) {
                give(run, (struct pf_hub_event){.type = PF_HUB_CLIENT_HEARD, .client = i});
            }
        }
    }
}

static void happen(struct cluster_run *run)
{
    const uint32_t what = draw(run, 32);
    const uint32_t store = draw(run, STORES_COUNT);
    if (what < 8) {
        client_acts(run);
    } else if (what < 14) {
        store_answers(run, store);
    } else if (what < 24) {
        relay_says(run, store);
    } else if (what < 25) {
        raw_is_said(run, store);
    } else if (what < 26) {
        store_turns(run, store);
    } else if (what < 31) {
        time_passes(run);
    } else if (draw(run, 8) == 7) {
        pf_cluster_retire(run->cluster, 1000 * draw(run, 4));
        give(run, (struct pf_hub_event){.type = PF_HUB_TIMEOUT});
    }
}

static uint64_t run_all(struct cluster_run *run, const uint8_t *data, size_t size)
{
    *run = (struct cluster_run){.bytes = data, .bytes_left = size, .now_ms = 1000000};
    const struct pf_hub_config hub = {
        .members_max = 4,
        .rooms_max = 4,
        .clients_max = CLIENTS_MAX,
        .ping_ms = 15000,
        .grace_ms = 20000,
        .burst_messages = 400,
        .messages_per_s = 100,
        .ice_servers = PF_SLICE("[]"),
        .signer = {.user = run, .sign = fake_sign},
        .draw_user = run,
        .draw = draw_secret,
    };
    const struct pf_cluster_config config = {
        .self = SELF, .stores_count = STORES_COUNT, .guests_max = CLIENTS_MAX};
    if (pf_cluster_new(&config, &hub, &run->cluster) != PF_ERROR_OK) {
        return 0;
    }
    for (uint32_t i = 0; i < STORES_COUNT; i++) {
        store_turns(run, i);
    }
    for (size_t i = 0; i < EVENTS_MAX && run->bytes_left > 0; i++) {
        happen(run);
    }
    pf_cluster_free(run->cluster);
    return run->digest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cluster_run *run = malloc(sizeof *run);
    if (run) {
        const uint64_t first = run_all(run, data, size);
        PF_ASSERT(run_all(run, data, size) == first);
    }
    free(run);
    return 0;
}
