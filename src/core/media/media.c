/*
 * media.c - what the user wants to send, and the captures that follow from it.
 *
 * A microphone is captured from the start and stays so; muting disables its track. A camera is
 * captured while it is on. A device is changed by opening the new one, replacing the track in every
 * sender, and only then stopping the old one, so that nobody sees a gap. Where a platform cannot
 * hold both at once (NotReadableError) the old one is stopped first, and opened again should the
 * new one fail. Of several requests under way only the latest counts: a track that nobody waits for
 * any more is stopped as it comes.
 */
/* SPDX-License-Identifier: MIT */
#include "core/media/media.h"

#include "base/assert.h"

enum {
    CAMERA_OFF_MS = 1000, /* on again within this time shows a picture at once */
    RETIRE_MS = 3000,     /* a replaceTrack() that never ends does not keep a camera open */
    REOPEN_MS = 2000,     /* a track that ends sooner after its start is not opened again */
};

static struct pf_slice slice_of(const struct pf_device_id *id)
{
    return (struct pf_slice){id->text, id->size};
}

static void set_id(struct pf_device_id *id, struct pf_slice text)
{
    id->size = pf_slice_copy(text, id->text, sizeof id->text);
}

static enum pf_source source_of(const struct pf_media *media, const struct pf_capture *capture)
{
    return (enum pf_source)(capture - media->captures);
}

static bool is_needed(const struct pf_media *media, const struct pf_capture *capture)
{
    return media->started && (capture->on || capture == &media->captures[PF_SOURCE_MICROPHONE]);
}

/* ---- what follows from the state ---- */

static enum pf_source_state told_state(const struct pf_capture *capture)
{
    if (capture->state == PF_CAPTURE_FAILED) {
        return PF_SOURCE_STATE_NONE;
    }
    return capture->on && capture->track != 0 ? PF_SOURCE_STATE_ON : PF_SOURCE_STATE_OFF;
}

/* What senders send, what the others are told and what the page shows. */
static void publish(struct pf_media *media, struct pf_context *context, struct pf_capture *capture)
{
    const enum pf_source source = source_of(media, capture);
    const bool is_sent = is_needed(media, capture);
    context->tracks[source] = is_sent ? capture->track : 0;
    if (told_state(capture) != context->own.sources[source]) {
        context->own.sources[source] = told_state(capture);
        context->own.sequence++;
    }
    struct pf_command *command = pf_outbox_push(&context->outbox, PF_COMMAND_SHOW_LOCAL);
    command->local.source = source;
    command->local.on = capture->on;
    command->local.state = is_sent ? capture->state : PF_CAPTURE_IDLE;
    command->local.error = capture->error;
    command->local.track = is_sent ? capture->track : 0;
    command->local.device = slice_of(capture->track != 0 ? &capture->actual : &capture->chosen);
}

static void enable(struct pf_context *context, pf_track track, bool on)
{
    struct pf_command *command = pf_outbox_push(&context->outbox, PF_COMMAND_TRACK_ENABLE);
    command->track_enable.track = track;
    command->track_enable.on = on;
}

static void stop(struct pf_context *context, pf_track track)
{
    if (track != 0) {
        pf_outbox_push(&context->outbox, PF_COMMAND_CAPTURE_STOP)->capture_stop = track;
    }
}

static void set_state(struct pf_capture *capture, enum pf_capture_state state,
                      enum pf_dom_error error)
{
    PF_ASSERT((state == PF_CAPTURE_LIVE) == (capture->track != 0));
    capture->state = state;
    capture->error = error;
}

/* The state of a capture that nothing is wrong with. */
static void settle(struct pf_capture *capture)
{
    set_state(capture,
              capture->track != 0     ? PF_CAPTURE_LIVE
              : capture->opening != 0 ? PF_CAPTURE_OPENING
                                      : PF_CAPTURE_IDLE,
              PF_DOM_ERROR_NONE);
}

/* ---- opening ---- */

/* The device to be asked for: none when the chosen one is known to be gone. */
static struct pf_slice wanted_device(const struct pf_media *media, const struct pf_capture *capture)
{
    const enum pf_source source = source_of(media, capture);
    const struct pf_slice chosen = slice_of(&capture->chosen);
    const struct pf_slice any = PF_SLICE("");
    const bool is_listed = pf_devices_has(&media->devices, source, chosen);
    const bool ids_known =
        media->devices.count > 0 && !pf_devices_has(&media->devices, source, any);
    return capture->opening_any || (ids_known && !is_listed) ? any : chosen;
}

