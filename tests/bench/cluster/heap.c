/* heap.c - what happens next, by time. */
/* SPDX-License-Identifier: MIT */
#include "heap.h"

#include "base/assert.h"

#include <stdlib.h>

static bool is_before(const struct happening *a, const struct happening *b)
{
    return a->at_us != b->at_us ? a->at_us < b->at_us : a->order < b->order;
}

static void swap(struct heap *heap, size_t a, size_t b)
{
    const struct happening kept = heap->all[a];
    heap->all[a] = heap->all[b];
    heap->all[b] = kept;
}

void heap_put(struct heap *heap, struct happening happening)
{
    if (heap->count == heap->size) {
        heap->size = heap->size > 0 ? 2 * heap->size : 1024;
        heap->all = realloc(heap->all, heap->size * sizeof *heap->all);
        PF_ASSERT(heap->all);
    }
    happening.order = ++heap->last_order;
    size_t at = heap->count++;
    heap->all[at] = happening;
    while (at > 0 && is_before(&heap->all[at], &heap->all[(at - 1) / 2])) {
        swap(heap, at, (at - 1) / 2);
        at = (at - 1) / 2;
    }
}

bool heap_take(struct heap *heap, uint64_t until_us, struct happening *out)
{
    if (heap->count == 0 || heap->all[0].at_us > until_us) {
        return false;
    }
    *out = heap->all[0];
    heap->all[0] = heap->all[--heap->count];
    for (size_t at = 0, least = 0;; at = least) {
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < heap->count; child++) {
            least = is_before(&heap->all[child], &heap->all[least]) ? child : least;
        }
        if (least == at) {
            return true;
        }
        swap(heap, at, least);
    }
}
