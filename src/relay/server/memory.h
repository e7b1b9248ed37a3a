/* memory.h - gives memory back to the system when a crowd has gone. Internal to the server. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_MEMORY_H
#define PF_RELAY_SERVER_MEMORY_H

#include "relay/server/state.h"

/*
 * What thousands of connections have used is free when they have ended, but the C library keeps it:
 * something that lives on usually lies behind it. The end of each iteration of the event loop calls
 * this; once there are a quarter fewer connections than there were, the library is asked to return
 * whole pages, at most every ten seconds.
 */
void pf_memory_follow(struct pf_server *server);

#endif
