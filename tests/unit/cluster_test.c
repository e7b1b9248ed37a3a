/* cluster_test.c - rooms with clients on two relays, at the edges of the contract of cluster.h. */
/* SPDX-License-Identifier: MIT */
#include "cluster_fixture.h"

#include "base/random.h"
#include "relay/cluster/bus.h"

enum {
    SIGNS_MS = 2500,     /* signs of life have come, over each trunk too */
    PATIENCE_MS = 16000, /* a join has been answered, or is closed */
    ORPHAN_MS = 6000,    /* a guest whose trunk is no more is gone */
    LEASE_MS = 12000,
};

static int set_up(void **state)
{
    struct fixture *fixture = new_fixture();
    for (uint32_t i = 0; i < RELAYS_COUNT; i++) {
        assert_int_equal(start_relay(fixture, i), PF_ERROR_OK);
        store_goes_up(fixture, i);
    }
    pass(fixture, SIGNS_MS);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    free_fixture(*state);
    return 0;
}

/* Client 0 of each relay is in the room, which is the first relay's. */
static void meet(struct fixture *fixture)
{
    enter(fixture, 0, 0, "tea");
    enter(fixture, 1, 0, "tea");
    assert_non_null(last_with(fixture, 1, 0, "{\"type\":\"joined\""));
    assert_true(owns(fixture, 0, "tea"));
}

static void signal_to(struct fixture *fixture, uint32_t at, const char *id)
{
    char text[128];
    (void)snprintf(text, sizeof text, "{\"type\":\"signal\",\"to\":\"%s\",\"x\":1}",
                   id); /* it fits */
    say(fixture, at, 0, text);
}

static void assert_no_visits(const struct fixture *fixture)
{
    for (uint32_t i = 0; i < RELAYS_COUNT; i++) {
        const struct pf_cluster_counts counts = counts_of(fixture, i);
        assert_int_equal(counts.visits, 0);
        assert_int_equal(counts.waiting, 0);
        assert_int_equal(counts.guests, 0);
    }
}

static void clients_of_two_relays_meet_in_a_room(void **state)
{
    struct fixture *fixture = *state;
    char id[17];
    meet(fixture);
    assert_false(owns(fixture, 1, "tea"));
    copy_id(fixture, 0, 0, id);
    assert_non_null(last_with(fixture, 1, 0, id));
    copy_id(fixture, 1, 0, id);
    assert_non_null(strstr(last_with(fixture, 0, 0, "{\"type\":\"member\""), id));
    assert_int_equal(counts_of(fixture, 1).visits, 1);
    assert_int_equal(counts_of(fixture, 1).waiting, 0);
    assert_int_equal(counts_of(fixture, 0).guests, 1);
    assert_int_equal(counts_of(fixture, 0).rooms_owned, 1);
    assert_int_equal(pf_hub_counts(pf_cluster_hub(fixture->relays[1].cluster)).rooms, 0);
}

static void signals_pass_in_both_directions(void **state)
{
    struct fixture *fixture = *state;
    char ids[RELAYS_COUNT][17];
    meet(fixture);
    copy_id(fixture, 0, 0, ids[0]);
    copy_id(fixture, 1, 0, ids[1]);
    signal_to(fixture, 0, ids[1]);
    signal_to(fixture, 1, ids[0]);
    assert_non_null(strstr(last_with(fixture, 1, 0, "{\"from\":"), ids[0]));
    assert_non_null(strstr(last_with(fixture, 0, 0, "{\"from\":"), ids[1]));
}

static void a_client_that_leaves_is_gone_at_both_ends(void **state)
{
    struct fixture *fixture = *state;
    meet(fixture);
    say(fixture, 1, 0, "{\"type\":\"leave\"}");
    assert_int_equal(code_of(fixture, 1, 0), 1000);
    assert_non_null(last_with(fixture, 0, 0, "\"reason\":\"left\""));
    assert_no_visits(fixture);
}

static void a_client_that_is_lost_is_away(void **state)
{
    struct fixture *fixture = *state;
    meet(fixture);
    lose(fixture, 1, 0);
    assert_non_null(last_with(fixture, 0, 0, "\"away\":true"));
    assert_no_visits(fixture);
}

static void an_empty_room_has_no_owner(void **state)
{
    struct fixture *fixture = *state;
    enter(fixture, 0, 0, "tea");
    lose(fixture, 0, 0);
    pass(fixture, LEASE_MS);
    assert_false(owns(fixture, 0, "tea"));
    assert_int_equal(*owner_of(fixture, PF_SLICE("tea")), 0);
    enter(fixture, 1, 0, "tea");
    assert_true(owns(fixture, 1, "tea"));
}

