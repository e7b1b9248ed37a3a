/* json_writer.c - writes JSON into a buffer: commas, names and escapes. */
/* SPDX-License-Identifier: MIT */
#include "inspect/json_writer.h"

#include "protocol/json.h"
#include "protocol/message.h"

void pf_json_begin(struct pf_json_writer *writer, char *memory, size_t capacity)
{
    writer->needs_comma = false;
    pf_buffer_init(&writer->text, memory, capacity);
}

static void put(struct pf_json_writer *writer, const char *text)
{
    pf_buffer_put(&writer->text, pf_slice_of(text));
}

static void begin_value(struct pf_json_writer *writer, const char *name)
{
    if (writer->needs_comma) {
        put(writer, ",");
    }
    writer->needs_comma = true;
    if (name) {
        put(writer, "\"");
        put(writer, name);
        put(writer, "\":");
    }
}

void pf_json_open(struct pf_json_writer *writer, const char *name, char bracket)
{
    begin_value(writer, name);
    pf_buffer_put_char(&writer->text, bracket);
    writer->needs_comma = false;
}

void pf_json_close(struct pf_json_writer *writer, char bracket)
{
    pf_buffer_put_char(&writer->text, bracket);
    writer->needs_comma = true;
}

/* RFC 8259 section 7: a quote, a backslash or a control character. */
static void put_escaped(struct pf_json_writer *writer, char c)
{
    static const char digits[] = "0123456789abcdef";
    if (c == '"' || c == '\\') {
        pf_buffer_put_char(&writer->text, '\\');
        pf_buffer_put_char(&writer->text, c);
    } else {
        put(writer, "\\u00");
        pf_buffer_put_char(&writer->text, digits[(uint8_t)c >> 4]);
        pf_buffer_put_char(&writer->text, digits[(uint8_t)c & 15]);
    }
}

void pf_json_put_text(struct pf_json_writer *writer, const char *name, struct pf_slice text)
{
    begin_value(writer, name);
    if (!text.data) {
        put(writer, "null");
        return;
    }
    const char *at = text.data;
    const char *end = text.data + text.size;
    put(writer, "\"");
    while (at < end) {
        const char *plain_end = pf_json_skip_plain(at, end);
        pf_buffer_put(&writer->text, (struct pf_slice){at, (size_t)(plain_end - at)});
        at = plain_end;
        if (at < end) {
            put_escaped(writer, *at++);
        }
    }
    put(writer, "\"");
}

void pf_json_put_word(struct pf_json_writer *writer, const char *name, const char *word)
{
    pf_json_put_text(writer, name, pf_slice_of(word));
}

void pf_json_put_number(struct pf_json_writer *writer, const char *name, uint64_t number)
{
    const uint64_t exact_max = (uint64_t)1 << 53;
    begin_value(writer, name);
    put(writer, number > exact_max ? "\"" : "");
    pf_buffer_put_u64(&writer->text, number);
    put(writer, number > exact_max ? "\"" : "");
}

void pf_json_put_flag(struct pf_json_writer *writer, const char *name, bool flag)
{
    begin_value(writer, name);
    put(writer, flag ? "true" : "false");
}

void pf_json_put_id(struct pf_json_writer *writer, const char *name, uint64_t id)
{
    char digits[PF_MEMBER_ID_DIGITS + 1];
    pf_member_id_write(id, digits);
    const struct pf_slice none = {NULL, 0};
    pf_json_put_text(writer, name, id != 0 ? pf_slice_of(digits) : none);
}
