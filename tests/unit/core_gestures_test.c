/* core_gestures_test.c - the raised hand, and reactions. */
/* SPDX-License-Identifier: MIT */
#include "core_events.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* A member that takes reactions is connected, and its data channel is open. */
static pf_pc connect(struct driver *d, pf_member_id id)
{
    driver_relay(d,
                 "{\"type\":\"member\",\"id\":\"%016" PRIx64 "\",\"name\":\"Bob\","
                 "\"instance\":42,\"away\":false,\"capabilities\":[\"dance\",\"reaction\"]}",
                 id);
    driver_connect(d, id);
    driver_channel_opened(d, driver_pc(d, id));
    return driver_pc(d, id);
}

/* How many messages on data channels have this in them. */
static size_t said(const struct driver *d, const char *part)
{
    size_t count = 0;
    for (size_t i = 0; i < driver_count(d, PF_COMMAND_PC_CHANNEL_SEND); i++) {
        const struct pf_slice text = driver_find_at(d, PF_COMMAND_PC_CHANNEL_SEND, i)->text;
        char copy[512];
        (void)pf_slice_copy(text, copy, sizeof copy);
        count += strstr(copy, part) != NULL;
    }
    return count;
}

/* ---- the hand ---- */

static void a_raised_hand_is_part_of_the_state(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    (void)connect(d, DRIVER_LOW);
    driver_set_hand(d, true);
    assert_int_equal(said(d, "\"hand\":1"), 1);
    assert_int_equal(driver_sent(d, "\"kind\":\"state\"", "\"hand\":1", NULL), 1);
    assert_int_equal(d->hand, 1);
    driver_set_hand(d, true);
    assert_int_equal(d->commands_count, 0);
    driver_set_hand(d, false);
    assert_int_equal(driver_sent(d, "\"kind\":\"state\"", NULL, NULL), 1);
    assert_int_equal(driver_sent(d, "\"hand\"", NULL, NULL), 0);
    assert_int_equal(d->hand, 0);
    driver_set_hand(d, false);
    assert_int_equal(d->commands_count, 0);
}

static void a_hand_that_is_raised_before_joining_comes_with_the_offer(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_set_hand(d, true);
    driver_hello(d);
    driver_created(d, d->prepared_pc, PF_DESCRIPTION_OFFER);
    driver_local(d, d->prepared_pc, PF_DESCRIPTION_OFFER);
    driver_join(d);
    assert_int_equal(driver_sent(d, "\"preparedOffer\"", "\"hand\":1", NULL), 1);
}

static void a_hand_is_raised_behind_all_others(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    const pf_pc low = connect(d, DRIVER_LOW);
    const pf_pc high = connect(d, DRIVER_HIGH);
    driver_channel_message(d, low, "{\"type\":\"state\",\"sequence\":3,\"hand\":7}");
    assert_int_equal(driver_peer(d, DRIVER_LOW)->sources.hand, 7);
    driver_channel_message(d, high, "{\"type\":\"state\",\"sequence\":3,\"hand\":2}");
    driver_set_hand(d, true);
    assert_int_equal(d->hand, 8);
    driver_channel_message(d, low, "{\"type\":\"state\",\"sequence\":4}");
    assert_int_equal(driver_peer(d, DRIVER_LOW)->sources.hand, 0);
    driver_set_hand(d, false);
    driver_set_hand(d, true);
    assert_int_equal(d->hand, 3);
    driver_left(d, DRIVER_HIGH, "left");
    driver_set_hand(d, false);
    driver_set_hand(d, true);
    assert_int_equal(d->hand, 1);
}

static void R19_the_highest_place_has_none_behind_it(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    const pf_pc pc = connect(d, DRIVER_LOW);
    driver_channel_message(d, pc, "{\"type\":\"state\",\"sequence\":3,\"hand\":4294967295}");
    driver_set_hand(d, true);
    assert_int_equal(d->hand, UINT32_MAX);
}

static void a_peer_that_reloads_has_its_hand_down(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    const pf_pc pc = connect(d, DRIVER_LOW);
    driver_channel_message(d, pc, "{\"type\":\"state\",\"sequence\":3,\"hand\":1}");
    driver_relay(d, "{\"type\":\"member\",\"id\":\"0000000000000010\",\"name\":\"Bob\","
                    "\"instance\":43,\"away\":false}");
    assert_int_equal(driver_peer(d, DRIVER_LOW)->sources.hand, 0);
}

/* ---- reactions ---- */

static void a_reaction_goes_to_whoever_takes_it_and_is_shown(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    const pf_pc pc = connect(d, DRIVER_LOW);
    driver_connect(d, DRIVER_HIGH); /* of an older version */
    driver_channel_opened(d, driver_pc(d, DRIVER_HIGH));
    driver_react(d, PF_REACTION_HEART);
    const struct pf_command *sent = driver_get(d, PF_COMMAND_PC_CHANNEL_SEND);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CHANNEL_SEND), 1);
    assert_int_equal(sent->pc, pc);
    assert_true(pf_slice_equal(sent->text, PF_SLICE("{\"type\":\"reaction\",\"kind\":\"heart\"}")));
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_SEND), 0);
    const struct pf_command *shown = driver_get(d, PF_COMMAND_SHOW_REACTION);
    assert_int_equal(shown->reaction.id, 0);
    assert_int_equal(shown->reaction.kind, PF_REACTION_HEART);
}

