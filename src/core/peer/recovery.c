/*
 * recovery.c - the repair of a connection to a peer.
 *
 * A ladder (PROTOCOL.md section 4.4): wait, restart ICE (RFC 8839, "ICE Restart"), make a new
 * connection. The impolite side takes a step, the polite side requests it, so that the two do not
 * collide; of new connections the polite side makes every second one itself, in case its requests
 * do not arrive.
 *
 *   from                    event                                to
 *   WAITING                 the peer's first offer               CONNECTING
 *   WAITING                 nothing came for 5 s, or we entered  CONNECTING  offers
 *   CONNECTING              15 s over, or failed                 RENEWING
 *   any but WAITING         connected                            NONE
 *   NONE                    disconnected                         UNSTABLE    for 3 s
 *   NONE, UNSTABLE          3 s over, failed, network changed    RESTARTING  for 8 s
 *   UNSTABLE                restart offered or requested         RESTARTING
 *   NONE ... RESTARTING     a browser operation failed           RESTARTING  passed through
 *   NONE, UNSTABLE          the same, if never negotiated        RENEWING
 *   RESTARTING              8 s over, or failed                  RENEWING
 *   RENEWING                8 s and a back-off of 2 to 30 s over RENEWING
 *   any                     the peer requests a new connection   RENEWING
 *   any but the first two   the peer offers a new connection     RENEWING
 *
 * After a network change of a connection that works the restart is offered or requested, and the
 * state stays NONE, because media may go on flowing over the old path.
 *
 * Steps need signaling. While this side or the peer is without the relay the state stays, without a
 * deadline (a connection that is lost now is UNSTABLE), and pf_recovery_resync() goes on from it.
 */
/* SPDX-License-Identifier: MIT */
#include "core/peer/recovery.h"

#include "base/assert.h"
#include "core/peer/peer.h"

enum {
    WAITING_MS = 5000,     /* for a newcomer's first offer */
    CONNECTING_MS = 15000, /* gathering and checks take seconds on a slow network */
    UNSTABLE_MS = 3000,
    STEP_MS = 8000,
    REQUESTS_MS = 1000, /* a peer's requests are heeded at most this often */
};

void pf_recovery_init(struct pf_recovery *recovery)
{
    *recovery = (struct pf_recovery){.state = PF_RECOVERY_WAITING, .at_ms = PF_NEVER};
}

static void set_state(struct pf_peer *peer, struct pf_context *context, enum pf_recovery_state next,
                      uint64_t wait_ms)
{
    enum {
        NONE = 1 << PF_RECOVERY_NONE,
        WAITING = 1 << PF_RECOVERY_WAITING,
        CONNECTING = 1 << PF_RECOVERY_CONNECTING,
        UNSTABLE = 1 << PF_RECOVERY_UNSTABLE,
        RESTARTING = 1 << PF_RECOVERY_RESTARTING,
        RENEWING = 1 << PF_RECOVERY_RENEWING,
    };
    static const uint8_t from[] = {
        [PF_RECOVERY_NONE] = NONE | CONNECTING | UNSTABLE | RESTARTING | RENEWING,
        [PF_RECOVERY_WAITING] = WAITING,
        [PF_RECOVERY_CONNECTING] = WAITING | CONNECTING,
        [PF_RECOVERY_UNSTABLE] = NONE | UNSTABLE,
        [PF_RECOVERY_RESTARTING] = NONE | CONNECTING | UNSTABLE | RESTARTING,
        [PF_RECOVERY_RENEWING] = NONE | WAITING | CONNECTING | UNSTABLE | RESTARTING | RENEWING,
    };
    struct pf_recovery *recovery = &peer->recovery;
    const enum pf_peer_state before = pf_peer_shown_state(peer);
    PF_ASSERT(from[next] & (1 << recovery->state));
    recovery->state = next;
    recovery->at_ms = wait_ms == PF_NEVER ? PF_NEVER : context->now_ms + wait_ms;
    pf_diagnosis_follow(peer, context);
    if (pf_peer_shown_state(peer) != before) {
        pf_peer_show(peer, context);
    }
}

/* ---- the steps ---- */

static void begin_epoch(struct pf_peer *peer, struct pf_context *context, uint32_t epoch,
                        bool offers)
{
    pf_connection_close(&peer->connection, context);
    pf_connection_open(&peer->connection, context, epoch, offers);
    pf_signaling_reset(&peer->signaling);
    pf_peer_show(peer, context); /* its tracks are those of another connection now */
}

