/*
 * record.c - the events of a room as text, to be replayed where a debugger is.
 *
 * Writing and reading walk the same table: where the fields of each event are.
 */
/* SPDX-License-Identifier: MIT */
#include "core/record.h"

#include <string.h>

enum kind {
    END,
    BOOL,
    U16,
    U32,
    ENUM, /* as large as U32, up to `max` */
    U64,
    TEXT,
    DEVICES,
};

struct field {
    uint8_t kind;
    uint8_t offset;
    uint8_t max;
};

enum { FIELDS_MAX = 9 }; /* of a configuration; an event has five at most */

_Static_assert(sizeof(struct pf_event) <= UINT8_MAX, "offsets are 8 bit");
_Static_assert(sizeof(struct pf_room_config) <= UINT8_MAX, "offsets are 8 bit");
_Static_assert(sizeof(enum pf_source) == sizeof(uint32_t), "enums are read and written as U32");

/* clang-format off */
#define E(kind, member) {kind, offsetof(struct pf_event, member), 0}
#define N(member, max)  {ENUM, offsetof(struct pf_event, member), max}
#define C(kind, member) {kind, offsetof(struct pf_room_config, member), 0}
#define PC              E(U32, pc)
/* clang-format on */

static const struct field events[][FIELDS_MAX + 1] = {
    [PF_EVENT_TIMEOUT] = {{0}},
    [PF_EVENT_START] = {{0}},
    [PF_EVENT_JOIN] = {E(TEXT, join.room), E(TEXT, join.name)},
    [PF_EVENT_LEAVE] = {{0}},
    [PF_EVENT_SET_SOURCE] = {N(set_source.source, PF_SOURCE_CAMERA), E(BOOL, set_source.on)},
    [PF_EVENT_SELECT_DEVICE] = {N(select_device.source, PF_SOURCE_CAMERA),
                                E(TEXT, select_device.id)},
    [PF_EVENT_NETWORK_CHANGED] = {E(BOOL, network.online)},
    [PF_EVENT_SOCKET_MESSAGE] = {E(U32, socket), E(TEXT, message)},
    [PF_EVENT_SOCKET_CLOSED] = {E(U32, socket), E(U16, socket_closed.code)},
    [PF_EVENT_CAPTURE_OPENED] = {E(U32, capture_opened.track), E(TEXT, capture_opened.device)},
    [PF_EVENT_CAPTURE_FAILED] = {E(U32, capture_failed.tracks[0]), E(U32, capture_failed.tracks[1]),
                                 N(capture_failed.error, PF_DOM_ERROR_OTHER),
                                 E(BOOL, capture_failed.granted[0]),
                                 E(BOOL, capture_failed.granted[1])},
    [PF_EVENT_TRACK_ENDED] = {E(U32, track_ended)},
    [PF_EVENT_DEVICES_CHANGED] = {{0}},
    [PF_EVENT_DEVICES] = {E(DEVICES, devices)},
    [PF_EVENT_PC_DESCRIPTION] = {PC, N(description.type, PF_DESCRIPTION_ANSWER),
                                 E(TEXT, description.sdp)},
    [PF_EVENT_PC_LOCAL] = {PC, N(description.type, PF_DESCRIPTION_ANSWER),
                           E(TEXT, description.sdp)},
    [PF_EVENT_PC_REMOTE_SET] = {PC, N(description_set, PF_DESCRIPTION_ANSWER)},
    [PF_EVENT_PC_SENDER_SET] = {PC, N(sender_set.source, PF_SOURCE_CAMERA),
                                E(U32, sender_set.track)},
    [PF_EVENT_PC_FAILED] = {PC, N(failed.operation, PF_OPERATION_REPLACE_TRACK),
                            N(failed.error, PF_DOM_ERROR_OTHER),
                            N(failed.source, PF_SOURCE_CAMERA)},
    [PF_EVENT_PC_CANDIDATE] = {PC, E(TEXT, candidate.candidate), E(TEXT, candidate.mid),
                               E(U32, candidate.mline_index), E(TEXT, candidate.username_fragment)},
    [PF_EVENT_PC_STATE] = {PC, N(connection_state, PF_CONNECTION_CLOSED)},
    [PF_EVENT_PC_CHANNEL_OPENED] = {PC, E(U16, channel.id)},
    [PF_EVENT_PC_CHANNEL_CLOSED] = {PC, E(U16, channel.id)},
    [PF_EVENT_PC_CHANNEL_MESSAGE] = {PC, E(U16, channel.id), E(BOOL, channel.is_binary),
                                     E(TEXT, channel.data)},
};

