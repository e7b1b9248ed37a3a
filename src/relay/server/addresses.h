/* addresses.h - the limits of each network address. Internal to the server. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_ADDRESSES_H
#define PF_RELAY_SERVER_ADDRESSES_H

#include "base/error.h"
#include "base/token_bucket.h"
#include "relay/server/ip.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * An address is one of IPv4, or a network of 64 bits of IPv6, which is what one subscriber has. It
 * is remembered while it has connections, and until its token buckets are full again. Loopback
 * addresses have no limits: everybody behind a proxy on this machine has one. See proxied.h.
 */

enum { PF_ADDRESSES_MAX = 1 << 17 }; /* beyond that, new ones have no limits of their own */

struct pf_address_limits {
    uint32_t connections; /* at the same time; 0: no limit, as below */
    uint32_t opens_per_s; /* new connections, and so TLS handshakes; bursts of ten seconds' worth */
    uint32_t joins_per_s; /* new members; bursts of a minute's worth */
    uint32_t kib_per_s;   /* received; bursts of ten seconds' worth */
};

struct pf_address {
    struct pf_address *next; /* in its bucket; borrowed */
    uint64_t key;
    uint32_t connections;
    struct pf_token_bucket opens, joins, comebacks, bytes;
};

struct pf_addresses {
    struct pf_address **buckets; /* owned, with the addresses */
    size_t count;
    size_t swept; /* the bucket that is looked at next for addresses to forget */
    uint64_t hash_key[2];
    struct pf_address_limits limits;
};

/* Fails with MEMORY. */
enum pf_error pf_addresses_init(struct pf_addresses *addresses,
                                const struct pf_address_limits *limits);

void pf_addresses_clear(struct pf_addresses *addresses);

/*
 * Counts a new connection. `out` is its address until pf_addresses_leave(), or NULL if that has no
 * limits. False if it has too many connections, or has opened too many in too short a time.
 */
bool pf_addresses_enter(struct pf_addresses *addresses, const struct pf_ip *ip, uint64_t now_ms,
                        struct pf_address **out);

/* The connection is closed. Accepts NULL. */
void pf_addresses_leave(struct pf_address *address);

/* Counts what it does, and tells whether it may. All accept NULL, and then it may. */
bool pf_addresses_take_bytes(const struct pf_addresses *addresses, struct pf_address *address,
                             uint64_t now_ms, size_t size);
bool pf_addresses_take_join(const struct pf_addresses *addresses, struct pf_address *address,
                            uint64_t now_ms, bool returns);

#endif
