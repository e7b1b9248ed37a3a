/* diagnosis.h - what prevents a connection. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_PEER_DIAGNOSIS_H
#define PF_CORE_PEER_DIAGNOSIS_H

#include "core/command.h"
#include "core/common/context.h"

#include <stdbool.h>
#include <stdint.h>

struct pf_peer;

struct pf_diagnosis {
    enum pf_quality_reason reason; /* NONE: nothing is, or nothing that can be told */
    bool was_connected;            /* there has been a way to this peer */
    uint64_t at_ms;                /* when it is judged next, or PF_NEVER */
};

void pf_diagnosis_init(struct pf_diagnosis *diagnosis);

/* The state of the recovery has been set: takes back what it said, or waits before it judges. */
void pf_diagnosis_follow(struct pf_peer *peer, struct pf_context *context);

/* Judges what is due at context->now_ms, and shows the peer if it is another reason. */
void pf_diagnosis_tick(struct pf_peer *peer, struct pf_context *context);

/* Says the reason in SHOW_PEER, if there is one, in place of the quality. */
void pf_diagnosis_show(const struct pf_diagnosis *diagnosis, struct pf_command *show_peer);

#endif
