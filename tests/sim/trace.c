/* trace.c - prints a readable trace of a simulated world. */
/* SPDX-License-Identifier: MIT */
#include "trace.h"

#include "base/assert.h"
#include "core/names.h"
#include "protocol/message_names.h"
#include "tab.h"

#include <inttypes.h>

static void begin(struct sim_world *world, const struct sim_tab *tab, const char *mark)
{
    fprintf(world->trace, "%9.3f %-4s %s ", (double)world->now_us / 1e6,
            tab ? sim_tab_name(world, tab) : "", mark);
}

static void put_text(FILE *out, struct pf_slice text)
{
    const int size_max = 2000;
    const int size = text.size > (size_t)size_max ? size_max : (int)text.size;
    fprintf(out, " %.*s%s", size, text.data ? text.data : "", size == size_max ? "..." : "");
}

static const char *source_name(enum pf_source source)
{
    return pf_names_of_sources.list[source];
}

static const char *connection_name(enum pf_connection_state state)
{
    static const char *const names[] = {"new",          "connecting", "connected",
                                        "disconnected", "failed",     "closed"};
    return names[state];
}

static const char *event_name(enum pf_event_type type)
{
    static const char *const names[] = {
        [PF_EVENT_TIMEOUT] = "TIMEOUT",
        [PF_EVENT_START] = "START",
        [PF_EVENT_JOIN] = "JOIN",
        [PF_EVENT_LEAVE] = "LEAVE",
        [PF_EVENT_SET_SOURCE] = "SET_SOURCE",
        [PF_EVENT_SELECT_DEVICE] = "SELECT_DEVICE",
        [PF_EVENT_SET_ORIGIN] = "SET_ORIGIN",
        [PF_EVENT_REOPEN] = "REOPEN",
        [PF_EVENT_SET_TOKEN] = "SET_TOKEN",
        [PF_EVENT_SET_NAME] = "SET_NAME",
        [PF_EVENT_SET_HAND] = "SET_HAND",
        [PF_EVENT_SET_WANTED] = "SET_WANTED",
        [PF_EVENT_REACT] = "REACT",
        [PF_EVENT_SAY] = "SAY",
        [PF_EVENT_OFFER_FILE] = "OFFER_FILE",
        [PF_EVENT_SET_FILE] = "SET_FILE",
        [PF_EVENT_NETWORK_CHANGED] = "NETWORK_CHANGED",
        [PF_EVENT_SOCKET_MESSAGE] = "SOCKET_MESSAGE",
        [PF_EVENT_SOCKET_CLOSED] = "SOCKET_CLOSED",
        [PF_EVENT_CAPTURE_OPENED] = "CAPTURE_OPENED",
        [PF_EVENT_CAPTURE_FAILED] = "CAPTURE_FAILED",
        [PF_EVENT_SCREEN_OPENED] = "SCREEN_OPENED",
        [PF_EVENT_SCREEN_FAILED] = "SCREEN_FAILED",
        [PF_EVENT_TRACK_ENDED] = "TRACK_ENDED",
        [PF_EVENT_TRACK_MUTED] = "TRACK_MUTED",
        [PF_EVENT_VISIBLE] = "VISIBLE",
        [PF_EVENT_DEVICES_CHANGED] = "DEVICES_CHANGED",
        [PF_EVENT_DEVICES] = "DEVICES",
        [PF_EVENT_PC_DESCRIPTION] = "PC_DESCRIPTION",
        [PF_EVENT_PC_LOCAL] = "PC_LOCAL",
        [PF_EVENT_PC_REMOTE_SET] = "PC_REMOTE_SET",
        [PF_EVENT_PC_SENDER_SET] = "PC_SENDER_SET",
        [PF_EVENT_PC_ENCODING_SET] = "PC_ENCODING_SET",
        [PF_EVENT_PC_STATS] = "PC_STATS",
        [PF_EVENT_PC_FAILED] = "PC_FAILED",
        [PF_EVENT_PC_CANDIDATE] = "PC_CANDIDATE",
        [PF_EVENT_PC_TURN_REFUSED] = "PC_TURN_REFUSED",
        [PF_EVENT_PC_RELAYED] = "PC_RELAYED",
        [PF_EVENT_RELAY_ONLY] = "RELAY_ONLY",
        [PF_EVENT_HOST] = "HOST",
        [PF_EVENT_PC_STATE] = "PC_STATE",
        [PF_EVENT_PC_CHANNEL_OPENED] = "PC_CHANNEL_OPENED",
        [PF_EVENT_PC_CHANNEL_CLOSED] = "PC_CHANNEL_CLOSED",
        [PF_EVENT_PC_CHANNEL_MESSAGE] = "PC_CHANNEL_MESSAGE",
    };
    return names[type];
}

