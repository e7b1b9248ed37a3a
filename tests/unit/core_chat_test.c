/* core_chat_test.c - messages to everybody in the room. */
/* SPDX-License-Identifier: MIT */
#include "core/room/chat.h"
#include "core_events.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { TAKEN_MS = 500, BURST = 80 };

/* A member that takes messages is connected, and its data channel is open. */
static pf_pc connect(struct driver *d, pf_member_id id)
{
    driver_come(d, id, DRIVER_THEIR_INSTANCE, "chat");
    driver_connect(d, id);
    driver_channel_opened(d, driver_pc(d, id));
    return driver_pc(d, id);
}

static void hear(struct driver *d, pf_pc pc, uint32_t number)
{
    char text[64];
    (void)snprintf(text, sizeof text, "{\"type\":\"heard\",\"number\":%" PRIu32 "}", number);
    driver_channel_message(d, pc, text);
}

static void chat(struct driver *d, pf_pc pc, uint32_t number)
{
    char text[128];
    (void)snprintf(text, sizeof text,
                   "{\"type\":\"chat\",\"number\":%" PRIu32 ",\"first\":%" PRIu32
                   ",\"ageMs\":20,\"text\":\"message %" PRIu32 "\"}",
                   number, number, number);
    driver_channel_message(d, pc, text);
}

/* How many messages to that connection, or any, contain this. */
static size_t told(const struct driver *d, pf_pc pc, const char *part)
{
    size_t count = 0;
    for (size_t i = 0; i < driver_count(d, PF_COMMAND_PC_CHANNEL_SEND); i++) {
        const struct pf_command *command = driver_find_at(d, PF_COMMAND_PC_CHANNEL_SEND, i);
        char copy[16384];
        (void)pf_slice_copy(command->text, copy, sizeof copy);
        count += (pc == 0 || command->pc == pc) && strstr(copy, part) != NULL;
    }
    return count;
}

/* How many times a message with this `first` became that. */
static size_t became(const struct driver *d, uint32_t first, enum pf_delivery delivery)
{
    size_t count = 0;
    for (size_t i = 0; i < driver_count(d, PF_COMMAND_SHOW_MESSAGE); i++) {
        const struct pf_command *command = driver_find_at(d, PF_COMMAND_SHOW_MESSAGE, i);
        count += command->message.first == first && command->message.delivery == delivery;
    }
    return count;
}

/* ---- writing ---- */

static void R27_a_message_to_nobody_is_sent_at_once_and_kept_for_newcomers(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_say(d, 0, "Is anybody there?");
    const struct pf_command *shown = driver_get(d, PF_COMMAND_SHOW_MESSAGE);
    assert_int_equal(shown->message.id, DRIVER_SELF);
    assert_int_equal(shown->message.instance, DRIVER_INSTANCE);
    assert_int_equal(shown->message.delivery, PF_DELIVERY_SENDING);
    assert_true(pf_slice_equal(shown->message.text, PF_SLICE("Is anybody there?")));
    assert_int_equal(became(d, 1, PF_DELIVERY_SENT), 1);
    const pf_pc pc = connect(d, DRIVER_LOW);
    assert_int_equal(told(d, pc, "chat"), 0); /* it has not said yet what it has */
    d->now_ms += 5000;
    hear(d, pc, 0);
    const struct pf_command *sent = driver_get(d, PF_COMMAND_PC_CHANNEL_SEND);
    assert_int_equal(sent->pc, pc);
    char expected[128];
    (void)snprintf(expected, sizeof expected, "%s",
                   "{\"type\":\"chat\",\"number\":1,\"first\":1,\"ageMs\":5");
    assert_int_equal(told(d, pc, expected), 1);
    assert_int_equal(told(d, pc, "Is anybody there?"), 1);
    assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_SEND), 0);
    hear(d, pc, 1);
    assert_int_equal(d->commands_count, 0);
}

