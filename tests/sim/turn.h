/* turn.h - credentials for TURN servers: who has which, and until when. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_TURN_H
#define SIM_TURN_H

#include "world.h"

struct pf_hub_config;

/* Makes a relay hand out credentials that expire, and sometimes hold them back until `joined`. */
void sim_turn_set_up(struct sim_world *world, struct pf_hub_config *config);

/* PC_CREATE and PC_CONFIGURE: what the connection has from now on. */
void sim_turn_command(struct sim_world *world, struct sim_pc *pc, const struct pf_command *command);

/* SIM_PC_TURN: the glue reports something. */
void sim_turn_happen(struct sim_world *world, struct sim_pc *pc, uint32_t token);

/* In the end: every connection of a member has credentials that are good. */
void sim_turn_check_end(struct sim_world *world);

#endif
