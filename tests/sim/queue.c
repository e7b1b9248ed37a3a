/* queue.c - what will happen when: the future of a simulated world. */
/* SPDX-License-Identifier: MIT */
#include "queue.h"

#include "base/assert.h"

#include <stdlib.h>

void sim_queue_clear(struct sim_queue *queue)
{
    queue->count = 0;
    queue->order = 0;
}

void sim_queue_free(struct sim_queue *queue)
{
    free(queue->items);
    *queue = (struct sim_queue){0};
}

static bool comes_before(const struct sim_happening *a, const struct sim_happening *b)
{
    return a->at_us != b->at_us ? a->at_us < b->at_us : a->order < b->order;
}

void sim_queue_put(struct sim_queue *queue, const struct sim_happening *happening)
{
    if (queue->count == queue->capacity) {
        queue->capacity = queue->capacity ? queue->capacity * 2 : 256;
        queue->items = realloc(queue->items, queue->capacity * sizeof(*queue->items));
        PF_ASSERT(queue->items);
    }
    struct sim_happening item = *happening;
    item.order = queue->order++;
    size_t at = queue->count++;
    while (at > 0 && comes_before(&item, &queue->items[(at - 1) / 2])) {
        queue->items[at] = queue->items[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    queue->items[at] = item;
}

bool sim_queue_take(struct sim_queue *queue, struct sim_happening *out)
{
    if (queue->count == 0) {
        return false;
    }
    *out = queue->items[0];
    const struct sim_happening last = queue->items[--queue->count];
    size_t at = 0;
    for (size_t child = 1; child < queue->count; child = 2 * at + 1) {
        if (child + 1 < queue->count &&
            comes_before(&queue->items[child + 1], &queue->items[child])) {
            child++;
        }
        if (!comes_before(&queue->items[child], &last)) {
            break;
        }
        queue->items[at] = queue->items[child];
        at = child;
    }
    queue->items[at] = last;
    return true;
}
