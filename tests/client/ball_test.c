/*
 * ball_test.c - the ball game in simulated worlds: whatever goes wrong, in the end all agree.
 *
 *     ball_test FIRST COUNT [TRACE]
 *
 * In each world two to four people play. They move, leave and come back, while networks, relays,
 * machines and browsers fail. When that is over and they stand still, each must see the balls of
 * all others, and nobody else's, where they are.
 */
/* SPDX-License-Identifier: MIT */
#include "game.h"

#include <inttypes.h>
#include <peerface/simulated.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    PLAYERS_MAX = 4,
    STEP_MS = 100,
    SETTLE_MS = 200000, /* what peerface's own checks allow after the last newcomer */
};

struct table {
    uint64_t random;
    uint32_t runs;
    size_t count;
    struct game games[PLAYERS_MAX];
};

/* A generator of the test's own: xorshift. */
static uint32_t draw(struct table *table, uint32_t bound)
{
    table->random ^= table->random << 13;
    table->random ^= table->random >> 7;
    table->random ^= table->random << 17;
    return (uint32_t)(table->random >> 32) % bound;
}

static bool begin(struct table *table, size_t i)
{
    static const char *const names[PLAYERS_MAX] = {"Ann", "Bob", "Cho", "Dan"};
    return game_begin(&table->games[i], NULL, ++table->runs, names[i]) == PF_OK;
}

/* One step of everybody; false if somebody cannot come back. */
static bool play(struct table *table, bool is_over)
{
    for (size_t i = 0; i < table->count; i++) {
        struct game *game = &table->games[i];
        const float dx = is_over ? 0 : (float)draw(table, 3) * 0.05f - 0.05f;
        const float dy = is_over ? 0 : (float)draw(table, 3) * 0.05f - 0.05f;
        const bool leaves = !is_over && draw(table, 300) == 0;
        if (leaves) {
            game_end(game);
            if (!begin(table, i)) {
                return false;
            }
        }
        game_step(game, dx, dy);
    }
    return true;
}

static bool sees(const struct game *game, const struct game *other)
{
    for (size_t i = 0; i < game->count; i++) {
        const struct ball *ball = &game->theirs[i];
        /* The same run, and no later than what was sent: copied exactly. */
        if (ball->run == other->mine.run && ball->x == other->mine.x && ball->y == other->mine.y) {
            return true;
        }
    }
    return false;
}

static const char *disagreement(const struct table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        for (size_t k = 0; k < table->count; k++) {
            if (i != k && !sees(&table->games[i], &table->games[k])) {
                return "somebody does not see where another one's ball is";
            }
        }
        if (table->games[i].count != table->count - 1) {
            return "somebody sees a ball of nobody";
        }
    }
    return NULL;
}

/* What is wrong, or NULL. */
static const char *run(struct table *table, struct pf_simulation *simulation)
{
    for (size_t i = 0; i < table->count; i++) {
        if (!begin(table, i)) {
            return "the game does not begin";
        }
    }
    while (pf_simulation_has_faults(simulation)) {
        if (!pf_simulation_run(simulation, STEP_MS)) {
            return pf_simulation_failure(simulation);
        }
        if (!play(table, false)) {
            return "nobody comes back";
        }
    }
    const char *wrong = "not begun";
    for (int ms = 0; wrong && ms < SETTLE_MS; ms += STEP_MS) {
        (void)play(table, true); /* nobody leaves */
        if (!pf_simulation_run(simulation, STEP_MS)) {
            return pf_simulation_failure(simulation);
        }
        wrong = disagreement(table);
    }
    return wrong;
}

static bool passes(uint64_t seed, const char *trace)
{
    static struct table table;
    struct pf_simulation_config config = pf_simulation_defaults(seed);
    config.trace = trace;
    struct pf_simulation *simulation = pf_simulation_open(&config);
    if (!simulation) {
        printf("seed %" PRIu64 ": no world\n", seed);
        return false;
    }
    table = (struct table){.random = seed * 0x9e3779b97f4a7c15u | 1};
    table.count = 2 + draw(&table, PLAYERS_MAX - 1);
    const char *wrong = run(&table, simulation);
    if (wrong) {
        printf("seed %" PRIu64 ", after %" PRIu64 " ms: %s\n", seed,
               pf_simulation_now_ms(simulation), wrong);
    }
    for (size_t i = 0; i < table.count; i++) {
        game_end(&table.games[i]);
    }
    pf_simulation_close(simulation);
    return !wrong;
}

int main(int argc, char **argv)
{
    const uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    const uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : 100;
    uint64_t failures = 0;
    for (uint64_t i = 0; i < count; i++) {
        failures += !passes(first + i, argc > 3 ? argv[3] : NULL);
    }
    printf("%" PRIu64 " seeds, %" PRIu64 " failed\n", count, failures);
    return failures > 0;
}
