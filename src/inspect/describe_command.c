/* describe_command.c - commands as JSON. */
/* SPDX-License-Identifier: MIT */
#include "core/names.h"
#include "inspect/describe.h"

static const char *name_of(enum pf_command_type type)
{
    static const char *const names[] = {
        [PF_COMMAND_SOCKET_OPEN] = "socket-open",
        [PF_COMMAND_SOCKET_SEND] = "socket-send",
        [PF_COMMAND_SOCKET_CLOSE] = "socket-close",
        [PF_COMMAND_CAPTURE_OPEN] = "capture-open",
        [PF_COMMAND_CAPTURE_TAKE] = "capture-take",
        [PF_COMMAND_SCREEN_OPEN] = "screen-open",
        [PF_COMMAND_CAPTURE_STOP] = "capture-stop",
        [PF_COMMAND_TRACK_ENABLE] = "track-enable",
        [PF_COMMAND_DEVICES_ENUMERATE] = "devices-enumerate",
        [PF_COMMAND_PC_CREATE] = "pc-create",
        [PF_COMMAND_PC_CLOSE] = "pc-close",
        [PF_COMMAND_PC_CONFIGURE] = "pc-configure",
        [PF_COMMAND_PC_CREATE_OFFER] = "pc-create-offer",
        [PF_COMMAND_PC_CREATE_ANSWER] = "pc-create-answer",
        [PF_COMMAND_PC_SET_LOCAL] = "pc-set-local",
        [PF_COMMAND_PC_SET_REMOTE] = "pc-set-remote",
        [PF_COMMAND_PC_READ_LOCAL] = "pc-read-local",
        [PF_COMMAND_PC_ADD_CANDIDATE] = "pc-add-candidate",
        [PF_COMMAND_PC_SET_SENDER] = "pc-set-sender",
        [PF_COMMAND_PC_SET_ENCODING] = "pc-set-encoding",
        [PF_COMMAND_PC_CHANNEL_SEND] = "pc-channel-send",
        [PF_COMMAND_SHOW_ROOM] = "show-room",
        [PF_COMMAND_SHOW_LOCAL] = "show-local",
        [PF_COMMAND_SHOW_DEVICES] = "show-devices",
        [PF_COMMAND_SHOW_PEER] = "show-peer",
        [PF_COMMAND_HIDE_PEER] = "hide-peer",
        [PF_COMMAND_SHOW_REACTION] = "show-reaction",
        [PF_COMMAND_SHOW_KNOCKS] = "show-knocks",
        [PF_COMMAND_SHOW_MUTED] = "show-muted",
        [PF_COMMAND_SHOW_MESSAGE] = "show-message",
        [PF_COMMAND_SHOW_FILE] = "show-file",
    };
    return names[type];
}

static void put_source(struct pf_json_writer *writer, enum pf_source source)
{
    pf_json_put_word(writer, "source", pf_names_of_sources.list[source]);
}

static void put_description(struct pf_json_writer *writer, const struct pf_description *description)
{
    pf_json_put_word(writer, "type", pf_names_of_descriptions.list[description->type]);
    pf_json_put_text(writer, "sdp", description->sdp);
}

/* ---- capture ---- */

static void put_capture_open(struct pf_json_writer *writer, const struct pf_command *command)
{
    static const char *const devices[] = {"microphone-device", "camera-device"};
    for (int i = 0; i < PF_DEVICE_SOURCES_COUNT; i++) {
        if (command->capture_open.tracks[i] != 0) {
            pf_json_put_number(writer, pf_names_of_sources.list[i],
                               command->capture_open.tracks[i]);
            pf_json_put_text(writer, devices[i], command->capture_open.devices[i]);
        }
    }
}

/* Of a command before PC_CREATE. */
static void put_socket_or_capture(struct pf_json_writer *writer, const struct pf_command *command)
{
    switch ((int)command->type) {
    case PF_COMMAND_SOCKET_OPEN: pf_json_put_text(writer, "url", command->url); break;
    case PF_COMMAND_SOCKET_SEND: pf_json_put_text(writer, "message", command->text); break;
    case PF_COMMAND_SOCKET_CLOSE: pf_json_put_number(writer, "code", command->close_code); break;
    case PF_COMMAND_CAPTURE_OPEN: put_capture_open(writer, command); break;
    case PF_COMMAND_CAPTURE_TAKE:
        put_source(writer, command->capture_take.source);
        pf_json_put_number(writer, "track", command->capture_take.track);
        break;
    case PF_COMMAND_SCREEN_OPEN:
        pf_json_put_number(writer, "picture", command->screen_open.picture);
        pf_json_put_number(writer, "sound", command->screen_open.sound);
        break;
    case PF_COMMAND_CAPTURE_STOP: pf_json_put_number(writer, "track", command->capture_stop); break;
    case PF_COMMAND_TRACK_ENABLE:
        pf_json_put_number(writer, "track", command->track_enable.track);
        pf_json_put_flag(writer, "on", command->track_enable.on);
        break;
    default: break;
    }
}

