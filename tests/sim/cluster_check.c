/* cluster_check.c - what must hold of relays that serve the same rooms. */
/* SPDX-License-Identifier: MIT */
#include "cluster_check.h"

#include "base/assert.h"
#include "relay.h"
#include "relay/cluster/bus.h"
#include "relay/cluster/cluster.h"
#include "relay/hub/state.h"
#include "tab.h"
#include "text.h"

#include <string.h>

enum {
    READY_MS_MAX = 6000, /* that a relay may call itself ready without having heard itself */
    /* How long relays may go on that have no room in common any more: one that hears nothing
     * connects anew after PF_STORE_STALL_MS, and judges silence after PF_TRUNK_SILENT_MS. */
    UNSHARED_MS = 40000,
    OWNERS_MS = 40000,   /* after the faults: until no room has two owners */
    WAITING_MS = 20000,  /* for a store's answer, when all stores work */
    RESETS_MS = 60000,   /* after the faults: until all trunks have been made anew */
    UNHEARD_MS = 4000,   /* until a client is closed whose message nobody has heard */
    UNAGREED_MS = 20000, /* that two relays may count otherwise: clients come and go */
};

static struct pf_slice room_name(uint32_t room)
{
    return pf_slice_of(sim_tab_room_name(room));
}

static bool owns(const struct sim_world *world, uint32_t relay, uint32_t room)
{
    return world->relays[relay].up &&
           pf_cluster_owns(world->relays[relay].cluster, room_name(room));
}

/* The relay that is the room's owner, as the last one that says so knows; or SIM_RELAYS_MAX. */
static uint32_t owner_of(const struct sim_world *world, uint32_t room, size_t *count)
{
    uint32_t owner = SIM_RELAYS_MAX;
    *count = 0;
    for (uint32_t i = 0; i < world->faults.relays_count; i++) {
        if (owns(world, i, room)) {
            owner = i;
            ++*count;
        }
    }
    return owner;
}

static bool past(const struct sim_world *world, uint64_t since_us, uint32_t ms)
{
    return world->now_us > since_us && world->now_us - since_us > (uint64_t)ms * 1000;
}

/* ---- who publishes to whom ---- */

/* Whether a client of `front` is in a room that `owner` has, or is about to be. */
static bool visits(const struct sim_world *world, uint32_t front, uint32_t owner)
{
    for (size_t i = 1; i < world->sockets_count; i++) {
        const struct sim_socket *socket = world->sockets[i];
        if (socket && socket->relay_open && socket->relay == front &&
            owns(world, owner, world->hosts[socket->tab->host].room)) {
            return true;
        }
    }
    return false;
}

static uint32_t relay_of(const struct sim_world *world, pf_relay_id id)
{
    uint32_t relay = 0;
    while (relay < SIM_RELAYS_MAX && world->cluster->ids[relay] != id) {
        relay++;
    }
    return relay;
}

/* What a relay that hears nothing has missed may be that it shares no room any more. */
static bool is_deaf(const struct sim_world *world, uint32_t relay)
{
    return world->relays[relay].up &&
           !pf_cluster_is_ready(world->relays[relay].cluster, world->now_us / 1000);
}

static void note_shared(struct sim_world *world, uint32_t one, uint32_t other)
{
    if (visits(world, one, other) || visits(world, other, one) || is_deaf(world, one) ||
        is_deaf(world, other)) {
        world->cluster->shared_us[one][other] = world->now_us;
        world->cluster->shared_us[other][one] = world->now_us;
    }
}

void sim_cluster_check_publish(struct sim_world *world, uint32_t relay,
                               const struct pf_store_command *command)
{
    struct sim_cluster *cluster = world->cluster;
    const uint32_t other = relay_of(world, command->relay);
    if (other == relay) {
        return;
    }
    const uint64_t start_us =
        world->quiet_us > cluster->last_start_us ? world->quiet_us : cluster->last_start_us;
    if (other == SIM_RELAYS_MAX) {
        /* That a trunk which nobody uses is taken down is told, whoever is there. */
        const bool is_reset = command->bytes.size > 1 && command->bytes.data[1] == PF_BUS_RESET;
        if (world->quiet && !is_reset && past(world, start_us, UNSHARED_MS)) {
            sim_fail(world, "relay %u publishes to one that is no more", relay);
        }
        return;
    }
    note_shared(world, relay, other);
    const uint64_t shared_us = cluster->shared_us[relay][other];
    const uint64_t since_us = start_us > shared_us ? start_us : shared_us;
    if (world->quiet && past(world, since_us, UNSHARED_MS)) {
        sim_fail(world, "relay %u publishes to relay %u, with which it shares no room", relay,
                 other);
    }
}

