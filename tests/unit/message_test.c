/* message_test.c - every signaling message, written and read; ids, names and codes. */
/* SPDX-License-Identifier: MIT */
#include "protocol/message.h"

#include "base/buffer.h"
#include "protocol/envelope.h"

#include <cJSON.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ANN 0xa1u
#define BOB 0xb2u

/* Too large for the stack. */
struct message_fixture {
    struct pf_message sent;
    struct pf_message received;
    char text[PF_MESSAGE_SIZE_MAX];
    char forwarded[PF_MESSAGE_SIZE_MAX];
};

static int set_up(void **state)
{
    *state = calloc(1, sizeof(struct message_fixture));
    assert_non_null(*state);
    return 0;
}

static int tear_down(void **state)
{
    struct message_fixture *fixture = *state;
    pf_message_clear(&fixture->received);
    free(fixture);
    return 0;
}

static void assert_text(struct pf_slice actual, const char *expected)
{
    assert_int_equal(actual.size, strlen(expected));
    assert_memory_equal(actual.data, expected, actual.size);
}

static struct pf_slice write_sent(struct message_fixture *fixture)
{
    struct pf_buffer buffer;
    pf_buffer_init(&buffer, fixture->text, sizeof fixture->text);
    pf_message_write(&fixture->sent, &buffer);
    assert_false(buffer.overflow);
    return pf_buffer_slice(&buffer);
}

/* Writes `sent` and reads `received`; a signal is forwarded as by a relay, from Ann. */
static void transfer(struct message_fixture *fixture)
{
    struct pf_slice text = write_sent(fixture);
    if (fixture->sent.type == PF_MESSAGE_SIGNAL) {
        struct pf_envelope envelope;
        assert_int_equal(pf_envelope_read(text, &envelope), PF_ERROR_OK);
        assert_int_equal(envelope.type, PF_MESSAGE_SIGNAL);
        assert_int_equal(envelope.to, fixture->sent.signal.peer);
        struct pf_buffer buffer;
        pf_buffer_init(&buffer, fixture->forwarded, sizeof fixture->forwarded);
        pf_envelope_write_prefix(ANN, &buffer);
        pf_buffer_put(&buffer, envelope.rest);
        assert_int_equal(buffer.size, text.size + PF_ENVELOPE_GROWTH);
        text = pf_buffer_slice(&buffer);
    }
    assert_int_equal(pf_message_read(text, &fixture->received), PF_ERROR_OK);
    assert_int_equal(fixture->received.type, fixture->sent.type);
}

static void a_screen_is_told_by_whoever_can_share_one(void **state)
{
    struct message_fixture *fixture = *state;
    fixture->sent = (struct pf_message){.type = PF_MESSAGE_STATE};
    fixture->sent.state.sequence = 3;
    fixture->sent.state.sources[PF_SOURCE_SCREEN] = PF_SOURCE_STATE_ON;
    fixture->sent.state.sources[PF_SOURCE_SCREEN_AUDIO] = PF_SOURCE_STATE_OFF;
    transfer(fixture);
    const enum pf_source_state *sources = fixture->received.state.sources;
    assert_int_equal(sources[PF_SOURCE_MICROPHONE], PF_SOURCE_STATE_NONE);
    assert_int_equal(sources[PF_SOURCE_SCREEN], PF_SOURCE_STATE_ON);
    assert_int_equal(sources[PF_SOURCE_SCREEN_AUDIO], PF_SOURCE_STATE_OFF);
}

static const struct pf_member_state example_state = {
    .sequence = 3, .sources = {PF_SOURCE_STATE_ON, PF_SOURCE_STATE_OFF}};

static void assert_example_state(const struct pf_member_state *actual)
{
    assert_int_equal(actual->sequence, 3);
    assert_int_equal(actual->sources[PF_SOURCE_MICROPHONE], PF_SOURCE_STATE_ON);
    assert_int_equal(actual->sources[PF_SOURCE_CAMERA], PF_SOURCE_STATE_OFF);
}

