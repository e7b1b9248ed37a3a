/* core_hostile_test.c - no input reaches an assertion, and equal input gives equal commands. */
/* SPDX-License-Identifier: MIT */
#include "core_chaos.h"
#include "core_events.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define OFFER  PF_DESCRIPTION_OFFER
#define ANSWER PF_DESCRIPTION_ANSWER

/* ---- every signal in every state of a negotiation ---- */

static void be_waiting(struct driver *d)
{
    driver_enter(d, 0, 0);
    driver_member(d, DRIVER_LOW, false);
}

static void be_stable(struct driver *d)
{
    driver_enter(d, 0, 0);
    driver_connect(d, DRIVER_LOW);
}

static void be_making_offer(struct driver *d)
{
    be_stable(d);
    driver_request(d, DRIVER_LOW, 1, "restart");
}

static void be_offered(struct driver *d)
{
    be_making_offer(d);
    driver_created(d, driver_pc(d, DRIVER_LOW), OFFER);
}

static void be_setting_answer(struct driver *d)
{
    be_offered(d);
    driver_answer(d, DRIVER_LOW, 1, 2);
}

static void be_setting_offer(struct driver *d)
{
    be_stable(d);
    driver_offer(d, DRIVER_LOW, 1, 3);
}

static void be_making_answer(struct driver *d)
{
    be_setting_offer(d);
    driver_remote_set(d, driver_pc(d, DRIVER_LOW), OFFER);
}

static void be_away(struct driver *d)
{
    be_stable(d);
    driver_member(d, DRIVER_LOW, true);
}

static void be_an_orphan(struct driver *d)
{
    be_stable(d);
    driver_left(d, DRIVER_LOW, "timeout");
}

static void be_gone(struct driver *d)
{
    be_stable(d);
    driver_left(d, DRIVER_LOW, "left");
}

static void be_reconnecting(struct driver *d)
{
    be_stable(d);
    driver_reach_again(d);
}

static void be_left(struct driver *d)
{
    be_stable(d);
    driver_leave(d);
}

static void (*const states[])(struct driver *) = {
    be_waiting,       be_stable, be_making_offer, be_offered, be_setting_answer, be_setting_offer,
    be_making_answer, be_away,   be_an_orphan,    be_gone,    be_reconnecting,   be_left,
};

enum { STATES_COUNT = sizeof states / sizeof *states, KINDS_COUNT = 8 };

/* A signal of this kind: the text that follows "kind": in the message. */
static void write_kind(char *out, size_t capacity, int kind, uint32_t epoch, uint32_t offer)
{
    static const char *const formats[KINDS_COUNT] = {
        "\"description\",\"epoch\":%" PRIu32 ",\"offerNumber\":%" PRIu32
        ",\"description\":{\"type\":\"offer\",\"sdp\":\"v=0\"}",
        "\"description\",\"epoch\":%" PRIu32 ",\"offerNumber\":%" PRIu32
        ",\"description\":{\"type\":\"answer\",\"sdp\":\"v=0\"}",
        "\"candidate\",\"epoch\":%" PRIu32 ",\"offerNumber\":%" PRIu32
        ",\"candidate\":{\"candidate\":\"c\"}",
        "\"candidate\",\"epoch\":%" PRIu32 ",\"offerNumber\":%" PRIu32
        ",\"candidate\":{\"candidate\":\"\"}",
        "\"request\",\"epoch\":%" PRIu32 ",\"offerNumber\":%" PRIu32 ",\"want\":\"offer\"",
        "\"request\",\"epoch\":%" PRIu32 ",\"offerNumber\":%" PRIu32 ",\"want\":\"restart\"",
        "\"request\",\"epoch\":%" PRIu32 ",\"offerNumber\":%" PRIu32 ",\"want\":\"renew\"",
        "\"state\",\"epoch\":%" PRIu32 ",\"offerNumber\":%" PRIu32
        ",\"state\":{\"sequence\":9,\"microphone\":\"on\",\"camera\":\"on\"}",
    };
    /* All formats take the same two numbers. */
    (void)snprintf(out, capacity, formats[kind], epoch, offer);
}

static void say(struct driver *d, int from_instance, int to_instance, const char *kind)
{
    driver_relay(d,
                 "{\"type\":\"signal\",\"from\":\"0000000000000010\",\"fromInstance\":%d,"
                 "\"toInstance\":%d,\"kind\":%s}",
                 from_instance, to_instance, kind);
}

