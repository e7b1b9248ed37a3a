/*
 * driver.c - carries out the commands of one room in a browser, and turns what happens into events.
 *
 * Each function that JavaScript calls makes an event of what has happened, hands it to the room and
 * carries out the resulting commands, all in the same task. Texts arrive in the driver's buffer:
 * the glue's put() writes them there directly before the call that reads them. It truncates what
 * does not fit, which is then too long for the room as well: a long message allocates nothing.
 */
/* SPDX-License-Identifier: MIT */
#include "browser/driver.h"

#include "base/assert.h"
#include "browser/driver_texts.h"
#include "browser/glue.h"
#include "core/names.h"

#include <emscripten.h>
#include <stdlib.h>

enum {
    TEXTS_MAX = 4,
    TEXTS_SIZE_MAX = PF_MESSAGE_SIZE_MAX + 1024, /* a word, and more SDP than the room accepts */
    DEVICES_MAX = 64,
    DEVICE_TEXTS_SIZE_MAX = 32768,
};

/* What JavaScript has put here for the call that follows: sizes, and the texts one after another.
 */
struct texts {
    int32_t sizes[TEXTS_MAX]; /* -1: null */
    char bytes[TEXTS_SIZE_MAX];
};

_Static_assert(offsetof(struct texts, bytes) == 16, "put() writes the texts behind the sizes");
_Static_assert(TEXTS_SIZE_MAX == 66560, "put() writes at most this much");

struct pf_driver {
    struct texts texts; /* first: put() takes the driver's address for theirs */
    struct pf_room *room;
    bool started;
    uint64_t timer_ms; /* the deadline that the timer is set for, or PF_NEVER */
    pf_driver_show *show;
    void *user;
    pf_driver_observe *observe; /* or NULL */
    void *observer;
    size_t devices_count, devices_size;
    struct pf_device devices[DEVICES_MAX];
    char devices_data[DEVICE_TEXTS_SIZE_MAX];
};

/*
 * An object file of a static library is linked only if it defines a symbol that is referenced, and
 * what EM_JS declares does not count. Without this reference, a program that links the library
 * would have the glue's functions as unresolved imports.
 */
__attribute__((used)) static const char *const linked[] = {
    &pf_glue_media_linked, &pf_glue_pc_linked, &pf_glue_linked, &pf_glue_quality_linked,
    &pf_driver_pc_linked};

/* ---- commands ---- */

static void add_candidate(struct pf_driver *driver, const struct pf_command *command)
{
    const struct pf_candidate *candidate = &command->candidate;
    pf_glue_pc_add_candidate(driver, command->pc, candidate->candidate.data,
                             candidate->candidate.size, candidate->mid.data, candidate->mid.size,
                             candidate->mline_index, candidate->username_fragment.data,
                             candidate->username_fragment.size);
}

static void capture_open(struct pf_driver *driver, const struct pf_command *command)
{
    const pf_track *tracks = command->capture_open.tracks;
    const struct pf_slice *devices = command->capture_open.devices;
    pf_glue_capture_open(driver, tracks[PF_SOURCE_MICROPHONE], devices[PF_SOURCE_MICROPHONE].data,
                         devices[PF_SOURCE_MICROPHONE].size, tracks[PF_SOURCE_CAMERA],
                         devices[PF_SOURCE_CAMERA].data, devices[PF_SOURCE_CAMERA].size);
}

static void set_encoding(struct pf_driver *driver, const struct pf_command *command)
{
    const struct pf_encoding encoding = command->set_encoding.encoding;
    pf_glue_pc_set_encoding(driver, command->pc, (int)command->set_encoding.source,
                            command->set_encoding.asked, encoding.rate_kbps, encoding.scale,
                            encoding.frame_rate);
}

static void pc_create(struct pf_driver *driver, const struct pf_command *command)
{
    const struct pf_slice ice_servers = command->pc_create.ice_servers;
    pf_glue_pc_create(driver, command->pc, command->pc_create.offers, command->pc_create.relay_only,
                      ice_servers.data, ice_servers.size);
    pf_glue_pc_open_channels(driver, command->pc);
    pf_glue_sample(driver);
}

