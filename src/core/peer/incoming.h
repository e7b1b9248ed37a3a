/* incoming.h - what arrives from a peer and from its RTCPeerConnection. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_PEER_INCOMING_H
#define PF_CORE_PEER_INCOMING_H

#include "base/token_bucket.h"
#include "core/common/context.h"
#include "core/peer/candidates.h"
#include "protocol/message.h"

#include <stdint.h>

struct pf_peer;

struct pf_incoming {
    struct pf_token_bucket answers;  /* to what asks for one; outlives the peer */
    struct pf_candidates candidates; /* of descriptions that have not been set yet */
};

/* A signal from this peer's present instance to ours. */
void pf_incoming_take_signal(struct pf_peer *peer, struct pf_context *context,
                             const struct pf_signal *signal);

/* An offer that came with the news of the peer's joining. */
void pf_incoming_take_prepared(struct pf_peer *peer, struct pf_context *context,
                               const struct pf_prepared_offer *offer);

/* An event of group PC with the id of this peer's connection, other than a channel message. */
void pf_incoming_handle_pc(struct pf_peer *peer, struct pf_context *context,
                           const struct pf_event *event);

#endif
