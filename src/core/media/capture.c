/*
 * capture.c - the capture of one source: a device, and the track from it.
 *
 * A device is changed without a gap that others could see: the new one is opened, publishing.c
 * attaches its track to every sender, and only when no sender has the old track is that stopped.
 * Where a platform cannot have both open (getUserMedia() of mediacapture-main then rejects with
 * NotReadableError), the old one is stopped first, and opened again should the new one fail.
 *
 *   from                   event                                    to
 *   IDLE, FAILED           wanted                                   OPENING
 *   LIVE                   another device is chosen                 SWITCHING
 *   any of the four        the track is there, and still wanted     LIVE
 *   SWITCHING              refused, or no such device               LIVE       keeps the old one
 *   SWITCHING              failed in another way                    REPLACING  stops the old one
 *   REPLACING              failed                                   REVERTING
 *   OPENING, REVERTING     no such device                           same       any device will do
 *   OPENING, REVERTING     failed in another way                    FAILED
 *   OPENING, SWITCHING     another device is chosen                 same
 *   REPLACING, REVERTING   another device is chosen                 REPLACING
 *   SWITCHING              the old track ends, or is switched off   OPENING
 *   LIVE                   the track ends                           OPENING, FAILED if it had just
 *                                                                   been opened
 *   any                    not wanted, and nothing is open          IDLE
 *   LIVE                   interrupted, and still so a second       SWITCHING  to the same device
 *                          after the page is visible again, or
 *                          switched on by the user
 *   FAILED                 not refused, and visible again           OPENING
 *   LIVE, SWITCHING        other constraints                        REPLACING  perhaps by itself
 *
 * Requests cannot be withdrawn. Only the latest counts: a track that nobody waits for any more is
 * stopped when it comes.
 */
/* SPDX-License-Identifier: MIT */
#include "core/media/capture.h"

#include "base/assert.h"
#include "core/media/publishing.h"

enum {
    CAMERA_OFF_MS = 1000, /* a camera switched on again within this time has a picture at once */
    RETIRE_MS = 3000,     /* a replaceTrack() that never settles does not keep a camera open */
    REOPEN_MS = 2000,     /* a track that ends sooner after its start is not opened again */
    INTERRUPT_MS = 1000,  /* a camera that starts or is busy may be muted for a moment */
    GAP_MS = 1000,        /* a prompt or a slow device is told to the others after that */
    RESUME_MS = 1000,     /* the system usually unmutes what it has muted for a hidden page */
};

static struct pf_slice slice_of(const struct pf_device_id *id)
{
    return (struct pf_slice){id->text, id->size};
}

static void set_id(struct pf_device_id *id, struct pf_slice text)
{
    id->size = pf_slice_copy(text, id->text, sizeof id->text);
}

bool pf_capture_is_needed(const struct pf_capture *capture)
{
    return capture->started && (capture->on || capture->source == PF_SOURCE_MICROPHONE);
}

bool pf_capture_is_refusal(enum pf_dom_error error)
{
    return error == PF_DOM_ERROR_NOT_ALLOWED || error == PF_DOM_ERROR_SECURITY ||
           error == PF_DOM_ERROR_INSECURE || error == PF_DOM_ERROR_UNSUPPORTED;
}

static bool is_missing(enum pf_dom_error error)
{
    return error == PF_DOM_ERROR_NOT_FOUND || error == PF_DOM_ERROR_OVERCONSTRAINED;
}

static void set_phase(struct pf_capture *capture, enum pf_capture_phase next)
{
    PF_ASSERT(pf_phase_may_follow(capture->phase, next));
    PF_ASSERT(pf_phase_has_track(next) == (capture->track != 0));
    PF_ASSERT(pf_phase_is_opening(next) == (capture->opening != 0));
    capture->phase = next;
}

/* ---- what follows from the state ---- */

