/* wire.h - WebSockets between two pages and the relay, and the relay's hub behind them. */
/* SPDX-License-Identifier: MIT */
#ifndef EX_WIRE_H
#define EX_WIRE_H

#include "world.h"

enum { EX_NOTICE_MS = 30000 }; /* until a dead socket is noticed, at the latest */

struct pf_hub *ex_wire_new_hub(struct ex_world *world);

/* Executes a socket command. */
void ex_wire_command(struct ex_world *world, struct ex_host *host,
                     const struct pf_command *command);

/* The page is gone; `orderly`: its socket closes with code 1001. */
void ex_wire_page_gone(struct ex_world *world, struct ex_host *host, bool orderly);

/* Steps. */
void ex_wire_up(struct ex_world *world, struct ex_host *host, struct ex_socket *socket);
void ex_wire_down(struct ex_world *world, struct ex_host *host, struct ex_socket *socket);
void ex_wire_page_notices(struct ex_world *world, struct ex_host *host, struct ex_socket *socket);
void ex_wire_relay_notices(struct ex_world *world, struct ex_host *host, struct ex_socket *socket);
void ex_wire_relay_timer(struct ex_world *world);
void ex_wire_cut(struct ex_world *world, struct ex_socket *socket);
void ex_wire_ask(struct ex_world *world, struct ex_host *host);
void ex_wire_restart_relay(struct ex_world *world);

/* Whether the other page can request an ICE restart from this one. */
bool ex_wire_can_ask(struct ex_world *world, const struct ex_host *host);

/* Removes the sockets that are closed at both ends. */
void ex_wire_collect(struct ex_host *host);

#endif
