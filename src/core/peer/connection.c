/*
 * connection.c - the negotiation of one RTCPeerConnection.
 *
 * Perfect negotiation (webrtc-pc, "Perfect Negotiation Example") with two differences. Each
 * exchange has a number, so that repeated and delayed descriptions are recognised; and a
 * description is sent as soon as it is created, not when it is set, which saves the peer 15 to 25
 * ms. The browser executes the commands in order (webrtc-pc, "chain an operation").
 *
 *   from            event                     to
 *   STABLE          make_offer                MAKING_OFFER
 *   MAKING_OFFER    offer created             OFFERED         send it, set it
 *   MAKING_OFFER    remote offer, polite      SETTING_OFFER   ours is never set
 *   OFFERED         remote offer, polite      SETTING_OFFER   implicit rollback
 *   OFFERED         answer of this exchange   SETTING_ANSWER
 *   SETTING_ANSWER  remote set                STABLE
 *   STABLE          remote offer              SETTING_OFFER
 *   SETTING_OFFER   remote set                MAKING_ANSWER
 *   MAKING_ANSWER   answer created            STABLE          send it, set it
 *   any             see below                 BROKEN
 *
 * Implicit rollback: setRemoteDescription() of an offer in have-local-offer discards the local one
 * (RFC 9429 sections 4.1.10.2 and 5.7). Of two offers that collide the impolite side's has the
 * higher number, by pf_number_after(): the polite side takes that one, and the impolite side drops
 * the other.
 *
 * A connection is BROKEN when the constructor, createAnswer(), setLocalDescription() or
 * setRemoteDescription() is rejected, when createOffer() is and no remote offer has overtaken it,
 * or when a description is too long to be sent: what state the two sides are in is then unknown. A
 * rejected addIceCandidate() costs a candidate, a rejected replaceTrack() is repeated by
 * publishing.c; neither breaks a connection.
 */
/* SPDX-License-Identifier: MIT */
#include "core/peer/connection.h"

#include "base/assert.h"
#include "core/media/publishing.h"
#include "core/media/quality.h"

#include <string.h>

static struct pf_command *push(const struct pf_connection *connection, struct pf_context *context,
                               enum pf_command_type type)
{
    struct pf_command *command = pf_outbox_push(&context->outbox, type);
    command->pc = connection->pc;
    return command;
}

static void set_negotiation(struct pf_connection *connection, enum pf_negotiation next)
{
    static const uint8_t from[] = {
        [PF_NEGOTIATION_STABLE] =
            1 << PF_NEGOTIATION_SETTING_ANSWER | 1 << PF_NEGOTIATION_MAKING_ANSWER,
        [PF_NEGOTIATION_MAKING_OFFER] = 1 << PF_NEGOTIATION_STABLE,
        [PF_NEGOTIATION_OFFERED] = 1 << PF_NEGOTIATION_MAKING_OFFER,
        [PF_NEGOTIATION_SETTING_ANSWER] = 1 << PF_NEGOTIATION_OFFERED,
        [PF_NEGOTIATION_SETTING_OFFER] = 1 << PF_NEGOTIATION_STABLE |
                                         1 << PF_NEGOTIATION_MAKING_OFFER |
                                         1 << PF_NEGOTIATION_OFFERED,
        [PF_NEGOTIATION_MAKING_ANSWER] = 1 << PF_NEGOTIATION_SETTING_OFFER,
        [PF_NEGOTIATION_BROKEN] = (1 << PF_NEGOTIATION_BROKEN) - 1, /* any but itself */
    };
    PF_ASSERT(from[next] & (1 << connection->negotiation));
    connection->negotiation = next;
}

