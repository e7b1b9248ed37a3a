/*
 * peer.c - one remote member: roster facts, its connection, and the repair of it.
 *
 * The way of a connection that is lost (PROTOCOL.md 4.4), each step taken by the impolite side and
 * requested by the polite one:
 *
 *   NONE        disconnected             UNSTABLE     3 s: it may come back by itself
 *   UNSTABLE    3 s over, or failed      RESTARTING   ICE restart, 8 s
 *   RESTARTING  8 s over, or failed      RENEWING     a new connection, 8 s, again, ever slower
 *   any         connected                NONE
 *
 * Steps need the relay. While it or the peer is away they wait; pf_peer_resync() takes them up.
 */
/* SPDX-License-Identifier: MIT */
#include "core/peer/peer.h"

#include "base/assert.h"
#include "core/budget.h"

enum {
    WAITING_MS = 5000,     /* for the first offer of a newcomer */
    CONNECTING_MS = 15000, /* a slow network gathers and checks for some seconds */
    UNSTABLE_MS = 3000,
    STEP_MS = 8000,
    REPEAT_MS = 3000,
    REPEAT_MS_MAX = 24000,
    REQUESTS_MS = 1000,                /* requests of a peer are heeded at most this often */
    ANSWERS_MS = 1000,                 /* offers and requests as well, in the long run, */
    ANSWERS_AHEAD_MS = 5 * ANSWERS_MS, /* but so many more at once */
    STATES_MS = 200,                   /* what it says of its sources is shown so often, */
    STATES_AHEAD_MS = 20 * STATES_MS,  /* but so many more at once */
    UNREACHABLE_RENEWALS = 3,
    NUMBER_MAX = 1 << 30, /* far above what a call can reach, far below where numbers wrap */
};

static bool can_signal(const struct pf_peer *peer, const struct pf_context *context)
{
    return context->joined && peer->presence == PF_PRESENCE_HERE;
}

/* ---- to the page ---- */

static enum pf_peer_state shown_state(const struct pf_peer *peer)
{
    switch (peer->recovery) {
    case PF_RECOVERY_NONE: return PF_PEER_CONNECTED;
    case PF_RECOVERY_WAITING:
    case PF_RECOVERY_CONNECTING: return PF_PEER_CONNECTING;
    case PF_RECOVERY_UNSTABLE:
        /* After its time it is no matter of a moment, also where the repair has to wait. */
        return peer->recovery_at_ms == PF_NEVER ? PF_PEER_RECONNECTING : PF_PEER_UNSTABLE;
    case PF_RECOVERY_RESTARTING: return PF_PEER_RECONNECTING;
    case PF_RECOVERY_RENEWING:
        return peer->renewals < UNREACHABLE_RENEWALS ? PF_PEER_RECONNECTING : PF_PEER_UNREACHABLE;
    }
    PF_UNREACHABLE();
}

void pf_peer_show(const struct pf_peer *peer, struct pf_context *context)
{
    struct pf_command *command = pf_outbox_push(&context->outbox, PF_COMMAND_SHOW_PEER);
    command->pc = peer->connection.pc;
    command->peer.id = peer->id;
    command->peer.name = (struct pf_slice){peer->name, peer->name_size};
    command->peer.state = shown_state(peer);
    command->peer.sources = peer->state;
    command->peer.away = peer->presence != PF_PRESENCE_HERE;
    command->peer.capabilities = (struct pf_slice){peer->capabilities, peer->capabilities_size};
}

/* ---- to the peer ---- */

/* Begins a signal in the outbox; to be filled in and given to pf_context_send(). */
static struct pf_signal *compose(const struct pf_peer *peer, struct pf_context *context,
                                 enum pf_signal_kind kind)
{
    struct pf_message *message = &context->outbox.message;
    message->type = PF_MESSAGE_SIGNAL;
    message->signal = (struct pf_signal){
        .peer = peer->id,
        .from_instance = context->instance,
        .to_instance = peer->instance,
        .kind = kind,
        .epoch = peer->connection.epoch,
        .offer_number = peer->connection.offer_number,
    };
    return &message->signal;
}

