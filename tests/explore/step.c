/* step.c - the possible steps of a world. */
/* SPDX-License-Identifier: MIT */
#include "step.h"

#include "check.h"
#include "ice.h"
#include "page.h"
#include "pc.h"
#include "relay/hub/hub.h"
#include "wire.h"

enum { RELAY = EX_HOSTS_COUNT /* in place of a host */ };

static void add(struct ex_steps *steps, enum ex_step_kind kind, uint32_t host, uint32_t index)
{
    PF_ASSERT(steps->count < EX_STEPS_MAX);
    steps->list[steps->count++] = (struct ex_step){kind, host, index};
}

/* --- messages in flight --- */

static void list_sockets(struct ex_host *host, struct ex_steps *out)
{
    for (uint32_t i = 0; i < host->sockets_count; i++) {
        const struct ex_socket *socket = &host->sockets[i];
        if (socket->up.count > 0 && socket->relay_side) {
            add(out, EX_STEP_UP, host->index, i);
        }
        if (socket->down.count > 0) {
            add(out, EX_STEP_DOWN, host->index, i);
        }
    }
}

static void list_pcs(struct ex_world *world, struct ex_host *host, struct ex_steps *out)
{
    for (uint32_t i = 0; i < host->pcs_count; i++) {
        for (int kind = EX_STEP_OPERATION; kind <= EX_STEP_CHANNEL_CLOSE; kind++) {
            if (ex_pc_can(world, &host->pcs[i], (enum ex_step_kind)kind)) {
                add(out, (enum ex_step_kind)kind, host->index, i);
            }
        }
    }
}

static void list_notices(struct ex_host *host, struct ex_steps *out)
{
    for (uint32_t i = 0; i < host->sockets_count; i++) {
        const struct ex_socket *socket = &host->sockets[i];
        if (socket->broken && socket->page_side != SIM_SOCKET_CLOSED) {
            add(out, EX_STEP_PAGE_NOTICES, host->index, i);
        }
        if (socket->broken && socket->relay_side) {
            add(out, EX_STEP_RELAY_NOTICES, host->index, i);
        }
    }
}

/* --- time --- */

static uint64_t notice_deadline_ms(const struct ex_world *world)
{
    uint64_t deadline_ms = PF_NEVER;
    for (uint32_t i = 0; i < EX_HOSTS_COUNT; i++) {
        for (uint32_t k = 0; k < world->hosts[i].sockets_count; k++) {
            const uint64_t at_ms = world->hosts[i].sockets[k].noticed_at_ms;
            deadline_ms = at_ms < deadline_ms ? at_ms : deadline_ms;
        }
    }
    return deadline_ms;
}

static uint64_t fails_at_ms(const struct ex_host *host)
{
    uint64_t deadline_ms = PF_NEVER;
    for (uint32_t i = 0; i < host->pcs_count; i++) {
        const uint64_t at_ms = host->pcs[i].fails_at_ms;
        deadline_ms = at_ms < deadline_ms ? at_ms : deadline_ms;
    }
    return deadline_ms;
}

/* The earliest deadline, beyond which no step advances time. */
static uint64_t next_deadline_ms(const struct ex_world *world)
{
    uint64_t deadline_ms = notice_deadline_ms(world);
    uint64_t at_ms = pf_hub_deadline_ms(world->hub);
    deadline_ms = at_ms < deadline_ms ? at_ms : deadline_ms;
    for (uint32_t i = 0; i < EX_HOSTS_COUNT; i++) {
        at_ms = pf_room_deadline_ms(world->hosts[i].room);
        deadline_ms = at_ms < deadline_ms ? at_ms : deadline_ms;
        at_ms = fails_at_ms(&world->hosts[i]);
        deadline_ms = at_ms < deadline_ms ? at_ms : deadline_ms;
    }
    return deadline_ms;
}

static void list_timers(const struct ex_world *world, struct ex_steps *out)
{
    const uint64_t until_ms = next_deadline_ms(world);
    if (until_ms > world->now_ms + EX_FAR_MS) {
        return;
    }
    for (uint32_t i = 0; i < EX_HOSTS_COUNT; i++) {
        const struct ex_host *host = &world->hosts[i];
        if (pf_room_deadline_ms(host->room) <= until_ms) {
            add(out, EX_STEP_TIMER, i, 0);
        }
        for (uint32_t k = 0; k < host->pcs_count; k++) {
            if (host->pcs[k].fails_at_ms <= until_ms) {
                add(out, EX_STEP_ICE_FAILS, i, k);
            }
        }
    }
    if (pf_hub_deadline_ms(world->hub) <= until_ms) {
        add(out, EX_STEP_RELAY_TIMER, RELAY, 0);
    }
}

/* --- actions --- */

