/*
 * allocation.c - what each peer is sent, from what it asks for.
 *
 * In a mesh each peer has an encoder of its own, and all of them share one processor and one
 * uplink. A camera of 640x480 is sent in one of the steps below. The steps that are asked for are
 * cut at a common height, the highest at which their sum fits the budget (max-min fairness): a peer
 * that asks for too much is only cut to what the others have.
 *
 * Firefox's VP9 encoder stops for good at an odd size; 1, 2 and 4 divide what cameras capture.
 */
/* SPDX-License-Identifier: MIT */
#include "core/media/allocation.h"

#include "base/assert.h"

/* `width`: for a picture up to that; 0: only where a larger step does not fit. */
static const struct {
    struct pf_encoding encoding;
    uint16_t width;
    uint16_t load;
} steps[] = {
    {{0, 1, 0}, 0, 0},     {{30, 4, 5}, 0, 1},      {{80, 4, 15}, 160, 3},  {{150, 2, 15}, 360, 12},
    {{300, 1, 15}, 0, 48}, {{500, 1, 30}, 720, 96}, {{1500, 1, 30}, 0, 96},
};

/* By the number of peers; the last is for more. */
static const struct {
    uint16_t kbps, load;
} budgets[] = {{0, 0}, {1500, 96}, {3000, 192}, {2000, 145}, {2000, 145}, {1200, 88}};

enum {
    STEP_LEAST = 1,
    STEP_MOST = sizeof steps / sizeof *steps - 1,
    BUDGET_LAST = sizeof budgets / sizeof *budgets - 1,
    SCREEN_KBPS = 1500, /* of all viewers together */
    SCREEN_KBPS_MIN = 50,
    SCREEN_FRAME_RATE = 15,
    SHARING_KBPS = 2100, /* at least, with the cameras, while a screen is shared */
};

static uint32_t step_of(uint32_t width)
{
    uint32_t step = 0;
    while (width > 0 && step < STEP_MOST && width > steps[step].width) {
        step++;
    }
    return step;
}

static uint32_t at_least(uint32_t value, uint32_t least)
{
    return value > least ? value : least;
}

/*
 * One peer may have everything and two nearly so, four the full size at 15 frames a second or
 * almost, and seven half of it: 7 x 320 x 240 x 15 is 8.06 million pixels and 7 x 150 is 1,050
 * kbit/s. The least step is never taken away.
 */
struct pf_budget pf_allocation_budget(uint32_t count, bool shares, uint32_t level)
{
    const uint32_t row = count < BUDGET_LAST ? count : BUDGET_LAST;
    struct pf_budget budget = {budgets[row].kbps, budgets[row].load, 0};
    if (shares) { /* it comes first, the cameras have the rest, and encoding it takes time too */
        budget.camera_kbps = at_least(budget.camera_kbps, SHARING_KBPS) - SCREEN_KBPS;
        budget.camera_load /= 2;
        budget.screen_kbps = at_least(SCREEN_KBPS >> level, SCREEN_KBPS_MIN * count);
    }
    budget.camera_kbps =
        at_least(budget.camera_kbps >> level, steps[STEP_LEAST].encoding.rate_kbps * count);
    budget.camera_load = at_least(budget.camera_load >> level, steps[STEP_LEAST].load * count);
    return budget;
}

/* Gives everybody what is asked for up to that height; false if it is too much. */
static bool divide_cameras(const struct pf_demand *demands, uint32_t count, uint32_t height,
                           struct pf_budget left, struct pf_share *out)
{
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t asked = step_of(demands[i].widths[0]);
        const uint32_t step = asked < height ? asked : height;
        if (steps[step].encoding.rate_kbps > left.camera_kbps ||
            steps[step].load > left.camera_load) {
            return false;
        }
        left.camera_kbps -= steps[step].encoding.rate_kbps;
        left.camera_load -= steps[step].load;
        out[i].encodings[0] = steps[step].encoding;
    }
    return true;
}

/* It is to be read: always in its own size, and rather slow than blurred. */
static void divide_screen(const struct pf_demand *demands, uint32_t count, uint32_t kbps,
                          uint32_t level, struct pf_share *out)
{
    uint32_t viewers = 0;
    for (uint32_t i = 0; i < count; i++) {
        viewers += demands[i].widths[1] > 0;
    }
    for (uint32_t i = 0; i < count; i++) {
        out[i].encodings[1] = steps[0].encoding;
        if (kbps > 0 && demands[i].widths[1] > 0) {
            out[i].encodings[1] = (struct pf_encoding){(uint16_t)(kbps / viewers), 1,
                                                       (uint8_t)(SCREEN_FRAME_RATE / (level + 1))};
        }
    }
}

void pf_allocation_divide(const struct pf_demand *demands, uint32_t count, bool shares,
                          uint32_t level, struct pf_share *out)
{
    const struct pf_budget budget = pf_allocation_budget(count, shares, level);
    uint32_t height = STEP_MOST;
    while (!divide_cameras(demands, count, height, budget, out)) {
        height--;
        PF_ASSERT(height > 0); /* the least step of all always fits */
    }
    divide_screen(demands, count, budget.screen_kbps, level, out);
}
