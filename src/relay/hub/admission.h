/* admission.h - who may enter a room, by which name, and what everyone is told. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_HUB_ADMISSION_H
#define PF_RELAY_HUB_ADMISSION_H

#include "base/slice.h"
#include "relay/hub/clients.h"
#include "relay/hub/state.h"
#include "relay/hub/ticket.h"

#include <stdbool.h>
#include <stdint.h>

/* What a client that may enter says of itself; borrowed. */
struct pf_hub_newcomer {
    struct pf_slice name, capabilities;
    struct pf_ticket ticket;
    uint32_t instance;
    bool is_named;    /* by its token */
    bool is_host;     /* by its token */
    bool has_knocked; /* and was counted by the limits then */
};

/* Lets a client that has knocked into a room. False if that fails; the client is then closed. */
bool pf_hub_admit(struct pf_hub *hub, struct pf_hub_client *client, struct pf_slice room,
                  const struct pf_hub_newcomer *newcomer);

/* A member id that is not in use. `room` may be NULL. */
pf_member_id pf_hub_draw_id(struct pf_hub *hub, const struct pf_hub_room *room);

/*
 * Handles `join` (PROTOCOL.md section 2) of a client: `text` is the message and `offer` the JSON of
 * the prepared offer within it, empty if there is none. The client may be closed and freed.
 */
void pf_hub_join(struct pf_hub *hub, struct pf_hub_client *client, struct pf_slice text,
                 struct pf_slice offer);

/* The answer to the guest's `join` is lost: repeats it, or handles the `join` if it was the `join`
 * that was lost. */
void pf_hub_join_again(struct pf_hub *hub, struct pf_hub_client *client, struct pf_slice text);

/* Handles `rename` of a client: `text` is the message. The client may be closed and freed. */
void pf_hub_rename(struct pf_hub *hub, struct pf_hub_client *client, struct pf_slice text);

#endif
