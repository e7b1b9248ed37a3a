/* histogram.c - durations, and their percentiles. */
/* SPDX-License-Identifier: MIT */
#include "histogram.h"

enum { NS_PER_MS = 1000000, STEP_BITS = 5 };
_Static_assert(HISTOGRAM_STEPS == 1 << STEP_BITS, "a power of two");

/* Below HISTOGRAM_STEPS a value is its own index; above, the index is its logarithm, in steps. */
static unsigned index_of(uint64_t ns)
{
    unsigned power = 0;
    while (ns >> power >= 2 * HISTOGRAM_STEPS) {
        power++;
    }
    return power * HISTOGRAM_STEPS + (unsigned)(ns >> power);
}

static uint64_t lowest_at(unsigned index)
{
    if (index < 2 * HISTOGRAM_STEPS) {
        return index;
    }
    const unsigned power = index / HISTOGRAM_STEPS - 1;
    return (uint64_t)(index - power * HISTOGRAM_STEPS) << power;
}

void histogram_add(struct histogram *histogram, uint64_t ns)
{
    const unsigned index = index_of(ns);
    histogram->counts[index < HISTOGRAM_SIZE ? index : HISTOGRAM_SIZE - 1]++;
    histogram->count++;
    histogram->max_ns = ns > histogram->max_ns ? ns : histogram->max_ns;
}

double histogram_ms(const struct histogram *histogram, double share)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < HISTOGRAM_SIZE; i++) {
        sum += histogram->counts[i];
        if (sum > 0 && (double)sum >= share * (double)histogram->count) {
            return (double)lowest_at(i + 1) / (double)NS_PER_MS;
        }
    }
    return 0;
}
