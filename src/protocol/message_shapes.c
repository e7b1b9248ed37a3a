/* message_shapes.c - what the signaling messages consist of. */
/* SPDX-License-Identifier: MIT */
/*
 * PROTOCOL.md as tables. Reading and writing both walk them, so that what is written can be read.
 * Properties are written in this order.
 */
#include "protocol/message_shapes.h"

#include <stddef.h>

/* Required, and optional, properties of a struct; those without a detail have 0. */
#define HAS(type, name, kind, detail, member)                                                      \
    {                                                                                              \
        name, offsetof(struct type, member), PF_PROPERTY_##kind, detail, 0                         \
    }
#define MAY(type, name, kind, detail, member)                                                      \
    {                                                                                              \
        name, offsetof(struct type, member), PF_PROPERTY_##kind, detail, 1                         \
    }
#define END                                                                                        \
    {                                                                                              \
        NULL, 0, PF_PROPERTY_END, 0, 0                                                             \
    }

/* What the tables' enums are kept as. */
_Static_assert(sizeof(enum pf_left_reason) == sizeof(uint32_t), "an enum is 32 bit");
_Static_assert(sizeof(struct pf_message) <= UINT16_MAX, "offsets are 16 bit");

static const struct pf_property description[] = {
    HAS(pf_description, "type", WORD, PF_WORDS_DESCRIPTIONS, type),
    HAS(pf_description, "sdp", SDP, 0, sdp),
    END,
};

/* RTCIceCandidateInit. */
static const struct pf_property candidate[] = {
    HAS(pf_candidate, "candidate", TEXT, 0, candidate),
    HAS(pf_candidate, "sdpMid", NULLABLE, 0, mid),
    HAS(pf_candidate, "sdpMLineIndex", LINE_INDEX, 0, mline_index),
    HAS(pf_candidate, "usernameFragment", NULLABLE, 0, username_fragment),
    END,
};

static const struct pf_property state[] = {
    HAS(pf_member_state, "sequence", NUMBER, PF_RANGE_ORDINAL, sequence),
    {NULL, 0, PF_PROPERTY_SOURCES, 0, 0},
    MAY(pf_member_state, "hand", NUMBER, PF_RANGE_ORDINAL, hand),
    END,
};

static const struct pf_property prepared_description[] = {
    {"type", 0, PF_PROPERTY_OFFER, 0, 0},
    HAS(pf_prepared_offer, "sdp", SDP, 0, sdp),
    END,
};

static const struct pf_property prepared_offer[] = {
    {"description", 0, PF_PROPERTY_OBJECT, PF_SHAPE_PREPARED_DESCRIPTION, 0},
    {"candidates", 0, PF_PROPERTY_ARRAY, PF_ARRAY_CANDIDATES, 0},
    MAY(pf_prepared_offer, "state", OBJECT, PF_SHAPE_STATE, state),
    END,
};

static const struct pf_property member[] = {
    HAS(pf_member, "id", ID, 0, id),
    HAS(pf_member, "name", MEMBER_NAME, 0, name),
    HAS(pf_member, "instance", NUMBER, PF_RANGE_ORDINAL, instance),
    HAS(pf_member, "away", BOOL, 0, away),
    MAY(pf_member, "role", WORD, PF_WORDS_ROLES, role),
    MAY(pf_member, "capabilities", CAPABILITIES, 0, capabilities),
    END,
};

static const struct pf_property knock[] = {
    HAS(pf_knock, "id", ID, 0, id),
    HAS(pf_knock, "name", MEMBER_NAME, 0, name),
    END,
};

static const struct pf_property terms[] = {
    MAY(pf_terms, "role", WORD, PF_WORDS_ROLES, role),
    MAY(pf_terms, "door", WORD, PF_WORDS_DOORS, door),
    {"knocks", 0, PF_PROPERTY_ARRAY, PF_ARRAY_KNOCKS, 1},
    END,
};

const struct pf_property *const pf_shapes[] = {
    [PF_SHAPE_DESCRIPTION] = description,
    [PF_SHAPE_CANDIDATE] = candidate,
    [PF_SHAPE_STATE] = state,
    [PF_SHAPE_PREPARED_DESCRIPTION] = prepared_description,
    [PF_SHAPE_PREPARED_OFFER] = prepared_offer,
    [PF_SHAPE_MEMBER] = member,
    [PF_SHAPE_TERMS] = terms,
    [PF_SHAPE_KNOCK] = knock,
};

/* ---- messages ---- */

static const struct pf_property hello[] = {
    MAY(pf_message, "iceServers", ICE_SERVERS, 0, hello.ice_servers),
    MAY(pf_message, "iceTransportPolicy", WORD, PF_WORDS_ICE_POLICIES, hello.ice_policy),
    HAS(pf_message, "membersMax", NUMBER, PF_RANGE_MEMBERS, hello.members_max),
    HAS(pf_message, "pingMs", NUMBER, PF_RANGE_INTERVAL, hello.ping_ms),
    HAS(pf_message, "graceMs", NUMBER, PF_RANGE_INTERVAL, hello.grace_ms),
    MAY(pf_message, "capabilities", CAPABILITIES, 0, hello.capabilities),
    END,
};