/* ---- who hears what ---- */

void sim_cluster_check_text(struct sim_world *world, const struct sim_socket *socket,
                            struct pf_slice text)
{
    const struct sim_tab *tab = socket->tab;
    if (!world->cluster || tab->host >= SIM_HOSTS_MAX) {
        return;
    }
    const bool is_signal = sim_text_after(text, "{\"from\":\"").data;
    const char *to = is_signal ? sim_text_after(text, ",\"to\":\"").data : NULL;
    if (to && tab->socket == socket && tab->view.state == PF_ROOM_JOINED &&
        pf_member_id_read((struct pf_slice){to, PF_MEMBER_ID_DIGITS}) != tab->view.self) {
        sim_fail(world, "%s hears what is for another", sim_tab_name(world, tab));
    }
    if (socket->joined && sim_text_after(text, "{\"type\":\"joined\",\"self\":\"").data) {
        sim_fail(world, "%s is joined twice", sim_tab_name(world, tab));
    }
}

/* ---- who is not heard ---- */

uint32_t sim_cluster_sender(const struct sim_world *world, uint32_t relay,
                            const struct pf_store_command *command)
{
    struct pf_bus_message message;
    if (command->type != PF_STORE_PUBLISH || pf_bus_read(command->bytes, &message) != PF_ERROR_OK ||
        message.kind != PF_BUS_TEXT || message.client >= SIM_RELAY_CLIENTS_MAX) {
        return 0;
    }
    const uint32_t index = world->relays[relay].sockets[message.client];
    const struct sim_socket *socket = index != 0 ? world->sockets[index] : NULL;
    return socket && socket->joined ? index : 0;
}

void sim_cluster_note_unheard(struct sim_world *world, uint32_t index)
{
    struct sim_cluster *cluster = world->cluster;
    if (index != 0 && world->sockets[index]) {
        cluster->unheard[cluster->unheard_count++ % SIM_UNHEARD_MAX] =
            (struct sim_unheard){.socket = index, .since_us = world->now_us};
    }
}

/* Its page takes for sent what is lost. */
static void check_unheard(struct sim_world *world)
{
    struct sim_cluster *cluster = world->cluster;
    for (size_t i = 0; i < SIM_UNHEARD_MAX; i++) {
        struct sim_unheard *unheard = &cluster->unheard[i];
        const struct sim_socket *socket =
            unheard->socket != 0 ? world->sockets[unheard->socket] : NULL;
        if (!socket || !socket->relay_open) {
            unheard->socket = 0;
        } else if (sim_cluster_pause_us(world, socket->relay) > 0) {
            unheard->since_us = world->now_us;
        } else if (past(world, unheard->since_us, UNHEARD_MS)) {
            sim_fail(world, "%s is not heard by the owner of its room, and stays",
                     sim_tab_name(world, socket->tab));
        }
    }
}

/* ---- every second ---- */

static size_t sockets_of(const struct sim_world *world, uint32_t relay)
{
    size_t count = 0;
    for (int i = 0; i < SIM_RELAY_CLIENTS_MAX; i++) {
        count += world->relays[relay].sockets[i] != 0;
    }
    return count;
}

/* G: a subscription may be dead for ever while all else is well. */
static void check_ready(struct sim_world *world, uint32_t relay)
{
    const bool says_so = pf_cluster_is_ready(world->relays[relay].cluster, world->now_us / 1000);
    for (uint32_t i = 0; i < world->faults.stores_count; i++) {
        if (says_so && past(world, world->cluster->links[relay][i].heard_us, READY_MS_MAX)) {
            sim_fail(world, "relay %u is ready, but has heard nothing of store %u", relay, i);
        }
    }
}

static void check_bounds(struct sim_world *world, uint32_t relay)
{
    const struct pf_cluster_counts counts = pf_cluster_counts(world->relays[relay].cluster);
    const size_t sockets = sockets_of(world, relay);
    const size_t clients = pf_hub_counts(pf_cluster_hub(world->relays[relay].cluster)).clients;
    if (counts.visits > sockets || counts.waiting > sockets) {
        sim_fail(world, "relay %u has %zu clients, but %zu visits and %zu that wait", relay,
                 sockets, counts.visits, counts.waiting);
    }
    if (clients > sockets + counts.guests) {
        sim_fail(world, "relay %u has %zu clients and %zu guests, but its hub %zu", relay, sockets,
                 counts.guests, clients);
    }
}

/*
 * A trunk between two relays that work is given up for something that is missing. Not where clients
 * come and go on: one end of a trunk may just have taken it down, as nobody used it.
 */
