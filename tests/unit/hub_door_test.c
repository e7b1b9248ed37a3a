/* hub_door_test.c - the hub: locked rooms, and who knocks. */
/* SPDX-License-Identifier: MIT */
#include "hub_hosts.h"

static void at_a_locked_door_newcomers_knock_and_a_host_admits_them(void **state)
{
    struct hub_fixture *fixture = *state;
    char id[TEXT_MAX];
    lock(fixture);
    knock(fixture, 1);
    assert_string_equal(last(fixture, 1), "{\"type\":\"knocking\"}");
    assert_has(last(fixture, 0), "\"name\":\"Eve\"");
    copy_knock(fixture, id);
    host(fixture, 0, "admit", id);
    assert_has(last_of(fixture, 1, "joined"), "\"door\":\"locked\"");
    assert_has(last_of(fixture, 0, "member"), "\"name\":\"Eve\"");
    assert_has_not(last_of(fixture, 0, "room"), "knocks");
    host(fixture, 0, "admit", id);
    assert_has(last(fixture, 0), "\"code\":\"no-such-member\"");
}

static void a_client_without_capabilities_knocks_too(void **state)
{
    struct hub_fixture *fixture = *state;
    lock(fixture);
    open_client(fixture, 1);
    join_as_guest(fixture, 1, NULL);
    host(fixture, 0, "open", NULL);
    assert_has(last_of(fixture, 0, "member"), "\"name\":\"Guest\"");
}

static void R9_a_host_refuses_who_knocks(void **state)
{
    struct hub_fixture *fixture = *state;
    char id[TEXT_MAX];
    lock(fixture);
    knock(fixture, 1);
    copy_knock(fixture, id);
    host(fixture, 0, "refuse", id);
    assert_has(last(fixture, 1), "\"code\":\"refused\"");
    assert_int_equal(fixture->inboxes[1].closed, 4005);
    assert_has_not(last_of(fixture, 0, "room"), "knocks");
    assert_int_equal(pf_hub_counts(fixture->hub).members, 1);
}

static void who_gives_up_knocking_is_forgotten(void **state)
{
    struct hub_fixture *fixture = *state;
    lock(fixture);
    knock(fixture, 1);
    knock(fixture, 2);
    lose(fixture, 1, 1001);
    assert_has(last_of(fixture, 0, "room"), "\"knocks\":[{");
    say(fixture, 2, "{\"type\":\"leave\"}");
    assert_has_not(last_of(fixture, 0, "room"), "knocks");
}

static void who_knocks_waits_through_pings(void **state)
{
    struct hub_fixture *fixture = *state;
    lock(fixture);
    knock(fixture, 1);
    for (int i = 0; i < 5; i++) {
        pass(fixture, fixture->config.ping_ms);
        say(fixture, 0, "{\"type\":\"pong\"}");
        say(fixture, 1, "{\"type\":\"pong\"}");
    }
    assert_null(last_of(fixture, 1, "joined"));
    assert_int_equal(fixture->inboxes[1].closed, 0);
}

static void of_two_who_knock_the_second_may_go_or_enter_first(void **state)
{
    struct hub_fixture *fixture = *state;
    char id[TEXT_MAX];
    lock(fixture);
    knock(fixture, 1);
    knock(fixture, 2);
    lose(fixture, 2, 1006);
    assert_has(last_of(fixture, 0, "room"), "\"name\":\"Eve\"}],");
    open_client(fixture, 2);
    say(fixture, 2,
        "{\"type\":\"join\",\"room\":\"tea\",\"name\":\"\",\"instance\":2,"
        "\"capabilities\":[\"x\"]}");
    const char *second = strstr(last_of(fixture, 0, "room"), "\"name\":\"\"");
    assert_non_null(second);
    memcpy(id, second - PF_MEMBER_ID_DIGITS - 2, PF_MEMBER_ID_DIGITS);
    id[PF_MEMBER_ID_DIGITS] = '\0';
    host(fixture, 0, "admit", id);
    assert_non_null(last_of(fixture, 2, "joined"));
    assert_has(last_of(fixture, 0, "member"), "\"capabilities\":[\"x\"]");
    assert_null(last_of(fixture, 1, "joined"));
}