/* Trap: Nextcloud signaling #1305, where a node that does not know a room empties it. */
static void a_relay_that_is_named_owner_becomes_it(void **state)
{
    struct fixture *fixture = *state;
    *owner_of(fixture, PF_SLICE("tea")) = fixture->relays[0].id; /* it knows nothing of that */
    enter(fixture, 1, 0, "tea");
    assert_null(last_with(fixture, 1, 0, "{\"type\":\"joined\""));
    pass(fixture, 1000);
    assert_non_null(last_with(fixture, 1, 0, "{\"type\":\"joined\""));
    assert_true(owns(fixture, 0, "tea"));
}

static void a_room_is_claimed_when_its_owner_is_dead(void **state)
{
    struct fixture *fixture = *state;
    meet(fixture);
    pf_cluster_free(fixture->relays[0].cluster);
    fixture->relays[0].cluster = NULL;
    fixture->relays[0].is_up = fixture->relays[0].is_subscribed = false;
    enter(fixture, 1, 1, "tea");
    pass(fixture, 1000);
    assert_null(last_with(fixture, 1, 1, "{\"type\":\"joined\"")); /* its lease goes on */
    assert_int_equal(code_of(fixture, 1, 0), 1001);                /* but nobody has heard OPEN */
    fixture->relays[0].is_alive = false;
    pass(fixture, 1000);
    assert_non_null(last_with(fixture, 1, 1, "{\"type\":\"joined\""));
    assert_true(owns(fixture, 1, "tea"));
    assert_int_equal(counts_of(fixture, 1).visits, 0);
}

static void a_missing_message_ends_the_visits_at_both_ends(void **state)
{
    struct fixture *fixture = *state;
    char id[17];
    meet(fixture);
    copy_id(fixture, 0, 0, id);
    fixture->losses = 1;
    signal_to(fixture, 1, id);
    assert_int_equal(code_of(fixture, 1, 0), 0);
    pass(fixture, SIGNS_MS);
    assert_int_equal(code_of(fixture, 1, 0), 1001);
    assert_int_equal(code_of(fixture, 0, 0), 0);
    assert_in_range(counts_of(fixture, 0).resets, 1, 1);
    assert_in_range(counts_of(fixture, 1).resets, 1, 1);
    pass(fixture, ORPHAN_MS);
    assert_no_visits(fixture);
    assert_non_null(last_with(fixture, 0, 0, "\"away\":true"));
    enter(fixture, 1, 1, "tea"); /* over a new trunk */
    assert_non_null(last_with(fixture, 1, 1, "{\"type\":\"joined\""));
}

static void a_message_that_nobody_hears_ends_the_visit_at_once(void **state)
{
    struct fixture *fixture = *state;
    char id[17];
    meet(fixture);
    copy_id(fixture, 0, 0, id);
    fixture->relays[0].is_subscribed = false;
    signal_to(fixture, 1, id);
    pass(fixture, 100);
    assert_int_equal(code_of(fixture, 1, 0), 1001);
}

static void a_join_waits_for_its_store_but_not_for_ever(void **state)
{
    struct fixture *fixture = *state;
    store_goes_down(fixture, 1);
    enter(fixture, 1, 0, "tea");
    pass(fixture, 2000);
    assert_int_equal(counts_of(fixture, 1).waiting, 1);
    enter(fixture, 1, 1, "tea");
    store_goes_up(fixture, 1);
    pass(fixture, 5000);
    assert_non_null(last_with(fixture, 1, 0, "{\"type\":\"joined\""));
    assert_non_null(last_with(fixture, 1, 1, "{\"type\":\"joined\""));
    store_goes_down(fixture, 1);
    enter(fixture, 1, 2, "lunch");
    pass(fixture, PATIENCE_MS);
    assert_int_equal(code_of(fixture, 1, 2), 1013);
    assert_int_equal(counts_of(fixture, 1).waiting, 0);
    assert_int_equal(code_of(fixture, 1, 0), 0); /* the room that is there goes on */
}

static void a_room_of_this_relay_needs_no_store(void **state)
{
    struct fixture *fixture = *state;
    enter(fixture, 0, 0, "tea");
    store_goes_down(fixture, 0);
    pass(fixture, 60000);
    enter(fixture, 0, 1, "tea");
    assert_non_null(last_with(fixture, 0, 1, "{\"type\":\"joined\""));
}