static void offer_epoch(struct pf_peer *peer, struct pf_context *context, uint32_t epoch)
{
    begin_epoch(peer, context, epoch, true);
    pf_connection_make_offer(&peer->connection, context, 1, false);
}

static uint32_t next_epoch(const struct pf_peer *peer)
{
    return pf_number_after(peer->connection.epoch, peer->polite);
}

static void offer_restart(struct pf_peer *peer, struct pf_context *context)
{
    struct pf_connection *connection = &peer->connection;
    if (connection->negotiation != PF_NEGOTIATION_STABLE) {
        connection->wants_restart = true;
        return;
    }
    context->counters.restarts++;
    peer->recovery.restarted_at_ms = context->now_ms;
    peer->signaling.repeat_ms = PF_REPEAT_MS;
    pf_connection_make_offer(connection, context,
                             pf_number_after(connection->offer_number, peer->polite), true);
}

static void begin_restart(struct pf_peer *peer, struct pf_context *context)
{
    if (peer->polite) {
        pf_signaling_request(peer, context, PF_REQUEST_RESTART);
    } else {
        offer_restart(peer, context);
    }
}

static void renew(struct pf_peer *peer, struct pf_context *context)
{
    static const uint16_t backoff_ms[] = {2000, 5000, 10000, 30000};
    struct pf_recovery *recovery = &peer->recovery;
    const size_t last = sizeof backoff_ms / sizeof *backoff_ms - 1;
    const uint32_t wait_ms = backoff_ms[recovery->renewals < last ? recovery->renewals : last];
    const bool requests = peer->polite && recovery->renewals % 2 == 0;
    recovery->renewals++;
    recovery->restarted_at_ms = context->now_ms;
    if (requests) {
        pf_signaling_request(peer, context, PF_REQUEST_RENEW);
    } else {
        context->counters.renewals++;
        offer_epoch(peer, context, next_epoch(peer));
    }
    set_state(peer, context, PF_RECOVERY_RENEWING, STEP_MS + wait_ms);
}

static void restart(struct pf_peer *peer, struct pf_context *context)
{
    if (peer->connection.done == 0) {
        renew(peer, context); /* nothing has been negotiated that a restart could repair */
        return;
    }
    begin_restart(peer, context);
    set_state(peer, context, PF_RECOVERY_RESTARTING, STEP_MS);
}

/* Takes the next step, or leaves it to pf_recovery_resync() while it cannot be signaled. */
static void step(struct pf_peer *peer, struct pf_context *context)
{
    const enum pf_recovery_state state = peer->recovery.state;
    if (!pf_peer_can_signal(peer, context)) {
        set_state(peer, context, state == PF_RECOVERY_NONE ? PF_RECOVERY_UNSTABLE : state,
                  PF_NEVER);
        return;
    }
    switch (state) {
    case PF_RECOVERY_NONE:
    case PF_RECOVERY_UNSTABLE: restart(peer, context); break;
    case PF_RECOVERY_WAITING:
        offer_epoch(peer, context, next_epoch(peer));
        set_state(peer, context, PF_RECOVERY_CONNECTING, CONNECTING_MS);
        break;
    case PF_RECOVERY_CONNECTING:
    case PF_RECOVERY_RESTARTING:
    case PF_RECOVERY_RENEWING: renew(peer, context); break;
    }
}

/* ---- the first connection ---- */

void pf_recovery_offer(struct pf_peer *peer, struct pf_context *context, bool first_is_spent)
{
    const uint32_t last = peer->connection.epoch;
    const uint32_t spent = last == 0 && first_is_spent ? 1 : last;
    offer_epoch(peer, context, spent == 0 ? 1 : pf_number_after(spent, peer->polite));
    set_state(peer, context, PF_RECOVERY_CONNECTING, CONNECTING_MS);
}

void pf_recovery_wait(struct pf_peer *peer, struct pf_context *context)
{
    set_state(peer, context, PF_RECOVERY_WAITING, WAITING_MS);
}

void pf_recovery_adopt(struct pf_peer *peer, struct pf_context *context,
                       const struct pf_connection *prepared)
{
    peer->connection = *prepared;
    peer->signaling.repeat_at_ms = context->now_ms + PF_REPEAT_MS;
    set_state(peer, context, PF_RECOVERY_CONNECTING, CONNECTING_MS);
    pf_signaling_send_candidates(peer, context);
    pf_peer_show(peer, context);
}

/* ---- what the browser reports ---- */

