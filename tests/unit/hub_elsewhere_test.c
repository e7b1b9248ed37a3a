/* hub_elsewhere_test.c - the hub: clients whose room is another relay's, guests, rooms that move.
 */
/* SPDX-License-Identifier: MIT */
#include "hub_fixture.h"

enum { GUEST = 20 };

struct elsewhere {
    struct hub_fixture *fixture;
    bool is_ours, admits;
};

static bool is_ours(void *user, struct pf_slice room)
{
    assert_true(room.size > 0);
    return ((const struct elsewhere *)user)->is_ours;
}

static bool admit(void *user, uint32_t client, bool returns)
{
    (void)client;
    (void)returns;
    return ((const struct elsewhere *)user)->admits;
}

static struct pf_slice make_servers(void *user, uint64_t unix_s, uint64_t id)
{
    (void)user;
    (void)unix_s;
    (void)id;
    return PF_SLICE("[{\"urls\":\"turn:a\"}]");
}

static enum pf_token_verdict judge(void *user, struct pf_slice token, struct pf_slice room,
                                   uint64_t unix_s, struct pf_token_claims *out)
{
    (void)user;
    (void)token;
    (void)room;
    (void)unix_s;
    *out = (struct pf_token_claims){.has_name = false};
    return PF_TOKEN_GOOD;
}

static void open_guest(struct hub_fixture *fixture, uint32_t client)
{
    const struct pf_hub_event event = {
        .type = PF_HUB_CLIENT_OPENED,
        .now_ms = fixture->now_ms,
        .unix_s = fixture->unix_s,
        .client = client,
        .is_guest = true,
        .opened_ms = fixture->now_ms,
    };
    forget_texts(fixture, client);
    fixture->inboxes[client].closed = 0;
    pf_hub_handle(fixture->hub, &event);
    drain(fixture);
}

static void enter_as_guest(struct hub_fixture *fixture, uint32_t client)
{
    open_guest(fixture, client);
    join_as(fixture, client, "tea", "Ben", client + 1, NULL);
}

static void move_room(struct hub_fixture *fixture, struct elsewhere *elsewhere)
{
    elsewhere->is_ours = false;
    give(fixture, PF_HUB_ROOM_MOVED, 0, PF_SLICE("tea"), 0);
}

/* ---- visits ---- */

static void join_of_another_relays_room_is_forwarded(void **state)
{
    struct elsewhere *elsewhere = *state;
    struct hub_fixture *fixture = elsewhere->fixture;
    elsewhere->is_ours = false;
    open_client(fixture, 0);
    join_as(fixture, 0, "tea", "Ann", 1, NULL);
    assert_int_equal(fixture->visits, 1);
    assert_has(fixture->said, "\"room\":\"tea\"");
    assert_null(last_of(fixture, 0, "joined"));
    say(fixture, 0, "{\"type\":\"signal\",\"to\":\"00000000000000a1\"}");
    assert_int_equal(fixture->forwards, 1);
    assert_has(fixture->said, "signal");
    assert_false(pf_hub_has_room(fixture->hub, PF_SLICE("tea")));
}

static void visiting_client_keeps_its_heartbeat_here(void **state)
{
    struct elsewhere *elsewhere = *state;
    struct hub_fixture *fixture = elsewhere->fixture;
    elsewhere->is_ours = false;
    open_client(fixture, 0);
    join_as(fixture, 0, "tea", "Ann", 1, NULL);
    say(fixture, 0, "{\"type\":\"ping\"}");
    assert_has(last(fixture, 0), "pong");
    say(fixture, 0, "{\"type\":\"pong\"}");
    assert_int_equal(fixture->forwards, 0);
    pass(fixture, 3 * fixture->config.ping_ms);
    assert_int_equal(fixture->inboxes[0].closed, 1001);
}

static void who_leaves_is_closed_here(void **state)
{
    struct elsewhere *elsewhere = *state;
    struct hub_fixture *fixture = elsewhere->fixture;
    elsewhere->is_ours = false;
    open_client(fixture, 0);
    join_as(fixture, 0, "tea", "Ann", 1, NULL);
    say(fixture, 0, "{\"type\":\"leave\"}");
    assert_int_equal(fixture->forwards, 1);
    assert_int_equal(fixture->inboxes[0].closed, 1000);
}

static void address_that_joins_too_often_is_refused_here(void **state)
{
    struct elsewhere *elsewhere = *state;
    struct hub_fixture *fixture = elsewhere->fixture;
    elsewhere->is_ours = elsewhere->admits = false;
    open_client(fixture, 0);
    join_as(fixture, 0, "tea", "Ann", 1, NULL);
    assert_has(last(fixture, 0), "\"code\":\"rate-limit\"");
    assert_int_equal(fixture->visits, 0);
}

