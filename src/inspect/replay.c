/* replay.c - feeds the events of an event log to a room, and notices what does not fit. */
/* SPDX-License-Identifier: MIT */
#include "inspect/replay.h"

#include "base/assert.h"

enum { EARLY_MS_MAX = 20 /* browsers round their clocks */ };

static void misfit(struct pf_replay *replay, const char *what)
{
    if (replay->misfits_count < PF_REPLAY_MISFITS_MAX) {
        replay->misfits[replay->misfits_count++] = what;
    }
}

/* ---- commands ---- */

static void note(struct pf_replay *replay, uint32_t id, enum pf_command_type type)
{
    if (id < PF_REPLAY_IDS_MAX) {
        replay->pending[id].counts[type]++;
    }
}

static void take_command(struct pf_replay *replay, const struct pf_command *command)
{
    replay->commands_count++;
    if (command->type == PF_COMMAND_CAPTURE_OPEN) {
        for (int i = 0; i < PF_DEVICE_SOURCES_COUNT; i++) {
            note(replay, command->capture_open.tracks[i], command->type);
        }
    } else if (command->type == PF_COMMAND_SCREEN_OPEN) {
        note(replay, command->screen_open.picture, command->type);
    } else if (command->type < PF_COMMAND_SHOW_ROOM) {
        note(replay, command->pc ? command->pc : command->socket, command->type);
    }
}

/* ---- events ---- */

/* Checks that `type` was commanded for this id; `once`: and has not been answered yet. */
static void expect(struct pf_replay *replay, uint32_t id, enum pf_command_type type, bool once)
{
    if (id >= PF_REPLAY_IDS_MAX || replay->pending[id].counts[type] == 0) {
        misfit(replay, "what it answers was not commanded");
        return;
    }
    replay->pending[id].counts[type] -= once;
}

static void expect_operation(struct pf_replay *replay)
{
    static const enum pf_command_type commands[] = {
        [PF_OPERATION_CREATE] = PF_COMMAND_PC_CREATE,
        [PF_OPERATION_CREATE_OFFER] = PF_COMMAND_PC_CREATE_OFFER,
        [PF_OPERATION_CREATE_ANSWER] = PF_COMMAND_PC_CREATE_ANSWER,
        [PF_OPERATION_SET_LOCAL_DESCRIPTION] = PF_COMMAND_PC_SET_LOCAL,
        [PF_OPERATION_SET_REMOTE_DESCRIPTION] = PF_COMMAND_PC_SET_REMOTE,
        [PF_OPERATION_ADD_ICE_CANDIDATE] = PF_COMMAND_PC_ADD_CANDIDATE,
        [PF_OPERATION_REPLACE_TRACK] = PF_COMMAND_PC_SET_SENDER,
    };
    expect(replay, replay->event.pc, commands[replay->event.failed.operation], true);
}

static void expect_pc(struct pf_replay *replay)
{
    const struct pf_event *event = &replay->event;
    const bool offers = event->description.type == PF_DESCRIPTION_OFFER;
    expect(replay, event->pc, PF_COMMAND_PC_CREATE, false);
    switch ((int)event->type) {
    case PF_EVENT_PC_DESCRIPTION:
        expect(replay, event->pc, offers ? PF_COMMAND_PC_CREATE_OFFER : PF_COMMAND_PC_CREATE_ANSWER,
               true);
        break;
    case PF_EVENT_PC_LOCAL: expect(replay, event->pc, PF_COMMAND_PC_READ_LOCAL, true); break;
    case PF_EVENT_PC_REMOTE_SET: expect(replay, event->pc, PF_COMMAND_PC_SET_REMOTE, true); break;
    case PF_EVENT_PC_SENDER_SET: expect(replay, event->pc, PF_COMMAND_PC_SET_SENDER, true); break;
    case PF_EVENT_PC_ENCODING_SET:
        expect(replay, event->pc, PF_COMMAND_PC_SET_ENCODING, true);
        break;
    case PF_EVENT_PC_FAILED: expect_operation(replay); break;
    default: break;
    }
}

static void expect_capture(struct pf_replay *replay)
{
    const struct pf_event *event = &replay->event;
    switch ((int)event->type) {
    case PF_EVENT_CAPTURE_OPENED:
        expect(replay, event->capture_opened.track, PF_COMMAND_CAPTURE_OPEN, true);
        break;
    case PF_EVENT_CAPTURE_FAILED:
        expect(replay, event->capture_failed.tracks[0], PF_COMMAND_CAPTURE_OPEN, true);
        expect(replay, event->capture_failed.tracks[1], PF_COMMAND_CAPTURE_OPEN, true);
        break;
    case PF_EVENT_SCREEN_OPENED:
        expect(replay, event->screen_opened.picture, PF_COMMAND_SCREEN_OPEN, true);
        break;
    case PF_EVENT_SCREEN_FAILED:
        expect(replay, event->screen_failed.picture, PF_COMMAND_SCREEN_OPEN, true);
        break;
    default: break;
    }
}

