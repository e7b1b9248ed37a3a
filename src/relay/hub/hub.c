/* hub.c - the relay's logic: rooms, members, routing, limits. No sockets, clock or randomness. */
/* SPDX-License-Identifier: MIT */
#include "relay/hub/hub.h"

#include "base/assert.h"
#include "relay/hub/admission.h"
#include "relay/hub/dispatch.h"
#include "relay/hub/elsewhere.h"
#include "relay/hub/output.h"
#include "relay/hub/presence.h"
#include "relay/hub/state.h"

#include <stdlib.h>

enum {
    MESSAGE_COST = 1000, /* in thousandths, since rates are per second, time is in ms */
    LOBBY_PART = 8,      /* so much less may a client send at once that has not joined */
};

static bool is_inside(const struct pf_hub_client *client)
{
    return client->member || client->is_visiting;
}

/* Takes what a message of the client costs. A client in the lobby has little to say, and whoever
 * connects again and again would have a whole burst each time. */
static bool take(struct pf_hub *hub, struct pf_hub_client *client, uint64_t cost)
{
    return pf_token_bucket_take(&client->messages,
                                is_inside(client) ? &hub->messages_rate : &hub->lobby_rate,
                                hub->now_ms, cost);
}

static void on_client_text(struct pf_hub *hub, struct pf_hub_client *client, struct pf_slice text)
{
    /* It is bytes that make others fall behind, so a message costs one more for each KiB of it. */
    const uint64_t cost = (1 + text.size / PF_HUB_MESSAGE_SIZE) * MESSAGE_COST;
    client->heard_ms = hub->now_ms;
    if (client->is_guest || take(hub, client, cost)) {
        pf_hub_dispatch(hub, client, text);
    } else {
        pf_hub_client_evict(hub, client);
    }
}

static void on_client_heard(struct pf_hub *hub, struct pf_hub_client *client, uint32_t frames)
{
    client->heard_ms = hub->now_ms;
    if (frames > 0 && !take(hub, client, (uint64_t)frames * MESSAGE_COST)) {
        pf_hub_client_evict(hub, client);
    }
}

static void on_timer(struct pf_hub *hub, struct pf_timer *timer)
{
    if (timer->kind == PF_HUB_TIMER_HEARTBEAT) {
        pf_hub_client_heartbeat(hub, PF_TIMER_OWNER(timer, struct pf_hub_client, heartbeat));
    } else {
        pf_hub_member_expire(hub, PF_TIMER_OWNER(timer, struct pf_hub_member, grace));
    }
}

enum pf_error pf_hub_new(const struct pf_hub_config *config, struct pf_hub **out)
{
    PF_ASSERT(config->members_max >= 2);
    PF_ASSERT(config->members_max <= PF_MEMBERS_MAX);
    PF_ASSERT(config->rooms_max > 0);
    PF_ASSERT(config->ping_ms > 0);
    PF_ASSERT(config->burst_messages > 0);
    PF_ASSERT(config->messages_per_s > 0);
    PF_ASSERT(config->ice_servers.size <= PF_ICE_SERVERS_SIZE_MAX);
    struct pf_hub *hub = calloc(1, sizeof *hub);
    if (!hub) {
        return PF_ERROR_MEMORY;
    }
    hub->config = *config;
    /* A message per second is a thousandth per millisecond. No socket reaches the highest rate. */
    hub->messages_rate = (struct pf_token_rate){
        .burst = (uint64_t)config->burst_messages * MESSAGE_COST,
        .per_ms = config->messages_per_s < PF_TOKENS_PER_MS_MAX ? config->messages_per_s
                                                                : PF_TOKENS_PER_MS_MAX,
    };
    hub->lobby_rate = hub->messages_rate;
    if (config->burst_messages > PF_HUB_BURST_MIN * LOBBY_PART) {
        hub->lobby_rate.burst /= LOBBY_PART;
    } else if (config->burst_messages > PF_HUB_BURST_MIN) {
        hub->lobby_rate.burst = PF_HUB_BURST_MIN * MESSAGE_COST; /* for a join of any size */
    }
    const uint64_t key[2] = {config->draw(config->draw_user), config->draw(config->draw_user)};
    pf_rooms_init(&hub->rooms, config->rooms_max, key);
    pf_hub_output_clear(hub);
    *out = hub;
    return PF_ERROR_OK;
}

