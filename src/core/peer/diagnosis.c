/*
 * diagnosis.c - what prevents a connection.
 *
 * No browser says why ICE finds no pair, but the candidates tell. Where STUN or TURN servers are
 * given, a network that lets UDP out yields candidates of more kinds than HOST (RFC 8445 section
 * 5.1.1); the side that has none of these is cut off. Where both sides have some, the two NATs are
 * at fault, and only a TURN server helps.
 *
 * It is judged six seconds after each step of the recovery, when the candidates have come.
 */
/* SPDX-License-Identifier: MIT */
#include "core/peer/diagnosis.h"

#include "core/peer/peer.h"

enum {
    DOUBT_MS = 6000,
    SERVERS_SIZE_MIN = 3, /* "[]" is none */
    BEYOND_HOST = PF_CANDIDATE_REFLEXIVE | PF_CANDIDATE_RELAYED,
};

void pf_diagnosis_init(struct pf_diagnosis *diagnosis)
{
    *diagnosis = (struct pf_diagnosis){.at_ms = PF_NEVER};
}

void pf_diagnosis_follow(struct pf_peer *peer, struct pf_context *context)
{
    struct pf_diagnosis *diagnosis = &peer->diagnosis;
    switch (peer->recovery.state) {
    case PF_RECOVERY_NONE:
        *diagnosis = (struct pf_diagnosis){.was_connected = true, .at_ms = PF_NEVER};
        break;
    case PF_RECOVERY_CONNECTING:
    case PF_RECOVERY_RESTARTING:
    case PF_RECOVERY_RENEWING: diagnosis->at_ms = context->now_ms + DOUBT_MS; break;
    case PF_RECOVERY_WAITING:
    case PF_RECOVERY_UNSTABLE: break;
    }
}

static enum pf_quality_reason judge(const struct pf_peer *peer, const struct pf_context *context)
{
    const struct pf_connection *connection = &peer->connection;
    if (context->ice_servers_size >= SERVERS_SIZE_MIN) {
        if (!(connection->own_kinds & BEYOND_HOST)) {
            return context->relay_only ? PF_REASON_NO_TURN : PF_REASON_YOUR_NETWORK;
        }
        if (!(connection->peer_kinds & BEYOND_HOST)) {
            return PF_REASON_THEIR_NETWORK;
        }
    }
    if (peer->diagnosis.was_connected ||
        (connection->own_kinds | connection->peer_kinds) & PF_CANDIDATE_RELAYED) {
        return PF_REASON_NONE; /* there was a way, or should be one */
    }
    return PF_REASON_NO_TURN;
}

void pf_diagnosis_tick(struct pf_peer *peer, struct pf_context *context)
{
    struct pf_diagnosis *diagnosis = &peer->diagnosis;
    if (context->now_ms < diagnosis->at_ms) {
        return;
    }
    diagnosis->at_ms = PF_NEVER;
    const struct pf_connection *connection = &peer->connection;
    /* Before the exchange is complete it is not the networks that are waited for. */
    if (connection->done == 0 || connection->negotiation != PF_NEGOTIATION_STABLE ||
        !pf_peer_can_signal(peer, context)) {
        return;
    }
    const enum pf_quality_reason reason = judge(peer, context);
    if (reason != diagnosis->reason) {
        diagnosis->reason = reason;
        pf_peer_show(peer, context);
    }
}

void pf_diagnosis_show(const struct pf_diagnosis *diagnosis, struct pf_command *show_peer)
{
    if (diagnosis->reason != PF_REASON_NONE) {
        show_peer->peer.quality = PF_QUALITY_BAD;
        show_peer->peer.quality_reason = diagnosis->reason;
    }
}
