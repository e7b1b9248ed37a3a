/* fuzz_envelope.c - envelopes agree with cJSON and can be forwarded. */
/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "base/assert.h"
#include "base/buffer.h"
#include "protocol/envelope.h"

#include <cJSON.h>
#include <stdlib.h>
#include <string.h>

static size_t count_members(const cJSON *root, const char *name)
{
    size_t count = 0;
    const cJSON *member = NULL;
    cJSON_ArrayForEach(member, root)
    {
        count += strcmp(member->string, name) == 0;
    }
    return count;
}

static struct pf_slice get_text(const cJSON *root, const char *name)
{
    return pf_slice_of(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, name)));
}

static void check_against_cjson(const struct pf_envelope *envelope, struct pf_slice text)
{
    cJSON *root = cJSON_ParseWithLength(text.data, text.size);
    PF_ASSERT(cJSON_IsObject(root));
    enum pf_message_type type = PF_MESSAGE_HELLO;
    PF_ASSERT(pf_message_type_read(get_text(root, "type"), &type));
    PF_ASSERT(type == envelope->type);
    PF_ASSERT(pf_member_id_read(get_text(root, "to")) == envelope->to);
    PF_ASSERT(count_members(root, "type") == 1);
    PF_ASSERT(count_members(root, "to") == (envelope->to != 0));
    PF_ASSERT(count_members(root, "from") == 0);
    PF_ASSERT(count_members(root, "preparedOffer") == (envelope->prepared_offer.size > 0));
    cJSON_Delete(root);
}

/* The forwarded text is a valid message with its sender. */
static void check_forwarding(const struct pf_envelope *envelope)
{
    enum { SIZE_MAX_FORWARDED = PF_MESSAGE_SIZE_MAX + PF_ENVELOPE_GROWTH };
    char *memory = malloc(SIZE_MAX_FORWARDED);
    PF_ASSERT(memory);
    struct pf_buffer buffer;
    pf_buffer_init(&buffer, memory, SIZE_MAX_FORWARDED);
    pf_envelope_write_prefix(0xa1, &buffer);
    pf_buffer_put(&buffer, envelope->rest);
    PF_ASSERT(!buffer.overflow);
    PF_ASSERT(envelope->type != PF_MESSAGE_SIGNAL || buffer.size <= PF_MESSAGE_SIZE_MAX);
    cJSON *root = cJSON_ParseWithLength(buffer.data, buffer.size);
    PF_ASSERT(pf_member_id_read(get_text(root, "from")) == 0xa1);
    cJSON_Delete(root);
    free(memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct pf_slice text = {(const char *)data, size};
    struct pf_envelope envelope;
    if (pf_envelope_read(text, &envelope) == PF_ERROR_OK) {
        check_against_cjson(&envelope, text);
        check_forwarding(&envelope);
    }
    return 0;
}
