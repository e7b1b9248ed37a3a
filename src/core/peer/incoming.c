/*
 * incoming.c - what arrives from a peer and from its RTCPeerConnection.
 *
 * Here is decided what a signal belongs to and whether it is taken at all. What it does to the
 * negotiation is up to connection.c, what it does to the repair of the connection to recovery.c.
 */
/* SPDX-License-Identifier: MIT */
#include "core/peer/incoming.h"

#include "core/peer/peer.h"

enum {
    ANSWERS_MS = 1000,    /* the mean time between answered offers and requests */
    NUMBER_MAX = 1 << 30, /* far above what a call can reach, far below where numbers wrap */
};

static const struct pf_token_rate answers_rate = {.burst = 6 * ANSWERS_MS, .per_ms = 1};

/*
 * R19: an answer is several messages, and the relay limits the rate of ours: a peer that asks
 * without end must not get us disconnected. What is dropped here the peer asks for again.
 */
static bool may_answer(struct pf_peer *peer, struct pf_context *context)
{
    const bool may =
        pf_token_bucket_take(&peer->incoming.answers, &answers_rate, context->now_ms, ANSWERS_MS);
    context->counters.stale += !may;
    return may;
}

/* ---- offers ---- */

/*
 * Whether an offer of this epoch is to be taken; if so the connection for it is there afterwards.
 * Where both sides offer their first connection at once, the polite one drops its own: a rollback
 * (RFC 9429 section 4.1.10.2) would do, but a connection that has negotiated nothing is cheaper to
 * replace.
 */
static bool make_way(struct pf_peer *peer, struct pf_context *context, uint32_t epoch,
                     uint32_t number)
{
    const struct pf_connection *connection = &peer->connection;
    if (connection->pc != 0 && epoch == connection->epoch) {
        const bool both_first = number == 1 && connection->offer_number == 1 &&
                                connection->offers_ours && connection->done == 0;
        if (!both_first) {
            return true;
        }
        if (!peer->polite) {
            return false; /* the peer gives way and answers ours */
        }
    } else if (epoch <= connection->epoch) {
        return false;
    }
    if (number != 1) {
        /*
         * The peer goes on with a connection that we do not have: we gave it up while the peer,
         * without the relay, did not hear of it. Only a new one can help.
         */
        pf_signaling_request_for(peer, context, PF_REQUEST_RENEW, epoch);
        return false;
    }
    pf_recovery_follow(peer, context, epoch);
    return true;
}

static void take_offer(struct pf_peer *peer, struct pf_context *context, uint32_t epoch,
                       uint32_t number, struct pf_slice sdp)
{
    if (!pf_connection_fits(sdp)) {
        context->counters.unreadable++;
    } else if (may_answer(peer, context) && make_way(peer, context, epoch, number)) {
        pf_recovery_await_restart(peer, context);
        pf_connection_take_offer(&peer->connection, context, number, sdp);
    } else {
        context->counters.stale++;
    }
}

/* ---- candidates ---- */

/*
 * Trickled candidates (RFC 8838) may arrive before the description that they belong to is set, and
 * addIceCandidate() of webrtc-pc then rejects them or adds them to the previous one: they wait.
 */
static void take_candidate(struct pf_peer *peer, struct pf_context *context,
                           struct pf_exchange exchange, const struct pf_candidate *candidate)
{
    struct pf_connection *connection = &peer->connection;
    const struct pf_exchange remote =
        connection->pc != 0 ? connection->remote : (struct pf_exchange){0, 0};
    const int order = pf_exchange_compare(exchange, remote);
    if (order < 0 || exchange.epoch < connection->epoch) {
        context->counters.stale++;
    } else if (order == 0) {
        pf_connection_add_candidate(connection, context, candidate);
    } else if (pf_candidates_put(&peer->incoming.candidates, exchange, candidate) != PF_ERROR_OK) {
        context->counters.queue_full++;
    }
}

/* A remote description has been set: adds the candidates that waited for it. */
static void add_waiting_candidates(struct pf_peer *peer, struct pf_context *context)
{
    struct pf_candidates *candidates = &peer->incoming.candidates;
    const struct pf_exchange remote = peer->connection.remote;
    for (size_t i = 0; i < candidates->count; i++) {
        if (pf_exchange_compare(candidates->entries[i].exchange, remote) == 0) {
            const struct pf_candidate candidate = pf_candidates_get(candidates, i);
            pf_connection_add_candidate(&peer->connection, context, &candidate);
        }
    }
    pf_candidates_discard(candidates, remote);
}

/* ---- requests ---- */

