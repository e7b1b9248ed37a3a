/* core_files_test.c - files that are offered, accepted and sent, and what the peer is told. */
/* SPDX-License-Identifier: MIT */
#include "core_events.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { SIZE = 1000000, BLOCK = 262144 };

/* A member that takes files is connected, and its data channel is open. */
static pf_pc connect(struct driver *d, pf_member_id id)
{
    driver_come(d, id, DRIVER_THEIR_INSTANCE, "files");
    driver_connect(d, id);
    driver_channel_opened(d, driver_pc(d, id));
    return driver_pc(d, id);
}

static pf_pc begin(struct driver *d)
{
    driver_enter(d, 0, 0);
    return connect(d, DRIVER_LOW);
}

/* How many messages to the peer contain this. */
static size_t told(const struct driver *d, const char *part)
{
    size_t count = 0;
    for (size_t i = 0; i < driver_count(d, PF_COMMAND_PC_CHANNEL_SEND); i++) {
        char copy[4096];
        const struct pf_slice text = driver_find_at(d, PF_COMMAND_PC_CHANNEL_SEND, i)->text;
        (void)pf_slice_copy(text, copy, sizeof copy);
        count += strstr(copy, part) != NULL;
    }
    return count;
}

/* Whether exactly one file is shown, in this state. */
static bool shows(const struct driver *d, enum pf_file_state state)
{
    return driver_count(d, PF_COMMAND_SHOW_FILE) == 1 &&
           driver_get(d, PF_COMMAND_SHOW_FILE)->file.state == state;
}

static void say(struct driver *d, pf_pc pc, const char *type, uint32_t number, const char *rest)
{
    char text[512];
    (void)snprintf(text, sizeof text, "{\"type\":\"%s\",\"number\":%" PRIu32 ",%s}", type, number,
                   rest);
    driver_channel_message(d, pc, text);
}

static void offer(struct driver *d, pf_pc pc, uint32_t number)
{
    say(d, pc, "file", number, "\"state\":\"offered\",\"size\":1000000,\"name\":\"plan.pdf\"");
}

static void answer(struct driver *d, pf_pc pc, uint32_t number, const char *state, uint32_t offset)
{
    char rest[128];
    (void)snprintf(rest, sizeof rest, "\"state\":\"%s\",\"offset\":%" PRIu32, state, offset);
    say(d, pc, "file-answer", number, rest);
}

/* Offers a file of SIZE bytes; its number. */
static uint32_t send(struct driver *d)
{
    driver_offer_file(d, DRIVER_LOW, SIZE, "plan.pdf");
    assert_true(shows(d, PF_FILE_OFFERED));
    return driver_get(d, PF_COMMAND_SHOW_FILE)->file.number;
}

/* ---- sending ---- */

static void a_file_is_offered_with_its_name_and_size(void **state)
{
    struct driver *d = *state;
    (void)begin(d);
    const uint32_t number = send(d);
    const struct pf_command *shown = driver_get(d, PF_COMMAND_SHOW_FILE);
    assert_int_equal(shown->file.id, DRIVER_LOW);
    assert_true(shown->file.is_own);
    assert_int_equal(shown->file.size, SIZE);
    assert_true(pf_slice_equal(shown->file.name, PF_SLICE("plan.pdf")));
    char expected[128];
    (void)snprintf(expected, sizeof expected,
                   "{\"type\":\"file\",\"number\":%" PRIu32
                   ",\"state\":\"offered\",\"size\":1000000,\"name\":\"plan.pdf\"}",
                   number);
    assert_int_equal(told(d, expected), 1);
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_SEND), 0);
}

