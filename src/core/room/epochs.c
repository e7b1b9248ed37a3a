/* epochs.c - the last epochs used with former peers, and what they have said. */
/* SPDX-License-Identifier: MIT */
#include "core/room/epochs.h"

void pf_epochs_init(struct pf_epochs *epochs)
{
    epochs->next = 0;
    for (size_t i = 0; i < PF_EPOCHS_MAX; i++) {
        epochs->entries[i] = (struct pf_epoch_entry){0};
    }
}

static size_t find(const struct pf_epochs *epochs, pf_member_id id, uint32_t instance)
{
    size_t at = 0;
    while (at < PF_EPOCHS_MAX &&
           (epochs->entries[at].id != id || epochs->entries[at].instance != instance)) {
        at++;
    }
    return at;
}

void pf_epochs_put(struct pf_epochs *epochs, const struct pf_epoch_entry *entry)
{
    size_t at = find(epochs, entry->id, entry->instance);
    if (at == PF_EPOCHS_MAX) {
        at = epochs->next;
        epochs->next = (epochs->next + 1) % PF_EPOCHS_MAX;
    }
    epochs->entries[at] = *entry;
}

struct pf_epoch_entry pf_epochs_get(const struct pf_epochs *epochs, pf_member_id id,
                                    uint32_t instance)
{
    const size_t at = find(epochs, id, instance);
    return at < PF_EPOCHS_MAX ? epochs->entries[at] : (struct pf_epoch_entry){0};
}
