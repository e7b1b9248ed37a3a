/* page.h - a page: drives one room and does what the room commands. */
/* SPDX-License-Identifier: MIT */
#ifndef EX_PAGE_H
#define EX_PAGE_H

#include "world.h"

/* Opens a page in place of the one before, which has vanished, and starts its room. */
void ex_page_open(struct ex_world *world, struct ex_host *host);

/* Ends the page. `orderly`: its connections and its WebSocket say so. */
void ex_page_vanish(struct ex_world *world, struct ex_host *host, bool orderly);

void ex_page_join(struct ex_world *world, struct ex_host *host);

/* Gives an event to the room, carries out its commands, checks everything. */
void ex_page_handle(struct ex_world *world, struct ex_host *host, struct pf_event event);

/* What browsers answer at once: there is no camera and no microphone. True if anything was. */
bool ex_page_settle(struct ex_world *world, struct ex_host *host);

/* Prints a line between the events. */
void ex_page_note(struct ex_world *world, const struct ex_host *host, const char *what);

#endif