static struct pf_prepared_offer example_offer(void)
{
    return (struct pf_prepared_offer){
        .sdp = PF_SLICE("v=0\r\ns=-\r\n"),
        .candidates_count = 2,
        .candidates = {{.candidate = PF_SLICE("candidate:1"),
                        .mid = PF_SLICE("0"),
                        .mline_index = 0,
                        .username_fragment = PF_SLICE("abcd")},
                       {.mline_index = -1}},
        .state = example_state,
    };
}

static void assert_example_offer(const struct pf_prepared_offer *actual)
{
    assert_text(actual->sdp, "v=0\r\ns=-\r\n");
    assert_int_equal(actual->candidates_count, 2);
    assert_text(actual->candidates[0].candidate, "candidate:1");
    assert_text(actual->candidates[0].mid, "0");
    assert_int_equal(actual->candidates[0].mline_index, 0);
    assert_text(actual->candidates[0].username_fragment, "abcd");
    assert_text(actual->candidates[1].candidate, "");
    assert_null(actual->candidates[1].mid.data);
    assert_int_equal(actual->candidates[1].mline_index, -1);
    assert_null(actual->candidates[1].username_fragment.data);
    assert_example_state(&actual->state);
}

static void hello_is_read_as_written(void **state)
{
    struct message_fixture *fixture = *state;
    fixture->sent = (struct pf_message){
        .type = PF_MESSAGE_HELLO,
        .hello = {PF_SLICE("[ {\"urls\":[\"stun:a\"] } ]"), PF_SLICE("tokens"), 8, 15000, 20000,
                  PF_ICE_ALL},
    };
    transfer(fixture);
    assert_text(fixture->received.hello.ice_servers, "[ {\"urls\":[\"stun:a\"] } ]");
    assert_text(fixture->received.hello.capabilities, "tokens");
    assert_int_equal(fixture->received.hello.members_max, 8);
    assert_int_equal(fixture->received.hello.ping_ms, 15000);
    assert_int_equal(fixture->received.hello.grace_ms, 20000);
}

static void a_hello_outlives_the_text_it_was_read_from(void **state)
{
    struct message_fixture *fixture = *state;
    fixture->sent = (struct pf_message){
        .type = PF_MESSAGE_HELLO,
        .hello = {PF_SLICE("[1,2]"), PF_SLICE(""), 8, 15000, 20000, PF_ICE_ALL},
    };
    transfer(fixture);
    memset(fixture->text, 'x', sizeof fixture->text);
    assert_text(fixture->received.hello.ice_servers, "[1,2]");
}

static void join_is_read_as_written(void **state)
{
    struct message_fixture *fixture = *state;
    fixture->sent = (struct pf_message){
        .type = PF_MESSAGE_JOIN,
        .join = {PF_SLICE("tea"), PF_SLICE("Ann"), UINT32_MAX, PF_SLICE("chat files"),
                 PF_SLICE("t"), PF_SLICE("a.b.c"), example_offer()},
    };
    transfer(fixture);
    assert_text(fixture->received.join.token, "a.b.c");
    assert_text(fixture->received.join.room, "tea");
    assert_text(fixture->received.join.name, "Ann");
    assert_int_equal(fixture->received.join.instance, UINT32_MAX);
    assert_text(fixture->received.join.capabilities, "chat files");
    assert_text(fixture->received.join.ticket, "t");
    assert_example_offer(&fixture->received.join.prepared_offer);
}

