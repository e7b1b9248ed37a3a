/* clock.c - the monotonic clock of the process. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/clock.h"

#include "base/assert.h"

#include <time.h>

enum { NS_PER_S = 1000000000 };

uint64_t pf_clock_ns(void)
{
    struct timespec now;
    PF_ASSERT(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}
