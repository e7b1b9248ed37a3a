/*
 * search.c - visits every state of a scope, breadth-first.
 *
 * A new state is saved until it is expanded: for each of its steps it is restored, the step is
 * taken, and the result is hashed. A state whose hash is known is not expanded again.
 */
/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE
#include "search.h"

#include "check.h"
#include "step.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CHECKS_MAX = 4096, CHECK_STEPS_MAX = EX_STEPS_MAX };

/* The successors of a state that was merged with a known one. */
struct check {
    uint32_t state;
    uint32_t count;
    struct ex_hash *hashes; /* owned */
};

struct saved {
    char *data; /* owned; NULL: expanded */
    uint32_t size;
};

struct search {
    struct ex_world *world;
    struct ex_graph *graph;
    struct ex_result *result;
    struct saved *saved; /* by state */
    size_t saved_capacity;
    uint64_t memory;
    uint32_t merges_every;
    uint32_t checks_count;
    struct check *checks;
    char *buffer; /* of EX_STATE_SIZE_MAX */
};

static double seconds_now(void)
{
    struct timespec now;
    /* Processor time, so that other load does not count. */
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now); /* always there */
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct ex_hash hash_world(struct search *search)
{
    struct ex_visit visit = {.mode = EX_HASH, .data = search->buffer};
    ex_world_visit(search->world, &visit);
    return ex_hash_of(visit.data, visit.size);
}

static struct saved save_world(struct search *search)
{
    struct ex_visit visit = {.mode = EX_SAVE, .data = search->buffer};
    ex_world_visit(search->world, &visit);
    struct saved saved = {malloc(visit.size), (uint32_t)visit.size};
    PF_ASSERT(saved.data);
    memcpy(saved.data, visit.data, visit.size);
    return saved;
}

static void load_world(struct search *search, const struct saved *saved)
{
    struct ex_visit visit = {.mode = EX_LOAD, .data = saved->data};
    ex_world_visit(search->world, &visit);
    PF_ASSERT(visit.size == saved->size);
}

static void keep(struct search *search, uint32_t state)
{
    if (state >= search->saved_capacity) {
        search->saved_capacity = search->saved_capacity ? 2 * search->saved_capacity : 1024;
        search->saved = realloc(search->saved, search->saved_capacity * sizeof(*search->saved));
        PF_ASSERT(search->saved);
    }
    search->saved[state] = save_world(search);
    search->memory += search->saved[state].size;
    if (search->memory > search->result->memory_max) {
        search->result->memory_max = search->memory;
    }
}

static void wrong(struct search *search, uint32_t state, bool has_step, const char *what)
{
    struct ex_result *result = search->result;
    result->outcome = EX_OUTCOME_WRONG;
    result->state = state;
    result->has_step = has_step;
    result->step = search->graph->step;
    (void)snprintf(result->what, sizeof(result->what), "%s", what); /* truncated */
}

/* --- whether states with equal hashes are equivalent --- */

static void note_successors(struct search *search, uint32_t state)
{
    const struct saved saved = save_world(search);
    struct check *check = &search->checks[search->checks_count++];
    struct ex_steps steps;
    ex_step_list(search->world, &steps);
    *check = (struct check){state, steps.count, malloc(sizeof(struct ex_hash) * CHECK_STEPS_MAX)};
    PF_ASSERT(check->hashes);
    for (uint32_t i = 0; i < steps.count; i++) {
        load_world(search, &saved);
        ex_step_take(search->world, &steps, &steps.list[i]);
        check->hashes[i] = hash_world(search);
    }
    free(saved.data);
    search->world->failed = false; /* found and reported again when the state is expanded */
}

static bool is_alike(const struct ex_graph *graph, const struct check *check)
{
    const uint64_t begin = graph->rows[check->state];
    if (graph->rows[check->state + 1] - begin != check->count) {
        return false;
    }
    for (uint32_t i = 0; i < check->count; i++) {
        const uint32_t target = graph->targets[begin + i] & ~EX_EDGE_NOT_DUE;
        if (memcmp(&graph->hashes[target], &check->hashes[i], sizeof(check->hashes[i])) != 0) {
            return false;
        }
    }
    return true;
}

static void compare_successors(struct search *search)
{
    for (uint32_t i = 0; i < search->checks_count; i++) {
        if (search->result->outcome == EX_OUTCOME_COMPLETE) {
            if (!is_alike(search->graph, &search->checks[i])) {
                wrong(search, search->checks[i].state, false,
                      "the search is wrong: two states with equal hashes lead to different ones");
            }
            search->result->merges_checked++;
        }
        free(search->checks[i].hashes);
    }
}

