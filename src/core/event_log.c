/*
 * event_log.c - the events of a room as text, to be replayed elsewhere.
 *
 * One table says what each kind of line consists of; writing and reading both walk it.
 */
/* SPDX-License-Identifier: MIT */
#include "core/event_log.h"

#include "base/assert.h"
#include "core/names.h"

#include <string.h>

enum kind {
    LINE, /* begins the fields of a line */
    BOOL,
    U16,
    U32,
    U64,
    TEXT,
    DEVICES,
    ENUMS, /* from here on: spelled as the entry of `enums` has it */
    SOURCE = ENUMS,
    REACTION,
    DESCRIPTION,
    DOM_ERROR,
    PERMISSION,
    OPERATION,
    CONNECTION_STATE,
};

static const struct pf_names *const enums[] = {
    [SOURCE - ENUMS] = &pf_names_of_sources,
    [REACTION - ENUMS] = &pf_names_of_reactions,
    [DESCRIPTION - ENUMS] = &pf_names_of_descriptions,
    [DOM_ERROR - ENUMS] = &pf_names_of_dom_errors,
    [PERMISSION - ENUMS] = &pf_names_of_permissions,
    [OPERATION - ENUMS] = &pf_names_of_operations,
    [CONNECTION_STATE - ENUMS] = &pf_names_of_connection_states,
};

/* clang-format off */
/*
 * The lines: L(name, enum pf_event_type) and then the fields of the event, E(name, kind, member).
 * The first line is that of the configuration, with fields C(name, kind, member).
 */