static void R28_a_file_is_sent_when_it_is_accepted_and_as_far_as_it_is_stored(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin(d);
    const uint32_t number = send(d);
    answer(d, pc, number, "done", SIZE);
    assert_int_equal(d->commands_count, 0); /* not before it is accepted */
    answer(d, pc, number, "accepted", 0);
    assert_true(shows(d, PF_FILE_ACCEPTED));
    assert_null(driver_get(d, PF_COMMAND_SHOW_FILE)->file.name.data);
    answer(d, pc, number, "accepted", BLOCK);
    assert_true(shows(d, PF_FILE_ACCEPTED));
    assert_int_equal(driver_get(d, PF_COMMAND_SHOW_FILE)->file.offset, BLOCK);
    answer(d, pc, number, "accepted", BLOCK - 1); /* less than before */
    answer(d, pc, number, "accepted", SIZE + 1);
    assert_int_equal(d->commands_count, 0);
    assert_int_equal(driver_counters(d)->stale, 2);
    answer(d, pc, number, "done", SIZE);
    assert_true(shows(d, PF_FILE_DONE));
    assert_int_equal(driver_get(d, PF_COMMAND_SHOW_FILE)->file.offset, SIZE);
    answer(d, pc, number, "failed", 0);
    driver_set_own_file(d, DRIVER_LOW, number, PF_FILE_CANCELLED);
    assert_int_equal(d->commands_count, 0);
}

static void a_file_is_declined_cancelled_or_fails_at_the_receiver(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin(d);
    uint32_t number = send(d);
    answer(d, pc, number, "declined", 0);
    assert_true(shows(d, PF_FILE_DECLINED));
    number = send(d);
    answer(d, pc, number, "accepted", 0);
    answer(d, pc, number, "declined", 0);
    assert_int_equal(d->commands_count, 0); /* it is too late for that */
    answer(d, pc, number, "cancelled", 0);
    assert_true(shows(d, PF_FILE_CANCELLED));
    number = send(d);
    answer(d, pc, number, "accepted", 0);
    answer(d, pc, number, "failed", 0);
    assert_true(shows(d, PF_FILE_FAILED));
    number = send(d);
    answer(d, pc, number, "paused", 0);
    answer(d, pc, number, "offered", 0);
    assert_int_equal(d->commands_count, 0);
}

static void the_sender_cancels_or_cannot_read_it(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin(d);
    uint32_t number = send(d);
    driver_set_own_file(d, DRIVER_LOW, number, PF_FILE_DONE);
    driver_set_own_file(d, DRIVER_LOW, number, PF_FILE_ACCEPTED);
    driver_set_own_file(d, DRIVER_LOW, number, PF_FILE_DECLINED);
    driver_set_own_file(d, DRIVER_LOW, number, PF_FILE_PAUSED);
    driver_set_own_file(d, DRIVER_LOW, number + 1, PF_FILE_CANCELLED);
    assert_int_equal(d->commands_count, 0);
    driver_set_own_file(d, DRIVER_LOW, number, PF_FILE_CANCELLED);
    assert_true(shows(d, PF_FILE_CANCELLED));
    assert_int_equal(told(d, "\"state\":\"cancelled\"}"), 1);
    number = send(d);
    answer(d, pc, number, "accepted", 0);
    driver_set_own_file(d, DRIVER_LOW, number, PF_FILE_FAILED);
    assert_true(shows(d, PF_FILE_FAILED));
    assert_int_equal(told(d, "\"state\":\"failed\"}"), 1);
}

static void what_cannot_be_offered_is_ignored(void **state)
{
    struct driver *d = *state;
    char name[PF_FILE_NAME_SIZE_MAX + 2];
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    (void)begin(d);
    driver_connect(d, DRIVER_HIGH); /* of an older version */
    driver_channel_opened(d, driver_pc(d, DRIVER_HIGH));
    driver_offer_file(d, DRIVER_HIGH, 1, "a");
    driver_offer_file(d, 99, 1, "a");
    driver_offer_file(d, 0, 1, "a");
    driver_offer_file(d, DRIVER_LOW, 1, "");
    driver_offer_file(d, DRIVER_LOW, 1, name);
    driver_offer_file(d, DRIVER_LOW, 1, "\xed\xa0\x80");
    assert_int_equal(d->commands_count, 0);
    for (int i = 0; i < PF_FILES_MAX; i++) {
        (void)send(d);
    }
    driver_offer_file(d, DRIVER_LOW, 1, "one too many");
    assert_int_equal(d->commands_count, 0);
}

