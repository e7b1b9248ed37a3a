/* quality.h - how each picture is sent, and how well each connection works. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_MEDIA_QUALITY_H
#define PF_CORE_MEDIA_QUALITY_H

#include "core/common/context.h"
#include "core/media/allocation.h"
#include "core/media/publishing.h"

#include <stdbool.h>
#include <stdint.h>

/* An RTCRtpSender of a picture. */
struct pf_picture {
    uint32_t asked;         /* the width that the peer asks for */
    uint64_t hidden_ms;     /* when it asks for 0: the picture is sent until then */
    struct pf_encoding set; /* the last one commanded; scale 0: none, or it is to be repeated */
    bool pending;           /* the browser has not answered yet */
    uint8_t failures;       /* of setParameters(), in a row */
    uint64_t next_ms;       /* no change before */
};

/* One RTCPeerConnection, from when it is connected on. */
struct pf_quality_link {
    pf_pc pc; /* 0: a free entry */
    /* Processor or uplink were in trouble, sound was lost: a bit for each of 3 samples. */
    uint8_t busy, narrow, dire;
    uint8_t samples;        /* how many of these there are, to 2 */
    uint8_t grade;          /* of its network, by the last sample */
    uint8_t shown, seen;    /* a grade and a reason, see quality.c; `seen`: by the last sample */
    uint32_t sent_kbps;     /* what its pictures may be sent with */
    uint64_t sampled_at_ms; /* 0: it has not been */
    struct pf_demand demand;
    struct pf_picture pictures[PF_PICTURES_COUNT];
};

struct pf_quality {
    uint32_t level;         /* of trouble, to PF_LEVEL_MAX */
    uint64_t trouble_at_ms; /* since when there is trouble, or PF_NEVER */
    uint64_t easier_at_ms;  /* the trial begins or goes on, or PF_NEVER */
    uint8_t eased;          /* a trial: so many connections have what the level below gives */
    uint8_t relapses;       /* how many trials in a row have failed, to 2 */
    uint64_t tried_ms;      /* trouble before that is blamed on the trial; 0: on none */
    uint64_t at_ms;         /* a change that had to wait is due, or PF_NEVER */
    struct pf_quality_link links[PF_PUBLISHING_MAX];
};

void pf_quality_init(struct pf_quality *quality);

/* An RTCPeerConnection is connected, perhaps again; is closed. */
void pf_quality_add(struct pf_context *context, pf_pc pc);
void pf_quality_remove(struct pf_context *context, pf_pc pc);
void pf_quality_remove_all(struct pf_quality *quality);

/*
 * What the peer asks for, in pixels; what is not possible is clamped. The latest counts. The
 * connection is open; that it is connected may be told later.
 */
void pf_quality_ask(struct pf_context *context, pf_pc pc, const uint32_t widths[PF_PICTURES_COUNT]);

/* PF_EVENT_PC_ENCODING_SET */
void pf_quality_on_set(struct pf_context *context, const struct pf_event *event);

/*
 * PF_EVENT_PC_STATS. `wanted`: how wide the peer's camera is shown here. True if what is to be
 * shown has changed.
 */
bool pf_quality_on_stats(struct pf_context *context, const struct pf_event *event, uint32_t wanted);

/* What is shown of a connection; GOOD if there is none. */
void pf_quality_show(const struct pf_context *context, pf_pc pc, struct pf_command *show_peer);

/* At the end of every event: commands what has to change and may. */
void pf_quality_apply(struct pf_context *context);

void pf_quality_tick(struct pf_context *context);
uint64_t pf_quality_deadline_ms(const struct pf_quality *quality);

void pf_quality_check(const struct pf_quality *quality);

#endif