static void take_request(struct pf_peer *peer, struct pf_context *context, uint32_t epoch,
                         enum pf_request want)
{
    const bool exists = peer->connection.pc != 0;
    const bool current = exists && epoch == peer->connection.epoch;
    /* A new connection may be needed as soon as a restart of this one turns out to be no use. */
    const bool is_no_use = want == PF_REQUEST_RENEW && peer->connection.offer_number > 1;
    if (!may_answer(peer, context)) {
        return;
    }
    if (want == PF_REQUEST_OFFER || (exists && !current)) {
        if (exists) {
            pf_connection_repeat(&peer->connection, context);
        }
    } else if (!is_no_use && pf_recovery_is_too_soon(peer, context)) {
        context->counters.stale++;
    } else if (want == PF_REQUEST_RESTART && current) {
        pf_recovery_restart(peer, context);
    } else {
        pf_recovery_renew(peer, context);
    }
}

/* ---- all of them ---- */

void pf_incoming_take_signal(struct pf_peer *peer, struct pf_context *context,
                             const struct pf_signal *signal)
{
    struct pf_connection *connection = &peer->connection;
    if (signal->epoch > NUMBER_MAX || signal->offer_number > NUMBER_MAX) {
        context->counters.unreadable++;
        return;
    }
    if (peer->signals_only && signal->kind != PF_SIGNAL_STATE) {
        context->counters.stale++; /* from an observer, or a client that does not know of them */
        return;
    }
    switch (signal->kind) {
    case PF_SIGNAL_DESCRIPTION:
        pf_peer_take_state(peer, context, &signal->state);
        if (signal->description.type == PF_DESCRIPTION_OFFER) {
            take_offer(peer, context, signal->epoch, signal->offer_number, signal->description.sdp);
        } else if (connection->pc != 0 && signal->epoch == connection->epoch) {
            pf_connection_take_answer(connection, context, signal->offer_number,
                                      signal->description.sdp);
        } else {
            context->counters.stale++;
        }
        break;
    case PF_SIGNAL_CANDIDATE:
        take_candidate(peer, context, (struct pf_exchange){signal->epoch, signal->offer_number},
                       &signal->candidate);
        break;
    case PF_SIGNAL_STATE: pf_peer_take_state(peer, context, &signal->state); break;
    case PF_SIGNAL_REQUEST: take_request(peer, context, signal->epoch, signal->want); break;
    }
}

void pf_incoming_take_prepared(struct pf_peer *peer, struct pf_context *context,
                               const struct pf_prepared_offer *offer)
{
    pf_peer_take_state(peer, context, &offer->state);
    take_offer(peer, context, 1, 1, offer->sdp);
    for (size_t i = 0; i < offer->candidates_count; i++) {
        take_candidate(peer, context, (struct pf_exchange){1, 1}, &offer->candidates[i]);
    }
}

/* ---- the browser ---- */

/* The exchange is complete: does what had to wait for that. */
static void on_stable(struct pf_peer *peer, struct pf_context *context)
{
    struct pf_connection *connection = &peer->connection;
    peer->signaling.repeat_at_ms = PF_NEVER;
    if (connection->missed_offer) {
        connection->missed_offer = false;
        pf_signaling_request(peer, context, PF_REQUEST_OFFER);
    }
    pf_recovery_on_stable(peer, context);
}

void pf_incoming_handle_pc(struct pf_peer *peer, struct pf_context *context,
                           const struct pf_event *event)
{
    struct pf_connection *connection = &peer->connection;
    const enum pf_negotiation before = connection->negotiation;
    switch (pf_connection_handle(connection, context, event)) {
    case PF_OUTCOME_NOTHING: break;
    case PF_OUTCOME_SEND_DESCRIPTION:
        pf_signaling_send_description(peer, context, &event->description);
        break;
    case PF_OUTCOME_REMOTE_SET: add_waiting_candidates(peer, context); break;
    case PF_OUTCOME_BROKEN: pf_recovery_on_broken(peer, context); return;
    }
    if (event->type == PF_EVENT_PC_STATE) {
        pf_recovery_on_state(peer, context);
    } else if (event->type == PF_EVENT_PC_CANDIDATE) {
        pf_signaling_send_candidates(peer, context);
    } else if (event->type == PF_EVENT_PC_CHANNEL_OPENED && connection->channel_open) {
        pf_signaling_send_state(peer, context);
        pf_wishes_forget_told(&peer->wishes);
        pf_conversation_restart(&peer->conversation);
        pf_files_restart(&peer->files);
    }
    if (before != PF_NEGOTIATION_STABLE && connection->negotiation == PF_NEGOTIATION_STABLE) {
        on_stable(peer, context);
    }
}
