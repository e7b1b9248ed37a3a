/*
 * relay.c - the relays of a simulated world around the real hub: killed, restarted, moved.
 *
 * In a world with a cluster, the hub of each relay is within a pf_cluster.
 */
/* SPDX-License-Identifier: MIT */
#include "relay.h"

#include "base/assert.h"
#include "check.h"
#include "cluster.h"
#include "cluster_check.h"
#include "locks.h"
#include "relay/cluster/cluster.h"
#include "relay/hub/hub.h"
#include "tab.h"
#include "tokens.h"
#include "trace.h"
#include "turn.h"
#include "wire.h"

/* Messages that a reader may be behind. (The server limits bytes; here most messages are small.) */
enum { BACKLOG_MAX = 1000 };

/* That a relay asks for when it stops: more than clients obey. */
enum { RETRY_MS_MAX = 12000 };

enum { NO_ROOM = SIM_ROOMS_MAX, ANY_ROOM };

static uint64_t draw(void *user)
{
    struct sim_world *world = user;
    const uint64_t high = pf_random_next(&world->random);
    return high << 32 | pf_random_next(&world->random);
}

/* Not secure: no hostile member here computes it. */
static void sign(void *user, struct pf_slice text, uint8_t mac[PF_MAC_SIZE])
{
    uint64_t hash = 14695981039346656037u ^ ((struct sim_world *)user)->seed;
    for (size_t i = 0; i < text.size; i++) {
        hash = (hash ^ (uint8_t)text.data[i]) * 1099511628211u;
    }
    for (int i = 0; i < PF_MAC_SIZE; i++) {
        mac[i] = (uint8_t)(hash >> (i % 8 * 8)) ^ (uint8_t)i;
    }
}

/* The relay has lost this member. */
static void note_lost(const struct sim_world *world, struct sim_socket *socket)
{
    if (socket->joined && socket->tab->lost_us == 0) {
        socket->tab->lost_us = world->now_us;
    }
}

/* Forgets a client that the hub, or the transport because of a slow reader, has closed. */
static void forget(const struct sim_world *world, struct sim_relay *relay,
                   struct sim_socket *socket)
{
    note_lost(world, socket);
    socket->relay_open = socket->joined = false;
    relay->sockets[socket->connection] = 0;
    sim_fifo_clear(&socket->up);
}

static void send(struct sim_world *world, struct sim_socket *socket, struct pf_slice text)
{
    sim_trace_wire(world, socket, "relay sends", text);
    sim_cluster_check_text(world, socket, text);
    sim_check_relay_text(world, socket, text);
    if (socket->down.count > BACKLOG_MAX) {
        sim_wire_break(world, socket);
        sim_after(world, 0, SIM_SOCKET_LOST_BY_RELAY, socket->index, 0);
    } else if (!socket->broken) {
        sim_wire_send(world, socket, false, SIM_PACKET_MESSAGE, text);
    }
}

static void close_socket(struct sim_world *world, struct sim_relay *relay,
                         struct sim_socket *socket, uint16_t code)
{
    if (!socket->broken) {
        sim_wire_send_close(world, socket, false, code, 0);
    }
    forget(world, relay, socket);
    sim_wire_collect(world, socket);
}

/* Messages must not leave the room of the member that caused them. */
static void check_room(struct sim_world *world, uint32_t room, const struct sim_socket *to)
{
    if (room < SIM_ROOMS_MAX && room != world->hosts[to->tab->host].room) {
        sim_fail(world, "%s hears of another room", sim_tab_name(world, to->tab));
    }
}

static bool is_settled(const struct sim_world *world)
{
    return world->quiet && world->now_us > world->quiet_us + (uint64_t)SIM_SETTLE_MS * 1000;
}

/*
 * R13: the relay does not evict a client that answers pings, also in the background, where timers
 * fire once a minute. Clients whose packets take too long are excepted.
 */
static void check_close(struct sim_world *world, const struct sim_socket *socket)
{
    enum { SETTLED_US = 20000000 };
    const struct sim_host *host = &world->hosts[socket->tab->host];
    if (world->cluster && !is_settled(world)) {
        return; /* what happens to relays and stores may close clients at any time */
    }
    const bool is_untroubled = sim_relay_reachable(world, socket->tab->host) && !host->asleep &&
                               world->now_us > host->trouble_us + SETTLED_US &&
                               world->faults.spike_chance == 0;
    /* Of two pages with one ticket that wait at a door one replaces the other when it opens. */
    if (is_untroubled && !socket->broken && socket->client == SIM_SOCKET_OPEN &&
        socket->tab->host < SIM_HOSTS_MAX && !socket->tab->shared) {
        sim_fail(world, "the relay evicts %s, which is present", sim_tab_name(world, socket->tab));
    }
}