static void a_new_channel_goes_on_from_where_the_receiver_has_stopped(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin(d);
    const uint32_t number = send(d);
    answer(d, pc, number, "accepted", 0);
    answer(d, pc, number, "accepted", BLOCK);
    driver_channel_closed(d, pc);
    assert_true(shows(d, PF_FILE_PAUSED));
    driver_channel_opened(d, pc);
    assert_int_equal(told(d, "\"state\":\"accepted\"}"), 1);
    assert_int_equal(driver_count(d, PF_COMMAND_SHOW_FILE), 0); /* nothing is sent before it says */
    answer(d, pc, number, "accepted", 2 * BLOCK);
    assert_true(shows(d, PF_FILE_ACCEPTED));
    assert_int_equal(driver_get(d, PF_COMMAND_SHOW_FILE)->file.offset, 2 * BLOCK);
}

static void a_disturbed_connection_pauses_it_and_no_more(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin(d);
    const uint32_t number = send(d);
    answer(d, pc, number, "accepted", 0);
    driver_connection(d, pc, PF_CONNECTION_DISCONNECTED);
    assert_true(shows(d, PF_FILE_PAUSED));
    driver_connection(d, pc, PF_CONNECTION_CONNECTED);
    assert_true(shows(d, PF_FILE_ACCEPTED));
    assert_int_equal(told(d, "file"), 0);
}

static void an_offer_and_its_end_are_repeated_on_a_new_channel(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin(d);
    const uint32_t first = send(d);
    driver_channel_closed(d, pc);
    assert_int_equal(d->commands_count, 0);
    (void)send(d);
    assert_int_equal(told(d, "file"), 0);
    driver_set_own_file(d, DRIVER_LOW, first, PF_FILE_CANCELLED);
    driver_channel_opened(d, pc);
    assert_int_equal(told(d, "\"state\":\"offered\",\"size\":1000000,\"name\":\"plan.pdf\"}"), 1);
    assert_int_equal(told(d, "\"state\":\"cancelled\"}"), 1);
}

static void what_is_open_fails_when_the_peer_leaves_or_reloads(void **state)
{
    struct driver *d = *state;
    pf_pc pc = begin(d);
    (void)send(d);
    offer(d, pc, 1);
    driver_left(d, DRIVER_LOW, "left");
    assert_int_equal(driver_count(d, PF_COMMAND_SHOW_FILE), 2);
    assert_int_equal(driver_get(d, PF_COMMAND_SHOW_FILE)->file.state, PF_FILE_FAILED);
    assert_int_equal(driver_count(d, PF_COMMAND_HIDE_PEER), 1);
    driver_come(d, DRIVER_LOW, 43, "files");
    driver_offer_file(d, DRIVER_LOW, 1, "a");
    driver_come(d, DRIVER_LOW, 44, "files");
    assert_true(shows(d, PF_FILE_FAILED));
}

static void an_empty_file_is_there_as_soon_as_it_is_accepted(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin(d);
    driver_offer_file(d, DRIVER_LOW, 0, "empty");
    const uint32_t number = driver_get(d, PF_COMMAND_SHOW_FILE)->file.number;
    answer(d, pc, number, "done", 0); /* on a new channel, where nothing came before it */
    assert_true(shows(d, PF_FILE_DONE));
    say(d, pc, "file", 3, "\"state\":\"offered\",\"name\":\"empty\"");
    driver_set_file(d, DRIVER_LOW, 3, PF_FILE_ACCEPTED, 0);
    driver_set_file(d, DRIVER_LOW, 3, PF_FILE_DONE, 0);
    assert_true(shows(d, PF_FILE_DONE));
}