static void add_to_request(struct pf_media *media, struct pf_context *context,
                           struct pf_capture *capture, struct pf_command *request)
{
    const enum pf_source source = source_of(media, capture);
    capture->opening = pf_context_next_id(context);
    request->capture_open.tracks[source] = capture->opening;
    const struct pf_slice device = wanted_device(media, capture);
    capture->opening_named = device.size > 0;
    request->capture_open.devices[source] = pf_outbox_copy(&context->outbox, device);
    if (capture->track == 0) {
        set_state(capture, PF_CAPTURE_OPENING, capture->error);
    }
}

static void open_one(struct pf_media *media, struct pf_context *context, struct pf_capture *capture)
{
    add_to_request(media, context, capture,
                   pf_outbox_push(&context->outbox, PF_COMMAND_CAPTURE_OPEN));
}

/* Opens afresh, for the chosen device. */
static void open_chosen(struct pf_media *media, struct pf_context *context,
                        struct pf_capture *capture)
{
    capture->opening_any = false;
    capture->stopped_first = false;
    capture->going_back = false;
    capture->error = PF_DOM_ERROR_NONE;
    open_one(media, context, capture);
}

static void retire(struct pf_context *context, struct pf_capture *capture, pf_track track)
{
    stop(context, capture->retiring);
    capture->retiring = track;
    capture->retire_at_ms = track != 0 ? context->now_ms + RETIRE_MS : PF_NEVER;
}

static void on_opened(struct pf_media *media, struct pf_context *context,
                      const struct pf_event *event)
{
    const pf_track track = event->capture_opened.track;
    struct pf_capture *capture = NULL;
    for (int i = 0; i < PF_SOURCES_COUNT; i++) {
        if (track != 0 && media->captures[i].opening == track) {
            capture = &media->captures[i];
        }
    }
    if (!capture || !is_needed(media, capture)) {
        stop(context, track); /* superseded, switched off or left meanwhile */
        if (capture) {
            capture->opening = 0;
            settle(capture);
            publish(media, context, capture);
        }
        return;
    }
    enable(context, track, capture->on); /* before any sender has it */
    retire(context, capture, capture->track);
    capture->opening = 0;
    capture->track = track;
    capture->opened_at_ms = context->now_ms;
    set_id(&capture->actual, event->capture_opened.device);
    set_state(capture, PF_CAPTURE_LIVE, capture->going_back ? capture->error : PF_DOM_ERROR_NONE);
    publish(media, context, capture);
    pf_outbox_push(&context->outbox, PF_COMMAND_DEVICES_ENUMERATE); /* now with labels */
}

/* ---- failing to open ---- */

static bool is_refusal(enum pf_dom_error error)
{
    return error == PF_DOM_ERROR_NOT_ALLOWED || error == PF_DOM_ERROR_SECURITY ||
           error == PF_DOM_ERROR_INSECURE;
}

static bool is_missing(enum pf_dom_error error)
{
    return error == PF_DOM_ERROR_NOT_FOUND || error == PF_DOM_ERROR_OVERCONSTRAINED;
}

static void go_back(struct pf_media *media, struct pf_context *context, struct pf_capture *capture)
{
    capture->chosen = capture->previous;
    capture->stopped_first = false;
    capture->going_back = true;
    if (capture->track == 0) {
        open_one(media, context, capture);
    } else {
        set_state(capture, PF_CAPTURE_LIVE, capture->error);
    }
}

/* A request for one source has failed: tries what is left to try. */
static void on_one_failed(struct pf_media *media, struct pf_context *context,
                          struct pf_capture *capture, enum pf_dom_error error)
{
    capture->opening = 0;
    if (!is_needed(media, capture)) {
        settle(capture);
    } else if (!capture->stopped_first && capture->track != 0 && !is_refusal(error) &&
               !is_missing(error)) {
        stop(context, capture->track); /* perhaps the two cannot be open at once */
        capture->track = 0;
        capture->stopped_first = true;
        open_one(media, context, capture);
    } else if (capture->stopped_first || capture->track != 0) {
        capture->error = error;
        go_back(media, context, capture);
    } else if (is_missing(error) && capture->opening_named) {
        capture->opening_any = true;
        open_one(media, context, capture);
    } else {
        set_state(capture, PF_CAPTURE_FAILED, error);
    }
    publish(media, context, capture);
}

/* A request for both has failed: what may be had alone is asked for alone, without a new prompt. */
static void on_both_failed(struct pf_media *media, struct pf_context *context,
                           const struct pf_event *event)
{
    const enum pf_dom_error error = event->capture_failed.error;
    for (int i = 0; i < PF_SOURCES_COUNT; i++) {
        struct pf_capture *capture = &media->captures[i];
        const bool may_be_had = !is_refusal(error) || event->capture_failed.granted[i];
        if (may_be_had && is_needed(media, capture)) {
            open_one(media, context, capture);
        } else {
            on_one_failed(media, context, capture, error);
        }
    }
}

