/* timers.c - a priority queue of timers. */
/* SPDX-License-Identifier: MIT */
#include "relay/hub/timers.h"

#include "base/assert.h"

#include <stdbool.h>
#include <stdlib.h>

static bool is_earlier(const struct pf_timer *a, const struct pf_timer *b)
{
    return a->deadline_ms != b->deadline_ms ? a->deadline_ms < b->deadline_ms
                                            : (int32_t)(a->age - b->age) < 0; /* it may wrap */
}

static void put_at(struct pf_timers *timers, size_t index, struct pf_timer *timer)
{
    timers->heap[index] = timer;
    timer->place = ((uint32_t)index + 1) & PF_TIMERS_MAX;
}

static void sift_up(struct pf_timers *timers, size_t index, struct pf_timer *timer)
{
    while (index > 0 && is_earlier(timer, timers->heap[(index - 1) / 2])) {
        put_at(timers, index, timers->heap[(index - 1) / 2]);
        index = (index - 1) / 2;
    }
    put_at(timers, index, timer);
}

static void sift_down(struct pf_timers *timers, size_t index, struct pf_timer *timer)
{
    for (;;) {
        size_t child = 2 * index + 1;
        if (child >= timers->count) {
            break;
        }
        if (child + 1 < timers->count && is_earlier(timers->heap[child + 1], timers->heap[child])) {
            child++;
        }
        if (!is_earlier(timers->heap[child], timer)) {
            break;
        }
        put_at(timers, index, timers->heap[child]);
        index = child;
    }
    put_at(timers, index, timer);
}

void pf_timers_clear(struct pf_timers *timers)
{
    free(timers->heap);
    *timers = (struct pf_timers){.heap = NULL};
}

enum pf_error pf_timers_reserve(struct pf_timers *timers, size_t count)
{
    PF_ASSERT(count <= PF_TIMERS_MAX);
    if (count <= timers->capacity) {
        return PF_ERROR_OK;
    }
    size_t capacity = timers->capacity > 0 ? timers->capacity : 16;
    while (capacity < count) {
        capacity *= 2;
    }
    struct pf_timer **heap = realloc(timers->heap, capacity * sizeof *heap);
    if (!heap) {
        return PF_ERROR_MEMORY;
    }
    timers->heap = heap;
    timers->capacity = capacity;
    return PF_ERROR_OK;
}

void pf_timers_set(struct pf_timers *timers, struct pf_timer *timer, uint64_t deadline_ms)
{
    pf_timers_cancel(timers, timer);
    PF_ASSERT(timers->count < timers->capacity);
    timer->deadline_ms = deadline_ms;
    timer->age = timers->age_next++;
    timers->count++;
    sift_up(timers, timers->count - 1, timer);
}

void pf_timers_cancel(struct pf_timers *timers, struct pf_timer *timer)
{
    if (timer->place == 0) {
        return;
    }
    const size_t index = timer->place - 1;
    PF_ASSERT(index < timers->count);
    PF_ASSERT(timers->heap[index] == timer);
    timer->place = 0;
    struct pf_timer *last = timers->heap[--timers->count];
    if (last == timer) {
        return;
    }
    if (index > 0 && is_earlier(last, timers->heap[(index - 1) / 2])) {
        sift_up(timers, index, last);
    } else {
        sift_down(timers, index, last);
    }
}

uint64_t pf_timers_deadline_ms(const struct pf_timers *timers)
{
    return timers->count > 0 ? timers->heap[0]->deadline_ms : PF_DEADLINE_NONE;
}

struct pf_timer *pf_timers_due(struct pf_timers *timers, uint64_t now_ms)
{
    if (timers->count == 0 || timers->heap[0]->deadline_ms > now_ms) {
        return NULL;
    }
    struct pf_timer *timer = timers->heap[0];
    pf_timers_cancel(timers, timer);
    return timer;
}
