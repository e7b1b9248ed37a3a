/* log.c - one line on stderr for each event that an operator may want to know of. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/log.h"

#include "base/buffer.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum {
    SENTENCE_SIZE_MAX = 640,
    LINE_SIZE_MAX = 2048, /* less than PIPE_BUF: a pipe that is writable takes it whole */
    TIME_SIZE_MAX = 32,
};

static const char *name_of(enum pf_log_level level)
{
    return level == PF_LOG_ERROR ? "error" : level == PF_LOG_WARNING ? "warning" : "info";
}

/* What would end a JSON string, or control a terminal, becomes a question mark. */
static void put_plain(struct pf_buffer *out, const char *text, bool is_json)
{
    for (; *text != '\0'; text++) {
        const bool is_odd = *text < ' ' || *text > '~';
        if (is_json && (*text == '"' || *text == '\\')) {
            pf_buffer_put(out, PF_SLICE("\\"));
        }
        pf_buffer_put(out, (struct pf_slice){is_odd ? "?" : text, 1});
    }
}

static void put_json(struct pf_buffer *out, enum pf_log_level level, const char *event,
                     const char *sentence)
{
    char text[TIME_SIZE_MAX] = "";
    struct tm parts;
    const time_t now = time(NULL);
    if (gmtime_r(&now, &parts)) {
        (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts); /* it fits */
    }
    pf_buffer_put(out, PF_SLICE("{\"time\":\""));
    pf_buffer_put(out, pf_slice_of(text));
    pf_buffer_put(out, PF_SLICE("\",\"level\":\""));
    pf_buffer_put(out, pf_slice_of(name_of(level)));
    pf_buffer_put(out, PF_SLICE("\",\"event\":\""));
    pf_buffer_put(out, pf_slice_of(event));
    pf_buffer_put(out, PF_SLICE("\",\"message\":\""));
    put_plain(out, sentence, true);
    pf_buffer_put(out, PF_SLICE("\"}\n"));
}

void pf_log_put(const struct pf_log *log, enum pf_log_level level, const char *event,
                const char *sentence, ...)
{
    char text[SENTENCE_SIZE_MAX];
    char line[LINE_SIZE_MAX];
    struct pollfd ready = {.fd = STDERR_FILENO, .events = POLLOUT};
    struct pf_buffer out;
    va_list arguments;
    if (level > log->level) {
        return;
    }
    va_start(arguments, sentence);
    (void)vsnprintf(text, sizeof text, sentence, arguments); /* a longer one is cut */
    va_end(arguments);
    pf_buffer_init(&out, line, sizeof line);
    if (log->format == PF_LOG_JSON) {
        put_json(&out, level, event, text);
    } else {
        pf_buffer_put(&out, PF_SLICE("peerface-relay: "));
        put_plain(&out, text, false);
        pf_buffer_put(&out, PF_SLICE("\n"));
    }
    if (poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT) != 0) {
        const ssize_t written = write(STDERR_FILENO, out.data, out.size);
        (void)written; /* best effort */
    }
}
