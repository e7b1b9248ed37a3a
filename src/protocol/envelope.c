/* envelope.c - what the relay reads of a message, and how it forwards one, without a tree. */
/* SPDX-License-Identifier: MIT */
#include "protocol/envelope.h"

#include "base/assert.h"
#include "protocol/json.h"

#include <string.h>

/* Sets `content` to the string that `value` is. Fails if there was one, or on an escape. */
static enum pf_error take_string(struct pf_slice value, struct pf_slice *content)
{
    if (content->data) {
        return PF_ERROR_INVALID;
    }
    *content = pf_json_plain_string(value);
    return content->data ? PF_ERROR_OK : PF_ERROR_INVALID;
}

/* What has been found so far; data is NULL where nothing has. */
struct findings {
    struct pf_slice type, to, prepared_offer;
};

/* Compares with a literal; so the compiler makes it one comparison of a few bytes. */
static inline bool is_named(const struct pf_json_member *member, const char *literal)
{
    const size_t size = strlen(literal);
    return member->name.size == size && memcmp(member->name.data, literal, size) == 0;
}

static enum pf_error take_member(const struct pf_json_member *member, struct findings *found)
{
    if (is_named(member, "type")) {
        return take_string(member->value, &found->type);
    }
    if (is_named(member, "to")) {
        return take_string(member->value, &found->to);
    }
    if (is_named(member, "from")) {
        return PF_ERROR_INVALID;
    }
    if (is_named(member, "preparedOffer")) {
        if (found->prepared_offer.data) {
            return PF_ERROR_INVALID;
        }
        found->prepared_offer = member->value;
    }
    return PF_ERROR_OK;
}

/* Makes the envelope of what has been found, all but its rest. */
static enum pf_error judge(const struct findings *found, size_t size, struct pf_envelope *out)
{
    if (!found->type.data) {
        return PF_ERROR_INVALID;
    }
    if (!pf_message_type_read(found->type, &out->type)) {
        return PF_ERROR_UNSUPPORTED;
    }
    out->to = pf_member_id_read(found->to);
    out->prepared_offer = found->prepared_offer;
    if (out->to == 0 && (found->to.data || out->type == PF_MESSAGE_SIGNAL)) {
        return PF_ERROR_INVALID;
    }
    if (out->type == PF_MESSAGE_SIGNAL && size > PF_SIGNAL_SIZE_MAX) {
        return PF_ERROR_TOO_LONG;
    }
    if (out->type == PF_MESSAGE_JOIN && found->prepared_offer.size > PF_OFFER_SIZE_MAX) {
        return PF_ERROR_TOO_LONG;
    }
    return PF_ERROR_OK;
}

enum pf_error pf_envelope_read(struct pf_slice text, struct pf_envelope *out)
{
    if (text.size > PF_MESSAGE_SIZE_MAX) {
        return PF_ERROR_TOO_LONG;
    }
    struct findings found = {0};
    struct pf_slice rest = {NULL, 0};
    struct pf_json_walk walk;
    struct pf_json_member member;
    pf_json_walk_init(&walk, text);
    while (pf_json_walk_next(&walk, &member)) {
        const enum pf_error error = take_member(&member, &found);
        if (error != PF_ERROR_OK) {
            return error;
        }
        if (!rest.data) {
            rest.data = member.name.data - 1; /* its quote */
            rest.size = (size_t)(text.data + text.size - rest.data);
        }
    }
    if (walk.error != PF_ERROR_OK) {
        return walk.error;
    }
    struct pf_envelope envelope = {.rest = rest};
    const enum pf_error error = judge(&found, text.size, &envelope);
    if (error == PF_ERROR_OK) {
        *out = envelope;
    }
    return error;
}

void pf_envelope_write_prefix(pf_member_id from, struct pf_buffer *out)
{
    PF_ASSERT(from != 0);
    char digits[PF_MEMBER_ID_DIGITS + 1];
    pf_member_id_write(from, digits);
    pf_buffer_put(out, PF_SLICE("{\"from\":\""));
    pf_buffer_put(out, (struct pf_slice){digits, PF_MEMBER_ID_DIGITS});
    pf_buffer_put(out, PF_SLICE("\","));
}
