/* hub_ice_test.c - the hub: the ICE servers that clients are given, and when. */
/* SPDX-License-Identifier: MIT */
#include "hub_fixture.h"

#define SERVERS "\"iceServers\":[{\"urls\":\"turn:a\"}]"

static struct pf_slice make_servers(void *user, uint64_t unix_s, uint64_t id)
{
    (void)user;
    assert_true(unix_s > 0 && id > 0);
    return PF_SLICE("[{\"urls\":\"turn:a\"}]");
}

static enum pf_token_verdict judge(void *user, struct pf_slice token, struct pf_slice room,
                                   uint64_t unix_s, struct pf_token_claims *out)
{
    (void)user;
    (void)room;
    (void)unix_s;
    *out = (struct pf_token_claims){.has_name = false};
    return pf_slice_equal(token, PF_SLICE("good")) ? PF_TOKEN_GOOD : PF_TOKEN_INVALID;
}

/* Credentials that are renewed after five pings. */
static void hand_out(struct hub_fixture *fixture)
{
    fixture->config.ice =
        (struct pf_hub_ice){.make = make_servers, .renew_ms = 5 * fixture->config.ping_ms};
    restart_hub(fixture);
}

static void each_client_gets_ice_servers_of_its_own(void **state)
{
    struct hub_fixture *fixture = *state;
    hand_out(fixture);
    open_client(fixture, 0);
    assert_has(last_of(fixture, 0, "hello"), SERVERS);
    join_as(fixture, 0, "tea", "Ann", 1, NULL);
    assert_null(strstr(last_of(fixture, 0, "joined"), "iceServers"));
}

static void who_has_to_show_a_token_gets_them_after_it(void **state)
{
    struct hub_fixture *fixture = *state;
    fixture->config.tokens = (struct pf_token_judge){.judge = judge};
    hand_out(fixture);
    open_client(fixture, 0);
    assert_null(strstr(last_of(fixture, 0, "hello"), "iceServers"));
    say(fixture, 0, "{\"type\":\"ice-servers\"}");
    assert_has(last(fixture, 0), "\"code\":\"not-joined\"");
    join_with_token(fixture, 0, "good", NULL);
    assert_has(last_of(fixture, 0, "joined"), SERVERS);
    open_client(fixture, 1);
    join_with_token(fixture, 1, "bad", NULL);
    assert_null(strstr(last(fixture, 1), "turn:"));
}

static void a_member_that_asks_gets_new_ones(void **state)
{
    struct hub_fixture *fixture = *state;
    hand_out(fixture);
    open_client(fixture, 0);
    join_as(fixture, 0, "tea", "Ann", 1, NULL);
    say(fixture, 0, "{\"type\":\"ice-servers\"}");
    assert_string_equal(last(fixture, 0), "{\"type\":\"ice-servers\"," SERVERS "}");
}

static void a_member_that_asks_again_too_soon_gets_no_answer(void **state)
{
    struct hub_fixture *fixture = *state;
    char ticket[TEXT_MAX];
    hand_out(fixture);
    enter(fixture, 0, "tea");
    copy_member(fixture, 0, "joined", "ticket", ticket);
    say(fixture, 0, "{\"type\":\"ice-servers\"}");
    fixture->now_ms += 19999;
    open_client(fixture, 1);
    join_as(fixture, 1, "tea", "Ann", 1, ticket);
    say(fixture, 1, "{\"type\":\"ice-servers\"}");
    assert_null(last_of(fixture, 1, "ice-servers")); /* the member is the same */
    fixture->now_ms += 1;
    say(fixture, 1, "{\"type\":\"ice-servers\"}");
    assert_has(last(fixture, 1), "{\"type\":\"ice-servers\"," SERVERS "}");
}

/* Passes that many pings, which client 0 answers. */
static void stay(struct hub_fixture *fixture, int pings)
{
    for (int i = 0; i < pings; i++) {
        pass(fixture, fixture->config.ping_ms);
        say(fixture, 0, "{\"type\":\"pong\"}");
    }
}

static void I25_a_member_gets_new_ones_before_they_expire(void **state)
{
    struct hub_fixture *fixture = *state;
    hand_out(fixture);
    open_client(fixture, 0);
    join_as(fixture, 0, "tea", "Ann", 1, NULL);
    for (int times = 0; times < 3; times++) {
        forget_texts(fixture, 0);
        stay(fixture, 4);
        assert_null(last_of(fixture, 0, "ice-servers"));
        stay(fixture, 1);
        assert_has(last_of(fixture, 0, "ice-servers"), SERVERS);
    }
}

static void who_is_in_no_room_gets_no_new_ones(void **state)
{
    struct hub_fixture *fixture = *state;
    hand_out(fixture);
    open_client(fixture, 0);
    stay(fixture, 10);
    assert_null(last_of(fixture, 0, "ice-servers"));
}

static void a_fixed_list_is_not_renewed(void **state)
{
    struct hub_fixture *fixture = *state;
    open_client(fixture, 0);
    join_as(fixture, 0, "tea", "Ann", 1, NULL);
    stay(fixture, 10);
    assert_null(last_of(fixture, 0, "ice-servers"));
    say(fixture, 0, "{\"type\":\"ice-servers\"}");
    assert_has(last(fixture, 0), "stun:stun.example");
}

static void the_relay_says_whether_only_turn_servers_are_to_be_used(void **state)
{
    struct hub_fixture *fixture = *state;
    open_client(fixture, 0);
    assert_null(strstr(last_of(fixture, 0, "hello"), "iceTransportPolicy"));
    fixture->config.ice_policy = PF_ICE_RELAY;
    restart_hub(fixture);
    open_client(fixture, 0);
    assert_has(last_of(fixture, 0, "hello"), "\"iceTransportPolicy\":\"relay\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HUB_TEST(each_client_gets_ice_servers_of_its_own),
        HUB_TEST(who_has_to_show_a_token_gets_them_after_it),
        HUB_TEST(a_member_that_asks_gets_new_ones),
        HUB_TEST(a_member_that_asks_again_too_soon_gets_no_answer),
        HUB_TEST(I25_a_member_gets_new_ones_before_they_expire),
        HUB_TEST(who_is_in_no_room_gets_no_new_ones),
        HUB_TEST(a_fixed_list_is_not_renewed),
        HUB_TEST(the_relay_says_whether_only_turn_servers_are_to_be_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
