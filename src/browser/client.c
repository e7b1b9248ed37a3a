/*
 * client.c - one room in a browser: what JavaScript calls, and what is done with the commands.
 *
 * Each exported function turns what has happened into an event, hands it to the room, and carries
 * out the commands that come of it, all in the same task. Texts arrive in the client's buffer: the
 * glue's put() writes them directly before the call that reads them. What does not fit is cut off
 * there, and then too long for the room as well: nobody can have memory taken by a long message.
 */
/* SPDX-License-Identifier: MIT */
#include "base/assert.h"
#include "browser/glue.h"
#include "browser/memory.h"
#include "core/names.h"
#include "core/room.h"

#include <emscripten.h>
#include <stdlib.h>

enum {
    TEXTS_MAX = 4,
    TEXTS_SIZE_MAX = PF_MESSAGE_SIZE_MAX + 1024, /* a word, and more of an SDP than is taken */
    DEVICES_MAX = 64,
    DEVICE_TEXTS_SIZE_MAX = 32768,
};

/* What JavaScript has put here for the call that follows: sizes, and the texts one after another.
 */
struct texts {
    int32_t sizes[TEXTS_MAX]; /* -1: null */
    char bytes[TEXTS_SIZE_MAX];
};

_Static_assert(offsetof(struct texts, bytes) == 16, "glue.c writes the texts behind the sizes");
_Static_assert(TEXTS_SIZE_MAX == 66560, "glue.c writes so much");

struct pf_client {
    struct texts texts; /* first: glue.c writes to where the client is */
    struct pf_room *room;
    uint64_t timer_ms; /* the deadline that the timer is set for, or PF_NEVER */
    size_t devices_count, devices_size;
    struct pf_device devices[DEVICES_MAX];
    char devices_data[DEVICE_TEXTS_SIZE_MAX];
};

/* ---- commands ---- */

static void show(const struct pf_command *command)
{
    char id[PF_MEMBER_ID_DIGITS + 1];
    if (command->type == PF_COMMAND_SHOW_ROOM) {
        const bool is_refused = command->room.state == PF_ROOM_REFUSED;
        pf_member_id_write(command->room.self, id);
        pf_glue_show_room(pf_names_of_room_states.list[command->room.state],
                          is_refused ? pf_error_code_name(command->room.code) : "",
                          command->room.relay_away, command->room.self != 0 ? id : "",
                          command->room.ticket.data, command->room.ticket.size);
    } else if (command->type == PF_COMMAND_SHOW_LOCAL) {
        pf_glue_show_local(pf_names_of_sources.list[command->local.source], command->local.on,
                           pf_names_of_capture_states.list[command->local.state],
                           pf_names_of_dom_errors.list[command->local.error], command->local.track,
                           command->local.device.data, command->local.device.size);
    } else if (command->type == PF_COMMAND_SHOW_DEVICES) {
        for (size_t i = 0; i < command->devices.count; i++) {
            const struct pf_device *device = &command->devices.list[i];
            pf_glue_show_device(pf_names_of_sources.list[device->source], device->id.data,
                                device->id.size, device->label.data, device->label.size);
        }
        pf_glue_show_devices_end();
    } else if (command->type == PF_COMMAND_SHOW_PEER) {
        const enum pf_source_state *sources = command->peer.sources.sources;
        pf_member_id_write(command->peer.id, id);
        pf_glue_show_peer(id, command->peer.name.data, command->peer.name.size,
                          pf_names_of_peer_states.list[command->peer.state],
                          pf_names_of_source_states.list[sources[PF_SOURCE_MICROPHONE]],
                          pf_names_of_source_states.list[sources[PF_SOURCE_CAMERA]],
                          command->peer.away, command->pc);
    } else {
        PF_ASSERT(command->type == PF_COMMAND_HIDE_PEER);
        pf_member_id_write(command->hide_peer, id);
        pf_glue_hide_peer(id);
    }
}

