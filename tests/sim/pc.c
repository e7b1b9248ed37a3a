/*
 * pc.c - the RTCPeerConnections of the pages: the model of ../model, with time and with failures.
 *
 * Every operation waits for its turn in the chain, takes some time, and takes effect after that
 * time. Some fail at random. Mistakes that no browser would notice end the run, unless the
 * connection is to a hostile member.
 */
/* SPDX-License-Identifier: MIT */
#include "pc.h"

#include "../model/sdp.h"
#include "base/assert.h"
#include "frames.h"
#include "hostile.h"
#include "ice.h"
#include "tab.h"
#include "turn.h"

#include <stdlib.h>

/* A connection that has worked for so long is not renewed because of an earlier failure. */
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
            if (pc->model.senders[source] == track) {
                return true;
            }
        }
        for (uint32_t k = 0; pc && k < pc->model.operations_count; k++) {
            const struct model_operation *operation = &pc->model.operations[k];
            if (operation->kind == PF_OPERATION_REPLACE_TRACK && operation->track == track) {
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
        world->pcs[world->pcs_count++] = NULL; /* identity 0 is not used */
    }
}

/* Initializes everything but the model, whose arrays are large. */
static void begin_pc(struct sim_pc *pc, struct sim_tab *tab, pf_pc id)
{
    pc->tab = tab;
    pc->id = id;
    pc->failed_to_construct = pc->has_failed = pc->candidate_refused = false;
    pc->candidates_given = 0;
    pc->gather_token = pc->state_token = 0;
    pc->state_us = pc->turn_expires_ms = 0;
    pc->state_moving = false;
    pc->state_next = PF_CONNECTION_NEW;
    pc->channel_open = false;
    sim_quality_begin_pc(&pc->quality);
    pc->channel = pc->bytes = pc->last_words = (struct sim_fifo){0};
    pc->frames = (struct sim_frames){0};
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
    begin_pc(pc, tab, command->pc);
    model_pc_init(&pc->model, (uint32_t)world->pcs_count, command->pc_create.offers);
    world->pcs[world->pcs_count++] = pc;
    tab->pcs[slot].id = tab->last_pc = pc->id;
    tab->pcs[slot].identity = pc->model.identity;
    if (slot == tab->pcs_end) {
        tab->pcs_end++;
    }
    world->stats->pcs++;
    sim_turn_command(world, pc, command);
    pc->failed_to_construct = !world->quiet && sim_chance(world, world->faults.create_fails_chance);
    if (pc->failed_to_construct) {
        sim_after(world, 0, SIM_PC_CREATED, pc->model.identity, 0);
    }
}

void sim_pc_close(struct sim_world *world, struct sim_pc *pc, bool orderly)
{
    world->pcs[pc->model.identity] = NULL;
    for (size_t i = 0; i < pc->tab->pcs_end; i++) {
        if (pc->tab->pcs[i].identity == pc->model.identity && pc->tab->pcs[i].id == pc->id) {
            pc->tab->pcs[i].id = 0;
        }
    }
    sim_ice_closed(world, pc, orderly);
    sim_fifo_clear(&pc->channel);
    sim_fifo_clear(&pc->bytes);
    sim_fifo_clear(&pc->last_words);
    sim_frames_clear(pc);
    free(pc);
}

static void start_operation(struct sim_world *world, struct sim_pc *pc)
{
    const enum pf_operation kind = pc->model.operations[0].kind;
    const bool quick = kind == PF_OPERATION_ADD_ICE_CANDIDATE || kind == PF_OPERATION_REPLACE_TRACK;
    const uint32_t ms_max = quick ? 1 : world->faults.operation_ms_max;
    sim_after(world, sim_between_us(world, 0, ms_max), SIM_PC_OPERATION, pc->model.identity, 0);
}

static void chain(struct sim_world *world, struct sim_pc *pc,
                  const struct model_operation *operation)
{
    if (!model_pc_chain(&pc->model, operation)) {
        sim_fail(world, "the operations chain of pc %u grows without bound", pc->id);
    } else if (pc->model.operations_count == 1) {
        start_operation(world, pc);
    }
}

