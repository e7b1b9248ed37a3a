/* core_chaos.h - feeds a room any events in any order, as drawn from bytes or from a seed. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_TESTS_CORE_CHAOS_H
#define PF_TESTS_CORE_CHAOS_H

#include "core_driver.h"

#include "base/random.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where choices come from: the bytes, as long as there are any, or else the generator. */
struct chaos {
    struct driver *driver; /* borrowed */
    const uint8_t *bytes;  /* borrowed; NULL: none */
    size_t bytes_left;
    struct pf_random random;
};

/*
 * Feeds one event, of a user, a relay, a peer or a browser that follow no rule but those of
 * event.h: ids may be stale, messages wrong, answers late, repeated or for nothing. The driver
 * checks what follows. False when the bytes, or the driver's ids, are used up.
 */
bool chaos_step(struct chaos *chaos);

#endif
