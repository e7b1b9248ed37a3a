/* arena.c - memory that lives until the end of one turn of the event loop. */
/* SPDX-License-Identifier: MIT */
#include "relay/arena.h"

#include "base/assert.h"

#include <stdlib.h>

char *pf_arena_take(struct pf_arena *arena, size_t size)
{
    PF_ASSERT(size <= PF_ARENA_CHUNK_SIZE);
    if (!arena->chunk || PF_ARENA_CHUNK_SIZE - arena->chunk_used < size) {
        struct pf_arena_chunk *chunk = malloc(sizeof *chunk + PF_ARENA_CHUNK_SIZE);
        if (!chunk) {
            return NULL;
        }
        chunk->next = arena->chunk;
        arena->chunk = chunk;
        arena->chunk_used = 0;
    }
    char *taken = arena->chunk->data + arena->chunk_used;
    arena->chunk_used += size;
    arena->used += size;
    return taken;
}

void pf_arena_reset(struct pf_arena *arena)
{
    while (arena->chunk && arena->chunk->next) {
        struct pf_arena_chunk *next = arena->chunk->next;
        free(arena->chunk);
        arena->chunk = next;
    }
    arena->chunk_used = arena->used = 0;
}

void pf_arena_clear(struct pf_arena *arena)
{
    pf_arena_reset(arena);
    free(arena->chunk);
    arena->chunk = NULL;
}
