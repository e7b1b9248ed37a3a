/* hub_host_test.c - the hub: who is host, and what hosts do to members. */
/* SPDX-License-Identifier: MIT */
#include "hub_hosts.h"
#include "relay/hub/rooms.h"

/* ---- who is host ---- */

static void the_first_in_a_room_is_its_host(void **state)
{
    struct hub_fixture *fixture = *state;
    enter(fixture, 0, "tea");
    assert_has(last_of(fixture, 0, "joined"), "\"role\":\"host\"");
    enter(fixture, 1, "tea");
    assert_has_not(last_of(fixture, 1, "joined"), "],\"role\":\"host\"");
    assert_has(last_of(fixture, 1, "joined"), "\"away\":false,\"role\":\"host\"");
    assert_has_not(last_of(fixture, 0, "member"), "role");
}

static void R11_when_the_host_leaves_the_role_passes_to_who_was_there_longest(void **state)
{
    struct hub_fixture *fixture = *state;
    for (uint32_t i = 0; i < 3; i++) {
        enter(fixture, i, "tea");
    }
    say(fixture, 0, "{\"type\":\"leave\"}");
    assert_has(last_of(fixture, 1, "room"), "\"role\":\"host\"");
    assert_has(last_of(fixture, 2, "member"), "\"role\":\"host\"");
    assert_null(last_of(fixture, 2, "room"));
}

static void a_client_that_cannot_be_a_host_does_not_become_one(void **state)
{
    struct hub_fixture *fixture = *state;
    open_client(fixture, 0);
    join_as_guest(fixture, 0, NULL);
    assert_has_not(last_of(fixture, 0, "joined"), "role");
    enter(fixture, 1, "tea");
    assert_has(last_of(fixture, 1, "joined"), "],\"role\":\"host\"");
    enter(fixture, 2, "tea");
    say(fixture, 1, "{\"type\":\"leave\"}");
    assert_null(last_of(fixture, 0, "room"));
    assert_has(last_of(fixture, 2, "room"), "\"role\":\"host\"");
}

static void the_role_does_not_pass_to_who_is_away(void **state)
{
    struct hub_fixture *fixture = *state;
    for (uint32_t i = 0; i < 3; i++) {
        enter(fixture, i, "tea");
    }
    lose(fixture, 1, 1006);
    say(fixture, 0, "{\"type\":\"leave\"}");
    assert_has(last_of(fixture, 2, "room"), "\"role\":\"host\"");
}

static void who_returns_to_a_room_without_a_host_is_host(void **state)
{
    struct hub_fixture *fixture = *state;
    char ticket[TEXT_MAX];
    open_client(fixture, 0);
    join_as_guest(fixture, 0, NULL);
    enter(fixture, 1, "tea");
    enter(fixture, 2, "tea");
    copy_member(fixture, 2, "joined", "ticket", ticket);
    lose(fixture, 2, 1006);
    say(fixture, 1, "{\"type\":\"leave\"}");
    return_as(fixture, 2, "Cem", ticket);
    assert_has(last_of(fixture, 2, "joined"), "],\"role\":\"host\"");
}

static void a_host_that_returns_with_another_client_may_not_be_one_any_more(void **state)
{
    struct hub_fixture *fixture = *state;
    char ticket[TEXT_MAX];
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    copy_member(fixture, 0, "joined", "ticket", ticket);
    open_client(fixture, 2);
    join_as_guest(fixture, 2, ticket);
    assert_has_not(last_of(fixture, 2, "joined"), "],\"role\"");
    assert_has(last_of(fixture, 1, "room"), "\"role\":\"host\"");
}

static void where_nobody_is_left_who_can_be_host_the_door_opens(void **state)
{
    struct hub_fixture *fixture = *state;
    enter(fixture, 0, "tea");
    open_client(fixture, 1);
    join_as_guest(fixture, 1, NULL);
    enter(fixture, 2, "tea");
    host(fixture, 0, "lock", NULL);
    knock(fixture, 3);
    lose(fixture, 2, 1006);
    say(fixture, 0, "{\"type\":\"leave\"}");
    assert_null(last_of(fixture, 3, "joined")); /* who is away may return */
    linger(fixture, fixture->config.grace_ms);
    assert_has(last_of(fixture, 3, "joined"), "],\"role\":\"host\"");
    assert_has_not(last_of(fixture, 3, "joined"), "door");
}

static void a_host_that_is_away_stays_host_until_its_grace_is_over(void **state)
{
    struct hub_fixture *fixture = *state;
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    lose(fixture, 0, 1006);
    pass(fixture, fixture->config.grace_ms - 1);
    say(fixture, 1, "{\"type\":\"pong\"}");
    assert_null(last_of(fixture, 1, "room"));
    pass(fixture, 1);
    assert_has(last_of(fixture, 1, "room"), "\"role\":\"host\"");
}