static void a_join_without_ticket_and_offer_is_written_without_them(void **state)
{
    struct message_fixture *fixture = *state;
    fixture->sent = (struct pf_message){
        .type = PF_MESSAGE_JOIN,
        .join = {.room = PF_SLICE("tea"), .instance = 1},
    };
    assert_text(write_sent(fixture),
                "{\"type\":\"join\",\"room\":\"tea\",\"name\":\"\",\"instance\":1}");
    transfer(fixture);
    assert_int_equal(fixture->received.join.ticket.size, 0);
    assert_int_equal(fixture->received.join.token.size, 0);
    assert_int_equal(fixture->received.join.capabilities.size, 0);
    assert_int_equal(fixture->received.join.prepared_offer.sdp.size, 0);
}

static void sixteen_capabilities_of_the_longest_size_are_read_as_written(void **state)
{
    struct message_fixture *fixture = *state;
    char list[PF_CAPABILITIES_SIZE_MAX + 1];
    for (size_t i = 0; i < sizeof list; i++) {
        list[i] = i % (PF_CAPABILITY_SIZE_MAX + 1) == PF_CAPABILITY_SIZE_MAX ? ' ' : 'a';
    }
    const struct pf_slice longest = {list, PF_CAPABILITIES_SIZE_MAX};
    fixture->sent = (struct pf_message){
        .type = PF_MESSAGE_JOIN,
        .join = {.room = PF_SLICE("tea"), .instance = 1, .capabilities = longest},
    };
    transfer(fixture);
    assert_true(pf_slice_equal(fixture->received.join.capabilities, longest));
}

static void a_capability_is_matched_only_as_a_whole_name(void **state)
{
    (void)state;
    const struct pf_slice list = PF_SLICE("chat screen x");
    assert_true(pf_capabilities_have(list, PF_SLICE("chat")));
    assert_true(pf_capabilities_have(list, PF_SLICE("screen")));
    assert_true(pf_capabilities_have(list, PF_SLICE("x")));
    assert_false(pf_capabilities_have(list, PF_SLICE("scree")));
    assert_false(pf_capabilities_have(list, PF_SLICE("creen")));
    assert_false(pf_capabilities_have((struct pf_slice){NULL, 0}, PF_SLICE("x")));
    assert_false(pf_capabilities_have(list, PF_SLICE("chat screen")));
    assert_false(pf_capabilities_have(list, PF_SLICE("")));
    assert_false(pf_capabilities_have(PF_SLICE(""), PF_SLICE("")));
    assert_false(pf_capabilities_have(PF_SLICE(""), PF_SLICE("chat")));
    assert_int_equal(pf_capabilities_count(list), 3);
    assert_int_equal(pf_capabilities_count(PF_SLICE("")), 0);
}

static void capability_lists_are_checked_against_their_limits(void **state)
{
    (void)state;
    static const char *const valid[] = {
        "", "a", "a b", "a-1 9", "abcdefghijklmno", "a b c d e f g h i j k l m n o p"};
    static const char *const invalid[] = {" ",
                                          "a ",
                                          " a",
                                          "a  b",
                                          "A",
                                          "a_",
                                          "a,b",
                                          "abcdefghijklmnop",
                                          "a\t",
                                          "\xc3\xa9",
                                          "a b c d e f g h i j k l m n o p q"};
    for (size_t i = 0; i < sizeof valid / sizeof *valid; i++) {
        assert_true(pf_capabilities_count(pf_slice_of(valid[i])) <= PF_CAPABILITIES_MAX);
    }
    for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++) {
        assert_true(pf_capabilities_count(pf_slice_of(invalid[i])) == SIZE_MAX);
    }
}

