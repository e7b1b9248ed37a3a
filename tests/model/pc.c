/*
 * pc.c - RTCPeerConnection as webrtc-pc and JSEP specify it, without time and without a network.
 *
 * The rules are those of "WebRTC: Real-Time Communication in Browsers" (webrtc-pc, W3C), named here
 * by algorithm, and of RFC 9429 (JSEP), named by section. They are stated once: the simulator and
 * the explorer both run this code.
 */
/* SPDX-License-Identifier: MIT */
#include "pc.h"

#include "base/assert.h"

#include <stdio.h>
#include <string.h>

void model_pc_init(struct model_pc *pc, uint32_t identity, bool makes_offers)
{
    pc->identity = identity;
    pc->makes_offers = pc->has_transceivers = makes_offers;
    pc->signaling = MODEL_STABLE;
    pc->current_local = pc->pending_local = (struct model_description){0};
    pc->current_remote = pc->pending_remote = (struct model_description){0};
    pc->offer_version = pc->answer_version = 0;
    pc->last_version = pc->last_generation = 0;
    pc->gather_generation = pc->gather_left = 0;
    for (int source = 0; source < PF_SOURCES_COUNT; source++) {
        pc->senders[source] = 0;
    }
    pc->connection = PF_CONNECTION_NEW;
    pc->failed_version = 0;
    pc->link_identity = pc->link_address = pc->link_peer_address = 0;
    pc->ambiguous = 0;
    pc->local_count = pc->remote_count = pc->operations_count = 0;
}

static uint32_t local_alive(const struct model_pc *pc)
{
    return pc->local_count < MODEL_LOCAL_CANDIDATES_MAX ? pc->local_count
                                                        : MODEL_LOCAL_CANDIDATES_MAX;
}

struct model_part model_pc_part(struct model_pc *pc, int index)
{
    switch (index) {
    case 0: return (struct model_part){pc, offsetof(struct model_pc, local_candidates)};
    case 1:
        return (struct model_part){pc->local_candidates,
                                   local_alive(pc) * sizeof(pc->local_candidates[0])};
    case 2:
        return (struct model_part){pc->remote_candidates,
                                   pc->remote_count * sizeof(pc->remote_candidates[0])};
    case 3:
        return (struct model_part){pc->operations,
                                   pc->operations_count * sizeof(pc->operations[0])};
    default: PF_UNREACHABLE();
    }
}

const struct model_description *model_pc_local(const struct model_pc *pc)
{
    return pc->pending_local.identity != 0 ? &pc->pending_local : &pc->current_local;
}

/* remoteDescription */
static const struct model_description *remote_of(const struct model_pc *pc)
{
    return pc->pending_remote.identity != 0 ? &pc->pending_remote : &pc->current_remote;
}

/* --- the operations chain: webrtc-pc, "chain an operation" --- */

bool model_pc_chain(struct model_pc *pc, const struct model_operation *operation)
{
    if (pc->operations_count == MODEL_OPERATIONS_MAX) {
        return false;
    }
    pc->operations[pc->operations_count++] = *operation;
    return true;
}

void model_pc_unchain(struct model_pc *pc, struct model_operation *out)
{
    PF_ASSERT(pc->operations_count > 0);
    *out = pc->operations[0];
    pc->operations_count--;
    memmove(pc->operations, pc->operations + 1, pc->operations_count * sizeof(pc->operations[0]));
}

bool model_pc_is_setting_local(const struct model_pc *pc)
{
    bool any = false;
    for (uint32_t i = 0; i < pc->operations_count; i++) {
        any = any || pc->operations[i].kind == PF_OPERATION_SET_LOCAL_DESCRIPTION;
    }
    return any;
}

/* Whether an exchange of descriptions is in progress. */
static bool is_negotiating(const struct model_pc *pc)
{
    bool any = pc->signaling == MODEL_HAVE_REMOTE_OFFER;
    for (uint32_t i = 0; i < pc->operations_count; i++) {
        const enum pf_operation kind = pc->operations[i].kind;
        any = any || (kind != PF_OPERATION_ADD_ICE_CANDIDATE && kind != PF_OPERATION_REPLACE_TRACK);
    }
    return any;
}

/* --- creating descriptions --- */

/*
 * webrtc-pc, createOffer(): only in "stable" and "have-local-offer". RFC 9429, 5.2.1 and 5.2.2: the
 * first offer has new ICE credentials, and so has one that restarts ICE; others keep theirs.
 */
