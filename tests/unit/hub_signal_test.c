/* hub_signal_test.c - signals between members, and refusals. */
/* SPDX-License-Identifier: MIT */
#include "hub_fixture.h"
#include "relay/hub/clients.h"

#include "vectors.h"

static void a_signal_reaches_only_its_addressee_with_its_sender_added(void **state)
{
    struct hub_fixture *fixture = *state;
    char from[TEXT_MAX];
    char to[TEXT_MAX];
    char text[TEXT_MAX];
    char expected[2 * TEXT_MAX];
    for (uint32_t i = 0; i < 3; i++) {
        enter(fixture, i, "tea");
    }
    copy_member(fixture, 0, "joined", "self", from);
    copy_member(fixture, 1, "joined", "self", to);
    forget_texts(fixture, 0);
    forget_texts(fixture, 2);
    const char *rest = "\"x\" : [1,\"\\u00e9 }{\" ,{}] , \"type\":\"signal\"";
    (void)snprintf(text, sizeof text, " {  %s,\"to\":\"%.16s\" } ", rest, to); /* it fits */
    (void)snprintf(expected, sizeof expected, "{\"from\":\"%.16s\",%s,\"to\":\"%.16s\" } ", from,
                   rest, to); /* as above */
    say(fixture, 0, text);
    assert_string_equal(last(fixture, 1), expected);
    assert_int_equal(fixture->inboxes[0].count, 0);
    assert_int_equal(fixture->inboxes[2].count, 0);
    assert_int_equal(pf_hub_counts(fixture->hub).signals, 1);
}

static void assert_refused(struct hub_fixture *fixture, uint32_t client, const char *code)
{
    char wanted[64];
    (void)snprintf(wanted, sizeof wanted, "\"code\":\"%s\"", code); /* codes are short */
    assert_has(last(fixture, client), wanted);
    assert_true(fixture->inboxes[client].closed == 0);
}

static void a_signal_into_another_room_is_refused(void **state)
{
    struct hub_fixture *fixture = *state;
    char id[TEXT_MAX];
    enter(fixture, 0, "tea");
    enter(fixture, 1, "coffee");
    copy_member(fixture, 1, "joined", "self", id);
    forget_texts(fixture, 1);
    signal_to(fixture, 0, id);
    assert_refused(fixture, 0, "no-such-member");
    assert_has(last(fixture, 0), id);
    assert_int_equal(fixture->inboxes[1].count, 0);
}

static void a_signal_to_nobody_oneself_or_an_away_member_is_refused(void **state)
{
    struct hub_fixture *fixture = *state;
    char own[TEXT_MAX];
    char other[TEXT_MAX];
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    copy_member(fixture, 0, "joined", "self", own);
    copy_member(fixture, 1, "joined", "self", other);
    signal_to(fixture, 0, "00000000000000ff");
    assert_refused(fixture, 0, "no-such-member");
    forget_texts(fixture, 0);
    signal_to(fixture, 0, own);
    assert_refused(fixture, 0, "no-such-member");
    lose(fixture, 1, 1006);
    forget_texts(fixture, 0);
    signal_to(fixture, 0, other);
    assert_refused(fixture, 0, "no-such-member");
}

static void a_signal_from_the_lobby_is_refused(void **state)
{
    struct hub_fixture *fixture = *state;
    char id[TEXT_MAX];
    enter(fixture, 0, "tea");
    copy_member(fixture, 0, "joined", "self", id);
    forget_texts(fixture, 0);
    open_client(fixture, 1);
    signal_to(fixture, 1, id);
    assert_refused(fixture, 1, "not-joined");
    assert_int_equal(fixture->inboxes[0].count, 0);
}

