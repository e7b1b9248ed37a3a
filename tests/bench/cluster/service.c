/* service.c - a service of many relays in virtual time. */
/* SPDX-License-Identifier: MIT */
#include "service.h"

#include "base/assert.h"
#include "members.h"
#include "redis.h"
#include "relays.h"

#include <stdlib.h>

struct service *service_new(const struct service_options *options)
{
    struct service *service = calloc(1, sizeof *service);
    PF_ASSERT(service);
    service->options = *options;
    pf_random_seed(&service->random, options->seed);
    redis_begin(service);
    members_begin(service);
    relays_begin(service);
    return service;
}

void service_free(struct service *service)
{
    struct happening happening;
    while (heap_take(&service->heap, UINT64_MAX, &happening)) {
        free(happening.text);
    }
    relays_end(service);
    members_end(service);
    redis_end(service);
    free(service->heap.all);
    free(service);
}

void service_run(struct service *service, uint64_t until_us)
{
    struct happening happening;
    while (heap_take(&service->heap, until_us, &happening)) {
        service->now_us = happening.at_us;
        switch (happening.kind) {
        case HAPPENS_AT_RELAY:
        case HAPPENS_RELAY_RUNS:
        case HAPPENS_RELAY_TIMER: relays_happen(service, &happening); break;
        case HAPPENS_AT_MEMBER:
        case HAPPENS_MEMBER_LOST:
        case HAPPENS_MEMBER_COMES: members_happen(service, &happening); break;
        }
    }
    service->now_us = until_us;
}
