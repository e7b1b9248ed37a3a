/* cluster.c - several relays that serve the same rooms: events in, outputs out. */
/* SPDX-License-Identifier: MIT */
#include "relay/cluster/cluster.h"

#include "base/assert.h"
#include "relay/cluster/front.h"
#include "relay/cluster/owner.h"
#include "relay/cluster/state.h"

#include <stdlib.h>

enum { CLOSE_ABNORMAL = 1006 };

_Static_assert((int)PF_STORES_MAX <= (int)PF_CLUSTER_OUTPUTS_MAX,
               "one step retires from all stores");

/* ---- what the hub asks ---- */

static bool is_ours(void *user, struct pf_slice room)
{
    return pf_claims_own(&((const struct pf_cluster *)user)->claims, room);
}

static bool admit(void *user, uint32_t client, bool returns)
{
    const struct pf_hub_doorkeeper *doorkeeper = &((const struct pf_cluster *)user)->doorkeeper;
    return !doorkeeper->admit || doorkeeper->admit(doorkeeper->user, client, returns);
}

static uint64_t address_of(void *user, uint32_t client)
{
    return pf_cluster_address(user, client);
}

uint64_t pf_cluster_address(const struct pf_cluster *cluster, uint32_t client)
{
    const struct pf_hub_doorkeeper *doorkeeper = &cluster->doorkeeper;
    if (client < cluster->guests_first) {
        return doorkeeper->address ? doorkeeper->address(doorkeeper->user, client) : 0;
    }
    const struct pf_guest *guest = pf_guests_find(&cluster->guests, client - cluster->guests_first);
    return guest ? guest->address : 0;
}

/* ---- from start to end ---- */

enum pf_error pf_cluster_new(const struct pf_cluster_config *config,
                             const struct pf_hub_config *hub, struct pf_cluster **out)
{
    PF_ASSERT(config->self != 0);
    PF_ASSERT(config->stores_count > 0 && config->stores_count <= PF_STORES_MAX);
    PF_ASSERT(config->guests_max > 0);
    struct pf_cluster *cluster = calloc(1, sizeof *cluster);
    struct pf_hub_config hub_config = *hub;
    if (!cluster) {
        return PF_ERROR_MEMORY;
    }
    cluster->config = *config;
    cluster->doorkeeper = hub->doorkeeper;
    cluster->guests_first = hub->clients_max;
    cluster->stores.count = config->stores_count;
    hub_config.clients_max += config->guests_max;
    hub_config.doorkeeper = (struct pf_hub_doorkeeper){cluster, admit, address_of};
    hub_config.elsewhere = (struct pf_hub_elsewhere){cluster, is_ours};
    const uint64_t key[2] = {hub->draw(hub->draw_user), hub->draw(hub->draw_user)};
    pf_claims_init(&cluster->claims, key);
    pf_trunks_init(&cluster->trunks, key);
    pf_visits_init(&cluster->visits);
    pf_guests_init(&cluster->guests, key);
    pf_buffer_init(&cluster->text, cluster->text_data, sizeof cluster->text_data);
    if (pf_hub_new(&hub_config, &cluster->hub) != PF_ERROR_OK) {
        free(cluster);
        return PF_ERROR_MEMORY;
    }
    *out = cluster;
    return PF_ERROR_OK;
}

void pf_cluster_free(struct pf_cluster *cluster)
{
    if (!cluster) {
        return;
    }
    pf_hub_free(cluster->hub);
    pf_visits_clear(&cluster->visits);
    pf_guests_clear(&cluster->guests);
    pf_claims_clear(&cluster->claims);
    pf_trunks_clear(&cluster->trunks);
    pf_stores_clear(&cluster->stores);
    free(cluster->spent);
    free(cluster);
}

void pf_cluster_retire(struct pf_cluster *cluster, uint32_t over_ms)
{
    struct pf_retirement *retirement = &cluster->retirement;
    retirement->is_due = true;
    retirement->over_ms = over_ms;
    retirement->rooms = 0; /* counted anew: this may be the second time, and more urgent */
    retirement->next_ms = 0;
}

/* ---- outputs ---- */

