/* hub_limits_test.c - the hub's limits against strangers: places, doors, ghosts and frames. */
/* SPDX-License-Identifier: MIT */
#include "hub_fixture.h"

static void start_anew(struct hub_fixture *fixture)
{
    pf_hub_free(fixture->hub);
    start_hub(fixture);
}

static void heard(struct hub_fixture *fixture, uint32_t client, uint32_t frames)
{
    const struct pf_hub_event event = {
        .type = PF_HUB_CLIENT_HEARD,
        .now_ms = fixture->now_ms,
        .unix_s = fixture->unix_s,
        .client = client,
        .frames = frames,
    };
    pf_hub_handle(fixture->hub, &event);
    drain(fixture);
}

static void a_member_that_never_spoke_makes_room_while_it_is_away(void **state)
{
    struct hub_fixture *fixture = *state;
    char ids[2][TEXT_MAX];
    for (uint32_t i = 0; i < 8; i++) {
        enter(fixture, i, "tea");
    }
    copy_member(fixture, 0, "joined", "self", ids[0]);
    copy_member(fixture, 3, "joined", "self", ids[1]);
    signal_to(fixture, 0, ids[1]);
    lose(fixture, 0, 1006);
    lose(fixture, 3, 1006);
    enter(fixture, 8, "tea");
    assert_has(last_of(fixture, 5, "left"), ids[1]); /* not the one that had spoken */
    assert_has(last_of(fixture, 5, "left"), "\"reason\":\"timeout\"");
    assert_has_not(last_of(fixture, 8, "joined"), ids[1]);
    assert_has(last_of(fixture, 8, "joined"), ids[0]);
    open_client(fixture, 9);
    join_as(fixture, 9, "tea", "Late", 1, NULL);
    assert_has(last(fixture, 9), "\"code\":\"room-full\"");
    assert_int_equal(pf_hub_counts(fixture->hub).members, 8);
}

/* Eight members: the first, and seven that have sent it a signal. */
static void fill_with_speakers(struct hub_fixture *fixture)
{
    char id[TEXT_MAX];
    enter(fixture, 0, "tea");
    copy_member(fixture, 0, "joined", "self", id);
    for (uint32_t i = 1; i < 8; i++) {
        enter(fixture, i, "tea");
        signal_to(fixture, i, id);
    }
}

static bool gets_in(struct hub_fixture *fixture, uint32_t client)
{
    open_client(fixture, client);
    join_as(fixture, client, "tea", "Late", 1, NULL);
    return strstr(last(fixture, client), "\"joined\"") != NULL;
}

static void a_member_is_waited_for_no_longer_than_it_was_there_when_others_wait(void **state)
{
    struct hub_fixture *fixture = *state;
    char id[TEXT_MAX];
    fill_with_speakers(fixture);
    copy_member(fixture, 7, "joined", "self", id);
    linger(fixture, 2000);
    lose(fixture, 7, 1006);
    linger(fixture, 2000);
    assert_false(gets_in(fixture, 8));
    linger(fixture, 1);
    assert_true(gets_in(fixture, 9));
    assert_has(last_of(fixture, 0, "left"), id);
}

static void coming_back_for_a_moment_does_not_keep_a_place(void **state)
{
    struct hub_fixture *fixture = *state;
    char ticket[TEXT_MAX];
    fill_with_speakers(fixture);
    copy_member(fixture, 7, "joined", "ticket", ticket);
    linger(fixture, 5000);
    lose(fixture, 7, 1006);
    linger(fixture, 4000); /* 1000 are left */
    open_client(fixture, 8);
    join_as(fixture, 8, "tea", "Eve", 1, ticket);
    assert_has(last(fixture, 8), "\"resumed\":true");
    linger(fixture, 100); /* and 100 more */
    lose(fixture, 8, 1006);
    linger(fixture, 1100);
    assert_false(gets_in(fixture, 9));
    linger(fixture, 1);
    assert_true(gets_in(fixture, 10));
}

static void who_was_there_for_long_is_waited_for_the_whole_grace_period(void **state)
{
    struct hub_fixture *fixture = *state;
    fill_with_speakers(fixture);
    linger(fixture, 10 * (uint64_t)fixture->config.grace_ms);
    lose(fixture, 7, 1006);
    linger(fixture, fixture->config.grace_ms - 1);
    assert_false(gets_in(fixture, 8));
    linger(fixture, 1);
    assert_true(gets_in(fixture, 9));
}

