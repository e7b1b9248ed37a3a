/*
 * doors.c - hosts lock rooms, admit, refuse, remove, mute and appoint people.
 *
 * Nobody is meant to stay out: in the end hosts open their doors, and whoever was refused or
 * removed comes again as somebody new. What must hold is that nobody passed a locked door whom no
 * host had admitted, and that all pages agree on who is host.
 */
/* SPDX-License-Identifier: MIT */
#include "doors.h"

#include "cluster_check.h"
#include "tab.h"
#include "text.h"
#include "tokens.h"

#include <string.h>

static bool contains(struct pf_slice text, const char *part)
{
    return sim_text_after(text, part).data;
}

static void schedule(struct sim_world *world)
{
    if (!world->quiet) {
        sim_after_pause(world, world->faults.doors_per_minute, SIM_DOOR);
    }
}

void sim_doors_begin(struct sim_world *world)
{
    memset(world->admitted, 0, sizeof(world->admitted));
    world->removed_count = 0;
    if (world->faults.doors_per_minute > 0) {
        schedule(world);
    }
}

/* ---- what hosts do ---- */

static void act(struct sim_world *world, struct sim_tab *tab, enum pf_host_action action,
                pf_member_id id)
{
    sim_tab_handle(world, tab, &(struct pf_event){.type = PF_EVENT_HOST, .host = {action, id}});
}

/* The page of a person that is shown as this member, or NULL. */
static struct sim_tab *tab_of(const struct sim_world *world, pf_member_id id)
{
    for (uint32_t i = 0; i < world->faults.hosts_count; i++) {
        struct sim_tab *tab = world->hosts[i].tab;
        if (tab && tab->view.self == id) {
            return tab;
        }
    }
    return NULL;
}

static void answer(struct sim_world *world, struct sim_tab *tab)
{
    const bool admits = sim_chance(world, 600);
    const uint32_t at = sim_below(world, (uint32_t)tab->knocks_count);
    if (admits) {
        world->admitted[tab->knocks_hosts[at]] = true;
    }
    act(world, tab, admits ? PF_HOST_ADMIT : PF_HOST_REFUSE, tab->knocks[at]);
}

static void act_on_peer(struct sim_world *world, struct sim_tab *tab, bool removes)
{
    const size_t first = sim_below(world, PF_MEMBERS_MAX);
    pf_member_id id = 0;
    for (size_t i = 0; i < PF_MEMBERS_MAX && id == 0; i++) {
        id = tab->view.peers[(first + i) % PF_MEMBERS_MAX].id;
    }
    if (id == 0 || !tab_of(world, id)) {
        return;
    }
    if (!removes && !tab_of(world, id)->quality.is_new) {
        return; /* its client cannot be a host */
    }
    if (removes) {
        world->hosts[tab_of(world, id)->host].removed = id;
    }
    for (size_t i = 1; i <= world->tabs_count && removes; i++) {
        world->tabs[i]->removed = world->tabs[i]->removed || world->tabs[i]->view.self == id;
    }
    act(world, tab, removes ? PF_HOST_REMOVE : PF_HOST_APPOINT, id);
}

/* The page of a host that can act, or NULL. */
static struct sim_tab *find_host(struct sim_world *world)
{
    const uint32_t first = sim_below(world, world->faults.hosts_count);
    for (uint32_t i = 0; i < world->faults.hosts_count; i++) {
        const struct sim_host *host = &world->hosts[(first + i) % world->faults.hosts_count];
        if (host->tab && !host->asleep && !host->tab->left && host->tab->is_host) {
            return host->tab;
        }
    }
    return NULL;
}

void sim_doors_happen(struct sim_world *world)
{
    struct sim_tab *tab = find_host(world);
    const uint32_t what = sim_below(world, 20);
    schedule(world);
    if (!tab) {
        return;
    }
    if (tab->knocks_count > 0 && what < 10) {
        answer(world, tab);
    } else if (what < 14) {
        act(world, tab, what % 4 == 0 ? PF_HOST_OPEN : PF_HOST_LOCK, 0);
    } else if (what < 16) {
        act(world, tab, PF_HOST_MUTE, 0);
    } else {
        act_on_peer(world, tab, what == 19);
    }
}