static const struct pf_property join[] = {
    HAS(pf_message, "room", TEXT, 0, join.room),
    HAS(pf_message, "name", TEXT, 0, join.name),
    HAS(pf_message, "instance", NUMBER, PF_RANGE_ORDINAL, join.instance),
    MAY(pf_message, "capabilities", CAPABILITIES, 0, join.capabilities),
    MAY(pf_message, "ticket", TICKET, 0, join.ticket),
    MAY(pf_message, "token", TOKEN, 0, join.token),
    MAY(pf_message, "preparedOffer", OBJECT, PF_SHAPE_PREPARED_OFFER, join.prepared_offer),
    END,
};

static const struct pf_property joined[] = {
    HAS(pf_message, "self", ID, 0, joined.self),
    HAS(pf_message, "resumed", BOOL, 0, joined.resumed),
    HAS(pf_message, "ticket", TICKET, 0, joined.ticket),
    {"members", 0, PF_PROPERTY_ARRAY, PF_ARRAY_MEMBERS, 0},
    MAY(pf_message, "offered", ID, 0, joined.offered),
    MAY(pf_message, "iceServers", ICE_SERVERS, 0, joined.ice_servers),
    HAS(pf_message, NULL, OBJECT, PF_SHAPE_TERMS, joined.terms),
    END,
};

static const struct pf_property member_message[] = {
    HAS(pf_message, NULL, OBJECT, PF_SHAPE_MEMBER, member.member),
    MAY(pf_message, "preparedOffer", OBJECT, PF_SHAPE_PREPARED_OFFER, member.prepared_offer),
    END,
};

static const struct pf_property rename[] = {
    HAS(pf_message, "name", MEMBER_NAME, 0, rename),
    END,
};

static const struct pf_property ice_servers[] = {
    MAY(pf_message, "iceServers", ICE_SERVERS, 0, ice_servers),
    END,
};

static const struct pf_property host[] = {
    HAS(pf_message, "action", WORD, PF_WORDS_HOST_ACTIONS, host.action),
    MAY(pf_message, "id", ID, 0, host.id),
    END,
};

static const struct pf_property room[] = {
    HAS(pf_message, NULL, OBJECT, PF_SHAPE_TERMS, room.terms),
    HAS(pf_message, "ticket", TICKET, 0, room.ticket),
    END,
};

static const struct pf_property mute[] = {
    HAS(pf_message, "from", ID, 0, mute),
    END,
};

static const struct pf_property left[] = {
    HAS(pf_message, "id", ID, 0, left.id),
    HAS(pf_message, "reason", WORD, PF_WORDS_REASONS, left.reason),
    END,
};

static const struct pf_property signal[] = {
    HAS(pf_message, "from", FROM, 0, signal.peer),
    HAS(pf_message, "to", TO, 0, signal.peer),
    HAS(pf_message, "fromInstance", NUMBER, PF_RANGE_ORDINAL, signal.from_instance),
    HAS(pf_message, "toInstance", NUMBER, PF_RANGE_ORDINAL, signal.to_instance),
    HAS(pf_message, "kind", KIND, PF_WORDS_KINDS, signal.kind),
    END,
};

static const struct pf_property error[] = {
    HAS(pf_message, "code", CODE, PF_WORDS_CODES, error.code),
    MAY(pf_message, "message", TEXT, 0, error.message),
    MAY(pf_message, "to", ID, 0, error.to),
    END,
};

static const struct pf_property state_message[] = {
    HAS(pf_message, NULL, OBJECT, PF_SHAPE_STATE, state),
    END,
};

static const struct pf_property reaction[] = {
    HAS(pf_message, "kind", KIND, PF_WORDS_REACTIONS, reaction),
    END,
};

static const struct pf_property wanted[] = {
    HAS(pf_message, "camera", NUMBER, PF_RANGE_ANY, wanted.camera),
    HAS(pf_message, "screen", NUMBER, PF_RANGE_ANY, wanted.screen),
    END,
};

static const struct pf_property chat[] = {
    HAS(pf_message, "number", NUMBER, PF_RANGE_ORDINAL, chat.number),
    HAS(pf_message, "first", NUMBER, PF_RANGE_ORDINAL, chat.first),
    HAS(pf_message, "ageMs", NUMBER, PF_RANGE_ANY, chat.age_ms),
    HAS(pf_message, "text", CHAT_TEXT, 0, chat.text),
    END,
};

static const struct pf_property heard[] = {
    HAS(pf_message, "number", NUMBER, PF_RANGE_ANY, heard),
    END,
};

static const struct pf_property file[] = {
    HAS(pf_message, "number", NUMBER, PF_RANGE_ORDINAL, file.number),
    HAS(pf_message, "state", WORD, PF_WORDS_FILE_STATES, file.state),
    MAY(pf_message, "size", NUMBER, PF_RANGE_ANY, file.size),
    MAY(pf_message, "offset", NUMBER, PF_RANGE_ANY, file.offset),
    MAY(pf_message, "name", FILE_NAME, 0, file.name),
    END,
};

