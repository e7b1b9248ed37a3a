/* core_event_log_test.c - a room logs its events, and the log can be replayed. */
/* SPDX-License-Identifier: MIT */
#include "core/event_log.h"
#include "core/room.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct pf_device device_list[] = {
    {PF_SOURCE_MICROPHONE, {"m", 1}, {"Mic", 3}},
    {PF_SOURCE_CAMERA, {"c", 1}, {"Cam \n 2", 7}},
};

/* Events with every kind of field: numbers, flags, texts, null texts, lists. */
static const struct pf_event samples[] = {
    {.type = PF_EVENT_START, .now_ms = 5},
    {.type = PF_EVENT_JOIN, .now_ms = 6, .join = {{"tea", 3}, {"Ann", 3}}},
    {.type = PF_EVENT_SET_SOURCE, .now_ms = 7, .set_source = {PF_SOURCE_CAMERA, true}},
    {.type = PF_EVENT_SET_ORIGIN, .now_ms = 7, .set_origin = {PF_SOURCE_CAMERA, PF_ORIGIN_NONE}},
    {.type = PF_EVENT_SOCKET_CLOSED, .now_ms = 8, .socket = 1, .socket_closed = {1001, 2500}},
    {.type = PF_EVENT_CAPTURE_FAILED,
     .now_ms = 9,
     .capture_failed = {{2, 3}, PF_DOM_ERROR_NOT_READABLE, {true, false}}},
    {.type = PF_EVENT_SET_SOURCE, .now_ms = 9, .set_source = {PF_SOURCE_SCREEN, true}},
    {.type = PF_EVENT_SCREEN_OPENED, .now_ms = 9, .screen_opened = {7, 8}},
    {.type = PF_EVENT_SCREEN_FAILED, .now_ms = 9, .screen_failed = {9, PF_DOM_ERROR_NOT_ALLOWED}},
    {.type = PF_EVENT_DEVICES, .now_ms = 10, .devices = {device_list, 2}},
    {.type = PF_EVENT_PC_CANDIDATE,
     .now_ms = UINT64_MAX,
     .pc = 4,
     .candidate = {{"", 0}, {NULL, 0}, -1, {"uf\nrag", 6}}},
    {.type = PF_EVENT_PC_CHANNEL_MESSAGE, .now_ms = 11, .pc = 4, .channel = {7, true, {"\0\n", 2}}},
    {.type = PF_EVENT_PC_FAILED,
     .now_ms = 11,
     .pc = 4,
     .failed = {PF_OPERATION_CREATE, PF_DOM_ERROR_NONE, PF_SOURCE_CAMERA}},
    {.type = PF_EVENT_SET_TOKEN, .now_ms = 12, .token = {"a.b.c", 5}},
    {.type = PF_EVENT_SET_NAME, .now_ms = 12, .name = {"An na\n", 6}},
    {.type = PF_EVENT_SET_HAND, .now_ms = 12, .set_hand = {true}},
    {.type = PF_EVENT_SAY, .now_ms = 12, .say = {UINT32_MAX, {"a\n b", 4}}},
    {.type = PF_EVENT_OFFER_FILE, .now_ms = 12, .offer_file = {UINT64_MAX, 1, {"a\n b", 4}}},
    {.type = PF_EVENT_SET_FILE,
     .now_ms = 12,
     .set_file = {UINT64_MAX, 7, UINT32_MAX, true, PF_FILE_FAILED}},
    {.type = PF_EVENT_REACT, .now_ms = 12, .reaction = PF_REACTION_THANKS},
    {.type = PF_EVENT_SET_WANTED, .now_ms = 12, .set_wanted = {UINT64_MAX, PF_SOURCE_SCREEN, 320}},
    {.type = PF_EVENT_PC_ENCODING_SET, .now_ms = 12, .pc = 4, .encoding_set = {1, true}},
    {.type = PF_EVENT_PC_STATS,
     .now_ms = 12,
     .pc = 4,
     .sample = {1, 2, 3, 4, PF_LIMITATION_BANDWIDTH, 5, UINT32_MAX}},
    {.type = PF_EVENT_PC_STATE, .now_ms = 11, .pc = 4, .connection_state = PF_CONNECTION_CLOSED},
};
enum { SAMPLES_COUNT = sizeof samples / sizeof *samples };

