/* retirement.h - a replaced track, until no sender has it any more. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_MEDIA_RETIREMENT_H
#define PF_CORE_MEDIA_RETIREMENT_H

#include "core/common/context.h"

struct pf_retirement {
    pf_track track;      /* perhaps still sent by somebody; or 0 */
    uint64_t stop_at_ms; /* in any case; PF_NEVER exactly without a track */
};

void pf_retirement_init(struct pf_retirement *retirement);

/* Stops the track that was replaced before, and keeps this one; 0 for none. */
void pf_retirement_put(struct pf_retirement *retirement, struct pf_context *context,
                       pf_track track);

/* Stops the track once no sender has it, or after some seconds. */
void pf_retirement_stop_unsent(struct pf_retirement *retirement, struct pf_context *context);
void pf_retirement_tick(struct pf_retirement *retirement, struct pf_context *context);

#endif