static const struct pf_property nothing[] = {END};

const struct pf_property *const pf_message_shapes[] = {
    [PF_MESSAGE_HELLO] = hello,       [PF_MESSAGE_JOIN] = join,
    [PF_MESSAGE_JOINED] = joined,     [PF_MESSAGE_MEMBER] = member_message,
    [PF_MESSAGE_RENAME] = rename,     [PF_MESSAGE_LEAVE] = nothing,
    [PF_MESSAGE_LEFT] = left,         [PF_MESSAGE_SIGNAL] = signal,
    [PF_MESSAGE_PING] = nothing,      [PF_MESSAGE_PONG] = nothing,
    [PF_MESSAGE_ERROR] = error,       [PF_MESSAGE_STATE] = state_message,
    [PF_MESSAGE_REACTION] = reaction, [PF_MESSAGE_WANTED] = wanted,
    [PF_MESSAGE_CHAT] = chat,         [PF_MESSAGE_HEARD] = heard,
    [PF_MESSAGE_BYE] = nothing,       [PF_MESSAGE_ICE_SERVERS] = ice_servers,
    [PF_MESSAGE_HOST] = host,         [PF_MESSAGE_ROOM] = room,
    [PF_MESSAGE_KNOCKING] = nothing,  [PF_MESSAGE_MUTE] = mute,
    [PF_MESSAGE_FILE] = file,         [PF_MESSAGE_FILE_ANSWER] = file,
};

/* ---- signals ---- */

#define EPOCH  HAS(pf_message, "epoch", NUMBER, PF_RANGE_ORDINAL, signal.epoch)
#define NUMBER HAS(pf_message, "offerNumber", NUMBER, PF_RANGE_ORDINAL, signal.offer_number)

static const struct pf_property signal_description[] = {
    EPOCH,
    NUMBER,
    HAS(pf_message, "description", OBJECT, PF_SHAPE_DESCRIPTION, signal.description),
    MAY(pf_message, "state", OBJECT, PF_SHAPE_STATE, signal.state),
    END,
};

static const struct pf_property signal_candidate[] = {
    EPOCH,
    NUMBER,
    HAS(pf_message, "candidate", OBJECT, PF_SHAPE_CANDIDATE, signal.candidate),
    END,
};

static const struct pf_property signal_state[] = {
    HAS(pf_message, "state", OBJECT, PF_SHAPE_STATE, signal.state),
    END,
};

static const struct pf_property signal_request[] = {
    EPOCH,
    HAS(pf_message, "want", WORD, PF_WORDS_REQUESTS, signal.want),
    END,
};

const struct pf_property *const pf_signal_shapes[] = {
    [PF_SIGNAL_DESCRIPTION] = signal_description,
    [PF_SIGNAL_CANDIDATE] = signal_candidate,
    [PF_SIGNAL_STATE] = signal_state,
    [PF_SIGNAL_REQUEST] = signal_request,
};

/* ---- details ---- */

const struct pf_array_shape pf_array_shapes[] = {
    [PF_ARRAY_CANDIDATES] = {offsetof(struct pf_prepared_offer, candidates_count),
                             offsetof(struct pf_prepared_offer, candidates),
                             sizeof(struct pf_candidate), PF_OFFER_CANDIDATES_MAX,
                             PF_SHAPE_CANDIDATE},
    [PF_ARRAY_MEMBERS] = {offsetof(struct pf_message, joined.members_count),
                          offsetof(struct pf_message, joined.members), sizeof(struct pf_member),
                          PF_MEMBERS_MAX - 1, PF_SHAPE_MEMBER},
    [PF_ARRAY_KNOCKS] = {offsetof(struct pf_terms, knocks_count), offsetof(struct pf_terms, knocks),
                         sizeof(struct pf_knock), PF_KNOCKS_MAX, PF_SHAPE_KNOCK},
};

const struct pf_number_range pf_number_ranges[] = {
    [PF_RANGE_ORDINAL] = {1, UINT32_MAX},
    [PF_RANGE_MEMBERS] = {2, PF_MEMBERS_MAX},
    [PF_RANGE_INTERVAL] = {1, PF_INTERVAL_MS_MAX},
    [PF_RANGE_ANY] = {0, UINT32_MAX},
};

const struct pf_names *const pf_words[] = {
    [PF_WORDS_REASONS] = &pf_names_of_reasons,
    [PF_WORDS_CODES] = &pf_names_of_codes,
    [PF_WORDS_DESCRIPTIONS] = &pf_names_of_descriptions,
    [PF_WORDS_KINDS] = &pf_names_of_kinds,
    [PF_WORDS_REQUESTS] = &pf_names_of_requests,
    [PF_WORDS_REACTIONS] = &pf_names_of_reactions,
    [PF_WORDS_ICE_POLICIES] = &pf_names_of_ice_policies,
    [PF_WORDS_ROLES] = &pf_names_of_roles,
    [PF_WORDS_DOORS] = &pf_names_of_doors,
    [PF_WORDS_HOST_ACTIONS] = &pf_names_of_host_actions,
    [PF_WORDS_FILE_STATES] = &pf_names_of_file_states,
};
