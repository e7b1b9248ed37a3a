/* core_host_test.c - hosts, the room's door, and who knocks, as a client sees them. */
/* SPDX-License-Identifier: MIT */
#include "core_captures.h"

#include <string.h>

#define LOW  "0000000000000010"
#define HIGH "0000000000000090"

static const struct pf_command *shown_room(const struct driver *d)
{
    return driver_get(d, PF_COMMAND_SHOW_ROOM);
}

/* `terms`: ",\"role\":...", of the relay. */
static void tell(struct driver *d, const char *terms)
{
    driver_relay(d, "{\"type\":\"room\",\"ticket\":\"newer\"%s}", terms);
}

static void host(struct driver *d, enum pf_host_action action, pf_member_id id)
{
    driver_feed(d, &(struct pf_event){.type = PF_EVENT_HOST, .host = {action, id}});
}

static void press_join(struct driver *d)
{
    driver_start(d);
    driver_hello(d);
    driver_created(d, d->prepared_pc, PF_DESCRIPTION_OFFER);
    driver_join(d);
}

static void enter_as_host(struct driver *d)
{
    driver_enter(d, DRIVER_LOW, 0);
    driver_connect(d, DRIVER_LOW);
    tell(d, ",\"role\":\"host\"");
}

/* ---- one's role, and the door ---- */

static void the_page_is_shown_role_and_door_and_the_new_ticket(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    tell(d, ",\"role\":\"host\",\"door\":\"locked\"");
    assert_true(shown_room(d)->room.is_host);
    assert_true(shown_room(d)->room.is_locked);
    assert_string_equal(d->ticket, "newer");
    tell(d, "");
    assert_false(shown_room(d)->room.is_host);
    assert_false(shown_room(d)->room.is_locked);
}

static void joined_says_the_same(void **state)
{
    struct driver *d = *state;
    press_join(d);
    driver_relay(d, "{\"type\":\"joined\",\"self\":\"0000000000000050\",\"resumed\":false,"
                    "\"ticket\":\"t\",\"members\":[],\"role\":\"host\",\"door\":\"locked\","
                    "\"knocks\":[{\"id\":\"" HIGH "\",\"name\":\"Eve\"}]}");
    assert_true(shown_room(d)->room.is_host);
    assert_true(shown_room(d)->room.is_locked);
    assert_int_equal(driver_get(d, PF_COMMAND_SHOW_KNOCKS)->knocks.count, 1);
}

static void who_leaves_the_room_has_no_role_in_it(void **state)
{
    struct driver *d = *state;
    enter_as_host(d);
    tell(d, ",\"role\":\"host\",\"knocks\":[{\"id\":\"" HIGH "\",\"name\":\"Eve\"}]");
    driver_leave(d);
    assert_false(shown_room(d)->room.is_host);
    assert_int_equal(driver_get(d, PF_COMMAND_SHOW_KNOCKS)->knocks.count, 0);
    assert_null(driver_get(d, PF_COMMAND_SHOW_KNOCKS)->knocks.list);
}

static void who_leaves_a_locked_room_is_not_shown_its_lock(void **state)
{
    struct driver *d = *state;
    driver_enter(d, DRIVER_LOW, 0);
    tell(d, ",\"door\":\"locked\"");
    driver_leave(d);
    assert_false(shown_room(d)->room.is_locked);
}

static void a_role_outlives_a_lost_relay(void **state)
{
    struct driver *d = *state;
    enter_as_host(d);
    driver_socket_closed(d, 1006);
    assert_true(shown_room(d)->room.is_host);
}

static void room_means_nothing_before_joined(void **state)
{
    struct driver *d = *state;
    press_join(d);
    tell(d, ",\"role\":\"host\"");
    assert_int_equal(d->commands_count, 0);
    assert_int_equal(pf_room_counters(d->room)->unreadable, 1);
}

static void the_page_is_shown_who_is_host(void **state)
{
    struct driver *d = *state;
    driver_enter(d, DRIVER_LOW, 0);
    driver_relay(d, "{\"type\":\"member\",\"id\":\"" LOW "\",\"name\":\"Bob\",\"instance\":42,"
                    "\"away\":false,\"role\":\"host\"}");
    assert_true(driver_get(d, PF_COMMAND_SHOW_PEER)->peer.is_host);
    driver_relay(d, "{\"type\":\"member\",\"id\":\"" LOW "\",\"name\":\"Bob\",\"instance\":42,"
                    "\"away\":false}");
    assert_false(driver_get(d, PF_COMMAND_SHOW_PEER)->peer.is_host);
}

/* ---- what a host does ---- */

