/* stats.c - statistics over many simulated worlds. */
/* SPDX-License-Identifier: MIT */
#include "stats.h"

#include <inttypes.h>

static void add_times(struct sim_times *sum, const struct sim_times *times)
{
    for (int i = 0; i < SIM_TIMES_COUNT; i++) {
        sum->counts[i] += times->counts[i];
    }
    if (times->worst_ms >= sum->worst_ms) {
        sum->worst_ms = times->worst_ms;
        sum->worst_seed = times->worst_seed;
    }
}

void sim_stats_add(struct sim_stats *sum, const struct sim_stats *stats)
{
    sum->seeds += stats->seeds;
    sum->failures += stats->failures;
    sum->events += stats->events;
    sum->commands += stats->commands;
    sum->messages += stats->messages;
    sum->pcs += stats->pcs;
    sum->restarts += stats->restarts;
    sum->renewals += stats->renewals;
    sum->rollbacks += stats->rollbacks;
    sum->relay_kills += stats->relay_kills;
    sum->relay_moves += stats->relay_moves;
    sum->relay_drains += stats->relay_drains;
    sum->reloads += stats->reloads;
    sum->duplicates += stats->duplicates;
    sum->renames += stats->renames;
    sum->encodings += stats->encodings;
    sum->reactions_sent += stats->reactions_sent;
    sum->reactions_seen += stats->reactions_seen;
    sum->messages_said += stats->messages_said;
    sum->messages_shown += stats->messages_shown;
    sum->messages_failed += stats->messages_failed;
    sum->files_done += stats->files_done;
    sum->sockets_lost += stats->sockets_lost;
    sum->hostile_messages += stats->hostile_messages;
    sum->stale += stats->stale;
    sum->candidate_errors += stats->candidate_errors;
    sum->simulated_ms += stats->simulated_ms;
    add_times(&sum->connected, &stats->connected);
    add_times(&sum->settled, &stats->settled);
    add_times(&sum->entered, &stats->entered);
}

void sim_stats_note_time(struct sim_times *times, uint64_t ms, uint64_t seed)
{
    if (ms >= times->worst_ms) {
        times->worst_ms = ms;
        times->worst_seed = seed;
    }
    const uint64_t slot = ms / SIM_TIME_MS;
    times->counts[slot < SIM_TIMES_COUNT ? slot : SIM_TIMES_COUNT - 1]++;
}

/* The time that `share` of 1000 worlds do not exceed. */
static uint64_t time_of(const struct sim_times *times, uint64_t share)
{
    uint64_t sum = 0, seen = 0;
    for (int i = 0; i < SIM_TIMES_COUNT; i++) {
        sum += times->counts[i];
    }
    for (uint64_t i = 0; i < SIM_TIMES_COUNT; i++) {
        seen += times->counts[i];
        if (seen > 0 && seen * 1000 >= sum * share) {
            return (i + 1) * SIM_TIME_MS;
        }
    }
    return 0;
}

static void print_times(const struct sim_times *times, const char *what, FILE *out)
{
    fprintf(out, "%s p50 %" PRIu64 ", p99 %" PRIu64 ", worst %" PRIu64 " ms (seed %" PRIu64 ")\n",
            what, time_of(times, 500), time_of(times, 990), times->worst_ms, times->worst_seed);
}

void sim_stats_print(const struct sim_stats *stats, double seconds, double processor_seconds,
                     FILE *out)
{
    const double rate = seconds > 0 ? (double)stats->seeds / seconds : 0;
    fprintf(out,
            "seeds             %" PRIu64 " in %.1f s, %.0f per second (%.1f s of processor time)\n",
            stats->seeds, seconds, rate, processor_seconds);
    fprintf(out, "failures          %" PRIu64 "\n", stats->failures);
    fprintf(out, "simulated time    %.1f hours\n", (double)stats->simulated_ms / 3600000.0);
    fprintf(out,
            "events            %" PRIu64 " (commands %" PRIu64 ", relay messages %" PRIu64 ")\n",
            stats->events, stats->commands, stats->messages);
    fprintf(out, "peer connections  %" PRIu64 "\n", stats->pcs);
    fprintf(out, "ICE restarts      %" PRIu64 "\n", stats->restarts);
    fprintf(out, "renewals          %" PRIu64 "\n", stats->renewals);
    fprintf(out, "rollbacks         %" PRIu64 "\n", stats->rollbacks);
    fprintf(out, "relay kills       %" PRIu64 "\n", stats->relay_kills);
    fprintf(out, "relay moves       %" PRIu64 "\n", stats->relay_moves);
    fprintf(out, "relay drains      %" PRIu64 "\n", stats->relay_drains);
    fprintf(out, "reloads           %" PRIu64 "\n", stats->reloads);
    fprintf(out, "duplicated pages  %" PRIu64 "\n", stats->duplicates);
    fprintf(out, "new names         %" PRIu64 "\n", stats->renames);
    fprintf(out, "encodings set     %" PRIu64 "\n", stats->encodings);
    fprintf(out, "reactions         %" PRIu64 " (seen %" PRIu64 " times)\n", stats->reactions_sent,
            stats->reactions_seen);
    fprintf(out, "messages          %" PRIu64 " (shown %" PRIu64 ", failed %" PRIu64 ")\n",
            stats->messages_said, stats->messages_shown, stats->messages_failed);
    fprintf(out, "files received    %" PRIu64 "\n", stats->files_done);
    fprintf(out, "sockets lost      %" PRIu64 "\n", stats->sockets_lost);
    fprintf(out, "hostile messages  %" PRIu64 "\n", stats->hostile_messages);
    fprintf(out, "stale signals     %" PRIu64 "\n", stats->stale);
    fprintf(out, "candidate errors  %" PRIu64 "\n", stats->candidate_errors);
    print_times(&stats->connected, "all connected    ", out);
    print_times(&stats->settled, "nothing amiss    ", out);
    print_times(&stats->entered, "after the last   ", out);
}
