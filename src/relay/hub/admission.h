/* admission.h - who may enter a room, by which name, and what everyone is told. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_HUB_ADMISSION_H
#define PF_RELAY_HUB_ADMISSION_H

#include "base/slice.h"
#include "relay/hub/clients.h"
#include "relay/hub/state.h"

/*
 * Handles `join` (PROTOCOL.md section 2) of a client: `text` is the message and `offer` the JSON of
 * the prepared offer within it, empty if there is none. The client may be closed and freed.
 */
void pf_hub_join(struct pf_hub *hub, struct pf_hub_client *client, struct pf_slice text,
                 struct pf_slice offer);

/* Handles `rename` of a client: `text` is the message. The client may be closed and freed. */
void pf_hub_rename(struct pf_hub *hub, struct pf_hub_client *client, struct pf_slice text);

#endif