static void a_host_hands_the_role_over(void **state)
{
    struct hub_fixture *fixture = *state;
    char bob[TEXT_MAX];
    for (uint32_t i = 0; i < 3; i++) {
        enter(fixture, i, "tea");
    }
    copy_self(fixture, 1, bob);
    host(fixture, 0, "appoint", bob);
    assert_has_not(last_of(fixture, 0, "room"), "role");
    assert_has(last_of(fixture, 1, "room"), "\"role\":\"host\"");
    assert_int_equal(count_of(fixture, 2, "member"), 2);
    host(fixture, 0, "lock", NULL);
    assert_has(last(fixture, 0), "\"code\":\"not-host\"");
    host(fixture, 1, "lock", NULL);
    assert_has(last_of(fixture, 2, "room"), "\"door\":\"locked\"");
}

static void nobody_else_acts_as_host(void **state)
{
    static const char *const actions[] = {"open",   "lock", "admit",  "refuse",
                                          "remove", "mute", "appoint"};
    struct hub_fixture *fixture = *state;
    char ann[TEXT_MAX];
    enter(fixture, 0, "tea");
    copy_self(fixture, 0, ann);
    enter(fixture, 1, "tea");
    forget_texts(fixture, 0);
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        host(fixture, 1, actions[i], ann);
        assert_has(last(fixture, 1), "\"code\":\"not-host\"");
    }
    assert_int_equal(fixture->inboxes[0].count, 0);
    open_client(fixture, 2);
    host(fixture, 2, "lock", NULL);
    assert_has(last(fixture, 2), "\"code\":\"not-joined\"");
}

static void what_a_host_says_wrongly_is_told(void **state)
{
    struct hub_fixture *fixture = *state;
    char ann[TEXT_MAX];
    enter(fixture, 0, "tea");
    copy_self(fixture, 0, ann);
    host(fixture, 0, "dance", NULL);
    assert_has(last(fixture, 0), "\"code\":\"bad-message\"");
    static const char *const actions[] = {"admit", "refuse", "remove", "appoint"};
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        host(fixture, 0, actions[i], "00000000000000e5");
        assert_has(last(fixture, 0), "\"code\":\"no-such-member\"");
        host(fixture, 0, actions[i], ann);
        assert_has(last(fixture, 0), "\"code\":\"no-such-member\"");
        host(fixture, 0, actions[i], NULL);
        assert_has(last(fixture, 0), "\"code\":\"no-such-member\"");
    }
    open_client(fixture, 1);
    join_as_guest(fixture, 1, NULL);
    copy_self(fixture, 1, ann);
    host(fixture, 0, "appoint", ann);
    assert_has(last(fixture, 0), "\"code\":\"no-such-member\"");
}

/* ---- removing and muting ---- */

static void who_is_removed_does_not_come_back_by_the_ticket(void **state)
{
    struct hub_fixture *fixture = *state;
    char ticket[TEXT_MAX];
    char eve[TEXT_MAX];
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    enter(fixture, 2, "tea");
    copy_self(fixture, 1, eve);
    copy_member(fixture, 1, "joined", "ticket", ticket);
    host(fixture, 0, "remove", eve);
    assert_has(last(fixture, 1), "\"code\":\"removed\"");
    assert_int_equal(fixture->inboxes[1].closed, 4006);
    assert_has(last_of(fixture, 2, "left"), eve);
    open_client(fixture, 3);
    join_as(fixture, 3, "tea", "Eve", 2, ticket);
    assert_has(last(fixture, 3), "\"code\":\"removed\"");
    assert_int_equal(pf_hub_counts(fixture->hub).members, 2);
}

static void who_is_away_is_removed_too(void **state)
{
    struct hub_fixture *fixture = *state;
    char eve[TEXT_MAX];
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    copy_self(fixture, 1, eve);
    lose(fixture, 1, 1006);
    host(fixture, 0, "remove", eve);
    assert_has(last_of(fixture, 0, "left"), eve);
    assert_int_equal(pf_hub_counts(fixture->hub).members, 1);
}

static void only_the_last_sixteen_are_remembered_as_removed(void **state)
{
    struct hub_fixture *fixture = *state;
    char tickets[PF_HUB_REMOVED_MAX + 1][TEXT_MAX];
    char id[TEXT_MAX];
    enter(fixture, 0, "tea");
    for (size_t i = 0; i <= PF_HUB_REMOVED_MAX; i++) {
        enter(fixture, 1, "tea");
        copy_self(fixture, 1, id);
        copy_member(fixture, 1, "joined", "ticket", tickets[i]);
        host(fixture, 0, "remove", id);
    }
    for (size_t i = 0; i <= PF_HUB_REMOVED_MAX; i++) {
        open_client(fixture, 1);
        join_as(fixture, 1, "tea", "Eve", 2, tickets[i]);
        assert_has(last(fixture, 1), i == 0 ? "\"resumed\":true" : "\"code\":\"removed\"");
        if (i == 0) {
            say(fixture, 1, "{\"type\":\"leave\"}");
        }
    }
}

