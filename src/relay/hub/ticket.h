/* ticket.h - the signed text by which a client resumes as the same member. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_HUB_TICKET_H
#define PF_RELAY_HUB_TICKET_H

#include "base/buffer.h"
#include "base/slice.h"
#include "protocol/message.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    PF_MAC_SIZE = 32,
    PF_TICKET_LIFETIME_S = 24 * 60 * 60, /* the same for all relays of a service */
};

/* A keyed hash that only the relays of one operator can compute: HMAC-SHA256, except in tests. */
struct pf_signer {
    void *user; /* handed to `sign`; borrowed */
    void (*sign)(void *user, struct pf_slice text, uint8_t mac[PF_MAC_SIZE]);
};

/* What a ticket says. */
struct pf_ticket {
    pf_member_id id;   /* 0: it is expired or not valid, and says nothing */
    uint64_t issued_s; /* Unix time */
    bool is_locked;    /* the room was locked then */
};

/*
 * Appends a ticket for a member of `room`: "<id>.<flag><unix time of expiry>.<mac in hex>", with
 * the flag "l" if the room is locked. The mac covers the room's name as well, so a ticket is not
 * valid in another room. A ticket does not make anybody a host: it outlives the role by a day.
 */
void pf_ticket_write(const struct pf_signer *signer, struct pf_slice room,
                     const struct pf_ticket *ticket, struct pf_buffer *out);

struct pf_ticket pf_ticket_read(const struct pf_signer *signer, struct pf_slice room,
                                struct pf_slice text, uint64_t unix_s);

#endif