static const char *command_name(enum pf_command_type type)
{
    static const char *const names[] = {
        [PF_COMMAND_SOCKET_OPEN] = "SOCKET_OPEN",
        [PF_COMMAND_SOCKET_SEND] = "SOCKET_SEND",
        [PF_COMMAND_SOCKET_CLOSE] = "SOCKET_CLOSE",
        [PF_COMMAND_CAPTURE_OPEN] = "CAPTURE_OPEN",
        [PF_COMMAND_CAPTURE_TAKE] = "CAPTURE_TAKE",
        [PF_COMMAND_SCREEN_OPEN] = "SCREEN_OPEN",
        [PF_COMMAND_CAPTURE_STOP] = "CAPTURE_STOP",
        [PF_COMMAND_TRACK_ENABLE] = "TRACK_ENABLE",
        [PF_COMMAND_DEVICES_ENUMERATE] = "DEVICES_ENUMERATE",
        [PF_COMMAND_PC_CREATE] = "PC_CREATE",
        [PF_COMMAND_PC_CLOSE] = "PC_CLOSE",
        [PF_COMMAND_PC_CONFIGURE] = "PC_CONFIGURE",
        [PF_COMMAND_PC_CREATE_OFFER] = "PC_CREATE_OFFER",
        [PF_COMMAND_PC_CREATE_ANSWER] = "PC_CREATE_ANSWER",
        [PF_COMMAND_PC_SET_LOCAL] = "PC_SET_LOCAL",
        [PF_COMMAND_PC_SET_REMOTE] = "PC_SET_REMOTE",
        [PF_COMMAND_PC_READ_LOCAL] = "PC_READ_LOCAL",
        [PF_COMMAND_PC_ADD_CANDIDATE] = "PC_ADD_CANDIDATE",
        [PF_COMMAND_PC_SET_SENDER] = "PC_SET_SENDER",
        [PF_COMMAND_PC_SET_ENCODING] = "PC_SET_ENCODING",
        [PF_COMMAND_PC_CHANNEL_SEND] = "PC_CHANNEL_SEND",
        [PF_COMMAND_SHOW_ROOM] = "SHOW_ROOM",
        [PF_COMMAND_SHOW_LOCAL] = "SHOW_LOCAL",
        [PF_COMMAND_SHOW_DEVICES] = "SHOW_DEVICES",
        [PF_COMMAND_SHOW_PEER] = "SHOW_PEER",
        [PF_COMMAND_HIDE_PEER] = "HIDE_PEER",
        [PF_COMMAND_SHOW_REACTION] = "SHOW_REACTION",
        [PF_COMMAND_SHOW_KNOCKS] = "SHOW_KNOCKS",
        [PF_COMMAND_SHOW_MUTED] = "SHOW_MUTED",
        [PF_COMMAND_SHOW_MESSAGE] = "SHOW_MESSAGE",
        [PF_COMMAND_SHOW_FILE] = "SHOW_FILE",
    };
    return names[type];
}

static const char *operation_name(enum pf_operation operation)
{
    static const char *const names[] = {
        "constructor",          "createOffer",     "createAnswer", "setLocalDescription",
        "setRemoteDescription", "addIceCandidate", "replaceTrack"};
    return names[operation];
}