static void send_request(const struct pf_peer *peer, struct pf_context *context,
                         enum pf_request want)
{
    if (can_signal(peer, context)) {
        compose(peer, context, PF_SIGNAL_REQUEST)->want = want;
        pf_context_send(context);
    }
}

/* Sends the local candidates that have not been sent yet. */
static void send_candidates(struct pf_peer *peer, struct pf_context *context)
{
    struct pf_connection *connection = &peer->connection;
    if (!can_signal(peer, context)) {
        return;
    }
    for (; connection->candidates_sent < connection->candidates.count;
         connection->candidates_sent++) {
        const size_t index = connection->candidates_sent;
        struct pf_signal *signal = compose(peer, context, PF_SIGNAL_CANDIDATE);
        signal->offer_number = connection->candidates.entries[index].exchange.offer_number;
        signal->candidate = pf_candidates_get(&connection->candidates, index);
        pf_context_send(context);
    }
}

static void send_description(struct pf_peer *peer, struct pf_context *context,
                             const struct pf_description *description)
{
    if (description->type == PF_DESCRIPTION_OFFER) {
        peer->repeat_at_ms = context->now_ms + peer->repeat_ms;
    }
    if (!can_signal(peer, context)) {
        return; /* pf_peer_resync() repeats it */
    }
    struct pf_signal *signal = compose(peer, context, PF_SIGNAL_DESCRIPTION);
    signal->description = *description;
    signal->state = context->own;
    pf_context_send(context);
    send_candidates(peer, context);
}

bool pf_peer_send_on_channel(const struct pf_peer *peer, struct pf_context *context)
{
    if (peer->connection.pc == 0 || !peer->connection.channel_open) {
        return false;
    }
    struct pf_command *command =
        pf_outbox_push_message(&context->outbox, PF_COMMAND_PC_CHANNEL_SEND);
    if (command) {
        command->pc = peer->connection.pc;
    }
    return true;
}

void pf_peer_send_state(struct pf_peer *peer, struct pf_context *context)
{
    if (can_signal(peer, context)) {
        compose(peer, context, PF_SIGNAL_STATE)->state = context->own;
        pf_context_send(context);
    }
    context->outbox.message.type = PF_MESSAGE_STATE;
    context->outbox.message.state = context->own;
    (void)pf_peer_send_on_channel(peer, context); /* the signal says the same */
}

/* ---- connections ---- */

static void set_recovery(struct pf_peer *peer, struct pf_context *context,
                         enum pf_recovery recovery, uint64_t wait_ms)
{
    const enum pf_peer_state before = shown_state(peer);
    peer->recovery = recovery;
    peer->recovery_at_ms = wait_ms == PF_NEVER ? PF_NEVER : context->now_ms + wait_ms;
    if (shown_state(peer) != before) {
        pf_peer_show(peer, context);
    }
}

static void begin_epoch(struct pf_peer *peer, struct pf_context *context, uint32_t epoch,
                        bool offers)
{
    pf_connection_close(&peer->connection, context);
    pf_connection_open(&peer->connection, context, epoch, offers);
    peer->repeat_at_ms = PF_NEVER;
    peer->repeat_ms = REPEAT_MS;
    pf_peer_show(peer, context); /* the picture comes from another connection now */
}

static void offer_epoch(struct pf_peer *peer, struct pf_context *context, uint32_t epoch)
{
    begin_epoch(peer, context, epoch, true);
    pf_connection_make_offer(&peer->connection, context, 1, false);
}

static void offer_restart(struct pf_peer *peer, struct pf_context *context)
{
    struct pf_connection *connection = &peer->connection;
    if (connection->negotiation != PF_NEGOTIATION_STABLE) {
        connection->wants_restart = true;
        return;
    }
    context->counters.restarts++;
    peer->restarted_at_ms = context->now_ms;
    peer->repeat_ms = REPEAT_MS;
    pf_connection_make_offer(connection, context,
                             pf_number_after(connection->offer_number, peer->polite), true);
}

