/* failing_memory.h - allocations that fail when a test wants them to. For one file of a program. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_TESTS_FAILING_MEMORY_H
#define PF_TESTS_FAILING_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The program is linked with --wrap, so that the allocations of the libraries can fail. The test
 * counts down to the one that does; below 0 none fails.
 */
static int until_failure = -1;

/* The most that has been asked for at once since the test set it to 0. */
static size_t largest;

static bool fails_now(size_t size)
{
    largest = size > largest ? size : largest;
    return until_failure >= 0 && until_failure-- == 0;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

void *__wrap_malloc(size_t size)
{
    return fails_now(size) ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails_now(count * size) ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails_now(size) ? NULL : __real_realloc(old, size);
}

#endif
