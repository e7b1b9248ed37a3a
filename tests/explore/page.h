/* page.h - a page: drives one room and executes its commands. */
/* SPDX-License-Identifier: MIT */
#ifndef EX_PAGE_H
#define EX_PAGE_H

#include "world.h"

/* Opens a page in place of the previous one, which has vanished, and starts its room. */
void ex_page_open(struct ex_world *world, struct ex_host *host);

/* Ends the page. `orderly`: its connections and its WebSocket are closed. */
void ex_page_vanish(struct ex_world *world, struct ex_host *host, bool orderly);

void ex_page_join(struct ex_world *world, struct ex_host *host);

/* Feeds an event to the room, executes its commands, checks everything. */
void ex_page_handle(struct ex_world *world, struct ex_host *host, struct pf_event event);

/* Answers pending capture requests: there is no device. True if there were any. */
bool ex_page_settle(struct ex_world *world, struct ex_host *host);

/* Prints a line between the events. */
void ex_page_note(struct ex_world *world, const struct ex_host *host, const char *what);

#endif
