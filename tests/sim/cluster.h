/* cluster.h - relays that serve the same rooms over simulated Redis servers. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_CLUSTER_H
#define SIM_CLUSTER_H

#include "store.h"
#include "world.h"

enum {
    SIM_UNHEARD_MAX = 16,
    SIM_LET_IN_MAX = 128,
    SIM_CLOCKS_MS_MAX = 500, /* between two relays: more than NTP leaves */
};

/* A client whose message has not reached the owner of its room. */
struct sim_unheard {
    uint32_t socket; /* index; 0: free */
    uint64_t since_us;
};

/*
 * Part of some worlds only: in the others world->cluster is NULL, and the relays know nothing of
 * one another.
 */
struct sim_cluster {
    pf_relay_id ids[SIM_RELAYS_MAX]; /* of the processes that run; else 0 */
    bool retires[SIM_RELAYS_MAX];
    pf_member_id let_in[SIM_LET_IN_MAX]; /* by owners, as guests, through open doors; the last */
    size_t let_in_count;                 /* ever */
    uint64_t clocks_ms[SIM_RELAYS_MAX];  /* how much their clocks are ahead, below the maximum */
    uint64_t paused_us[SIM_RELAYS_MAX];  /* until then the process does nothing */
    struct sim_store stores[SIM_STORES_MAX];
    struct sim_link links[SIM_RELAYS_MAX][SIM_STORES_MAX];
    /* For the checks, see cluster_check.c: when it was last so. */
    uint64_t shared_us[SIM_RELAYS_MAX][SIM_RELAYS_MAX];
    uint64_t idle_us[SIM_RELAYS_MAX];
    uint64_t agreed_us;
    uint64_t resets[SIM_RELAYS_MAX]; /* as of the last second */
    uint64_t last_start_us;
    size_t unheard_count;                        /* ever */
    struct sim_unheard unheard[SIM_UNHEARD_MAX]; /* the last ones */
    char packet[PF_MESSAGE_SIZE_MAX + 4096];     /* being put together */
};

/* Makes the stores, and starts the relays, in a world that has a cluster. */
void sim_cluster_begin(struct sim_world *world);
void sim_cluster_end(struct sim_world *world);

/* A relay's process has an id from now on; it is started or ended by relay.c. */
pf_relay_id sim_cluster_draw_id(struct sim_world *world, uint32_t relay);

/* The relay that the balancer chooses for a new WebSocket of that host. */
void sim_cluster_balance(struct sim_world *world, uint32_t host);

/* How long, at least, whatever comes to the relay has to wait; 0 if it is handled now. */
uint64_t sim_cluster_pause_us(const struct sim_world *world, uint32_t relay);

/* The faults are over: nothing of them is left but what has happened. */
void sim_cluster_calm(struct sim_world *world);

/* SIM_CLUSTER_FAULT and SIM_RELAY_RETIRED. */
void sim_cluster_happen(struct sim_world *world, const struct sim_happening *happening);

#endif
