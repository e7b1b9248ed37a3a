/* error.h - the one list of things that can go wrong at run time. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_BASE_ERROR_H
#define PF_BASE_ERROR_H

/* What the world does wrong. A broken precondition is a bug and goes through PF_ASSERT(). */
enum pf_error {
    PF_ERROR_OK,
    PF_ERROR_INVALID,     /* malformed input */
    PF_ERROR_UNSUPPORTED, /* well formed, but not something we speak */
    PF_ERROR_TOO_LONG,    /* longer than its documented limit */
    PF_ERROR_FULL,        /* no free slot */
    PF_ERROR_MEMORY,      /* out of memory */
};

#endif