void pf_connection_open(struct pf_connection *connection, struct pf_context *context,
                        uint32_t epoch, bool offers)
{
    PF_ASSERT(connection->pc == 0);
    connection->pc = pf_context_next_id(context);
    connection->epoch = epoch;
    connection->offer_number = 0;
    connection->done = 0;
    connection->negotiation = PF_NEGOTIATION_STABLE;
    connection->state = PF_CONNECTION_NEW;
    connection->offers_ours = false;
    connection->wants_restart = false;
    connection->missed_offer = false;
    connection->channel_open = false;
    connection->turn_refused = false;
    connection->video_rejected = false;
    connection->own_kinds = connection->peer_kinds = 0;
    connection->remote = (struct pf_exchange){0, 0};
    connection->candidates_sent = 0;
    pf_candidates_clear(&connection->candidates);
    struct pf_command *command = push(connection, context, PF_COMMAND_PC_CREATE);
    command->pc_create.offers = offers;
    command->pc_create.relay_only = context->relay_only;
    command->pc_create.ice_servers =
        (struct pf_slice){context->ice_servers, context->ice_servers_size};
    pf_publishing_add(context, connection->pc, offers);
}

void pf_connection_close(struct pf_connection *connection, struct pf_context *context)
{
    if (connection->pc != 0) {
        push(connection, context, PF_COMMAND_PC_CLOSE);
        pf_publishing_remove(context, connection->pc);
        pf_quality_remove(context, connection->pc);
        connection->pc = 0;
    }
}

uint32_t pf_number_after(uint32_t last, bool polite)
{
    return (last / 2 + 1) * 2 + (polite ? 0 : 1);
}

void pf_connection_make_offer(struct pf_connection *connection, struct pf_context *context,
                              uint32_t number, bool ice_restart)
{
    PF_ASSERT(number > connection->offer_number);
    set_negotiation(connection, PF_NEGOTIATION_MAKING_OFFER);
    connection->offer_number = number;
    connection->offers_ours = true;
    connection->wants_restart = false;
    push(connection, context, PF_COMMAND_PC_CREATE_OFFER)->ice_restart = ice_restart;
}

static void set_remote(struct pf_connection *connection, struct pf_context *context,
                       enum pf_description_type type, struct pf_slice sdp)
{
    connection->peer_kinds = pf_candidates_kinds(sdp); /* one that was repeated has some in it */
    push(connection, context, PF_COMMAND_PC_SET_REMOTE)->description =
        (struct pf_description){type, sdp};
}

static void begin_answering(struct pf_connection *connection, struct pf_context *context,
                            uint32_t number, struct pf_slice sdp)
{
    set_negotiation(connection, PF_NEGOTIATION_SETTING_OFFER);
    connection->offer_number = number;
    connection->offers_ours = false;
    set_remote(connection, context, PF_DESCRIPTION_OFFER, sdp);
}

bool pf_connection_fits(struct pf_slice sdp)
{
    size_t sections = 0;
    for (size_t i = 2; i < sdp.size; i++) {
        sections += memcmp(sdp.data + i - 2, "\nm=", 3) == 0;
    }
    return sections <= PF_SECTIONS_MAX;
}

/* Whether the first video section has port 0: it is rejected (RFC 3264 section 6). */
static bool rejects_video(struct pf_slice sdp)
{
    static const char section[] = "\nm=video ";
    const size_t size = sizeof section - 1;
    for (size_t i = 0; i + size + 1 < sdp.size; i++) {
        if (memcmp(sdp.data + i, section, size) == 0) {
            return memcmp(sdp.data + i + size, "0 ", 2) == 0;
        }
    }
    return false;
}

void pf_connection_take_offer(struct pf_connection *connection, struct pf_context *context,
                              uint32_t number, struct pf_slice sdp)
{
    if (number == connection->offer_number && !connection->offers_ours) {
        pf_connection_repeat(connection, context); /* the answer was lost, or is being made */
        return;
    }
    if (number <= connection->offer_number) {
        context->counters.stale++; /* also the polite side's, when it collides with ours */
        return;
    }
    switch (connection->negotiation) {
    case PF_NEGOTIATION_STABLE:
    case PF_NEGOTIATION_MAKING_OFFER:
    case PF_NEGOTIATION_OFFERED: begin_answering(connection, context, number, sdp); break;
    case PF_NEGOTIATION_SETTING_ANSWER:
    case PF_NEGOTIATION_SETTING_OFFER:
    case PF_NEGOTIATION_MAKING_ANSWER: connection->missed_offer = true; break;
    case PF_NEGOTIATION_BROKEN: context->counters.stale++; break;
    }
}