static void add_candidate(const struct pf_command *command)
{
    const struct pf_candidate *candidate = &command->candidate;
    pf_glue_pc_add_candidate(command->pc, candidate->candidate.data, candidate->candidate.size,
                             candidate->mid.data, candidate->mid.size, candidate->mline_index,
                             candidate->username_fragment.data, candidate->username_fragment.size);
}

static void capture_open(const struct pf_command *command)
{
    const pf_track *tracks = command->capture_open.tracks;
    const struct pf_slice *devices = command->capture_open.devices;
    pf_glue_capture_open(tracks[PF_SOURCE_MICROPHONE], devices[PF_SOURCE_MICROPHONE].data,
                         devices[PF_SOURCE_MICROPHONE].size, tracks[PF_SOURCE_CAMERA],
                         devices[PF_SOURCE_CAMERA].data, devices[PF_SOURCE_CAMERA].size);
}

static void perform(const struct pf_command *command)
{
    const struct pf_description *description = &command->description;
    const pf_pc pc = command->pc;
    switch (command->type) {
    case PF_COMMAND_SOCKET_OPEN:
        pf_glue_socket_open(command->socket, command->url.data, command->url.size);
        break;
    case PF_COMMAND_SOCKET_SEND:
        pf_glue_socket_send(command->socket, command->text.data, command->text.size);
        break;
    case PF_COMMAND_SOCKET_CLOSE: pf_glue_socket_close(command->socket, command->close_code); break;
    case PF_COMMAND_CAPTURE_OPEN: capture_open(command); break;
    case PF_COMMAND_CAPTURE_STOP: pf_glue_capture_stop(command->capture_stop); break;
    case PF_COMMAND_TRACK_ENABLE:
        pf_glue_track_enable(command->track_enable.track, command->track_enable.on);
        break;
    case PF_COMMAND_DEVICES_ENUMERATE: pf_glue_devices_enumerate(); break;
    case PF_COMMAND_PC_CREATE:
        pf_glue_pc_create(pc, command->pc_create.offers, command->pc_create.ice_servers.data,
                          command->pc_create.ice_servers.size);
        break;
    case PF_COMMAND_PC_CLOSE: pf_glue_pc_close(pc); break;
    case PF_COMMAND_PC_CREATE_OFFER: pf_glue_pc_create_offer(pc, command->ice_restart); break;
    case PF_COMMAND_PC_CREATE_ANSWER: pf_glue_pc_create_answer(pc); break;
    case PF_COMMAND_PC_SET_LOCAL:
        pf_glue_pc_set_local(pc, pf_names_of_descriptions.list[description->type],
                             description->sdp.data, description->sdp.size);
        break;
    case PF_COMMAND_PC_SET_REMOTE:
        pf_glue_pc_set_remote(pc, pf_names_of_descriptions.list[description->type],
                              description->sdp.data, description->sdp.size);
        break;
    case PF_COMMAND_PC_READ_LOCAL: pf_glue_pc_read_local(pc); break;
    case PF_COMMAND_PC_ADD_CANDIDATE: add_candidate(command); break;
    case PF_COMMAND_PC_SET_SENDER:
        pf_glue_pc_set_sender(pc, (int)command->set_sender.source, command->set_sender.track);
        break;
    case PF_COMMAND_PC_CHANNEL_SEND:
        pf_glue_pc_channel_send(pc, command->text.data, command->text.size);
        break;
    case PF_COMMAND_SHOW_ROOM:
    case PF_COMMAND_SHOW_LOCAL:
    case PF_COMMAND_SHOW_DEVICES:
    case PF_COMMAND_SHOW_PEER:
    case PF_COMMAND_HIDE_PEER: show(command); break;
    }
}

static void handle(struct pf_client *client, struct pf_event *event)
{
    const double now_ms = pf_glue_now_ms();
    event->now_ms = (uint64_t)now_ms;
    pf_room_handle(client->room, event);
    struct pf_command command;
    while (pf_room_poll(client->room, &command)) {
        perform(&command);
    }
    const uint64_t deadline_ms = pf_room_deadline_ms(client->room);
    if (deadline_ms != client->timer_ms) {
        client->timer_ms = deadline_ms;
        /* One more millisecond, as the clock's fractions are cut off. */
        pf_glue_set_timer((double)deadline_ms - now_ms + 1);
    }
}

