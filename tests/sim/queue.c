/* queue.c - the event queue of a simulated world. */
/* SPDX-License-Identifier: MIT */
#include "queue.h"

#include "base/assert.h"

#include <stdlib.h>

enum { ORDER_BITS = 24 }; /* of a key; the time has the others, as microseconds */

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

void sim_queue_put(struct sim_queue *queue, const struct sim_happening *happening)
{
    PF_ASSERT(happening->at_us >> (64 - ORDER_BITS) == 0);
    PF_ASSERT(queue->order >> ORDER_BITS == 0);
    if (queue->count == queue->capacity) {
        queue->capacity = queue->capacity ? queue->capacity * 2 : 256;
        queue->items = realloc(queue->items, queue->capacity * sizeof(*queue->items));
        PF_ASSERT(queue->items);
    }
    const struct sim_queue_item item = {
        .key = happening->at_us << ORDER_BITS | queue->order++,
        .kind = happening->kind,
        .subject = happening->subject,
        .token = happening->token,
        .argument = happening->argument,
    };
    size_t at = queue->count++;
    while (at > 0 && item.key < queue->items[(at - 1) / 2].key) {
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
    const struct sim_queue_item *first = &queue->items[0];
    *out = (struct sim_happening){
        .at_us = first->key >> ORDER_BITS,
        .kind = first->kind,
        .subject = first->subject,
        .token = first->token,
        .argument = first->argument,
    };
    const struct sim_queue_item last = queue->items[--queue->count];
    size_t at = 0;
    for (size_t child = 1; child < queue->count; child = 2 * at + 1) {
        const bool has_next = child + 1 < queue->count;
        child += has_next && queue->items[child + 1].key < queue->items[child].key;
        if (last.key < queue->items[child].key) {
            break;
        }
        queue->items[at] = queue->items[child];
        at = child;
    }
    queue->items[at] = last;
    return true;
}