static const struct pf_room_config config = {
    .url = {"wss://relay/ws", 14},
    .seed = UINT64_MAX,
    .instance = 77,
    .capabilities = {"screen", 6},
    .on = {true, false},
    .origins = {PF_ORIGIN_PAGE, PF_ORIGIN_NONE},
    .devices = {{"m", 1}, {"", 0}},
};

static int set_up(void **state)
{
    struct pf_event_log *log = malloc(sizeof *log);
    *state = log;
    if (log) {
        pf_event_log_begin(log, &config);
    }
    return log ? 0 : -1;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

static void a_log_is_read_back_as_it_was_written(void **state)
{
    struct pf_event_log *log = *state;
    for (size_t i = 0; i < SAMPLES_COUNT; i++) {
        pf_event_log_add(log, &samples[i]);
    }
    struct pf_slice text = pf_buffer_slice(&log->text);
    struct pf_room_config read_config;
    assert_int_equal(pf_event_log_read_config(&text, &read_config), PF_ERROR_OK);
    assert_true(pf_slice_equal(read_config.url, config.url));
    assert_true(read_config.seed == config.seed);
    assert_true(read_config.on[0] && !read_config.on[1]);
    assert_int_equal(read_config.origins[0], PF_ORIGIN_PAGE);
    assert_int_equal(read_config.origins[1], PF_ORIGIN_NONE);

    /* A log written from the events that were read must be identical. */
    struct pf_event_log *again = malloc(sizeof *again);
    assert_non_null(again);
    struct pf_event_log_line *line = malloc(sizeof *line);
    assert_non_null(line);
    pf_event_log_begin(again, &read_config);
    for (size_t i = 0; i < SAMPLES_COUNT; i++) {
        struct pf_event event;
        assert_int_equal(pf_event_log_read(&text, line, &event), PF_ERROR_OK);
        assert_int_equal(event.type, samples[i].type);
        assert_true(event.now_ms == samples[i].now_ms);
        pf_event_log_add(again, &event);
    }
    assert_int_equal(text.size, 0);
    assert_true(pf_slice_equal(pf_buffer_slice(&again->text), pf_buffer_slice(&log->text)));
    free(line);
    free(again);
}

static void a_truncated_log_is_refused_and_left_unchanged(void **state)
{
    struct pf_event_log *log = *state;
    const size_t begin = log->text.size;
    for (size_t i = 0; i < SAMPLES_COUNT; i++) {
        pf_event_log_add(log, &samples[i]);
    }
    struct pf_event_log_line *line = malloc(sizeof *line);
    assert_non_null(line);
    for (size_t end = begin; end < log->text.size; end++) {
        struct pf_slice text = {log->text.data + begin, end - begin};
        struct pf_event event;
        while (text.size > 0 && pf_event_log_read(&text, line, &event) == PF_ERROR_OK) {
        }
        const bool is_line_end = log->text.data[end - 1] == '\n' && text.size == 0;
        assert_true(is_line_end || text.size > 0);
    }
    free(line);
}

static void lines_that_are_not_events_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "5 tea\n",                                /* no such event */
        "5 peerface-event-log 4\n",               /* not an event */
        "5 pc-state pc=4 state=lost\n",           /* no such connection state */
        "5 pc-state pc=4 state=\n",               /* one without a name */
        "5 pc-state pc=4294967296 state=new\n",   /* out of range */
        "5 set-source source=lamp on=1\n",        /* no such source */
        "5 react kind=telepathy\n",               /* no such reaction */
        "5 set-hand raised=up\n",                 /* not a flag */
        "5 set-source source=camera on=2\n",      /* a flag is 0 or 1 */
        "5 set-source source=camera\n",           /* a field is missing */
        "5 set-source on=1 source=camera\n",      /* in another order */
        "5 set-source source=camera on=1 pc=1\n", /* one too many */
        "5 devices count=1 lamp=1:a 1:b\n",       /* no such source */
        "5 devices count=65\n",                   /* more than a line may have */
        "5 socket-closed socket=1 code=65536 retry=0\n",
        "99999999999999999999 timeout\n",
        "x timeout\n",
        "5 timeout",
        "",
    };
    struct pf_event_log_line *line = malloc(sizeof *line);
    assert_non_null(line);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct pf_slice text = pf_slice_of(bad[i]);
        struct pf_event event;
        assert_int_equal(pf_event_log_read(&text, line, &event), PF_ERROR_INVALID);
    }
    free(line);
}

