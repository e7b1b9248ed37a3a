/*
 * module.c - the module that web pages load: the functions that JavaScript calls, for one room.
 *
 * All else is in the library. Another program written in C that links it has functions of its own
 * in place of these, and the malloc() that it likes.
 */
/* SPDX-License-Identifier: MIT */
#include "base/assert.h"
#include "browser/driver.h"
#include "browser/module/memory.h"
#include "browser/module/page.h"
#include "browser/module/recorder.h"
#include "core/names.h"

#include <emscripten.h>

static __attribute__((constructor)) void publish(void)
{
    pf_page_publish();
    pf_recorder_publish();
}

/* ---- what is shown ---- */

static void show_knocks(struct pf_driver *driver, const struct pf_knock *list, size_t count)
{
    char id[PF_MEMBER_ID_DIGITS + 1];
    for (size_t i = 0; i < count; i++) {
        pf_member_id_write(list[i].id, id);
        pf_page_show_knock(driver, id, list[i].name.data, list[i].name.size);
    }
    pf_page_show_knocks_end();
}

static void show(struct pf_driver *driver, void *user, const struct pf_command *command)
{
    (void)user; /* one room in a module */
    char id[PF_MEMBER_ID_DIGITS + 1];
    if (command->type == PF_COMMAND_SHOW_ROOM) {
        const bool is_refused = command->room.state == PF_ROOM_REFUSED;
        const char *reason =
            command->room.webrtc_missing ? "no-webrtc" : pf_error_code_name(command->room.code);
        pf_member_id_write(command->room.self, id);
        pf_page_show_room(driver, pf_names_of_room_states.list[command->room.state],
                          is_refused ? reason : "", command->room.relay_away,
                          command->room.ice_servers_refused, command->room.self != 0 ? id : "",
                          command->room.ticket.data, command->room.ticket.size, command->room.hand,
                          pf_names_of_roles.list[command->room.is_host], command->room.is_locked,
                          command->room.is_knocking);
    } else if (command->type == PF_COMMAND_SHOW_LOCAL) {
        pf_page_show_local(driver, pf_names_of_sources.list[command->local.source],
                           command->local.on, command->local.interrupted,
                           pf_names_of_capture_states.list[command->local.state],
                           pf_names_of_dom_errors.list[command->local.error], command->local.track,
                           command->local.device.data, command->local.device.size);
    } else if (command->type == PF_COMMAND_SHOW_DEVICES) {
        for (size_t i = 0; i < command->devices.count; i++) {
            const struct pf_device *device = &command->devices.list[i];
            pf_page_show_device(driver, pf_names_of_sources.list[device->source], device->id.data,
                                device->id.size, device->label.data, device->label.size);
        }
        pf_page_show_devices_end();
    } else if (command->type == PF_COMMAND_SHOW_PEER) {
        const enum pf_source_state *sources = command->peer.sources.sources;
        pf_member_id_write(command->peer.id, id);
        pf_page_show_peer(
            driver, id, command->peer.name.data, command->peer.name.size,
            pf_names_of_peer_states.list[command->peer.state],
            pf_names_of_source_states.list[sources[PF_SOURCE_MICROPHONE]],
            pf_names_of_source_states.list[sources[PF_SOURCE_CAMERA]],
            pf_names_of_source_states.list[sources[PF_SOURCE_SCREEN]],
            pf_names_of_source_states.list[sources[PF_SOURCE_SCREEN_AUDIO]], command->peer.away,
            command->peer.video_rejected, command->peer.screen_supported,
            pf_capabilities_have(command->peer.capabilities, PF_CAPABILITY_CHANNELS),
            pf_capabilities_have(command->peer.capabilities, PF_CAPABILITY_HOST),
            command->peer.sources.hand, pf_names_of_quality_grades.list[command->peer.quality],
            pf_names_of_quality_reasons.list[command->peer.quality_reason],
            pf_names_of_roles.list[command->peer.is_host], command->pc);
    } else if (command->type == PF_COMMAND_SHOW_KNOCKS) {
        show_knocks(driver, command->knocks.list, command->knocks.count);
    } else if (command->type == PF_COMMAND_SHOW_MUTED) {
        pf_member_id_write(command->muted_by, id);
        pf_page_show_muted(driver, id);
    } else if (command->type == PF_COMMAND_SHOW_REACTION) {
        pf_member_id_write(command->reaction.id, id);
        pf_page_show_reaction(driver, id, pf_names_of_reactions.list[command->reaction.kind]);
    } else if (command->type == PF_COMMAND_SHOW_MESSAGE) {
        pf_member_id_write(command->message.id, id);
        pf_page_show_message(driver, id, command->message.instance, command->message.first,
                             pf_names_of_deliveries.list[command->message.delivery],
                             command->message.age_ms, command->message.name.data,
                             command->message.name.size, command->message.text.data,
                             command->message.text.size);
    } else if (command->type == PF_COMMAND_SHOW_FILE) {
        pf_member_id_write(command->file.id, id);
        pf_page_show_file(driver, id, command->file.number, command->file.is_own,
                          pf_names_of_file_states.list[command->file.state], command->file.offset,
                          command->file.size, command->file.name.data, command->file.name.size);
    } else {
        PF_ASSERT(command->type == PF_COMMAND_HIDE_PEER);
        pf_member_id_write(command->hide_peer, id);
        pf_page_hide_peer(driver, id);
    }
}

