/*
 * main.c - runs many seeds on all processors and reports failures.
 *
 * Child processes run the seeds, so that a failed assertion is a failed seed like any other: the
 * parent knows the seed from shared memory and continues after it.
 */
/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE
#include "base/assert.h"
#include "stats.h"
#include "world.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { JOBS_MAX = 64, FAILURES_MAX = 20 /* of one process */ };

/* Memory that all processes share. */
struct shared {
    atomic_bool has_failed_so; /* with the text of --must-fail */
    struct sim_stats stats[JOBS_MAX];
};

struct sim_options {
    const char *program;
    uint64_t first, count;
    uint32_t peers; /* 0: drawn for each seed */
    uint32_t jobs;
    bool cluster; /* in each world */
    bool trace;
    uint64_t failures_max;
    const char *must_fail; /* of a mutant: the text that a failure must contain; or NULL */
    const char *list;
    bool hash;     /* print the hash of each world */
    uint64_t must; /* the expected hash of the world, or 0 */
    const char *record_folder;
};

static void print_help(const char *program)
{
    printf("usage: %s [--seeds FIRST COUNT] [--list FILE] [--peers N] [--jobs N] [--cluster]\n"
           "       [--trace] [--record FOLDER] [--must-fail TEXT] [--hash]\n"
           "  --seeds FIRST COUNT  the seeds to run (default 1 1000)\n"
           "  --list FILE          run the seeds of FILE instead: lines `SEED [PEERS] # why`, or\n"
           "                       `SEED hash HASH`, which fails if the world has another hash\n"
           "  --hash               print the hashes, in the format of --list\n"
           "  --peers N            people in each world, 2 to %d (default: drawn)\n"
           "  --cluster            several relays that serve the same rooms, in each world\n"
           "  --jobs N             processes (default: one per processor)\n"
           "  --trace              print every event and command; runs one seed at a time\n"
           "  --record FOLDER      write the event logs of the pages, for peerface-replay\n"
           "  --must-fail TEXT     succeed at the first failure that contains TEXT\n",
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

static bool read_options(int count, char **words, struct sim_options *options)
{
    uint64_t number;
    for (int i = 1; i < count; i++) {
        const char *word = words[i];
        const char *next = i + 1 < count ? words[i + 1] : NULL;
        if (strcmp(word, "--trace") == 0) {
            options->trace = true;
        } else if (strcmp(word, "--cluster") == 0) {
            options->cluster = true;
        } else if (strcmp(word, "--hash") == 0) {
            options->hash = true;
        } else if (strcmp(word, "--must-fail") == 0 && next) {
            options->must_fail = next;
            options->failures_max = UINT64_MAX;
            i++;
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

static void print_replay(const struct sim_options *options, uint64_t seed)
{
    printf("  replay: %s --seeds %" PRIu64 " 1", options->program, seed);
    if (options->peers != 0) {
        printf(" --peers %u", options->peers);
    }
    printf("%s --trace\n", options->cluster ? " --cluster" : "");
    (void)fflush(stdout);
}

static void note_failure(const struct sim_options *options, struct shared *shared, uint64_t seed,
                         const char *failure)
{
    printf("seed %" PRIu64 " failed: %s\n", seed, failure);
    print_replay(options, seed);
    if (options->must_fail && strstr(failure, options->must_fail)) {
        shared->has_failed_so = true;
    }
}

static bool is_enough(const struct sim_options *options, const struct shared *shared,
                      const struct sim_stats *stats)
{
    return shared->has_failed_so || stats->failures >= options->failures_max;
}

/* Runs every jobs-th seed from `first` on. */
static void run_seeds(const struct sim_options *options, uint64_t first, struct shared *shared,
                      struct sim_stats *stats)
{
    struct sim_world *world = malloc(sizeof(*world));
    PF_ASSERT(world);
    sim_world_init(world, stats, options->trace ? stdout : NULL);
    world->record_folder = options->record_folder;
    world->records = options->record_folder != NULL;
    world->has_cluster = options->cluster;
    world->hashes = options->hash || options->must != 0;
    const uint64_t end = options->first + options->count;
    for (uint64_t seed = first; seed < end && !is_enough(options, shared, stats);
         seed += options->jobs) {
        stats->seed = seed;
        if (!sim_world_run(world, seed, options->peers)) {
            note_failure(options, shared, seed, world->failure);
        } else if (options->must != 0 && world->hash != options->must) {
            stats->failures++;
            note_failure(options, shared, seed, "its world is not the one it was (README.md)");
        }
        if (options->hash) {
            printf("%" PRIu64 " hash %016" PRIx64 "\n", seed, world->hash);
        }
    }
    sim_world_free(world);
    free(world);
}

static pid_t start_worker(const struct sim_options *options, uint64_t first, struct shared *shared,
                          struct sim_stats *stats)
{
    (void)fflush(stdout);
    const pid_t pid = fork();
    PF_ASSERT(pid >= 0);
    if (pid == 0) {
        run_seeds(options, first, shared, stats);
        (void)fflush(stdout);
        _exit(0);
    }
    return pid;
}

/* A worker has ended. Restarts it after the seed that it died of; returns 0 if it was done. */
static pid_t follow_worker(const struct sim_options *options, int status, struct shared *shared,
                           struct sim_stats *stats)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        return 0;
    }
    stats->seeds++;
    stats->failures++;
    note_failure(options, shared, stats->seed, "the process died");
    if (is_enough(options, shared, stats)) {
        return 0;
    }
    return start_worker(options, stats->seed + options->jobs, shared, stats);
}

/* Returns whether a seed has failed with the text of --must-fail. */
static bool run_workers(const struct sim_options *options, struct sim_stats *sum)
{
    pid_t workers[JOBS_MAX] = {0};
    struct shared *shared =
        mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    PF_ASSERT(shared != MAP_FAILED);
    for (uint32_t i = 0; i < options->jobs; i++) {
        workers[i] = start_worker(options, options->first + i, shared, &shared->stats[i]);
    }
    int status;
    for (pid_t pid = wait(&status); pid > 0; pid = wait(&status)) {
        for (uint32_t i = 0; i < options->jobs; i++) {
            if (workers[i] == pid) {
                workers[i] = follow_worker(options, status, shared, &shared->stats[i]);
            }
        }
    }
    for (uint32_t i = 0; i < options->jobs; i++) {
        sim_stats_add(sum, &shared->stats[i]);
    }
    const bool has_failed_so = shared->has_failed_so;
    (void)munmap(shared, sizeof(*shared)); /* it was mapped with this size */
    return has_failed_so;
}

/* Runs each seed in a process of its own, so that one that dies does not end the list. */
static void run_list(const struct sim_options *options, struct sim_stats *sum)
{
    char line[512];
    FILE *file = fopen(options->list, "r");
    if (!file) {
        perror(options->list);
        exit(2);
    }
    while (fgets(line, sizeof(line), file)) {
        struct sim_options one = *options;
        one.count = one.jobs = 1;
        const char *hash = strstr(line, " hash ");
        if (hash && sscanf(hash, " hash %" SCNx64, &one.must) != 1) {
            one.must = 1; /* a hash that no world has */
        }
        if (sscanf(line, "%" SCNu64 " %" SCNu32, &one.first, &one.peers) >= 1) {
            (void)run_workers(&one, sum); /* without --must-fail */
        }
    }
    (void)fclose(file); /* opened for reading only */
}

static double seconds_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* always there */
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Of this process and its terminated children. */
static double processor_seconds(void)
{
    struct rusage own, children;
    (void)getrusage(RUSAGE_SELF, &own); /* always there */
    (void)getrusage(RUSAGE_CHILDREN, &children);
    const struct timeval times[] = {own.ru_utime, own.ru_stime, children.ru_utime,
                                    children.ru_stime};
    double sum = 0;
    for (int i = 0; i < 4; i++) {
        sum += (double)times[i].tv_sec + (double)times[i].tv_usec / 1e6;
    }
    return sum;
}

int main(int count, char **words)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    struct sim_options options = {
        .program = words[0], .first = 1, .count = 1000, .failures_max = FAILURES_MAX};
    options.jobs = processors > 0 && processors < JOBS_MAX ? (uint32_t)processors : 1;
    if (!read_options(count, words, &options)) {
        print_help(words[0]);
        return 2;
    }
    struct sim_stats *sum = calloc(1, sizeof(*sum));
    PF_ASSERT(sum);
    const double began = seconds_now();
    bool has_failed_so = false;
    if (options.trace) {
        options.jobs = 1;
        (void)setvbuf(stdout, NULL, _IOLBF, 0); /* abort() flushes nothing */
    }
    if (options.list) {
        run_list(&options, sum);
    } else {
        has_failed_so = run_workers(&options, sum);
    }
    sim_stats_print(sum, seconds_now() - began, processor_seconds(), stdout);
    const bool is_good = options.must_fail ? has_failed_so : sum->failures == 0 && sum->seeds > 0;
    free(sum);
    return is_good ? 0 : 1;
}
