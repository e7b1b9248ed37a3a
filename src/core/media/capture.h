/* capture.h - the capture of one source: a device, and the track from it. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_MEDIA_CAPTURE_H
#define PF_CORE_MEDIA_CAPTURE_H

#include "core/common/context.h"
#include "core/media/devices.h"
#include "core/media/phase.h"

#include <stdbool.h>
#include <stdint.h>

/* The id of a device, or "" for whichever the browser takes. */
struct pf_device_id {
    size_t size;
    char text[PF_DEVICE_ID_SIZE_MAX + 1];
};

struct pf_capture {
    enum pf_source source;
    bool started; /* the room captures at all */
    bool on;      /* the user wants it: not muted, not switched off */
    enum pf_capture_phase phase;
    enum pf_dom_error error;          /* of the last device that was asked for */
    pf_track track;                   /* captured; not 0 exactly when LIVE or SWITCHING */
    pf_track opening;                 /* asked for; not 0 exactly in the four phases that open */
    bool opening_named;               /* that request names a device */
    pf_track retiring;                /* replaced, but perhaps still sent by somebody; or 0 */
    uint64_t retire_at_ms;            /* when it is stopped in any case */
    uint64_t stop_at_ms;              /* of a camera that was switched off */
    uint64_t opened_at_ms;            /* of `track` */
    bool interrupted;                 /* the system has muted `track`, and not just for a moment */
    uint64_t interrupt_at_ms;         /* when that moment is over; then, when it is opened anew */
    uint64_t gap_at_ms;               /* when others are told that there is no track between two */
    const struct pf_devices *devices; /* borrowed for the life of the capture */
    struct pf_device_id chosen;       /* by the user */
    struct pf_device_id previous;     /* chosen before that, the last that is known to work */
    struct pf_device_id actual;       /* its device */
};

/* `device` has at most PF_DEVICE_ID_SIZE_MAX bytes. */
void pf_capture_init(struct pf_capture *capture, enum pf_source source, bool on,
                     struct pf_slice device, const struct pf_devices *devices);

/* Starts to capture, as a part of `request` and where that is needed; stops for good. */
void pf_capture_start(struct pf_capture *capture, struct pf_context *context,
                      struct pf_command *request);
void pf_capture_stop(struct pf_capture *capture, struct pf_context *context);

/* Whether there should be a track: a microphone is kept while muted, to be back at once. */
bool pf_capture_is_needed(const struct pf_capture *capture);

/* What the user wants. */
void pf_capture_set_on(struct pf_capture *capture, struct pf_context *context, bool on);
void pf_capture_select(struct pf_capture *capture, struct pf_context *context, struct pf_slice id);

/* Opens the device anew. Its track ends before: a second would get the constraints of the first. */
void pf_capture_reopen(struct pf_capture *capture, struct pf_context *context);

/* The track that is `opening` is there, or is not coming. */
void pf_capture_on_opened(struct pf_capture *capture, struct pf_context *context,
                          struct pf_slice device);
void pf_capture_on_failed(struct pf_capture *capture, struct pf_context *context,
                          enum pf_dom_error error);

/* The request in course failed for both sources together: asks again, for this one alone. */
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

/* Stops the replaced track once no sender has it. */
void pf_capture_stop_unsent(struct pf_capture *capture, struct pf_context *context);

void pf_capture_tick(struct pf_capture *capture, struct pf_context *context);
uint64_t pf_capture_deadline_ms(const struct pf_capture *capture);

/* Whether the user or a policy has refused, so that trying again is no use. */
bool pf_capture_is_refusal(enum pf_dom_error error);

void pf_capture_check(const struct pf_capture *capture, const struct pf_context *context);

#endif
