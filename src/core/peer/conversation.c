/*
 * conversation.c - what a peer has heard of this side, and this side of it.
 *
 * A data channel keeps the order and loses nothing, but may end at any time with messages under
 * way. So each side says on a new channel which number of the other's it has heard last, and is
 * sent what comes after. On a channel at most PF_CHAT_UNHEARD_MAX messages are not acknowledged:
 * who sends too fast is acknowledged later and thereby slowed down. Nothing waits here, and nothing
 * of a peer that keeps to the limit is dropped, however unevenly the network delivers it.
 */
/* SPDX-License-Identifier: MIT */
#include "core/peer/conversation.h"

#include "base/assert.h"
#include "core/peer/peer.h"

enum {
    TAKEN_MS = 500, /* the mean time between messages of one peer */
    BURST = 80,     /* a newcomer is sent what a peer has kept, see chat.h */
};

static const struct pf_token_rate taken_rate = {.burst = BURST * TAKEN_MS, .per_ms = 1};

void pf_conversation_init(struct pf_peer *peer)
{
    const struct pf_slice capabilities = {peer->capabilities, peer->capabilities_size};
    peer->conversation = (struct pf_conversation){
        .is_possible = pf_capabilities_have(capabilities, PF_CAPABILITY_CHAT),
        .at_ms = PF_NEVER,
        .taken = peer->conversation.taken,
    };
}

void pf_conversation_restart(struct pf_conversation *conversation)
{
    conversation->sent = conversation->acknowledged;
    conversation->in_flight = PF_CHAT_UNHEARD_MAX;
    conversation->unanswered = 0;
    conversation->is_due = true;
}

bool pf_conversation_awaits(const struct pf_peer *peer, uint32_t number)
{
    const struct pf_conversation *conversation = &peer->conversation;
    return peer->id != 0 && conversation->is_possible && conversation->since != 0 &&
           number >= conversation->since && number > conversation->acknowledged;
}

void pf_conversation_take(struct pf_peer *peer, struct pf_context *context,
                          const struct pf_chat_message *message)
{
    struct pf_conversation *conversation = &peer->conversation;
    if (conversation->unanswered == PF_CHAT_UNHEARD_MAX) {
        context->counters.unreadable++; /* R19: it does not keep to the limit */
        return;
    }
    conversation->unanswered++;
    conversation->is_due = true;
    if (message->number <= conversation->heard) {
        context->counters.stale++;
        return;
    }
    conversation->heard = message->number;
    struct pf_command *command = pf_outbox_push(&context->outbox, PF_COMMAND_SHOW_MESSAGE);
    command->message.id = peer->id;
    command->message.instance = peer->instance;
    command->message.first = message->first;
    command->message.delivery = PF_DELIVERY_RECEIVED;
    command->message.age_ms = message->age_ms;
    command->message.name = (struct pf_slice){peer->name, peer->name_size};
    command->message.text = message->text;
}

void pf_conversation_answer(struct pf_peer *peer, struct pf_context *context)
{
    struct pf_conversation *conversation = &peer->conversation;
    const uint64_t cost = (uint64_t)conversation->unanswered * TAKEN_MS;
    if (!conversation->is_due) {
        return;
    }
    conversation->at_ms = pf_token_bucket_ready_ms(&conversation->taken, &taken_rate, cost);
    context->outbox.message.type = PF_MESSAGE_HEARD;
    context->outbox.message.heard = conversation->heard;
    if (conversation->at_ms <= context->now_ms && pf_signaling_send_on_channel(peer, context)) {
        (void)pf_token_bucket_take(&conversation->taken, &taken_rate, context->now_ms,
                                   cost); /* it is ready */
        conversation->unanswered = 0;
        conversation->is_due = false;
        conversation->at_ms = PF_NEVER;
    }
}

void pf_conversation_check(const struct pf_conversation *conversation)
{
    PF_ASSERT(conversation->sent >= conversation->acknowledged);
    PF_ASSERT(conversation->in_flight <= PF_CHAT_UNHEARD_MAX);
    PF_ASSERT(conversation->unanswered <= PF_CHAT_UNHEARD_MAX);
}
