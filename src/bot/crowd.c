/* crowd.c - load: many bots in many rooms that come, go and change at a given rate. */
/* SPDX-License-Identifier: MIT */
#include "bot/crowd.h"

#include "base/assert.h"
#include "relay/server/crypto.h"

#include <inttypes.h>
#include <stdlib.h>

enum { ACTIONS_AT_ONCE_MAX = 100 }; /* after a pause, so that the sockets are served too */

bool pf_crowd_init(struct pf_crowd *crowd, const struct pf_bot_config *config, size_t count,
                   size_t per_room, uint32_t rate_per_s, uint64_t now_ms)
{
    PF_ASSERT(count > 0 && count <= PF_CROWD_MAX);
    PF_ASSERT(per_room > 0);
    PF_ASSERT(rate_per_s > 0);
    *crowd = (struct pf_crowd){.rate_per_s = rate_per_s, .begun_ms = now_ms};
    pf_random_seed(&crowd->random, pf_crypto_draw(NULL));
    crowd->bots = malloc(count * sizeof *crowd->bots);
    crowd->names = malloc(count * sizeof *crowd->names);
    if (!crowd->bots || !crowd->names) {
        pf_crowd_free(crowd);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        struct pf_crowd_names *names = &crowd->names[i];
        struct pf_bot_config own = *config;
        (void)snprintf(names->room, sizeof names->room, "%s-%zu", config->room,
                       i / per_room + 1); /* one that is too long is refused */
        (void)snprintf(names->name, sizeof names->name, "%s-%zu", config->name, i + 1);
        own.room = names->room;
        own.name = names->name;
        pf_bot_init(&crowd->bots[i], &own);
    }
    crowd->count = count;
    return true;
}

void pf_crowd_free(struct pf_crowd *crowd)
{
    for (size_t i = 0; i < crowd->count; i++) {
        pf_bot_free(&crowd->bots[i]);
    }
    free(crowd->bots);
    free(crowd->names);
    *crowd = (struct pf_crowd){.count = 0};
}

static void act_as(struct pf_crowd *crowd, struct pf_bot *bot, uint64_t now_ms)
{
    const uint32_t choice = pf_random_below(&crowd->random, 8);
    if (!pf_bot_is_in(bot)) {
        crowd->joins += pf_bot_join(bot, now_ms);
    } else if (bot->state != PF_ROOM_JOINED) {
        return; /* it waits for the relay */
    } else if (choice == 0) {
        pf_bot_leave(bot, now_ms);
        crowd->leaves++;
    } else {
        char name[PF_CROWD_NAME_SIZE_MAX];
        (void)snprintf(name, sizeof name, "bot %u",
                       (unsigned)pf_random_below(&crowd->random, 1000)); /* it fits */
        crowd->changes++;
        if (choice == 1) {
            pf_bot_rename(bot, name, now_ms);
        } else {
            pf_bot_set_hand(bot, !bot->hand, now_ms);
        }
    }
}

void pf_crowd_act(struct pf_crowd *crowd, uint64_t now_ms)
{
    for (int i = 0; i < ACTIONS_AT_ONCE_MAX && pf_crowd_deadline_ms(crowd) <= now_ms; i++) {
        crowd->actions++;
        act_as(crowd, &crowd->bots[pf_random_below(&crowd->random, (uint32_t)crowd->count)],
               now_ms);
    }
}

uint64_t pf_crowd_deadline_ms(const struct pf_crowd *crowd)
{
    return crowd->begun_ms + crowd->actions * 1000 / crowd->rate_per_s;
}

void pf_crowd_print(const struct pf_crowd *crowd, FILE *out)
{
    size_t in = 0;
    uint64_t heard = 0, losses = 0, refusals = 0;
    for (size_t i = 0; i < crowd->count; i++) {
        const struct pf_bot *bot = &crowd->bots[i];
        in += pf_bot_is_in(bot) && bot->state == PF_ROOM_JOINED;
        heard += bot->heard;
        losses += bot->losses;
        refusals += bot->refusals;
    }
    (void)fprintf(out,
                  "in %zu of %zu, joins %" PRIu64 ", leaves %" PRIu64 ", changes %" PRIu64
                  ", heard %" PRIu64 ", lost %" PRIu64 ", refused %" PRIu64 "\n",
                  in, crowd->count, crowd->joins, crowd->leaves, crowd->changes, heard, losses,
                  refusals); /* a reader that has gone is none */
    (void)fflush(out);       /* as above */
}
