/* ice_servers.c - the STUN and TURN servers that the relay names. */
/* SPDX-License-Identifier: MIT */
#include "core/room/ice_servers.h"

#include "core/peer/recovery.h"
#include "core/room/room_internal.h"

#include <string.h>

enum { ASK_MS = 30000 }; /* between two requests: what is refused twice is refused for good */

void pf_ice_servers_init(struct pf_ice_servers *servers)
{
    servers->ask_at_ms = 0;
    servers->are_renewed = false;
}

/*
 * setConfiguration() changes nothing until candidates are gathered anew, by an ICE restart. The
 * glue tells which connections go through a TURN server (PF_EVENT_PC_RELAYED); after a renewal
 * those are restarted then, and here in any case the ones whose credentials had been refused.
 */
static void configure(struct pf_context *context, struct pf_peer *peer)
{
    struct pf_command *command = pf_outbox_push(&context->outbox, PF_COMMAND_PC_CONFIGURE);
    command->pc = peer->connection.pc;
    command->ice_servers = (struct pf_slice){context->ice_servers, context->ice_servers_size};
    if (peer->connection.turn_refused) {
        peer->connection.turn_refused = false;
        pf_recovery_on_network(peer, context);
    }
}

bool pf_ice_servers_take(struct pf_room *room, struct pf_slice json, bool are_renewed)
{
    struct pf_context *context = &room->context;
    const struct pf_slice known = {context->ice_servers, context->ice_servers_size};
    /* "[]" is none: then there is nothing that the browser could refuse. */
    const bool is_some = json.size > 2 && json.size <= sizeof context->ice_servers;
    const struct pf_slice taken = {json.data, is_some ? json.size : 0};
    /* Empty: as in the `hello` of a relay that wants to see a token first. */
    if (json.size == 0 || pf_slice_equal(taken, known)) {
        return false;
    }
    room->ice_servers.are_renewed = are_renewed;
    context->ice_servers_refused = false;
    context->ice_servers_size = taken.size;
    memcpy(context->ice_servers, taken.data, taken.size);
    for (size_t i = 0; i < room->roster.peers_end && context->ice_servers_size > 0; i++) {
        if (room->roster.peers[i].id != 0 && room->roster.peers[i].connection.pc != 0) {
            configure(context, &room->roster.peers[i]);
        }
    }
    return true;
}

void pf_ice_servers_on_relayed(struct pf_room *room, struct pf_peer *peer)
{
    if (room->ice_servers.are_renewed) {
        pf_recovery_on_network(peer, &room->context);
    }
}

void pf_ice_servers_on_refused(struct pf_room *room, struct pf_peer *peer)
{
    struct pf_context *context = &room->context;
    peer->connection.turn_refused = true;
    if (!context->joined || !room->session.can_renew_ice ||
        context->now_ms < room->ice_servers.ask_at_ms) {
        return;
    }
    room->ice_servers.ask_at_ms = context->now_ms + ASK_MS;
    context->outbox.message.ice_servers = (struct pf_slice){NULL, 0};
    pf_relay_session_send(&room->session, context, PF_MESSAGE_ICE_SERVERS);
}
