/* arena.h - memory that lives until the end of one turn of the event loop. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_ARENA_H
#define PF_RELAY_ARENA_H

#include <stddef.h>

enum { PF_ARENA_CHUNK_SIZE = 1 << 20 };

struct pf_arena_chunk {
    struct pf_arena_chunk *next; /* the one in use before; owned */
    char data[];                 /* PF_ARENA_CHUNK_SIZE bytes */
};

/* All zero is an empty arena. */
struct pf_arena {
    struct pf_arena_chunk *chunk; /* the one in use; owned */
    size_t chunk_used;
    size_t used; /* in all, since the last reset */
};

/*
 * `size` bytes, at most PF_ARENA_CHUNK_SIZE, valid until pf_arena_reset(); NULL when memory is
 * short. They are not aligned: what is taken one after the other mostly lies side by side, so that
 * it can be written by one call.
 */
char *pf_arena_take(struct pf_arena *arena, size_t size);

/* Takes everything back, and keeps one chunk for the next turn. */
void pf_arena_reset(struct pf_arena *arena);

/* Frees all. */
void pf_arena_clear(struct pf_arena *arena);

#endif
