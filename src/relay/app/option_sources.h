/* option_sources.h - options from a file and from the environment. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_APP_OPTION_SOURCES_H
#define PF_RELAY_APP_OPTION_SOURCES_H

#include "relay/app/option_table.h"
#include "relay/app/options.h"

/* Takes a value: as option_table.h says, and NULL for a flag without one. Says what is wrong. */
void pf_option_take(struct pf_options *options, const struct pf_option *option, const char *value);

/* Says that something is wrong with what is named; the program ends. */
void pf_option_refuse(struct pf_options *options, const char *name, const char *why);

/*
 * Takes the options in the file that --config names, if the arguments have it: "name = value" or
 * "name" on each line, # begins a comment. The text belongs to `options`.
 */
void pf_option_read_file(int count, char *const *arguments, struct pf_options *options);

/* Takes variables such as PEERFACE_RELAY_SECRET_FILE. */
void pf_option_read_environment(struct pf_options *options);

#endif
