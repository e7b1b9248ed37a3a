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
#include "core/media/denial.h"
#include "core/media/publishing.h"

enum {
    CAMERA_OFF_MS = 1000, /* a camera switched on again within this time has a picture at once */
    REOPEN_MS = 2000,     /* a track that ends sooner after its start is not opened again */
    INTERRUPT_MS = 1000,  /* a camera that starts or is busy may be muted for a moment */
    GAP_MS = 1000,        /* a prompt or a slow device is told to the others after that */
    RESUME_MS = 1000,     /* the system usually unmutes what it has muted for a hidden page */
};

static bool is_of_device(const struct pf_capture *capture)
{
    return capture->chosen.origin == PF_ORIGIN_DEVICE;
}

bool pf_capture_is_needed(const struct pf_capture *capture)
{
    const bool is_used = capture->chosen.origin != PF_ORIGIN_NONE;
    return capture->started && is_used && (capture->on || capture->source == PF_SOURCE_MICROPHONE);
}

bool pf_capture_asks(const struct pf_capture *capture)
{
    return is_of_device(capture) && (capture->on || capture->source == PF_SOURCE_MICROPHONE);
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
    if (capture->phase == PF_PHASE_FAILED || capture->chosen.origin == PF_ORIGIN_NONE) {
        return PF_SOURCE_STATE_NONE;
    }
    const bool is_gap = pf_phase_is_between(capture->phase) && capture->gap_at_ms != PF_NEVER;
    if (!capture->on || (capture->track == 0 && !is_gap)) {
        return PF_SOURCE_STATE_OFF;
    }
    return capture->interrupted ? PF_SOURCE_STATE_INTERRUPTED : PF_SOURCE_STATE_ON;
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
    command->local.state = is_sent ? pf_phase_shown(capture->phase) : PF_CAPTURE_IDLE;
    command->local.error = capture->error;
    command->local.track = track;
    command->local.device =
        pf_choice_device(capture->track != 0 ? &capture->actual : &capture->chosen);
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

/* ---- opening ---- */

static struct pf_slice wanted_device(const struct pf_capture *capture)
{
    return pf_choice_request(&capture->chosen, capture->devices, capture->source);
}

/* The track that is `opening` is there. */
static void go_live(struct pf_capture *capture, struct pf_context *context, struct pf_slice device)
{
    const pf_track track = capture->opening;
    capture->opening = 0;
    enable(context, track, capture->on); /* before any sender has it */
    pf_retirement_put(&capture->retired, context, capture->track);
    set_track(capture, track);
    capture->opened_at_ms = context->now_ms;
    pf_choice_set(&capture->actual, capture->chosen.origin, device);
    set_phase(capture, PF_PHASE_LIVE);
}

/* A track of the page's own is there at once. */
static void take(struct pf_capture *capture, struct pf_context *context, enum pf_capture_phase next)
{
    struct pf_command *command = pf_outbox_push(&context->outbox, PF_COMMAND_CAPTURE_TAKE);
    capture->opening = pf_context_next_id(context);
    command->capture_take.source = capture->source;
    command->capture_take.track = capture->opening;
    set_phase(capture, next);
    go_live(capture, context, PF_SLICE(""));
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
    if (is_of_device(capture)) {
        add_to_request(capture, context, pf_outbox_push(&context->outbox, PF_COMMAND_CAPTURE_OPEN),
                       next, device);
    } else {
        take(capture, context, next);
    }
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
    const bool is_needed = pf_capture_is_needed(capture); /* or switched off meanwhile */
    if (is_needed) {
        go_live(capture, context, device);
    } else {
        stop(context, capture->opening);
        capture->opening = 0;
        settle(capture);
    }
    publish(capture, context);
    if (is_needed) {
        pf_outbox_push(&context->outbox, PF_COMMAND_DEVICES_ENUMERATE); /* now with labels */
    }
}

void pf_capture_on_failed(struct pf_capture *capture, struct pf_context *context,
                          enum pf_dom_error error)
{
    capture->opening = 0;
    if (!pf_capture_is_needed(capture)) {
        settle(capture);
    } else if (capture->phase == PF_PHASE_SWITCHING && !pf_denial_is_refusal(error) &&
               !pf_denial_is_missing(error)) {
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
    } else if (pf_denial_is_missing(error) && capture->opening_named) {
        open_device(capture, context, capture->phase, PF_SLICE(""));
    } else {
        capture->error = error;
        set_phase(capture, PF_PHASE_FAILED);
    }
    publish(capture, context);
}

/* ---- what happens to devices ---- */

/* What has failed may work now. */
static void retry(struct pf_capture *capture, struct pf_context *context)
{
    if (capture->phase == PF_PHASE_FAILED && is_of_device(capture) &&
        !pf_denial_is_refusal(capture->error)) {
        open_chosen(capture, context, PF_PHASE_OPENING);
        publish(capture, context);
    }
}

void pf_capture_on_ended(struct pf_capture *capture, struct pf_context *context, pf_track track)
{
    if (capture->retired.track == track) {
        pf_retirement_put(&capture->retired, context, 0);
    }
    if (capture->track != track) {
        return;
    }
    set_track(capture, 0);
    capture->stop_at_ms = PF_NEVER;
    if (!pf_capture_is_needed(capture) || capture->opening != 0) {
        settle(capture); /* none is wanted, or its successor is on its way */
    } else if (is_of_device(capture) && context->now_ms - capture->opened_at_ms >= REOPEN_MS) {
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
    } else {
        retry(capture, context);
    }
}

/* Opens the device of an interrupted track again; that track is kept until the new one is there. */
static void renew(struct pf_capture *capture, struct pf_context *context)
{
    if (capture->phase == PF_PHASE_LIVE && pf_capture_asks(capture)) {
        capture->previous = capture->chosen;
        open_chosen(capture, context, PF_PHASE_SWITCHING);
    }
}

void pf_capture_on_plugged(struct pf_capture *capture, struct pf_context *context)
{
    if (pf_devices_has_any(capture->devices, capture->source)) {
        retry(capture, context);
    }
}

/* ---- what the user wants ---- */

void pf_capture_init(struct pf_capture *capture, enum pf_source source, bool on,
                     enum pf_origin origin, struct pf_slice device,
                     const struct pf_devices *devices)
{
    *capture = (struct pf_capture){
        .source = source,
        .on = on && origin != PF_ORIGIN_NONE,
        .stop_at_ms = PF_NEVER,
        .interrupt_at_ms = PF_NEVER,
        .gap_at_ms = PF_NEVER,
        .devices = devices,
    };
    pf_retirement_init(&capture->retired);
    pf_choice_set(&capture->chosen, origin, device);
}

void pf_capture_start(struct pf_capture *capture, struct pf_context *context,
                      struct pf_command *request)
{
    capture->started = true;
    if (pf_capture_asks(capture)) {
        add_to_request(capture, context, request, PF_PHASE_OPENING, wanted_device(capture));
    } else if (pf_capture_is_needed(capture)) {
        take(capture, context, PF_PHASE_OPENING);
    }
    publish(capture, context);
}

void pf_capture_stop(struct pf_capture *capture, struct pf_context *context)
{
    capture->started = false;
    capture->opening = 0;
    stop_track(capture, context);
    pf_retirement_put(&capture->retired, context, 0);
    publish(capture, context);
}

void pf_capture_set_on(struct pf_capture *capture, struct pf_context *context, bool on)
{
    capture->on = on;
    if (on && capture->chosen.origin == PF_ORIGIN_NONE) {
        capture->chosen.origin = PF_ORIGIN_DEVICE;
    }
    if (capture->track != 0) {
        enable(context, capture->track, on); /* first of all, and at once */
    }
    if (!on) {
        pf_retirement_put(&capture->retired, context,
                          0); /* a sender may still have the one before */
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

static void choose(struct pf_capture *capture, struct pf_context *context, enum pf_origin origin,
                   struct pf_slice id)
{
    const bool is_without = pf_phase_is_between(capture->phase);
    if (capture->opening == 0) {
        capture->previous = capture->chosen;
    }
    pf_choice_set(&capture->chosen, origin, id);
    capture->opening = 0; /* what is under way is not wanted any more */
    const bool is_in_use = capture->track != 0 && is_of_device(capture) && id.size > 0 &&
                           pf_slice_equal(id, pf_choice_device(&capture->actual));
    if (is_in_use) {
        settle(capture);
    } else if (pf_capture_is_needed(capture)) {
        open_chosen(capture, context,
                    is_without            ? PF_PHASE_REPLACING
                    : capture->track != 0 ? PF_PHASE_SWITCHING
                                          : PF_PHASE_OPENING);
    } else {
        pf_retirement_put(&capture->retired, context, 0);
        stop_track(capture, context); /* just switched off: not the one to be on again */
    }
    publish(capture, context);
}

void pf_capture_select(struct pf_capture *capture, struct pf_context *context, struct pf_slice id)
{
    const bool is_none = capture->chosen.origin == PF_ORIGIN_NONE;
    choose(capture, context, is_none ? PF_ORIGIN_NONE : PF_ORIGIN_DEVICE, id);
}

void pf_capture_set_origin(struct pf_capture *capture, struct pf_context *context,
                           enum pf_origin origin)
{
    const struct pf_choice before = capture->chosen;
    if (origin == PF_ORIGIN_NONE || before.origin == PF_ORIGIN_NONE) {
        capture->on = origin != PF_ORIGIN_NONE;
    }
    choose(capture, context, origin, (struct pf_slice){before.text, before.size});
}

void pf_capture_reopen(struct pf_capture *capture, struct pf_context *context)
{
    if (!capture->started || !pf_capture_asks(capture)) {
        return;
    }
    const bool replaces = capture->track != 0 || pf_phase_is_between(capture->phase);
    if (capture->phase == PF_PHASE_LIVE) {
        capture->previous = capture->chosen;
    }
    pf_retirement_put(&capture->retired, context, 0);
    make_place(capture, context);
    open_chosen(capture, context, replaces ? PF_PHASE_REPLACING : PF_PHASE_OPENING);
    publish(capture, context);
}

void pf_capture_tick(struct pf_capture *capture, struct pf_context *context)
{
    pf_retirement_tick(&capture->retired, context);
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
                      pf_earlier(capture->retired.stop_at_ms, capture->stop_at_ms));
}

void pf_capture_check(const struct pf_capture *capture, const struct pf_context *context)
{
    const struct pf_publishing *publishing = context->publishing;
    const pf_track sent = publishing->tracks[capture->source];
    PF_ASSERT(pf_phase_has_track(capture->phase) == (capture->track != 0));
    PF_ASSERT(pf_phase_is_opening(capture->phase) == (capture->opening != 0));
    PF_ASSERT(capture->phase != PF_PHASE_FAILED || pf_capture_is_needed(capture));
    PF_ASSERT(sent == (pf_capture_is_needed(capture) ? capture->track : 0));
    PF_ASSERT(is_of_device(capture) || capture->opening == 0);
    PF_ASSERT(!capture->on || capture->chosen.origin != PF_ORIGIN_NONE);
    PF_ASSERT(capture->started || (capture->track == 0 && capture->retired.track == 0));
    PF_ASSERT(capture->track != 0 ||
              (!capture->interrupted && capture->interrupt_at_ms == PF_NEVER));
    PF_ASSERT(told_state(capture) == publishing->own.sources[capture->source]);
}
