/* message_read.c - reads the signaling messages. */
/* SPDX-License-Identifier: MIT */
/*
 * A text is first checked without a tree (json.h): that is where syntax, nesting, U+0000 and
 * surrogates are judged, because cJSON is lenient. Then cJSON makes the tree, and one function for
 * each type takes out of it what PROTOCOL.md says. The first failure is kept in the reader; what is
 * read after it is harmless and thrown away, so that these functions need no branches of their own.
 *
 * Of members that come twice the first counts, so that the `from` which the relay puts in front
 * cannot be covered by another.
 */
#include "protocol/message.h"

#include "base/assert.h"
#include "protocol/json.h"
#include "protocol/message_names.h"

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

/* The member of that name may be missing; then the result is empty. */
static struct pf_slice read_optional_text(struct reader *reader, const cJSON *object,
                                          const char *name)
{
    const cJSON *item = find(object, name);
    return item ? read_text(reader, item) : pf_slice_of(NULL);
}

/* The member of that name may be missing or null; then the data of the result is NULL. */
static struct pf_slice read_nullable_text(struct reader *reader, const cJSON *object,
                                          const char *name)
{
    const cJSON *item = find(object, name);
    if (!item || cJSON_IsNull(item)) {
        return (struct pf_slice){NULL, 0};
    }
    return read_text(reader, item);
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

/* Instances, epochs, offer numbers and sequences: 0 is none of them. */
static uint32_t read_ordinal(struct reader *reader, const cJSON *object, const char *name)
{
    return read_number(reader, find(object, name), 1, UINT32_MAX);
}

static bool read_bool(struct reader *reader, const cJSON *object, const char *name)
{
    const cJSON *item = find(object, name);
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

/* The member of that name may be missing; then the result is 0. */
static pf_member_id read_optional_id(struct reader *reader, const cJSON *object, const char *name)
{
    const cJSON *item = find(object, name);
    return item ? read_id(reader, item) : 0;
}

/* The value of an enum that has these names, or its first; then the error is `unknown`. */
static size_t read_name_of(struct reader *reader, const cJSON *item, const struct pf_names *names,
                           enum pf_error unknown)
{
    size_t index = 0;
    const struct pf_slice text = read_text(reader, item);
    if (!pf_names_find(names, text, &index)) {
        fail(reader, unknown);
    }
    return index;
}

static struct pf_slice read_ticket(struct reader *reader, const cJSON *item)
{
    const struct pf_slice ticket = read_text(reader, item);
    if (ticket.size > PF_TICKET_SIZE_MAX) {
        fail(reader, PF_ERROR_TOO_LONG);
    }
    return ticket;
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
static void read_state(struct reader *reader, const cJSON *object, struct pf_member_state *out)
{
    out->sequence = read_ordinal(reader, object, "sequence");
    const cJSON *hand = find(object, "hand");
    out->hand = hand ? read_number(reader, hand, 1, UINT32_MAX) : 0;
    const struct pf_names states = {pf_names_of_source_states.list, PF_SOURCE_STATE_INTERRUPTED};
    for (size_t i = 0; i < PF_SOURCES_COUNT; i++) {
        const cJSON *item = find(object, pf_names_of_sources.list[i]);
        out->sources[i] =
            !item ? PF_SOURCE_STATE_NONE
                  : (enum pf_source_state)read_name_of(reader, item, &states, PF_ERROR_INVALID);
    }
    read_interrupted(reader, object, out);
}

/*
 * The member `capabilities` may be missing; then the result is empty. The text belongs to the
 * array's node: cJSON_Delete() frees that string as well.
 */
static struct pf_slice read_capabilities(struct reader *reader, const cJSON *object)
{
    cJSON *list = find(object, "capabilities");
    struct pf_buffer names;
    size_t count = 0;
    if (!cJSON_IsArray(list)) {
        if (list) {
            fail(reader, PF_ERROR_INVALID);
        }
        return pf_slice_of(NULL);
    }
    list->valuestring = cJSON_malloc(PF_CAPABILITIES_SIZE_MAX);
    if (!list->valuestring) {
        fail(reader, PF_ERROR_MEMORY);
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

/* The member `state` may be missing; then its sequence is 0. */
static void read_optional_state(struct reader *reader, const cJSON *object,
                                struct pf_member_state *out)
{
    const cJSON *item = find(object, "state");
    if (item) {
        read_state(reader, item, out);
    }
}

static void read_description(struct reader *reader, const cJSON *object, struct pf_description *out)
{
    const cJSON *item = find(object, "description");
    out->type = (enum pf_description_type)read_name_of(reader, find(item, "type"),
                                                       &pf_names_of_descriptions, PF_ERROR_INVALID);
    out->sdp = read_text(reader, find(item, "sdp"));
    if (out->sdp.size == 0) {
        fail(reader, PF_ERROR_INVALID);
    }
}

static void read_candidate(struct reader *reader, const cJSON *item, struct pf_candidate *out)
{
    out->candidate = read_text(reader, find(item, "candidate"));
    out->mid = read_nullable_text(reader, item, "sdpMid");
    out->username_fragment = read_nullable_text(reader, item, "usernameFragment");
    const cJSON *index = find(item, "sdpMLineIndex");
    /* An unsigned short in webrtc-pc. */
    out->mline_index =
        !index || cJSON_IsNull(index) ? -1 : (int32_t)read_number(reader, index, 0, UINT16_MAX);
}

/* The member `preparedOffer` may be missing; then its SDP is empty. */
static void read_prepared_offer(struct reader *reader, const cJSON *object,
                                struct pf_prepared_offer *out)
{
    const cJSON *offer = find(object, "preparedOffer");
    if (!offer) {
        out->sdp = pf_slice_of(NULL);
        return;
    }
    struct pf_description description = {0};
    read_description(reader, offer, &description);
    if (description.type != PF_DESCRIPTION_OFFER) {
        fail(reader, PF_ERROR_INVALID);
    }
    out->sdp = description.sdp;
    read_optional_state(reader, offer, &out->state);

    const cJSON *candidates = find(offer, "candidates");
    if (!cJSON_IsArray(candidates)) {
        fail(reader, PF_ERROR_INVALID);
        return;
    }
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, candidates)
    {
        if (out->candidates_count == PF_OFFER_CANDIDATES_MAX) {
            fail(reader, PF_ERROR_TOO_LONG);
            return;
        }
        read_candidate(reader, item, &out->candidates[out->candidates_count++]);
    }
}

static struct pf_slice read_member_name(struct reader *reader, const cJSON *object)
{
    const struct pf_slice name = read_text(reader, find(object, "name"));
    if (name.size > PF_MEMBER_NAME_SIZE_MAX) {
        fail(reader, PF_ERROR_TOO_LONG);
    } else if (!pf_name_is_valid(name, 0)) {
        fail(reader, PF_ERROR_INVALID);
    }
    return name;
}

static void read_member(struct reader *reader, const cJSON *item, struct pf_member *out)
{
    out->id = read_id(reader, find(item, "id"));
    out->instance = read_ordinal(reader, item, "instance");
    out->away = read_bool(reader, item, "away");
    out->name = read_member_name(reader, item);
    out->capabilities = read_capabilities(reader, item);
}

static void read_hello(struct reader *reader, const cJSON *root, struct pf_message *out)
{
    out->hello.capabilities = read_capabilities(reader, root);
    out->hello.members_max = read_number(reader, find(root, "membersMax"), 2, PF_MEMBERS_MAX);
    out->hello.ping_ms = read_number(reader, find(root, "pingMs"), 1, PF_INTERVAL_MS_MAX);
    out->hello.grace_ms = read_number(reader, find(root, "graceMs"), 1, PF_INTERVAL_MS_MAX);

    /* The array's JSON is kept by its own node: cJSON_Delete() frees that string as well. */
    cJSON *item = find(root, "iceServers");
    if (!cJSON_IsArray(item)) {
        fail(reader, PF_ERROR_INVALID);
        return;
    }
    const size_t size = reader->ice_servers.size;
    item->valuestring = cJSON_malloc(size + 1);
    if (!item->valuestring) {
        fail(reader, PF_ERROR_MEMORY);
        return;
    }
    (void)pf_slice_copy(reader->ice_servers, item->valuestring, size + 1); /* all of it fits */
    out->hello.ice_servers = (struct pf_slice){item->valuestring, size};
}

static void read_join(struct reader *reader, const cJSON *root, struct pf_message *out)
{
    out->join.room = read_text(reader, find(root, "room"));
    out->join.name = read_text(reader, find(root, "name"));
    out->join.capabilities = read_capabilities(reader, root);
    out->join.instance = read_ordinal(reader, root, "instance");
    const cJSON *ticket = find(root, "ticket");
    out->join.ticket = ticket ? read_ticket(reader, ticket) : pf_slice_of(NULL);
    out->join.token = read_optional_text(reader, root, "token");
    if (out->join.token.size > PF_TOKEN_SIZE_MAX) {
        fail(reader, PF_ERROR_TOO_LONG);
    }
    read_prepared_offer(reader, root, &out->join.prepared_offer);
}

static void read_joined(struct reader *reader, const cJSON *root, struct pf_message *out)
{
    out->joined.self = read_id(reader, find(root, "self"));
    out->joined.resumed = read_bool(reader, root, "resumed");
    out->joined.ticket = read_ticket(reader, find(root, "ticket"));
    out->joined.offered = read_optional_id(reader, root, "offered");

    const cJSON *members = find(root, "members");
    if (!cJSON_IsArray(members)) {
        fail(reader, PF_ERROR_INVALID);
        return;
    }
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, members)
    {
        if (out->joined.members_count == PF_MEMBERS_MAX - 1) {
            fail(reader, PF_ERROR_TOO_LONG);
            return;
        }
        read_member(reader, item, &out->joined.members[out->joined.members_count++]);
    }
}

static void read_signal(struct reader *reader, const cJSON *root, struct pf_signal *out)
{
    out->peer = read_id(reader, find(root, "from"));
    out->from_instance = read_ordinal(reader, root, "fromInstance");
    out->to_instance = read_ordinal(reader, root, "toInstance");
    out->kind = (enum pf_signal_kind)read_name_of(reader, find(root, "kind"), &pf_names_of_kinds,
                                                  PF_ERROR_UNSUPPORTED);
    if (out->kind != PF_SIGNAL_STATE) {
        out->epoch = read_ordinal(reader, root, "epoch");
    }
    switch (out->kind) {
    case PF_SIGNAL_DESCRIPTION:
        out->offer_number = read_ordinal(reader, root, "offerNumber");
        read_description(reader, root, &out->description);
        read_optional_state(reader, root, &out->state);
        return;
    case PF_SIGNAL_CANDIDATE:
        out->offer_number = read_ordinal(reader, root, "offerNumber");
        read_candidate(reader, find(root, "candidate"), &out->candidate);
        return;
    case PF_SIGNAL_STATE: read_state(reader, find(root, "state"), &out->state); return;
    case PF_SIGNAL_REQUEST:
        out->want = (enum pf_request)read_name_of(reader, find(root, "want"), &pf_names_of_requests,
                                                  PF_ERROR_INVALID);
        return;
    }
    PF_UNREACHABLE();
}

static void read_error(struct reader *reader, const cJSON *root, struct pf_message *out)
{
    const struct pf_slice code = read_text(reader, find(root, "code"));
    size_t index = PF_CODE_OTHER;
    (void)pf_names_find(&pf_names_of_codes, code, &index); /* one that is not known is OTHER */
    out->error.code = (enum pf_error_code)index;
    out->error.message = read_optional_text(reader, root, "message");
    out->error.to = read_optional_id(reader, root, "to");
}

static void read_message(struct reader *reader, const cJSON *root, struct pf_message *out)
{
    out->type = (enum pf_message_type)read_name_of(reader, find(root, "type"), &pf_names_of_types,
                                                   PF_ERROR_UNSUPPORTED);
    switch (out->type) {
    case PF_MESSAGE_HELLO: read_hello(reader, root, out); return;
    case PF_MESSAGE_JOIN: read_join(reader, root, out); return;
    case PF_MESSAGE_JOINED: read_joined(reader, root, out); return;
    case PF_MESSAGE_MEMBER:
        read_member(reader, root, &out->member.member);
        read_prepared_offer(reader, root, &out->member.prepared_offer);
        return;
    case PF_MESSAGE_RENAME: out->rename = read_member_name(reader, root); return;
    case PF_MESSAGE_LEFT:
        out->left.id = read_id(reader, find(root, "id"));
        out->left.reason = (enum pf_left_reason)read_name_of(
            reader, find(root, "reason"), &pf_names_of_reasons, PF_ERROR_INVALID);
        return;
    case PF_MESSAGE_SIGNAL: read_signal(reader, root, &out->signal); return;
    case PF_MESSAGE_ERROR: read_error(reader, root, out); return;
    case PF_MESSAGE_STATE: read_state(reader, root, &out->state); return;
    case PF_MESSAGE_REACTION:
        out->reaction = (enum pf_reaction)read_name_of(
            reader, find(root, "kind"), &pf_names_of_reactions, PF_ERROR_UNSUPPORTED);
        return;
    case PF_MESSAGE_LEAVE:
    case PF_MESSAGE_PING:
    case PF_MESSAGE_PONG:
    case PF_MESSAGE_BYE: return;
    }
    PF_UNREACHABLE();
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
