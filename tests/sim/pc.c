/*
 * pc.c - RTCPeerConnection as the W3C describes it: the operations chain and the descriptions.
 *
 * Every operation waits for its turn in the chain (webrtc-pc 4.4.1.2), takes a while, and is judged
 * and takes effect when it is done. A description names the connection that made it, its version
 * and the generation of its ICE credentials; so the model sees what a browser could not: that an
 * answer belongs to another offer, or a description to another connection.
 */
/* SPDX-License-Identifier: MIT */
#include "pc.h"

#include "base/assert.h"
#include "hostile.h"
#include "ice.h"
#include "sdp.h"
#include "tab.h"

#include <stdlib.h>

/* A connection that worked for so long is not renewed for what happened before it did. */
enum { STEADY_MS = 10000 };

struct sim_pc *sim_pc_find(const struct sim_world *world, const struct sim_tab *tab, pf_pc id)
{
    for (size_t i = 0; i < tab->pcs_end && id != 0; i++) {
        if (tab->pcs[i].id == id) {
            return sim_pc_of(world, tab->pcs[i].identity);
        }
    }
    return NULL;
}

bool sim_pc_sends(const struct sim_world *world, const struct sim_tab *tab, pf_track track)
{
    for (size_t i = 0; i < tab->pcs_end; i++) {
        const struct sim_pc *pc = sim_pc_in(world, tab, i);
        for (int source = 0; pc && source < PF_SOURCES_COUNT; source++) {
            if (pc->senders[source] == track) {
                return true;
            }
        }
        for (size_t k = 0; pc && k < pc->operations_count; k++) {
            const size_t at = (pc->operations_first + k) % SIM_OPERATIONS_MAX;
            if (pc->operations[at].kind == PF_OPERATION_REPLACE_TRACK &&
                pc->operations[at].track == track) {
                return true;
            }
        }
    }
    return false;
}

static void grow_pcs(struct sim_world *world)
{
    if (world->pcs_count == world->pcs_capacity) {
        world->pcs_capacity = world->pcs_capacity ? world->pcs_capacity * 2 : 64;
        world->pcs = realloc(world->pcs, world->pcs_capacity * sizeof(*world->pcs));
        PF_ASSERT(world->pcs);
    }
    if (world->pcs_count == 0) {
        world->pcs[world->pcs_count++] = NULL; /* identity 0 is nobody's */
    }
}

static void create(struct sim_world *world, struct sim_tab *tab, const struct pf_command *command)
{
    size_t slot = 0;
    while (slot < SIM_TAB_PCS_MAX && tab->pcs[slot].id != 0) {
        slot++;
    }
    if (slot == SIM_TAB_PCS_MAX || command->pc <= tab->last_pc) {
        sim_fail(world, "PC_CREATE %u: too many, or the id was used before", command->pc);
        return;
    }
    grow_pcs(world);
    struct sim_pc *pc = malloc(sizeof(*pc));
    PF_ASSERT(pc);
    *pc = (struct sim_pc){
        .identity = (uint32_t)world->pcs_count,
        .tab = tab,
        .id = command->pc,
        .offers = command->pc_create.offers,
        .has_transceivers = command->pc_create.offers,
        .operations = malloc(SIM_OPERATIONS_MAX * sizeof(*pc->operations)),
    };
    PF_ASSERT(pc->operations);
    world->pcs[world->pcs_count++] = pc;
    tab->pcs[slot].id = tab->last_pc = pc->id;
    tab->pcs[slot].identity = pc->identity;
    if (slot == tab->pcs_end) {
        tab->pcs_end++;
    }
    world->stats->pcs++;
    pc->failed_to_construct = !world->quiet && sim_chance(world, world->faults.create_fails_chance);
    if (pc->failed_to_construct) {
        sim_after(world, 0, SIM_PC_CREATED, pc->identity, 0);
    }
}

void sim_pc_close(struct sim_world *world, struct sim_pc *pc, bool orderly)
{
    world->pcs[pc->identity] = NULL;
    for (size_t i = 0; i < pc->tab->pcs_end; i++) {
        if (pc->tab->pcs[i].identity == pc->identity && pc->tab->pcs[i].id == pc->id) {
            pc->tab->pcs[i].id = 0;
        }
    }
    sim_ice_closed(world, pc, orderly);
    sim_fifo_clear(&pc->channel);
    sim_fifo_clear(&pc->last_words);
    free(pc->operations);
    free(pc);
}

