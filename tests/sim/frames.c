/* frames.c - what programs send to each other over their connections. */
/* SPDX-License-Identifier: MIT */
#include "frames.h"

#include "base/assert.h"
#include "ice.h"
#include "pc.h"

#include <stdlib.h>

void sim_frames_clear(struct sim_pc *pc)
{
    sim_fifo_clear(&pc->frames.reliable);
    sim_fifo_clear(&pc->frames.lossy);
    pc->frames.waiting = 0;
}

void sim_frames_send(struct sim_world *world, struct sim_pc *pc, struct pf_slice frame,
                     uint16_t flags)
{
    const bool is_lossy = (flags & SIM_FRAME_LOSSY) != 0;
    struct sim_fifo *fifo = is_lossy ? &pc->frames.lossy : &pc->frames.reliable;
    const uint64_t due_us = world->now_us + sim_latency_us(world);
    if (is_lossy && !world->quiet && sim_chance(world, world->faults.frame_loss_chance)) {
        return;
    }
    if (is_lossy) {
        fifo->last_due_us = 0; /* it may overtake the one before */
    } else {
        pc->frames.waiting += frame.size;
    }
    struct sim_packet *packet = sim_fifo_put(fifo, due_us, SIM_PACKET_MESSAGE, frame);
    packet->code = flags;
    if (is_lossy || fifo->count == 1) {
        sim_after(world, packet->due_us - world->now_us, SIM_PC_FRAME, pc->model.identity,
                  is_lossy);
    }
}

/* Takes out the first that is due, wherever it is; each has a happening of its own. */
static struct sim_packet *take_lossy(struct sim_world *world, struct sim_fifo *fifo)
{
    struct sim_packet *before = NULL;
    struct sim_packet *packet = fifo->first;
    while (packet && packet->due_us > world->now_us) {
        before = packet;
        packet = packet->next;
    }
    if (!packet || !before) {
        return packet ? sim_fifo_take(fifo) : NULL;
    }
    before->next = packet->next;
    fifo->last = packet == fifo->last ? before : fifo->last;
    fifo->count--;
    return packet;
}

static void deliver(struct sim_world *world, const struct sim_pc *to, struct sim_packet *packet)
{
    if (to->tab->alive && to->tab->program) {
        world->programs->take(to->tab->program, to->id,
                              (struct pf_slice){packet->data, packet->size}, packet->code);
    }
    free(packet);
}

static void deliver_reliable(struct sim_world *world, struct sim_pc *pc, const struct sim_pc *peer)
{
    struct sim_fifo *fifo = &pc->frames.reliable;
    if (!peer) {
        sim_after(world, 300000, SIM_PC_FRAME, pc->model.identity, false); /* SCTP repeats it */
        return;
    }
    struct sim_packet *packet = sim_fifo_take(fifo);
    pc->frames.waiting -= packet->size;
    if (fifo->first) {
        const uint64_t due_us = fifo->first->due_us;
        sim_after(world, due_us > world->now_us ? due_us - world->now_us : 0, SIM_PC_FRAME,
                  pc->model.identity, false);
    }
    deliver(world, peer, packet);
}

void sim_frames_happen(struct sim_world *world, const struct sim_happening *happening)
{
    struct sim_pc *pc = sim_pc_of(world, happening->subject);
    if (!pc) {
        return;
    }
    const struct sim_pc *other = sim_ice_peer(world, pc);
    const struct sim_pc *peer =
        other && other->channel_open && sim_ice_usable(world, pc) ? other : NULL;
    if (!happening->token) {
        deliver_reliable(world, pc, peer);
        return;
    }
    struct sim_packet *packet = take_lossy(world, &pc->frames.lossy);
    PF_ASSERT(packet);
    if (peer) {
        deliver(world, peer, packet);
    } else {
        free(packet);
    }
}
