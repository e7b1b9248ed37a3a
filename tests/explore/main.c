/*
 * main.c - searches the requested scopes, several in parallel, and reports the results.
 *
 * A child process searches each scope, so that a failed assertion is a finding like any other: the
 * parent sees in shared memory at which step it failed.
 */
/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE
#include "check.h"
#include "core/peer/candidates.h"
#include "scope.h"
#include "search.h"
#include "step.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    SCOPES_MAX = 64,
    PATH_MAX_STEPS = 4096,
    EXIT_TOO_MANY = 3, /* of a child, besides 0 and 1 */
};

struct explore_options {
    const char *program;
    size_t scopes_count;
    struct ex_scope scopes[SCOPES_MAX];
    const char *path;
    uint32_t states_max;
    uint32_t merges_every;
    uint32_t jobs;
    bool must_fail;
};

struct job {
    pid_t pid; /* 0: none */
    const struct ex_scope *scope;
    struct ex_graph *graph; /* owned */
};

static void print_help(const char *program)
{
    printf(
        "usage: %s [--scope SCOPE].. [--jobs N] [--states-max N] [--merges-every N]\n"
        "       [--must-fail] [--path STEPS]\n"
        "  --scope SCOPE     two pages are opened and join, and whatever else SCOPE allows:\n"
        "                    words joined by +, each of which allows its action once more:\n"
        "                      join       nothing else (default)\n"
        "                      network    a page is told of a network change and restarts ICE\n"
        "                      ask        the other page requests an ICE restart\n"
        "                      address    a host gets another address: its connections are dead\n"
        "                      cut        a WebSocket is cut\n"
        "                      reload     a page is reloaded\n"
        "                      crash      a page crashes and is opened again\n"
        "                      relay      the relay is killed and restarted\n"
        "                      early      time passes although something is in flight\n"
        "                      candidate  one more ICE candidate for each description\n"
        "                      ends       the end of candidates is signaled\n"
        "                      channel    data channels open and carry messages\n"
        "                      abrupt     dead connections fail without \"disconnected\"\n"
        "                      rest       the first action waits until both pages are at rest\n"
        "                      reverse    the first page to join is the polite one\n"
        "  --jobs N          processes, for several scopes (default: one per processor)\n"
        "  --states-max N    give up a scope that has more states\n"
        "  --merges-every N  follow every N-th merge one step, to check that merged states lead\n"
        "                    to the same ones; 0: none\n"
        "  --must-fail       succeed if a failure is found: for mutants\n"
        "  --path STEPS      print events and commands along this path of a single scope\n",
        program);
}

static bool read_number(const char *text, uint32_t max, uint32_t *out)
{
    char *end;
    if (!text || text[0] < '0' || text[0] > '9') {
        return false;
    }
    const unsigned long number = strtoul(text, &end, 10);
    *out = (uint32_t)number;
    return *end == '\0' && number <= max;
}

static bool read_option(struct explore_options *options, const char *word, const char *next)
{
    if (strcmp(word, "--jobs") == 0) {
        return read_number(next, SCOPES_MAX, &options->jobs) && options->jobs > 0;
    }
    if (strcmp(word, "--states-max") == 0) {
        return read_number(next, 1u << 29, &options->states_max) && options->states_max > 0;
    }
    if (strcmp(word, "--merges-every") == 0) {
        return read_number(next, UINT32_MAX, &options->merges_every);
    }
    if (strcmp(word, "--path") == 0) {
        options->path = next;
        return next != NULL;
    }
    return strcmp(word, "--scope") == 0 && next && options->scopes_count < SCOPES_MAX &&
           ex_scope_read(next, &options->scopes[options->scopes_count++]);
}

static bool read_options(int count, char **words, struct explore_options *options)
{
    for (int i = 1; i < count; i++) {
        if (strcmp(words[i], "--must-fail") == 0) {
            options->must_fail = true;
        } else if (!read_option(options, words[i], i + 1 < count ? words[i + 1] : NULL)) {
            return false;
        } else {
            i++;
        }
    }
    if (options->scopes_count == 0) {
        options->scopes_count = 1;
        PF_ASSERT(ex_scope_read("join", &options->scopes[0]));
    }
    return !options->path || options->scopes_count == 1;
}

/* --- printing a path --- */

