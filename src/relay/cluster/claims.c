/* claims.c - the rooms that this relay owns, and those whose owner it asks for. */
/* SPDX-License-Identifier: MIT */
#include "relay/cluster/claims.h"

#include "base/assert.h"
#include "relay/cluster/front.h"
#include "relay/cluster/state.h"
#include "relay/hub/siphash.h"

#include <stdlib.h>
#include <string.h>

enum { SWEEP_MIN = 16 };

void pf_claims_init(struct pf_claims *claims, const uint64_t key[2])
{
    *claims = (struct pf_claims){.key = {key[0], key[1]}};
    for (size_t i = 0; i < PF_STORES_MAX; i++) {
        pf_list_init(&claims->queues[i].fresh);
        pf_list_init(&claims->queues[i].retries);
    }
    pf_list_init(&claims->asked);
    pf_list_init(&claims->named);
    pf_list_init(&claims->granted);
    pf_list_init(&claims->owned);
}

static struct pf_claim *claim_of(struct pf_table_link *link)
{
    return PF_LIST_OWNER(link, struct pf_claim, by_room);
}

void pf_claims_clear(struct pf_claims *claims)
{
    struct pf_table_link *next = NULL;
    for (struct pf_table_link *at = pf_table_first(&claims->by_room); at; at = next) {
        next = pf_table_next(&claims->by_room, at);
        free(claim_of(at));
    }
    pf_table_clear(&claims->by_room);
    pf_claims_init(claims, claims->key);
}

/* ---- the table ---- */

static struct pf_slice room_of(const struct pf_claim *claim)
{
    return (struct pf_slice){claim->room, claim->room_size};
}

static struct pf_claim *find(const struct pf_claims *claims, struct pf_slice room)
{
    struct pf_table_link *at = pf_table_find(&claims->by_room, pf_siphash(claims->key, room));
    while (at && !pf_slice_equal(room_of(claim_of(at)), room)) {
        at = pf_table_find_next(at);
    }
    return at ? claim_of(at) : NULL;
}

static struct pf_claim *add(struct pf_cluster *cluster, struct pf_slice room)
{
    struct pf_claims *claims = &cluster->claims;
    struct pf_claim *claim = calloc(1, sizeof *claim + room.size);
    if (!claim || pf_table_put(&claims->by_room, &claim->by_room, pf_siphash(claims->key, room)) !=
                      PF_ERROR_OK) {
        free(claim);
        return NULL;
    }
    claim->store = (uint8_t)pf_stores_of_room(&cluster->stores, room);
    claim->room_size = (uint8_t)room.size;
    memcpy(claim->room, room.data, room.size);
    pf_list_init(&claim->visits);
    return claim;
}

static void remove_claim(struct pf_claims *claims, struct pf_claim *claim)
{
    PF_ASSERT(pf_list_is_empty(&claim->visits));
    pf_table_remove(&claims->by_room, &claim->by_room);
    pf_list_remove(&claim->link);
    claims->owned_count -= claim->is_owned ? 1 : 0;
    free(claim);
}

bool pf_claims_own(const struct pf_claims *claims, struct pf_slice room)
{
    const struct pf_claim *claim = find(claims, room);
    return claim && claim->is_owned;
}

/* ---- asking ---- */

enum pf_error pf_claims_ask(struct pf_cluster *cluster, struct pf_visit *visit, bool later)
{
    struct pf_claims *claims = &cluster->claims;
    struct pf_claim *claim = find(claims, pf_visit_room(visit));
    if (!claim) {
        claim = add(cluster, pf_visit_room(visit));
        if (!claim) {
            return PF_ERROR_MEMORY;
        }
        struct pf_claims_queue *queue = &claims->queues[claim->store];
        claim->retry_ms = cluster->now_ms + (later ? PF_CLAIM_RETRY_MS : 0);
        pf_list_append(later ? &queue->retries : &queue->fresh, &claim->link);
    } else if (claim->is_owned) {
        pf_list_append(&claims->granted, &claim->link);
    }
    visit->claim = claim;
    visit->state = PF_VISIT_WAITING;
    pf_list_append(&claim->visits, &visit->link);
    return PF_ERROR_OK;
}

