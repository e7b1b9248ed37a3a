/* hub_state.h - the inside of the relay's hub: to be saved, hashed and put back. */
/* SPDX-License-Identifier: MIT */
#ifndef EX_HUB_STATE_H
#define EX_HUB_STATE_H

#include "relay/hub/hub.h"
#include "visit.h"

/* Walks over its clients, its one room and the members. Loading builds them anew. */
void ex_hub_visit(struct pf_hub *hub, struct ex_visit *visit);

/* What a restart does to it. */
void ex_hub_forget(struct pf_hub *hub);

#endif