static void start_operation(struct sim_world *world, struct sim_pc *pc)
{
    const struct sim_operation *operation = &pc->operations[pc->operations_first];
    const bool quick = operation->kind == PF_OPERATION_ADD_ICE_CANDIDATE ||
                       operation->kind == PF_OPERATION_REPLACE_TRACK;
    const uint32_t ms_max = quick ? 1 : world->faults.operation_ms_max;
    sim_after(world, sim_between_us(world, 0, ms_max), SIM_PC_OPERATION, pc->identity, 0);
}

static void chain(struct sim_world *world, struct sim_pc *pc, const struct sim_operation *operation)
{
    if (pc->operations_count == SIM_OPERATIONS_MAX) {
        sim_fail(world, "the operations chain of pc %u is endless", pc->id);
        return;
    }
    const size_t at = (pc->operations_first + pc->operations_count++) % SIM_OPERATIONS_MAX;
    pc->operations[at] = *operation;
    if (pc->operations_count == 1) {
        start_operation(world, pc);
    }
}

/* A track that a sender gets must exist, and be silent if that is what the user wants. */
static void check_sender(struct sim_world *world, const struct sim_tab *tab,
                         const struct pf_command *command)
{
    const struct sim_track *track = sim_tab_track(tab, command->set_sender.track);
    if (command->set_sender.track == 0) {
        return;
    }
    if (!track || track->state == SIM_TRACK_PENDING ||
        track->source != command->set_sender.source) {
        sim_fail(world, "SET_SENDER with track %u, which there is not", command->set_sender.track);
    } else if (track->enabled && !tab->wants[track->source]) {
        sim_fail(world, "SET_SENDER with a track that the user does not want to send");
    }
}

/*
 * webrtc-pc 4.4.2, addIceCandidate(): a mid, where there is one, has to be known, else the index
 * of a media section; a username fragment, where there is one, has to be of the credentials.
 */
static void read_candidate(struct sim_world *world, const struct sim_pc *pc,
                           const struct pf_candidate *candidate, struct sim_operation *out)
{
    struct sim_candidate *read = &out->candidate;
    const struct pf_slice fragment = candidate->username_fragment;
    const bool has_place = candidate->mid.data ? pf_slice_equal(candidate->mid, PF_SLICE("0"))
                                               : candidate->mline_index == 0;
    out->kind = PF_OPERATION_ADD_ICE_CANDIDATE;
    out->empty = candidate->candidate.size == 0;
    const bool is_known = out->empty || sim_candidate_read(candidate->candidate, read);
    const bool fits =
        !fragment.data || out->empty || sim_fragment_is(fragment, read->identity, read->generation);
    out->readable = has_place && is_known && fits;
    if (!(out->readable && fragment.data) && !sim_hostile_faces(world, pc)) {
        sim_fail(world, "pc %u is given a candidate without its mid or username fragment (I5)",
                 pc->id);
    }
}

static void chain_command(struct sim_world *world, struct sim_pc *pc,
                          const struct pf_command *command)
{
    struct sim_operation operation = {.readable = true};
    switch ((int)command->type) {
    case PF_COMMAND_PC_CREATE_OFFER:
        operation.kind = PF_OPERATION_CREATE_OFFER;
        operation.ice_restart = command->ice_restart;
        break;
    case PF_COMMAND_PC_CREATE_ANSWER: operation.kind = PF_OPERATION_CREATE_ANSWER; break;
    case PF_COMMAND_PC_SET_LOCAL:
    case PF_COMMAND_PC_SET_REMOTE:
        operation.kind = command->type == PF_COMMAND_PC_SET_LOCAL
                             ? PF_OPERATION_SET_LOCAL_DESCRIPTION
                             : PF_OPERATION_SET_REMOTE_DESCRIPTION;
        operation.readable = sim_sdp_read(command->description.sdp, &operation) &&
                             operation.sdp.type == command->description.type;
        break;
    case PF_COMMAND_PC_ADD_CANDIDATE:
        if (++pc->candidates_given > SIM_CANDIDATES_MAX) {
            sim_fail(world, "pc %u is given candidates without end", pc->id);
        }
        read_candidate(world, pc, &command->candidate, &operation);
        break;
    case PF_COMMAND_PC_SET_SENDER:
        check_sender(world, pc->tab, command);
        operation.kind = PF_OPERATION_REPLACE_TRACK;
        operation.source = command->set_sender.source;
        operation.track = command->set_sender.track;
        break;
    default: PF_UNREACHABLE();
    }
    chain(world, pc, &operation);
}