/* A new connection. Every second time the polite side does not leave it to the other. */
static void renew(struct pf_peer *peer, struct pf_context *context)
{
    static const uint32_t backoff_ms[] = {2000, 5000, 10000, 30000};
    const size_t last = sizeof backoff_ms / sizeof *backoff_ms - 1;
    const uint32_t wait_ms = backoff_ms[peer->renewals < last ? peer->renewals : last];
    const bool requests = peer->polite && peer->renewals % 2 == 0;
    peer->renewals++;
    peer->restarted_at_ms = context->now_ms;
    if (requests) {
        send_request(peer, context, PF_REQUEST_RENEW);
    } else {
        context->counters.renewals++;
        offer_epoch(peer, context, pf_number_after(peer->connection.epoch, peer->polite));
    }
    set_recovery(peer, context, PF_RECOVERY_RENEWING, STEP_MS + wait_ms);
}

static void begin_restart(struct pf_peer *peer, struct pf_context *context)
{
    if (peer->polite) {
        send_request(peer, context, PF_REQUEST_RESTART);
    } else {
        offer_restart(peer, context);
    }
}

static void restart(struct pf_peer *peer, struct pf_context *context)
{
    if (peer->connection.done == 0) {
        renew(peer, context); /* there is nothing yet that a restart could repair */
        return;
    }
    begin_restart(peer, context);
    set_recovery(peer, context, PF_RECOVERY_RESTARTING, STEP_MS);
}

/* Takes the next step of the recovery, or waits for pf_peer_resync() where it cannot be taken. */
static void repair(struct pf_peer *peer, struct pf_context *context)
{
    if (!can_signal(peer, context)) {
        const bool lost_now = peer->recovery == PF_RECOVERY_NONE;
        set_recovery(peer, context, lost_now ? PF_RECOVERY_UNSTABLE : peer->recovery, PF_NEVER);
        return;
    }
    switch (peer->recovery) {
    case PF_RECOVERY_NONE:
    case PF_RECOVERY_UNSTABLE: restart(peer, context); break;
    case PF_RECOVERY_WAITING:
        offer_epoch(peer, context, pf_number_after(peer->connection.epoch, peer->polite));
        set_recovery(peer, context, PF_RECOVERY_CONNECTING, CONNECTING_MS);
        break;
    case PF_RECOVERY_CONNECTING:
    case PF_RECOVERY_RESTARTING:
    case PF_RECOVERY_RENEWING: renew(peer, context); break;
    }
}

void pf_peer_open(struct pf_peer *peer, struct pf_context *context, const struct pf_member *member,
                  pf_member_id self, uint32_t last_epoch)
{
    PF_ASSERT(peer->id == 0);
    PF_ASSERT(member->id != 0);
    /* Not one big compound literal: the queues are larger than a stack should bear. */
    peer->id = member->id;
    peer->instance = member->instance;
    peer->polite = self > member->id;
    peer->presence = member->away ? PF_PRESENCE_AWAY : PF_PRESENCE_HERE;
    peer->recovery = PF_RECOVERY_WAITING;
    peer->renewals = 0;
    peer->recovery_at_ms = peer->presence_at_ms = peer->repeat_at_ms = PF_NEVER;
    peer->repeat_ms = REPEAT_MS;
    peer->restarted_at_ms = 0;
    peer->show_at_ms = PF_NEVER;
    peer->state = (struct pf_member_state){0};
    peer->connection.pc = 0;
    peer->connection.epoch = last_epoch;
    peer->connection.offer_number = peer->connection.done = 0;
    pf_candidates_clear(&peer->candidates);
    peer->name_size = pf_slice_copy(member->name, peer->name, sizeof peer->name);
    peer->capabilities_size =
        pf_slice_copy(member->capabilities, peer->capabilities, sizeof peer->capabilities);
    pf_peer_show(peer, context);
}

void pf_peer_forget(struct pf_peer *peer, struct pf_context *context)
{
    pf_connection_close(&peer->connection, context);
    peer->id = 0;
}

void pf_peer_offer(struct pf_peer *peer, struct pf_context *context, bool first_is_spent)
{
    const uint32_t last = peer->connection.epoch;
    const uint32_t spent = last == 0 && first_is_spent ? 1 : last;
    offer_epoch(peer, context, spent == 0 ? 1 : pf_number_after(spent, peer->polite));
    set_recovery(peer, context, PF_RECOVERY_CONNECTING, CONNECTING_MS);
}