static void a_signal_that_names_its_own_sender_is_refused(void **state)
{
    struct hub_fixture *fixture = *state;
    char id[TEXT_MAX];
    char text[2 * TEXT_MAX];
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    copy_member(fixture, 1, "joined", "self", id);
    forget_texts(fixture, 1);
    (void)snprintf(text, sizeof text,
                   "{\"type\":\"signal\",\"to\":\"%s\",\"from\":\"00000000000000aa\"}",
                   id); /* ids are short */
    say(fixture, 0, text);
    assert_refused(fixture, 0, "bad-message");
    assert_int_equal(fixture->inboxes[1].count, 0);
}

static void a_ping_is_answered_by_a_pong(void **state)
{
    struct hub_fixture *fixture = *state;
    open_client(fixture, 0);
    say(fixture, 0, "{\"type\":\"ping\"}");
    assert_string_equal(last(fixture, 0), "{\"type\":\"pong\"}");
}

static void events_of_a_closed_client_have_no_effect(void **state)
{
    struct hub_fixture *fixture = *state;
    enter(fixture, 0, "tea");
    enter(fixture, 1, "tea");
    say(fixture, 0, "{\"type\":\"leave\"}");
    forget_texts(fixture, 1);
    say(fixture, 0, "{\"type\":\"ping\"}");
    lose(fixture, 0, 1000);
    lose(fixture, 17, 1000);
    assert_int_equal(fixture->inboxes[1].count, 0);
}

static void too_many_messages_close_the_connection_of_their_sender(void **state)
{
    struct hub_fixture *fixture = *state;
    enter(fixture, 0, "tea"); /* one message */
    enter(fixture, 1, "tea");
    for (int i = 0; i < 399; i++) {
        say(fixture, 0, "{\"type\":\"pong\"}");
    }
    assert_true(fixture->inboxes[0].closed == 0);
    say(fixture, 0, "{\"type\":\"pong\"}");
    assert_has(last(fixture, 0), "\"code\":\"rate-limit\"");
    assert_int_equal(fixture->inboxes[0].closed, 1008);
    assert_has(last(fixture, 1), "\"away\":true");
}

static void the_rate_limit_recovers_over_time(void **state)
{
    struct hub_fixture *fixture = *state;
    enter(fixture, 0, "tea");
    for (int i = 0; i < 399; i++) {
        say(fixture, 0, "{\"type\":\"pong\"}");
    }
    fixture->now_ms += 20; /* two messages at 100 a second */
    say(fixture, 0, "{\"type\":\"pong\"}");
    say(fixture, 0, "{\"type\":\"pong\"}");
    assert_true(fixture->inboxes[0].closed == 0);
    fixture->now_ms += 10000;
    for (int i = 0; i < 400; i++) {
        say(fixture, 0, "{\"type\":\"pong\"}");
    }
    assert_true(fixture->inboxes[0].closed == 0);
    say(fixture, 0, "{\"type\":\"pong\"}");
    assert_int_equal(fixture->inboxes[0].closed, 1008);
}

/* Whoever connects again and again has no whole burst each time. */
static void a_client_that_has_not_joined_may_say_little_at_once(void **state)
{
    struct hub_fixture *fixture = *state;
    const uint32_t bursts[] = {400, 1000, 40};
    const int expected[] = {PF_HUB_BURST_MIN, 125, 40};
    for (size_t k = 0; k < 3; k++) {
        fixture->config.burst_messages = bursts[k];
        restart_hub(fixture);
        const uint32_t client = (uint32_t)k;
        open_client(fixture, client);
        for (int i = 0; i < expected[k]; i++) {
            say(fixture, client, "{\"type\":\"pong\"}");
        }
        assert_true(fixture->inboxes[client].closed == 0);
        say(fixture, client, "{\"type\":\"pong\"}");
        assert_int_equal(fixture->inboxes[client].closed, 1008);
    }
}

static void a_client_is_inside_once_it_has_joined(void **state)
{
    struct hub_fixture *fixture = *state;
    assert_false(pf_hub_is_inside(fixture->hub, 0));
    open_client(fixture, 0);
    assert_false(pf_hub_is_inside(fixture->hub, 0));
    enter(fixture, 1, "tea");
    assert_true(pf_hub_is_inside(fixture->hub, 1));
}

