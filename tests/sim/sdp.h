/* sdp.h - the texts that stand for descriptions and candidates in a simulated world. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_SDP_H
#define SIM_SDP_H

#include "base/buffer.h"
#include "world.h"

/* `padding` bytes make it as long as a real one. */
void sim_sdp_write(const struct sim_sdp *sdp, const struct sim_candidate *candidates, size_t count,
                   size_t padding, struct pf_buffer *out);

/* Fills sdp and candidates of `operation`; false if the text is none of ours. */
bool sim_sdp_read(struct pf_slice text, struct sim_operation *operation);

void sim_candidate_write(const struct sim_candidate *candidate, struct pf_buffer *out);

bool sim_candidate_read(struct pf_slice text, struct sim_candidate *out);

/* The usernameFragment of a generation of a connection's credentials. */
/* Whether `fragment` is what sim_fragment_write() writes. */
bool sim_fragment_is(struct pf_slice fragment, uint32_t identity, uint32_t generation);

void sim_fragment_write(uint32_t identity, uint32_t generation, struct pf_buffer *out);

#endif