static enum pf_source_state told_state(const struct pf_capture *capture)
{
    if (capture->phase == PF_PHASE_FAILED) {
        return PF_SOURCE_STATE_NONE;
    }
    const bool is_gap = pf_phase_is_between(capture->phase) && capture->gap_at_ms != PF_NEVER;
    if (!capture->on || (capture->track == 0 && !is_gap)) {
        return PF_SOURCE_STATE_OFF;
    }
    return capture->interrupted ? PF_SOURCE_STATE_INTERRUPTED : PF_SOURCE_STATE_ON;
}

static enum pf_capture_state shown_state(const struct pf_capture *capture)
{
    if (capture->phase == PF_PHASE_FAILED) {
        return PF_CAPTURE_FAILED;
    }
    return capture->track != 0     ? PF_CAPTURE_LIVE
           : capture->opening != 0 ? PF_CAPTURE_OPENING
                                   : PF_CAPTURE_IDLE;
}

/* What senders send, what the others are told and what the page shows. */
static void publish(struct pf_capture *capture, struct pf_context *context)
{
    const bool is_sent = pf_capture_is_needed(capture);
    const pf_track track = is_sent ? capture->track : 0;
    pf_publishing_set(context, capture->source, track, told_state(capture));
    struct pf_command *command = pf_outbox_push(&context->outbox, PF_COMMAND_SHOW_LOCAL);
    command->local.source = capture->source;
    command->local.on = capture->on;
    command->local.interrupted = told_state(capture) == PF_SOURCE_STATE_INTERRUPTED;
    command->local.state = is_sent ? shown_state(capture) : PF_CAPTURE_IDLE;
    command->local.error = capture->error;
    command->local.track = track;
    command->local.device = slice_of(capture->track != 0 ? &capture->actual : &capture->chosen);
}

static void enable(struct pf_context *context, pf_track track, bool on)
{
    struct pf_command *command = pf_outbox_push(&context->outbox, PF_COMMAND_TRACK_ENABLE);
    command->track_enable.track = track;
    command->track_enable.on = on;
}

/* ---- stopping ---- */

static void stop(struct pf_context *context, pf_track track)
{
    if (track != 0) {
        pf_outbox_push(&context->outbox, PF_COMMAND_CAPTURE_STOP)->capture_stop = track;
    }
}

/* Stops the track that was replaced before, and keeps `track` until no sender has it. */
static void retire(struct pf_capture *capture, struct pf_context *context, pf_track track)
{
    stop(context, capture->retiring);
    capture->retiring = track;
    capture->retire_at_ms = track != 0 ? context->now_ms + RETIRE_MS : PF_NEVER;
}

/* Back to a phase in which nothing is wrong, given what is captured and asked for. */
static void settle(struct pf_capture *capture)
{
    set_phase(capture, capture->track != 0     ? PF_PHASE_LIVE
                       : capture->opening != 0 ? PF_PHASE_OPENING
                                               : PF_PHASE_IDLE);
    capture->error = PF_DOM_ERROR_NONE;
}

/* What was muted was the track before. */
static void set_track(struct pf_capture *capture, pf_track track)
{
    capture->track = track;
    capture->interrupted = false;
    capture->interrupt_at_ms = PF_NEVER;
    capture->gap_at_ms = PF_NEVER;
}

/* Makes place for a track that is asked for next. Others are not told of so short a gap. */
static void make_place(struct pf_capture *capture, struct pf_context *context)
{
    stop(context, capture->track);
    set_track(capture, 0);
    capture->gap_at_ms = context->now_ms + GAP_MS;
}

static void stop_track(struct pf_capture *capture, struct pf_context *context)
{
    stop(context, capture->track);
    set_track(capture, 0);
    capture->stop_at_ms = PF_NEVER;
    settle(capture);
}

void pf_capture_stop_unsent(struct pf_capture *capture, struct pf_context *context)
{
    if (capture->retiring != 0 && !pf_publishing_sends(context->publishing, capture->retiring)) {
        retire(capture, context, 0);
    }
}

