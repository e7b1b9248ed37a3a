/* core_chaos.h - feeds a room random events, drawn from bytes or from a seed. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_TESTS_CORE_CHAOS_H
#define PF_TESTS_CORE_CHAOS_H

#include "core_driver.h"

#include "base/random.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Choices are drawn from the bytes if there are any, else from the generator. */
struct chaos {
    struct driver *driver; /* borrowed */
    const uint8_t *bytes;  /* borrowed; NULL: draw from the generator */
    size_t bytes_left;
    struct pf_random random;
};

/*
 * Feeds one event of a user, a relay, a peer or a browser that follows no rules but those of
 * event.h: ids may be stale, messages malformed, answers late, repeated or unsolicited. The driver
 * checks the commands. False when the bytes or the driver's ids are used up.
 */
bool chaos_step(struct chaos *chaos);

#endif
