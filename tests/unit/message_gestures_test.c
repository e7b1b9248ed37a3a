/* message_gestures_test.c - new names, hands, reactions and interruptions, written and read again.
 */
/* SPDX-License-Identifier: MIT */
#include "base/buffer.h"
#include "protocol/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* Too big for the stack. */
struct gestures_fixture {
    struct pf_message sent, received;
    char text[1024];
};

static int set_up(void **state)
{
    *state = calloc(1, sizeof(struct gestures_fixture));
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    struct gestures_fixture *fixture = *state;
    pf_message_clear(&fixture->received);
    free(fixture);
    return 0;
}

/* Writes `sent`, as a client and as anybody does, and reads `received`. */
static void transfer(struct gestures_fixture *fixture, const char *expected)
{
    struct pf_buffer buffer;
    pf_buffer_init(&buffer, fixture->text, sizeof fixture->text);
    pf_message_write(&fixture->sent, &buffer);
    assert_true(pf_slice_equal(pf_buffer_slice(&buffer), pf_slice_of(expected)));
    pf_buffer_init(&buffer, fixture->text, sizeof fixture->text);
    pf_message_write(&fixture->sent, &buffer);
    assert_true(pf_slice_equal(pf_buffer_slice(&buffer), pf_slice_of(expected)));
    assert_int_equal(pf_message_read(pf_buffer_slice(&buffer), &fixture->received), PF_ERROR_OK);
    assert_int_equal(fixture->received.type, fixture->sent.type);
}

static enum pf_error error_of(struct gestures_fixture *fixture, const char *text)
{
    const enum pf_error error = pf_message_read(pf_slice_of(text), &fixture->received);
    if (error == PF_ERROR_OK) {
        pf_message_clear(&fixture->received);
    }
    return error;
}

static void rename_is_read_as_written(void **state)
{
    struct gestures_fixture *fixture = *state;
    fixture->sent = (struct pf_message){.type = PF_MESSAGE_RENAME, .rename = PF_SLICE("An \"n\"")};
    transfer(fixture, "{\"type\":\"rename\",\"name\":\"An \\\"n\\\"\"}");
    assert_true(pf_slice_equal(fixture->received.rename, PF_SLICE("An \"n\"")));
}

static void a_name_in_rename_is_valid(void **state)
{
    struct gestures_fixture *fixture = *state;
    assert_int_equal(error_of(fixture, "{\"type\":\"rename\",\"name\":\"\"}"), PF_ERROR_OK);
    assert_int_equal(error_of(fixture, "{\"type\":\"rename\"}"), PF_ERROR_INVALID);
    assert_int_equal(error_of(fixture, "{\"type\":\"rename\",\"name\":[]}"), PF_ERROR_INVALID);
    assert_int_equal(error_of(fixture, "{\"type\":\"rename\",\"name\":\"\\u0007\"}"),
                     PF_ERROR_INVALID);
    assert_int_equal(error_of(fixture, "{\"type\":\"rename\",\"name\":\"12345678901234567890123456"
                                       "789012345678901234567890123456789012345\"}"),
                     PF_ERROR_TOO_LONG);
}

static void a_hand_is_read_as_written(void **state)
{
    struct gestures_fixture *fixture = *state;
    fixture->sent =
        (struct pf_message){.type = PF_MESSAGE_STATE, .state = {.sequence = 3, .hand = UINT32_MAX}};
    transfer(fixture, "{\"type\":\"state\",\"sequence\":3,\"microphone\":\"none\","
                      "\"camera\":\"none\",\"hand\":4294967295}");
    assert_int_equal(fixture->received.state.hand, UINT32_MAX);
}

static void a_hand_that_is_not_raised_is_not_written(void **state)
{
    struct gestures_fixture *fixture = *state;
    fixture->sent = (struct pf_message){.type = PF_MESSAGE_STATE, .state = {.sequence = 3}};
    transfer(fixture, "{\"type\":\"state\",\"sequence\":3,\"microphone\":\"none\","
                      "\"camera\":\"none\"}");
    assert_int_equal(fixture->received.state.hand, 0);
}

static void a_hand_is_a_positive_number(void **state)
{
    struct gestures_fixture *fixture = *state;
    static const char *const bad[] = {
        "{\"type\":\"state\",\"sequence\":3,\"hand\":0}",
        "{\"type\":\"state\",\"sequence\":3,\"hand\":1.5}",
        "{\"type\":\"state\",\"sequence\":3,\"hand\":4294967296}",
        "{\"type\":\"state\",\"sequence\":3,\"hand\":true}",
        "{\"type\":\"state\",\"sequence\":3,\"hand\":null}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(error_of(fixture, bad[i]), PF_ERROR_INVALID);
    }
}

static void a_reaction_of_each_kind_is_read_as_written(void **state)
{
    struct gestures_fixture *fixture = *state;
    static const char *const texts[] = {
        "{\"type\":\"reaction\",\"kind\":\"thumbs-up\"}",
        "{\"type\":\"reaction\",\"kind\":\"heart\"}",
        "{\"type\":\"reaction\",\"kind\":\"laugh\"}",
        "{\"type\":\"reaction\",\"kind\":\"surprise\"}",
        "{\"type\":\"reaction\",\"kind\":\"applause\"}",
        "{\"type\":\"reaction\",\"kind\":\"thanks\"}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        fixture->sent =
            (struct pf_message){.type = PF_MESSAGE_REACTION, .reaction = (enum pf_reaction)i};
        transfer(fixture, texts[i]);
        assert_int_equal(fixture->received.reaction, i);
        pf_message_clear(&fixture->received);
    }
}

static void a_reaction_that_nobody_knows_is_unsupported(void **state)
{
    struct gestures_fixture *fixture = *state;
    assert_int_equal(error_of(fixture, "{\"type\":\"reaction\",\"kind\":\"telepathy\"}"),
                     PF_ERROR_UNSUPPORTED);
    assert_int_equal(error_of(fixture, "{\"type\":\"reaction\",\"kind\":\"\"}"),
                     PF_ERROR_UNSUPPORTED);
    assert_int_equal(error_of(fixture, "{\"type\":\"reaction\"}"), PF_ERROR_INVALID);
    assert_int_equal(error_of(fixture, "{\"type\":\"reaction\",\"kind\":1}"), PF_ERROR_INVALID);
}

static void a_source_that_is_interrupted_is_on_for_earlier_clients(void **state)
{
    struct gestures_fixture *fixture = *state;
    fixture->sent = (struct pf_message){
        .type = PF_MESSAGE_STATE,
        .state = {.sequence = 3, .sources = {PF_SOURCE_STATE_INTERRUPTED, PF_SOURCE_STATE_OFF}}};
    transfer(fixture, "{\"type\":\"state\",\"sequence\":3,\"microphone\":\"on\",\"camera\":\"off\","
                      "\"interrupted\":[\"microphone\"]}");
    const enum pf_source_state *sources = fixture->received.state.sources;
    assert_int_equal(sources[PF_SOURCE_MICROPHONE], PF_SOURCE_STATE_INTERRUPTED);
    assert_int_equal(sources[PF_SOURCE_CAMERA], PF_SOURCE_STATE_OFF);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rename_is_read_as_written),
        TEST(a_name_in_rename_is_valid),
        TEST(a_hand_is_read_as_written),
        TEST(a_hand_that_is_not_raised_is_not_written),
        TEST(a_hand_is_a_positive_number),
        TEST(a_reaction_of_each_kind_is_read_as_written),
        TEST(a_reaction_that_nobody_knows_is_unsupported),
        TEST(a_source_that_is_interrupted_is_on_for_earlier_clients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
