/* screen.h - the share of a screen: its picture, and its sound if there is any. Internal to core.
 */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_MEDIA_SCREEN_H
#define PF_CORE_MEDIA_SCREEN_H

#include "core/common/context.h"

#include <stdbool.h>

/* What is captured, and what is being asked for. */
enum pf_screen_phase {
    PF_SCREEN_IDLE,    /* nothing, nothing */
    PF_SCREEN_OPENING, /* nothing; the browser asks the user what to share */
    PF_SCREEN_LIVE,    /* a picture, perhaps sound */
};

struct pf_screen {
    bool started; /* the room captures at all */
    bool on;      /* the user wants to share */
    enum pf_screen_phase phase;
    enum pf_dom_error error; /* of the last request; NONE where the user has cancelled it */
    pf_track picture, sound; /* captured or asked for; only `sound` may be 0 when LIVE */
};

void pf_screen_init(struct pf_screen *screen);

/* From now on a screen may be shared; stops the share, and allows no other. */
void pf_screen_start(struct pf_screen *screen);
void pf_screen_stop(struct pf_screen *screen, struct pf_context *context);

/* What the user wants. */
void pf_screen_set_on(struct pf_screen *screen, struct pf_context *context, bool on);

/* PF_EVENT_SCREEN_OPENED and PF_EVENT_SCREEN_FAILED. */
void pf_screen_on_opened(struct pf_screen *screen, struct pf_context *context, pf_track picture,
                         pf_track sound);
void pf_screen_on_failed(struct pf_screen *screen, struct pf_context *context, pf_track picture,
                         enum pf_dom_error error);

/* `track`, which may be of a device, has ended: the user has pressed the browser's own button. */
void pf_screen_on_ended(struct pf_screen *screen, struct pf_context *context, pf_track track);

void pf_screen_check(const struct pf_screen *screen, const struct pf_context *context);

#endif
