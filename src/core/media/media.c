/*
 * media.c - all that this side captures and sends: two devices, and a screen.
 *
 * At the start one getUserMedia() asks for both sources, so that the user sees one prompt. It fails
 * as a whole, even if only one of the two is to blame (mediacapture-main, getUserMedia()), and what
 * may be had alone is then requested alone.
 */
/* SPDX-License-Identifier: MIT */
#include "core/media/media.h"

#include "base/assert.h"
#include "core/media/denial.h"

enum pf_error pf_media_init(struct pf_media *media, struct pf_context *context,
                            const struct pf_room_config *config)
{
    media->devices_changed = false;
    media->devices.count = 0;
    pf_publishing_init(&media->publishing);
    context->publishing = &media->publishing;
    pf_quality_init(&media->quality);
    context->quality = &media->quality;
    for (int i = 0; i < PF_DEVICE_SOURCES_COUNT; i++) {
        if (config->devices[i].size > PF_DEVICE_ID_SIZE_MAX) {
            return PF_ERROR_TOO_LONG;
        }
        pf_capture_init(&media->captures[i], (enum pf_source)i, config->on[i], config->origins[i],
                        config->devices[i], &media->devices);
    }
    pf_screen_init(&media->screen);
    return PF_ERROR_OK;
}

void pf_media_start(struct pf_media *media, struct pf_context *context)
{
    if (media->captures[PF_SOURCE_MICROPHONE].started) {
        return;
    }
    for (int i = 0; i < PF_DEVICE_SOURCES_COUNT; i++) {
        if (!pf_capture_asks(&media->captures[i])) {
            pf_capture_start(&media->captures[i], context, NULL);
        }
    }
    struct pf_command *request = NULL;
    for (int i = 0; i < PF_DEVICE_SOURCES_COUNT; i++) {
        if (pf_capture_asks(&media->captures[i])) {
            request = request ? request : pf_outbox_push(&context->outbox, PF_COMMAND_CAPTURE_OPEN);
            pf_capture_start(&media->captures[i], context, request);
        }
    }
    pf_screen_start(&media->screen);
    pf_outbox_push(&context->outbox, PF_COMMAND_DEVICES_ENUMERATE);
}

void pf_media_stop(struct pf_media *media, struct pf_context *context)
{
    pf_publishing_remove_all(&media->publishing);
    pf_quality_remove_all(&media->quality);
    for (int i = 0; i < PF_DEVICE_SOURCES_COUNT; i++) {
        pf_capture_stop(&media->captures[i], context);
    }
    pf_screen_stop(&media->screen, context);
}

/* ---- events ---- */

static void set_source(struct pf_media *media, struct pf_context *context, enum pf_source source,
                       bool on)
{
    switch (source) {
    case PF_SOURCE_MICROPHONE:
    case PF_SOURCE_CAMERA: pf_capture_set_on(&media->captures[source], context, on); break;
    case PF_SOURCE_SCREEN: pf_screen_set_on(&media->screen, context, on); break;
    case PF_SOURCE_SCREEN_AUDIO: break; /* comes and goes with the screen */
    }
}

static void select_device(struct pf_media *media, struct pf_context *context,
                          const struct pf_event *event)
{
    const enum pf_source source = event->select_device.source;
    const struct pf_slice id = event->select_device.id;
    const bool is_device = source <= PF_SOURCE_CAMERA; /* a screen is chosen in the browser */
    if (is_device && id.size <= PF_DEVICE_ID_SIZE_MAX) {
        pf_capture_select(&media->captures[source], context, id);
    }
}

/* The capture that waits for `track`, or NULL. */
static struct pf_capture *find_opening(struct pf_media *media, pf_track track)
{
    for (int i = 0; i < PF_DEVICE_SOURCES_COUNT; i++) {
        if (track != 0 && media->captures[i].opening == track) {
            return &media->captures[i];
        }
    }
    return NULL;
}

