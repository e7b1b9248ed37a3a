/*
 * pc.c - the RTCPeerConnections of the pages: the model of ../model, in any order.
 *
 * An operation takes effect when it finishes, which is a step. Every mistake is a failure, and so
 * is an operation that a browser would reject, except for candidates that arrive too late.
 */
/* SPDX-License-Identifier: MIT */
#include "pc.h"

#include "../model/sdp.h"
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
    model_pc_init(&pc->model, (host->index + 1) * 100000 + host->page * 1000 + command->pc,
                  command->pc_create.offers);
    pc->id = command->pc;
    pc->reads = 0;
    pc->fails_at_ms = PF_NEVER;
    pc->channel_open = pc->channel_closing = false;
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

static void chain(struct ex_world *world, struct ex_pc *pc, const struct model_operation *operation)
{
    if (pc->model.operations_count == EX_OPERATIONS_MAX) {
        ex_fail(world, "the operations chain of pc %u grows without bound", pc->id);
        return;
    }
    (void)model_pc_chain(&pc->model, operation); /* it has a larger limit */
    world->peaks.operations = pc->model.operations_count > world->peaks.operations
                                  ? pc->model.operations_count
                                  : world->peaks.operations;
}

static void chain_command(struct ex_world *world, struct ex_pc *pc,
                          const struct pf_command *command)
{
    struct model_operation operation = {.kind = PF_OPERATION_CREATE, .is_readable = true};
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
        model_description_read(command->description.type, command->description.sdp, &operation);
        break;
    case PF_COMMAND_PC_ADD_CANDIDATE: model_candidate_read(&command->candidate, &operation); break;
    default: PF_UNREACHABLE();
    }
    if (!operation.is_readable) {
        ex_fail(world, "pc %u is given a description or candidate that cannot be parsed", pc->id);
    } else if (operation.kind == PF_OPERATION_ADD_ICE_CANDIDATE &&
               !(operation.has_section && operation.has_fragment)) {
        ex_fail(world, "pc %u is given a candidate without its mid or username fragment (I5)",
                pc->id);
    }
    chain(world, pc, &operation);
}