static void room_that_is_ours_after_all_is_entered_and_charged_once(void **state)
{
    struct elsewhere *elsewhere = *state;
    struct hub_fixture *fixture = elsewhere->fixture;
    elsewhere->is_ours = false;
    open_client(fixture, 0);
    join_as(fixture, 0, "tea", "Ann", 1, NULL);
    char join[TEXT_MAX];
    memcpy(join, fixture->said, sizeof join);
    elsewhere->is_ours = true;
    elsewhere->admits = false; /* its address has been asked about */
    give(fixture, PF_HUB_CLIENT_HOME, 0, pf_slice_of(join), 0);
    assert_non_null(last_of(fixture, 0, "joined"));
    give(fixture, PF_HUB_CLIENT_HOME, 9, pf_slice_of(join), 0); /* nobody */
}

/* ---- guests ---- */

static void guest_is_not_greeted_and_not_pinged(void **state)
{
    struct elsewhere *elsewhere = *state;
    struct hub_fixture *fixture = elsewhere->fixture;
    enter(fixture, 0, "tea");
    enter_as_guest(fixture, GUEST);
    assert_null(last_of(fixture, GUEST, "hello"));
    assert_has(last_of(fixture, GUEST, "joined"), "\"name\":\"Ann\"");
    assert_has(last_of(fixture, 0, "member"), "\"name\":\"Ben\"");
    linger(fixture, 10 * fixture->config.ping_ms);
    assert_null(last_of(fixture, GUEST, "ping"));
    assert_int_equal(fixture->inboxes[GUEST].closed, 0);
    assert_int_equal(pf_hub_counts(fixture->hub).guests, 1);
}

static void guest_that_had_no_answer_gets_it_again(void **state)
{
    struct elsewhere *elsewhere = *state;
    struct hub_fixture *fixture = elsewhere->fixture;
    static const char join[] =
        "{\"type\":\"join\",\"room\":\"tea\",\"name\":\"Ben\",\"instance\":9,"
        "\"preparedOffer\":{\"description\":{\"type\":\"offer\",\"sdp\":\"v=0\"},\"candidates\":[]}"
        "}";
    enter(fixture, 0, "tea");
    open_guest(fixture, GUEST);
    give(fixture, PF_HUB_CLIENT_AGAIN, GUEST, pf_slice_of(join), 0); /* it was lost, too */
    assert_int_equal(count_of(fixture, GUEST, "joined"), 1);
    assert_has(last_of(fixture, GUEST, "joined"), "\"offered\":");
    give(fixture, PF_HUB_CLIENT_AGAIN, GUEST, pf_slice_of(join), 0);
    assert_int_equal(count_of(fixture, GUEST, "joined"), 2);
    assert_has(last_of(fixture, GUEST, "joined"), "\"offered\":");
    assert_int_equal(count_of(fixture, 0, "member"), 2); /* what was said meanwhile is lost */
    give(fixture, PF_HUB_CLIENT_AGAIN, 9, pf_slice_of(join), 0); /* nobody */
}

static void guest_whose_offer_went_to_nobody_gets_it_again(void **state)
{
    struct elsewhere *elsewhere = *state;
    struct hub_fixture *fixture = elsewhere->fixture;
    enter_as_guest(fixture, GUEST);
    give(fixture, PF_HUB_CLIENT_AGAIN, GUEST, PF_SLICE("{}"), 0);
    assert_int_equal(count_of(fixture, GUEST, "joined"), 2);
    assert_has_not(last_of(fixture, GUEST, "joined"), "offered");
}

static void guest_that_has_resumed_is_told_so_again(void **state)
{
    struct elsewhere *elsewhere = *state;
    struct hub_fixture *fixture = elsewhere->fixture;
    char ticket[TEXT_MAX];
    enter_as_guest(fixture, GUEST);
    copy_member(fixture, GUEST, "joined", "ticket", ticket);
    open_guest(fixture, GUEST + 1);
    join_as(fixture, GUEST + 1, "tea", "Ben", 7, ticket);
    give(fixture, PF_HUB_CLIENT_AGAIN, GUEST + 1, PF_SLICE("{}"), 0);
    assert_int_equal(count_of(fixture, GUEST + 1, "joined"), 2);
    assert_has(last_of(fixture, GUEST + 1, "joined"), "\"resumed\":true");
}

