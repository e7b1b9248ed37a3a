/* sdp.h - the texts that stand for SDP and candidate lines where descriptions are modelled. */
/* SPDX-License-Identifier: MIT */
#ifndef MODEL_SDP_H
#define MODEL_SDP_H

#include "base/buffer.h"
#include "pc.h"

/* Appends a description with its candidates. `padding` bytes make it as long as a real one. */
void model_description_write(const struct model_description *description,
                             const struct model_candidate *candidates, size_t count, size_t padding,
                             struct pf_buffer *out);

/*
 * Fills description, candidates and is_readable of an operation that sets a description of this
 * type. A text that model_description_write() did not write is not readable.
 */
void model_description_read(enum pf_description_type type, struct pf_slice text,
                            struct model_operation *out);

/* Appends a candidate line. */
void model_candidate_write(const struct model_candidate *candidate, struct pf_buffer *out);

/* Appends the username fragment of a generation of a connection's ICE credentials. */
void model_fragment_write(uint32_t identity, uint32_t generation, struct pf_buffer *out);

/* Fills an operation that is addIceCandidate(). */
void model_candidate_read(const struct pf_candidate *candidate, struct model_operation *out);

#endif
