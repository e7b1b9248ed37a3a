/* trunks.c - what lies between two relays: messages in order, or none. */
/* SPDX-License-Identifier: MIT */
#include "relay/cluster/trunks.h"

#include "base/assert.h"
#include "relay/cluster/front.h"
#include "relay/cluster/owner.h"
#include "relay/cluster/state.h"
#include "relay/hub/siphash.h"

#include <stdlib.h>

void pf_trunks_init(struct pf_trunks *trunks, const uint64_t key[2])
{
    *trunks = (struct pf_trunks){.key = {key[0], key[1]}};
    pf_list_init(&trunks->all);
}

static void remove_trunk(struct pf_trunks *trunks, struct pf_trunk *trunk)
{
    pf_list_remove(&trunk->link);
    pf_table_remove(&trunks->by_remote, &trunk->by_remote);
    free(trunk);
}

void pf_trunks_clear(struct pf_trunks *trunks)
{
    while (!pf_list_is_empty(&trunks->all)) {
        remove_trunk(trunks, PF_LIST_OWNER(trunks->all.next, struct pf_trunk, link));
    }
    pf_table_clear(&trunks->by_remote);
    pf_trunks_init(trunks, trunks->key);
}

static uint64_t hash_of(const struct pf_trunks *trunks, uint32_t store, pf_relay_id remote)
{
    const uint64_t words[] = {remote, store};
    return pf_siphash(trunks->key, (struct pf_slice){(const char *)words, sizeof words});
}

static struct pf_trunk *find(const struct pf_trunks *trunks, uint32_t store, pf_relay_id remote)
{
    struct pf_table_link *at = pf_table_find(&trunks->by_remote, hash_of(trunks, store, remote));
    for (; at; at = pf_table_find_next(at)) {
        struct pf_trunk *trunk = PF_LIST_OWNER(at, struct pf_trunk, by_remote);
        if (trunk->remote == remote && trunk->store == store) {
            return trunk;
        }
    }
    return NULL;
}

struct pf_trunk *pf_trunks_get(struct pf_cluster *cluster, uint32_t store, pf_relay_id remote)
{
    struct pf_trunks *trunks = &cluster->trunks;
    struct pf_trunk *trunk = find(trunks, store, remote);
    if (trunk) {
        return trunk;
    }
    trunk = calloc(1, sizeof *trunk);
    if (!trunk || pf_table_put(&trunks->by_remote, &trunk->by_remote,
                               hash_of(trunks, store, remote)) != PF_ERROR_OK) {
        free(trunk);
        return NULL;
    }
    trunk->remote = remote;
    trunk->store = (uint8_t)store;
    trunk->epoch = ++trunks->last_epoch;
    trunk->heard_ms = trunk->used_ms = cluster->now_ms;
    pf_list_init(&trunk->visits);
    pf_list_init(&trunk->guests);
    pf_list_append(&trunks->all, &trunk->link);
    return trunk;
}

/* ---- guests of a trunk ---- */

void pf_trunk_add_guest(struct pf_trunk *trunk, struct pf_guest *guest)
{
    PF_ASSERT(!guest->trunk && guest->remote == trunk->remote);
    guest->trunk = trunk;
    pf_list_append(&trunk->guests, &guest->link);
}

void pf_trunk_remove_guest(struct pf_trunk *trunk, struct pf_guest *guest)
{
    PF_ASSERT(guest->trunk == trunk);
    guest->trunk = NULL;
    pf_list_remove(&guest->link);
}

/* ---- sending ---- */

static void publish(struct pf_cluster *cluster, uint32_t store, pf_relay_id to,
                    const struct pf_bus_message *message, uint32_t epoch)
{
    const size_t start = cluster->text.size;
    pf_bus_write(message, &cluster->text);
    PF_ASSERT(!cluster->text.overflow);
    pf_stores_publish(cluster, store, to,
                      (struct pf_slice){cluster->text.data + start, cluster->text.size - start},
                      epoch);
}