static bool take_next(struct ex_world *world, const struct ex_step *step, size_t number)
{
    struct ex_steps steps;
    ex_step_list(world, &steps);
    for (uint32_t i = 0; i < steps.count; i++) {
        if (ex_step_pack(&steps.list[i]) == ex_step_pack(step)) {
            printf("-- step %zu%s%c: %s%s\n", number, step->host < EX_HOSTS_COUNT ? ", " : "",
                   step->host < EX_HOSTS_COUNT ? (char)('A' + step->host) : ' ', ex_step_name(step),
                   ex_step_is_due(&steps, step) ? "" : " (chosen)");
            (void)fflush(stdout); /* the step may end the process */
            ex_step_take(world, &steps, step);
            return true;
        }
    }
    printf("step %zu is not possible here\n", number);
    return false;
}

static void look_at_end(struct ex_world *world)
{
    struct ex_steps steps;
    char text[EX_STEP_TEXT_SIZE + 1];
    bool quiet = true;
    ex_step_list(world, &steps);
    for (uint32_t i = 0; i < steps.count && !world->failed; i++) {
        quiet = quiet && !ex_step_is_due(&steps, &steps.list[i]);
        ex_step_write(&steps.list[i], text);
        printf("   possible: %s %s\n", text, ex_step_name(&steps.list[i]));
    }
    if (quiet && !world->failed) {
        ex_check_quiet(world);
    }
    printf("%s\n", world->failed ? world->failure : "nothing is wrong");
}

/* Replays the steps of `path` and prints events and commands. */
static void replay(const struct ex_scope *scope, const char *path)
{
    struct ex_world *world = calloc(1, sizeof(*world));
    struct sim_world *printer = calloc(1, sizeof(*printer));
    struct ex_step step;
    size_t number = 1;
    PF_ASSERT(world && printer);
    printer->trace = stdout;
    ex_world_init(world, scope, printer);
    while (*path != '\0' && !world->failed && strlen(path) >= EX_STEP_TEXT_SIZE &&
           ex_step_read(path, &step) && take_next(world, &step, number)) {
        path += EX_STEP_TEXT_SIZE;
        number++;
    }
    look_at_end(world);
    ex_world_free(world);
    free(printer);
    free(world);
}

static void print_path(const struct explore_options *options, const struct job *job, uint32_t state,
                       bool has_step)
{
    static const size_t text_size = EX_STEP_TEXT_SIZE;
    uint16_t *steps = malloc((PATH_MAX_STEPS + 1) * sizeof(*steps));
    PF_ASSERT(steps);
    size_t count =
        state != EX_NO_STATE ? ex_search_path(job->graph, state, steps, PATH_MAX_STEPS) : 0;
    if (has_step) {
        steps[count++] = job->graph->step;
    }
    char *path = malloc(count * text_size + 1);
    PF_ASSERT(path);
    path[count * text_size] = '\0';
    for (size_t i = 0; i < count; i++) {
        const struct ex_step step = ex_step_unpack(steps[i]);
        ex_step_write(&step, path + i * text_size);
    }
    (void)fflush(stdout);
    const pid_t pid = fork(); /* the replay may end in a failed assertion */
    if (pid == 0) {
        replay(job->scope, path);
        (void)fflush(stdout);
        _exit(0);
    }
    (void)waitpid(pid, NULL, 0); /* with any status */
    printf("  again: %s --scope %s --path %s\n", options->program, job->scope->name, path);
    (void)fflush(stdout);
    free(path);
    free(steps);
}

/* --- searching --- */

static void print_result(const struct job *job, const struct ex_result *result)
{
    const struct ex_graph *graph = job->graph;
    printf("%s: %" PRIu32 " states, %" PRIu64 " steps, %" PRIu32 " at rest, depth %" PRIu32
           ", %.1f s, %.0f states/s, %.0f MiB waiting\n",
           job->scope->name, graph->states_count, graph->edges_count, result->quiet, result->depth,
           result->seconds, graph->states_count / result->seconds,
           (double)result->memory_max / 1048576);
    const struct ex_peaks *peaks = &result->peaks;
    printf("  at most: %u of %d messages and %u of %d bytes on a wire, %u of %d operations, "
           "%u of %d candidates waiting, %u of %d WebSockets, %u of %d connections, epoch %u\n",
           peaks->fifo, EX_FIFO_MESSAGES_MAX, peaks->fifo_size, EX_FIFO_SIZE_MAX, peaks->operations,
           EX_OPERATIONS_MAX, peaks->candidates, PF_CANDIDATES_MAX, peaks->sockets, EX_SOCKETS_MAX,
           peaks->pcs, EX_PCS_MAX, peaks->epoch);
    printf("  seen: %" PRIu64 " crossing offers, %" PRIu64 " rollbacks, %" PRIu64
           " restarts, %" PRIu64 " failures of ICE, %" PRIu64 " replaced WebSockets\n",
           peaks->crossings, peaks->rollbacks, peaks->restarts, peaks->failures,
           peaks->replacements);
    if (result->outcome == EX_OUTCOME_COMPLETE) {
        printf("  complete; every state comes to rest%s, %u circling, %" PRIu64
               " merges compared\n",
               result->rest.circling == 0 ? " whatever happens" : " some way",
               result->rest.circling, result->merges_checked);
        if (result->rest.circling == 0) {
            printf("  and does so within %u steps\n", result->rest.steps_max);
        }
    }
}

