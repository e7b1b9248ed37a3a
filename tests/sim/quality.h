/* quality.h - how pages show pictures, what is sent of them, and machines that are too slow. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_QUALITY_H
#define SIM_QUALITY_H

#include "core/command.h"
#include "core/media/allocation.h"

#include <stdbool.h>
#include <stdint.h>

struct sim_pc;
struct sim_tab;
struct sim_world;

/* What a machine can do while the faults last; 0: everything. */
struct sim_machine {
    uint32_t uplink_kbps;
    uint32_t pixels; /* a second */
};

/* How wide a page shows a peer's pictures. */
struct sim_wish {
    pf_member_id id; /* 0: free */
    uint32_t widths[PF_PICTURES_COUNT];
};

/* The part of a page. */
struct sim_quality_page {
    bool is_new; /* its client takes `wanted` */
    struct sim_wish wishes[PF_MEMBERS_MAX];
    uint64_t bad_us;      /* of the last sample that was bad, or 0 */
    uint64_t trouble_us;  /* since when all samples are bad, or 0 */
    uint64_t doubtful_us; /* when a sample was bad for the last time, */
    uint64_t troubled_us; /* and when twice in a row or nearly for the first time */
    bool may_relapse;     /* that was so long before that trouble now can be a relapse */
    uint32_t relapses;    /* how many there can have been, to 2 */
    uint64_t sampled_us;
    uint32_t overs; /* so many samples in a row found more being sent than trouble allows */
};

/* The part of a connection: the senders of its pictures. */
struct sim_quality_pc {
    bool was_connected; /* the page was told, or has heard the peer */
    uint64_t told_us;   /* when `wanted` was last sent, or 0 */
    uint32_t asked[PF_PICTURES_COUNT];
    uint64_t hidden_us[PF_PICTURES_COUNT]; /* since when it asks for 0 */
    struct pf_encoding commanded[PF_PICTURES_COUNT];
    struct pf_encoding set[PF_PICTURES_COUNT];
    uint64_t
        changed_us[PF_PICTURES_COUNT]; /* by the last command that may cost a key frame, or 0 */
    bool pending[PF_PICTURES_COUNT];
    bool failed[PF_PICTURES_COUNT]; /* the last time */
};

void sim_quality_begin(struct sim_world *world);
void sim_quality_begin_pc(struct sim_quality_pc *quality);

/* SIM_WANT, SIM_SAMPLE: somebody resizes a window; getStats(). */
void sim_quality_want(struct sim_world *world);
void sim_quality_sample(struct sim_world *world);

/* PC_SET_ENCODING, and SIM_PC_ENCODED: setParameters() is done. */
void sim_quality_command(struct sim_world *world, struct sim_pc *pc,
                         const struct pf_command *command);
void sim_quality_encoded(struct sim_world *world, struct sim_pc *pc, uint32_t picture);

/* A text that a room sends on a data channel, and one that it receives. */
void sim_quality_note_said(struct sim_world *world, struct sim_pc *pc, struct pf_slice text);
void sim_quality_note_heard(struct sim_world *world, struct sim_tab *tab,
                            const struct pf_event *event);

/* A peer is not shown any more. */
void sim_quality_note_hidden(struct sim_tab *tab, pf_member_id id);

/* In the end: all is sent as it is wanted, as far as the budgets allow. */
void sim_quality_check_end(struct sim_world *world);

#endif
