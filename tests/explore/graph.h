/* graph.h - the visited states and the steps between them. */
/* SPDX-License-Identifier: MIT */
#ifndef EX_GRAPH_H
#define EX_GRAPH_H

#include "hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EX_NO_STATE UINT32_MAX

/*
 * States are numbered in the order in which they are found and expanded. The graph is in memory
 * that is shared with child processes, so that the result of a search survives its process.
 */
struct ex_graph {
    uint32_t states_max;
    uint64_t edges_max;
    uint32_t states_count;
    uint64_t edges_count;
    uint32_t rows_count; /* states that have been expanded */
    uint32_t from;       /* the current step */
    uint16_t step;
    struct ex_hash *hashes; /* of each state */
    uint32_t *parents;      /* of each state: the state from which it was found first, */
    uint16_t *steps;        /* and the step */
    bool *quiet;            /* of each state: no step is due */
    uint64_t *rows;         /* of each state: where its edges begin */
    uint32_t *targets;      /* of each edge; the top bit is set when it is not due */
    uint32_t *slots;        /* hash table of states, 0: free, else the number plus 1 */
    uint32_t slots_count;
};

#define EX_EDGE_NOT_DUE (1u << 31)

struct ex_graph *ex_graph_new(uint32_t states_max);
void ex_graph_free(struct ex_graph *graph);

/* Finds or adds the state with this hash. EX_NO_STATE if there is no space for it. */
uint32_t ex_graph_put(struct ex_graph *graph, struct ex_hash hash, bool *is_new);

/* Begins the edges of the next state; adds an edge to it. False if there is no space for it. */
void ex_graph_begin_row(struct ex_graph *graph);
bool ex_graph_put_edge(struct ex_graph *graph, uint32_t target, bool is_due);

/* Whether all states of a complete graph come to rest. */
struct ex_rest {
    uint32_t lost;      /* the first state from which no quiet one is reached, or EX_NO_STATE */
    uint32_t circling;  /* states on cycles of due steps, or leading to such */
    uint32_t steps_max; /* the longest path of due steps to a quiet state, if none is circling */
};

struct ex_rest ex_graph_rest(const struct ex_graph *graph);

#endif
