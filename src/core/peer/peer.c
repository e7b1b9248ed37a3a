/* peer.c - one remote member: who it is, whether it is there, what is shown. */
/* SPDX-License-Identifier: MIT */
#include "core/peer/peer.h"

#include "base/assert.h"
#include "core/media/quality.h"

enum {
    STATES_MS = 200, /* the mean time between shown states of its sources */
    UNREACHABLE_RENEWALS = 3,
};

static const struct pf_token_rate states_rate = {.burst = 21 * STATES_MS, .per_ms = 1};

/* ---- what is shown ---- */

enum pf_peer_state pf_peer_shown_state(const struct pf_peer *peer)
{
    const struct pf_recovery *recovery = &peer->recovery;
    if (peer->signals_only) {
        return PF_PEER_CONNECTED; /* by all that it will ever have: the relay */
    }
    switch (recovery->state) {
    case PF_RECOVERY_NONE: return PF_PEER_CONNECTED;
    case PF_RECOVERY_WAITING:
    case PF_RECOVERY_CONNECTING: return PF_PEER_CONNECTING;
    case PF_RECOVERY_UNSTABLE:
        /* Without a deadline the repair was due and has to wait for the relay. */
        return recovery->at_ms == PF_NEVER ? PF_PEER_RECONNECTING : PF_PEER_UNSTABLE;
    case PF_RECOVERY_RESTARTING: return PF_PEER_RECONNECTING;
    case PF_RECOVERY_RENEWING:
        return recovery->renewals < UNREACHABLE_RENEWALS ? PF_PEER_RECONNECTING
                                                         : PF_PEER_UNREACHABLE;
    }
    PF_UNREACHABLE();
}

void pf_peer_show(const struct pf_peer *peer, struct pf_context *context)
{
    struct pf_command *command = pf_outbox_push(&context->outbox, PF_COMMAND_SHOW_PEER);
    command->pc = peer->connection.pc;
    command->peer.id = peer->id;
    command->peer.name = (struct pf_slice){peer->name, peer->name_size};
    command->peer.state = pf_peer_shown_state(peer);
    command->peer.sources = peer->state;
    command->peer.is_host = peer->is_host;
    command->peer.away = peer->presence != PF_PRESENCE_HERE;
    command->peer.video_rejected = peer->connection.pc != 0 && peer->connection.video_rejected;
    command->peer.capabilities = (struct pf_slice){peer->capabilities, peer->capabilities_size};
    command->peer.screen_supported =
        pf_capabilities_have(command->peer.capabilities, PF_CAPABILITY_SCREEN);
    pf_quality_show(context, peer->connection.pc, command);
    pf_diagnosis_show(&peer->diagnosis, command);
}

