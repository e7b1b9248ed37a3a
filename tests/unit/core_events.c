/* core_events.c - one function for each event that tests feed to a room, and for common sequences.
 */
/* SPDX-License-Identifier: MIT */
#include "core_events.h"

#include "base/assert.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- the user and the machine ---- */

void driver_start(struct driver *driver)
{
    driver_feed(driver, &(struct pf_event){.type = PF_EVENT_START});
}

void driver_join_as(struct driver *driver, struct pf_slice room, struct pf_slice name)
{
    driver_feed(driver, &(struct pf_event){.type = PF_EVENT_JOIN, .join = {room, name}});
}

void driver_join(struct driver *driver)
{
    driver_join_as(driver, PF_SLICE("tea"), PF_SLICE("Ann"));
}

void driver_leave(struct driver *driver)
{
    driver_feed(driver, &(struct pf_event){.type = PF_EVENT_LEAVE});
}

void driver_set(struct driver *driver, enum pf_source source, bool on)
{
    driver_feed(driver,
                &(struct pf_event){.type = PF_EVENT_SET_SOURCE, .set_source = {source, on}});
}

void driver_select(struct driver *driver, enum pf_source source, const char *device)
{
    driver_feed(driver, &(struct pf_event){.type = PF_EVENT_SELECT_DEVICE,
                                           .select_device = {source, pf_slice_of(device)}});
}

void driver_set_origin(struct driver *driver, enum pf_source source, enum pf_origin origin)
{
    driver_feed(driver,
                &(struct pf_event){.type = PF_EVENT_SET_ORIGIN, .set_origin = {source, origin}});
}

void driver_reopen(struct driver *driver, enum pf_source source)
{
    driver_feed(driver, &(struct pf_event){.type = PF_EVENT_REOPEN, .reopen = source});
}

void driver_set_token(struct driver *driver, struct pf_slice token)
{
    driver_feed(driver, &(struct pf_event){.type = PF_EVENT_SET_TOKEN, .token = token});
}

void driver_set_name(struct driver *driver, const char *name)
{
    driver_feed(driver, &(struct pf_event){.type = PF_EVENT_SET_NAME, .name = pf_slice_of(name)});
}

void driver_set_hand(struct driver *driver, bool raised)
{
    driver_feed(driver, &(struct pf_event){.type = PF_EVENT_SET_HAND, .set_hand = {raised}});
}

void driver_want(struct driver *driver, pf_member_id id, enum pf_source source, uint32_t width)
{
    driver_feed(driver,
                &(struct pf_event){.type = PF_EVENT_SET_WANTED, .set_wanted = {id, source, width}});
}

void driver_encoding_set(struct driver *driver, pf_pc pc, enum pf_source source, bool ok)
{
    driver_feed(driver, &(struct pf_event){.type = PF_EVENT_PC_ENCODING_SET,
                                           .pc = pc,
                                           .encoding_set = {source, ok}});
}

void driver_stats(struct driver *driver, pf_pc pc, struct pf_sample sample)
{
    driver_feed(driver, &(struct pf_event){.type = PF_EVENT_PC_STATS, .pc = pc, .sample = sample});
}

void driver_react(struct driver *driver, enum pf_reaction kind)
{
    driver_feed(driver, &(struct pf_event){.type = PF_EVENT_REACT, .reaction = kind});
}

void driver_say(struct driver *driver, uint32_t first, const char *text)
{
    driver_feed(driver,
                &(struct pf_event){.type = PF_EVENT_SAY, .say = {first, pf_slice_of(text)}});
}

void driver_offer_file(struct driver *driver, pf_member_id to, uint32_t size, const char *name)
{
    driver_feed(driver, &(struct pf_event){.type = PF_EVENT_OFFER_FILE,
                                           .offer_file = {to, size, pf_slice_of(name)}});
}

void driver_set_own_file(struct driver *driver, pf_member_id to, uint32_t number,
                         enum pf_file_state state)
{
    driver_feed(driver, &(struct pf_event){.type = PF_EVENT_SET_FILE,
                                           .set_file = {to, number, 0, true, state}});
}

void driver_set_file(struct driver *driver, pf_member_id from, uint32_t number,
                     enum pf_file_state state, uint32_t offset)
{
    driver_feed(driver, &(struct pf_event){.type = PF_EVENT_SET_FILE,
                                           .set_file = {from, number, offset, false, state}});
}

void driver_network(struct driver *driver, bool online)
{
    driver_feed(driver, &(struct pf_event){.type = PF_EVENT_NETWORK_CHANGED, .network = {online}});
}

/* ---- the relay ---- */