/* `room`: of the member that caused the output; NO_ROOM: a timer did; ANY_ROOM: unknown. */
static void take_output(struct sim_world *world, struct sim_relay *relay, uint32_t room,
                        const struct pf_hub_output *output)
{
    for (size_t i = 0; i < output->clients_count; i++) {
        const uint32_t index = relay->sockets[output->clients[i]];
        struct sim_socket *socket = index != 0 ? world->sockets[index] : NULL;
        if (!socket || !socket->relay_open) {
            sim_fail(world, "the hub names client %u, which is gone", output->clients[i]);
            return;
        }
        check_room(world, room, socket);
        if (output->type == PF_HUB_CLOSE) {
            if (room == NO_ROOM) {
                check_close(world, socket);
            }
            close_socket(world, relay, socket, output->code);
            continue;
        }
        struct pf_buffer text;
        pf_buffer_init(&text, world->scratch, sizeof(world->scratch));
        pf_buffer_put(&text, output->head);
        pf_buffer_put(&text, output->body);
        send(world, socket, pf_buffer_slice(&text));
    }
}

static void set_timer(struct sim_world *world, struct sim_relay *relay)
{
    const uint64_t deadline_ms =
        relay->cluster ? pf_cluster_deadline_ms(relay->cluster) : pf_hub_deadline_ms(relay->hub);
    if (deadline_ms == relay->deadline_ms) {
        return;
    }
    relay->deadline_ms = deadline_ms;
    relay->timer_token++;
    if (deadline_ms != PF_DEADLINE_NONE) {
        const uint64_t at_us = deadline_ms * 1000;
        sim_after(world, at_us > world->now_us ? at_us - world->now_us : 0, SIM_RELAY_TIMER,
                  (uint32_t)(relay - world->relays), relay->timer_token);
    }
}

/* By the clock of that relay. */
static uint64_t unix_ms(const struct sim_world *world, uint32_t relay)
{
    const uint64_t fast_ms = world->cluster ? world->cluster->clocks_ms[relay] : 0;
    return SIM_UNIX_MS + world->now_us / 1000 + fast_ms;
}

/* The next output for sockets. Those for stores are carried out. */
static bool poll(struct sim_world *world, struct sim_relay *relay, struct pf_hub_output *out)
{
    struct pf_cluster_output output;
    if (!relay->cluster) {
        return pf_hub_poll(relay->hub, out);
    }
    while (pf_cluster_poll(relay->cluster, &output)) {
        if (output.type == PF_CLUSTER_SOCKETS) {
            *out = output.sockets;
            return true;
        }
        sim_store_command(world, (uint32_t)(relay - world->relays), &output.command);
    }
    return false;
}

/* `from` is the socket that the event comes from, or NULL for a timeout. */
static void handle(struct sim_world *world, struct sim_relay *relay, const struct sim_socket *from,
                   struct pf_hub_event *event)
{
    struct pf_hub_output output;
    event->now_ms = world->now_us / 1000;
    uint32_t room = NO_ROOM;
    if (from) { /* the hub also handles timers that are due */
        room = relay->deadline_ms <= event->now_ms ? ANY_ROOM : world->hosts[from->tab->host].room;
    }
    event->unix_s = unix_ms(world, (uint32_t)(relay - world->relays)) / 1000;
    event->unix_ms = (uint32_t)(unix_ms(world, (uint32_t)(relay - world->relays)) % 1000);
    world->stats->messages++;
    struct sim_tab *tab = from ? from->tab : NULL; /* the socket may be gone afterwards */
    const struct sim_lock lock = sim_lock_before(world, relay, tab, event);
    if (relay->cluster) {
        pf_cluster_handle(relay->cluster, event);
    } else {
        pf_hub_handle(relay->hub, event);
    }
    while (poll(world, relay, &output)) {
        if (!relay->cluster || room < SIM_ROOMS_MAX) {
            sim_check_relay_output(world, event, &output);
        }
        take_output(world, relay, room, &output);
    }
    sim_lock_after(world, relay, tab, event, &lock);
    sim_tokens_check(world, relay, tab, event);
    set_timer(world, relay);
}