/* ---- texts ---- */

static struct pf_slice text_at(const struct pf_client *client, size_t index)
{
    const char *at = client->texts.bytes;
    for (size_t i = 0; i < index; i++) {
        at += client->texts.sizes[i] > 0 ? client->texts.sizes[i] : 0;
    }
    const int32_t size = client->texts.sizes[index];
    return size < 0 ? (struct pf_slice){NULL, 0} : (struct pf_slice){at, (size_t)size};
}

/* The value that a text spells, or `otherwise`. */
static size_t value_at(const struct pf_client *client, size_t index, const struct pf_names *names,
                       size_t otherwise)
{
    (void)pf_names_find(names, text_at(client, index),
                        &otherwise); /* leaves it when there is none */
    return otherwise;
}

static enum pf_dom_error dom_error_at(const struct pf_client *client, size_t index)
{
    return (enum pf_dom_error)value_at(client, index, &pf_names_of_dom_errors, PF_DOM_ERROR_OTHER);
}

/* A word that is none of the two is a browser's mistake, and no use to go on with. */
static enum pf_description_type description_type_at(const struct pf_client *client, size_t index)
{
    const size_t count = pf_names_of_descriptions.count;
    const size_t type = value_at(client, index, &pf_names_of_descriptions, count);
    PF_ASSERT(type < count);
    return (enum pf_description_type)type;
}

/* ---- life ---- */

/* The client that everything below takes, or NULL when memory is short. Traps never free it. */
EMSCRIPTEN_KEEPALIVE struct pf_client *pf_client_new(void)
{
    struct pf_client *client = calloc(1, sizeof *client);
    if (client) {
        client->room = malloc(pf_room_size());
        client->timer_ms = PF_NEVER;
        pf_memory_keep();
    }
    return client && client->room ? client : NULL;
}

/*
 * Begins; once. Texts: URL of the relay, ticket, microphone id, camera id. The seed and the
 * instance are random. Returns enum pf_error.
 */
EMSCRIPTEN_KEEPALIVE int pf_client_start(struct pf_client *client, int microphone_on, int camera_on,
                                         unsigned seed, unsigned instance)
{
    const struct pf_room_config config = {
        .url = text_at(client, 0),
        .ticket = text_at(client, 1),
        .seed = seed,
        .instance = instance,
        .logs_events = true,
        .on = {microphone_on, camera_on},
        .devices = {text_at(client, 2), text_at(client, 3)},
    };
    const enum pf_error error = pf_room_init(client->room, &config);
    if (error == PF_ERROR_OK) {
        handle(client, &(struct pf_event){.type = PF_EVENT_START});
    }
    return (int)error;
}

EMSCRIPTEN_KEEPALIVE void pf_client_record(struct pf_client *client)
{
    bool is_complete;
    const struct pf_slice record = pf_room_event_log(client->room, &is_complete);
    pf_glue_give_record(record.data, record.size, is_complete);
}

/* ---- the user and the machine ---- */

EMSCRIPTEN_KEEPALIVE void pf_client_timeout(struct pf_client *client)
{
    client->timer_ms = PF_NEVER; /* it has fired */
    handle(client, &(struct pf_event){.type = PF_EVENT_TIMEOUT});
}

/* Texts: room, name. */
EMSCRIPTEN_KEEPALIVE void pf_client_join(struct pf_client *client)
{
    handle(client, &(struct pf_event){.type = PF_EVENT_JOIN,
                                      .join = {text_at(client, 0), text_at(client, 1)}});
}

EMSCRIPTEN_KEEPALIVE void pf_client_leave(struct pf_client *client)
{
    handle(client, &(struct pf_event){.type = PF_EVENT_LEAVE});
}

EMSCRIPTEN_KEEPALIVE void pf_client_set_source(struct pf_client *client, int source, int on)
{
    handle(client, &(struct pf_event){.type = PF_EVENT_SET_SOURCE,
                                      .set_source = {(enum pf_source)source, on}});
}

