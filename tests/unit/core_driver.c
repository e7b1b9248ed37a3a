/* core_driver.c - drives one room in a test: virtual time, events, recorded and checked commands.
 */
/* SPDX-License-Identifier: MIT */
#include "core_driver.h"

#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- creation ---- */

struct pf_room_config driver_config(void)
{
    return (struct pf_room_config){
        .url = PF_SLICE("wss://relay/ws"),
        .seed = 1,
        .instance = DRIVER_INSTANCE,
        .on = {true, true},
    };
}

struct driver *driver_new(const struct pf_room_config *config)
{
    struct driver *driver = calloc(1, sizeof *driver);
    PF_ASSERT(driver);
    driver->bytes = malloc(DRIVER_BYTES_MAX);
    driver->room = malloc(pf_room_size());
    PF_ASSERT(driver->bytes && driver->room);
    memset(driver->room, 0xA5, pf_room_size());
    driver->now_ms = 1000;
    driver->digest = 14695981039346656037u;
    PF_ASSERT(pf_room_init(driver->room, config) == PF_ERROR_OK);
    return driver;
}

void driver_free(struct driver *driver)
{
    pf_room_close(driver->room);
    free(driver->room);
    free(driver->bytes);
    free(driver);
}

int driver_setup(void **state)
{
    const struct pf_room_config config = driver_config();
    *state = driver_new(&config);
    return 0;
}

int driver_teardown(void **state)
{
    driver_free(*state);
    return 0;
}

/* ---- recording commands ---- */

/* FNV-1a. */
static void digest(struct driver *driver, const void *data, size_t size)
{
    const unsigned char *bytes = data;
    for (size_t i = 0; i < size; i++) {
        driver->digest = (driver->digest ^ bytes[i]) * 1099511628211u;
    }
}

static void digest_number(struct driver *driver, uint64_t number)
{
    digest(driver, &number, sizeof number);
}

/* Copies the bytes of `slice` to the driver, from which it borrows from now on. */
static void keep(struct driver *driver, struct pf_slice *slice)
{
    digest_number(driver, slice->data ? slice->size : UINT64_MAX);
    if (!slice->data) {
        return;
    }
    PF_ASSERT(slice->size < DRIVER_BYTES_MAX - driver->bytes_size);
    char *copy = driver->bytes + driver->bytes_size;
    memcpy(copy, slice->data, slice->size);
    digest(driver, copy, slice->size);
    copy[slice->size] = '\0';
    driver->bytes_size += slice->size + 1;
    slice->data = copy;
}

static void keep_candidate(struct driver *driver, struct pf_candidate *candidate)
{
    keep(driver, &candidate->candidate);
    keep(driver, &candidate->mid);
    keep(driver, &candidate->username_fragment);
    digest_number(driver, (uint64_t)candidate->mline_index);
}

static void keep_state(struct driver *driver, const struct pf_member_state *state)
{
    digest_number(driver, state->sequence);
    for (int i = 0; i < PF_SOURCES_COUNT; i++) {
        digest_number(driver, state->sources[i]);
    }
}

/* The list stays in the room: no test reads it after the next event. */
static void keep_devices(struct driver *driver, const struct pf_command *command)
{
    for (size_t i = 0; i < command->devices.count; i++) {
        const struct pf_device *device = &command->devices.list[i];
        digest(driver, device->id.data, device->id.size);
        digest(driver, device->label.data, device->label.size);
        digest_number(driver, device->source);
    }
}

static void keep_shown(struct driver *driver, struct pf_command *command)
{
    if (command->type == PF_COMMAND_SHOW_ROOM) {
        keep(driver, &command->room.ticket);
        digest_number(driver, command->room.state);
        digest_number(driver, command->room.code);
        digest_number(driver, command->room.self);
        digest_number(driver, command->room.relay_away);
    } else if (command->type == PF_COMMAND_SHOW_LOCAL) {
        keep(driver, &command->local.device);
        digest_number(driver, command->local.source);
        digest_number(driver, command->local.on);
        digest_number(driver, command->local.interrupted);
        digest_number(driver, command->local.state);
        digest_number(driver, command->local.error);
        digest_number(driver, command->local.track);
    } else {
        keep(driver, &command->peer.name);
        keep_state(driver, &command->peer.sources);
        digest_number(driver, command->peer.id);
        digest_number(driver, command->peer.state);
        digest_number(driver, command->peer.away);
        digest_number(driver, command->peer.quality);
        digest_number(driver, command->peer.quality_reason);
    }
}

