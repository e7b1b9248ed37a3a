/* fifo.c - the messages in flight on one direction of a WebSocket or data channel, in order. */
/* SPDX-License-Identifier: MIT */
#include "fifo.h"

#include <string.h>

struct fifo_head {
    uint16_t size;
    uint16_t code;
};

bool ex_fifo_put(struct ex_fifo *fifo, uint16_t code, struct pf_slice text)
{
    const struct fifo_head head = {(uint16_t)text.size, code};
    if (fifo->count == EX_FIFO_MESSAGES_MAX || text.size > UINT16_MAX ||
        sizeof(head) + text.size > EX_FIFO_SIZE_MAX - fifo->size) {
        return false;
    }
    memcpy(fifo->bytes + fifo->size, &head, sizeof(head));
    if (text.size > 0) {
        memcpy(fifo->bytes + fifo->size + sizeof(head), text.data, text.size);
    }
    fifo->size += (uint32_t)(sizeof(head) + text.size);
    fifo->count++;
    return true;
}

struct pf_slice ex_fifo_first(const struct ex_fifo *fifo, uint16_t *code)
{
    struct fifo_head head;
    PF_ASSERT(fifo->count > 0);
    memcpy(&head, fifo->bytes, sizeof(head));
    *code = head.code;
    return (struct pf_slice){fifo->bytes + sizeof(head), head.size};
}

struct pf_slice ex_fifo_take(struct ex_fifo *fifo, uint16_t *code, char *text)
{
    const struct pf_slice first = ex_fifo_first(fifo, code);
    const uint32_t taken = (uint32_t)(sizeof(struct fifo_head) + first.size);
    memcpy(text, first.data, first.size);
    memmove(fifo->bytes, fifo->bytes + taken, fifo->size - taken);
    fifo->size -= taken;
    fifo->count--;
    return (struct pf_slice){text, first.size};
}

void ex_fifo_clear(struct ex_fifo *fifo)
{
    fifo->count = 0;
    fifo->size = 0;
}

void ex_fifo_visit(struct ex_fifo *fifo, struct ex_visit *visit)
{
    EX_VISIT(visit, fifo->count);
    EX_VISIT(visit, fifo->size);
    ex_visit_bytes(visit, fifo->bytes, fifo->size);
}