/* So that it can be seen whether the page hides a peer whose picture it had. */
static void note_cut(const struct sim_world *world, struct sim_tab *tab, const struct sim_pc *pc)
{
    const struct sim_pc *peer = sim_ice_peer(world, pc);
    if (peer && pc->state == PF_CONNECTION_CONNECTED && peer->state == PF_CONNECTION_CONNECTED &&
        sim_ice_usable(world, pc) && tab->cut_count < SIM_TAB_PCS_MAX) {
        tab->cut[tab->cut_count++] = peer->tab->index;
        const uint64_t since_us = pc->state_us > peer->state_us ? pc->state_us : peer->state_us;
        if (world->now_us - since_us > (uint64_t)STEADY_MS * 1000 && !peer->tab->shared &&
            !peer->tab->left && !tab->hears_peer && !pc->has_failed && !peer->has_failed &&
            !sim_hostile_faces(world, pc)) { /* one may have led two of ours together */
            tab->rebuilt = peer->tab->index;
        }
    }
}

void sim_pc_command(struct sim_world *world, struct sim_tab *tab, const struct pf_command *command)
{
    if (command->type == PF_COMMAND_PC_CREATE) {
        create(world, tab, command);
        return;
    }
    struct sim_pc *pc = sim_pc_find(world, tab, command->pc);
    if (!pc) {
        sim_fail(world, "a command names pc %u, which is closed or never was", command->pc);
        return;
    }
    if (command->type == PF_COMMAND_PC_CLOSE) {
        note_cut(world, tab, pc);
        if (world->faults.late_events) {
            sim_after(world, sim_between_us(world, 0, 500), SIM_PC_LATE, tab->index, pc->id);
        }
        sim_pc_close(world, pc, true);
    } else if (pc->failed_to_construct) {
        return; /* the glue has nothing to do it with; PC_FAILED is under way */
    } else if (command->type == PF_COMMAND_PC_READ_LOCAL) {
        sim_after(world, 0, SIM_PC_LOCAL_READ, pc->identity, 0);
    } else if (command->type == PF_COMMAND_PC_CHANNEL_SEND) {
        sim_ice_channel_send(world, pc, command->text);
    } else {
        chain_command(world, pc, command);
    }
}

static void tell(struct sim_world *world, struct sim_pc *pc, struct pf_event event)
{
    event.pc = pc->id;
    sim_tab_handle(world, pc->tab, &event);
}

static void tell_failed(struct sim_world *world, struct sim_pc *pc,
                        const struct sim_operation *operation, enum pf_dom_error error)
{
    tell(world, pc,
         (struct pf_event){.type = PF_EVENT_PC_FAILED,
                           .failed = {operation->kind, error, operation->source}});
}

static void tell_description(struct sim_world *world, struct sim_pc *pc, enum pf_event_type type,
                             const struct sim_sdp *sdp)
{
    struct pf_buffer out;
    struct sim_candidate candidates[8];
    size_t count = 0;
    for (size_t i = 0; i < 16 && count < 8 && type == PF_EVENT_PC_LOCAL; i++) {
        if (i < pc->local_candidates_count &&
            pc->local_candidates[i].generation == sdp->generation) {
            candidates[count++] = pc->local_candidates[i];
        }
    }
    pf_buffer_init(&out, world->scratch, sizeof(world->scratch));
    sim_sdp_write(sdp, candidates, count, world->faults.realistic_sdp ? 5000 : 0, &out);
    tell(world, pc,
         (struct pf_event){.type = type, .description = {sdp->type, pf_buffer_slice(&out)}});
}

static const struct sim_sdp *local_of(const struct sim_pc *pc)
{
    return pc->pending_local.identity ? &pc->pending_local : &pc->current_local;
}

