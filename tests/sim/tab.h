/* tab.h - a page: drives one room and executes its commands. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_TAB_H
#define SIM_TAB_H

#include "world.h"

/*
 * Opens a page on a host and starts its room. A duplicate always has the ticket of the other page.
 * NULL after a failure.
 */
struct sim_tab *sim_tab_open(struct sim_world *world, uint32_t host, bool duplicate);

/* The same for a program, whose seed and instance this draws. */
struct sim_tab *sim_tab_open_program(struct sim_world *world, uint32_t host,
                                     struct pf_host *program, struct pf_room_config *config);

/* Ends the page: `code` is the close code of its WebSocket, 0 for none at all. */
void sim_tab_vanish(struct sim_world *world, struct sim_tab *tab, uint16_t code);

/* Feeds an event to the room, executes its commands, checks everything. */
void sim_tab_handle(struct sim_world *world, struct sim_tab *tab, const struct pf_event *event);

/* What the user does. */
/* Of one of SIM_ROOMS_MAX. */
const char *sim_tab_room_name(uint32_t room);

void sim_tab_join(struct sim_world *world, struct sim_tab *tab);
void sim_tab_leave(struct sim_world *world, struct sim_tab *tab);
void sim_tab_set_source(struct sim_world *world, struct sim_tab *tab, enum pf_source source,
                        bool on);

/* The room's timer is due. */
void sim_tab_timeout(struct sim_world *world, struct sim_tab *tab, uint32_t token);

/* Sets the room's timer again after a change of what delays it. */
void sim_tab_set_timer(struct sim_world *world, struct sim_tab *tab);

/* The tab's track, or NULL if it was never opened, has been stopped, or `id` is 0. */
struct sim_track *sim_tab_track(const struct sim_tab *tab, pf_track id);

/* Makes one that is PENDING; false if there are too many, or `id` was used before. */
bool sim_tab_add_track(struct sim_tab *tab, pf_track id, enum pf_source source);

/* Whether its user has joined and not left. */
bool sim_tab_is_present(const struct sim_tab *tab);

/* Whether it is the page of a client without WebRTC. */
bool sim_tab_observes(const struct sim_world *world, const struct sim_tab *tab);

/* A letter for the host and a number for the page, such as "B3". Valid until the next call. */
const char *sim_tab_name(struct sim_world *world, const struct sim_tab *tab);

#endif
