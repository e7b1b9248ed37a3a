/* addresses.c - the limits of each network address. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/addresses.h"

#include "base/assert.h"
#include "relay/hub/siphash.h"
#include "relay/server/crypto.h"

#include <stdlib.h>

enum {
    BUCKETS = 1 << 14,
    SWEEP = 4, /* buckets looked at for each new address */
    THOUSAND = 1000,
    BURST_S = 10,
    JOINS_BURST_S = 60,
    RETURNS_FACTOR = 4, /* all members behind one address return after a restart */
};

enum pf_error pf_addresses_init(struct pf_addresses *addresses,
                                const struct pf_address_limits *limits)
{
    *addresses = (struct pf_addresses){
        .buckets = calloc(BUCKETS, sizeof(struct pf_address *)),
        .hash_key = {pf_crypto_draw(NULL), pf_crypto_draw(NULL)},
        .limits = *limits,
    };
    return addresses->buckets ? PF_ERROR_OK : PF_ERROR_MEMORY;
}

void pf_addresses_clear(struct pf_addresses *addresses)
{
    for (size_t i = 0; addresses->buckets && i < BUCKETS; i++) {
        while (addresses->buckets[i]) {
            struct pf_address *address = addresses->buckets[i];
            addresses->buckets[i] = address->next;
            free(address);
        }
    }
    free(addresses->buckets);
    addresses->buckets = NULL;
}

/* Takes `count` of what is counted in thousandths; a limit of 0 is none. */
static bool take(struct pf_token_bucket *bucket, uint32_t per_s, uint32_t burst_s, uint64_t now_ms,
                 uint64_t count)
{
    const uint64_t burst = (uint64_t)per_s * burst_s * THOUSAND;
    const struct pf_token_rate rate = {
        .burst = burst,
        .per_ms = per_s < PF_TOKENS_PER_MS_MAX ? per_s : PF_TOKENS_PER_MS_MAX,
    };
    return per_s == 0 || pf_token_bucket_take(bucket, &rate, now_ms, count * THOUSAND);
}

/* The numbers of a bucket are the time at which it is full, times its rate. */
static bool is_full(const struct pf_token_bucket *bucket, uint32_t per_s, uint64_t now_ms)
{
    return bucket->full_at <= now_ms * (per_s > 0 ? per_s : 1);
}

static bool is_forgotten(const struct pf_addresses *addresses, const struct pf_address *address,
                         uint64_t now_ms)
{
    const struct pf_address_limits *limits = &addresses->limits;
    return address->connections == 0 && is_full(&address->opens, limits->opens_per_s, now_ms) &&
           is_full(&address->joins, limits->joins_per_s, now_ms) &&
           is_full(&address->comebacks, limits->joins_per_s * RETURNS_FACTOR, now_ms) &&
           is_full(&address->bytes, limits->kib_per_s, now_ms);
}

static void sweep(struct pf_addresses *addresses, uint64_t now_ms)
{
    for (int i = 0; i < SWEEP; i++) {
        struct pf_address **at = &addresses->buckets[addresses->swept++ % BUCKETS];
        while (*at) {
            struct pf_address *address = *at;
            if (is_forgotten(addresses, address, now_ms)) {
                *at = address->next;
                addresses->count--;
                free(address);
            } else {
                at = &address->next;
            }
        }
    }
}

/* Finds or adds it. NULL if there are too many, or memory is short. */
static struct pf_address *get(struct pf_addresses *addresses, uint64_t key, uint64_t now_ms)
{
    const struct pf_slice bytes = {(const char *)&key, sizeof key};
    struct pf_address **bucket =
        &addresses->buckets[pf_siphash(addresses->hash_key, bytes) % BUCKETS];
    for (struct pf_address *address = *bucket; address; address = address->next) {
        if (address->key == key) {
            return address;
        }
    }
    sweep(addresses, now_ms);
    struct pf_address *address =
        addresses->count < PF_ADDRESSES_MAX ? malloc(sizeof *address) : NULL;
    if (address) {
        *address = (struct pf_address){.next = *bucket, .key = key};
        *bucket = address;
        addresses->count++;
    }
    return address;
}

bool pf_addresses_enter(struct pf_addresses *addresses, const struct pf_ip *ip, uint64_t now_ms,
                        struct pf_address **out)
{
    const struct pf_address_limits *limits = &addresses->limits;
    struct pf_address *address =
        pf_ip_is_loopback(ip) ? NULL : get(addresses, pf_ip_subscriber(ip), now_ms);
    *out = NULL;
    if (!address) {
        return true;
    }
    if (limits->connections > 0 && address->connections >= limits->connections) {
        return false;
    }
    if (!take(&address->opens, limits->opens_per_s, BURST_S, now_ms, 1)) {
        return false;
    }
    address->connections++;
    *out = address;
    return true;
}

void pf_addresses_leave(struct pf_address *address)
{
    if (address) {
        PF_ASSERT(address->connections > 0);
        address->connections--;
    }
}

bool pf_addresses_take_bytes(const struct pf_addresses *addresses, struct pf_address *address,
                             uint64_t now_ms, size_t size)
{
    enum { KIB = 1024 };
    if (!address || addresses->limits.kib_per_s == 0) {
        return true;
    }
    /* Counted in thousandths of KiB; each read costs at least one. */
    const uint32_t per_s = addresses->limits.kib_per_s;
    const struct pf_token_rate rate = {
        .burst = (uint64_t)per_s * BURST_S * THOUSAND,
        .per_ms = per_s < PF_TOKENS_PER_MS_MAX ? per_s : PF_TOKENS_PER_MS_MAX,
    };
    return pf_token_bucket_take(&address->bytes, &rate, now_ms, 1 + size * THOUSAND / KIB);
}

bool pf_addresses_take_join(const struct pf_addresses *addresses, struct pf_address *address,
                            uint64_t now_ms, bool returns)
{
    const uint32_t per_s = addresses->limits.joins_per_s;
    if (!address) {
        return true;
    }
    return returns ? take(&address->comebacks, per_s * RETURNS_FACTOR, JOINS_BURST_S, now_ms, 1)
                   : take(&address->joins, per_s, JOINS_BURST_S, now_ms, 1);
}
