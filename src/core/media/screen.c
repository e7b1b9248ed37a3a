/*
 * screen.c - the share of a screen: its picture, and its sound if there is any.
 *
 * getDisplayMedia() (W3C Screen Capture) differs from a device in three ways. The browser asks each
 * time, and takes no "again": what has ended, or was cancelled, is not wanted any more until the
 * user says so. It has to be called while the user's click counts (transient activation), so the
 * command for it is given in the event that switches the share on. And the picture and the sound
 * come together or not at all, the sound only where the platform has it and the user allows it.
 *
 *   from      event                                  to
 *   IDLE      switched on                            OPENING
 *   OPENING   switched off, and perhaps on again     OPENING   the browser still asks
 *   OPENING   the picture is there, still wanted     LIVE
 *   OPENING   the picture is there, not wanted       IDLE      stops it
 *   OPENING   cancelled, or failed                   IDLE
 *   LIVE      switched off, or the picture ends      IDLE      stops what is left
 *   LIVE      the sound ends                         LIVE
 */
/* SPDX-License-Identifier: MIT */
#include "core/media/screen.h"

#include "base/assert.h"
#include "core/media/publishing.h"

static void set_phase(struct pf_screen *screen, enum pf_screen_phase next)
{
    static const enum pf_screen_phase from[] = {
        [PF_SCREEN_OPENING] = PF_SCREEN_IDLE,
        [PF_SCREEN_LIVE] = PF_SCREEN_OPENING,
    };
    PF_ASSERT(next == PF_SCREEN_IDLE || screen->phase == from[next]);
    PF_ASSERT((next == PF_SCREEN_IDLE) == (screen->picture == 0));
    screen->phase = next;
}

/* ---- what follows from the state ---- */

static enum pf_capture_state shown_state(const struct pf_screen *screen)
{
    switch (screen->phase) {
    case PF_SCREEN_IDLE:
        return screen->error != PF_DOM_ERROR_NONE ? PF_CAPTURE_FAILED : PF_CAPTURE_IDLE;
    case PF_SCREEN_OPENING: return screen->on ? PF_CAPTURE_OPENING : PF_CAPTURE_IDLE;
    case PF_SCREEN_LIVE: return PF_CAPTURE_LIVE;
    }
    PF_UNREACHABLE();
}

static struct pf_command *publish_track(struct pf_context *context, enum pf_source source,
                                        pf_track track)
{
    pf_publishing_set(context, source, track,
                      track != 0 ? PF_SOURCE_STATE_ON : PF_SOURCE_STATE_OFF);
    struct pf_command *command = pf_outbox_push(&context->outbox, PF_COMMAND_SHOW_LOCAL);
    command->local.source = source;
    command->local.on = track != 0;
    command->local.state = track != 0 ? PF_CAPTURE_LIVE : PF_CAPTURE_IDLE;
    command->local.error = PF_DOM_ERROR_NONE;
    command->local.track = track;
    command->local.device = PF_SLICE("");
    return command;
}

/* What senders send, what the others are told and what the page shows. */
static void publish(const struct pf_screen *screen, struct pf_context *context)
{
    const bool is_live = screen->phase == PF_SCREEN_LIVE;
    (void)publish_track(context, PF_SOURCE_SCREEN_AUDIO, is_live ? screen->sound : 0);
    struct pf_command *command =
        publish_track(context, PF_SOURCE_SCREEN, is_live ? screen->picture : 0);
    command->local.on = screen->on;
    command->local.state = shown_state(screen);
    command->local.error = screen->error;
}

/* ---- stopping ---- */

static void stop(struct pf_context *context, pf_track track)
{
    if (track != 0) {
        pf_outbox_push(&context->outbox, PF_COMMAND_CAPTURE_STOP)->capture_stop = track;
    }
}

/* Nothing is shared and nothing asked for. What is captured is for the caller to stop. */
static void settle(struct pf_screen *screen, enum pf_dom_error error)
{
    screen->on = false;
    screen->error = error;
    screen->picture = screen->sound = 0;
    set_phase(screen, PF_SCREEN_IDLE);
}

