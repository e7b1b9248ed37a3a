/* histogram.h - durations, and their percentiles. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_TESTS_ATTACK_HISTOGRAM_H
#define PF_TESTS_ATTACK_HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_STEPS = 32, HISTOGRAM_SIZE = HISTOGRAM_STEPS * 60 }; /* 32 for a power of two */

/* All zero is an empty one. */
struct histogram {
    uint64_t counts[HISTOGRAM_SIZE];
    uint64_t count, max_ns;
};

void histogram_add(struct histogram *histogram, uint64_t ns);

/* In milliseconds; `share` is 0.99 for the 99th percentile. */
double histogram_ms(const struct histogram *histogram, double share);

#endif
