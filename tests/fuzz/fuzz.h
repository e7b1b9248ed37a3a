/* fuzz.h - what a fuzz target is to those that drive it. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_TESTS_FUZZ_H
#define PF_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Takes any bytes; a mistake found is an assertion that fails. The name is libFuzzer's. Gives 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
