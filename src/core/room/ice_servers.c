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

static void configure(struct pf_context *context, pf_pc pc)
{
    struct pf_command *command = pf_outbox_push(&context->outbox, PF_COMMAND_PC_CONFIGURE);
    command->pc = pc;
    command->ice_servers = (struct pf_slice){context->ice_servers, context->ice_servers_size};
}

/*
 * setConfiguration() changes nothing until candidates are gathered anew, by an ICE restart. The
 * glue tells which connections go through a TURN server (PF_EVENT_PC_RELAYED); after a renewal
 * those are restarted then, and here in any case the ones whose credentials had been refused.
 */
static void configure_peer(struct pf_context *context, struct pf_peer *peer)
{
    configure(context, peer->connection.pc);
    if (peer->connection.turn_refused) {
        peer->connection.turn_refused = false;
        pf_recovery_on_network(peer, context);
    }
}

void pf_ice_servers_take(struct pf_room *room, struct pf_slice json, bool are_renewed)
{
    struct pf_context *context = &room->context;
    const struct pf_slice known = {context->ice_servers, context->ice_servers_size};
    if (json.size == 0 || pf_slice_equal(json, known)) {
        return; /* empty: as in the `hello` of a relay that wants to see a token first */
    }
    room->ice_servers.are_renewed = are_renewed;
    context->ice_servers_size = 0;
    context->ice_servers_refused = false;
    /* "[]" is none: then there is nothing that the browser could refuse. */
    if (json.size > 2 && json.size <= sizeof context->ice_servers) {
        memcpy(context->ice_servers, json.data, json.size);
        context->ice_servers_size = json.size;
    }
    if (context->ice_servers_size == 0) {
        return;
    }
    for (size_t i = 0; i < room->roster.peers_end; i++) {
        if (room->roster.peers[i].id != 0 && room->roster.peers[i].connection.pc != 0) {
            configure_peer(context, &room->roster.peers[i]);
        }
    }
    if (room->prepared.connection.pc != 0) {
        configure(context, room->prepared.connection.pc);
    }
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
