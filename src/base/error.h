/* error.h - the one list of things that can go wrong at run time. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_BASE_ERROR_H
#define PF_BASE_ERROR_H

/* What the world does wrong. A broken precondition is a bug and goes through PF_ASSERT(). */
#define PF_ERROR_MAP(X)                                                                            \
    X(OK, "no error")                                                                              \
    X(INVALID, "malformed input")                                                                  \
    X(UNSUPPORTED, "well formed, but not something we speak")                                      \
    X(TOO_LONG, "longer than its documented limit")                                                \
    X(FULL, "no free slot")                                                                        \
    X(MEMORY, "out of memory")

enum pf_error {
#define X(name, text) PF_ERROR_##name,
    PF_ERROR_MAP(X)
#undef X
};

/* A static string such as "TOO_LONG". Never NULL. */
const char *pf_error_name(enum pf_error error);

#endif
