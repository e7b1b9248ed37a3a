/* presence.c - which clients are connected, and which members are there, away or gone. */
/* SPDX-License-Identifier: MIT */
#include "relay/hub/presence.h"

#include "base/assert.h"
#include "relay/hub/hosts.h"
#include "relay/hub/ice.h"
#include "relay/hub/knocks.h"
#include "relay/hub/output.h"

/* Clients */

/* Its member, if it had one, has been detached. */
static void free_client(struct pf_hub *hub, struct pf_hub_client *client)
{
    PF_ASSERT(!client->member);
    pf_knock_end(hub, client);
    pf_timers_cancel(&hub->timers, &client->heartbeat);
    pf_hub_clients_remove(&hub->clients, client);
}

static void close_client(struct pf_hub *hub, struct pf_hub_client *client, uint16_t code)
{
    pf_hub_send_close(hub, client->number, code);
    free_client(hub, client);
}

void pf_hub_client_dismiss(struct pf_hub *hub, struct pf_hub_client *client)
{
    close_client(hub, client, PF_HUB_CLOSE_GOING_AWAY);
}

/* Two missed pings are a timeout: the first may only be late. */
static void set_heartbeat(struct pf_hub *hub, struct pf_hub_client *client)
{
    if (client->is_guest) {
        if (client->ice_due_ms > hub->now_ms) {
            pf_timers_set(&hub->timers, &client->heartbeat, client->ice_due_ms);
        }
        return;
    }
    const uint64_t timeout_ms = client->heard_ms + 2 * (uint64_t)hub->config.ping_ms;
    pf_timers_set(&hub->timers, &client->heartbeat,
                  timeout_ms < client->ping_due_ms ? timeout_ms : client->ping_due_ms);
}

void pf_hub_client_hurry(struct pf_hub *hub, struct pf_hub_client *client)
{
    pf_timers_set(&hub->timers, &client->heartbeat, hub->now_ms);
}

bool pf_hub_reserve_timer(struct pf_hub *hub)
{
    const size_t count = hub->clients.count + hub->rooms.members_count + 1;
    return pf_timers_reserve(&hub->timers, count) == PF_ERROR_OK;
}

static struct pf_hub_client *new_client(struct pf_hub *hub, uint32_t number, uint64_t opened_ms)
{
    struct pf_hub_client *client = NULL;
    if (!pf_hub_reserve_timer(hub) ||
        pf_hub_clients_add(&hub->clients, number, opened_ms, &client) != PF_ERROR_OK) {
        return NULL;
    }
    client->heartbeat = (struct pf_timer){.kind = PF_HUB_TIMER_HEARTBEAT};
    client->heard_ms = hub->now_ms;
    client->ping_due_ms = hub->now_ms + hub->config.ping_ms;
    return client;
}

void pf_hub_guest_open(struct pf_hub *hub, uint32_t number, uint64_t opened_ms)
{
    PF_ASSERT(number < hub->config.clients_max);
    PF_ASSERT(!pf_hub_clients_find(&hub->clients, number));
    struct pf_hub_client *client = new_client(hub, number, opened_ms);
    if (!client) {
        pf_hub_send_close(hub, number, pf_error_code_close(PF_CODE_RELAY_FULL));
        return;
    }
    pf_hub_clients_make_guest(&hub->clients, client);
    if (!hub->config.tokens.judge && hub->config.ice.renew_ms > 0) {
        client->ice_due_ms = opened_ms + hub->config.ice.renew_ms; /* it has had some by `hello` */
    }
    set_heartbeat(hub, client);
}

void pf_hub_client_open(struct pf_hub *hub, uint32_t number)
{
    PF_ASSERT(number < hub->config.clients_max);
    PF_ASSERT(!pf_hub_clients_find(&hub->clients, number));
    /* Whoever waits in the lobby may connect again; who comes now may be a member that returns. */
    const size_t own_count = hub->clients.count - hub->clients.guests_count;
    const bool is_full = hub->config.places > 0 && own_count >= hub->config.places;
    struct pf_hub_client *oldest = hub->clients.lobby_oldest;
    if (is_full && oldest) {
        close_client(hub, oldest, PF_HUB_CLOSE_GOING_AWAY);
    }
    struct pf_hub_client *client = is_full && !oldest ? NULL : new_client(hub, number, hub->now_ms);
    if (!client) {
        pf_hub_send_close(hub, number, pf_error_code_close(PF_CODE_RELAY_FULL));
        return;
    }
    set_heartbeat(hub, client);
    hub->message = (struct pf_message){
        .type = PF_MESSAGE_HELLO,
        .hello = {.ice_servers = pf_hub_ice_for_hello(hub, client),
                  .ice_policy = hub->config.ice_policy,
                  .capabilities = PF_SLICE("rename ice-servers host"),
                  .members_max = hub->config.members_max,
                  .ping_ms = hub->config.ping_ms,
                  .grace_ms = hub->config.grace_ms},
    };
    pf_hub_send(hub, number, pf_hub_write_message(hub));
}

