/* core_events.h - one function for each event that tests feed to a room, and for common sequences.
 */
/* SPDX-License-Identifier: MIT */
#ifndef PF_TESTS_CORE_EVENTS_H
#define PF_TESTS_CORE_EVENTS_H

#include "core_driver.h"

/* ---- the user and the machine ---- */

void driver_start(struct driver *driver);
void driver_join(struct driver *driver); /* room "tea" as "Ann" */
void driver_join_as(struct driver *driver, struct pf_slice room, struct pf_slice name);
void driver_leave(struct driver *driver);
void driver_set(struct driver *driver, enum pf_source source, bool on);
void driver_select(struct driver *driver, enum pf_source source, const char *device);
void driver_set_origin(struct driver *driver, enum pf_source source, enum pf_origin origin);
void driver_reopen(struct driver *driver, enum pf_source source);
void driver_set_token(struct driver *driver, struct pf_slice token);
void driver_set_name(struct driver *driver, const char *name);
void driver_set_hand(struct driver *driver, bool raised);
/* A picture of a peer is shown so wide. */
void driver_want(struct driver *driver, pf_member_id id, enum pf_source source, uint32_t width);
void driver_react(struct driver *driver, enum pf_reaction kind);
void driver_say(struct driver *driver, uint32_t first, const char *text);
void driver_offer_file(struct driver *driver, pf_member_id to, uint32_t size, const char *name);
/* Of one's own file, or of one of the peer's; `offset` is for ACCEPTED. */
void driver_set_own_file(struct driver *driver, pf_member_id to, uint32_t number,
                         enum pf_file_state state);
void driver_set_file(struct driver *driver, pf_member_id from, uint32_t number,
                     enum pf_file_state state, uint32_t offset);
void driver_network(struct driver *driver, bool online);

/* ---- the relay ---- */

/* A message on the last socket, formatted as by printf(). */
void driver_relay(struct driver *driver, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void driver_relay_bytes(struct driver *driver, struct pf_slice text);
void driver_socket_closed(struct driver *driver, uint16_t code);
void driver_hello(struct driver *driver);

/* "joined" as `self`, in a room with members `a` and `b`, each of which may be 0. */
void driver_joined(struct driver *driver, pf_member_id self, pf_member_id a, pf_member_id b);

void driver_member(struct driver *driver, pf_member_id id, bool away);
void driver_left(struct driver *driver, pf_member_id id, const char *reason);

/* Signals from a member, with the usual instances. */
void driver_offer(struct driver *driver, pf_member_id from, uint32_t epoch, uint32_t offer);
void driver_answer(struct driver *driver, pf_member_id from, uint32_t epoch, uint32_t offer);
void driver_candidate(struct driver *driver, pf_member_id from, uint32_t epoch, uint32_t offer,
                      const char *candidate);
void driver_request(struct driver *driver, pf_member_id from, uint32_t epoch, const char *want);

/* ---- the browser ---- */

/* createOffer() or createAnswer() has resolved with "sdp <pc>". */
void driver_created(struct driver *driver, pf_pc pc, enum pf_description_type type);
void driver_local(struct driver *driver, pf_pc pc, enum pf_description_type type);
void driver_remote_set(struct driver *driver, pf_pc pc, enum pf_description_type type);
void driver_sender_set(struct driver *driver, pf_pc pc, enum pf_source source, pf_track track);
void driver_encoding_set(struct driver *driver, pf_pc pc, enum pf_source source, bool ok);
void driver_stats(struct driver *driver, pf_pc pc, struct pf_sample sample);
void driver_failed(struct driver *driver, pf_pc pc, enum pf_operation operation,
                   enum pf_dom_error error);
void driver_gathered(struct driver *driver, pf_pc pc, const char *candidate);
void driver_connection(struct driver *driver, pf_pc pc, enum pf_connection_state state);
void driver_channel_opened(struct driver *driver, pf_pc pc);
void driver_channel_closed(struct driver *driver, pf_pc pc);
void driver_channel_message(struct driver *driver, pf_pc pc, const char *text);

void driver_opened(struct driver *driver, pf_track track, const char *device);

struct driver_permissions {
    enum pf_permission microphone, camera;
};

/* A request has failed. Without explicit permissions both are at "prompt". */
void driver_refused(struct driver *driver, pf_track microphone, pf_track camera,
                    enum pf_dom_error error);
void driver_refused_with(struct driver *driver, pf_track microphone, pf_track camera,
                         enum pf_dom_error error, struct driver_permissions permissions);

/* A screen was chosen, with its sound or with 0; or none, because of `error`. */
void driver_picked(struct driver *driver, pf_track picture, pf_track sound);
void driver_unpicked(struct driver *driver, pf_track picture, enum pf_dom_error error);

void driver_ended(struct driver *driver, pf_track track);
void driver_muted(struct driver *driver, pf_track track, bool muted); /* by the system */
void driver_visible(struct driver *driver);
void driver_devices_changed(struct driver *driver);
void driver_devices(struct driver *driver, const struct pf_device *list, size_t count);

/* ---- sequences ---- */

/* Captures both sources, "mic-1" and "cam-1". */
void driver_capture(struct driver *driver);

/* Joins a room with members `a` and `b`, each of which may be 0, without a prepared offer. */
void driver_enter(struct driver *driver, pf_member_id a, pf_member_id b);

/* Loses the socket and reconnects, up to and including "hello". */
void driver_reach_again(struct driver *driver);

/* A newcomer joins and its first offer is answered: the connection is stable, not connected. */
void driver_meet(struct driver *driver, pf_member_id id);

/* The same, and connected. */
void driver_connect(struct driver *driver, pf_member_id id);

/* A member comes, or has reloaded, whose client names one capability. */
void driver_come(struct driver *driver, pf_member_id id, uint32_t instance, const char *capability);

/* Waits until the room opens a WebSocket; returns how long that took. */
uint64_t driver_retry_ms(struct driver *driver);

#endif
