/* event_log_lines.h - what the lines of an event log consist of. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_EVENT_LOG_LINES_H
#define PF_CORE_EVENT_LOG_LINES_H

#include "core/names.h"

#include <stddef.h>
#include <stdint.h>

enum pf_field_kind {
    PF_FIELD_LINE, /* begins the fields of a line */
    PF_FIELD_BOOL,
    PF_FIELD_U16,
    PF_FIELD_U32,
    PF_FIELD_U64,
    PF_FIELD_TEXT,
    PF_FIELD_DEVICES,
    PF_FIELD_ENUMS, /* from here on: spelled as the entry of `pf_field_enums` has it */
    PF_FIELD_SOURCE = PF_FIELD_ENUMS,
    PF_FIELD_REACTION,
    PF_FIELD_HOST_ACTION,
    PF_FIELD_DESCRIPTION,
    PF_FIELD_DOM_ERROR,
    PF_FIELD_ORIGIN,
    PF_FIELD_PERMISSION,
    PF_FIELD_OPERATION,
    PF_FIELD_CONNECTION_STATE,
    PF_FIELD_LIMITATION,
    PF_FIELD_FILE_STATE,
};

/* By kind, from PF_FIELD_ENUMS on. */
extern const struct pf_names *const pf_field_enums[];

/* In place of an event's type, the line of the configuration. */
enum { PF_LINE_CONFIG = UINT8_MAX };

/* A place in the two tables. */
struct pf_field {
    const char *name;
    enum pf_field_kind kind; /* LINE behind the last field as well */
    uint8_t offset;          /* in the event or configuration; for LINE: its type */
    size_t index;
};

/* The first line's own, that of the configuration. */
struct pf_field pf_field_first(void);
struct pf_field pf_field_next(struct pf_field field);

/* The line of this type, which is in the tables; its fields follow. */
struct pf_field pf_field_line(uint8_t type);

#endif
