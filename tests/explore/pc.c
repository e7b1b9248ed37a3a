/*
 * pc.c - RTCPeerConnection as the W3C describes it, without a clock.
 *
 * Operations are judged and take effect when they are done, in the order of the chain (webrtc-pc
 * 4.4.1.2). Descriptions are those of the simulator: they name the connection that made them, its
 * version and the generation of its ICE credentials, so that the model sees what a browser could
 * not: an answer to another offer, a description of another connection.
 */
/* SPDX-License-Identifier: MIT */
#include "pc.h"

#include "../sim/sdp.h"
#include "ice.h"
#include "page.h"

static struct ex_pc *find(struct ex_host *host, pf_pc id)
{
    for (uint32_t i = 0; i < host->pcs_count; i++) {
        if (host->pcs[i].id == id) {
            return &host->pcs[i];
        }
    }
    return NULL;
}

static void create(struct ex_world *world, struct ex_host *host, const struct pf_command *command)
{
    if (host->pcs_count == EX_PCS_MAX || command->pc <= host->last_pc) {
        ex_fail(world, "PC_CREATE %u: too many, or the id was used before", command->pc);
        return;
    }
    struct ex_pc *pc = &host->pcs[host->pcs_count++];
    world->peaks.pcs = host->pcs_count > world->peaks.pcs ? host->pcs_count : world->peaks.pcs;
    host->last_pc = command->pc;
    pc->identity = (host->index + 1) * 100000 + host->page * 1000 + command->pc;
    pc->id = command->pc;
    pc->has_transceivers = command->pc_create.offers;
    pc->signaling = SIM_STABLE;
    pc->current_local = pc->pending_local = (struct sim_sdp){0};
    pc->current_remote = pc->pending_remote = (struct sim_sdp){0};
    pc->offer_version = pc->answer_version = 0;
    pc->last_version = pc->last_generation = 0;
    pc->reads = 0;
    pc->gather_generation = pc->gather_left = 0;
    pc->local_candidates_count = pc->remote_candidates_count = 0;
    pc->state = PF_CONNECTION_NEW;
    pc->fails_at_ms = PF_NEVER;
    pc->failed_version = 0;
    pc->link_identity = pc->link_address = pc->link_peer_address = 0;
    pc->channel_open = pc->channel_closing = false;
    pc->operations_count = 0;
    ex_fifo_clear(&pc->channel);
}

void ex_pc_close(struct ex_world *world, struct ex_host *host, struct ex_pc *pc, bool orderly)
{
    struct ex_pc *peer = ex_ice_peer(world, pc);
    if (peer && orderly && peer->channel_open) {
        peer->channel_closing = true;
    }
    for (struct ex_pc *next = pc + 1; next < host->pcs + host->pcs_count; next++) {
        next[-1] = *next;
    }
    host->pcs_count--;
}

/* --- commands --- */

static void chain(struct ex_world *world, struct ex_pc *pc, const struct ex_operation *operation)
{
    if (pc->operations_count == EX_OPERATIONS_MAX) {
        ex_fail(world, "the operations chain of pc %u is endless", pc->id);
        return;
    }
    pc->operations[pc->operations_count++] = *operation;
    world->peaks.operations = pc->operations_count > world->peaks.operations
                                  ? pc->operations_count
                                  : world->peaks.operations;
}

static void read_description(struct ex_world *world, const struct pf_description *description,
                             struct ex_operation *out)
{
    struct sim_operation read;
    if (!sim_sdp_read(description->sdp, &read) || read.sdp.type != description->type ||
        read.candidates_count > EX_DESCRIBED_CANDIDATES_MAX) {
        ex_fail(world, "a description is not one: %.*s", (int)description->sdp.size,
                description->sdp.data);
        return;
    }
    out->sdp = read.sdp;
    out->candidates_count = (uint32_t)read.candidates_count;
    for (size_t i = 0; i < read.candidates_count; i++) {
        out->candidates[i] = read.candidates[i];
    }
}