static void signals_of_other_instances_are_ignored_in_every_state(void **state)
{
    (void)state;
    const struct pf_room_config config = driver_config();
    for (int i = 0; i < STATES_COUNT; i++) {
        struct driver *d = driver_new(&config);
        states[i](d);
        for (int kind = 0; kind < KINDS_COUNT; kind++) {
            for (uint32_t epoch = 1; epoch <= 3; epoch++) {
                char text[256];
                write_kind(text, sizeof text, kind, epoch, 3);
                say(d, 43, DRIVER_INSTANCE, text);
                assert_int_equal(d->commands_count, 0);
                say(d, DRIVER_THEIR_INSTANCE, 78, text);
                assert_int_equal(d->commands_count, 0);
            }
        }
        driver_free(d);
    }
}

static void no_signal_in_any_state_reaches_an_assertion(void **state)
{
    (void)state;
    static const uint32_t numbers[] = {1, 2, 3, 4, 5, 1 << 30, (1 << 30) + 1, UINT32_MAX};
    const size_t count = sizeof numbers / sizeof *numbers;
    const struct pf_room_config config = driver_config();
    for (int i = 0; i < STATES_COUNT; i++) {
        for (size_t n = 0; n < count * count; n++) {
            struct driver *d = driver_new(&config);
            states[i](d);
            for (int kind = 0; kind < KINDS_COUNT; kind++) {
                char text[256];
                write_kind(text, sizeof text, kind, numbers[n / count], numbers[n % count]);
                say(d, DRIVER_THEIR_INSTANCE, DRIVER_INSTANCE, text);
                say(d, DRIVER_THEIR_INSTANCE, DRIVER_INSTANCE, text);
            }
            driver_wait(d, 60000);
            driver_free(d);
        }
    }
}

static void R19_a_flood_from_one_peer_affects_no_other_peer(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_connect(d, DRIVER_LOW);
    driver_connect(d, DRIVER_HIGH);
    for (int i = 0; i < 2000; i++) {
        driver_candidate(d, DRIVER_LOW, 1, 3, "candidate:1"); /* never applied */
        driver_request(d, DRIVER_LOW, 1, "restart");
        driver_request(d, DRIVER_LOW, 1, "renew");
        driver_request(d, DRIVER_LOW, 9, "offer");
        assert_true(driver_open_pcs(d) == 2);
    }
    assert_true(driver_counters(d)->restarts + driver_counters(d)->renewals <= 2);
    assert_int_equal(driver_peer(d, DRIVER_HIGH)->state, PF_PEER_CONNECTED);
    driver_set(d, PF_SOURCE_CAMERA, false);
    driver_set(d, PF_SOURCE_CAMERA, true);
    assert_true(driver_sent(d, "\"to\":\"0000000000000090\"", "\"kind\":\"state\"", NULL) <= 1);
}

static void say_state(struct driver *d, pf_pc pc, int sequence, const char *camera)
{
    char text[128];
    (void)snprintf(text, sizeof text,
                   "{\"type\":\"state\",\"sequence\":%d,\"microphone\":\"on\",\"camera\":\"%s\"}",
                   sequence, camera);
    driver_channel_message(d, pc, text);
}

static void R19_a_flood_of_states_is_shown_at_most_five_times_a_second(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_connect(d, DRIVER_LOW);
    const pf_pc pc = driver_pc(d, DRIVER_LOW);
    size_t shown = 0;
    int sequence = 1;
    for (; sequence <= 1000; sequence++) {
        say_state(d, pc, sequence, "on");
        shown += driver_count(d, PF_COMMAND_SHOW_PEER);
    }
    assert_int_equal(shown, 21); /* the burst allowance */
    say_state(d, pc, sequence, "off");
    assert_int_equal(d->commands_count, 0);
    assert_int_equal(pf_room_deadline_ms(d->room), d->now_ms + 200);
    driver_wait(d, 199);
    assert_int_equal(d->commands_count, 0);
    driver_wait(d, 1);
    assert_int_equal(driver_count(d, PF_COMMAND_SHOW_PEER), 1);
    const struct driver_peer *peer = driver_peer(d, DRIVER_LOW);
    assert_int_equal(peer->sources.sources[PF_SOURCE_CAMERA], PF_SOURCE_STATE_OFF);
    driver_wait(d, 1000);
    assert_int_equal(driver_count(d, PF_COMMAND_SHOW_PEER), 0); /* nothing has changed */
}

