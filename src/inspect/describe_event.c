/* describe_event.c - events and the configuration as JSON, by the table of the event log. */
/* SPDX-License-Identifier: MIT */
#include "base/assert.h"
#include "core/event_log_lines.h"
#include "inspect/describe.h"

#include <string.h>

static void put_devices(struct pf_json_writer *writer, const struct pf_event *event)
{
    pf_json_open(writer, "devices", '[');
    for (size_t i = 0; i < event->devices.count; i++) {
        const struct pf_device *device = &event->devices.list[i];
        pf_json_open(writer, NULL, '{');
        pf_json_put_word(writer, "source", pf_names_of_sources.list[device->source]);
        pf_json_put_text(writer, "id", device->id);
        pf_json_put_text(writer, "label", device->label);
        pf_json_close(writer, '}');
    }
    pf_json_close(writer, ']');
}

static void put_enum(struct pf_json_writer *writer, struct pf_field field, const void *at)
{
    const struct pf_names *names = pf_field_enums[field.kind - PF_FIELD_ENUMS];
    uint32_t value = 0;
    memcpy(&value, at, sizeof value); /* whichever enum it is */
    PF_ASSERT(value < names->count);
    pf_json_put_word(writer, field.name, names->list[value]);
}

static void put_u64(struct pf_json_writer *writer, const char *name, uint64_t value)
{
    if (strcmp(name, "id") == 0) {
        pf_json_put_id(writer, name, value);
    } else {
        pf_json_put_number(writer, name, value);
    }
}

static void put_field(struct pf_json_writer *writer, struct pf_field field, const void *object)
{
    const void *at = (const char *)object + field.offset;
    switch ((int)field.kind) {
    case PF_FIELD_BOOL: pf_json_put_flag(writer, field.name, *(const bool *)at); break;
    case PF_FIELD_U16: pf_json_put_number(writer, field.name, *(const uint16_t *)at); break;
    case PF_FIELD_U32: pf_json_put_number(writer, field.name, *(const uint32_t *)at); break;
    case PF_FIELD_U64: put_u64(writer, field.name, *(const uint64_t *)at); break;
    case PF_FIELD_TEXT: pf_json_put_text(writer, field.name, *(const struct pf_slice *)at); break;
    case PF_FIELD_DEVICES: put_devices(writer, object); break;
    default: put_enum(writer, field, at); break;
    }
}

static void put_fields(struct pf_json_writer *writer, struct pf_field line, const void *object)
{
    for (struct pf_field field = pf_field_next(line); field.kind != PF_FIELD_LINE;
         field = pf_field_next(field)) {
        put_field(writer, field, object);
    }
}

void pf_describe_config(struct pf_json_writer *writer, const char *name,
                        const struct pf_room_config *config)
{
    pf_json_open(writer, name, '{');
    put_fields(writer, pf_field_line(PF_LINE_CONFIG), config);
    pf_json_close(writer, '}');
}

void pf_describe_event(struct pf_json_writer *writer, const char *name,
                       const struct pf_event *event)
{
    const struct pf_field line = pf_field_line((uint8_t)event->type);
    pf_json_open(writer, name, '{');
    pf_json_put_word(writer, "what", line.name);
    put_fields(writer, line, event);
    pf_json_close(writer, '}');
}
