/* clock.h - the monotonic clock of the process. Internal to the server. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_CLOCK_H
#define PF_RELAY_SERVER_CLOCK_H

#include <stdint.h>

/* CLOCK_MONOTONIC in nanoseconds. Within an iteration of the event loop, server->now_ms and now_ns
 * are the time; only what measures how long something takes calls this. */
uint64_t pf_clock_ns(void);

#endif
