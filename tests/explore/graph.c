/* graph.c - the visited states and the steps between them. */
/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE
#include "graph.h"

#include "base/assert.h"

#include <stdlib.h>
#include <sys/mman.h>

enum { EDGES_PER_STATE = 6 };

/* Memory shared with child processes. Untouched pages cost nothing. */
static void *reserve(size_t size)
{
    void *memory =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    PF_ASSERT(memory != MAP_FAILED);
    return memory;
}

struct ex_graph *ex_graph_new(uint32_t states_max)
{
    PF_ASSERT(states_max < EX_EDGE_NOT_DUE / 2);
    struct ex_graph *graph = reserve(sizeof(*graph));
    graph->states_max = states_max;
    graph->edges_max = (uint64_t)states_max * EDGES_PER_STATE;
    graph->slots_count = 1;
    while (graph->slots_count < 2 * states_max) {
        graph->slots_count *= 2;
    }
    graph->hashes = reserve(states_max * sizeof(*graph->hashes));
    graph->parents = reserve(states_max * sizeof(*graph->parents));
    graph->steps = reserve(states_max * sizeof(*graph->steps));
    graph->quiet = reserve(states_max * sizeof(*graph->quiet));
    graph->rows = reserve((states_max + 1) * sizeof(*graph->rows));
    graph->targets = reserve(graph->edges_max * sizeof(*graph->targets));
    graph->slots = reserve(graph->slots_count * sizeof(*graph->slots));
    return graph;
}

void ex_graph_free(struct ex_graph *graph)
{
    const size_t states_max = graph->states_max;
    (void)munmap(graph->hashes, states_max * sizeof(*graph->hashes)); /* mapped with this size */
    (void)munmap(graph->parents, states_max * sizeof(*graph->parents));
    (void)munmap(graph->steps, states_max * sizeof(*graph->steps));
    (void)munmap(graph->quiet, states_max * sizeof(*graph->quiet));
    (void)munmap(graph->rows, (states_max + 1) * sizeof(*graph->rows));
    (void)munmap(graph->targets, graph->edges_max * sizeof(*graph->targets));
    (void)munmap(graph->slots, graph->slots_count * sizeof(*graph->slots));
    (void)munmap(graph, sizeof(*graph));
}

uint32_t ex_graph_put(struct ex_graph *graph, struct ex_hash hash, bool *is_new)
{
    uint32_t at = (uint32_t)hash.a & (graph->slots_count - 1);
    *is_new = false;
    while (graph->slots[at] != 0) {
        const uint32_t state = graph->slots[at] - 1;
        if (graph->hashes[state].a == hash.a && graph->hashes[state].b == hash.b) {
            return state;
        }
        at = (at + 1) & (graph->slots_count - 1);
    }
    if (graph->states_count == graph->states_max) {
        return EX_NO_STATE;
    }
    const uint32_t state = graph->states_count++;
    graph->slots[at] = state + 1;
    graph->hashes[state] = hash;
    graph->parents[state] = graph->from;
    graph->steps[state] = graph->step;
    *is_new = true;
    return state;
}

void ex_graph_begin_row(struct ex_graph *graph)
{
    graph->rows[graph->rows_count++] = graph->edges_count;
    graph->rows[graph->rows_count] = graph->edges_count;
}

bool ex_graph_put_edge(struct ex_graph *graph, uint32_t target, bool is_due)
{
    if (graph->edges_count == graph->edges_max) {
        return false;
    }
    graph->targets[graph->edges_count++] = target | (is_due ? 0 : EX_EDGE_NOT_DUE);
    graph->rows[graph->rows_count] = graph->edges_count;
    return true;
}

/* --- coming to rest --- */

/* The due edges, reversed. */
struct reverse {
    uint64_t *rows;
    uint32_t *sources;
};

static bool is_due(uint32_t target)
{
    return (target & EX_EDGE_NOT_DUE) == 0;
}

