/*
 * event_log_lines.c - what the lines of an event log consist of.
 *
 * One table says it; writing and reading both walk it.
 */
/* SPDX-License-Identifier: MIT */
#include "core/event_log_lines.h"

#include "base/assert.h"
#include "core/event.h"
#include "core/room.h"

#include <string.h>

const struct pf_names *const pf_field_enums[] = {
    [PF_FIELD_SOURCE - PF_FIELD_ENUMS] = &pf_names_of_sources,
    [PF_FIELD_REACTION - PF_FIELD_ENUMS] = &pf_names_of_reactions,
    [PF_FIELD_HOST_ACTION - PF_FIELD_ENUMS] = &pf_names_of_host_actions,
    [PF_FIELD_DESCRIPTION - PF_FIELD_ENUMS] = &pf_names_of_descriptions,
    [PF_FIELD_DOM_ERROR - PF_FIELD_ENUMS] = &pf_names_of_dom_errors,
    [PF_FIELD_ORIGIN - PF_FIELD_ENUMS] = &pf_names_of_origins,
    [PF_FIELD_PERMISSION - PF_FIELD_ENUMS] = &pf_names_of_permissions,
    [PF_FIELD_OPERATION - PF_FIELD_ENUMS] = &pf_names_of_operations,
    [PF_FIELD_CONNECTION_STATE - PF_FIELD_ENUMS] = &pf_names_of_connection_states,
    [PF_FIELD_LIMITATION - PF_FIELD_ENUMS] = &pf_names_of_limitations,
    [PF_FIELD_FILE_STATE - PF_FIELD_ENUMS] = &pf_names_of_file_states,
};

/* clang-format off */
/*
 * The lines: L(name, enum pf_event_type) and then the fields of the event, E(name, kind, member).
 * The first line is that of the configuration, with fields C(name, kind, member).
 */
#define LINES(L, E, C) \
    L("peerface-event-log", PF_LINE_CONFIG) \
        C("url", TEXT, url) C("ticket", TEXT, ticket) C("seed", U64, seed) \
        C("instance", U32, instance) C("capabilities", TEXT, capabilities) \
        C("microphone", BOOL, on[0]) C("camera", BOOL, on[1]) \
        C("microphone-origin", ORIGIN, origins[0]) C("camera-origin", ORIGIN, origins[1]) \
        C("microphone-device", TEXT, devices[0]) C("camera-device", TEXT, devices[1]) \
    L("timeout", PF_EVENT_TIMEOUT) L("visible", PF_EVENT_VISIBLE) L("start", PF_EVENT_START) \
    L("join", PF_EVENT_JOIN) E("room", TEXT, join.room) E("name", TEXT, join.name) \
    L("leave", PF_EVENT_LEAVE) \
    L("set-source", PF_EVENT_SET_SOURCE) \
        E("source", SOURCE, set_source.source) E("on", BOOL, set_source.on) \
    L("select-device", PF_EVENT_SELECT_DEVICE) \
        E("source", SOURCE, select_device.source) E("device", TEXT, select_device.id) \
    L("set-origin", PF_EVENT_SET_ORIGIN) \
        E("source", SOURCE, set_origin.source) E("origin", ORIGIN, set_origin.origin) \
    L("reopen", PF_EVENT_REOPEN) E("source", SOURCE, reopen) \
    L("set-token", PF_EVENT_SET_TOKEN) E("token", TEXT, token) \
    L("relay-only", PF_EVENT_RELAY_ONLY) \
    L("set-name", PF_EVENT_SET_NAME) E("name", TEXT, name) \
    L("set-hand", PF_EVENT_SET_HAND) E("raised", BOOL, set_hand.raised) \
    L("set-wanted", PF_EVENT_SET_WANTED) E("id", U64, set_wanted.id) \
        E("source", SOURCE, set_wanted.source) E("width", U32, set_wanted.width) \
    L("react", PF_EVENT_REACT) E("kind", REACTION, reaction) \
    L("host", PF_EVENT_HOST) E("action", HOST_ACTION, host.action) E("id", U64, host.id) \
    L("say", PF_EVENT_SAY) E("first", U32, say.first) E("text", TEXT, say.text) \
    L("offer-file", PF_EVENT_OFFER_FILE) E("id", U64, offer_file.id) \
        E("size", U32, offer_file.size) E("name", TEXT, offer_file.name) \
    L("set-file", PF_EVENT_SET_FILE) E("id", U64, set_file.id) \
        E("number", U32, set_file.number) E("own", BOOL, set_file.is_own) \
        E("state", FILE_STATE, set_file.state) E("offset", U32, set_file.offset) \
    L("network-changed", PF_EVENT_NETWORK_CHANGED) E("online", BOOL, network.online) \
    L("socket-message", PF_EVENT_SOCKET_MESSAGE) \
        E("socket", U32, socket) E("message", TEXT, message) \
    L("socket-closed", PF_EVENT_SOCKET_CLOSED) \
        E("socket", U32, socket) E("code", U16, socket_closed.code) \
        E("retry", U16, socket_closed.retry_ms) \
    L("capture-opened", PF_EVENT_CAPTURE_OPENED) \
        E("track", U32, capture_opened.track) E("device", TEXT, capture_opened.device) \
    L("capture-failed", PF_EVENT_CAPTURE_FAILED) E("microphone", U32, capture_failed.tracks[0]) \
        E("camera", U32, capture_failed.tracks[1]) E("error", DOM_ERROR, capture_failed.error) \
        E("microphone-permission", PERMISSION, capture_failed.permissions[0]) \
        E("camera-permission", PERMISSION, capture_failed.permissions[1]) \
    L("screen-opened", PF_EVENT_SCREEN_OPENED) E("picture", U32, screen_opened.picture) \
        E("sound", U32, screen_opened.sound) \
    L("screen-failed", PF_EVENT_SCREEN_FAILED) E("picture", U32, screen_failed.picture) \
        E("error", DOM_ERROR, screen_failed.error) \
    L("track-ended", PF_EVENT_TRACK_ENDED) E("track", U32, track_ended) \
    L("track-muted", PF_EVENT_TRACK_MUTED) \
        E("track", U32, track_muted.track) E("muted", BOOL, track_muted.muted) \
    L("devices-changed", PF_EVENT_DEVICES_CHANGED) \
    L("devices", PF_EVENT_DEVICES) E("count", DEVICES, devices) \
    L("pc-description", PF_EVENT_PC_DESCRIPTION) \
        E("pc", U32, pc) E("type", DESCRIPTION, description.type) E("sdp", TEXT, description.sdp) \
    L("pc-local", PF_EVENT_PC_LOCAL) \
        E("pc", U32, pc) E("type", DESCRIPTION, description.type) E("sdp", TEXT, description.sdp) \
    L("pc-remote-set", PF_EVENT_PC_REMOTE_SET) \
        E("pc", U32, pc) E("type", DESCRIPTION, description_set) \
    L("pc-sender-set", PF_EVENT_PC_SENDER_SET) \
        E("pc", U32, pc) E("source", SOURCE, sender_set.source) E("track", U32, sender_set.track) \
    L("pc-encoding-set", PF_EVENT_PC_ENCODING_SET) E("pc", U32, pc) \
        E("source", SOURCE, encoding_set.source) E("ok", BOOL, encoding_set.ok) \
    L("pc-stats", PF_EVENT_PC_STATS) E("pc", U32, pc) \
        E("round-trip", U32, sample.round_trip_ms) E("lost-out", U32, sample.lost_out_percent) \
        E("lost-in", U32, sample.lost_in_percent) E("available", U32, sample.available_kbps) \
        E("limitation", LIMITATION, sample.limitation) E("encode", U32, sample.encode_ms) \
        \
        E("width", U32, sample.width) \
    L("pc-failed", PF_EVENT_PC_FAILED) \
        E("pc", U32, pc) E("operation", OPERATION, failed.operation) \
        E("error", DOM_ERROR, failed.error) E("source", SOURCE, failed.source) \
    L("pc-candidate", PF_EVENT_PC_CANDIDATE) \
        E("pc", U32, pc) E("candidate", TEXT, candidate.candidate) \
        E("mid", TEXT, candidate.mid) E("line", U32, candidate.mline_index) \
        E("fragment", TEXT, candidate.username_fragment) \
    L("pc-turn-refused", PF_EVENT_PC_TURN_REFUSED) E("pc", U32, pc) \
    L("pc-relayed", PF_EVENT_PC_RELAYED) E("pc", U32, pc) \
    L("pc-state", PF_EVENT_PC_STATE) \
        E("pc", U32, pc) E("state", CONNECTION_STATE, connection_state) \
    L("pc-channel-opened", PF_EVENT_PC_CHANNEL_OPENED) \
        E("pc", U32, pc) E("channel", U16, channel.id) \
    L("pc-channel-closed", PF_EVENT_PC_CHANNEL_CLOSED) \
        E("pc", U32, pc) E("channel", U16, channel.id) \
    L("pc-channel-message", PF_EVENT_PC_CHANNEL_MESSAGE) \
        E("pc", U32, pc) E("channel", U16, channel.id) E("binary", BOOL, channel.is_binary) \
        E("data", TEXT, channel.data)