/* Text: deviceId. */
EMSCRIPTEN_KEEPALIVE void pf_client_select_device(struct pf_client *client, int source)
{
    handle(client,
           &(struct pf_event){.type = PF_EVENT_SELECT_DEVICE,
                              .select_device = {(enum pf_source)source, text_at(client, 0)}});
}

EMSCRIPTEN_KEEPALIVE void pf_client_network_changed(struct pf_client *client, int online)
{
    handle(client, &(struct pf_event){.type = PF_EVENT_NETWORK_CHANGED, .network = {online}});
}

EMSCRIPTEN_KEEPALIVE void pf_client_devices_changed(struct pf_client *client)
{
    handle(client, &(struct pf_event){.type = PF_EVENT_DEVICES_CHANGED});
}

/* ---- WebSocket ---- */

EMSCRIPTEN_KEEPALIVE void pf_client_socket_message(struct pf_client *client, unsigned socket)
{
    handle(client, &(struct pf_event){.type = PF_EVENT_SOCKET_MESSAGE,
                                      .socket = socket,
                                      .message = text_at(client, 0)});
}

/* CloseEvent.code */
EMSCRIPTEN_KEEPALIVE void pf_client_socket_closed(struct pf_client *client, unsigned socket,
                                                  int code)
{
    handle(client, &(struct pf_event){.type = PF_EVENT_SOCKET_CLOSED,
                                      .socket = socket,
                                      .socket_closed = {(uint16_t)code}});
}

/* ---- capture ---- */

/* Text: MediaTrackSettings.deviceId. */
EMSCRIPTEN_KEEPALIVE void pf_client_capture_opened(struct pf_client *client, unsigned track)
{
    handle(client, &(struct pf_event){.type = PF_EVENT_CAPTURE_OPENED,
                                      .capture_opened = {track, text_at(client, 0)}});
}

/* Text: DOMException.name. */
EMSCRIPTEN_KEEPALIVE void pf_client_capture_failed(struct pf_client *client, unsigned microphone,
                                                   unsigned camera, int microphone_granted,
                                                   int camera_granted)
{
    handle(
        client,
        &(struct pf_event){
            .type = PF_EVENT_CAPTURE_FAILED,
            .capture_failed = {
                .tracks = {microphone, camera},
                .error = dom_error_at(client, 0),
                .permissions = {microphone_granted ? PF_PERMISSION_GRANTED : PF_PERMISSION_PROMPT,
                                camera_granted ? PF_PERMISSION_GRANTED : PF_PERMISSION_PROMPT},
            }});
}

EMSCRIPTEN_KEEPALIVE void pf_client_track_ended(struct pf_client *client, unsigned track)
{
    handle(client, &(struct pf_event){.type = PF_EVENT_TRACK_ENDED, .track_ended = track});
}

/* Copies a text to where it lasts until pf_client_devices_end(). */
static struct pf_slice keep(struct pf_client *client, struct pf_slice text)
{
    char *at = client->devices_data + client->devices_size;
    const size_t size = pf_slice_copy(text, at, DEVICE_TEXTS_SIZE_MAX - client->devices_size);
    client->devices_size += size;
    return (struct pf_slice){at, size};
}

/* One MediaDeviceInfo of the list. Texts: kind, deviceId, label. */
EMSCRIPTEN_KEEPALIVE void pf_client_device(struct pf_client *client)
{
    const struct pf_slice kind = text_at(client, 0);
    const bool is_camera = pf_slice_equal(kind, PF_SLICE("videoinput"));
    if (client->devices_count == DEVICES_MAX ||
        (!is_camera && !pf_slice_equal(kind, PF_SLICE("audioinput")))) {
        return;
    }
    client->devices[client->devices_count++] = (struct pf_device){
        .source = is_camera ? PF_SOURCE_CAMERA : PF_SOURCE_MICROPHONE,
        .id = keep(client, text_at(client, 1)),
        .label = keep(client, text_at(client, 2)),
    };
}