void pf_hub_free(struct pf_hub *hub)
{
    if (!hub) {
        return;
    }
    pf_hub_clients_clear(&hub->clients);
    pf_rooms_clear(&hub->rooms);
    pf_timers_clear(&hub->timers);
    free(hub);
}

void pf_hub_handle(struct pf_hub *hub, const struct pf_hub_event *event)
{
    PF_ASSERT(hub->outputs_taken == hub->outputs_count);
    PF_ASSERT(event->now_ms >= hub->now_ms);
    pf_hub_output_clear(hub);
    hub->now_ms = event->now_ms;
    hub->unix_s = event->unix_s;
    if (hub->started_s == 0) {
        hub->started_ms = hub->now_ms;
        hub->started_s = hub->unix_s;
    }
    struct pf_hub_client *client = event->type == PF_HUB_TIMEOUT || event->type == PF_HUB_ROOM_MOVED
                                       ? NULL
                                       : pf_hub_clients_find(&hub->clients, event->client);
    switch (event->type) {
    case PF_HUB_CLIENT_OPENED:
        if (event->is_guest) {
            pf_hub_guest_open(hub, event->client, event->opened_ms);
        } else {
            pf_hub_client_open(hub, event->client);
        }
        return;
    case PF_HUB_CLIENT_TEXT:
        if (client) {
            on_client_text(hub, client, event->text);
        }
        return;
    case PF_HUB_CLIENT_HEARD:
        if (client) {
            on_client_heard(hub, client, event->frames);
        }
        return;
    case PF_HUB_CLIENT_CLOSED:
        if (client) {
            pf_hub_client_lost(hub, client, event->code);
        }
        return;
    case PF_HUB_CLIENT_HOME:
        if (client) {
            pf_hub_visit_end(hub, client, event->text);
        }
        return;
    case PF_HUB_CLIENT_AGAIN:
        if (client) {
            pf_hub_join_again(hub, client, event->text);
        }
        return;
    case PF_HUB_ROOM_MOVED: pf_hub_room_move(hub, event->text); return;
    case PF_HUB_TIMEOUT: return; /* pf_hub_poll() looks at the timers */
    }
    PF_UNREACHABLE();
}

bool pf_hub_poll(struct pf_hub *hub, struct pf_hub_output *out)
{
    while (!pf_hub_output_take(hub, out)) {
        struct pf_timer *timer = pf_timers_due(&hub->timers, hub->now_ms);
        if (!timer) {
            return false;
        }
        pf_hub_output_clear(hub);
        on_timer(hub, timer);
    }
    return true;
}

uint64_t pf_hub_deadline_ms(const struct pf_hub *hub)
{
    return pf_timers_deadline_ms(&hub->timers);
}

uint64_t pf_hub_error_count(const struct pf_hub *hub, enum pf_error_code code)
{
    return hub->errors[code];
}

struct pf_hub_counts pf_hub_counts(const struct pf_hub *hub)
{
    return (struct pf_hub_counts){
        .clients = hub->clients.count,
        .rooms = hub->rooms.count,
        .members = hub->rooms.members_count,
        .guests = hub->clients.guests_count,
        .signals = hub->signals,
    };
}

bool pf_hub_is_inside(const struct pf_hub *hub, uint32_t client)
{
    const struct pf_hub_client *known = pf_hub_clients_find(&hub->clients, client);
    return known && is_inside(known);
}

bool pf_hub_has_room(const struct pf_hub *hub, struct pf_slice name)
{
    return pf_rooms_find(&hub->rooms, name) != NULL;
}
