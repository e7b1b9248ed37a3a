/* allocation.h - what each peer is sent, from what it asks for. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_MEDIA_ALLOCATION_H
#define PF_CORE_MEDIA_ALLOCATION_H

#include "core/command.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PF_PICTURES_COUNT = 2,          /* the sources with a picture: from PF_SOURCE_CAMERA on */
    PF_LEVEL_MAX = 3,               /* of trouble: each halves what may be sent */
    PF_WIDTH_MAX = 8192,            /* of a picture that a peer asks for */
    PF_WIDTH_DEFAULT = 640,         /* of a peer that has not asked */
    PF_LOAD_PIXELS = 160 * 120 * 5, /* a second; the unit of load, and the least that is sent */
};

/* What one connection is asked for, and what it is given, by picture. */
struct pf_demand {
    uint32_t widths[PF_PICTURES_COUNT]; /* in pixels; 0: not shown */
};
struct pf_share {
    struct pf_encoding encodings[PF_PICTURES_COUNT];
};

/* What all connections together may be sent. */
struct pf_budget {
    uint32_t camera_kbps, camera_load;
    uint32_t screen_kbps;
};

/* For a number of connections; `shares`: a screen is shared. Grows smaller with the level. */
struct pf_budget pf_allocation_budget(uint32_t count, bool shares, uint32_t level);

/*
 * Divides the budget: fills `count` shares. The bit rates and loads add up to no more than the
 * budget. Whoever asks for the most is cut first, and everybody to the same: what a peer gets is at
 * least what it asks for, or what each would get if all asked for everything.
 */
void pf_allocation_divide(const struct pf_demand *demands, uint32_t count, bool shares,
                          uint32_t level, struct pf_share *out);

#endif