static void guest_at_a_locked_door_hears_again_that_it_knocks(void **state)
{
    struct elsewhere *elsewhere = *state;
    struct hub_fixture *fixture = elsewhere->fixture;
    enter(fixture, 0, "tea");
    say(fixture, 0, "{\"type\":\"host\",\"action\":\"lock\"}");
    enter_as_guest(fixture, GUEST);
    give(fixture, PF_HUB_CLIENT_AGAIN, GUEST, PF_SLICE("{}"), 0);
    assert_int_equal(count_of(fixture, GUEST, "knocking"), 2);
}

static void guest_gets_new_ice_servers(void **state)
{
    struct elsewhere *elsewhere = *state;
    struct hub_fixture *fixture = elsewhere->fixture;
    fixture->config.ice = (struct pf_hub_ice){.make = make_servers, .renew_ms = 60000};
    for (int with_tokens = 0; with_tokens < 2; with_tokens++) {
        fixture->config.tokens.judge = with_tokens ? judge : NULL;
        restart_hub(fixture);
        open_guest(fixture, GUEST);
        join_with_token(fixture, GUEST, "good", NULL);
        assert_null(last_of(fixture, GUEST, "ice-servers"));
        pass(fixture, 61000);
        assert_int_equal(count_of(fixture, GUEST, "ice-servers"), 1);
        pass(fixture, 61000);
        assert_int_equal(count_of(fixture, GUEST, "ice-servers"), 2);
    }
}

static void guests_take_no_place_of_this_relays_clients(void **state)
{
    struct elsewhere *elsewhere = *state;
    struct hub_fixture *fixture = elsewhere->fixture;
    fixture->config.places = 1;
    restart_hub(fixture);
    enter_as_guest(fixture, GUEST);
    enter_as_guest(fixture, GUEST + 1);
    enter(fixture, 0, "tea");
}

static void guests_are_no_newcomers_that_fill_this_relay(void **state)
{
    struct elsewhere *elsewhere = *state;
    struct hub_fixture *fixture = elsewhere->fixture;
    fixture->config.newcomers_max = 1;
    restart_hub(fixture);
    enter_as_guest(fixture, GUEST);
    enter_as_guest(fixture, GUEST + 1);
    assert_non_null(last_of(fixture, GUEST + 1, "joined"));
    enter(fixture, 0, "tea");
    open_client(fixture, 1);
    join_as(fixture, 1, "tea", "Ann", 1, NULL);
    assert_has(last(fixture, 1), "\"code\":\"relay-full\"");
}

static void who_waits_for_its_room_is_a_newcomer_like_others(void **state)
{
    struct elsewhere *elsewhere = *state;
    struct hub_fixture *fixture = elsewhere->fixture;
    char ticket[TEXT_MAX];
    fixture->config.newcomers_max = 2;
    restart_hub(fixture);
    enter(fixture, 0, "tea");
    copy_member(fixture, 0, "joined", "ticket", ticket);
    elsewhere->is_ours = false;
    for (uint32_t i = 1; i < 4; i++) {
        open_client(fixture, i);
        join_as(fixture, i, "tea", "Ann", i, i == 3 ? ticket : NULL);
    }
    assert_int_equal(fixture->visits, 2);
    assert_has(last(fixture, 2), "\"code\":\"relay-full\"");
    lose(fixture, 1, 1006);
    lose(fixture, 3, 1006);
    open_client(fixture, 4);
    join_as(fixture, 4, "tea", "Ann", 4, NULL);
    assert_int_equal(fixture->visits, 3);
}

static void whose_room_it_is_has_been_asked_for_guests(void **state)
{
    struct elsewhere *elsewhere = *state;
    struct hub_fixture *fixture = elsewhere->fixture;
    fixture->config.doorkeeper = (struct pf_hub_doorkeeper){.user = NULL};
    restart_hub(fixture);
    elsewhere->is_ours = false;
    enter_as_guest(fixture, GUEST);
    assert_non_null(last_of(fixture, GUEST, "joined"));
    open_client(fixture, 0);
    join_as(fixture, 0, "tea", "Ann", 1, NULL);
    assert_int_equal(fixture->visits, 1);
}

