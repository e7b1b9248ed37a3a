/* token.h - what a room token says of the client that joins with it. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_HUB_TOKEN_H
#define PF_RELAY_HUB_TOKEN_H

#include "base/slice.h"
#include "protocol/message.h"

#include <stdbool.h>
#include <stdint.h>

enum pf_token_verdict {
    PF_TOKEN_GOOD,
    PF_TOKEN_INVALID,    /* not a token, or not signed by a key that is trusted */
    PF_TOKEN_OTHER_ROOM, /* for another room */
    PF_TOKEN_EARLY,      /* not valid yet */
    PF_TOKEN_EXPIRED,    /* otherwise good: enough for a member that returns */
};

struct pf_token_claims {
    char name[PF_MEMBER_NAME_SIZE_MAX];
    uint8_t name_size;
    bool is_host;  /* its role is "host" */
    bool has_name; /* the member has this name, whatever its client says */
};

/* Who judges tokens, which the hub cannot read. All zero: rooms are open to everybody. */
struct pf_token_judge {
    void *user; /* handed to `judge`; borrowed */
    /* `out` is set for GOOD and EXPIRED. */
    enum pf_token_verdict (*judge)(void *user, struct pf_slice token, struct pf_slice room,
                                   uint64_t unix_s, struct pf_token_claims *out);
};

#endif