static void on_opened(struct pf_media *media, struct pf_context *context,
                      const struct pf_event *event)
{
    const pf_track track = event->capture_opened.track;
    struct pf_capture *capture = find_opening(media, track);
    if (capture) {
        pf_capture_on_opened(capture, context, event->capture_opened.device);
    } else if (track != 0) {
        pf_outbox_push(&context->outbox, PF_COMMAND_CAPTURE_STOP)->capture_stop = track;
    }
}

/*
 * Whether a source is worth a request of its own after one for both was rejected. A refusal of both
 * is not a refusal of each: where the permission for one is denied, getUserMedia() rejects without
 * having asked for the other (mediacapture-main, getUserMedia()), which then may have its prompt. A
 * prompt for both that was dismissed leaves both at "prompt", and showing it again would be a
 * nuisance. A browser that cannot be queried remembers a refusal, or shows one more prompt for each
 * source.
 */
static bool may_be_had_alone(enum pf_dom_error error, enum pf_permission own,
                             enum pf_permission other)
{
    if (!pf_denial_is_refusal(error) || own == PF_PERMISSION_GRANTED) {
        return true;
    }
    return error == PF_DOM_ERROR_NOT_ALLOWED &&
           (own == PF_PERMISSION_UNKNOWN ||
            (own == PF_PERMISSION_PROMPT && other == PF_PERMISSION_DENIED));
}

static void on_both_failed(struct pf_media *media, struct pf_context *context,
                           const struct pf_event *event)
{
    const enum pf_dom_error error = event->capture_failed.error;
    const enum pf_permission *permissions = event->capture_failed.permissions;
    for (int i = 0; i < PF_DEVICE_SOURCES_COUNT; i++) {
        struct pf_capture *capture = &media->captures[i];
        const enum pf_permission other = permissions[PF_DEVICE_SOURCES_COUNT - 1 - i];
        if (pf_capture_is_needed(capture) && may_be_had_alone(error, permissions[i], other)) {
            pf_capture_ask_alone(capture, context);
        } else {
            pf_capture_on_failed(capture, context, error);
        }
    }
}

static void on_failed(struct pf_media *media, struct pf_context *context,
                      const struct pf_event *event)
{
    const pf_track *tracks = event->capture_failed.tracks;
    struct pf_capture *microphone = find_opening(media, tracks[PF_SOURCE_MICROPHONE]);
    struct pf_capture *camera = find_opening(media, tracks[PF_SOURCE_CAMERA]);
    struct pf_capture *one = microphone ? microphone : camera;
    const bool asked_both = tracks[PF_SOURCE_MICROPHONE] != 0 && tracks[PF_SOURCE_CAMERA] != 0;
    if (microphone && camera) {
        on_both_failed(media, context, event);
    } else if (one && asked_both && !pf_denial_is_refusal(event->capture_failed.error)) {
        pf_capture_ask_alone(one, context); /* perhaps it was the other one's fault */
    } else if (one) {
        pf_capture_on_failed(one, context, event->capture_failed.error);
    }
}

static void on_ended(struct pf_media *media, struct pf_context *context, pf_track track)
{
    if (track == 0) {
        return; /* none is called that */
    }
    for (int i = 0; i < PF_DEVICE_SOURCES_COUNT; i++) {
        pf_capture_on_ended(&media->captures[i], context, track);
    }
    pf_screen_on_ended(&media->screen, context, track);
}

/* Of a screen, the browser says by this only that nothing on it changes. */
static void on_muted(struct pf_media *media, struct pf_context *context,
                     const struct pf_event *event)
{
    if (event->track_muted.track == 0) {
        return;
    }
    for (int i = 0; i < PF_DEVICE_SOURCES_COUNT; i++) {
        pf_capture_on_muted(&media->captures[i], context, event->track_muted.track,
                            event->track_muted.muted);
    }
}

