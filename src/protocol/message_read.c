/* message_read.c - reads the signaling messages. */
/* SPDX-License-Identifier: MIT */
/*
 * A text is first checked without a tree (json.h): that is where syntax, nesting, U+0000 and
 * surrogates are judged, because cJSON is lenient. Then cJSON makes the tree, and the tables of
 * message_shapes.c say what is taken out of it, and where to. The first failure is kept in the
 * reader; what is read after it is harmless and thrown away, so that these functions need no
 * branches of their own.
 *
 * Of members that come twice the first counts, so that the `from` which the relay puts in front
 * cannot be covered by another.
 */
#include "protocol/message.h"

#include "base/assert.h"
#include "protocol/json.h"
#include "protocol/message_names.h"
#include "protocol/message_shapes.h"

#include <cJSON.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    enum pf_error error;
    struct pf_slice ice_servers; /* the JSON of the member of that name, in the text */
};

/* Keeps the first error. */
static void fail(struct reader *reader, enum pf_error error)
{
    if (reader->error == PF_ERROR_OK) {
        reader->error = error;
    }
}

/* NULL if `object` has no such member, or is none. */
static cJSON *find(const cJSON *object, const char *name)
{
    cJSON *item = cJSON_IsObject(object) ? object->child : NULL;
    /* The first letter rules most of them out. */
    while (item && (item->string[0] != name[0] || strcmp(item->string, name) != 0)) {
        item = item->next;
    }
    return item;
}

static struct pf_slice read_text(struct reader *reader, const cJSON *item)
{
    if (!cJSON_IsString(item)) {
        fail(reader, PF_ERROR_INVALID);
    }
    return pf_slice_of(cJSON_GetStringValue(item));
}

static struct pf_slice read_limited_text(struct reader *reader, const cJSON *item, size_t max)
{
    const struct pf_slice text = read_text(reader, item);
    if (text.size > max) {
        fail(reader, PF_ERROR_TOO_LONG);
    }
    return text;
}

static uint32_t read_number(struct reader *reader, const cJSON *item, uint32_t min, uint32_t max)
{
    const double value = cJSON_IsNumber(item) ? item->valuedouble : -1;
    if (!(value >= min && value <= max && value == (double)(uint32_t)value)) {
        fail(reader, PF_ERROR_INVALID);
        return 0;
    }
    return (uint32_t)value;
}

static bool is_null(const cJSON *item)
{
    return !item || cJSON_IsNull(item);
}

static bool read_bool(struct reader *reader, const cJSON *item)
{
    if (!cJSON_IsBool(item)) {
        fail(reader, PF_ERROR_INVALID);
    }
    return cJSON_IsTrue(item);
}

static pf_member_id read_id(struct reader *reader, const cJSON *item)
{
    const pf_member_id id = pf_member_id_read(read_text(reader, item));
    if (id == 0) {
        fail(reader, PF_ERROR_INVALID);
    }
    return id;
}

/* The value of an enum that has these names, or its first; then the error is `unknown`. */
static uint32_t read_word(struct reader *reader, const cJSON *item, const struct pf_names *names,
                          enum pf_error unknown)
{
    size_t index = 0;
    if (!pf_names_find(names, read_text(reader, item), &index)) {
        fail(reader, unknown);
    }
    return (uint32_t)index;
}

/* The member `interrupted` may be missing. What is not on cannot be interrupted. */
static void read_interrupted(struct reader *reader, const cJSON *object,
                             struct pf_member_state *out)
{
    const cJSON *list = find(object, "interrupted");
    const cJSON *item = NULL;
    size_t source = 0;
    if (list && !cJSON_IsArray(list)) {
        fail(reader, PF_ERROR_INVALID);
    }
    cJSON_ArrayForEach(item, list)
    {
        if (pf_names_find(&pf_names_of_sources, read_text(reader, item), &source) &&
            out->sources[source] == PF_SOURCE_STATE_ON) {
            out->sources[source] = PF_SOURCE_STATE_INTERRUPTED;
        }
    }
}

/* A source that is absent is NONE: its client has no such source. */
static void read_sources(struct reader *reader, const cJSON *object, struct pf_member_state *out)
{
    const struct pf_names states = {pf_names_of_source_states.list, PF_SOURCE_STATE_INTERRUPTED};
    for (size_t i = 0; i < PF_SOURCES_COUNT; i++) {
        const cJSON *item = find(object, pf_names_of_sources.list[i]);
        out->sources[i] =
            !item ? PF_SOURCE_STATE_NONE
                  : (enum pf_source_state)read_word(reader, item, &states, PF_ERROR_INVALID);
    }
    read_interrupted(reader, object, out);
}

