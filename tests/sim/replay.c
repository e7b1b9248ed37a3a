/*
 * replay.c - replays event logs of rooms into the core and checks their consistency.
 *
 * What one log shows is in inspect/replay.h. Given the logs of several members of a call, a message
 * that one member received must be among the commands of its sender.
 */
/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE
#include "inspect/replay.h"
#include "base/assert.h"
#include "core/room.h"
#include "trace.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { LOGS_MAX = 64 };

struct replayed_log {
    const char *path;
    size_t size;
    char *text; /* owned, as are the pointers below */
    struct pf_room *room;
    struct pf_replay *replay;
    uint64_t events_count, commands_count, heard_count, faults_count;
    size_t sent_count, sent_capacity;
    uint64_t *sent; /* hashes of the signals */
};

struct replay_options {
    bool quiet;
    size_t logs_count;
    struct replayed_log logs[LOGS_MAX];
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
misfit(struct replayed_log *log, const struct pf_event *event, const char *format, ...)
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

static void note_sent(struct replayed_log *log, struct pf_slice text)
{
    if (log->sent_count == log->sent_capacity) {
        log->sent_capacity = log->sent_capacity ? 2 * log->sent_capacity : 256;
        log->sent = realloc(log->sent, log->sent_capacity * sizeof(*log->sent));
        PF_ASSERT(log->sent);
    }
    log->sent[log->sent_count++] = hash_of(text);
}

/* What follows from the event that the replay is at. */
static void follow_event(struct replayed_log *log, FILE *out)
{
    const struct pf_event *event = &log->replay->event;
    struct pf_command command;
    log->events_count++;
    for (size_t i = 0; i < log->replay->misfits_count; i++) {
        misfit(log, event, "%s", log->replay->misfits[i]);
    }
    if (out) {
        fprintf(out, "%9.3f      < ", (double)event->now_ms / 1000.0);
        sim_print_event(event, out);
    }
    while (pf_replay_poll(log->replay, &command)) {
        if (out) {
            fprintf(out, "%9.3f        > ", (double)event->now_ms / 1000.0);
            sim_print_command(&command, out);
        }
        if (command.type == PF_COMMAND_SOCKET_SEND) {
            note_sent(log, command.text);
        }
    }
}

/* --- logs --- */

static bool load(struct replayed_log *log, const char *path)
{
    *log = (struct replayed_log){.path = path};
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
    log->replay = malloc(sizeof(*log->replay));
    PF_ASSERT(log->text && log->room && log->replay);
    return true;
}

/* Replays a log. False if it is not one. */
static bool play(struct replayed_log *log, FILE *out)
{
    struct pf_replay *replay = log->replay;
    const enum pf_error error =
        pf_replay_begin(replay, (struct pf_slice){log->text, log->size}, log->room);
    if (error == PF_ERROR_UNSUPPORTED) {
        printf(
            "%s: an event log of another version; this program reads version " PF_EVENT_LOG_VERSION
            "\n",
            log->path);
        return false;
    }
    if (error == PF_ERROR_OK) {
        while (pf_replay_next(replay)) {
            follow_event(log, out);
        }
        log->commands_count = replay->commands_count;
        pf_replay_end(replay);
    }
    if (error != PF_ERROR_OK || replay->rest.size > 0) {
        printf("%s: not an event log, at byte %zu\n", log->path, log->size - replay->rest.size);
        return false;
    }
    return true;
}

static const struct replayed_log *log_of(const struct replay_options *options, uint32_t instance)
{
    for (size_t i = 0; i < options->logs_count; i++) {
        if (options->logs[i].replay->config.instance == instance) {
            return &options->logs[i];
        }
    }
    return NULL;
}

static bool has_sent(const struct replayed_log *log, uint64_t hash)
{
    bool any = false;
    for (size_t i = 0; i < log->sent_count; i++) {
        any = any || log->sent[i] == hash;
    }
    return any;
}

/* The relay has inserted `"from":"0123456789abcdef",` after the brace. */
static void compare(const struct replay_options *options, struct replayed_log *log,
                    const struct pf_event *event, struct pf_message *message)
{
    const size_t from_size = 8 + PF_MEMBER_ID_DIGITS + 2;
    if (pf_message_read(event->message, message) != PF_ERROR_OK) {
        return;
    }
    const struct replayed_log *sender =
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

static void compare_all(const struct replay_options *options, struct replayed_log *log)
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

static void unload(struct replayed_log *log)
{
    free(log->text);
    free(log->room);
    free(log->replay);
    free(log->sent);
}

static bool play_all(struct replay_options *options)
{
    bool good = true;
    for (size_t i = 0; i < options->logs_count; i++) {
        good = play(&options->logs[i], options->quiet ? NULL : stdout) && good;
    }
    for (size_t i = 0; i < options->logs_count; i++) {
        struct replayed_log *log = &options->logs[i];
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
    struct replay_options *options = calloc(1, sizeof(*options));
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
