/* event_log_read.c - reads the events of a room from text. */
/* SPDX-License-Identifier: MIT */
#include "base/assert.h"
#include "core/event_log.h"
#include "core/event_log_lines.h"

#include <string.h>

/* Takes `text` off the front; false if it is not there. */
static bool take(struct pf_slice *from, struct pf_slice text)
{
    if (from->size < text.size || memcmp(from->data, text.data, text.size) != 0) {
        return false;
    }
    *from = (struct pf_slice){from->data + text.size, from->size - text.size};
    return true;
}

static bool take_name(struct pf_slice *from, const char *name)
{
    return take(from, PF_SLICE(" ")) && take(from, pf_slice_of(name)) && take(from, PF_SLICE("="));
}

/* Takes what comes before the next space or end of line, and leaves that. */
static struct pf_slice take_word(struct pf_slice *from)
{
    struct pf_slice word = {from->data, 0};
    while (word.size < from->size && from->data[word.size] != ' ' &&
           from->data[word.size] != '\n') {
        word.size++;
    }
    *from = (struct pf_slice){from->data + word.size, from->size - word.size};
    return word;
}

static bool take_number(struct pf_slice *from, uint64_t max, uint64_t *out)
{
    uint64_t number = 0;
    size_t digits = 0;
    for (; digits < from->size; digits++) {
        const char digit = from->data[digits];
        if (digit < '0' || digit > '9') {
            break;
        }
        const uint64_t value = (uint64_t)(digit - '0');
        if (value > max || number > (max - value) / 10) {
            return false;
        }
        number = number * 10 + value;
    }
    *from = (struct pf_slice){from->data + digits, from->size - digits};
    *out = number;
    return digits > 0;
}

static bool take_text(struct pf_slice *from, struct pf_slice *out)
{
    uint64_t size = 0;
    if (take(from, PF_SLICE("-:"))) {
        *out = (struct pf_slice){NULL, 0};
        return true;
    }
    if (!take_number(from, SIZE_MAX, &size) || !take(from, PF_SLICE(":")) || size > from->size) {
        return false;
    }
    *out = (struct pf_slice){from->data, (size_t)size};
    *from = (struct pf_slice){from->data + size, from->size - (size_t)size};
    return true;
}

static bool take_device(struct pf_slice *from, struct pf_device *out)
{
    for (size_t source = 0; source < PF_SOURCES_COUNT; source++) {
        struct pf_slice rest = *from;
        if (take_name(&rest, pf_names_of_sources.list[source])) {
            *from = rest;
            out->source = (enum pf_source)source;
            return take_text(from, &out->id) && take(from, PF_SLICE(" ")) &&
                   take_text(from, &out->label);
        }
    }
    return false;
}

static bool take_devices(struct pf_slice *from, struct pf_event_log_line *line,
                         struct pf_event *event)
{
    uint64_t count = 0;
    if (!take_number(from, PF_EVENT_LOG_DEVICES_MAX, &count)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!take_device(from, &line->devices[i])) {
            return false;
        }
    }
    event->devices.list = line->devices;
    event->devices.count = (size_t)count;
    return true;
}

/* A number of one of these kinds, to where it belongs. */
static bool take_number_to(struct pf_slice *from, enum pf_field_kind kind, void *at)
{
    const uint64_t max = kind == PF_FIELD_BOOL  ? 1
                         : kind == PF_FIELD_U16 ? UINT16_MAX
                         : kind == PF_FIELD_U32 ? UINT32_MAX
                                                : UINT64_MAX;
    uint64_t number = 0;
    if (!take_number(from, max, &number)) {
        return false;
    }
    if (kind == PF_FIELD_BOOL) {
        *(bool *)at = number != 0;
    } else if (kind == PF_FIELD_U16) {
        *(uint16_t *)at = (uint16_t)number;
    } else if (kind == PF_FIELD_U32) {
        *(uint32_t *)at = (uint32_t)number;
    } else {
        *(uint64_t *)at = number;
    }
    return true;
}

