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

enum { CAMERA_PIXELS = 640 * 480 };

/* `width`: for a picture up to that; 0: only where a larger step does not fit. */
static const struct {
    uint8_t scale, fps;
    uint16_t kbps, width;
} steps[] = {
    {1, 0, 0, 0}, /* inactive */
    {4, 5, 30, 0},   {4, 15, 80, 160},  {2, 15, 150, 360},
    {1, 15, 300, 0}, {1, 30, 500, 720}, {1, 30, 1500, UINT16_MAX},
};

enum {
    STEP_LEAST = 1,
    STEP_MOST = sizeof steps / sizeof *steps - 1,
    SCREEN_KBPS = 1500, /* of all viewers together */
    SCREEN_KBPS_MIN = 50,
    SCREEN_FPS = 15,
    SCREEN_FPS_MIN = 5,
    SHARING_KBPS = 2100, /* at least, with the cameras, while a screen is shared */
};

static uint32_t step_of(uint32_t width)
{
    uint32_t step = 0;
    while (width > 0 && step < STEP_MOST && (step == 0 || width > steps[step].width)) {
        step++;
    }
    return step;
}

static uint32_t pixels_of(uint32_t step)
{
    const uint32_t scale = steps[step].scale;
    return CAMERA_PIXELS / scale / scale * steps[step].fps;
}

static uint32_t at_least(uint32_t value, uint32_t least)
{
    return value > least ? value : least;
}

/*
 * One peer may have everything and two nearly so, four the full size at 15 frames a second or
 * nearly so, and seven half of it: 7 x 320 x 240 x 15 is 8.06 million pixels and 7 x 150 is 1,050
 * kbit/s. The least step is never taken away.
 */
struct pf_budget pf_allocation_budget(size_t count, bool shares, uint32_t level)
{
    const uint32_t peers = (uint32_t)count;
    struct pf_budget budget = {1200, 8500000, 0};
    if (peers <= 1) {
        budget = (struct pf_budget){1500, 9250000, 0};
    } else if (peers == 2) {
        budget = (struct pf_budget){3000, 18500000, 0};
    } else if (peers <= 4) {
        budget = (struct pf_budget){2000, 14000000, 0};
    }
    if (shares) { /* it comes first, the cameras have the rest, and encoding it takes time too */
        budget.camera_kbps = at_least(budget.camera_kbps, SHARING_KBPS) - SCREEN_KBPS;
        budget.camera_pixels /= 2;
        budget.screen_kbps = at_least(SCREEN_KBPS >> level, SCREEN_KBPS_MIN * peers);
    }
    budget.camera_kbps = at_least(budget.camera_kbps >> level, steps[STEP_LEAST].kbps * peers);
    budget.camera_pixels = at_least(budget.camera_pixels >> level, pixels_of(STEP_LEAST) * peers);
    return budget;
}

static bool fits(const struct pf_demand *demands, size_t count, uint32_t height,
                 const struct pf_budget *budget)
{
    uint32_t kbps = 0;
    uint32_t pixels = 0;
    for (size_t i = 0; i < count; i++) {
        const uint32_t asked = step_of(demands[i].widths[0]);
        const uint32_t step = asked < height ? asked : height;
        kbps += steps[step].kbps;
        pixels += pixels_of(step);
    }
    return kbps <= budget->camera_kbps && pixels <= budget->camera_pixels;
}

static struct pf_encoding camera_at(uint32_t step)
{
    return (struct pf_encoding){step > 0, steps[step].scale, steps[step].fps, steps[step].kbps};
}

/* It is to be read: always in its own size, and rather slow than blurred. */
static struct pf_encoding screen_of(uint32_t width, size_t viewers, uint32_t kbps, uint32_t level)
{
    if (width == 0) {
        return (struct pf_encoding){.scale = 1};
    }
    return (struct pf_encoding){true, 1, (uint8_t)at_least(SCREEN_FPS >> level, SCREEN_FPS_MIN),
                                (uint16_t)(kbps / viewers)};
}

void pf_allocation_divide(const struct pf_demand *demands, size_t count, bool shares,
                          uint32_t level, struct pf_share *out)
{
    PF_ASSERT(level <= PF_LEVEL_MAX);
    const struct pf_budget budget = pf_allocation_budget(count, shares, level);
    uint32_t height = STEP_MOST;
    size_t viewers = 0;
    while (!fits(demands, count, height, &budget)) {
        height--;
        PF_ASSERT(height > 0); /* the least step of all always fits */
    }
    for (size_t i = 0; i < count; i++) {
        viewers += demands[i].widths[1] > 0;
    }
    for (size_t i = 0; i < count; i++) {
        const uint32_t asked = step_of(demands[i].widths[0]);
        out[i].encodings[0] = camera_at(asked < height ? asked : height);
        out[i].encodings[1] =
            screen_of(shares ? demands[i].widths[1] : 0, viewers, budget.screen_kbps, level);
    }
}
