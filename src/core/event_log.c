/* event_log.c - writes the events of a room as text, to be replayed elsewhere. */
/* SPDX-License-Identifier: MIT */
#include "core/event_log.h"

#include "base/assert.h"
#include "core/event_log_lines.h"

#include <string.h>

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

static void put_enum(struct pf_buffer *out, enum pf_field_kind kind, const void *at)
{
    uint32_t value = 0;
    memcpy(&value, at, sizeof value); /* whichever enum it is */
    PF_ASSERT(value < pf_field_enums[kind - PF_FIELD_ENUMS]->count);
    put(out, pf_field_enums[kind - PF_FIELD_ENUMS]->list[value]);
}

static void put_value(struct pf_buffer *out, struct pf_field field, const void *object)
{
    const void *at = (const char *)object + field.offset;
    switch ((int)field.kind) {
    case PF_FIELD_BOOL: put(out, *(const bool *)at ? "1" : "0"); break;
    case PF_FIELD_U16: pf_buffer_put_u64(out, *(const uint16_t *)at); break;
    case PF_FIELD_U32: pf_buffer_put_u64(out, *(const uint32_t *)at); break;
    case PF_FIELD_U64: pf_buffer_put_u64(out, *(const uint64_t *)at); break;
    case PF_FIELD_TEXT: put_text(out, *(const struct pf_slice *)at); break;
    case PF_FIELD_DEVICES: put_devices(out, object); break;
    default: put_enum(out, field.kind, at); break;
    }
}

/* The fields after the name of a line, and its end. */
static void put_fields(struct pf_buffer *out, struct pf_field line, const void *object)
{
    for (struct pf_field field = pf_field_next(line); field.kind != PF_FIELD_LINE;
         field = pf_field_next(field)) {
        put_name(out, field.name);
        put_value(out, field, object);
    }
    put(out, "\n");
}

static void put_event(struct pf_buffer *out, const struct pf_event *event)
{
    const struct pf_field line = pf_field_line((uint8_t)event->type);
    pf_buffer_put_u64(out, event->now_ms);
    put(out, " ");
    put(out, line.name);
    put_fields(out, line, event);
}

void pf_event_log_begin(struct pf_event_log *log, const struct pf_room_config *config)
{
    const struct pf_field line = pf_field_line(PF_LINE_CONFIG);
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
