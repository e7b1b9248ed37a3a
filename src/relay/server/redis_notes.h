/* redis_notes.h - what the commands were whose replies are still to come. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_REDIS_NOTES_H
#define PF_RELAY_SERVER_REDIS_NOTES_H

#include "base/slice.h"
#include "relay/cluster/store.h"

#include <stdbool.h>
#include <stddef.h>

enum { PF_REDIS_NOTES_SIZE_MAX = 16 << 20 }; /* a million commands and more under way */

struct pf_redis_note {
    enum pf_store_command_type type;
    pf_relay_id relay;
    struct pf_slice room; /* at most 255 bytes; of a note that is taken: borrowed until the next is
                           * put */
};

/* A queue: the replies come in the order of the commands. All zero is an empty one. */
struct pf_redis_notes {
    char *bytes; /* owned */
    size_t at, size, capacity;
};

/* Frees what it owns; then it is empty. */
void pf_redis_notes_clear(struct pf_redis_notes *notes);

/* False if there are too many, or memory is short. */
bool pf_redis_notes_put(struct pf_redis_notes *notes, const struct pf_redis_note *note);

/* Takes the oldest. False if there is none. */
bool pf_redis_notes_take(struct pf_redis_notes *notes, struct pf_redis_note *out);

#endif
