/* siphash.h - a keyed hash whose collisions cannot be chosen from outside. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_HUB_SIPHASH_H
#define PF_RELAY_HUB_SIPHASH_H

#include "base/slice.h"

#include <stdint.h>

/* SipHash-2-4 (Aumasson and Bernstein, 2012) of `bytes` under a 128-bit key. */
uint64_t pf_siphash(const uint64_t key[2], struct pf_slice bytes);

#endif