static enum pf_dom_error create_offer(struct model_pc *pc, const struct model_operation *operation,
                                      struct model_description *out)
{
    const struct model_description *local = model_pc_local(pc);
    if (pc->signaling == MODEL_HAVE_REMOTE_OFFER) {
        return PF_DOM_ERROR_INVALID_STATE;
    }
    const bool is_new = operation->ice_restart || local->identity == 0;
    *out = (struct model_description){.type = PF_DESCRIPTION_OFFER, .identity = pc->identity};
    out->version = pc->offer_version = ++pc->last_version;
    out->generation = is_new ? ++pc->last_generation : local->generation;
    return PF_DOM_ERROR_NONE;
}

/*
 * webrtc-pc, createAnswer(): only in "have-remote-offer". RFC 9429, 5.3.1 and 5.3.2: the first
 * answer has new ICE credentials, and so has one to an offer that restarts ICE (RFC 8445, 9).
 */
static enum pf_dom_error create_answer(struct model_pc *pc, struct model_description *out)
{
    if (pc->signaling != MODEL_HAVE_REMOTE_OFFER) {
        return PF_DOM_ERROR_INVALID_STATE;
    }
    const bool is_new = pc->current_local.identity == 0 ||
                        pc->current_remote.generation != pc->pending_remote.generation;
    *out = (struct model_description){
        .type = PF_DESCRIPTION_ANSWER,
        .identity = pc->identity,
        .peer_identity = pc->pending_remote.identity,
        .peer_version = pc->pending_remote.version,
    };
    out->version = pc->answer_version = ++pc->last_version;
    out->generation = is_new ? ++pc->last_generation : pc->current_local.generation;
    return PF_DOM_ERROR_NONE;
}

/* --- setting descriptions: webrtc-pc, "set a session description" --- */

/* An answer completes the exchange; earlier descriptions cannot be set any more. */
static void complete(struct model_pc *pc, const struct model_description *local,
                     const struct model_description *remote)
{
    pc->current_local = *local;
    pc->current_remote = *remote;
    pc->pending_local = pc->pending_remote = (struct model_description){0};
    pc->offer_version = pc->answer_version = 0;
    pc->signaling = MODEL_STABLE;
}

/* RFC 9429, 3.5.1: setting a local description with new ICE credentials begins to gather. */
static bool begin_gathering(struct model_pc *pc, uint32_t generation)
{
    if (pc->gather_generation == generation) {
        return false;
    }
    pc->gather_generation = generation;
    return true;
}

/*
 * webrtc-pc, setLocalDescription(): a description other than the one that was created last is an
 * InvalidModificationError, before the signaling state is looked at. RFC 9429, 5.5: an offer may
 * replace a pending one of ours, an answer needs an offer of the peer.
 */
static void set_local(struct model_pc *pc, const struct model_description *description,
                      struct model_outcome *out)
{
    const bool is_offer = description->type == PF_DESCRIPTION_OFFER;
    if (description->identity != pc->identity) {
        out->mistake = MODEL_MISTAKE_LOCAL;
        out->error = PF_DOM_ERROR_OTHER;
    } else if (description->version != (is_offer ? pc->offer_version : pc->answer_version)) {
        out->error = PF_DOM_ERROR_OTHER;
    } else if (is_offer == (pc->signaling == MODEL_HAVE_REMOTE_OFFER)) {
        out->error = PF_DOM_ERROR_INVALID_STATE;
    } else {
        if (is_offer) {
            pc->pending_local = *description;
            pc->signaling = MODEL_HAVE_LOCAL_OFFER;
        } else {
            const struct model_description remote = pc->pending_remote;
            complete(pc, description, &remote);
        }
        out->gathers = begin_gathering(pc, description->generation);
    }
}

/*
 * RFC 9429, 5.7: back to "stable"; gathering for the dropped offer ends, and the credentials of the
 * previous description are in effect again.
 */
static void roll_back(struct model_pc *pc)
{
    pc->pending_local = (struct model_description){0};
    pc->gather_generation = pc->current_local.generation;
    pc->gather_left = 0;
    pc->signaling = MODEL_STABLE;
}

/* Whether setRemoteDescription() may set a description of this type: RFC 9429, 5.6. */
static bool may_set_remote(const struct model_pc *pc, enum pf_description_type type)
{
    return type == PF_DESCRIPTION_OFFER || pc->signaling == MODEL_HAVE_LOCAL_OFFER;
}

static enum model_mistake check_remote(const struct model_pc *pc,
                                       const struct model_description *description)
{
    if (pc->current_remote.identity != 0 && pc->current_remote.identity != description->identity) {
        return MODEL_MISTAKE_PEER;
    }
    const bool answers_other = description->type == PF_DESCRIPTION_ANSWER &&
                               (description->peer_identity != pc->identity ||
                                description->peer_version != pc->pending_local.version);
    return answers_other && may_set_remote(pc, description->type) ? MODEL_MISTAKE_ANSWER
                                                                  : MODEL_MISTAKE_NONE;
}