/* Of a command for the page. */
static void keep_for_page(struct driver *driver, struct pf_command *command)
{
    switch ((int)command->type) {
    case PF_COMMAND_SHOW_DEVICES: keep_devices(driver, command); break;
    case PF_COMMAND_SHOW_ROOM:
    case PF_COMMAND_SHOW_LOCAL:
    case PF_COMMAND_SHOW_PEER: keep_shown(driver, command); break;
    case PF_COMMAND_SHOW_KNOCKS: digest_number(driver, command->knocks.count); break;
    case PF_COMMAND_SHOW_MUTED: digest_number(driver, command->muted_by); break;
    case PF_COMMAND_HIDE_PEER: digest_number(driver, command->hide_peer); break;
    case PF_COMMAND_SHOW_REACTION:
        digest_number(driver, command->reaction.id);
        digest_number(driver, command->reaction.kind);
        break;
    case PF_COMMAND_SHOW_FILE:
        keep(driver, &command->file.name);
        digest_number(driver, command->file.id);
        digest_number(driver, command->file.number);
        digest_number(driver, command->file.is_own * 16U + command->file.state);
        digest_number(driver, command->file.offset);
        break;
    case PF_COMMAND_SHOW_MESSAGE:
        keep(driver, &command->message.name);
        keep(driver, &command->message.text);
        digest_number(driver, command->message.id);
        digest_number(driver, command->message.first);
        digest_number(driver, command->message.delivery);
        break;
    default: PF_UNREACHABLE();
    }
}

static void keep_content(struct driver *driver, struct pf_command *command)
{
    switch (command->type) {
    case PF_COMMAND_SOCKET_OPEN: keep(driver, &command->url); break;
    case PF_COMMAND_SOCKET_SEND:
    case PF_COMMAND_PC_CHANNEL_SEND: keep(driver, &command->text); break;
    case PF_COMMAND_SOCKET_CLOSE: digest_number(driver, command->close_code); break;
    case PF_COMMAND_CAPTURE_OPEN:
        for (int i = 0; i < PF_DEVICE_SOURCES_COUNT; i++) {
            keep(driver, &command->capture_open.devices[i]);
            digest_number(driver, command->capture_open.tracks[i]);
        }
        break;
    case PF_COMMAND_CAPTURE_TAKE:
        digest_number(driver, command->capture_take.source);
        digest_number(driver, command->capture_take.track);
        break;
    case PF_COMMAND_SCREEN_OPEN:
        digest_number(driver, command->screen_open.picture);
        digest_number(driver, command->screen_open.sound);
        break;
    case PF_COMMAND_CAPTURE_STOP: digest_number(driver, command->capture_stop); break;
    case PF_COMMAND_TRACK_ENABLE:
        digest_number(driver, command->track_enable.track);
        digest_number(driver, command->track_enable.on);
        break;
    case PF_COMMAND_PC_CREATE:
        keep(driver, &command->pc_create.ice_servers);
        digest_number(driver, command->pc_create.offers);
        digest_number(driver, command->pc_create.relay_only);
        break;
    case PF_COMMAND_PC_CONFIGURE: keep(driver, &command->ice_servers); break;
    case PF_COMMAND_PC_CREATE_OFFER: digest_number(driver, command->ice_restart); break;
    case PF_COMMAND_PC_SET_LOCAL:
    case PF_COMMAND_PC_SET_REMOTE:
        keep(driver, &command->description.sdp);
        digest_number(driver, command->description.type);
        break;
    case PF_COMMAND_PC_ADD_CANDIDATE: keep_candidate(driver, &command->candidate); break;
    case PF_COMMAND_PC_SET_SENDER:
        digest_number(driver, command->set_sender.source);
        digest_number(driver, command->set_sender.track);
        break;
    case PF_COMMAND_PC_SET_ENCODING:
        digest_number(driver, command->set_encoding.source);
        digest_number(driver, command->set_encoding.encoding.rate_kbps);
        break;
    case PF_COMMAND_SHOW_DEVICES:
    case PF_COMMAND_SHOW_ROOM:
    case PF_COMMAND_SHOW_LOCAL:
    case PF_COMMAND_SHOW_PEER:
    case PF_COMMAND_SHOW_KNOCKS:
    case PF_COMMAND_SHOW_MUTED:
    case PF_COMMAND_HIDE_PEER:
    case PF_COMMAND_SHOW_REACTION:
    case PF_COMMAND_SHOW_FILE:
    case PF_COMMAND_SHOW_MESSAGE: keep_for_page(driver, command); break;
    case PF_COMMAND_DEVICES_ENUMERATE:
    case PF_COMMAND_PC_CLOSE:
    case PF_COMMAND_PC_CREATE_ANSWER:
    case PF_COMMAND_PC_READ_LOCAL: break;
    }
}