static void a_host_asks_all_others_for_quiet(void **state)
{
    struct hub_fixture *fixture = *state;
    char ann[TEXT_MAX];
    for (uint32_t i = 0; i < 3; i++) {
        enter(fixture, i, "tea");
    }
    copy_self(fixture, 0, ann);
    host(fixture, 0, "mute", NULL);
    assert_has(last_of(fixture, 1, "mute"), ann);
    assert_has(last_of(fixture, 2, "mute"), ann);
    assert_null(last_of(fixture, 0, "mute"));
}

static void a_host_that_acts_too_often_loses_its_connection(void **state)
{
    struct hub_fixture *fixture = *state;
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    for (int i = 0; i < 40; i++) {
        host(fixture, 0, i % 2 == 0 ? "lock" : "open", NULL);
    }
    assert_int_equal(fixture->inboxes[0].closed, 0);
    host(fixture, 0, "lock", NULL);
    assert_has(last(fixture, 0), "\"code\":\"rate-limit\"");
    assert_int_equal(fixture->inboxes[0].closed, 1008);
    assert_has_not(last_of(fixture, 1, "room"), "door");
}

static void a_host_may_act_four_times_a_second(void **state)
{
    struct hub_fixture *fixture = *state;
    enter(fixture, 0, "tea");
    for (int i = 0; i < 400; i++) {
        host(fixture, 0, "mute", NULL);
        linger(fixture, 250);
    }
    assert_int_equal(fixture->inboxes[0].closed, 0);
}

/* ---- a relay that has been restarted ---- */

static void a_restarted_relay_learns_from_tickets_who_was_there_and_the_lock(void **state)
{
    struct hub_fixture *fixture = *state;
    char tickets[2][TEXT_MAX];
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    host(fixture, 0, "lock", NULL);
    copy_member(fixture, 0, "room", "ticket", tickets[0]);
    copy_member(fixture, 1, "room", "ticket", tickets[1]);
    restart_hub(fixture);
    knock(fixture, 2); /* a stranger comes first, and is host */
    assert_has(last_of(fixture, 2, "joined"), "\"role\":\"host\"");
    return_as(fixture, 1, "Bob", tickets[1]);
    assert_has(last_of(fixture, 1, "joined"), "],\"role\":\"host\",\"door\":\"locked\"");
    assert_has(last_of(fixture, 2, "room"), "\"door\":\"locked\"");
    assert_has_not(last_of(fixture, 2, "room"), "role");
    return_as(fixture, 0, "Ann", tickets[0]);
    assert_has_not(last_of(fixture, 0, "joined"), "],\"role\"");
}

static void the_first_to_return_is_host_of_a_restarted_room(void **state)
{
    struct hub_fixture *fixture = *state;
    char ticket[TEXT_MAX];
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    copy_member(fixture, 1, "joined", "ticket", ticket);
    restart_hub(fixture);
    return_as(fixture, 1, "Bob", ticket);
    assert_has(last_of(fixture, 1, "joined"), "],\"role\":\"host\"");
}

static void a_ticket_of_a_host_makes_nobody_host_of_another_room_of_that_name(void **state)
{
    struct hub_fixture *fixture = *state;
    char ticket[TEXT_MAX];
    leave_for_good(fixture, ticket);
    pass(fixture, fixture->config.grace_ms);
    enter(fixture, 1, "tea");
    return_as(fixture, 0, "Ann", ticket);
    assert_has_not(last_of(fixture, 0, "joined"), "],\"role\"");
    assert_has_not(last_of(fixture, 1, "room"), "\"role\":\"member\"");
}

static void long_after_a_restart_a_ticket_from_before_is_an_old_one(void **state)
{
    struct hub_fixture *fixture = *state;
    char ticket[TEXT_MAX];
    leave_for_good(fixture, ticket);
    restart_hub(fixture);
    open_client(fixture, 1);
    pass(fixture, fixture->config.grace_ms);
    say(fixture, 1, "{\"type\":\"pong\"}");
    join_as(fixture, 1, "tea", "Bob", 1, NULL);
    return_as(fixture, 0, "Ann", ticket);
    assert_has_not(last_of(fixture, 0, "joined"), "],\"role\"");
}

