/* signaling.h - what this side sends to a peer. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_PEER_SIGNALING_H
#define PF_CORE_PEER_SIGNALING_H

#include "core/common/context.h"
#include "protocol/message.h"

#include <stdbool.h>
#include <stdint.h>

struct pf_peer;

enum {
    PF_REPEAT_MS = 3000, /* an unanswered offer is sent again after this, at first */
};

struct pf_signaling {
    uint64_t repeat_at_ms; /* an unanswered offer is sent again, or PF_NEVER */
    uint64_t repeat_ms;    /* the next interval; doubles */
};

/* For a new connection: no offer is unanswered. */
void pf_signaling_reset(struct pf_signaling *signaling);

/*
 * Sends a local description of the current exchange, and the candidates known so far. Sends
 * nothing while the peer cannot be signaled to: pf_recovery_resync() repeats it.
 */
void pf_signaling_send_description(struct pf_peer *peer, struct pf_context *context,
                                   const struct pf_description *description);

/* Sends the local candidates that have not been sent yet. */
void pf_signaling_send_candidates(struct pf_peer *peer, struct pf_context *context);

/* Requests something of the peer, for the present epoch or for `epoch`. */
void pf_signaling_request(const struct pf_peer *peer, struct pf_context *context,
                          enum pf_request want);
void pf_signaling_request_for(const struct pf_peer *peer, struct pf_context *context,
                              enum pf_request want, uint32_t epoch);

/* Sends our own state over the relay and over the data channel. */
void pf_signaling_send_state(const struct pf_peer *peer, struct pf_context *context);

/* Whether there is an open data channel. */
bool pf_signaling_has_channel(const struct pf_peer *peer);

/* Sends outbox.message on the data channel; false when none is open, or the outbox is full. */
bool pf_signaling_send_on_channel(const struct pf_peer *peer, struct pf_context *context);

/* Has an unanswered offer sent again when that is due. */
void pf_signaling_tick(struct pf_peer *peer, struct pf_context *context);

#endif
