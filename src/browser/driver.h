/* driver.h - runs rooms in a browser: the face of the library for a C program compiled to wasm. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_BROWSER_DRIVER_H
#define PF_BROWSER_DRIVER_H

#include "base/error.h"
#include "core/room.h"

/*
 * A driver connects one room to the Web APIs: it opens WebSockets, RTCPeerConnections and captures
 * when the room asks for them, reports what happens as events, and keeps the room's timer. A
 * program may have several drivers, which share nothing.
 *
 * The program passes on what the user does (PF_EVENT_JOIN and those after it up to SAY) and
 * what the window reports (NETWORK_CHANGED, DEVICES_CHANGED). It gets the commands that are meant
 * for the page (PF_COMMAND_SHOW_ROOM and those after it). All other events and commands are between
 * the driver and the room.
 *
 * In JavaScript, Module["glue"][driver].tracks maps the `track` of SHOW_LOCAL to a
 * MediaStreamTrack, and .pcs maps the `pc` of SHOW_PEER to an object whose `remote` is a
 * MediaStream, and `remoteScreen` that of the peer's screen.
 */
struct pf_driver;

/*
 * Shows something. The command is borrowed for the duration of the call. The callback must not call
 * pf_driver_handle() or pf_driver_free(): the room is in the middle of handling an event.
 */
typedef void pf_driver_show(struct pf_driver *driver, void *user, const struct pf_command *command);

/* Makes a driver; NULL if memory is short. `user` is passed to `show`. */
struct pf_driver *pf_driver_new(pf_driver_show *show, void *user);

/*
 * Makes the room and starts it (PF_EVENT_START); once, before anything below. Copies the
 * configuration. Fails as pf_room_init() does; then only pf_driver_free() may follow.
 */
enum pf_error pf_driver_start(struct pf_driver *driver, const struct pf_room_config *config);

/* Called with each event, complete with its time, just before the room handles it; both borrowed.
 */
typedef void pf_driver_observe(void *user, const struct pf_event *event);

/* From now on, `observe` is called; before pf_driver_start() for it to see every event. For an
 * event log, say (core/event_log.h). */
void pf_driver_set_observer(struct pf_driver *driver, pf_driver_observe *observe, void *user);

/* Leaves the room as pf_driver_free() does, and makes the driver ready for pf_driver_start(). */
void pf_driver_reset(struct pf_driver *driver);

/* Leaves the room, which closes all connections and captures, and frees the driver. A promise that
 * settles later finds it gone: what it brings is released, and nothing is called. */
void pf_driver_free(struct pf_driver *driver);

/* Takes an event, whose `now_ms` this fills in, and carries out the commands that result. */
void pf_driver_handle(struct pf_driver *driver, struct pf_event *event);

/* Borrowed, for pf_room_counters(). */
const struct pf_room *pf_driver_room(const struct pf_driver *driver);

/* The text with this index that JavaScript wrote with put() before the call in course; {NULL, 0}
 * for null. For programs that export functions of their own to JavaScript. */
struct pf_slice pf_driver_text(const struct pf_driver *driver, size_t index);

#endif
