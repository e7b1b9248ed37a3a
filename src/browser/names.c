/* names.c - the W3C's and our own words for the core's enums. */
/* SPDX-License-Identifier: MIT */
#include "browser/names.h"

#include "base/assert.h"

#include <stddef.h>

/* One table for each enum, in the order of the enum. */
static const char *const dom_errors[] = {
    [PF_DOM_ERROR_NONE] = "",
    [PF_DOM_ERROR_NOT_ALLOWED] = "NotAllowedError",
    [PF_DOM_ERROR_NOT_FOUND] = "NotFoundError",
    [PF_DOM_ERROR_NOT_READABLE] = "NotReadableError",
    [PF_DOM_ERROR_OVERCONSTRAINED] = "OverconstrainedError",
    [PF_DOM_ERROR_ABORT] = "AbortError",
    [PF_DOM_ERROR_SECURITY] = "SecurityError",
    [PF_DOM_ERROR_INVALID_STATE] = "InvalidStateError",
    [PF_DOM_ERROR_OPERATION] = "OperationError",
    [PF_DOM_ERROR_INSECURE] = "InsecureContext",
    [PF_DOM_ERROR_OTHER] = "Error",
};

static const char *const connection_states[] = {
    [PF_CONNECTION_NEW] = "new",
    [PF_CONNECTION_CONNECTING] = "connecting",
    [PF_CONNECTION_CONNECTED] = "connected",
    [PF_CONNECTION_DISCONNECTED] = "disconnected",
    [PF_CONNECTION_FAILED] = "failed",
    [PF_CONNECTION_CLOSED] = "closed",
};

static const char *const description_types[] = {
    [PF_DESCRIPTION_OFFER] = "offer",
    [PF_DESCRIPTION_ANSWER] = "answer",
};

static const char *const operations[] = {
    [PF_OPERATION_CREATE] = "create",
    [PF_OPERATION_CREATE_OFFER] = "createOffer",
    [PF_OPERATION_CREATE_ANSWER] = "createAnswer",
    [PF_OPERATION_SET_LOCAL_DESCRIPTION] = "setLocalDescription",
    [PF_OPERATION_SET_REMOTE_DESCRIPTION] = "setRemoteDescription",
    [PF_OPERATION_ADD_ICE_CANDIDATE] = "addIceCandidate",
    [PF_OPERATION_REPLACE_TRACK] = "replaceTrack",
};

static const char *const room_states[] = {
    [PF_ROOM_IDLE] = "idle",
    [PF_ROOM_LOBBY] = "lobby",
    [PF_ROOM_JOINING] = "joining",
    [PF_ROOM_JOINED] = "joined",
    [PF_ROOM_RECONNECTING] = "reconnecting",
    [PF_ROOM_REFUSED] = "refused",
    [PF_ROOM_LEFT] = "left",
};

static const char *const peer_states[] = {
    [PF_PEER_CONNECTING] = "connecting",   [PF_PEER_CONNECTED] = "connected",
    [PF_PEER_UNSTABLE] = "unstable",       [PF_PEER_RECONNECTING] = "reconnecting",
    [PF_PEER_UNREACHABLE] = "unreachable",
};

static const char *const capture_states[] = {
    [PF_CAPTURE_IDLE] = "idle",
    [PF_CAPTURE_OPENING] = "opening",
    [PF_CAPTURE_LIVE] = "live",
    [PF_CAPTURE_FAILED] = "failed",
};

static const char *const source_states[] = {
    [PF_SOURCE_STATE_NONE] = "none",
    [PF_SOURCE_STATE_OFF] = "off",
    [PF_SOURCE_STATE_ON] = "on",
};

/* The index of `name` in `table`, or `count`. */
static size_t index_of(const char *const *table, size_t count, struct pf_slice name)
{
    size_t index = 0;
    while (index < count && !pf_slice_equal(pf_slice_of(table[index]), name)) {
        index++;
    }
    return index;
}

#define COUNT(table) (sizeof(table) / sizeof *(table))

enum pf_dom_error pf_dom_error_of(struct pf_slice name)
{
    const size_t index = index_of(dom_errors, COUNT(dom_errors), name);
    return index < COUNT(dom_errors) && index > 0 ? (enum pf_dom_error)index : PF_DOM_ERROR_OTHER;
}

const char *pf_dom_error_name(enum pf_dom_error error)
{
    return dom_errors[error];
}

bool pf_connection_state_of(struct pf_slice name, enum pf_connection_state *out)
{
    const size_t index = index_of(connection_states, COUNT(connection_states), name);
    if (index < COUNT(connection_states)) {
        *out = (enum pf_connection_state)index;
    }
    return index < COUNT(connection_states);
}

bool pf_description_type_of(struct pf_slice name, enum pf_description_type *out)
{
    const size_t index = index_of(description_types, COUNT(description_types), name);
    if (index < COUNT(description_types)) {
        *out = (enum pf_description_type)index;
    }
    return index < COUNT(description_types);
}

const char *pf_description_type_name(enum pf_description_type type)
{
    return description_types[type];
}

enum pf_operation pf_operation_of(struct pf_slice name)
{
    const size_t index = index_of(operations, COUNT(operations), name);
    PF_ASSERT(index < COUNT(operations)); /* only the glue says these */
    return (enum pf_operation)index;
}

const char *pf_room_state_name(enum pf_room_state state)
{
    return room_states[state];
}

const char *pf_peer_state_name(enum pf_peer_state state)
{
    return peer_states[state];
}

const char *pf_capture_state_name(enum pf_capture_state state)
{
    return capture_states[state];
}

const char *pf_source_state_name(enum pf_source_state state)
{
    return source_states[state];
}
