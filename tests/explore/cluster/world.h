/* world.h - two relays and a Redis server between them, and two people, in a chosen order. */
/* SPDX-License-Identifier: MIT */
#ifndef CLUSTER_WORLD_H
#define CLUSTER_WORLD_H

#include "relay/cluster/cluster.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
    RELAYS = 2,
    PEOPLE = 2,
    ACTIONS_MAX = 8,
    OTHERS_MAX = 8, /* a member that is away may be shown beside its successor */
    CHOICES_MAX = 3 * RELAYS + 2,
};

/* What happens besides: one after the other, each at any time after the one before. */
enum action {
    ACTION_NONE,
    ACTION_JOIN_0,     /* person 0 joins, at relay 0 */
    ACTION_JOIN_1,     /* person 1 joins, at relay 1 */
    ACTION_EMPTY,      /* the store is restarted, and knows nothing */
    ACTION_STORE_DOWN, /* the store stops */
    ACTION_STORE_UP,   /* and is there again, as it was */
    ACTION_DEAF_0,     /* relay 0 loses its connections to the store, and makes them anew */
    ACTION_KILL_0,     /* relay 0 is killed; its people go to relay 1 */
    ACTION_RETIRE_0,   /* relay 0 gives up its rooms */
    ACTION_LEAVE_0,    /* person 0 leaves */
};

/* A queue of messages in one direction. */
enum channel {
    COMMANDS, /* relay to store */
    ANSWERS,  /* store to relay */
    MESSAGES, /* likewise: the subscription */
};

struct packet {
    struct packet *next;
    uint64_t order; /* among all */
    struct pf_store_command command;
    struct pf_store_event event;
    size_t room_size;
    char text[]; /* the room, then the bytes */
};

struct queue {
    struct packet *first, *last; /* owned */
};

struct cluster_relay {
    struct pf_cluster *cluster; /* owned; NULL: it has been killed */
    pf_relay_id id;
    bool is_connected; /* to the store, as the store and the relay see it */
    bool is_closed;    /* to people who come */
    struct queue queues[3];
    uint32_t clients[PEOPLE]; /* whose they are, by the client's number; PEOPLE: nobody's */
};

struct cluster_person {
    bool wants, is_connected, has_joined, has_left;
    uint32_t relay, client;
    uint64_t again_ms; /* when it does the next thing: connects again, or joins; or UINT64_MAX */
    pf_member_id self;
    struct {
        pf_member_id id; /* 0: free */
        bool is_away;
    } others[OTHERS_MAX];
    char ticket[PF_TICKET_SIZE_MAX + 1];
    size_t join_size; /* of a message to be sent; 0: none */
    char join[512];
};

struct cluster_world {
    const enum action *actions; /* borrowed; ends with NONE */
    size_t actions_done;
    uint64_t now_ms, quiet_ms;
    uint64_t draws, packets;
    struct cluster_relay relays[RELAYS];
    struct cluster_person people[PEOPLE];
    /* The store */
    bool is_up;
    uint64_t lease_ms[RELAYS];
    pf_relay_id owner;
    FILE *trace; /* or NULL */
    char failure[160];
};

void world_begin(struct cluster_world *world, const enum action *actions, FILE *trace);
void world_end(struct cluster_world *world);

/* How many things can happen now; 0 is the end. The first one is what happens without haste: the
 * packet that has been under way for longest, else what a person does now, else an action, else the
 * next deadline. */
size_t world_choices(struct cluster_world *world);

/* Lets one of them happen. */
void world_step(struct cluster_world *world, size_t choice);

/* When nothing is left to happen: whether all is as it should be. Else world->failure says why. */
bool world_is_well(struct cluster_world *world);

#endif
