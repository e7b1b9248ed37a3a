/* denial.h - what the rejection of a getUserMedia() says. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_MEDIA_DENIAL_H
#define PF_CORE_MEDIA_DENIAL_H

#include "core/event.h"

/* Whether the user or a policy has refused, so that trying again is no use. */
static inline bool pf_denial_is_refusal(enum pf_dom_error error)
{
    return error == PF_DOM_ERROR_NOT_ALLOWED || error == PF_DOM_ERROR_SECURITY ||
           error == PF_DOM_ERROR_INSECURE || error == PF_DOM_ERROR_UNSUPPORTED;
}

/* Whether there is no such device, so that another one may do. */
static inline bool pf_denial_is_missing(enum pf_dom_error error)
{
    return error == PF_DOM_ERROR_NOT_FOUND || error == PF_DOM_ERROR_OVERCONSTRAINED;
}

#endif