/* The same in two tables, without pointers, which would be most of the download's share. */
#define NAME(name, ...)            name "\0"
#define LINE_CODE(name, type)      {PF_FIELD_LINE, type},
#define EVENT_CODE(name, kind, at)  {PF_FIELD_##kind, offsetof(struct pf_event, at)},
#define CONFIG_CODE(name, kind, at) {PF_FIELD_##kind, offsetof(struct pf_room_config, at)},

static const char names[] = LINES(NAME, NAME, NAME);
static const struct {
    uint8_t kind;
    uint8_t offset; /* in the event or configuration; for LINE: its type */
} codes[] = {LINES(LINE_CODE, EVENT_CODE, CONFIG_CODE)};
/* clang-format on */

_Static_assert(sizeof(struct pf_event) <= UINT8_MAX, "offsets are 8 bit");
_Static_assert(sizeof(struct pf_room_config) <= UINT8_MAX, "offsets are 8 bit");
_Static_assert(sizeof(enum pf_source) == sizeof(uint32_t), "enums are read and written as U32");

static struct pf_field field_at(const char *name, size_t index)
{
    if (index == sizeof codes / sizeof *codes) {
        return (struct pf_field){.name = name, .kind = PF_FIELD_LINE, .index = index};
    }
    return (struct pf_field){name, (enum pf_field_kind)codes[index].kind, codes[index].offset,
                             index};
}

struct pf_field pf_field_first(void)
{
    return field_at(names, 0);
}

struct pf_field pf_field_next(struct pf_field field)
{
    return field_at(field.name + strlen(field.name) + 1, field.index + 1);
}

struct pf_field pf_field_line(uint8_t type)
{
    struct pf_field field = pf_field_first();
    while (field.kind != PF_FIELD_LINE || field.offset != type) {
        field = pf_field_next(field);
        PF_ASSERT(field.name[0] != '\0');
    }
    return field;
}