static void joined_is_read_as_written(void **state)
{
    struct message_fixture *fixture = *state;
    fixture->sent = (struct pf_message){
        .type = PF_MESSAGE_JOINED,
        .joined = {.self = ANN,
                   .resumed = true,
                   .ticket = PF_SLICE("t"),
                   .members_count = 2,
                   .members = {{BOB, PF_SLICE("Bob"), 42, false, PF_SLICE("screen"), PF_ROLE_HOST},
                               {UINT64_MAX, PF_SLICE(""), 1, true, PF_SLICE(""), PF_ROLE_MEMBER}},
                   .offered = BOB},
    };
    transfer(fixture);
    assert_int_equal(fixture->received.joined.self, ANN);
    assert_true(fixture->received.joined.resumed);
    assert_text(fixture->received.joined.ticket, "t");
    assert_int_equal(fixture->received.joined.offered, BOB);
    assert_int_equal(fixture->received.joined.members_count, 2);
    const struct pf_member *members = fixture->received.joined.members;
    assert_true(members[0].id == BOB);
    assert_text(members[0].name, "Bob");
    assert_int_equal(members[0].instance, 42);
    assert_false(members[0].away);
    assert_text(members[0].capabilities, "screen");
    assert_true(members[1].id == UINT64_MAX);
    assert_text(members[1].name, "");
    assert_int_equal(members[1].instance, 1);
    assert_true(members[1].away);
    assert_int_equal(members[1].capabilities.size, 0);
}

static void member_is_read_as_written(void **state)
{
    struct message_fixture *fixture = *state;
    fixture->sent = (struct pf_message){
        .type = PF_MESSAGE_MEMBER,
        .member = {{ANN, PF_SLICE("A\"\\/\xc3\xa9"), 77, true, PF_SLICE("a b"), PF_ROLE_HOST},
                   example_offer()},
    };
    transfer(fixture);
    assert_int_equal(fixture->received.member.member.id, ANN);
    assert_text(fixture->received.member.member.name, "A\"\\/\xc3\xa9");
    assert_int_equal(fixture->received.member.member.instance, 77);
    assert_true(fixture->received.member.member.away);
    assert_text(fixture->received.member.member.capabilities, "a b");
    assert_example_offer(&fixture->received.member.prepared_offer);
}

static void left_is_read_as_written(void **state)
{
    struct message_fixture *fixture = *state;
    fixture->sent = (struct pf_message){.type = PF_MESSAGE_LEFT, .left = {ANN, PF_LEFT_TIMEOUT}};
    transfer(fixture);
    assert_int_equal(fixture->received.left.id, ANN);
    assert_int_equal(fixture->received.left.reason, PF_LEFT_TIMEOUT);
}

/* A signal from instance 77 to instance 42 of Bob, of epoch 5 and offer 6. */
static struct pf_message example_signal(enum pf_signal_kind kind)
{
    return (struct pf_message){
        .type = PF_MESSAGE_SIGNAL,
        .signal = {.peer = BOB,
                   .from_instance = 77,
                   .to_instance = 42,
                   .kind = kind,
                   .epoch = 5,
                   .offer_number = 6},
    };
}

static void assert_example_signal(const struct pf_signal *actual, enum pf_signal_kind kind)
{
    assert_int_equal(actual->peer, ANN);
    assert_int_equal(actual->from_instance, 77);
    assert_int_equal(actual->to_instance, 42);
    assert_int_equal(actual->kind, kind);
}

static void description_is_read_as_written(void **state)
{
    struct message_fixture *fixture = *state;
    fixture->sent = example_signal(PF_SIGNAL_DESCRIPTION);
    fixture->sent.signal.state = example_state;
    fixture->sent.signal.description =
        (struct pf_description){PF_DESCRIPTION_ANSWER, PF_SLICE("v=0\r\n\t\"")};
    transfer(fixture);
    const struct pf_signal *signal = &fixture->received.signal;
    assert_example_signal(signal, PF_SIGNAL_DESCRIPTION);
    assert_int_equal(signal->epoch, 5);
    assert_int_equal(signal->offer_number, 6);
    assert_int_equal(signal->description.type, PF_DESCRIPTION_ANSWER);
    assert_text(signal->description.sdp, "v=0\r\n\t\"");
    assert_example_state(&signal->state);
}