static void assert_config_refused(const char *text, enum pf_error why)
{
    struct pf_slice rest = pf_slice_of(text);
    struct pf_room_config read_config = {.instance = 5};
    assert_int_equal(pf_event_log_read_config(&rest, &read_config), why);
    assert_int_equal(rest.size, strlen(text));
    assert_int_equal(read_config.instance, 5);
}

static void a_text_that_is_not_a_log_is_refused_and_left_unchanged(void **state)
{
    (void)state;
    assert_config_refused("", PF_ERROR_INVALID);
    assert_config_refused("peerface-event-log", PF_ERROR_INVALID);
    assert_config_refused("peerface-event-log 4", PF_ERROR_INVALID);
    assert_config_refused("peerface-event-log 4 url=3:ws:\n", PF_ERROR_INVALID);
    assert_config_refused("5 timeout\n", PF_ERROR_INVALID);
}

static void a_log_of_another_version_is_refused_as_such(void **state)
{
    (void)state;
    assert_config_refused("peerface-event-log 3 url=3:ws:", PF_ERROR_UNSUPPORTED);
    assert_config_refused("peerface-event-log 43", PF_ERROR_UNSUPPORTED);
    assert_config_refused("peerface-record-1 23:ws://localhost:37809/ws 0:", PF_ERROR_UNSUPPORTED);
}

static void a_log_keeps_thousands_of_events_before_it_drops_any(void **state)
{
    struct pf_event_log *log = *state;
    uint64_t now_ms = 1;
    for (; log->is_complete; now_ms++) {
        pf_event_log_add(log, &(struct pf_event){.type = PF_EVENT_TIMEOUT, .now_ms = now_ms});
    }
    assert_true(now_ms >
                PF_EVENT_LOG_SIZE_MAX / 20); /* "12345 timeout", each with its end of line */
}

static void a_full_log_drops_its_oldest_events_and_is_marked_incomplete(void **state)
{
    struct pf_event_log *log = *state;
    struct pf_event event = {.type = PF_EVENT_TIMEOUT};
    for (size_t i = 0; i < PF_EVENT_LOG_SIZE_MAX; i++) {
        event.now_ms = i;
        pf_event_log_add(log, &event);
    }
    assert_false(log->is_complete);
    assert_false(log->text.overflow);
    struct pf_slice text = pf_buffer_slice(&log->text);
    struct pf_room_config read_config;
    struct pf_event_log_line *line = malloc(sizeof *line);
    assert_non_null(line);
    assert_int_equal(pf_event_log_read_config(&text, &read_config), PF_ERROR_OK);
    uint64_t last_ms = 0;
    while (text.size > 0) {
        assert_int_equal(pf_event_log_read(&text, line, &event), PF_ERROR_OK);
        assert_true(last_ms == 0 || event.now_ms == last_ms + 1);
        last_ms = event.now_ms;
    }
    assert_true(last_ms == PF_EVENT_LOG_SIZE_MAX - 1);
    free(line);
}

