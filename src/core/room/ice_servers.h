/* ice_servers.h - the STUN and TURN servers that the relay names. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_ROOM_ICE_SERVERS_H
#define PF_CORE_ROOM_ICE_SERVERS_H

#include "core/common/context.h"
#include "core/peer/peer.h"

#include <stdbool.h>
#include <stdint.h>

struct pf_room;

struct pf_ice_servers {
    uint64_t ask_at_ms; /* new ones may be asked for from then on */
    bool are_renewed;   /* the last ones came in place of others that expire */
};

void pf_ice_servers_init(struct pf_ice_servers *servers);

/*
 * The relay has said which servers to use: a JSON array, or nothing. They are for new connections,
 * and for those that exist (RTCPeerConnection.setConfiguration()), whose credentials may expire: of
 * the peers, and of the prepared offer. The same ones again change nothing. `are_renewed`: the ones
 * before are about to expire.
 */
void pf_ice_servers_take(struct pf_room *room, struct pf_slice json, bool are_renewed);

/*
 * PF_EVENT_PC_RELAYED: an ICE restart, if the servers were renewed. Those of a `hello` are new with
 * every WebSocket, and a path through a TURN server that works needs no restart for that.
 */
void pf_ice_servers_on_relayed(struct pf_room *room, struct pf_peer *peer);

/* PF_EVENT_PC_TURN_REFUSED: asks the relay for others, though not again and again. */
void pf_ice_servers_on_refused(struct pf_room *room, struct pf_peer *peer);

#endif
