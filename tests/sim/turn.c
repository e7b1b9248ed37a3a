/*
 * turn.c - credentials for TURN servers: who has which, and until when (I25).
 *
 * There is no TURN server here. A credential's username is the time at which it expires, which the
 * pages keep with each connection: in the end none may be out of date. What the glue reports of
 * TURN servers, truly or not, may disturb nothing else.
 */
/* SPDX-License-Identifier: MIT */
#include "turn.h"

#include "pc.h"
#include "relay/hub/hub.h"
#include "tab.h"
#include "trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REFUSED_MS_MAX = 2000 }; /* until a TURN server has answered */

static const char before[] = "[{\"urls\":\"turn:t\",\"credential\":\"c\",\"username\":\"";

static struct pf_slice make(void *user, uint64_t unix_s, uint64_t id)
{
    struct sim_world *world = user;
    (void)unix_s;
    (void)id;
    const uint64_t expires_ms = world->now_us / 1000 + world->faults.turn_ttl_ms;
    const int size = snprintf(world->turn_text, sizeof(world->turn_text), "%s%llu\"}]", before,
                              (unsigned long long)expires_ms);
    return (struct pf_slice){world->turn_text, (size_t)size};
}

void sim_turn_set_up(struct sim_world *world, struct pf_hub_config *config)
{
    if (world->faults.turn_ttl_ms == 0) {
        return;
    }
    config->ice = (struct pf_hub_ice){world, make, world->faults.turn_ttl_ms / 4 * 3};
}

/* A constructor that fails is put down to the servers, and the next connection has none. */
static bool expects(const struct sim_world *world)
{
    return world->faults.turn_ttl_ms > 0 && world->faults.create_fails_chance == 0;
}

void sim_turn_command(struct sim_world *world, struct sim_pc *pc, const struct pf_command *command)
{
    const bool is_new = command->type == PF_COMMAND_PC_CREATE;
    const struct pf_slice json = is_new ? command->pc_create.ice_servers : command->ice_servers;
    const struct pf_slice head = {before, sizeof(before) - 1};
    if (json.size > head.size && memcmp(json.data, head.data, head.size) == 0) {
        pc->turn_expires_ms = strtoull(json.data + head.size, NULL, 10);
    } else if (expects(world)) {
        sim_fail(world, "a connection of %s has no credentials", sim_tab_name(world, pc->tab));
    }
    if (world->faults.turn_chance == 0 || world->quiet) {
        return;
    }
    if (sim_chance(world, world->faults.turn_chance)) {
        sim_after(world, sim_between_us(world, 0, is_new ? REFUSED_MS_MAX : 50), SIM_PC_TURN,
                  pc->model.identity, is_new);
    }
}

void sim_turn_happen(struct sim_world *world, struct sim_pc *pc, uint32_t token)
{
    struct pf_event event = {
        .type = token != 0 ? PF_EVENT_PC_TURN_REFUSED : PF_EVENT_PC_RELAYED,
        .pc = pc->id,
    };
    sim_tab_handle(world, pc->tab, &event);
}

void sim_turn_check_end(struct sim_world *world)
{
    for (size_t i = 1; i < world->pcs_count; i++) {
        const struct sim_pc *pc = world->pcs[i];
        if (pc && expects(world) && pc->tab->host < SIM_HOSTS_MAX &&
            pc->tab->view.state == PF_ROOM_JOINED && pc->turn_expires_ms < world->now_us / 1000) {
            sim_fail(world, "the credentials of a connection of %s have expired",
                     sim_tab_name(world, pc->tab));
            return;
        }
    }
}
