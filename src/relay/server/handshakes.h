/* handshakes.h - TLS handshakes that are going on, and their bounds. Internal to the server. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_HANDSHAKES_H
#define PF_RELAY_SERVER_HANDSHAKES_H

#include "relay/server/state.h"

#include <stdbool.h>

/*
 * A handshake costs a fraction of a millisecond and tens of kilobytes, before anybody has said who
 * they are. So they are performed among the arrivals (arrivals.h); their number is limited, where
 * one more ends the oldest; and each has a timeout and a maximum size.
 */

/* Begins TLS on a link that is registered with epoll. False if memory is short. */
bool pf_handshakes_begin(struct pf_server *server, struct pf_link *link);

/* The link has been read from: if its handshake is complete, its first request is awaited. */
void pf_handshakes_advance(struct pf_server *server, struct pf_link *link);

/* Forgets a link, which need not be in a handshake. */
void pf_handshakes_remove(struct pf_server *server, struct pf_link *link);

#endif