#define LINES(L, E, C) \
    L("peerface-event-log", LINE_CONFIG) \
        C("url", TEXT, url) C("ticket", TEXT, ticket) C("seed", U64, seed) \
        C("instance", U32, instance) C("capabilities", TEXT, capabilities) \
        C("microphone", BOOL, on[0]) C("camera", BOOL, on[1]) \
        C("microphone-device", TEXT, devices[0]) C("camera-device", TEXT, devices[1]) \
    L("timeout", PF_EVENT_TIMEOUT) \
    L("start", PF_EVENT_START) \
    L("join", PF_EVENT_JOIN) E("room", TEXT, join.room) E("name", TEXT, join.name) \
    L("leave", PF_EVENT_LEAVE) \
    L("set-source", PF_EVENT_SET_SOURCE) \
        E("source", SOURCE, set_source.source) E("on", BOOL, set_source.on) \
    L("select-device", PF_EVENT_SELECT_DEVICE) \
        E("source", SOURCE, select_device.source) E("device", TEXT, select_device.id) \
    L("set-name", PF_EVENT_SET_NAME) E("name", TEXT, name) \
    L("set-hand", PF_EVENT_SET_HAND) E("raised", BOOL, set_hand.raised) \
    L("react", PF_EVENT_REACT) E("kind", REACTION, reaction) \
    L("network-changed", PF_EVENT_NETWORK_CHANGED) E("online", BOOL, network.online) \
    L("socket-message", PF_EVENT_SOCKET_MESSAGE) \
        E("socket", U32, socket) E("message", TEXT, message) \
    L("socket-closed", PF_EVENT_SOCKET_CLOSED) \
        E("socket", U32, socket) E("code", U16, socket_closed.code) \
    L("capture-opened", PF_EVENT_CAPTURE_OPENED) \
        E("track", U32, capture_opened.track) E("device", TEXT, capture_opened.device) \
    L("capture-failed", PF_EVENT_CAPTURE_FAILED) E("microphone", U32, capture_failed.tracks[0]) \
        E("camera", U32, capture_failed.tracks[1]) E("error", DOM_ERROR, capture_failed.error) \
        E("microphone-permission", PERMISSION, capture_failed.permissions[0]) \
        E("camera-permission", PERMISSION, capture_failed.permissions[1]) \
    L("screen-opened", PF_EVENT_SCREEN_OPENED) E("picture", U32, screen_opened.picture) \
        E("sound", U32, screen_opened.sound) \
    L("screen-failed", PF_EVENT_SCREEN_FAILED) E("picture", U32, screen_failed.picture) \
        E("error", DOM_ERROR, screen_failed.error) \
    L("track-ended", PF_EVENT_TRACK_ENDED) E("track", U32, track_ended) \
    L("devices-changed", PF_EVENT_DEVICES_CHANGED) \
    L("devices", PF_EVENT_DEVICES) E("count", DEVICES, devices) \
    L("pc-description", PF_EVENT_PC_DESCRIPTION) \
        E("pc", U32, pc) E("type", DESCRIPTION, description.type) E("sdp", TEXT, description.sdp) \
    L("pc-local", PF_EVENT_PC_LOCAL) \
        E("pc", U32, pc) E("type", DESCRIPTION, description.type) E("sdp", TEXT, description.sdp) \
    L("pc-remote-set", PF_EVENT_PC_REMOTE_SET) \
        E("pc", U32, pc) E("type", DESCRIPTION, description_set) \
    L("pc-sender-set", PF_EVENT_PC_SENDER_SET) \
        E("pc", U32, pc) E("source", SOURCE, sender_set.source) E("track", U32, sender_set.track) \
    L("pc-failed", PF_EVENT_PC_FAILED) \
        E("pc", U32, pc) E("operation", OPERATION, failed.operation) \
        E("error", DOM_ERROR, failed.error) E("source", SOURCE, failed.source) \
    L("pc-candidate", PF_EVENT_PC_CANDIDATE) \
        E("pc", U32, pc) E("candidate", TEXT, candidate.candidate) \
        E("mid", TEXT, candidate.mid) E("line", U32, candidate.mline_index) \
        E("fragment", TEXT, candidate.username_fragment) \
    L("pc-state", PF_EVENT_PC_STATE) \
        E("pc", U32, pc) E("state", CONNECTION_STATE, connection_state) \
    L("pc-channel-opened", PF_EVENT_PC_CHANNEL_OPENED) \
        E("pc", U32, pc) E("channel", U16, channel.id) \
    L("pc-channel-closed", PF_EVENT_PC_CHANNEL_CLOSED) \
        E("pc", U32, pc) E("channel", U16, channel.id) \
    L("pc-channel-message", PF_EVENT_PC_CHANNEL_MESSAGE) \
        E("pc", U32, pc) E("channel", U16, channel.id) E("binary", BOOL, channel.is_binary) \
        E("data", TEXT, channel.data)

/* The same in two tables, without pointers, which would be most of the download's share. */
#define NAME(name, ...)            name "\0"
#define LINE_CODE(name, type)      {LINE, type},
#define EVENT_CODE(name, kind, at)  {kind, offsetof(struct pf_event, at)},
#define CONFIG_CODE(name, kind, at) {kind, offsetof(struct pf_room_config, at)},

enum { LINE_CONFIG = UINT8_MAX };

static const char names[] = LINES(NAME, NAME, NAME);
static const struct {
    uint8_t kind;
    uint8_t offset; /* in the event or configuration; for LINE: its type */
} codes[] = {LINES(LINE_CODE, EVENT_CODE, CONFIG_CODE)};
/* clang-format on */

_Static_assert(sizeof(struct pf_event) <= UINT8_MAX, "offsets are 8 bit");
_Static_assert(sizeof(struct pf_room_config) <= UINT8_MAX, "offsets are 8 bit");
_Static_assert(sizeof(enum pf_source) == sizeof(uint32_t), "enums are read and written as U32");

/* A place in the two tables. */
struct field {
    const char *name;
    enum kind kind; /* LINE behind the last field as well */
    uint8_t offset;
    size_t index;
};

