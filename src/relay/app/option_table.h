/* option_table.h - every option of the relay: its name, its value and its help. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_APP_OPTION_TABLE_H
#define PF_RELAY_APP_OPTION_TABLE_H

#include "relay/app/options.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pf_option_kind {
    PF_OPTION_TEXT,      /* `offset` is that of a const char * */
    PF_OPTION_NUMBER,    /* of a uint32_t, from `min` to `max` */
    PF_OPTION_FLAG,      /* of a bool; it has no value */
    PF_OPTION_TEXTS,     /* of a struct pf_texts: it may be repeated */
    PF_OPTION_CALL,      /* `take` does the rest */
    PF_OPTION_CALL_ONLY, /* the same, on the command line only */
};

struct pf_option {
    const char *name;     /* without the two hyphens */
    const char *argument; /* what the help calls its value; NULL if it has none */
    const char *help;     /* lines, with a newline between two */
    enum pf_option_kind kind;
    size_t offset; /* in struct pf_options */
    uint32_t min, max;
    bool is_secret; /* overwritten once it is taken: every user sees the arguments of a process */
    /*
     * For CALL and CALL_ONLY it reads the value. For TEXT and TEXTS, where it is not NULL, it
     * judges the value before that is taken. It returns NULL, or a phrase that says what the option
     * takes.
     */
    const char *(*take)(struct pf_options *options, const char *value);
};

enum { PF_OPTIONS_COUNT_MAX = 64 };

/* In the order of the help, which is by subject. */
extern const struct pf_option pf_option_table[];
extern const size_t pf_option_table_count;

#endif