static void who_is_admitted_to_a_room_that_has_filled_up_is_told_so(void **state)
{
    struct hub_fixture *fixture = *state;
    fixture->config.members_max = 2;
    restart_hub(fixture);
    lock(fixture);
    knock(fixture, 1);
    knock(fixture, 2);
    host(fixture, 0, "open", NULL);
    assert_non_null(last_of(fixture, 1, "joined"));
    assert_has(last(fixture, 2), "\"code\":\"room-full\"");
}

static void knocking_is_limited_as_entering_is(void **state)
{
    struct hub_fixture *fixture = *state;
    lock(fixture);
    for (int i = 0; i < 64; i++) {
        knock(fixture, 1);
        lose(fixture, 1, 1006);
    }
    knock(fixture, 1); /* the host took one of the 65 places, too */
    lose(fixture, 1, 1006);
    knock(fixture, 1);
    assert_has(last(fixture, 1), "\"code\":\"rate-limit\"");
}

static void an_opened_door_lets_all_in(void **state)
{
    struct hub_fixture *fixture = *state;
    lock(fixture);
    knock(fixture, 1);
    knock(fixture, 2);
    host(fixture, 0, "open", NULL);
    assert_non_null(last_of(fixture, 1, "joined"));
    assert_non_null(last_of(fixture, 2, "joined"));
    assert_has_not(last_of(fixture, 2, "joined"), "door");
    knock(fixture, 3);
    assert_non_null(last_of(fixture, 3, "joined"));
}

static void when_everybody_has_gone_who_knocks_enters_a_new_room(void **state)
{
    struct hub_fixture *fixture = *state;
    lock(fixture);
    knock(fixture, 1);
    say(fixture, 0, "{\"type\":\"leave\"}");
    assert_has(last_of(fixture, 1, "joined"), "\"members\":[],\"role\":\"host\"}");
}

static void members_that_return_pass_a_locked_door(void **state)
{
    struct hub_fixture *fixture = *state;
    char ticket[TEXT_MAX];
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    host(fixture, 0, "lock", NULL);
    copy_member(fixture, 1, "joined", "ticket", ticket);
    say(fixture, 1, "{\"type\":\"leave\"}");
    open_client(fixture, 2);
    join_as(fixture, 2, "tea", "Bob", 2, ticket);
    assert_has(last_of(fixture, 2, "joined"), "\"resumed\":true");
}

static void a_door_has_room_for_eight(void **state)
{
    struct hub_fixture *fixture = *state;
    lock(fixture);
    for (uint32_t i = 1; i <= PF_KNOCKS_MAX; i++) {
        knock(fixture, i);
        assert_string_equal(last(fixture, i), "{\"type\":\"knocking\"}");
    }
    knock(fixture, PF_KNOCKS_MAX + 1);
    assert_has(last(fixture, PF_KNOCKS_MAX + 1), "\"code\":\"rate-limit\"");
    say(fixture, 1, "{\"type\":\"join\",\"room\":\"tea\",\"name\":\"\",\"instance\":1}");
    assert_has(last(fixture, 1), "\"code\":\"already-joined\"");
}

static void a_full_door_says_so(void **state)
{
    struct hub_fixture *fixture = *state;
    lock(fixture);
    for (uint32_t i = 1; i <= PF_KNOCKS_MAX + 1; i++) {
        knock(fixture, i);
    }
    assert_has(last(fixture, PF_KNOCKS_MAX + 1), "too many wait at the door");
}

/* A doorkeeper that counts, for clients of whom those with odd numbers share an address. */
static bool admit(void *user, uint32_t client, bool returns)
{
    (void)client;
    (void)returns;
    ++*(int *)user;
    return true;
}