/* ---- connections ---- */

static void put_candidate(struct pf_json_writer *writer, const struct pf_candidate *candidate)
{
    pf_json_put_text(writer, "candidate", candidate->candidate);
    pf_json_put_text(writer, "mid", candidate->mid);
    if (candidate->mline_index >= 0) {
        pf_json_put_number(writer, "line", (uint32_t)candidate->mline_index);
    }
    pf_json_put_text(writer, "fragment", candidate->username_fragment);
}

static void put_encoding(struct pf_json_writer *writer, const struct pf_command *command)
{
    const struct pf_encoding *encoding = &command->set_encoding.encoding;
    put_source(writer, command->set_encoding.source);
    pf_json_put_number(writer, "asked-width", command->set_encoding.asked);
    pf_json_put_flag(writer, "active", encoding->rate_kbps > 0);
    if (encoding->rate_kbps > 0) {
        pf_json_put_number(writer, "max-kbps", encoding->rate_kbps);
        pf_json_put_number(writer, "scale-down-by", encoding->scale);
        pf_json_put_number(writer, "max-frame-rate", encoding->frame_rate);
    }
}

static void put_pc(struct pf_json_writer *writer, const struct pf_command *command)
{
    switch ((int)command->type) {
    case PF_COMMAND_PC_CREATE:
        pf_json_put_flag(writer, "offers", command->pc_create.offers);
        pf_json_put_flag(writer, "relay-only", command->pc_create.relay_only);
        pf_json_put_text(writer, "ice-servers", command->pc_create.ice_servers);
        break;
    case PF_COMMAND_PC_CONFIGURE:
        pf_json_put_text(writer, "ice-servers", command->ice_servers);
        break;
    case PF_COMMAND_PC_CREATE_OFFER:
        pf_json_put_flag(writer, "ice-restart", command->ice_restart);
        break;
    case PF_COMMAND_PC_SET_LOCAL:
    case PF_COMMAND_PC_SET_REMOTE: put_description(writer, &command->description); break;
    case PF_COMMAND_PC_ADD_CANDIDATE: put_candidate(writer, &command->candidate); break;
    case PF_COMMAND_PC_SET_SENDER:
        put_source(writer, command->set_sender.source);
        pf_json_put_number(writer, "track", command->set_sender.track);
        break;
    case PF_COMMAND_PC_SET_ENCODING: put_encoding(writer, command); break;
    case PF_COMMAND_PC_CHANNEL_SEND: pf_json_put_text(writer, "data", command->text); break;
    default: break;
    }
}

/* ---- what the page is shown ---- */

static void put_room(struct pf_json_writer *writer, const struct pf_command *command)
{
    pf_json_put_word(writer, "state", pf_names_of_room_states.list[command->room.state]);
    if (command->room.state == PF_ROOM_REFUSED) {
        pf_json_put_word(writer, "reason",
                         command->room.webrtc_missing ? "no-webrtc"
                                                      : pf_error_code_name(command->room.code));
    }
    pf_json_put_id(writer, "self", command->room.self);
    pf_json_put_flag(writer, "relay-away", command->room.relay_away);
    pf_json_put_flag(writer, "host", command->room.is_host);
    pf_json_put_flag(writer, "locked", command->room.is_locked);
    pf_json_put_flag(writer, "knocking", command->room.is_knocking);
    pf_json_put_number(writer, "hand", command->room.hand);
}

static void put_local(struct pf_json_writer *writer, const struct pf_command *command)
{
    put_source(writer, command->local.source);
    pf_json_put_flag(writer, "on", command->local.on);
    pf_json_put_word(writer, "state", pf_names_of_capture_states.list[command->local.state]);
    pf_json_put_word(writer, "error", pf_names_of_dom_errors.list[command->local.error]);
    pf_json_put_flag(writer, "interrupted", command->local.interrupted);
    pf_json_put_number(writer, "track", command->local.track);
    pf_json_put_text(writer, "device", command->local.device);
}

