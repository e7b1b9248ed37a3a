/* core_order_test.c - delayed, repeated and unknown messages have no effect on a call. */
/* SPDX-License-Identifier: MIT */
#include "core_events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define OFFER  PF_DESCRIPTION_OFFER
#define ANSWER PF_DESCRIPTION_ANSWER

/* ---- any order ---- */

enum { MESSAGES_COUNT = 4, ORDERS_COUNT = 24, DESCRIPTION = 0 };

/* Permutation `number` of the messages 0 to 3. */
static void draw_order(size_t number, size_t order[MESSAGES_COUNT])
{
    size_t left[MESSAGES_COUNT] = {0, 1, 2, 3};
    for (size_t i = 0; i < MESSAGES_COUNT; i++) {
        const size_t count = MESSAGES_COUNT - i;
        const size_t at = number % count;
        number /= count;
        order[i] = left[at];
        for (size_t k = at; k + 1 < count; k++) {
            left[k] = left[k + 1];
        }
    }
}

/* The commands of a run: a letter for each added candidate, 'S' for a description that is set. */
struct command_log {
    size_t size;
    char text[16];
};

static void note_commands(struct command_log *log, const struct driver *d)
{
    for (size_t i = 0; i < d->commands_count; i++) {
        const struct pf_command *command = &d->commands[i];
        assert_true(log->size + 1 < sizeof log->text);
        if (command->type == PF_COMMAND_PC_SET_REMOTE) {
            log->text[log->size++] = 'S';
        } else if (command->type == PF_COMMAND_PC_ADD_CANDIDATE) {
            const struct pf_slice candidate = command->candidate.candidate;
            log->text[log->size++] = candidate.size > 0 ? candidate.data[0] : '.';
        }
        assert_int_not_equal(command->type, PF_COMMAND_PC_CLOSE);
    }
    log->text[log->size] = '\0';
}

/*
 * Feeds a description of epoch 1, offer 1 and its three candidates in this order. The browser has
 * set the description when `wait` more messages have arrived.
 */
static void run_order(struct driver *d, pf_member_id peer, enum pf_description_type type,
                      const size_t order[MESSAGES_COUNT], size_t wait, struct command_log *log)
{
    static const char *const candidates[] = {NULL, "a", "b", ""};
    size_t set_at = SIZE_MAX;
    for (size_t i = 0; i < MESSAGES_COUNT + wait + 1; i++) {
        if (i < MESSAGES_COUNT && order[i] != DESCRIPTION) {
            driver_candidate(d, peer, 1, 1, candidates[order[i]]);
            note_commands(log, d);
        } else if (i < MESSAGES_COUNT) {
            (type == OFFER ? driver_offer : driver_answer)(d, peer, 1, 1);
            note_commands(log, d);
            set_at = i + wait;
        }
        if (i == set_at) {
            driver_remote_set(d, driver_pc(d, peer), type);
            note_commands(log, d);
        }
    }
}

static void check_orders(enum pf_description_type type)
{
    const struct pf_room_config config = driver_config();
    for (size_t number = 0; number < ORDERS_COUNT * MESSAGES_COUNT; number++) {
        struct driver *d = driver_new(&config);
        struct command_log log = {.size = 0};
        size_t order[MESSAGES_COUNT];
        char expected[8] = "S";
        size_t size = 1;
        draw_order(number % ORDERS_COUNT, order);
        for (size_t i = 0; i < MESSAGES_COUNT; i++) {
            if (order[i] != DESCRIPTION) {
                expected[size++] = "Sab."[order[i]]; /* in the order of arrival */
            }
        }
        driver_enter(d, type == OFFER ? 0 : DRIVER_LOW, 0);
        if (type == OFFER) {
            driver_member(d, DRIVER_LOW, false);
        } else {
            driver_created(d, driver_pc(d, DRIVER_LOW), OFFER);
        }
        run_order(d, DRIVER_LOW, type, order, number / ORDERS_COUNT, &log);
        assert_string_equal(log.text, expected);
        assert_int_equal(driver_counters(d)->stale, 0);
        driver_free(d);
    }
}

static void G11_an_offer_and_its_candidates_may_arrive_in_any_order(void **state)
{
    (void)state; /* a room for each order */
    check_orders(OFFER);
}

static void G11_an_answer_and_its_candidates_may_arrive_in_any_order(void **state)
{
    (void)state; /* a room for each order */
    check_orders(ANSWER);
}

/* ---- repetition ---- */