static void put_sample(const struct pf_sample *sample, FILE *out)
{
    fprintf(out, " rtt %u lost %u/%u available %u %s encode %u width %u", sample->round_trip_ms,
            sample->lost_out_percent, sample->lost_in_percent, sample->available_kbps,
            pf_names_of_limitations.list[sample->limitation], sample->encode_ms, sample->width);
}

static void put_pc_event_details(const struct pf_event *event, FILE *out)
{
    switch ((int)event->type) {
    case PF_EVENT_PC_DESCRIPTION:
    case PF_EVENT_PC_LOCAL:
        fprintf(out, " %s", event->description.type == PF_DESCRIPTION_OFFER ? "offer" : "answer");
        put_text(out, event->description.sdp);
        break;
    case PF_EVENT_PC_REMOTE_SET:
        fprintf(out, " %s", event->description_set == PF_DESCRIPTION_OFFER ? "offer" : "answer");
        break;
    case PF_EVENT_PC_SENDER_SET:
        fprintf(out, " %s track %u", source_name(event->sender_set.source),
                event->sender_set.track);
        break;
    case PF_EVENT_PC_ENCODING_SET:
        fprintf(out, " %s %s", source_name(event->encoding_set.source),
                event->encoding_set.ok ? "ok" : "failed");
        break;
    case PF_EVENT_PC_STATS: put_sample(&event->sample, out); break;
    case PF_EVENT_PC_FAILED:
        fprintf(out, " %s error %d", operation_name(event->failed.operation),
                (int)event->failed.error);
        break;
    case PF_EVENT_PC_CANDIDATE: put_text(out, event->candidate.candidate); break;
    case PF_EVENT_PC_STATE: fprintf(out, " %s", connection_name(event->connection_state)); break;
    default: break;
    }
}

static void put_event_details(const struct pf_event *event, FILE *out)
{
    switch ((int)event->type) {
    case PF_EVENT_SET_SOURCE:
        fprintf(out, " %s %s", source_name(event->set_source.source),
                event->set_source.on ? "on" : "off");
        break;
    case PF_EVENT_SET_ORIGIN:
        fprintf(out, " %s %s", source_name(event->set_origin.source),
                pf_names_of_origins.list[event->set_origin.origin]);
        break;
    case PF_EVENT_REOPEN: fprintf(out, " %s", source_name(event->reopen)); break;
    case PF_EVENT_SELECT_DEVICE:
        fprintf(out, " %s", source_name(event->select_device.source));
        put_text(out, event->select_device.id);
        break;
    case PF_EVENT_SET_NAME: put_text(out, event->name); break;
    case PF_EVENT_SET_HAND: fprintf(out, event->set_hand.raised ? " up" : " down"); break;
    case PF_EVENT_SET_WANTED:
        fprintf(out, " %016" PRIx64 " %s %u", event->set_wanted.id,
                source_name(event->set_wanted.source), event->set_wanted.width);
        break;
    case PF_EVENT_REACT: fprintf(out, " %s", pf_names_of_reactions.list[event->reaction]); break;
    case PF_EVENT_SAY:
        fprintf(out, " %u", event->say.first);
        put_text(out, event->say.text);
        break;
    case PF_EVENT_OFFER_FILE:
        fprintf(out, " %016" PRIx64 " %u", event->offer_file.id, event->offer_file.size);
        put_text(out, event->offer_file.name);
        break;
    case PF_EVENT_SET_FILE:
        fprintf(out, " %016" PRIx64 " %u %s %s %u", event->set_file.id, event->set_file.number,
                event->set_file.is_own ? "own" : "theirs",
                pf_names_of_file_states.list[event->set_file.state], event->set_file.offset);
        break;
    case PF_EVENT_NETWORK_CHANGED:
        fprintf(out, " %s", event->network.online ? "online" : "offline");
        break;
    case PF_EVENT_SOCKET_MESSAGE:
    case PF_EVENT_PC_CHANNEL_MESSAGE: put_text(out, event->channel.data); break;
    case PF_EVENT_SOCKET_CLOSED: fprintf(out, " code %u", event->socket_closed.code); break;
    case PF_EVENT_CAPTURE_OPENED:
        fprintf(out, " track %u", event->capture_opened.track);
        put_text(out, event->capture_opened.device);
        break;
    case PF_EVENT_CAPTURE_FAILED:
        fprintf(out, " tracks %u %u error %d", event->capture_failed.tracks[0],
                event->capture_failed.tracks[1], (int)event->capture_failed.error);
        break;
    case PF_EVENT_SCREEN_OPENED:
        fprintf(out, " tracks %u %u", event->screen_opened.picture, event->screen_opened.sound);
        break;
    case PF_EVENT_SCREEN_FAILED:
        fprintf(out, " track %u error %d", event->screen_failed.picture,
                (int)event->screen_failed.error);
        break;
    case PF_EVENT_TRACK_ENDED: fprintf(out, " track %u", event->track_ended); break;
    case PF_EVENT_TRACK_MUTED:
        fprintf(out, " track %u %s", event->track_muted.track,
                event->track_muted.muted ? "muted" : "unmuted");
        break;
    default: put_pc_event_details(event, out); break;
    }
}