enum { EVENTS_COUNT = sizeof events / sizeof *events };

static const struct field config_fields[FIELDS_MAX + 1] = {
    C(TEXT, url),     C(TEXT, ticket),       C(U64, seed),
    C(U32, instance), C(TEXT, capabilities), C(BOOL, on[0]),
    C(BOOL, on[1]),   C(TEXT, devices[0]),   C(TEXT, devices[1]),
};

/* ---- writing ---- */

static void put_number(struct pf_buffer *out, uint64_t number)
{
    pf_buffer_put(out, PF_SLICE(" "));
    pf_buffer_put_u64(out, number);
}

static void put_text(struct pf_buffer *out, struct pf_slice text)
{
    if (!text.data) {
        pf_buffer_put(out, PF_SLICE(" -1:"));
        return;
    }
    put_number(out, text.size);
    pf_buffer_put(out, PF_SLICE(":"));
    pf_buffer_put(out, text);
}

static void put_devices(struct pf_buffer *out, const struct pf_event *event)
{
    put_number(out, event->devices.count);
    for (size_t i = 0; i < event->devices.count; i++) {
        put_number(out, event->devices.list[i].source);
        put_text(out, event->devices.list[i].id);
        put_text(out, event->devices.list[i].label);
    }
}

static void put_field(struct pf_buffer *out, enum kind kind, const char *at)
{
    uint32_t number;
    switch (kind) {
    case END: break;
    case BOOL: put_number(out, *(const bool *)at); break;
    case U16: put_number(out, *(const uint16_t *)(const void *)at); break;
    case U32:
    case ENUM:
        memcpy(&number, at, sizeof number);
        put_number(out, number);
        break;
    case U64: put_number(out, *(const uint64_t *)(const void *)at); break;
    case TEXT: put_text(out, *(const struct pf_slice *)(const void *)at); break;
    case DEVICES: break; /* not one field, see put_fields() */
    }
}

static void put_fields(struct pf_buffer *out, const struct field *fields, const void *object)
{
    for (const struct field *field = fields; field->kind != END; field++) {
        if (field->kind == DEVICES) {
            put_devices(out, object);
        } else {
            put_field(out, (enum kind)field->kind, (const char *)object + field->offset);
        }
    }
    pf_buffer_put(out, PF_SLICE("\n"));
}

static void put_event(struct pf_buffer *out, const struct pf_event *event)
{
    pf_buffer_put_u64(out, event->now_ms);
    put_number(out, event->type);
    put_fields(out, events[event->type], event);
}

void pf_record_begin(struct pf_record *record, const struct pf_room_config *config)
{
    pf_buffer_init(&record->text, record->storage, sizeof record->storage);
    record->is_complete = true;
    pf_buffer_put(&record->text, PF_SLICE("peerface-record-1"));
    put_fields(&record->text, config_fields, config);
    record->config_size = record->text.size;
}

/* Makes room by forgetting the older half of the events. */
static void forget_half(struct pf_record *record)
{
    struct pf_buffer *text = &record->text;
    size_t from = record->config_size + (text->size - record->config_size) / 2;
    while (from < text->size && text->data[from - 1] != '\n') {
        from++;
    }
    memmove(text->data + record->config_size, text->data + from, text->size - from);
    text->size -= from - record->config_size;
    record->is_complete = false;
}