/* ---- opening ---- */

/* The device to ask for: any when the chosen one is known to be gone. */
static struct pf_slice wanted_device(const struct pf_capture *capture)
{
    const struct pf_slice chosen = slice_of(&capture->chosen);
    const struct pf_slice any = PF_SLICE("");
    const bool is_listed = pf_devices_has(capture->devices, capture->source, chosen);
    const bool ids_known =
        capture->devices->count > 0 && !pf_devices_has(capture->devices, capture->source, any);
    return ids_known && !is_listed ? any : chosen;
}

static void add_to_request(struct pf_capture *capture, struct pf_context *context,
                           struct pf_command *request, enum pf_capture_phase next,
                           struct pf_slice device)
{
    capture->opening = pf_context_next_id(context);
    capture->opening_named = device.size > 0;
    request->capture_open.tracks[capture->source] = capture->opening;
    request->capture_open.devices[capture->source] = pf_outbox_copy(&context->outbox, device);
    set_phase(capture, next);
}

static void open_device(struct pf_capture *capture, struct pf_context *context,
                        enum pf_capture_phase next, struct pf_slice device)
{
    add_to_request(capture, context, pf_outbox_push(&context->outbox, PF_COMMAND_CAPTURE_OPEN),
                   next, device);
}

/* Opens the chosen device, for a reason that is new. */
static void open_chosen(struct pf_capture *capture, struct pf_context *context,
                        enum pf_capture_phase next)
{
    capture->error = PF_DOM_ERROR_NONE;
    open_device(capture, context, next, wanted_device(capture));
}

void pf_capture_ask_alone(struct pf_capture *capture, struct pf_context *context)
{
    open_device(capture, context, capture->phase, wanted_device(capture));
}

void pf_capture_on_opened(struct pf_capture *capture, struct pf_context *context,
                          struct pf_slice device)
{
    const pf_track track = capture->opening;
    capture->opening = 0;
    if (!pf_capture_is_needed(capture)) {
        stop(context, track); /* switched off meanwhile */
        settle(capture);
        publish(capture, context);
        return;
    }
    enable(context, track, capture->on); /* before any sender has it */
    retire(capture, context, capture->track);
    set_track(capture, track);
    capture->opened_at_ms = context->now_ms;
    set_id(&capture->actual, device);
    set_phase(capture, PF_PHASE_LIVE);
    publish(capture, context);
    pf_outbox_push(&context->outbox, PF_COMMAND_DEVICES_ENUMERATE); /* now with labels */
}

void pf_capture_on_failed(struct pf_capture *capture, struct pf_context *context,
                          enum pf_dom_error error)
{
    capture->opening = 0;
    if (!pf_capture_is_needed(capture)) {
        settle(capture);
    } else if (capture->phase == PF_PHASE_SWITCHING && !pf_capture_is_refusal(error) &&
               !is_missing(error)) {
        make_place(capture, context); /* perhaps the two cannot be open at once */
        open_device(capture, context, PF_PHASE_REPLACING, wanted_device(capture));
    } else if (capture->phase == PF_PHASE_SWITCHING) {
        capture->chosen = capture->previous;
        capture->error = error;
        set_phase(capture, PF_PHASE_LIVE);
    } else if (capture->phase == PF_PHASE_REPLACING) {
        capture->chosen = capture->previous;
        capture->error = error;
        open_device(capture, context, PF_PHASE_REVERTING, wanted_device(capture));
    } else if (is_missing(error) && capture->opening_named) {
        open_device(capture, context, capture->phase, PF_SLICE(""));
    } else {
        capture->error = error;
        set_phase(capture, PF_PHASE_FAILED);
    }
    publish(capture, context);
}

/* ---- what happens to devices ---- */

