/* gestures.c - the raised hand, and reactions. */
/* SPDX-License-Identifier: MIT */
#include "core/room/gestures.h"

#include "core/room/room_internal.h"

enum { REACTIONS_MS = 250 }; /* the mean time between reactions of one member */

/* R19: the same on both sides, so that a peer that does not keep to it costs nobody anything. */
static const struct pf_token_rate reactions_rate = {.burst = 8 * REACTIONS_MS, .per_ms = 1};

/* ---- the hand ---- */

/* The place after all hands that are raised (a Lamport clock that starts again when none is). */
static uint32_t last_place(const struct pf_roster *roster)
{
    uint32_t last = 0;
    for (size_t i = 0; i < roster->peers_end; i++) {
        const struct pf_peer *peer = &roster->peers[i];
        last = peer->id != 0 && peer->state.hand > last ? peer->state.hand : last;
    }
    return last < UINT32_MAX ? last + 1 : last; /* no member should say that much */
}

void pf_gestures_set_hand(struct pf_room *room, bool raised)
{
    struct pf_member_state *own = &room->media.publishing.own;
    if (raised != (own->hand != 0)) {
        own->hand = raised ? last_place(&room->roster) : 0;
        own->sequence++;
        room->membership.is_changed = true;
    }
}

/* ---- reactions ---- */

/* Shows one, within the rate limit of its member. */
static bool show(struct pf_room *room, struct pf_token_bucket *bucket, pf_member_id id,
                 enum pf_reaction kind)
{
    struct pf_context *context = &room->context;
    const bool is_shown =
        pf_token_bucket_take(bucket, &reactions_rate, context->now_ms, REACTIONS_MS);
    if (is_shown) {
        struct pf_command *command = pf_outbox_push(&context->outbox, PF_COMMAND_SHOW_REACTION);
        command->reaction.id = id;
        command->reaction.kind = kind;
    }
    return is_shown;
}

void pf_gestures_react(struct pf_room *room, enum pf_reaction kind)
{
    const enum pf_room_state state = room->membership.state;
    if ((state != PF_ROOM_JOINED && state != PF_ROOM_RECONNECTING) ||
        !show(room, &room->reactions, 0, kind)) {
        return;
    }
    room->context.outbox.message.type = PF_MESSAGE_REACTION;
    room->context.outbox.message.reaction = kind;
    for (size_t i = 0; i < room->roster.peers_end; i++) {
        const struct pf_peer *peer = &room->roster.peers[i];
        const struct pf_slice capabilities = {peer->capabilities, peer->capabilities_size};
        if (peer->id != 0 && pf_capabilities_have(capabilities, PF_CAPABILITY_REACTION)) {
            (void)pf_signaling_send_on_channel(peer, &room->context); /* or it sees nothing */
        }
    }
}

void pf_gestures_take(struct pf_room *room, struct pf_peer *peer, enum pf_reaction kind)
{
    (void)show(room, &peer->reactions, peer->id, kind); /* one over the limit is dropped */
}