static void chain_command(struct ex_world *world, struct ex_pc *pc,
                          const struct pf_command *command)
{
    struct ex_operation operation = {.kind = PF_OPERATION_CREATE};
    switch ((int)command->type) {
    case PF_COMMAND_PC_CREATE_OFFER:
        operation.kind = PF_OPERATION_CREATE_OFFER;
        operation.ice_restart = command->ice_restart;
        break;
    case PF_COMMAND_PC_CREATE_ANSWER: operation.kind = PF_OPERATION_CREATE_ANSWER; break;
    case PF_COMMAND_PC_SET_LOCAL:
        operation.kind = PF_OPERATION_SET_LOCAL_DESCRIPTION;
        read_description(world, &command->description, &operation);
        break;
    case PF_COMMAND_PC_SET_REMOTE:
        operation.kind = PF_OPERATION_SET_REMOTE_DESCRIPTION;
        read_description(world, &command->description, &operation);
        break;
    case PF_COMMAND_PC_ADD_CANDIDATE:
        operation.kind = PF_OPERATION_ADD_ICE_CANDIDATE;
        operation.empty = command->candidate.candidate.size == 0;
        if (!operation.empty &&
            !sim_candidate_read(command->candidate.candidate, &operation.candidate)) {
            ex_fail(world, "a candidate is not one");
        }
        break;
    default: PF_UNREACHABLE();
    }
    chain(world, pc, &operation);
}

static void note_cut(struct ex_world *world, struct ex_host *host, const struct ex_pc *pc)
{
    const struct ex_pc *peer = ex_ice_peer(world, pc);
    host->has_cut =
        host->has_cut || (peer && pc->state == PF_CONNECTION_CONNECTED &&
                          peer->state == PF_CONNECTION_CONNECTED && ex_ice_usable(world, pc));
}

void ex_pc_command(struct ex_world *world, struct ex_host *host, const struct pf_command *command)
{
    struct ex_pc *pc = find(host, command->pc);
    if (command->type == PF_COMMAND_PC_CREATE) {
        create(world, host, command);
    } else if (!pc) {
        ex_fail(world, "a command names pc %u, which is closed or never was", command->pc);
    } else if (command->type == PF_COMMAND_PC_CLOSE) {
        note_cut(world, host, pc);
        ex_pc_close(world, host, pc, true);
    } else if (command->type == PF_COMMAND_PC_READ_LOCAL) {
        if (++pc->reads > EX_READS_MAX) {
            ex_fail(world, "localDescription of pc %u is read again and again", pc->id);
        }
    } else if (command->type == PF_COMMAND_PC_CHANNEL_SEND) {
        if (!pc->channel_open || !ex_fifo_put(&pc->channel, 0, command->text)) {
            ex_fail(world, "PC_CHANNEL_SEND on pc %u, whose channel is closed or full", pc->id);
        }
    } else {
        chain_command(world, pc, command);
    }
}

/* --- operations --- */

static void tell(struct ex_world *world, struct ex_host *host, const struct ex_pc *pc,
                 struct pf_event event)
{
    event.pc = pc->id;
    ex_page_handle(world, host, event);
}

static const struct sim_sdp *local_of(const struct ex_pc *pc)
{
    return pc->pending_local.identity ? &pc->pending_local : &pc->current_local;
}

static void tell_description(struct ex_world *world, struct ex_host *host, struct ex_pc *pc,
                             enum pf_event_type type, const struct sim_sdp *sdp)
{
    struct pf_buffer out;
    struct sim_candidate candidates[EX_DESCRIBED_CANDIDATES_MAX];
    size_t count = 0;
    for (uint32_t i = 0; i < pc->local_candidates_count && type == PF_EVENT_PC_LOCAL; i++) {
        if (pc->local_candidates[i].generation == sdp->generation) {
            PF_ASSERT(count < EX_DESCRIBED_CANDIDATES_MAX);
            candidates[count++] = pc->local_candidates[i];
        }
    }
    pf_buffer_init(&out, world->scratch, sizeof(world->scratch));
    sim_sdp_write(sdp, candidates, count, 0, &out);
    tell(world, host, pc,
         (struct pf_event){.type = type, .description = {sdp->type, pf_buffer_slice(&out)}});
}

static void wrong_state(struct ex_world *world, const struct ex_pc *pc, const char *what)
{
    ex_fail(world, "InvalidStateError: %s of pc %u", what, pc->id);
}

