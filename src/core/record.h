/* record.h - the events of a room as text, to be replayed where a debugger is. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_RECORD_H
#define PF_CORE_RECORD_H

#include "base/buffer.h"
#include "base/error.h"
#include "core/event.h"
#include "core/room.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The first line is "peerface-record-1" and the configuration, each further line an event: its
 * time, its number in enum pf_event_type, its fields. Fields are those of the structs, in their
 * order, each after a space. A number is decimal; a text is its size, a colon and its bytes, or
 * "-1:" for null:
 *
 *     1520 19 3 25:candidate:1 1 udp 2122 ... 1:0 0 4:abcd
 *
 * As the same events and the same configuration give the same commands, a complete record is the
 * whole call, and can be played again. It holds what the events hold: names, addresses, tickets.
 */

enum { PF_RECORD_SIZE_MAX = 131072 }; /* some ten connections, or hours of a quiet call */

/* A ring: when it is full the older half of the events goes, and the record is complete no more. */
struct pf_record {
    bool is_complete;
    size_t config_size;
    struct pf_buffer text;
    char storage[PF_RECORD_SIZE_MAX];
};

void pf_record_begin(struct pf_record *record, const struct pf_room_config *config);
void pf_record_add(struct pf_record *record, const struct pf_event *event);

enum { PF_RECORD_DEVICES_MAX = 64 };

/* What is read borrows from here and from the text. */
struct pf_record_line {
    struct pf_device devices[PF_RECORD_DEVICES_MAX];
};

/*
 * Take one line, with its end, off the front of `text`. Fail with INVALID, leaving both alone, if
 * it is not the line of a configuration, or of an event.
 */
enum pf_error pf_record_read_config(struct pf_slice *text, struct pf_room_config *out);
enum pf_error pf_record_read(struct pf_slice *text, struct pf_record_line *line,
                             struct pf_event *out);

#endif
