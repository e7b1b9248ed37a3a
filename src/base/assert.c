/* assert.c - how a failed assertion ends the program. */
/* SPDX-License-Identifier: MIT */
#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void pf_panic(const char *file, int line, const char *what)
{
    (void)fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, what); /* about to abort */
    abort();
}