struct pf_cluster_output *pf_cluster_put(struct pf_cluster *cluster,
                                         enum pf_cluster_output_type type)
{
    PF_ASSERT(cluster->outputs_count < PF_CLUSTER_OUTPUTS_MAX);
    struct pf_cluster_output *output = &cluster->outputs[cluster->outputs_count++];
    output->type = type;
    return output;
}

struct pf_store_command *pf_cluster_put_command(struct pf_cluster *cluster, uint32_t store,
                                                enum pf_store_command_type type)
{
    struct pf_store_command *command = &pf_cluster_put(cluster, PF_CLUSTER_STORE)->command;
    *command = (struct pf_store_command){.type = type, .store = store};
    return command;
}

void pf_cluster_put_close(struct pf_cluster *cluster, uint32_t client, uint16_t code)
{
    cluster->locals[0] = client;
    pf_cluster_put(cluster, PF_CLUSTER_SOCKETS)->sockets = (struct pf_hub_output){
        .type = PF_HUB_CLOSE,
        .clients = cluster->locals,
        .clients_count = 1,
        .code = code,
    };
}

void pf_cluster_spend(struct pf_cluster *cluster, char *text)
{
    free(cluster->spent);
    cluster->spent = text;
}

/* ---- the hub ---- */

void pf_cluster_tell_hub(struct pf_cluster *cluster, const struct pf_hub_event *event)
{
    struct pf_hub_event now = *event;
    now.now_ms = cluster->now_ms;
    now.unix_s = cluster->unix_s;
    pf_hub_handle(cluster->hub, &now);
}

void pf_cluster_tell_hub_next(struct pf_cluster *cluster, const struct pf_hub_event *event)
{
    PF_ASSERT(!cluster->has_next);
    cluster->next = *event;
    cluster->has_next = true;
}

void pf_cluster_dismiss(struct pf_cluster *cluster, uint32_t client, uint16_t code)
{
    pf_cluster_put_close(cluster, client, code);
    pf_cluster_tell_hub(cluster, &(struct pf_hub_event){.type = PF_HUB_CLIENT_CLOSED,
                                                        .client = client,
                                                        .code = CLOSE_ABNORMAL});
}

static void on_hub_send(struct pf_cluster *cluster, const struct pf_hub_output *output)
{
    size_t locals = 0;
    for (size_t i = 0; i < output->clients_count; i++) {
        if (output->clients[i] < cluster->guests_first) {
            cluster->locals[locals++] = output->clients[i];
        }
    }
    if (locals > 0) {
        struct pf_hub_output *local = &pf_cluster_put(cluster, PF_CLUSTER_SOCKETS)->sockets;
        *local = *output;
        local->clients = cluster->locals;
        local->clients_count = locals;
    }
    cluster->spread = *output;
    cluster->spread_at = locals == output->clients_count ? locals : 0;
}

static void on_hub_close(struct pf_cluster *cluster, uint32_t client, uint16_t code)
{
    if (client < cluster->guests_first) {
        pf_front_lost(cluster, client, CLOSE_ABNORMAL);
        pf_cluster_put_close(cluster, client, code);
        return;
    }
    struct pf_guest *guest = pf_guests_find(&cluster->guests, client - cluster->guests_first);
    PF_ASSERT(guest);
    pf_owner_closed(cluster, guest, code);
}

static void on_hub_output(struct pf_cluster *cluster, const struct pf_hub_output *output)
{
    switch (output->type) {
    case PF_HUB_SEND: on_hub_send(cluster, output); return;
    case PF_HUB_CLOSE: on_hub_close(cluster, output->clients[0], output->code); return;
    case PF_HUB_VISIT: pf_front_visit(cluster, output); return;
    case PF_HUB_FORWARD: pf_front_forward(cluster, output->clients[0], output->body); return;
    }
    PF_UNREACHABLE();
}

static const struct pf_trunk *trunk_of(const struct pf_cluster *cluster, uint32_t client)
{
    const struct pf_guest *guest =
        client < cluster->guests_first
            ? NULL
            : pf_guests_find(&cluster->guests, client - cluster->guests_first);
    return guest ? guest->trunk : NULL;
}

/* Sends the rest of an output over the next trunk that has not had it. */
static void spread(struct pf_cluster *cluster)
{
    const struct pf_hub_output *output = &cluster->spread;
    const size_t at = cluster->spread_at++;
    const struct pf_trunk *trunk = trunk_of(cluster, output->clients[at]);
    for (size_t i = 0; i < at && trunk; i++) {
        trunk = trunk_of(cluster, output->clients[i]) == trunk ? NULL : trunk;
    }
    if (trunk) {
        pf_owner_send(cluster, output, at);
    }
}

