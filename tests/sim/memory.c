/* memory.c - a fast malloc() for the simulator: free lists by size. */
/* SPDX-License-Identifier: MIT */
/*
 * A process of one thread runs thousands of worlds, which allocate the same sizes again and again:
 * messages, their JSON trees, packets, connections. A freed block goes to the list of its size and
 * is the next one of that size to be allocated. Blocks are never merged, split or returned to the
 * system. The general-purpose allocator of the C library took a sixth of a run.
 *
 * These functions replace those of the C library, which uses them as well. Builds with sanitizers
 * exclude this file, so that AddressSanitizer sees every block.
 */
#define _DEFAULT_SOURCE
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    UNIT = 16,           /* alignment of all blocks, granularity of small ones */
    SMALL_COUNT = 64,    /* sizes that are multiples of UNIT, up to 1 KiB */
    LARGE_COUNT = 24,    /* sizes that are powers of two, up to 16 GiB */
    CHUNK_SIZE = 4 << 20 /* requested from the system at a time; whole huge pages */
};

/* The header of a block. */
struct block {
    size_t list; /* the one that it belongs to */
    struct block *next;
};

_Static_assert(sizeof(struct block) % UNIT == 0, "what follows the head is aligned");

struct memory {
    struct block *free[SMALL_COUNT + LARGE_COUNT];
    char *at; /* the unused rest of the current chunk */
    size_t left;
};

/* malloc() takes no context, hence a global. */
static struct memory memory;

static size_t size_of_list(size_t list)
{
    return list < SMALL_COUNT ? (list + 1) * UNIT : (size_t)2048 << (list - SMALL_COUNT);
}

static size_t list_of(size_t size)
{
    if (size <= (size_t)SMALL_COUNT * UNIT) {
        return size > 0 ? (size - 1) / UNIT : 0;
    }
    size_t list = SMALL_COUNT;
    while (list < SMALL_COUNT + LARGE_COUNT && size_of_list(list) < size) {
        list++;
    }
    return list;
}

static void *map(size_t size)
{
    void *chunk = mmap(NULL, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (chunk == MAP_FAILED) {
        return NULL;
    }
    (void)madvise(chunk, size, MADV_HUGEPAGE); /* a hint */
    return chunk;
}

/* Allocates a new block from the current chunk. */
static struct block *cut(size_t list)
{
    const size_t size = sizeof(struct block) + size_of_list(list);
    if (size > CHUNK_SIZE / 4) {
        return map(size);
    }
    if (size > memory.left) {
        char *chunk = map(CHUNK_SIZE);
        if (!chunk) {
            return NULL;
        }
        memory.at = chunk;
        memory.left = CHUNK_SIZE;
    }
    struct block *block = (struct block *)(void *)memory.at;
    memory.at += size;
    memory.left -= size;
    return block;
}

static void *take(size_t size)
{
    const size_t list = list_of(size);
    if (list == SMALL_COUNT + LARGE_COUNT) {
        return NULL;
    }
    struct block *block = memory.free[list];
    if (block) {
        memory.free[list] = block->next;
    } else {
        block = cut(list);
        if (!block) {
            return NULL;
        }
        block->list = list;
    }
    return block + 1;
}

void *malloc(size_t size)
{
    return take(size);
}

void free(void *pointer)
{
    if (pointer) {
        struct block *block = (struct block *)pointer - 1;
        block->next = memory.free[block->list];
        memory.free[block->list] = block;
    }
}

void *calloc(size_t count, size_t size)
{
    if (size > 0 && count > SIZE_MAX / size) {
        return NULL;
    }
    void *pointer = take(count * size);
    return pointer ? memset(pointer, 0, count * size) : NULL;
}

void *realloc(void *pointer, size_t size)
{
    if (!pointer) {
        return take(size);
    }
    const size_t old_size = size_of_list(((struct block *)pointer - 1)->list);
    if (size <= old_size) {
        return pointer;
    }
    void *larger = take(size);
    if (larger) {
        memcpy(larger, pointer, old_size);
        free(pointer);
    }
    return larger;
}
