/*
 * replay.c - replays event logs of rooms into the core and checks their consistency.
 *
 * A log holds events only. That the replay gives the same commands shows in their consequences: an
 * event that completes an operation must follow a command for it, a timeout must be due, and, given
 * the logs of several members of a call, a message that one member received must be among the
 * commands of its sender.
 */
/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE
#include "base/assert.h"
#include "core/event_log.h"
#include "core/room.h"
#include "trace.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum {
    LOGS_MAX = 64,
    IDS_MAX = 100000,  /* of sockets, connections and tracks of one log */
    EARLY_MS_MAX = 20, /* browsers round their clocks */
};

/* The commands for one id that no event has answered yet. */
struct pending {
    uint16_t counts[PF_COMMAND_SHOW_REACTION + 1];
};

struct log {
    const char *path;
    size_t size;
    char *text; /* owned, as are the pointers below */
    struct pf_room *room;
    struct pending *pending; /* by id */
    struct pf_room_config config;
    uint64_t events_count, commands_count, heard_count, faults_count;
    size_t sent_count, sent_capacity;
    uint64_t *sent; /* hashes of the signals */
};

struct options {
    bool quiet;
    size_t logs_count;
    struct log logs[LOGS_MAX];
};

static uint64_t hash_of(struct pf_slice text)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < text.size; i++) {
        hash = (hash ^ (uint8_t)text.data[i]) * 1099511628211u;
    }
    return hash;
}

__attribute__((format(printf, 3, 4))) static void
misfit(struct log *log, const struct pf_event *event, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    log->faults_count++;
    printf("%s: at %" PRIu64 " ms, event %" PRIu64 ": ", log->path, event->now_ms,
           log->events_count);
    (void)vprintf(format, arguments);
    printf("\n");
    va_end(arguments);
}

/* --- commands --- */

static void note_sent(struct log *log, struct pf_slice text)
{
    if (log->sent_count == log->sent_capacity) {
        log->sent_capacity = log->sent_capacity ? 2 * log->sent_capacity : 256;
        log->sent = realloc(log->sent, log->sent_capacity * sizeof(*log->sent));
        PF_ASSERT(log->sent);
    }
    log->sent[log->sent_count++] = hash_of(text);
}

static void note(struct log *log, uint32_t id, enum pf_command_type type)
{
    PF_ASSERT(id < IDS_MAX);
    log->pending[id].counts[type]++;
}

static void take_command(struct log *log, const struct pf_command *command)
{
    log->commands_count++;
    if (command->type == PF_COMMAND_CAPTURE_OPEN) {
        for (int i = 0; i < PF_DEVICE_SOURCES_COUNT; i++) {
            note(log, command->capture_open.tracks[i], command->type);
        }
    } else if (command->type == PF_COMMAND_SCREEN_OPEN) {
        note(log, command->screen_open.picture, command->type);
    } else if (command->type < PF_COMMAND_SHOW_ROOM) {
        note(log, command->pc ? command->pc : command->socket, command->type);
    }
    if (command->type == PF_COMMAND_SOCKET_SEND) {
        note_sent(log, command->text);
    }
}

/* --- events --- */

/* Checks that `type` was commanded for this id; `once`: and has not been answered yet. */
static void expect(struct log *log, const struct pf_event *event, uint32_t id,
                   enum pf_command_type type, bool once)
{
    if (id >= IDS_MAX || log->pending[id].counts[type] == 0) {
        misfit(log, event, "what it answers was not commanded");
        return;
    }
    log->pending[id].counts[type] -= once;
}