static void who_has_forgotten_a_file_says_so(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin(d);
    say(d, pc, "file", 5, "\"state\":\"accepted\"");
    assert_int_equal(told(d, "{\"type\":\"file-answer\",\"number\":5,\"state\":\"failed\"}"), 1);
    answer(d, pc, 9, "accepted", 0);
    assert_int_equal(told(d, "{\"type\":\"file\",\"number\":9,\"state\":\"failed\"}"), 1);
    answer(d, pc, 9, "offered", 0); /* it is still undecided there */
    assert_int_equal(told(d, "{\"type\":\"file\",\"number\":9,\"state\":\"failed\"}"), 1);
    answer(d, pc, 9, "failed", 0);
    say(d, pc, "file", 5, "\"state\":\"failed\"");
    assert_int_equal(d->commands_count, 0);
}

/* ---- receiving ---- */

static void an_offer_is_shown_once(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin(d);
    offer(d, pc, 3);
    const struct pf_command *shown = driver_get(d, PF_COMMAND_SHOW_FILE);
    assert_true(shows(d, PF_FILE_OFFERED));
    assert_false(shown->file.is_own);
    assert_int_equal(shown->file.id, DRIVER_LOW);
    assert_int_equal(shown->file.number, 3);
    assert_int_equal(shown->file.size, SIZE);
    assert_true(pf_slice_equal(shown->file.name, PF_SLICE("plan.pdf")));
    assert_int_equal(told(d, "file-answer"), 0); /* that is up to the user */
    offer(d, pc, 3);
    offer(d, pc, 2); /* another place: they are repeated in any order */
    assert_true(shows(d, PF_FILE_OFFERED));
    offer(d, pc, 3 + PF_FILES_MAX);
    offer(d, pc, 3);
    assert_int_equal(d->commands_count, 0);
    say(d, pc, "file", 9, "\"state\":\"offered\",\"size\":1");
    assert_int_equal(d->commands_count, 0);
}

static void what_is_stored_is_told_and_it_is_done_when_all_is(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin(d);
    offer(d, pc, 3);
    driver_set_file(d, DRIVER_LOW, 3, PF_FILE_ACCEPTED, BLOCK); /* the user has not been asked */
    driver_set_file(d, DRIVER_LOW, 3, PF_FILE_DONE, 0);
    assert_int_equal(d->commands_count, 0);
    driver_set_file(d, DRIVER_LOW, 3, PF_FILE_ACCEPTED, 0);
    assert_true(shows(d, PF_FILE_ACCEPTED));
    assert_int_equal(told(d, "{\"type\":\"file-answer\",\"number\":3,\"state\":\"accepted\"}"), 1);
    driver_set_file(d, DRIVER_LOW, 3, PF_FILE_ACCEPTED, BLOCK);
    assert_int_equal(told(d, "\"state\":\"accepted\",\"offset\":262144}"), 1);
    assert_int_equal(driver_count(d, PF_COMMAND_SHOW_FILE), 0);
    driver_set_file(d, DRIVER_LOW, 3, PF_FILE_ACCEPTED, BLOCK);
    driver_set_file(d, DRIVER_LOW, 3, PF_FILE_ACCEPTED, SIZE + 1);
    driver_set_file(d, DRIVER_LOW, 3, PF_FILE_DECLINED, 0);
    driver_set_file(d, DRIVER_LOW, 3, PF_FILE_DONE, 0);
    assert_int_equal(d->commands_count, 0);
    driver_set_file(d, DRIVER_LOW, 3, PF_FILE_ACCEPTED, SIZE);
    driver_set_file(d, DRIVER_LOW, 3, PF_FILE_DONE, 0);
    assert_true(shows(d, PF_FILE_DONE));
    assert_int_equal(told(d, "\"state\":\"done\",\"offset\":1000000}"), 1);
}

