/* guests.c - the table of other relays' clients in rooms of this one. */
/* SPDX-License-Identifier: MIT */
#include "relay/cluster/guests.h"

#include "base/assert.h"
#include "relay/cluster/trunks.h"
#include "relay/hub/siphash.h"

#include <stdlib.h>

enum { SIZE_MIN = 64 };

void pf_guests_init(struct pf_guests *guests, const uint64_t key[2])
{
    *guests = (struct pf_guests){.key = {key[0], key[1]}};
    pf_list_init(&guests->orphans);
}

void pf_guests_clear(struct pf_guests *guests)
{
    for (size_t i = 0; i < guests->size; i++) {
        free(guests->by_index[i]);
    }
    free(guests->by_index);
    pf_table_clear(&guests->by_client);
    pf_guests_init(guests, guests->key);
}

struct pf_guest *pf_guests_find(const struct pf_guests *guests, uint32_t index)
{
    return index < guests->size ? guests->by_index[index] : NULL;
}

static uint64_t hash_of(const struct pf_guests *guests, pf_relay_id remote, uint32_t client)
{
    const uint64_t words[] = {remote, client};
    return pf_siphash(guests->key, (struct pf_slice){(const char *)words, sizeof words});
}

struct pf_guest *pf_guests_of_trunk(const struct pf_guests *guests, const struct pf_trunk *trunk,
                                    uint32_t client)
{
    struct pf_table_link *at =
        pf_table_find(&guests->by_client, hash_of(guests, trunk->remote, client));
    for (; at; at = pf_table_find_next(at)) {
        struct pf_guest *guest = PF_LIST_OWNER(at, struct pf_guest, by_client);
        if (guest->trunk == trunk && guest->client == client) {
            return guest;
        }
    }
    return NULL;
}

struct pf_guest *pf_guests_orphan(const struct pf_guests *guests, pf_relay_id remote,
                                  uint32_t client, uint32_t serial)
{
    struct pf_table_link *at = pf_table_find(&guests->by_client, hash_of(guests, remote, client));
    for (; at; at = pf_table_find_next(at)) {
        struct pf_guest *guest = PF_LIST_OWNER(at, struct pf_guest, by_client);
        if (!guest->trunk && guest->remote == remote && guest->client == client &&
            guest->serial == serial) {
            return guest;
        }
    }
    return NULL;
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

enum pf_error pf_guests_add(struct pf_guests *guests, uint32_t count_max, pf_relay_id remote,
                            uint32_t client, struct pf_guest **out)
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
    if (!guest || pf_table_put(&guests->by_client, &guest->by_client,
                               hash_of(guests, remote, client)) != PF_ERROR_OK) {
        free(guest);
        return PF_ERROR_MEMORY;
    }
    guest->index = (uint32_t)at;
    guest->remote = remote;
    guest->client = client;
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
    pf_table_remove(&guests->by_client, &guest->by_client);
    guests->by_index[guest->index] = NULL;
    guests->count--;
    if (guest->index < guests->free_at) {
        guests->free_at = guest->index;
    }
    free(guest);
}
