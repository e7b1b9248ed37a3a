/*
 * ice.c - the ICE servers that clients are given.
 *
 * Credentials for TURN servers are worth stealing: a TURN server carries anything to anywhere. So
 * where a token is asked for they come with `joined`, and not before. They expire; a member gets
 * new ones with the first ping of the last quarter of their time.
 */
/* SPDX-License-Identifier: MIT */
#include "relay/hub/ice.h"

#include "base/assert.h"
#include "relay/hub/output.h"
#include "relay/hub/presence.h"

enum { ASK_MS = 20000 }; /* clients wait for 30 s; the rest is for clocks and networks */

static struct pf_slice make(struct pf_hub *hub, struct pf_hub_client *client)
{
    const struct pf_hub_ice *ice = &hub->config.ice;
    if (!ice->make) {
        return hub->config.ice_servers;
    }
    client->ice_due_ms = hub->now_ms + ice->renew_ms;
    const struct pf_slice made =
        ice->make(ice->user, hub->unix_s, hub->config.draw(hub->config.draw_user));
    PF_ASSERT(made.size <= PF_ICE_SERVERS_SIZE_MAX);
    return made;
}

struct pf_slice pf_hub_ice_for_hello(struct pf_hub *hub, struct pf_hub_client *client)
{
    return hub->config.tokens.judge ? (struct pf_slice){NULL, 0} : make(hub, client);
}

struct pf_slice pf_hub_ice_for_joined(struct pf_hub *hub, struct pf_hub_client *client)
{
    return hub->config.tokens.judge ? make(hub, client) : (struct pf_slice){NULL, 0};
}

static void send_new(struct pf_hub *hub, struct pf_hub_client *client)
{
    hub->message = (struct pf_message){
        .type = PF_MESSAGE_ICE_SERVERS,
        .ice_servers = make(hub, client),
    };
    pf_hub_send(hub, client->number, pf_hub_write_message(hub));
}

void pf_hub_ice_requested(struct pf_hub *hub, struct pf_hub_client *client)
{
    struct pf_hub_member *member = client->member;
    if (!member) {
        pf_hub_client_fail(hub, client, PF_CODE_NOT_JOINED, "join a room first");
    } else if (hub->now_ms >= member->ice_at_ms) {
        member->ice_at_ms = hub->now_ms + ASK_MS;
        send_new(hub, client);
    }
}

void pf_hub_ice_renew(struct pf_hub *hub, struct pf_hub_client *client)
{
    if (hub->config.ice.renew_ms > 0 && client->member && hub->now_ms >= client->ice_due_ms) {
        send_new(hub, client);
    }
}