static void a_message_is_sent_when_everybody_who_was_there_has_it(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    const pf_pc low = connect(d, DRIVER_LOW);
    const pf_pc high = connect(d, DRIVER_HIGH);
    hear(d, low, 0);
    hear(d, high, 0);
    driver_say(d, 0, "Hello");
    assert_int_equal(told(d, low, "Hello"), 1);
    assert_int_equal(told(d, high, "Hello"), 1);
    assert_int_equal(driver_count(d, PF_COMMAND_SHOW_MESSAGE), 1);
    hear(d, low, 1);
    assert_int_equal(d->commands_count, 0);
    hear(d, high, 1);
    assert_int_equal(became(d, 1, PF_DELIVERY_SENT), 1);
    assert_null(driver_get(d, PF_COMMAND_SHOW_MESSAGE)->message.text.data);
}

static void a_message_is_sent_when_the_last_one_without_it_leaves(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    const pf_pc low = connect(d, DRIVER_LOW);
    (void)connect(d, DRIVER_HIGH);
    hear(d, low, 0);
    driver_say(d, 0, "Hello");
    hear(d, low, 1);
    assert_int_equal(driver_count(d, PF_COMMAND_SHOW_MESSAGE), 0);
    driver_left(d, DRIVER_HIGH, "left");
    assert_int_equal(became(d, 1, PF_DELIVERY_SENT), 1);
}

static void a_message_fails_when_everybody_leaves_without_it(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    (void)connect(d, DRIVER_LOW);
    driver_say(d, 0, "Hello");
    driver_left(d, DRIVER_LOW, "left");
    assert_int_equal(became(d, 1, PF_DELIVERY_FAILED), 1);
    /* Nobody gets it who comes later, unless it is sent again. */
    const pf_pc pc = connect(d, DRIVER_HIGH);
    hear(d, pc, 0);
    assert_int_equal(told(d, pc, "Hello"), 0);
    driver_say(d, 1, "Hello");
    assert_int_equal(became(d, 1, PF_DELIVERY_SENDING), 1);
    assert_int_equal(told(d, pc, "\"number\":2,\"first\":1,"), 1);
    hear(d, pc, 2);
    assert_int_equal(became(d, 1, PF_DELIVERY_SENT), 1);
}

static void a_message_fails_when_nobody_understands_it(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    driver_connect(d, DRIVER_LOW); /* of an older version */
    driver_channel_opened(d, driver_pc(d, DRIVER_LOW));
    assert_int_equal(told(d, 0, "heard"), 0);
    driver_say(d, 0, "Hello");
    assert_int_equal(became(d, 1, PF_DELIVERY_FAILED), 1);
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CHANNEL_SEND), 0);
}

static void what_cannot_be_written_is_ignored(void **state)
{
    struct driver *d = *state;
    char text[PF_CHAT_TEXT_SIZE_MAX + 2];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    driver_say(d, 0, "nowhere");
    driver_enter(d, 0, 0);
    driver_say(d, 0, "");
    driver_say(d, 0, text);
    driver_say(d, 0, "\xed\xa0\x80");
    driver_feed(d, &(struct pf_event){.type = PF_EVENT_SAY, .say = {0, {"a\0b", 3}}});
    assert_int_equal(d->commands_count, 0);
    text[PF_CHAT_TEXT_SIZE_MAX] = '\0';
    driver_say(d, 0, text);
    assert_int_equal(became(d, 1, PF_DELIVERY_SENT), 1);
}

static void the_longest_text_of_the_longest_escapes_is_one_message(void **state)
{
    struct driver *d = *state;
    char text[PF_CHAT_TEXT_SIZE_MAX + 1];
    memset(text, '\x01', PF_CHAT_TEXT_SIZE_MAX);
    text[PF_CHAT_TEXT_SIZE_MAX] = '\0';
    driver_enter(d, 0, 0);
    const pf_pc pc = connect(d, DRIVER_LOW);
    hear(d, pc, 0);
    driver_say(d, 0, text);
    assert_int_equal(told(d, pc, "\\u0001\\u0001"), 1);
    assert_true(driver_get(d, PF_COMMAND_PC_CHANNEL_SEND)->text.size < PF_MESSAGE_SIZE_MAX / 4);
}

/* ---- connections ---- */

