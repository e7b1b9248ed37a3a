/* memory.c - gives memory back to the system when a crowd has gone. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/memory.h"

#include <malloc.h>

enum {
    CROWD_MIN = 256, /* connections; what fewer leave behind is not worth it */
    PAUSE_MS = 10000,
};

void pf_memory_follow(struct pf_server *server)
{
    struct pf_memory *memory = &server->memory;
    const size_t count = server->links_count;
    if (count > memory->crowd) {
        memory->crowd = count;
    }
    if (memory->crowd < CROWD_MIN || count > memory->crowd - memory->crowd / 4 ||
        server->now_ms < memory->trimmed_ms + PAUSE_MS) {
        return;
    }
    memory->crowd = count;
    memory->trimmed_ms = server->now_ms;
#ifdef __GLIBC__
    (void)malloc_trim(0); /* whether it has found anything */
#endif
}