static void R19_a_large_message_counts_as_several(void **state)
{
    struct hub_fixture *fixture = *state;
    static const char head[] = "{\"type\":\"pong\",\"pad\":\"";
    char text[10 * 1024 - 1] = "";
    memset(text, 'p', sizeof text);
    memcpy(text, head, sizeof head - 1);
    memcpy(text + sizeof text - 3, "\"}", 3);
    enter(fixture, 0, "tea");
    fixture->now_ms += 10;
    for (int i = 0; i < 40; i++) { /* one byte less than 10 KiB: 10 messages */
        say(fixture, 0, text);
    }
    assert_true(fixture->inboxes[0].closed == 0);
    fixture->now_ms += 90;
    say(fixture, 0, text);
    assert_int_equal(fixture->inboxes[0].closed, 1008);
}

/* Replaces the placeholder of a vector by the id of the other member. */
static char *fill_in(struct pf_slice text, const char *id)
{
    static const char placeholder[] = "00000000000000b2";
    char *copy = malloc(text.size + 1);
    assert_non_null(copy);
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    for (size_t i = 0; i + sizeof placeholder - 1 <= text.size; i++) {
        if (memcmp(copy + i, placeholder, sizeof placeholder - 1) == 0) {
            memcpy(copy + i, id, sizeof placeholder - 1);
        }
    }
    return copy;
}

static void check_vector(struct hub_fixture *fixture, const struct vector *vector)
{
    char id[TEXT_MAX] = "00000000000000b2";
    char code[64] = "ok";
    open_client(fixture, 0);
    if (vector->in_room) {
        join_as(fixture, 0, "vectors", "Ann", 1, NULL);
        enter(fixture, 1, "vectors");
        copy_member(fixture, 1, "joined", "self", id);
    }
    char *text = fill_in(vector->text, id);
    give(fixture, PF_HUB_CLIENT_TEXT, 0, (struct pf_slice){text, vector->text.size}, 0);
    free(text);
    const char *error = last_of(fixture, 0, "error");
    if (error) {
        (void)sscanf(strstr(error, "\"code\":\"") + 8, "%63[a-z-]", code); /* else it stays "ok" */
    }
    if (strcmp(code, vector->relay) != 0) {
        fail_msg("%s: is %s, not %s", vector->name, code, vector->relay);
    }
}

static void the_relay_answers_each_vector_as_specified(void **state)
{
    struct hub_fixture *fixture = *state;
    struct vectors vectors;
    struct vector vector;
    int count = 0;
    vectors_open(&vectors);
    while (vectors_next(&vectors, &vector)) {
        if (vector.relay) {
            restart_hub(fixture);
            check_vector(fixture, &vector);
            count++;
        }
    }
    vectors_close(&vectors);
    assert_in_range(count, 50, INT32_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HUB_TEST(a_signal_reaches_only_its_addressee_with_its_sender_added),
        HUB_TEST(a_signal_into_another_room_is_refused),
        HUB_TEST(a_signal_to_nobody_oneself_or_an_away_member_is_refused),
        HUB_TEST(a_signal_from_the_lobby_is_refused),
        HUB_TEST(a_signal_that_names_its_own_sender_is_refused),
        HUB_TEST(a_ping_is_answered_by_a_pong),
        HUB_TEST(events_of_a_closed_client_have_no_effect),
        HUB_TEST(too_many_messages_close_the_connection_of_their_sender),
        HUB_TEST(the_rate_limit_recovers_over_time),
        HUB_TEST(a_client_that_has_not_joined_may_say_little_at_once),
        HUB_TEST(a_client_is_inside_once_it_has_joined),
        HUB_TEST(R19_a_large_message_counts_as_several),
        HUB_TEST(the_relay_answers_each_vector_as_specified),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
