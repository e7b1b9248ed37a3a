/* room_state.c - saves, restores, hashes and inspects the state of a room. */
/* SPDX-License-Identifier: MIT */
#include "room_state.h"

#include "core/room/room_internal.h"

static void visit_candidates(struct ex_visit *visit, struct pf_candidates *candidates)
{
    EX_VISIT(visit, candidates->count);
    EX_VISIT(visit, candidates->bytes_size);
    PF_ASSERT(candidates->count <= PF_CANDIDATES_MAX);
    ex_visit_bytes(visit, candidates->entries, candidates->count * sizeof(candidates->entries[0]));
    ex_visit_bytes(visit, candidates->bytes, candidates->bytes_size);
}

static void visit_connection(struct ex_visit *visit, struct pf_connection *connection)
{
    EX_VISIT(visit, connection->pc);
    EX_VISIT(visit, connection->epoch);
    EX_VISIT(visit, connection->offer_number);
    EX_VISIT(visit, connection->done);
    if (connection->pc == 0) {
        return;
    }
    EX_VISIT(visit, connection->negotiation);
    EX_VISIT(visit, connection->state);
    EX_VISIT(visit, connection->offers_ours);
    EX_VISIT(visit, connection->wants_restart);
    EX_VISIT(visit, connection->missed_offer);
    EX_VISIT(visit, connection->channel_open);
    EX_VISIT(visit, connection->own_kinds);
    EX_VISIT(visit, connection->peer_kinds);
    EX_VISIT(visit, connection->remote);
    if (connection->remote.offer_number != 0) { /* meaningless before */
        EX_VISIT(visit, connection->remote_candidates);
    }
    EX_VISIT(visit, connection->candidates_sent);
    visit_candidates(visit, &connection->candidates);
}

/* Requests within a second of a restart are refused; whether there was one matters as well. */
static void visit_restarted(struct ex_visit *visit, uint64_t *restarted_at_ms)
{
    enum { REQUESTS_MS = 1000 };
    if (visit->mode != EX_HASH) {
        EX_VISIT(visit, *restarted_at_ms);
        return;
    }
    const uint64_t ago_ms = visit->now_ms - *restarted_at_ms;
    uint32_t hashed =
        *restarted_at_ms == 0 || ago_ms >= REQUESTS_MS ? REQUESTS_MS : (uint32_t)ago_ms;
    EX_VISIT(visit, hashed);
}

static void visit_conversation(struct ex_visit *visit, struct pf_conversation *conversation)
{
    EX_VISIT(visit, conversation->since);
    EX_VISIT(visit, conversation->acknowledged);
    EX_VISIT(visit, conversation->sent);
    EX_VISIT(visit, conversation->heard);
    EX_VISIT(visit, conversation->in_flight);
    EX_VISIT(visit, conversation->unanswered);
    EX_VISIT(visit, conversation->is_due);
    ex_visit_time(visit, &conversation->at_ms);
}

static void visit_peer(struct ex_visit *visit, struct pf_peer *peer)
{
    EX_VISIT(visit, peer->id);
    ex_visit_time(visit, &peer->incoming.answers.full_at); /* of the slot, not of the peer */
    ex_visit_time(visit, &peer->states.full_at);
    ex_visit_time(visit, &peer->reactions.full_at);
    ex_visit_time(visit, &peer->conversation.taken.full_at);
    if (peer->id == 0) {
        return;
    }
    EX_VISIT(visit, peer->instance);
    EX_VISIT(visit, peer->polite);
    EX_VISIT(visit, peer->presence);
    EX_VISIT(visit, peer->recovery.state);
    EX_VISIT(visit, peer->recovery.renewals);
    ex_visit_time(visit, &peer->recovery.at_ms);
    EX_VISIT(visit, peer->diagnosis.reason);
    EX_VISIT(visit, peer->diagnosis.was_connected);
    ex_visit_time(visit, &peer->diagnosis.at_ms);
    ex_visit_time(visit, &peer->presence_at_ms);
    ex_visit_time(visit, &peer->signaling.repeat_at_ms);
    ex_visit_time(visit, &peer->show_at_ms);
    EX_VISIT(visit, peer->signaling.repeat_ms);
    PF_ASSERT(!peer->wishes.is_set); /* no page says how wide it shows anything */
    ex_visit_unhashed(visit, &peer->wishes, sizeof(peer->wishes));
    visit_conversation(visit, &peer->conversation);
    visit_restarted(visit, &peer->recovery.restarted_at_ms);
    EX_VISIT(visit, peer->state);
    visit_connection(visit, &peer->connection);
    visit_candidates(visit, &peer->incoming.candidates);
    EX_VISIT(visit, peer->name_size);
    ex_visit_bytes(visit, peer->name, peer->name_size);
    EX_VISIT(visit, peer->capabilities_size);
    ex_visit_bytes(visit, peer->capabilities, peer->capabilities_size);
}

