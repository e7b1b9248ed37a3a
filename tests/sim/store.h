/* store.h - simulated Redis servers, and the connections of the relays to them. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_STORE_H
#define SIM_STORE_H

#include "directory.h"
#include "faults.h"
#include "fifo.h"
#include "relay/cluster/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim_world;
struct sim_happening;

enum { SIM_GHOSTS_MAX = 16 };

/* How a server comes back. */
enum sim_store_memory {
    SIM_STORE_WHOLE,   /* it has kept all */
    SIM_STORE_BEHIND,  /* the last writes are lost */
    SIM_STORE_FORGETS, /* it is empty */
};

struct sim_store {
    bool up;
    uint64_t stalled_us; /* until then it does nothing */
    struct sim_directory now;
    struct sim_directory saved; /* as it was a moment ago: what is on the disk */
    uint64_t saved_us;
    enum sim_store_memory memory; /* while it is down */
    /* Subscriptions that the server still counts, though nobody hears them any more. */
    struct {
        pf_relay_id relay; /* 0: free */
        uint64_t until_us;
    } ghosts[SIM_GHOSTS_MAX];
};

/*
 * The two connections of a relay to a store: one for commands and their answers, and the
 * subscription. Each direction is in order; what an answer and a message say of one another is
 * not. The server's end of the subscription may be gone for a while, or for good, before the relay
 * hears of it.
 */
struct sim_link {
    bool is_wanted;                /* the relay's process runs */
    bool is_up;                    /* as the relay knows it */
    bool is_subscribed;            /* messages reach the relay */
    bool is_dying;                 /* the relay is about to see that it is closed */
    bool is_broken;                /* no packet passes any more */
    bool is_closing;               /* by the relay itself */
    uint32_t token;                /* grows when it goes down: what was scheduled before is void */
    uint64_t cut_began_us, cut_us; /* no packet passes until `cut_us`, but TCP repeats them */
    uint64_t heard_us;             /* when the last message came, or it came up */
    struct sim_fifo commands, answers, messages;
};

/* Starts all servers, without anything in them. */
void sim_stores_begin(struct sim_world *world);

/* Frees what is under way. */
void sim_stores_end(struct sim_world *world);

/* The relay's process starts, and connects; or it ends. `sudden`: not even its kernel says so. */
void sim_store_relay_starts(struct sim_world *world, uint32_t relay);
void sim_store_relay_ends(struct sim_world *world, uint32_t relay, bool sudden);

/* The relay gives a command. */
void sim_store_command(struct sim_world *world, uint32_t relay,
                       const struct pf_store_command *command);

/* The server does nothing until then. */
void sim_store_stall(struct sim_world *world, uint32_t store, uint64_t until_us);

/* Ends the server's process, which is started again `after_us` from now. */
void sim_store_stop(struct sim_world *world, uint32_t store, uint64_t after_us,
                    enum sim_store_memory memory);

/* The server ends the subscription of a relay, as CLIENT KILL TYPE pubsub does. */
void sim_store_unsubscribe(struct sim_world *world, uint32_t relay, uint32_t store);

/* The same, but nobody tells the relay; `counted`: nor the server. */
void sim_store_deafen(struct sim_world *world, uint32_t relay, uint32_t store, bool counted);

/* No packet passes between the two until then. */
void sim_store_cut(struct sim_world *world, uint32_t relay, uint32_t store, uint64_t until_us);

/* Ends all of that, but for what nobody has noticed. */
void sim_stores_heal(struct sim_world *world);

/* Whether a message of the relay to itself can arrive. */
bool sim_store_carries(const struct sim_world *world, uint32_t relay, uint32_t store);

/* SIM_STORE_START and SIM_LINK_*. */
void sim_store_happen(struct sim_world *world, const struct sim_happening *happening);

#endif
