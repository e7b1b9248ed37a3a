/*
 * ice.c - whether packets can flow between two modelled connections, and their connectionState.
 *
 * Two connections link when both have set each other's descriptions with matching ICE credentials,
 * each has a socket at its current address, and one of them knows a candidate of the other's
 * current address (the other one then learns a peer-reflexive candidate, RFC 8445, 7.3.1.3). A link
 * survives an ICE restart (RFC 8445, 9: media continues on the selected pair), but not a change of
 * address.
 */
/* SPDX-License-Identifier: MIT */
#include "ice.h"

#include "base/assert.h"

bool model_ice_are_peers(const struct model_pc *pc, const struct model_pc *peer)
{
    return pc->current_remote.identity == peer->identity &&
           peer->current_remote.identity == pc->identity;
}

static bool has_link(const struct model_pc *pc, uint32_t address, const struct model_pc *peer,
                     uint32_t peer_address)
{
    return pc->link_identity == peer->identity && pc->link_address == address &&
           pc->link_peer_address == peer_address;
}

/* Whether `candidates` has one of this connection with its current credentials and address. */
static bool has_candidate(const struct model_candidate *candidates, uint32_t count,
                          const struct model_pc *of, uint32_t address)
{
    for (uint32_t i = 0; i < count; i++) {
        if (candidates[i].identity == of->identity && candidates[i].address == address &&
            candidates[i].generation == of->current_local.generation) {
            return true;
        }
    }
    return false;
}

/* A browser gathers once per generation: after a change of address it has no socket. */
static bool has_gathered(const struct model_pc *pc, uint32_t address)
{
    const uint32_t count =
        pc->local_count < MODEL_LOCAL_CANDIDATES_MAX ? pc->local_count : MODEL_LOCAL_CANDIDATES_MAX;
    return has_candidate(pc->local_candidates, count, pc, address);
}

static bool knows(const struct model_pc *pc, const struct model_pc *peer, uint32_t peer_address)
{
    return has_candidate(pc->remote_candidates, pc->remote_count, peer, peer_address);
}

static bool can_link(const struct model_pc *pc, uint32_t address, const struct model_pc *peer,
                     uint32_t peer_address)
{
    return pc->current_remote.generation == peer->current_local.generation &&
           peer->current_remote.generation == pc->current_local.generation &&
           has_gathered(pc, address) && has_gathered(peer, peer_address) &&
           (knows(pc, peer, peer_address) || knows(peer, pc, address));
}

bool model_ice_can_flow(const struct model_pc *pc, uint32_t address, const struct model_pc *peer,
                        uint32_t peer_address)
{
    return (has_link(pc, address, peer, peer_address) &&
            has_link(peer, peer_address, pc, address)) ||
           can_link(pc, address, peer, peer_address);
}

/*
 * webrtc-pc, RTCPeerConnectionState; ICE and DTLS are one here.
 *
 *   new           connecting when both descriptions are set
 *   connecting    connected when packets flow, failed after a while otherwise
 *   connected     disconnected when they do not (Safari: failed)
 *   disconnected  connected when they flow again, failed after a while otherwise
 *   failed        connecting after the next local description; in some browsers also connected
 */
enum pf_connection_state model_ice_next(const struct model_pc *pc, bool flows,
                                        struct model_ice_profile profile)
{
    switch (pc->connection) {
    case PF_CONNECTION_NEW:
        return pc->current_local.identity != 0 && pc->current_remote.identity != 0
                   ? PF_CONNECTION_CONNECTING
                   : PF_CONNECTION_NEW;
    case PF_CONNECTION_CONNECTING:
    case PF_CONNECTION_DISCONNECTED: return flows ? PF_CONNECTION_CONNECTED : PF_CONNECTION_FAILED;
    case PF_CONNECTION_CONNECTED:
        return flows                        ? PF_CONNECTION_CONNECTED
               : profile.skips_disconnected ? PF_CONNECTION_FAILED
                                            : PF_CONNECTION_DISCONNECTED;
    case PF_CONNECTION_FAILED:
        return pc->failed_version != pc->current_local.version ? PF_CONNECTION_CONNECTING
               : flows && profile.recovers                     ? PF_CONNECTION_CONNECTED
                                                               : PF_CONNECTION_FAILED;
    case PF_CONNECTION_CLOSED: break;
    }
    PF_UNREACHABLE();
}

void model_ice_move(struct model_pc *pc, enum pf_connection_state next)
{
    if (next == PF_CONNECTION_FAILED) {
        pc->failed_version = pc->current_local.version;
    }
    pc->connection = next;
}

void model_ice_link(struct model_pc *pc, uint32_t address, struct model_pc *peer,
                    uint32_t peer_address)
{
    pc->link_identity = peer->identity;
    peer->link_identity = pc->identity;
    pc->link_address = peer->link_peer_address = address;
    pc->link_peer_address = peer->link_address = peer_address;
}
