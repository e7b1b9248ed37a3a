/* pc.h - RTCPeerConnection as the W3C describes it, without a clock. */
/* SPDX-License-Identifier: MIT */
#ifndef EX_PC_H
#define EX_PC_H

#include "world.h"

/* Does what a PC command asks; what comes of it are steps. */
void ex_pc_command(struct ex_world *world, struct ex_host *host, const struct pf_command *command);

/* close(), or the end of the page. `orderly`: the peer is told. Moves those behind it. */
void ex_pc_close(struct ex_world *world, struct ex_host *host, struct ex_pc *pc, bool orderly);

/* Whether a step of this kind is possible. */
bool ex_pc_can(struct ex_world *world, const struct ex_pc *pc, enum ex_step_kind kind);

/* Takes the step. */
void ex_pc_step(struct ex_world *world, struct ex_host *host, struct ex_pc *pc,
                enum ex_step_kind kind);

/*
 * What nobody can tell from its being done later: operations that are not reported, and states
 * that no room looks at. True if anything was done.
 */
bool ex_pc_settle(struct ex_world *world, struct ex_host *host, struct ex_pc *pc);

#endif
