/* conversation.h - what a peer has heard of this side, and this side of it. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_PEER_CONVERSATION_H
#define PF_CORE_PEER_CONVERSATION_H

#include "base/token_bucket.h"
#include "core/common/context.h"

#include <stdbool.h>
#include <stdint.h>

struct pf_peer;

/*
 * The messages themselves are in core/room/chat.h. What belongs to the channel begins anew with
 * each; what has been heard is a matter of the two instances.
 */
struct pf_conversation {
    bool is_possible;      /* the peer understands messages */
    uint32_t since;        /* the first number that was said in the peer's presence; 0: none was */
    uint32_t acknowledged; /* the last that the peer has heard; chat */
    uint32_t sent;         /* the last that is on the channel, or needs not be sent; chat */
    uint32_t heard;        /* the last of the peer's */
    uint8_t in_flight;     /* sent since the peer had heard all; chat */
    uint8_t unanswered;    /* of the peer's, since it was last told what is heard */
    bool is_due;           /* it is to be told what is heard */
    uint64_t at_ms;        /* something is to be sent then, or PF_NEVER */
    struct pf_token_bucket taken; /* of the peer's; outlives the peer */
};

/* For a new peer, whose capabilities are known. */
void pf_conversation_init(struct pf_peer *peer);

/* A channel has opened: nothing is on it, and nothing is sent before the peer says what it has. */
void pf_conversation_restart(struct pf_conversation *conversation);

/* Whether the message of that number was said in the peer's presence, and not heard yet. */
bool pf_conversation_awaits(const struct pf_peer *peer, uint32_t number);

/* A message of the peer's: shows it, if it is new and the peer keeps to the limit. */
void pf_conversation_take(struct pf_peer *peer, struct pf_context *context,
                          const struct pf_chat_message *message);

/* At the end of every event, with a channel: tells the peer what is heard, or later if it speaks
 * too fast. */
void pf_conversation_answer(struct pf_peer *peer, struct pf_context *context);

void pf_conversation_check(const struct pf_conversation *conversation);

#endif