void pf_hub_client_fail(struct pf_hub *hub, struct pf_hub_client *client, enum pf_error_code code,
                        const char *what)
{
    hub->errors[code]++;
    hub->message = (struct pf_message){
        .type = PF_MESSAGE_ERROR,
        .error = {.code = code, .message = pf_slice_of(what)},
    };
    pf_hub_send(hub, client->number, pf_hub_write_message(hub));
    if (pf_error_code_close(code) != 0) {
        close_client(hub, client, pf_error_code_close(code));
    }
}

void pf_hub_fail_no_such_member(struct pf_hub *hub, const struct pf_hub_client *client,
                                pf_member_id to)
{
    hub->errors[PF_CODE_NO_SUCH_MEMBER]++;
    hub->message = (struct pf_message){
        .type = PF_MESSAGE_ERROR,
        .error = {.code = PF_CODE_NO_SUCH_MEMBER,
                  .message = PF_SLICE("no connected member of this room has that id"),
                  .to = to},
    };
    pf_hub_send(hub, client->number, pf_hub_write_message(hub));
}

/* Members */

/*
 * The room is deleted when its last connected member leaves, together with its away members: nobody
 * is left to see them as away, and their tickets let them come back anyway. Rooms that are joined
 * and abandoned in a loop would otherwise take up room for a whole grace period each.
 *
 * A locked room outlives that until nobody may return any more: otherwise whoever waits at the door
 * would enter as soon as all members lose their connection for a moment. Not one that has moved to
 * another relay.
 */
static bool is_over(const struct pf_hub_room *room, size_t members_left)
{
    if (room->is_moved) {
        return !pf_hub_room_is_connected(room);
    }
    return !pf_hub_room_is_connected(room) && (!room->is_locked || members_left == 0);
}

static void remove_member(struct pf_hub *hub, struct pf_hub_member *member,
                          enum pf_left_reason reason)
{
    struct pf_hub_room *room = member->room;
    if (is_over(room, room->members_count - 1u)) {
        pf_knocks_orphan(hub, room);
        for (size_t left = room->members_count; left > 0; left--) {
            pf_timers_cancel(&hub->timers, &room->members[left - 1]->grace);
            pf_rooms_remove_member(&hub->rooms, room->members[left - 1]);
        }
        return;
    }
    hub->message = (struct pf_message){
        .type = PF_MESSAGE_LEFT,
        .left = {.id = member->id, .reason = reason},
    };
    pf_hub_send_to_others(hub, member, NULL, pf_hub_write_message(hub));
    pf_timers_cancel(&hub->timers, &member->grace);
    pf_rooms_remove_member(&hub->rooms, member);
    pf_hosts_settle(hub, room);
}

/*
 * Otherwise seven joins that hang up at once would fill a room of eight with ghosts for the grace
 * period, again and again. Who holds a place so has to be connected for as long as it is away, and
 * so might as well have stayed.
 */
bool pf_hub_member_gives_way(const struct pf_hub *hub, const struct pf_hub_member *member)
{
    const bool is_away = member->client == PF_HUB_CLIENT_NONE;
    return is_away && (!member->has_spoken || hub->now_ms > member->place_ms);
}

/* It is away from now on. */
static void begin_absence(const struct pf_hub *hub, struct pf_hub_member *member)
{
    const uint64_t earned_ms = hub->now_ms - member->place_ms;
    member->place_ms =
        hub->now_ms + (earned_ms < hub->config.grace_ms ? earned_ms : hub->config.grace_ms);
}

/* It is there from now on, with what is left of the time that it has earned. */
static void end_absence(const struct pf_hub *hub, struct pf_hub_member *member)
{
    const uint64_t left_ms = member->place_ms > hub->now_ms ? member->place_ms - hub->now_ms : 0;
    member->place_ms = hub->now_ms - left_ms;
}

