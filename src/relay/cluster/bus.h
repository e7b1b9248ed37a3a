/* bus.h - the messages between relays: reading and writing. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_CLUSTER_BUS_H
#define PF_RELAY_CLUSTER_BUS_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"
#include "protocol/message.h"
#include "relay/cluster/store.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A message is a byte of the format's version, a byte of its kind, and little-endian numbers: what
 * all kinds have, then what the kind has, then a text to the end.
 *
 * The first ten bytes are the same in all versions: version, kind, and the relay that it is from.
 * So is FOREIGN, which is these ten bytes. Relays of two versions understand nothing else of one
 * another.
 *
 * The messages of a trunk from one end are numbered from 0 and belong to an epoch, a number that
 * grows with each new trunk that the sender has with anybody. ALIVE, RESET and SELF have no number
 * of their own: ALIVE says the next one.
 */
enum pf_bus_kind {
    PF_BUS_ALIVE, /* nothing is new; whoever has missed something notices now */
    PF_BUS_RESET, /* "your epoch `remote_epoch` is over" */
    PF_BUS_SELF,  /* to the sender itself: the bus works */
    /* From a front: */
    PF_BUS_OPEN,   /* `client` comes to `room`, and its `join` is `text` */
    PF_BUS_TEXT,   /* `client` says `text` */
    PF_BUS_CLOSED, /* `client` is gone, with `code` */
    /* From an owner: */
    PF_BUS_SEND,  /* `text` to each of `clients` */
    PF_BUS_CLOSE, /* close `client` with `code` */
    PF_BUS_AGAIN, /* the room that `client` came to is not ours: ask the store again */
    /* The answer to a message of another version; its own is that of the sender. */
    PF_BUS_FOREIGN = 9,
};
enum { PF_BUS_KINDS_COUNT = PF_BUS_FOREIGN + 1 };

enum {
    PF_BUS_VERSION = 1,
    PF_BUS_SIZE_MAX = PF_MESSAGE_SIZE_MAX + 512,
    PF_BUS_CLIENT_MAX = 1 << 21, /* numbers of clients are below it */
};

struct pf_bus_message {
    uint8_t version; /* set by reading */
    enum pf_bus_kind kind;
    pf_relay_id from;
    uint32_t epoch;        /* the sender's; 0 for RESET, SELF and FOREIGN */
    uint32_t remote_epoch; /* the receiver's, as far as the sender has heard of it; else 0 */
    uint32_t number;
    uint32_t client; /* as the front numbers it */
    uint32_t
        serial; /* of its visit, for OPEN, CLOSE and AGAIN: numbers of clients are used again */
    uint64_t opened_unix_ms; /* for OPEN: when the client connected, by the front's wall clock */
    uint64_t address;        /* for OPEN: as of pf_hub_doorkeeper */
    bool is_again;           /* for OPEN: it has been sent before, and had no answer */
    uint16_t code;
    uint32_t clients_count; /* for SEND, 1 to PF_MEMBERS_MAX */
    uint32_t clients[PF_MEMBERS_MAX], serials[PF_MEMBERS_MAX];
    struct pf_slice room; /* for OPEN; borrowed */
    struct pf_slice text; /* borrowed */
};

/* Appends the message. One whose text and room are as long as the protocol allows fits in
 * PF_BUS_SIZE_MAX. */
void pf_bus_write(const struct pf_bus_message *message, struct pf_buffer *out);

/* `out` borrows from `bytes`. Fails with INVALID; or with UNSUPPORTED for another version, and then
 * `out` has what all versions have. */
enum pf_error pf_bus_read(struct pf_slice bytes, struct pf_bus_message *out);

#endif