static void expect_operation(struct log *log, const struct pf_event *event)
{
    static const enum pf_command_type commands[] = {
        [PF_OPERATION_CREATE] = PF_COMMAND_PC_CREATE,
        [PF_OPERATION_CREATE_OFFER] = PF_COMMAND_PC_CREATE_OFFER,
        [PF_OPERATION_CREATE_ANSWER] = PF_COMMAND_PC_CREATE_ANSWER,
        [PF_OPERATION_SET_LOCAL_DESCRIPTION] = PF_COMMAND_PC_SET_LOCAL,
        [PF_OPERATION_SET_REMOTE_DESCRIPTION] = PF_COMMAND_PC_SET_REMOTE,
        [PF_OPERATION_ADD_ICE_CANDIDATE] = PF_COMMAND_PC_ADD_CANDIDATE,
        [PF_OPERATION_REPLACE_TRACK] = PF_COMMAND_PC_SET_SENDER,
    };
    expect(log, event, event->pc, commands[event->failed.operation], true);
}

static void expect_pc(struct log *log, const struct pf_event *event)
{
    const bool offers = event->description.type == PF_DESCRIPTION_OFFER;
    expect(log, event, event->pc, PF_COMMAND_PC_CREATE, false);
    switch ((int)event->type) {
    case PF_EVENT_PC_DESCRIPTION:
        expect(log, event, event->pc,
               offers ? PF_COMMAND_PC_CREATE_OFFER : PF_COMMAND_PC_CREATE_ANSWER, true);
        break;
    case PF_EVENT_PC_LOCAL: expect(log, event, event->pc, PF_COMMAND_PC_READ_LOCAL, true); break;
    case PF_EVENT_PC_REMOTE_SET:
        expect(log, event, event->pc, PF_COMMAND_PC_SET_REMOTE, true);
        break;
    case PF_EVENT_PC_SENDER_SET:
        expect(log, event, event->pc, PF_COMMAND_PC_SET_SENDER, true);
        break;
    case PF_EVENT_PC_ENCODING_SET:
        expect(log, event, event->pc, PF_COMMAND_PC_SET_ENCODING, true);
        break;
    case PF_EVENT_PC_FAILED: expect_operation(log, event); break;
    default: break;
    }
}

/* Checks that the command which an event answers was given. */
static void expect_cause(struct log *log, const struct pf_event *event)
{
    const uint64_t deadline_ms = pf_room_deadline_ms(log->room);
    switch (event->type) {
    case PF_EVENT_TIMEOUT:
        if (deadline_ms > event->now_ms + EARLY_MS_MAX) {
            misfit(log, event, "no timeout is due until %" PRIu64 " ms", deadline_ms);
        }
        break;
    case PF_EVENT_SOCKET_MESSAGE:
    case PF_EVENT_SOCKET_CLOSED:
        expect(log, event, event->socket, PF_COMMAND_SOCKET_OPEN, false);
        break;
    case PF_EVENT_CAPTURE_OPENED:
        expect(log, event, event->capture_opened.track, PF_COMMAND_CAPTURE_OPEN, true);
        break;
    case PF_EVENT_CAPTURE_FAILED:
        expect(log, event, event->capture_failed.tracks[0], PF_COMMAND_CAPTURE_OPEN, true);
        expect(log, event, event->capture_failed.tracks[1], PF_COMMAND_CAPTURE_OPEN, true);
        break;
    case PF_EVENT_SCREEN_OPENED:
        expect(log, event, event->screen_opened.picture, PF_COMMAND_SCREEN_OPEN, true);
        break;
    case PF_EVENT_SCREEN_FAILED:
        expect(log, event, event->screen_failed.picture, PF_COMMAND_SCREEN_OPEN, true);
        break;
    case PF_EVENT_DEVICES: expect(log, event, 0, PF_COMMAND_DEVICES_ENUMERATE, true); break;
    case PF_EVENT_PC_DESCRIPTION:
    case PF_EVENT_PC_LOCAL:
    case PF_EVENT_PC_REMOTE_SET:
    case PF_EVENT_PC_SENDER_SET:
    case PF_EVENT_PC_ENCODING_SET:
    case PF_EVENT_PC_STATS:
    case PF_EVENT_PC_FAILED:
    case PF_EVENT_PC_CANDIDATE:
    case PF_EVENT_PC_TURN_REFUSED:
    case PF_EVENT_PC_RELAYED:
    case PF_EVENT_PC_STATE:
    case PF_EVENT_PC_CHANNEL_OPENED:
    case PF_EVENT_PC_CHANNEL_CLOSED:
    case PF_EVENT_PC_CHANNEL_MESSAGE: expect_pc(log, event); break;
    case PF_EVENT_START:
    case PF_EVENT_JOIN:
    case PF_EVENT_LEAVE:
    case PF_EVENT_RELAY_ONLY:
    case PF_EVENT_HOST:
    case PF_EVENT_SET_SOURCE:
    case PF_EVENT_SELECT_DEVICE:
    case PF_EVENT_SET_ORIGIN:
    case PF_EVENT_REOPEN:
    case PF_EVENT_SET_TOKEN:
    case PF_EVENT_SET_NAME:
    case PF_EVENT_SET_HAND:
    case PF_EVENT_SET_WANTED:
    case PF_EVENT_REACT:
    case PF_EVENT_SAY:
    case PF_EVENT_OFFER_FILE:
    case PF_EVENT_SET_FILE:
    case PF_EVENT_NETWORK_CHANGED:
    case PF_EVENT_TRACK_ENDED:
    case PF_EVENT_TRACK_MUTED:
    case PF_EVENT_VISIBLE:
    case PF_EVENT_DEVICES_CHANGED: break;
    }
}