static void visit_session(struct ex_visit *visit, struct pf_relay_session *session)
{
    EX_VISIT(visit, session->state);
    EX_VISIT(visit, session->socket);
    EX_VISIT(visit, session->attempts);
    ex_visit_time(visit, &session->retry_at_ms);
    ex_visit_time(visit, &session->answer_at_ms);
    ex_visit_time(visit, &session->silence_at_ms);
    EX_VISIT(visit, session->ping_ms);
    EX_VISIT(visit, session->grace_ms);
    EX_VISIT(visit, session->can_rename);
    EX_VISIT(visit, session->probing);
}

static void visit_context(struct ex_visit *visit, struct pf_context *context)
{
    ex_visit_unhashed(visit, &context->now_ms, sizeof(context->now_ms)); /* set by every event */
    EX_VISIT(visit, context->random);
    EX_VISIT(visit, context->instance);
    EX_VISIT(visit, context->socket);
    EX_VISIT(visit, context->joined);
    EX_VISIT(visit, context->ice_servers_size);
    ex_visit_bytes(visit, context->ice_servers, context->ice_servers_size);
    EX_VISIT(visit, context->last_id);
    ex_visit_unhashed(visit, &context->counters,
                      sizeof(context->counters)); /* not used by the room */
}

static void visit_epochs(struct ex_visit *visit, struct pf_epochs *epochs)
{
    EX_VISIT(visit, epochs->next);
    for (size_t i = 0; i < PF_EPOCHS_MAX; i++) {
        EX_VISIT(visit, epochs->entries[i].id);
        if (epochs->entries[i].id != 0) {
            EX_VISIT(visit, epochs->entries[i].instance);
            EX_VISIT(visit, epochs->entries[i].epoch);
            EX_VISIT(visit, epochs->entries[i].heard);
        }
    }
}

/*
 * No future step depends on the order of the entries, that in which the connections were created.
 * As nothing is captured, no sender has a track, and only whether a connection is ready would
 * matter, which follows from its negotiation.
 */
static void visit_publishing(struct ex_visit *visit, struct pf_publishing *publishing)
{
    EX_VISIT(visit, publishing->own);
    EX_VISIT(visit, publishing->tracks);
    for (size_t i = 0; i < PF_PUBLISHING_MAX; i++) {
        struct pf_senders *senders = &publishing->connections[i];
        ex_visit_unhashed(visit, senders, sizeof(*senders));
        for (int k = 0; k < PF_SOURCES_COUNT && senders->pc != 0; k++) {
            PF_ASSERT(senders->list[k].wanted == 0 && senders->list[k].actual == 0);
        }
    }
}

/* Without tracks nothing is encoded, and no page samples statistics: no step depends on it. */
static void visit_quality(struct ex_visit *visit, struct pf_quality *quality)
{
    ex_visit_unhashed(visit, quality->links, sizeof(quality->links));
    PF_ASSERT(quality->level == 0 && quality->trouble_at_ms == PF_NEVER);
    PF_ASSERT(pf_quality_deadline_ms(quality) == PF_NEVER);
    for (size_t i = 0; i < PF_PUBLISHING_MAX; i++) {
        const struct pf_picture *pictures = quality->links[i].pictures;
        PF_ASSERT(quality->links[i].pc == 0 || pictures[0].asked == PF_WIDTH_DEFAULT);
        PF_ASSERT(quality->links[i].pc == 0 || pictures[0].set.scale == 0);
    }
}