static void description_without_a_state_is_read_with_sequence_zero(void **state)
{
    struct message_fixture *fixture = *state;
    fixture->sent = example_signal(PF_SIGNAL_DESCRIPTION);
    fixture->sent.signal.description =
        (struct pf_description){PF_DESCRIPTION_OFFER, PF_SLICE("v=0")};
    transfer(fixture);
    assert_int_equal(fixture->received.signal.description.type, PF_DESCRIPTION_OFFER);
    assert_int_equal(fixture->received.signal.state.sequence, 0);
}

static void candidate_is_read_as_written(void **state)
{
    struct message_fixture *fixture = *state;
    fixture->sent = example_signal(PF_SIGNAL_CANDIDATE);
    fixture->sent.signal.candidate = (struct pf_candidate){
        PF_SLICE("candidate:1"), PF_SLICE("audio"), UINT16_MAX, PF_SLICE("abcd")};
    transfer(fixture);
    const struct pf_signal *signal = &fixture->received.signal;
    assert_example_signal(signal, PF_SIGNAL_CANDIDATE);
    assert_int_equal(signal->epoch, 5);
    assert_int_equal(signal->offer_number, 6);
    assert_text(signal->candidate.candidate, "candidate:1");
    assert_text(signal->candidate.mid, "audio");
    assert_int_equal(signal->candidate.mline_index, UINT16_MAX);
    assert_text(signal->candidate.username_fragment, "abcd");
}

static void end_of_candidates_distinguishes_null_from_empty_texts(void **state)
{
    struct message_fixture *fixture = *state;
    fixture->sent = example_signal(PF_SIGNAL_CANDIDATE);
    fixture->sent.signal.candidate = (struct pf_candidate){.mid = PF_SLICE(""), .mline_index = -1};
    transfer(fixture);
    const struct pf_candidate *candidate = &fixture->received.signal.candidate;
    assert_text(candidate->candidate, "");
    assert_non_null(candidate->mid.data);
    assert_int_equal(candidate->mid.size, 0);
    assert_int_equal(candidate->mline_index, -1);
    assert_null(candidate->username_fragment.data);
}

static void state_in_a_signal_is_read_as_written(void **state)
{
    struct message_fixture *fixture = *state;
    fixture->sent = example_signal(PF_SIGNAL_STATE);
    fixture->sent.signal.state = example_state;
    transfer(fixture);
    assert_example_signal(&fixture->received.signal, PF_SIGNAL_STATE);
    assert_example_state(&fixture->received.signal.state);
}

static void a_signal_is_written_with_the_members_of_its_kind_only(void **state)
{
    struct message_fixture *fixture = *state;
    fixture->sent = example_signal(PF_SIGNAL_STATE);
    fixture->sent.signal.state = example_state;
    assert_text(write_sent(fixture),
                "{\"type\":\"signal\",\"to\":\"00000000000000b2\",\"fromInstance\":77,"
                "\"toInstance\":42,\"kind\":\"state\","
                "\"state\":{\"sequence\":3,\"microphone\":\"on\",\"camera\":\"off\"}}");
    fixture->sent = example_signal(PF_SIGNAL_REQUEST);
    fixture->sent.signal.want = PF_REQUEST_RENEW;
    assert_text(write_sent(fixture),
                "{\"type\":\"signal\",\"to\":\"00000000000000b2\",\"fromInstance\":77,"
                "\"toInstance\":42,\"kind\":\"request\",\"epoch\":5,\"want\":\"renew\"}");
}

static void requests_are_read_as_written(void **state)
{
    struct message_fixture *fixture = *state;
    const enum pf_request wants[] = {PF_REQUEST_OFFER, PF_REQUEST_RESTART, PF_REQUEST_RENEW};
    for (size_t i = 0; i < sizeof wants / sizeof wants[0]; i++) {
        fixture->sent = example_signal(PF_SIGNAL_REQUEST);
        fixture->sent.signal.want = wants[i];
        transfer(fixture);
        assert_example_signal(&fixture->received.signal, PF_SIGNAL_REQUEST);
        assert_int_equal(fixture->received.signal.epoch, 5);
        assert_int_equal(fixture->received.signal.want, wants[i]);
        pf_message_clear(&fixture->received);
    }
}