static void play_event(struct log *log, const struct pf_event *event, FILE *out)
{
    struct pf_command command;
    log->events_count++;
    expect_cause(log, event);
    if (out) {
        fprintf(out, "%9.3f      < ", (double)event->now_ms / 1000.0);
        sim_print_event(event, out);
    }
    pf_room_handle(log->room, event);
    while (pf_room_poll(log->room, &command)) {
        if (out) {
            fprintf(out, "%9.3f        > ", (double)event->now_ms / 1000.0);
            sim_print_command(&command, out);
        }
        take_command(log, &command);
    }
    pf_room_check(log->room);
}

/* --- logs --- */

static bool load(struct log *log, const char *path)
{
    *log = (struct log){.path = path};
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return false;
    }
    size_t capacity = 4096;
    log->text = malloc(capacity);
    for (size_t got = 1; got > 0 && log->text; log->size += got) {
        if (log->size == capacity) {
            capacity *= 2;
            log->text = realloc(log->text, capacity);
            PF_ASSERT(log->text);
        }
        got = fread(log->text + log->size, 1, capacity - log->size, file);
    }
    (void)fclose(file); /* opened for reading only */
    log->room = malloc(pf_room_size());
    log->pending = calloc(IDS_MAX, sizeof(*log->pending));
    PF_ASSERT(log->text && log->room && log->pending);
    return true;
}

/* Replays a log. False if it is not one. */
static bool play(struct log *log, FILE *out)
{
    struct pf_slice rest = {log->text, log->size};
    struct pf_event_log_line *line = malloc(sizeof(*line));
    struct pf_event event;
    PF_ASSERT(line);
    const enum pf_error error = pf_event_log_read_config(&rest, &log->config);
    bool good = error == PF_ERROR_OK;
    if (good && pf_room_init(log->room, &log->config) == PF_ERROR_OK) {
        while (rest.size > 0 && pf_event_log_read(&rest, line, &event) == PF_ERROR_OK) {
            play_event(log, &event, out);
        }
        pf_room_close(log->room);
    }
    good = good && rest.size == 0;
    if (error == PF_ERROR_UNSUPPORTED) {
        printf(
            "%s: an event log of another version; this program reads version " PF_EVENT_LOG_VERSION
            "\n",
            log->path);
    } else if (!good) {
        printf("%s: not an event log, at byte %zu\n", log->path, log->size - rest.size);
    }
    free(line);
    return good;
}