/* ---- lifetime ---- */

/* The driver that everything below takes, or NULL when memory is short. Never freed. */
EMSCRIPTEN_KEEPALIVE struct pf_driver *pf_module_new(void)
{
    struct pf_driver *driver = pf_driver_new(show, NULL);
    pf_memory_keep();
    return driver;
}

/* Ends the room, for another one to be started. */
EMSCRIPTEN_KEEPALIVE void pf_module_reset(struct pf_driver *driver)
{
    pf_driver_reset(driver);
}

/*
 * Starts the room; once. Texts: URL of the relay, ticket, microphone id, camera id. The seed and
 * the instance are random. Returns enum pf_error.
 */
EMSCRIPTEN_KEEPALIVE int pf_module_start(struct pf_driver *driver, int microphone_on,
                                         int microphone_origin, int camera_on, int camera_origin,
                                         unsigned seed, unsigned instance)
{
    const struct pf_room_config config = {
        .url = pf_driver_text(driver, 0),
        .ticket = pf_driver_text(driver, 1),
        .seed = seed,
        .instance = instance,
        .capabilities = PF_SLICE("reaction screen quality chat channels files host"),
        .on = {microphone_on, camera_on},
        .origins = {(enum pf_origin)microphone_origin, (enum pf_origin)camera_origin},
        .devices = {pf_driver_text(driver, 2), pf_driver_text(driver, 3)},
    };
    pf_recorder_begin(driver, &config);
    return (int)pf_driver_start(driver, &config);
}

/* ---- the user and the machine ---- */

/* Texts: room, name. */
EMSCRIPTEN_KEEPALIVE void pf_module_join(struct pf_driver *driver)
{
    pf_driver_handle(
        driver, &(struct pf_event){.type = PF_EVENT_JOIN,
                                   .join = {pf_driver_text(driver, 0), pf_driver_text(driver, 1)}});
}

EMSCRIPTEN_KEEPALIVE void pf_module_relay_only(struct pf_driver *driver)
{
    pf_driver_handle(driver, &(struct pf_event){.type = PF_EVENT_RELAY_ONLY});
}

/* Texts: an action of PROTOCOL.md section 3.1, and the id that it is about or ''. False if there
 * is no such action. */
EMSCRIPTEN_KEEPALIVE int pf_module_host(struct pf_driver *driver)
{
    struct pf_event event = {.type = PF_EVENT_HOST};
    size_t action = 0;
    const bool is_known =
        pf_names_find(&pf_names_of_host_actions, pf_driver_text(driver, 0), &action);
    event.host.action = (enum pf_host_action)action;
    event.host.id = pf_member_id_read(pf_driver_text(driver, 1));
    if (is_known) {
        pf_driver_handle(driver, &event);
    }
    return is_known;
}

/* Text: a room token, or ''. True if it is too long. */
EMSCRIPTEN_KEEPALIVE int pf_module_set_token(struct pf_driver *driver)
{
    const struct pf_slice token = pf_driver_text(driver, 0);
    pf_driver_handle(driver, &(struct pf_event){.type = PF_EVENT_SET_TOKEN, .token = token});
    return token.size > PF_TOKEN_SIZE_MAX;
}

EMSCRIPTEN_KEEPALIVE void pf_module_leave(struct pf_driver *driver)
{
    pf_driver_handle(driver, &(struct pf_event){.type = PF_EVENT_LEAVE});
}

EMSCRIPTEN_KEEPALIVE void pf_module_set_source(struct pf_driver *driver, int source, int on)
{
    pf_driver_handle(driver, &(struct pf_event){.type = PF_EVENT_SET_SOURCE,
                                                .set_source = {(enum pf_source)source, on}});
}

/* Text: deviceId. */
EMSCRIPTEN_KEEPALIVE void pf_module_select_device(struct pf_driver *driver, int source)
{
    pf_driver_handle(driver, &(struct pf_event){.type = PF_EVENT_SELECT_DEVICE,
                                                .select_device = {(enum pf_source)source,
                                                                  pf_driver_text(driver, 0)}});
}