static void note_cut(struct ex_world *world, struct ex_host *host, const struct ex_pc *pc)
{
    const struct ex_pc *peer = ex_ice_peer(world, pc);
    host->has_cut = host->has_cut ||
                    (peer && pc->model.connection == PF_CONNECTION_CONNECTED &&
                     peer->model.connection == PF_CONNECTION_CONNECTED && ex_ice_usable(world, pc));
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

static void tell_description(struct ex_world *world, struct ex_host *host, struct ex_pc *pc,
                             enum pf_event_type type, const struct model_description *description)
{
    struct pf_buffer out;
    struct model_candidate candidates[MODEL_DESCRIBED_CANDIDATES_MAX];
    const size_t count = type == PF_EVENT_PC_LOCAL
                             ? model_pc_describe(&pc->model, description->generation, candidates)
                             : 0;
    pf_buffer_init(&out, world->scratch, sizeof(world->scratch));
    model_description_write(description, candidates, count, 0, &out);
    tell(
        world, host, pc,
        (struct pf_event){.type = type, .description = {description->type, pf_buffer_slice(&out)}});
}

/* A late candidate is an OperationError, which a room counts; no other operation may fail. */
static void check_outcome(struct ex_world *world, const struct ex_pc *pc,
                          const struct model_operation *operation,
                          const struct model_outcome *outcome)
{
    char text[128];
    if (outcome->mistake != MODEL_MISTAKE_NONE) {
        model_mistake_write(outcome->mistake, &pc->model, operation, text, sizeof(text));
        ex_fail(world, "%s", text);
    } else if (operation->kind == PF_OPERATION_ADD_ICE_CANDIDATE &&
               outcome->error == PF_DOM_ERROR_INVALID_STATE) {
        ex_fail(world, "pc %u is given a candidate before any description", pc->model.identity);
    } else if (operation->kind != PF_OPERATION_ADD_ICE_CANDIDATE &&
               outcome->error != PF_DOM_ERROR_NONE) {
        ex_fail(world, "operation %d on pc %u is not allowed in its state", (int)operation->kind,
                pc->model.identity);
    }
}

static void apply(struct ex_world *world, struct ex_pc *pc, const struct model_operation *operation,
                  struct model_outcome *out)
{
    const struct ex_pc *from = operation->kind == PF_OPERATION_ADD_ICE_CANDIDATE
                                   ? ex_ice_find(world, operation->candidates[0].identity)
                                   : NULL;
    const enum model_mistake late =
        operation->kind == PF_OPERATION_ADD_ICE_CANDIDATE
            ? model_pc_check_candidate(&pc->model, operation, from ? &from->model : NULL)
            : MODEL_MISTAKE_NONE;
    model_pc_apply(&pc->model, operation, out);
    out->mistake = late != MODEL_MISTAKE_NONE ? late : out->mistake;
    check_outcome(world, pc, operation, out);
    world->peaks.rollbacks += out->rolled_back;
    world->peaks.restarts += operation->ice_restart;
    if (out->gathers) {
        pc->model.gather_left = world->scope->gather + world->scope->ends;
    }
    if (pc->model.remote_count > EX_REMOTE_CANDIDATES_MAX) {
        ex_fail(world, "pc %u is given candidates without end", pc->id);
    }
}

static void finish_operation(struct ex_world *world, struct ex_host *host, struct ex_pc *pc)
{
    struct model_operation operation;
    struct model_outcome outcome;
    model_pc_unchain(&pc->model, &operation);
    apply(world, pc, &operation, &outcome);
    if (outcome.error != PF_DOM_ERROR_NONE) {
        tell(world, host, pc,
             (struct pf_event){.type = PF_EVENT_PC_FAILED,
                               .failed = {operation.kind, outcome.error, operation.source}});
    } else if (operation.kind == PF_OPERATION_CREATE_OFFER ||
               operation.kind == PF_OPERATION_CREATE_ANSWER) {
        tell_description(world, host, pc, PF_EVENT_PC_DESCRIPTION, &outcome.made);
    } else if (operation.kind == PF_OPERATION_SET_REMOTE_DESCRIPTION) {
        tell(world, host, pc,
             (struct pf_event){.type = PF_EVENT_PC_REMOTE_SET,
                               .description_set = operation.description.type});
    }
}

/* --- what else the browser does --- */

static void gather_one(struct ex_world *world, struct ex_host *host, struct ex_pc *pc)
{
    char text[64], fragment[32];
    struct pf_buffer out, fragment_out;
    pf_buffer_init(&out, text, sizeof(text));
    pf_buffer_init(&fragment_out, fragment, sizeof(fragment));
    model_fragment_write(pc->model.identity, pc->model.gather_generation, &fragment_out);
    pc->model.gather_left--;
    if (pc->model.gather_left > 0 || !world->scope->ends) {
        const struct model_candidate candidate = model_pc_gather(&pc->model, host->address);
        model_candidate_write(&candidate, &out);
        if (candidate.number > EX_LOCAL_CANDIDATES_MAX) {
            ex_fail(world, "pc %u gathers again and again", pc->id);
            return;
        }
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

static bool is_told(const struct model_operation *operation)
{
    return operation->kind == PF_OPERATION_CREATE_OFFER ||
           operation->kind == PF_OPERATION_CREATE_ANSWER ||
           operation->kind == PF_OPERATION_SET_REMOTE_DESCRIPTION;
}

bool ex_pc_can(struct ex_world *world, const struct ex_pc *pc, enum ex_step_kind kind)
{
    const struct ex_pc *peer = ex_ice_peer(world, pc);
    switch ((int)kind) {
    case EX_STEP_OPERATION: return pc->model.operations_count > 0;
    case EX_STEP_READ: return pc->reads > 0 && !model_pc_is_setting_local(&pc->model);
    case EX_STEP_GATHER: return pc->model.gather_left > 0;
    case EX_STEP_ICE: return ex_ice_next_state(world, pc) != pc->model.connection;
    case EX_STEP_CHANNEL_OPEN:
        return world->scope->channel && !pc->channel_open && !pc->channel_closing && peer &&
               pc->model.connection == PF_CONNECTION_CONNECTED &&
               peer->model.connection == PF_CONNECTION_CONNECTED && ex_ice_usable(world, pc);
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
        if (model_pc_local(&pc->model)->identity != 0) {
            tell_description(world, host, pc, PF_EVENT_PC_LOCAL, model_pc_local(&pc->model));
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
    if (pc->model.operations_count > 0 && !is_told(&pc->model.operations[0])) {
        finish_operation(world, host, pc);
        return true;
    }
    if (ex_ice_next_state(world, pc) == PF_CONNECTION_CONNECTING &&
        pc->model.connection != PF_CONNECTION_CONNECTING) {
        ex_ice_move(world, host, pc, PF_CONNECTION_CONNECTING);
        return true;
    }
    return false;
}