static void a_reaction_needs_no_relay_but_a_room(void **state)
{
    struct driver *d = *state;
    driver_react(d, PF_REACTION_HEART);
    assert_int_equal(d->commands_count, 0);
    driver_enter(d, 0, 0);
    (void)connect(d, DRIVER_LOW);
    driver_socket_closed(d, 1006);
    driver_react(d, PF_REACTION_THANKS);
    assert_int_equal(said(d, "\"thanks\""), 1);
    driver_leave(d);
    driver_react(d, PF_REACTION_HEART);
    assert_int_equal(d->commands_count, 0);
}

static void a_reaction_is_lost_without_a_channel(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    const pf_pc pc = connect(d, DRIVER_LOW);
    driver_channel_closed(d, pc);
    driver_react(d, PF_REACTION_HEART);
    assert_int_equal(said(d, ""), 0);
    assert_int_equal(driver_count(d, PF_COMMAND_SHOW_REACTION), 1);
    driver_channel_opened(d, pc);
    assert_int_equal(said(d, "reaction"), 0);
}

static void eight_reactions_at_once_and_then_four_a_second_are_sent(void **state)
{
    struct driver *d = *state;
    size_t sent = 0;
    driver_enter(d, 0, 0);
    (void)connect(d, DRIVER_LOW);
    for (int i = 0; i < 100; i++) {
        driver_react(d, PF_REACTION_APPLAUSE);
        sent += said(d, "applause");
        assert_int_equal(said(d, "applause"), driver_count(d, PF_COMMAND_SHOW_REACTION));
    }
    assert_int_equal(sent, 8);
    driver_wait(d, 250);
    driver_react(d, PF_REACTION_APPLAUSE);
    assert_int_equal(said(d, "applause"), 1);
    driver_react(d, PF_REACTION_APPLAUSE);
    assert_int_equal(said(d, "applause"), 0);
}

static void R19_a_flood_of_reactions_is_dropped(void **state)
{
    struct driver *d = *state;
    size_t shown = 0;
    driver_enter(d, 0, 0);
    const pf_pc low = connect(d, DRIVER_LOW);
    const pf_pc high = connect(d, DRIVER_HIGH);
    for (int i = 0; i < 1000; i++) {
        driver_channel_message(d, low, "{\"type\":\"reaction\",\"kind\":\"laugh\"}");
        shown += driver_count(d, PF_COMMAND_SHOW_REACTION);
    }
    assert_int_equal(shown, 8);
    driver_channel_message(d, high, "{\"type\":\"reaction\",\"kind\":\"surprise\"}");
    const struct pf_command *command = driver_get(d, PF_COMMAND_SHOW_REACTION);
    assert_int_equal(command->reaction.id, DRIVER_HIGH);
    assert_int_equal(command->reaction.kind, PF_REACTION_SURPRISE);
    /* Coming back as somebody else helps nobody. */
    driver_left(d, DRIVER_LOW, "left");
    const pf_pc other = connect(d, 0x11);
    driver_channel_message(d, other, "{\"type\":\"reaction\",\"kind\":\"laugh\"}");
    assert_int_equal(d->commands_count, 0);
    driver_wait(d, 250);
    driver_channel_message(d, other, "{\"type\":\"reaction\",\"kind\":\"laugh\"}");
    assert_int_equal(driver_count(d, PF_COMMAND_SHOW_REACTION), 1);
}

static void a_reaction_of_a_kind_that_nobody_knows_is_dropped_and_counted(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    const pf_pc pc = connect(d, DRIVER_LOW);
    driver_channel_message(d, pc, "{\"type\":\"reaction\",\"kind\":\"telepathy\"}");
    driver_channel_message(d, pc, "{\"type\":\"reaction\"}");
    assert_int_equal(d->commands_count, 0);
    assert_int_equal(driver_counters(d)->unreadable, 2);
}

static void a_reaction_does_not_come_over_the_relay(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_relay(d, "{\"type\":\"reaction\",\"kind\":\"heart\"}");
    assert_int_equal(d->commands_count, 0);
    assert_int_equal(driver_counters(d)->unreadable, 1);
}

static void the_others_are_told_of_the_capabilities_in_the_configuration(void **state)
{
    (void)state;
    struct pf_room_config config = driver_config();
    config.capabilities = PF_CAPABILITY_REACTION;
    struct driver *d = driver_new(&config);
    driver_enter(d, 0, 0);
    driver_reach_again(d);
    assert_int_equal(driver_sent(d, "\"capabilities\":[\"reaction\"]", NULL, NULL), 1);
    driver_free(d);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, driver_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_raised_hand_is_part_of_the_state),
        TEST(a_hand_that_is_raised_before_joining_comes_with_the_offer),
        TEST(a_hand_is_raised_behind_all_others),
        TEST(R19_the_highest_place_has_none_behind_it),
        TEST(a_peer_that_reloads_has_its_hand_down),
        TEST(a_reaction_goes_to_whoever_takes_it_and_is_shown),
        TEST(a_reaction_needs_no_relay_but_a_room),
        TEST(a_reaction_is_lost_without_a_channel),
        TEST(eight_reactions_at_once_and_then_four_a_second_are_sent),
        TEST(R19_a_flood_of_reactions_is_dropped),
        TEST(a_reaction_of_a_kind_that_nobody_knows_is_dropped_and_counted),
        TEST(a_reaction_does_not_come_over_the_relay),
        cmocka_unit_test(the_others_are_told_of_the_capabilities_in_the_configuration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
