/* check.h - the invariants of a simulated world, at every moment and at the end. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_CHECK_H
#define SIM_CHECK_H

#include "world.h"

/* After each event: checks what the page captures and sends. */
void sim_check_tab(struct sim_world *world, struct sim_tab *tab);

/* Before each SHOW or HIDE command. */
void sim_check_show(struct sim_world *world, struct sim_tab *tab, const struct pf_command *command);

/* Before each command: a source is never negotiated. */
void sim_check_command(struct sim_world *world, const struct sim_tab *tab,
                       const struct pf_command *command);

/* Checks what the relay sends to a page: a well-behaved client gets no errors. */
void sim_check_relay_text(struct sim_world *world, struct sim_socket *socket, struct pf_slice text);

struct pf_hub_event;
struct pf_hub_output;

/* Checks the outputs of the hub for an event: only the client that caused an error gets it. */
void sim_check_relay_output(struct sim_world *world, const struct pf_hub_event *event,
                            const struct pf_hub_output *output);

/* Some time after leaving: checks that the page has released everything. */
void sim_check_gone(struct sim_world *world, const struct sim_tab *tab);

/* Whether every pair in a room is connected, and shown as connected. */
bool sim_check_all_connected(struct sim_world *world);

/* Whether nobody else is shown and all sources are as wanted. Otherwise sets world->wanting. */
bool sim_check_all_well(struct sim_world *world);

/* At the end of the faults: a host that has lost the relay for good must keep its present pictures.
 */
void sim_check_note_kept(struct sim_world *world);

/* Fails the world because of world->wanting. */
void sim_check_fail_wanting(struct sim_world *world);

#endif
