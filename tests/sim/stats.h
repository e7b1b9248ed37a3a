/* stats.h - statistics over many simulated worlds. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_STATS_H
#define SIM_STATS_H

#include <stdint.h>
#include <stdio.h>

enum {
    SIM_TIMES_COUNT = 12001, /* of 10 ms each */
    SIM_TIME_MS = 10,
};

/* A histogram: how many worlds took how long. */
struct sim_times {
    uint64_t worst_ms;
    uint64_t worst_seed;
    uint64_t counts[SIM_TIMES_COUNT];
};

struct sim_stats {
    uint64_t seed; /* the current one, in case the process dies */
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
    uint64_t relay_moves;
    uint64_t relay_drains;
    uint64_t reloads;
    uint64_t duplicates; /* of pages */
    uint64_t renames;
    uint64_t encodings;
    uint64_t reactions_sent;
    uint64_t reactions_seen;
    uint64_t messages_said, messages_shown, messages_failed;
    uint64_t files_done;
    uint64_t sockets_lost;
    uint64_t hostile_messages;
    uint64_t stale;
    uint64_t candidate_errors;
    uint64_t simulated_ms;
    /* From the end of the faults until ... */
    struct sim_times connected; /* every pair is connected */
    struct sim_times settled;   /* no ghosts are shown and all else is correct */
    struct sim_times entered;   /* as `connected`, but from the last join after the faults */
};

void sim_stats_add(struct sim_stats *sum, const struct sim_stats *stats);

void sim_stats_note_time(struct sim_times *times, uint64_t ms, uint64_t seed);

/* Prints the totals as `name value` lines. `seconds` is wall-clock time. */
void sim_stats_print(const struct sim_stats *stats, double seconds, double processor_seconds,
                     FILE *out);

#endif