void pf_peer_wait(struct pf_peer *peer, struct pf_context *context)
{
    set_recovery(peer, context, PF_RECOVERY_WAITING, WAITING_MS);
}

void pf_peer_adopt(struct pf_peer *peer, struct pf_context *context,
                   const struct pf_connection *prepared)
{
    peer->connection = *prepared;
    peer->repeat_at_ms = context->now_ms + REPEAT_MS;
    set_recovery(peer, context, PF_RECOVERY_CONNECTING, CONNECTING_MS);
    send_candidates(peer, context);
    pf_peer_show(peer, context);
}

/* ---- what the peer says ---- */

/*
 * R19: an answer is several messages, and the relay takes only so many from us: a peer that asks
 * without end must not have us sent away. What is not answered now is asked again.
 */
static bool may_answer(struct pf_peer *peer, struct pf_context *context)
{
    const bool may =
        pf_budget_spend(&peer->answer_at_ms, context->now_ms, ANSWERS_MS, ANSWERS_AHEAD_MS);
    context->counters.stale += !may;
    return may;
}

/*
 * The peer goes on with a connection that we do not have: we gave it up while the peer, without the
 * relay, did not hear of it. Nothing but a new one can help.
 */
static void request_renewal(const struct pf_peer *peer, struct pf_context *context, uint32_t epoch)
{
    if (can_signal(peer, context)) {
        struct pf_signal *signal = compose(peer, context, PF_SIGNAL_REQUEST);
        signal->epoch = epoch;
        signal->want = PF_REQUEST_RENEW;
        pf_context_send(context);
    }
}

/* Whether an offer of this epoch is to be taken; if so the connection for it is there afterwards.
 */
static bool make_way(struct pf_peer *peer, struct pf_context *context, uint32_t epoch,
                     uint32_t number)
{
    struct pf_connection *connection = &peer->connection;
    if (connection->pc != 0 && epoch == connection->epoch) {
        const bool both_first = number == 1 && connection->offer_number == 1 &&
                                connection->offers_ours && connection->done == 0;
        if (!both_first) {
            return true;
        }
        if (!peer->polite) {
            return false; /* the peer gives way and answers ours */
        }
    } else if (epoch <= connection->epoch) {
        return false;
    }
    if (number != 1) {
        request_renewal(peer, context, epoch);
        return false;
    }
    begin_epoch(peer, context, epoch, false);
    if (peer->recovery == PF_RECOVERY_WAITING) {
        set_recovery(peer, context, PF_RECOVERY_CONNECTING, CONNECTING_MS);
    } else if (peer->recovery != PF_RECOVERY_CONNECTING) {
        set_recovery(peer, context, PF_RECOVERY_RENEWING, STEP_MS);
    }
    return true;
}

/* One is on its way: it is not to be made, or asked for, once more. */
static void await_restart(struct pf_peer *peer, struct pf_context *context)
{
    if (peer->recovery == PF_RECOVERY_UNSTABLE) {
        set_recovery(peer, context, PF_RECOVERY_RESTARTING, STEP_MS);
    }
}

static void take_offer(struct pf_peer *peer, struct pf_context *context, uint32_t epoch,
                       uint32_t number, struct pf_slice sdp)
{
    if (!pf_connection_fits(sdp)) {
        context->counters.unreadable++;
    } else if (may_answer(peer, context) && make_way(peer, context, epoch, number)) {
        await_restart(peer, context);
        pf_connection_take_offer(&peer->connection, context, number, sdp);
    } else {
        context->counters.stale++;
    }
}

