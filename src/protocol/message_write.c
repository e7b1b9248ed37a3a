/* message_write.c - writes the signaling messages. */
/* SPDX-License-Identifier: MIT */
/*
 * JSON is composed straight into the buffer. What has been written says whether a comma is due: one
 * is, unless a bracket or brace has just been opened. After an overflow nothing of this matters.
 */
#include "protocol/message.h"

#include "base/assert.h"
#include "protocol/json.h"
#include "protocol/message_names.h"

static void put_comma(struct pf_buffer *out)
{
    const char last = out->size > 0 ? out->data[out->size - 1] : '{';
    if (last != '{' && last != '[') {
        pf_buffer_put_char(out, ',');
    }
}

/* The escape of a byte that cannot stand in a string as it is. */
static void put_escape(struct pf_buffer *out, uint8_t byte)
{
    pf_buffer_put_char(out, '\\');
    if (byte == '\r') {
        pf_buffer_put_char(out, 'r'); /* SDP ends its lines with CRLF: the short forms save 8 % */
    } else if (byte == '\n') {
        pf_buffer_put_char(out, 'n');
    } else if (byte >= 0x20) {
        pf_buffer_put_char(out, (char)byte);
    } else {
        pf_buffer_put(out, PF_SLICE("u00"));
        pf_buffer_put_char(out, (char)('0' + byte / 16));
        pf_buffer_put_char(out, "0123456789abcdef"[byte % 16]);
    }
}

static void put_string(struct pf_buffer *out, struct pf_slice text)
{
    const char *at = text.size > 0 ? text.data : ""; /* instead of a NULL */
    const char *end = at + text.size;
    pf_buffer_put_char(out, '"');
    while (at < end) {
        const char *stop = pf_json_skip_plain(at, end);
        pf_buffer_put(out, (struct pf_slice){at, (size_t)(stop - at)});
        if (stop < end) {
            put_escape(out, (uint8_t)*stop++);
        }
        at = stop;
    }
    pf_buffer_put_char(out, '"');
}

/* A word of ours, in which nothing needs an escape. */
static void put_word(struct pf_buffer *out, const char *word)
{
    pf_buffer_put_char(out, '"');
    pf_buffer_put(out, pf_slice_of(word));
    pf_buffer_put_char(out, '"');
}

/* A member's name; its value comes next. */
static void put_name(struct pf_buffer *out, const char *name)
{
    put_comma(out);
    put_word(out, name);
    pf_buffer_put_char(out, ':');
}

static void put_text(struct pf_buffer *out, const char *name, struct pf_slice text)
{
    put_name(out, name);
    put_string(out, text);
}

static void put_nullable_text(struct pf_buffer *out, const char *name, struct pf_slice text)
{
    if (text.data) {
        put_text(out, name, text);
    } else {
        put_name(out, name);
        pf_buffer_put(out, PF_SLICE("null"));
    }
}

static void put_number(struct pf_buffer *out, const char *name, uint32_t number)
{
    put_name(out, name);
    pf_buffer_put_u64(out, number);
}

static void put_bool(struct pf_buffer *out, const char *name, bool value)
{
    put_name(out, name);
    pf_buffer_put(out, value ? PF_SLICE("true") : PF_SLICE("false"));
}

static void put_id(struct pf_buffer *out, const char *name, pf_member_id id)
{
    PF_ASSERT(id != 0);
    char digits[PF_MEMBER_ID_DIGITS + 1];
    pf_member_id_write(id, digits);
    put_name(out, name);
    put_word(out, digits);
}

/* The spelling of an enum's value. */
static void put_name_of(struct pf_buffer *out, const char *name, const struct pf_names *names,
                        size_t value)
{
    PF_ASSERT(value < names->count);
    put_name(out, name);
    put_word(out, names->list[value]);
}

/* For a client of an earlier version what is interrupted is on: `interrupted` says more. */
static void put_interrupted(struct pf_buffer *out, const struct pf_member_state *state)
{
    bool any = false;
    for (size_t i = 0; i < PF_SOURCES_COUNT; i++) {
        if (state->sources[i] != PF_SOURCE_STATE_INTERRUPTED) {
            continue;
        }
        if (!any) {
            put_name(out, "interrupted");
            pf_buffer_put_char(out, '[');
        }
        any = true;
        put_comma(out);
        put_word(out, pf_names_of_sources.list[i]);
    }
    if (any) {
        pf_buffer_put_char(out, ']');
    }
}

