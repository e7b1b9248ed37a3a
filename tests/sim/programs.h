/* programs.h - what a world needs to know of programs with peerface/client.h in its pages. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_PROGRAMS_H
#define SIM_PROGRAMS_H

#include "core/command.h"
#include "faults.h"
#include "fifo.h"

struct pf_host; /* the page of a program; host.c */

struct sim_programs {
    void *user;
    /* Takes out of the faults of a world what is not wanted. */
    void (*choose)(void *user, struct sim_faults *faults, struct pf_random *random);
    /* The room shows something; within the program's own calls, too. */
    void (*show)(struct pf_host *program, const struct pf_command *command);
    /* A frame arrives over this connection; may end the program. `flags`: of enum sim_frame. */
    void (*take)(struct pf_host *program, pf_pc pc, struct pf_slice frame, uint16_t flags);
};

enum sim_frame {
    SIM_FRAME_TEXT = 1,
    SIM_FRAME_LOSSY = 2, /* may be lost and overtaken */
};

/* Of one connection, to its peer: the data channels of PROTOCOL.md section 5.4. */
struct sim_frames {
    struct sim_fifo reliable, lossy;
    size_t waiting; /* bytes of the reliable ones */
};

#endif