void sim_print_event(const struct pf_event *event, FILE *out)
{
    fprintf(out, "%s", event_name(event->type));
    if (event->socket) {
        fprintf(out, " socket %u", event->socket);
    }
    if (event->pc) {
        fprintf(out, " pc %u", event->pc);
    }
    put_event_details(event, out);
    fprintf(out, "\n");
}

void sim_trace_event(struct sim_world *world, const struct sim_tab *tab,
                     const struct pf_event *event)
{
    if (world->watcher) {
        world->watcher->on_event(world->watcher->user, tab, event);
    }
    if (world->trace) {
        begin(world, tab, "<");
        sim_print_event(event, world->trace);
    }
}

static void put_hand(uint32_t hand, FILE *out)
{
    if (hand != 0) {
        fprintf(out, " hand %u", hand);
    }
}

static void put_shown(const struct pf_command *command, FILE *out)
{
    static const char *const rooms[] = {"idle",         "lobby",   "joining", "joined",
                                        "reconnecting", "refused", "left"};
    static const char *const peers[] = {"connecting", "connected", "unstable", "reconnecting",
                                        "unreachable"};
    static const char *const captures[] = {"idle", "opening", "live", "failed"};
    switch ((int)command->type) {
    case PF_COMMAND_SHOW_ROOM:
        fprintf(out, " %s self %016" PRIx64 "%s", rooms[command->room.state], command->room.self,
                command->room.relay_away ? " relay away" : "");
        put_hand(command->room.hand, out);
        break;
    case PF_COMMAND_SHOW_LOCAL:
        fprintf(out, " %s %s %s error %d track %u", source_name(command->local.source),
                command->local.on ? "on" : "off", captures[command->local.state],
                (int)command->local.error, command->local.track);
        break;
    case PF_COMMAND_SHOW_PEER:
        fprintf(out, " %016" PRIx64 " %.*s %s pc %u sources %d %d %d %d%s", command->peer.id,
                (int)command->peer.name.size, command->peer.name.data, peers[command->peer.state],
                command->pc, (int)command->peer.sources.sources[0],
                (int)command->peer.sources.sources[1], (int)command->peer.sources.sources[2],
                (int)command->peer.sources.sources[3], command->peer.away ? " away" : "");
        put_hand(command->peer.sources.hand, out);
        break;
    case PF_COMMAND_HIDE_PEER: fprintf(out, " %016" PRIx64, command->hide_peer); break;
    case PF_COMMAND_SHOW_REACTION:
        fprintf(out, " %016" PRIx64 " %s", command->reaction.id,
                pf_names_of_reactions.list[command->reaction.kind]);
        break;
    case PF_COMMAND_SHOW_MESSAGE:
        fprintf(out, " %016" PRIx64 " %u %u %s", command->message.id, command->message.instance,
                command->message.first, pf_names_of_deliveries.list[command->message.delivery]);
        break;
    case PF_COMMAND_SHOW_FILE:
        fprintf(out, " %016" PRIx64 " %u %s %s %u", command->file.id, command->file.number,
                command->file.is_own ? "own" : "theirs",
                pf_names_of_file_states.list[command->file.state], command->file.offset);
        break;
    default: break;
    }
}