static void take_candidate(struct pf_peer *peer, struct pf_context *context,
                           struct pf_exchange exchange, const struct pf_candidate *candidate)
{
    struct pf_connection *connection = &peer->connection;
    const struct pf_exchange remote =
        connection->pc != 0 ? connection->remote : (struct pf_exchange){0, 0};
    const int order = pf_exchange_compare(exchange, remote);
    if (order < 0 || exchange.epoch < connection->epoch) {
        context->counters.stale++;
    } else if (order == 0) {
        pf_connection_add_candidate(connection, context, candidate);
    } else if (pf_candidates_put(&peer->candidates, exchange, candidate) != PF_ERROR_OK) {
        context->counters.queue_full++;
    }
}

/* A remote description has been set: adds the candidates that waited for it. */
static void add_waiting_candidates(struct pf_peer *peer, struct pf_context *context)
{
    const struct pf_exchange remote = peer->connection.remote;
    for (size_t i = 0; i < peer->candidates.count; i++) {
        if (pf_exchange_compare(peer->candidates.entries[i].exchange, remote) == 0) {
            const struct pf_candidate candidate = pf_candidates_get(&peer->candidates, i);
            pf_connection_add_candidate(&peer->connection, context, &candidate);
        }
    }
    pf_candidates_discard(&peer->candidates, remote);
}

static void take_request(struct pf_peer *peer, struct pf_context *context, uint32_t epoch,
                         enum pf_request want)
{
    const bool current = peer->connection.pc != 0 && epoch == peer->connection.epoch;
    /* A restart of this epoch may turn out at once to be no use. */
    const bool is_no_use = want == PF_REQUEST_RENEW && peer->connection.offer_number > 1;
    const bool too_often = peer->restarted_at_ms != 0 && !is_no_use &&
                           context->now_ms < peer->restarted_at_ms + REQUESTS_MS;
    if (!may_answer(peer, context)) {
        return;
    }
    if (want == PF_REQUEST_OFFER || (peer->connection.pc != 0 && !current)) {
        if (peer->connection.pc != 0) {
            pf_connection_repeat(&peer->connection, context);
        }
    } else if (too_often) {
        context->counters.stale++;
    } else if (want == PF_REQUEST_RESTART && current) {
        await_restart(peer, context);
        offer_restart(peer, context);
    } else {
        context->counters.renewals++;
        peer->restarted_at_ms = context->now_ms;
        offer_epoch(peer, context, pf_number_after(peer->connection.epoch, peer->polite));
        set_recovery(peer, context, PF_RECOVERY_RENEWING, STEP_MS);
    }
}

/* R19: showing is work for the page, so a flood of states is; the newest is shown in the end. */
static void show_state(struct pf_peer *peer, struct pf_context *context)
{
    peer->show_at_ms = PF_NEVER;
    if (pf_budget_spend(&peer->state_at_ms, context->now_ms, STATES_MS, STATES_AHEAD_MS)) {
        pf_peer_show(peer, context);
    } else {
        peer->show_at_ms = peer->state_at_ms - STATES_AHEAD_MS;
    }
}

void pf_peer_take_state(struct pf_peer *peer, struct pf_context *context,
                        const struct pf_member_state *state)
{
    if (state->sequence > peer->state.sequence) {
        peer->state = *state;
        show_state(peer, context);
    }
}

void pf_peer_take_signal(struct pf_peer *peer, struct pf_context *context,
                         const struct pf_signal *signal)
{
    struct pf_connection *connection = &peer->connection;
    if (signal->epoch > NUMBER_MAX || signal->offer_number > NUMBER_MAX) {
        context->counters.unreadable++;
        return;
    }
    switch (signal->kind) {
    case PF_SIGNAL_DESCRIPTION:
        pf_peer_take_state(peer, context, &signal->state);
        if (signal->description.type == PF_DESCRIPTION_OFFER) {
            take_offer(peer, context, signal->epoch, signal->offer_number, signal->description.sdp);
        } else if (connection->pc != 0 && signal->epoch == connection->epoch) {
            pf_connection_take_answer(connection, context, signal->offer_number,
                                      signal->description.sdp);
        } else {
            context->counters.stale++;
        }
        break;
    case PF_SIGNAL_CANDIDATE:
        take_candidate(peer, context, (struct pf_exchange){signal->epoch, signal->offer_number},
                       &signal->candidate);
        break;
    case PF_SIGNAL_STATE: pf_peer_take_state(peer, context, &signal->state); break;
    case PF_SIGNAL_REQUEST: take_request(peer, context, signal->epoch, signal->want); break;
    }
}