static void R27_a_new_connection_carries_what_the_old_one_lost(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    const pf_pc pc = connect(d, DRIVER_LOW);
    hear(d, pc, 0);
    driver_say(d, 0, "one");
    driver_say(d, 0, "two");
    driver_channel_closed(d, pc);
    driver_say(d, 0, "three");
    assert_int_equal(driver_count(d, PF_COMMAND_PC_CHANNEL_SEND), 0);
    driver_channel_opened(d, pc);
    assert_int_equal(told(d, pc, "\"chat\""), 0);
    hear(d, pc, 1); /* the acknowledgement was lost as well */
    assert_int_equal(became(d, 1, PF_DELIVERY_SENT), 1);
    assert_int_equal(told(d, pc, "\"one\""), 0);
    assert_int_equal(told(d, pc, "\"two\""), 1);
    assert_int_equal(told(d, pc, "\"three\""), 1);
    hear(d, pc, 3);
    assert_int_equal(became(d, 2, PF_DELIVERY_SENT) + became(d, 3, PF_DELIVERY_SENT), 2);
}

static void at_most_eight_are_on_their_way(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    const pf_pc pc = connect(d, DRIVER_LOW);
    for (int i = 0; i < 20; i++) {
        driver_say(d, 0, "Hello");
    }
    hear(d, pc, 0);
    assert_int_equal(told(d, pc, "Hello"), PF_CHAT_UNHEARD_MAX);
    hear(d, pc, 5);
    assert_int_equal(told(d, pc, "Hello"), 0); /* until all of them have been heard */
    hear(d, pc, 8);
    assert_int_equal(told(d, pc, "Hello"), PF_CHAT_UNHEARD_MAX);
    hear(d, pc, 16);
    assert_int_equal(told(d, pc, "Hello"), 4);
}

static void the_longest_message_goes_to_a_full_room_at_once(void **state)
{
    struct driver *d = *state;
    char text[PF_CHAT_TEXT_SIZE_MAX + 1];
    memset(text, '\x01', PF_CHAT_TEXT_SIZE_MAX);
    text[PF_CHAT_TEXT_SIZE_MAX] = '\0';
    driver_enter(d, 0, 0);
    for (pf_member_id id = 1; id < PF_MEMBERS_MAX; id++) {
        hear(d, connect(d, id), 0);
    }
    driver_say(d, 0, text);
    assert_int_equal(told(d, 0, "chat"), PF_MEMBERS_MAX - 1);
    assert_int_equal(driver_counters(d)->unsent, 0);
}

static void a_member_that_reloads_gets_all_again(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    pf_pc pc = connect(d, DRIVER_LOW);
    hear(d, pc, 0);
    driver_say(d, 0, "one");
    hear(d, pc, 1);
    driver_say(d, 0, "two");
    driver_come(d, DRIVER_LOW, 43, "chat");
    assert_int_equal(driver_count(d, PF_COMMAND_SHOW_MESSAGE), 0); /* it is still expected */
    driver_relay(d,
                 "{\"type\":\"signal\",\"from\":\"%016" PRIx64 "\",\"fromInstance\":43,"
                 "\"toInstance\":77,\"kind\":\"description\",\"epoch\":1,\"offerNumber\":1,"
                 "\"description\":{\"type\":\"offer\",\"sdp\":\"v=0\"}}",
                 DRIVER_LOW);
    pc = driver_pc(d, DRIVER_LOW);
    driver_remote_set(d, pc, PF_DESCRIPTION_OFFER);
    driver_created(d, pc, PF_DESCRIPTION_ANSWER);
    driver_channel_opened(d, pc);
    assert_int_equal(told(d, pc, "{\"type\":\"heard\",\"number\":0}"), 1);
    hear(d, pc, 0);
    assert_int_equal(told(d, pc, "\"one\""), 1);
    assert_int_equal(told(d, pc, "\"two\""), 1);
    hear(d, pc, 2);
    assert_int_equal(became(d, 2, PF_DELIVERY_SENT), 1);
    assert_int_equal(became(d, 1, PF_DELIVERY_SENT), 0);
}

