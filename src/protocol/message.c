/* message.c - ids, names and spellings of the signaling messages. */
/* SPDX-License-Identifier: MIT */
#include "protocol/message.h"

#include "base/assert.h"
#include "protocol/message_names.h"

#include <cJSON.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char *const types[] = {
    [PF_MESSAGE_HELLO] = "hello",       [PF_MESSAGE_JOIN] = "join",
    [PF_MESSAGE_JOINED] = "joined",     [PF_MESSAGE_MEMBER] = "member",
    [PF_MESSAGE_RENAME] = "rename",     [PF_MESSAGE_LEAVE] = "leave",
    [PF_MESSAGE_LEFT] = "left",         [PF_MESSAGE_SIGNAL] = "signal",
    [PF_MESSAGE_PING] = "ping",         [PF_MESSAGE_PONG] = "pong",
    [PF_MESSAGE_ERROR] = "error",       [PF_MESSAGE_STATE] = "state",
    [PF_MESSAGE_BYE] = "bye",           [PF_MESSAGE_REACTION] = "reaction",
    [PF_MESSAGE_WANTED] = "wanted",     [PF_MESSAGE_CHAT] = "chat",
    [PF_MESSAGE_HEARD] = "heard",       [PF_MESSAGE_ICE_SERVERS] = "ice-servers",
    [PF_MESSAGE_HOST] = "host",         [PF_MESSAGE_ROOM] = "room",
    [PF_MESSAGE_KNOCKING] = "knocking", [PF_MESSAGE_MUTE] = "mute",
    [PF_MESSAGE_FILE] = "file",         [PF_MESSAGE_FILE_ANSWER] = "file-answer",
};
const struct pf_names pf_names_of_types = {types, COUNT(types)};

static const char *const kinds[] = {
    [PF_SIGNAL_DESCRIPTION] = "description",
    [PF_SIGNAL_CANDIDATE] = "candidate",
    [PF_SIGNAL_STATE] = "state",
    [PF_SIGNAL_REQUEST] = "request",
};
const struct pf_names pf_names_of_kinds = {kinds, COUNT(kinds)};

static const char *const requests[] = {
    [PF_REQUEST_OFFER] = "offer",
    [PF_REQUEST_RESTART] = "restart",
    [PF_REQUEST_RENEW] = "renew",
};
const struct pf_names pf_names_of_requests = {requests, COUNT(requests)};

static const char *const reasons[] = {
    [PF_LEFT_LEFT] = "left",
    [PF_LEFT_TIMEOUT] = "timeout",
};
const struct pf_names pf_names_of_reasons = {reasons, COUNT(reasons)};

static const char *const codes[] = {
    [PF_CODE_BAD_MESSAGE] = "bad-message",
    [PF_CODE_UNKNOWN_TYPE] = "unknown-type",
    [PF_CODE_NOT_JOINED] = "not-joined",
    [PF_CODE_ALREADY_JOINED] = "already-joined",
    [PF_CODE_NO_SUCH_MEMBER] = "no-such-member",
    [PF_CODE_RATE_LIMIT] = "rate-limit",
    [PF_CODE_BAD_ROOM] = "bad-room",
    [PF_CODE_BAD_NAME] = "bad-name",
    [PF_CODE_ROOM_FULL] = "room-full",
    [PF_CODE_RELAY_FULL] = "relay-full",
    [PF_CODE_REPLACED] = "replaced",
    [PF_CODE_TOKEN_MISSING] = "token-missing",
    [PF_CODE_TOKEN_INVALID] = "token-invalid",
    [PF_CODE_TOKEN_EXPIRED] = "token-expired",
    [PF_CODE_TOKEN_ROOM] = "token-room",
    [PF_CODE_NOT_HOST] = "not-host",
    [PF_CODE_REFUSED] = "refused",
    [PF_CODE_REMOVED] = "removed",
    [PF_CODE_OTHER] = "other",
};
const struct pf_names pf_names_of_codes = {codes, COUNT(codes)};