/* ---- events ---- */

static void begin(struct pf_cluster *cluster, uint64_t now_ms, uint64_t unix_s, uint32_t unix_ms)
{
    PF_ASSERT(cluster->outputs_taken == cluster->outputs_count);
    PF_ASSERT(now_ms >= cluster->now_ms);
    cluster->outputs_taken = cluster->outputs_count = 0;
    cluster->text.size = 0;
    cluster->now_ms = now_ms;
    cluster->unix_s = unix_s;
    cluster->unix_ms = unix_s * 1000 + unix_ms;
}

void pf_cluster_handle(struct pf_cluster *cluster, const struct pf_hub_event *event)
{
    begin(cluster, event->now_ms, event->unix_s, event->unix_ms);
    if (event->type == PF_HUB_CLIENT_CLOSED) {
        pf_front_lost(cluster, event->client, event->code);
    }
    pf_hub_handle(cluster->hub, event);
}

/* Of another version, or about that. */
static void on_foreign(struct pf_cluster *cluster, uint32_t store, enum pf_error error)
{
    const struct pf_bus_message *message = &cluster->message;
    if (message->from == cluster->config.self) {
        return; /* forged */
    }
    cluster->counts.foreign++;
    cluster->counts.foreign_version = message->version;
    if (error == PF_ERROR_UNSUPPORTED) {
        pf_trunks_answer_foreign(cluster, store, message->from);
    } else {
        pf_trunks_foreign(cluster, store, message->from);
    }
}

static void on_bus_message(struct pf_cluster *cluster, const struct pf_store_event *event)
{
    struct pf_bus_message *message = &cluster->message;
    const enum pf_error error = pf_bus_read(event->bytes, message);
    if (error == PF_ERROR_INVALID) {
        return; /* somebody else's: a gap follows if it matters */
    }
    cluster->counts.heard++;
    if (error == PF_ERROR_UNSUPPORTED || message->kind == PF_BUS_FOREIGN) {
        on_foreign(cluster, event->store, error);
        return;
    }
    if (message->kind == PF_BUS_SELF) {
        if (message->from == cluster->config.self) {
            pf_stores_heard_self(cluster, event->store);
        }
        return;
    }
    struct pf_trunk *trunk = pf_trunks_hear(cluster, event->store, message);
    if (!trunk) {
        return;
    }
    if (message->kind == PF_BUS_SEND || message->kind == PF_BUS_CLOSE ||
        message->kind == PF_BUS_AGAIN) {
        pf_front_hear(cluster, trunk, message);
    } else {
        pf_owner_hear(cluster, trunk, message);
    }
}

void pf_cluster_handle_store(struct pf_cluster *cluster, const struct pf_store_event *event)
{
    begin(cluster, event->now_ms, event->unix_s, event->unix_ms);
    /* Also lets the hub know what time it is. */
    pf_cluster_tell_hub(cluster, &(struct pf_hub_event){.type = PF_HUB_TIMEOUT});
    cluster->store_event = *event;
    cluster->has_store_event = true;
}

static void on_store_event(struct pf_cluster *cluster, const struct pf_store_event *event)
{
    switch (event->type) {
    case PF_STORE_UP: pf_stores_up(cluster, event->store); return;
    case PF_STORE_DOWN: pf_stores_down(cluster, event->store); return;
    case PF_STORE_CLAIMED: pf_claims_answered(cluster, event->room, event->relay); return;
    case PF_STORE_PUBLISHED: {
        const uint32_t epoch = pf_stores_published(cluster, event->store);
        if (event->count == 0) {
            pf_trunks_unheard(cluster, event->store, event->relay, epoch);
        }
        return;
    }
    case PF_STORE_ANSWERED:
        if (event->count == 0) {
            pf_trunks_dead(cluster, event->store, event->relay);
        }
        return;
    case PF_STORE_MESSAGE: on_bus_message(cluster, event); return;
    }
    PF_UNREACHABLE();
}

/* ---- steps ---- */