static void errors_are_read_as_written(void **state)
{
    struct message_fixture *fixture = *state;
    for (int code = PF_CODE_BAD_MESSAGE; code <= PF_CODE_OTHER; code++) {
        fixture->sent = (struct pf_message){
            .type = PF_MESSAGE_ERROR,
            .error = {(enum pf_error_code)code, PF_SLICE("why"),
                      code == PF_CODE_NO_SUCH_MEMBER ? BOB : 0},
        };
        transfer(fixture);
        assert_int_equal(fixture->received.error.code, code);
        assert_text(fixture->received.error.message, "why");
        assert_int_equal(fixture->received.error.to, fixture->sent.error.to);
        pf_message_clear(&fixture->received);
    }
}

static void an_unknown_error_code_is_read_as_other(void **state)
{
    struct message_fixture *fixture = *state;
    assert_int_equal(
        pf_message_read(PF_SLICE("{\"type\":\"error\",\"code\":\"tired\"}"), &fixture->received),
        PF_ERROR_OK);
    assert_int_equal(fixture->received.error.code, PF_CODE_OTHER);
}

static void state_is_read_as_written(void **state)
{
    struct message_fixture *fixture = *state;
    fixture->sent = (struct pf_message){.type = PF_MESSAGE_STATE, .state = example_state};
    transfer(fixture);
    assert_example_state(&fixture->received.state);
}

static void messages_without_members_are_read_as_written(void **state)
{
    struct message_fixture *fixture = *state;
    const enum pf_message_type types[] = {PF_MESSAGE_LEAVE, PF_MESSAGE_PING, PF_MESSAGE_PONG,
                                          PF_MESSAGE_BYE};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        fixture->sent = (struct pf_message){.type = types[i]};
        transfer(fixture);
        pf_message_clear(&fixture->received);
    }
    fixture->sent = (struct pf_message){.type = PF_MESSAGE_LEAVE};
    assert_text(write_sent(fixture), "{\"type\":\"leave\"}");
}

static void every_character_in_a_text_is_preserved(void **state)
{
    struct message_fixture *fixture = *state;
    char all[256];
    size_t size = 0;
    for (char c = 1; c < 0x7f; c++) {
        all[size++] = c;
    }
    memcpy(all + size, "\x7f\xc2\x80\xe2\x80\xa8\xf4\x8f\xbf\xbf", 10);
    const struct pf_slice text = {all, size + 10};
    fixture->sent = example_signal(PF_SIGNAL_DESCRIPTION);
    fixture->sent.signal.description = (struct pf_description){PF_DESCRIPTION_OFFER, text};
    transfer(fixture);
    assert_true(pf_slice_equal(fixture->received.signal.description.sdp, text));
}

static void the_largest_messages_of_the_protocol_can_be_written_and_read(void **state)
{
    struct message_fixture *fixture = *state;
    char name[PF_MEMBER_NAME_SIZE_MAX];
    char ticket[PF_TICKET_SIZE_MAX];
    memset(name, '"', sizeof name);
    memset(ticket, 't', sizeof ticket);
    fixture->sent = (struct pf_message){
        .type = PF_MESSAGE_JOINED,
        .joined = {.self = ANN,
                   .ticket = {ticket, sizeof ticket},
                   .members_count = PF_MEMBERS_MAX - 1},
    };
    for (size_t i = 0; i < PF_MEMBERS_MAX - 1; i++) {
        fixture->sent.joined.members[i] = (struct pf_member){
            .id = i + 1, .name = {name, sizeof name}, .instance = UINT32_MAX, .away = false};
    }
    transfer(fixture);
    assert_int_equal(fixture->received.joined.members_count, PF_MEMBERS_MAX - 1);
    assert_int_equal(fixture->received.joined.members[PF_MEMBERS_MAX - 2].name.size, sizeof name);
}

