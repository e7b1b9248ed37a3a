/* roster.c - the other members of the room, as the relay lists them. */
/* SPDX-License-Identifier: MIT */
#include "core/room/roster.h"

#include "base/assert.h"

void pf_roster_init(struct pf_roster *roster)
{
    roster->self = 0;
    roster->peers_end = 0;
    for (size_t i = 0; i < PF_PEERS_MAX; i++) {
        pf_peer_init(&roster->peers[i]);
    }
    pf_epochs_init(&roster->epochs);
}

struct pf_peer *pf_roster_find(struct pf_roster *roster, pf_member_id id)
{
    for (size_t i = 0; i < PF_PEERS_MAX; i++) {
        if (roster->peers[i].id == id) {
            if (i == roster->peers_end) {
                roster->peers_end++; /* only 0 is found there */
            }
            return &roster->peers[i];
        }
    }
    return NULL;
}

struct pf_peer *pf_roster_find_pc(struct pf_roster *roster, pf_pc pc)
{
    for (size_t i = 0; i < roster->peers_end; i++) {
        struct pf_peer *peer = &roster->peers[i];
        if (peer->id != 0 && pc != 0 && peer->connection.pc == pc) {
            return peer;
        }
    }
    return NULL;
}

static void forget(struct pf_roster *roster, struct pf_context *context, struct pf_peer *peer)
{
    if (peer->connection.epoch != 0) {
        pf_epochs_put(&roster->epochs,
                      &(struct pf_epoch_entry){peer->id, peer->instance, peer->connection.epoch,
                                               peer->conversation.heard});
    }
    pf_peer_close(peer, context);
}

void pf_roster_close(struct pf_roster *roster, struct pf_context *context, struct pf_peer *peer)
{
    const pf_member_id id = peer->id;
    forget(roster, context, peer);
    pf_outbox_push(&context->outbox, PF_COMMAND_HIDE_PEER)->hide_peer = id;
}

/*
 * A free slot. If there is none, a peer that the relay no longer lists, and that may have come back
 * as another member, is evicted: one that is not connected first, and a connected one only for a
 * member that is present. NULL if there is none of those either.
 */
static struct pf_peer *find_slot(struct pf_roster *roster, struct pf_context *context, bool is_away)
{
    struct pf_peer *found = pf_roster_find(roster, 0);
    const size_t looks = is_away ? PF_PEERS_MAX : 2 * PF_PEERS_MAX;
    for (size_t i = 0; !found && i < looks; i++) {
        struct pf_peer *peer = &roster->peers[i % PF_PEERS_MAX];
        const bool is_unknown =
            peer->presence == PF_PRESENCE_ORPHAN || peer->presence == PF_PRESENCE_MISSING;
        if (is_unknown && (i >= PF_PEERS_MAX || peer->recovery.state != PF_RECOVERY_NONE)) {
            pf_roster_close(roster, context, peer);
            found = peer;
        }
    }
    return found;
}

static enum pf_presence presence_of(const struct pf_member *member)
{
    return member->away ? PF_PRESENCE_AWAY : PF_PRESENCE_HERE;
}

static void open_peer(const struct pf_roster *roster, struct pf_context *context,
                      struct pf_peer *peer, const struct pf_member *member)
{
    const struct pf_epoch_entry past = pf_epochs_get(&roster->epochs, member->id, member->instance);
    pf_peer_open(peer, context, member, roster->self, past.epoch);
    peer->conversation.heard = past.heard;
}

struct pf_peer *pf_roster_put(struct pf_roster *roster, struct pf_context *context,
                              const struct pf_member *member)
{
    if (member->id == roster->self) {
        context->counters.unreadable++;
        return NULL;
    }
    struct pf_peer *peer = pf_roster_find(roster, member->id);
    if (peer && peer->instance == member->instance) {
        pf_peer_set_name(peer, context, member->name);
        pf_peer_set_role(peer, context, member->role);
        pf_peer_set_presence(peer, context, presence_of(member));
        return peer;
    }
    if (peer) {
        forget(roster, context, peer); /* a reload, or another tab: the tile stays */
        const struct pf_wishes wishes = peer->wishes;
        const uint32_t since = peer->conversation.since; /* still the same member */
        open_peer(roster, context, peer, member);
        peer->wishes = wishes;
        peer->conversation.since = since;
        return peer;
    }
    peer = find_slot(roster, context, member->away);
    if (peer) {
        open_peer(roster, context, peer, member);
    }
    return peer;
}

static const struct pf_member *find_listed(const struct pf_message *joined, pf_member_id id)
{
    for (size_t i = 0; i < joined->joined.members_count; i++) {
        if (joined->joined.members[i].id == id) {
            return &joined->joined.members[i];
        }
    }
    return NULL;
}

void pf_roster_mark_listed(struct pf_roster *roster, struct pf_context *context,
                           const struct pf_message *joined, uint64_t grace_ms)
{
    for (size_t i = 0; i < roster->peers_end; i++) {
        struct pf_peer *peer = &roster->peers[i];
        const struct pf_member *listed = find_listed(joined, peer->id);
        if (listed) {
            pf_peer_set_presence(peer, context, presence_of(listed));
        } else if (peer->id != 0) {
            pf_peer_set_presence(peer, context, PF_PRESENCE_MISSING);
            peer->presence_at_ms = context->now_ms + grace_ms;
        }
    }
}

void pf_roster_close_all(struct pf_roster *roster, struct pf_context *context)
{
    for (size_t i = 0; i < roster->peers_end; i++) {
        if (roster->peers[i].id != 0) {
            pf_roster_close(roster, context, &roster->peers[i]);
        }
    }
}

void pf_roster_tick(struct pf_roster *roster, struct pf_context *context)
{
    for (size_t i = 0; i < roster->peers_end; i++) {
        struct pf_peer *peer = &roster->peers[i];
        if (peer->id != 0) {
            pf_signaling_tick(peer, context);
            pf_recovery_tick(peer, context);
            pf_peer_tick(peer, context);
        }
    }
}

uint64_t pf_roster_deadline_ms(const struct pf_roster *roster)
{
    uint64_t deadline_ms = PF_NEVER;
    for (size_t i = 0; i < roster->peers_end; i++) {
        if (roster->peers[i].id != 0) {
            deadline_ms = pf_earlier(deadline_ms, pf_peer_deadline_ms(&roster->peers[i]));
        }
    }
    return deadline_ms;
}

bool pf_roster_flows(const struct pf_roster *roster)
{
    for (size_t i = 0; i < roster->peers_end; i++) {
        if (roster->peers[i].id != 0 && roster->peers[i].recovery.state == PF_RECOVERY_NONE) {
            return true;
        }
    }
    return false;
}

void pf_roster_check(const struct pf_roster *roster)
{
    for (size_t i = 0; i < roster->peers_end; i++) {
        const struct pf_peer *peer = &roster->peers[i];
        pf_peer_check(peer);
        for (size_t k = 0; k < i; k++) {
            PF_ASSERT(peer->id == 0 || roster->peers[k].id != peer->id);
        }
    }
}
