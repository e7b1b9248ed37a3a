/* crowd.h - load: many bots in many rooms that come, go and change at a given rate. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_BOT_CROWD_H
#define PF_BOT_CROWD_H

#include "base/random.h"
#include "bot/bot.h"

#include <stdio.h>

enum {
    PF_CROWD_MAX = 2000, /* each has 1 MiB */
    PF_CROWD_NAME_SIZE_MAX = 80,
};

/* What one of a crowd is called. */
struct pf_crowd_names {
    char room[PF_CROWD_NAME_SIZE_MAX], name[PF_CROWD_NAME_SIZE_MAX];
};

struct pf_crowd {
    size_t count;
    struct pf_bot *bots;          /* owned */
    struct pf_crowd_names *names; /* owned */
    uint32_t rate_per_s;          /* of joins, leaves and changes of all of them together */
    uint64_t begun_ms;
    uint64_t actions, joins, leaves, changes;
    struct pf_random random;
};

/*
 * `config` is as for each; `per_room` of them share a room, whose name is that of the configuration
 * and a number. False: memory is short.
 */
bool pf_crowd_init(struct pf_crowd *crowd, const struct pf_bot_config *config, size_t count,
                   size_t per_room, uint32_t rate_per_s, uint64_t now_ms);
void pf_crowd_free(struct pf_crowd *crowd);

/* Does what is due: a join, a leave, a name or a hand of one of them, by chance. */
void pf_crowd_act(struct pf_crowd *crowd, uint64_t now_ms);
uint64_t pf_crowd_deadline_ms(const struct pf_crowd *crowd);

/* One line of counts. */
void pf_crowd_print(const struct pf_crowd *crowd, FILE *out);

#endif