void pf_capture_on_ended(struct pf_capture *capture, struct pf_context *context, pf_track track)
{
    if (capture->retiring == track) {
        retire(capture, context, 0);
    }
    if (capture->track != track) {
        return;
    }
    set_track(capture, 0);
    capture->stop_at_ms = PF_NEVER;
    if (!pf_capture_is_needed(capture) || capture->opening != 0) {
        settle(capture); /* none is wanted, or its successor is on its way */
    } else if (context->now_ms - capture->opened_at_ms >= REOPEN_MS) {
        open_chosen(capture, context, PF_PHASE_OPENING);
    } else {
        capture->error = PF_DOM_ERROR_NOT_FOUND;
        set_phase(capture, PF_PHASE_FAILED);
    }
    publish(capture, context);
}

void pf_capture_on_muted(struct pf_capture *capture, struct pf_context *context, pf_track track,
                         bool muted)
{
    if (capture->track != track) {
        return;
    }
    if (!muted) {
        set_track(capture, track);
        publish(capture, context);
    } else if (!capture->interrupted && capture->interrupt_at_ms == PF_NEVER) {
        capture->interrupt_at_ms = context->now_ms + INTERRUPT_MS;
    }
}

void pf_capture_on_visible(struct pf_capture *capture, struct pf_context *context)
{
    if (capture->interrupted) {
        capture->interrupt_at_ms = context->now_ms + RESUME_MS;
    } else if (capture->phase == PF_PHASE_FAILED && !pf_capture_is_refusal(capture->error)) {
        open_chosen(capture, context, PF_PHASE_OPENING);
        publish(capture, context);
    }
}

/* Opens the device of an interrupted track again; that track is kept until the new one is there. */
static void renew(struct pf_capture *capture, struct pf_context *context)
{
    if (capture->phase == PF_PHASE_LIVE && pf_capture_is_needed(capture)) {
        capture->previous = capture->chosen;
        open_chosen(capture, context, PF_PHASE_SWITCHING);
    }
}

void pf_capture_on_plugged(struct pf_capture *capture, struct pf_context *context)
{
    const bool may_work_now = capture->phase == PF_PHASE_FAILED &&
                              !pf_capture_is_refusal(capture->error) &&
                              pf_devices_has_any(capture->devices, capture->source);
    if (may_work_now) {
        open_chosen(capture, context, PF_PHASE_OPENING);
        publish(capture, context);
    }
}

/* ---- what the user wants ---- */

void pf_capture_init(struct pf_capture *capture, enum pf_source source, bool on,
                     struct pf_slice device, const struct pf_devices *devices)
{
    *capture = (struct pf_capture){
        .source = source,
        .on = on,
        .retire_at_ms = PF_NEVER,
        .stop_at_ms = PF_NEVER,
        .interrupt_at_ms = PF_NEVER,
        .gap_at_ms = PF_NEVER,
        .devices = devices,
    };
    set_id(&capture->chosen, device);
}

void pf_capture_start(struct pf_capture *capture, struct pf_context *context,
                      struct pf_command *request)
{
    capture->started = true;
    if (pf_capture_is_needed(capture)) {
        add_to_request(capture, context, request, PF_PHASE_OPENING, wanted_device(capture));
    }
    publish(capture, context);
}

void pf_capture_stop(struct pf_capture *capture, struct pf_context *context)
{
    capture->started = false;
    capture->opening = 0;
    stop_track(capture, context);
    retire(capture, context, 0);
    publish(capture, context);
}

void pf_capture_set_on(struct pf_capture *capture, struct pf_context *context, bool on)
{
    capture->on = on;
    if (capture->track != 0) {
        enable(context, capture->track, on); /* first of all, and at once */
    }
    if (!on) {
        retire(capture, context, 0); /* a sender may still have the one before */
    }
    if (capture->source == PF_SOURCE_CAMERA) {
        const bool stops = !on && capture->track != 0;
        capture->stop_at_ms = stops ? context->now_ms + CAMERA_OFF_MS : PF_NEVER;
        if (!on && capture->phase == PF_PHASE_FAILED) {
            settle(capture); /* not wanted any more: no reason to complain */
        }
    }
    if (on && capture->started && capture->track == 0 && capture->opening == 0) {
        open_chosen(capture, context, PF_PHASE_OPENING);
    } else if (on && capture->interrupted) {
        renew(capture, context);
    }
    publish(capture, context);
}