void sim_relay_hear_store(struct sim_world *world, uint32_t at, struct pf_store_event *event)
{
    struct sim_relay *relay = &world->relays[at];
    struct pf_hub_output output;
    event->now_ms = world->now_us / 1000;
    event->unix_s = unix_ms(world, at) / 1000;
    event->unix_ms = (uint32_t)(unix_ms(world, at) % 1000);
    const struct sim_arrival before = sim_cluster_before(world, at);
    pf_cluster_handle_store(relay->cluster, event);
    sim_cluster_after(world, at, &before);
    while (poll(world, relay, &output)) {
        take_output(world, relay, ANY_ROOM, &output);
    }
    set_timer(world, relay);
}

void sim_relay_wake(struct sim_world *world, uint32_t at)
{
    handle(world, &world->relays[at], NULL, &(struct pf_hub_event){.type = PF_HUB_TIMEOUT});
}

const struct pf_hub *sim_relay_hub(const struct sim_relay *relay)
{
    return relay->cluster ? pf_cluster_hub(relay->cluster) : relay->hub;
}

/* A relay of a cluster, which connects to the stores. */
static void start_clustered(struct sim_world *world, uint32_t at,
                            const struct pf_hub_config *hub_config)
{
    const struct pf_cluster_config config = {
        .self = sim_cluster_draw_id(world, at),
        .stores_count = world->faults.stores_count,
        .guests_max = SIM_RELAY_CLIENTS_MAX,
    };
    PF_ASSERT(pf_cluster_new(&config, hub_config, &world->relays[at].cluster) == PF_ERROR_OK);
    sim_store_relay_starts(world, at);
}

void sim_relay_start(struct sim_world *world, uint32_t at)
{
    struct sim_relay *relay = &world->relays[at];
    struct pf_hub_config config = {
        .members_max = PF_MEMBERS_MAX,
        .rooms_max = 4,
        .clients_max = SIM_RELAY_CLIENTS_MAX,
        .ping_ms = 5000,
        .grace_ms = SIM_GRACE_MS,
        .burst_messages = 600, /* far less than the relay has by default */
        .messages_per_s = 100,
        .ice_servers = PF_SLICE("[]"),
        .signer = {world, sign},
        .draw_user = world,
        .draw = draw,
    };
    if (relay->up) {
        return;
    }
    sim_trace_note(world, NULL, "a relay starts");
    sim_turn_set_up(world, &config);
    sim_tokens_set_up(world, &config);
    relay->up = true;
    relay->drains = false;
    relay->starts_count++;
    relay->started_us = world->now_us;
    relay->deadline_ms = PF_DEADLINE_NONE;
    if (world->cluster) {
        start_clustered(world, at, &config);
    } else {
        PF_ASSERT(pf_hub_new(&config, &relay->hub) == PF_ERROR_OK);
    }
}

void sim_relay_free(struct sim_relay *relay)
{
    pf_cluster_free(relay->cluster);
    pf_hub_free(relay->hub);
    relay->cluster = NULL;
    relay->hub = NULL;
}

void sim_relay_stop(struct sim_world *world, uint32_t at, bool orderly)
{
    struct sim_relay *relay = &world->relays[at];
    if (!relay->up) {
        return;
    }
    const uint16_t retry_ms = orderly ? (uint16_t)sim_below(world, RETRY_MS_MAX) : 0;
    sim_trace_note(world, NULL, orderly ? "the relay stops" : "the relay is killed");
    world->stats->relay_kills++;
    relay->up = false;
    relay->timer_token++;
    if (world->cluster) {
        sim_store_relay_ends(world, at, !orderly && sim_chance(world, 200));
        world->cluster->ids[at] = 0;
    }
    sim_relay_free(relay);
    for (size_t i = 1; i < world->sockets_count; i++) {
        struct sim_socket *socket = world->sockets[i];
        if (!socket || !socket->relay_open || socket->relay != at) {
            continue;
        }
        forget(world, relay, socket);
        if (orderly && !socket->broken) {
            sim_wire_send_close(world, socket, false, 1001, retry_ms);
        } else {
            sim_wire_break(world, socket);
        }
        sim_wire_collect(world, socket);
    }
}