static void what_a_host_does_is_told_to_the_relay(void **state)
{
    static const char *const texts[] = {
        "{\"type\":\"host\",\"action\":\"open\"}",
        "{\"type\":\"host\",\"action\":\"lock\"}",
        "{\"type\":\"host\",\"action\":\"admit\",\"id\":\"" HIGH "\"}",
        "{\"type\":\"host\",\"action\":\"refuse\",\"id\":\"" HIGH "\"}",
        "{\"type\":\"host\",\"action\":\"remove\",\"id\":\"" HIGH "\"}",
        "{\"type\":\"host\",\"action\":\"mute\"}",
        "{\"type\":\"host\",\"action\":\"appoint\",\"id\":\"" HIGH "\"}",
    };
    struct driver *d = *state;
    enter_as_host(d);
    for (int action = PF_HOST_OPEN; action <= PF_HOST_APPOINT; action++) {
        const bool has_id = strstr(texts[action], "id") != NULL;
        host(d, (enum pf_host_action)action, has_id ? DRIVER_HIGH : 0);
        assert_int_equal(driver_sent(d, texts[action], NULL, NULL), 1);
    }
}

static void who_is_no_host_or_has_no_relay_does_nothing(void **state)
{
    struct driver *d = *state;
    driver_enter(d, DRIVER_LOW, 0);
    host(d, PF_HOST_LOCK, 0);
    assert_int_equal(d->commands_count, 0);
    tell(d, ",\"role\":\"host\"");
    driver_socket_closed(d, 1006);
    host(d, PF_HOST_LOCK, 0);
    assert_int_equal(d->commands_count, 0);
}

static void knocks_are_shown_when_they_change(void **state)
{
    struct driver *d = *state;
    enter_as_host(d);
    tell(d, ",\"role\":\"host\",\"knocks\":[{\"id\":\"" HIGH "\",\"name\":\"Eve\"}]");
    const struct pf_command *shown = driver_get(d, PF_COMMAND_SHOW_KNOCKS);
    assert_int_equal(shown->knocks.count, 1);
    assert_true(shown->knocks.list[0].id == DRIVER_HIGH);
    tell(d, ",\"role\":\"host\",\"knocks\":[{\"id\":\"" HIGH "\",\"name\":\"Eve\"}]");
    assert_int_equal(driver_count(d, PF_COMMAND_SHOW_KNOCKS), 0);
    tell(d, ",\"role\":\"host\",\"knocks\":[{\"id\":\"" LOW "\",\"name\":\"Eve\"}]");
    assert_int_equal(driver_count(d, PF_COMMAND_SHOW_KNOCKS), 1);
    tell(d, ",\"role\":\"host\"");
    assert_int_equal(driver_get(d, PF_COMMAND_SHOW_KNOCKS)->knocks.count, 0);
}

/* ---- at the door ---- */

static void R10_who_knocks_waits_as_long_as_it_takes(void **state)
{
    struct driver *d = *state;
    press_join(d);
    driver_relay(d, "{\"type\":\"knocking\"}");
    assert_true(shown_room(d)->room.is_knocking);
    for (int i = 0; i < 10; i++) {
        driver_wait(d, 10000);
        assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_CLOSE), 0);
        driver_relay(d, "{\"type\":\"ping\"}");
    }
    driver_joined(d, DRIVER_SELF, DRIVER_LOW, 0);
    assert_false(shown_room(d)->room.is_knocking);
    assert_int_equal(d->state, PF_ROOM_JOINED);
}

static void who_is_refused_is_told_so(void **state)
{
    struct driver *d = *state;
    press_join(d);
    driver_relay(d, "{\"type\":\"knocking\"}");
    driver_relay(d, "{\"type\":\"error\",\"code\":\"refused\",\"message\":\"\"}");
    assert_int_equal(d->state, PF_ROOM_REFUSED);
    assert_int_equal(d->code, PF_CODE_REFUSED);
    assert_false(shown_room(d)->room.is_knocking);
}

static void who_loses_the_relay_at_the_door_knocks_again(void **state)
{
    struct driver *d = *state;
    press_join(d);
    driver_relay(d, "{\"type\":\"knocking\"}");
    driver_socket_closed(d, 1006);
    assert_false(shown_room(d)->room.is_knocking);
    driver_wait(d, 10000);
    driver_hello(d);
    assert_int_equal(driver_sent(d, "\"type\":\"join\"", NULL, NULL), 1);
}

static void knocking_means_nothing_inside(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_relay(d, "{\"type\":\"knocking\"}");
    assert_int_equal(d->commands_count, 0);
}

/* ---- removed, muted ---- */

static void who_is_removed_closes_everything_and_forgets_the_ticket(void **state)
{
    struct driver *d = *state;
    driver_enter(d, DRIVER_LOW, 0);
    driver_connect(d, DRIVER_LOW);
    driver_relay(d, "{\"type\":\"error\",\"code\":\"removed\",\"message\":\"\"}");
    assert_int_equal(d->state, PF_ROOM_REFUSED);
    assert_int_equal(d->code, PF_CODE_REMOVED);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CLOSE), 1);
    assert_int_equal(driver_count(d, PF_COMMAND_HIDE_PEER), 1);
    driver_join(d);
    driver_hello(d);
    driver_wait(d, 1000);
    assert_string_equal(d->ticket, "");
}