static void on_failed(struct pf_media *media, struct pf_context *context,
                      const struct pf_event *event)
{
    struct pf_capture *failed[PF_SOURCES_COUNT];
    int count = 0;
    for (int i = 0; i < PF_SOURCES_COUNT; i++) {
        const pf_track track = event->capture_failed.tracks[i];
        if (track != 0 && media->captures[i].opening == track) {
            failed[count++] = &media->captures[i];
        }
    }
    const bool asked_both = event->capture_failed.tracks[PF_SOURCE_MICROPHONE] != 0 &&
                            event->capture_failed.tracks[PF_SOURCE_CAMERA] != 0;
    if (count == PF_SOURCES_COUNT) {
        on_both_failed(media, context, event);
    } else if (count == 1 && asked_both && !is_refusal(event->capture_failed.error)) {
        open_one(media, context, failed[0]); /* perhaps it was the other one's fault */
    } else if (count == 1) {
        on_one_failed(media, context, failed[0], event->capture_failed.error);
    }
}

/* ---- what happens to devices ---- */

static void on_track_ended(struct pf_media *media, struct pf_context *context, pf_track track)
{
    for (int i = 0; i < PF_SOURCES_COUNT; i++) {
        struct pf_capture *capture = &media->captures[i];
        if (track != 0 && capture->retiring == track) {
            pf_media_stop_retiring(media, context, (enum pf_source)i);
        }
        if (track == 0 || capture->track != track) {
            continue;
        }
        capture->track = 0;
        capture->stop_at_ms = PF_NEVER;
        if (!is_needed(media, capture) || capture->opening != 0) {
            settle(capture); /* its successor is on its way, or none is wanted */
        } else if (context->now_ms - capture->opened_at_ms >= REOPEN_MS) {
            open_chosen(media, context, capture);
        } else {
            set_state(capture, PF_CAPTURE_FAILED, PF_DOM_ERROR_NOT_FOUND);
        }
        publish(media, context, capture);
    }
}

static void on_devices(struct pf_media *media, struct pf_context *context,
                       const struct pf_event *event)
{
    pf_devices_set(&media->devices, event->devices.list, event->devices.count);
    struct pf_command *command = pf_outbox_push(&context->outbox, PF_COMMAND_SHOW_DEVICES);
    command->devices.list = media->devices.list;
    command->devices.count = media->devices.count;
    if (!media->devices_changed) {
        return;
    }
    media->devices_changed = false;
    for (int i = 0; i < PF_SOURCES_COUNT; i++) {
        struct pf_capture *capture = &media->captures[i];
        const bool may_work_now = capture->state == PF_CAPTURE_FAILED &&
                                  !is_refusal(capture->error) &&
                                  pf_devices_has_any(&media->devices, (enum pf_source)i);
        if (may_work_now) {
            open_chosen(media, context, capture);
            publish(media, context, capture);
        }
    }
}

void pf_media_handle(struct pf_media *media, struct pf_context *context,
                     const struct pf_event *event)
{
    if (event->type == PF_EVENT_CAPTURE_OPENED) {
        on_opened(media, context, event);
    } else if (event->type == PF_EVENT_CAPTURE_FAILED) {
        on_failed(media, context, event);
    } else if (event->type == PF_EVENT_TRACK_ENDED) {
        on_track_ended(media, context, event->track_ended);
    } else if (event->type == PF_EVENT_DEVICES_CHANGED) {
        media->devices_changed = true;
        pf_outbox_push(&context->outbox, PF_COMMAND_DEVICES_ENUMERATE);
    } else {
        PF_ASSERT(event->type == PF_EVENT_DEVICES);
        on_devices(media, context, event);
    }
}

/* ---- what the user wants ---- */

static void stop_now(struct pf_context *context, struct pf_capture *capture)
{
    stop(context, capture->track);
    capture->track = 0;
    capture->stop_at_ms = PF_NEVER;
    settle(capture);
}

enum pf_error pf_media_init(struct pf_media *media, struct pf_context *context,
                            const struct pf_room_config *config)
{
    media->started = false;
    media->devices_changed = false;
    media->devices.count = 0;
    context->own = (struct pf_member_state){.sequence = 1};
    for (int i = 0; i < PF_SOURCES_COUNT; i++) {
        if (config->devices[i].size > PF_DEVICE_ID_SIZE_MAX) {
            return PF_ERROR_TOO_LONG;
        }
        media->captures[i] = (struct pf_capture){
            .on = config->on[i],
            .retire_at_ms = PF_NEVER,
            .stop_at_ms = PF_NEVER,
        };
        set_id(&media->captures[i].chosen, config->devices[i]);
        context->tracks[i] = 0;
        context->own.sources[i] = PF_SOURCE_STATE_OFF;
    }
    return PF_ERROR_OK;
}

