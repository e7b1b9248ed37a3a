/* capture.h - getUserMedia(), devices and tracks of a page. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_CAPTURE_H
#define SIM_CAPTURE_H

#include "world.h"

/* Executes a capture command. */
void sim_capture_command(struct sim_world *world, struct sim_tab *tab,
                         const struct pf_command *command);

/* Settles the getUserMedia() call `index`. */
void sim_capture_settle(struct sim_world *world, struct sim_tab *tab, uint32_t index);

/* enumerateDevices() is done. */
void sim_capture_list(struct sim_world *world, struct sim_tab *tab);

/* A live track of the page ends by itself. */
void sim_capture_end(struct sim_world *world, struct sim_tab *tab, struct sim_track *track);

/* Removes a device: its tracks end, and the page gets a devicechange event. */
void sim_capture_unplug(struct sim_world *world, uint32_t host, enum pf_source source,
                        uint32_t device);

/* Tells the page that a track has ended. */
void sim_capture_over(struct sim_world *world, struct sim_tab *tab, pf_track id);

/* Whether the host has a device for the source, busy or not. */
bool sim_capture_is_present(const struct sim_host *host, enum pf_source source);

/* Whether the page waits for a permission prompt that is never answered. */
bool sim_capture_is_ignored(const struct sim_tab *tab, enum pf_source source);

#endif