void driver_relay_bytes(struct driver *driver, struct pf_slice text)
{
    driver_feed(driver, &(struct pf_event){.type = PF_EVENT_SOCKET_MESSAGE,
                                           .socket = driver->socket,
                                           .message = text});
}

void driver_relay(struct driver *driver, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    const int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    PF_ASSERT(size >= 0);
    char *text = malloc((size_t)size + 1);
    PF_ASSERT(text);
    (void)vsnprintf(text, (size_t)size + 1, format, again); /* measured above */
    va_end(again);
    driver_relay_bytes(driver, (struct pf_slice){text, (size_t)size});
    free(text);
}

void driver_socket_closed(struct driver *driver, uint16_t code)
{
    driver_feed(driver, &(struct pf_event){.type = PF_EVENT_SOCKET_CLOSED,
                                           .socket = driver->socket,
                                           .socket_closed = {code, 0}});
}

void driver_hello(struct driver *driver)
{
    driver_relay(driver, "{\"type\":\"hello\",\"iceServers\":[],\"membersMax\":8,\"pingMs\":15000,"
                         "\"graceMs\":20000}");
}

void driver_joined(struct driver *driver, pf_member_id self, pf_member_id a, pf_member_id b)
{
    const pf_member_id others[] = {a, b};
    char members[256] = "";
    size_t size = 0;
    for (size_t i = 0; i < 2 && others[i] != 0; i++) {
        size += (size_t)snprintf(members + size, sizeof members - size,
                                 "%s{\"id\":\"%016" PRIx64
                                 "\",\"name\":\"Bob\",\"instance\":%d,\"away\":false}",
                                 i > 0 ? "," : "", others[i], DRIVER_THEIR_INSTANCE);
    }
    driver_relay(driver,
                 "{\"type\":\"joined\",\"self\":\"%016" PRIx64 "\",\"resumed\":false,"
                 "\"ticket\":\"ticket-%" PRIx64 "\",\"members\":[%s]}",
                 self, self, members);
}

void driver_member(struct driver *driver, pf_member_id id, bool away)
{
    driver_relay(driver,
                 "{\"type\":\"member\",\"id\":\"%016" PRIx64 "\",\"name\":\"Bob\","
                 "\"instance\":%d,\"away\":%s}",
                 id, DRIVER_THEIR_INSTANCE, away ? "true" : "false");
}

void driver_left(struct driver *driver, pf_member_id id, const char *reason)
{
    driver_relay(driver, "{\"type\":\"left\",\"id\":\"%016" PRIx64 "\",\"reason\":\"%s\"}", id,
                 reason);
}

#define SIGNAL_START                                                                               \
    "{\"type\":\"signal\",\"from\":\"%016" PRIx64 "\",\"fromInstance\":42,\"toInstance\":77,"

void driver_offer(struct driver *driver, pf_member_id from, uint32_t epoch, uint32_t offer)
{
    driver_relay(driver,
                 SIGNAL_START
                 "\"kind\":\"description\",\"epoch\":%" PRIu32 ",\"offerNumber\":%" PRIu32
                 ",\"description\":{\"type\":\"offer\",\"sdp\":\"their offer %" PRIu32 ".%" PRIu32
                 "\"}}",
                 from, epoch, offer, epoch, offer);
}

void driver_answer(struct driver *driver, pf_member_id from, uint32_t epoch, uint32_t offer)
{
    driver_relay(driver,
                 SIGNAL_START
                 "\"kind\":\"description\",\"epoch\":%" PRIu32 ",\"offerNumber\":%" PRIu32
                 ",\"description\":{\"type\":\"answer\",\"sdp\":\"their answer %" PRIu32 ".%" PRIu32
                 "\"}}",
                 from, epoch, offer, epoch, offer);
}

void driver_candidate(struct driver *driver, pf_member_id from, uint32_t epoch, uint32_t offer,
                      const char *candidate)
{
    driver_relay(driver,
                 SIGNAL_START "\"kind\":\"candidate\",\"epoch\":%" PRIu32
                              ",\"offerNumber\":%" PRIu32
                              ",\"candidate\":{\"candidate\":\"%s\",\"sdpMid\":\"0\","
                              "\"sdpMLineIndex\":0,\"usernameFragment\":\"frag\"}}",
                 from, epoch, offer, candidate);
}

void driver_request(struct driver *driver, pf_member_id from, uint32_t epoch, const char *want)
{
    driver_relay(driver, SIGNAL_START "\"kind\":\"request\",\"epoch\":%" PRIu32 ",\"want\":\"%s\"}",
                 from, epoch, want);
}