static void a_host_asks_for_quiet_and_the_user_may_undo_it(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    driver_relay(d, "{\"type\":\"mute\",\"from\":\"" LOW "\"}");
    assert_false(d->local[PF_SOURCE_MICROPHONE].on);
    assert_true(driver_get(d, PF_COMMAND_SHOW_MUTED)->muted_by == DRIVER_LOW);
    driver_relay(d, "{\"type\":\"mute\",\"from\":\"" LOW "\"}");
    assert_int_equal(d->commands_count, 0); /* it is quiet */
    driver_set(d, PF_SOURCE_MICROPHONE, true);
    assert_true(d->local[PF_SOURCE_MICROPHONE].on);
}

static void D28_who_is_interrupted_is_muted_too(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    driver_muted(d, d->local[PF_SOURCE_MICROPHONE].track, true);
    driver_relay(d, "{\"type\":\"mute\",\"from\":\"" LOW "\"}");
    assert_false(d->local[PF_SOURCE_MICROPHONE].on);
}

static void D28_a_microphone_that_is_being_opened_is_muted_too(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    const pf_track track = asked(d, PF_SOURCE_MICROPHONE);
    driver_hello(d);
    driver_created(d, d->prepared_pc, PF_DESCRIPTION_OFFER);
    driver_join(d);
    driver_joined(d, DRIVER_SELF, DRIVER_LOW, 0);
    driver_relay(d, "{\"type\":\"mute\",\"from\":\"" LOW "\"}");
    assert_true(driver_get(d, PF_COMMAND_SHOW_MUTED)->muted_by == DRIVER_LOW);
    driver_opened(d, track, "mic");
    assert_false(d->local[PF_SOURCE_MICROPHONE].on);
    driver_relay(d, "{\"type\":\"mute\",\"from\":\"" LOW "\"}");
    assert_int_equal(driver_count(d, PF_COMMAND_SHOW_MUTED), 0);
}

static void a_microphone_that_is_missing_is_off_when_it_is_plugged_in(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_refused(d, asked(d, PF_SOURCE_MICROPHONE), asked(d, PF_SOURCE_CAMERA),
                   PF_DOM_ERROR_NOT_FOUND);
    driver_hello(d);
    driver_created(d, d->prepared_pc, PF_DESCRIPTION_OFFER);
    driver_join(d);
    driver_joined(d, DRIVER_SELF, DRIVER_LOW, 0);
    driver_relay(d, "{\"type\":\"mute\",\"from\":\"" LOW "\"}");
    assert_false(d->local[PF_SOURCE_MICROPHONE].on);
    driver_relay(d, "{\"type\":\"mute\",\"from\":\"" LOW "\"}");
    assert_int_equal(driver_count(d, PF_COMMAND_SHOW_MUTED), 0);
}

static void nobody_who_is_not_there_asks_for_quiet(void **state)
{
    struct driver *d = *state;
    (void)begin_call(d);
    driver_relay(d, "{\"type\":\"mute\",\"from\":\"" HIGH "\"}");
    assert_true(d->local[PF_SOURCE_MICROPHONE].on);
    assert_int_equal(driver_count(d, PF_COMMAND_SHOW_MUTED), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, driver_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_page_is_shown_role_and_door_and_the_new_ticket),
        TEST(joined_says_the_same),
        TEST(who_leaves_the_room_has_no_role_in_it),
        TEST(a_role_outlives_a_lost_relay),
        TEST(room_means_nothing_before_joined),
        TEST(the_page_is_shown_who_is_host),
        TEST(what_a_host_does_is_told_to_the_relay),
        TEST(who_is_no_host_or_has_no_relay_does_nothing),
        TEST(knocks_are_shown_when_they_change),
        TEST(R10_who_knocks_waits_as_long_as_it_takes),
        TEST(who_is_refused_is_told_so),
        TEST(who_loses_the_relay_at_the_door_knocks_again),
        TEST(knocking_means_nothing_inside),
        TEST(who_is_removed_closes_everything_and_forgets_the_ticket),
        TEST(a_host_asks_for_quiet_and_the_user_may_undo_it),
        TEST(D28_who_is_interrupted_is_muted_too),
        TEST(who_leaves_a_locked_room_is_not_shown_its_lock),
        TEST(nobody_who_is_not_there_asks_for_quiet),
        TEST(D28_a_microphone_that_is_being_opened_is_muted_too),
        TEST(a_microphone_that_is_missing_is_off_when_it_is_plugged_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