void sim_doors_open_all(struct sim_world *world)
{
    for (uint32_t i = 0; i < world->faults.hosts_count; i++) {
        const struct sim_host *host = &world->hosts[i];
        if (host->tab && !host->asleep && host->tab->is_host && host->tab->is_locked) {
            act(world, host->tab, PF_HOST_OPEN, 0);
        }
    }
}

/* ---- what pages are shown ---- */

static void note_room(struct sim_world *world, struct sim_tab *tab,
                      const struct pf_command *command)
{
    const enum pf_room_state state = command->room.state;
    /* The host may have meant an earlier page of this member. */
    tab->removed = tab->removed || (command->room.self != 0 &&
                                    command->room.self == world->hosts[tab->host].removed);
    tab->is_host = command->room.is_host;
    tab->is_locked = command->room.is_locked;
    tab->is_knocking = command->room.is_knocking;
    if (state != PF_ROOM_JOINED && state != PF_ROOM_RECONNECTING &&
        (tab->is_host || tab->is_locked)) {
        sim_fail(world, "%s has a role in a room that it is not in", sim_tab_name(world, tab));
    }
    if (command->room.is_knocking && state != PF_ROOM_JOINING && state != PF_ROOM_RECONNECTING) {
        sim_fail(world, "%s knocks, but does not join", sim_tab_name(world, tab));
    }
    if (state == PF_ROOM_REFUSED && command->room.code == PF_CODE_REMOVED) {
        world->hosts[tab->host].ticket_size = 0;
    }
}

void sim_doors_note(struct sim_world *world, struct sim_tab *tab, const struct pf_command *command)
{
    if (command->type == PF_COMMAND_SHOW_ROOM) {
        note_room(world, tab, command);
    } else if (command->type == PF_COMMAND_SHOW_MUTED) {
        tab->wants[PF_SOURCE_MICROPHONE] = false;
    } else if (command->type == PF_COMMAND_SHOW_KNOCKS) {
        tab->knocks_count = command->knocks.count;
        for (size_t i = 0; i < command->knocks.count; i++) {
            const char letter = command->knocks.list[i].name.data[strlen("person ")];
            tab->knocks[i] = command->knocks.list[i].id;
            tab->knocks_hosts[i] = (uint32_t)(letter - 'A');
        }
    }
}

void sim_doors_check_joined(struct sim_world *world, const struct sim_tab *tab,
                            struct pf_slice text)
{
    if (contains(text, "\"door\":\"locked\"") && contains(text, "\"resumed\":false") &&
        tab->host < SIM_HOSTS_MAX && !world->admitted[tab->host] &&
        !sim_tokens_is_host(world, tab) && !sim_cluster_was_let_in(world, text)) {
        sim_fail(world, "%s passes a locked door", sim_tab_name(world, tab));
    }
}

const char *sim_doors_amiss(const struct sim_world *world, const struct sim_tab *tab)
{
    /* The host may be a hostile member that has closed its connections. */
    bool has_host = tab->is_host || world->faults.tokens || world->faults.hostiles_count > 0;
    bool may_have_host = tab->quality.is_new; /* else its client cannot be a host */
    for (size_t i = 0; i < PF_MEMBERS_MAX; i++) {
        const struct sim_shown_peer *peer = &tab->view.peers[i];
        const struct sim_tab *other = peer->id != 0 ? tab_of(world, peer->id) : NULL;
        if (other && other->view.state == PF_ROOM_JOINED && other->is_host != peer->is_host) {
            return "does not know who is host";
        }
        has_host = has_host || (peer->id != 0 && peer->is_host);
        may_have_host = may_have_host || (other && other->quality.is_new);
    }
    return may_have_host && !has_host                             ? "is in a room without a host"
           : tab->is_locked && !sim_tokens_may_stay_locked(world) ? "is locked in"
                                                                  : NULL;
}
