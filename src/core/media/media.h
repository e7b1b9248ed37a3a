/* media.h - all that this side captures and sends. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_MEDIA_MEDIA_H
#define PF_CORE_MEDIA_MEDIA_H

#include "core/common/context.h"
#include "core/media/capture.h"
#include "core/media/devices.h"
#include "core/media/publishing.h"
#include "core/media/quality.h"
#include "core/media/screen.h"

#include <stdbool.h>
#include <stdint.h>

struct pf_media {
    bool devices_changed; /* since the list was last asked for */
    struct pf_capture captures[PF_DEVICE_SOURCES_COUNT];
    struct pf_screen screen;
    struct pf_devices devices;
    struct pf_publishing publishing;
    struct pf_quality quality;
};

/*
 * Sets context->publishing and context->quality, so the media must stay in place. Fails with
 * TOO_LONG if a device id in `config` is.
 */
enum pf_error pf_media_init(struct pf_media *media, struct pf_context *context,
                            const struct pf_room_config *config);

/* Captures what is wanted, unless that was started before. */
void pf_media_start(struct pf_media *media, struct pf_context *context);

/* Stops everything, when all connections are closed or about to be. What is still being opened is
 * stopped when it comes. */
void pf_media_stop(struct pf_media *media, struct pf_context *context);

/*
 * An event of group capture, VISIBLE, SET_SOURCE, SELECT_DEVICE, SET_ORIGIN, REOPEN,
 * PC_SENDER_SET, or PC_FAILED of replaceTrack().
 */
void pf_media_handle(struct pf_media *media, struct pf_context *context,
                     const struct pf_event *event);

/* At the end of every event: stops the replaced tracks that no sender has any more. */
void pf_media_stop_unsent(struct pf_media *media, struct pf_context *context);

void pf_media_tick(struct pf_media *media, struct pf_context *context);
uint64_t pf_media_deadline_ms(const struct pf_media *media);

void pf_media_check(const struct pf_media *media, const struct pf_context *context);

#endif