static struct field field_at(const char *name, size_t index)
{
    if (index == sizeof codes / sizeof *codes) {
        return (struct field){.name = name, .kind = LINE, .index = index};
    }
    return (struct field){name, (enum kind)codes[index].kind, codes[index].offset, index};
}

static struct field next(struct field field)
{
    return field_at(field.name + strlen(field.name) + 1, field.index + 1);
}

/* The line of this type, which is in the tables. */
static struct field line_of(uint8_t type)
{
    struct field field = field_at(names, 0);
    while (field.kind != LINE || field.offset != type) {
        field = next(field);
        PF_ASSERT(field.name[0] != '\0');
    }
    return field;
}

/* ---- writing ---- */

static void put(struct pf_buffer *out, const char *text)
{
    pf_buffer_put(out, pf_slice_of(text));
}

static void put_name(struct pf_buffer *out, const char *name)
{
    put(out, " ");
    put(out, name);
    put(out, "=");
}

static void put_text(struct pf_buffer *out, struct pf_slice text)
{
    if (text.data) {
        pf_buffer_put_u64(out, text.size);
    } else {
        put(out, "-");
    }
    put(out, ":");
    pf_buffer_put(out, text);
}

static void put_devices(struct pf_buffer *out, const struct pf_event *event)
{
    pf_buffer_put_u64(out, event->devices.count);
    for (size_t i = 0; i < event->devices.count; i++) {
        const struct pf_device *device = &event->devices.list[i];
        put_name(out, pf_names_of_sources.list[device->source]);
        put_text(out, device->id);
        put(out, " ");
        put_text(out, device->label);
    }
}

static void put_enum(struct pf_buffer *out, enum kind kind, const void *at)
{
    uint32_t value = 0;
    memcpy(&value, at, sizeof value); /* whichever enum it is */
    PF_ASSERT(value < enums[kind - ENUMS]->count);
    put(out, enums[kind - ENUMS]->list[value]);
}

static void put_value(struct pf_buffer *out, struct field field, const void *object)
{
    const void *at = (const char *)object + field.offset;
    switch (field.kind) {
    case LINE: break;
    case BOOL: put(out, *(const bool *)at ? "1" : "0"); break;
    case U16: pf_buffer_put_u64(out, *(const uint16_t *)at); break;
    case U32: pf_buffer_put_u64(out, *(const uint32_t *)at); break;
    case U64: pf_buffer_put_u64(out, *(const uint64_t *)at); break;
    case TEXT: put_text(out, *(const struct pf_slice *)at); break;
    case DEVICES: put_devices(out, object); break;
    case SOURCE:
    case REACTION:
    case DESCRIPTION:
    case DOM_ERROR:
    case PERMISSION:
    case OPERATION:
    case CONNECTION_STATE: put_enum(out, field.kind, at); break;
    }
}

/* The fields after the name of a line, and its end. */
static void put_fields(struct pf_buffer *out, struct field line, const void *object)
{
    for (struct field field = next(line); field.kind != LINE; field = next(field)) {
        put_name(out, field.name);
        put_value(out, field, object);
    }
    put(out, "\n");
}

static void put_event(struct pf_buffer *out, const struct pf_event *event)
{
    const struct field line = line_of((uint8_t)event->type);
    pf_buffer_put_u64(out, event->now_ms);
    put(out, " ");
    put(out, line.name);
    put_fields(out, line, event);
}

void pf_event_log_begin(struct pf_event_log *log, const struct pf_room_config *config)
{
    const struct field line = line_of(LINE_CONFIG);
    pf_buffer_init(&log->text, log->storage, sizeof log->storage);
    log->is_complete = true;
    put(&log->text, line.name);
    put(&log->text, " " PF_EVENT_LOG_VERSION);
    put_fields(&log->text, line, config);
    log->config_size = log->text.size;
}

