/*
 * store.c - simulated Redis servers, and the connections of the relays to them.
 *
 * A packet is on its way for a time drawn anew, and arrives after those before it. It waits while
 * the path is cut, as TCP repeats it, or while the server stalls; it is lost when its connection
 * goes down. A relay notices that within moments if the other end's kernel says so, and else after
 * TIRED_MS. Then both connections go down, whichever of them it was, and it connects again.
 */
/* SPDX-License-Identifier: MIT */
#include "store.h"

#include "base/assert.h"
#include "base/buffer.h"
#include "cluster.h"
#include "cluster_check.h"
#include "relay.h"
#include "trace.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    TIRED_MS = 20000,    /* TCP_USER_TIMEOUT, or so, of relays and servers */
    SAVE_MS = 1500,      /* how old what is on a server's disk may be */
    RECONNECT_MS = 1000, /* until a relay connects again, at most */
    PACKETS_MAX = 50000, /* on one connection */
    POLL_US = 250000,    /* how often a packet is repeated */
    SPIKE_US = 1000000,
    COUNTED_MS = 120000, /* until a server gives up a subscription to which nothing arrives */
};

/* What comes before the texts of a command or an answer. */
struct packet_head {
    pf_relay_id relay;
    uint32_t type, count;
    uint32_t socket; /* index: whose message is published, if it is a member's; else 0 */
    uint32_t reserved;
    uint64_t room_size; /* so that there is no padding, which would be hashed */
};

static struct sim_link *link_of(const struct sim_world *world, uint32_t relay, uint32_t store)
{
    PF_ASSERT(relay < SIM_RELAYS_MAX);
    PF_ASSERT(store < world->faults.stores_count);
    return &world->cluster->links[relay][store];
}

static uint32_t subject_of(uint32_t relay, uint32_t store)
{
    return relay * SIM_STORES_MAX + store;
}

static void note(struct sim_world *world, uint32_t relay, uint32_t store, const char *what)
{
    char text[160];
    if (world->trace || world->watcher) {
        (void)snprintf(text, sizeof text, "relay %u, store %u: %s", relay, store, what);
        sim_trace_note(world, NULL, text);
    }
}

static uint64_t latency_us(struct sim_world *world)
{
    const uint64_t usual_us = 50 + sim_below(world, world->faults.store_latency_us_max);
    const bool is_late = !world->quiet && sim_chance(world, world->faults.store_spike_chance);
    return usual_us + (is_late ? sim_below(world, SPIKE_US) : 0);
}

static bool is_cut(const struct sim_world *world, const struct sim_link *link)
{
    return world->now_us < link->cut_us;
}

static bool is_stalled(const struct sim_world *world, uint32_t store)
{
    return world->now_us < world->cluster->stores[store].stalled_us;
}

/* About when the server goes on, or the faults may have ended. Then the connections are served in
 * any order. */
static uint64_t stall_end_us(struct sim_world *world, uint32_t store)
{
    const uint64_t end_us = world->cluster->stores[store].stalled_us;
    const uint64_t poll_us = world->now_us + POLL_US;
    return (end_us < poll_us ? end_us : poll_us) + sim_below(world, 3000);
}

/* ---- packets ---- */

static void schedule(struct sim_world *world, uint32_t relay, uint32_t store, enum sim_kind kind,
                     uint64_t at_us)
{
    const struct sim_link *link = link_of(world, relay, store);
    sim_after(world, at_us > world->now_us ? at_us - world->now_us : 0, kind,
              subject_of(relay, store), link->token);
}

static void put(struct sim_world *world, uint32_t relay, uint32_t store, enum sim_kind kind,
                struct pf_slice packet)
{
    struct sim_link *link = link_of(world, relay, store);
    struct sim_fifo *fifo = kind == SIM_LINK_COMMAND  ? &link->commands
                            : kind == SIM_LINK_ANSWER ? &link->answers
                                                      : &link->messages;
    if (fifo->count > PACKETS_MAX) {
        sim_fail(world, "the connection of relay %u to a store is flooded", relay);
        return;
    }
    sim_hash(world, packet);
    const struct sim_packet *last =
        sim_fifo_put(fifo, world->now_us + latency_us(world), SIM_PACKET_MESSAGE, packet);
    if (fifo->count == 1) {
        schedule(world, relay, store, kind, last->due_us);
    }
}

