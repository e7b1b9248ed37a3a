/* owner.c - other relays' clients in rooms of this relay. */
/* SPDX-License-Identifier: MIT */
#include "relay/cluster/owner.h"

#include "base/assert.h"
#include "relay/cluster/state.h"

enum {
    CLOSE_ABNORMAL = 1006,
    CLOSE_TRY_AGAIN_LATER = 1013,
};

static uint32_t number_of(const struct pf_cluster *cluster, const struct pf_guest *guest)
{
    return cluster->guests_first + guest->index;
}

/* What the front is told of the client that an OPEN was about. */
static void answer(struct pf_cluster *cluster, struct pf_trunk *trunk,
                   const struct pf_bus_message *open, enum pf_bus_kind kind, uint16_t code)
{
    pf_trunk_send(cluster, trunk,
                  &(struct pf_bus_message){
                      .kind = kind, .client = open->client, .serial = open->serial, .code = code});
}

/* Which of two clients is the older one is told by the clocks of the relays, which agree well
 * enough for pages that are loaded again. */
static uint64_t opened_ms(const struct pf_cluster *cluster, const struct pf_bus_message *message)
{
    const uint64_t age_ms =
        cluster->unix_ms > message->opened_unix_ms ? cluster->unix_ms - message->opened_unix_ms : 0;
    return age_ms < cluster->now_ms ? cluster->now_ms - age_ms : 0;
}

/*
 * The front has asked again, since no answer has come before the trunk was given up. If its guest
 * is still here it is the same one: to the others it never went. Else NULL.
 */
static struct pf_guest *find_orphan(const struct pf_cluster *cluster, const struct pf_trunk *trunk,
                                    const struct pf_bus_message *open)
{
    return pf_guests_orphan(&cluster->guests, trunk->remote, open->client, open->serial);
}

static void on_open(struct pf_cluster *cluster, struct pf_trunk *trunk,
                    const struct pf_bus_message *message)
{
    struct pf_guest *guest = NULL;
    if (!pf_claims_own(&cluster->claims, message->room)) {
        /* The store says otherwise, or did: an answer or a RELEASE may have been lost. */
        pf_claims_check(cluster, message->room);
        answer(cluster, trunk, message, PF_BUS_AGAIN, 0);
        return;
    }
    guest = message->is_again ? find_orphan(cluster, trunk, message) : NULL;
    if (guest) {
        pf_trunk_add_guest(trunk, guest);
        pf_cluster_tell_hub(cluster, &(struct pf_hub_event){.type = PF_HUB_CLIENT_AGAIN,
                                                            .client = number_of(cluster, guest),
                                                            .text = message->text});
        return;
    }
    if (pf_guests_add(&cluster->guests, cluster->config.guests_max, trunk->remote, message->client,
                      &guest) != PF_ERROR_OK) {
        answer(cluster, trunk, message, PF_BUS_CLOSE, CLOSE_TRY_AGAIN_LATER);
        return;
    }
    guest->serial = message->serial;
    guest->address = message->address;
    pf_trunk_add_guest(trunk, guest);
    const uint32_t number = number_of(cluster, guest);
    pf_cluster_tell_hub(cluster, &(struct pf_hub_event){.type = PF_HUB_CLIENT_OPENED,
                                                        .client = number,
                                                        .is_guest = true,
                                                        .opened_ms = opened_ms(cluster, message)});
    pf_cluster_tell_hub_next(cluster, &(struct pf_hub_event){.type = PF_HUB_CLIENT_TEXT,
                                                             .client = number,
                                                             .text = message->text});
}

/* The hub is told that the guest is gone. */
static void on_closed(struct pf_cluster *cluster, struct pf_guest *guest, uint16_t code)
{
    const uint32_t number = number_of(cluster, guest);
    if (guest->trunk) {
        pf_trunk_remove_guest(guest->trunk, guest);
    }
    pf_guests_remove(&cluster->guests, guest);
    pf_cluster_tell_hub(cluster, &(struct pf_hub_event){
                                     .type = PF_HUB_CLIENT_CLOSED, .client = number, .code = code});
}

