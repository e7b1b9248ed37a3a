/* hub_rename_test.c - the hub: a member takes another name. */
/* SPDX-License-Identifier: MIT */
#include "hub_fixture.h"

static void rename_as(struct hub_fixture *fixture, uint32_t client, const char *name)
{
    char text[TEXT_MAX];
    const int size = snprintf(text, sizeof text, "{\"type\":\"rename\",\"name\":\"%s\"}", name);
    assert_in_range(size, 1, sizeof text - 1);
    say(fixture, client, text);
}

static void the_others_hear_of_a_new_name(void **state)
{
    struct hub_fixture *fixture = *state;
    char id[TEXT_MAX];
    for (uint32_t i = 0; i < 3; i++) {
        enter(fixture, i, "tea");
    }
    enter(fixture, 3, "lunch");
    copy_member(fixture, 0, "joined", "self", id);
    for (uint32_t i = 0; i < 4; i++) {
        forget_texts(fixture, i);
    }
    rename_as(fixture, 0, "Anna \\\"B\\\"");
    assert_int_equal(fixture->inboxes[0].count, 0);
    assert_int_equal(fixture->inboxes[3].count, 0);
    for (uint32_t i = 1; i < 3; i++) {
        assert_int_equal(fixture->inboxes[i].count, 1);
        assert_has(last(fixture, i), "\"type\":\"member\"");
        assert_has(last(fixture, i), id);
        assert_has(last(fixture, i), "\"name\":\"Anna \\\"B\\\"\",\"instance\":1,\"away\":false");
    }
}

static void a_newcomer_finds_the_new_name(void **state)
{
    struct hub_fixture *fixture = *state;
    enter(fixture, 0, "tea");
    rename_as(fixture, 0, "");
    rename_as(fixture, 0, "Anna");
    enter(fixture, 1, "tea");
    assert_has(last_of(fixture, 1, "joined"), "\"name\":\"Anna\"");
}

static void a_name_is_kept_while_its_member_is_away(void **state)
{
    struct hub_fixture *fixture = *state;
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    rename_as(fixture, 0, "Anna");
    lose(fixture, 0, 1006);
    assert_has(last(fixture, 1), "\"name\":\"Anna\"");
    assert_has(last(fixture, 1), "\"away\":true");
}

static void a_return_brings_its_own_name(void **state)
{
    struct hub_fixture *fixture = *state;
    char ticket[TEXT_MAX];
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    copy_member(fixture, 0, "joined", "ticket", ticket);
    rename_as(fixture, 0, "Anna");
    restart_hub(fixture);
    open_client(fixture, 2);
    join_as(fixture, 2, "tea", "Hanna", 1, ticket);
    enter(fixture, 3, "tea");
    assert_has(last_of(fixture, 3, "joined"), "\"name\":\"Hanna\"");
}

static void a_bad_name_changes_nothing(void **state)
{
    struct hub_fixture *fixture = *state;
    static const char *const bad[] = {
        "{\"type\":\"rename\"}",
        "{\"type\":\"rename\",\"name\":7}",
        "{\"type\":\"rename\",\"name\":null}",
        "{\"type\":\"rename\",\"name\":\"a\\nb\"}",
        "{\"type\":\"rename\",\"name\":\"\\u007f\"}",
        ("{\"type\":\"rename\",\"name\":\"12345678901234567890123456789012"
         "123456789012345678901234567890123\"}"),
    };
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    forget_texts(fixture, 1);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        say(fixture, 0, bad[i]);
        assert_has(last(fixture, 0), "\"code\":\"bad-message\"");
    }
    assert_int_equal(fixture->inboxes[0].closed, 0);
    assert_int_equal(fixture->inboxes[1].count, 0);
    enter(fixture, 2, "tea");
    assert_has_not(last_of(fixture, 2, "joined"), "a\\n");
}

static void a_name_may_have_as_many_bytes_as_in_a_join(void **state)
{
    struct hub_fixture *fixture = *state;
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    rename_as(fixture, 0, "1234567890123456789012345678901234567890123456789012345678901234");
    assert_has(last(fixture, 1), "345678901234\"");
}

static void the_lobby_has_no_name_to_change(void **state)
{
    struct hub_fixture *fixture = *state;
    open_client(fixture, 0);
    rename_as(fixture, 0, "Anna");
    assert_has(last(fixture, 0), "\"code\":\"not-joined\"");
    assert_int_equal(fixture->inboxes[0].closed, 0);
}

static void R19_who_changes_its_name_without_end_is_out_for_a_while(void **state)
{
    struct hub_fixture *fixture = *state;
    char ticket[TEXT_MAX];
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    copy_member(fixture, 0, "joined", "ticket", ticket);
    forget_texts(fixture, 1);
    for (uint32_t i = 0; i < 21; i++) {
        rename_as(fixture, 0, "Anna");
    }
    assert_int_equal(count_of(fixture, 1, "member"), 21);
    assert_int_equal(fixture->inboxes[0].closed, 0);
    rename_as(fixture, 0, "Hanna");
    assert_has(last(fixture, 0), "\"code\":\"rate-limit\"");
    assert_int_equal(fixture->inboxes[0].closed, 1008);
    assert_has(last(fixture, 1), "\"away\":true");
    assert_has(last(fixture, 1), "\"name\":\"Anna\"");
    fixture->now_ms += 500;
    open_client(fixture, 2);
    join_as(fixture, 2, "tea", "Hanna", 1, ticket);
    assert_has(last(fixture, 1), "\"name\":\"Hanna\"");
}

static void a_reaction_is_nothing_for_a_relay(void **state)
{
    struct hub_fixture *fixture = *state;
    enter(fixture, 0, "tea");
    say(fixture, 0, "{\"type\":\"reaction\",\"kind\":\"heart\"}");
    assert_has(last(fixture, 0), "\"code\":\"unknown-type\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HUB_TEST(the_others_hear_of_a_new_name),
        HUB_TEST(a_newcomer_finds_the_new_name),
        HUB_TEST(a_name_is_kept_while_its_member_is_away),
        HUB_TEST(a_return_brings_its_own_name),
        HUB_TEST(a_bad_name_changes_nothing),
        HUB_TEST(a_name_may_have_as_many_bytes_as_in_a_join),
        HUB_TEST(the_lobby_has_no_name_to_change),
        HUB_TEST(R19_who_changes_its_name_without_end_is_out_for_a_while),
        HUB_TEST(a_reaction_is_nothing_for_a_relay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