void pf_claims_check(struct pf_cluster *cluster, struct pf_slice room)
{
    if (cluster->retirement.is_due) { /* an earlier RELEASE may have been lost */
        pf_cluster_put_command(cluster, pf_stores_of_room(&cluster->stores, room), PF_STORE_RELEASE)
            ->room = room;
        return;
    }
    struct pf_claim *claim = find(&cluster->claims, room) ? NULL : add(cluster, room);
    if (claim) {
        pf_list_append(&cluster->claims.queues[claim->store].fresh, &claim->link);
    }
}

void pf_claims_forget(struct pf_cluster *cluster, struct pf_visit *visit)
{
    struct pf_claim *claim = visit->claim;
    pf_list_remove(&visit->link);
    visit->claim = NULL;
    if (pf_list_is_empty(&claim->visits) && !claim->is_owned && !claim->is_asked) {
        remove_claim(&cluster->claims, claim);
    }
}

static void send(struct pf_cluster *cluster, struct pf_claim *claim)
{
    claim->is_asked = true;
    claim->asked_ms = cluster->now_ms;
    pf_cluster_put_command(cluster, claim->store, PF_STORE_CLAIM)->room = room_of(claim);
}

/* When the store may be asked for the first of the list; those behind it are later. */
static uint64_t asking_ms(const struct pf_cluster *cluster, const struct pf_list *list,
                          const struct pf_store_state *store)
{
    if (pf_list_is_empty(list) || !store->is_up || cluster->retirement.is_due) {
        return PF_DEADLINE_NONE;
    }
    const struct pf_claim *claim = PF_LIST_OWNER(list->next, struct pf_claim, link);
    return claim->retry_ms > store->claims_ms ? claim->retry_ms : store->claims_ms;
}

static bool ask_one(struct pf_cluster *cluster)
{
    for (uint32_t i = 0; i < cluster->stores.count; i++) {
        struct pf_list *lists[] = {&cluster->claims.queues[i].fresh,
                                   &cluster->claims.queues[i].retries};
        for (size_t j = 0; j < 2; j++) {
            if (asking_ms(cluster, lists[j], &cluster->stores.each[i]) <= cluster->now_ms) {
                struct pf_claim *claim = PF_LIST_OWNER(lists[j]->next, struct pf_claim, link);
                pf_list_append(&cluster->claims.asked, &claim->link);
                send(cluster, claim);
                return true;
            }
        }
    }
    return false;
}

/* Tells the hub that the room is another relay's. The claim is freed before the hub is done. */
static void move(struct pf_cluster *cluster, const struct pf_claim *claim)
{
    const size_t start = cluster->text.size;
    pf_buffer_put(&cluster->text, room_of(claim));
    pf_cluster_tell_hub(cluster, &(struct pf_hub_event){
                                     .type = PF_HUB_ROOM_MOVED,
                                     .text = {cluster->text.data + start, claim->room_size},
                                 });
}

static void release(struct pf_cluster *cluster, const struct pf_claim *claim)
{
    const size_t start = cluster->text.size;
    pf_buffer_put(&cluster->text, room_of(claim));
    pf_cluster_put_command(cluster, claim->store, PF_STORE_RELEASE)->room =
        (struct pf_slice){cluster->text.data + start, claim->room_size};
}

/* This relay is about to end: the room is to be another's. */
static void refuse(struct pf_cluster *cluster, struct pf_claim *claim)
{
    release(cluster, claim);
    while (!pf_list_is_empty(&claim->visits)) {
        struct pf_visit *visit = PF_LIST_OWNER(claim->visits.next, struct pf_visit, link);
        visit->claim = NULL;
        pf_front_give_up(cluster, visit);
    }
}