static void perform(struct pf_driver *driver, const struct pf_command *command)
{
    const struct pf_description *description = &command->description;
    const pf_pc pc = command->pc;
    switch (command->type) {
    case PF_COMMAND_SOCKET_OPEN:
        pf_glue_socket_open(driver, command->socket, command->url.data, command->url.size);
        break;
    case PF_COMMAND_SOCKET_SEND:
        pf_glue_socket_send(driver, command->socket, command->text.data, command->text.size);
        break;
    case PF_COMMAND_SOCKET_CLOSE:
        pf_glue_socket_close(driver, command->socket, command->close_code);
        break;
    case PF_COMMAND_CAPTURE_OPEN: capture_open(driver, command); break;
    case PF_COMMAND_CAPTURE_TAKE:
        pf_glue_capture_take(driver, (int)command->capture_take.source,
                             command->capture_take.track);
        break;
    case PF_COMMAND_SCREEN_OPEN:
        pf_glue_screen_open(driver, command->screen_open.picture, command->screen_open.sound);
        break;
    case PF_COMMAND_CAPTURE_STOP: pf_glue_capture_stop(driver, command->capture_stop); break;
    case PF_COMMAND_TRACK_ENABLE:
        pf_glue_track_enable(driver, command->track_enable.track, command->track_enable.on);
        break;
    case PF_COMMAND_DEVICES_ENUMERATE: pf_glue_devices_enumerate(driver); break;
    case PF_COMMAND_PC_CREATE: pc_create(driver, command); break;
    case PF_COMMAND_PC_CONFIGURE:
        pf_glue_pc_configure(driver, pc, command->ice_servers.data, command->ice_servers.size);
        break;
    case PF_COMMAND_PC_CLOSE: pf_glue_pc_close(driver, pc); break;
    case PF_COMMAND_PC_CREATE_OFFER:
        pf_glue_pc_create_offer(driver, pc, command->ice_restart);
        break;
    case PF_COMMAND_PC_CREATE_ANSWER: pf_glue_pc_create_answer(driver, pc); break;
    case PF_COMMAND_PC_SET_LOCAL:
        pf_glue_pc_set_local(driver, pc, pf_names_of_descriptions.list[description->type],
                             description->sdp.data, description->sdp.size);
        break;
    case PF_COMMAND_PC_SET_REMOTE:
        pf_glue_pc_set_remote(driver, pc, pf_names_of_descriptions.list[description->type],
                              description->sdp.data, description->sdp.size);
        break;
    case PF_COMMAND_PC_READ_LOCAL: pf_glue_pc_read_local(driver, pc); break;
    case PF_COMMAND_PC_ADD_CANDIDATE: add_candidate(driver, command); break;
    case PF_COMMAND_PC_SET_SENDER:
        pf_glue_pc_set_sender(driver, pc, (int)command->set_sender.source,
                              command->set_sender.track);
        break;
    case PF_COMMAND_PC_SET_ENCODING: set_encoding(driver, command); break;
    case PF_COMMAND_PC_CHANNEL_SEND:
        pf_glue_pc_channel_send(driver, pc, command->text.data, command->text.size);
        break;
    case PF_COMMAND_SHOW_ROOM:
    case PF_COMMAND_SHOW_LOCAL:
    case PF_COMMAND_SHOW_DEVICES:
    case PF_COMMAND_SHOW_PEER:
    case PF_COMMAND_HIDE_PEER:
    case PF_COMMAND_SHOW_REACTION:
    case PF_COMMAND_SHOW_KNOCKS:
    case PF_COMMAND_SHOW_MUTED:
    case PF_COMMAND_SHOW_MESSAGE:
    case PF_COMMAND_SHOW_FILE: driver->show(driver, driver->user, command); break;
    }
}

void pf_driver_handle(struct pf_driver *driver, struct pf_event *event)
{
    const double now_ms = pf_glue_now_ms(driver);
    event->now_ms = (uint64_t)now_ms;
    if (driver->observe) {
        driver->observe(driver->observer, event);
    }
    pf_room_handle(driver->room, event);
    struct pf_command command;
    while (pf_room_poll(driver->room, &command)) {
        perform(driver, &command);
    }
    const uint64_t deadline_ms = pf_room_deadline_ms(driver->room);
    if (deadline_ms != driver->timer_ms) {
        driver->timer_ms = deadline_ms;
        /* One more millisecond, because the clock's fractions are cut off. */
        pf_glue_set_timer(driver, (double)deadline_ms - now_ms + 1);
    }
}

