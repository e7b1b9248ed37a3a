/* memory.c - the module's own malloc(), a third of the smallest that Emscripten brings. */
/* SPDX-License-Identifier: MIT */
#include "browser/module/memory.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 16, PAGE_SIZE = 65536 };

extern char __heap_base; /* the linker's: behind the stack and the data */

/* The one state of the module that hangs from nothing: malloc() has nobody to hand it to. */
static struct {
    uintptr_t begin; /* of what does not stay for good; 0 before the first block */
    uintptr_t next;
    size_t blocks; /* in use, from `begin` on */
} heap;

/* NULL when memory is short: it does not grow. */
static void *cut(size_t size)
{
    if (heap.next == 0) {
        heap.next = ((uintptr_t)&__heap_base + ALIGNMENT - 1) & ~(uintptr_t)(ALIGNMENT - 1);
    }
    const size_t left = __builtin_wasm_memory_size(0) * PAGE_SIZE - heap.next;
    if (size > left) {
        return NULL;
    }
    void *block = (void *)heap.next; /* the only way to a first pointer */
    heap.next += (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    heap.blocks++;
    return block;
}

void *malloc(size_t size)
{
    return cut(size);
}

void *calloc(size_t count, size_t size)
{
    void *block = cut(count * size); /* one of a size known at compile time, in all of the module */
    return block ? memset(block, 0, count * size) : NULL;
}

void free(void *block)
{
    if (block && --heap.blocks == 0) {
        heap.next = heap.begin;
    }
}

void pf_memory_keep(void)
{
    heap.begin = heap.next;
    heap.blocks = 0;
}
