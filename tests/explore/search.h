/* search.h - visits every state of a scope, breadth-first. */
/* SPDX-License-Identifier: MIT */
#ifndef EX_SEARCH_H
#define EX_SEARCH_H

#include "graph.h"
#include "world.h"

#include <stdio.h>

enum ex_outcome {
    EX_OUTCOME_COMPLETE, /* every state was visited, and nothing is wrong */
    EX_OUTCOME_WRONG,    /* a failure: its path is that of `state`, then `step` */
    EX_OUTCOME_TOO_MANY, /* more states than allowed */
};

struct ex_result {
    enum ex_outcome outcome;
    uint32_t state; /* the failing state, or the one before the failing step */
    uint16_t step;
    bool has_step;
    char what[256];  /* the failure */
    uint32_t depth;  /* of the most distant state */
    uint32_t quiet;  /* states at rest */
    uint64_t merges; /* steps to known states */
    uint64_t merges_checked;
    uint64_t memory_max; /* of saved states, in bytes */
    struct ex_rest rest;
    struct ex_peaks peaks;
    double seconds;
};

/*
 * Visits all states. For every `merges_every`-th step to a known state, the new and the known
 * state, which differ in what is not hashed, must have the same successors; 0: no such check.
 */
void ex_search_run(const struct ex_scope *scope, struct ex_graph *graph, uint32_t merges_every,
                   struct ex_result *result);

/* Writes the steps that lead to `state`, in order, to `steps` and returns their number. */
size_t ex_search_path(const struct ex_graph *graph, uint32_t state, uint16_t *steps,
                      size_t steps_max);

#endif
