/* phase.c - which phase of a capture may follow which. */
/* SPDX-License-Identifier: MIT */
#include "core/media/phase.h"

#include <stdint.h>

bool pf_phase_has_track(enum pf_capture_phase phase)
{
    return phase == PF_PHASE_LIVE || phase == PF_PHASE_SWITCHING;
}

bool pf_phase_is_between(enum pf_capture_phase phase)
{
    return phase == PF_PHASE_REPLACING || phase == PF_PHASE_REVERTING;
}

bool pf_phase_is_opening(enum pf_capture_phase phase)
{
    return phase == PF_PHASE_OPENING || phase == PF_PHASE_SWITCHING || pf_phase_is_between(phase);
}

enum pf_capture_state pf_phase_shown(enum pf_capture_phase phase)
{
    return phase == PF_PHASE_FAILED     ? PF_CAPTURE_FAILED
           : pf_phase_has_track(phase)  ? PF_CAPTURE_LIVE
           : pf_phase_is_opening(phase) ? PF_CAPTURE_OPENING
                                        : PF_CAPTURE_IDLE;
}

bool pf_phase_may_follow(enum pf_capture_phase before, enum pf_capture_phase next)
{
    enum {
        IDLE = 1 << PF_PHASE_IDLE,
        OPENING = 1 << PF_PHASE_OPENING,
        LIVE = 1 << PF_PHASE_LIVE,
        SWITCHING = 1 << PF_PHASE_SWITCHING,
        REPLACING = 1 << PF_PHASE_REPLACING,
        REVERTING = 1 << PF_PHASE_REVERTING,
        FAILED = 1 << PF_PHASE_FAILED,
        ANY = IDLE | OPENING | LIVE | SWITCHING | REPLACING | REVERTING | FAILED,
    };
    static const uint8_t from[] = {
        [PF_PHASE_IDLE] = ANY,
        [PF_PHASE_OPENING] = IDLE | FAILED | OPENING | LIVE | SWITCHING,
        [PF_PHASE_LIVE] = LIVE | OPENING | SWITCHING | REPLACING | REVERTING,
        [PF_PHASE_SWITCHING] = LIVE | SWITCHING,
        [PF_PHASE_REPLACING] = LIVE | SWITCHING | REPLACING | REVERTING,
        [PF_PHASE_REVERTING] = REPLACING | REVERTING,
        [PF_PHASE_FAILED] = LIVE | OPENING | REVERTING,
    };
    return from[next] & (1 << before);
}
