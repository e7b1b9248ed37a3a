/* retirement.c - a replaced track, until no sender has it any more. */
/* SPDX-License-Identifier: MIT */
#include "core/media/retirement.h"

#include "core/media/publishing.h"

enum { RETIRE_MS = 3000 /* a replaceTrack() that never settles does not keep a camera open */ };

void pf_retirement_init(struct pf_retirement *retirement)
{
    *retirement = (struct pf_retirement){.stop_at_ms = PF_NEVER};
}

void pf_retirement_put(struct pf_retirement *retirement, struct pf_context *context, pf_track track)
{
    if (retirement->track != 0) {
        pf_outbox_push(&context->outbox, PF_COMMAND_CAPTURE_STOP)->capture_stop = retirement->track;
    }
    retirement->track = track;
    retirement->stop_at_ms = track != 0 ? context->now_ms + RETIRE_MS : PF_NEVER;
}

void pf_retirement_stop_unsent(struct pf_retirement *retirement, struct pf_context *context)
{
    if (retirement->track != 0 && !pf_publishing_sends(context->publishing, retirement->track)) {
        pf_retirement_put(retirement, context, 0);
    }
}

void pf_retirement_tick(struct pf_retirement *retirement, struct pf_context *context)
{
    if (retirement->stop_at_ms <= context->now_ms) {
        pf_retirement_put(retirement, context, 0);
    }
}
