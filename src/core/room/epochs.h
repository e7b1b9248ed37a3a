/* epochs.h - the last epochs used with former peers, and what they have said. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_ROOM_EPOCHS_H
#define PF_CORE_ROOM_EPOCHS_H

#include "protocol/message.h"

#include <stddef.h>
#include <stdint.h>

/*
 * A peer that this side has given up may not know that, and keep the connection. Nor does it know
 * which of its messages have been shown. When it is back, no epoch may be used twice, or the two
 * would take each other's old descriptions for new ones. The table holds a full room whose members
 * are all given up, and several reloads of each.
 */
enum { PF_EPOCHS_MAX = 4 * PF_MEMBERS_MAX };

struct pf_epoch_entry {
    pf_member_id id; /* 0: free */
    uint32_t instance;
    uint32_t epoch;
    uint32_t heard; /* the number of its last message */
};

/* The oldest entry is replaced. */
struct pf_epochs {
    size_t next;
    struct pf_epoch_entry entries[PF_EPOCHS_MAX];
};

void pf_epochs_init(struct pf_epochs *epochs);

void pf_epochs_put(struct pf_epochs *epochs, const struct pf_epoch_entry *entry);

/* With numbers of 0 if there is no entry. */
struct pf_epoch_entry pf_epochs_get(const struct pf_epochs *epochs, pf_member_id id,
                                    uint32_t instance);

#endif