void pf_capture_select(struct pf_capture *capture, struct pf_context *context, struct pf_slice id)
{
    const bool is_without = pf_phase_is_between(capture->phase);
    if (id.size > PF_DEVICE_ID_SIZE_MAX) {
        return;
    }
    if (capture->opening == 0) {
        capture->previous = capture->chosen;
    }
    set_id(&capture->chosen, id);
    capture->opening = 0; /* what is under way is not wanted any more */
    const bool is_in_use =
        capture->track != 0 && id.size > 0 && pf_slice_equal(id, slice_of(&capture->actual));
    if (is_in_use) {
        settle(capture);
    } else if (pf_capture_is_needed(capture)) {
        open_chosen(capture, context,
                    is_without            ? PF_PHASE_REPLACING
                    : capture->track != 0 ? PF_PHASE_SWITCHING
                                          : PF_PHASE_OPENING);
    } else {
        stop_track(capture, context); /* just switched off: not the one to be on again */
    }
    publish(capture, context);
}

void pf_capture_reopen(struct pf_capture *capture, struct pf_context *context)
{
    if (!pf_capture_is_needed(capture)) {
        return;
    }
    const bool replaces = capture->track != 0 || pf_phase_is_between(capture->phase);
    if (capture->phase == PF_PHASE_LIVE) {
        capture->previous = capture->chosen;
    }
    retire(capture, context, 0);
    make_place(capture, context);
    open_chosen(capture, context, replaces ? PF_PHASE_REPLACING : PF_PHASE_OPENING);
    publish(capture, context);
}

void pf_capture_tick(struct pf_capture *capture, struct pf_context *context)
{
    if (capture->retire_at_ms <= context->now_ms) {
        retire(capture, context, 0);
    }
    if (capture->stop_at_ms <= context->now_ms) {
        stop_track(capture, context);
        publish(capture, context);
    }
    if (capture->gap_at_ms <= context->now_ms) {
        capture->gap_at_ms = PF_NEVER;
        publish(capture, context);
    }
    if (capture->interrupt_at_ms <= context->now_ms) {
        capture->interrupt_at_ms = PF_NEVER;
        if (capture->interrupted) {
            renew(capture, context);
        }
        capture->interrupted = true;
        publish(capture, context);
    }
}

uint64_t pf_capture_deadline_ms(const struct pf_capture *capture)
{
    return pf_earlier(pf_earlier(capture->interrupt_at_ms, capture->gap_at_ms),
                      pf_earlier(capture->retire_at_ms, capture->stop_at_ms));
}

void pf_capture_check(const struct pf_capture *capture, const struct pf_context *context)
{
    const struct pf_publishing *publishing = context->publishing;
    const pf_track sent = publishing->tracks[capture->source];
    PF_ASSERT(pf_phase_has_track(capture->phase) == (capture->track != 0));
    PF_ASSERT(pf_phase_is_opening(capture->phase) == (capture->opening != 0));
    PF_ASSERT(capture->phase != PF_PHASE_FAILED || pf_capture_is_needed(capture));
    PF_ASSERT(sent == (pf_capture_is_needed(capture) ? capture->track : 0));
    PF_ASSERT(capture->started || (capture->track == 0 && capture->retiring == 0));
    PF_ASSERT(capture->track != 0 ||
              (!capture->interrupted && capture->interrupt_at_ms == PF_NEVER));
    PF_ASSERT((capture->retire_at_ms == PF_NEVER) == (capture->retiring == 0));
    PF_ASSERT(told_state(capture) == publishing->own.sources[capture->source]);
}