/* Memory of an array's node, of which cJSON_Delete() frees the string as well; NULL on failure. */
static char *allocate_text(struct reader *reader, cJSON *list, size_t size)
{
    if (!cJSON_IsArray(list)) {
        fail(reader, PF_ERROR_INVALID);
        return NULL;
    }
    list->valuestring = cJSON_malloc(size);
    if (!list->valuestring) {
        fail(reader, PF_ERROR_MEMORY);
    }
    return list->valuestring;
}

static struct pf_slice read_capabilities(struct reader *reader, cJSON *list)
{
    struct pf_buffer names;
    size_t count = 0;
    if (!allocate_text(reader, list, PF_CAPABILITIES_SIZE_MAX)) {
        return pf_slice_of(NULL);
    }
    pf_buffer_init(&names, list->valuestring, PF_CAPABILITIES_SIZE_MAX);
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, list)
    {
        pf_buffer_put(&names, count++ > 0 ? PF_SLICE(" ") : PF_SLICE(""));
        pf_buffer_put(&names, read_text(reader, item));
    }
    if (names.overflow || pf_capabilities_count(pf_buffer_slice(&names)) != count) {
        fail(reader, PF_ERROR_INVALID); /* also where a name is empty or has a space in it */
    }
    return pf_buffer_slice(&names);
}

static struct pf_slice read_ice_servers(struct reader *reader, cJSON *list)
{
    const size_t size = reader->ice_servers.size;
    char *copy = allocate_text(reader, list, size + 1);
    if (!copy) {
        return pf_slice_of(NULL);
    }
    (void)pf_slice_copy(reader->ice_servers, copy, size + 1); /* all of it fits */
    return (struct pf_slice){copy, size};
}

static struct pf_slice read_member_name(struct reader *reader, const cJSON *item)
{
    const struct pf_slice name = read_limited_text(reader, item, PF_MEMBER_NAME_SIZE_MAX);
    if (!pf_name_is_valid(name, 0)) {
        fail(reader, PF_ERROR_INVALID);
    }
    return name;
}

static struct pf_slice read_chat_text(struct reader *reader, const cJSON *item)
{
    const struct pf_slice text = read_text(reader, item);
    if (!pf_chat_text_is_valid(text)) {
        fail(reader, text.size > 0 ? PF_ERROR_TOO_LONG : PF_ERROR_INVALID);
    }
    return text;
}

static struct pf_slice read_text_kind(struct reader *reader, cJSON *item,
                                      const struct pf_property *property)
{
    switch ((int)property->kind) {
    case PF_PROPERTY_SDP: {
        const struct pf_slice sdp = read_text(reader, item);
        if (sdp.size == 0) {
            fail(reader, PF_ERROR_INVALID);
        }
        return sdp;
    }
    case PF_PROPERTY_TICKET: return read_limited_text(reader, item, PF_TICKET_SIZE_MAX);
    case PF_PROPERTY_TOKEN: return read_limited_text(reader, item, PF_TOKEN_SIZE_MAX);
    case PF_PROPERTY_CHAT_TEXT: return read_chat_text(reader, item);
    case PF_PROPERTY_FILE_NAME: return read_limited_text(reader, item, PF_FILE_NAME_SIZE_MAX);
    case PF_PROPERTY_MEMBER_NAME: return read_member_name(reader, item);
    case PF_PROPERTY_NULLABLE:
        return is_null(item) ? (struct pf_slice){NULL, 0} : read_text(reader, item);
    case PF_PROPERTY_CAPABILITIES: return read_capabilities(reader, item);
    case PF_PROPERTY_ICE_SERVERS: return read_ice_servers(reader, item);
    default: return read_text(reader, item);
    }
}

/* One that is not known is OTHER. */
static uint32_t read_code(struct reader *reader, const cJSON *item)
{
    size_t index = PF_CODE_OTHER;
    (void)pf_names_find(&pf_names_of_codes, read_text(reader, item), &index);
    return (uint32_t)index;
}

static uint32_t read_number_kind(struct reader *reader, const cJSON *item,
                                 const struct pf_property *property)
{
    if (property->kind == PF_PROPERTY_NUMBER) {
        const struct pf_number_range *range = &pf_number_ranges[property->detail];
        return read_number(reader, item, range->min, range->max);
    }
    if (property->kind == PF_PROPERTY_CODE) {
        return read_code(reader, item);
    }
    if (property->kind == PF_PROPERTY_LINE_INDEX) { /* an unsigned short in webrtc-pc */
        return is_null(item) ? UINT32_MAX : read_number(reader, item, 0, UINT16_MAX);
    }
    return read_word(reader, item, pf_words[property->detail],
                     property->kind == PF_PROPERTY_KIND ? PF_ERROR_UNSUPPORTED : PF_ERROR_INVALID);
}