static void what_has_been_heard_outlives_a_peer_that_returns(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    pf_pc pc = connect(d, DRIVER_LOW);
    chat(d, pc, 1);
    chat(d, pc, 2);
    driver_left(d, DRIVER_LOW, "left");
    driver_come(d, DRIVER_LOW, DRIVER_THEIR_INSTANCE, "chat");
    driver_offer(d, DRIVER_LOW, 3, 1);
    pc = driver_pc(d, DRIVER_LOW);
    driver_remote_set(d, pc, PF_DESCRIPTION_OFFER);
    driver_created(d, pc, PF_DESCRIPTION_ANSWER);
    driver_channel_opened(d, pc);
    assert_int_equal(told(d, pc, "{\"type\":\"heard\",\"number\":2}"), 1);
    chat(d, pc, 2);
    assert_int_equal(driver_count(d, PF_COMMAND_SHOW_MESSAGE), 0);
    chat(d, pc, 3);
    assert_int_equal(driver_count(d, PF_COMMAND_SHOW_MESSAGE), 1);
}

static void another_member_begins_with_nothing(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    (void)connect(d, DRIVER_LOW);
    driver_say(d, 0, "to nobody who gets it");
    driver_reach_again(d);
    driver_joined(d, DRIVER_SELF + 1, 0, 0); /* by a relay that does not know the ticket */
    assert_int_equal(became(d, 1, PF_DELIVERY_FAILED), 1);
    const pf_pc pc = connect(d, DRIVER_HIGH);
    hear(d, pc, 0);
    assert_int_equal(told(d, pc, "chat"), 0);
    driver_say(d, 0, "Hello");
    assert_int_equal(driver_get(d, PF_COMMAND_SHOW_MESSAGE)->message.id, DRIVER_SELF + 1);
    assert_int_equal(told(d, pc, "\"number\":2,\"first\":2"), 1);
}

/* ---- hearing ---- */

static void a_message_is_shown_and_acknowledged(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    const pf_pc pc = connect(d, DRIVER_LOW);
    assert_int_equal(told(d, pc, "{\"type\":\"heard\",\"number\":0}"), 1);
    chat(d, pc, 7);
    const struct pf_command *shown = driver_get(d, PF_COMMAND_SHOW_MESSAGE);
    assert_int_equal(shown->message.id, DRIVER_LOW);
    assert_int_equal(shown->message.instance, DRIVER_THEIR_INSTANCE);
    assert_int_equal(shown->message.first, 7);
    assert_int_equal(shown->message.delivery, PF_DELIVERY_RECEIVED);
    assert_int_equal(shown->message.age_ms, 20);
    assert_true(pf_slice_equal(shown->message.name, PF_SLICE("Bob")));
    assert_true(pf_slice_equal(shown->message.text, PF_SLICE("message 7")));
    assert_int_equal(told(d, pc, "{\"type\":\"heard\",\"number\":7}"), 1);
    chat(d, pc, 7);
    assert_int_equal(driver_count(d, PF_COMMAND_SHOW_MESSAGE), 0);
    assert_int_equal(told(d, pc, "{\"type\":\"heard\",\"number\":7}"), 1);
}

static void R19_who_writes_too_fast_is_acknowledged_later(void **state)
{
    struct driver *d = *state;
    size_t answers = 0;
    driver_enter(d, 0, 0);
    const pf_pc pc = connect(d, DRIVER_LOW);
    for (uint32_t number = 1; number <= BURST; number++) {
        chat(d, pc, number);
        answers += told(d, pc, "heard");
    }
    assert_int_equal(answers, BURST);
    for (uint32_t number = BURST + 1; number <= BURST + PF_CHAT_UNHEARD_MAX; number++) {
        chat(d, pc, number);
        assert_int_equal(driver_count(d, PF_COMMAND_SHOW_MESSAGE), 1);
        assert_int_equal(told(d, pc, "heard"), 0);
    }
    assert_int_equal(driver_counters(d)->unreadable, 0);
    driver_wait(d, (uint64_t)TAKEN_MS * PF_CHAT_UNHEARD_MAX - 1);
    assert_int_equal(told(d, pc, "heard"), 0);
    driver_wait(d, 1);
    assert_int_equal(told(d, pc, "{\"type\":\"heard\",\"number\":88}"), 1);
}

