/* world.c - two relays and a Redis server between them, and two people, in a chosen order. */
/* SPDX-License-Identifier: MIT */
#include "world.h"

#include "base/assert.h"
#include "people.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum {
    CALM_MS = 60000,  /* after the last action: then all has to be well */
    LOOSE_MS = 15000, /* after the last action; from then on everything happens in its order */
    EMPTY_AFTER_MS = 1,
    NOBODY = PEOPLE,
};

const struct pf_slice world_room = {"tea", 3};

static void note(const struct cluster_world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void note(const struct cluster_world *world, const char *format, ...)
{
    va_list arguments;
    if (!world->trace) {
        return;
    }
    (void)fprintf(world->trace, "%8.3f ", (double)world->now_ms / 1000);
    va_start(arguments, format);
    (void)vfprintf(world->trace, format, arguments);
    va_end(arguments);
    (void)fputc('\n', world->trace);
}

/* ---- relays ---- */

static uint64_t draw(void *user)
{
    return ++((struct cluster_world *)user)->draws;
}

static void sign(void *user, struct pf_slice text, uint8_t mac[PF_MAC_SIZE])
{
    (void)user;
    for (size_t i = 0; i < PF_MAC_SIZE; i++) {
        mac[i] = (uint8_t)(text.size + i);
    }
}

static void start(struct cluster_world *world, uint32_t at)
{
    struct cluster_relay *relay = &world->relays[at];
    const struct pf_cluster_config config = {.self = at + 1, .stores_count = 1, .guests_max = 8};
    const struct pf_hub_config hub = {
        .members_max = 4,
        .rooms_max = 4,
        .clients_max = PEOPLE,
        .ping_ms = 3600000, /* not what is looked at here */
        .grace_ms = 30000,
        .burst_messages = 1000,
        .messages_per_s = 1000,
        .ice_servers = PF_SLICE("[]"),
        .signer = {world, sign},
        .draw_user = world,
        .draw = draw,
    };
    relay->id = at + 1;
    relay->clients[0] = relay->clients[1] = NOBODY;
    PF_ASSERT(pf_cluster_new(&config, &hub, &relay->cluster) == PF_ERROR_OK);
}

static void clear(struct queue *queue)
{
    while (queue->first) {
        struct packet *packet = queue->first;
        queue->first = packet->next;
        free(packet);
    }
    queue->last = NULL;
}

static void clear_all(struct cluster_relay *relay)
{
    for (size_t i = 0; i < 3; i++) {
        clear(&relay->queues[i]);
    }
}

static void put(struct cluster_world *world, struct queue *queue,
                const struct pf_store_command *command, const struct pf_store_event *event)
{
    const struct pf_slice room = command ? command->room : event->room;
    const struct pf_slice bytes = command ? command->bytes : event->bytes;
    struct packet *packet = calloc(1, sizeof *packet + room.size + bytes.size);
    PF_ASSERT(packet);
    packet->order = ++world->packets;
    if (room.size > 0) {
        memcpy(packet->text, room.data, room.size);
    }
    if (bytes.size > 0) {
        memcpy(packet->text + room.size, bytes.data, bytes.size);
    }
    packet->room_size = room.size;
    if (command) {
        packet->command = *command;
        packet->command.room = (struct pf_slice){packet->text, room.size};
        packet->command.bytes = (struct pf_slice){packet->text + room.size, bytes.size};
    } else {
        packet->event = *event;
        packet->event.room = (struct pf_slice){packet->text, room.size};
        packet->event.bytes = (struct pf_slice){packet->text + room.size, bytes.size};
    }
    if (queue->last) {
        queue->last->next = packet;
    } else {
        queue->first = packet;
    }
    queue->last = packet;
}

static void on_sockets(struct cluster_world *world, struct cluster_relay *relay,
                       const struct pf_hub_output *output)
{
    for (size_t i = 0; i < output->clients_count; i++) {
        const uint32_t person = relay->clients[output->clients[i]];
        PF_ASSERT(person != NOBODY);
        if (output->type == PF_HUB_CLOSE) {
            note(world, "  person %u is closed with %u", person, output->code);
            relay->clients[output->clients[i]] = NOBODY;
            people_closed(world, person);
        } else {
            note(world, "  person %u: %.*s", person, (int)output->head.size, output->head.data);
            people_told(world, person, output->head);
        }
    }
}

static void take_outputs(struct cluster_world *world, struct cluster_relay *relay)
{
    struct pf_cluster_output output;
    while (pf_cluster_poll(relay->cluster, &output)) {
        if (output.type == PF_CLUSTER_SOCKETS) {
            on_sockets(world, relay, &output.sockets);
        } else if (relay->is_connected) {
            put(world, &relay->queues[COMMANDS], &output.command, NULL);
        }
    }
}

void world_tell(struct cluster_world *world, uint32_t at, const struct pf_hub_event *event)
{
    struct pf_hub_event timed = *event;
    timed.now_ms = world->now_ms;
    timed.unix_s = 1800000000 + world->now_ms / 1000;
    timed.unix_ms = (uint32_t)(world->now_ms % 1000);
    pf_cluster_handle(world->relays[at].cluster, &timed);
    take_outputs(world, &world->relays[at]);
}

static void tell_of_store(struct cluster_world *world, struct cluster_relay *relay,
                          const struct pf_store_event *event)
{
    struct pf_store_event timed = *event;
    timed.now_ms = world->now_ms;
    timed.unix_s = 1800000000 + world->now_ms / 1000;
    timed.unix_ms = (uint32_t)(world->now_ms % 1000);
    pf_cluster_handle_store(relay->cluster, &timed);
    take_outputs(world, relay);
}

static void connect_store(struct cluster_world *world, struct cluster_relay *relay)
{
    if (relay->cluster && world->is_up && !relay->is_connected) {
        relay->is_connected = true;
        tell_of_store(world, relay, &(struct pf_store_event){.type = PF_STORE_UP});
    }
}

static void disconnect_store(struct cluster_world *world, struct cluster_relay *relay)
{
    clear_all(relay);
    if (relay->cluster && relay->is_connected) {
        relay->is_connected = false;
        tell_of_store(world, relay, &(struct pf_store_event){.type = PF_STORE_DOWN});
    }
    clear_all(relay);
}

/* ---- the store ---- */

static bool is_alive(const struct cluster_world *world, pf_relay_id relay)
{
    return relay != 0 && world->lease_ms[relay - 1] > world->now_ms;
}

static void answer(struct cluster_world *world, struct cluster_relay *relay,
                   const struct pf_store_event *event)
{
    put(world, &relay->queues[ANSWERS], NULL, event);
}

static void on_publish(struct cluster_world *world, struct cluster_relay *from,
                       const struct pf_store_command *command)
{
    struct cluster_relay *to = &world->relays[command->relay - 1];
    if (to->is_connected) {
        put(world, &to->queues[MESSAGES], NULL,
            &(struct pf_store_event){.type = PF_STORE_MESSAGE, .bytes = command->bytes});
    }
    answer(world, from,
           &(struct pf_store_event){
               .type = PF_STORE_PUBLISHED, .relay = command->relay, .count = to->is_connected});
}

static void on_command(struct cluster_world *world, struct cluster_relay *relay,
                       const struct pf_store_command *command)
{
    switch (command->type) {
    case PF_STORE_RENEW: world->lease_ms[relay->id - 1] = world->now_ms + PF_LEASE_MS; return;
    case PF_STORE_RETIRE: world->lease_ms[relay->id - 1] = 0; return;
    case PF_STORE_CLAIM:
        if (world->owner == 0 || !is_alive(world, world->owner)) {
            world->owner = relay->id;
        }
        answer(world, relay,
               &(struct pf_store_event){
                   .type = PF_STORE_CLAIMED, .relay = world->owner, .room = command->room});
        return;
    case PF_STORE_RELEASE: world->owner = world->owner == relay->id ? 0 : world->owner; return;
    case PF_STORE_PUBLISH: on_publish(world, relay, command); return;
    case PF_STORE_ASK:
        answer(world, relay,
               &(struct pf_store_event){.type = PF_STORE_ANSWERED,
                                        .relay = command->relay,
                                        .count = is_alive(world, command->relay)});
        return;
    case PF_STORE_RECONNECT:
        disconnect_store(world, relay);
        connect_store(world, relay);
        return;
    }
    PF_UNREACHABLE();
}

/* ---- what happens besides ---- */

static void store_stops(struct cluster_world *world)
{
    world->is_up = false;
    for (size_t i = 0; i < RELAYS; i++) {
        disconnect_store(world, &world->relays[i]);
    }
}

static void store_starts(struct cluster_world *world)
{
    world->is_up = true;
    for (size_t i = 0; i < RELAYS; i++) {
        connect_store(world, &world->relays[i]);
    }
}

static void kill_relay(struct cluster_world *world, struct cluster_relay *relay)
{
    clear_all(relay);
    pf_cluster_free(relay->cluster);
    relay->cluster = NULL;
    relay->is_connected = false;
    for (uint32_t i = 0; i < PEOPLE; i++) {
        if (relay->clients[i] != NOBODY) {
            people_closed(world, relay->clients[i]);
        }
    }
}

static void act(struct cluster_world *world, enum action action)
{
    static const char *const names[] = {"",
                                        "person 0 joins",
                                        "person 1 joins",
                                        "the store is restarted empty",
                                        "the store stops",
                                        "the store is back",
                                        "relay 0 is cut off for a moment",
                                        "relay 0 is killed",
                                        "relay 0 retires",
                                        "person 0 leaves"};
    note(world, "%s", names[action]);
    switch (action) {
    case ACTION_NONE: return;
    case ACTION_JOIN_0:
    case ACTION_JOIN_1: people_come(world, action == ACTION_JOIN_0 ? 0 : 1); return;
    case ACTION_EMPTY:
        store_stops(world);
        world->owner = 0;
        memset(world->lease_ms, 0, sizeof world->lease_ms);
        store_starts(world);
        return;
    case ACTION_STORE_DOWN: store_stops(world); return;
    case ACTION_STORE_UP: store_starts(world); return;
    case ACTION_DEAF_0:
        disconnect_store(world, &world->relays[0]);
        connect_store(world, &world->relays[0]);
        return;
    case ACTION_KILL_0: kill_relay(world, &world->relays[0]); return;
    case ACTION_RETIRE_0:
        world->relays[0].is_closed = true;
        pf_cluster_retire(world->relays[0].cluster, 0);
        for (uint32_t i = 0; i < PEOPLE; i++) {
            const uint32_t person = world->relays[0].clients[i];
            if (person != NOBODY) { /* as the server does */
                world->relays[0].clients[i] = NOBODY;
                people_closed(world, person);
                world_tell(world, 0,
                           &(struct pf_hub_event){
                               .type = PF_HUB_CLIENT_CLOSED, .client = i, .code = 1006});
            }
        }
        world_tell(world, 0, &(struct pf_hub_event){.type = PF_HUB_TIMEOUT});
        return;
    case ACTION_LEAVE_0: people_leave(world, 0); return;
    }
    PF_UNREACHABLE();
}

/* ---- time and order ---- */

void world_begin(struct cluster_world *world, const enum action *actions, FILE *trace)
{
    *world = (struct cluster_world){.actions = actions, .trace = trace, .now_ms = 1000};
    for (uint32_t i = 0; i < RELAYS; i++) {
        start(world, i);
    }
    people_begin(world);
    store_starts(world);
}

void world_end(struct cluster_world *world)
{
    for (size_t i = 0; i < RELAYS; i++) {
        clear_all(&world->relays[i]);
        pf_cluster_free(world->relays[i].cluster);
    }
}

/* The queues that have something, by how long it has been under way. */
static size_t find_queues(struct cluster_world *world, struct queue *out[3 * RELAYS],
                          struct cluster_relay *of[3 * RELAYS])
{
    size_t count = 0;
    for (size_t i = 0; i < RELAYS; i++) {
        for (size_t j = 0; j < 3; j++) {
            struct queue *queue = &world->relays[i].queues[j];
            size_t at = count;
            if (!queue->first) {
                continue;
            }
            for (; at > 0 && out[at - 1]->first->order > queue->first->order; at--) {
                out[at] = out[at - 1];
                of[at] = of[at - 1];
            }
            out[at] = queue;
            of[at] = &world->relays[i];
            count++;
        }
    }
    return count;
}

static uint64_t deadline_ms(const struct cluster_world *world)
{
    uint64_t at_ms = people_deadline_ms(world);
    for (size_t i = 0; i < RELAYS; i++) {
        if (world->relays[i].cluster) {
            const uint64_t one_ms = pf_cluster_deadline_ms(world->relays[i].cluster);
            at_ms = one_ms < at_ms ? one_ms : at_ms;
        }
    }
    return at_ms;
}

size_t world_choices(struct cluster_world *world)
{
    struct queue *queues[3 * RELAYS];
    struct cluster_relay *relays[3 * RELAYS];
    const bool acts = world->actions[world->actions_done] != ACTION_NONE;
    if (world->failure[0] != '\0' || (!acts && world->now_ms >= world->quiet_ms + CALM_MS)) {
        return 0;
    }
    if (!acts && world->now_ms >= world->quiet_ms + LOOSE_MS) {
        return 1;
    }
    return find_queues(world, queues, relays) + (acts ? 2 : 1);
}

static void deliver(struct cluster_world *world, struct cluster_relay *relay, struct queue *queue)
{
    struct packet *packet = queue->first;
    queue->first = packet->next;
    queue->last = queue->first ? queue->last : NULL;
    if (queue == &relay->queues[COMMANDS]) {
        static const char *const names[] = {"renew",   "retire", "claim",    "release",
                                            "publish", "ask",    "reconnect"};
        note(world, "store: %s of relay %d", names[packet->command.type], (int)relay->id - 1);
        on_command(world, relay, &packet->command);
    } else {
        static const char *const names[] = {"up",        "down",     "claimed",
                                            "published", "answered", "message"};
        note(world, "relay %d: %s, relay %d, count %u, %d", (int)relay->id - 1,
             names[packet->event.type], (int)packet->event.relay - 1, packet->event.count,
             packet->event.bytes.size > 1 ? packet->event.bytes.data[1] : -1);
        tell_of_store(world, relay, &packet->event);
    }
    free(packet);
}

static void pass_time(struct cluster_world *world)
{
    const uint64_t at_ms = deadline_ms(world);
    PF_ASSERT(at_ms != PF_DEADLINE_NONE);
    world->now_ms = at_ms > world->now_ms ? at_ms : world->now_ms;
    people_timeout(world);
    for (uint32_t i = 0; i < RELAYS; i++) {
        if (world->relays[i].cluster &&
            pf_cluster_deadline_ms(world->relays[i].cluster) <= world->now_ms) {
            world_tell(world, i, &(struct pf_hub_event){.type = PF_HUB_TIMEOUT});
        }
    }
}

void world_step(struct cluster_world *world, size_t choice)
{
    struct queue *queues[3 * RELAYS];
    struct cluster_relay *relays[3 * RELAYS];
    const size_t count = find_queues(world, queues, relays);
    if (choice < count) {
        deliver(world, relays[choice], queues[choice]);
    } else if (world->actions[world->actions_done] != ACTION_NONE &&
               choice == count + (people_deadline_ms(world) <= world->now_ms)) {
        world->quiet_ms = world->now_ms;
        act(world, world->actions[world->actions_done++]);
    } else {
        pass_time(world);
    }
}

static void fail(struct cluster_world *world, const char *what)
{
    (void)snprintf(world->failure, sizeof world->failure, "%s", what); /* cut off at worst */
}

bool world_is_well(struct cluster_world *world)
{
    size_t owners = 0;
    size_t visits = 0;
    size_t guests = 0;
    size_t waiting = 0;
    for (size_t i = 0; i < RELAYS; i++) {
        if (world->relays[i].cluster) {
            const struct pf_cluster_counts counts = pf_cluster_counts(world->relays[i].cluster);
            owners += pf_cluster_owns(world->relays[i].cluster, world_room);
            visits += counts.visits;
            guests += counts.guests;
            waiting += counts.waiting;
        }
    }
    const char *amiss = people_amiss(world);
    if (world->failure[0] != '\0') {
        return false;
    }
    if (amiss) {
        fail(world, amiss);
    } else if (owners != 1) {
        fail(world, owners == 0 ? "nobody owns the room" : "two relays own the room");
    } else if (visits != guests) {
        fail(world, "visits and guests are not the same");
    } else if (waiting != 0) {
        fail(world, "a visit waits for ever");
    }
    return world->failure[0] == '\0';
}