static uint64_t address_of(void *user, uint32_t client)
{
    (void)user;
    return client % 2;
}

static void one_address_has_three_places_at_a_door(void **state)
{
    struct hub_fixture *fixture = *state;
    int asked = 0;
    fixture->config.doorkeeper = (struct pf_hub_doorkeeper){&asked, admit, address_of};
    restart_hub(fixture);
    lock(fixture);
    for (uint32_t i = 2; i <= 8; i += 2) {
        knock(fixture, i); /* of no address that is known */
        assert_string_equal(last(fixture, i), "{\"type\":\"knocking\"}");
    }
    for (uint32_t i = 1; i <= 7; i += 2) {
        knock(fixture, i);
    }
    assert_string_equal(last(fixture, 5), "{\"type\":\"knocking\"}");
    assert_has(last(fixture, 7), "too many of this address wait at the door");
    assert_int_equal(asked, 8); /* it was not counted */
}

static void who_has_knocked_is_not_counted_again(void **state)
{
    struct hub_fixture *fixture = *state;
    char id[TEXT_MAX];
    int asked = 0;
    fixture->config.doorkeeper = (struct pf_hub_doorkeeper){&asked, admit, address_of};
    restart_hub(fixture);
    lock(fixture);
    for (int i = 1; i < 64; i++) {
        knock(fixture, 1);
        lose(fixture, 1, 1006);
    }
    knock(fixture, 1); /* the host took one of the 65 places, too */
    copy_knock(fixture, id);
    host(fixture, 0, "admit", id);
    assert_non_null(last_of(fixture, 1, "joined"));
    assert_int_equal(asked, 65);
}

static void R10_a_new_host_hears_of_those_who_knock_already(void **state)
{
    struct hub_fixture *fixture = *state;
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    host(fixture, 0, "lock", NULL);
    knock(fixture, 2);
    assert_has_not(last_of(fixture, 1, "room"), "knocks");
    say(fixture, 0, "{\"type\":\"leave\"}");
    assert_has(last_of(fixture, 1, "room"), "\"name\":\"Eve\"");
}

/* ---- nobody is connected ---- */

static void a_locked_room_waits_for_members_that_have_lost_their_connection(void **state)
{
    struct hub_fixture *fixture = *state;
    char ticket[TEXT_MAX];
    lock(fixture);
    copy_member(fixture, 0, "room", "ticket", ticket);
    knock(fixture, 1);
    lose(fixture, 0, 1006);
    knock(fixture, 2);
    linger(fixture, fixture->config.grace_ms - 1);
    assert_string_equal(last_of(fixture, 1, "knocking"), "{\"type\":\"knocking\"}");
    assert_null(last_of(fixture, 1, "joined"));
    return_as(fixture, 0, "Ann", ticket);
    assert_has(last_of(fixture, 0, "joined"), "],\"role\":\"host\",\"door\":\"locked\"");
    linger(fixture, fixture->config.grace_ms);
    assert_null(last_of(fixture, 1, "joined"));
    assert_null(last_of(fixture, 2, "joined"));
}

static void it_is_deleted_when_none_of_them_returns(void **state)
{
    struct hub_fixture *fixture = *state;
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    host(fixture, 0, "lock", NULL);
    knock(fixture, 2);
    lose(fixture, 0, 1006);
    linger(fixture, 1);
    lose(fixture, 1, 1006);
    linger(fixture, fixture->config.grace_ms - 1);
    assert_int_equal(pf_hub_counts(fixture->hub).members, 1);
    assert_null(last_of(fixture, 2, "joined"));
    linger(fixture, 1);
    assert_has(last_of(fixture, 2, "joined"), "\"members\":[],\"role\":\"host\"}");
}