/* Detaches the client's member, if it has one, and starts the grace period of that member. */
static void set_away(struct pf_hub *hub, struct pf_hub_client *client, uint32_t grace_ms)
{
    struct pf_hub_member *member = client->member;
    client->member = NULL;
    if (!member) {
        return;
    }
    member->client = PF_HUB_CLIENT_NONE;
    if (is_over(member->room, member->room->members_count)) {
        remove_member(hub, member, PF_LEFT_TIMEOUT);
        return;
    }
    begin_absence(hub, member);
    pf_timers_set(&hub->timers, &member->grace, hub->now_ms + grace_ms);
    if (!member->room->is_moved) {
        pf_hub_send_to_others(hub, member, NULL, pf_hub_write_member(hub, member));
    }
}

void pf_hub_client_lost(struct pf_hub *hub, struct pf_hub_client *client, uint16_t code)
{
    uint32_t grace_ms = hub->config.grace_ms;
    if (code == PF_HUB_CLOSE_GOING_AWAY && grace_ms > PF_HUB_GOING_AWAY_GRACE_MS) {
        grace_ms = PF_HUB_GOING_AWAY_GRACE_MS;
    }
    set_away(hub, client, grace_ms);
    free_client(hub, client);
}

void pf_hub_client_heartbeat(struct pf_hub *hub, struct pf_hub_client *client)
{
    const bool is_silent = hub->now_ms - client->heard_ms >= 2 * (uint64_t)hub->config.ping_ms;
    const bool has_moved = client->member && client->member->room->is_moved;
    if ((is_silent && !client->is_guest) || has_moved) {
        set_away(hub, client, hub->config.grace_ms);
        close_client(hub, client, PF_HUB_CLOSE_GOING_AWAY);
        return;
    }
    if (!pf_knock_settle(hub, client)) {
        return; /* it is closed */
    }
    if (client->member) {
        pf_hosts_tell(hub, client);
    }
    pf_hub_ice_renew(hub, client);
    if (hub->now_ms >= client->ping_due_ms && !client->is_guest) {
        pf_hub_send_type(hub, client->number, PF_MESSAGE_PING);
        client->ping_due_ms = hub->now_ms + hub->config.ping_ms;
    }
    set_heartbeat(hub, client);
}

void pf_hub_client_leave(struct pf_hub *hub, struct pf_hub_client *client)
{
    struct pf_hub_member *member = client->member;
    client->member = NULL;
    if (member) {
        member->client = PF_HUB_CLIENT_NONE;
        remove_member(hub, member, PF_LEFT_LEFT);
    }
    close_client(hub, client, PF_HUB_CLOSE_NORMAL);
}

void pf_hub_member_remove(struct pf_hub *hub, struct pf_hub_member *member)
{
    if (member->client != PF_HUB_CLIENT_NONE) {
        struct pf_hub_client *client = pf_hub_clients_find(&hub->clients, member->client);
        client->member = NULL;
        member->client = PF_HUB_CLIENT_NONE;
        pf_hub_client_fail(hub, client, PF_CODE_REMOVED, "a host has removed you");
    }
    remove_member(hub, member, PF_LEFT_LEFT);
}

void pf_hub_client_evict(struct pf_hub *hub, struct pf_hub_client *client)
{
    set_away(hub, client, hub->config.grace_ms);
    pf_hub_client_fail(hub, client, PF_CODE_RATE_LIMIT, "too many messages");
}

void pf_hub_member_release(struct pf_hub *hub, struct pf_hub_member *member, uint32_t instance)
{
    if (member->client == PF_HUB_CLIENT_NONE) {
        end_absence(hub, member);
        pf_timers_cancel(&hub->timers, &member->grace);
        return;
    }
    struct pf_hub_client *older = pf_hub_clients_find(&hub->clients, member->client);
    PF_ASSERT(older);
    PF_ASSERT(older->member == member);
    older->member = NULL;
    member->client = PF_HUB_CLIENT_NONE;
    if (member->instance == instance) {
        pf_hub_client_dismiss(hub, older);
    } else {
        pf_hub_client_fail(hub, older, PF_CODE_REPLACED, "another client is this member now");
    }
}

void pf_hub_member_expire(struct pf_hub *hub, struct pf_hub_member *member)
{
    remove_member(hub, member, PF_LEFT_TIMEOUT);
}
