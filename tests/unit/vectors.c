/* vectors.c - the test vectors of PROTOCOL.md, one after the other. */
/* SPDX-License-Identifier: MIT */
#include "vectors.h"

#include "base/assert.h"
#include "base/buffer.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_SIZE_MAX = 128 * 1024 };

static const unsigned char json[] = {
#include "vectors_data.h"
};

void vectors_open(struct vectors *vectors)
{
    cJSON *root = cJSON_ParseWithLength((const char *)json, sizeof json);
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(root, "vectors");
    PF_ASSERT(cJSON_GetArraySize(list) > 0);
    *vectors = (struct vectors){.root = root, .next = list->child};
}

void vectors_close(struct vectors *vectors)
{
    free(vectors->text);
    cJSON_Delete(vectors->root);
    *vectors = (struct vectors){0};
}

static const char *get_string(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

static void put_hex(struct pf_buffer *out, const char *hex)
{
    for (; hex[0] != '\0'; hex += 2) {
        const char digits[] = {hex[0], hex[1], '\0'};
        const char byte = (char)strtoul(digits, NULL, 16);
        pf_buffer_put(out, (struct pf_slice){&byte, 1});
    }
}

static void put_part(struct pf_buffer *out, const cJSON *part)
{
    if (cJSON_IsString(part)) {
        pf_buffer_put(out, pf_slice_of(cJSON_GetStringValue(part)));
    } else if (get_string(part, "hex")) {
        put_hex(out, get_string(part, "hex"));
    } else {
        const char *repeated = get_string(part, "repeat");
        const cJSON *count = cJSON_GetObjectItemCaseSensitive(part, "count");
        PF_ASSERT(repeated && cJSON_IsNumber(count));
        for (int i = 0; i < count->valueint; i++) {
            pf_buffer_put(out, pf_slice_of(repeated));
        }
    }
}

/* Builds the text of `item`, which vectors->text then owns. */
static struct pf_slice make_text(struct vectors *vectors, const cJSON *item)
{
    char *memory = malloc(TEXT_SIZE_MAX);
    PF_ASSERT(memory);
    struct pf_buffer buffer;
    pf_buffer_init(&buffer, memory, TEXT_SIZE_MAX);
    if (cJSON_IsArray(item)) {
        const cJSON *part = NULL;
        cJSON_ArrayForEach(part, item)
        {
            put_part(&buffer, part);
        }
    } else {
        put_part(&buffer, item);
    }
    PF_ASSERT(!buffer.overflow);

    free(vectors->text);
    vectors->text = malloc(buffer.size > 0 ? buffer.size : 1);
    PF_ASSERT(vectors->text);
    memcpy(vectors->text, memory, buffer.size);
    free(memory);
    return (struct pf_slice){vectors->text, buffer.size};
}

bool vectors_next(struct vectors *vectors, struct vector *out)
{
    const cJSON *item = vectors->next;
    if (!item) {
        return false;
    }
    vectors->next = item->next;
    const char *state = get_string(item, "state");
    const cJSON *channel = cJSON_GetObjectItemCaseSensitive(item, "channel");
    *out = (struct vector){
        .name = get_string(item, "name"),
        .text = make_text(vectors, cJSON_GetObjectItemCaseSensitive(item, "text")),
        .client = get_string(item, "client"),
        .relay = get_string(item, "relay"),
        .in_room = state && strcmp(state, "room") == 0,
        .fields = cJSON_GetObjectItemCaseSensitive(item, "fields"),
        .call = get_string(item, "call"),
        .channel = channel ? channel->valueint : -1,
        .binary = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(item, "binary")),
    };
    PF_ASSERT(out->name);
    PF_ASSERT(out->client || out->relay);
    return true;
}
