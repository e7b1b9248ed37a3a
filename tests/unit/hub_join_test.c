/* hub_join_test.c - joining, leaving, resuming and replacing members. */
/* SPDX-License-Identifier: MIT */
#include "hub_fixture.h"

#define OFFER                                                                                      \
    "{\"description\": {\"type\":\"offer\",\"sdp\":\"v=0\\r\\n\"},\"candidates\":[],\"later\":1}"

static void join_with_offer(struct hub_fixture *fixture, uint32_t client, const char *room)
{
    char text[TEXT_MAX];
    (void)snprintf(text, sizeof text,
                   "{\"type\":\"join\",\"preparedOffer\":" OFFER
                   ",\"room\":\"%s\",\"name\":\"Bob\",\"instance\":9}",
                   room); /* it fits */
    open_client(fixture, client);
    say(fixture, client, text);
}

static void hello_comes_first_and_states_the_limits(void **state)
{
    struct hub_fixture *fixture = *state;
    open_client(fixture, 3);
    assert_string_equal(last(fixture, 3),
                        "{\"type\":\"hello\",\"iceServers\":[{\"urls\":\"stun:stun.example\"}],"
                        "\"membersMax\":8,\"pingMs\":15000,\"graceMs\":20000,"
                        "\"capabilities\":[\"rename\",\"ice-servers\",\"host\"]}");
}

static void the_first_member_finds_nobody(void **state)
{
    struct hub_fixture *fixture = *state;
    enter(fixture, 0, "tea");
    assert_has(last(fixture, 0), "\"members\":[]");
    assert_has(last(fixture, 0), "\"resumed\":false");
    assert_has_not(last(fixture, 0), "offered");
}

static void the_roster_is_in_the_order_of_joining(void **state)
{
    struct hub_fixture *fixture = *state;
    for (uint32_t i = 0; i < 5; i++) {
        enter(fixture, i, "tea");
    }
    cJSON *json = cJSON_Parse(last_of(fixture, 4, "joined"));
    const cJSON *members = cJSON_GetObjectItemCaseSensitive(json, "members");
    assert_int_equal(cJSON_GetArraySize(members), 4);
    for (int i = 0; i < 4; i++) {
        const cJSON *member = cJSON_GetArrayItem(members, i);
        const cJSON *instance = cJSON_GetObjectItemCaseSensitive(member, "instance");
        assert_int_equal(instance->valueint, i + 1);
    }
    cJSON_Delete(json);
}

static void the_others_are_told_of_a_newcomer(void **state)
{
    struct hub_fixture *fixture = *state;
    char id[TEXT_MAX];
    enter(fixture, 0, "tea");
    enter(fixture, 1, "coffee");
    enter(fixture, 2, "tea");
    copy_member(fixture, 2, "joined", "self", id);
    assert_has(last(fixture, 0), "\"type\":\"member\"");
    assert_has(last(fixture, 0), id);
    assert_has(last(fixture, 0), "\"instance\":3");
    assert_has(last(fixture, 0), "\"away\":false");
    assert_null(last_of(fixture, 1, "member"));
    assert_null(last_of(fixture, 2, "member"));
}

static void an_offer_goes_to_the_first_connected_member_only(void **state)
{
    struct hub_fixture *fixture = *state;
    char id[TEXT_MAX];
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    enter(fixture, 2, "tea");
    lose(fixture, 0, 1006);
    join_with_offer(fixture, 3, "tea");
    copy_member(fixture, 1, "joined", "self", id);
    assert_has(last_of(fixture, 3, "joined"), "\"offered\":\"");
    assert_has(strstr(last_of(fixture, 3, "joined"), "\"offered\""), id);
    assert_has(last(fixture, 1), "\"preparedOffer\":");
    assert_has(last(fixture, 2), "\"type\":\"member\"");
    assert_has_not(last(fixture, 2), "\"preparedOffer\"");
}

