/* directory.h - what a simulated Redis server knows: which relays are alive, and who owns a room.
 */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_DIRECTORY_H
#define SIM_DIRECTORY_H

#include "base/slice.h"
#include "relay/cluster/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SIM_LEASES_MAX = 128, /* relays are restarted again and again; who is dead makes place */
    SIM_OWNERS_MAX = 16,  /* more than there are names of rooms */
    SIM_ROOM_SIZE_MAX = 64,
};

/* Two kinds of keys, `relay:<id>` and `owner:<room>`, with the time at which they expire. Expired
 * keys are as if they were not there. All zero knows nothing. */
struct sim_directory {
    struct {
        pf_relay_id relay; /* 0: free */
        uint64_t expires_us;
    } leases[SIM_LEASES_MAX];
    struct {
        pf_relay_id relay; /* 0: free */
        uint64_t expires_us;
        size_t room_size;
        char room[SIM_ROOM_SIZE_MAX];
    } owners[SIM_OWNERS_MAX];
};

void sim_directory_renew(struct sim_directory *directory, uint64_t now_us, pf_relay_id relay);
void sim_directory_retire(struct sim_directory *directory, pf_relay_id relay);
bool sim_directory_is_alive(const struct sim_directory *directory, uint64_t now_us,
                            pf_relay_id relay);

/* The owner of the room, alive or not; 0 if there is none. */
pf_relay_id sim_directory_owner(const struct sim_directory *directory, uint64_t now_us,
                                struct pf_slice room);

/* In one step: the room's owner if it is alive, else `relay`, which owns the room from now on. */
pf_relay_id sim_directory_claim(struct sim_directory *directory, uint64_t now_us, pf_relay_id relay,
                                struct pf_slice room);

void sim_directory_release(struct sim_directory *directory, uint64_t now_us, pf_relay_id relay,
                           struct pf_slice room);

#endif
