/* fifo.h - the messages in flight on one direction of a WebSocket or data channel, in order. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_FIFO_H
#define SIM_FIFO_H

#include "base/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sim_packet_kind {
    SIM_PACKET_OPENED,
    SIM_PACKET_MESSAGE,
    SIM_PACKET_CLOSED, /* the last one */
};

struct sim_packet {
    struct sim_packet *next;
    uint64_t due_us; /* when it arrives, unless the path is cut */
    enum sim_packet_kind kind;
    uint16_t code, retry_ms; /* of CLOSED */
    size_t size;             /* of MESSAGE */
    char data[];
};

struct sim_fifo {
    struct sim_packet *first; /* owned, as are all that follow */
    struct sim_packet *last;
    size_t count;
    uint64_t last_due_us;
};

/* Appends a packet that arrives at `due_us`, but not before the previous one. */
struct sim_packet *sim_fifo_put(struct sim_fifo *fifo, uint64_t due_us, enum sim_packet_kind kind,
                                struct pf_slice data);

/* Removes the first packet, which is the caller's to free. */
struct sim_packet *sim_fifo_take(struct sim_fifo *fifo);

void sim_fifo_drop(struct sim_fifo *fifo);

void sim_fifo_clear(struct sim_fifo *fifo);

#endif
