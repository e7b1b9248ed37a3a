/* tokens.h - room tokens that expire: who has which, and who enters with them. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_TOKENS_H
#define SIM_TOKENS_H

#include "world.h"

struct pf_hub_config;
struct pf_hub_event;

/* Makes a relay ask for tokens. */
void sim_tokens_set_up(struct sim_world *world, struct pf_hub_config *config);

/* Hands a page, which is about to join, its token. */
void sim_tokens_give(struct sim_world *world, struct sim_tab *tab);

/* The relay has handled an event of that page, or of none (NULL). */
void sim_tokens_check(struct sim_world *world, const struct sim_relay *relay, struct sim_tab *tab,
                      const struct pf_hub_event *event);

/* Takes an expired token from the person whose page has been refused for it. */
void sim_tokens_note(struct sim_world *world, const struct sim_tab *tab,
                     const struct pf_command *command);

/* Whether the relay may refuse this page because of its token. */
bool sim_tokens_may_refuse(const struct sim_world *world, const struct sim_tab *tab);

/* Whether the person opens the page again in the end, as the host that its token makes it: a room
 * that is locked may have none any more. */
bool sim_tokens_reopens(const struct sim_world *world, const struct sim_tab *tab);

/* Whether who could open doors cannot reach the relay any more. */
bool sim_tokens_may_stay_locked(const struct sim_world *world);

/* Whether the token of the page says that its person is a host. */
bool sim_tokens_is_host(const struct sim_world *world, const struct sim_tab *tab);

#endif