EMSCRIPTEN_KEEPALIVE void pf_module_set_origin(struct pf_driver *driver, int source, int origin)
{
    pf_driver_handle(
        driver, &(struct pf_event){.type = PF_EVENT_SET_ORIGIN,
                                   .set_origin = {(enum pf_source)source, (enum pf_origin)origin}});
}

EMSCRIPTEN_KEEPALIVE void pf_module_reopen(struct pf_driver *driver, int source)
{
    pf_driver_handle(driver,
                     &(struct pf_event){.type = PF_EVENT_REOPEN, .reopen = (enum pf_source)source});
}

/* Text: the name. Returns enum pf_error. */
EMSCRIPTEN_KEEPALIVE int pf_module_set_name(struct pf_driver *driver)
{
    const struct pf_slice name = pf_driver_text(driver, 0);
    pf_driver_handle(driver, &(struct pf_event){.type = PF_EVENT_SET_NAME, .name = name});
    return pf_name_is_valid(name, 0) ? PF_ERROR_OK : PF_ERROR_INVALID;
}

EMSCRIPTEN_KEEPALIVE void pf_module_set_hand(struct pf_driver *driver, int raised)
{
    pf_driver_handle(driver, &(struct pf_event){.type = PF_EVENT_SET_HAND, .set_hand = {raised}});
}

/* Text: the peer's id; one that does not exist is ignored. */
EMSCRIPTEN_KEEPALIVE void pf_module_set_wanted(struct pf_driver *driver, int source, unsigned width)
{
    const pf_member_id id = pf_member_id_read(pf_driver_text(driver, 0));
    pf_driver_handle(driver, &(struct pf_event){.type = PF_EVENT_SET_WANTED,
                                                .set_wanted = {id, (enum pf_source)source, width}});
}

/* Text: the kind; one that does not exist is ignored. */
EMSCRIPTEN_KEEPALIVE void pf_module_react(struct pf_driver *driver)
{
    size_t kind = 0;
    if (pf_names_find(&pf_names_of_reactions, pf_driver_text(driver, 0), &kind)) {
        pf_driver_handle(
            driver, &(struct pf_event){.type = PF_EVENT_REACT, .reaction = (enum pf_reaction)kind});
    }
}

/* Text: what is written. `first` as in PF_EVENT_SAY. False if it cannot be written. */
EMSCRIPTEN_KEEPALIVE int pf_module_say(struct pf_driver *driver, unsigned first)
{
    const struct pf_slice text = pf_driver_text(driver, 0);
    pf_driver_handle(driver, &(struct pf_event){.type = PF_EVENT_SAY, .say = {first, text}});
    return pf_chat_text_is_valid(text);
}

/* Texts: the peer's id, the name. As PF_EVENT_OFFER_FILE. */
EMSCRIPTEN_KEEPALIVE void pf_module_offer_file(struct pf_driver *driver, unsigned size)
{
    const pf_member_id id = pf_member_id_read(pf_driver_text(driver, 0));
    pf_driver_handle(driver,
                     &(struct pf_event){.type = PF_EVENT_OFFER_FILE,
                                        .offer_file = {id, size, pf_driver_text(driver, 1)}});
}

/* Texts: the peer's id, the state. As PF_EVENT_SET_FILE; a state that does not exist is ignored. */
EMSCRIPTEN_KEEPALIVE void pf_module_set_file(struct pf_driver *driver, unsigned number, int is_own,
                                             unsigned offset)
{
    const pf_member_id id = pf_member_id_read(pf_driver_text(driver, 0));
    size_t state = 0;
    if (pf_names_find(&pf_names_of_file_states, pf_driver_text(driver, 1), &state)) {
        pf_driver_handle(driver, &(struct pf_event){.type = PF_EVENT_SET_FILE,
                                                    .set_file = {id, number, offset, is_own,
                                                                 (enum pf_file_state)state}});
    }
}

EMSCRIPTEN_KEEPALIVE void pf_module_network_changed(struct pf_driver *driver, int online)
{
    pf_driver_handle(driver,
                     &(struct pf_event){.type = PF_EVENT_NETWORK_CHANGED, .network = {online}});
}

EMSCRIPTEN_KEEPALIVE void pf_module_visible(struct pf_driver *driver)
{
    pf_driver_handle(driver, &(struct pf_event){.type = PF_EVENT_VISIBLE});
}

EMSCRIPTEN_KEEPALIVE void pf_module_devices_changed(struct pf_driver *driver)
{
    pf_driver_handle(driver, &(struct pf_event){.type = PF_EVENT_DEVICES_CHANGED});
}