/* A track for a sender must exist, and be disabled if its source is switched off. */
static void check_sender(struct sim_world *world, const struct sim_tab *tab,
                         const struct pf_command *command)
{
    const struct sim_track *track = sim_tab_track(tab, command->set_sender.track);
    if (command->set_sender.track == 0) {
        return;
    }
    if (!track || track->state == SIM_TRACK_PENDING ||
        track->source != command->set_sender.source) {
        sim_fail(world, "SET_SENDER with track %u, which does not exist",
                 command->set_sender.track);
    } else if (track->enabled && !tab->wants[track->source]) {
        sim_fail(world, "SET_SENDER with a track that the user does not want to send");
    }
}

/* I5: every candidate is passed on with its mid and its username fragment. */
static void check_fields(struct sim_world *world, const struct sim_pc *pc,
                         const struct model_operation *operation)
{
    const bool is_whole =
        operation->is_readable && operation->has_section && operation->has_fragment;
    if (!is_whole && !sim_hostile_faces(world, pc)) {
        sim_fail(world, "pc %u is given a candidate without its mid or username fragment (I5)",
                 pc->id);
    }
}

static void chain_command(struct sim_world *world, struct sim_pc *pc,
                          const struct pf_command *command)
{
    struct model_operation operation = {.is_readable = true};
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
    case PF_COMMAND_PC_ADD_CANDIDATE:
        if (++pc->candidates_given > MODEL_REMOTE_CANDIDATES_MAX) {
            sim_fail(world, "pc %u is given candidates without end", pc->id);
        }
        model_candidate_read(&command->candidate, &operation);
        check_fields(world, pc, &operation);
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

/* Notes that a working connection was closed, to check whether the page hides the peer. */
static void note_cut(const struct sim_world *world, struct sim_tab *tab, const struct sim_pc *pc)
{
    const struct sim_pc *peer = sim_ice_peer(world, pc);
    if (peer && pc->model.connection == PF_CONNECTION_CONNECTED &&
        peer->model.connection == PF_CONNECTION_CONNECTED && sim_ice_usable(world, pc) &&
        tab->cut_count < SIM_TAB_PCS_MAX) {
        tab->cut[tab->cut_count++] = peer->tab->index;
        const uint64_t since_us = pc->state_us > peer->state_us ? pc->state_us : peer->state_us;
        if (world->now_us - since_us > (uint64_t)STEADY_MS * 1000 && !peer->tab->shared &&
            !peer->tab->left && !tab->hears_peer && !pc->has_failed && !peer->has_failed &&
            !sim_hostile_faces(world, pc)) { /* a hostile member may have connected two pages */
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
        return; /* the glue has no object to call; PC_FAILED is scheduled already */
    } else if (command->type == PF_COMMAND_PC_READ_LOCAL) {
        sim_after(world, 0, SIM_PC_LOCAL_READ, pc->model.identity, 0);
    } else if (command->type == PF_COMMAND_PC_CONFIGURE) {
        sim_turn_command(world, pc, command);
    } else if (command->type == PF_COMMAND_PC_SET_ENCODING) {
        sim_quality_command(world, pc, command);
    } else if (command->type == PF_COMMAND_PC_CHANNEL_SEND) {
        sim_quality_note_said(world, pc, command->text);
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
                        const struct model_operation *operation, enum pf_dom_error error)
{
    tell(world, pc,
         (struct pf_event){.type = PF_EVENT_PC_FAILED,
                           .failed = {operation->kind, error, operation->source}});
}

static void tell_description(struct sim_world *world, struct sim_pc *pc, enum pf_event_type type,
                             const struct model_description *description)
{
    struct pf_buffer out;
    struct model_candidate candidates[MODEL_DESCRIBED_CANDIDATES_MAX];
    const size_t count = type == PF_EVENT_PC_LOCAL
                             ? model_pc_describe(&pc->model, description->generation, candidates)
                             : 0;
    pf_buffer_init(&out, world->scratch, sizeof(world->scratch));
    model_description_write(description, candidates, count, world->faults.realistic_sdp ? 5000 : 0,
                            &out);
    tell(
        world, pc,
        (struct pf_event){.type = type, .description = {description->type, pf_buffer_slice(&out)}});
}

/* Candidates are gathered in the background. */
static void gather(struct sim_world *world, struct sim_pc *pc)
{
    pc->model.gather_left = 2 + sim_below(world, 4);
    sim_after(world, sim_between_us(world, 0, 40), SIM_PC_GATHER, pc->model.identity,
              ++pc->gather_token);
}

static void note_mistake(struct sim_world *world, const struct sim_pc *pc,
                         const struct model_operation *operation, enum model_mistake mistake)
{
    char text[128];
    if (mistake != MODEL_MISTAKE_NONE && !sim_hostile_faces(world, pc)) {
        model_mistake_write(mistake, &pc->model, operation, text, sizeof(text));
        sim_fail(world, "%s", text);
    }
}

/* Whether the browser rejects an operation at random. */
static bool is_refused(struct sim_world *world, const struct model_operation *operation)
{
    const uint32_t chance = operation->kind == PF_OPERATION_REPLACE_TRACK
                                ? world->faults.replace_fails_chance
                                : world->faults.operation_fails_chance;
    const bool is_sound =
        operation->is_readable &&
        (operation->has_section || operation->kind != PF_OPERATION_ADD_ICE_CANDIDATE);
    return is_sound && !world->quiet && sim_chance(world, chance);
}

static void apply(struct sim_world *world, struct sim_pc *pc,
                  const struct model_operation *operation, struct model_outcome *out)
{
    if (is_refused(world, operation)) {
        pc->candidate_refused |= operation->kind == PF_OPERATION_ADD_ICE_CANDIDATE;
        *out = (struct model_outcome){.error = PF_DOM_ERROR_OPERATION};
        return;
    }
    if (operation->kind == PF_OPERATION_ADD_ICE_CANDIDATE) {
        const struct sim_pc *from = sim_pc_of(world, operation->candidates[0].identity);
        note_mistake(world, pc, operation,
                     model_pc_check_candidate(&pc->model, operation, from ? &from->model : NULL));
    }
    model_pc_apply(&pc->model, operation, out);
    note_mistake(world, pc, operation, out->mistake);
    if (operation->kind == PF_OPERATION_SET_REMOTE_DESCRIPTION) {
        pc->candidates_given = 0;
    }
    if (out->rolled_back) {
        world->stats->rollbacks++;
        pc->gather_token++;
    }
    if (out->gathers) {
        gather(world, pc);
    }
}

static void report(struct sim_world *world, struct sim_pc *pc,
                   const struct model_operation *operation, const struct model_description *made)
{
    switch (operation->kind) {
    case PF_OPERATION_CREATE_OFFER:
    case PF_OPERATION_CREATE_ANSWER:
        tell_description(world, pc, PF_EVENT_PC_DESCRIPTION, made);
        break;
    case PF_OPERATION_SET_REMOTE_DESCRIPTION:
        tell(world, pc,
             (struct pf_event){.type = PF_EVENT_PC_REMOTE_SET,
                               .description_set = operation->description.type});
        break;
    case PF_OPERATION_REPLACE_TRACK:
        tell(world, pc,
             (struct pf_event){.type = PF_EVENT_PC_SENDER_SET,
                               .sender_set = {operation->source, operation->track}});
        break;
    case PF_OPERATION_SET_LOCAL_DESCRIPTION: /* only failures are reported */
    case PF_OPERATION_ADD_ICE_CANDIDATE:
    case PF_OPERATION_CREATE: break;
    }
}

static void finish_operation(struct sim_world *world, struct sim_pc *pc)
{
    struct model_operation operation;
    struct model_outcome outcome;
    model_pc_unchain(&pc->model, &operation);
    if (pc->model.operations_count > 0) {
        start_operation(world, pc);
    }
    apply(world, pc, &operation, &outcome);
    sim_ice_refresh_both(world, pc);
    const enum pf_dom_error error = outcome.error;
    if (error == PF_DOM_ERROR_NONE) {
        report(world, pc, &operation, &outcome.made);
    } else if (operation.kind == PF_OPERATION_ADD_ICE_CANDIDATE &&
               error == PF_DOM_ERROR_INVALID_STATE) {
        /* I1. An OperationError is allowed: of two offers of epoch 1 that collide, the one that was
         * dropped may have had its candidates sent. */
        sim_fail(world, "pc %u is given a candidate before any description", pc->model.identity);
    } else {
        const bool is_ours = error == PF_DOM_ERROR_INVALID_STATE || error == PF_DOM_ERROR_OTHER;
        if (is_ours && !pc->has_failed && !sim_hostile_faces(world, pc)) {
            sim_fail(world, "operation %d on pc %u is not allowed in its state", operation.kind,
                     pc->model.identity);
        }
        pc->has_failed = pc->has_failed || operation.kind != PF_OPERATION_ADD_ICE_CANDIDATE;
        tell_failed(world, pc, &operation, error);
    }
}

static void gather_one(struct sim_world *world, struct sim_pc *pc)
{
    char text[64], fragment[32];
    struct pf_buffer out, fragment_out;
    const struct sim_host *host = &world->hosts[pc->tab->host];
    pf_buffer_init(&out, text, sizeof(text));
    pf_buffer_init(&fragment_out, fragment, sizeof(fragment));
    model_fragment_write(pc->model.identity, pc->model.gather_generation, &fragment_out);
    if (--pc->model.gather_left > 0) {
        sim_after(world, sim_between_us(world, 0, 100), SIM_PC_GATHER, pc->model.identity,
                  pc->gather_token);
        if (!host->online) {
            return;
        }
        const struct model_candidate candidate = model_pc_gather(&pc->model, host->address);
        model_candidate_write(&candidate, &out);
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
        {.type = PF_EVENT_PC_ENCODING_SET, .encoding_set = {PF_SOURCE_CAMERA, false}},
        {.type = PF_EVENT_PC_STATS, .sample = {.lost_out_percent = 100}},
        {.type = PF_EVENT_PC_RELAYED},
        {.type = PF_EVENT_PC_CHANNEL_MESSAGE, .channel = {.data = PF_SLICE("{\"type\":\"bye\"}")}},
    };
    struct pf_event event = events[sim_below(world, sizeof(events) / sizeof(events[0]))];
    event.pc = id;
    sim_tab_handle(world, tab, &event);
}

void sim_pc_happen(struct sim_world *world, const struct sim_happening *happening)
{
    struct sim_pc *pc = sim_pc_of(world, happening->subject);
    if (!pc) {
        return;
    }
    switch ((int)happening->kind) {
    case SIM_PC_CREATED:
        tell_failed(world, pc, &(struct model_operation){.kind = PF_OPERATION_CREATE},
                    PF_DOM_ERROR_OTHER);
        break;
    case SIM_PC_OPERATION: finish_operation(world, pc); break;
    case SIM_PC_LOCAL_READ:
        if (model_pc_is_setting_local(&pc->model)) {
            sim_after(world, 500, SIM_PC_LOCAL_READ, pc->model.identity, 0); /* the glue waits */
        } else if (model_pc_local(&pc->model)->identity != 0) {
            tell_description(world, pc, PF_EVENT_PC_LOCAL, model_pc_local(&pc->model));
        }
        break;
    case SIM_PC_TURN: sim_turn_happen(world, pc, happening->token); break;
    case SIM_PC_ENCODED: sim_quality_encoded(world, pc, happening->token); break;
    case SIM_PC_GATHER:
        if (happening->token == pc->gather_token) {
            gather_one(world, pc);
        }
        break;
    default: PF_UNREACHABLE();
    }
}