static void read_object(struct reader *reader, const cJSON *object, const struct pf_property *shape,
                        char *out);

static void read_array(struct reader *reader, const cJSON *list, const struct pf_array_shape *array,
                       char *out)
{
    const cJSON *item = NULL;
    size_t *count = (void *)(out + array->count);
    if (!cJSON_IsArray(list)) {
        fail(reader, PF_ERROR_INVALID);
        return;
    }
    cJSON_ArrayForEach(item, list)
    {
        if (*count == array->max) {
            fail(reader, PF_ERROR_TOO_LONG);
            return;
        }
        read_object(reader, item, pf_shapes[array->shape],
                    out + array->elements + array->size * (*count)++);
    }
}

/* `item` is NULL where there is no such member, and the object itself for what has no name. */
static void read_property(struct reader *reader, cJSON *item, const struct pf_property *property,
                          char *out)
{
    const struct pf_names offer = {pf_names_of_descriptions.list, PF_DESCRIPTION_OFFER + 1};
    void *at = out + property->offset;
    switch ((int)property->kind) {
    case PF_PROPERTY_BOOL: *(bool *)at = read_bool(reader, item); return;
    case PF_PROPERTY_ID:
    case PF_PROPERTY_FROM: *(pf_member_id *)at = read_id(reader, item); return;
    case PF_PROPERTY_TO: return;
    case PF_PROPERTY_OFFER: (void)read_word(reader, item, &offer, PF_ERROR_INVALID); return;
    case PF_PROPERTY_SOURCES: read_sources(reader, item, at); return;
    case PF_PROPERTY_OBJECT: read_object(reader, item, pf_shapes[property->detail], at); return;
    case PF_PROPERTY_ARRAY:
        read_array(reader, item, &pf_array_shapes[property->detail], at);
        return;
    default: break;
    }
    if (property->kind < PF_PROPERTY_NUMBER) {
        *(struct pf_slice *)at = read_text_kind(reader, item, property);
    } else {
        memcpy(at, &(uint32_t){read_number_kind(reader, item, property)}, sizeof(uint32_t));
    }
}

/* What is optional and missing stays 0, as all of the message was before; a text is empty. */
static void read_object(struct reader *reader, const cJSON *object, const struct pf_property *shape,
                        char *out)
{
    for (; shape->kind != PF_PROPERTY_END; shape++) {
        cJSON *item = shape->name ? find(object, shape->name) : (cJSON *)object;
        if (item || !shape->optional) {
            read_property(reader, item, shape, out);
        } else if (shape->kind < PF_PROPERTY_NUMBER) {
            *(struct pf_slice *)(void *)(out + shape->offset) = pf_slice_of(NULL);
        }
    }
}

static void read_message(struct reader *reader, const cJSON *root, struct pf_message *out)
{
    out->type = (enum pf_message_type)read_word(reader, find(root, "type"), &pf_names_of_types,
                                                PF_ERROR_UNSUPPORTED);
    read_object(reader, root, pf_message_shapes[out->type], (char *)out);
    if (out->type == PF_MESSAGE_SIGNAL) {
        read_object(reader, root, pf_signal_shapes[out->signal.kind], (char *)out);
    }
}

/* Judges what needs no tree, and finds the JSON of `iceServers` in passing. */
static enum pf_error check_text(struct pf_slice text, struct pf_slice *ice_servers)
{
    if (text.size > PF_MESSAGE_SIZE_MAX) {
        return PF_ERROR_TOO_LONG;
    }
    if (!pf_slice_is_utf8(text)) {
        return PF_ERROR_INVALID;
    }
    struct pf_json_walk walk;
    struct pf_json_member member;
    pf_json_walk_init(&walk, text);
    while (pf_json_walk_next(&walk, &member)) {
        if (!ice_servers->data && pf_slice_equal(member.name, PF_SLICE("iceServers"))) {
            *ice_servers = member.value;
        }
    }
    return walk.error;
}

enum pf_error pf_message_read(struct pf_slice text, struct pf_message *out)
{
    struct reader reader = {0};
    reader.error = check_text(text, &reader.ice_servers);
    if (reader.error != PF_ERROR_OK) {
        return reader.error;
    }
    /* Too big for the stack of a wasm module; zeroed, so that all that is absent is 0. */
    struct pf_message *message = calloc(1, sizeof *message);
    cJSON *root = cJSON_ParseWithLength(text.data, text.size);
    if (message && root) {
        read_message(&reader, root, message);
    } else {
        reader.error = PF_ERROR_MEMORY; /* what check_text() lets through is JSON for cJSON too */
    }
    if (reader.error == PF_ERROR_OK) {
        message->tree = root;
        *out = *message;
    } else {
        cJSON_Delete(root);
    }
    free(message);
    return reader.error;
}