static void what_was_stored_without_a_connection_is_told_on_the_next(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin(d);
    offer(d, pc, 3);
    offer(d, pc, 4);
    driver_set_file(d, DRIVER_LOW, 3, PF_FILE_ACCEPTED, 0);
    driver_channel_closed(d, pc);
    assert_true(shows(d, PF_FILE_PAUSED));
    driver_set_file(d, DRIVER_LOW, 3, PF_FILE_ACCEPTED, BLOCK);
    driver_set_file(d, DRIVER_LOW, 4, PF_FILE_DECLINED, 0);
    assert_int_equal(told(d, "file"), 0);
    driver_channel_opened(d, pc);
    assert_true(shows(d, PF_FILE_ACCEPTED));
    assert_int_equal(told(d, "\"number\":3,\"state\":\"accepted\",\"offset\":262144}"), 1);
    assert_int_equal(told(d, "\"number\":4,\"state\":\"declined\"}"), 1);
}

static void an_offer_is_over_when_its_sender_says_so_or_takes_its_place(void **state)
{
    struct driver *d = *state;
    const pf_pc pc = begin(d);
    offer(d, pc, 3);
    say(d, pc, "file", 3, "\"state\":\"cancelled\"");
    assert_true(shows(d, PF_FILE_CANCELLED));
    driver_set_file(d, DRIVER_LOW, 3, PF_FILE_ACCEPTED, 0);
    assert_int_equal(d->commands_count, 0);
    offer(d, pc, 4);
    offer(d, pc, 4 + PF_FILES_MAX);
    assert_int_equal(driver_count(d, PF_COMMAND_SHOW_FILE), 2);
    assert_int_equal(driver_find_at(d, PF_COMMAND_SHOW_FILE, 0)->file.state, PF_FILE_CANCELLED);
    assert_int_equal(driver_find_at(d, PF_COMMAND_SHOW_FILE, 1)->file.state, PF_FILE_OFFERED);
}

static void R19_who_withdraws_without_end_is_heard_no_more(void **state)
{
    struct driver *d = *state;
    size_t shown = 0;
    const pf_pc low = begin(d);
    const pf_pc high = connect(d, DRIVER_HIGH);
    for (uint32_t number = 1; number <= 1000; number++) {
        offer(d, low, number);
        shown += driver_count(d, PF_COMMAND_SHOW_FILE);
        say(d, low, "file", number, "\"state\":\"cancelled\"");
        shown += driver_count(d, PF_COMMAND_SHOW_FILE);
    }
    assert_in_range(shown, 2 * PF_FILES_MAX, 2 * (PF_FILES_MAX + 16));
    offer(d, high, 1);
    assert_true(shows(d, PF_FILE_OFFERED));
    driver_wait(d, 2000);
    offer(d, low, 1001);
    assert_true(shows(d, PF_FILE_OFFERED));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, driver_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_file_is_offered_with_its_name_and_size),
        TEST(R28_a_file_is_sent_when_it_is_accepted_and_as_far_as_it_is_stored),
        TEST(a_file_is_declined_cancelled_or_fails_at_the_receiver),
        TEST(the_sender_cancels_or_cannot_read_it),
        TEST(what_cannot_be_offered_is_ignored),
        TEST(a_new_channel_goes_on_from_where_the_receiver_has_stopped),
        TEST(a_disturbed_connection_pauses_it_and_no_more),
        TEST(an_offer_and_its_end_are_repeated_on_a_new_channel),
        TEST(what_is_open_fails_when_the_peer_leaves_or_reloads),
        TEST(an_empty_file_is_there_as_soon_as_it_is_accepted),
        TEST(who_has_forgotten_a_file_says_so),
        TEST(an_offer_is_shown_once),
        TEST(what_is_stored_is_told_and_it_is_done_when_all_is),
        TEST(what_was_stored_without_a_connection_is_told_on_the_next),
        TEST(an_offer_is_over_when_its_sender_says_so_or_takes_its_place),
        TEST(R19_who_withdraws_without_end_is_heard_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