/* Puts head and texts together; borrowed until the next one is. */
static struct pf_slice make_packet(struct sim_world *world, const struct packet_head *head,
                                   struct pf_slice room, struct pf_slice bytes)
{
    struct pf_buffer packet;
    pf_buffer_init(&packet, world->cluster->packet, sizeof world->cluster->packet);
    pf_buffer_put(&packet, (struct pf_slice){(const char *)head, sizeof *head});
    pf_buffer_put(&packet, room);
    pf_buffer_put(&packet, bytes);
    PF_ASSERT(!packet.overflow);
    return pf_buffer_slice(&packet);
}

static struct packet_head read_packet(struct pf_slice packet, struct pf_slice *room,
                                      struct pf_slice *bytes)
{
    struct packet_head head;
    PF_ASSERT(packet.size >= sizeof head);
    memcpy(&head, packet.data, sizeof head);
    *room = (struct pf_slice){packet.data + sizeof head, (size_t)head.room_size};
    *bytes = (struct pf_slice){room->data + room->size, packet.size - sizeof head - room->size};
    return head;
}

/* ---- the servers ---- */

static uint32_t publish(struct sim_world *world, uint32_t at, pf_relay_id relay,
                        struct pf_slice bytes)
{
    const struct sim_store *store = &world->cluster->stores[at];
    for (uint32_t i = 0; i < SIM_RELAYS_MAX; i++) {
        if (world->cluster->ids[i] == relay && link_of(world, i, at)->is_subscribed) {
            put(world, i, at, SIM_LINK_MESSAGE, bytes);
            return 1;
        }
    }
    for (size_t i = 0; i < SIM_GHOSTS_MAX; i++) {
        if (store->ghosts[i].relay == relay && store->ghosts[i].until_us > world->now_us) {
            return 1;
        }
    }
    return 0;
}

static void count_ghost(struct sim_world *world, uint32_t at, pf_relay_id relay, uint64_t until_us)
{
    struct sim_store *store = &world->cluster->stores[at];
    size_t oldest = 0;
    for (size_t i = 0; i < SIM_GHOSTS_MAX; i++) {
        if (store->ghosts[i].until_us < store->ghosts[oldest].until_us) {
            oldest = i;
        }
    }
    store->ghosts[oldest].relay = relay;
    store->ghosts[oldest].until_us = until_us;
}

/* Before a write: what is on the disk is some moments behind. */
static void save(struct sim_world *world, struct sim_store *store)
{
    if (world->now_us - store->saved_us > (uint64_t)SAVE_MS * 1000) {
        store->saved = store->now;
        store->saved_us = world->now_us;
    }
}

/* The server carries out a command of the relay. Returns whether it has an answer. */
static bool carry_out(struct sim_world *world, uint32_t relay, uint32_t at, struct pf_slice packet,
                      struct packet_head *answer, struct pf_slice *room)
{
    struct sim_store *store = &world->cluster->stores[at];
    const pf_relay_id self = world->cluster->ids[relay];
    const uint64_t now_us = world->now_us;
    struct pf_slice bytes;
    const struct packet_head head = read_packet(packet, room, &bytes);
    *answer = (struct packet_head){.relay = head.relay, .room_size = head.room_size};
    switch ((enum pf_store_command_type)head.type) {
    case PF_STORE_RENEW:
        save(world, store);
        sim_directory_renew(&store->now, now_us, self);
        return false;
    case PF_STORE_RETIRE:
        save(world, store);
        sim_directory_retire(&store->now, self);
        return false;
    case PF_STORE_CLAIM:
        save(world, store);
        answer->type = PF_STORE_CLAIMED;
        answer->relay = sim_directory_claim(&store->now, now_us, self, *room);
        return true;
    case PF_STORE_RELEASE:
        save(world, store);
        sim_directory_release(&store->now, now_us, self, *room);
        return false;
    case PF_STORE_PUBLISH:
        answer->type = PF_STORE_PUBLISHED;
        answer->count = publish(world, at, head.relay, bytes);
        answer->socket = head.socket;
        return true;
    case PF_STORE_ASK:
        answer->type = PF_STORE_ANSWERED;
        answer->count = sim_directory_is_alive(&store->now, now_us, head.relay);
        return true;
    case PF_STORE_RECONNECT: break;
    }
    PF_UNREACHABLE();
}

