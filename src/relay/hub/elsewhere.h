/* elsewhere.h - clients whose room is another relay's, and rooms that move there. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_HUB_ELSEWHERE_H
#define PF_RELAY_HUB_ELSEWHERE_H

#include "base/slice.h"
#include "relay/hub/clients.h"
#include "relay/hub/state.h"

#include <stdbool.h>

/* Internal to the hub. */

/* Whether the room is another relay's. */
bool pf_hub_is_elsewhere(const struct pf_hub *hub, struct pf_slice room);

/* The client, in the lobby, joins such a room by the message `text`. `room` may be a part of
 * hub->message. */
void pf_hub_visit_begin(struct pf_hub *hub, struct pf_hub_client *client, struct pf_slice room,
                        struct pf_slice text);

/* A visiting client has sent `text`. */
void pf_hub_visit_forward(struct pf_hub *hub, const struct pf_hub_client *client,
                          struct pf_slice text);

/* The room is this hub's after all: `text` is the `join` of the client. */
void pf_hub_visit_end(struct pf_hub *hub, struct pf_hub_client *client, struct pf_slice text);

/* The room, if there is one of that name, is another relay's: closes its clients with 1001. */
void pf_hub_room_move(struct pf_hub *hub, struct pf_slice name);

#endif