static void create_offer(struct ex_world *world, struct ex_host *host, struct ex_pc *pc,
                         const struct ex_operation *operation)
{
    if (pc->signaling == SIM_HAVE_REMOTE_OFFER) {
        wrong_state(world, pc, "createOffer()");
        return;
    }
    struct sim_sdp sdp = {.type = PF_DESCRIPTION_OFFER, .identity = pc->identity};
    sdp.version = pc->offer_version = ++pc->last_version;
    world->peaks.restarts += operation->ice_restart;
    sdp.generation = operation->ice_restart || local_of(pc)->identity == 0
                         ? ++pc->last_generation
                         : local_of(pc)->generation;
    tell_description(world, host, pc, PF_EVENT_PC_DESCRIPTION, &sdp);
}

static void create_answer(struct ex_world *world, struct ex_host *host, struct ex_pc *pc)
{
    if (pc->signaling != SIM_HAVE_REMOTE_OFFER) {
        wrong_state(world, pc, "createAnswer()");
        return;
    }
    const bool restarts = pc->current_local.identity == 0 ||
                          pc->current_remote.generation != pc->pending_remote.generation;
    struct sim_sdp sdp = {
        .type = PF_DESCRIPTION_ANSWER,
        .identity = pc->identity,
        .peer_identity = pc->pending_remote.identity,
        .peer_version = pc->pending_remote.version,
    };
    sdp.version = pc->answer_version = ++pc->last_version;
    sdp.generation = restarts ? ++pc->last_generation : pc->current_local.generation;
    tell_description(world, host, pc, PF_EVENT_PC_DESCRIPTION, &sdp);
}

/* Candidates come for credentials that are new. */
static void gather(const struct ex_world *world, struct ex_pc *pc, uint32_t generation)
{
    if (pc->gather_generation != generation) {
        pc->gather_generation = generation;
        pc->gather_left = world->scope->gather + world->scope->ends;
    }
}

static void set_local(struct ex_world *world, struct ex_pc *pc, const struct sim_sdp *sdp)
{
    const bool is_offer = sdp->type == PF_DESCRIPTION_OFFER;
    if (sdp->identity != pc->identity) {
        ex_fail(world, "setLocalDescription() of another connection's description");
    } else if ((pc->signaling == SIM_HAVE_REMOTE_OFFER) == is_offer) {
        wrong_state(world, pc, "setLocalDescription()");
    } else if (sdp->version != (is_offer ? pc->offer_version : pc->answer_version)) {
        ex_fail(world, "InvalidModificationError: pc %u is given an old description", pc->id);
    } else if (is_offer) {
        pc->pending_local = *sdp;
        pc->signaling = SIM_HAVE_LOCAL_OFFER;
    } else {
        pc->current_local = *sdp;
        pc->current_remote = pc->pending_remote;
        pc->pending_local = pc->pending_remote = (struct sim_sdp){0};
        pc->signaling = SIM_STABLE;
    }
    gather(world, pc, sdp->generation);
}

static void set_remote_offer(struct ex_world *world, struct ex_pc *pc, const struct sim_sdp *sdp)
{
    if (pc->signaling == SIM_HAVE_LOCAL_OFFER) { /* implicit rollback */
        world->peaks.rollbacks++;
        pc->pending_local = (struct sim_sdp){0};
        pc->gather_left = 0;
        pc->gather_generation = pc->current_local.generation;
    }
    pc->pending_remote = *sdp;
    pc->has_transceivers = true;
    pc->signaling = SIM_HAVE_REMOTE_OFFER;
}

static void set_remote_answer(struct ex_world *world, struct ex_pc *pc, const struct sim_sdp *sdp)
{
    if (pc->signaling != SIM_HAVE_LOCAL_OFFER) {
        wrong_state(world, pc, "setRemoteDescription(answer)");
        return;
    }
    if (sdp->peer_identity != pc->identity || sdp->peer_version != pc->pending_local.version) {
        ex_fail(world, "the answer to offer %u.%u is applied to offer %u.%u", sdp->peer_identity,
                sdp->peer_version, pc->identity, pc->pending_local.version);
        return;
    }
    pc->current_local = pc->pending_local;
    pc->current_remote = *sdp;
    pc->pending_local = pc->pending_remote = (struct sim_sdp){0};
    pc->signaling = SIM_STABLE;
}

