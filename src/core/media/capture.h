/* capture.h - the capture of one source: a device, and the track from it. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_MEDIA_CAPTURE_H
#define PF_CORE_MEDIA_CAPTURE_H

#include "core/common/context.h"
#include "core/media/choice.h"
#include "core/media/phase.h"
#include "core/media/retirement.h"

#include <stdbool.h>
#include <stdint.h>

struct pf_capture {
    enum pf_source source;
    bool started; /* the room captures at all */
    bool on;      /* the user wants it: not muted, not switched off */
    enum pf_capture_phase phase;
    enum pf_dom_error error;          /* of the last device that was asked for */
    pf_track track;                   /* captured; not 0 exactly when LIVE or SWITCHING */
    pf_track opening;                 /* asked for; not 0 exactly in the four phases that open */
    bool opening_named;               /* that request names a device */
    struct pf_retirement retired;     /* the track before */
    uint64_t stop_at_ms;              /* of a camera that was switched off */
    uint64_t opened_at_ms;            /* of `track` */
    bool interrupted;                 /* the system has muted `track`, and not just for a moment */
    uint64_t interrupt_at_ms;         /* when that moment is over; then, when it is opened anew */
    uint64_t gap_at_ms;               /* when others are told that there is no track between two */
    const struct pf_devices *devices; /* borrowed for the life of the capture */
    struct pf_choice chosen;          /* by the user */
    struct pf_choice previous;        /* chosen before that, the last that is known to work */
    struct pf_choice actual;          /* of `track` */
};

/* `device` has at most PF_DEVICE_ID_SIZE_MAX bytes. */
void pf_capture_init(struct pf_capture *capture, enum pf_source source, bool on,
                     enum pf_origin origin, struct pf_slice device,
                     const struct pf_devices *devices);

/*
 * Starts to capture, where that is needed: from its device as a part of `request`, which may be
 * NULL if pf_capture_asks() is false. Stops for good.
 */
void pf_capture_start(struct pf_capture *capture, struct pf_context *context,
                      struct pf_command *request);
void pf_capture_stop(struct pf_capture *capture, struct pf_context *context);

/* Whether there should be a track: a microphone is kept while muted, to be back at once. */
bool pf_capture_is_needed(const struct pf_capture *capture);

/* Whether it is, or at the start would be, of a device. */
bool pf_capture_asks(const struct pf_capture *capture);

/* What the user wants. `id` has at most PF_DEVICE_ID_SIZE_MAX bytes. */
void pf_capture_set_on(struct pf_capture *capture, struct pf_context *context, bool on);
void pf_capture_select(struct pf_capture *capture, struct pf_context *context, struct pf_slice id);
void pf_capture_set_origin(struct pf_capture *capture, struct pf_context *context,
                           enum pf_origin origin);

/* Opens the device anew. Its track ends before: a second would get the constraints of the first. */
void pf_capture_reopen(struct pf_capture *capture, struct pf_context *context);

/* The track that is `opening` is there, or is not coming. */
void pf_capture_on_opened(struct pf_capture *capture, struct pf_context *context,
                          struct pf_slice device);
void pf_capture_on_failed(struct pf_capture *capture, struct pf_context *context,
                          enum pf_dom_error error);

/* The pending request failed for both sources together: asks again, for this one alone. */
void pf_capture_ask_alone(struct pf_capture *capture, struct pf_context *context);

/* `track`, which may be of another capture, has ended. */
void pf_capture_on_ended(struct pf_capture *capture, struct pf_context *context, pf_track track);

/* The system has muted or unmuted `track`, which may be of another capture. */
void pf_capture_on_muted(struct pf_capture *capture, struct pf_context *context, pf_track track,
                         bool muted);

/* The page is visible again: captures anew what was interrupted, or failed without a refusal. */
void pf_capture_on_visible(struct pf_capture *capture, struct pf_context *context);

/* A device was plugged in: tries again if it failed for want of one. */
void pf_capture_on_plugged(struct pf_capture *capture, struct pf_context *context);

void pf_capture_tick(struct pf_capture *capture, struct pf_context *context);
uint64_t pf_capture_deadline_ms(const struct pf_capture *capture);

void pf_capture_check(const struct pf_capture *capture, const struct pf_context *context);

#endif