/* ---- executing commands in the model ---- */

static struct driver_thing *thing(struct driver *driver, uint32_t id)
{
    PF_ASSERT(id > 0 && id < DRIVER_IDS_MAX);
    return &driver->things[id];
}

static struct driver_thing *new_thing(struct driver *driver, uint32_t id)
{
    PF_ASSERT(id > driver->last_id);
    driver->last_id = id;
    return thing(driver, id);
}

static void open_capture(struct driver *driver, const struct pf_command *command)
{
    uint32_t asked = 0;
    for (int i = 0; i < PF_DEVICE_SOURCES_COUNT; i++) {
        const pf_track track = command->capture_open.tracks[i];
        if (track != 0) {
            *new_thing(driver, track) =
                (struct driver_thing){.life = DRIVER_ASKED, .source = (enum pf_source)i};
            asked++;
        }
    }
    PF_ASSERT(asked > 0);
}

static void open_screen(struct driver *driver, const struct pf_command *command)
{
    *new_thing(driver, command->screen_open.picture) =
        (struct driver_thing){.life = DRIVER_ASKED, .source = PF_SOURCE_SCREEN};
    *new_thing(driver, command->screen_open.sound) =
        (struct driver_thing){.life = DRIVER_ASKED, .source = PF_SOURCE_SCREEN_AUDIO};
}

static void set_sender(struct driver *driver, const struct pf_command *command)
{
    struct driver_thing *pc = thing(driver, command->pc);
    const pf_track track = command->set_sender.track;
    if (track != 0) {
        PF_ASSERT(thing(driver, track)->life == DRIVER_LIVE);
        PF_ASSERT(thing(driver, track)->source == command->set_sender.source);
    }
    pc->senders[command->set_sender.source] = track;
}

static struct driver_peer *slot_of(struct driver *driver, pf_member_id id)
{
    struct driver_peer *free_slot = NULL;
    for (size_t i = 0; i < DRIVER_PEERS_MAX; i++) {
        struct driver_peer *peer = &driver->peers[i];
        if (peer->id == id) {
            return peer;
        }
        if (!free_slot && (peer->id == 0 || peer->hidden)) {
            free_slot = peer;
        }
    }
    PF_ASSERT(free_slot);
    return free_slot;
}

static void show(struct driver *driver, const struct pf_command *command)
{
    if (command->type == PF_COMMAND_SHOW_ROOM) {
        driver->state = command->room.state;
        driver->code = command->room.code;
        driver->relay_away = command->room.relay_away;
        driver->hand = command->room.hand;
        (void)pf_slice_copy(command->room.ticket, driver->ticket, sizeof driver->ticket);
    } else if (command->type == PF_COMMAND_SHOW_LOCAL) {
        const enum pf_source source = command->local.source;
        driver->local[source].on = command->local.on;
        driver->local[source].interrupted = command->local.interrupted;
        driver->local[source].state = command->local.state;
        driver->local[source].error = command->local.error;
        driver->local[source].track = command->local.track;
        (void)pf_slice_copy(command->local.device, driver->local[source].device,
                            sizeof driver->local[source].device);
    } else if (command->type == PF_COMMAND_SHOW_PEER) {
        struct driver_peer *peer = slot_of(driver, command->peer.id);
        peer->id = command->peer.id;
        peer->hidden = false;
        peer->pc = command->pc;
        peer->state = command->peer.state;
        peer->sources = command->peer.sources;
        peer->away = command->peer.away;
        peer->quality = command->peer.quality;
        peer->quality_reason = command->peer.quality_reason;
        peer->name_size = pf_slice_copy(command->peer.name, peer->name, sizeof peer->name);
    } else if (command->type == PF_COMMAND_HIDE_PEER) {
        struct driver_peer *peer = slot_of(driver, command->hide_peer);
        PF_ASSERT(peer->id == command->hide_peer && !peer->hidden);
        peer->hidden = true;
    }
}

