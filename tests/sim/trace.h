/* trace.h - prints a readable trace of a simulated world. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_TRACE_H
#define SIM_TRACE_H

#include "world.h"

/* These functions have no effect in a world without a trace and a watcher. */

void sim_trace_event(struct sim_world *world, const struct sim_tab *tab,
                     const struct pf_event *event);

void sim_trace_command(struct sim_world *world, const struct sim_tab *tab,
                       const struct pf_command *command);

/* `tab` may be NULL. */
void sim_trace_note(struct sim_world *world, const struct sim_tab *tab, const char *what);

void sim_trace_wire(struct sim_world *world, const struct sim_socket *socket, const char *what,
                    struct pf_slice text);

/* Prints one line, without page and time. */
void sim_print_event(const struct pf_event *event, FILE *out);
void sim_print_command(const struct pf_command *command, FILE *out);

#endif
