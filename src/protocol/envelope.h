/* envelope.h - what the relay reads of a message, and how it forwards one, without a tree. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_PROTOCOL_ENVELOPE_H
#define PF_PROTOCOL_ENVELOPE_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"
#include "protocol/message.h"

/* What forwarding changes: `{` becomes `{"from":"<16 digits>",`. */
enum {
    PF_ENVELOPE_PREFIX_SIZE = 27,
    PF_ENVELOPE_GROWTH = PF_ENVELOPE_PREFIX_SIZE - 1,
};

/*
 * The limits that keep what the relay makes of a message within PF_MESSAGE_SIZE_MAX: a signal gets
 * its prefix, and the offer of a join goes into a `member`, whose other members fit in 1,024 bytes.
 */
enum {
    PF_SIGNAL_SIZE_MAX = PF_MESSAGE_SIZE_MAX - PF_ENVELOPE_GROWTH,
    PF_OFFER_SIZE_MAX = PF_MESSAGE_SIZE_MAX - 1024,
};

struct pf_envelope {
    enum pf_message_type type;
    pf_member_id to;                /* not 0 for a signal; 0 where there is no `to` */
    struct pf_slice prepared_offer; /* the JSON of `preparedOffer`, untouched; empty: absent */
    struct pf_slice rest;           /* what follows the opening brace; never empty */
};

/*
 * Reads the envelope of what a client has sent, in one pass over the whole text: it must be JSON as
 * json.h has it. It needs `type`, and a signal needs `to`. `out` borrows from `text`.
 *
 * Assumes that `text` is UTF-8: the WebSocket codec has seen to that. Bytes that are not are passed
 * on inside strings and refused everywhere else.
 *
 * Fails, leaving `out` untouched, with
 *  - INVALID: not such an object; a `from`; a `type`, `to` or `preparedOffer` that comes twice; a
 * `type` or `to` that is no string or has an escape in it; a `to` that is no member id; a signal
 * without;
 *  - UNSUPPORTED: a type that PROTOCOL.md does not have;
 *  - TOO_LONG: over PF_MESSAGE_SIZE_MAX, PF_MESSAGE_DEPTH_MAX or one of the two limits above.
 */
enum pf_error pf_envelope_read(struct pf_slice text, struct pf_envelope *out);

/*
 * Appends `{"from":"<from>",`, which is PF_ENVELOPE_PREFIX_SIZE bytes. With envelope->rest behind
 * it, that is the message as it is forwarded.
 */
void pf_envelope_write_prefix(pf_member_id from, struct pf_buffer *out);

#endif