static void an_event_larger_than_the_log_is_not_recorded(void **state)
{
    struct pf_event_log *log = *state;
    char *large = calloc(1, PF_EVENT_LOG_SIZE_MAX);
    assert_non_null(large);
    pf_event_log_add(log, &(struct pf_event){.type = PF_EVENT_SOCKET_MESSAGE,
                                             .message = {large, PF_EVENT_LOG_SIZE_MAX}});
    assert_false(log->is_complete);
    assert_int_equal(log->text.size, log->config_size);
    free(large);
}

/* Polls all commands of a room and digests their types and texts, in order. */
static void digest(struct pf_room *room, uint64_t *sum)
{
    struct pf_command command;
    while (pf_room_poll(room, &command)) {
        *sum = (*sum ^ (uint64_t)command.type) * 1099511628211u;
        const bool has_text = command.type == PF_COMMAND_SOCKET_SEND;
        for (size_t i = 0; has_text && i < command.text.size; i++) {
            *sum = (*sum ^ (uint8_t)command.text.data[i]) * 1099511628211u;
        }
    }
}

static const char hello[] = "{\"type\":\"hello\",\"iceServers\":[],\"membersMax\":8,"
                            "\"pingMs\":15000,\"graceMs\":20000}";

static void replaying_a_log_gives_the_same_commands(void **state)
{
    struct pf_event_log *log = *state;
    struct pf_room *room = malloc(pf_room_size());
    struct pf_room *replayed = malloc(pf_room_size());
    struct pf_event_log_line *line = malloc(sizeof *line);
    assert_true(room && replayed && line);
    assert_int_equal(pf_room_init(room, &config), PF_ERROR_OK);
    const struct pf_event events[] = {
        {.type = PF_EVENT_START, .now_ms = 1},
        {.type = PF_EVENT_SOCKET_CLOSED, .now_ms = 40, .socket = 1, .socket_closed = {1006, 0}},
        {.type = PF_EVENT_TIMEOUT, .now_ms = 400},
        {.type = PF_EVENT_SOCKET_MESSAGE,
         .now_ms = 450,
         .socket = 3,
         .message = {hello, sizeof hello - 1}},
        {.type = PF_EVENT_JOIN, .now_ms = 500, .join = {{"tea", 3}, {"Ann", 3}}},
        {.type = PF_EVENT_TIMEOUT, .now_ms = 5000},
    };
    uint64_t first = 1;
    uint64_t second = 1;
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        pf_event_log_add(log, &events[i]);
        pf_room_handle(room, &events[i]);
        digest(room, &first);
    }
    assert_true(log->is_complete);
    struct pf_slice text = pf_buffer_slice(&log->text);
    struct pf_room_config read_config;
    assert_int_equal(pf_event_log_read_config(&text, &read_config), PF_ERROR_OK);
    assert_int_equal(pf_room_init(replayed, &read_config), PF_ERROR_OK);
    while (text.size > 0) {
        struct pf_event event;
        assert_int_equal(pf_event_log_read(&text, line, &event), PF_ERROR_OK);
        pf_room_handle(replayed, &event);
        digest(replayed, &second);
    }
    assert_true(first == second);
    pf_room_close(room);
    pf_room_close(replayed);
    free(room);
    free(replayed);
    free(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_log_is_read_back_as_it_was_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_truncated_log_is_refused_and_left_unchanged, set_up,
                                        tear_down),
        cmocka_unit_test(lines_that_are_not_events_are_refused),
        cmocka_unit_test(a_text_that_is_not_a_log_is_refused_and_left_unchanged),
        cmocka_unit_test(a_log_of_another_version_is_refused_as_such),
        cmocka_unit_test_setup_teardown(a_log_keeps_thousands_of_events_before_it_drops_any, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_full_log_drops_its_oldest_events_and_is_marked_incomplete,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_event_larger_than_the_log_is_not_recorded, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(replaying_a_log_gives_the_same_commands, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