static bool is_of_pc(enum pf_command_type type)
{
    return type >= PF_COMMAND_PC_CLOSE && type <= PF_COMMAND_PC_CHANNEL_SEND;
}

static void carry_out(struct driver *driver, const struct pf_command *command)
{
    if (is_of_pc(command->type)) {
        PF_ASSERT(thing(driver, command->pc)->is_pc);
        PF_ASSERT(thing(driver, command->pc)->life == DRIVER_LIVE);
    }
    if (command->type == PF_COMMAND_SOCKET_OPEN) {
        PF_ASSERT(!driver->socket_open);
        (void)new_thing(driver, command->socket); /* reserves its id */
        driver->socket = command->socket;
        driver->socket_open = true;
    } else if (command->type == PF_COMMAND_SOCKET_SEND) {
        PF_ASSERT(driver->socket_open && command->socket == driver->socket);
    } else if (command->type == PF_COMMAND_SOCKET_CLOSE) {
        PF_ASSERT(driver->socket_open && command->socket == driver->socket);
        driver->socket_open = false;
    } else if (command->type == PF_COMMAND_CAPTURE_OPEN) {
        open_capture(driver, command);
    } else if (command->type == PF_COMMAND_CAPTURE_TAKE) {
        *new_thing(driver, command->capture_take.track) = (struct driver_thing){
            .life = DRIVER_LIVE, .source = command->capture_take.source, .enabled = true};
    } else if (command->type == PF_COMMAND_SCREEN_OPEN) {
        open_screen(driver, command);
    } else if (command->type == PF_COMMAND_CAPTURE_STOP) {
        struct driver_thing *track = thing(driver, command->capture_stop);
        PF_ASSERT(track->life == DRIVER_LIVE || track->life == DRIVER_ENDED);
        track->life = DRIVER_OVER;
    } else if (command->type == PF_COMMAND_TRACK_ENABLE) {
        struct driver_thing *track = thing(driver, command->track_enable.track);
        PF_ASSERT(track->life == DRIVER_LIVE);
        track->enabled = command->track_enable.on;
    } else if (command->type == PF_COMMAND_PC_CREATE) {
        *new_thing(driver, command->pc) = (struct driver_thing){.life = DRIVER_LIVE, .is_pc = true};
        driver->prepared_pc = command->pc;
    } else if (command->type == PF_COMMAND_PC_CLOSE) {
        thing(driver, command->pc)->life = DRIVER_OVER;
    } else if (command->type == PF_COMMAND_PC_SET_SENDER) {
        set_sender(driver, command);
    } else if (command->type == PF_COMMAND_PC_SET_ENCODING) {
        const enum pf_source source = command->set_encoding.source;
        PF_ASSERT(source == PF_SOURCE_CAMERA || source == PF_SOURCE_SCREEN);
    } else {
        show(driver, command);
    }
}

/* Invariants between two events. */
static void check(const struct driver *driver)
{
    pf_room_check(driver->room);
    size_t live[PF_SOURCES_COUNT] = {0};
    for (uint32_t id = 1; id <= driver->last_id; id++) {
        const struct driver_thing *track = &driver->things[id];
        if (track->is_pc || track->life != DRIVER_LIVE) {
            continue;
        }
        live[track->source]++;
        PF_ASSERT(!track->enabled || driver->local[track->source].on);
    }
    for (int i = 0; i < PF_SOURCES_COUNT; i++) {
        PF_ASSERT(live[i] <= 2); /* two while one replaces the other */
        PF_ASSERT(live[i] == 0 || driver->state != PF_ROOM_LEFT);
    }
}

/* ---- events ---- */

static void begin(struct driver *driver)
{
    driver->commands_count = 0;
    driver->bytes_size = 0;
}

