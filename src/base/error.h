/* error.h - run-time errors. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_BASE_ERROR_H
#define PF_BASE_ERROR_H

/* Errors of input and environment. A violated precondition is a bug: see PF_ASSERT(). */
enum pf_error {
    PF_ERROR_OK,
    PF_ERROR_INVALID,     /* malformed input */
    PF_ERROR_UNSUPPORTED, /* well formed, but not supported */
    PF_ERROR_TOO_LONG,    /* longer than its documented limit */
    PF_ERROR_FULL,        /* no free slot */
    PF_ERROR_MEMORY,      /* out of memory */
};

#endif