static void put_peer(struct pf_json_writer *writer, const struct pf_command *command)
{
    pf_json_put_id(writer, "id", command->peer.id);
    pf_json_put_text(writer, "name", command->peer.name);
    pf_json_put_word(writer, "state", pf_names_of_peer_states.list[command->peer.state]);
    for (int i = 0; i < PF_SOURCES_COUNT; i++) {
        pf_json_put_word(writer, pf_names_of_sources.list[i],
                         pf_names_of_source_states.list[command->peer.sources.sources[i]]);
    }
    pf_json_put_flag(writer, "away", command->peer.away);
    pf_json_put_flag(writer, "host", command->peer.is_host);
    pf_json_put_number(writer, "hand", command->peer.sources.hand);
    pf_json_put_word(writer, "quality", pf_names_of_quality_grades.list[command->peer.quality]);
    pf_json_put_word(writer, "quality-reason",
                     pf_names_of_quality_reasons.list[command->peer.quality_reason]);
    pf_json_put_flag(writer, "video-rejected", command->peer.video_rejected);
    pf_json_put_text(writer, "capabilities", command->peer.capabilities);
}

static void put_message(struct pf_json_writer *writer, const struct pf_command *command)
{
    pf_json_put_id(writer, "id", command->message.id);
    pf_json_put_number(writer, "first", command->message.first);
    pf_json_put_word(writer, "delivery", pf_names_of_deliveries.list[command->message.delivery]);
    pf_json_put_text(writer, "text", command->message.text);
}

static void put_file(struct pf_json_writer *writer, const struct pf_command *command)
{
    pf_json_put_id(writer, "id", command->file.id);
    pf_json_put_number(writer, "number", command->file.number);
    pf_json_put_flag(writer, "own", command->file.is_own);
    pf_json_put_word(writer, "state", pf_names_of_file_states.list[command->file.state]);
    pf_json_put_number(writer, "offset", command->file.offset);
    pf_json_put_number(writer, "size", command->file.size);
    pf_json_put_text(writer, "name", command->file.name);
}

static void put_knocks(struct pf_json_writer *writer, const struct pf_command *command)
{
    pf_json_open(writer, "knocks", '[');
    for (size_t i = 0; i < command->knocks.count; i++) {
        pf_json_open(writer, NULL, '{');
        pf_json_put_id(writer, "id", command->knocks.list[i].id);
        pf_json_put_text(writer, "name", command->knocks.list[i].name);
        pf_json_close(writer, '}');
    }
    pf_json_close(writer, ']');
}

static void put_shown(struct pf_json_writer *writer, const struct pf_command *command)
{
    switch ((int)command->type) {
    case PF_COMMAND_SHOW_ROOM: put_room(writer, command); break;
    case PF_COMMAND_SHOW_LOCAL: put_local(writer, command); break;
    case PF_COMMAND_SHOW_DEVICES:
        pf_json_put_number(writer, "count", command->devices.count);
        break;
    case PF_COMMAND_SHOW_PEER: put_peer(writer, command); break;
    case PF_COMMAND_HIDE_PEER: pf_json_put_id(writer, "id", command->hide_peer); break;
    case PF_COMMAND_SHOW_REACTION:
        pf_json_put_id(writer, "id", command->reaction.id);
        pf_json_put_word(writer, "kind", pf_names_of_reactions.list[command->reaction.kind]);
        break;
    case PF_COMMAND_SHOW_KNOCKS: put_knocks(writer, command); break;
    case PF_COMMAND_SHOW_MUTED: pf_json_put_id(writer, "host", command->muted_by); break;
    case PF_COMMAND_SHOW_MESSAGE: put_message(writer, command); break;
    case PF_COMMAND_SHOW_FILE: put_file(writer, command); break;
    default: break;
    }
}

void pf_describe_command(struct pf_json_writer *writer, const char *name,
                         const struct pf_command *command)
{
    pf_json_open(writer, name, '{');
    pf_json_put_word(writer, "what", name_of(command->type));
    if (command->socket != 0) {
        pf_json_put_number(writer, "socket", command->socket);
    }
    if (command->pc != 0) {
        pf_json_put_number(writer, "pc", command->pc);
    }
    if (command->type < PF_COMMAND_PC_CREATE) {
        put_socket_or_capture(writer, command);
    } else if (command->type < PF_COMMAND_SHOW_ROOM) {
        put_pc(writer, command);
    } else {
        put_shown(writer, command);
    }
    pf_json_close(writer, '}');
}
