/* guests.c - the table of other relays' clients in rooms of this one. */
/* SPDX-License-Identifier: MIT */
#include "relay/cluster/guests.h"

#include "base/assert.h"

#include <stdlib.h>

enum { SIZE_MIN = 64 };

void pf_guests_init(struct pf_guests *guests)
{
    *guests = (struct pf_guests){.size = 0};
    pf_list_init(&guests->orphans);
}

void pf_guests_clear(struct pf_guests *guests)
{
    for (size_t i = 0; i < guests->size; i++) {
        free(guests->by_index[i]);
    }
    free(guests->by_index);
    pf_guests_init(guests);
}

struct pf_guest *pf_guests_find(const struct pf_guests *guests, uint32_t index)
{
    return index < guests->size ? guests->by_index[index] : NULL;
}

static enum pf_error grow(struct pf_guests *guests)
{
    const size_t size = guests->size > 0 ? 2 * guests->size : SIZE_MIN;
    struct pf_guest **grown = realloc(guests->by_index, size * sizeof *grown);
    if (!grown) {
        return PF_ERROR_MEMORY;
    }
    for (size_t i = guests->size; i < size; i++) {
        grown[i] = NULL;
    }
    guests->by_index = grown;
    guests->size = size;
    return PF_ERROR_OK;
}

enum pf_error pf_guests_add(struct pf_guests *guests, uint32_t count_max, struct pf_guest **out)
{
    size_t at = guests->free_at;
    while (at < guests->size && guests->by_index[at]) {
        at++;
    }
    guests->free_at = at;
    if (at >= count_max) {
        return PF_ERROR_FULL;
    }
    if (at == guests->size && grow(guests) != PF_ERROR_OK) {
        return PF_ERROR_MEMORY;
    }
    struct pf_guest *guest = calloc(1, sizeof *guest);
    if (!guest) {
        return PF_ERROR_MEMORY;
    }
    guest->index = (uint32_t)at;
    guests->by_index[at] = guest;
    guests->count++;
    *out = guest;
    return PF_ERROR_OK;
}

void pf_guests_remove(struct pf_guests *guests, struct pf_guest *guest)
{
    PF_ASSERT(pf_guests_find(guests, guest->index) == guest);
    PF_ASSERT(!guest->trunk);
    pf_list_remove(&guest->link);
    guests->by_index[guest->index] = NULL;
    guests->count--;
    if (guest->index < guests->free_at) {
        guests->free_at = guest->index;
    }
    free(guest);
}