static enum pf_dom_error create_offer(struct sim_pc *pc, const struct sim_operation *operation,
                                      struct sim_sdp *out)
{
    if (pc->signaling == SIM_HAVE_REMOTE_OFFER) {
        return PF_DOM_ERROR_INVALID_STATE;
    }
    *out = (struct sim_sdp){.type = PF_DESCRIPTION_OFFER, .identity = pc->identity};
    out->version = pc->offer_version = ++pc->last_version;
    out->generation = operation->ice_restart || local_of(pc)->identity == 0
                          ? ++pc->last_generation
                          : local_of(pc)->generation;
    return PF_DOM_ERROR_NONE;
}

static enum pf_dom_error create_answer(struct sim_pc *pc, struct sim_sdp *out)
{
    if (pc->signaling != SIM_HAVE_REMOTE_OFFER) {
        return PF_DOM_ERROR_INVALID_STATE;
    }
    const bool restarts = pc->current_local.identity == 0 ||
                          pc->current_remote.generation != pc->pending_remote.generation;
    *out = (struct sim_sdp){
        .type = PF_DESCRIPTION_ANSWER,
        .identity = pc->identity,
        .peer_identity = pc->pending_remote.identity,
        .peer_version = pc->pending_remote.version,
    };
    out->version = pc->answer_version = ++pc->last_version;
    out->generation = restarts ? ++pc->last_generation : pc->current_local.generation;
    return PF_DOM_ERROR_NONE;
}

/* Candidates come for credentials that are new, in the background. */
static void gather(struct sim_world *world, struct sim_pc *pc, uint32_t generation)
{
    if (pc->gather_generation == generation) {
        return;
    }
    pc->gather_generation = generation;
    pc->gather_left = 2 + sim_below(world, 4);
    sim_after(world, sim_between_us(world, 0, 40), SIM_PC_GATHER, pc->identity, ++pc->gather_token);
}

static enum pf_dom_error set_local(struct sim_world *world, struct sim_pc *pc,
                                   const struct sim_sdp *sdp)
{
    if (sdp->identity != pc->identity) {
        sim_fail(world, "SET_LOCAL of another connection's description");
        return PF_DOM_ERROR_OTHER;
    }
    if (sdp->type == PF_DESCRIPTION_OFFER) {
        if (pc->signaling == SIM_HAVE_REMOTE_OFFER) {
            return PF_DOM_ERROR_INVALID_STATE;
        }
        if (sdp->version != pc->offer_version) {
            return PF_DOM_ERROR_OTHER; /* InvalidModificationError */
        }
        pc->pending_local = *sdp;
        pc->signaling = SIM_HAVE_LOCAL_OFFER;
    } else {
        if (pc->signaling != SIM_HAVE_REMOTE_OFFER) {
            return PF_DOM_ERROR_INVALID_STATE;
        }
        if (sdp->version != pc->answer_version) {
            return PF_DOM_ERROR_OTHER;
        }
        pc->current_local = *sdp;
        pc->current_remote = pc->pending_remote;
        pc->pending_local = pc->pending_remote = (struct sim_sdp){0};
        pc->signaling = SIM_STABLE;
    }
    gather(world, pc, sdp->generation);
    return PF_DOM_ERROR_NONE;
}

static void rollback(struct sim_world *world, struct sim_pc *pc)
{
    world->stats->rollbacks++;
    pc->pending_local = (struct sim_sdp){0};
    pc->signaling = SIM_STABLE;
    pc->gather_token++;
    pc->gather_generation = pc->current_local.generation;
}

