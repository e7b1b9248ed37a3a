/* prepared.h - an offer made before it is known who will get it. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_ROOM_PREPARED_H
#define PF_CORE_ROOM_PREPARED_H

#include "core/common/context.h"
#include "core/peer/connection.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    PF_PREPARED_EPOCH = 1,            /* of the connection, with whomever it will be */
    PF_PREPARED_SDP_SIZE_MAX = 24576, /* browsers' offers with five sections take 6 to 13 KB */
};

/* An RTCPeerConnection that is created, offers and gathers while the user is in the lobby. */
struct pf_prepared {
    struct pf_connection connection;
    size_t sdp_size; /* 0: the offer is not made yet */
    char sdp[PF_PREPARED_SDP_SIZE_MAX + 1];
};

void pf_prepared_init(struct pf_prepared *prepared);

/* Creates the connection and its offer, unless that was done. */
void pf_prepared_begin(struct pf_prepared *prepared, struct pf_context *context);

/* Closes the connection, if there is one. */
void pf_prepared_discard(struct pf_prepared *prepared, struct pf_context *context);

/* Whether the offer is being made; whether it is made. */
bool pf_prepared_is_making(const struct pf_prepared *prepared);
bool pf_prepared_is_made(const struct pf_prepared *prepared);

/* An event of group PC with this connection's id. */
void pf_prepared_handle(struct pf_prepared *prepared, struct pf_context *context,
                        const struct pf_event *event);

/* Fills in what "join" carries: the offer and the candidates so far, or nothing. */
void pf_prepared_compose(struct pf_prepared *prepared, const struct pf_context *context,
                         struct pf_prepared_offer *offer);

#endif