/* Pages have no microphone and no camera: their captures fail once and for all. Nobody shares. */
static void visit_media(struct ex_visit *visit, struct pf_media *media)
{
    EX_VISIT(visit, media->devices_changed);
    visit_publishing(visit, &media->publishing);
    visit_quality(visit, &media->quality);
    for (int i = 0; i < PF_DEVICE_SOURCES_COUNT; i++) {
        struct pf_capture *capture = &media->captures[i];
        PF_ASSERT(capture->track == 0 && capture->retired.track == 0 && capture->chosen.size == 0);
        EX_VISIT(visit, capture->started);
        EX_VISIT(visit, capture->on);
        EX_VISIT(visit, capture->phase);
        EX_VISIT(visit, capture->error);
        EX_VISIT(visit, capture->opening);
    }
    PF_ASSERT(media->devices.count == 0);
    PF_ASSERT(media->screen.phase == PF_SCREEN_IDLE && !media->screen.on);
    EX_VISIT(visit, media->screen.started);
}

static void visit_membership(struct ex_visit *visit, struct pf_membership *membership)
{
    PF_ASSERT(!membership->is_changed); /* reported at the end of every event */
    EX_VISIT(visit, membership->state);
    EX_VISIT(visit, membership->code);
    EX_VISIT(visit, membership->wants_join);
    EX_VISIT(visit, membership->took_over);
    EX_VISIT(visit, membership->prepared_sent);
    EX_VISIT(visit, membership->first_epoch_spent);
    ex_visit_time(visit, &membership->join_at_ms);
    ex_visit_time(visit, &membership->close_at_ms);
    EX_VISIT(visit, membership->room_size);
    ex_visit_bytes(visit, membership->room, membership->room_size);
    EX_VISIT(visit, membership->name_size);
    ex_visit_bytes(visit, membership->name, membership->name_size);
    EX_VISIT(visit, membership->name_told);
    ex_visit_time(visit, &membership->name_at_ms);
    EX_VISIT(visit, membership->ticket_size);
    ex_visit_bytes(visit, membership->ticket, membership->ticket_size);
}

void ex_room_visit(struct pf_room *room, struct ex_visit *visit)
{
    visit_membership(visit, &room->membership);
    EX_VISIT(visit, room->reconciled.relay_away);
    EX_VISIT(visit, room->reconciled.sequence);
    ex_visit_time(visit, &room->reactions.full_at);
    visit_context(visit, &room->context);
    visit_session(visit, &room->session);
    visit_media(visit, &room->media);
    visit_connection(visit, &room->prepared.connection);
    if (room->prepared.connection.pc != 0) {
        EX_VISIT(visit, room->prepared.sdp_size);
        ex_visit_bytes(visit, room->prepared.sdp, room->prepared.sdp_size);
    }
    visit_epochs(visit, &room->roster.epochs);
    PF_ASSERT(room->chat.last == 0); /* nobody writes */
    EX_VISIT(visit, room->chat.self);
    EX_VISIT(visit, room->roster.self);
    EX_VISIT(visit, room->roster.peers_end);
    for (size_t i = 0; i < room->roster.peers_end; i++) {
        visit_peer(visit, &room->roster.peers[i]);
    }
    for (size_t i = room->roster.peers_end; visit->mode == EX_LOAD && i < PF_PEERS_MAX; i++) {
        pf_peer_init(&room->roster.peers[i]); /* a leftover of another state */
    }
}

void ex_room_forget_message(struct pf_room *room)
{
    pf_message_clear(&room->message);
}

const struct pf_peer *ex_room_peer(const struct pf_room *room, pf_member_id id)
{
    for (size_t i = 0; i < room->roster.peers_end && id != 0; i++) {
        if (room->roster.peers[i].id == id) {
            return &room->roster.peers[i];
        }
    }
    return NULL;
}

size_t ex_room_peers_count(const struct pf_room *room)
{
    size_t count = 0;
    for (size_t i = 0; i < room->roster.peers_end; i++) {
        count += room->roster.peers[i].id != 0;
    }
    return count;
}

uint32_t ex_room_sequence(const struct pf_room *room)
{
    return room->media.publishing.own.sequence;
}

uint32_t ex_room_instance(const struct pf_room *room)
{
    return room->context.instance;
}