/* R19: showing is work for the page. Of a flood of states the newest is shown in the end. */
static void show_state(struct pf_peer *peer, struct pf_context *context)
{
    peer->show_at_ms = PF_NEVER;
    if (pf_token_bucket_take(&peer->states, &states_rate, context->now_ms, STATES_MS)) {
        pf_peer_show(peer, context);
    } else {
        peer->show_at_ms = pf_token_bucket_ready_ms(&peer->states, &states_rate, STATES_MS);
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

/* ---- who it is ---- */

void pf_peer_init(struct pf_peer *peer)
{
    peer->id = 0;
    peer->incoming.answers.full_at = 0;
    peer->states.full_at = 0;
    peer->reactions.full_at = 0;
    peer->conversation.taken.full_at = 0;
    peer->files.withdrawn.full_at = 0;
}

void pf_peer_open(struct pf_peer *peer, struct pf_context *context, const struct pf_member *member,
                  pf_member_id self, uint32_t last_epoch)
{
    PF_ASSERT(peer->id == 0);
    PF_ASSERT(member->id != 0);
    /* No compound literal of the whole: the queues are larger than the stack should bear. */
    peer->id = member->id;
    peer->instance = member->instance;
    peer->polite = self > member->id;
    peer->signals_only =
        context->is_observer || pf_capabilities_have(member->capabilities, PF_CAPABILITY_OBSERVER);
    peer->is_host = member->role == PF_ROLE_HOST;
    peer->presence = member->away ? PF_PRESENCE_AWAY : PF_PRESENCE_HERE;
    peer->presence_at_ms = peer->show_at_ms = PF_NEVER;
    peer->state = (struct pf_member_state){0};
    pf_recovery_init(&peer->recovery);
    pf_diagnosis_init(&peer->diagnosis);
    pf_signaling_reset(&peer->signaling);
    pf_wishes_init(&peer->wishes);
    peer->connection.pc = 0;
    peer->connection.epoch = last_epoch;
    peer->connection.offer_number = peer->connection.done = 0;
    pf_candidates_clear(&peer->incoming.candidates);
    peer->name_size = pf_slice_copy(member->name, peer->name, sizeof peer->name);
    peer->capabilities_size =
        pf_slice_copy(member->capabilities, peer->capabilities, sizeof peer->capabilities);
    pf_conversation_init(peer);
    pf_files_init(peer);
    pf_peer_show(peer, context);
}

void pf_peer_close(struct pf_peer *peer, struct pf_context *context)
{
    pf_files_close(peer, context);
    pf_connection_close(&peer->connection, context);
    peer->id = 0;
}

void pf_peer_set_name(struct pf_peer *peer, struct pf_context *context, struct pf_slice name)
{
    if (!pf_slice_equal(name, (struct pf_slice){peer->name, peer->name_size})) {
        peer->name_size = pf_slice_copy(name, peer->name, sizeof peer->name);
        pf_peer_show(peer, context);
    }
}

void pf_peer_set_role(struct pf_peer *peer, struct pf_context *context, enum pf_role role)
{
    if (peer->is_host != (role == PF_ROLE_HOST)) {
        peer->is_host = !peer->is_host;
        pf_peer_show(peer, context);
    }
}

/* ---- whether it is there ---- */

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

bool pf_peer_can_signal(const struct pf_peer *peer, const struct pf_context *context)
{
    return context->joined && peer->presence == PF_PRESENCE_HERE;
}

bool pf_peer_is_lost(const struct pf_peer *peer)
{
    const struct pf_recovery *recovery = &peer->recovery;
    /* A restart that failed does not end the flow that it was to repair. */
    const bool flows =
        peer->connection.pc != 0 && peer->connection.state == PF_CONNECTION_CONNECTED;
    const bool may_return = recovery->state == PF_RECOVERY_UNSTABLE && recovery->at_ms != PF_NEVER;
    return peer->presence == PF_PRESENCE_ORPHAN && !flows && !may_return;
}

/* ---- time ---- */

void pf_peer_tick(struct pf_peer *peer, struct pf_context *context)
{
    if (peer->presence_at_ms <= context->now_ms) {
        pf_peer_set_presence(peer, context, PF_PRESENCE_ORPHAN);
    }
    if (peer->show_at_ms <= context->now_ms) {
        show_state(peer, context);
    }
    pf_diagnosis_tick(peer, context);
}

uint64_t pf_peer_deadline_ms(const struct pf_peer *peer)
{
    const uint64_t own_ms =
        pf_earlier(pf_earlier(peer->presence_at_ms, peer->show_at_ms), peer->diagnosis.at_ms);
    const uint64_t told_ms = pf_earlier(peer->wishes.at_ms, peer->conversation.at_ms);
    return pf_earlier(pf_earlier(own_ms, told_ms),
                      pf_earlier(peer->recovery.at_ms, peer->signaling.repeat_at_ms));
}

void pf_peer_check(const struct pf_peer *peer)
{
    const struct pf_recovery *recovery = &peer->recovery;
    if (peer->id == 0) {
        return;
    }
    PF_ASSERT(peer->instance != 0);
    PF_ASSERT(peer->name_size <= PF_MEMBER_NAME_SIZE_MAX);
    PF_ASSERT(peer->incoming.candidates.count <= PF_CANDIDATES_MAX);
    PF_ASSERT(peer->presence_at_ms == PF_NEVER || peer->presence == PF_PRESENCE_MISSING);
    PF_ASSERT(peer->connection.pc != 0 || recovery->state == PF_RECOVERY_WAITING);
    PF_ASSERT(peer->connection.pc == 0 || !peer->signals_only);
    if (recovery->state == PF_RECOVERY_NONE) {
        PF_ASSERT(recovery->at_ms == PF_NEVER);
        PF_ASSERT(peer->diagnosis.reason == PF_REASON_NONE);
    }
    pf_connection_check(&peer->connection);
    pf_conversation_check(&peer->conversation);
    pf_files_check(&peer->files);
}
