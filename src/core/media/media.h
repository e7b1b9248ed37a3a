/* media.h - what the user wants to send, and the captures that follow from it. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_MEDIA_MEDIA_H
#define PF_CORE_MEDIA_MEDIA_H

#include "core/common/context.h"
#include "core/media/devices.h"

#include <stdbool.h>
#include <stdint.h>

/* The id of a device, or "" for whichever the browser takes. */
struct pf_device_id {
    size_t size;
    char text[PF_DEVICE_ID_SIZE_MAX + 1];
};

/* One source. What the user wants comes first; the rest is derived from it and from what happens.
 */
struct pf_capture {
    bool on;                      /* wanted: not muted, not switched off */
    struct pf_device_id chosen;   /* wanted */
    struct pf_device_id previous; /* chosen before that; gone back to if the new one fails */
    enum pf_capture_state state;  /* LIVE exactly when there is a track */
    enum pf_dom_error error;
    pf_track track;             /* captured, 0: none */
    struct pf_device_id actual; /* its device */
    pf_track opening;           /* asked for, 0: nothing */
    bool opening_named;         /* a device was named in that request */
    bool opening_any;           /* no device is to be named, because the chosen one is gone */
    bool stopped_first;         /* the old one was stopped to open this one */
    bool going_back;            /* to the previous device, which was stopped for the chosen one */
    pf_track retiring;          /* replaced; stopped when no sender sends it any more */
    uint64_t retire_at_ms;      /* or then */
    uint64_t stop_at_ms;        /* of a camera that was switched off */
    uint64_t opened_at_ms;
};

struct pf_media {
    bool started;
    bool devices_changed; /* since the list was last asked for */
    struct pf_capture captures[PF_SOURCES_COUNT];
    struct pf_devices devices;
};

/* Fails with TOO_LONG if a device id in `config` is. */
enum pf_error pf_media_init(struct pf_media *media, struct pf_context *context,
                            const struct pf_room_config *config);

/* Captures what is wanted. */
void pf_media_start(struct pf_media *media, struct pf_context *context);

/* Stops everything; what is still being opened is stopped when it comes. */
void pf_media_stop(struct pf_media *media, struct pf_context *context);

void pf_media_set_source(struct pf_media *media, struct pf_context *context, enum pf_source source,
                         bool on);
void pf_media_select_device(struct pf_media *media, struct pf_context *context,
                            enum pf_source source, struct pf_slice id);

/* An event of group capture. */
void pf_media_handle(struct pf_media *media, struct pf_context *context,
                     const struct pf_event *event);

/* Stops the replaced track of `source`, which no sender sends any more. */
void pf_media_stop_retiring(struct pf_media *media, struct pf_context *context,
                            enum pf_source source);

void pf_media_tick(struct pf_media *media, struct pf_context *context);
uint64_t pf_media_deadline_ms(const struct pf_media *media);

void pf_media_check(const struct pf_media *media, const struct pf_context *context);

#endif