/* ---- the browser ---- */

static void feed_description(struct driver *driver, pf_pc pc, enum pf_event_type event,
                             enum pf_description_type type)
{
    char sdp[32];
    (void)snprintf(sdp, sizeof sdp, "sdp %" PRIu32, pc); /* always fits */
    driver_feed(driver, &(struct pf_event){
                            .type = event, .pc = pc, .description = {type, pf_slice_of(sdp)}});
}

void driver_created(struct driver *driver, pf_pc pc, enum pf_description_type type)
{
    feed_description(driver, pc, PF_EVENT_PC_DESCRIPTION, type);
}

void driver_local(struct driver *driver, pf_pc pc, enum pf_description_type type)
{
    feed_description(driver, pc, PF_EVENT_PC_LOCAL, type);
}

void driver_remote_set(struct driver *driver, pf_pc pc, enum pf_description_type type)
{
    driver_feed(driver, &(struct pf_event){
                            .type = PF_EVENT_PC_REMOTE_SET, .pc = pc, .description_set = type});
}

void driver_sender_set(struct driver *driver, pf_pc pc, enum pf_source source, pf_track track)
{
    driver_feed(driver, &(struct pf_event){.type = PF_EVENT_PC_SENDER_SET,
                                           .pc = pc,
                                           .sender_set = {source, track}});
}

void driver_failed(struct driver *driver, pf_pc pc, enum pf_operation operation,
                   enum pf_dom_error error)
{
    driver_feed(driver, &(struct pf_event){
                            .type = PF_EVENT_PC_FAILED, .pc = pc, .failed = {operation, error, 0}});
}

void driver_gathered(struct driver *driver, pf_pc pc, const char *candidate)
{
    const struct pf_candidate init = {.candidate = pf_slice_of(candidate),
                                      .mid = PF_SLICE("1"),
                                      .mline_index = 1,
                                      .username_fragment = PF_SLICE("ours")};
    driver_feed(driver,
                &(struct pf_event){.type = PF_EVENT_PC_CANDIDATE, .pc = pc, .candidate = init});
}

void driver_connection(struct driver *driver, pf_pc pc, enum pf_connection_state state)
{
    driver_feed(driver,
                &(struct pf_event){.type = PF_EVENT_PC_STATE, .pc = pc, .connection_state = state});
}

void driver_channel_opened(struct driver *driver, pf_pc pc)
{
    driver_feed(driver, &(struct pf_event){.type = PF_EVENT_PC_CHANNEL_OPENED, .pc = pc});
}

void driver_channel_closed(struct driver *driver, pf_pc pc)
{
    driver_feed(driver, &(struct pf_event){.type = PF_EVENT_PC_CHANNEL_CLOSED, .pc = pc});
}

void driver_channel_message(struct driver *driver, pf_pc pc, const char *text)
{
    driver_feed(driver, &(struct pf_event){.type = PF_EVENT_PC_CHANNEL_MESSAGE,
                                           .pc = pc,
                                           .channel = {.data = pf_slice_of(text)}});
}

void driver_opened(struct driver *driver, pf_track track, const char *device)
{
    struct driver_thing *opened = &driver->things[track];
    PF_ASSERT(opened->life == DRIVER_ASKED);
    opened->life = DRIVER_LIVE;
    opened->enabled = true; /* as every new MediaStreamTrack is */
    driver_feed(driver, &(struct pf_event){.type = PF_EVENT_CAPTURE_OPENED,
                                           .capture_opened = {track, pf_slice_of(device)}});
}

static void refuse(struct driver *driver, struct pf_event event)
{
    for (int i = 0; i < PF_DEVICE_SOURCES_COUNT; i++) {
        const pf_track track = event.capture_failed.tracks[i];
        if (track != 0) {
            PF_ASSERT(driver->things[track].life == DRIVER_ASKED);
            driver->things[track].life = DRIVER_OVER;
        }
    }
    driver_feed(driver, &event);
}

void driver_refused(struct driver *driver, pf_track microphone, pf_track camera,
                    enum pf_dom_error error)
{
    driver_refused_with(driver, microphone, camera, error,
                        (struct driver_permissions){PF_PERMISSION_PROMPT, PF_PERMISSION_PROMPT});
}

void driver_refused_with(struct driver *driver, pf_track microphone, pf_track camera,
                         enum pf_dom_error error, struct driver_permissions permissions)
{
    refuse(driver,
           (struct pf_event){.type = PF_EVENT_CAPTURE_FAILED,
                             .capture_failed = {
                                 .tracks = {microphone, camera},
                                 .error = error,
                                 .permissions = {permissions.microphone, permissions.camera},
                             }});
}

