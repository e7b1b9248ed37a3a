/* hub_time_test.c - heartbeats, grace periods, and determinism. */
/* SPDX-License-Identifier: MIT */
#include "hub_fixture.h"

static void an_empty_hub_has_no_deadline(void **state)
{
    struct hub_fixture *fixture = *state;
    assert_true(pf_hub_deadline_ms(fixture->hub) == PF_DEADLINE_NONE);
    enter(fixture, 0, "tea");
    say(fixture, 0, "{\"type\":\"leave\"}");
    assert_true(pf_hub_deadline_ms(fixture->hub) == PF_DEADLINE_NONE);
}

static void each_client_is_pinged_at_every_interval(void **state)
{
    struct hub_fixture *fixture = *state;
    open_client(fixture, 0);
    pass(fixture, 14999);
    assert_int_equal(count_of(fixture, 0, "ping"), 0);
    pass(fixture, 1);
    assert_int_equal(count_of(fixture, 0, "ping"), 1);
    for (int i = 0; i < 10; i++) {
        say(fixture, 0, "{\"type\":\"pong\"}");
        pass(fixture, 15000);
    }
    assert_int_equal(count_of(fixture, 0, "ping"), 11);
    assert_true(fixture->inboxes[0].closed == 0);
}

static void a_client_that_is_silent_for_two_intervals_is_dropped(void **state)
{
    struct hub_fixture *fixture = *state;
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    pass(fixture, 15000);
    pass(fixture, 100);
    say(fixture, 0, "{\"type\":\"pong\"}");
    say(fixture, 1, "{\"type\":\"pong\"}");
    pass(fixture, 15000);
    say(fixture, 1, "{\"type\":\"pong\"}");
    pass(fixture, 14999);
    assert_true(fixture->inboxes[0].closed == 0);
    pass(fixture, 1);
    assert_int_equal(fixture->inboxes[0].closed, 1001);
    assert_has(last_of(fixture, 1, "member"), "\"away\":true");
    assert_null(last_of(fixture, 1, "left"));
}

static void a_member_that_does_not_return_has_left(void **state)
{
    struct hub_fixture *fixture = *state;
    char id[TEXT_MAX];
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    copy_member(fixture, 0, "joined", "self", id);
    lose(fixture, 0, 1006);
    assert_has(last(fixture, 1), "\"away\":true");
    pass(fixture, 19999);
    assert_null(last_of(fixture, 1, "left"));
    pass(fixture, 1);
    assert_has(last_of(fixture, 1, "left"), "\"reason\":\"timeout\"");
    assert_has(last_of(fixture, 1, "left"), id);
    assert_int_equal(pf_hub_counts(fixture->hub).members, 1);
}

static void a_page_that_goes_away_has_a_grace_period_of_five_seconds(void **state)
{
    struct hub_fixture *fixture = *state;
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    lose(fixture, 0, 1001);
    pass(fixture, 4999);
    assert_null(last_of(fixture, 1, "left"));
    pass(fixture, 1);
    assert_non_null(last_of(fixture, 1, "left"));
}

static void a_shorter_grace_period_also_applies_to_a_page_that_goes_away(void **state)
{
    struct hub_fixture *fixture = *state;
    fixture->config.grace_ms = 300;
    restart_hub(fixture);
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    lose(fixture, 0, 1001);
    pass(fixture, 300);
    assert_non_null(last_of(fixture, 1, "left"));
}

static void a_member_that_returns_in_time_has_not_left(void **state)
{
    struct hub_fixture *fixture = *state;
    char ticket[TEXT_MAX];
    fixture->config.ping_ms = 1000000;
    restart_hub(fixture);
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    copy_member(fixture, 0, "joined", "ticket", ticket);
    lose(fixture, 0, 1006);
    pass(fixture, 19999);
    open_client(fixture, 2);
    join_as(fixture, 2, "tea", "Ann", 1, ticket);
    pass(fixture, 100000);
    assert_null(last_of(fixture, 1, "left"));
    assert_int_equal(pf_hub_counts(fixture->hub).members, 2);
}

static void a_room_that_all_members_lost_is_deleted_and_rebuilt_from_tickets(void **state)
{
    struct hub_fixture *fixture = *state;
    char ticket[TEXT_MAX];
    char id[TEXT_MAX];
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    copy_member(fixture, 0, "joined", "ticket", ticket);
    copy_member(fixture, 0, "joined", "self", id);
    lose(fixture, 0, 1006);
    assert_int_equal(pf_hub_counts(fixture->hub).members, 2);
    lose(fixture, 1, 1006);
    assert_int_equal(pf_hub_counts(fixture->hub).members, 0);
    assert_int_equal(pf_hub_counts(fixture->hub).rooms, 0);
    assert_true(pf_hub_deadline_ms(fixture->hub) == PF_DEADLINE_NONE);
    open_client(fixture, 2);
    join_as(fixture, 2, "tea", "Ann", 1, ticket);
    assert_has(last_of(fixture, 2, "joined"), id);
}