/* RTCSdpType, as far as it is spoken here. */
static const char *const descriptions[] = {
    [PF_DESCRIPTION_OFFER] = "offer",
    [PF_DESCRIPTION_ANSWER] = "answer",
};
const struct pf_names pf_names_of_descriptions = {descriptions, COUNT(descriptions)};

static const char *const roles[] = {
    [PF_ROLE_MEMBER] = "member",
    [PF_ROLE_HOST] = "host",
};
const struct pf_names pf_names_of_roles = {roles, COUNT(roles)};

static const char *const doors[] = {
    [PF_DOOR_OPEN] = "open",
    [PF_DOOR_LOCKED] = "locked",
};
const struct pf_names pf_names_of_doors = {doors, COUNT(doors)};

static const char *const host_actions[] = {
    [PF_HOST_OPEN] = "open",       [PF_HOST_LOCK] = "lock",     [PF_HOST_ADMIT] = "admit",
    [PF_HOST_REFUSE] = "refuse",   [PF_HOST_REMOVE] = "remove", [PF_HOST_MUTE] = "mute",
    [PF_HOST_APPOINT] = "appoint",
};
const struct pf_names pf_names_of_host_actions = {host_actions, COUNT(host_actions)};

/* RTCIceTransportPolicy */
static const char *const ice_policies[] = {
    [PF_ICE_ALL] = "all",
    [PF_ICE_RELAY] = "relay",
};
const struct pf_names pf_names_of_ice_policies = {ice_policies, COUNT(ice_policies)};

static const char *const sources[] = {
    [PF_SOURCE_MICROPHONE] = "microphone",
    [PF_SOURCE_CAMERA] = "camera",
    [PF_SOURCE_SCREEN] = "screen",
    [PF_SOURCE_SCREEN_AUDIO] = "screenAudio",
};
const struct pf_names pf_names_of_sources = {sources, COUNT(sources)};
_Static_assert(COUNT(sources) == PF_SOURCES_COUNT, "every source has a name");

static const char *const source_states[] = {
    [PF_SOURCE_STATE_NONE] = "none",
    [PF_SOURCE_STATE_OFF] = "off",
    [PF_SOURCE_STATE_ON] = "on",
    [PF_SOURCE_STATE_INTERRUPTED] = "interrupted",
};
const struct pf_names pf_names_of_source_states = {source_states, COUNT(source_states)};

static const char *const reactions[] = {
    [PF_REACTION_THUMBS_UP] = "thumbs-up", [PF_REACTION_HEART] = "heart",
    [PF_REACTION_LAUGH] = "laugh",         [PF_REACTION_SURPRISE] = "surprise",
    [PF_REACTION_APPLAUSE] = "applause",   [PF_REACTION_THANKS] = "thanks",
};
const struct pf_names pf_names_of_reactions = {reactions, COUNT(reactions)};

static const char *const file_states[] = {
    [PF_FILE_OFFERED] = "offered",   [PF_FILE_ACCEPTED] = "accepted",
    [PF_FILE_PAUSED] = "paused",     [PF_FILE_DONE] = "done",
    [PF_FILE_DECLINED] = "declined", [PF_FILE_CANCELLED] = "cancelled",
    [PF_FILE_FAILED] = "failed",
};
const struct pf_names pf_names_of_file_states = {file_states, COUNT(file_states)};

bool pf_names_find(const struct pf_names *names, struct pf_slice text, size_t *index)
{
    if (text.size == 0) {
        return false; /* no value is spelled like that */
    }
    for (size_t i = 0; i < names->count; i++) {
        const char *name = names->list[i];
        /* The first letter rules nearly all of them out; the relay comes here for each message. */
        if (name[0] == text.data[0] && pf_slice_equal(text, pf_slice_of(name))) {
            *index = i;
            return true;
        }
    }
    return false;
}

bool pf_message_type_read(struct pf_slice text, enum pf_message_type *out)
{
    size_t index = 0;
    const bool known = pf_names_find(&pf_names_of_types, text, &index);
    if (known) {
        *out = (enum pf_message_type)index;
    }
    return known;
}

void pf_message_clear(struct pf_message *message)
{
    cJSON_Delete(message->tree);
    message->tree = NULL;
}