static void list_actions(struct ex_world *world, struct ex_steps *out)
{
    for (uint32_t i = 0; i < EX_HOSTS_COUNT; i++) {
        struct ex_host *host = &world->hosts[i];
        const struct ex_socket *last =
            host->sockets_count > 0 ? &host->sockets[host->sockets_count - 1] : NULL;
        const bool has_socket = last && last->page_side != SIM_SOCKET_CLOSED &&
                                last->page == host->page && last->relay_side && !last->broken;
        for (uint32_t action = 0; action < EX_ACTION_RELAY; action++) {
            const bool can = action == EX_ACTION_CUT   ? has_socket
                             : action == EX_ACTION_ASK ? has_socket && ex_wire_can_ask(world, host)
                                                       : host->joined;
            if (world->actions[action] > 0 && can) {
                add(out, EX_STEP_ACTION, i, action);
            }
        }
    }
    if (world->actions[EX_ACTION_RELAY] > 0) {
        add(out, EX_STEP_ACTION, RELAY, EX_ACTION_RELAY);
    }
}

void ex_step_list(struct ex_world *world, struct ex_steps *out)
{
    out->count = 0;
    for (uint32_t i = 0; i < EX_HOSTS_COUNT; i++) {
        list_sockets(&world->hosts[i], out);
        list_pcs(world, &world->hosts[i], out);
    }
    out->early = out->count > 0;
    for (uint32_t i = 0; i < EX_HOSTS_COUNT; i++) {
        list_notices(&world->hosts[i], out);
        if (!world->hosts[i].joined) {
            add(out, EX_STEP_JOIN, i, 0);
        }
    }
    if (!out->early || world->early > 0) {
        list_timers(world, out);
    }
    if (!world->scope->rest || world->stirred || out->count == 0) {
        list_actions(world, out);
    }
}

static bool lets_time_pass(const struct ex_step *step)
{
    return step->kind == EX_STEP_TIMER || step->kind == EX_STEP_RELAY_TIMER ||
           step->kind == EX_STEP_ICE_FAILS;
}

bool ex_step_is_due(const struct ex_steps *steps, const struct ex_step *step)
{
    return step->kind != EX_STEP_ACTION && !(steps->early && lets_time_pass(step));
}

/* --- taking a step --- */

static void act(struct ex_world *world, struct ex_host *host, enum ex_action action)
{
    world->actions[action]--;
    world->stirred = true;
    switch (action) {
    case EX_ACTION_NETWORK:
        ex_page_handle(world, host,
                       (struct pf_event){.type = PF_EVENT_NETWORK_CHANGED, .network.online = true});
        break;
    case EX_ACTION_ASK: ex_wire_ask(world, host); break;
    case EX_ACTION_ADDRESS: host->address++; break;
    case EX_ACTION_CUT: ex_wire_cut(world, &host->sockets[host->sockets_count - 1]); break;
    case EX_ACTION_RELOAD:
    case EX_ACTION_CRASH:
        ex_page_vanish(world, host, action == EX_ACTION_RELOAD);
        ex_page_open(world, host);
        break;
    case EX_ACTION_RELAY: ex_wire_restart_relay(world); break;
    case EX_ACTIONS_COUNT: PF_UNREACHABLE();
    }
}

static void pass_time(struct ex_world *world, const struct ex_steps *steps)
{
    const uint64_t until_ms = next_deadline_ms(world);
    world->now_ms = until_ms > world->now_ms ? until_ms : world->now_ms;
    if (steps->early) {
        world->early--;
    }
}

void ex_step_take(struct ex_world *world, const struct ex_steps *steps, const struct ex_step *step)
{
    struct ex_host *host = step->host < EX_HOSTS_COUNT ? &world->hosts[step->host] : NULL;
    if (lets_time_pass(step)) {
        pass_time(world, steps);
    }
    switch (step->kind) {
    case EX_STEP_JOIN: ex_page_join(world, host); break;
    case EX_STEP_UP: ex_wire_up(world, host, &host->sockets[step->index]); break;
    case EX_STEP_DOWN: ex_wire_down(world, host, &host->sockets[step->index]); break;
    case EX_STEP_OPERATION:
    case EX_STEP_READ:
    case EX_STEP_GATHER:
    case EX_STEP_ICE:
    case EX_STEP_CHANNEL_OPEN:
    case EX_STEP_CHANNEL_DELIVER:
    case EX_STEP_CHANNEL_CLOSE: ex_pc_step(world, host, &host->pcs[step->index], step->kind); break;
    case EX_STEP_PAGE_NOTICES:
        ex_wire_page_notices(world, host, &host->sockets[step->index]);
        break;
    case EX_STEP_RELAY_NOTICES:
        ex_wire_relay_notices(world, host, &host->sockets[step->index]);
        break;
    case EX_STEP_TIMER:
        ex_page_handle(world, host, (struct pf_event){.type = PF_EVENT_TIMEOUT});
        break;
    case EX_STEP_RELAY_TIMER: ex_wire_relay_timer(world); break;
    case EX_STEP_ICE_FAILS:
        ex_ice_move(world, host, &host->pcs[step->index], PF_CONNECTION_FAILED);
        break;
    case EX_STEP_ACTION: act(world, host, (enum ex_action)step->index); break;
    }
    ex_step_settle(world);
}