static void an_offer_does_not_go_to_an_observer(void **state)
{
    struct hub_fixture *fixture = *state;
    open_client(fixture, 0);
    say(fixture, 0,
        "{\"type\":\"join\",\"room\":\"tea\",\"name\":\"Bot\",\"instance\":7,"
        "\"capabilities\":[\"later\",\"observer\"]}");
    join_with_offer(fixture, 1, "tea");
    assert_has_not(last_of(fixture, 1, "joined"), "offered");
    assert_has_not(last(fixture, 0), "\"preparedOffer\"");
    join_with_offer(fixture, 2, "tea");
    assert_has(last(fixture, 1), "\"preparedOffer\":");
}

static void an_offer_is_forwarded_byte_for_byte(void **state)
{
    struct hub_fixture *fixture = *state;
    enter(fixture, 0, "tea");
    join_with_offer(fixture, 1, "tea");
    assert_has(last(fixture, 0), ",\"preparedOffer\":" OFFER "}");
}

static void an_offer_in_an_empty_room_is_discarded(void **state)
{
    struct hub_fixture *fixture = *state;
    join_with_offer(fixture, 0, "tea");
    assert_has_not(last_of(fixture, 0, "joined"), "offered");
}

static void a_second_join_is_refused_and_has_no_effect(void **state)
{
    struct hub_fixture *fixture = *state;
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    forget_texts(fixture, 0);
    join_as(fixture, 1, "coffee", "Bob", 5, NULL);
    assert_has(last(fixture, 1), "\"code\":\"already-joined\"");
    assert_true(fixture->inboxes[1].closed == 0);
    assert_int_equal(fixture->inboxes[0].count, 0);
    assert_int_equal(pf_hub_counts(fixture->hub).rooms, 1);
}

static void a_full_room_refuses_and_counts_away_members(void **state)
{
    struct hub_fixture *fixture = *state;
    for (uint32_t i = 0; i < 8; i++) {
        enter(fixture, i, "tea");
    }
    char id[TEXT_MAX];
    copy_member(fixture, 1, "joined", "self", id);
    signal_to(fixture, 0, id); /* else it would make room: hub_limits_test.c */
    lose(fixture, 0, 1006);
    open_client(fixture, 8);
    join_as(fixture, 8, "tea", "Late", 1, NULL);
    assert_has(last(fixture, 8), "\"code\":\"room-full\"");
    assert_int_equal(fixture->inboxes[8].closed, 4001);
    assert_int_equal(pf_hub_counts(fixture->hub).members, 8);
}

static void a_member_can_resume_in_a_full_room(void **state)
{
    struct hub_fixture *fixture = *state;
    char ticket[TEXT_MAX];
    for (uint32_t i = 0; i < 8; i++) {
        enter(fixture, i, "tea");
    }
    copy_member(fixture, 3, "joined", "ticket", ticket);
    lose(fixture, 3, 1006);
    open_client(fixture, 9);
    join_as(fixture, 9, "tea", "Ann", 4, ticket);
    assert_has(last(fixture, 9), "\"resumed\":true");
}

static void a_ticket_resumes_the_member_in_its_place(void **state)
{
    struct hub_fixture *fixture = *state;
    char id[TEXT_MAX];
    char ticket[TEXT_MAX];
    for (uint32_t i = 0; i < 3; i++) {
        enter(fixture, i, "tea");
    }
    copy_member(fixture, 1, "joined", "self", id);
    copy_member(fixture, 1, "joined", "ticket", ticket);
    lose(fixture, 1, 1006);
    open_client(fixture, 5);
    join_as(fixture, 5, "tea", "Anna", 77, ticket);
    assert_has(last(fixture, 5), "\"resumed\":true");
    assert_has(last(fixture, 5), id);
    assert_has(last(fixture, 0), "\"name\":\"Anna\",\"instance\":77,\"away\":false");
    assert_has(last(fixture, 0), id);
    enter(fixture, 6, "tea");
    const char *roster = last_of(fixture, 6, "joined");
    const char *first = strstr(roster, "\"instance\":1,");
    const char *second = strstr(roster, "\"instance\":77,");
    const char *third = strstr(roster, "\"instance\":3,");
    assert_true(first && second && third && first < second && second < third);
}

