/* directory.c - what a simulated Redis server knows: which relays are alive, and who owns a room.
 */
/* SPDX-License-Identifier: MIT */
#include "directory.h"

#include "base/assert.h"

#include <string.h>

/* The index of the relay's lease, or SIM_LEASES_MAX. */
static size_t find_lease(const struct sim_directory *directory, pf_relay_id relay)
{
    size_t at = 0;
    while (at < SIM_LEASES_MAX && directory->leases[at].relay != relay) {
        at++;
    }
    return at;
}

void sim_directory_renew(struct sim_directory *directory, uint64_t now_us, pf_relay_id relay)
{
    size_t at = find_lease(directory, relay);
    for (size_t i = 0; i < SIM_LEASES_MAX && at == SIM_LEASES_MAX; i++) {
        if (directory->leases[i].expires_us <= now_us) {
            at = i;
        }
    }
    PF_ASSERT(at < SIM_LEASES_MAX);
    directory->leases[at].relay = relay;
    directory->leases[at].expires_us = now_us + (uint64_t)PF_LEASE_MS * 1000;
}

void sim_directory_retire(struct sim_directory *directory, pf_relay_id relay)
{
    const size_t at = find_lease(directory, relay);
    if (at < SIM_LEASES_MAX) {
        directory->leases[at].relay = 0;
        directory->leases[at].expires_us = 0;
    }
}

bool sim_directory_is_alive(const struct sim_directory *directory, uint64_t now_us,
                            pf_relay_id relay)
{
    const size_t at = find_lease(directory, relay);
    return relay != 0 && at < SIM_LEASES_MAX && directory->leases[at].expires_us > now_us;
}

/* The index of the room's owner, or SIM_OWNERS_MAX. */
static size_t find_owner(const struct sim_directory *directory, uint64_t now_us,
                         struct pf_slice room)
{
    for (size_t i = 0; i < SIM_OWNERS_MAX; i++) {
        const struct pf_slice name = {directory->owners[i].room, directory->owners[i].room_size};
        if (directory->owners[i].relay != 0 && directory->owners[i].expires_us > now_us &&
            pf_slice_equal(name, room)) {
            return i;
        }
    }
    return SIM_OWNERS_MAX;
}

pf_relay_id sim_directory_owner(const struct sim_directory *directory, uint64_t now_us,
                                struct pf_slice room)
{
    const size_t at = find_owner(directory, now_us, room);
    return at < SIM_OWNERS_MAX ? directory->owners[at].relay : 0;
}

static void set_owner(struct sim_directory *directory, uint64_t now_us, pf_relay_id relay,
                      struct pf_slice room)
{
    size_t at = find_owner(directory, now_us, room);
    for (size_t i = 0; i < SIM_OWNERS_MAX && at == SIM_OWNERS_MAX; i++) {
        if (directory->owners[i].relay == 0 || directory->owners[i].expires_us <= now_us) {
            at = i;
        }
    }
    PF_ASSERT(at < SIM_OWNERS_MAX);
    PF_ASSERT(room.size <= SIM_ROOM_SIZE_MAX);
    directory->owners[at].relay = relay;
    directory->owners[at].expires_us = now_us + (uint64_t)PF_OWNER_TTL_S * 1000000;
    directory->owners[at].room_size = room.size;
    memcpy(directory->owners[at].room, room.data, room.size);
}

pf_relay_id sim_directory_claim(struct sim_directory *directory, uint64_t now_us, pf_relay_id relay,
                                struct pf_slice room)
{
    const pf_relay_id owner = sim_directory_owner(directory, now_us, room);
    if (owner != relay && sim_directory_is_alive(directory, now_us, owner)) {
        return owner;
    }
    set_owner(directory, now_us, relay, room);
    return relay;
}

void sim_directory_release(struct sim_directory *directory, uint64_t now_us, pf_relay_id relay,
                           struct pf_slice room)
{
    const size_t at = find_owner(directory, now_us, room);
    if (at < SIM_OWNERS_MAX && directory->owners[at].relay == relay) {
        directory->owners[at].relay = 0;
    }
}