static struct reverse reverse_edges(const struct ex_graph *graph)
{
    const uint32_t count = graph->states_count;
    struct reverse reverse = {calloc((size_t)count + 1, sizeof(uint64_t)),
                              malloc((graph->edges_count + 1) * sizeof(uint32_t))};
    PF_ASSERT(reverse.rows && reverse.sources);
    for (uint64_t i = 0; i < graph->edges_count; i++) {
        if (is_due(graph->targets[i])) {
            reverse.rows[graph->targets[i] + 1]++;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        reverse.rows[i + 1] += reverse.rows[i];
    }
    for (uint32_t from = count; from-- > 0;) {
        for (uint64_t i = graph->rows[from]; i < graph->rows[from + 1]; i++) {
            if (is_due(graph->targets[i])) {
                /* Fills each row from its end, which moves `rows` back to its beginning. */
                reverse.sources[--reverse.rows[graph->targets[i] + 1]] = from;
            }
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        reverse.rows[i] = reverse.rows[i + 1];
    }
    return reverse;
}

static uint64_t row_end(const struct ex_graph *graph, const struct reverse *reverse, uint32_t state,
                        uint64_t due_count)
{
    return state + 1 < graph->states_count ? reverse->rows[state + 1] : due_count;
}

/* The first state from which no path leads to a quiet one. */
static uint32_t find_lost(const struct ex_graph *graph, const struct reverse *reverse,
                          uint64_t due_count)
{
    const uint32_t count = graph->states_count;
    bool *reaches = calloc((size_t)count + 1, sizeof(*reaches));
    uint32_t *queue = malloc(((size_t)count + 1) * sizeof(*queue));
    uint32_t head = 0, tail = 0, lost = EX_NO_STATE;
    PF_ASSERT(reaches && queue);
    for (uint32_t i = 0; i < count; i++) {
        if (graph->quiet[i]) {
            reaches[i] = true;
            queue[tail++] = i;
        }
    }
    while (head < tail) {
        const uint32_t state = queue[head++];
        for (uint64_t i = reverse->rows[state]; i < row_end(graph, reverse, state, due_count);
             i++) {
            const uint32_t source = reverse->sources[i];
            if (!reaches[source]) {
                reaches[source] = true;
                queue[tail++] = source;
            }
        }
    }
    for (uint32_t i = count; i-- > 0;) {
        lost = reaches[i] ? lost : i;
    }
    free(reaches);
    free(queue);
    return lost;
}

/* Removes states without remaining due steps, repeatedly: what is left lies on or leads to cycles.
 */
static void find_circles(const struct ex_graph *graph, const struct reverse *reverse,
                         uint64_t due_count, struct ex_rest *rest)
{
    const uint32_t count = graph->states_count;
    uint32_t *left = calloc((size_t)count + 1, sizeof(*left));
    uint32_t *queue = malloc(((size_t)count + 1) * sizeof(*queue));
    uint32_t *steps = calloc((size_t)count + 1, sizeof(*steps));
    uint32_t head = 0, tail = 0;
    PF_ASSERT(left && queue && steps);
    for (uint32_t from = 0; from < count; from++) {
        for (uint64_t i = graph->rows[from]; i < graph->rows[from + 1]; i++) {
            left[from] += is_due(graph->targets[i]);
        }
        if (left[from] == 0) {
            queue[tail++] = from;
        }
    }
    while (head < tail) {
        const uint32_t state = queue[head++];
        rest->steps_max = steps[state] > rest->steps_max ? steps[state] : rest->steps_max;
        for (uint64_t i = reverse->rows[state]; i < row_end(graph, reverse, state, due_count);
             i++) {
            const uint32_t source = reverse->sources[i];
            steps[source] = steps[state] + 1 > steps[source] ? steps[state] + 1 : steps[source];
            if (--left[source] == 0) {
                queue[tail++] = source;
            }
        }
    }
    rest->circling = count - tail;
    free(left);
    free(queue);
    free(steps);
}

struct ex_rest ex_graph_rest(const struct ex_graph *graph)
{
    struct ex_rest rest = {.lost = EX_NO_STATE};
    struct reverse reverse = reverse_edges(graph);
    uint64_t due_count = 0;
    for (uint64_t i = 0; i < graph->edges_count; i++) {
        due_count += is_due(graph->targets[i]);
    }
    rest.lost = find_lost(graph, &reverse, due_count);
    find_circles(graph, &reverse, due_count, &rest);
    free(reverse.rows);
    free(reverse.sources);
    return rest;
}
