/* stats.h - what many simulated worlds add up to. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_STATS_H
#define SIM_STATS_H

#include <stdint.h>
#include <stdio.h>

enum {
    SIM_TIMES_COUNT = 12001, /* of 10 ms each */
    SIM_TIME_MS = 10,
};

struct sim_stats {
    uint64_t seed; /* the one being run, for whoever finds the process dead */
    uint64_t seeds;
    uint64_t failures;
    uint64_t events;   /* handled by rooms */
    uint64_t commands; /* given by rooms */
    uint64_t messages; /* handled by the hub */
    uint64_t pcs;
    uint64_t restarts;
    uint64_t renewals;
    uint64_t rollbacks;
    uint64_t relay_kills;
    uint64_t reloads;
    uint64_t sockets_lost;
    uint64_t stale;
    uint64_t candidate_errors;
    uint64_t simulated_ms;
    uint64_t times[SIM_TIMES_COUNT]; /* worlds by the time from the end of faults to all well */
};

void sim_stats_add(struct sim_stats *sum, const struct sim_stats *stats);

void sim_stats_note_time(struct sim_stats *stats, uint64_t ms);

/* The totals, as `name value` lines. */
void sim_stats_print(const struct sim_stats *stats, double seconds, FILE *out);

#endif
