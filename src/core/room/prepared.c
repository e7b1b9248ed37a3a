/*
 * prepared.c - an offer made before it is known who will get it.
 *
 * It is part of "join", and the relay hands it to one member. The first picture then arrives
 * earlier by a round trip and by the time it takes to make an offer and gather candidates.
 */
/* SPDX-License-Identifier: MIT */
#include "core/room/prepared.h"

#include "core/media/publishing.h"

void pf_prepared_init(struct pf_prepared *prepared)
{
    prepared->connection.pc = 0;
    prepared->sdp_size = 0;
}

void pf_prepared_begin(struct pf_prepared *prepared, struct pf_context *context)
{
    if (prepared->connection.pc == 0) {
        prepared->sdp_size = 0;
        pf_connection_open(&prepared->connection, context, PF_PREPARED_EPOCH, true);
        pf_connection_make_offer(&prepared->connection, context, 1, false);
    }
}

void pf_prepared_discard(struct pf_prepared *prepared, struct pf_context *context)
{
    pf_connection_close(&prepared->connection, context);
    prepared->sdp_size = 0;
}

bool pf_prepared_is_making(const struct pf_prepared *prepared)
{
    return prepared->connection.pc != 0 && prepared->sdp_size == 0;
}

bool pf_prepared_is_made(const struct pf_prepared *prepared)
{
    return prepared->connection.pc != 0 && prepared->sdp_size > 0;
}

void pf_prepared_handle(struct pf_prepared *prepared, struct pf_context *context,
                        const struct pf_event *event)
{
    const struct pf_slice sdp = event->description.sdp;
    switch (pf_connection_handle(&prepared->connection, context, event)) {
    case PF_OUTCOME_SEND_DESCRIPTION:
        if (sdp.size > PF_PREPARED_SDP_SIZE_MAX) {
            pf_prepared_discard(prepared, context);
        } else {
            prepared->sdp_size = pf_slice_copy(sdp, prepared->sdp, sizeof prepared->sdp);
        }
        break;
    case PF_OUTCOME_BROKEN: pf_prepared_discard(prepared, context); break;
    case PF_OUTCOME_NOTHING:
    case PF_OUTCOME_REMOTE_SET: break;
    }
}

void pf_prepared_compose(struct pf_prepared *prepared, const struct pf_context *context,
                         struct pf_prepared_offer *offer)
{
    struct pf_connection *connection = &prepared->connection;
    const bool is_made = pf_prepared_is_made(prepared);
    offer->sdp = (struct pf_slice){prepared->sdp, is_made ? prepared->sdp_size : 0};
    offer->state = context->publishing->own;
    offer->candidates_count = 0;
    if (!is_made) {
        return;
    }
    while (offer->candidates_count < connection->candidates.count &&
           offer->candidates_count < PF_OFFER_CANDIDATES_MAX) {
        const size_t index = offer->candidates_count++;
        offer->candidates[index] = pf_candidates_get(&connection->candidates, index);
    }
    connection->candidates_sent = offer->candidates_count;
}
