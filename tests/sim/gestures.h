/* gestures.h - people change their names, raise hands and react; and what others must see of it. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_GESTURES_H
#define SIM_GESTURES_H

#include "protocol/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pf_command;
struct sim_tab;
struct sim_world;

enum {
    SIM_REACTIONS_COUNT = PF_REACTION_THANKS + 1,
    SIM_NAME_SIZE_MAX = 24,
    SIM_RATE_MAX = 16, /* how many reactions the rate is measured over */
};

/* When reactions of one member were shown, the last ones. */
struct sim_rate {
    pf_member_id id;
    size_t count;
    uint64_t at_us[SIM_RATE_MAX];
};

/* Schedules the first gesture, in worlds that have any. */
void sim_gestures_begin(struct sim_world *world);

/* Somebody does something: SIM_GESTURE. */
void sim_gestures_happen(struct sim_world *world);

/* What the person of this page wants to be called. */
void sim_gestures_name(const struct sim_tab *tab, char name[SIM_NAME_SIZE_MAX]);

/* A page is opened: reactions of before are not for it. */
void sim_gestures_note_open(const struct sim_world *world, struct sim_tab *tab);

/* A SHOW_REACTION command: it was sent, is not shown twice, and there are not too many. */
void sim_gestures_check(struct sim_world *world, struct sim_tab *tab,
                        const struct pf_command *command);

struct sim_shown_peer;

/* In the end: whether the name and hand that are shown are those of `other`. */
bool sim_gestures_has_name(const struct sim_tab *other, const struct sim_shown_peer *shown);
bool sim_gestures_has_hand(const struct sim_tab *other, const struct sim_shown_peer *shown);

#endif