/* ---- lifetime ---- */

struct pf_driver *pf_driver_new(pf_driver_show *show, void *user)
{
    struct pf_driver *driver = calloc(1, sizeof *driver);
    struct pf_room *room = driver ? malloc(pf_room_size()) : NULL;
    if (!room) {
        free(driver);
        return NULL;
    }
    driver->room = room;
    driver->timer_ms = PF_NEVER;
    driver->show = show;
    driver->user = user;
    pf_glue_open(driver);
    return driver;
}

enum pf_error pf_driver_start(struct pf_driver *driver, const struct pf_room_config *config)
{
    PF_ASSERT(!driver->started);
    const enum pf_error error = pf_room_init(driver->room, config);
    if (error == PF_ERROR_OK) {
        driver->started = true;
        pf_driver_handle(driver, &(struct pf_event){.type = PF_EVENT_START});
    }
    return error;
}

void pf_driver_set_observer(struct pf_driver *driver, pf_driver_observe *observe, void *user)
{
    driver->observe = observe;
    driver->observer = user;
}

static void end(struct pf_driver *driver)
{
    if (driver->started) {
        pf_driver_handle(driver, &(struct pf_event){.type = PF_EVENT_LEAVE});
        pf_room_close(driver->room);
    }
    pf_glue_close(driver);
}

void pf_driver_reset(struct pf_driver *driver)
{
    end(driver);
    driver->started = false;
    driver->timer_ms = PF_NEVER;
    pf_glue_open(driver);
}

void pf_driver_free(struct pf_driver *driver)
{
    if (!driver) {
        return;
    }
    end(driver);
    free(driver->room);
    free(driver);
}

const struct pf_room *pf_driver_room(const struct pf_driver *driver)
{
    return driver->room;
}

/* ---- texts ---- */

struct pf_slice pf_driver_text(const struct pf_driver *driver, size_t index)
{
    const char *at = driver->texts.bytes;
    for (size_t i = 0; i < index; i++) {
        at += driver->texts.sizes[i] > 0 ? driver->texts.sizes[i] : 0;
    }
    const int32_t size = driver->texts.sizes[index];
    return size < 0 ? (struct pf_slice){NULL, 0} : (struct pf_slice){at, (size_t)size};
}

/* The value that a text spells, or `otherwise`. */
size_t pf_driver_value(const struct pf_driver *driver, size_t index, const struct pf_names *names,
                       size_t otherwise)
{
    (void)pf_names_find(names, pf_driver_text(driver, index),
                        &otherwise); /* leaves it when there is none */
    return otherwise;
}

enum pf_dom_error pf_driver_dom_error(const struct pf_driver *driver, size_t index)
{
    return (enum pf_dom_error)pf_driver_value(driver, index, &pf_names_of_dom_errors,
                                              PF_DOM_ERROR_OTHER);
}

static enum pf_permission permission_at(const struct pf_driver *driver, size_t index)
{
    return (enum pf_permission)pf_driver_value(driver, index, &pf_names_of_permissions,
                                               PF_PERMISSION_UNKNOWN);
}

/* ---- what the browser reports; called by the glue alone ---- */

EMSCRIPTEN_KEEPALIVE void pf_driver_timeout(struct pf_driver *driver)
{
    driver->timer_ms = PF_NEVER; /* it has fired */
    pf_driver_handle(driver, &(struct pf_event){.type = PF_EVENT_TIMEOUT});
}

/* ---- WebSocket ---- */

EMSCRIPTEN_KEEPALIVE void pf_driver_socket_message(struct pf_driver *driver, unsigned socket)
{
    pf_driver_handle(driver, &(struct pf_event){.type = PF_EVENT_SOCKET_MESSAGE,
                                                .socket = socket,
                                                .message = pf_driver_text(driver, 0)});
}

/* CloseEvent.code, and the number in its reason, whatever it is; 0 if there is none */
EMSCRIPTEN_KEEPALIVE void pf_driver_socket_closed(struct pf_driver *driver, unsigned socket,
                                                  int code, int retry_ms)
{
    const int most_ms = retry_ms < UINT16_MAX ? retry_ms : UINT16_MAX;
    pf_driver_handle(driver, &(struct pf_event){
                                 .type = PF_EVENT_SOCKET_CLOSED,
                                 .socket = socket,
                                 .socket_closed = {.code = (uint16_t)code,
                                                   .retry_ms = most_ms > 0 ? (uint16_t)most_ms : 0},
                             });
}

