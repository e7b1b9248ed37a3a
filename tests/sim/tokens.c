/*
 * tokens.c - room tokens that expire (PROTOCOL.md section 2.1).
 *
 * A token is the time when it expires. The site gives a person a new one with the page, or the
 * person opens an old link, whose token may have expired: then it is enough for a member that
 * returns with its ticket, and for nobody else. The first person's tokens say `host`.
 */
/* SPDX-License-Identifier: MIT */
#include "tokens.h"

#include "cluster.h"
#include "relay.h"
#include "relay/hub/state.h"
#include "tab.h"
#include "text.h"

#include <stdio.h>

enum { HOST = 0 };

static enum pf_token_verdict judge(void *user, struct pf_slice token, struct pf_slice room,
                                   uint64_t unix_s, struct pf_token_claims *out)
{
    (void)user;
    (void)room;
    const struct pf_slice expiry = sim_text_after(token, ".");
    if (!expiry.data) {
        return PF_TOKEN_INVALID;
    }
    *out = (struct pf_token_claims){.is_host = token.data[0] == 'h'};
    return unix_s < sim_text_number(expiry) ? PF_TOKEN_GOOD : PF_TOKEN_EXPIRED;
}

void sim_tokens_set_up(struct sim_world *world, struct pf_hub_config *config)
{
    if (world->faults.tokens) {
        config->tokens = (struct pf_token_judge){world, judge};
    }
}

static uint64_t unix_s(const struct sim_world *world)
{
    return (SIM_UNIX_MS + world->now_us / 1000) / 1000;
}

void sim_tokens_give(struct sim_world *world, struct sim_tab *tab)
{
    struct sim_host *host = &world->hosts[tab->host];
    char text[32];
    if (!world->faults.tokens) {
        return;
    }
    if (host->token_expiry_s == 0 || sim_chance(world, 500)) {
        host->token_expiry_s = unix_s(world) + world->faults.turn_ttl_ms / 1000;
    }
    tab->token_expiry_s = host->token_expiry_s;
    const int size = snprintf(text, sizeof(text), "%s.%llu", tab->host == HOST ? "host" : "member",
                              (unsigned long long)tab->token_expiry_s);
    const struct pf_event event = {.type = PF_EVENT_SET_TOKEN, .token = {text, (size_t)size}};
    sim_tab_handle(world, tab, &event);
}

void sim_tokens_check(struct sim_world *world, const struct sim_relay *relay, struct sim_tab *tab,
                      const struct pf_hub_event *event)
{
    if (!world->faults.tokens || !tab || event->type != PF_HUB_CLIENT_TEXT ||
        !sim_text_after(event->text, "{\"type\":\"join\"").data) {
        return;
    }
    const struct pf_hub_client *client =
        pf_hub_clients_find(&sim_relay_hub(relay)->clients, event->client);
    const struct pf_slice token = sim_text_after(event->text, "\"token\":\"");
    const bool is_expired = event->unix_s >= sim_text_number(sim_text_after(token, "."));
    const bool enters = client && (client->member || client->knock || client->is_visiting);
    tab->has_shown_ticket = sim_text_after(event->text, "\"ticket\":\"").data;
    if (enters && is_expired && !tab->has_shown_ticket) {
        sim_fail(world, "%s enters with a token that has expired", sim_tab_name(world, tab));
    }
    const bool is_host = client && client->member && client->member->is_host;
    if (client && client->member && sim_tokens_is_host(world, tab) && !is_host) {
        sim_fail(world, "%s is not host, though its token says so", sim_tab_name(world, tab));
    }
    if (is_host && !sim_tokens_is_host(world, tab) && !tab->has_shown_ticket) {
        sim_fail(world, "%s is host, though its token does not say so", sim_tab_name(world, tab));
    }
}

void sim_tokens_note(struct sim_world *world, const struct sim_tab *tab,
                     const struct pf_command *command)
{
    if (command->type == PF_COMMAND_SHOW_ROOM && command->room.state == PF_ROOM_REFUSED &&
        command->room.code == PF_CODE_TOKEN_EXPIRED) {
        world->hosts[tab->host].token_expiry_s = 0;
    }
}

bool sim_tokens_may_refuse(const struct sim_world *world, const struct sim_tab *tab)
{
    const uint64_t fast_s = world->cluster ? SIM_CLOCKS_MS_MAX / 1000 + 1 : 0;
    return world->faults.tokens && !tab->has_shown_ticket &&
           unix_s(world) + fast_s >= tab->token_expiry_s;
}

bool sim_tokens_is_host(const struct sim_world *world, const struct sim_tab *tab)
{
    return world->faults.tokens && tab->host == HOST;
}

bool sim_tokens_reopens(const struct sim_world *world, const struct sim_tab *tab)
{
    return world->quiet && sim_tokens_is_host(world, tab) && tab->view.state == PF_ROOM_JOINED &&
           tab->is_locked && !tab->is_host;
}

bool sim_tokens_may_stay_locked(const struct sim_world *world)
{
    return world->faults.tokens && !sim_relay_reachable(world, HOST);
}