/* --- the search --- */

/* Adds the state that the last step has led to. */
static void arrive(struct search *search, bool is_due)
{
    struct ex_graph *graph = search->graph;
    bool is_new;
    if (search->world->failed) {
        wrong(search, graph->from, true, search->world->failure);
        return;
    }
    const uint32_t state = ex_graph_put(graph, hash_world(search), &is_new);
    if (is_new) {
        keep(search, state);
    }
    if (state == EX_NO_STATE || !ex_graph_put_edge(graph, state, is_due)) {
        search->result->outcome = EX_OUTCOME_TOO_MANY;
    } else if (!is_new && search->merges_every > 0 && search->checks_count < CHECKS_MAX &&
               search->result->merges++ % search->merges_every == 0) {
        note_successors(search, state);
    }
}

static bool is_quiet(const struct ex_steps *steps)
{
    for (uint32_t i = 0; i < steps->count; i++) {
        if (ex_step_is_due(steps, &steps->list[i])) {
            return false;
        }
    }
    return true;
}

static void expand(struct search *search, uint32_t state)
{
    struct ex_graph *graph = search->graph;
    struct ex_world *world = search->world;
    struct ex_steps steps;
    load_world(search, &search->saved[state]);
    ex_step_list(world, &steps);
    ex_graph_begin_row(graph);
    if (is_quiet(&steps)) {
        graph->quiet[state] = true;
        search->result->quiet++;
        ex_check_quiet(world);
        if (world->failed) {
            wrong(search, state, false, world->failure);
            return;
        }
    }
    for (uint32_t i = 0; i < steps.count && search->result->outcome == EX_OUTCOME_COMPLETE; i++) {
        if (i > 0) {
            load_world(search, &search->saved[state]);
        }
        graph->from = state;
        graph->step = ex_step_pack(&steps.list[i]);
        ex_step_take(world, &steps, &steps.list[i]);
        arrive(search, ex_step_is_due(&steps, &steps.list[i]));
    }
    search->memory -= search->saved[state].size;
    free(search->saved[state].data);
    search->saved[state].data = NULL;
}

static void visit_all(struct search *search)
{
    struct ex_graph *graph = search->graph;
    uint32_t level_end = 1;
    bool is_new;
    graph->from = EX_NO_STATE;
    (void)ex_graph_put(graph, hash_world(search), &is_new); /* the first, number 0 */
    keep(search, 0);
    for (uint32_t state = 0;
         state < graph->states_count && search->result->outcome == EX_OUTCOME_COMPLETE; state++) {
        if (state == level_end) {
            search->result->depth++;
            level_end = graph->states_count;
        }
        expand(search, state);
    }
}

void ex_search_run(const struct ex_scope *scope, struct ex_graph *graph, uint32_t merges_every,
                   struct ex_result *result)
{
    *result = (struct ex_result){.outcome = EX_OUTCOME_COMPLETE};
    struct search search = {
        .world = calloc(1, sizeof(struct ex_world)),
        .graph = graph,
        .result = result,
        .merges_every = merges_every,
        .checks = calloc(CHECKS_MAX, sizeof(struct check)),
        .buffer = malloc(EX_STATE_SIZE_MAX),
    };
    PF_ASSERT(search.world && search.checks && search.buffer);
    const double began = seconds_now();
    ex_world_init(search.world, scope, NULL);
    visit_all(&search);
    compare_successors(&search);
    if (result->outcome == EX_OUTCOME_COMPLETE) {
        result->rest = ex_graph_rest(graph);
        if (result->rest.lost != EX_NO_STATE) {
            wrong(&search, result->rest.lost, false,
                  "from this state on the world never comes to rest");
        }
    }
    result->peaks = search.world->peaks;
    result->seconds = seconds_now() - began;
    for (uint32_t i = 0; i < graph->states_count; i++) {
        free(search.saved[i].data);
    }
    ex_world_free(search.world);
    free(search.world);
    free(search.saved);
    free(search.checks);
    free(search.buffer);
}

size_t ex_search_path(const struct ex_graph *graph, uint32_t state, uint16_t *steps,
                      size_t steps_max)
{
    size_t count = 0;
    for (uint32_t at = state; graph->parents[at] != EX_NO_STATE; at = graph->parents[at]) {
        count++;
    }
    PF_ASSERT(count <= steps_max);
    size_t left = count;
    for (uint32_t at = state; left > 0; at = graph->parents[at]) {
        steps[--left] = graph->steps[at];
    }
    return count;
}
