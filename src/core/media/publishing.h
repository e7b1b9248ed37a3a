/* publishing.h - what this side sends, and what it tells the others of that. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_MEDIA_PUBLISHING_H
#define PF_CORE_MEDIA_PUBLISHING_H

#include "core/common/context.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    PF_PUBLISHING_MAX = PF_PEERS_MAX + 1, /* a connection to every peer, and the prepared one */
};

/* An RTCRtpSender: the track that replaceTrack() was last called with, and the one it has. */
struct pf_sender {
    pf_track wanted;
    pf_track actual;
};

/* The senders of one RTCPeerConnection. */
struct pf_senders {
    pf_pc pc;             /* 0: a free entry */
    bool ready;           /* its transceivers exist */
    uint32_t failures;    /* rejections of replaceTrack() in a row */
    uint64_t retry_at_ms; /* replaceTrack() is tried again, or PF_NEVER */
    struct pf_sender list[PF_SOURCES_COUNT];
};

struct pf_publishing {
    struct pf_member_state own;        /* what the others are told */
    pf_track tracks[PF_SOURCES_COUNT]; /* what is to be sent, 0 for nothing */
    struct pf_senders connections[PF_PUBLISHING_MAX];
};

void pf_publishing_init(struct pf_publishing *publishing);

/* From now on `source` is sent as `track`, by every connection, and told to be `state`. */
void pf_publishing_set(struct pf_context *context, enum pf_source source, pf_track track,
                       enum pf_source_state state);

/*
 * An RTCPeerConnection is made, gets its transceivers, is closed. That of an offer has transceivers
 * from the start (`ready`), that of an answer when the offer is set.
 */
void pf_publishing_add(struct pf_context *context, pf_pc pc, bool ready);
void pf_publishing_ready(struct pf_context *context, pf_pc pc);
void pf_publishing_remove(struct pf_context *context, pf_pc pc);

/* Forgets every connection, because all of them are about to be closed. */
void pf_publishing_remove_all(struct pf_publishing *publishing);

/* Whether any connection sends `track`, or may still do so. */
bool pf_publishing_sends(const struct pf_publishing *publishing, pf_track track);

/* PF_EVENT_PC_SENDER_SET, and PF_EVENT_PC_FAILED of PF_OPERATION_REPLACE_TRACK. */
void pf_publishing_handle(struct pf_context *context, const struct pf_event *event);

void pf_publishing_tick(struct pf_context *context);
uint64_t pf_publishing_deadline_ms(const struct pf_publishing *publishing);

#endif
