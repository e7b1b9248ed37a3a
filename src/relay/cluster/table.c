/* table.c - hash tables of objects that carry their own links. */
/* SPDX-License-Identifier: MIT */
#include "relay/cluster/table.h"

#include "base/assert.h"

#include <stdlib.h>

enum { BUCKETS_MIN = 64 };

static struct pf_table_link **bucket_of(const struct pf_table *table, uint64_t hash)
{
    return &table->buckets[hash & (table->buckets_count - 1)];
}

void pf_table_clear(struct pf_table *table)
{
    free(table->buckets);
    *table = (struct pf_table){.count = 0};
}

/* Keeps the chains at about one object. If memory is short, they stay longer. */
static void grow(struct pf_table *table)
{
    struct pf_table grown = *table;
    grown.buckets_count = table->buckets_count > 0 ? 2 * table->buckets_count : BUCKETS_MIN;
    grown.buckets = calloc(grown.buckets_count, sizeof *grown.buckets);
    if (!grown.buckets) {
        return;
    }
    for (size_t i = 0; i < table->buckets_count; i++) {
        while (table->buckets[i]) {
            struct pf_table_link *link = table->buckets[i];
            struct pf_table_link **bucket = bucket_of(&grown, link->hash);
            table->buckets[i] = link->next;
            link->next = *bucket;
            *bucket = link;
        }
    }
    free(table->buckets);
    *table = grown;
}

enum pf_error pf_table_put(struct pf_table *table, struct pf_table_link *link, uint64_t hash)
{
    if (table->count >= table->buckets_count) {
        grow(table);
    }
    if (table->buckets_count == 0) {
        return PF_ERROR_MEMORY;
    }
    struct pf_table_link **bucket = bucket_of(table, hash);
    *link = (struct pf_table_link){.next = *bucket, .hash = hash};
    *bucket = link;
    table->count++;
    return PF_ERROR_OK;
}

void pf_table_remove(struct pf_table *table, struct pf_table_link *link)
{
    struct pf_table_link **at = bucket_of(table, link->hash);
    while (*at != link) {
        PF_ASSERT(*at);
        at = &(*at)->next;
    }
    *at = link->next;
    table->count--;
}

/* From `link` on, in its bucket. */
static struct pf_table_link *with_hash(struct pf_table_link *link, uint64_t hash)
{
    while (link && link->hash != hash) {
        link = link->next;
    }
    return link;
}

struct pf_table_link *pf_table_find(const struct pf_table *table, uint64_t hash)
{
    return table->count > 0 ? with_hash(*bucket_of(table, hash), hash) : NULL;
}

struct pf_table_link *pf_table_find_next(const struct pf_table_link *link)
{
    return with_hash(link->next, link->hash);
}

/* The first one in this bucket, or in those behind it. */
static struct pf_table_link *first_from(const struct pf_table *table, size_t bucket)
{
    while (bucket < table->buckets_count && !table->buckets[bucket]) {
        bucket++;
    }
    return bucket < table->buckets_count ? table->buckets[bucket] : NULL;
}

struct pf_table_link *pf_table_first(const struct pf_table *table)
{
    return first_from(table, 0);
}

struct pf_table_link *pf_table_next(const struct pf_table *table, const struct pf_table_link *link)
{
    return link->next ? link->next
                      : first_from(table, (link->hash & (table->buckets_count - 1)) + 1);
}
