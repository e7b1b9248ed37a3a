/* doors.h - hosts lock rooms, admit, refuse, remove, mute and appoint people. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_DOORS_H
#define SIM_DOORS_H

#include "world.h"

void sim_doors_begin(struct sim_world *world);

/* SIM_DOOR: a host does something. */
void sim_doors_happen(struct sim_world *world);

/* Every second in the end: hosts open the doors that they had locked. */
void sim_doors_open_all(struct sim_world *world);

/* SHOW_ROOM, SHOW_KNOCKS, SHOW_MUTED. */
void sim_doors_note(struct sim_world *world, struct sim_tab *tab, const struct pf_command *command);

/* The relay lets a page into a room, with that text. */
void sim_doors_check_joined(struct sim_world *world, const struct sim_tab *tab,
                            struct pf_slice text);

/* In the end: NULL, or what is wrong with what the page is shown of hosts. */
const char *sim_doors_amiss(const struct sim_world *world, const struct sim_tab *tab);

#endif