void driver_picked(struct driver *driver, pf_track picture, pf_track sound)
{
    PF_ASSERT(driver->things[picture].life == DRIVER_ASKED);
    for (pf_track track = picture; track <= picture + 1; track++) {
        const bool comes = track == picture || track == sound;
        driver->things[track].life = comes ? DRIVER_LIVE : DRIVER_OVER;
        driver->things[track].enabled = true;
    }
    driver_feed(driver, &(struct pf_event){.type = PF_EVENT_SCREEN_OPENED,
                                           .screen_opened = {picture, sound}});
}

void driver_unpicked(struct driver *driver, pf_track picture, enum pf_dom_error error)
{
    PF_ASSERT(driver->things[picture].life == DRIVER_ASKED);
    driver->things[picture].life = driver->things[picture + 1].life = DRIVER_OVER;
    driver_feed(driver, &(struct pf_event){.type = PF_EVENT_SCREEN_FAILED,
                                           .screen_failed = {picture, error}});
}

void driver_ended(struct driver *driver, pf_track track)
{
    PF_ASSERT(driver->things[track].life == DRIVER_LIVE);
    driver->things[track].life = DRIVER_ENDED;
    driver_feed(driver, &(struct pf_event){.type = PF_EVENT_TRACK_ENDED, .track_ended = track});
}

void driver_muted(struct driver *driver, pf_track track, bool muted)
{
    PF_ASSERT(driver->things[track].life == DRIVER_LIVE);
    driver_feed(driver,
                &(struct pf_event){.type = PF_EVENT_TRACK_MUTED, .track_muted = {track, muted}});
}

void driver_visible(struct driver *driver)
{
    driver_feed(driver, &(struct pf_event){.type = PF_EVENT_VISIBLE});
}

void driver_devices_changed(struct driver *driver)
{
    driver_feed(driver, &(struct pf_event){.type = PF_EVENT_DEVICES_CHANGED});
}

void driver_devices(struct driver *driver, const struct pf_device *list, size_t count)
{
    driver_feed(driver, &(struct pf_event){.type = PF_EVENT_DEVICES, .devices = {list, count}});
}

/* ---- sequences ---- */

void driver_capture(struct driver *driver)
{
    driver_start(driver);
    const struct pf_command *open = driver_get(driver, PF_COMMAND_CAPTURE_OPEN);
    const pf_track microphone = open->capture_open.tracks[PF_SOURCE_MICROPHONE];
    const pf_track camera = open->capture_open.tracks[PF_SOURCE_CAMERA];
    driver_opened(driver, microphone, "mic-1");
    driver_opened(driver, camera, "cam-1");
}

void driver_enter(struct driver *driver, pf_member_id a, pf_member_id b)
{
    driver_start(driver);
    driver_hello(driver);
    driver_failed(driver, driver->prepared_pc, PF_OPERATION_CREATE_OFFER, PF_DOM_ERROR_OTHER);
    driver_join(driver);
    driver_joined(driver, DRIVER_SELF, a, b);
}

void driver_reach_again(struct driver *driver)
{
    driver_socket_closed(driver, 1006);
    driver_wait(driver, 10000);
    driver_hello(driver);
}

void driver_meet(struct driver *driver, pf_member_id id)
{
    driver_member(driver, id, false);
    driver_offer(driver, id, 1, 1);
    driver_remote_set(driver, driver_pc(driver, id), PF_DESCRIPTION_OFFER);
    driver_created(driver, driver_pc(driver, id), PF_DESCRIPTION_ANSWER);
}

void driver_connect(struct driver *driver, pf_member_id id)
{
    driver_meet(driver, id);
    driver_connection(driver, driver_pc(driver, id), PF_CONNECTION_CONNECTED);
}

void driver_come(struct driver *driver, pf_member_id id, uint32_t instance, const char *capability)
{
    driver_relay(driver,
                 "{\"type\":\"member\",\"id\":\"%016" PRIx64 "\",\"name\":\"Bob\","
                 "\"instance\":%" PRIu32 ",\"away\":false,\"capabilities\":[\"%s\"]}",
                 id, instance, capability);
}

uint64_t driver_retry_ms(struct driver *driver)
{
    enum { LONGEST_MS = 20000 };
    const uint64_t start_ms = driver->now_ms;
    while (driver_count(driver, PF_COMMAND_SOCKET_OPEN) == 0) {
        driver_wait(driver, 1);
        PF_ASSERT(driver->now_ms - start_ms <= LONGEST_MS);
    }
    return driver->now_ms - start_ms;
}
