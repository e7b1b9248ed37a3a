/* screen.h - people share their screens: getDisplayMedia(), and what must come of it. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_SCREEN_H
#define SIM_SCREEN_H

#include "core/event.h"

#include <stdbool.h>
#include <stdint.h>

struct pf_command;
struct sim_tab;
struct sim_track;
struct sim_world;

/* The dialog in which a person chooses what to share; picture 0: there is none. */
struct sim_picker {
    pf_track picture, sound;
    bool is_ignored; /* it is never answered */
};

/* Schedules the first share, in worlds that have any. */
void sim_screen_begin(struct sim_world *world);

/* Somebody begins or ends a share, or the browser ends one: SIM_SHARE. */
void sim_screen_happen(struct sim_world *world);

/* Executes SCREEN_OPEN. */
void sim_screen_open(struct sim_world *world, struct sim_tab *tab,
                     const struct pf_command *command);

/* The person answers the dialog for this picture: SIM_PICKED. */
void sim_screen_picked(struct sim_world *world, struct sim_tab *tab, pf_track picture);

/* A track of a screen has ended, and the page will be told now; and then: it has been told. */
void sim_screen_note_over(struct sim_tab *tab, const struct sim_track *track);
void sim_screen_check_over(struct sim_world *world, const struct sim_tab *tab,
                           enum pf_source source);

/* In the end: whether what was chosen is shared. */
bool sim_screen_is_shared(const struct sim_tab *tab);

#endif
