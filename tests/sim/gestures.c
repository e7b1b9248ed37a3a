/* gestures.c - people change their names, raise hands and react; and what others must see of it. */
/* SPDX-License-Identifier: MIT */
#include "gestures.h"

#include "tab.h"
#include "world.h"

#include <stdio.h>
#include <string.h>

enum {
    PLAYFUL_MS = 3000, /* how long they go on after the faults */
    /* What PROTOCOL.md section 5.1 allows: so many at once, and then one in this time. */
    BURST = 8,
    REACTION_MS = 250,
};

static void schedule(struct sim_world *world)
{
    if (world->now_us < world->quiet_us + (uint64_t)PLAYFUL_MS * 1000) {
        sim_after_pause(world, world->faults.gestures_per_minute, SIM_GESTURE);
    }
}

void sim_gestures_begin(struct sim_world *world)
{
    if (world->faults.gestures_per_minute > 0) {
        schedule(world);
    }
}

/* ---- what people do ---- */

void sim_gestures_name(const struct sim_tab *tab, char name[SIM_NAME_SIZE_MAX])
{
    const char letter = (char)('A' + tab->host);
    if (tab->named == 0) {
        (void)snprintf(name, SIM_NAME_SIZE_MAX, "person %c", letter);
    } else {
        (void)snprintf(name, SIM_NAME_SIZE_MAX, "person %c %u", letter, tab->named);
    }
}

/* The next page of this person begins with that name. */
static void change_name(struct sim_world *world, struct sim_tab *tab)
{
    char name[SIM_NAME_SIZE_MAX];
    tab->named = ++world->hosts[tab->host].names_count;
    world->stats->renames++;
    sim_gestures_name(tab, name);
    sim_tab_handle(world, tab,
                   &(struct pf_event){.type = PF_EVENT_SET_NAME, .name = pf_slice_of(name)});
}

static void take_bad_name(struct sim_world *world, struct sim_tab *tab)
{
    sim_tab_handle(world, tab,
                   &(struct pf_event){.type = PF_EVENT_SET_NAME, .name = PF_SLICE("a\nb")});
}

static void move_hand(struct sim_world *world, struct sim_tab *tab)
{
    tab->hand = !tab->hand;
    sim_tab_handle(world, tab,
                   &(struct pf_event){.type = PF_EVENT_SET_HAND, .set_hand = {tab->hand}});
}

static void react(struct sim_world *world, struct sim_tab *tab)
{
    const enum pf_reaction kind = (enum pf_reaction)sim_below(world, SIM_REACTIONS_COUNT);
    sim_tab_handle(world, tab, &(struct pf_event){.type = PF_EVENT_REACT, .reaction = kind});
}

void sim_gestures_happen(struct sim_world *world)
{
    const struct sim_host *host = &world->hosts[sim_below(world, world->faults.hosts_count)];
    const uint32_t what = sim_below(world, 20);
    const uint32_t times = sim_chance(world, 100) ? 1 + sim_below(world, 30) : 1;
    schedule(world);
    for (uint32_t i = 0; i < times && host->tab && !host->asleep && !host->tab->left; i++) {
        if (what == 0) {
            take_bad_name(world, host->tab);
        } else if (what < 5) {
            change_name(world, host->tab);
        } else if (what < 12) {
            move_hand(world, host->tab);
        } else {
            react(world, host->tab);
        }
    }
}

/* ---- what others see ---- */

void sim_gestures_note_open(const struct sim_world *world, struct sim_tab *tab)
{
    for (uint32_t i = 0; i < SIM_HOSTS_MAX; i++) {
        memcpy(tab->reactions_seen[i], world->hosts[i].reactions_sent,
               sizeof(tab->reactions_seen[i]));
    }
}

/* Not more than are allowed, within what may be late by a timer. */
static void check_rate(struct sim_world *world, const struct sim_tab *tab, struct sim_rate *rate,
                       pf_member_id id)
{
    const uint64_t time_us = (uint64_t)(SIM_RATE_MAX - BURST) * REACTION_MS * 1000;
    if (rate->id != id) {
        *rate = (struct sim_rate){.id = id};
    }
    uint64_t *oldest_us = &rate->at_us[rate->count % SIM_RATE_MAX];
    if (rate->count >= SIM_RATE_MAX && world->now_us - *oldest_us < time_us - 2000) {
        sim_fail(world, "%s shows too many reactions of one member", sim_tab_name(world, tab));
    }
    *oldest_us = world->now_us;
    rate->count++;
}

/* The host that this member is, or SIM_HOSTS_MAX: a hostile one. */
static uint32_t host_of(const struct sim_world *world, pf_member_id id)
{
    for (size_t i = world->tabs_count; i > 0; i--) {
        const struct sim_tab *tab = world->tabs[i];
        if (tab->host < SIM_HOSTS_MAX && tab->view.self == id) {
            return tab->host;
        }
    }
    return SIM_HOSTS_MAX;
}

void sim_gestures_check(struct sim_world *world, struct sim_tab *tab,
                        const struct pf_command *command)
{
    const pf_member_id id = command->reaction.id;
    const enum pf_reaction kind = command->reaction.kind;
    if (id == 0) {
        check_rate(world, tab, &tab->reactions_rates[PF_MEMBERS_MAX], 0);
        world->hosts[tab->host].reactions_sent[kind]++;
        world->stats->reactions_sent++;
        return;
    }
    const struct sim_shown_peer *shown = sim_view_find(&tab->view, id);
    if (!shown) {
        sim_fail(world, "%s shows a reaction of somebody who is not there",
                 sim_tab_name(world, tab));
        return;
    }
    check_rate(world, tab, &tab->reactions_rates[shown - tab->view.peers], id);
    const uint32_t host = host_of(world, id);
    world->stats->reactions_seen++;
    if (host < SIM_HOSTS_MAX &&
        ++tab->reactions_seen[host][kind] > world->hosts[host].reactions_sent[kind]) {
        sim_fail(world, "%s shows a reaction that was not sent, or was shown",
                 sim_tab_name(world, tab));
    }
}

bool sim_gestures_has_name(const struct sim_tab *other, const struct sim_shown_peer *shown)
{
    char name[SIM_NAME_SIZE_MAX];
    sim_gestures_name(other, name);
    return strcmp(shown->name, name) == 0;
}

bool sim_gestures_has_hand(const struct sim_tab *other, const struct sim_shown_peer *shown)
{
    return shown->sources.hand == other->view.hand && (other->view.hand != 0) == other->hand;
}
