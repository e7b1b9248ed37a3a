/* store.h - what the relays of a cluster need of a Redis server. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_CLUSTER_STORE_H
#define PF_RELAY_CLUSTER_STORE_H

#include "base/slice.h"

#include <stddef.h>
#include <stdint.h>

/*
 * A store is a Redis (or Valkey) server: a directory, which says who owns a room, and a bus, which
 * carries messages from relay to relay. A relay has two connections to it, one that asks and one
 * that is subscribed to the relay's own channel. It is up while both of them work.
 *
 * The commands of a relay are carried out in the order in which it gave them, and the answers come
 * in that order. A command given while the store is down is not carried out and has no answer; one
 * that is under way when the store goes down may have been carried out, and has none either.
 */

/* Random, drawn when the process starts; never 0. A relay that is restarted is another one. */
typedef uint64_t pf_relay_id;

enum {
    PF_STORES_MAX = 8,
    PF_LEASE_MS = 10000,   /* for how long a relay is alive after it has said so */
    PF_OWNER_TTL_S = 7200, /* for how long a room has an owner after it has been claimed */
};

enum pf_store_command_type {
    PF_STORE_RENEW,   /* this relay is alive for another lease; no answer */
    PF_STORE_RETIRE,  /* it is not any more; no answer */
    PF_STORE_CLAIM,   /* the room's owner, if it is alive, else this relay, shall own it: CLAIMED */
    PF_STORE_RELEASE, /* if this relay owns the room, nobody does now; no answer */
    PF_STORE_PUBLISH, /* `bytes` to the relay's channel: PUBLISHED */
    PF_STORE_ASK,     /* whether the relay is alive: ANSWERED */
    PF_STORE_RECONNECT, /* closes both connections, and opens them again: DOWN, then UP */
};

/* What it points to is borrowed until the next output is polled. */
struct pf_store_command {
    enum pf_store_command_type type;
    uint32_t store;       /* index */
    pf_relay_id relay;    /* for PUBLISH and ASK */
    struct pf_slice room; /* for CLAIM and RELEASE */
    struct pf_slice bytes;
};

enum pf_store_event_type {
    PF_STORE_UP,
    PF_STORE_DOWN,
    PF_STORE_CLAIMED,   /* `room` is owned by `relay` */
    PF_STORE_PUBLISHED, /* `count` relays were subscribed: 0 or 1 */
    PF_STORE_ANSWERED,  /* `relay` is alive: `count` is 0 or 1 */
    PF_STORE_MESSAGE,   /* `bytes` have come on this relay's channel */
};

struct pf_store_event {
    enum pf_store_event_type type;
    uint64_t now_ms; /* as of pf_hub_event */
    uint64_t unix_s;
    uint32_t unix_ms;
    uint32_t store;
    pf_relay_id relay;
    uint32_t count;
    struct pf_slice room, bytes; /* borrowed until pf_cluster_poll() has returned false */
};

#endif