void pf_member_id_write(pf_member_id id, char out[PF_MEMBER_ID_DIGITS + 1])
{
    for (int i = PF_MEMBER_ID_DIGITS - 1; i >= 0; i--) {
        out[i] = "0123456789abcdef"[id & 15];
        id >>= 4;
    }
    out[PF_MEMBER_ID_DIGITS] = '\0';
}

pf_member_id pf_member_id_read(struct pf_slice text)
{
    if (text.size != PF_MEMBER_ID_DIGITS) {
        return 0;
    }
    pf_member_id id = 0;
    for (size_t i = 0; i < text.size; i++) {
        const char c = text.data[i];
        unsigned digit = 0;
        if (c >= '0' && c <= '9') {
            digit = (unsigned)(c - '0');
        } else if (c >= 'a' && c <= 'f') {
            digit = (unsigned)(c - 'a') + 10;
        } else {
            return 0;
        }
        id = id << 4 | digit;
    }
    return id;
}

_Static_assert(PF_ROOM_NAME_SIZE_MAX == PF_MEMBER_NAME_SIZE_MAX, "one rule for both names");

bool pf_name_is_valid(struct pf_slice text, size_t size_min)
{
    if (text.size < size_min || text.size > PF_MEMBER_NAME_SIZE_MAX) {
        return false;
    }
    for (size_t i = 0; i < text.size; i++) {
        const unsigned char c = (unsigned char)text.data[i];
        if (c < 0x20 || c == 0x7f) {
            return false;
        }
    }
    return pf_slice_is_utf8(text);
}

bool pf_chat_text_is_valid(struct pf_slice text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '\0') {
            return false;
        }
    }
    return text.size > 0 && text.size <= PF_CHAT_TEXT_SIZE_MAX && pf_slice_is_utf8(text);
}

const char *pf_error_code_name(enum pf_error_code code)
{
    return codes[code];
}

uint16_t pf_error_code_close(enum pf_error_code code)
{
    switch (code) {
    case PF_CODE_RATE_LIMIT: return 1008;
    case PF_CODE_BAD_ROOM:
    case PF_CODE_BAD_NAME: return 4000;
    case PF_CODE_ROOM_FULL: return 4001;
    case PF_CODE_RELAY_FULL: return 4002;
    case PF_CODE_REPLACED: return 4003;
    case PF_CODE_TOKEN_MISSING:
    case PF_CODE_TOKEN_INVALID:
    case PF_CODE_TOKEN_EXPIRED:
    case PF_CODE_TOKEN_ROOM: return 4004;
    case PF_CODE_REFUSED: return 4005;
    case PF_CODE_REMOVED: return 4006;
    case PF_CODE_NOT_HOST:
    case PF_CODE_BAD_MESSAGE:
    case PF_CODE_UNKNOWN_TYPE:
    case PF_CODE_NOT_JOINED:
    case PF_CODE_ALREADY_JOINED:
    case PF_CODE_NO_SUCH_MEMBER:
    case PF_CODE_OTHER: return 0;
    }
    PF_UNREACHABLE();
}

size_t pf_capabilities_count(struct pf_slice text)
{
    size_t count = 0, size = 0; /* of names; of the last one */
    for (size_t i = 0; i < text.size; i++) {
        const char byte = text.data[i];
        if (byte == ' ' && size > 0 && i + 1 < text.size) {
            size = 0;
        } else if ((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-') {
            count += size++ == 0;
        } else {
            return SIZE_MAX;
        }
        if (size > PF_CAPABILITY_SIZE_MAX || count > PF_CAPABILITIES_MAX) {
            return SIZE_MAX;
        }
    }
    return count;
}

bool pf_capabilities_have(struct pf_slice text, struct pf_slice name)
{
    size_t start = 0;
    for (size_t i = 0; i <= text.size && text.size > 0; i++) {
        if (i < text.size && text.data[i] != ' ') {
            continue;
        }
        if (name.size > 0 &&
            pf_slice_equal((struct pf_slice){text.data + start, i - start}, name)) {
            return true;
        }
        start = i + 1;
    }
    return false;
}