static enum pf_dom_error set_remote(struct sim_world *world, struct sim_pc *pc,
                                    const struct sim_operation *operation)
{
    const struct sim_sdp *sdp = &operation->sdp;
    if (pc->current_remote.identity != 0 && pc->current_remote.identity != sdp->identity) {
        if (!sim_hostile_faces(world, pc)) {
            sim_fail(world, "a description of connection %u is applied to pc %u, whose peer is %u",
                     sdp->identity, pc->identity, pc->current_remote.identity);
        }
        return PF_DOM_ERROR_OPERATION;
    }
    pc->candidates_given = 0;
    if (sdp->type == PF_DESCRIPTION_OFFER) {
        if (pc->signaling == SIM_HAVE_LOCAL_OFFER) {
            rollback(world, pc);
        }
        pc->pending_remote = *sdp;
        pc->has_transceivers = true;
        pc->signaling = SIM_HAVE_REMOTE_OFFER;
    } else {
        if (pc->signaling != SIM_HAVE_LOCAL_OFFER) {
            return PF_DOM_ERROR_INVALID_STATE;
        }
        if (sdp->peer_identity != pc->identity || sdp->peer_version != pc->pending_local.version) {
            if (!sim_hostile_faces(world, pc)) {
                sim_fail(world, "the answer to offer %u.%u is applied to offer %u.%u",
                         sdp->peer_identity, sdp->peer_version, pc->identity,
                         pc->pending_local.version);
            }
            return PF_DOM_ERROR_OPERATION;
        }
        pc->current_local = pc->pending_local;
        pc->current_remote = *sdp;
        pc->pending_local = pc->pending_remote = (struct sim_sdp){0};
        pc->signaling = SIM_STABLE;
    }
    for (size_t i = 0; i < operation->candidates_count; i++) {
        sim_ice_add_candidate(pc, &operation->candidates[i]);
    }
    return PF_DOM_ERROR_NONE;
}

static bool is_of(const struct sim_candidate *candidate, const struct sim_sdp *sdp)
{
    return sdp->identity == candidate->identity && sdp->generation == candidate->generation;
}

/*
 * While the next description is made, a browser goes on with candidates of the one before: its page
 * cannot tell which of the two they belong to, and the username fragment has to.
 */
static bool came_in_between(const struct sim_world *world, const struct sim_candidate *candidate)
{
    const struct sim_pc *pc = sim_pc_of(world, candidate->identity);
    if (!pc || pc->local_candidates_count >= candidate->number + 16) {
        return true; /* nobody knows any more */
    }
    return pc->came_in_between[(candidate->number - 1) % 16];
}

/*
 * Of two offers of epoch 1 that cross, the one that gave way may have had its candidates sent: so
 * they come to who offers, never to who answers.
 */
static void check_candidate(struct sim_world *world, const struct sim_pc *pc,
                            const struct sim_candidate *candidate)
{
    const struct sim_sdp *remote =
        pc->pending_remote.identity != 0 ? &pc->pending_remote : &pc->current_remote;
    if (sim_hostile_faces(world, pc)) {
        return;
    }
    if (!pc->offers && candidate->identity != remote->identity) {
        sim_fail(world, "a candidate of connection %u is given to pc %u, whose peer is %u",
                 candidate->identity, pc->identity, remote->identity);
    } else if (candidate->identity == remote->identity && !is_of(candidate, &pc->pending_remote) &&
               !is_of(candidate, &pc->current_remote) && !came_in_between(world, candidate)) {
        sim_fail(world, "a candidate of generation %u is given to pc %u, whose peer is at %u",
                 candidate->generation, pc->identity, remote->generation);
    }
}

static enum pf_dom_error add_candidate(struct sim_world *world, struct sim_pc *pc,
                                       const struct sim_operation *operation)
{
    if (pc->pending_remote.identity == 0 && pc->current_remote.identity == 0) {
        return PF_DOM_ERROR_INVALID_STATE;
    }
    if (operation->empty) {
        return PF_DOM_ERROR_NONE;
    }
    check_candidate(world, pc, &operation->candidate);
    if (!is_of(&operation->candidate, &pc->pending_remote) &&
        !is_of(&operation->candidate, &pc->current_remote)) {
        return PF_DOM_ERROR_OPERATION;
    }
    sim_ice_add_candidate(pc, &operation->candidate);
    return PF_DOM_ERROR_NONE;
}