static void put_state_members(struct pf_buffer *out, const struct pf_member_state *state)
{
    PF_ASSERT(state->sequence > 0);
    put_number(out, "sequence", state->sequence);
    for (size_t i = 0; i < PF_SOURCES_COUNT; i++) {
        if (i >= PF_SOURCE_SCREEN && state->sources[i] == PF_SOURCE_STATE_NONE) {
            continue; /* a client without screens does not know their names */
        }
        const enum pf_source_state source = state->sources[i];
        put_name_of(out, pf_names_of_sources.list[i], &pf_names_of_source_states,
                    source == PF_SOURCE_STATE_INTERRUPTED ? PF_SOURCE_STATE_ON : source);
    }
    put_interrupted(out, state);
    if (state->hand > 0) {
        put_number(out, "hand", state->hand);
    }
}

/* Nothing at all for a state of which nothing has been said. */
static void put_state(struct pf_buffer *out, const struct pf_member_state *state)
{
    if (state->sequence > 0) {
        put_name(out, "state");
        pf_buffer_put_char(out, '{');
        put_state_members(out, state);
        pf_buffer_put_char(out, '}');
    }
}

static void put_description(struct pf_buffer *out, const struct pf_description *description)
{
    PF_ASSERT(description->sdp.size > 0);
    put_name(out, "description");
    pf_buffer_put_char(out, '{');
    put_name_of(out, "type", &pf_names_of_descriptions, (size_t)description->type);
    put_text(out, "sdp", description->sdp);
    pf_buffer_put_char(out, '}');
}

/* The dictionary, without a name in front. */
static void put_candidate(struct pf_buffer *out, const struct pf_candidate *candidate)
{
    pf_buffer_put_char(out, '{');
    put_text(out, "candidate", candidate->candidate);
    put_nullable_text(out, "sdpMid", candidate->mid);
    if (candidate->mline_index < 0) {
        put_nullable_text(out, "sdpMLineIndex", (struct pf_slice){NULL, 0});
    } else {
        put_number(out, "sdpMLineIndex", (uint32_t)candidate->mline_index);
    }
    put_nullable_text(out, "usernameFragment", candidate->username_fragment);
    pf_buffer_put_char(out, '}');
}

/* Nothing at all for an empty list. */
static void put_capabilities(struct pf_buffer *out, struct pf_slice names)
{
    if (names.size == 0) {
        return;
    }
    put_name(out, "capabilities");
    pf_buffer_put(out, PF_SLICE("[\""));
    for (size_t i = 0; i < names.size; i++) {
        const struct pf_slice byte = {names.data + i, 1};
        pf_buffer_put(out, byte.data[0] == ' ' ? PF_SLICE("\",\"") : byte);
    }
    pf_buffer_put(out, PF_SLICE("\"]"));
}

/* Nothing at all for an offer without SDP. */
static void put_prepared_offer(struct pf_buffer *out, const struct pf_prepared_offer *offer)
{
    if (offer->sdp.size == 0) {
        return;
    }
    PF_ASSERT(offer->candidates_count <= PF_OFFER_CANDIDATES_MAX);
    put_name(out, "preparedOffer");
    pf_buffer_put_char(out, '{');
    put_description(out, &(struct pf_description){PF_DESCRIPTION_OFFER, offer->sdp});
    put_name(out, "candidates");
    pf_buffer_put_char(out, '[');
    for (size_t i = 0; i < offer->candidates_count; i++) {
        put_comma(out);
        put_candidate(out, &offer->candidates[i]);
    }
    pf_buffer_put_char(out, ']');
    put_state(out, &offer->state);
    pf_buffer_put_char(out, '}');
}

static void put_member(struct pf_buffer *out, const struct pf_member *member)
{
    put_id(out, "id", member->id);
    put_text(out, "name", member->name);
    put_number(out, "instance", member->instance);
    put_bool(out, "away", member->away);
    put_capabilities(out, member->capabilities);
}

static void put_hello(struct pf_buffer *out, const struct pf_message *message)
{
    put_name(out, "iceServers");
    pf_buffer_put(out, message->hello.ice_servers);
    put_number(out, "membersMax", message->hello.members_max);
    put_number(out, "pingMs", message->hello.ping_ms);
    put_number(out, "graceMs", message->hello.grace_ms);
    put_capabilities(out, message->hello.capabilities);
}

static void put_join(struct pf_buffer *out, const struct pf_message *message)
{
    put_text(out, "room", message->join.room);
    put_text(out, "name", message->join.name);
    put_number(out, "instance", message->join.instance);
    put_capabilities(out, message->join.capabilities);
    if (message->join.ticket.size > 0) {
        put_text(out, "ticket", message->join.ticket);
    }
    if (message->join.token.size > 0) {
        put_text(out, "token", message->join.token);
    }
    put_prepared_offer(out, &message->join.prepared_offer);
}

