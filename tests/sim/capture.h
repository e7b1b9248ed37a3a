/* capture.h - getUserMedia(), devices and tracks of a page. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_CAPTURE_H
#define SIM_CAPTURE_H

#include "world.h"

/* Does what a capture command asks. */
void sim_capture_command(struct sim_world *world, struct sim_tab *tab,
                         const struct pf_command *command);

/* getUserMedia() request `index` is to be settled. */
void sim_capture_settle(struct sim_world *world, struct sim_tab *tab, uint32_t index);

/* enumerateDevices() is done. */
void sim_capture_list(struct sim_world *world, struct sim_tab *tab);

/* A live track of the page ends by itself. */
void sim_capture_end(struct sim_world *world, struct sim_tab *tab, struct sim_track *track);

/* A device is taken away: its tracks end, and the page hears of it. */
void sim_capture_unplug(struct sim_world *world, uint32_t host, enum pf_source source,
                        uint32_t device);

/* The page hears that a track has ended. */
void sim_capture_over(struct sim_world *world, struct sim_tab *tab, pf_track id);

/* Whether the host has a device for it, which may be busy. */
bool sim_capture_is_present(const struct sim_host *host, enum pf_source source);

/* Whether the page waits for a permission prompt that nobody will answer. */
bool sim_capture_is_ignored(const struct sim_tab *tab, enum pf_source source);

#endif