static void of_two_owners_the_one_that_is_named_stays(void **state)
{
    struct fixture *fixture = *state;
    enter(fixture, 0, 0, "tea");
    *owner_of(fixture, PF_SLICE("tea")) = 0; /* it has been restarted empty */
    enter(fixture, 1, 0, "tea");
    assert_true(owns(fixture, 0, "tea"));
    assert_true(owns(fixture, 1, "tea"));
    store_goes_down(fixture, 0);
    store_goes_up(fixture, 0);
    pass(fixture, 5000);
    assert_false(owns(fixture, 0, "tea"));
    assert_int_equal(code_of(fixture, 0, 0), 1001);
    assert_int_equal(counts_of(fixture, 0).moved, 1);
    enter(fixture, 0, 1, "tea");
    assert_non_null(last_with(fixture, 0, 1, "{\"type\":\"joined\""));
    assert_int_equal(counts_of(fixture, 0).visits, 1);
}

/* A process that was stopped for longer than its lease hears of a room that it has lost since. */
static void a_late_answer_does_not_make_an_owner(void **state)
{
    struct fixture *fixture = *state;
    fixture->is_stalled = true;
    enter(fixture, 0, 0, "tea");
    pass(fixture, LEASE_MS);
    assert_false(owns(fixture, 0, "tea"));
    fixture->is_stalled = false;
    *owner_of(fixture, PF_SLICE("tea")) = fixture->relays[1].id;
    put_item(fixture, 0,
             &(struct pf_store_event){.type = PF_STORE_CLAIMED,
                                      .room = PF_SLICE("tea"),
                                      .relay = fixture->relays[0].id});
    settle(fixture);
    assert_false(owns(fixture, 0, "tea"));
    pass(fixture, 1000);
    assert_false(owns(fixture, 0, "tea"));
    assert_true(owns(fixture, 1, "tea"));
    assert_non_null(last_with(fixture, 0, 0, "{\"type\":\"joined\""));
}

static void a_store_that_is_empty_again_is_told(void **state)
{
    struct fixture *fixture = *state;
    enter(fixture, 0, 0, "tea");
    store_goes_down(fixture, 0);
    *owner_of(fixture, PF_SLICE("tea")) = 0;
    store_goes_up(fixture, 0);
    pass(fixture, 3000);
    assert_int_equal(*owner_of(fixture, PF_SLICE("tea")), fixture->relays[0].id);
    assert_int_equal(code_of(fixture, 0, 0), 0);
}

static void a_relay_that_retires_gives_its_rooms_up(void **state)
{
    struct fixture *fixture = *state;
    meet(fixture);
    pf_cluster_retire(fixture->relays[0].cluster, 2000);
    give(fixture, 0, (struct pf_hub_event){.type = PF_HUB_TIMEOUT});
    assert_false(pf_cluster_is_ready(fixture->relays[0].cluster, fixture->now_ms));
    pass(fixture, 3000);
    assert_int_equal(code_of(fixture, 0, 0), 1001);
    assert_int_equal(code_of(fixture, 1, 0), 1001);
    assert_false(owns(fixture, 0, "tea"));
    assert_int_equal(fixture->relays[0].retirements, 1);
    enter(fixture, 1, 1, "tea");
    assert_non_null(last_with(fixture, 1, 1, "{\"type\":\"joined\""));
    assert_true(owns(fixture, 1, "tea"));
}

static void a_relay_that_is_hurried_gives_up_all_at_once(void **state)
{
    static const char *const rooms[CLIENTS_MAX] = {"tea", "jam", "pie", "nut"};
    struct fixture *fixture = *state;
    for (uint32_t i = 0; i < CLIENTS_MAX; i++) {
        enter(fixture, 0, i, rooms[i]);
    }
    pf_cluster_retire(fixture->relays[0].cluster, 20000);
    give(fixture, 0, (struct pf_hub_event){.type = PF_HUB_TIMEOUT});
    assert_int_equal(counts_of(fixture, 0).rooms_owned, CLIENTS_MAX - 1);
    pf_cluster_retire(fixture->relays[0].cluster, 0);
    give(fixture, 0, (struct pf_hub_event){.type = PF_HUB_TIMEOUT});
    for (uint32_t i = 0; i < CLIENTS_MAX; i++) {
        assert_int_equal(code_of(fixture, 0, i), 1001);
    }
    assert_int_equal(fixture->relays[0].retirements, 1);
}

static void a_relay_is_ready_while_it_hears_itself(void **state)
{
    struct fixture *fixture = *state;
    const struct relay *relay = &fixture->relays[0];
    assert_true(pf_cluster_is_ready(relay->cluster, fixture->now_ms));
    pass(fixture, 60000);
    assert_true(pf_cluster_is_ready(relay->cluster, fixture->now_ms));
    assert_in_range(relay->renewals, 20, 40);
    fixture->relays[0].is_subscribed = false;
    pass(fixture, 5000);
    assert_false(pf_cluster_is_ready(relay->cluster, fixture->now_ms));
    assert_int_equal(relay->reconnects, 0); /* it may only be slow */
    pass(fixture, 45000);
    assert_true(relay->reconnects > 0);
    store_goes_down(fixture, 0);
    store_goes_up(fixture, 0);
    assert_true(pf_cluster_is_ready(relay->cluster, fixture->now_ms));
}