EMSCRIPTEN_KEEPALIVE void pf_client_devices_end(struct pf_client *client)
{
    handle(client, &(struct pf_event){.type = PF_EVENT_DEVICES,
                                      .devices = {client->devices, client->devices_count}});
    client->devices_count = 0;
    client->devices_size = 0;
}

/* ---- RTCPeerConnection ---- */

/* Texts: RTCSdpType, sdp. `is_local`: it is localDescription, not the result of an operation. */
EMSCRIPTEN_KEEPALIVE void pf_client_pc_description(struct pf_client *client, unsigned pc,
                                                   int is_local)
{
    struct pf_event event = {.type = is_local ? PF_EVENT_PC_LOCAL : PF_EVENT_PC_DESCRIPTION,
                             .pc = pc};
    event.description.sdp = text_at(client, 1);
    event.description.type = description_type_at(client, 0);
    handle(client, &event);
}

/* Text: RTCSdpType. */
EMSCRIPTEN_KEEPALIVE void pf_client_pc_remote_set(struct pf_client *client, unsigned pc)
{
    struct pf_event event = {.type = PF_EVENT_PC_REMOTE_SET, .pc = pc};
    event.description_set = description_type_at(client, 0);
    handle(client, &event);
}

EMSCRIPTEN_KEEPALIVE void pf_client_pc_sender_set(struct pf_client *client, unsigned pc, int source,
                                                  unsigned track)
{
    handle(client, &(struct pf_event){.type = PF_EVENT_PC_SENDER_SET,
                                      .pc = pc,
                                      .sender_set = {(enum pf_source)source, track}});
}

/* Texts: the operation's name in the W3C API, DOMException.name. */
EMSCRIPTEN_KEEPALIVE void pf_client_pc_failed(struct pf_client *client, unsigned pc, int source)
{
    struct pf_event event = {.type = PF_EVENT_PC_FAILED, .pc = pc};
    event.failed.operation =
        (enum pf_operation)value_at(client, 0, &pf_names_of_operations, PF_OPERATION_CREATE);
    event.failed.error = dom_error_at(client, 1);
    event.failed.source = (enum pf_source)source;
    handle(client, &event);
}

/* Texts: candidate, sdpMid, usernameFragment. `mline_index`: sdpMLineIndex, -1 for null. */
EMSCRIPTEN_KEEPALIVE void pf_client_pc_candidate(struct pf_client *client, unsigned pc,
                                                 int mline_index)
{
    handle(client, &(struct pf_event){.type = PF_EVENT_PC_CANDIDATE,
                                      .pc = pc,
                                      .candidate = {
                                          .candidate = text_at(client, 0),
                                          .mid = text_at(client, 1),
                                          .mline_index = mline_index,
                                          .username_fragment = text_at(client, 2),
                                      }});
}

/* Text: RTCPeerConnectionState. */
EMSCRIPTEN_KEEPALIVE void pf_client_pc_state(struct pf_client *client, unsigned pc)
{
    /* A state that is none of the list is not worth a repair. */
    const size_t state =
        value_at(client, 0, &pf_names_of_connection_states, PF_CONNECTION_CONNECTING);
    handle(client, &(struct pf_event){.type = PF_EVENT_PC_STATE,
                                      .pc = pc,
                                      .connection_state = (enum pf_connection_state)state});
}

EMSCRIPTEN_KEEPALIVE void pf_client_pc_channel(struct pf_client *client, unsigned pc, int is_open)
{
    handle(client, &(struct pf_event){.type = is_open ? PF_EVENT_PC_CHANNEL_OPENED
                                                      : PF_EVENT_PC_CHANNEL_CLOSED,
                                      .pc = pc});
}

/* Text: the message. */
EMSCRIPTEN_KEEPALIVE void pf_client_pc_channel_message(struct pf_client *client, unsigned pc)
{
    handle(client, &(struct pf_event){.type = PF_EVENT_PC_CHANNEL_MESSAGE,
                                      .pc = pc,
                                      .channel = {.data = text_at(client, 0)}});
}