static void a_restarted_room_is_not_given_to_a_client_that_cannot_be_a_host(void **state)
{
    struct hub_fixture *fixture = *state;
    char ticket[TEXT_MAX];
    leave_for_good(fixture, ticket);
    restart_hub(fixture);
    enter(fixture, 1, "tea");
    open_client(fixture, 0);
    join_as_guest(fixture, 0, ticket);
    assert_has_not(last_of(fixture, 0, "joined"), "],\"role\"");
}

/* ---- with tokens ---- */

static enum pf_token_verdict judge(void *user, struct pf_slice token, struct pf_slice room,
                                   uint64_t unix_s, struct pf_token_claims *out)
{
    (void)user;
    (void)room;
    (void)unix_s;
    *out = (struct pf_token_claims){.is_host = pf_slice_equal(token, PF_SLICE("host"))};
    return PF_TOKEN_GOOD;
}

static void where_tokens_are_asked_for_they_say_who_is_host(void **state)
{
    struct hub_fixture *fixture = *state;
    fixture->config.tokens = (struct pf_token_judge){.judge = judge};
    restart_hub(fixture);
    enter_with_token(fixture, 0, "member", NULL);
    assert_has_not(last_of(fixture, 0, "joined"), "role");
    enter_with_token(fixture, 1, "host", NULL);
    assert_has(last_of(fixture, 1, "joined"), "],\"role\":\"host\"");
    host(fixture, 1, "lock", NULL);
    enter_with_token(fixture, 2, "host", NULL); /* passes the door */
    char second[TEXT_MAX];
    copy_self(fixture, 2, second);
    host(fixture, 1, "appoint", second); /* is one already */
    assert_has_not(last_of(fixture, 1, "room"), "role");
    assert_has(last_of(fixture, 2, "joined"), "],\"role\":\"host\"");
    say(fixture, 1, "{\"type\":\"leave\"}");
    say(fixture, 2, "{\"type\":\"leave\"}");
    pass(fixture, fixture->config.ping_ms);
    assert_has_not(last_of(fixture, 0, "room"), "role");
    enter_with_token(fixture, 3, "member", NULL);
    assert_string_equal(last(fixture, 3), "{\"type\":\"knocking\"}");
}

static void where_tokens_are_asked_for_tickets_say_nothing_of_the_door(void **state)
{
    struct hub_fixture *fixture = *state;
    char ticket[TEXT_MAX];
    fixture->config.tokens = (struct pf_token_judge){.judge = judge};
    restart_hub(fixture);
    enter_with_token(fixture, 0, "host", NULL);
    host(fixture, 0, "lock", NULL);
    copy_member(fixture, 0, "room", "ticket", ticket);
    restart_hub(fixture);
    enter_with_token(fixture, 0, "member", ticket);
    assert_has_not(last_of(fixture, 0, "joined"), "role");
    assert_has_not(last_of(fixture, 0, "joined"), "door");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HUB_TEST(the_first_in_a_room_is_its_host),
        HUB_TEST(R11_when_the_host_leaves_the_role_passes_to_who_was_there_longest),
        HUB_TEST(a_client_that_cannot_be_a_host_does_not_become_one),
        HUB_TEST(the_role_does_not_pass_to_who_is_away),
        HUB_TEST(who_returns_to_a_room_without_a_host_is_host),
        HUB_TEST(a_host_that_returns_with_another_client_may_not_be_one_any_more),
        HUB_TEST(where_nobody_is_left_who_can_be_host_the_door_opens),
        HUB_TEST(a_host_that_is_away_stays_host_until_its_grace_is_over),
        HUB_TEST(a_host_hands_the_role_over),
        HUB_TEST(nobody_else_acts_as_host),
        HUB_TEST(what_a_host_says_wrongly_is_told),
        HUB_TEST(who_is_removed_does_not_come_back_by_the_ticket),
        HUB_TEST(who_is_away_is_removed_too),
        HUB_TEST(only_the_last_sixteen_are_remembered_as_removed),
        HUB_TEST(a_host_asks_all_others_for_quiet),
        HUB_TEST(a_host_that_acts_too_often_loses_its_connection),
        HUB_TEST(a_host_may_act_four_times_a_second),
        HUB_TEST(a_restarted_relay_learns_from_tickets_who_was_there_and_the_lock),
        HUB_TEST(the_first_to_return_is_host_of_a_restarted_room),
        HUB_TEST(a_ticket_of_a_host_makes_nobody_host_of_another_room_of_that_name),
        HUB_TEST(long_after_a_restart_a_ticket_from_before_is_an_old_one),
        HUB_TEST(a_restarted_room_is_not_given_to_a_client_that_cannot_be_a_host),
        HUB_TEST(where_tokens_are_asked_for_they_say_who_is_host),
        HUB_TEST(where_tokens_are_asked_for_tickets_say_nothing_of_the_door),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