static const struct log *log_of(const struct options *options, uint32_t instance)
{
    for (size_t i = 0; i < options->logs_count; i++) {
        if (options->logs[i].config.instance == instance) {
            return &options->logs[i];
        }
    }
    return NULL;
}

static bool has_sent(const struct log *log, uint64_t hash)
{
    bool any = false;
    for (size_t i = 0; i < log->sent_count; i++) {
        any = any || log->sent[i] == hash;
    }
    return any;
}

/* The relay has inserted `"from":"0123456789abcdef",` after the brace. */
static void compare(const struct options *options, struct log *log, const struct pf_event *event,
                    struct pf_message *message)
{
    const size_t from_size = 8 + PF_MEMBER_ID_DIGITS + 2;
    if (pf_message_read(event->message, message) != PF_ERROR_OK) {
        return;
    }
    const struct log *sender =
        message->type == PF_MESSAGE_SIGNAL ? log_of(options, message->signal.from_instance) : NULL;
    if (sender) {
        char *text = malloc(event->message.size);
        PF_ASSERT(text && event->message.size > from_size);
        text[0] = '{';
        memcpy(text + 1, event->message.data + 1 + from_size, event->message.size - 1 - from_size);
        log->heard_count++;
        if (!has_sent(sender, hash_of((struct pf_slice){text, event->message.size - from_size}))) {
            misfit(log, event, "%s does not send this: %.*s", sender->path,
                   (int)event->message.size, event->message.data);
        }
        free(text);
    }
    pf_message_clear(message);
}

static void compare_all(const struct options *options, struct log *log)
{
    struct pf_slice rest = {log->text, log->size};
    struct pf_event_log_line *line = malloc(sizeof(*line));
    struct pf_message *message = malloc(sizeof(*message));
    struct pf_room_config config;
    struct pf_event event;
    PF_ASSERT(line && message);
    (void)pf_event_log_read_config(&rest, &config); /* was read before */
    log->events_count = 0;
    while (pf_event_log_read(&rest, line, &event) == PF_ERROR_OK) {
        log->events_count++;
        if (event.type == PF_EVENT_SOCKET_MESSAGE) {
            compare(options, log, &event, message);
        }
    }
    free(line);
    free(message);
}

static void unload(struct log *log)
{
    free(log->text);
    free(log->room);
    free(log->pending);
    free(log->sent);
}

static bool play_all(struct options *options)
{
    bool good = true;
    for (size_t i = 0; i < options->logs_count; i++) {
        good = play(&options->logs[i], options->quiet ? NULL : stdout) && good;
    }
    for (size_t i = 0; i < options->logs_count; i++) {
        struct log *log = &options->logs[i];
        compare_all(options, log);
        printf("%s: %" PRIu64 " events, %" PRIu64 " commands, %" PRIu64
               " signals found with their senders, %" PRIu64 " misfits\n",
               log->path, log->events_count, log->commands_count, log->heard_count,
               log->faults_count);
        good = good && log->faults_count == 0;
    }
    return good;
}

int main(int count, char **words)
{
    struct options *options = calloc(1, sizeof(*options));
    PF_ASSERT(options);
    bool good = true;
    for (int i = 1; i < count && good; i++) {
        if (strcmp(words[i], "--quiet") == 0) {
            options->quiet = true;
        } else {
            good = options->logs_count < LOGS_MAX &&
                   load(&options->logs[options->logs_count++], words[i]);
        }
    }
    if (options->logs_count == 0) {
        printf("usage: %s [--quiet] LOGFILE...\n"
               "  replays event logs from room.record() of web/peerface.js, prints events and\n"
               "  commands, and fails if an event does not follow from the commands of the core;\n"
               "  the logs of several members of one call are compared as well\n",
               words[0]);
        free(options);
        return 2;
    }
    good = good && play_all(options);
    for (size_t i = 0; i < options->logs_count; i++) {
        unload(&options->logs[i]);
    }
    free(options);
    return good ? 0 : 1;
}
