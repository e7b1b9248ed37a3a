/* replay.h - feeds the events of an event log to a room, and notices what does not fit. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_INSPECT_REPLAY_H
#define PF_INSPECT_REPLAY_H

#include "core/event_log.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A log holds events only. That the replay gives the commands that were given then shows in their
 * consequences: an event that completes an operation must follow a command for it, and a timeout
 * must be due. (That a message which another member received is among the commands of its sender
 * takes the logs of both: the caller compares.)
 *
 *     if (pf_replay_begin(&replay, text, room) == PF_ERROR_OK) {
 *         while (pf_replay_next(&replay)) {
 *             ... replay.event, and replay.misfits where they do not fit
 *             while (pf_replay_poll(&replay, &command)) { ... }
 *         }
 *         ... replay.rest is empty if the whole text was an event log
 *         pf_replay_end(&replay);
 *     }
 */

enum {
    PF_REPLAY_IDS_MAX = 16384, /* of sockets, connections and tracks; a room of days gives fewer */
    PF_REPLAY_MISFITS_MAX = 2, /* of one event */
};

/* The commands for one id that no event has answered yet. */
struct pf_replay_pending {
    uint16_t counts[PF_COMMAND_SHOW_ROOM];
};

struct pf_replay {
    struct pf_room *room; /* borrowed, as in pf_room_init() */
    struct pf_slice rest; /* of the text, which is borrowed until pf_replay_end() */
    struct pf_room_config config;
    struct pf_event event; /* the last one; its texts borrow from the log */
    uint64_t events_count, commands_count;
    size_t misfits_count;                       /* of that event */
    const char *misfits[PF_REPLAY_MISFITS_MAX]; /* what does not fit, as sentences */
    uint64_t due_ms;                            /* when a timeout was due before that event */
    struct pf_event_log_line line;
    struct pf_replay_pending pending[PF_REPLAY_IDS_MAX]; /* by id */
};

/*
 * Makes the room. UNSUPPORTED: the log is of another version; INVALID: it is none; or as
 * pf_room_init() fails. Only after OK may any of the others follow.
 */
enum pf_error pf_replay_begin(struct pf_replay *replay, struct pf_slice text, struct pf_room *room);

/*
 * Has the room handle the next event. Every command of the one before must have been polled. False
 * at the end, and before what is no event.
 */
bool pf_replay_next(struct pf_replay *replay);

/* As pf_room_poll(). After the last one the room's invariants are asserted. */
bool pf_replay_poll(struct pf_replay *replay, struct pf_command *command);

void pf_replay_end(struct pf_replay *replay);

#endif