void pf_recovery_on_state(struct pf_peer *peer, struct pf_context *context)
{
    struct pf_recovery *recovery = &peer->recovery;
    switch (peer->connection.state) {
    case PF_CONNECTION_CONNECTED:
        recovery->renewals = 0;
        set_state(peer, context, PF_RECOVERY_NONE, PF_NEVER);
        break;
    case PF_CONNECTION_DISCONNECTED:
        if (recovery->state == PF_RECOVERY_NONE) {
            set_state(peer, context, PF_RECOVERY_UNSTABLE, UNSTABLE_MS);
        }
        break;
    case PF_CONNECTION_FAILED:
        if (recovery->state != PF_RECOVERY_RENEWING) { /* which keeps to its own back-off */
            step(peer, context);
        }
        break;
    case PF_CONNECTION_NEW:
    case PF_CONNECTION_CONNECTING:
    case PF_CONNECTION_CLOSED: break;
    }
}

void pf_recovery_on_broken(struct pf_peer *peer, struct pf_context *context)
{
    if (peer->recovery.state != PF_RECOVERY_RENEWING) {
        /* A restart needs a connection that can negotiate: goes straight to the step after it. */
        set_state(peer, context, PF_RECOVERY_RESTARTING, PF_NEVER);
        step(peer, context);
    }
}

void pf_recovery_on_stable(struct pf_peer *peer, struct pf_context *context)
{
    if (peer->connection.wants_restart) {
        offer_restart(peer, context);
    }
}

/* ---- what the peer wants ---- */

void pf_recovery_follow(struct pf_peer *peer, struct pf_context *context, uint32_t epoch)
{
    begin_epoch(peer, context, epoch, false);
    if (peer->recovery.state == PF_RECOVERY_WAITING) {
        set_state(peer, context, PF_RECOVERY_CONNECTING, CONNECTING_MS);
    } else if (peer->recovery.state != PF_RECOVERY_CONNECTING) {
        set_state(peer, context, PF_RECOVERY_RENEWING, STEP_MS);
    }
}

void pf_recovery_await_restart(struct pf_peer *peer, struct pf_context *context)
{
    if (peer->recovery.state == PF_RECOVERY_UNSTABLE) {
        set_state(peer, context, PF_RECOVERY_RESTARTING, STEP_MS);
    }
}

void pf_recovery_restart(struct pf_peer *peer, struct pf_context *context)
{
    pf_recovery_await_restart(peer, context);
    offer_restart(peer, context);
}

void pf_recovery_renew(struct pf_peer *peer, struct pf_context *context)
{
    context->counters.renewals++;
    peer->recovery.restarted_at_ms = context->now_ms;
    offer_epoch(peer, context, next_epoch(peer));
    set_state(peer, context, PF_RECOVERY_RENEWING, STEP_MS);
}

bool pf_recovery_is_too_soon(const struct pf_peer *peer, const struct pf_context *context)
{
    const uint64_t restarted_at_ms = peer->recovery.restarted_at_ms;
    return restarted_at_ms != 0 && context->now_ms < restarted_at_ms + REQUESTS_MS;
}

/* ---- signaling, network and time ---- */

void pf_recovery_resync(struct pf_peer *peer, struct pf_context *context)
{
    const struct pf_recovery *recovery = &peer->recovery;
    struct pf_connection *connection = &peer->connection;
    PF_ASSERT(pf_peer_can_signal(peer, context));
    PF_ASSERT(connection->pc != 0);
    pf_signaling_send_state(peer, context);
    if (recovery->state != PF_RECOVERY_NONE || connection->done == 0 ||
        connection->negotiation != PF_NEGOTIATION_STABLE) {
        pf_connection_repeat(connection, context);
    }
    pf_signaling_send_candidates(peer, context);
    if (recovery->state != PF_RECOVERY_NONE && recovery->at_ms == PF_NEVER) {
        step(peer, context);
    }
}

void pf_recovery_on_network(struct pf_peer *peer, struct pf_context *context)
{
    if (peer->connection.pc == 0 || peer->connection.done == 0) {
        return; /* there is nothing yet that a restart could repair */
    }
    if (peer->presence == PF_PRESENCE_ORPHAN) {
        return; /* it cannot be signaled to, but may come back by itself */
    }
    if (peer->recovery.state == PF_RECOVERY_UNSTABLE) {
        step(peer, context);
    } else if (peer->recovery.state == PF_RECOVERY_NONE) {
        begin_restart(peer, context);
    }
}

void pf_recovery_tick(struct pf_peer *peer, struct pf_context *context)
{
    if (peer->recovery.at_ms <= context->now_ms) {
        step(peer, context);
    }
}
