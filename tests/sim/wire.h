/* wire.h - WebSockets between pages and the relays. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_WIRE_H
#define SIM_WIRE_H

#include "world.h"

/* Executes a socket command. */
void sim_wire_command(struct sim_world *world, struct sim_tab *tab,
                      const struct pf_command *command);

/* The page is gone; `code` 0: without a close frame. */
void sim_wire_page_gone(struct sim_world *world, struct sim_socket *socket, uint16_t code);

/* The connection is lost; each side notices later, or never by itself. */
void sim_wire_break(struct sim_world *world, struct sim_socket *socket);

/* Breaks all WebSockets made from an address that the host no longer has. */
void sim_wire_break_host(struct sim_world *world, uint32_t host);

/* Sends in one direction; `up` is to the relay. */
void sim_wire_send(struct sim_world *world, struct sim_socket *socket, bool up,
                   enum sim_packet_kind kind, struct pf_slice text);
void sim_wire_send_close(struct sim_world *world, struct sim_socket *socket, bool up, uint16_t code,
                         uint16_t retry_ms);

/* Removes a socket that is closed at both ends. */
void sim_wire_collect(struct sim_world *world, struct sim_socket *socket);

/* Handles SIM_SOCKET_CONNECT to SIM_SOCKET_LOST_BY_RELAY. */
void sim_wire_happen(struct sim_world *world, const struct sim_happening *happening);

#endif