static enum pf_dom_error apply(struct sim_world *world, struct sim_pc *pc,
                               const struct sim_operation *operation, struct sim_sdp *out)
{
    const uint32_t chances[] = {
        [PF_OPERATION_CREATE_OFFER] = world->faults.operation_fails_chance,
        [PF_OPERATION_CREATE_ANSWER] = world->faults.operation_fails_chance,
        [PF_OPERATION_SET_LOCAL_DESCRIPTION] = world->faults.operation_fails_chance,
        [PF_OPERATION_SET_REMOTE_DESCRIPTION] = world->faults.operation_fails_chance,
        [PF_OPERATION_ADD_ICE_CANDIDATE] = world->faults.operation_fails_chance,
        [PF_OPERATION_REPLACE_TRACK] = world->faults.replace_fails_chance,
    };
    if (!operation->readable || (!world->quiet && sim_chance(world, chances[operation->kind]))) {
        pc->candidate_refused |= operation->kind == PF_OPERATION_ADD_ICE_CANDIDATE;
        return PF_DOM_ERROR_OPERATION;
    }
    switch (operation->kind) {
    case PF_OPERATION_CREATE_OFFER: return create_offer(pc, operation, out);
    case PF_OPERATION_CREATE_ANSWER: return create_answer(pc, out);
    case PF_OPERATION_SET_LOCAL_DESCRIPTION: return set_local(world, pc, &operation->sdp);
    case PF_OPERATION_SET_REMOTE_DESCRIPTION: return set_remote(world, pc, operation);
    case PF_OPERATION_ADD_ICE_CANDIDATE: return add_candidate(world, pc, operation);
    case PF_OPERATION_REPLACE_TRACK:
        if (!pc->has_transceivers) {
            return PF_DOM_ERROR_INVALID_STATE;
        }
        pc->senders[operation->source] = operation->track;
        return PF_DOM_ERROR_NONE;
    case PF_OPERATION_CREATE: break;
    }
    PF_UNREACHABLE();
}

static void report(struct sim_world *world, struct sim_pc *pc,
                   const struct sim_operation *operation, const struct sim_sdp *made)
{
    switch (operation->kind) {
    case PF_OPERATION_CREATE_OFFER:
    case PF_OPERATION_CREATE_ANSWER:
        tell_description(world, pc, PF_EVENT_PC_DESCRIPTION, made);
        break;
    case PF_OPERATION_SET_REMOTE_DESCRIPTION:
        tell(world, pc,
             (struct pf_event){.type = PF_EVENT_PC_REMOTE_SET,
                               .description_set = operation->sdp.type});
        break;
    case PF_OPERATION_REPLACE_TRACK:
        tell(world, pc,
             (struct pf_event){.type = PF_EVENT_PC_SENDER_SET,
                               .sender_set = {operation->source, operation->track}});
        break;
    case PF_OPERATION_SET_LOCAL_DESCRIPTION: /* of these only failures are told */
    case PF_OPERATION_ADD_ICE_CANDIDATE:
    case PF_OPERATION_CREATE: break;
    }
}

static void finish_operation(struct sim_world *world, struct sim_pc *pc)
{
    PF_ASSERT(pc->operations_count > 0);
    const struct sim_operation operation = pc->operations[pc->operations_first];
    pc->operations_first = (pc->operations_first + 1) % SIM_OPERATIONS_MAX;
    pc->operations_count--;
    if (pc->operations_count > 0) {
        start_operation(world, pc);
    } else {
        pc->operations_first = 0; /* the same few lines of the processor's cache */
    }
    struct sim_sdp made = {0};
    const enum pf_dom_error error = apply(world, pc, &operation, &made);
    sim_ice_refresh_both(world, pc);
    if (error == PF_DOM_ERROR_NONE) {
        report(world, pc, &operation, &made);
    } else if (operation.kind == PF_OPERATION_ADD_ICE_CANDIDATE &&
               error == PF_DOM_ERROR_INVALID_STATE) {
        /* I1. An OperationError is nobody's fault: of two offers of epoch 1 that cross, the one
         * that gave way may have had its candidates sent. */
        sim_fail(world, "pc %u is given a candidate before any description", pc->identity);
    } else {
        const bool is_ours = error == PF_DOM_ERROR_INVALID_STATE || error == PF_DOM_ERROR_OTHER;
        if (is_ours && !pc->has_failed && !sim_hostile_faces(world, pc)) {
            sim_fail(world, "operation %d on pc %u is not allowed in its state", operation.kind,
                     pc->identity);
        }
        pc->has_failed = pc->has_failed || operation.kind != PF_OPERATION_ADD_ICE_CANDIDATE;
        tell_failed(world, pc, &operation, error);
    }
}

/* The room is at the next exchange of descriptions. */
static bool is_describing(const struct sim_pc *pc)
{
    bool any = pc->signaling == SIM_HAVE_REMOTE_OFFER;
    for (size_t i = 0; i < pc->operations_count; i++) {
        const size_t at = (pc->operations_first + i) % SIM_OPERATIONS_MAX;
        const enum pf_operation kind = pc->operations[at].kind;
        any = any || (kind != PF_OPERATION_ADD_ICE_CANDIDATE && kind != PF_OPERATION_REPLACE_TRACK);
    }
    return any;
}

