/*
 * main.c - every order of what happens between two relays and Redis that is not far from the usual.
 *
 * What happens first in a world without haste is a *usual* choice. This tries all orders in which
 * at most so many choices are others, each of them from the beginning: worlds are small.
 */
/* SPDX-License-Identifier: MIT */
#include "world.h"

#include <stdlib.h>
#include <string.h>

enum { DEVIATIONS_MAX = 4, STEPS_MAX = 4096 };

struct deviation {
    uint16_t step;
    uint16_t choice;
};

struct cluster_search {
    const char *name;
    const enum action *actions;
    size_t bound;
    struct deviation path[DEVIATIONS_MAX];
    size_t path_count;
    uint64_t orders, steps;
    char failure[160];
    struct deviation failed[DEVIATIONS_MAX];
    size_t failed_count;
};

static const struct {
    const char *name;
    enum action actions[ACTIONS_MAX];
} scopes[] = {
    {"join", {ACTION_JOIN_0, ACTION_JOIN_1}},
    {"empty", {ACTION_JOIN_0, ACTION_JOIN_1, ACTION_EMPTY}},
    {"empty-early", {ACTION_JOIN_0, ACTION_EMPTY, ACTION_JOIN_1}},
    {"stop", {ACTION_JOIN_0, ACTION_STORE_DOWN, ACTION_JOIN_1, ACTION_STORE_UP}},
    {"deaf", {ACTION_JOIN_0, ACTION_JOIN_1, ACTION_DEAF_0}},
    {"kill", {ACTION_JOIN_0, ACTION_JOIN_1, ACTION_KILL_0}},
    {"retire", {ACTION_JOIN_0, ACTION_JOIN_1, ACTION_RETIRE_0}},
    {"leave", {ACTION_JOIN_0, ACTION_JOIN_1, ACTION_LEAVE_0}},
};

/* Runs a world; notes how many choices there were at each step. */
static bool run(struct cluster_search *search, uint8_t choices[STEPS_MAX], size_t *steps,
                FILE *trace)
{
    static struct cluster_world world;
    size_t deviation = 0;
    size_t step = 0;
    world_begin(&world, search->actions, trace);
    for (; step < STEPS_MAX; step++) {
        const size_t count = world_choices(&world);
        size_t choice = 0;
        if (count == 0) {
            break;
        }
        if (deviation < search->path_count && search->path[deviation].step == step) {
            choice = search->path[deviation++].choice;
        }
        choices[step] = (uint8_t)count;
        world_step(&world, choice);
    }
    *steps = step;
    search->orders++;
    search->steps += step;
    const bool well = step < STEPS_MAX ? world_is_well(&world) : false;
    if (!well && search->failure[0] == '\0') {
        (void)snprintf(search->failure, sizeof search->failure, "%s",
                       step < STEPS_MAX ? world.failure : "it does not end");
        memcpy(search->failed, search->path, sizeof search->failed);
        search->failed_count = search->path_count;
    }
    world_end(&world);
    return well;
}

/* All orders that begin like the path and deviate from `from` on. */
static bool explore(struct cluster_search *search, size_t from)
{
    uint8_t *choices = malloc(STEPS_MAX);
    size_t steps = 0;
    bool well = choices && run(search, choices, &steps, NULL);
    if (search->path_count < search->bound) {
        for (size_t step = from; step < steps && well; step++) {
            for (uint8_t choice = 1; choice < choices[step] && well; choice++) {
                search->path[search->path_count++] = (struct deviation){(uint16_t)step, choice};
                well = explore(search, step + 1);
                search->path_count--;
            }
        }
    }
    free(choices);
    return well;
}

static void report(struct cluster_search *search)
{
    uint8_t choices[STEPS_MAX];
    size_t steps = 0;
    printf("%s: FAILED: %s; choices:", search->name, search->failure);
    for (size_t i = 0; i < search->failed_count; i++) {
        printf(" %u at step %u", search->failed[i].choice, search->failed[i].step);
    }
    printf("\n");
    memcpy(search->path, search->failed, sizeof search->path);
    search->path_count = search->failed_count;
    (void)run(search, choices, &steps, stdout);
}

static void usage(void)
{
    (void)fputs("usage: peerface-explore-cluster [--bound N] [--must-fail] [SCOPE ...]\n"
                "  --bound N    how many unusual choices an order has at most, 0 to 4 (2)\n"
                "  --must-fail  succeed when a scope fails\n"
                "Scopes:",
                stderr); /* or nobody */
    for (size_t i = 0; i < sizeof scopes / sizeof scopes[0]; i++) {
        (void)fprintf(stderr, " %s", scopes[i].name);
    }
    (void)fputs("\n", stderr);
    exit(2);
}

static bool is_wanted(int argc, char **argv, const char *name)
{
    bool any = false;
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-') {
            i += strcmp(argv[i], "--bound") == 0;
            continue;
        }
        any = true;
        if (strcmp(argv[i], name) == 0) {
            return true;
        }
    }
    return !any;
}

int main(int argc, char **argv)
{
    size_t bound = 2;
    bool must_fail = false;
    bool failed = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--must-fail") == 0) {
            must_fail = true;
        } else if (strcmp(argv[i], "--bound") == 0 && i + 1 < argc) {
            bound = (size_t)strtoul(argv[++i], NULL, 10);
        } else if (argv[i][0] == '-') {
            usage();
        }
    }
    if (bound > DEVIATIONS_MAX) {
        usage();
    }
    for (size_t i = 0; i < sizeof scopes / sizeof scopes[0] && !failed; i++) {
        if (!is_wanted(argc, argv, scopes[i].name)) {
            continue;
        }
        struct cluster_search search = {
            .name = scopes[i].name, .actions = scopes[i].actions, .bound = bound};
        failed = !explore(&search, 0);
        printf("%-12s %10llu orders, %12llu steps\n", search.name,
               (unsigned long long)search.orders, (unsigned long long)search.steps);
        if (failed) {
            report(&search);
        }
    }
    return failed == must_fail ? EXIT_SUCCESS : EXIT_FAILURE;
}
