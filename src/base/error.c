/* error.c - the one list of things that can go wrong at run time. */
/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include "base/assert.h"

const char *pf_error_name(enum pf_error error)
{
    switch (error) {
#define X(name, text)                                                                              \
    case PF_ERROR_##name: return #name;
        PF_ERROR_MAP(X)
#undef X
    }
    PF_UNREACHABLE();
}
