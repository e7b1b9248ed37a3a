/* message_write.c - writes the signaling messages. */
/* SPDX-License-Identifier: MIT */
/*
 * JSON is composed straight into the buffer, as the tables of message_shapes.c say. What has been
 * written says whether a comma is due: one is, unless a bracket or brace has just been opened.
 * After an overflow nothing of this matters.
 */
#include "protocol/message.h"

#include "base/assert.h"
#include "protocol/json.h"
#include "protocol/message_names.h"
#include "protocol/message_shapes.h"

#include <string.h>

static void put_comma(struct pf_buffer *out)
{
    const char last = out->size > 0 ? out->data[out->size - 1] : '{';
    if (last != '{' && last != '[') {
        pf_buffer_put_char(out, ',');
    }
}

/* The escape of a byte that cannot stand in a string as it is. */
static void put_escape(struct pf_buffer *out, uint8_t byte)
{
    pf_buffer_put_char(out, '\\');
    if (byte == '\r') {
        pf_buffer_put_char(out, 'r'); /* SDP ends its lines with CRLF: the short forms save 8 % */
    } else if (byte == '\n') {
        pf_buffer_put_char(out, 'n');
    } else if (byte >= 0x20) {
        pf_buffer_put_char(out, (char)byte);
    } else {
        pf_buffer_put(out, PF_SLICE("u00"));
        pf_buffer_put_char(out, (char)('0' + byte / 16));
        pf_buffer_put_char(out, "0123456789abcdef"[byte % 16]);
    }
}

static void put_string(struct pf_buffer *out, struct pf_slice text)
{
    const char *at = text.size > 0 ? text.data : ""; /* instead of a NULL */
    const char *end = at + text.size;
    pf_buffer_put_char(out, '"');
    while (at < end) {
        const char *stop = pf_json_skip_plain(at, end);
        pf_buffer_put(out, (struct pf_slice){at, (size_t)(stop - at)});
        if (stop < end) {
            put_escape(out, (uint8_t)*stop++);
        }
        at = stop;
    }
    pf_buffer_put_char(out, '"');
}

/* A word of ours, in which nothing needs an escape. */
static void put_word(struct pf_buffer *out, const char *word)
{
    pf_buffer_put_char(out, '"');
    pf_buffer_put(out, pf_slice_of(word));
    pf_buffer_put_char(out, '"');
}

/* A member's name; its value comes next. */
static void put_name(struct pf_buffer *out, const char *name)
{
    put_comma(out);
    put_word(out, name);
    pf_buffer_put_char(out, ':');
}

static void put_id(struct pf_buffer *out, pf_member_id id)
{
    PF_ASSERT(id != 0);
    char digits[PF_MEMBER_ID_DIGITS + 1];
    pf_member_id_write(id, digits);
    put_word(out, digits);
}

/* The spelling of an enum's value. */
static void put_word_of(struct pf_buffer *out, const struct pf_names *names, size_t value)
{
    PF_ASSERT(value < names->count);
    put_word(out, names->list[value]);
}

/* For a client of an earlier version what is interrupted is on: `interrupted` says more. */
static void put_interrupted(struct pf_buffer *out, const struct pf_member_state *state)
{
    bool any = false;
    for (size_t i = 0; i < PF_SOURCES_COUNT; i++) {
        if (state->sources[i] != PF_SOURCE_STATE_INTERRUPTED) {
            continue;
        }
        if (!any) {
            put_name(out, "interrupted");
            pf_buffer_put_char(out, '[');
        }
        any = true;
        put_comma(out);
        put_word(out, pf_names_of_sources.list[i]);
    }
    if (any) {
        pf_buffer_put_char(out, ']');
    }
}

static void put_sources(struct pf_buffer *out, const struct pf_member_state *state)
{
    PF_ASSERT(state->sequence > 0);
    for (size_t i = 0; i < PF_SOURCES_COUNT; i++) {
        if (i >= PF_SOURCE_SCREEN && state->sources[i] == PF_SOURCE_STATE_NONE) {
            continue; /* a client without screens does not know their names */
        }
        const enum pf_source_state source = state->sources[i];
        put_name(out, pf_names_of_sources.list[i]);
        put_word_of(out, &pf_names_of_source_states,
                    source == PF_SOURCE_STATE_INTERRUPTED ? PF_SOURCE_STATE_ON : source);
    }
    put_interrupted(out, state);
}

static void put_capabilities(struct pf_buffer *out, struct pf_slice names)
{
    pf_buffer_put(out, PF_SLICE("[\""));
    for (size_t i = 0; i < names.size; i++) {
        const struct pf_slice byte = {names.data + i, 1};
        pf_buffer_put(out, byte.data[0] == ' ' ? PF_SLICE("\",\"") : byte);
    }
    pf_buffer_put(out, PF_SLICE("\"]"));
}