static void a_message_overflows_every_buffer_that_is_too_small(void **state)
{
    struct message_fixture *fixture = *state;
    fixture->sent = (struct pf_message){
        .type = PF_MESSAGE_MEMBER,
        .member = {{ANN, PF_SLICE("\x01\n"), 77, false, PF_SLICE(""), PF_ROLE_MEMBER},
                   example_offer()},
    };
    const size_t size = write_sent(fixture).size;
    for (size_t capacity = 0; capacity <= size; capacity++) {
        char *memory = malloc(capacity > 0 ? capacity : 1);
        assert_non_null(memory);
        struct pf_buffer buffer;
        pf_buffer_init(&buffer, memory, capacity);
        pf_message_write(&fixture->sent, &buffer);
        assert_int_equal(buffer.overflow, capacity < size);
        free(memory);
    }
}

static void a_message_is_appended_to_the_buffer(void **state)
{
    struct message_fixture *fixture = *state;
    struct pf_buffer buffer;
    pf_buffer_init(&buffer, fixture->text, sizeof fixture->text);
    fixture->sent = (struct pf_message){.type = PF_MESSAGE_PING};
    pf_message_write(&fixture->sent, &buffer);
    pf_message_write(&fixture->sent, &buffer);
    assert_text(pf_buffer_slice(&buffer), "{\"type\":\"ping\"}{\"type\":\"ping\"}");
}

static void a_failed_read_leaves_the_message_unchanged(void **state)
{
    struct message_fixture *fixture = *state;
    memset(&fixture->received, 0x5a, sizeof fixture->received);
    fixture->sent = fixture->received;
    assert_int_equal(
        pf_message_read(PF_SLICE("{\"type\":\"state\",\"sequence\":0}"), &fixture->received),
        PF_ERROR_INVALID);
    assert_memory_equal(&fixture->received, &fixture->sent, sizeof fixture->sent);
    fixture->received = (struct pf_message){.type = PF_MESSAGE_PING};
}

/* cJSON's hooks take no argument, hence a global. */
static int allocations_left;

static void *allocate_until_none_is_left(size_t size)
{
    return allocations_left-- > 0 ? malloc(size) : NULL;
}

static void running_out_of_memory_is_an_error_and_leaks_nothing(void **state)
{
    struct message_fixture *fixture = *state;
    fixture->sent = (struct pf_message){
        .type = PF_MESSAGE_HELLO,
        .hello = {PF_SLICE("[{\"urls\":\"stun:a\"}]"), PF_SLICE("tokens"), 8, 15000, 20000,
                  PF_ICE_ALL},
    };
    const struct pf_slice text = write_sent(fixture);
    cJSON_Hooks hooks = {allocate_until_none_is_left, free};
    int failures = 0;
    enum pf_error error = PF_ERROR_OK;
    do {
        allocations_left = failures;
        cJSON_InitHooks(&hooks);
        error = pf_message_read(text, &fixture->received);
        cJSON_InitHooks(NULL);
        failures += error == PF_ERROR_MEMORY;
    } while (error == PF_ERROR_MEMORY && failures < 1000);
    assert_int_equal(error, PF_ERROR_OK);
    assert_in_range(failures, 10, 100);
}