static void it_outlives_a_member_that_leaves_while_another_is_away(void **state)
{
    struct hub_fixture *fixture = *state;
    char ticket[TEXT_MAX];
    lock(fixture);
    copy_member(fixture, 0, "room", "ticket", ticket);
    host(fixture, 0, "open", NULL);
    enter(fixture, 1, "tea");
    host(fixture, 0, "lock", NULL);
    lose(fixture, 0, 1006);
    say(fixture, 1, "{\"type\":\"leave\"}");
    return_as(fixture, 0, "Ann", ticket);
    assert_has(last_of(fixture, 0, "joined"), "\"door\":\"locked\"");
}

static void without_anybody_who_can_be_host_it_opens_when_one_returns(void **state)
{
    struct hub_fixture *fixture = *state;
    char ticket[TEXT_MAX];
    enter(fixture, 0, "tea");
    open_client(fixture, 1);
    join_as_guest(fixture, 1, NULL);
    copy_member(fixture, 1, "joined", "ticket", ticket);
    host(fixture, 0, "lock", NULL);
    knock(fixture, 2);
    lose(fixture, 1, 1006);
    say(fixture, 0, "{\"type\":\"leave\"}");
    assert_null(last_of(fixture, 2, "joined"));
    open_client(fixture, 1);
    join_as_guest(fixture, 1, ticket);
    assert_has_not(last_of(fixture, 1, "joined"), "door");
    assert_non_null(last_of(fixture, 2, "joined"));
}

/* ---- tickets at a door ---- */
static void an_older_ticket_does_not_pass_a_locked_door(void **state)
{
    struct hub_fixture *fixture = *state;
    char ticket[TEXT_MAX];
    char ann[TEXT_MAX];
    char id[TEXT_MAX];
    leave_for_good(fixture, ticket);
    copy_self(fixture, 0, ann);
    enter(fixture, 0, "tea");
    host(fixture, 0, "lock", NULL);
    return_as(fixture, 1, "Ann", ticket);
    assert_string_equal(last(fixture, 1), "{\"type\":\"knocking\"}");
    copy_knock(fixture, id);
    host(fixture, 0, "admit", id);
    assert_has(last_of(fixture, 1, "joined"), "\"resumed\":true");
    copy_self(fixture, 1, id);
    assert_string_equal(id, ann);
}

static void of_two_who_knock_as_one_member_neither_outlives_its_removal(void **state)
{
    struct hub_fixture *fixture = *state;
    char ticket[TEXT_MAX];
    char id[TEXT_MAX];
    leave_for_good(fixture, ticket);
    lock(fixture);
    return_as(fixture, 1, "Ann", ticket);
    copy_knock(fixture, id);
    open_client(fixture, 2);
    join_as(fixture, 2, "tea", "Ann", 3, ticket);
    assert_has(last(fixture, 2), "\"type\":\"knocking\"");
    host(fixture, 0, "admit", id);
    copy_member(fixture, 1, "joined", "self", id);
    host(fixture, 0, "remove", id);
    host(fixture, 0, "open", NULL);
    assert_has(last(fixture, 2), "\"code\":\"removed\"");
    assert_int_equal(pf_hub_counts(fixture->hub).members, 1);
}

/* Ann and Bob are in a locked room, and have tickets, when the relay is restarted. */
static void restart_locked(struct hub_fixture *fixture, char tickets[2][TEXT_MAX])
{
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    host(fixture, 0, "lock", NULL);
    copy_member(fixture, 0, "room", "ticket", tickets[0]);
    copy_member(fixture, 1, "room", "ticket", tickets[1]);
    restart_hub(fixture);
}

static void after_a_restart_members_pass_the_door_that_their_tickets_lock(void **state)
{
    struct hub_fixture *fixture = *state;
    char tickets[2][TEXT_MAX];
    restart_locked(fixture, tickets);
    return_as(fixture, 0, "Ann", tickets[0]);
    knock(fixture, 2);
    assert_string_equal(last(fixture, 2), "{\"type\":\"knocking\"}");
    linger(fixture, fixture->config.grace_ms - 1);
    return_as(fixture, 1, "Bob", tickets[1]);
    assert_has(last_of(fixture, 1, "joined"), "\"resumed\":true");
}