static void away_members_are_removed_with_the_last_connected_one(void **state)
{
    struct hub_fixture *fixture = *state;
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    lose(fixture, 0, 1006);
    say(fixture, 1, "{\"type\":\"leave\"}");
    assert_int_equal(pf_hub_counts(fixture->hub).rooms, 0);
    assert_true(pf_hub_deadline_ms(fixture->hub) == PF_DEADLINE_NONE);
}

static void a_late_timeout_handles_everything_that_was_due(void **state)
{
    struct hub_fixture *fixture = *state;
    for (uint32_t i = 0; i < 8; i++) {
        enter(fixture, i, "tea");
    }
    fixture->now_ms += 1000000;
    give(fixture, PF_HUB_TIMEOUT, 0, PF_SLICE(""), 0);
    for (uint32_t i = 0; i < 8; i++) {
        assert_int_equal(fixture->inboxes[i].closed, 1001);
    }
    pass(fixture, 20000);
    assert_int_equal(pf_hub_counts(fixture->hub).members, 0);
}

/* One random step of a random client. */
static void step_at_random(struct hub_fixture *fixture)
{
    static const char *const texts[] = {
        "{\"type\":\"ping\"}",
        "{\"type\":\"leave\"}",
        "{\"type\":\"pong\"}",
        "{",
        "",
        "{\"type\":\"signal\",\"to\":\"00000000000000b2\"}",
    };
    static const char *const rooms[] = {"one", "two", "three"};
    const uint32_t client = pf_random_below(&fixture->random, CLIENTS_MAX);
    struct hub_inbox *inbox = &fixture->inboxes[client];
    char text[TEXT_MAX];
    if (inbox->closed != 0) {
        open_client(fixture, client);
        return;
    }
    switch (pf_random_below(&fixture->random, 8)) {
    case 0: lose(fixture, client, pf_random_below(&fixture->random, 2) == 0 ? 1001 : 1006); return;
    case 1: pass(fixture, pf_random_below(&fixture->random, 9000)); return;
    case 2: say(fixture, client, texts[pf_random_below(&fixture->random, 6)]); return;
    case 3:
    case 4:
        if (last_of(fixture, client, "member")) {
            copy_member(fixture, client, "member", "id", text);
            signal_to(fixture, client, text);
        }
        return;
    default:
        text[0] = '\0';
        for (uint32_t i = 0; i < CLIENTS_MAX && text[0] == '\0'; i++) {
            const uint32_t from = (client + i) % CLIENTS_MAX;
            if (pf_random_below(&fixture->random, 4) == 0 && last_of(fixture, from, "joined")) {
                copy_member(fixture, from, "joined", "ticket", text);
            }
        }
        join_as(fixture, client, rooms[pf_random_below(&fixture->random, 3)], "Ann",
                1 + pf_random_below(&fixture->random, 9), text[0] != '\0' ? text : NULL);
        return;
    }
}

static uint64_t run_at_random(uint64_t seed)
{
    struct hub_fixture *fixture = new_fixture();
    pf_random_seed(&fixture->random, seed);
    for (uint32_t i = 0; i < CLIENTS_MAX; i++) {
        fixture->inboxes[i].closed = 1000;
    }
    for (int i = 0; i < 1000; i++) {
        step_at_random(fixture);
    }
    for (uint32_t i = 0; i < CLIENTS_MAX; i++) {
        if (fixture->inboxes[i].closed == 0) {
            lose(fixture, i, 1006);
        }
    }
    pass(fixture, 20000);
    const struct pf_hub_counts counts = pf_hub_counts(fixture->hub);
    assert_int_equal(counts.clients, 0);
    assert_int_equal(counts.members, 0);
    assert_int_equal(counts.rooms, 0);
    assert_true(pf_hub_deadline_ms(fixture->hub) == PF_DEADLINE_NONE);
    const uint64_t result = fixture->digest;
    free_fixture(fixture);
    return result;
}

static void the_same_events_give_the_same_outputs_and_leak_nothing(void **state)
{
    (void)state; /* a hub for each run */
    for (uint64_t seed = 1; seed <= 20; seed++) {
        assert_true(run_at_random(seed) == run_at_random(seed));
    }
    assert_true(run_at_random(1) != run_at_random(2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HUB_TEST(an_empty_hub_has_no_deadline),
        HUB_TEST(each_client_is_pinged_at_every_interval),
        HUB_TEST(a_client_that_is_silent_for_two_intervals_is_dropped),
        HUB_TEST(a_member_that_does_not_return_has_left),
        HUB_TEST(a_page_that_goes_away_has_a_grace_period_of_five_seconds),
        HUB_TEST(a_shorter_grace_period_also_applies_to_a_page_that_goes_away),
        HUB_TEST(a_member_that_returns_in_time_has_not_left),
        HUB_TEST(a_room_that_all_members_lost_is_deleted_and_rebuilt_from_tickets),
        HUB_TEST(away_members_are_removed_with_the_last_connected_one),
        HUB_TEST(a_late_timeout_handles_everything_that_was_due),
        cmocka_unit_test(the_same_events_give_the_same_outputs_and_leak_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
