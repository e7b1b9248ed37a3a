/* ice.h - the ICE servers that clients are given. Internal to the hub. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_HUB_ICE_H
#define PF_RELAY_HUB_ICE_H

#include "base/slice.h"
#include "relay/hub/clients.h"
#include "relay/hub/state.h"

/* What the client is given in `hello`; empty where its token is to be seen first. */
struct pf_slice pf_hub_ice_for_hello(struct pf_hub *hub, struct pf_hub_client *client);

/* What it is given in `joined`: those that were held back. */
struct pf_slice pf_hub_ice_for_joined(struct pf_hub *hub, struct pf_hub_client *client);

/* A member asks for new ones: it is given some, but not again too soon. Any other client is told
 * that it is none. */
void pf_hub_ice_requested(struct pf_hub *hub, struct pf_hub_client *client);

/* Sends a member new ones if those it has expire soon. */
void pf_hub_ice_renew(struct pf_hub *hub, struct pf_hub_client *client);

#endif