/* ---- up and down ---- */

static void tell(struct sim_world *world, uint32_t relay, struct pf_store_event *event)
{
    sim_relay_hear_store(world, relay, event);
}

static void clear(struct sim_link *link)
{
    sim_fifo_clear(&link->commands);
    sim_fifo_clear(&link->answers);
    sim_fifo_clear(&link->messages);
}

/* Commands that are on their way when the connection ends may still be carried out. */
static void carry_out_the_rest(struct sim_world *world, uint32_t relay, uint32_t store)
{
    struct sim_link *link = link_of(world, relay, store);
    const bool arrives = !link->is_broken && !is_cut(world, link) && !is_stalled(world, store) &&
                         world->cluster->stores[store].up;
    if (!arrives || sim_chance(world, 500)) {
        return;
    }
    struct packet_head answer;
    struct pf_slice room;
    while (link->commands.first) {
        struct sim_packet *packet = sim_fifo_take(&link->commands);
        (void)carry_out(world, relay, store, (struct pf_slice){packet->data, packet->size}, &answer,
                        &room); /* nobody hears the answer */
        free(packet);
    }
}

/* Ends both connections. Returns whether they were up. */
static bool end_link(struct sim_world *world, uint32_t relay, uint32_t store, bool sudden)
{
    struct sim_link *link = link_of(world, relay, store);
    const bool was_up = link->is_up;
    carry_out_the_rest(world, relay, store);
    if (link->is_subscribed && (is_cut(world, link) || sudden)) {
        count_ghost(world, store, world->cluster->ids[relay],
                    world->now_us + (uint64_t)TIRED_MS * 1000);
    }
    link->token++;
    link->is_up = link->is_subscribed = link->is_dying = false;
    link->is_broken = link->is_closing = false;
    clear(link);
    return was_up;
}

static void connect_later(struct sim_world *world, uint32_t relay, uint32_t store)
{
    const uint32_t ms_max = sim_chance(world, 700) ? RECONNECT_MS / 4 : RECONNECT_MS;
    schedule(world, relay, store, SIM_LINK_CONNECT,
             world->now_us + sim_between_us(world, 1, ms_max) + 2 * latency_us(world));
}

static void go_down(struct sim_world *world, uint32_t relay, uint32_t store)
{
    const bool was_up = end_link(world, relay, store, false);
    connect_later(world, relay, store);
    if (was_up) {
        note(world, relay, store, "DOWN");
        tell(world, relay, &(struct pf_store_event){.type = PF_STORE_DOWN, .store = store});
    }
}

/* SIM_LINK_DOWN: the relay sees that a connection is closed, or gives it up. */
static void see_end(struct sim_world *world, uint32_t relay, uint32_t store)
{
    const struct sim_link *link = link_of(world, relay, store);
    const uint64_t tired_us = link->cut_began_us + (uint64_t)TIRED_MS * 1000;
    if (is_cut(world, link) && world->now_us < tired_us && !link->is_closing) {
        schedule(world, relay, store, SIM_LINK_DOWN,
                 tired_us < link->cut_us ? tired_us : link->cut_us);
    } else if (is_cut(world, link) || link->is_dying || link->is_closing) {
        go_down(world, relay, store);
    }
}

