/* memory.h - gives memory back to the system when many clients have left. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_MEMORY_H
#define PF_RELAY_SERVER_MEMORY_H

#include "relay/server/state.h"

#include <stdint.h>

/*
 * What thousands of connections have used is free when they have ended, but the C library keeps it:
 * allocations that are still in use usually lie behind it. Once a crowd of 128 connections and
 * members or more has shrunk by a quarter, the C library returns whole pages, at most every ten
 * seconds (glibc only).
 */

/* To be called at the end of each iteration of the event loop. */
void pf_memory_follow(struct pf_server *server);

/* When that is to be called next even if nothing else happens, or PF_DEADLINE_NONE. */
uint64_t pf_memory_deadline_ms(const struct pf_server *server);

#endif