static void drop_older_half(struct pf_event_log *log)
{
    struct pf_buffer *text = &log->text;
    size_t from = log->config_size + (text->size - log->config_size) / 2;
    while (from < text->size && text->data[from - 1] != '\n') {
        from++;
    }
    memmove(text->data + log->config_size, text->data + from, text->size - from);
    text->size -= from - log->config_size;
    log->is_complete = false;
}

void pf_event_log_add(struct pf_event_log *log, const struct pf_event *event)
{
    struct pf_buffer *text = &log->text;
    for (int attempts = 0; attempts < 3; attempts++) {
        const size_t size = text->size;
        put_event(text, event);
        if (!text->overflow) {
            return;
        }
        text->overflow = false;
        text->size = size;
        drop_older_half(log);
    }
    /* An event larger than the whole buffer is left out of a log that is incomplete anyhow. */
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
static bool take_number_to(struct pf_slice *from, enum kind kind, void *at)
{
    const uint64_t max = kind == BOOL  ? 1
                         : kind == U16 ? UINT16_MAX
                         : kind == U32 ? UINT32_MAX
                                       : UINT64_MAX;
    uint64_t number = 0;
    if (!take_number(from, max, &number)) {
        return false;
    }
    if (kind == BOOL) {
        *(bool *)at = number != 0;
    } else if (kind == U16) {
        *(uint16_t *)at = (uint16_t)number;
    } else if (kind == U32) {
        *(uint32_t *)at = (uint32_t)number;
    } else {
        *(uint64_t *)at = number;
    }
    return true;
}

/* An enum's value by its name; the first one's may be empty. */
static bool take_enum(struct pf_slice *from, enum kind kind, void *at)
{
    const struct pf_names *spelled = enums[kind - ENUMS];
    const struct pf_slice word = take_word(from);
    size_t index = 0;
    const bool is_first = word.size == 0 && spelled->list[0][0] == '\0';
    if (!is_first && !pf_names_find(spelled, word, &index)) {
        return false;
    }
    memcpy(at, &(uint32_t){(uint32_t)index}, sizeof(uint32_t));
    return true;
}

static bool take_value(struct pf_slice *from, struct field field, void *object,
                       struct pf_event_log_line *line)
{
    void *at = (char *)object + field.offset;
    switch (field.kind) {
    case BOOL:
    case U16:
    case U32:
    case U64: return take_number_to(from, field.kind, at);
    case TEXT: return take_text(from, at);
    case DEVICES: return take_devices(from, line, object);
    case SOURCE:
    case REACTION:
    case DESCRIPTION:
    case DOM_ERROR:
    case PERMISSION:
    case OPERATION:
    case CONNECTION_STATE: return take_enum(from, field.kind, at);
    case LINE: break;
    }
    PF_UNREACHABLE();
}

/* The fields and the end of a line. */
static bool take_fields(struct pf_slice *from, struct field line, void *object,
                        struct pf_event_log_line *memory)
{
    for (struct field field = next(line); field.kind != LINE; field = next(field)) {
        if (!take_name(from, field.name) || !take_value(from, field, object, memory)) {
            return false;
        }
    }
    return take(from, PF_SLICE("\n"));
}

/* Whether an event's line has that name; then it goes to `out`. */
static bool find_line(struct pf_slice name, struct field *out)
{
    for (struct field field = field_at(names, 0); field.name[0] != '\0'; field = next(field)) {
        if (field.kind == LINE && field.offset != LINE_CONFIG &&
            pf_slice_equal(name, pf_slice_of(field.name))) {
            *out = field;
            return true;
        }
    }
    return false;
}

enum pf_error pf_event_log_read_config(struct pf_slice *text, struct pf_room_config *out)
{
    const struct field line = line_of(LINE_CONFIG);
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
    struct field found;
    if (!find_line(take_word(&rest), &found) || !take_fields(&rest, found, &event, line)) {
        return PF_ERROR_INVALID;
    }
    event.type = (enum pf_event_type)found.offset;
    *out = event;
    *text = rest;
    return PF_ERROR_OK;
}