static void a_relay_takes_as_many_guests_as_it_may(void **state)
{
    struct fixture *fixture = *state;
    pf_cluster_free(fixture->relays[0].cluster);
    fixture->guests_max = 1;
    assert_int_equal(start_relay(fixture, 0), PF_ERROR_OK);
    store_goes_up(fixture, 0);
    meet(fixture);
    enter(fixture, 1, 1, "tea");
    assert_int_equal(code_of(fixture, 1, 1), 1013);
    assert_int_equal(code_of(fixture, 1, 0), 0);
    say(fixture, 1, 0, "{\"type\":\"leave\"}");
    enter(fixture, 1, 2, "tea");
    assert_non_null(last_with(fixture, 1, 2, "{\"type\":\"joined\""));
}

/* As while relays are upgraded one by one, where the new ones speak another version. */
static void a_client_for_a_relay_of_another_version_goes_elsewhere_at_once(void **state)
{
    struct fixture *fixture = *state;
    enter(fixture, 0, 0, "tea");
    fixture->is_mixed = true;
    enter(fixture, 1, 0, "tea");
    pass(fixture, 100);
    assert_int_equal(code_of(fixture, 1, 0), 1001);
    assert_int_equal(counts_of(fixture, 0).foreign, 1);
    assert_int_equal(counts_of(fixture, 1).foreign, 1);
    assert_int_equal(counts_of(fixture, 1).foreign_version, PF_BUS_VERSION + 1);
    assert_no_visits(fixture);
    assert_int_equal(counts_of(fixture, 1).trunks, 0);
    assert_int_equal(code_of(fixture, 0, 0), 0);
    enter(fixture, 1, 1, "lunch"); /* its own rooms can be entered */
    assert_non_null(last_with(fixture, 1, 1, "{\"type\":\"joined\""));
}

/* Whoever can publish on a relay's channel is trusted with its rooms, but not with its process. */
static void any_bytes_on_the_bus_are_survived(void **state)
{
    struct fixture *fixture = *state;
    struct pf_random random;
    char bytes[96];
    meet(fixture);
    pf_random_seed(&random, 1);
    for (int i = 0; i < 20000; i++) {
        const size_t size = pf_random_below(&random, sizeof bytes);
        for (size_t k = 0; k < size; k++) {
            bytes[k] = (char)pf_random_below(&random, k < 2 ? 12 : k < 40 ? 4 : 256);
        }
        put_item(fixture, 0,
                 &(struct pf_store_event){.type = PF_STORE_MESSAGE, .bytes = {bytes, size}});
        settle(fixture);
    }
    assert_in_range(counts_of(fixture, 0).guests, 0, CLIENTS_MAX);
}

#define CLUSTER_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CLUSTER_TEST(clients_of_two_relays_meet_in_a_room),
        CLUSTER_TEST(signals_pass_in_both_directions),
        CLUSTER_TEST(a_client_that_leaves_is_gone_at_both_ends),
        CLUSTER_TEST(a_client_that_is_lost_is_away),
        CLUSTER_TEST(an_empty_room_has_no_owner),
        CLUSTER_TEST(a_relay_that_is_named_owner_becomes_it),
        CLUSTER_TEST(a_room_is_claimed_when_its_owner_is_dead),
        CLUSTER_TEST(a_missing_message_ends_the_visits_at_both_ends),
        CLUSTER_TEST(a_message_that_nobody_hears_ends_the_visit_at_once),
        CLUSTER_TEST(a_join_waits_for_its_store_but_not_for_ever),
        CLUSTER_TEST(a_room_of_this_relay_needs_no_store),
        CLUSTER_TEST(of_two_owners_the_one_that_is_named_stays),
        CLUSTER_TEST(a_late_answer_does_not_make_an_owner),
        CLUSTER_TEST(a_store_that_is_empty_again_is_told),
        CLUSTER_TEST(a_relay_that_retires_gives_its_rooms_up),
        CLUSTER_TEST(a_relay_that_is_hurried_gives_up_all_at_once),
        CLUSTER_TEST(a_relay_is_ready_while_it_hears_itself),
        CLUSTER_TEST(a_relay_takes_as_many_guests_as_it_may),
        CLUSTER_TEST(a_client_for_a_relay_of_another_version_goes_elsewhere_at_once),
        CLUSTER_TEST(any_bytes_on_the_bus_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
