/* pc.h - the RTCPeerConnections of the pages, without a clock. */
/* SPDX-License-Identifier: MIT */
#ifndef EX_PC_H
#define EX_PC_H

#include "world.h"

/* Executes a PC command; its events are steps. */
void ex_pc_command(struct ex_world *world, struct ex_host *host, const struct pf_command *command);

/* close(), or the end of the page. `orderly`: the peer is told. Moves later connections. */
void ex_pc_close(struct ex_world *world, struct ex_host *host, struct ex_pc *pc, bool orderly);

/* Whether a step of this kind is possible. */
bool ex_pc_can(struct ex_world *world, const struct ex_pc *pc, enum ex_step_kind kind);

/* Takes the step. */
void ex_pc_step(struct ex_world *world, struct ex_host *host, struct ex_pc *pc,
                enum ex_step_kind kind);

/*
 * Takes steps whose time makes no observable difference: operations that are not reported, and
 * states that no room uses. True if there were any.
 */
bool ex_pc_settle(struct ex_world *world, struct ex_host *host, struct ex_pc *pc);

#endif