static void check_resets(struct sim_world *world, uint32_t relay)
{
    const uint64_t resets = pf_cluster_counts(world->relays[relay].cluster).resets;
    const bool is_calm = world->faults.hostiles_count == 0 && world->faults.hosts_count <= 8;
    if (resets > world->cluster->resets[relay] && world->quiet && is_calm &&
        past(world, world->quiet_us, RESETS_MS)) {
        sim_fail(world, "relay %u gives a trunk up without a reason", relay);
    }
    world->cluster->resets[relay] = resets;
}

/* A: a room has one owner, of two the one that its store names. */
static void check_owners(struct sim_world *world)
{
    for (uint32_t i = 0; i < world->faults.rooms_count && world->quiet; i++) {
        size_t count;
        (void)owner_of(world, i, &count);
        if (count > 1 && past(world, world->quiet_us, OWNERS_MS)) {
            sim_fail(world, "two relays own one room for too long");
        }
    }
}

void sim_cluster_check_tick(struct sim_world *world)
{
    if (world->cluster) {
        check_unheard(world);
        check_owners(world);
    }
    for (uint32_t i = 0; world->cluster && i < world->faults.relays_count; i++) {
        if (world->relays[i].up) {
            check_ready(world, i);
            check_bounds(world, i);
            check_resets(world, i);
            for (uint32_t k = 0; k < world->faults.relays_count; k++) {
                note_shared(world, i, k);
            }
        }
    }
}

/* ---- after the faults ---- */

static bool has_people(const struct sim_world *world, uint32_t room)
{
    for (uint32_t i = 0; i < world->faults.hosts_count; i++) {
        const struct sim_tab *tab = world->hosts[i].tab;
        if (world->hosts[i].room == room && !sim_host_is_lost(world, i) && tab &&
            tab->view.state == PF_ROOM_JOINED) {
            return true;
        }
    }
    return false;
}

/* The stores name that relay as the owner, in the one whose room it is. */
static bool is_named(const struct sim_world *world, uint32_t room, uint32_t owner)
{
    size_t right = 0;
    for (uint32_t i = 0; i < world->faults.stores_count; i++) {
        const pf_relay_id id =
            sim_directory_owner(&world->cluster->stores[i].now, world->now_us, room_name(room));
        right += id == world->cluster->ids[owner];
    }
    return right == 1;
}

static const char *room_amiss(const struct sim_world *world, uint32_t room)
{
    size_t count;
    const uint32_t owner = owner_of(world, room, &count);
    if (count > 1) {
        return "two relays own one room";
    }
    if (!has_people(world, room)) {
        return NULL; /* it may have an owner for a while */
    }
    if (count == 0) {
        return "no relay owns a room with people in it";
    }
    if (!is_named(world, room, owner)) {
        return "a store does not name the owner of a room";
    }
    for (uint32_t i = 0; i < world->faults.relays_count; i++) {
        const bool has_room =
            world->relays[i].up &&
            pf_rooms_find(&pf_cluster_hub(world->relays[i].cluster)->rooms, room_name(room));
        if (has_room != (i == owner)) {
            return "a room is not at its owner, or also elsewhere";
        }
    }
    return NULL;
}

/* How many clients of the relay have joined rooms of others. */
static size_t visitors(const struct sim_world *world, uint32_t relay)
{
    size_t count = 0;
    for (size_t i = 1; i < world->sockets_count; i++) {
        const struct sim_socket *socket = world->sockets[i];
        count += socket && socket->relay_open && socket->relay == relay && socket->joined &&
                 !owns(world, relay, world->hosts[socket->tab->host].room);
    }
    return count;
}

/* Both ends of all visits know of them, and nobody else is counted. */
static bool counts_agree(const struct sim_world *world)
{
    size_t visits_sum = 0, guests_sum = 0;
    for (uint32_t i = 0; i < world->faults.relays_count; i++) {
        if (!world->relays[i].up) {
            continue;
        }
        const struct pf_cluster_counts counts = pf_cluster_counts(world->relays[i].cluster);
        visits_sum += counts.visits;
        guests_sum += counts.guests;
        if (counts.visits != visitors(world, i)) {
            return false;
        }
    }
    return visits_sum == guests_sum;
}

