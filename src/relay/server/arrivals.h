/* arrivals.h - those who are in no room yet: new connections, TLS handshakes, the lobby. Internal
 * to the server. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_ARRIVALS_H
#define PF_RELAY_SERVER_ARRIVALS_H

#include "relay/server/state.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * To accept a connection costs more than a message, a TLS handshake a hundred times as much, and
 * anybody can ask for either, and come again. So the descriptors of those who arrive, listeners,
 * connections that shake hands, and WebSockets that have not joined a room, are in an epoll set of
 * their own. An iteration of the event loop looks into it last, when members have been served and
 * what these send is written, and goes on to the next iteration after about one handshake. While
 * members talk, it then leaves the set alone for as long as it has just spent on it and on
 * requests: those who arrive have half of the thread at most, however many they are. (Requests
 * themselves are served at once: whoever has waited for a place does not lose it to the next one.)
 */

/* Makes the set and its timer, and registers both with the server's epoll. False with errno. */
bool pf_arrivals_open(struct pf_server *server);

/* Accepts what was never opened. */
void pf_arrivals_close(struct pf_server *server);

/* Adds the listener of that index of a door to the set. False with errno. */
bool pf_arrivals_watch_listener(struct pf_server *server, enum pf_door door, size_t index);

/* The server's epoll has reported the set or its timer. */
void pf_arrivals_event(struct pf_server *server);

/* Serves those who have arrived, for about 0.1 ms, if the set has been reported. */
void pf_arrivals_run(struct pf_server *server);

#endif