/* ---- capture ---- */

/* Text: MediaTrackSettings.deviceId. */
EMSCRIPTEN_KEEPALIVE void pf_driver_capture_opened(struct pf_driver *driver, unsigned track)
{
    pf_driver_handle(driver,
                     &(struct pf_event){.type = PF_EVENT_CAPTURE_OPENED,
                                        .capture_opened = {track, pf_driver_text(driver, 0)}});
}

/* Texts: DOMException.name; the PermissionState of microphone and camera, or "". */
EMSCRIPTEN_KEEPALIVE void pf_driver_capture_failed(struct pf_driver *driver, unsigned microphone,
                                                   unsigned camera)
{
    pf_driver_handle(driver, &(struct pf_event){.type = PF_EVENT_CAPTURE_FAILED,
                                                .capture_failed = {
                                                    .tracks = {microphone, camera},
                                                    .error = pf_driver_dom_error(driver, 0),
                                                    .permissions = {permission_at(driver, 1),
                                                                    permission_at(driver, 2)},
                                                }});
}

/* `sound`: 0 if there is none. */
EMSCRIPTEN_KEEPALIVE void pf_driver_screen_opened(struct pf_driver *driver, unsigned picture,
                                                  unsigned sound)
{
    pf_driver_handle(driver, &(struct pf_event){.type = PF_EVENT_SCREEN_OPENED,
                                                .screen_opened = {picture, sound}});
}

/* Text: DOMException.name. */
EMSCRIPTEN_KEEPALIVE void pf_driver_screen_failed(struct pf_driver *driver, unsigned picture)
{
    pf_driver_handle(
        driver, &(struct pf_event){.type = PF_EVENT_SCREEN_FAILED,
                                   .screen_failed = {picture, pf_driver_dom_error(driver, 0)}});
}

EMSCRIPTEN_KEEPALIVE void pf_driver_track_ended(struct pf_driver *driver, unsigned track)
{
    pf_driver_handle(driver,
                     &(struct pf_event){.type = PF_EVENT_TRACK_ENDED, .track_ended = track});
}

/* MediaStreamTrack.muted */
EMSCRIPTEN_KEEPALIVE void pf_driver_track_muted(struct pf_driver *driver, unsigned track, int muted)
{
    pf_driver_handle(
        driver, &(struct pf_event){.type = PF_EVENT_TRACK_MUTED, .track_muted = {track, muted}});
}

/* Copies a text to where it lasts until pf_driver_devices_end(). */
static struct pf_slice keep(struct pf_driver *driver, struct pf_slice text)
{
    char *at = driver->devices_data + driver->devices_size;
    const size_t size = pf_slice_copy(text, at, DEVICE_TEXTS_SIZE_MAX - driver->devices_size);
    driver->devices_size += size;
    return (struct pf_slice){at, size};
}

/* One MediaDeviceInfo of the list. Texts: kind, deviceId, label. */
EMSCRIPTEN_KEEPALIVE void pf_driver_device(struct pf_driver *driver)
{
    const struct pf_slice kind = pf_driver_text(driver, 0);
    const bool is_camera = pf_slice_equal(kind, PF_SLICE("videoinput"));
    if (driver->devices_count == DEVICES_MAX ||
        (!is_camera && !pf_slice_equal(kind, PF_SLICE("audioinput")))) {
        return;
    }
    driver->devices[driver->devices_count++] = (struct pf_device){
        .source = is_camera ? PF_SOURCE_CAMERA : PF_SOURCE_MICROPHONE,
        .id = keep(driver, pf_driver_text(driver, 1)),
        .label = keep(driver, pf_driver_text(driver, 2)),
    };
}

EMSCRIPTEN_KEEPALIVE void pf_driver_devices_end(struct pf_driver *driver)
{
    pf_driver_handle(driver,
                     &(struct pf_event){.type = PF_EVENT_DEVICES,
                                        .devices = {driver->devices, driver->devices_count}});
    driver->devices_count = 0;
    driver->devices_size = 0;
}
