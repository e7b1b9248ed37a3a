/* visits.c - the table of this relay's clients whose room is another relay's. */
/* SPDX-License-Identifier: MIT */
#include "relay/cluster/visits.h"

#include "base/assert.h"

#include <stdlib.h>
#include <string.h>

enum { SIZE_MIN = 64 };

void pf_visits_init(struct pf_visits *visits)
{
    *visits = (struct pf_visits){.size = 0};
    pf_list_init(&visits->waiting);
    pf_list_init(&visits->closing);
}

void pf_visits_clear(struct pf_visits *visits)
{
    for (size_t i = 0; i < visits->size; i++) {
        if (visits->by_client[i]) {
            free(visits->by_client[i]->join);
        }
        free(visits->by_client[i]);
    }
    free(visits->by_client);
    pf_visits_init(visits);
}

struct pf_visit *pf_visits_find(const struct pf_visits *visits, uint32_t client)
{
    return client < visits->size ? visits->by_client[client] : NULL;
}

static enum pf_error reserve(struct pf_visits *visits, uint32_t client)
{
    size_t size = visits->size > 0 ? visits->size : SIZE_MIN;
    if (client < visits->size) {
        return PF_ERROR_OK;
    }
    while (size <= client) {
        size *= 2;
    }
    struct pf_visit **grown = realloc(visits->by_client, size * sizeof *grown);
    if (!grown) {
        return PF_ERROR_MEMORY;
    }
    for (size_t i = visits->size; i < size; i++) {
        grown[i] = NULL;
    }
    visits->by_client = grown;
    visits->size = size;
    return PF_ERROR_OK;
}

enum pf_error pf_visits_add(struct pf_visits *visits, uint32_t client, struct pf_slice room,
                            struct pf_slice join, struct pf_visit **out)
{
    PF_ASSERT(!pf_visits_find(visits, client));
    if (visits->joins_size + join.size > PF_JOINS_SIZE_MAX) {
        return PF_ERROR_FULL;
    }
    if (reserve(visits, client) != PF_ERROR_OK) {
        return PF_ERROR_MEMORY;
    }
    struct pf_visit *visit = calloc(1, sizeof *visit);
    char *copy = malloc(room.size + join.size);
    if (!visit || !copy) {
        free(visit);
        free(copy);
        return PF_ERROR_MEMORY;
    }
    memcpy(copy, room.data, room.size);
    memcpy(copy + room.size, join.data, join.size);
    visit->client = client;
    visit->serial = ++visits->last_serial;
    visit->join = copy;
    visit->room_size = (uint8_t)room.size;
    visit->join_size = (uint32_t)join.size;
    visits->by_client[client] = visit;
    visits->count++;
    visits->waiting_count++;
    visits->joins_size += join.size;
    pf_list_append(&visits->waiting, &visit->impatient);
    *out = visit;
    return PF_ERROR_OK;
}

struct pf_slice pf_visit_room(const struct pf_visit *visit)
{
    PF_ASSERT(visit->join);
    return (struct pf_slice){visit->join, visit->room_size};
}

struct pf_slice pf_visit_join(const struct pf_visit *visit)
{
    PF_ASSERT(visit->join);
    return (struct pf_slice){visit->join + visit->room_size, visit->join_size};
}

char *pf_visits_settle(struct pf_visits *visits, struct pf_visit *visit)
{
    char *join = visit->join;
    if (visit->join) {
        visits->waiting_count--;
        visits->joins_size -= visit->join_size;
    }
    pf_list_remove(&visit->impatient);
    visit->join = NULL;
    return join;
}

void pf_visits_remove(struct pf_visits *visits, struct pf_visit *visit)
{
    PF_ASSERT(pf_visits_find(visits, visit->client) == visit);
    PF_ASSERT(!visit->claim);
    free(pf_visits_settle(visits, visit));
    pf_list_remove(&visit->link);
    visits->by_client[visit->client] = NULL;
    visits->count--;
    free(visit);
}