static void set_remote(struct ex_world *world, struct ex_host *host, struct ex_pc *pc,
                       const struct ex_operation *operation)
{
    const struct sim_sdp *sdp = &operation->sdp;
    if (pc->current_remote.identity != 0 && pc->current_remote.identity != sdp->identity) {
        ex_fail(world, "a description of connection %u is applied to pc %u, whose peer is %u",
                sdp->identity, pc->id, pc->current_remote.identity);
        return;
    }
    if (sdp->type == PF_DESCRIPTION_OFFER) {
        set_remote_offer(world, pc, sdp);
    } else {
        set_remote_answer(world, pc, sdp);
    }
    for (uint32_t i = 0; i < operation->candidates_count; i++) {
        ex_ice_add_candidate(world, pc, &operation->candidates[i]);
    }
    tell(world, host, pc,
         (struct pf_event){.type = PF_EVENT_PC_REMOTE_SET, .description_set = sdp->type});
}

static bool is_of(const struct sim_candidate *candidate, const struct sim_sdp *sdp)
{
    return sdp->identity == candidate->identity && sdp->generation == candidate->generation;
}

/* A candidate of another generation is an OperationError, of which the room only takes count. */
static void add_candidate(struct ex_world *world, struct ex_host *host, struct ex_pc *pc,
                          const struct ex_operation *operation)
{
    if (pc->pending_remote.identity == 0 && pc->current_remote.identity == 0) {
        wrong_state(world, pc, "addIceCandidate() before any description");
    } else if (!operation->empty && !is_of(&operation->candidate, &pc->pending_remote) &&
               !is_of(&operation->candidate, &pc->current_remote)) {
        tell(world, host, pc,
             (struct pf_event){.type = PF_EVENT_PC_FAILED,
                               .failed = {PF_OPERATION_ADD_ICE_CANDIDATE, PF_DOM_ERROR_OPERATION,
                                          PF_SOURCE_MICROPHONE}});
    } else if (!operation->empty) {
        ex_ice_add_candidate(world, pc, &operation->candidate);
    }
}

static void finish_operation(struct ex_world *world, struct ex_host *host, struct ex_pc *pc)
{
    const struct ex_operation operation = pc->operations[0];
    pc->operations_count--;
    for (uint32_t i = 0; i < pc->operations_count; i++) {
        pc->operations[i] = pc->operations[i + 1];
    }
    switch ((int)operation.kind) {
    case PF_OPERATION_CREATE_OFFER: create_offer(world, host, pc, &operation); break;
    case PF_OPERATION_CREATE_ANSWER: create_answer(world, host, pc); break;
    case PF_OPERATION_SET_LOCAL_DESCRIPTION: set_local(world, pc, &operation.sdp); break;
    case PF_OPERATION_SET_REMOTE_DESCRIPTION: set_remote(world, host, pc, &operation); break;
    case PF_OPERATION_ADD_ICE_CANDIDATE: add_candidate(world, host, pc, &operation); break;
    default: PF_UNREACHABLE();
    }
}

/* --- what else the browser does --- */

static bool is_setting_local(const struct ex_pc *pc)
{
    for (uint32_t i = 0; i < pc->operations_count; i++) {
        if (pc->operations[i].kind == PF_OPERATION_SET_LOCAL_DESCRIPTION) {
            return true;
        }
    }
    return false;
}

static void gather_one(struct ex_world *world, struct ex_host *host, struct ex_pc *pc)
{
    char text[64], fragment[32];
    struct pf_buffer out, fragment_out;
    pf_buffer_init(&out, text, sizeof(text));
    pf_buffer_init(&fragment_out, fragment, sizeof(fragment));
    sim_fragment_write(pc->identity, pc->gather_generation, &fragment_out);
    pc->gather_left--;
    if (pc->gather_left > 0 || !world->scope->ends) {
        const struct sim_candidate candidate = {pc->identity, pc->gather_generation, host->address,
                                                pc->local_candidates_count + 1};
        sim_candidate_write(&candidate, &out);
        if (pc->local_candidates_count == EX_LOCAL_CANDIDATES_MAX) {
            ex_fail(world, "pc %u gathers again and again", pc->id);
            return;
        }
        pc->local_candidates[pc->local_candidates_count++] = candidate;
    }
    tell(world, host, pc,
         (struct pf_event){.type = PF_EVENT_PC_CANDIDATE,
                           .candidate = {.candidate = pf_buffer_slice(&out),
                                         .mid = PF_SLICE("0"),
                                         .mline_index = 0,
                                         .username_fragment = pf_buffer_slice(&fragment_out)}});
}

