/* event_log.h - the events of a room as text, to be replayed elsewhere. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_EVENT_LOG_H
#define PF_CORE_EVENT_LOG_H

#include "base/buffer.h"
#include "base/error.h"
#include "core/event.h"
#include "core/room.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * An event log is a text of lines. The first is "peerface-event-log", the version of the format and
 * the room's configuration; each further line is an event: its time in milliseconds, its name, and
 * its fields, each with its name. Numbers are decimal, flags are 0 or 1, enums are spelled as the
 * W3C or PROTOCOL.md spells them. A text is its size in bytes, a colon and its bytes, or "-:" for
 * null, so that it may hold spaces and line ends.
 *
 *     peerface-event-log 4 url=14:wss://relay/ws ticket=0: seed=7 instance=77 ...
 *     1520 socket-closed socket=1 code=1006 retry=0
 *     1521 pc-candidate pc=3 candidate=0: mid=-: line=4294967295 fragment=4:abcd
 *
 * Since the same configuration and the same events give the same commands, a complete log is the
 * whole call. It holds what the events hold: names, network addresses, tickets.
 *
 * A room knows nothing of its log: whoever makes the room begins one, and adds each event before
 * handing it to pf_room_handle().
 *
 * The version changes with every change that a reader of the version before would misread.
 */
#define PF_EVENT_LOG_VERSION "4"

enum { PF_EVENT_LOG_SIZE_MAX = 131072 }; /* some ten connections, or hours of a quiet call */

/* When the buffer is full, the older half of the events is dropped; the log is then incomplete. */
struct pf_event_log {
    bool is_complete;
    size_t config_size; /* of the first line, which is never dropped */
    struct pf_buffer text;
    char storage[PF_EVENT_LOG_SIZE_MAX];
};

void pf_event_log_begin(struct pf_event_log *log, const struct pf_room_config *config);
void pf_event_log_add(struct pf_event_log *log, const struct pf_event *event);

enum { PF_EVENT_LOG_DEVICES_MAX = 64 };

/* The memory of a line that is read: the event borrows from here and from the text. */
struct pf_event_log_line {
    struct pf_device devices[PF_EVENT_LOG_DEVICES_MAX];
};

/*
 * Take one line, with its end, off the front of `text`. They fail, leaving `text` and `out` as they
 * were, with UNSUPPORTED for the first line of a log of another version, and with INVALID for
 * anything else that is not the line of a configuration or of an event.
 */
enum pf_error pf_event_log_read_config(struct pf_slice *text, struct pf_room_config *out);
enum pf_error pf_event_log_read(struct pf_slice *text, struct pf_event_log_line *line,
                                struct pf_event *out);

#endif
