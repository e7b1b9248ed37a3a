/* connection.h - the negotiation of one RTCPeerConnection. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_PEER_CONNECTION_H
#define PF_CORE_PEER_CONNECTION_H

#include "core/common/context.h"
#include "core/peer/candidates.h"

#include <stdbool.h>
#include <stdint.h>

/* The progress of the exchange `offer_number`: perfect negotiation, with its promises as states. */
enum pf_negotiation {
    PF_NEGOTIATION_STABLE,         /* no exchange is in progress */
    PF_NEGOTIATION_MAKING_OFFER,   /* createOffer() is pending */
    PF_NEGOTIATION_OFFERED,        /* the offer is sent and being set; waiting for the answer */
    PF_NEGOTIATION_SETTING_ANSWER, /* setRemoteDescription(answer) is pending */
    PF_NEGOTIATION_SETTING_OFFER,  /* setRemoteDescription(offer) is pending */
    PF_NEGOTIATION_MAKING_ANSWER,  /* createAnswer() is pending */
    PF_NEGOTIATION_BROKEN,         /* of no use any more, see connection.c: replaced by a new one */
};

struct pf_connection {
    pf_pc pc; /* 0: there is none; of the rest only the three numbers below hold */
    uint32_t epoch;
    uint32_t offer_number; /* the current exchange, or else the last one; 0 before the first */
    uint32_t done;         /* the last exchange that was completed, 0 before the first */
    enum pf_negotiation negotiation;
    enum pf_connection_state state;
    bool offers_ours;   /* that exchange was offered by this side */
    bool wants_restart; /* an ICE restart is to be offered once stable */
    bool missed_offer;  /* one arrived during an exchange; is requested again once stable */
    bool channel_open;
    bool turn_refused;               /* a TURN server has refused the credentials */
    bool video_rejected;             /* by the answer, as it is where there is no codec in common */
    uint8_t own_kinds, peer_kinds;   /* of the candidates of both descriptions, see candidates.h */
    struct pf_exchange remote;       /* whose remote description is set; {0, 0}: none */
    uint32_t remote_candidates;      /* added to it, or dropped as too many */
    size_t candidates_sent;          /* of those below, to the peer */
    struct pf_candidates candidates; /* of the local description */
};

/* What the caller has to do after an event. */
enum pf_connection_outcome {
    PF_OUTCOME_NOTHING,
    PF_OUTCOME_SEND_DESCRIPTION, /* that of the event */
    PF_OUTCOME_REMOTE_SET,       /* candidates of `remote` can be added now */
    PF_OUTCOME_BROKEN,           /* has just become BROKEN */
};

/* Creates the RTCPeerConnection of an epoch. `offers`: this side makes the first offer. */
void pf_connection_open(struct pf_connection *connection, struct pf_context *context,
                        uint32_t epoch, bool offers);

/* Closes it, if there is one. */
void pf_connection_close(struct pf_connection *connection, struct pf_context *context);

/* Begins exchange `number`, which must be above the last one. Only when STABLE. */
void pf_connection_make_offer(struct pf_connection *connection, struct pf_context *context,
                              uint32_t number, bool ice_restart);

/* The number of this side's next epoch or offer after `last` (PROTOCOL.md 4.3). */
uint32_t pf_number_after(uint32_t last, bool polite);

/* Whether an offer has at most PF_SECTIONS_MAX sections; browsers accept hundreds. */
bool pf_connection_fits(struct pf_slice sdp);

/* Takes a description from the peer, of this epoch. */
void pf_connection_take_offer(struct pf_connection *connection, struct pf_context *context,
                              uint32_t number, struct pf_slice sdp);
void pf_connection_take_answer(struct pf_connection *connection, struct pf_context *context,
                               uint32_t number, struct pf_slice sdp);

/* Has the local description sent again if it is one that the peer may lack. */
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