void pf_trunk_send(struct pf_cluster *cluster, struct pf_trunk *trunk,
                   struct pf_bus_message *message)
{
    const bool is_sign_of_life = message->kind == PF_BUS_ALIVE;
    message->from = cluster->config.self;
    message->epoch = trunk->epoch;
    message->remote_epoch = trunk->remote_epoch;
    message->number = trunk->number;
    trunk->number +=
        is_sign_of_life ? 0 : 1; /* also of a message that is lost: the other end notices */
    publish(cluster, trunk->store, trunk->remote, message, is_sign_of_life ? 0 : trunk->epoch);
}

static void send_reset(struct pf_cluster *cluster, uint32_t store, pf_relay_id remote,
                       uint32_t remote_epoch)
{
    publish(cluster, store, remote,
            &(struct pf_bus_message){
                .kind = PF_BUS_RESET, .from = cluster->config.self, .remote_epoch = remote_epoch},
            0);
}

/* ---- giving up ---- */

static bool is_used(const struct pf_trunk *trunk)
{
    return !pf_list_is_empty(&trunk->visits) || !pf_list_is_empty(&trunk->guests);
}

/* The visits and guests of the trunk are left to their ends. */
static void give_up(struct pf_cluster *cluster, struct pf_trunk *trunk)
{
    cluster->counts.resets += is_used(trunk) ? 1 : 0;
    pf_front_reset(cluster, trunk);
    pf_owner_reset(cluster, trunk);
    remove_trunk(&cluster->trunks, trunk);
}

void pf_trunks_unheard(struct pf_cluster *cluster, uint32_t store, pf_relay_id remote,
                       uint32_t epoch)
{
    struct pf_trunk *trunk = find(&cluster->trunks, store, remote);
    if (trunk && trunk->epoch == epoch) {
        give_up(cluster, trunk);
    } else if (trunk && epoch == 0) {
        trunk->ask_due = cluster->trunks.has_work = true;
    }
}

void pf_trunks_dead(struct pf_cluster *cluster, uint32_t store, pf_relay_id remote)
{
    struct pf_trunk *trunk = find(&cluster->trunks, store, remote);
    if (trunk) {
        give_up(cluster, trunk);
    }
}

void pf_trunks_answer_foreign(struct pf_cluster *cluster, uint32_t store, pf_relay_id remote)
{
    publish(cluster, store, remote,
            &(struct pf_bus_message){.kind = PF_BUS_FOREIGN, .from = cluster->config.self}, 0);
}

void pf_trunks_foreign(struct pf_cluster *cluster, uint32_t store, pf_relay_id remote)
{
    struct pf_trunk *trunk = find(&cluster->trunks, store, remote);
    if (trunk) {
        pf_front_leave(cluster, trunk);
        give_up(cluster, trunk);
    }
}

/* ---- hearing ---- */

/* The trunk that the message is of; NULL if it is of one that is over. A newer one takes the place
 * of the one that this end knows, which is given up. */
static struct pf_trunk *match(struct pf_cluster *cluster, struct pf_trunk *trunk,
                              const struct pf_bus_message *message)
{
    if (message->remote_epoch != 0 && message->remote_epoch != trunk->epoch) {
        return NULL; /* it speaks to a trunk that has been given up here */
    }
    if (trunk->remote_epoch == 0) {
        trunk->remote_epoch = message->epoch;
        return trunk;
    }
    if (message->epoch == trunk->remote_epoch) {
        return trunk;
    }
    if (message->epoch < trunk->remote_epoch) {
        return NULL;
    }
    const uint32_t store = trunk->store;
    const pf_relay_id remote = trunk->remote;
    give_up(cluster, trunk);
    if (message->remote_epoch != 0) {
        return NULL;
    }
    trunk = pf_trunks_get(cluster, store, remote);
    if (trunk) {
        trunk->remote_epoch = message->epoch;
    }
    return trunk;
}

