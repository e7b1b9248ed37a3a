/* inspect_test.c - what inspect/ says is JSON, and a replay notices what does not fit. */
/* SPDX-License-Identifier: MIT */
#include "inspect/describe.h"
#include "inspect/replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- JSON ---- */

static void assert_written(const struct pf_json_writer *writer, const char *text)
{
    assert_false(writer->text.overflow);
    assert_int_equal(writer->text.size, strlen(text));
    assert_memory_equal(writer->text.data, text, strlen(text));
}

static void writer_puts_commas_between_values_only(void **state)
{
    (void)state;
    char memory[256];
    struct pf_json_writer writer;
    pf_json_begin(&writer, memory, sizeof memory);
    pf_json_open(&writer, NULL, '{');
    pf_json_put_flag(&writer, "a", true);
    pf_json_open(&writer, "b", '[');
    pf_json_close(&writer, ']');
    pf_json_open(&writer, "c", '[');
    pf_json_put_number(&writer, NULL, 1);
    pf_json_open(&writer, NULL, '{');
    pf_json_close(&writer, '}');
    pf_json_put_number(&writer, NULL, UINT64_MAX);
    pf_json_close(&writer, ']');
    pf_json_put_id(&writer, "d", 0xab);
    pf_json_put_id(&writer, "e", 0);
    pf_json_close(&writer, '}');
    assert_written(&writer, "{\"a\":true,\"b\":[],\"c\":[1,{},\"18446744073709551615\"],"
                            "\"d\":\"00000000000000ab\",\"e\":null}");
}

static void writer_escapes_what_json_does_not_allow(void **state)
{
    (void)state;
    char memory[128];
    struct pf_json_writer writer;
    pf_json_begin(&writer, memory, sizeof memory);
    pf_json_put_text(&writer, NULL, PF_SLICE("a\"\\\r\n\0\x1f\xed\x95\x9c z"));
    assert_written(&writer, "\"a\\\"\\\\\\u000d\\u000a\\u0000\\u001f\xed\x95\x9c z\"");
    pf_json_begin(&writer, memory, sizeof memory);
    pf_json_put_text(&writer, NULL, PF_SLICE(""));
    pf_json_put_text(&writer, NULL, (struct pf_slice){NULL, 0});
    assert_written(&writer, "\"\",null");
}

static void writer_notices_what_does_not_fit(void **state)
{
    (void)state;
    char memory[8];
    for (size_t capacity = 0; capacity < 7; capacity++) {
        struct pf_json_writer writer;
        pf_json_begin(&writer, memory, capacity);
        pf_json_put_word(&writer, NULL, "hello");
        assert_true(writer.text.overflow);
    }
}

/* ---- the replay ---- */

static const char config[] =
    "peerface-event-log " PF_EVENT_LOG_VERSION " url=14:wss://relay/ws ticket=0: seed=7 "
    "instance=77 capabilities=0: microphone=1 camera=1 microphone-origin=device "
    "camera-origin=device microphone-device=0: camera-device=0:\n";

struct replayed {
    enum pf_error error;
    size_t misfits;
    const char *words; /* of the last one */
    size_t rest;
};

/* Replays the configuration and these lines. */
static struct replayed replay_of(const char *lines)
{
    char text[1024];
    (void)snprintf(text, sizeof text, "%s%s", config, lines);
    struct pf_replay *replay = malloc(sizeof *replay);
    struct pf_room *room = malloc(pf_room_size());
    assert_non_null(replay);
    assert_non_null(room);
    struct replayed replayed = {.error = pf_replay_begin(replay, pf_slice_of(text), room)};
    if (replayed.error == PF_ERROR_OK) {
        struct pf_command command;
        while (pf_replay_next(replay)) {
            while (pf_replay_poll(replay, &command)) {
            }
            replayed.misfits += replay->misfits_count;
            replayed.words = replay->misfits_count > 0 ? replay->misfits[0] : replayed.words;
        }
        replayed.rest = replay->rest.size;
        pf_replay_end(replay);
    }
    free(room);
    free(replay);
    return replayed;
}

static void replay_takes_what_was_commanded(void **state)
{
    (void)state;
    const struct replayed replayed = replay_of("5 start\n"
                                               "9 capture-opened track=2 device=1:m\n"
                                               "9 capture-opened track=3 device=1:c\n");
    assert_int_equal(replayed.error, PF_ERROR_OK);
    assert_int_equal(replayed.misfits, 0);
    assert_int_equal(replayed.rest, 0);
}

static void replay_notices_an_answer_to_nothing(void **state)
{
    (void)state;
    const struct replayed once = replay_of("5 start\n"
                                           "9 capture-opened track=9 device=1:m\n");
    assert_int_equal(once.misfits, 1);
    assert_string_equal(once.words, "what it answers was not commanded");
    const struct replayed twice = replay_of("5 start\n"
                                            "9 capture-opened track=2 device=1:m\n"
                                            "9 capture-opened track=2 device=1:m\n");
    assert_int_equal(twice.misfits, 1);
    assert_int_equal(replay_of("5 start\n6 pc-state pc=99 state=connected\n").misfits, 1);
}

static void replay_notices_a_timeout_that_is_not_due(void **state)
{
    (void)state;
    const struct replayed replayed = replay_of("5 start\n6 timeout\n");
    assert_int_equal(replayed.misfits, 1);
    assert_string_equal(replayed.words, "no timeout is due yet");
}

/* Any log can be dropped on the page. */
static void replay_survives_ids_that_nobody_gave(void **state)
{
    (void)state;
    const struct replayed replayed = replay_of("5 start\n"
                                               "6 pc-state pc=4294967295 state=connected\n"
                                               "6 track-ended track=4294967295\n"
                                               "6 socket-closed socket=16384 code=1006 retry=0\n");
    assert_int_equal(replayed.error, PF_ERROR_OK);
    assert_int_equal(replayed.rest, 0);
}

static void replay_stops_before_what_is_no_event(void **state)
{
    (void)state;
    assert_int_equal(replay_of("5 start\n6 dance\n").rest, strlen("6 dance\n"));
}

static void event_is_described_by_the_names_of_the_log(void **state)
{
    (void)state;
    char memory[256];
    struct pf_json_writer writer;
    pf_json_begin(&writer, memory, sizeof memory);
    const struct pf_event event = {
        .type = PF_EVENT_PC_STATE, .pc = 3, .connection_state = PF_CONNECTION_CONNECTED};
    pf_describe_event(&writer, NULL, &event);
    assert_written(&writer, "{\"what\":\"pc-state\",\"pc\":3,\"state\":\"connected\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writer_puts_commas_between_values_only),
        cmocka_unit_test(writer_escapes_what_json_does_not_allow),
        cmocka_unit_test(writer_notices_what_does_not_fit),
        cmocka_unit_test(replay_takes_what_was_commanded),
        cmocka_unit_test(replay_notices_an_answer_to_nothing),
        cmocka_unit_test(replay_notices_a_timeout_that_is_not_due),
        cmocka_unit_test(replay_survives_ids_that_nobody_gave),
        cmocka_unit_test(replay_stops_before_what_is_no_event),
        cmocka_unit_test(event_is_described_by_the_names_of_the_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