static void put_joined(struct pf_buffer *out, const struct pf_message *message)
{
    PF_ASSERT(message->joined.members_count < PF_MEMBERS_MAX);
    put_id(out, "self", message->joined.self);
    put_bool(out, "resumed", message->joined.resumed);
    put_text(out, "ticket", message->joined.ticket);
    put_name(out, "members");
    pf_buffer_put_char(out, '[');
    for (size_t i = 0; i < message->joined.members_count; i++) {
        put_comma(out);
        pf_buffer_put_char(out, '{');
        put_member(out, &message->joined.members[i]);
        pf_buffer_put_char(out, '}');
    }
    pf_buffer_put_char(out, ']');
    if (message->joined.offered != 0) {
        put_id(out, "offered", message->joined.offered);
    }
}

static void put_signal(struct pf_buffer *out, const struct pf_signal *signal)
{
    put_id(out, "to", signal->peer);
    put_number(out, "fromInstance", signal->from_instance);
    put_number(out, "toInstance", signal->to_instance);
    put_name_of(out, "kind", &pf_names_of_kinds, (size_t)signal->kind);
    if (signal->kind != PF_SIGNAL_STATE) {
        put_number(out, "epoch", signal->epoch);
    }
    switch (signal->kind) {
    case PF_SIGNAL_DESCRIPTION:
        put_number(out, "offerNumber", signal->offer_number);
        put_description(out, &signal->description);
        put_state(out, &signal->state);
        return;
    case PF_SIGNAL_CANDIDATE:
        put_number(out, "offerNumber", signal->offer_number);
        put_name(out, "candidate");
        put_candidate(out, &signal->candidate);
        return;
    case PF_SIGNAL_STATE:
        PF_ASSERT(signal->state.sequence > 0);
        put_state(out, &signal->state);
        return;
    case PF_SIGNAL_REQUEST:
        put_name_of(out, "want", &pf_names_of_requests, (size_t)signal->want);
        return;
    }
    PF_UNREACHABLE();
}

static void put_error(struct pf_buffer *out, const struct pf_message *message)
{
    put_name_of(out, "code", &pf_names_of_codes, (size_t)message->error.code);
    put_text(out, "message", message->error.message);
    if (message->error.to != 0) {
        put_id(out, "to", message->error.to);
    }
}

/* Everything but the type, of a message that clients send. */
static void put_members_from_client(struct pf_buffer *out, const struct pf_message *message)
{
    switch (message->type) {
    case PF_MESSAGE_JOIN: put_join(out, message); return;
    case PF_MESSAGE_SIGNAL: put_signal(out, &message->signal); return;
    case PF_MESSAGE_RENAME: put_text(out, "name", message->rename); return;
    case PF_MESSAGE_STATE: put_state_members(out, &message->state); return;
    case PF_MESSAGE_REACTION:
        put_name_of(out, "kind", &pf_names_of_reactions, (size_t)message->reaction);
        return;
    case PF_MESSAGE_LEAVE:
    case PF_MESSAGE_PING:
    case PF_MESSAGE_PONG:
    case PF_MESSAGE_BYE: return;
    case PF_MESSAGE_HELLO:
    case PF_MESSAGE_JOINED:
    case PF_MESSAGE_MEMBER:
    case PF_MESSAGE_LEFT:
    case PF_MESSAGE_ERROR: break;
    }
    PF_UNREACHABLE();
}

/* The same, of any message. */
static void put_members(struct pf_buffer *out, const struct pf_message *message)
{
    switch (message->type) {
    case PF_MESSAGE_HELLO: put_hello(out, message); return;
    case PF_MESSAGE_JOINED: put_joined(out, message); return;
    case PF_MESSAGE_MEMBER:
        put_member(out, &message->member.member);
        put_prepared_offer(out, &message->member.prepared_offer);
        return;
    case PF_MESSAGE_LEFT:
        put_id(out, "id", message->left.id);
        put_name_of(out, "reason", &pf_names_of_reasons, (size_t)message->left.reason);
        return;
    case PF_MESSAGE_ERROR: put_error(out, message); return;
    case PF_MESSAGE_JOIN:
    case PF_MESSAGE_RENAME:
    case PF_MESSAGE_SIGNAL:
    case PF_MESSAGE_STATE:
    case PF_MESSAGE_REACTION:
    case PF_MESSAGE_LEAVE:
    case PF_MESSAGE_PING:
    case PF_MESSAGE_PONG:
    case PF_MESSAGE_BYE: put_members_from_client(out, message); return;
    }
    PF_UNREACHABLE();
}

static void begin(struct pf_buffer *out, enum pf_message_type type)
{
    pf_buffer_put_char(out, '{');
    put_name_of(out, "type", &pf_names_of_types, (size_t)type);
}

void pf_message_write(const struct pf_message *message, struct pf_buffer *out)
{
    begin(out, message->type);
    put_members(out, message);
    pf_buffer_put_char(out, '}');
}

void pf_message_write_from_client(const struct pf_message *message, struct pf_buffer *out)
{
    begin(out, message->type);
    put_members_from_client(out, message);
    pf_buffer_put_char(out, '}');
}