struct pf_trunk *pf_trunks_hear(struct pf_cluster *cluster, uint32_t store,
                                const struct pf_bus_message *message)
{
    struct pf_trunk *trunk = find(&cluster->trunks, store, message->from);
    if (message->kind == PF_BUS_RESET) {
        if (trunk && trunk->epoch == message->remote_epoch) {
            give_up(cluster, trunk);
        }
        return NULL;
    }
    if (!trunk && message->remote_epoch == 0) {
        trunk = pf_trunks_get(cluster, store, message->from);
    }
    trunk = trunk ? match(cluster, trunk, message) : NULL;
    if (!trunk) {
        send_reset(cluster, store, message->from, message->epoch);
        return NULL;
    }
    trunk->heard_ms = cluster->now_ms;
    if (message->number != trunk->remote_number) {
        give_up(cluster, trunk); /* something is missing */
        send_reset(cluster, store, message->from, message->epoch);
        return NULL;
    }
    if (message->kind == PF_BUS_ALIVE) {
        return NULL;
    }
    trunk->remote_number++;
    return trunk;
}

/* ---- signs of life ---- */

/* A trunk whose other end has been silent for longer than is explained by this one's own bus. */
static void judge(struct pf_cluster *cluster, struct pf_trunk *trunk)
{
    const struct pf_store_state *store = &cluster->stores.each[trunk->store];
    const uint64_t since_ms = trunk->heard_ms > store->up_ms ? trunk->heard_ms : store->up_ms;
    const uint64_t silent_ms = cluster->now_ms - since_ms;
    if (!pf_store_hears(store, cluster->now_ms)) {
        return;
    }
    if (silent_ms >= PF_TRUNK_GIVE_UP_MS) {
        give_up(cluster, trunk);
    } else if (silent_ms >= PF_TRUNK_SILENT_MS) {
        trunk->ask_due = true;
    }
}

void pf_trunks_say_alive(struct pf_cluster *cluster, uint32_t store)
{
    struct pf_trunks *trunks = &cluster->trunks;
    for (struct pf_list *at = trunks->all.next, *next = NULL; at != &trunks->all; at = next) {
        struct pf_trunk *trunk = PF_LIST_OWNER(at, struct pf_trunk, link);
        next = at->next;
        if (trunk->store != store) {
            continue;
        }
        if (is_used(trunk)) {
            trunk->used_ms = cluster->now_ms;
            trunk->alive_due = true;
            judge(cluster, trunk);
        } else if (cluster->now_ms - trunk->used_ms >= PF_TRUNK_UNUSED_MS) {
            trunk->end_due = true;
        }
    }
    trunks->has_work = true;
}

bool pf_trunks_step(struct pf_cluster *cluster)
{
    struct pf_trunks *trunks = &cluster->trunks;
    if (!trunks->has_work) {
        return false;
    }
    for (struct pf_list *at = trunks->all.next; at != &trunks->all; at = at->next) {
        struct pf_trunk *trunk = PF_LIST_OWNER(at, struct pf_trunk, link);
        if (!trunk->alive_due && !trunk->ask_due && !trunk->end_due) {
            continue;
        }
        if (trunk->end_due && !is_used(trunk)) {
            send_reset(cluster, trunk->store, trunk->remote, trunk->remote_epoch);
            remove_trunk(trunks, trunk);
            return true;
        }
        if (trunk->ask_due) {
            pf_cluster_put_command(cluster, trunk->store, PF_STORE_ASK)->relay = trunk->remote;
        }
        if (trunk->alive_due) {
            pf_trunk_send(cluster, trunk, &(struct pf_bus_message){.kind = PF_BUS_ALIVE});
        }
        trunk->alive_due = trunk->ask_due = trunk->end_due = false;
        return true;
    }
    trunks->has_work = false;
    return false;
}
