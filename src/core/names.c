/* names.c - how the W3C and the JavaScript API spell the core's enums. */
/* SPDX-License-Identifier: MIT */
#include "core/names.h"

#include "core/command.h"

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
    [PF_DOM_ERROR_UNSUPPORTED] = "unsupported",
    [PF_DOM_ERROR_REFERENCE] = "ReferenceError",
    [PF_DOM_ERROR_OTHER] = "Error",
};

static const char *const origins[] = {
    [PF_ORIGIN_DEVICE] = "device",
    [PF_ORIGIN_PAGE] = "page",
    [PF_ORIGIN_NONE] = "none",
};

static const char *const permissions[] = {
    [PF_PERMISSION_UNKNOWN] = "",
    [PF_PERMISSION_GRANTED] = "granted",
    [PF_PERMISSION_PROMPT] = "prompt",
    [PF_PERMISSION_DENIED] = "denied",
};

static const char *const connection_states[] = {
    [PF_CONNECTION_NEW] = "new",
    [PF_CONNECTION_CONNECTING] = "connecting",
    [PF_CONNECTION_CONNECTED] = "connected",
    [PF_CONNECTION_DISCONNECTED] = "disconnected",
    [PF_CONNECTION_FAILED] = "failed",
    [PF_CONNECTION_CLOSED] = "closed",
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

static const char *const limitations[] = {
    [PF_LIMITATION_NONE] = "none",
    [PF_LIMITATION_CPU] = "cpu",
    [PF_LIMITATION_BANDWIDTH] = "bandwidth",
};

static const char *const quality_grades[] = {
    [PF_QUALITY_GOOD] = "good",
    [PF_QUALITY_WEAK] = "weak",
    [PF_QUALITY_BAD] = "bad",
};

static const char *const quality_reasons[] = {
    [PF_REASON_NONE] = "",
    [PF_REASON_THEIR_NETWORK] = "their-network",
    [PF_REASON_YOUR_NETWORK] = "your-network",
    [PF_REASON_BUSY] = "busy",
    [PF_REASON_SMALL] = "small",
    [PF_REASON_NO_TURN] = "no-turn",
};

static const char *const deliveries[] = {
    [PF_DELIVERY_RECEIVED] = "received",
    [PF_DELIVERY_SENDING] = "sending",
    [PF_DELIVERY_SENT] = "sent",
    [PF_DELIVERY_FAILED] = "failed",
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

#define NAMES(list)                                                                                \
    {                                                                                              \
        list, sizeof(list) / sizeof *(list)                                                        \
    }

const struct pf_names pf_names_of_dom_errors = NAMES(dom_errors);
const struct pf_names pf_names_of_origins = NAMES(origins);
const struct pf_names pf_names_of_permissions = NAMES(permissions);
const struct pf_names pf_names_of_connection_states = NAMES(connection_states);
const struct pf_names pf_names_of_operations = NAMES(operations);
const struct pf_names pf_names_of_limitations = NAMES(limitations);
const struct pf_names pf_names_of_quality_grades = NAMES(quality_grades);
const struct pf_names pf_names_of_quality_reasons = NAMES(quality_reasons);
const struct pf_names pf_names_of_deliveries = NAMES(deliveries);
const struct pf_names pf_names_of_room_states = NAMES(room_states);
const struct pf_names pf_names_of_peer_states = NAMES(peer_states);
const struct pf_names pf_names_of_capture_states = NAMES(capture_states);