static void feed(struct driver *driver, struct pf_event event)
{
    event.now_ms = driver->now_ms;
    pf_room_handle(driver->room, &event);
    struct pf_command command;
    while (pf_room_poll(driver->room, &command)) {
        PF_ASSERT(driver->commands_count < DRIVER_COMMANDS_MAX);
        digest_number(driver, command.type);
        digest_number(driver, command.pc);
        digest_number(driver, command.socket);
        keep_content(driver, &command);
        carry_out(driver, &command);
        driver->commands[driver->commands_count++] = command;
    }
    check(driver);
}

void driver_feed(struct driver *driver, const struct pf_event *event)
{
    begin(driver);
    feed(driver, *event);
}

void driver_wait(struct driver *driver, uint64_t wait_ms)
{
    begin(driver);
    const uint64_t end_ms = driver->now_ms + wait_ms;
    uint64_t deadline_ms = pf_room_deadline_ms(driver->room);
    while (deadline_ms <= end_ms) {
        driver->now_ms = deadline_ms > driver->now_ms ? deadline_ms : driver->now_ms;
        feed(driver, (struct pf_event){.type = PF_EVENT_TIMEOUT});
        const uint64_t next_ms = pf_room_deadline_ms(driver->room);
        PF_ASSERT(next_ms > driver->now_ms); /* a room must not request the same time again */
        deadline_ms = next_ms;
    }
    driver->now_ms = end_ms;
}

/* ---- results ---- */

const struct pf_command *driver_find_at(const struct driver *driver, enum pf_command_type type,
                                        size_t index)
{
    for (size_t i = 0; i < driver->commands_count; i++) {
        if (driver->commands[i].type == type && index-- == 0) {
            return &driver->commands[i];
        }
    }
    return NULL;
}

const struct pf_command *driver_find(const struct driver *driver, enum pf_command_type type)
{
    return driver_find_at(driver, type, 0);
}

const struct pf_command *driver_get(const struct driver *driver, enum pf_command_type type)
{
    const struct pf_command *command = driver_find(driver, type);
    if (!command) {
        fprintf(stderr, "there is no command of type %d\n", (int)type);
    }
    PF_ASSERT(command);
    return command;
}

size_t driver_count(const struct driver *driver, enum pf_command_type type)
{
    size_t count = 0;
    while (driver_find_at(driver, type, count)) {
        count++;
    }
    return count;
}

size_t driver_sent(const struct driver *driver, const char *a, const char *b, const char *c)
{
    size_t count = 0;
    for (size_t i = 0; i < driver->commands_count; i++) {
        const struct pf_command *command = &driver->commands[i];
        if (command->type == PF_COMMAND_SOCKET_SEND && strstr(command->text.data, a) &&
            (!b || strstr(command->text.data, b)) && (!c || strstr(command->text.data, c))) {
            count++;
        }
    }
    return count;
}

size_t driver_position(const struct driver *driver, const struct pf_command *command)
{
    PF_ASSERT(command);
    return (size_t)(command - driver->commands);
}

size_t driver_open_pcs(const struct driver *driver)
{
    size_t count = 0;
    for (uint32_t id = 1; id <= driver->last_id; id++) {
        count += driver->things[id].is_pc && driver->things[id].life == DRIVER_LIVE;
    }
    return count;
}

size_t driver_live_tracks(const struct driver *driver)
{
    size_t count = 0;
    for (uint32_t id = 1; id <= driver->last_id; id++) {
        count += !driver->things[id].is_pc && driver->things[id].life == DRIVER_LIVE;
    }
    return count;
}

const struct driver_peer *driver_peer(const struct driver *driver, pf_member_id id)
{
    for (size_t i = 0; i < DRIVER_PEERS_MAX; i++) {
        if (driver->peers[i].id == id && !driver->peers[i].hidden) {
            return &driver->peers[i];
        }
    }
    return NULL;
}

pf_pc driver_pc(const struct driver *driver, pf_member_id id)
{
    const struct driver_peer *peer = driver_peer(driver, id);
    PF_ASSERT(peer);
    return peer->pc;
}

const struct pf_room_counters *driver_counters(const struct driver *driver)
{
    return pf_room_counters(driver->room);
}
