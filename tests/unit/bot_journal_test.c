/* bot_journal_test.c - the lines of the bot's journal. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bot/journal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SIXTY_BYTES                                                                                \
    "0123456789012345678901234567890123456789"                                                     \
    "01234567890123456789"

/* Compares what is written for a room of that name, from the room on. */
static void expect_line(bool is_json, const char *room, const char *expected)
{
    char *text = NULL;
    size_t size = 0;
    const struct pf_journal journal = {.out = open_memstream(&text, &size), .is_json = is_json};
    const struct pf_journal_entry entry = {
        .event = "room",
        .room = pf_slice_of(room),
        .name = PF_SLICE("bot"),
        .state = "refused",
        .reason = "bad-room",
    };
    assert_non_null(journal.out);
    pf_journal_write(&journal, &entry);
    assert_int_equal(fclose(journal.out), 0);
    const char *field = strstr(text, is_json ? "\"room\":" : "room=");
    assert_non_null(field);
    assert_string_equal(field, expected);
    free(text);
}

#define JSON_REST ",\"name\":\"bot\",\"state\":\"refused\",\"reason\":\"bad-room\"}\n"
#define TEXT_REST " name=\"bot\" state=\"refused\" reason=\"bad-room\"\n"

static void names_are_written_as_they_are(void **state)
{
    (void)state;
    expect_line(true, "t\xc3\xa9", "\"room\":\"t\xc3\xa9\"" JSON_REST);
    expect_line(false, "t\xc3\xa9", "room=\"t\xc3\xa9\"" TEXT_REST);
    expect_line(true, "\"a\\b\"", "\"room\":\"\\\"a\\\\b\\\"\"" JSON_REST);
}

static void control_characters_are_escaped(void **state)
{
    (void)state;
    expect_line(true, "a\nb\x1b[2J\x7f", "\"room\":\"a\\u000ab\\u001b[2J\\u007f\"" JSON_REST);
    expect_line(false, "a\nb", "room=\"a\\u000ab\"" TEXT_REST);
}

static void what_is_not_utf8_is_replaced(void **state)
{
    (void)state;
    expect_line(true,
                "t\xc3\xa9"
                "a\xff",
                "\"room\":\"t\\ufffd\\ufffda\\ufffd\"" JSON_REST);
}

static void long_name_is_cut_between_characters(void **state)
{
    (void)state;
    expect_line(true, SIXTY_BYTES "abcdef", "\"room\":\"" SIXTY_BYTES "abcd\"" JSON_REST);
    expect_line(true, SIXTY_BYTES "abc\xc3\xa9", "\"room\":\"" SIXTY_BYTES "abc\"" JSON_REST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_written_as_they_are),
        cmocka_unit_test(control_characters_are_escaped),
        cmocka_unit_test(what_is_not_utf8_is_replaced),
        cmocka_unit_test(long_name_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