static void ids_are_sixteen_lower_case_hex_digits(void **state)
{
    (void)state;
    char digits[PF_MEMBER_ID_DIGITS + 1];
    pf_member_id_write(0x0123456789abcdef, digits);
    assert_string_equal(digits, "0123456789abcdef");
    assert_true(pf_member_id_read(PF_SLICE("0123456789abcdef")) == 0x0123456789abcdef);
    assert_true(pf_member_id_read(PF_SLICE("ffffffffffffffff")) == UINT64_MAX);
    assert_true(pf_member_id_read(PF_SLICE("0000000000000001")) == 1);
    assert_true(pf_member_id_read(PF_SLICE("0000000000000000")) == 0);
    assert_true(pf_member_id_read(PF_SLICE("0123456789ABCDEF")) == 0);
    assert_true(pf_member_id_read(PF_SLICE("123456789abcdef")) == 0);
    assert_true(pf_member_id_read(PF_SLICE("00123456789abcdef")) == 0);
    assert_true(pf_member_id_read(PF_SLICE("")) == 0);
}

static void only_the_sixteen_digits_are_hex_digits(void **state)
{
    (void)state;
    for (int c = 0; c < 256; c++) {
        char text[PF_MEMBER_ID_DIGITS];
        memset(text, '1', sizeof text);
        text[7] = (char)c;
        const bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        assert_int_equal(pf_member_id_read((struct pf_slice){text, sizeof text}) != 0, digit);
    }
}

static void names_have_a_size_and_no_control_characters(void **state)
{
    (void)state;
    char name[PF_MEMBER_NAME_SIZE_MAX + 1];
    memset(name, 'n', sizeof name);
    assert_true(pf_name_is_valid((struct pf_slice){name, PF_MEMBER_NAME_SIZE_MAX}, 1));
    assert_false(pf_name_is_valid((struct pf_slice){name, PF_MEMBER_NAME_SIZE_MAX + 1}, 1));
    assert_true(pf_name_is_valid(PF_SLICE(""), 0));
    assert_false(pf_name_is_valid(PF_SLICE(""), 1));
    assert_true(pf_name_is_valid(PF_SLICE("\xed\x95\x9c"), 1));
    assert_false(pf_name_is_valid(PF_SLICE("\xed\x95"), 1));
    for (int c = 0; c < 0x80; c++) {
        const char byte = (char)c;
        const bool control = c < 0x20 || c == 0x7f;
        assert_int_equal(pf_name_is_valid((struct pf_slice){&byte, 1}, 1), !control);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_screen_is_told_by_whoever_can_share_one),
        TEST(hello_is_read_as_written),
        TEST(a_hello_outlives_the_text_it_was_read_from),
        TEST(join_is_read_as_written),
        TEST(a_join_without_ticket_and_offer_is_written_without_them),
        TEST(sixteen_capabilities_of_the_longest_size_are_read_as_written),
        TEST(a_capability_is_matched_only_as_a_whole_name),
        TEST(capability_lists_are_checked_against_their_limits),
        TEST(joined_is_read_as_written),
        TEST(member_is_read_as_written),
        TEST(left_is_read_as_written),
        TEST(description_is_read_as_written),
        TEST(description_without_a_state_is_read_with_sequence_zero),
        TEST(candidate_is_read_as_written),
        TEST(end_of_candidates_distinguishes_null_from_empty_texts),
        TEST(state_in_a_signal_is_read_as_written),
        TEST(a_signal_is_written_with_the_members_of_its_kind_only),
        TEST(requests_are_read_as_written),
        TEST(errors_are_read_as_written),
        TEST(an_unknown_error_code_is_read_as_other),
        TEST(state_is_read_as_written),
        TEST(messages_without_members_are_read_as_written),
        TEST(every_character_in_a_text_is_preserved),
        TEST(the_largest_messages_of_the_protocol_can_be_written_and_read),
        TEST(a_message_overflows_every_buffer_that_is_too_small),
        TEST(a_message_is_appended_to_the_buffer),
        TEST(a_failed_read_leaves_the_message_unchanged),
        TEST(running_out_of_memory_is_an_error_and_leaks_nothing),
        TEST(ids_are_sixteen_lower_case_hex_digits),
        TEST(only_the_sixteen_digits_are_hex_digits),
        TEST(names_have_a_size_and_no_control_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