static void R19_a_flood_of_messages_is_dropped_and_starves_nobody(void **state)
{
    struct driver *d = *state;
    size_t shown = 0;
    driver_enter(d, 0, 0);
    const pf_pc low = connect(d, DRIVER_LOW);
    const pf_pc high = connect(d, DRIVER_HIGH);
    for (uint32_t number = 1; number <= 1000; number++) {
        chat(d, low, number);
        shown += driver_count(d, PF_COMMAND_SHOW_MESSAGE);
    }
    assert_int_equal(shown, BURST + PF_CHAT_UNHEARD_MAX);
    assert_int_equal(driver_counters(d)->unreadable, 1000 - shown);
    chat(d, high, 1);
    assert_int_equal(driver_get(d, PF_COMMAND_SHOW_MESSAGE)->message.id, DRIVER_HIGH);
}

static void R19_nonsense_is_harmless(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    const pf_pc pc = connect(d, DRIVER_LOW);
    hear(d, pc, 0);
    driver_say(d, 0, "Hello");
    hear(d, pc, 4);
    assert_int_equal(d->commands_count, 0);
    assert_int_equal(driver_counters(d)->stale, 1);
    hear(d, pc, 1);
    hear(d, pc, 0);
    assert_int_equal(d->commands_count, 0);
    driver_channel_message(d, pc,
                           "{\"type\":\"chat\",\"number\":1,\"first\":1,\"ageMs\":0,"
                           "\"text\":\"\"}");
    driver_channel_message(d, pc, "{\"type\":\"heard\",\"number\":-1}");
    driver_relay(d, "{\"type\":\"heard\",\"number\":1}");
    driver_relay(d, "{\"type\":\"chat\",\"number\":1,\"first\":1,\"ageMs\":0,\"text\":\"a\"}");
    assert_int_equal(driver_counters(d)->unreadable, 4);
}

static void R19_one_who_hears_nothing_costs_nobody_a_message(void **state)
{
    struct driver *d = *state;
    driver_enter(d, 0, 0);
    const pf_pc low = connect(d, DRIVER_LOW);
    const pf_pc high = connect(d, DRIVER_HIGH);
    hear(d, low, 0);
    hear(d, high, 0);
    for (uint32_t number = 1; number <= 200; number++) {
        driver_say(d, 0, "Hello");
        assert_int_equal(told(d, high, "Hello"), 1);
        assert_int_equal(told(d, low, "Hello"), number <= PF_CHAT_UNHEARD_MAX);
        assert_int_equal(driver_count(d, PF_COMMAND_SHOW_MESSAGE),
                         number <= PF_CHAT_ENTRIES_MAX ? 1 : 2);
        assert_int_equal(became(d, number - PF_CHAT_ENTRIES_MAX, PF_DELIVERY_FAILED),
                         number > PF_CHAT_ENTRIES_MAX);
        hear(d, high, number);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, driver_setup, driver_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(R27_a_message_to_nobody_is_sent_at_once_and_kept_for_newcomers),
        TEST(a_message_is_sent_when_everybody_who_was_there_has_it),
        TEST(a_message_is_sent_when_the_last_one_without_it_leaves),
        TEST(a_message_fails_when_everybody_leaves_without_it),
        TEST(a_message_fails_when_nobody_understands_it),
        TEST(what_cannot_be_written_is_ignored),
        TEST(the_longest_text_of_the_longest_escapes_is_one_message),
        TEST(R27_a_new_connection_carries_what_the_old_one_lost),
        TEST(at_most_eight_are_on_their_way),
        TEST(the_longest_message_goes_to_a_full_room_at_once),
        TEST(a_member_that_reloads_gets_all_again),
        TEST(what_has_been_heard_outlives_a_peer_that_returns),
        TEST(another_member_begins_with_nothing),
        TEST(a_message_is_shown_and_acknowledged),
        TEST(R19_who_writes_too_fast_is_acknowledged_later),
        TEST(R19_a_flood_of_messages_is_dropped_and_starves_nobody),
        TEST(R19_nonsense_is_harmless),
        TEST(R19_one_who_hears_nothing_costs_nobody_a_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