static void later_socket_of_the_same_page_wins_without_an_error(void **state)
{
    struct elsewhere *elsewhere = *state;
    struct hub_fixture *fixture = elsewhere->fixture;
    char ticket[TEXT_MAX];
    open_client(fixture, 1); /* which is the older one */
    pass(fixture, 10);
    enter(fixture, 0, "tea");
    copy_member(fixture, 0, "joined", "ticket", ticket);
    join_as(fixture, 1, "tea", "Ann", 1, ticket);
    assert_int_equal(fixture->inboxes[1].closed, 1001);
    assert_null(last_of(fixture, 1, "error"));
    open_client(fixture, 2);
    join_as(fixture, 2, "tea", "Ann", 1, ticket);
    assert_non_null(last_of(fixture, 2, "joined"));
    assert_int_equal(fixture->inboxes[0].closed, 1001);
    assert_null(last_of(fixture, 0, "error"));
}

/* ---- rooms that move ---- */

static void room_that_moves_closes_everybody_and_is_gone(void **state)
{
    struct elsewhere *elsewhere = *state;
    struct hub_fixture *fixture = elsewhere->fixture;
    enter(fixture, 0, "tea");
    enter_as_guest(fixture, GUEST);
    enter(fixture, 1, "tea");
    lose(fixture, 1, 1006);
    const size_t count = fixture->inboxes[0].count;
    move_room(fixture, elsewhere);
    assert_int_equal(fixture->inboxes[0].closed, 1001);
    assert_int_equal(fixture->inboxes[GUEST].closed, 1001);
    assert_int_equal(fixture->inboxes[0].count, count); /* nobody is shown as away */
    assert_false(pf_hub_has_room(fixture->hub, PF_SLICE("tea")));
    move_room(fixture, elsewhere); /* it is not there any more */
}

static void locked_room_without_anybody_moves_too(void **state)
{
    struct elsewhere *elsewhere = *state;
    struct hub_fixture *fixture = elsewhere->fixture;
    enter(fixture, 0, "tea");
    say(fixture, 0, "{\"type\":\"host\",\"action\":\"lock\"}");
    lose(fixture, 0, 1006);
    assert_true(pf_hub_has_room(fixture->hub, PF_SLICE("tea")));
    move_room(fixture, elsewhere);
    assert_false(pf_hub_has_room(fixture->hub, PF_SLICE("tea")));
}

static void who_knocks_at_a_room_that_moves_knocks_there(void **state)
{
    struct elsewhere *elsewhere = *state;
    struct hub_fixture *fixture = elsewhere->fixture;
    enter(fixture, 0, "tea");
    say(fixture, 0, "{\"type\":\"host\",\"action\":\"lock\"}");
    open_client(fixture, 1);
    join_as(fixture, 1, "tea", "Ben", 2, NULL);
    assert_non_null(last_of(fixture, 1, "knocking"));
    move_room(fixture, elsewhere);
    assert_int_equal(fixture->inboxes[1].closed, 1001);
    assert_null(last_of(fixture, 1, "joined"));
}

static int setup(void **state)
{
    static struct elsewhere elsewhere;
    struct hub_fixture *fixture = new_fixture();
    elsewhere = (struct elsewhere){.fixture = fixture, .is_ours = true, .admits = true};
    fixture->config.elsewhere = (struct pf_hub_elsewhere){&elsewhere, is_ours};
    fixture->config.doorkeeper = (struct pf_hub_doorkeeper){.user = &elsewhere, .admit = admit};
    restart_hub(fixture);
    *state = &elsewhere;
    return 0;
}

static int teardown(void **state)
{
    free_fixture(((struct elsewhere *)*state)->fixture);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(join_of_another_relays_room_is_forwarded),
        TEST(visiting_client_keeps_its_heartbeat_here),
        TEST(who_leaves_is_closed_here),
        TEST(address_that_joins_too_often_is_refused_here),
        TEST(room_that_is_ours_after_all_is_entered_and_charged_once),
        TEST(guest_is_not_greeted_and_not_pinged),
        TEST(guest_that_had_no_answer_gets_it_again),
        TEST(guest_whose_offer_went_to_nobody_gets_it_again),
        TEST(guest_that_has_resumed_is_told_so_again),
        TEST(guest_at_a_locked_door_hears_again_that_it_knocks),
        TEST(guest_gets_new_ice_servers),
        TEST(guests_take_no_place_of_this_relays_clients),
        TEST(guests_are_no_newcomers_that_fill_this_relay),
        TEST(who_waits_for_its_room_is_a_newcomer_like_others),
        TEST(whose_room_it_is_has_been_asked_for_guests),
        TEST(later_socket_of_the_same_page_wins_without_an_error),
        TEST(room_that_moves_closes_everybody_and_is_gone),
        TEST(locked_room_without_anybody_moves_too),
        TEST(who_knocks_at_a_room_that_moves_knocks_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