void pf_media_start(struct pf_media *media, struct pf_context *context)
{
    media->started = true;
    struct pf_command *request = pf_outbox_push(&context->outbox, PF_COMMAND_CAPTURE_OPEN);
    for (int i = 0; i < PF_SOURCES_COUNT; i++) {
        struct pf_capture *capture = &media->captures[i];
        if (is_needed(media, capture)) {
            add_to_request(media, context, capture, request);
        }
        publish(media, context, capture);
    }
    pf_outbox_push(&context->outbox, PF_COMMAND_DEVICES_ENUMERATE);
}

void pf_media_stop(struct pf_media *media, struct pf_context *context)
{
    media->started = false;
    for (int i = 0; i < PF_SOURCES_COUNT; i++) {
        struct pf_capture *capture = &media->captures[i];
        capture->opening = 0;
        stop_now(context, capture);
        retire(context, capture, 0);
        publish(media, context, capture);
    }
}

void pf_media_set_source(struct pf_media *media, struct pf_context *context, enum pf_source source,
                         bool on)
{
    struct pf_capture *capture = &media->captures[source];
    capture->on = on;
    if (capture->track != 0) {
        enable(context, capture->track, on); /* first of all, and at once */
    }
    if (!on) {
        retire(context, capture, 0); /* a sender may still have the one before */
    }
    if (source == PF_SOURCE_CAMERA) {
        const bool stops = !on && capture->track != 0;
        capture->stop_at_ms = stops ? context->now_ms + CAMERA_OFF_MS : PF_NEVER;
        if (!on && capture->state == PF_CAPTURE_FAILED) {
            settle(capture); /* not wanted any more: no reason to complain */
        }
    }
    if (on && media->started && capture->track == 0 && capture->opening == 0) {
        open_chosen(media, context, capture);
    }
    publish(media, context, capture);
}

void pf_media_select_device(struct pf_media *media, struct pf_context *context,
                            enum pf_source source, struct pf_slice id)
{
    struct pf_capture *capture = &media->captures[source];
    if (id.size > PF_DEVICE_ID_SIZE_MAX) {
        return;
    }
    if (capture->opening == 0) {
        capture->previous = capture->chosen; /* the last one that has worked */
    }
    const bool is_without = capture->opening != 0 && capture->track == 0 &&
                            (capture->stopped_first || capture->going_back);
    set_id(&capture->chosen, id);
    capture->opening = 0; /* what is under way is not wanted any more */
    settle(capture);
    const bool is_in_use =
        capture->track != 0 && id.size > 0 && pf_slice_equal(id, slice_of(&capture->actual));
    if (!is_in_use && is_needed(media, capture)) {
        open_chosen(media, context, capture);
        capture->stopped_first = is_without;
    } else if (!is_in_use) {
        stop_now(context, capture); /* just switched off: not the one to be on again */
    }
    publish(media, context, capture);
}

/* ---- time ---- */

void pf_media_stop_retiring(struct pf_media *media, struct pf_context *context,
                            enum pf_source source)
{
    retire(context, &media->captures[source], 0);
}

void pf_media_tick(struct pf_media *media, struct pf_context *context)
{
    for (int i = 0; i < PF_SOURCES_COUNT; i++) {
        struct pf_capture *capture = &media->captures[i];
        if (capture->retire_at_ms <= context->now_ms) {
            retire(context, capture, 0);
        }
        if (capture->stop_at_ms <= context->now_ms) {
            stop_now(context, capture);
            publish(media, context, capture);
        }
    }
}

uint64_t pf_media_deadline_ms(const struct pf_media *media)
{
    uint64_t deadline_ms = PF_NEVER;
    for (int i = 0; i < PF_SOURCES_COUNT; i++) {
        const struct pf_capture *capture = &media->captures[i];
        deadline_ms =
            pf_earlier(deadline_ms, pf_earlier(capture->retire_at_ms, capture->stop_at_ms));
    }
    return deadline_ms;
}

void pf_media_check(const struct pf_media *media, const struct pf_context *context)
{
    for (int i = 0; i < PF_SOURCES_COUNT; i++) {
        const struct pf_capture *capture = &media->captures[i];
        PF_ASSERT((capture->state == PF_CAPTURE_LIVE) == (capture->track != 0));
        PF_ASSERT(capture->state != PF_CAPTURE_OPENING || capture->opening != 0);
        PF_ASSERT(capture->state != PF_CAPTURE_FAILED || is_needed(media, capture));
        PF_ASSERT(context->tracks[i] == 0 || context->tracks[i] == capture->track);
        PF_ASSERT(context->tracks[i] == 0 || is_needed(media, capture));
        PF_ASSERT(media->started || (capture->track == 0 && capture->retiring == 0));
        PF_ASSERT((capture->retire_at_ms == PF_NEVER) == (capture->retiring == 0));
        PF_ASSERT(told_state(capture) == context->own.sources[i]);
    }
}