static void after_the_grace_they_knock_and_are_still_the_same(void **state)
{
    struct hub_fixture *fixture = *state;
    char tickets[2][TEXT_MAX];
    char id[TEXT_MAX];
    restart_locked(fixture, tickets);
    return_as(fixture, 0, "Ann", tickets[0]);
    linger(fixture, fixture->config.grace_ms);
    return_as(fixture, 1, "Bob", tickets[1]);
    assert_string_equal(last(fixture, 1), "{\"type\":\"knocking\"}");
    copy_knock(fixture, id);
    host(fixture, 0, "admit", id);
    copy_self(fixture, 1, id);
    assert_true(strncmp(id, tickets[1], PF_MEMBER_ID_DIGITS) == 0);
}

static void a_door_that_a_host_has_set_is_not_set_by_tickets(void **state)
{
    struct hub_fixture *fixture = *state;
    char tickets[2][TEXT_MAX];
    restart_locked(fixture, tickets);
    return_as(fixture, 0, "Ann", tickets[0]);
    host(fixture, 0, "open", NULL);
    return_as(fixture, 1, "Bob", tickets[1]);
    assert_has_not(last_of(fixture, 1, "joined"), "door");
    say(fixture, 1, "{\"type\":\"leave\"}");
    host(fixture, 0, "lock", NULL);
    return_as(fixture, 1, "Bob", tickets[1]);
    assert_string_equal(last(fixture, 1), "{\"type\":\"knocking\"}");
}

static void a_room_is_not_locked_by_tickets_after_its_grace(void **state)
{
    struct hub_fixture *fixture = *state;
    char tickets[2][TEXT_MAX];
    restart_locked(fixture, tickets);
    knock(fixture, 2);
    linger(fixture, fixture->config.grace_ms);
    return_as(fixture, 0, "Ann", tickets[0]);
    assert_has_not(last_of(fixture, 0, "joined"), "door");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HUB_TEST(at_a_locked_door_newcomers_knock_and_a_host_admits_them),
        HUB_TEST(a_client_without_capabilities_knocks_too),
        HUB_TEST(R9_a_host_refuses_who_knocks),
        HUB_TEST(who_gives_up_knocking_is_forgotten),
        HUB_TEST(who_knocks_waits_through_pings),
        HUB_TEST(of_two_who_knock_the_second_may_go_or_enter_first),
        HUB_TEST(who_is_admitted_to_a_room_that_has_filled_up_is_told_so),
        HUB_TEST(knocking_is_limited_as_entering_is),
        HUB_TEST(an_opened_door_lets_all_in),
        HUB_TEST(when_everybody_has_gone_who_knocks_enters_a_new_room),
        HUB_TEST(members_that_return_pass_a_locked_door),
        HUB_TEST(a_door_has_room_for_eight),
        HUB_TEST(a_full_door_says_so),
        HUB_TEST(one_address_has_three_places_at_a_door),
        HUB_TEST(who_has_knocked_is_not_counted_again),
        HUB_TEST(R10_a_new_host_hears_of_those_who_knock_already),
        HUB_TEST(a_locked_room_waits_for_members_that_have_lost_their_connection),
        HUB_TEST(it_is_deleted_when_none_of_them_returns),
        HUB_TEST(it_outlives_a_member_that_leaves_while_another_is_away),
        HUB_TEST(without_anybody_who_can_be_host_it_opens_when_one_returns),
        HUB_TEST(an_older_ticket_does_not_pass_a_locked_door),
        HUB_TEST(of_two_who_knock_as_one_member_neither_outlives_its_removal),
        HUB_TEST(after_a_restart_members_pass_the_door_that_their_tickets_lock),
        HUB_TEST(after_the_grace_they_knock_and_are_still_the_same),
        HUB_TEST(a_door_that_a_host_has_set_is_not_set_by_tickets),
        HUB_TEST(a_room_is_not_locked_by_tickets_after_its_grace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
