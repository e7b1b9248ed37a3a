/* bridge.h - connects WebSockets to the hub. Internal to the server. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_BRIDGE_H
#define PF_RELAY_SERVER_BRIDGE_H

#include "relay/server/state.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Opens the WebSocket that server->request asks for, answers it and returns 101. Any other status
 * says why not; then nothing has been answered.
 */
uint16_t pf_bridge_open(struct pf_server *server, struct pf_link *link, bool is_echo);

/* Takes bytes of a WebSocket, which are modified. */
void pf_bridge_read(struct pf_server *server, struct pf_link *link, char *bytes, size_t size);

/* Starts the closing handshake with `code`; the hub is not told. */
void pf_bridge_close(struct pf_server *server, struct pf_link *link, uint16_t code);

/* Tells the hub that the client is gone, and the client (1001) to connect again. */
void pf_bridge_dismiss(struct pf_server *server, struct pf_link *link);

/* The connection was lost without a closing handshake: tells the hub, if the link is a client. */
void pf_bridge_lost(struct pf_server *server, struct pf_link *link);

/* The link has sent more than its address may: ends a WebSocket with 1008, anything else at once.
 */
void pf_bridge_cut(struct pf_server *server, struct pf_link *link);

/* Hands the cluster an event of a store. */
void pf_bridge_store_event(struct pf_server *server, const struct pf_store_event *event);

/* Lets the hub look at its timers. */
void pf_bridge_timeout(struct pf_server *server);

#endif
