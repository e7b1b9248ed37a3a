/* budget.h - how often something may happen: now and then at once, rarely for long. Internal to
 * core.
 */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_BUDGET_H
#define PF_CORE_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Whether it may happen once more at `now_ms`, and if so takes that into account: once in `step_ms`
 * in the long run, and as much at once as `ahead_ms` has steps. `at_ms` is 0 at first; while it is
 * spent the next time is *at_ms - ahead_ms.
 */
bool pf_budget_spend(uint64_t *at_ms, uint64_t now_ms, uint64_t step_ms, uint64_t ahead_ms);

#endif
