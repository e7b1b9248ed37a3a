/* check.h - what must be true of a simulated world, at every moment and in the end. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_CHECK_H
#define SIM_CHECK_H

#include "world.h"

/* After an event was handled: what the page really captures and sends. */
void sim_check_tab(struct sim_world *world, struct sim_tab *tab);

/* Before a SHOW or HIDE command is taken. */
void sim_check_show(struct sim_world *world, struct sim_tab *tab, const struct pf_command *command);

/* What the relay says to a page: no well-behaved client is told off. */
void sim_check_relay_text(struct sim_world *world, struct sim_socket *socket, struct pf_slice text);

struct pf_hub_event;
struct pf_hub_output;

/* What the relay makes of an event: who does something wrong is told so, and nobody else. */
void sim_check_relay_output(struct sim_world *world, const struct pf_hub_event *event,
                            const struct pf_hub_output *output);

/* A page that was left has had time to put everything away. */
void sim_check_gone(struct sim_world *world, const struct sim_tab *tab);

/* Whether everybody in the room is connected to everybody, and shown so. */
bool sim_check_all_connected(struct sim_world *world);

/* Whether, besides, nothing else is shown and all is as wanted; else world->wanting says what is
 * not. */
bool sim_check_all_well(struct sim_world *world);

/* The faults have ended: who lost the relay for good keeps the pictures that flow now. */
void sim_check_note_kept(struct sim_world *world);

/* Fails the world for what was wanting at the last look. */
void sim_check_fail_wanting(struct sim_world *world);

#endif
