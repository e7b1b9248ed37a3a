/* budget.c - how often something may happen: now and then at once, rarely for long. */
/* SPDX-License-Identifier: MIT */
#include "core/budget.h"

bool pf_budget_spend(uint64_t *at_ms, uint64_t now_ms, uint64_t step_ms, uint64_t ahead_ms)
{
    if (*at_ms > now_ms + ahead_ms) {
        return false;
    }
    *at_ms = (*at_ms > now_ms ? *at_ms : now_ms) + step_ms;
    return true;
}
