/* reload.h - what SIGHUP does. Internal to the server. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_RELOAD_H
#define PF_RELAY_SERVER_RELOAD_H

#include "relay/server/state.h"

#include <stdbool.h>

/* Reads the keys of tokens for the first time, if there are any. False, having logged why, if they
 * cannot be used. */
bool pf_reload_token_keys(struct pf_server *server);

/* The same for the secret of TURN servers. */
bool pf_reload_turn_secret(struct pf_server *server);

/* Reads again the files that may change. Of one that is not valid the old content stays in use, and
 * the reason is logged. No connection is touched. */
void pf_reload(struct pf_server *server);

#endif