void pf_connection_take_answer(struct pf_connection *connection, struct pf_context *context,
                               uint32_t number, struct pf_slice sdp)
{
    if (connection->negotiation != PF_NEGOTIATION_OFFERED || number != connection->offer_number) {
        context->counters.stale++;
        return;
    }
    set_negotiation(connection, PF_NEGOTIATION_SETTING_ANSWER);
    connection->video_rejected = rejects_video(sdp);
    set_remote(connection, context, PF_DESCRIPTION_ANSWER, sdp);
}

/* Whether the description last sent is of this type and belongs to the current exchange. */
static bool has_sent(const struct pf_connection *connection, enum pf_description_type type)
{
    return type == PF_DESCRIPTION_OFFER
               ? connection->negotiation == PF_NEGOTIATION_OFFERED
               : connection->negotiation == PF_NEGOTIATION_STABLE && !connection->offers_ours;
}

void pf_connection_repeat(struct pf_connection *connection, struct pf_context *context)
{
    if (has_sent(connection, PF_DESCRIPTION_OFFER) || has_sent(connection, PF_DESCRIPTION_ANSWER)) {
        connection->candidates_sent = 0;
        push(connection, context, PF_COMMAND_PC_READ_LOCAL);
    }
}

/* Gives up a connection whose state in the browser, or at the peer, is not known any more. */
static enum pf_connection_outcome give_up(struct pf_connection *connection)
{
    if (connection->negotiation == PF_NEGOTIATION_BROKEN) {
        return PF_OUTCOME_NOTHING;
    }
    set_negotiation(connection, PF_NEGOTIATION_BROKEN);
    return PF_OUTCOME_BROKEN;
}

/* createOffer() or createAnswer() is done: sends and sets the result unless it was overtaken. */
static enum pf_connection_outcome on_description(struct pf_connection *connection,
                                                 struct pf_context *context,
                                                 const struct pf_description *description)
{
    if (description->sdp.size > PF_MESSAGE_SIZE_MAX) {
        return give_up(connection);
    }
    switch (description->type) {
    case PF_DESCRIPTION_OFFER:
        if (connection->negotiation != PF_NEGOTIATION_MAKING_OFFER) {
            return PF_OUTCOME_NOTHING; /* the peer's offer was taken meanwhile */
        }
        set_negotiation(connection, PF_NEGOTIATION_OFFERED);
        break;
    case PF_DESCRIPTION_ANSWER:
        if (connection->negotiation != PF_NEGOTIATION_MAKING_ANSWER) {
            return PF_OUTCOME_NOTHING;
        }
        set_negotiation(connection, PF_NEGOTIATION_STABLE);
        connection->done = connection->offer_number;
        connection->video_rejected = rejects_video(description->sdp);
        break;
    }
    pf_candidates_clear(&connection->candidates);
    connection->candidates_sent = 0;
    /* None are in it after an ICE restart, which gathers anew (RFC 8445 section 2.4). */
    connection->own_kinds = pf_candidates_kinds(description->sdp);
    push(connection, context, PF_COMMAND_PC_SET_LOCAL)->description = (struct pf_description){
        description->type, pf_outbox_copy(&context->outbox, description->sdp)};
    return PF_OUTCOME_SEND_DESCRIPTION;
}

