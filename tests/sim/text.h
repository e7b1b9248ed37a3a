/* text.h - looks into messages, without reading them as the relay does. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_TEXT_H
#define SIM_TEXT_H

#include "base/slice.h"

#include <stdint.h>

/* What follows `before` in the text, up to its end; data is NULL if `before` does not occur. */
struct pf_slice sim_text_after(struct pf_slice text, const char *before);

/* The decimal number that the text begins with; 0 if it begins with none. */
uint64_t sim_text_number(struct pf_slice text);

#endif