static void R19_states_through_the_relay_share_the_rate_limit(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_connect(d, DRIVER_LOW);
    size_t shown = 0;
    for (int sequence = 1; sequence <= 1000; sequence++) {
        char text[128];
        (void)snprintf(text, sizeof text,
                       "\"state\",\"state\":{\"sequence\":%d,\"microphone\":\"on\","
                       "\"camera\":\"on\"}",
                       sequence);
        say(d, DRIVER_THEIR_INSTANCE, DRIVER_INSTANCE, text);
        shown += driver_count(d, PF_COMMAND_SHOW_PEER);
    }
    assert_int_equal(shown, 21);
    driver_channel_message(d, driver_pc(d, DRIVER_LOW), "{\"type\":\"bye\"}");
    assert_null(driver_peer(d, DRIVER_LOW)); /* "bye" is not rate-limited */
    driver_wait(d, 1000);
    assert_int_equal(driver_count(d, PF_COMMAND_SHOW_PEER), 0);
}

static void R19_an_offer_with_more_than_16_sections_is_dropped(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_member(d, DRIVER_LOW, false);
    const char *offer =
        "\"description\",\"epoch\":1,\"offerNumber\":1,\"description\":{"
        "\"type\":\"offer\",\"sdp\":\"v=0\\r\\nm=1\\r\\nm=2\\r\\nm=3\\r\\nm=4\\r\\nm=5\\r\\n"
        "m=6\\r\\nm=7\\r\\nm=8\\r\\nm=9\\r\\nm=10\\r\\nm=11\\r\\nm=12\\r\\nm=13\\r\\n"
        "m=14\\r\\nm=15\\r\\nm=16\\r\\n%s\"}";
    char text[512];
    (void)snprintf(text, sizeof text, offer, "m=17\\r\\n");
    say(d, DRIVER_THEIR_INSTANCE, DRIVER_INSTANCE, text);
    assert_int_equal(d->commands_count, 0);
    assert_int_equal(driver_counters(d)->unreadable, 1);
    (void)snprintf(text, sizeof text, offer, "a=m=d\\r\\n");
    say(d, DRIVER_THEIR_INSTANCE, DRIVER_INSTANCE, text);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_SET_REMOTE), 1);
}

/* ---- random events ---- */

/* Feeds random events drawn from this seed. Returns the digest of the commands. */
static uint64_t run_chaos(uint64_t seed, int steps)
{
    struct pf_room_config config = driver_config();
    config.seed = seed;
    config.on[PF_SOURCE_CAMERA] = seed % 3 != 0;
    struct driver *d = driver_new(&config);
    struct chaos chaos = {.driver = d};
    pf_random_seed(&chaos.random, seed);
    if (seed % 4 != 0) { /* most runs begin in a call */
        driver_enter(d, DRIVER_HIGH, DRIVER_LOW);
    }
    while (steps > 0 && chaos_step(&chaos)) {
        steps--;
    }
    driver_leave(d);
    driver_wait(d, 200);
    assert_int_equal(driver_live_tracks(d), 0);
    assert_int_equal(driver_open_pcs(d), 0);
    const uint64_t digest = d->digest;
    driver_free(d);
    return digest;
}

static void no_sequence_of_events_reaches_an_assertion(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 150; seed++) {
        (void)run_chaos(seed, 1000);
    }
}

static void the_same_events_give_the_same_commands_byte_for_byte(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        assert_true(run_chaos(seed, 500) == run_chaos(seed, 500));
    }
    assert_true(run_chaos(1, 500) != run_chaos(2, 500));
}

static void the_seed_affects_nothing_but_reconnect_jitter(void **state)
{
    (void)state;
    uint64_t digests[2];
    for (uint64_t seed = 0; seed < 2; seed++) {
        struct pf_room_config config = driver_config();
        config.seed = seed;
        struct driver *d = driver_new(&config);
        driver_capture(d);
        driver_enter(d, 0, 0);
        driver_connect(d, DRIVER_LOW);
        driver_connection(d, driver_pc(d, DRIVER_LOW), PF_CONNECTION_FAILED);
        driver_wait(d, 29000);
        digests[seed] = d->digest;
        driver_free(d);
    }
    assert_true(digests[0] == digests[1]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, driver_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(signals_of_other_instances_are_ignored_in_every_state),
        TEST(no_signal_in_any_state_reaches_an_assertion),
        TEST(R19_a_flood_from_one_peer_affects_no_other_peer),
        TEST(R19_a_flood_of_states_is_shown_at_most_five_times_a_second),
        TEST(R19_states_through_the_relay_share_the_rate_limit),
        TEST(R19_an_offer_with_more_than_16_sections_is_dropped),
        TEST(no_sequence_of_events_reaches_an_assertion),
        TEST(the_same_events_give_the_same_commands_byte_for_byte),
        TEST(the_seed_affects_nothing_but_reconnect_jitter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