void pf_record_add(struct pf_record *record, const struct pf_event *event)
{
    struct pf_buffer *text = &record->text;
    for (int attempts = 0; attempts < 3; attempts++) {
        const size_t size = text->size;
        put_event(text, event);
        if (!text->overflow) {
            return;
        }
        text->overflow = false;
        text->size = size;
        forget_half(record);
    }
    /* Larger than the buffer: the event is not recorded, and the record says that it is incomplete.
     */
}

/* ---- reading ---- */

/* Takes `text` off the front; false if it is not there. */
static bool take(struct pf_slice *from, struct pf_slice text)
{
    if (from->size < text.size || memcmp(from->data, text.data, text.size) != 0) {
        return false;
    }
    *from = (struct pf_slice){from->data + text.size, from->size - text.size};
    return true;
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
    uint64_t size;
    if (take(from, PF_SLICE("-1:"))) {
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

static bool take_devices(struct pf_slice *from, struct pf_record_line *line, struct pf_event *event)
{
    uint64_t count;
    if (!take_number(from, PF_RECORD_DEVICES_MAX, &count)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        struct pf_device *device = &line->devices[i];
        uint64_t source;
        if (!take(from, PF_SLICE(" ")) || !take_number(from, PF_SOURCES_COUNT - 1, &source) ||
            !take(from, PF_SLICE(" ")) || !take_text(from, &device->id) ||
            !take(from, PF_SLICE(" ")) || !take_text(from, &device->label)) {
            return false;
        }
        device->source = (enum pf_source)source;
    }
    event->devices.list = line->devices;
    event->devices.count = (size_t)count;
    return true;
}

static bool take_field(struct pf_slice *from, const struct field *field, char *at)
{
    uint64_t number = 0;
    switch ((enum kind)field->kind) {
    case BOOL:
        if (!take_number(from, 1, &number)) {
            return false;
        }
        *(bool *)at = number != 0;
        return true;
    case U16:
        if (!take_number(from, UINT16_MAX, &number)) {
            return false;
        }
        *(uint16_t *)(void *)at = (uint16_t)number;
        return true;
    case U32:
    case ENUM:
        if (!take_number(from, field->kind == ENUM ? field->max : UINT32_MAX, &number)) {
            return false;
        }
        memcpy(at, &(uint32_t){(uint32_t)number}, sizeof(uint32_t));
        return true;
    case U64: return take_number(from, UINT64_MAX, (uint64_t *)(void *)at);
    case TEXT: return take_text(from, (struct pf_slice *)(void *)at);
    case END:
    case DEVICES: break;
    }
    return false;
}

/* The fields and the end of a line. */
static bool take_fields(struct pf_slice *from, const struct field *fields, void *object,
                        struct pf_record_line *devices)
{
    for (const struct field *field = fields; field->kind != END; field++) {
        const bool is_taken =
            take(from, PF_SLICE(" ")) &&
            (field->kind == DEVICES ? take_devices(from, devices, object)
                                    : take_field(from, field, (char *)object + field->offset));
        if (!is_taken) {
            return false;
        }
    }
    return take(from, PF_SLICE("\n"));
}

enum pf_error pf_record_read_config(struct pf_slice *text, struct pf_room_config *out)
{
    struct pf_slice rest = *text;
    struct pf_room_config config = {0};
    if (!take(&rest, PF_SLICE("peerface-record-1")) ||
        !take_fields(&rest, config_fields, &config, NULL)) {
        return PF_ERROR_INVALID;
    }
    *out = config;
    *text = rest;
    return PF_ERROR_OK;
}

enum pf_error pf_record_read(struct pf_slice *text, struct pf_record_line *line,
                             struct pf_event *out)
{
    struct pf_slice rest = *text;
    struct pf_event event = {0};
    uint64_t type;
    if (!take_number(&rest, UINT64_MAX, &event.now_ms) || !take(&rest, PF_SLICE(" ")) ||
        !take_number(&rest, EVENTS_COUNT - 1, &type) ||
        !take_fields(&rest, events[type], &event, line)) {
        return PF_ERROR_INVALID;
    }
    event.type = (enum pf_event_type)type;
    *out = event;
    *text = rest;
    return PF_ERROR_OK;
}
