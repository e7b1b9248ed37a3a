/* wishes.h - how wide a peer's pictures are shown here, and telling it. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_PEER_WISHES_H
#define PF_CORE_PEER_WISHES_H

#include "core/common/context.h"
#include "core/media/allocation.h"

#include <stdbool.h>
#include <stdint.h>

struct pf_peer;

struct pf_wishes {
    bool is_set; /* the page has said something */
    bool is_due; /* and the peer does not know it */
    uint32_t widths[PF_PICTURES_COUNT];
    uint64_t next_ms; /* nothing is told before */
    uint64_t at_ms;   /* it is to be told then, or PF_NEVER */
};

/* For a new peer. */
void pf_wishes_init(struct pf_wishes *wishes);

/* What the page says of a picture; an impossible width is clamped, other sources are ignored. */
void pf_wishes_set(struct pf_wishes *wishes, enum pf_source source, uint32_t width);

/* A channel has opened: the peer knows nothing yet. */
void pf_wishes_forget_told(struct pf_wishes *wishes);

/*
 * At the end of every event: tells the peer what it does not know, if it understands that, at most
 * every 500 ms.
 */
void pf_wishes_tell(struct pf_peer *peer, struct pf_context *context);

#endif
