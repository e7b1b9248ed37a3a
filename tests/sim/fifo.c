/* fifo.c - the messages in flight on one direction of a WebSocket or data channel, in order. */
/* SPDX-License-Identifier: MIT */
#include "fifo.h"

#include "base/assert.h"

#include <stdlib.h>
#include <string.h>

struct sim_packet *sim_fifo_put(struct sim_fifo *fifo, uint64_t due_us, enum sim_packet_kind kind,
                                struct pf_slice data)
{
    struct sim_packet *packet = malloc(sizeof(*packet) + data.size);
    PF_ASSERT(packet);
    if (due_us < fifo->last_due_us) {
        due_us = fifo->last_due_us;
    }
    *packet = (struct sim_packet){.due_us = due_us, .kind = kind, .size = data.size};
    if (data.size > 0) {
        memcpy(packet->data, data.data, data.size);
    }
    if (fifo->last) {
        fifo->last->next = packet;
    } else {
        fifo->first = packet;
    }
    fifo->last = packet;
    fifo->last_due_us = due_us;
    fifo->count++;
    return packet;
}

struct sim_packet *sim_fifo_take(struct sim_fifo *fifo)
{
    struct sim_packet *packet = fifo->first;
    PF_ASSERT(packet);
    fifo->first = packet->next;
    if (!fifo->first) {
        fifo->last = NULL;
    }
    fifo->count--;
    return packet;
}

void sim_fifo_drop(struct sim_fifo *fifo)
{
    free(sim_fifo_take(fifo));
}

void sim_fifo_clear(struct sim_fifo *fifo)
{
    while (fifo->first) {
        sim_fifo_drop(fifo);
    }
}