static void end_share(struct pf_screen *screen, struct pf_context *context)
{
    const pf_track picture = screen->phase == PF_SCREEN_LIVE ? screen->picture : 0;
    const pf_track sound = screen->phase == PF_SCREEN_LIVE ? screen->sound : 0;
    settle(screen, PF_DOM_ERROR_NONE);
    stop(context, picture); /* first of all: the user wants nobody to see it any more */
    stop(context, sound);
    publish(screen, context);
}

/* ---- life ---- */

void pf_screen_init(struct pf_screen *screen)
{
    *screen = (struct pf_screen){.phase = PF_SCREEN_IDLE};
}

void pf_screen_start(struct pf_screen *screen)
{
    screen->started = true;
}

void pf_screen_stop(struct pf_screen *screen, struct pf_context *context)
{
    screen->started = false;
    end_share(screen, context);
}

/* ---- what the user wants ---- */

void pf_screen_set_on(struct pf_screen *screen, struct pf_context *context, bool on)
{
    if (!screen->started || on == screen->on) {
        return;
    }
    if (screen->phase == PF_SCREEN_LIVE) {
        end_share(screen, context);
        return;
    }
    screen->on = on;
    screen->error = PF_DOM_ERROR_NONE;
    if (screen->phase == PF_SCREEN_IDLE) {
        screen->picture = pf_context_next_id(context);
        screen->sound = pf_context_next_id(context);
        struct pf_command *command = pf_outbox_push(&context->outbox, PF_COMMAND_SCREEN_OPEN);
        command->screen_open.picture = screen->picture;
        command->screen_open.sound = screen->sound;
        set_phase(screen, PF_SCREEN_OPENING);
    }
    publish(screen, context);
}

/* ---- what the browser says ---- */

static bool is_awaited(const struct pf_screen *screen, pf_track picture)
{
    return screen->phase == PF_SCREEN_OPENING && picture == screen->picture;
}

void pf_screen_on_opened(struct pf_screen *screen, struct pf_context *context, pf_track picture,
                         pf_track sound)
{
    const bool is_expected = is_awaited(screen, picture);
    if (!is_expected || !screen->on) {
        stop(context, picture); /* of a room that was left, or switched off meanwhile */
        stop(context, sound);
    }
    if (!is_expected) {
        return;
    }
    if (screen->on) {
        screen->sound = sound;
        set_phase(screen, PF_SCREEN_LIVE);
    } else {
        settle(screen, PF_DOM_ERROR_NONE);
    }
    publish(screen, context);
}

/*
 * The user who cancels knows it, and a policy that forbids sharing rejects with the same
 * NotAllowedError: neither is an error to show (D32).
 */
void pf_screen_on_failed(struct pf_screen *screen, struct pf_context *context, pf_track picture,
                         enum pf_dom_error error)
{
    if (is_awaited(screen, picture)) {
        const bool is_error = screen->on && error != PF_DOM_ERROR_NOT_ALLOWED;
        settle(screen, is_error ? error : PF_DOM_ERROR_NONE);
        publish(screen, context);
    }
}

void pf_screen_on_ended(struct pf_screen *screen, struct pf_context *context, pf_track track)
{
    if (screen->phase != PF_SCREEN_LIVE) {
        return;
    }
    if (track == screen->picture) {
        stop(context, screen->sound);
        settle(screen, PF_DOM_ERROR_NONE);
    } else if (track == screen->sound) {
        screen->sound = 0;
    } else {
        return; /* of a device */
    }
    publish(screen, context);
}

void pf_screen_check(const struct pf_screen *screen, const struct pf_context *context)
{
    const struct pf_publishing *publishing = context->publishing;
    const bool is_live = screen->phase == PF_SCREEN_LIVE;
    PF_ASSERT(screen->started || screen->phase == PF_SCREEN_IDLE);
    PF_ASSERT(!screen->on || screen->phase != PF_SCREEN_IDLE);
    PF_ASSERT(screen->on || !is_live);
    PF_ASSERT((screen->picture == 0) == (screen->phase == PF_SCREEN_IDLE));
    PF_ASSERT(publishing->tracks[PF_SOURCE_SCREEN] == (is_live ? screen->picture : 0));
    PF_ASSERT(publishing->tracks[PF_SOURCE_SCREEN_AUDIO] == (is_live ? screen->sound : 0));
    PF_ASSERT((publishing->own.sources[PF_SOURCE_SCREEN] == PF_SOURCE_STATE_ON) == is_live);
}