static bool has_accepted(const struct model_pc *pc, const struct model_candidate *candidate)
{
    for (uint32_t i = 0; i < pc->remote_count; i++) {
        if (pc->remote_candidates[i].identity == candidate->identity &&
            pc->remote_candidates[i].number == candidate->number) {
            return true;
        }
    }
    return false;
}

/* Candidates are identified by number: one that is known already is not added. */
static void add_candidate(struct model_pc *pc, const struct model_candidate *candidate)
{
    if (has_accepted(pc, candidate)) {
        return;
    }
    pc->remote_candidates[pc->remote_count % MODEL_REMOTE_CANDIDATES_MAX] = *candidate;
    if (pc->remote_count < MODEL_REMOTE_CANDIDATES_MAX) {
        pc->remote_count++;
    }
}

/*
 * webrtc-pc, "set a remote session description": an offer in "have-local-offer" rolls back the
 * pending offer (implicit rollback), and one in "have-remote-offer" replaces the previous one. A
 * description of the wrong type is an InvalidStateError before it is parsed.
 */
static void set_remote(struct model_pc *pc, const struct model_operation *operation,
                       struct model_outcome *out)
{
    const struct model_description *description = &operation->description;
    out->mistake = operation->is_readable ? check_remote(pc, description) : MODEL_MISTAKE_NONE;
    if (out->mistake != MODEL_MISTAKE_NONE) {
        out->error = PF_DOM_ERROR_OPERATION;
        return;
    }
    if (!may_set_remote(pc, description->type)) {
        out->error = PF_DOM_ERROR_INVALID_STATE;
        return;
    }
    if (!operation->is_readable) {
        out->error = PF_DOM_ERROR_OPERATION;
        return;
    }
    if (description->type == PF_DESCRIPTION_OFFER) {
        if (pc->signaling == MODEL_HAVE_LOCAL_OFFER) {
            roll_back(pc);
            out->rolled_back = true;
        }
        pc->pending_remote = *description;
        pc->has_transceivers = true; /* RFC 9429, 5.10: one for each media section */
        pc->signaling = MODEL_HAVE_REMOTE_OFFER;
    } else {
        const struct model_description local = pc->pending_local;
        complete(pc, &local, description);
    }
    for (uint32_t i = 0; i < operation->candidates_count; i++) {
        add_candidate(pc, &operation->candidates[i]);
    }
}

/* --- candidates --- */

static bool belongs_to(const struct model_candidate *candidate,
                       const struct model_description *description)
{
    return description->identity == candidate->identity &&
           description->generation == candidate->generation;
}

/* Its username fragment is one of an applied remote description. */
static bool is_of_remote(const struct model_pc *pc, const struct model_candidate *candidate)
{
    return belongs_to(candidate, &pc->pending_remote) || belongs_to(candidate, &pc->current_remote);
}

/*
 * webrtc-pc, addIceCandidate(), in the order of its steps. The end of candidates is rejected like a
 * candidate if its generation was replaced.
 */
static enum pf_dom_error add_ice_candidate(struct model_pc *pc,
                                           const struct model_operation *operation)
{
    struct model_candidate candidate = operation->candidates[0];
    if (remote_of(pc)->identity == 0) {
        return PF_DOM_ERROR_INVALID_STATE;
    }
    if (!operation->has_section || !operation->is_readable) {
        return PF_DOM_ERROR_OPERATION;
    }
    if (!operation->has_fragment) { /* "for the most recent ICE generation" */
        candidate.identity = remote_of(pc)->identity;
        candidate.generation = remote_of(pc)->generation;
    } else if (!is_of_remote(pc, &candidate)) {
        return PF_DOM_ERROR_OPERATION;
    }
    if (!operation->is_end) {
        add_candidate(pc, &candidate);
    }
    return PF_DOM_ERROR_NONE;
}

/*
 * While the next description is being created, a browser continues to gather candidates for the
 * previous one. Only the username fragment tells to which of the two they belong.
 */
static bool is_ambiguous(const struct model_candidate *candidate, const struct model_pc *from)
{
    if (!from || from->local_count >= candidate->number + MODEL_LOCAL_CANDIDATES_MAX) {
        return true; /* no longer known */
    }
    return from->ambiguous >> (candidate->number - 1) % MODEL_LOCAL_CANDIDATES_MAX & 1;
}

/*
 * Of two first offers that collide, the dropped one may have had its candidates sent: they arrive
 * at the connection that offers, never at one that answers.
 */