static void on_ours(struct pf_cluster *cluster, struct pf_claim *claim)
{
    struct pf_claims *claims = &cluster->claims;
    if (!claim->is_owned && cluster->retirement.is_due) {
        refuse(cluster, claim);
        remove_claim(claims, claim);
        return;
    }
    if (!claim->is_owned) {
        claim->is_owned = true;
        claim->looked_ms = cluster->now_ms;
        claims->owned_count++;
    }
    claim->claimed_ms = cluster->now_ms;
    pf_list_append(pf_list_is_empty(&claim->visits) ? &claims->owned : &claims->granted,
                   &claim->link);
}

static void on_theirs(struct pf_cluster *cluster, struct pf_claim *claim, pf_relay_id owner)
{
    if (claim->is_owned) {
        claim->is_owned = false;
        cluster->claims.owned_count--;
        cluster->counts.moved++;
        move(cluster, claim);
    }
    claim->owner = owner;
    if (pf_list_is_empty(&claim->visits)) {
        remove_claim(&cluster->claims, claim);
    } else {
        pf_list_append(&cluster->claims.named, &claim->link);
    }
}

void pf_claims_answered(struct pf_cluster *cluster, struct pf_slice room, pf_relay_id owner)
{
    struct pf_claim *claim = find(&cluster->claims, room);
    if (!claim || !claim->is_asked) {
        return;
    }
    claim->is_asked = false;
    if (owner == cluster->config.self && cluster->now_ms - claim->asked_ms >= PF_CLAIM_LATE_MS) {
        send(cluster, claim);
    } else if (owner == cluster->config.self) {
        on_ours(cluster, claim);
    } else {
        on_theirs(cluster, claim, owner);
    }
}

/* ---- a store that goes and comes ---- */

void pf_claims_down(struct pf_cluster *cluster, uint32_t store)
{
    struct pf_claims *claims = &cluster->claims;
    struct pf_table_link *next = NULL;
    for (struct pf_table_link *at = pf_table_first(&claims->by_room); at; at = next) {
        struct pf_claim *claim = claim_of(at);
        next = pf_table_next(&claims->by_room, at);
        if (claim->store != store || !claim->is_asked) {
            continue;
        }
        claim->is_asked = false;
        if (!claim->is_owned && pf_list_is_empty(&claim->visits)) {
            remove_claim(claims, claim);
        } else if (!claim->is_owned) {
            pf_list_append(&claims->queues[store].fresh, &claim->link);
        }
    }
}

void pf_claims_up(struct pf_cluster *cluster, uint32_t store)
{
    struct pf_claims *claims = &cluster->claims;
    for (struct pf_table_link *at = pf_table_first(&claims->by_room); at;
         at = pf_table_next(&claims->by_room, at)) {
        struct pf_claim *claim = claim_of(at);
        if (claim->store == store && claim->is_owned) {
            claim->claimed_ms = 0;
        }
    }
    claims->sweep_left = claims->owned_count;
    claims->sweep_ms = cluster->now_ms;
}

/* ---- looking after what is owned ---- */

static void look(struct pf_cluster *cluster, struct pf_claim *claim)
{
    claim->looked_ms = cluster->now_ms;
    pf_list_append(&cluster->claims.owned, &claim->link);
    if (claim->is_asked || !cluster->stores.each[claim->store].is_up) {
        return;
    }
    if (!pf_hub_has_room(cluster->hub, room_of(claim))) {
        release(cluster, claim);
        remove_claim(&cluster->claims, claim);
    } else if (claim->claimed_ms == 0 || cluster->now_ms - claim->claimed_ms >= PF_CLAIM_AGAIN_MS) {
        send(cluster, claim);
    }
}

bool pf_claims_give_up(struct pf_cluster *cluster)
{
    struct pf_claims *claims = &cluster->claims;
    PF_ASSERT(pf_list_is_empty(&claims->granted)); /* that comes first */
    if (pf_list_is_empty(&claims->owned)) {
        return false;
    }
    struct pf_claim *claim = PF_LIST_OWNER(claims->owned.next, struct pf_claim, link);
    refuse(cluster, claim);
    claim->is_owned = false; /* the hub may ask */
    claims->owned_count--;
    move(cluster, claim);
    remove_claim(claims, claim);
    return true;
}

