/* inspect.c - the module of the page inspect/: replays one event log, and says what happens. */
/* SPDX-License-Identifier: MIT */
/*
 * What it says is JSON in UTF-8, at pf_inspect_said(), of pf_inspect_said_size() bytes, until the
 * next call. It imports nothing, and between two calls everything is in its memory: JavaScript
 * copies that to be able to go back.
 */
#include "base/assert.h"
#include "inspect/describe.h"
#include "inspect/replay.h"

#include <emscripten.h>
#include <stdlib.h>

enum { SAID_SIZE_MAX = 4 << 20 /* an event, and the messages to 15 peers that follow from it */ };

struct pf_inspect {
    char *log; /* owned, as is the room */
    size_t log_size;
    struct pf_room *room;
    struct pf_replay replay;
    struct pf_json_writer said;
    char said_memory[SAID_SIZE_MAX];
};

/* Makes one, with place for a log of that size; NULL if memory is short. Never freed. */
EMSCRIPTEN_KEEPALIVE struct pf_inspect *pf_inspect_new(size_t log_size)
{
    struct pf_inspect *inspect = malloc(sizeof *inspect);
    if (!inspect) {
        return NULL;
    }
    inspect->log = malloc(log_size + 1);
    inspect->log_size = log_size;
    inspect->room = malloc(pf_room_size());
    pf_json_begin(&inspect->said, inspect->said_memory, SAID_SIZE_MAX);
    return inspect->log && inspect->room ? inspect : NULL;
}

/* Where the log is to be written before pf_inspect_begin(). */
EMSCRIPTEN_KEEPALIVE char *pf_inspect_log(const struct pf_inspect *inspect)
{
    return inspect->log;
}

EMSCRIPTEN_KEEPALIVE const char *pf_inspect_said(const struct pf_inspect *inspect)
{
    return inspect->said.text.data;
}

/* 0 if it is too long. */
EMSCRIPTEN_KEEPALIVE size_t pf_inspect_said_size(const struct pf_inspect *inspect)
{
    return inspect->said.text.overflow ? 0 : inspect->said.text.size;
}

/* Once. Returns enum pf_error as pf_replay_begin() does, and says the configuration. */
EMSCRIPTEN_KEEPALIVE int pf_inspect_begin(struct pf_inspect *inspect)
{
    const struct pf_slice text = {inspect->log, inspect->log_size};
    const enum pf_error error = pf_replay_begin(&inspect->replay, text, inspect->room);
    if (error == PF_ERROR_OK) {
        pf_json_begin(&inspect->said, inspect->said_memory, SAID_SIZE_MAX);
        pf_describe_config(&inspect->said, NULL, &inspect->replay.config);
    }
    return (int)error;
}

/* The version of the logs that pf_inspect_begin() takes. */
EMSCRIPTEN_KEEPALIVE int pf_inspect_version(void)
{
    return atoi(PF_EVENT_LOG_VERSION);
}

static void put_misfits(struct pf_json_writer *said, const struct pf_replay *replay)
{
    pf_json_open(said, "misfits", '[');
    for (size_t i = 0; i < replay->misfits_count; i++) {
        pf_json_put_word(said, NULL, replay->misfits[i]);
    }
    pf_json_close(said, ']');
}

/*
 * The next event: says its time, what it is, what does not fit, and the commands. False when none
 * is left.
 */
EMSCRIPTEN_KEEPALIVE int pf_inspect_step(struct pf_inspect *inspect)
{
    struct pf_json_writer *said = &inspect->said;
    struct pf_replay *replay = &inspect->replay;
    struct pf_command command;
    pf_json_begin(said, inspect->said_memory, SAID_SIZE_MAX);
    if (!pf_replay_next(replay)) {
        return false;
    }
    pf_json_open(said, NULL, '{');
    pf_json_put_number(said, "ms", replay->event.now_ms);
    pf_describe_event(said, "event", &replay->event);
    put_misfits(said, replay);
    pf_json_open(said, "commands", '[');
    while (pf_replay_poll(replay, &command)) {
        pf_describe_command(said, NULL, &command);
    }
    pf_json_close(said, ']');
    pf_json_close(said, '}');
    return true;
}

/* The bytes of the log that are not read yet: not 0 at the end if it ends with something else. */
EMSCRIPTEN_KEEPALIVE size_t pf_inspect_rest(const struct pf_inspect *inspect)
{
    return inspect->replay.rest.size;
}

/* Says the state of the room. */
EMSCRIPTEN_KEEPALIVE void pf_inspect_state(struct pf_inspect *inspect)
{
    pf_json_begin(&inspect->said, inspect->said_memory, SAID_SIZE_MAX);
    pf_describe_room(&inspect->said, NULL, inspect->room);
}
