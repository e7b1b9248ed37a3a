/* output.h - the hub's queue of messages to send and clients to close. Internal to the hub. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_HUB_OUTPUT_H
#define PF_RELAY_HUB_OUTPUT_H

#include "base/slice.h"
#include "protocol/message.h"
#include "relay/hub/hub.h"
#include "relay/hub/rooms.h"
#include "relay/hub/state.h"

#include <stdbool.h>
#include <stdint.h>

/* Empties the queue and takes back the memory of its texts. */
void pf_hub_output_clear(struct pf_hub *hub);

/* Takes the oldest output out of the queue; false if there is none. */
bool pf_hub_output_take(struct pf_hub *hub, struct pf_hub_output *out);

/* Appends an output, which the caller fills. */
struct pf_hub_queued *pf_hub_output_add(struct pf_hub *hub, enum pf_hub_output_type type);

/* Adds a receiver. */
void pf_hub_output_address(struct pf_hub_queued *output, uint32_t client);

/* Serializes hub->message into hub->text. The relay's own messages always fit. */
struct pf_slice pf_hub_write_message(struct pf_hub *hub);

/* Serializes a `member` message about `member`. */
struct pf_slice pf_hub_write_member(struct pf_hub *hub, const struct pf_hub_member *member);

/* What the other members see of `member`; borrows from it. */
struct pf_member pf_hub_describe(const struct pf_hub_member *member);

void pf_hub_send(struct pf_hub *hub, uint32_t client, struct pf_slice text);

/* A message that has no members besides its type. */
void pf_hub_send_type(struct pf_hub *hub, uint32_t client, enum pf_message_type type);

/* To everyone in the member's room who is connected, except the member itself and `except`. */
void pf_hub_send_to_others(struct pf_hub *hub, const struct pf_hub_member *member,
                           const struct pf_hub_member *except, struct pf_slice text);

/* Closes a client that has been removed from the table. */
void pf_hub_send_close(struct pf_hub *hub, uint32_t client, uint16_t code);

#endif
