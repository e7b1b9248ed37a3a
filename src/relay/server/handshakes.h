/* handshakes.h - TLS handshakes that are going on, and their bounds. Internal to the server. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_HANDSHAKES_H
#define PF_RELAY_SERVER_HANDSHAKES_H

#include "relay/server/state.h"

#include <stdbool.h>

/*
 * A handshake costs a fraction of a millisecond and tens of kilobytes, before anybody has said who
 * they are. So an iteration of the event loop performs about one, after established connections
 * have been served; their number is limited, where one more ends the oldest; and each has a timeout
 * and a maximum size.
 */

/* An iteration of the event loop begins. */
void pf_handshakes_begin_iteration(struct pf_server *server);

/* Begins TLS on a link that has just been opened. False if memory is short. */
bool pf_handshakes_begin(struct pf_server *server, struct pf_link *link);

/* Whether a handshake may go on in this iteration; if not, epoll will report the link again. What
 * it does until pf_handshakes_advance() counts. */
bool pf_handshakes_take_turn(struct pf_server *server);

/* Whether one has not been given its turn in this iteration. Then new connections can wait too:
 * were they accepted faster than handshakes are performed, the oldest would have to end. */
bool pf_handshakes_wait(const struct pf_server *server);

/* The link has been read from: if its handshake is complete, its first request is awaited. */
void pf_handshakes_advance(struct pf_server *server, struct pf_link *link);

/* Forgets a link, which need not be in a handshake. */
void pf_handshakes_remove(struct pf_server *server, struct pf_link *link);

#endif
