/* prepared.h - an offer made before it is known who will get it. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_ROOM_PREPARED_H
#define PF_CORE_ROOM_PREPARED_H

#include "core/common/context.h"
#include "core/peer/connection.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    PF_PREPARED_SDP_SIZE_MAX = 16384, /* browsers' offers of three sections have 3 to 7 KB */
};

/* While the user is in the lobby an RTCPeerConnection is made, with an offer and its candidates. */
struct pf_prepared {
    struct pf_connection connection;
    size_t sdp_size; /* 0: the offer is not made yet */
    char sdp[PF_PREPARED_SDP_SIZE_MAX + 1];
};

void pf_prepared_init(struct pf_prepared *prepared);

/* Begins, unless it has begun. */
void pf_prepared_begin(struct pf_prepared *prepared, struct pf_context *context);

/* Closes the connection, if there is one. */
void pf_prepared_discard(struct pf_prepared *prepared, struct pf_context *context);

/* Whether it has begun and the offer is not made yet; whether it is made. */
bool pf_prepared_is_making(const struct pf_prepared *prepared);
bool pf_prepared_is_made(const struct pf_prepared *prepared);

/* An event of group PC with this connection's id. */
void pf_prepared_handle(struct pf_prepared *prepared, struct pf_context *context,
                        const struct pf_event *event);

/* Fills in what "join" carries: the offer and its candidates so far, or nothing. */
void pf_prepared_compose(struct pf_prepared *prepared, const struct pf_context *context,
                         struct pf_prepared_offer *offer);

#endif