static void move_host(struct sim_world *world, uint32_t host, uint32_t to)
{
    world->hosts[host].relay_at = to;
    sim_relay_start(world, to);
    for (size_t i = 1; i < world->sockets_count; i++) {
        struct sim_socket *socket = world->sockets[i];
        if (socket && socket->relay_open && socket->tab->host == host && socket->relay != to) {
            note_lost(world, socket);
            sim_wire_break(world, socket);
        }
    }
}

void sim_relay_leave(struct sim_world *world, uint32_t at)
{
    const uint32_t to = (at + 1) % world->faults.relays_count;
    if (to == at) {
        return;
    }
    sim_relay_start(world, to);
    for (uint32_t i = 0; i < SIM_HOSTS_MAX + SIM_HOSTILES_MAX; i++) {
        world->hosts[i].relay_at = world->hosts[i].relay_at == at ? to : world->hosts[i].relay_at;
    }
    world->relay_at = world->relay_at == at ? to : world->relay_at;
}

void sim_relay_move(struct sim_world *world, uint32_t host)
{
    if (world->faults.relays_count > 1) {
        world->stats->relay_moves++;
        move_host(world, host, (world->hosts[host].relay_at + 1) % world->faults.relays_count);
    }
}

void sim_relay_gather(struct sim_world *world)
{
    if (world->cluster) {
        sim_cluster_calm(world);
        return;
    }
    for (uint32_t i = 0; i < SIM_HOSTS_MAX + SIM_HOSTILES_MAX; i++) {
        move_host(world, i, world->relay_at);
    }
}

void sim_relay_move_all(struct sim_world *world)
{
    if (world->faults.relays_count > 1 && !world->cluster) {
        world->stats->relay_moves++;
        world->relay_at = (world->relay_at + 1) % world->faults.relays_count;
        sim_trace_note(world, NULL, "the address names another relay");
        sim_relay_gather(world);
    }
}

void sim_relay_accept(struct sim_world *world, struct sim_socket *socket)
{
    const uint32_t at = world->hosts[socket->tab->host].relay_at;
    struct sim_relay *relay = &world->relays[at];
    uint32_t number = 0;
    while (number < SIM_RELAY_CLIENTS_MAX && relay->sockets[number] != 0) {
        number++;
    }
    if (number == SIM_RELAY_CLIENTS_MAX) {
        sim_fail(world, "too many WebSockets are open on the relay");
        return;
    }
    relay->sockets[number] = socket->index;
    socket->connection = number;
    socket->relay = at;
    socket->relay_open = true;
    socket->tab->connected_us = world->now_us;
    handle(world, relay, socket,
           &(struct pf_hub_event){.type = PF_HUB_CLIENT_OPENED, .client = number});
}

void sim_relay_hear(struct sim_world *world, struct sim_socket *socket, struct pf_slice text)
{
    sim_trace_wire(world, socket, "relay gets", text);
    handle(world, &world->relays[socket->relay], socket,
           &(struct pf_hub_event){
               .type = PF_HUB_CLIENT_TEXT, .client = socket->connection, .text = text});
}

void sim_relay_lost(struct sim_world *world, struct sim_socket *socket, uint16_t code)
{
    struct sim_relay *relay = &world->relays[socket->relay];
    if (socket->relay_open) {
        forget(world, relay, socket);
        handle(world, relay, socket,
               &(struct pf_hub_event){
                   .type = PF_HUB_CLIENT_CLOSED, .client = socket->connection, .code = code});
    }
    sim_wire_collect(world, socket);
}

void sim_relay_dismiss(struct sim_world *world, struct sim_socket *socket)
{
    if (!socket->broken) {
        sim_wire_send_close(world, socket, false, 1001, 0);
    }
    sim_relay_lost(world, socket, 1006);
}

void sim_relay_timeout(struct sim_world *world, uint32_t at, uint32_t token)
{
    struct sim_relay *relay = &world->relays[at];
    const uint64_t pause_us = sim_cluster_pause_us(world, at);
    if (relay->up && token == relay->timer_token && pause_us > 0) {
        sim_after(world, pause_us, SIM_RELAY_TIMER, at, token);
    } else if (relay->up && token == relay->timer_token) {
        relay->deadline_ms = PF_DEADLINE_NONE;
        handle(world, relay, NULL, &(struct pf_hub_event){.type = PF_HUB_TIMEOUT});
    }
}