static enum pf_connection_outcome on_remote_set(struct pf_connection *connection,
                                                struct pf_context *context,
                                                enum pf_description_type type)
{
    switch (type) {
    case PF_DESCRIPTION_OFFER:
        if (connection->negotiation != PF_NEGOTIATION_SETTING_OFFER) {
            return PF_OUTCOME_NOTHING;
        }
        set_negotiation(connection, PF_NEGOTIATION_MAKING_ANSWER);
        pf_publishing_ready(context, connection->pc); /* before the answer says what is sent */
        push(connection, context, PF_COMMAND_PC_CREATE_ANSWER);
        break;
    case PF_DESCRIPTION_ANSWER:
        if (connection->negotiation != PF_NEGOTIATION_SETTING_ANSWER) {
            return PF_OUTCOME_NOTHING;
        }
        set_negotiation(connection, PF_NEGOTIATION_STABLE);
        connection->done = connection->offer_number;
        break;
    }
    connection->remote = (struct pf_exchange){connection->epoch, connection->offer_number};
    connection->remote_candidates = 0;
    return PF_OUTCOME_REMOTE_SET;
}

/*
 * The constructor throws where there is no WebRTC at all, and where one of the relay's ICE servers
 * does not suit this browser. Then the next connection does without all of them: within a local
 * network that is enough.
 */
static void on_create_failed(struct pf_context *context, enum pf_dom_error error)
{
    if (error == PF_DOM_ERROR_REFERENCE) {
        context->webrtc_missing = true;
    } else if (context->ice_servers_size > 0) {
        context->ice_servers_size = 0;
        context->ice_servers_refused = true;
    }
}

static enum pf_connection_outcome on_failed(struct pf_connection *connection,
                                            struct pf_context *context,
                                            const struct pf_event *event)
{
    switch (event->failed.operation) {
    case PF_OPERATION_ADD_ICE_CANDIDATE:
        context->counters.candidate_errors++;
        return PF_OUTCOME_NOTHING;
    case PF_OPERATION_CREATE_OFFER: /* stale when the peer's offer was taken meanwhile */
        return connection->negotiation == PF_NEGOTIATION_MAKING_OFFER ? give_up(connection)
                                                                      : PF_OUTCOME_NOTHING;
    case PF_OPERATION_CREATE:
        on_create_failed(context, event->failed.error);
        return give_up(connection);
    case PF_OPERATION_CREATE_ANSWER:
    case PF_OPERATION_SET_LOCAL_DESCRIPTION:
    case PF_OPERATION_SET_REMOTE_DESCRIPTION: return give_up(connection);
    case PF_OPERATION_REPLACE_TRACK: break; /* for publishing.c */
    }
    PF_UNREACHABLE();
}

static void on_candidate(struct pf_connection *connection, struct pf_context *context,
                         const struct pf_candidate *candidate)
{
    const struct pf_exchange exchange = {connection->epoch, connection->offer_number};
    const uint8_t kinds = pf_candidates_kinds(candidate->candidate);
    if (context->relay_only && candidate->candidate.size > 0 && kinds != PF_CANDIDATE_RELAYED) {
        return; /* no browser gathers it; should one do so all the same, nobody hears of it */
    }
    connection->own_kinds |= kinds;
    if (pf_candidates_put(&connection->candidates, exchange, candidate) != PF_ERROR_OK) {
        context->counters.queue_full++;
    }
}