/* SIM_LINK_CONNECT. */
static void connect_link(struct sim_world *world, uint32_t relay, uint32_t at)
{
    struct sim_link *link = link_of(world, relay, at);
    const struct sim_store *store = &world->cluster->stores[at];
    if (!link->is_wanted) {
        return;
    }
    if (!store->up) {
        connect_later(world, relay, at);
    } else if (is_cut(world, link)) {
        schedule(world, relay, at, SIM_LINK_CONNECT, world->now_us + POLL_US);
    } else if (is_stalled(world, at)) {
        schedule(world, relay, at, SIM_LINK_CONNECT, stall_end_us(world, at));
    } else {
        link->is_up = link->is_subscribed = true;
        link->heard_us = world->now_us;
        note(world, relay, at, "UP");
        tell(world, relay, &(struct pf_store_event){.type = PF_STORE_UP, .store = at});
    }
}

/* The server, or something between, has closed a connection of the relay, which will see it. */
static void die(struct sim_world *world, uint32_t relay, uint32_t store, bool both)
{
    struct sim_link *link = link_of(world, relay, store);
    if (link->is_up && !link->is_dying) {
        link->is_dying = true;
        schedule(world, relay, store, SIM_LINK_DOWN, world->now_us + latency_us(world));
    }
    link->is_subscribed = false;
    link->is_broken = link->is_broken || both;
    if (both) {
        clear(link);
        link->token += link->is_up ? 0 : 1;
    }
}

/* ---- what the relays do ---- */

void sim_store_relay_starts(struct sim_world *world, uint32_t relay)
{
    char text[64];
    (void)snprintf(text, sizeof text, "is %016" PRIx64, world->cluster->ids[relay]);
    note(world, relay, 0, text);
    for (uint32_t i = 0; i < world->faults.stores_count; i++) {
        link_of(world, relay, i)->is_wanted = true;
        schedule(world, relay, i, SIM_LINK_CONNECT, world->now_us + 3 * latency_us(world));
    }
}

void sim_store_relay_ends(struct sim_world *world, uint32_t relay, bool sudden)
{
    note(world, relay, 0, "is no more");
    for (uint32_t i = 0; i < world->faults.stores_count; i++) {
        (void)end_link(world, relay, i, sudden); /* it is up or not */
        link_of(world, relay, i)->is_wanted = false;
    }
}

static void trace_command(struct sim_world *world, uint32_t relay,
                          const struct pf_store_command *command)
{
    static const char *const names[] = {"RENEW",   "RETIRE", "CLAIM",    "RELEASE",
                                        "PUBLISH", "ASK",    "RECONNECT"};
    char text[96];
    if (world->trace) {
        (void)snprintf(text, sizeof text, "> %s %.*s %016" PRIx64 " %zu bytes, kind %d",
                       names[command->type], (int)command->room.size,
                       command->room.size > 0 ? command->room.data : "", command->relay,
                       command->bytes.size, command->bytes.size > 1 ? command->bytes.data[1] : 0);
        note(world, relay, command->store, text);
    }
}

void sim_store_command(struct sim_world *world, uint32_t relay,
                       const struct pf_store_command *command)
{
    PF_ASSERT(command->store < world->faults.stores_count);
    struct sim_link *link = link_of(world, relay, command->store);
    trace_command(world, relay, command);
    if (command->type == PF_STORE_PUBLISH) {
        sim_cluster_check_publish(world, relay, command);
    }
    if (!link->is_up || link->is_closing) {
        return;
    }
    if (command->type == PF_STORE_RECONNECT) {
        link->is_closing = true;
        schedule(world, relay, command->store, SIM_LINK_DOWN, world->now_us);
        return;
    }
    const struct packet_head head = {
        .relay = command->relay,
        .type = (uint32_t)command->type,
        .socket = sim_cluster_sender(world, relay, command),
        .room_size = command->room.size,
    };
    if (!link->is_broken) {
        put(world, relay, command->store, SIM_LINK_COMMAND,
            make_packet(world, &head, command->room, command->bytes));
    }
}