static void the_newer_client_replaces_the_older_one(void **state)
{
    struct hub_fixture *fixture = *state;
    char ticket[TEXT_MAX];
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    copy_member(fixture, 0, "joined", "ticket", ticket);
    forget_texts(fixture, 1);
    open_client(fixture, 2);
    join_as(fixture, 2, "tea", "Ann", 50, ticket);
    assert_has(last(fixture, 0), "\"code\":\"replaced\"");
    assert_int_equal(fixture->inboxes[0].closed, 4003);
    assert_has(last(fixture, 2), "\"resumed\":true");
    assert_int_equal(count_of(fixture, 1, "member"), 1);
    assert_has(last(fixture, 1), "\"instance\":50,\"away\":false");
    lose(fixture, 0, 4003); /* the end of the old socket has no effect */
    assert_int_equal(count_of(fixture, 1, "member"), 1);
    assert_int_equal(pf_hub_counts(fixture->hub).members, 2);
}

static void R3_a_late_join_of_an_older_client_does_not_replace_the_newer_one(void **state)
{
    struct hub_fixture *fixture = *state;
    char ticket[TEXT_MAX];
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    copy_member(fixture, 0, "joined", "ticket", ticket);
    lose(fixture, 0, 1001);
    forget_texts(fixture, 1);
    open_client(fixture, 2); /* the page before a reload; its join arrives late */
    open_client(fixture, 3);
    join_as(fixture, 3, "tea", "Ann", 51, ticket);
    join_as(fixture, 2, "tea", "Ann", 50, ticket);
    assert_has(last(fixture, 2), "\"code\":\"replaced\"");
    assert_int_equal(fixture->inboxes[2].closed, 4003);
    assert_int_equal(fixture->inboxes[3].closed, 0);
    assert_int_equal(count_of(fixture, 1, "member"), 1);
    assert_has(last(fixture, 1), "\"instance\":51,\"away\":false");
}

static void a_ticket_of_another_room_is_ignored(void **state)
{
    struct hub_fixture *fixture = *state;
    char id[TEXT_MAX];
    char ticket[TEXT_MAX];
    enter(fixture, 0, "tea");
    copy_member(fixture, 0, "joined", "ticket", ticket);
    copy_member(fixture, 0, "joined", "self", id);
    open_client(fixture, 1);
    join_as(fixture, 1, "coffee", "Ann", 1, ticket);
    assert_has(last(fixture, 1), "\"resumed\":false");
    assert_has_not(last(fixture, 1), id);
}

static void a_ticket_with_any_digit_changed_is_ignored(void **state)
{
    struct hub_fixture *fixture = *state;
    char ticket[TEXT_MAX];
    enter(fixture, 0, "tea");
    copy_member(fixture, 0, "joined", "ticket", ticket);
    for (size_t i = 0; ticket[i] != '\0'; i++) {
        const char kept = ticket[i];
        ticket[i] = kept == '1' ? '2' : '1';
        open_client(fixture, 1);
        join_as(fixture, 1, "tea", "Ann", 1, ticket);
        assert_has(last(fixture, 1), "\"resumed\":false");
        say(fixture, 1, "{\"type\":\"leave\"}");
        ticket[i] = kept;
        pass(fixture, 250); /* so many newcomers at once would be rate-limited */
    }
    open_client(fixture, 1);
    join_as(fixture, 1, "tea", "Ann", 1, ticket);
    assert_has(last(fixture, 1), "\"resumed\":true");
}

