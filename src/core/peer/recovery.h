/* recovery.h - the repair of a connection to a peer. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_PEER_RECOVERY_H
#define PF_CORE_PEER_RECOVERY_H

#include "core/common/context.h"
#include "core/peer/connection.h"

#include <stdbool.h>
#include <stdint.h>

struct pf_peer;

enum pf_recovery_state {
    PF_RECOVERY_NONE,       /* connected */
    PF_RECOVERY_WAITING,    /* for the peer's first offer */
    PF_RECOVERY_CONNECTING, /* the first connection is being made */
    PF_RECOVERY_UNSTABLE,   /* disconnected; may come back by itself */
    PF_RECOVERY_RESTARTING, /* an ICE restart is offered or requested */
    PF_RECOVERY_RENEWING,   /* a new connection is offered or requested */
};

struct pf_recovery {
    enum pf_recovery_state state;
    uint32_t renewals;        /* since the peer was last connected */
    uint64_t at_ms;           /* when the next step is due; PF_NEVER: not before an event */
    uint64_t restarted_at_ms; /* the last step that this side offered, 0: none yet */
};

void pf_recovery_init(struct pf_recovery *recovery);

/*
 * Begins the first connection: offers it, waits for the peer's offer, or takes over a connection
 * whose offer the relay has handed to this peer. `first_is_spent`: the peer may already hold
 * another offer of ours as that of epoch 1.
 */
void pf_recovery_offer(struct pf_peer *peer, struct pf_context *context, bool first_is_spent);
void pf_recovery_wait(struct pf_peer *peer, struct pf_context *context);
void pf_recovery_adopt(struct pf_peer *peer, struct pf_context *context,
                       const struct pf_connection *prepared);

/* RTCPeerConnection.connectionState has changed. */
void pf_recovery_on_state(struct pf_peer *peer, struct pf_context *context);

/* The connection is BROKEN (connection.h): replaces it. */
void pf_recovery_on_broken(struct pf_peer *peer, struct pf_context *context);

/* An exchange is complete: offers the ICE restart that had to wait for that. */
void pf_recovery_on_stable(struct pf_peer *peer, struct pf_context *context);

/* The peer offers a new connection, which replaces the present one. */
void pf_recovery_follow(struct pf_peer *peer, struct pf_context *context, uint32_t epoch);

/* A restart is under way on the peer's initiative: this side need not begin one. */
void pf_recovery_await_restart(struct pf_peer *peer, struct pf_context *context);

/* The peer has requested an ICE restart, or a new connection. */
void pf_recovery_restart(struct pf_peer *peer, struct pf_context *context);
void pf_recovery_renew(struct pf_peer *peer, struct pf_context *context);

/* Whether a request of the peer follows too closely on the last step to be heeded. */
bool pf_recovery_is_too_soon(const struct pf_peer *peer, const struct pf_context *context);

/*
 * Signals between us may have been lost: repeats whatever the peer may have missed and takes the
 * steps that had to wait. The peer can be signaled to, and there is a connection.
 */
void pf_recovery_resync(struct pf_peer *peer, struct pf_context *context);

/* The local network has changed: restarts ICE without waiting for the browser to notice. */
void pf_recovery_on_network(struct pf_peer *peer, struct pf_context *context);

/* Takes the step that is due at context->now_ms. */
void pf_recovery_tick(struct pf_peer *peer, struct pf_context *context);

#endif