static void deliver(struct ex_world *world, struct ex_pc *pc)
{
    uint16_t code;
    struct ex_pc *peer = ex_ice_peer(world, pc);
    const struct pf_slice text = ex_fifo_take(&pc->channel, &code, world->inbox);
    tell(world, ex_ice_host(world, peer), peer,
         (struct pf_event){.type = PF_EVENT_PC_CHANNEL_MESSAGE, .channel = {.data = text}});
}

static bool is_told(const struct ex_operation *operation)
{
    return operation->kind == PF_OPERATION_CREATE_OFFER ||
           operation->kind == PF_OPERATION_CREATE_ANSWER ||
           operation->kind == PF_OPERATION_SET_REMOTE_DESCRIPTION;
}

bool ex_pc_can(struct ex_world *world, const struct ex_pc *pc, enum ex_step_kind kind)
{
    const struct ex_pc *peer = ex_ice_peer(world, pc);
    switch ((int)kind) {
    case EX_STEP_OPERATION: return pc->operations_count > 0;
    case EX_STEP_READ: return pc->reads > 0 && !is_setting_local(pc);
    case EX_STEP_GATHER: return pc->gather_left > 0;
    case EX_STEP_ICE: return ex_ice_next_state(world, pc) != pc->state;
    case EX_STEP_CHANNEL_OPEN:
        return world->scope->channel && !pc->channel_open && !pc->channel_closing && peer &&
               pc->state == PF_CONNECTION_CONNECTED && peer->state == PF_CONNECTION_CONNECTED &&
               ex_ice_usable(world, pc);
    case EX_STEP_CHANNEL_DELIVER:
        return pc->channel.count > 0 && peer && peer->channel_open && ex_ice_usable(world, pc);
    case EX_STEP_CHANNEL_CLOSE: return pc->channel_closing;
    default: PF_UNREACHABLE();
    }
}

void ex_pc_step(struct ex_world *world, struct ex_host *host, struct ex_pc *pc,
                enum ex_step_kind kind)
{
    switch ((int)kind) {
    case EX_STEP_OPERATION: finish_operation(world, host, pc); break;
    case EX_STEP_READ:
        pc->reads--;
        if (local_of(pc)->identity != 0) {
            tell_description(world, host, pc, PF_EVENT_PC_LOCAL, local_of(pc));
        }
        break;
    case EX_STEP_GATHER: gather_one(world, host, pc); break;
    case EX_STEP_ICE: ex_ice_move(world, host, pc, ex_ice_next_state(world, pc)); break;
    case EX_STEP_CHANNEL_OPEN:
        pc->channel_open = true;
        tell(world, host, pc, (struct pf_event){.type = PF_EVENT_PC_CHANNEL_OPENED});
        break;
    case EX_STEP_CHANNEL_DELIVER: deliver(world, pc); break;
    case EX_STEP_CHANNEL_CLOSE:
        pc->channel_closing = pc->channel_open = false;
        tell(world, host, pc, (struct pf_event){.type = PF_EVENT_PC_CHANNEL_CLOSED});
        break;
    default: PF_UNREACHABLE();
    }
}

bool ex_pc_settle(struct ex_world *world, struct ex_host *host, struct ex_pc *pc)
{
    if (pc->operations_count > 0 && !is_told(&pc->operations[0])) {
        finish_operation(world, host, pc);
        return true;
    }
    if (ex_ice_next_state(world, pc) == PF_CONNECTION_CONNECTING &&
        pc->state != PF_CONNECTION_CONNECTING) {
        ex_ice_move(world, host, pc, PF_CONNECTION_CONNECTING);
        return true;
    }
    return false;
}