static void put_command_details(const struct pf_command *command, FILE *out)
{
    switch ((int)command->type) {
    case PF_COMMAND_SOCKET_SEND:
    case PF_COMMAND_PC_CHANNEL_SEND: put_text(out, command->text); break;
    case PF_COMMAND_SOCKET_CLOSE: fprintf(out, " code %u", command->close_code); break;
    case PF_COMMAND_CAPTURE_OPEN:
        fprintf(out, " tracks %u %u", command->capture_open.tracks[0],
                command->capture_open.tracks[1]);
        put_text(out, command->capture_open.devices[0]);
        put_text(out, command->capture_open.devices[1]);
        break;
    case PF_COMMAND_CAPTURE_TAKE:
        fprintf(out, " %s track %u", source_name(command->capture_take.source),
                command->capture_take.track);
        break;
    case PF_COMMAND_SCREEN_OPEN:
        fprintf(out, " tracks %u %u", command->screen_open.picture, command->screen_open.sound);
        break;
    case PF_COMMAND_CAPTURE_STOP: fprintf(out, " track %u", command->capture_stop); break;
    case PF_COMMAND_TRACK_ENABLE:
        fprintf(out, " track %u %s", command->track_enable.track,
                command->track_enable.on ? "on" : "off");
        break;
    case PF_COMMAND_PC_CREATE: fprintf(out, command->pc_create.offers ? " offers" : ""); break;
    case PF_COMMAND_PC_CREATE_OFFER:
        fprintf(out, command->ice_restart ? " with ICE restart" : "");
        break;
    case PF_COMMAND_PC_SET_LOCAL:
    case PF_COMMAND_PC_SET_REMOTE:
        fprintf(out, " %s", command->description.type == PF_DESCRIPTION_OFFER ? "offer" : "answer");
        put_text(out, command->description.sdp);
        break;
    case PF_COMMAND_PC_ADD_CANDIDATE: put_text(out, command->candidate.candidate); break;
    case PF_COMMAND_PC_SET_ENCODING:
        fprintf(out, " %s asked %u %s 1/%u %u fps %u kbit/s",
                source_name(command->set_encoding.source), command->set_encoding.asked,
                command->set_encoding.encoding.rate_kbps > 0 ? "active" : "inactive",
                command->set_encoding.encoding.scale, command->set_encoding.encoding.frame_rate,
                command->set_encoding.encoding.rate_kbps);
        break;
    case PF_COMMAND_PC_SET_SENDER:
        fprintf(out, " %s track %u", source_name(command->set_sender.source),
                command->set_sender.track);
        break;
    default: put_shown(command, out); break;
    }
}

void sim_print_command(const struct pf_command *command, FILE *out)
{
    fprintf(out, "%s", command_name(command->type));
    if (command->socket) {
        fprintf(out, " socket %u", command->socket);
    }
    if (command->pc && command->type != PF_COMMAND_SHOW_PEER) {
        fprintf(out, " pc %u", command->pc);
    }
    put_command_details(command, out);
    fprintf(out, "\n");
}

void sim_trace_command(struct sim_world *world, const struct sim_tab *tab,
                       const struct pf_command *command)
{
    if (world->watcher) {
        world->watcher->on_command(world->watcher->user, tab, command);
    }
    if (world->trace) {
        begin(world, tab, "  >");
        sim_print_command(command, world->trace);
    }
}

void sim_trace_note(struct sim_world *world, const struct sim_tab *tab, const char *what)
{
    if (world->watcher) {
        world->watcher->on_note(world->watcher->user, tab, what);
    }
    if (world->trace) {
        begin(world, tab, "--");
        fprintf(world->trace, "%s\n", what);
    }
}

void sim_trace_wire(struct sim_world *world, const struct sim_socket *socket, const char *what,
                    struct pf_slice text)
{
    if (world->trace) {
        begin(world, socket->tab, "--");
        fprintf(world->trace, "%s (client %u)", what, socket->connection);
        put_text(world->trace, text);
        fprintf(world->trace, "\n");
    }
}