static bool step_retirement(struct pf_cluster *cluster)
{
    struct pf_retirement *retirement = &cluster->retirement;
    if (!retirement->is_due || retirement->is_over || cluster->now_ms < retirement->next_ms) {
        return false;
    }
    if (pf_front_turn_away(cluster)) {
        return true;
    }
    if (retirement->rooms == 0) {
        retirement->rooms =
            1 + cluster->claims.owned_count * PF_CLUSTER_PACE_MS / (retirement->over_ms + 1);
    }
    if (!pf_claims_give_up(cluster)) {
        if (cluster->visits.count > 0 && retirement->over_ms > 0) {
            retirement->next_ms = cluster->now_ms + PF_CLUSTER_PACE_MS;
            return false; /* their owners have to hear from this relay */
        }
        retirement->is_over = true;
        for (uint32_t i = 0; i < cluster->stores.count; i++) {
            (void)pf_cluster_put_command(cluster, i, PF_STORE_RETIRE);
        }
        return true;
    }
    if (++retirement->given_up % retirement->rooms == 0) {
        retirement->next_ms = cluster->now_ms + PF_CLUSTER_PACE_MS;
    }
    return true;
}

/* Does the next thing that is due; the hub has no output left. */
static bool step(struct pf_cluster *cluster)
{
    if (cluster->has_next) {
        cluster->has_next = false;
        pf_cluster_tell_hub(cluster, &cluster->next);
        return true;
    }
    if (cluster->has_store_event) {
        cluster->has_store_event = false;
        on_store_event(cluster, &cluster->store_event);
        return true;
    }
    return pf_front_step(cluster) || pf_owner_step(cluster) || pf_stores_step(cluster) ||
           pf_trunks_step(cluster) || pf_claims_step(cluster) || step_retirement(cluster);
}

bool pf_cluster_poll(struct pf_cluster *cluster, struct pf_cluster_output *out)
{
    struct pf_hub_output output;
    while (cluster->outputs_taken == cluster->outputs_count) {
        cluster->outputs_taken = cluster->outputs_count = 0;
        cluster->text.size = 0;
        if (cluster->spread_at < cluster->spread.clients_count) {
            spread(cluster);
        } else if (pf_hub_poll(cluster->hub, &output)) {
            on_hub_output(cluster, &output);
        } else if (!step(cluster)) {
            pf_cluster_spend(cluster, NULL);
            return false;
        }
    }
    *out = cluster->outputs[cluster->outputs_taken++];
    return true;
}

uint64_t pf_cluster_deadline_ms(const struct pf_cluster *cluster)
{
    const struct pf_retirement *retirement = &cluster->retirement;
    uint64_t at_ms[] = {
        pf_hub_deadline_ms(cluster->hub),
        pf_front_deadline_ms(cluster),
        pf_owner_deadline_ms(cluster),
        pf_stores_deadline_ms(cluster),
        pf_claims_deadline_ms(cluster),
        retirement->is_due && !retirement->is_over ? retirement->next_ms : PF_DEADLINE_NONE,
    };
    for (size_t i = 1; i < sizeof at_ms / sizeof at_ms[0]; i++) {
        at_ms[0] = at_ms[i] < at_ms[0] ? at_ms[i] : at_ms[0];
    }
    return at_ms[0];
}

/* ---- looking ---- */

bool pf_cluster_is_ready(const struct pf_cluster *cluster, uint64_t now_ms)
{
    for (uint32_t i = 0; i < cluster->stores.count; i++) {
        if (!pf_store_hears(&cluster->stores.each[i], now_ms)) {
            return false;
        }
    }
    return !cluster->retirement.is_due;
}

const struct pf_hub *pf_cluster_hub(const struct pf_cluster *cluster)
{
    return cluster->hub;
}

struct pf_cluster_counts pf_cluster_counts(const struct pf_cluster *cluster)
{
    struct pf_cluster_counts counts = cluster->counts;
    counts.visits = cluster->visits.count;
    counts.waiting = cluster->visits.waiting_count;
    counts.guests = cluster->guests.count;
    counts.trunks = cluster->trunks.by_remote.count;
    counts.rooms_owned = cluster->claims.owned_count;
    return counts;
}

bool pf_cluster_owns(const struct pf_cluster *cluster, struct pf_slice room)
{
    return pf_claims_own(&cluster->claims, room);
}