enum model_mistake model_pc_check_candidate(const struct model_pc *pc,
                                            const struct model_operation *operation,
                                            const struct model_pc *from)
{
    const struct model_candidate *candidate = &operation->candidates[0];
    const uint32_t peer = remote_of(pc)->identity;
    if (peer == 0 || operation->is_end || !operation->is_readable || !operation->has_section) {
        return MODEL_MISTAKE_NONE;
    }
    if (candidate->identity != peer) {
        return pc->makes_offers ? MODEL_MISTAKE_NONE : MODEL_MISTAKE_CANDIDATE;
    }
    return is_of_remote(pc, candidate) || is_ambiguous(candidate, from)
               ? MODEL_MISTAKE_NONE
               : MODEL_MISTAKE_OLD_CANDIDATE;
}

struct model_candidate model_pc_gather(struct model_pc *pc, uint32_t address)
{
    const uint32_t slot = pc->local_count % MODEL_LOCAL_CANDIDATES_MAX;
    const struct model_candidate candidate = {
        .identity = pc->identity,
        .generation = pc->gather_generation,
        .address = address,
        .number = ++pc->local_count,
    };
    pc->local_candidates[slot] = candidate;
    pc->ambiguous &= ~(1u << slot);
    pc->ambiguous |= (uint32_t)is_negotiating(pc) << slot;
    return candidate;
}

size_t model_pc_describe(const struct model_pc *pc, uint32_t generation,
                         struct model_candidate out[MODEL_DESCRIBED_CANDIDATES_MAX])
{
    size_t count = 0;
    for (uint32_t i = 0; i < local_alive(pc) && count < MODEL_DESCRIBED_CANDIDATES_MAX; i++) {
        if (pc->local_candidates[i].generation == generation) {
            out[count++] = pc->local_candidates[i];
        }
    }
    return count;
}

bool model_pc_has_candidates(const struct model_pc *pc, const struct model_pc *peer)
{
    bool all = true;
    for (uint32_t i = 0; i < local_alive(peer) && all; i++) {
        const struct model_candidate *candidate = &peer->local_candidates[i];
        all = candidate->generation != peer->current_local.generation ||
              candidate->generation != pc->current_remote.generation || has_accepted(pc, candidate);
    }
    return all;
}

/* --- dispatch --- */

void model_pc_apply(struct model_pc *pc, const struct model_operation *operation,
                    struct model_outcome *out)
{
    *out = (struct model_outcome){.error = PF_DOM_ERROR_NONE};
    switch (operation->kind) {
    case PF_OPERATION_CREATE_OFFER: out->error = create_offer(pc, operation, &out->made); return;
    case PF_OPERATION_CREATE_ANSWER: out->error = create_answer(pc, &out->made); return;
    case PF_OPERATION_SET_LOCAL_DESCRIPTION: set_local(pc, &operation->description, out); return;
    case PF_OPERATION_SET_REMOTE_DESCRIPTION: set_remote(pc, operation, out); return;
    case PF_OPERATION_ADD_ICE_CANDIDATE: out->error = add_ice_candidate(pc, operation); return;
    case PF_OPERATION_REPLACE_TRACK:
        if (pc->has_transceivers) {
            pc->senders[operation->source] = operation->track;
        } else {
            out->error = PF_DOM_ERROR_INVALID_STATE; /* there is no sender to call it on */
        }
        return;
    case PF_OPERATION_CREATE: break;
    }
    PF_UNREACHABLE();
}

void model_mistake_write(enum model_mistake mistake, const struct model_pc *pc,
                         const struct model_operation *operation, char *out, size_t size)
{
    const struct model_description *description = &operation->description;
    const struct model_candidate *candidate = &operation->candidates[0];
    switch (mistake) {
    case MODEL_MISTAKE_NONE: (void)snprintf(out, size, "no mistake"); break;
    case MODEL_MISTAKE_LOCAL:
        (void)snprintf(out, size, "a description of connection %u is set as the local one of pc %u",
                       description->identity, pc->identity);
        break;
    case MODEL_MISTAKE_PEER:
        (void)snprintf(out, size,
                       "a description of connection %u is applied to pc %u, whose peer is %u",
                       description->identity, pc->identity, pc->current_remote.identity);
        break;
    case MODEL_MISTAKE_ANSWER:
        (void)snprintf(out, size, "the answer to offer %u.%u is applied to offer %u.%u",
                       description->peer_identity, description->peer_version, pc->identity,
                       pc->pending_local.version);
        break;
    case MODEL_MISTAKE_CANDIDATE:
        (void)snprintf(out, size,
                       "a candidate of connection %u is given to pc %u, whose peer is %u",
                       candidate->identity, pc->identity, remote_of(pc)->identity);
        break;
    case MODEL_MISTAKE_OLD_CANDIDATE:
        (void)snprintf(out, size,
                       "a candidate of generation %u is given to pc %u, whose peer is at %u",
                       candidate->generation, pc->identity, remote_of(pc)->generation);
        break;
    }
}