void pf_peer_take_prepared(struct pf_peer *peer, struct pf_context *context,
                           const struct pf_prepared_offer *offer)
{
    pf_peer_take_state(peer, context, &offer->state);
    take_offer(peer, context, 1, 1, offer->sdp);
    for (size_t i = 0; i < offer->candidates_count; i++) {
        take_candidate(peer, context, (struct pf_exchange){1, 1}, &offer->candidates[i]);
    }
}

/* ---- what the browser says ---- */

static void on_connection_state(struct pf_peer *peer, struct pf_context *context)
{
    switch (peer->connection.state) {
    case PF_CONNECTION_CONNECTED:
        peer->renewals = 0;
        set_recovery(peer, context, PF_RECOVERY_NONE, PF_NEVER);
        break;
    case PF_CONNECTION_DISCONNECTED:
        if (peer->recovery == PF_RECOVERY_NONE) {
            set_recovery(peer, context, PF_RECOVERY_UNSTABLE, UNSTABLE_MS);
        }
        break;
    case PF_CONNECTION_FAILED:
        if (peer->recovery != PF_RECOVERY_RENEWING) { /* that one has its own, slower, pace */
            repair(peer, context);
        }
        break;
    case PF_CONNECTION_NEW:
    case PF_CONNECTION_CONNECTING:
    case PF_CONNECTION_CLOSED: break;
    }
}

/* The exchange is over: takes up what had to wait for that. */
static void on_stable(struct pf_peer *peer, struct pf_context *context)
{
    struct pf_connection *connection = &peer->connection;
    peer->repeat_at_ms = PF_NEVER;
    if (connection->missed_offer) {
        connection->missed_offer = false;
        send_request(peer, context, PF_REQUEST_OFFER);
    }
    if (connection->wants_restart) {
        offer_restart(peer, context);
    }
}

void pf_peer_handle_pc(struct pf_peer *peer, struct pf_context *context,
                       const struct pf_event *event)
{
    struct pf_connection *connection = &peer->connection;
    const enum pf_negotiation before = connection->negotiation;
    switch (pf_connection_handle(connection, context, event)) {
    case PF_OUTCOME_NOTHING: break;
    case PF_OUTCOME_SEND_DESCRIPTION: send_description(peer, context, &event->description); break;
    case PF_OUTCOME_REMOTE_SET: add_waiting_candidates(peer, context); break;
    case PF_OUTCOME_BROKEN:
        if (peer->recovery != PF_RECOVERY_RENEWING) {
            /* The next step after a restart is a new connection. */
            set_recovery(peer, context, PF_RECOVERY_RESTARTING, PF_NEVER);
            repair(peer, context);
        }
        return;
    }
    if (event->type == PF_EVENT_PC_STATE) {
        on_connection_state(peer, context);
    } else if (event->type == PF_EVENT_PC_CANDIDATE) {
        send_candidates(peer, context);
    } else if (event->type == PF_EVENT_PC_CHANNEL_OPENED && connection->channel_open) {
        pf_peer_send_state(peer, context);
    }
    if (before != PF_NEGOTIATION_STABLE && connection->negotiation == PF_NEGOTIATION_STABLE) {
        on_stable(peer, context);
    }
}

/* ---- what the relay says ---- */

void pf_peer_set_presence(struct pf_peer *peer, struct pf_context *context,
                          enum pf_presence presence)
{
    const bool was_here = peer->presence == PF_PRESENCE_HERE;
    if (presence == peer->presence) {
        return;
    }
    peer->presence = presence;
    peer->presence_at_ms = PF_NEVER;
    if (was_here != (presence == PF_PRESENCE_HERE)) {
        pf_peer_show(peer, context);
    }
}

void pf_peer_set_name(struct pf_peer *peer, struct pf_context *context, struct pf_slice name)
{
    if (!pf_slice_equal(name, (struct pf_slice){peer->name, peer->name_size})) {
        peer->name_size = pf_slice_copy(name, peer->name, sizeof peer->name);
        pf_peer_show(peer, context);
    }
}

