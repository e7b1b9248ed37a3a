/* files.h - the files that are offered to a peer and by it, until they are there. Internal to core.
 */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_PEER_FILES_H
#define PF_CORE_PEER_FILES_H

#include "base/token_bucket.h"
#include "core/common/context.h"

#include <stdbool.h>
#include <stdint.h>

struct pf_peer;

struct pf_transfer {
    uint32_t number; /* 0: there has been none */
    uint32_t size;
    uint32_t offset; /* the receiver has stored so much, and nothing beyond counts */
    enum pf_file_state state;
    bool is_due;       /* the peer is to be told the state */
    bool is_answered;  /* of one's own: the peer has said `offset` on this channel */
    bool is_withdrawn; /* of the peer's: it has ended it itself */
    uint8_t name_size; /* of one's own */
    char name[PF_FILE_NAME_SIZE_MAX];
};

/* Each file is at its number modulo PF_FILES_MAX. What has ended stays until another takes its
 * place: the peer may not know of it yet. */
struct pf_files {
    bool is_possible;                 /* the peer takes files */
    struct pf_token_bucket withdrawn; /* by the peer; outlives the peer */
    struct pf_transfer own[PF_FILES_MAX];
    struct pf_transfer theirs[PF_FILES_MAX];
};

/* For a new peer, whose capabilities are known. */
void pf_files_init(struct pf_peer *peer);

/* A channel has opened: nothing is on it. */
void pf_files_restart(struct pf_files *files);

/* The user offers a file; as PF_EVENT_OFFER_FILE. */
void pf_files_offer(struct pf_peer *peer, struct pf_context *context, uint32_t size,
                    struct pf_slice name);

/* As PF_EVENT_SET_FILE. */
void pf_files_set(struct pf_peer *peer, struct pf_context *context, const struct pf_event *event);

/* What the peer says of a file of its own, and of one that it is offered. */
void pf_files_take(struct pf_peer *peer, struct pf_context *context,
                   const struct pf_file_message *message);
void pf_files_take_answer(struct pf_peer *peer, struct pf_context *context,
                          const struct pf_file_message *message);

/* At the end of every event: pauses and resumes, and tells the peer what it does not know. */
void pf_files_follow(struct pf_peer *peer, struct pf_context *context);

/* The peer is gone: everything fails that has not ended. */
void pf_files_close(struct pf_peer *peer, struct pf_context *context);

void pf_files_check(const struct pf_files *files);

#endif