static void put_text_kind(struct pf_buffer *out, const struct pf_property *property,
                          struct pf_slice text)
{
    PF_ASSERT(property->kind != PF_PROPERTY_SDP || text.size > 0);
    if (property->kind == PF_PROPERTY_CAPABILITIES) {
        put_capabilities(out, text);
    } else if (property->kind == PF_PROPERTY_ICE_SERVERS) {
        pf_buffer_put(out, text);
    } else if (property->kind == PF_PROPERTY_NULLABLE && !text.data) {
        pf_buffer_put(out, PF_SLICE("null"));
    } else {
        put_string(out, text);
    }
}

static void put_number_kind(struct pf_buffer *out, const struct pf_property *property,
                            uint32_t number)
{
    if (property->kind == PF_PROPERTY_LINE_INDEX && number == UINT32_MAX) {
        pf_buffer_put(out, PF_SLICE("null"));
    } else if (property->kind <= PF_PROPERTY_LINE_INDEX) {
        pf_buffer_put_u64(out, number);
    } else {
        put_word_of(out, pf_words[property->detail], number);
    }
}

static void put_members(struct pf_buffer *out, const struct pf_property *shape, const char *from);

static void put_object(struct pf_buffer *out, enum pf_shape shape, const char *from)
{
    pf_buffer_put_char(out, '{');
    put_members(out, pf_shapes[shape], from);
    pf_buffer_put_char(out, '}');
}

static void put_array(struct pf_buffer *out, const struct pf_array_shape *array, const char *from)
{
    size_t count = 0;
    memcpy(&count, from + array->count, sizeof count);
    PF_ASSERT(count <= array->max);
    pf_buffer_put_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        put_comma(out);
        put_object(out, (enum pf_shape)array->shape, from + array->elements + array->size * i);
    }
    pf_buffer_put_char(out, ']');
}

static void put_value(struct pf_buffer *out, const struct pf_property *property, const char *from)
{
    const void *at = from + property->offset;
    uint32_t number = 0;
    switch ((int)property->kind) {
    case PF_PROPERTY_BOOL:
        pf_buffer_put(out, *(const bool *)at ? PF_SLICE("true") : PF_SLICE("false"));
        return;
    case PF_PROPERTY_ID:
    case PF_PROPERTY_TO: put_id(out, *(const pf_member_id *)at); return;
    case PF_PROPERTY_OFFER:
        put_word_of(out, &pf_names_of_descriptions, PF_DESCRIPTION_OFFER);
        return;
    case PF_PROPERTY_OBJECT: put_object(out, (enum pf_shape)property->detail, at); return;
    case PF_PROPERTY_ARRAY: put_array(out, &pf_array_shapes[property->detail], at); return;
    default: break;
    }
    if (property->kind < PF_PROPERTY_NUMBER) {
        put_text_kind(out, property, *(const struct pf_slice *)at);
    } else {
        memcpy(&number, at, sizeof number);
        put_number_kind(out, property, number);
    }
}

/* Of an optional property: an empty text or array, 0, an offer without SDP, a state without
 * sequence. */
static bool is_absent(const struct pf_property *property, const char *from)
{
    const void *at = from + property->offset;
    uint32_t number = 0;
    size_t count = 0;
    if (property->kind == PF_PROPERTY_ARRAY) {
        memcpy(&count, from + pf_array_shapes[property->detail].count, sizeof count);
        return count == 0;
    }
    if (property->kind < PF_PROPERTY_NUMBER) {
        return ((const struct pf_slice *)at)->size == 0;
    }
    if (property->kind == PF_PROPERTY_ID) {
        return *(const pf_member_id *)at == 0;
    }
    if (property->kind == PF_PROPERTY_OBJECT && property->detail == PF_SHAPE_PREPARED_OFFER) {
        return ((const struct pf_prepared_offer *)at)->sdp.size == 0;
    }
    _Static_assert(offsetof(struct pf_member_state, sequence) == 0, "it is the first");
    memcpy(&number, at, sizeof number);
    return number == 0;
}

static void put_members(struct pf_buffer *out, const struct pf_property *shape, const char *from)
{
    for (; shape->kind != PF_PROPERTY_END; shape++) {
        if (shape->kind == PF_PROPERTY_SOURCES) {
            put_sources(out, (const void *)(from + shape->offset));
        } else if (!shape->name) {
            put_members(out, pf_shapes[shape->detail], from + shape->offset);
        } else if (shape->kind != PF_PROPERTY_FROM &&
                   !(shape->optional && is_absent(shape, from))) {
            put_name(out, shape->name);
            put_value(out, shape, from);
        }
    }
}

void pf_message_write(const struct pf_message *message, struct pf_buffer *out)
{
    const char *from = (const char *)message;
    pf_buffer_put_char(out, '{');
    put_name(out, "type");
    put_word_of(out, &pf_names_of_types, (size_t)message->type);
    put_members(out, pf_message_shapes[message->type], from);
    if (message->type == PF_MESSAGE_SIGNAL) {
        put_members(out, pf_signal_shapes[message->signal.kind], from);
    }
    pf_buffer_put_char(out, '}');
}