enum pf_connection_outcome pf_connection_handle(struct pf_connection *connection,
                                                struct pf_context *context,
                                                const struct pf_event *event)
{
    PF_ASSERT(event->pc == connection->pc);
    switch (event->type) {
    case PF_EVENT_PC_DESCRIPTION: return on_description(connection, context, &event->description);
    case PF_EVENT_PC_LOCAL:
        return has_sent(connection, event->description.type) ? PF_OUTCOME_SEND_DESCRIPTION
                                                             : PF_OUTCOME_NOTHING;
    case PF_EVENT_PC_REMOTE_SET: return on_remote_set(connection, context, event->description_set);
    case PF_EVENT_PC_FAILED: return on_failed(connection, context, event);
    case PF_EVENT_PC_CANDIDATE:
        on_candidate(connection, context, &event->candidate);
        return PF_OUTCOME_NOTHING;
    case PF_EVENT_PC_STATE:
        connection->state = event->connection_state;
        if (connection->state == PF_CONNECTION_CONNECTED) {
            pf_quality_add(context, connection->pc);
        }
        return PF_OUTCOME_NOTHING;
    case PF_EVENT_PC_CHANNEL_OPENED:
    case PF_EVENT_PC_CHANNEL_CLOSED:
        if (event->channel.id == PF_CHANNEL_STATE) {
            connection->channel_open = event->type == PF_EVENT_PC_CHANNEL_OPENED;
        }
        return PF_OUTCOME_NOTHING;
    case PF_EVENT_PC_SENDER_SET:   /* for publishing.c */
    case PF_EVENT_PC_ENCODING_SET: /* for quality.c */
    case PF_EVENT_PC_STATS:
    case PF_EVENT_PC_TURN_REFUSED: /* for the room */
    case PF_EVENT_PC_RELAYED:
    case PF_EVENT_PC_CHANNEL_MESSAGE:
    case PF_EVENT_TIMEOUT: /* and the rest too */
    case PF_EVENT_START:
    case PF_EVENT_JOIN:
    case PF_EVENT_LEAVE:
    case PF_EVENT_SET_SOURCE:
    case PF_EVENT_SELECT_DEVICE:
    case PF_EVENT_SET_ORIGIN:
    case PF_EVENT_REOPEN:
    case PF_EVENT_SET_TOKEN:
    case PF_EVENT_RELAY_ONLY:
    case PF_EVENT_SET_NAME:
    case PF_EVENT_SET_HAND:
    case PF_EVENT_SET_WANTED:
    case PF_EVENT_REACT:
    case PF_EVENT_HOST:
    case PF_EVENT_SAY:
    case PF_EVENT_OFFER_FILE:
    case PF_EVENT_SET_FILE:
    case PF_EVENT_NETWORK_CHANGED:
    case PF_EVENT_SOCKET_MESSAGE:
    case PF_EVENT_SOCKET_CLOSED:
    case PF_EVENT_CAPTURE_OPENED:
    case PF_EVENT_CAPTURE_FAILED:
    case PF_EVENT_SCREEN_OPENED:
    case PF_EVENT_SCREEN_FAILED:
    case PF_EVENT_TRACK_ENDED:
    case PF_EVENT_TRACK_MUTED:
    case PF_EVENT_VISIBLE:
    case PF_EVENT_DEVICES_CHANGED:
    case PF_EVENT_DEVICES: break;
    }
    PF_UNREACHABLE();
}

void pf_connection_add_candidate(struct pf_connection *connection, struct pf_context *context,
                                 const struct pf_candidate *candidate)
{
    if (connection->remote_candidates++ >= PF_CANDIDATES_MAX) {
        context->counters.queue_full++;
        return; /* the browser has no such bound */
    }
    connection->peer_kinds |= pf_candidates_kinds(candidate->candidate);
    struct pf_outbox *outbox = &context->outbox;
    struct pf_candidate copy = {.mline_index = candidate->mline_index};
    copy.candidate = pf_outbox_copy(outbox, candidate->candidate);
    if (candidate->mid.data) {
        copy.mid = pf_outbox_copy(outbox, candidate->mid);
    }
    if (candidate->username_fragment.data) {
        copy.username_fragment = pf_outbox_copy(outbox, candidate->username_fragment);
    }
    push(connection, context, PF_COMMAND_PC_ADD_CANDIDATE)->candidate = copy;
}

void pf_connection_check(const struct pf_connection *connection)
{
    if (connection->pc == 0) {
        return;
    }
    PF_ASSERT(connection->epoch > 0);
    PF_ASSERT(connection->offer_number > 0); /* it is opened to offer, or to take an offer */
    PF_ASSERT(connection->done <= connection->offer_number);
    PF_ASSERT(connection->candidates_sent <= connection->candidates.count);
    PF_ASSERT(connection->remote.offer_number == 0 ||
              connection->remote.epoch == connection->epoch);
    if (connection->negotiation == PF_NEGOTIATION_STABLE) {
        PF_ASSERT(connection->done == connection->offer_number);
    }
}
