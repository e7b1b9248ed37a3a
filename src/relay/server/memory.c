/* memory.c - gives memory back to the system when many clients have left. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/memory.h"

#include "relay/server/logic.h"

#include <malloc.h>

enum {
    CROWD_MIN = 128, /* connections and members; what fewer leave behind is not worth it */
    PAUSE_MS = 10000,
};

/* Members that are away take memory as well, and go when their grace period ends. */
static size_t crowd_now(const struct pf_server *server)
{
    return server->links_count + pf_hub_counts(pf_logic_hub(server)).members;
}

static bool has_shrunk(const struct pf_server *server)
{
    const size_t crowd = server->memory.crowd;
    return crowd >= CROWD_MIN && crowd_now(server) <= crowd - crowd / 4;
}

uint64_t pf_memory_deadline_ms(const struct pf_server *server)
{
    return has_shrunk(server) ? server->memory.trimmed_ms + PAUSE_MS : PF_DEADLINE_NONE;
}

void pf_memory_follow(struct pf_server *server)
{
    struct pf_memory *memory = &server->memory;
    const size_t count = crowd_now(server);
    if (count > memory->crowd) {
        memory->crowd = count;
    }
    if (server->now_ms < pf_memory_deadline_ms(server)) {
        return;
    }
    memory->crowd = count;
    memory->trimmed_ms = server->now_ms;
#ifdef __GLIBC__
    (void)malloc_trim(0); /* whether it has found anything */
#endif
}
