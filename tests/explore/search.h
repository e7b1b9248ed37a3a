/* search.h - visits every state of a scope, the nearest first. */
/* SPDX-License-Identifier: MIT */
#ifndef EX_SEARCH_H
#define EX_SEARCH_H

#include "graph.h"
#include "world.h"

#include <stdio.h>

enum ex_outcome {
    EX_OUTCOME_COMPLETE, /* every state was visited, and nothing is wrong */
    EX_OUTCOME_WRONG,    /* something is: the path there is that of `state`, then `step` */
    EX_OUTCOME_TOO_MANY, /* there are more states than were allowed */
};

struct ex_result {
    enum ex_outcome outcome;
    uint32_t state; /* from which a step went wrong, or that is wrong itself */
    uint16_t step;
    bool has_step;
    char what[256];  /* is wrong */
    uint32_t depth;  /* of the state that is furthest away */
    uint32_t quiet;  /* states in which nothing is left to happen by itself */
    uint64_t merges; /* steps to states that were known */
    uint64_t merges_checked;
    uint64_t memory_max; /* of saved states, in bytes */
    struct ex_rest rest;
    struct ex_peaks peaks;
    double seconds;
};

/*
 * Visits all. Of every `merges_every`-th step that leads to a known state, both states, which
 * differ in what is not hashed, are followed one step further, and must lead to the same; 0: none.
 */
void ex_search_run(const struct ex_scope *scope, struct ex_graph *graph, uint32_t merges_every,
                   struct ex_result *result);

/* The steps to `state`: fills `steps` of `steps_max`, the first first, and returns how many. */
size_t ex_search_path(const struct ex_graph *graph, uint32_t state, uint16_t *steps,
                      size_t steps_max);

#endif
