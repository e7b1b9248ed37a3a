/* connection.h - the negotiation of one RTCPeerConnection. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_PEER_CONNECTION_H
#define PF_CORE_PEER_CONNECTION_H

#include "core/common/context.h"
#include "core/peer/candidates.h"

#include <stdbool.h>
#include <stdint.h>

/* Where the offer/answer exchange `offer` is (webrtc-pc 10.7, with its waits made explicit). */
enum pf_negotiation {
    PF_NEGOTIATION_STABLE,         /* none in course */
    PF_NEGOTIATION_MAKING_OFFER,   /* createOffer() is pending; nothing is set yet */
    PF_NEGOTIATION_OFFERED,        /* the offer is sent and being set; an answer is awaited */
    PF_NEGOTIATION_SETTING_ANSWER, /* setRemoteDescription(answer) is pending */
    PF_NEGOTIATION_SETTING_OFFER,  /* setRemoteDescription(offer) is pending */
    PF_NEGOTIATION_MAKING_ANSWER,  /* createAnswer() is pending */
    PF_NEGOTIATION_BROKEN,         /* the browser refused a step: only a new connection helps */
};

struct pf_connection {
    pf_pc pc; /* 0: there is none, and nothing else here means anything */
    uint32_t epoch;
    uint32_t offer_number; /* the exchange in course, or the last one; 0 before the first */
    uint32_t done;         /* the last exchange that was completed, 0 before the first */
    enum pf_negotiation negotiation;
    enum pf_connection_state state;
    bool offers_ours;   /* `offer` was made here */
    bool wants_restart; /* an ICE restart is to be offered once stable */
    bool missed_offer;  /* one came that could not be taken; to be asked for once stable */
    bool channel_open;
    struct pf_exchange remote;       /* of the remote description that is set; {0, 0}: none */
    uint32_t remote_candidates;      /* that were added to it, or were too many */
    size_t candidates_sent;          /* of those below */
    struct pf_candidates candidates; /* ours, of the last local description */
};

/* What the owner of a connection has to do after an event of it. */
enum pf_connection_outcome {
    PF_OUTCOME_NOTHING,
    PF_OUTCOME_SEND_DESCRIPTION, /* the one in the event, as of exchange (epoch, offer) */
    PF_OUTCOME_REMOTE_SET,       /* candidates of `remote` can be added now */
    PF_OUTCOME_BROKEN,           /* it cannot be used any more */
};

/* Makes the RTCPeerConnection of a new epoch. `offers` says which side begins. */
void pf_connection_open(struct pf_connection *connection, struct pf_context *context,
                        uint32_t epoch, bool offers);

/* Closes it, if there is one. */
void pf_connection_close(struct pf_connection *connection, struct pf_context *context);

/* Begins exchange `number`, which must be above `offer`. Only when stable. */
void pf_connection_make_offer(struct pf_connection *connection, struct pf_context *context,
                              uint32_t number, bool ice_restart);

/* The number of this side's next epoch or offer after `last` (PROTOCOL.md 4.3). */
uint32_t pf_number_after(uint32_t last, bool polite);

/* Whether an offer has at most PF_SECTIONS_MAX sections; browsers would take hundreds. */
bool pf_connection_fits(struct pf_slice sdp);

/* A description from the peer, of this epoch. */
void pf_connection_take_offer(struct pf_connection *connection, struct pf_context *context,
                              uint32_t number, struct pf_slice sdp);
void pf_connection_take_answer(struct pf_connection *connection, struct pf_context *context,
                               uint32_t number, struct pf_slice sdp);

/* Asks for the local description to be sent again, if it is the one the peer may be missing. */
void pf_connection_repeat(struct pf_connection *connection, struct pf_context *context);

/* An event of group PC with this connection's id. */
enum pf_connection_outcome pf_connection_handle(struct pf_connection *connection,
                                                struct pf_context *context,
                                                const struct pf_event *event);

/* Adds a remote candidate of the description that is set: PF_CANDIDATES_MAX at most. */
void pf_connection_add_candidate(struct pf_connection *connection, struct pf_context *context,
                                 const struct pf_candidate *candidate);

void pf_connection_check(const struct pf_connection *connection);

#endif
