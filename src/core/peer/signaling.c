/*
 * signaling.c - what this side sends to a peer.
 *
 * Signals go through the relay, which loses those that it cannot deliver, so every one of them may
 * be repeated: an offer while it is unanswered, everything when the peer is back. Our own state
 * also goes over the data channel, where it arrives even while the relay is away.
 */
/* SPDX-License-Identifier: MIT */
#include "core/peer/signaling.h"

#include "core/media/publishing.h"
#include "core/peer/peer.h"

enum {
    REPEAT_MS_MAX = 24000,
};

void pf_signaling_reset(struct pf_signaling *signaling)
{
    *signaling = (struct pf_signaling){.repeat_at_ms = PF_NEVER, .repeat_ms = PF_REPEAT_MS};
}

/* Begins a signal in the outbox; to be filled in and given to pf_context_send(). */
static struct pf_signal *compose(const struct pf_peer *peer, struct pf_context *context,
                                 enum pf_signal_kind kind)
{
    struct pf_message *message = &context->outbox.message;
    message->type = PF_MESSAGE_SIGNAL;
    message->signal = (struct pf_signal){
        .peer = peer->id,
        .from_instance = context->instance,
        .to_instance = peer->instance,
        .kind = kind,
        .epoch = peer->connection.epoch,
        .offer_number = peer->connection.offer_number,
    };
    return &message->signal;
}

void pf_signaling_request_for(const struct pf_peer *peer, struct pf_context *context,
                              enum pf_request want, uint32_t epoch)
{
    if (pf_peer_can_signal(peer, context)) {
        struct pf_signal *signal = compose(peer, context, PF_SIGNAL_REQUEST);
        signal->epoch = epoch;
        signal->want = want;
        pf_context_send(context);
    }
}

void pf_signaling_request(const struct pf_peer *peer, struct pf_context *context,
                          enum pf_request want)
{
    pf_signaling_request_for(peer, context, want, peer->connection.epoch);
}

/* Trickle ICE (RFC 8838): candidates are sent as they are gathered. */
void pf_signaling_send_candidates(struct pf_peer *peer, struct pf_context *context)
{
    struct pf_connection *connection = &peer->connection;
    if (!pf_peer_can_signal(peer, context)) {
        return;
    }
    for (; connection->candidates_sent < connection->candidates.count;
         connection->candidates_sent++) {
        const size_t index = connection->candidates_sent;
        struct pf_signal *signal = compose(peer, context, PF_SIGNAL_CANDIDATE);
        signal->offer_number = connection->candidates.entries[index].exchange.offer_number;
        signal->candidate = pf_candidates_get(&connection->candidates, index);
        pf_context_send(context);
    }
}

void pf_signaling_send_description(struct pf_peer *peer, struct pf_context *context,
                                   const struct pf_description *description)
{
    if (description->type == PF_DESCRIPTION_OFFER) {
        peer->signaling.repeat_at_ms = context->now_ms + peer->signaling.repeat_ms;
    }
    if (!pf_peer_can_signal(peer, context)) {
        return;
    }
    struct pf_signal *signal = compose(peer, context, PF_SIGNAL_DESCRIPTION);
    signal->description = *description;
    signal->state = context->publishing->own;
    pf_context_send(context);
    pf_signaling_send_candidates(peer, context);
}

bool pf_signaling_has_channel(const struct pf_peer *peer)
{
    return peer->connection.pc != 0 && peer->connection.channel_open;
}

bool pf_signaling_send_on_channel(const struct pf_peer *peer, struct pf_context *context)
{
    if (!pf_signaling_has_channel(peer)) {
        return false;
    }
    struct pf_command *command =
        pf_outbox_push_message(&context->outbox, PF_COMMAND_PC_CHANNEL_SEND);
    if (command) {
        command->pc = peer->connection.pc;
    }
    return command != NULL;
}

void pf_signaling_send_state(const struct pf_peer *peer, struct pf_context *context)
{
    if (pf_peer_can_signal(peer, context)) {
        compose(peer, context, PF_SIGNAL_STATE)->state = context->publishing->own;
        pf_context_send(context);
    }
    context->outbox.message.type = PF_MESSAGE_STATE;
    context->outbox.message.state = context->publishing->own;
    (void)pf_signaling_send_on_channel(peer, context); /* the signal says the same */
}

void pf_signaling_tick(struct pf_peer *peer, struct pf_context *context)
{
    struct pf_signaling *signaling = &peer->signaling;
    if (signaling->repeat_at_ms <= context->now_ms) {
        signaling->repeat_ms =
            signaling->repeat_ms < REPEAT_MS_MAX ? signaling->repeat_ms * 2 : REPEAT_MS_MAX;
        signaling->repeat_at_ms = PF_NEVER; /* set again when the offer has been read */
        if (pf_peer_can_signal(peer, context)) {
            pf_connection_repeat(&peer->connection, context);
        }
    }
}
