/* journal.c - what happens in a room, one line for each event, as text or as JSON. */
/* SPDX-License-Identifier: MIT */
#include "bot/journal.h"

#include "base/buffer.h"
#include "core/names.h"
#include "protocol/message.h"

#include <time.h>

enum {
    NAME_SIZE_MAX = PF_ROOM_NAME_SIZE_MAX, /* what is shown of a longer one, which no relay takes */
    ESCAPE_SIZE = 6,                       /* as in \u0007 */
    LINE_SIZE_MAX = 2048,                  /* of which two names take the most */
};

_Static_assert((int)PF_MEMBER_NAME_SIZE_MAX == (int)PF_ROOM_NAME_SIZE_MAX, "names are alike");
_Static_assert(LINE_SIZE_MAX > 2 * (2 * NAME_SIZE_MAX * ESCAPE_SIZE), "there is room for the rest");

static void put(struct pf_buffer *line, const char *text)
{
    pf_buffer_put(line, pf_slice_of(text));
}

static void put_escape(struct pf_buffer *line, uint8_t byte)
{
    static const char digits[] = "0123456789abcdef";
    put(line, "\\u00");
    pf_buffer_put_char(line, digits[byte >> 4]);
    pf_buffer_put_char(line, digits[byte & 15]);
}

/* As JSON has it (RFC 8259, section 7). The names of members are UTF-8 without control characters,
 * but a room's is as the command line has it. */
static void put_quoted(struct pf_buffer *line, struct pf_slice text)
{
    const bool is_utf8 = pf_slice_is_utf8(text);
    pf_buffer_put_char(line, '"');
    for (size_t i = 0; i < text.size; i++) {
        const uint8_t byte = (uint8_t)text.data[i];
        if (byte < ' ' || byte == 0x7f) {
            put_escape(line, byte);
        } else if (byte >= 0x80 && !is_utf8) {
            put(line, "\\ufffd"); /* the replacement character */
        } else {
            put(line, byte == '"' || byte == '\\' ? "\\" : "");
            pf_buffer_put_char(line, text.data[i]);
        }
    }
    pf_buffer_put_char(line, '"');
}

/* RFC 3339, in UTC, with milliseconds. */
static void put_time(struct pf_buffer *line)
{
    struct timespec now;
    struct tm parts;
    char text[40];
    char fraction[24];                         /* five would do; gcc cannot know */
    (void)clock_gettime(CLOCK_REALTIME, &now); /* always there */
    (void)gmtime_r(&now.tv_sec, &parts);       /* far from the year 2^31 */
    (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);              /* it fits */
    (void)snprintf(fraction, sizeof fraction, ".%03ldZ", now.tv_nsec / 1000000); /* as above */
    put(line, text);
    put(line, fraction);
}

static void put_field(const struct pf_journal *journal, struct pf_buffer *line, const char *name,
                      struct pf_slice value)
{
    put(line, journal->is_json ? ",\"" : " ");
    put(line, name);
    put(line, journal->is_json ? "\":" : "=");
    put_quoted(line, value);
}

static void put_name(const struct pf_journal *journal, struct pf_buffer *line, const char *name,
                     struct pf_slice value)
{
    if (value.size > NAME_SIZE_MAX) {
        value.size = NAME_SIZE_MAX;
        while (value.size > 0 && ((uint8_t)value.data[value.size] & 0xc0) == 0x80) {
            value.size--; /* not within a character */
        }
    }
    put_field(journal, line, name, value);
}

static void put_sources(const struct pf_journal *journal, struct pf_buffer *line,
                        const struct pf_member_state *state)
{
    for (size_t i = 0; i < PF_SOURCES_COUNT; i++) {
        put_field(journal, line, pf_names_of_sources.list[i],
                  pf_slice_of(pf_names_of_source_states.list[state->sources[i]]));
    }
    put(line, journal->is_json ? ",\"hand\":" : " hand=");
    pf_buffer_put_u64(line, state->hand);
}

static void put_entry(const struct pf_journal *journal, struct pf_buffer *line,
                      const struct pf_journal_entry *entry)
{
    char id[PF_MEMBER_ID_DIGITS + 1];
    pf_member_id_write(entry->id, id);
    put(line, journal->is_json ? "{\"time\":\"" : "");
    put_time(line);
    put(line, journal->is_json ? "\",\"event\":\"" : " ");
    put(line, entry->event);
    put(line, journal->is_json ? "\"" : "");
    put_name(journal, line, "room", entry->room);
    if (entry->id != 0) {
        put_field(journal, line, "id", pf_slice_of(id));
    }
    put_name(journal, line, "name", entry->name);
    if (entry->sources) {
        put_sources(journal, line, entry->sources);
    }
    if (entry->state) {
        put_field(journal, line, "state", pf_slice_of(entry->state));
    }
    if (entry->reason) {
        put_field(journal, line, "reason", pf_slice_of(entry->reason));
    }
    put(line, journal->is_json ? "}\n" : "\n");
}

void pf_journal_write(const struct pf_journal *journal, const struct pf_journal_entry *entry)
{
    char text[LINE_SIZE_MAX];
    struct pf_buffer line;
    pf_buffer_init(&line, text, sizeof text);
    put_entry(journal, &line, entry);
    if (!line.overflow) {
        (void)fwrite(line.data, 1, line.size, journal->out); /* a reader that has gone is none */
        (void)fflush(journal->out);                          /* as above */
    }
}
