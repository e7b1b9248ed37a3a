/* phase.h - the phases of a capture, and which may follow which. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_MEDIA_PHASE_H
#define PF_CORE_MEDIA_PHASE_H

#include "core/command.h"

#include <stdbool.h>

/* What is captured, and what is being opened. */
enum pf_capture_phase {
    PF_PHASE_IDLE,      /* nothing, nothing */
    PF_PHASE_OPENING,   /* nothing, a device */
    PF_PHASE_LIVE,      /* a device, nothing */
    PF_PHASE_SWITCHING, /* a device, the one chosen instead of it */
    PF_PHASE_REPLACING, /* nothing, the chosen device, for which the previous one was stopped */
    PF_PHASE_REVERTING, /* nothing, the previous device again, because the chosen one failed */
    PF_PHASE_FAILED,    /* nothing, nothing; see the error */
};

/* Something is captured. */
bool pf_phase_has_track(enum pf_capture_phase phase);

/* Something has been asked for. */
bool pf_phase_is_opening(enum pf_capture_phase phase);

/* What was captured has been stopped for what is being opened: the gap is soon over. */
bool pf_phase_is_between(enum pf_capture_phase phase);

/* What the page is told of it, which is less. */
enum pf_capture_state pf_phase_shown(enum pf_capture_phase phase);

bool pf_phase_may_follow(enum pf_capture_phase before, enum pf_capture_phase next);

#endif
