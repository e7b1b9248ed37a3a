/* front.c - this relay's clients in rooms of other relays. */
/* SPDX-License-Identifier: MIT */
#include "relay/cluster/front.h"

#include "base/assert.h"
#include "relay/cluster/state.h"

#include <stdlib.h>

/* Close codes of RFC 6455 section 7.4.1 and of the IANA registry. */
enum {
    CLOSE_GOING_AWAY = 1001,
    CLOSE_ABNORMAL = 1006, /* never sent to a client */
    CLOSE_TRY_AGAIN_LATER = 1013,
};

enum {
    PATIENCE_MS = 15000, /* for an owner to answer: longer than a lease */
    CLOSING_MIN = 8,     /* at once */
};

void pf_front_give_up(struct pf_cluster *cluster, struct pf_visit *visit)
{
    struct pf_visits *visits = &cluster->visits;
    if (visit->claim) {
        pf_claims_forget(cluster, visit);
    }
    visit->trunk = NULL;
    visit->state = PF_VISIT_CLOSING;
    free(pf_visits_settle(visits, visit));
    if (pf_list_is_empty(&visits->closing)) {
        visits->closing_ms = cluster->now_ms;
        visits->closing_count = 0;
    }
    pf_list_append(&visits->closing, &visit->link);
    visits->closing_count++;
}

void pf_front_visit(struct pf_cluster *cluster, const struct pf_hub_output *output)
{
    const uint32_t client = output->clients[0];
    struct pf_visit *visit = NULL;
    if (pf_visits_add(&cluster->visits, client, output->head, output->body, &visit) !=
        PF_ERROR_OK) {
        pf_cluster_put_close(cluster, client, CLOSE_TRY_AGAIN_LATER);
        pf_cluster_tell_hub_next(cluster, &(struct pf_hub_event){.type = PF_HUB_CLIENT_CLOSED,
                                                                 .client = client,
                                                                 .code = CLOSE_ABNORMAL});
        return;
    }
    visit->since_ms = cluster->now_ms;
    visit->opened_unix_ms = cluster->unix_ms - (cluster->now_ms - output->opened_ms);
    if (cluster->retirement.is_due || pf_claims_ask(cluster, visit, false) != PF_ERROR_OK) {
        pf_front_give_up(cluster, visit);
    }
}

bool pf_front_turn_away(struct pf_cluster *cluster)
{
    struct pf_list *waiting = &cluster->visits.waiting;
    for (struct pf_list *at = waiting->next; at != waiting; at = at->next) {
        struct pf_visit *visit = PF_LIST_OWNER(at, struct pf_visit, impatient);
        if (visit->claim) {
            pf_front_give_up(cluster, visit);
            return true;
        }
    }
    return false;
}

void pf_front_go(struct pf_cluster *cluster, struct pf_visit *visit, uint32_t store,
                 pf_relay_id owner)
{
    struct pf_trunk *trunk = pf_trunks_get(cluster, store, owner);
    if (!trunk) {
        pf_front_give_up(cluster, visit);
        return;
    }
    visit->trunk = trunk;
    visit->state = PF_VISIT_JOINING;
    const bool is_again = visit->has_gone;
    visit->has_gone = true;
    pf_list_append(&trunk->visits, &visit->link);
    pf_trunk_send(cluster, trunk,
                  &(struct pf_bus_message){
                      .kind = PF_BUS_OPEN,
                      .client = visit->client,
                      .serial = visit->serial,
                      .is_again = is_again,
                      .opened_unix_ms = visit->opened_unix_ms,
                      .address = pf_cluster_address(cluster, visit->client),
                      .room = pf_visit_room(visit),
                      .text = pf_visit_join(visit),
                  });
}

/* What is said before the room is found is not for anybody: clients wait for `joined`. */
void pf_front_forward(struct pf_cluster *cluster, uint32_t client, struct pf_slice text)
{
    const struct pf_visit *visit = pf_visits_find(&cluster->visits, client);
    if (visit && visit->trunk) {
        pf_trunk_send(
            cluster, visit->trunk,
            &(struct pf_bus_message){.kind = PF_BUS_TEXT, .client = client, .text = text});
    }
}

void pf_front_lost(struct pf_cluster *cluster, uint32_t client, uint16_t code)
{
    struct pf_visit *visit = pf_visits_find(&cluster->visits, client);
    if (!visit) {
        return;
    }
    if (visit->trunk) {
        pf_trunk_send(
            cluster, visit->trunk,
            &(struct pf_bus_message){.kind = PF_BUS_CLOSED, .client = client, .code = code});
    } else if (visit->claim) {
        pf_claims_forget(cluster, visit);
    }
    pf_visits_remove(&cluster->visits, visit);
}

/* ---- what the owner says ---- */

