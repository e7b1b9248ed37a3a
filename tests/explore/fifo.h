/* fifo.h - the messages in flight on one direction of a WebSocket or data channel, in order. */
/* SPDX-License-Identifier: MIT */
#ifndef EX_FIFO_H
#define EX_FIFO_H

#include "base/slice.h"
#include "visit.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    EX_FIFO_MESSAGES_MAX = 32,
    EX_FIFO_SIZE_MAX = 16384,
};

struct ex_fifo {
    uint32_t count;
    uint32_t size;
    char bytes[EX_FIFO_SIZE_MAX];
};

/* Appends a message, or, if `code` is not 0, the end of the connection. False if it is full. */
bool ex_fifo_put(struct ex_fifo *fifo, uint16_t code, struct pf_slice text);

/* The first message. Borrowed until the next change. */
struct pf_slice ex_fifo_first(const struct ex_fifo *fifo, uint16_t *code);

/* Moves the first message out to `text`, of EX_FIFO_SIZE_MAX bytes. */
struct pf_slice ex_fifo_take(struct ex_fifo *fifo, uint16_t *code, char *text);

void ex_fifo_clear(struct ex_fifo *fifo);

void ex_fifo_visit(struct ex_fifo *fifo, struct ex_visit *visit);

#endif