static void a_member_that_makes_room_has_lost_nothing_but_its_place(void **state)
{
    struct hub_fixture *fixture = *state;
    char ticket[TEXT_MAX];
    char id[TEXT_MAX];
    for (uint32_t i = 0; i < 8; i++) {
        enter(fixture, i, "tea");
    }
    copy_member(fixture, 3, "joined", "ticket", ticket);
    copy_member(fixture, 3, "joined", "self", id);
    lose(fixture, 3, 1006);
    enter(fixture, 8, "tea");
    say(fixture, 8, "{\"type\":\"leave\"}");
    open_client(fixture, 9);
    join_as(fixture, 9, "tea", "Ann", 4, ticket);
    assert_has(last(fixture, 9), "\"resumed\":true");
    assert_has(last(fixture, 9), id);
}

static void newcomers_at_a_door_do_not_lock_out_who_returns(void **state)
{
    struct hub_fixture *fixture = *state;
    char ticket[TEXT_MAX];
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    copy_member(fixture, 1, "joined", "ticket", ticket);
    say(fixture, 1, "{\"type\":\"leave\"}"); /* or its relay has restarted */
    for (uint32_t i = 0; i < 100; i++) {
        open_client(fixture, 2);
        join_as(fixture, 2, "tea", "Eve", 1, NULL);
        if (fixture->inboxes[2].closed == 0) {
            say(fixture, 2, "{\"type\":\"leave\"}");
        }
    }
    assert_int_equal(fixture->inboxes[2].closed, 1008);
    open_client(fixture, 3);
    join_as(fixture, 3, "tea", "Ann", 9, ticket);
    assert_has(last(fixture, 3), "\"resumed\":true");
}

static void a_ticket_is_no_way_to_join_in_a_loop(void **state)
{
    struct hub_fixture *fixture = *state;
    char ticket[TEXT_MAX];
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    copy_member(fixture, 1, "joined", "ticket", ticket);
    say(fixture, 1, "{\"type\":\"leave\"}");
    for (uint32_t i = 0; i < 66; i++) {
        open_client(fixture, 2);
        join_as(fixture, 2, "tea", "Eve", 1, ticket);
        if (i < 65) {
            say(fixture, 2, "{\"type\":\"leave\"}");
        }
    }
    assert_int_equal(fixture->inboxes[2].closed, 1008);
}

struct door {
    uint32_t asked, client;
    bool returns, opens;
};

static bool admit(void *user, uint32_t client, bool returns)
{
    struct door *door = user;
    door->asked++;
    door->client = client;
    door->returns = returns;
    return door->opens;
}

static void the_doorkeeper_is_asked_of_new_members_only(void **state)
{
    struct hub_fixture *fixture = *state;
    struct door door = {.opens = true};
    char ticket[TEXT_MAX];
    fixture->config.doorkeeper = (struct pf_hub_doorkeeper){.user = &door, .admit = admit};
    start_anew(fixture);
    enter(fixture, 5, "tea");
    assert_int_equal(door.asked, 1);
    assert_int_equal(door.client, 5);
    assert_false(door.returns);
    copy_member(fixture, 5, "joined", "ticket", ticket);
    enter(fixture, 6, "tea");
    lose(fixture, 5, 1006);
    door.opens = false;
    open_client(fixture, 5);
    join_as(fixture, 5, "tea", "Ann", 6, ticket); /* the room still has it */
    assert_has(last(fixture, 5), "\"resumed\":true");
    assert_int_equal(door.asked, 2);
    say(fixture, 5, "{\"type\":\"leave\"}");
    open_client(fixture, 5);
    join_as(fixture, 5, "tea", "Ann", 6, ticket);
    assert_true(door.returns);
    assert_has(last(fixture, 5), "\"code\":\"rate-limit\"");
    assert_int_equal(fixture->inboxes[5].closed, 1008);
    assert_int_equal(pf_hub_counts(fixture->hub).members, 1);
}

