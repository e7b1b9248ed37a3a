/* arena.c - memory that lives until the end of one iteration of the event loop. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/arena.h"

#include "base/assert.h"

#include <stdlib.h>

static struct pf_arena_chunk *take_chunk(struct pf_arena *arena)
{
    struct pf_arena_chunk *chunk = arena->spare;
    if (!chunk) {
        return malloc(sizeof *chunk + PF_ARENA_CHUNK_SIZE);
    }
    arena->spare = chunk->next;
    arena->spare_count--;
    return chunk;
}

char *pf_arena_take(struct pf_arena *arena, size_t size)
{
    PF_ASSERT(size <= PF_ARENA_CHUNK_SIZE);
    if (!arena->chunks || PF_ARENA_CHUNK_SIZE - arena->chunk_used < size) {
        struct pf_arena_chunk *chunk = take_chunk(arena);
        if (!chunk) {
            return NULL;
        }
        chunk->next = arena->chunks;
        arena->chunks = chunk;
        arena->chunk_used = 0;
    }
    char *taken = arena->chunks->data + arena->chunk_used;
    arena->chunk_used += size;
    arena->used += size;
    return taken;
}

void pf_arena_reset(struct pf_arena *arena)
{
    while (arena->chunks) {
        struct pf_arena_chunk *chunk = arena->chunks;
        arena->chunks = chunk->next;
        if (arena->spare_count == PF_ARENA_SPARE_CHUNKS_MAX) {
            free(chunk);
            continue;
        }
        /* The newest goes to the bottom: the one used first, still in the cache, is on top. */
        chunk->next = arena->spare;
        arena->spare = chunk;
        arena->spare_count++;
    }
    arena->chunk_used = arena->used = 0;
}

void pf_arena_clear(struct pf_arena *arena)
{
    pf_arena_reset(arena);
    while (arena->spare) {
        struct pf_arena_chunk *chunk = arena->spare;
        arena->spare = chunk->next;
        free(chunk);
    }
    *arena = (struct pf_arena){.spare = NULL};
}
