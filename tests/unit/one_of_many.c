/*
 * one_of_many.c - main() where all unit tests are in one program: runs the one that is named.
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "unit_tests.h"

int main(int count, char **arguments)
{
#define RUN_IF_NAMED(name)                                                                         \
    if (count == 2 && strcmp(arguments[1], #name) == 0) {                                          \
        return name();                                                                             \
    }
    PF_UNIT_TESTS(RUN_IF_NAMED)
    fprintf(stderr, "usage: %s TEST, one of the files of tests/unit\n", arguments[0]);
    return 2;
}