void pf_owner_hear(struct pf_cluster *cluster, struct pf_trunk *trunk,
                   const struct pf_bus_message *message)
{
    struct pf_guest *guest = pf_guests_of_trunk(&cluster->guests, trunk, message->client);
    if (message->kind == PF_BUS_OPEN && !guest) {
        on_open(cluster, trunk, message);
    } else if (message->kind == PF_BUS_TEXT && guest) {
        pf_cluster_tell_hub(cluster, &(struct pf_hub_event){.type = PF_HUB_CLIENT_TEXT,
                                                            .client = number_of(cluster, guest),
                                                            .text = message->text});
    } else if (message->kind == PF_BUS_CLOSED && guest) {
        on_closed(cluster, guest, message->code);
    } /* else the hub has closed it, and that is on its way */
}

void pf_owner_closed(struct pf_cluster *cluster, struct pf_guest *guest, uint16_t code)
{
    struct pf_trunk *trunk = guest->trunk;
    if (trunk) {
        pf_trunk_remove_guest(trunk, guest);
        pf_trunk_send(cluster, trunk,
                      &(struct pf_bus_message){.kind = PF_BUS_CLOSE,
                                               .client = guest->client,
                                               .serial = guest->serial,
                                               .code = code});
    }
    pf_guests_remove(&cluster->guests, guest);
}

void pf_owner_send(struct pf_cluster *cluster, const struct pf_hub_output *output, size_t at)
{
    struct pf_bus_message message = {.kind = PF_BUS_SEND};
    struct pf_trunk *trunk = NULL;
    const size_t start = cluster->text.size;
    for (size_t i = at; i < output->clients_count; i++) {
        const struct pf_guest *guest =
            output->clients[i] < cluster->guests_first
                ? NULL
                : pf_guests_find(&cluster->guests, output->clients[i] - cluster->guests_first);
        if (guest && guest->trunk && (!trunk || guest->trunk == trunk)) {
            trunk = guest->trunk;
            message.clients[message.clients_count] = guest->client;
            message.serials[message.clients_count++] = guest->serial;
        }
    }
    if (!trunk) {
        return;
    }
    pf_buffer_put(&cluster->text, output->head);
    pf_buffer_put(&cluster->text, output->body);
    message.text = (struct pf_slice){cluster->text.data + start, cluster->text.size - start};
    pf_trunk_send(cluster, trunk, &message);
}

/* They may come back with their tickets before anybody has noticed. */
void pf_owner_reset(struct pf_cluster *cluster, struct pf_trunk *trunk)
{
    while (!pf_list_is_empty(&trunk->guests)) {
        struct pf_guest *guest = PF_LIST_OWNER(trunk->guests.next, struct pf_guest, link);
        pf_trunk_remove_guest(trunk, guest);
        guest->orphan_ms = cluster->now_ms + PF_ORPHAN_MS;
        pf_list_append(&cluster->guests.orphans, &guest->link);
    }
}

bool pf_owner_step(struct pf_cluster *cluster)
{
    const struct pf_list *orphans = &cluster->guests.orphans;
    if (pf_owner_deadline_ms(cluster) > cluster->now_ms) {
        return false;
    }
    on_closed(cluster, PF_LIST_OWNER(orphans->next, struct pf_guest, link), CLOSE_ABNORMAL);
    return true;
}

uint64_t pf_owner_deadline_ms(const struct pf_cluster *cluster)
{
    const struct pf_list *orphans = &cluster->guests.orphans;
    return pf_list_is_empty(orphans)
               ? PF_DEADLINE_NONE
               : PF_LIST_OWNER(orphans->next, struct pf_guest, link)->orphan_ms;
}
