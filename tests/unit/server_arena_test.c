/* server_arena_test.c - the arena of the relay's event loop. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* This program is linked with --wrap=malloc, so that the test can count and fail allocations. */
static size_t allocations;
static bool out_of_memory;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

void *__wrap_malloc(size_t size)
{
    allocations++;
    return out_of_memory ? NULL : __real_malloc(size);
}

static void consecutive_allocations_are_adjacent(void **state)
{
    (void)state;
    struct pf_arena arena = {.chunks = NULL};
    char *const first = pf_arena_take(&arena, 3);
    assert_non_null(first);
    assert_ptr_equal(pf_arena_take(&arena, 0), first + 3);
    assert_ptr_equal(pf_arena_take(&arena, 5), first + 3);
    assert_int_equal(arena.used, 8);
    pf_arena_clear(&arena);
}

static void a_chunk_can_be_filled_to_its_last_byte(void **state)
{
    (void)state;
    struct pf_arena arena = {.chunks = NULL};
    char *const first = pf_arena_take(&arena, PF_ARENA_CHUNK_SIZE - 1);
    char *const last = pf_arena_take(&arena, 1);
    assert_ptr_equal(last, first + PF_ARENA_CHUNK_SIZE - 1);
    memset(first, 'x', PF_ARENA_CHUNK_SIZE); /* a sanitizer would report an overflow */
    assert_null(arena.chunks->next);
    pf_arena_clear(&arena);
}

static void an_allocation_that_does_not_fit_begins_a_new_chunk(void **state)
{
    (void)state;
    struct pf_arena arena = {.chunks = NULL};
    char *const first = pf_arena_take(&arena, PF_ARENA_CHUNK_SIZE - 1);
    memset(first, 'a', PF_ARENA_CHUNK_SIZE - 1);
    char *const second = pf_arena_take(&arena, PF_ARENA_CHUNK_SIZE);
    memset(second, 'b', PF_ARENA_CHUNK_SIZE);
    assert_int_equal(first[0], 'a');
    assert_int_equal(first[PF_ARENA_CHUNK_SIZE - 2], 'a');
    assert_int_equal(arena.used, 2 * PF_ARENA_CHUNK_SIZE - 1);
    pf_arena_clear(&arena);
}

static void a_reset_keeps_at_most_five_chunks_for_reuse(void **state)
{
    (void)state;
    struct pf_arena arena = {.chunks = NULL};
    for (int i = 0; i < PF_ARENA_SPARE_CHUNKS_MAX + 2; i++) {
        assert_non_null(pf_arena_take(&arena, PF_ARENA_CHUNK_SIZE));
    }
    pf_arena_reset(&arena);
    assert_int_equal(arena.used, 0);
    assert_int_equal(arena.spare_count, PF_ARENA_SPARE_CHUNKS_MAX);
    allocations = 0;
    for (int i = 0; i < PF_ARENA_SPARE_CHUNKS_MAX; i++) {
        assert_non_null(pf_arena_take(&arena, PF_ARENA_CHUNK_SIZE));
    }
    assert_int_equal(allocations, 0);
    assert_int_equal(arena.spare_count, 0);
    assert_non_null(pf_arena_take(&arena, 1));
    assert_int_equal(allocations, 1);
    pf_arena_clear(&arena);
}

static void the_chunk_that_was_used_first_is_reused_first(void **state)
{
    (void)state;
    struct pf_arena arena = {.chunks = NULL};
    char *const first = pf_arena_take(&arena, PF_ARENA_CHUNK_SIZE);
    char *const second = pf_arena_take(&arena, PF_ARENA_CHUNK_SIZE);
    pf_arena_reset(&arena);
    assert_ptr_equal(pf_arena_take(&arena, PF_ARENA_CHUNK_SIZE), first);
    assert_ptr_equal(pf_arena_take(&arena, PF_ARENA_CHUNK_SIZE), second);
    pf_arena_clear(&arena);
}

static void running_out_of_memory_leaves_the_arena_usable(void **state)
{
    (void)state;
    struct pf_arena arena = {.chunks = NULL};
    out_of_memory = true;
    char *const none = pf_arena_take(&arena, 1);
    out_of_memory = false;
    assert_null(none);
    assert_int_equal(arena.used, 0);
    char *const first = pf_arena_take(&arena, 1);
    assert_non_null(first);
    out_of_memory = true;
    char *const too_large = pf_arena_take(&arena, PF_ARENA_CHUNK_SIZE);
    char *const second = pf_arena_take(&arena, 1); /* fits into the first chunk */
    out_of_memory = false;
    assert_null(too_large);
    assert_ptr_equal(second, first + 1);
    pf_arena_clear(&arena);
}

static void a_cleared_arena_is_empty(void **state)
{
    (void)state;
    struct pf_arena arena = {.chunks = NULL};
    pf_arena_clear(&arena);
    assert_non_null(pf_arena_take(&arena, 1));
    pf_arena_reset(&arena);
    assert_non_null(pf_arena_take(&arena, 1));
    pf_arena_clear(&arena); /* a sanitizer would report a leak */
    assert_null(arena.chunks);
    assert_null(arena.spare);
    assert_int_equal(arena.spare_count, 0);
    assert_int_equal(arena.used, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(consecutive_allocations_are_adjacent),
        cmocka_unit_test(a_chunk_can_be_filled_to_its_last_byte),
        cmocka_unit_test(an_allocation_that_does_not_fit_begins_a_new_chunk),
        cmocka_unit_test(a_reset_keeps_at_most_five_chunks_for_reuse),
        cmocka_unit_test(the_chunk_that_was_used_first_is_reused_first),
        cmocka_unit_test(running_out_of_memory_leaves_the_arena_usable),
        cmocka_unit_test(a_cleared_arena_is_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