static void a_ticket_is_valid_for_a_day(void **state)
{
    struct hub_fixture *fixture = *state;
    char ticket[TEXT_MAX];
    enter(fixture, 0, "tea");
    copy_member(fixture, 0, "joined", "ticket", ticket);
    restart_hub(fixture);
    fixture->unix_s += 24 * 60 * 60 - 2;
    open_client(fixture, 1);
    join_as(fixture, 1, "tea", "Ann", 1, ticket);
    assert_has(last(fixture, 1), "\"resumed\":true");
    restart_hub(fixture);
    open_client(fixture, 1);
    join_as(fixture, 1, "tea", "Ann", 1, ticket);
    assert_has(last(fixture, 1), "\"resumed\":false");
}

static void a_restarted_relay_rebuilds_rooms_from_tickets(void **state)
{
    struct hub_fixture *fixture = *state;
    char tickets[2][TEXT_MAX];
    char ids[2][TEXT_MAX];
    for (uint32_t i = 0; i < 2; i++) {
        enter(fixture, i, "tea");
        copy_member(fixture, i, "joined", "ticket", tickets[i]);
        copy_member(fixture, i, "joined", "self", ids[i]);
    }
    restart_hub(fixture);
    for (uint32_t i = 2; i-- > 0;) {
        open_client(fixture, i);
        join_as(fixture, i, "tea", "Ann", i + 1, tickets[i]);
        assert_has(last(fixture, i), "\"resumed\":true");
        assert_has(last(fixture, i), ids[i]);
    }
    signal_to(fixture, 0, ids[1]);
    assert_has(last(fixture, 1), ids[0]);
}

static void a_relay_with_another_secret_gives_a_new_id(void **state)
{
    struct hub_fixture *fixture = *state;
    char ticket[TEXT_MAX];
    enter(fixture, 0, "tea");
    copy_member(fixture, 0, "joined", "ticket", ticket);
    fixture->secret = 8;
    restart_hub(fixture);
    open_client(fixture, 0);
    join_as(fixture, 0, "tea", "Ann", 1, ticket);
    assert_has(last(fixture, 0), "\"resumed\":false");
}

static void a_bad_room_or_name_is_fatal(void **state)
{
    struct hub_fixture *fixture = *state;
    open_client(fixture, 0);
    join_as(fixture, 0, "a\\u0007b", "Ann", 1, NULL);
    assert_has(last(fixture, 0), "\"code\":\"bad-room\"");
    assert_int_equal(fixture->inboxes[0].closed, 4000);
    open_client(fixture, 0);
    join_as(fixture, 0, "tea", "A\\nB", 1, NULL);
    assert_has(last(fixture, 0), "\"code\":\"bad-name\"");
    assert_int_equal(fixture->inboxes[0].closed, 4000);
}

static void a_relay_at_its_room_limit_refuses_until_a_room_is_deleted(void **state)
{
    struct hub_fixture *fixture = *state;
    fixture->config.rooms_max = 2;
    restart_hub(fixture);
    enter(fixture, 0, "one");
    enter(fixture, 1, "two");
    open_client(fixture, 2);
    join_as(fixture, 2, "three", "Ann", 1, NULL);
    assert_has(last(fixture, 2), "\"code\":\"relay-full\"");
    assert_int_equal(fixture->inboxes[2].closed, 4002);
    enter(fixture, 3, "two");
    say(fixture, 0, "{\"type\":\"leave\"}");
    enter(fixture, 4, "three");
}

static uint64_t draw_few(void *user)
{
    static const uint64_t numbers[] = {1, 2, 5, 5, 0, 5, 6};
    size_t *at = user;
    return numbers[(*at)++ % 7];
}

static void an_id_is_never_zero_or_used_twice_in_a_room(void **state)
{
    struct hub_fixture *fixture = *state;
    size_t at = 0;
    fixture->config.draw_user = &at;
    fixture->config.draw = draw_few;
    restart_hub(fixture);
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    assert_has(last(fixture, 0), "\"id\":\"0000000000000006\"");
    assert_has(last_of(fixture, 1, "joined"), "\"id\":\"0000000000000005\"");
}

