/* hub_state.h - saves, restores and hashes the state of the relay's hub. */
/* SPDX-License-Identifier: MIT */
#ifndef EX_HUB_STATE_H
#define EX_HUB_STATE_H

#include "relay/hub/hub.h"
#include "visit.h"

/* Walks over the clients, the only room and its members. Loading creates them again. */
void ex_hub_visit(struct pf_hub *hub, struct ex_visit *visit);

/* Removes all state, as a restart does. */
void ex_hub_forget(struct pf_hub *hub);

#endif