/* Checks that the command which an event answers was given. */
static void expect_cause(struct pf_replay *replay)
{
    switch (replay->event.type) {
    case PF_EVENT_TIMEOUT:
        if (replay->due_ms > replay->event.now_ms + EARLY_MS_MAX) {
            misfit(replay, "no timeout is due yet");
        }
        break;
    case PF_EVENT_SOCKET_MESSAGE:
    case PF_EVENT_SOCKET_CLOSED:
        expect(replay, replay->event.socket, PF_COMMAND_SOCKET_OPEN, false);
        break;
    case PF_EVENT_CAPTURE_OPENED:
    case PF_EVENT_CAPTURE_FAILED:
    case PF_EVENT_SCREEN_OPENED:
    case PF_EVENT_SCREEN_FAILED: expect_capture(replay); break;
    case PF_EVENT_DEVICES: expect(replay, 0, PF_COMMAND_DEVICES_ENUMERATE, true); break;
    case PF_EVENT_PC_DESCRIPTION:
    case PF_EVENT_PC_LOCAL:
    case PF_EVENT_PC_REMOTE_SET:
    case PF_EVENT_PC_SENDER_SET:
    case PF_EVENT_PC_ENCODING_SET:
    case PF_EVENT_PC_STATS:
    case PF_EVENT_PC_FAILED:
    case PF_EVENT_PC_CANDIDATE:
    case PF_EVENT_PC_TURN_REFUSED:
    case PF_EVENT_PC_RELAYED:
    case PF_EVENT_PC_STATE:
    case PF_EVENT_PC_CHANNEL_OPENED:
    case PF_EVENT_PC_CHANNEL_CLOSED:
    case PF_EVENT_PC_CHANNEL_MESSAGE: expect_pc(replay); break;
    case PF_EVENT_START:
    case PF_EVENT_JOIN:
    case PF_EVENT_LEAVE:
    case PF_EVENT_RELAY_ONLY:
    case PF_EVENT_HOST:
    case PF_EVENT_SET_SOURCE:
    case PF_EVENT_SELECT_DEVICE:
    case PF_EVENT_SET_ORIGIN:
    case PF_EVENT_REOPEN:
    case PF_EVENT_SET_TOKEN:
    case PF_EVENT_SET_NAME:
    case PF_EVENT_SET_HAND:
    case PF_EVENT_SET_WANTED:
    case PF_EVENT_REACT:
    case PF_EVENT_SAY:
    case PF_EVENT_OFFER_FILE:
    case PF_EVENT_SET_FILE:
    case PF_EVENT_NETWORK_CHANGED:
    case PF_EVENT_TRACK_ENDED:
    case PF_EVENT_TRACK_MUTED:
    case PF_EVENT_VISIBLE:
    case PF_EVENT_DEVICES_CHANGED: break;
    }
}

/* ---- the replay ---- */

enum pf_error pf_replay_begin(struct pf_replay *replay, struct pf_slice text, struct pf_room *room)
{
    replay->room = room;
    replay->rest = text;
    replay->events_count = replay->commands_count = replay->misfits_count = 0;
    for (size_t i = 0; i < PF_REPLAY_IDS_MAX; i++) {
        replay->pending[i] = (struct pf_replay_pending){0};
    }
    const enum pf_error error = pf_event_log_read_config(&replay->rest, &replay->config);
    return error == PF_ERROR_OK ? pf_room_init(room, &replay->config) : error;
}

bool pf_replay_next(struct pf_replay *replay)
{
    replay->misfits_count = 0;
    if (replay->rest.size == 0 ||
        pf_event_log_read(&replay->rest, &replay->line, &replay->event) != PF_ERROR_OK) {
        return false;
    }
    replay->events_count++;
    replay->due_ms = pf_room_deadline_ms(replay->room);
    expect_cause(replay);
    pf_room_handle(replay->room, &replay->event);
    return true;
}

bool pf_replay_poll(struct pf_replay *replay, struct pf_command *command)
{
    if (!pf_room_poll(replay->room, command)) {
        pf_room_check(replay->room);
        return false;
    }
    take_command(replay, command);
    return true;
}

void pf_replay_end(struct pf_replay *replay)
{
    pf_room_close(replay->room);
}