/* ---- faults ---- */

void sim_store_stall(struct sim_world *world, uint32_t store, uint64_t until_us)
{
    world->cluster->stores[store].stalled_us = until_us;
}

void sim_store_stop(struct sim_world *world, uint32_t at, uint64_t after_us,
                    enum sim_store_memory memory)
{
    struct sim_store *store = &world->cluster->stores[at];
    if (!store->up) {
        return;
    }
    store->up = false;
    store->memory = memory;
    store->stalled_us = 0;
    for (uint32_t i = 0; i < SIM_RELAYS_MAX; i++) {
        die(world, i, at, true);
        if (!link_of(world, i, at)->is_up && link_of(world, i, at)->is_wanted) {
            connect_later(world, i, at);
        }
    }
    for (size_t i = 0; i < SIM_GHOSTS_MAX; i++) {
        store->ghosts[i].relay = 0;
        store->ghosts[i].until_us = 0;
    }
    sim_after(world, after_us, SIM_STORE_START, at, 0);
}

static void start_store(struct sim_world *world, uint32_t at)
{
    struct sim_store *store = &world->cluster->stores[at];
    if (store->up) {
        return;
    }
    store->up = true;
    switch (store->memory) {
    case SIM_STORE_WHOLE: break;
    case SIM_STORE_BEHIND: store->now = store->saved; break;
    case SIM_STORE_FORGETS: store->now = (struct sim_directory){.leases = {{.relay = 0}}}; break;
    }
    sim_trace_note(world, NULL, "a store starts");
}

void sim_store_unsubscribe(struct sim_world *world, uint32_t relay, uint32_t store)
{
    if (link_of(world, relay, store)->is_up) {
        die(world, relay, store, false);
    }
}

void sim_store_deafen(struct sim_world *world, uint32_t relay, uint32_t store, bool counted)
{
    struct sim_link *link = link_of(world, relay, store);
    note(world, relay, store, counted ? "deaf, but counted" : "deaf");
    if (link->is_subscribed && counted) {
        count_ghost(world, store, world->cluster->ids[relay],
                    world->now_us + (uint64_t)COUNTED_MS * 1000);
    }
    link->is_subscribed = false;
}

void sim_store_cut(struct sim_world *world, uint32_t relay, uint32_t store, uint64_t until_us)
{
    struct sim_link *link = link_of(world, relay, store);
    if (!is_cut(world, link)) {
        note(world, relay, store, "cut");
        link->cut_began_us = world->now_us;
        link->cut_us = until_us;
        if (link->is_up) {
            const uint64_t tired_us = world->now_us + (uint64_t)TIRED_MS * 1000;
            schedule(world, relay, store, SIM_LINK_DOWN, tired_us < until_us ? tired_us : until_us);
        }
    }
}

void sim_stores_heal(struct sim_world *world)
{
    struct sim_cluster *cluster = world->cluster;
    for (uint32_t at = 0; at < world->faults.stores_count; at++) {
        start_store(world, at);
        cluster->stores[at].stalled_us = 0;
        for (uint32_t i = 0; i < SIM_RELAYS_MAX; i++) {
            cluster->links[i][at].cut_us = 0;
        }
    }
}

bool sim_store_carries(const struct sim_world *world, uint32_t relay, uint32_t store)
{
    const struct sim_link *link = link_of(world, relay, store);
    return link->is_up && link->is_subscribed && !link->is_broken && !link->is_closing &&
           !is_cut(world, link) && !is_stalled(world, store) && world->cluster->stores[store].up;
}

/* ---- time ---- */

void sim_stores_begin(struct sim_world *world)
{
    for (uint32_t i = 0; i < world->faults.stores_count; i++) {
        world->cluster->stores[i].up = true;
    }
}

