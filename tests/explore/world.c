/* world.c - two pages and a relay without a clock, which advance by steps. */
/* SPDX-License-Identifier: MIT */
#include "world.h"

#include "hub_state.h"
#include "page.h"
#include "room_state.h"
#include "step.h"
#include "wire.h"

#include <stdarg.h>
#include <stdlib.h>

enum { BEGIN_MS = 100000 }; /* 0 has a special meaning in the core */

void ex_fail(struct ex_world *world, const char *format, ...)
{
    va_list arguments;
    if (!world->failed) {
        world->failed = true;
        va_start(arguments, format);
        (void)vsnprintf(world->failure, sizeof(world->failure), format, arguments); /* truncated */
        va_end(arguments);
    }
}

void ex_world_init(struct ex_world *world, const struct ex_scope *scope, struct sim_world *printer)
{
    world->scope = scope;
    world->now_ms = BEGIN_MS;
    world->early = scope->early;
    for (int i = 0; i < EX_ACTIONS_COUNT; i++) {
        world->actions[i] = scope->actions[i];
    }
    world->printer = printer;
    world->hub = ex_wire_new_hub(world);
    for (uint32_t i = 0; i < EX_HOSTS_COUNT; i++) {
        struct ex_host *host = &world->hosts[i];
        host->index = i;
        host->address = 1;
        host->room = calloc(1, pf_room_size());
        PF_ASSERT(host->room);
        ex_page_open(world, host);
    }
    ex_step_settle(world);
}

void ex_world_free(struct ex_world *world)
{
    for (uint32_t i = 0; i < EX_HOSTS_COUNT; i++) {
        pf_room_close(world->hosts[i].room);
        free(world->hosts[i].room);
    }
    pf_hub_free(world->hub);
}

static void visit_pc(struct ex_pc *pc, struct ex_visit *visit)
{
    EX_VISIT(visit, pc->id);
    EX_VISIT(visit, pc->reads);
    ex_visit_time(visit, &pc->fails_at_ms);
    EX_VISIT(visit, pc->channel_open);
    EX_VISIT(visit, pc->channel_closing);
    ex_fifo_visit(&pc->channel, visit);
    for (int i = 0; i < MODEL_PARTS_COUNT; i++) {
        const struct model_part part = model_pc_part(&pc->model, i);
        ex_visit_bytes(visit, part.data, part.size);
    }
    ex_visit_unhashed(visit, &pc->model.ambiguous, sizeof(pc->model.ambiguous));
}

static void visit_socket(struct ex_socket *socket, struct ex_visit *visit)
{
    EX_VISIT(visit, socket->id);
    EX_VISIT(visit, socket->page);
    EX_VISIT(visit, socket->number);
    EX_VISIT(visit, socket->page_side);
    EX_VISIT(visit, socket->relay_side);
    EX_VISIT(visit, socket->broken);
    ex_visit_time(visit, &socket->noticed_at_ms);
    ex_fifo_visit(&socket->up, visit);
    ex_fifo_visit(&socket->down, visit);
}

static void visit_shown(struct ex_host *host, struct ex_visit *visit)
{
    EX_VISIT(visit, host->shown_state);
    EX_VISIT(visit, host->shown_self);
    for (int i = 0; i < EX_SHOWN_MAX; i++) {
        struct ex_shown *shown = &host->shown[i];
        EX_VISIT(visit, shown->id);
        if (shown->id != 0) {
            EX_VISIT(visit, shown->state);
            EX_VISIT(visit, shown->pc);
            EX_VISIT(visit, shown->sequence);
            EX_VISIT(visit, shown->away);
        }
    }
}

static void visit_host(struct ex_host *host, struct ex_visit *visit)
{
    EX_VISIT(visit, host->address);
    EX_VISIT(visit, host->page);
    EX_VISIT(visit, host->joined);
    EX_VISIT(visit, host->last_pc);
    EX_VISIT(visit, host->last_socket);
    EX_VISIT(visit, host->sockets_ever);
    EX_VISIT(visit, host->sockets_count);
    for (uint32_t i = 0; i < host->sockets_count; i++) {
        visit_socket(&host->sockets[i], visit);
    }
    EX_VISIT(visit, host->pcs_count);
    for (uint32_t i = 0; i < host->pcs_count; i++) {
        visit_pc(&host->pcs[i], visit);
    }
    visit_shown(host, visit);
    EX_VISIT(visit, host->ticket_size);
    ex_visit_bytes(visit, host->ticket, host->ticket_size);
    ex_room_visit(host->room, visit);
}

void ex_world_visit(struct ex_world *world, struct ex_visit *visit)
{
    visit->now_ms = world->now_ms;
    visit->size = 0;
    ex_visit_unhashed(visit, &world->now_ms, sizeof(world->now_ms));
    EX_VISIT(visit, world->early);
    EX_VISIT(visit, world->actions);
    EX_VISIT(visit, world->stirred);
    EX_VISIT(visit, world->ids_drawn);
    ex_hub_visit(world->hub, visit);
    for (uint32_t i = 0; i < EX_HOSTS_COUNT; i++) {
        visit_host(&world->hosts[i], visit);
    }
}
