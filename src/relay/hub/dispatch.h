/* dispatch.h - what the hub does with a message of a client. Internal to the hub. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_HUB_DISPATCH_H
#define PF_RELAY_HUB_DISPATCH_H

#include "base/slice.h"
#include "relay/hub/clients.h"
#include "relay/hub/state.h"

/* Handles one text message, which may be anything. The client may be closed and freed. */
void pf_hub_dispatch(struct pf_hub *hub, struct pf_hub_client *client, struct pf_slice text);

#endif
