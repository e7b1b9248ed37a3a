/* server_redis_notes_test.c - which commands' replies are still to come. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/redis_notes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void put(struct pf_redis_notes *notes, uint32_t i)
{
    char room[256];
    memset(room, 'a' + (int)(i % 26), sizeof room);
    const struct pf_redis_note note = {
        .type = i % 3 == 0 ? PF_STORE_CLAIM : PF_STORE_PUBLISH,
        .relay = UINT64_MAX - i,
        .room = {room, i % 3 == 0 ? i % 256 : 0},
    };
    assert_true(pf_redis_notes_put(notes, &note));
}

static void take(struct pf_redis_notes *notes, uint32_t i)
{
    struct pf_redis_note note;
    assert_true(pf_redis_notes_take(notes, &note));
    assert_int_equal(note.type, i % 3 == 0 ? PF_STORE_CLAIM : PF_STORE_PUBLISH);
    assert_true(note.relay == UINT64_MAX - i);
    assert_int_equal(note.room.size, i % 3 == 0 ? i % 256 : 0);
    for (size_t at = 0; at < note.room.size; at++) {
        assert_int_equal(note.room.data[at], 'a' + (int)(i % 26));
    }
}

static void notes_come_back_in_their_order(void **state)
{
    (void)state;
    struct pf_redis_notes notes = {.bytes = NULL};
    struct pf_redis_note note;
    uint32_t taken = 0;
    for (uint32_t i = 0; i < 5000; i++) {
        put(&notes, i);
        if (i % 5 != 0) {
            take(&notes, taken++);
        }
    }
    while (taken < 5000) {
        take(&notes, taken++);
    }
    assert_false(pf_redis_notes_take(&notes, &note));
    pf_redis_notes_clear(&notes);
}

static void a_queue_that_is_never_empty_does_not_grow(void **state)
{
    (void)state;
    struct pf_redis_notes notes = {.bytes = NULL};
    put(&notes, 1);
    for (uint32_t i = 1; i < 100000; i++) {
        put(&notes, i + 1);
        take(&notes, i);
    }
    assert_true(notes.capacity <= 2048);
    pf_redis_notes_clear(&notes);
}

static void there_is_an_end_to_what_is_noted(void **state)
{
    (void)state;
    struct pf_redis_notes notes = {.bytes = NULL};
    const struct pf_redis_note note = {.type = PF_STORE_PUBLISH, .relay = 1};
    size_t count = 0;
    while (pf_redis_notes_put(&notes, &note)) {
        count++;
    }
    assert_true(count >= 1000000);
    pf_redis_notes_clear(&notes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(notes_come_back_in_their_order),
        cmocka_unit_test(a_queue_that_is_never_empty_does_not_grow),
        cmocka_unit_test(there_is_an_end_to_what_is_noted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