static void replay(struct driver *d)
{
    driver_hello(d);
    driver_joined(d, DRIVER_SELF, 0, 0);
    driver_member(d, DRIVER_LOW, false);
    driver_offer(d, DRIVER_LOW, 1, 1);
    driver_candidate(d, DRIVER_LOW, 1, 1, "candidate:1");
    driver_request(d, DRIVER_LOW, 1, "offer");
    driver_answer(d, DRIVER_LOW, 1, 1);
}

static void R16_messages_that_the_relay_repeats_have_no_effect(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_connect(d, DRIVER_LOW);
    const pf_pc pc = driver_pc(d, DRIVER_LOW);
    driver_offer(d, DRIVER_LOW, 1, 3); /* makes everything before it stale */
    driver_remote_set(d, pc, OFFER);
    driver_created(d, pc, ANSWER);
    const struct pf_room_counters before = *driver_counters(d);
    const uint32_t id = d->last_id;
    replay(d);
    assert_int_equal(d->last_id, id); /* nothing was created */
    assert_int_equal(driver_open_pcs(d), 1);
    assert_int_equal(driver_pc(d, DRIVER_LOW), pc);
    assert_int_equal(driver_peer(d, DRIVER_LOW)->state, PF_PEER_CONNECTED);
    assert_int_equal(d->state, PF_ROOM_JOINED);
    assert_int_equal(driver_counters(d)->unreadable, before.unreadable + 2);
    assert_int_equal(driver_counters(d)->stale, before.stale + 3);
}

static void R16_a_late_state_does_not_overwrite_a_newer_one(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_connect(d, DRIVER_LOW);
    static const char *const states[] = {"\"sequence\":6,\"microphone\":\"off\"",
                                         "\"sequence\":5,\"microphone\":\"on\""};
    for (size_t i = 0; i < 2; i++) {
        driver_relay(d,
                     "{\"type\":\"signal\",\"from\":\"0000000000000010\",\"fromInstance\":42,"
                     "\"toInstance\":77,\"kind\":\"state\",\"state\":{%s,\"camera\":\"on\"}}",
                     states[i]);
        assert_int_equal(driver_peer(d, DRIVER_LOW)->sources.sources[PF_SOURCE_MICROPHONE],
                         PF_SOURCE_STATE_OFF);
    }
}

/* ---- other versions ---- */

static void R31_unknown_members_of_known_messages_are_ignored(void **state)
{
    struct driver *d = *state;
    driver_start(d);
    driver_relay(d, "{\"type\":\"hello\",\"iceServers\":[],\"membersMax\":8,\"pingMs\":15000,"
                    "\"graceMs\":20000,\"version\":2,\"features\":{\"a\":[1]}}");
    driver_created(d, d->prepared_pc, OFFER);
    driver_join(d);
    driver_relay(d, "{\"type\":\"joined\",\"later\":null,\"self\":\"0000000000000050\","
                    "\"resumed\":false,\"ticket\":\"t\",\"members\":[{\"id\":\"0000000000000010\","
                    "\"name\":\"Bob\",\"instance\":42,\"away\":false,\"role\":\"host\"}]}");
    assert_int_equal(d->state, PF_ROOM_JOINED);
    assert_non_null(driver_peer(d, DRIVER_LOW));
    assert_int_equal(driver_counters(d)->unreadable, 0);
}

static void R31_unknown_messages_are_counted_and_have_no_effect(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_connect(d, DRIVER_LOW);
    driver_relay(d, "{\"type\":\"poll\",\"question\":\"tea?\"}");
    driver_relay(d, "{\"type\":\"signal\",\"from\":\"0000000000000010\",\"fromInstance\":42,"
                    "\"toInstance\":77,\"kind\":\"chat\",\"text\":\"hello\"}");
    driver_relay(d, "{\"type\":\"signal\",\"from\":\"0000000000000010\",\"fromInstance\":42,"
                    "\"toInstance\":77,\"kind\":\"request\",\"epoch\":1,\"want\":\"simulcast\"}");
    driver_channel_message(d, driver_pc(d, DRIVER_LOW), "{\"type\":\"chat\",\"text\":\"hello\"}");
    assert_int_equal(driver_counters(d)->unreadable, 4);
    assert_int_equal(driver_peer(d, DRIVER_LOW)->state, PF_PEER_CONNECTED);
    assert_int_equal(d->state, PF_ROOM_JOINED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, driver_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(G11_an_offer_and_its_candidates_may_arrive_in_any_order),
        cmocka_unit_test(G11_an_answer_and_its_candidates_may_arrive_in_any_order),
        TEST(R16_messages_that_the_relay_repeats_have_no_effect),
        TEST(R16_a_late_state_does_not_overwrite_a_newer_one),
        TEST(R31_unknown_members_of_known_messages_are_ignored),
        TEST(R31_unknown_messages_are_counted_and_have_no_effect),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