void pf_peer_resync(struct pf_peer *peer, struct pf_context *context)
{
    PF_ASSERT(can_signal(peer, context));
    PF_ASSERT(peer->connection.pc != 0);
    pf_peer_send_state(peer, context);
    if (peer->recovery != PF_RECOVERY_NONE || peer->connection.done == 0 ||
        peer->connection.negotiation != PF_NEGOTIATION_STABLE) {
        pf_connection_repeat(&peer->connection, context);
    }
    send_candidates(peer, context);
    if (peer->recovery != PF_RECOVERY_NONE && peer->recovery_at_ms == PF_NEVER) {
        repair(peer, context);
    }
}

void pf_peer_network_changed(struct pf_peer *peer, struct pf_context *context)
{
    const bool settled = peer->connection.pc != 0 && peer->connection.done != 0;
    const bool idle = peer->recovery == PF_RECOVERY_NONE || peer->recovery == PF_RECOVERY_UNSTABLE;
    if (!settled || !idle) {
        return; /* the recovery is on its way */
    }
    if (peer->presence == PF_PRESENCE_ORPHAN) {
        return; /* nothing can be done for it; it may come back by itself */
    }
    if (peer->recovery == PF_RECOVERY_UNSTABLE) {
        repair(peer, context);
    } else {
        begin_restart(peer, context);
    }
}

/* ---- time ---- */

void pf_peer_tick(struct pf_peer *peer, struct pf_context *context)
{
    if (peer->presence_at_ms <= context->now_ms) {
        pf_peer_set_presence(peer, context, PF_PRESENCE_ORPHAN);
    }
    if (peer->repeat_at_ms <= context->now_ms) {
        peer->repeat_ms = peer->repeat_ms < REPEAT_MS_MAX ? peer->repeat_ms * 2 : REPEAT_MS_MAX;
        peer->repeat_at_ms = PF_NEVER; /* set again when the offer has been read */
        if (can_signal(peer, context)) {
            pf_connection_repeat(&peer->connection, context);
        }
    }
    if (peer->recovery_at_ms <= context->now_ms) {
        repair(peer, context);
    }
    if (peer->show_at_ms <= context->now_ms) {
        show_state(peer, context);
    }
    if (peer->connection.pc != 0 && peer->connection.senders_at_ms <= context->now_ms) {
        pf_connection_retry_senders(&peer->connection, context);
    }
}

uint64_t pf_peer_deadline_ms(const struct pf_peer *peer)
{
    const uint64_t senders_at_ms =
        peer->connection.pc != 0 ? peer->connection.senders_at_ms : PF_NEVER;
    return pf_earlier(pf_earlier(pf_earlier(peer->recovery_at_ms, senders_at_ms), peer->show_at_ms),
                      pf_earlier(peer->presence_at_ms, peer->repeat_at_ms));
}

bool pf_peer_is_lost(const struct pf_peer *peer)
{
    /* A restart that failed does not end the flow that it was to repair. */
    const bool flows =
        peer->connection.pc != 0 && peer->connection.state == PF_CONNECTION_CONNECTED;
    const bool may_return =
        peer->recovery == PF_RECOVERY_UNSTABLE && peer->recovery_at_ms != PF_NEVER;
    return peer->presence == PF_PRESENCE_ORPHAN && !flows && !may_return;
}

void pf_peer_check(const struct pf_peer *peer)
{
    if (peer->id == 0) {
        return;
    }
    PF_ASSERT(peer->instance != 0);
    PF_ASSERT(peer->name_size <= PF_MEMBER_NAME_SIZE_MAX);
    PF_ASSERT(peer->candidates.count <= PF_CANDIDATES_MAX);
    PF_ASSERT(peer->presence_at_ms == PF_NEVER || peer->presence == PF_PRESENCE_MISSING);
    if (peer->recovery == PF_RECOVERY_NONE) {
        PF_ASSERT(peer->connection.pc != 0);
        PF_ASSERT(peer->recovery_at_ms == PF_NEVER);
    }
    pf_connection_check(&peer->connection);
}