/* --- steps that are taken at once --- */

/*
 * Whether the time at which a message reaches the relay matters. It does not once no WebSocket can
 * be lost and the members stay the same: the relay only forwards signals in order, and a signal
 * that is delayed on its way to the relay is equivalent to one that is delayed afterwards.
 */
static bool first_leg_matters(const struct ex_world *world)
{
    bool matters = world->early > 0 || world->actions[EX_ACTION_CUT] > 0 ||
                   world->actions[EX_ACTION_RELOAD] > 0 || world->actions[EX_ACTION_CRASH] > 0 ||
                   world->actions[EX_ACTION_RELAY] > 0;
    for (uint32_t i = 0; i < EX_HOSTS_COUNT; i++) {
        for (uint32_t k = 0; k < world->hosts[i].sockets_count; k++) {
            const struct ex_socket *socket = &world->hosts[i].sockets[k];
            matters = matters || socket->broken || socket->page_side == SIM_SOCKET_CLOSED ||
                      !socket->relay_side;
        }
    }
    return matters;
}

static bool settle_host(struct ex_world *world, struct ex_host *host)
{
    if (ex_page_settle(world, host)) {
        return true;
    }
    for (uint32_t i = 0; i < host->pcs_count; i++) {
        if (ex_pc_settle(world, host, &host->pcs[i])) {
            return true;
        }
    }
    for (uint32_t i = 0; i < host->sockets_count && !first_leg_matters(world); i++) {
        if (host->sockets[i].up.count > 0) {
            ex_wire_up(world, host, &host->sockets[i]);
            return true;
        }
    }
    return false;
}

void ex_step_settle(struct ex_world *world)
{
    for (uint32_t i = 0; i < EX_HOSTS_COUNT && !world->failed;) {
        ex_wire_collect(&world->hosts[i]);
        i = settle_host(world, &world->hosts[i]) ? 0 : i + 1;
    }
    for (uint32_t i = 0; i < EX_HOSTS_COUNT; i++) {
        for (uint32_t k = 0; k < world->hosts[i].pcs_count; k++) {
            ex_ice_refresh(world, &world->hosts[i].pcs[k]);
        }
    }
}

/* --- as text --- */

static const char letters[] = "judorgicxevwtTfa";

uint16_t ex_step_pack(const struct ex_step *step)
{
    return (uint16_t)(step->kind << 8 | step->host << 4 | step->index);
}

struct ex_step ex_step_unpack(uint16_t packed)
{
    return (struct ex_step){(enum ex_step_kind)(packed >> 8), packed >> 4 & 15, packed & 15};
}

void ex_step_write(const struct ex_step *step, char out[EX_STEP_TEXT_SIZE + 1])
{
    PF_ASSERT(step->host < 10 && step->index < 10);
    out[0] = letters[step->kind];
    out[1] = (char)('0' + step->host);
    out[2] = (char)('0' + step->index);
    out[3] = '\0';
}

bool ex_step_read(const char *text, struct ex_step *out)
{
    int kind = 0;
    while (letters[kind] != '\0' && letters[kind] != text[0]) {
        kind++;
    }
    if (letters[kind] == '\0' || text[1] < '0' || text[1] > '9' || text[2] < '0' || text[2] > '9') {
        return false;
    }
    *out = (struct ex_step){(enum ex_step_kind)kind, (uint32_t)(text[1] - '0'),
                            (uint32_t)(text[2] - '0')};
    return true;
}

const char *ex_step_name(const struct ex_step *step)
{
    static const char *const names[] = {
        "the user enters",
        "a message reaches the relay",
        "a message reaches the page",
        "an operation is done",
        "the local description has been read",
        "a candidate is found",
        "ICE moves",
        "the data channel opens",
        "the data channel delivers",
        "the data channel closes",
        "the page notices that its WebSocket is dead",
        "the relay notices that a WebSocket is dead",
        "a timer",
        "the relay's timer",
        "ICE gives up",
    };
    static const char *const actions[] = {
        "ACTION: the page hears of another network",
        "ACTION: the page is asked for an ICE restart",
        "ACTION: another address",
        "ACTION: the WebSocket is cut",
        "ACTION: the page is reloaded",
        "ACTION: the page crashes and is opened again",
        "ACTION: the relay is killed and started again",
    };
    return step->kind == EX_STEP_ACTION ? actions[step->index] : names[step->kind];
}