static void on_devices(struct pf_media *media, struct pf_context *context,
                       const struct pf_event *event)
{
    pf_devices_set(&media->devices, event->devices.list, event->devices.count);
    struct pf_command *command = pf_outbox_push(&context->outbox, PF_COMMAND_SHOW_DEVICES);
    command->devices.list = media->devices.list;
    command->devices.count = media->devices.count;
    for (int i = 0; i < PF_DEVICE_SOURCES_COUNT && media->devices_changed; i++) {
        pf_capture_on_plugged(&media->captures[i], context);
    }
    media->devices_changed = false;
}

void pf_media_handle(struct pf_media *media, struct pf_context *context,
                     const struct pf_event *event)
{
    switch ((int)event->type) {
    case PF_EVENT_SET_SOURCE:
        set_source(media, context, event->set_source.source, event->set_source.on);
        break;
    case PF_EVENT_SELECT_DEVICE: select_device(media, context, event); break;
    case PF_EVENT_SET_ORIGIN:
        if ((size_t)event->set_origin.source < PF_DEVICE_SOURCES_COUNT) {
            pf_capture_set_origin(&media->captures[event->set_origin.source], context,
                                  event->set_origin.origin);
        }
        break;
    case PF_EVENT_REOPEN:
        if ((size_t)event->reopen < PF_DEVICE_SOURCES_COUNT) {
            pf_capture_reopen(&media->captures[event->reopen], context);
        }
        break;
    case PF_EVENT_CAPTURE_OPENED: on_opened(media, context, event); break;
    case PF_EVENT_CAPTURE_FAILED: on_failed(media, context, event); break;
    case PF_EVENT_SCREEN_OPENED:
        pf_screen_on_opened(&media->screen, context, event->screen_opened.picture,
                            event->screen_opened.sound);
        break;
    case PF_EVENT_SCREEN_FAILED:
        pf_screen_on_failed(&media->screen, context, event->screen_failed.picture,
                            event->screen_failed.error);
        break;
    case PF_EVENT_TRACK_ENDED: on_ended(media, context, event->track_ended); break;
    case PF_EVENT_TRACK_MUTED: on_muted(media, context, event); break;
    case PF_EVENT_VISIBLE:
        for (int i = 0; i < PF_DEVICE_SOURCES_COUNT; i++) {
            pf_capture_on_visible(&media->captures[i], context);
        }
        break;
    case PF_EVENT_DEVICES_CHANGED:
        media->devices_changed = true;
        pf_outbox_push(&context->outbox, PF_COMMAND_DEVICES_ENUMERATE);
        break;
    case PF_EVENT_DEVICES: on_devices(media, context, event); break;
    default: pf_publishing_handle(context, event); break;
    }
}

/* ---- time ---- */

void pf_media_stop_unsent(struct pf_media *media, struct pf_context *context)
{
    for (int i = 0; i < PF_DEVICE_SOURCES_COUNT; i++) {
        pf_retirement_stop_unsent(&media->captures[i].retired, context);
    }
}

void pf_media_tick(struct pf_media *media, struct pf_context *context)
{
    for (int i = 0; i < PF_DEVICE_SOURCES_COUNT; i++) {
        pf_capture_tick(&media->captures[i], context);
    }
    pf_publishing_tick(context);
    pf_quality_tick(context);
}

uint64_t pf_media_deadline_ms(const struct pf_media *media)
{
    uint64_t deadline_ms = pf_earlier(pf_publishing_deadline_ms(&media->publishing),
                                      pf_quality_deadline_ms(&media->quality));
    for (int i = 0; i < PF_DEVICE_SOURCES_COUNT; i++) {
        deadline_ms = pf_earlier(deadline_ms, pf_capture_deadline_ms(&media->captures[i]));
    }
    return deadline_ms;
}

void pf_media_check(const struct pf_media *media, const struct pf_context *context)
{
    for (int i = 0; i < PF_DEVICE_SOURCES_COUNT; i++) {
        pf_capture_check(&media->captures[i], context);
    }
    pf_screen_check(&media->screen, context);
    pf_quality_check(&media->quality);
}