static void R19_a_member_that_returns_in_a_loop_is_rate_limited(void **state)
{
    struct hub_fixture *fixture = *state;
    char ticket[TEXT_MAX];
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    copy_member(fixture, 0, "joined", "ticket", ticket);
    lose(fixture, 0, 1006);
    for (uint32_t i = 0; i < 21; i++) {
        open_client(fixture, 2);
        join_as(fixture, 2, "tea", "Ann", 1, ticket);
        lose(fixture, 2, 1006);
    }
    forget_texts(fixture, 1);
    open_client(fixture, 2);
    join_as(fixture, 2, "tea", "Ann", 1, ticket);
    assert_has(last(fixture, 2), "\"code\":\"rate-limit\"");
    assert_int_equal(fixture->inboxes[2].closed, 1008);
    assert_int_equal(fixture->inboxes[1].count, 0);
    assert_int_equal(pf_hub_counts(fixture->hub).members, 2);
    enter(fixture, 3, "tea"); /* others are not affected */
    fixture->now_ms += 500;
    open_client(fixture, 2);
    join_as(fixture, 2, "tea", "Ann", 1, ticket);
    assert_has(last_of(fixture, 2, "joined"), "\"resumed\":true");
    lose(fixture, 2, 1006);
    open_client(fixture, 2);
    join_as(fixture, 2, "tea", "Ann", 1, ticket);
    assert_has(last(fixture, 2), "\"code\":\"rate-limit\"");
}

static void R19_a_member_that_replaces_itself_in_a_loop_loses_the_newest_client(void **state)
{
    struct hub_fixture *fixture = *state;
    char ticket[TEXT_MAX];
    enter(fixture, 0, "tea");
    copy_member(fixture, 0, "joined", "ticket", ticket);
    for (uint32_t i = 1; i <= 22; i++) {
        open_client(fixture, i);
        join_as(fixture, i, "tea", "Ann", i, ticket);
    }
    assert_int_equal(fixture->inboxes[21].closed, 0);
    assert_int_equal(fixture->inboxes[22].closed, 1008);
}

/* Joins as a new member and leaves. */
static void visit(struct hub_fixture *fixture, uint32_t client, const char *room)
{
    open_client(fixture, client);
    join_as(fixture, client, room, "Ann", 1, NULL);
    say(fixture, client, "{\"type\":\"leave\"}");
}

static void R19_newcomers_in_a_loop_are_rate_limited_in_their_room_only(void **state)
{
    struct hub_fixture *fixture = *state;
    enter(fixture, 0, "tea");
    enter(fixture, 1, "coffee");
    for (uint32_t i = 0; i < 65; i++) {
        visit(fixture, 2, "tea");
        assert_int_equal(fixture->inboxes[2].closed, 1000);
    }
    forget_texts(fixture, 0);
    visit(fixture, 2, "tea");
    assert_has(last(fixture, 2), "\"code\":\"rate-limit\"");
    assert_int_equal(fixture->inboxes[2].closed, 1008);
    assert_int_equal(fixture->inboxes[0].count, 0);
    enter(fixture, 3, "coffee");
    fixture->now_ms += 250;
    enter(fixture, 4, "tea");
    visit(fixture, 2, "tea");
    assert_int_equal(fixture->inboxes[2].closed, 1008);
}

static void leaving_informs_the_others_and_closes(void **state)
{
    struct hub_fixture *fixture = *state;
    char id[TEXT_MAX];
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    copy_member(fixture, 0, "joined", "self", id);
    say(fixture, 0, "{\"type\":\"leave\"}");
    assert_int_equal(fixture->inboxes[0].closed, 1000);
    assert_has(last_of(fixture, 1, "left"), id);
    assert_has(last_of(fixture, 1, "left"), "\"reason\":\"left\"");
    say(fixture, 1, "{\"type\":\"leave\"}");
    assert_int_equal(pf_hub_counts(fixture->hub).rooms, 0);
    assert_int_equal(pf_hub_counts(fixture->hub).members, 0);
    assert_int_equal(pf_hub_counts(fixture->hub).clients, 0);
}