/* An enum's value by its name; the first one's may be empty. */
static bool take_enum(struct pf_slice *from, enum pf_field_kind kind, void *at)
{
    const struct pf_names *spelled = pf_field_enums[kind - PF_FIELD_ENUMS];
    const struct pf_slice word = take_word(from);
    size_t index = 0;
    const bool is_first = word.size == 0 && spelled->list[0][0] == '\0';
    if (!is_first && !pf_names_find(spelled, word, &index)) {
        return false;
    }
    memcpy(at, &(uint32_t){(uint32_t)index}, sizeof(uint32_t));
    return true;
}

static bool take_value(struct pf_slice *from, struct pf_field field, void *object,
                       struct pf_event_log_line *line)
{
    void *at = (char *)object + field.offset;
    switch ((int)field.kind) {
    case PF_FIELD_BOOL:
    case PF_FIELD_U16:
    case PF_FIELD_U32:
    case PF_FIELD_U64: return take_number_to(from, field.kind, at);
    case PF_FIELD_TEXT: return take_text(from, at);
    case PF_FIELD_DEVICES: return take_devices(from, line, object);
    default: return take_enum(from, field.kind, at);
    }
}

/* The fields and the end of a line. */
static bool take_fields(struct pf_slice *from, struct pf_field line, void *object,
                        struct pf_event_log_line *memory)
{
    for (struct pf_field field = pf_field_next(line); field.kind != PF_FIELD_LINE;
         field = pf_field_next(field)) {
        if (!take_name(from, field.name) || !take_value(from, field, object, memory)) {
            return false;
        }
    }
    return take(from, PF_SLICE("\n"));
}

/* Whether an event's line has that name; then it goes to `out`. */
static bool find_line(struct pf_slice name, struct pf_field *out)
{
    for (struct pf_field field = pf_field_first(); field.name[0] != '\0';
         field = pf_field_next(field)) {
        if (field.kind == PF_FIELD_LINE && field.offset != PF_LINE_CONFIG &&
            pf_slice_equal(name, pf_slice_of(field.name))) {
            *out = field;
            return true;
        }
    }
    return false;
}

enum pf_error pf_event_log_read_config(struct pf_slice *text, struct pf_room_config *out)
{
    const struct pf_field line = pf_field_line(PF_LINE_CONFIG);
    struct pf_slice rest = *text;
    struct pf_room_config config = {0};
    if (take(&rest, PF_SLICE("peerface-record-"))) {
        return PF_ERROR_UNSUPPORTED; /* version 1, which had numbers for names */
    }
    if (!take(&rest, pf_slice_of(line.name)) || !take(&rest, PF_SLICE(" "))) {
        return PF_ERROR_INVALID;
    }
    if (!pf_slice_equal(take_word(&rest), PF_SLICE(PF_EVENT_LOG_VERSION))) {
        return PF_ERROR_UNSUPPORTED;
    }
    if (!take_fields(&rest, line, &config, NULL)) {
        return PF_ERROR_INVALID;
    }
    *out = config;
    *text = rest;
    return PF_ERROR_OK;
}

enum pf_error pf_event_log_read(struct pf_slice *text, struct pf_event_log_line *line,
                                struct pf_event *out)
{
    struct pf_slice rest = *text;
    struct pf_event event = {0};
    if (!take_number(&rest, UINT64_MAX, &event.now_ms) || !take(&rest, PF_SLICE(" "))) {
        return PF_ERROR_INVALID;
    }
    struct pf_field found;
    if (!find_line(take_word(&rest), &found) || !take_fields(&rest, found, &event, line)) {
        return PF_ERROR_INVALID;
    }
    event.type = (enum pf_event_type)found.offset;
    *out = event;
    *text = rest;
    return PF_ERROR_OK;
}