static void gather_one(struct sim_world *world, struct sim_pc *pc)
{
    char text[64], fragment[32];
    struct pf_buffer out, fragment_out;
    const struct sim_host *host = &world->hosts[pc->tab->host];
    pf_buffer_init(&out, text, sizeof(text));
    pf_buffer_init(&fragment_out, fragment, sizeof(fragment));
    sim_fragment_write(pc->identity, pc->gather_generation, &fragment_out);
    if (--pc->gather_left > 0) {
        const struct sim_candidate candidate = {pc->identity, pc->gather_generation, host->address,
                                                (uint32_t)pc->local_candidates_count + 1};
        sim_after(world, sim_between_us(world, 0, 100), SIM_PC_GATHER, pc->identity,
                  pc->gather_token);
        if (!host->online) {
            return;
        }
        sim_candidate_write(&candidate, &out);
        pc->came_in_between[pc->local_candidates_count % 16] = is_describing(pc);
        pc->local_candidates[pc->local_candidates_count++ % 16] = candidate;
        sim_ice_refresh_both(world, pc);
    }
    tell(world, pc,
         (struct pf_event){.type = PF_EVENT_PC_CANDIDATE,
                           .candidate = {.candidate = pf_buffer_slice(&out),
                                         .mid = PF_SLICE("0"),
                                         .mline_index = 0,
                                         .username_fragment = pf_buffer_slice(&fragment_out)}});
}

void sim_pc_tell_late(struct sim_world *world, struct sim_tab *tab, pf_pc id)
{
    const struct pf_event events[] = {
        {.type = PF_EVENT_PC_DESCRIPTION, .description = {PF_DESCRIPTION_OFFER, PF_SLICE("v=0")}},
        {.type = PF_EVENT_PC_REMOTE_SET, .description_set = PF_DESCRIPTION_ANSWER},
        {.type = PF_EVENT_PC_FAILED, .failed = {PF_OPERATION_CREATE_ANSWER, PF_DOM_ERROR_ABORT, 0}},
        {.type = PF_EVENT_PC_CANDIDATE, .candidate = {.candidate = PF_SLICE("candidate:1")}},
        {.type = PF_EVENT_PC_STATE, .connection_state = PF_CONNECTION_FAILED},
        {.type = PF_EVENT_PC_CHANNEL_MESSAGE, .channel = {.data = PF_SLICE("{\"type\":\"bye\"}")}},
    };
    struct pf_event event = events[sim_below(world, sizeof(events) / sizeof(events[0]))];
    event.pc = id;
    sim_tab_handle(world, tab, &event);
}

static bool is_setting_local(const struct sim_pc *pc)
{
    for (size_t i = 0; i < pc->operations_count; i++) {
        const size_t at = (pc->operations_first + i) % SIM_OPERATIONS_MAX;
        if (pc->operations[at].kind == PF_OPERATION_SET_LOCAL_DESCRIPTION) {
            return true;
        }
    }
    return false;
}

void sim_pc_happen(struct sim_world *world, const struct sim_happening *happening)
{
    struct sim_pc *pc = sim_pc_of(world, happening->subject);
    if (!pc) {
        return;
    }
    switch ((int)happening->kind) {
    case SIM_PC_CREATED:
        tell_failed(world, pc, &(struct sim_operation){.kind = PF_OPERATION_CREATE},
                    PF_DOM_ERROR_OTHER);
        break;
    case SIM_PC_OPERATION: finish_operation(world, pc); break;
    case SIM_PC_LOCAL_READ:
        if (is_setting_local(pc)) {
            sim_after(world, 500, SIM_PC_LOCAL_READ, pc->identity, 0); /* the glue waits */
        } else if (local_of(pc)->identity != 0) {
            tell_description(world, pc, PF_EVENT_PC_LOCAL, local_of(pc));
        }
        break;
    case SIM_PC_GATHER:
        if (happening->token == pc->gather_token) {
            gather_one(world, pc);
        }
        break;
    default: PF_UNREACHABLE();
    }
}