static void the_order_of_the_others_is_kept_when_one_leaves(void **state)
{
    struct hub_fixture *fixture = *state;
    for (uint32_t i = 0; i < 4; i++) {
        enter(fixture, i, "tea");
    }
    say(fixture, 0, "{\"type\":\"leave\"}");
    enter(fixture, 5, "tea");
    const char *roster = last_of(fixture, 5, "joined");
    const char *first = strstr(roster, "\"instance\":2,");
    const char *second = strstr(roster, "\"instance\":3,");
    const char *third = strstr(roster, "\"instance\":4,");
    assert_true(first && second && third && first < second && second < third);
}

static void leaving_in_the_lobby_closes(void **state)
{
    struct hub_fixture *fixture = *state;
    open_client(fixture, 0);
    say(fixture, 0, "{\"type\":\"leave\"}");
    assert_int_equal(fixture->inboxes[0].closed, 1000);
}

static void sixteen_members_with_the_longest_names_fit_into_joined(void **state)
{
    struct hub_fixture *fixture = *state;
    char name[2 * PF_MEMBER_NAME_SIZE_MAX + 1];
    for (size_t i = 0; i + 1 < sizeof name; i += 2) {
        name[i] = '\\';
        name[i + 1] = '"'; /* a byte that is escaped as two */
    }
    name[sizeof name - 1] = '\0';
    fixture->config.members_max = PF_MEMBERS_MAX;
    restart_hub(fixture);
    for (uint32_t i = 0; i < PF_MEMBERS_MAX; i++) {
        open_client(fixture, i);
        join_as(fixture, i, "tea", name, UINT32_MAX, NULL);
        assert_non_null(last_of(fixture, i, "joined"));
    }
    assert_int_equal(count_of(fixture, 0, "member"), PF_MEMBERS_MAX - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HUB_TEST(hello_comes_first_and_states_the_limits),
        HUB_TEST(the_first_member_finds_nobody),
        HUB_TEST(the_roster_is_in_the_order_of_joining),
        HUB_TEST(the_others_are_told_of_a_newcomer),
        HUB_TEST(an_offer_goes_to_the_first_connected_member_only),
        HUB_TEST(an_offer_does_not_go_to_an_observer),
        HUB_TEST(an_offer_is_forwarded_byte_for_byte),
        HUB_TEST(an_offer_in_an_empty_room_is_discarded),
        HUB_TEST(a_second_join_is_refused_and_has_no_effect),
        HUB_TEST(a_full_room_refuses_and_counts_away_members),
        HUB_TEST(a_member_can_resume_in_a_full_room),
        HUB_TEST(a_ticket_resumes_the_member_in_its_place),
        HUB_TEST(the_newer_client_replaces_the_older_one),
        HUB_TEST(R3_a_late_join_of_an_older_client_does_not_replace_the_newer_one),
        HUB_TEST(a_ticket_of_another_room_is_ignored),
        HUB_TEST(a_ticket_with_any_digit_changed_is_ignored),
        HUB_TEST(a_ticket_is_valid_for_a_day),
        HUB_TEST(a_restarted_relay_rebuilds_rooms_from_tickets),
        HUB_TEST(a_relay_with_another_secret_gives_a_new_id),
        HUB_TEST(a_bad_room_or_name_is_fatal),
        HUB_TEST(a_relay_at_its_room_limit_refuses_until_a_room_is_deleted),
        HUB_TEST(an_id_is_never_zero_or_used_twice_in_a_room),
        HUB_TEST(R19_a_member_that_returns_in_a_loop_is_rate_limited),
        HUB_TEST(R19_a_member_that_replaces_itself_in_a_loop_loses_the_newest_client),
        HUB_TEST(R19_newcomers_in_a_loop_are_rate_limited_in_their_room_only),
        HUB_TEST(leaving_informs_the_others_and_closes),
        HUB_TEST(the_order_of_the_others_is_kept_when_one_leaves),
        HUB_TEST(leaving_in_the_lobby_closes),
        HUB_TEST(sixteen_members_with_the_longest_names_fit_into_joined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
