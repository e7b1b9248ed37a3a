/* logic.h - the relay's logic: its own hub, or a cluster around it. Internal to the server. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_LOGIC_H
#define PF_RELAY_SERVER_LOGIC_H

#include "relay/server/state.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The rest of the server asks here, and does not know which of the two it is. */

/* Makes the hub or the cluster. False, having logged why. */
bool pf_logic_open(struct pf_server *server);

void pf_logic_close(struct pf_server *server);

/* As of a hub. What the cluster asks of stores is passed on to them. */
void pf_logic_handle(struct pf_server *server, const struct pf_hub_event *event);
bool pf_logic_poll(struct pf_server *server, struct pf_hub_output *out);
uint64_t pf_logic_deadline_ms(const struct pf_server *server);

/* For counts. */
const struct pf_hub *pf_logic_hub(const struct pf_server *server);

/* Other relays take over the rooms within `over_ms`, with the next event. Without other relays it
 * has no effect. */
void pf_logic_retire(struct pf_server *server, uint32_t over_ms);

/* Clients that have their WebSocket here, and guests: clients of other relays. */
size_t pf_logic_clients_count(const struct pf_server *server);
size_t pf_logic_guests_count(const struct pf_server *server);

/* Why new clients are better off elsewhere, or NULL. */
const char *pf_logic_trouble(const struct pf_server *server);

#endif