void sim_stores_end(struct sim_world *world)
{
    for (uint32_t i = 0; i < SIM_RELAYS_MAX; i++) {
        for (uint32_t k = 0; k < SIM_STORES_MAX; k++) {
            clear(&world->cluster->links[i][k]);
        }
    }
}

/* Takes the packet that arrives now, which is the caller's to free; or NULL. */
static struct sim_packet *take(struct sim_world *world, uint32_t relay, uint32_t store,
                               enum sim_kind kind, struct sim_fifo *fifo)
{
    const struct sim_link *link = link_of(world, relay, store);
    if (!fifo->first) {
        return NULL;
    }
    if (is_cut(world, link)) {
        schedule(world, relay, store, kind, world->now_us + POLL_US);
        return NULL;
    }
    if (kind == SIM_LINK_COMMAND && is_stalled(world, store)) {
        schedule(world, relay, store, kind, stall_end_us(world, store));
        return NULL;
    }
    struct sim_packet *packet = sim_fifo_take(fifo);
    if (fifo->first) {
        schedule(world, relay, store, kind, fifo->first->due_us);
    }
    return packet;
}

static void serve(struct sim_world *world, uint32_t relay, uint32_t store)
{
    struct sim_packet *packet =
        take(world, relay, store, SIM_LINK_COMMAND, &link_of(world, relay, store)->commands);
    struct packet_head answer;
    struct pf_slice room;
    if (packet && carry_out(world, relay, store, (struct pf_slice){packet->data, packet->size},
                            &answer, &room)) {
        put(world, relay, store, SIM_LINK_ANSWER, make_packet(world, &answer, room, PF_SLICE("")));
    }
    free(packet);
}

static void take_answer(struct sim_world *world, uint32_t relay, uint32_t store)
{
    struct sim_packet *packet =
        take(world, relay, store, SIM_LINK_ANSWER, &link_of(world, relay, store)->answers);
    struct pf_slice room, bytes;
    if (packet) {
        const struct packet_head head =
            read_packet((struct pf_slice){packet->data, packet->size}, &room, &bytes);
        tell(world, relay,
             &(struct pf_store_event){.type = (enum pf_store_event_type)head.type,
                                      .store = store,
                                      .relay = head.relay,
                                      .count = head.count,
                                      .room = room});
        if (head.type == PF_STORE_PUBLISHED && head.count == 0) {
            sim_cluster_note_unheard(world, head.socket);
        }
    }
    free(packet);
}

static void take_message(struct sim_world *world, uint32_t relay, uint32_t store)
{
    struct sim_link *link = link_of(world, relay, store);
    struct sim_packet *packet = take(world, relay, store, SIM_LINK_MESSAGE, &link->messages);
    if (packet) {
        link->heard_us = world->now_us;
        tell(world, relay,
             &(struct pf_store_event){
                 .type = PF_STORE_MESSAGE, .store = store, .bytes = {packet->data, packet->size}});
    }
    free(packet);
}

void sim_store_happen(struct sim_world *world, const struct sim_happening *happening)
{
    const uint32_t relay = happening->subject / SIM_STORES_MAX;
    const uint32_t store = happening->subject % SIM_STORES_MAX;
    if (happening->kind == SIM_STORE_START) {
        start_store(world, happening->subject);
        return;
    }
    if (happening->token != link_of(world, relay, store)->token) {
        return;
    }
    const uint64_t pause_us = sim_cluster_pause_us(world, relay);
    if (pause_us > 0 && happening->kind != SIM_LINK_COMMAND) {
        sim_after(world, pause_us, happening->kind, happening->subject, happening->token);
        return;
    }
    switch ((int)happening->kind) {
    case SIM_LINK_CONNECT: connect_link(world, relay, store); break;
    case SIM_LINK_DOWN: see_end(world, relay, store); break;
    case SIM_LINK_COMMAND: serve(world, relay, store); break;
    case SIM_LINK_ANSWER: take_answer(world, relay, store); break;
    case SIM_LINK_MESSAGE: take_message(world, relay, store); break;
    default: PF_UNREACHABLE();
    }
}
