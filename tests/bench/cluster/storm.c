/*
 * storm.c - very many members on simulated relays, some of which fail at once.
 *
 * The relays are the real code; time, clients and the Redis servers are models. A Redis server
 * handles one command after the other, each of which takes it a fixed time, and so does a relay
 * with what arrives. Packets take a fixed time. So it shows what queues where, not how fast this
 * machine is.
 */
/* SPDX-License-Identifier: MIT */
#include "base/assert.h"
#include "base/random.h"
#include "heap.h"
#include "members.h"
#include "redis.h"
#include "relays.h"
#include "service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void usage(void)
{
    fputs("usage: cluster_storm [--members N] [--relays N] [--stores N] [--fill-s N] [--fail N]\n"
          "                     [--back-s N] [--seed N] [--memory]\n"
          "  --members N  in rooms of four (default 100000)\n"
          "  --relays N   default 40\n"
          "  --stores N   Redis servers (default 1)\n"
          "  --fill-s N   seconds over which everybody comes (default 60)\n"
          "  --fail N     relays that are killed at once (default: a tenth)\n"
          "  --back-s N   seconds within which those without a connection are back (default 10)\n"
          "  --memory     instead: bytes of memory of a member whose room is another relay's\n",
          stderr);
    exit(2);
}

static uint32_t number(int argc, char **argv, int *at)
{
    char *end = NULL;
    const unsigned long value = *at + 1 < argc ? strtoul(argv[++*at], &end, 10) : 0;
    if (!end || *end != '\0' || value == 0 || value > 10000000) {
        usage();
    }
    return (uint32_t)value;
}

static struct service_options read_options(int argc, char **argv)
{
    struct service_options options = {
        .members = 100000, .relays = 40, .stores = 1, .fill_s = 60, .back_s = 10, .seed = 1};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--members") == 0) {
            options.members = number(argc, argv, &i);
        } else if (strcmp(argv[i], "--relays") == 0) {
            options.relays = number(argc, argv, &i);
        } else if (strcmp(argv[i], "--stores") == 0) {
            options.stores = number(argc, argv, &i);
        } else if (strcmp(argv[i], "--fill-s") == 0) {
            options.fill_s = number(argc, argv, &i);
        } else if (strcmp(argv[i], "--fail") == 0) {
            options.fail = number(argc, argv, &i);
        } else if (strcmp(argv[i], "--back-s") == 0) {
            options.back_s = number(argc, argv, &i);
        } else if (strcmp(argv[i], "--seed") == 0) {
            options.seed = number(argc, argv, &i);
        } else if (strcmp(argv[i], "--memory") == 0) {
            options.memory = true;
        } else {
            usage();
        }
    }
    if (options.relays > SERVICE_RELAYS_MAX || options.stores > PF_STORES_MAX ||
        options.relays < 2) {
        usage();
    }
    options.fail = options.fail > 0 ? options.fail : (options.relays + 9) / 10;
    return options;
}

/* Runs until `until_us`, and prints what the busiest second of the Redis servers was. */
static void run(struct service *service, const char *what, uint64_t until_us)
{
    const struct redis_counts before = redis_counts(service);
    const uint64_t since_us = service->now_us;
    service_run(service, until_us);
    const struct redis_counts after = redis_counts(service);
    const double seconds = (double)(until_us - since_us) / 1e6;
    printf("%-12s %6.0f s  claims %8.0f/s  publications %8.0f/s  other commands %6.0f/s  "
           "store busy %5.1f %%\n",
           what, seconds, (double)(after.claims - before.claims) / seconds,
           (double)(after.publications - before.publications) / seconds,
           (double)(after.others - before.others) / seconds,
           100 * (double)(after.busy_us - before.busy_us) / 1e6 / seconds /
               (double)service->options.stores);
}

static int storm(struct service *service)
{
    const struct service_options *options = &service->options;
    members_come(service, options->fill_s);
    run(service, "they come", (uint64_t)options->fill_s * 1000000 + 20000000);
    run(service, "quiet", service->now_us + 30000000);
    if (!members_are_whole(service, true)) {
        printf("FAILED: not everybody is in before the storm\n");
        return 1;
    }
    const uint64_t failed_us = service->now_us;
    for (uint32_t i = 0; i < options->fail; i++) {
        relays_kill(service, i);
    }
    service->whole_us = 0;
    run(service, "storm", service->now_us + 60000000);
    const bool whole = members_are_whole(service, true);
    const struct members_counts counts = members_counts(service);
    printf("%u of %u relays fail: %u members lose their connection, %u are sent on; "
           "%u refused, %u timed out\n",
           options->fail, options->relays, counts.lost, counts.dismissed, counts.refused,
           counts.timeouts);
    printf("back in their room after p50 %.1f s, p99 %.1f s, the last %.1f s; "
           "longest queue of a store %.0f ms, of a relay %.0f ms\n",
           (double)members_percentile_us(service, failed_us, 50) / 1e6,
           (double)members_percentile_us(service, failed_us, 99) / 1e6,
           (double)members_percentile_us(service, failed_us, 100) / 1e6,
           (double)redis_counts(service).longest_us / 1e3,
           (double)relays_longest_us(service) / 1e3);
    printf("%s\n", whole ? "whole: every room has one owner, and all its members"
                         : "FAILED: not whole after 60 s");
    return whole ? 0 : 1;
}

int main(int argc, char **argv)
{
    const struct service_options options = read_options(argc, argv);
    struct service *service = service_new(&options);
    const int result = options.memory ? members_memory(service) : storm(service);
    service_free(service);
    return result;
}