static void the_longest_wait_in_the_lobby_ends_when_all_places_are_taken(void **state)
{
    struct hub_fixture *fixture = *state;
    fixture->config.places = 4;
    start_anew(fixture);
    open_client(fixture, 0);
    open_client(fixture, 1);
    open_client(fixture, 2);
    open_client(fixture, 3);
    join_as(fixture, 0, "tea", "Ann", 1, NULL);
    open_client(fixture, 4);
    assert_int_equal(fixture->inboxes[0].closed, 0);
    assert_int_equal(fixture->inboxes[1].closed, 1001);
    lose(fixture, 3, 1000);
    open_client(fixture, 5);
    assert_int_equal(fixture->inboxes[2].closed, 0);
    open_client(fixture, 6);
    assert_int_equal(fixture->inboxes[2].closed, 1001);
    join_as(fixture, 4, "tea", "Bob", 2, NULL);
    join_as(fixture, 5, "tea", "Cem", 3, NULL);
    join_as(fixture, 6, "tea", "Dan", 4, NULL);
    give(fixture, PF_HUB_CLIENT_OPENED, 7, PF_SLICE(""), 0);
    assert_int_equal(fixture->inboxes[7].closed, 4002);
    assert_int_equal(pf_hub_counts(fixture->hub).clients, 4);
}

static void the_last_places_are_kept_for_who_returns(void **state)
{
    struct hub_fixture *fixture = *state;
    char ticket[TEXT_MAX];
    fixture->config.newcomers_max = 3;
    start_anew(fixture);
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    copy_member(fixture, 1, "joined", "ticket", ticket);
    say(fixture, 1, "{\"type\":\"leave\"}");
    enter(fixture, 2, "milk");
    enter(fixture, 3, "milk");
    open_client(fixture, 4);
    join_as(fixture, 4, "coffee", "Eve", 1, NULL);
    assert_has(last(fixture, 4), "\"code\":\"relay-full\"");
    assert_int_equal(fixture->inboxes[4].closed, 4002);
    open_client(fixture, 5);
    join_as(fixture, 5, "tea", "Ann", 2, ticket);
    assert_has(last(fixture, 5), "\"resumed\":true");
}

static void progress_within_a_message_is_a_sign_of_life(void **state)
{
    struct hub_fixture *fixture = *state;
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    for (int i = 0; i < 10; i++) {
        pass(fixture, 14000);
        heard(fixture, 0, 0);
    }
    assert_int_equal(fixture->inboxes[0].closed, 0);
    assert_int_equal(fixture->inboxes[1].closed, 1001);
    pass(fixture, 30000);
    assert_int_equal(fixture->inboxes[0].closed, 1001);
    heard(fixture, 0, 1); /* of a client that the hub has closed */
}

static void control_frames_and_fragments_count_as_messages(void **state)
{
    struct hub_fixture *fixture = *state;
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    heard(fixture, 0, 300);
    assert_int_equal(fixture->inboxes[0].closed, 0);
    heard(fixture, 0, 300);
    assert_has(last(fixture, 0), "\"code\":\"rate-limit\"");
    assert_int_equal(fixture->inboxes[0].closed, 1008);
    assert_has(last_of(fixture, 1, "member"), "\"away\":true");
    heard(fixture, 1, 100000);
    assert_int_equal(fixture->inboxes[1].closed, 1008);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HUB_TEST(a_member_that_never_spoke_makes_room_while_it_is_away),
        HUB_TEST(a_member_is_waited_for_no_longer_than_it_was_there_when_others_wait),
        HUB_TEST(coming_back_for_a_moment_does_not_keep_a_place),
        HUB_TEST(who_was_there_for_long_is_waited_for_the_whole_grace_period),
        HUB_TEST(a_member_that_makes_room_has_lost_nothing_but_its_place),
        HUB_TEST(newcomers_at_a_door_do_not_lock_out_who_returns),
        HUB_TEST(a_ticket_is_no_way_to_join_in_a_loop),
        HUB_TEST(the_doorkeeper_is_asked_of_new_members_only),
        HUB_TEST(the_longest_wait_in_the_lobby_ends_when_all_places_are_taken),
        HUB_TEST(the_last_places_are_kept_for_who_returns),
        HUB_TEST(progress_within_a_message_is_a_sign_of_life),
        HUB_TEST(control_frames_and_fragments_count_as_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
