/* arena.h - memory that lives until the end of one iteration of the event loop. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_ARENA_H
#define PF_RELAY_SERVER_ARENA_H

#include <stddef.h>

enum {
    PF_ARENA_CHUNK_SIZE = 256 << 10,
    PF_ARENA_SPARE_CHUNKS_MAX = 5, /* of an iteration whose timers send to many at once */
};

struct pf_arena_chunk {
    struct pf_arena_chunk *next; /* owned */
    char data[];                 /* PF_ARENA_CHUNK_SIZE bytes */
};

/* All zero is an empty arena. */
struct pf_arena {
    struct pf_arena_chunk *chunks; /* in use, the newest first; owned */
    struct pf_arena_chunk *spare;  /* kept for the next iterations; owned */
    size_t spare_count;
    size_t chunk_used; /* bytes of the newest chunk */
    size_t used;       /* bytes in all, since the last reset */
};

/*
 * `size` bytes, at most PF_ARENA_CHUNK_SIZE, valid until pf_arena_reset(); NULL if memory is short.
 * They are not aligned: consecutive allocations are adjacent unless a new chunk begins, so that one
 * system call can write them.
 */
char *pf_arena_take(struct pf_arena *arena, size_t size);

/*
 * Invalidates all allocations. At most PF_ARENA_SPARE_CHUNKS_MAX chunks are kept for reuse: memory
 * that goes back to the system costs a page fault per 4 KiB when it is needed again.
 */
void pf_arena_reset(struct pf_arena *arena);

/* Frees all memory. */
void pf_arena_clear(struct pf_arena *arena);

#endif
