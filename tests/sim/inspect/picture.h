/* picture.h - a simulated world as JSON: people, wires, relays. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_INSPECT_PICTURE_H
#define SIM_INSPECT_PICTURE_H

#include "../world.h"
#include "inspect/json_writer.h"

/* Puts one object: the time, the machines and their pages, the WebSockets, the connections between
 * pages, the relays. */
void sim_picture_put(struct pf_json_writer *writer, struct sim_world *world);

#endif