/* Of the clients that the owner names, those that are on this trunk. */
static void on_send(struct pf_cluster *cluster, const struct pf_trunk *trunk,
                    const struct pf_bus_message *message)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < message->clients_count; i++) {
        struct pf_visit *visit = pf_visits_find(&cluster->visits, message->clients[i]);
        if (visit && visit->trunk == trunk && visit->serial == message->serials[i]) {
            free(pf_visits_settle(&cluster->visits, visit));
            visit->state = PF_VISIT_JOINED;
            cluster->locals[count++] = visit->client;
        }
    }
    if (count > 0) {
        pf_cluster_put(cluster, PF_CLUSTER_SOCKETS)->sockets = (struct pf_hub_output){
            .type = PF_HUB_SEND,
            .clients = cluster->locals,
            .clients_count = count,
            .head = message->text,
            .body = PF_SLICE(""),
        };
    }
}

static void on_close(struct pf_cluster *cluster, struct pf_visit *visit, uint16_t code)
{
    const uint32_t client = visit->client;
    pf_visits_remove(&cluster->visits, visit);
    pf_cluster_dismiss(cluster, client, code);
}

static void go_on_waiting(struct pf_cluster *cluster, struct pf_visit *visit)
{
    pf_list_remove(&visit->link);
    visit->trunk = NULL;
    if (pf_claims_ask(cluster, visit, true) != PF_ERROR_OK) {
        pf_front_give_up(cluster, visit);
    }
}

void pf_front_hear(struct pf_cluster *cluster, struct pf_trunk *trunk,
                   const struct pf_bus_message *message)
{
    if (message->kind == PF_BUS_SEND) {
        on_send(cluster, trunk, message);
        return;
    }
    struct pf_visit *visit = pf_visits_find(&cluster->visits, message->client);
    if (!visit || visit->trunk != trunk || visit->serial != message->serial) {
        return; /* it has left meanwhile */
    }
    if (message->kind == PF_BUS_CLOSE) {
        on_close(cluster, visit, message->code);
    } else if (visit->state == PF_VISIT_JOINING) {
        go_on_waiting(cluster, visit);
    }
}

void pf_front_leave(struct pf_cluster *cluster, struct pf_trunk *trunk)
{
    while (!pf_list_is_empty(&trunk->visits)) {
        pf_front_give_up(cluster, PF_LIST_OWNER(trunk->visits.next, struct pf_visit, link));
    }
}

/* Those who have had no answer yet may still get one; the others may have missed something. */
void pf_front_reset(struct pf_cluster *cluster, struct pf_trunk *trunk)
{
    while (!pf_list_is_empty(&trunk->visits)) {
        struct pf_visit *visit = PF_LIST_OWNER(trunk->visits.next, struct pf_visit, link);
        if (visit->state == PF_VISIT_JOINING) {
            go_on_waiting(cluster, visit);
        } else {
            pf_front_give_up(cluster, visit);
        }
    }
}

/* ---- what is due ---- */

static bool step_closing(struct pf_cluster *cluster)
{
    struct pf_visits *visits = &cluster->visits;
    if (pf_list_is_empty(&visits->closing) || cluster->now_ms < visits->closing_ms) {
        return false;
    }
    struct pf_visit *visit = PF_LIST_OWNER(visits->closing.next, struct pf_visit, link);
    const size_t part = CLOSING_MIN + visits->closing_count / PF_CLUSTER_SPREAD;
    if (++visits->closed_count % part == 0) {
        visits->closing_ms = cluster->now_ms + PF_CLUSTER_PACE_MS;
    }
    on_close(cluster, visit, CLOSE_GOING_AWAY);
    return true;
}

static bool step_waiting(struct pf_cluster *cluster)
{
    const struct pf_visits *visits = &cluster->visits;
    if (pf_list_is_empty(&visits->waiting)) {
        return false;
    }
    struct pf_visit *visit = PF_LIST_OWNER(visits->waiting.next, struct pf_visit, impatient);
    if (cluster->now_ms - visit->since_ms < PATIENCE_MS) {
        return false;
    }
    const uint32_t client = visit->client;
    pf_front_lost(cluster, client, CLOSE_ABNORMAL);
    pf_cluster_dismiss(cluster, client, CLOSE_TRY_AGAIN_LATER);
    return true;
}

bool pf_front_step(struct pf_cluster *cluster)
{
    return step_closing(cluster) || step_waiting(cluster);
}

uint64_t pf_front_deadline_ms(const struct pf_cluster *cluster)
{
    const struct pf_visits *visits = &cluster->visits;
    uint64_t at_ms = PF_DEADLINE_NONE;
    if (!pf_list_is_empty(&visits->closing)) {
        at_ms = visits->closing_ms;
    }
    if (!pf_list_is_empty(&visits->waiting)) {
        const uint64_t until_ms =
            PF_LIST_OWNER(visits->waiting.next, struct pf_visit, impatient)->since_ms + PATIENCE_MS;
        at_ms = until_ms < at_ms ? until_ms : at_ms;
    }
    return at_ms;
}