static const char *relay_amiss(struct sim_world *world, uint32_t at, size_t up_count)
{
    struct sim_cluster *cluster = world->cluster;
    const struct pf_cluster_counts counts = pf_cluster_counts(world->relays[at].cluster);
    if (counts.waiting == 0) {
        cluster->idle_us[at] = world->now_us;
    }
    if (past(world, cluster->idle_us[at], WAITING_MS)) {
        return "clients wait for a store that works";
    }
    if (!pf_cluster_is_ready(world->relays[at].cluster, world->now_us / 1000)) {
        return "a relay is not ready";
    }
    if (counts.trunks > world->faults.stores_count * (up_count - 1)) {
        return "a relay has trunks to relays that are no more";
    }
    return NULL;
}

const char *sim_cluster_amiss(struct sim_world *world)
{
    struct sim_cluster *cluster = world->cluster;
    if (!cluster) {
        return NULL;
    }
    size_t up_count = 0;
    for (uint32_t i = 0; i < world->faults.relays_count; i++) {
        up_count += world->relays[i].up;
    }
    const char *amiss = NULL;
    for (uint32_t i = 0; i < world->faults.relays_count && !amiss; i++) {
        amiss = world->relays[i].up ? relay_amiss(world, i, up_count) : NULL;
    }
    for (uint32_t i = 0; i < world->faults.rooms_count && !amiss; i++) {
        amiss = room_amiss(world, i);
    }
    if (counts_agree(world)) {
        cluster->agreed_us = world->now_us;
    }
    if (!amiss && past(world, cluster->agreed_us, UNAGREED_MS)) {
        amiss = "fronts and owners do not count the same visits";
    }
    return amiss;
}

bool sim_cluster_lists(const struct sim_world *world, const struct sim_tab *tab,
                       const struct sim_tab *other)
{
    const struct pf_hub *hub = pf_cluster_hub(world->relays[tab->socket->relay].cluster);
    const struct pf_hub_room *room =
        pf_rooms_find(&hub->rooms, room_name(world->hosts[tab->host].room));
    const struct pf_hub_member *self = room ? pf_hub_room_member(room, tab->view.self) : NULL;
    const struct pf_hub_member *peer = room ? pf_hub_room_member(room, other->view.self) : NULL;
    return self && peer && self->client == tab->socket->connection &&
           peer->client != PF_HUB_CLIENT_NONE;
}

/* Whether a page of somebody well-behaved has, or had, that id. */
static bool was_page(const struct sim_world *world, pf_member_id id)
{
    bool any = false;
    for (size_t i = 1; i <= world->tabs_count; i++) {
        any = any || (world->tabs[i]->host < SIM_HOSTS_MAX && world->tabs[i]->view.self == id);
    }
    return any;
}

bool sim_cluster_may_be_hostile(const struct sim_world *world, pf_member_id id)
{
    return world->cluster && world->faults.hostiles_count > 0 && !was_page(world, id);
}

/* ---- who was let in, and has not heard of it ---- */

struct sim_arrival sim_cluster_before(const struct sim_world *world, uint32_t relay)
{
    struct sim_arrival arrival = {.is_checked = world->faults.doors_per_minute > 0};
    const struct pf_hub *hub = sim_relay_hub(&world->relays[relay]);
    for (uint32_t i = 0; i < SIM_ROOMS_MAX && arrival.is_checked; i++) {
        const struct pf_hub_room *room = pf_rooms_find(&hub->rooms, room_name(i));
        arrival.is_locked[i] = room && room->is_locked;
    }
    return arrival;
}

static bool was_let_in(const struct sim_cluster *cluster, pf_member_id id)
{
    for (size_t i = 0; i < SIM_LET_IN_MAX && i < cluster->let_in_count; i++) {
        if (cluster->let_in[i] == id) {
            return true;
        }
    }
    return false;
}

void sim_cluster_after(struct sim_world *world, uint32_t relay, const struct sim_arrival *before)
{
    struct sim_cluster *cluster = world->cluster;
    const struct pf_hub *hub = sim_relay_hub(&world->relays[relay]);
    for (uint32_t i = 0; i < SIM_ROOMS_MAX && before->is_checked; i++) {
        const struct pf_hub_room *room = pf_rooms_find(&hub->rooms, room_name(i));
        for (size_t k = 0; room && !before->is_locked[i] && k < room->members_count; k++) {
            if (!was_let_in(cluster, room->members[k]->id)) {
                cluster->let_in[cluster->let_in_count++ % SIM_LET_IN_MAX] = room->members[k]->id;
            }
        }
    }
}

bool sim_cluster_was_let_in(const struct sim_world *world, struct pf_slice joined)
{
    const char *self = sim_text_after(joined, "\"self\":\"").data;
    return world->cluster && self &&
           was_let_in(world->cluster,
                      pf_member_id_read((struct pf_slice){self, PF_MEMBER_ID_DIGITS}));
}
