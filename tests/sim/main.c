/*
 * main.c - runs simulated worlds, many seeds on all processors, and says what came of them.
 *
 * Seeds are run by child processes, so that one that dies of an assertion is a failed seed like any
 * other: the parent knows from shared memory which it was, and goes on behind it.
 */
/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE
#include "base/assert.h"
#include "stats.h"
#include "world.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { JOBS_MAX = 64, FAILURES_MAX = 20 /* of one process */ };

struct options {
    const char *program;
    uint64_t first, count;
    uint32_t peers; /* 0: drawn for each seed */
    uint32_t jobs;
    bool trace;
    uint64_t failures_max;
    bool must_fail; /* what is run is broken on purpose */
    const char *list;
    const char *record_folder;
};

static void print_help(const char *program)
{
    printf("usage: %s [--seeds FIRST COUNT] [--list FILE] [--peers N] [--jobs N] [--trace]\n"
           "       [--must-fail]\n"
           "  --seeds FIRST COUNT  the seeds to run (default 1 1000)\n"
           "  --list FILE          run the seeds of FILE instead: lines `SEED [PEERS] # why`\n"
           "  --peers N            people in each world, 2 to %d (default: drawn)\n"
           "  --jobs N             processes (default: one per processor)\n"
           "  --trace              print everything that happens; in one process\n"
           "  --record FOLDER      write what the pages record, for peerface-replay\n"
           "  --must-fail          stop at the first failure, and call that success\n",
           program, SIM_HOSTS_MAX);
}

static bool read_number(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
    char *end;
    if (!text || text[0] < '0' || text[0] > '9') {
        return false;
    }
    *out = strtoull(text, &end, 10);
    return *end == '\0' && *out >= min && *out <= max;
}

static bool read_options(int count, char **words, struct options *options)
{
    uint64_t number;
    for (int i = 1; i < count; i++) {
        const char *word = words[i];
        const char *next = i + 1 < count ? words[i + 1] : NULL;
        if (strcmp(word, "--trace") == 0) {
            options->trace = true;
        } else if (strcmp(word, "--must-fail") == 0) {
            options->must_fail = true;
            options->failures_max = 1;
        } else if (strcmp(word, "--list") == 0 && next) {
            options->list = next;
            i++;
        } else if (strcmp(word, "--record") == 0 && next) {
            options->record_folder = next;
            i++;
        } else if (strcmp(word, "--seeds") == 0) {
            if (i + 2 >= count || !read_number(next, 0, UINT64_MAX, &options->first) ||
                !read_number(words[i + 2], 1, UINT32_MAX, &options->count)) {
                return false;
            }
            i += 2;
        } else if (strcmp(word, "--peers") == 0 && read_number(next, 2, SIM_HOSTS_MAX, &number)) {
            options->peers = (uint32_t)number;
            i++;
        } else if (strcmp(word, "--jobs") == 0 && read_number(next, 1, JOBS_MAX, &number)) {
            options->jobs = (uint32_t)number;
            i++;
        } else {
            return false;
        }
    }
    return true;
}

static void print_replay(const struct options *options, uint64_t seed, uint32_t peers)
{
    printf("  replay: %s --seeds %" PRIu64 " 1", options->program, seed);
    if (peers != 0) {
        printf(" --peers %u", peers);
    }
    printf(" --trace\n");
    (void)fflush(stdout);
}

static void run_one(struct sim_world *world, const struct options *options, uint64_t seed,
                    uint32_t peers)
{
    world->stats->seed = seed;
    if (!sim_world_run(world, seed, peers)) {
        printf("seed %" PRIu64 " failed: %s\n", seed, world->failure);
        print_replay(options, seed, peers);
    }
}

/* Runs every jobs-th seed from `first` on. */
static void run_seeds(const struct options *options, uint64_t first, struct sim_stats *stats)
{
    struct sim_world *world = malloc(sizeof(*world));
    PF_ASSERT(world);
    sim_world_init(world, stats, options->trace ? stdout : NULL);
    world->record_folder = options->record_folder;
    for (uint64_t seed = first; seed < options->first + options->count; seed += options->jobs) {
        run_one(world, options, seed, options->peers);
        if (stats->failures >= options->failures_max) {
            break;
        }
    }
    sim_world_free(world);
    free(world);
}

static void run_list(const struct options *options, struct sim_stats *stats)
{
    char line[512];
    FILE *file = fopen(options->list, "r");
    struct sim_world *world = malloc(sizeof(*world));
    PF_ASSERT(world);
    if (!file) {
        perror(options->list);
        exit(2);
    }
    sim_world_init(world, stats, options->trace ? stdout : NULL);
    while (fgets(line, sizeof(line), file)) {
        uint64_t seed;
        uint32_t peers = 0;
        if (sscanf(line, "%" SCNu64 " %" SCNu32, &seed, &peers) >= 1) {
            run_one(world, options, seed, peers);
        }
    }
    (void)fclose(file); /* it was only read */
    sim_world_free(world);
    free(world);
}

static pid_t start_worker(const struct options *options, uint64_t first, struct sim_stats *stats)
{
    (void)fflush(stdout);
    const pid_t pid = fork();
    PF_ASSERT(pid >= 0);
    if (pid == 0) {
        run_seeds(options, first, stats);
        (void)fflush(stdout);
        _exit(0);
    }
    return pid;
}

/* One worker has ended; starts it again behind a seed that killed it. Returns 0 if it is done. */
static pid_t follow_worker(const struct options *options, int status, struct sim_stats *stats)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        return 0;
    }
    stats->seeds++;
    stats->failures++;
    printf("seed %" PRIu64 " failed: the process died\n", stats->seed);
    print_replay(options, stats->seed, options->peers);
    if (stats->failures >= options->failures_max) {
        return 0;
    }
    return start_worker(options, stats->seed + options->jobs, stats);
}

static void run_workers(const struct options *options, struct sim_stats *sum)
{
    pid_t workers[JOBS_MAX] = {0};
    struct sim_stats *stats = mmap(NULL, options->jobs * sizeof(*stats), PROT_READ | PROT_WRITE,
                                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    PF_ASSERT(stats != MAP_FAILED);
    for (uint32_t i = 0; i < options->jobs; i++) {
        workers[i] = start_worker(options, options->first + i, &stats[i]);
    }
    int status;
    for (pid_t pid = wait(&status); pid > 0; pid = wait(&status)) {
        for (uint32_t i = 0; i < options->jobs; i++) {
            if (workers[i] == pid) {
                workers[i] = follow_worker(options, status, &stats[i]);
            }
        }
    }
    for (uint32_t i = 0; i < options->jobs; i++) {
        sim_stats_add(sum, &stats[i]);
    }
}

static double seconds_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* always there */
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int count, char **words)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    struct options options = {
        .program = words[0], .first = 1, .count = 1000, .failures_max = FAILURES_MAX};
    options.jobs = processors > 0 && processors < JOBS_MAX ? (uint32_t)processors : 1;
    if (!read_options(count, words, &options)) {
        print_help(words[0]);
        return 2;
    }
    struct sim_stats *sum = calloc(1, sizeof(*sum));
    PF_ASSERT(sum);
    const double began = seconds_now();
    if (options.list) {
        run_list(&options, sum);
    } else if (options.trace) {
        options.jobs = 1;
        run_seeds(&options, options.first, sum);
    } else {
        run_workers(&options, sum);
    }
    sim_stats_print(sum, seconds_now() - began, stdout);
    const bool failed = sum->failures > 0 || sum->seeds == 0;
    free(sum);
    return failed == options.must_fail ? 0 : 1;
}
