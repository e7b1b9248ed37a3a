/* message_names.h - how PROTOCOL.md spells the enums of message.h; for the readers and writers. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_PROTOCOL_MESSAGE_NAMES_H
#define PF_PROTOCOL_MESSAGE_NAMES_H

#include "base/slice.h"
#include "protocol/message.h"

#include <stdbool.h>
#include <stddef.h>

/* One spelling for each value of an enum, indexed by it. */
struct pf_names {
    const char *const *list;
    size_t count;
};

extern const struct pf_names pf_names_of_types;
extern const struct pf_names pf_names_of_kinds;
extern const struct pf_names pf_names_of_requests;
extern const struct pf_names pf_names_of_reasons;
extern const struct pf_names pf_names_of_codes;
extern const struct pf_names pf_names_of_descriptions;
extern const struct pf_names pf_names_of_sources;
extern const struct pf_names pf_names_of_source_states;
extern const struct pf_names pf_names_of_reactions;
extern const struct pf_names pf_names_of_ice_policies;
extern const struct pf_names pf_names_of_roles;
extern const struct pf_names pf_names_of_doors;
extern const struct pf_names pf_names_of_host_actions;
extern const struct pf_names pf_names_of_file_states;

/* The value that `text` spells goes to `index`; false if it spells none, then `index` is as it was.
 */
bool pf_names_find(const struct pf_names *names, struct pf_slice text, size_t *index);

#endif