/* In a child process, whose exit status is the result. */
static int search(const struct explore_options *options, const struct job *job)
{
    struct ex_result result;
    ex_search_run(job->scope, job->graph, options->merges_every, &result);
    if (result.outcome == EX_OUTCOME_WRONG) {
        printf("%s: %s\n", job->scope->name, result.what);
        job->graph->step = result.step;
        print_path(options, job, result.state, result.has_step);
    }
    print_result(job, &result);
    if (result.outcome == EX_OUTCOME_TOO_MANY) {
        printf("  NOT complete: there are more states than --states-max\n");
        return EXIT_TOO_MANY;
    }
    return result.outcome == EX_OUTCOME_COMPLETE ? 0 : 1;
}

static void start(const struct explore_options *options, struct job *job,
                  const struct ex_scope *scope)
{
    *job = (struct job){.scope = scope, .graph = ex_graph_new(options->states_max)};
    (void)fflush(stdout);
    job->pid = fork();
    PF_ASSERT(job->pid >= 0);
    if (job->pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG,
                    SIGKILL); /* or the search would continue without its parent */
        const int status = search(options, job);
        (void)fflush(stdout);
        _exit(status);
    }
}

/* Totals of all scopes. */
struct sum {
    size_t wrong, incomplete;
    uint64_t states, steps;
};

static void finish(const struct explore_options *options, struct job *job, int status,
                   struct sum *sum)
{
    if (!WIFEXITED(status)) {
        printf("%s: the process died after %" PRIu32 " states\n", job->scope->name,
               job->graph->states_count);
        print_path(options, job, job->graph->from, true);
    }
    const bool is_incomplete = WIFEXITED(status) && WEXITSTATUS(status) == EXIT_TOO_MANY;
    sum->incomplete += is_incomplete;
    sum->wrong += !is_incomplete && (!WIFEXITED(status) || WEXITSTATUS(status) != 0);
    sum->states += job->graph->states_count;
    sum->steps += job->graph->edges_count;
    ex_graph_free(job->graph);
    job->pid = 0;
}

static struct sum search_all(const struct explore_options *options)
{
    struct job jobs[SCOPES_MAX] = {{0}};
    struct sum sum = {0};
    size_t next = 0;
    uint32_t running = 0;
    int status;
    while (next < options->scopes_count || running > 0) {
        for (uint32_t i = 0; i < options->jobs && next < options->scopes_count; i++) {
            if (jobs[i].pid == 0) {
                start(options, &jobs[i], &options->scopes[next++]);
                running++;
            }
        }
        const pid_t pid = wait(&status);
        for (uint32_t i = 0; i < options->jobs; i++) {
            if (jobs[i].pid == pid) {
                finish(options, &jobs[i], status, &sum);
                running--;
            }
        }
    }
    return sum;
}

int main(int count, char **words)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    struct explore_options options = {
        .program = words[0], .states_max = 1 << 24, .merges_every = 97};
    options.jobs = processors > 0 && processors < SCOPES_MAX ? (uint32_t)processors : 1;
    if (!read_options(count, words, &options)) {
        print_help(words[0]);
        return 2;
    }
    if (options.path) {
        replay(&options.scopes[0], options.path);
        return 0;
    }
    const struct sum sum = search_all(&options);
    printf("in all: %zu scopes, %" PRIu64 " states, %" PRIu64 " steps\n", options.scopes_count,
           sum.states, sum.steps);
    return options.must_fail ? sum.wrong == 0 : sum.wrong + sum.incomplete > 0;
}
