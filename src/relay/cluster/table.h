/* table.h - hash tables of objects that carry their own links. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_CLUSTER_TABLE_H
#define PF_RELAY_CLUSTER_TABLE_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/* Of an object that is in a table; its type is found by PF_LIST_OWNER. */
struct pf_table_link {
    struct pf_table_link *next; /* in its bucket; borrowed */
    uint64_t hash;
};

/* Chaining, with about one object in a bucket: its size is that of what it holds, whatever the keys
 * are. All zero is an empty table. */
struct pf_table {
    struct pf_table_link **buckets; /* owned */
    size_t buckets_count, count;
};

/* Frees what the table owns, which the objects are not. */
void pf_table_clear(struct pf_table *table);

/* Fails with MEMORY, but only if it was empty: else buckets get longer. */
enum pf_error pf_table_put(struct pf_table *table, struct pf_table_link *link, uint64_t hash);

void pf_table_remove(struct pf_table *table, struct pf_table_link *link);

/* The first object with that hash, and the next one with the same; or NULL. */
struct pf_table_link *pf_table_find(const struct pf_table *table, uint64_t hash);
struct pf_table_link *pf_table_find_next(const struct pf_table_link *link);

/* All objects, in no order, or NULL at the end. Meanwhile nothing is put in; what has been passed
 * may be removed. */
struct pf_table_link *pf_table_first(const struct pf_table *table);
struct pf_table_link *pf_table_next(const struct pf_table *table, const struct pf_table_link *link);

#endif