/* A visit whose room is this relay's after all: its `join` goes to the hub. */
static void bring_home(struct pf_cluster *cluster, struct pf_claim *claim)
{
    struct pf_visit *visit = PF_LIST_OWNER(claim->visits.next, struct pf_visit, link);
    const struct pf_hub_event event = {
        .type = PF_HUB_CLIENT_HOME,
        .client = visit->client,
        .text = pf_visit_join(visit),
    };
    pf_claims_forget(cluster, visit);
    pf_cluster_spend(cluster, pf_visits_settle(&cluster->visits, visit));
    pf_visits_remove(&cluster->visits, visit);
    pf_cluster_tell_hub(cluster, &event);
}

static bool step_granted(struct pf_cluster *cluster)
{
    struct pf_claims *claims = &cluster->claims;
    while (!pf_list_is_empty(&claims->granted)) {
        struct pf_claim *claim = PF_LIST_OWNER(claims->granted.next, struct pf_claim, link);
        if (!pf_list_is_empty(&claim->visits)) {
            bring_home(cluster, claim);
            return true;
        }
        pf_list_append(&claims->owned, &claim->link);
    }
    return false;
}

static bool step_named(struct pf_cluster *cluster)
{
    struct pf_claims *claims = &cluster->claims;
    if (pf_list_is_empty(&claims->named)) {
        return false;
    }
    struct pf_claim *claim = PF_LIST_OWNER(claims->named.next, struct pf_claim, link);
    struct pf_visit *visit = PF_LIST_OWNER(claim->visits.next, struct pf_visit, link);
    const pf_relay_id owner = claim->owner;
    const uint32_t store = claim->store;
    pf_claims_forget(cluster, visit); /* and the claim, if this was the last visit */
    pf_front_go(cluster, visit, store, owner);
    return true;
}

/* After a store has come back all rooms are looked at within two seconds, else within ten. */
static bool step_owned(struct pf_cluster *cluster)
{
    struct pf_claims *claims = &cluster->claims;
    if (pf_list_is_empty(&claims->owned)) {
        claims->sweep_left = 0;
        return false;
    }
    struct pf_claim *claim = PF_LIST_OWNER(claims->owned.next, struct pf_claim, link);
    if (claims->sweep_left > 0 && cluster->now_ms >= claims->sweep_ms) {
        claims->sweep_left--;
        const size_t part = SWEEP_MIN + claims->owned_count / PF_CLUSTER_SPREAD;
        if (claims->sweep_left % part == 0) {
            claims->sweep_ms = cluster->now_ms + PF_CLUSTER_PACE_MS;
        }
        look(cluster, claim);
        return true;
    }
    if (cluster->now_ms - claim->looked_ms >= PF_CLAIM_LOOK_MS) {
        look(cluster, claim);
        return true;
    }
    return false;
}

bool pf_claims_step(struct pf_cluster *cluster)
{
    return step_granted(cluster) || step_named(cluster) || ask_one(cluster) || step_owned(cluster);
}

static uint64_t earlier(uint64_t a_ms, uint64_t b_ms)
{
    return a_ms < b_ms ? a_ms : b_ms;
}

uint64_t pf_claims_deadline_ms(const struct pf_cluster *cluster)
{
    const struct pf_claims *claims = &cluster->claims;
    uint64_t at_ms = PF_DEADLINE_NONE;
    for (uint32_t i = 0; i < cluster->stores.count; i++) {
        const struct pf_store_state *store = &cluster->stores.each[i];
        at_ms = earlier(at_ms, asking_ms(cluster, &claims->queues[i].fresh, store));
        at_ms = earlier(at_ms, asking_ms(cluster, &claims->queues[i].retries, store));
    }
    if (!pf_list_is_empty(&claims->owned)) {
        const struct pf_claim *claim = PF_LIST_OWNER(claims->owned.next, struct pf_claim, link);
        at_ms = earlier(at_ms, claim->looked_ms + PF_CLAIM_LOOK_MS);
        at_ms = claims->sweep_left > 0 ? earlier(at_ms, claims->sweep_ms) : at_ms;
    }
    return at_ms;
}
