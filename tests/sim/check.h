/* check.h - what must hold in a simulated world, at every moment and at the end. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_CHECK_H
#define SIM_CHECK_H

#include "world.h"

/* After an event was handled: what the page really captures and sends. */
void sim_check_tab(struct sim_world *world, struct sim_tab *tab);

/* Before a SHOW or HIDE command is taken. */
void sim_check_show(struct sim_world *world, struct sim_tab *tab, const struct pf_command *command);

/* Checks what the relay sends to a page: a well-behaved client gets no errors. */
void sim_check_relay_text(struct sim_world *world, struct sim_socket *socket, struct pf_slice text);

struct pf_hub_event;
struct pf_hub_output;

/* Checks the outputs of the hub for an event: only the client that caused an error gets it. */
void sim_check_relay_output(struct sim_world *world, const struct pf_hub_event *event,
                            const struct pf_hub_output *output);

/* A page that was left has had time to put everything away. */
void sim_check_gone(struct sim_world *world, const struct sim_tab *tab);

/* Whether everybody in the room is connected to everybody, and shown so. */
bool sim_check_all_connected(struct sim_world *world);

/* Whether, besides, nothing else is shown and all is as wanted; else world->wanting says what is
 * not. */
bool sim_check_all_well(struct sim_world *world);

/* The faults have ended: whoever has lost the relay for good must keep the pictures of now. */
void sim_check_note_kept(struct sim_world *world);

/* Fails the world for what was wanting at the last look. */
void sim_check_fail_wanting(struct sim_world *world);

#endif
