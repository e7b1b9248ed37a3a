/* fuzz.h - the interface of a fuzz target. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_TESTS_FUZZ_H
#define PF_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Accepts any bytes; a bug is a failed assertion. Returns 0. The name is libFuzzer's. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
