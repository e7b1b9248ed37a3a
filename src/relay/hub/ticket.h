/* ticket.h - the signed text by which a client resumes as the same member. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_HUB_TICKET_H
#define PF_RELAY_HUB_TICKET_H

#include "base/buffer.h"
#include "base/slice.h"
#include "protocol/message.h"

#include <stdint.h>

enum {
    PF_MAC_SIZE = 32,
    PF_TICKET_LIFETIME_S = 24 * 60 * 60,
};

/* A keyed hash that only the relays of one operator can compute: HMAC-SHA256, except in tests. */
struct pf_signer {
    void *user; /* handed to `sign`; borrowed */
    void (*sign)(void *user, struct pf_slice text, uint8_t mac[PF_MAC_SIZE]);
};

/*
 * Appends a ticket for member `id` of `room`: "<id>.<unix time of expiry>.<mac in hex>". The mac
 * covers the room's name as well, so a ticket is not valid in another room.
 */
void pf_ticket_write(const struct pf_signer *signer, struct pf_slice room, pf_member_id id,
                     uint64_t expiry_s, struct pf_buffer *out);

/* The member that a valid ticket for `room` names, or 0 if it is expired or not valid. */
pf_member_id pf_ticket_read(const struct pf_signer *signer, struct pf_slice room,
                            struct pf_slice ticket, uint64_t unix_s);

#endif
