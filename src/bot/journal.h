/* journal.h - what happens in a room, one line for each event, as text or as JSON. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_BOT_JOURNAL_H
#define PF_BOT_JOURNAL_H

#include "base/slice.h"
#include "core/command.h"

#include <stdbool.h>
#include <stdio.h>

struct pf_journal {
    FILE *out; /* borrowed */
    bool is_json;
};

/* What is said of one event. Slices and pointers are borrowed for the call. */
struct pf_journal_entry {
    const char *event; /* "joined", "left", "renamed", "state", "away", "back", "room" */
    struct pf_slice room;
    pf_member_id id; /* of the peer, or for "room" one's own; 0: not known yet */
    struct pf_slice name;
    const struct pf_member_state *sources; /* for "state" */
    const char *state, *reason;            /* for "room"; the reason may be NULL */
};

/* Writes one line, with the time of day, and flushes it. */
void pf_journal_write(const struct pf_journal *journal, const struct pf_journal_entry *entry);

#endif
