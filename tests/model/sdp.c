/* sdp.c - the texts that stand for SDP and candidate lines where descriptions are modelled. */
/* SPDX-License-Identifier: MIT */
#include "sdp.h"

#include "base/assert.h"

#include <string.h>

static void put_number(struct pf_buffer *out, uint32_t value)
{
    pf_buffer_put_u64(out, value);
    pf_buffer_put(out, PF_SLICE(" "));
}

static bool skip(struct pf_slice *text, struct pf_slice prefix)
{
    if (text->size < prefix.size || memcmp(text->data, prefix.data, prefix.size) != 0) {
        return false;
    }
    text->data += prefix.size;
    text->size -= prefix.size;
    return true;
}

static bool take_digits(struct pf_slice *text, uint32_t *out)
{
    uint64_t value = 0;
    size_t at = 0;
    while (at < text->size && text->data[at] >= '0' && text->data[at] <= '9' && at < 10) {
        value = value * 10 + (uint64_t)(text->data[at++] - '0');
    }
    if (at == 0 || value > UINT32_MAX) {
        return false;
    }
    text->data += at;
    text->size -= at;
    *out = (uint32_t)value;
    return true;
}

static bool take_number(struct pf_slice *text, uint32_t *out)
{
    return take_digits(text, out) && skip(text, PF_SLICE(" "));
}

void model_description_write(const struct model_description *description,
                             const struct model_candidate *candidates, size_t count, size_t padding,
                             struct pf_buffer *out)
{
    pf_buffer_put(out, PF_SLICE("v=0 "));
    put_number(out, (uint32_t)description->type);
    put_number(out, description->identity);
    put_number(out, description->version);
    put_number(out, description->generation);
    put_number(out, description->peer_identity);
    put_number(out, description->peer_version);
    put_number(out, (uint32_t)count);
    for (size_t i = 0; i < count; i++) {
        put_number(out, candidates[i].address);
        put_number(out, candidates[i].number);
    }
    for (size_t size = 0; size < padding; size += 30) {
        pf_buffer_put(out, PF_SLICE("a=rtpmap:100 something/90000\r\n"));
    }
    PF_ASSERT(!out->overflow);
}

static bool read_description(enum pf_description_type type, struct pf_slice text,
                             struct model_operation *out)
{
    struct model_description *read = &out->description;
    uint32_t said, count;
    if (!skip(&text, PF_SLICE("v=0 ")) || !take_number(&text, &said) ||
        !take_number(&text, &read->identity) || !take_number(&text, &read->version) ||
        !take_number(&text, &read->generation) || !take_number(&text, &read->peer_identity) ||
        !take_number(&text, &read->peer_version) || !take_number(&text, &count) ||
        said != (uint32_t)type || count > MODEL_DESCRIBED_CANDIDATES_MAX) {
        return false;
    }
    out->candidates_count = count;
    for (uint32_t i = 0; i < count; i++) {
        struct model_candidate *candidate = &out->candidates[i];
        *candidate =
            (struct model_candidate){.identity = read->identity, .generation = read->generation};
        if (!take_number(&text, &candidate->address) || !take_number(&text, &candidate->number)) {
            return false;
        }
    }
    return read->identity != 0;
}

void model_description_read(enum pf_description_type type, struct pf_slice text,
                            struct model_operation *out)
{
    out->description = (struct model_description){.type = type};
    out->candidates_count = 0;
    out->is_readable = read_description(type, text, out);
}

void model_candidate_write(const struct model_candidate *candidate, struct pf_buffer *out)
{
    pf_buffer_put(out, PF_SLICE("candidate:"));
    put_number(out, candidate->identity);
    put_number(out, candidate->generation);
    put_number(out, candidate->address);
    put_number(out, candidate->number);
}

static bool read_line(struct pf_slice text, struct model_candidate *out)
{
    return skip(&text, PF_SLICE("candidate:")) && take_number(&text, &out->identity) &&
           take_number(&text, &out->generation) && take_number(&text, &out->address) &&
           take_number(&text, &out->number);
}

void model_fragment_write(uint32_t identity, uint32_t generation, struct pf_buffer *out)
{
    pf_buffer_put(out, PF_SLICE("u"));
    pf_buffer_put_u64(out, identity);
    pf_buffer_put(out, PF_SLICE("g"));
    pf_buffer_put_u64(out, generation);
}

static bool read_fragment(struct pf_slice text, struct model_candidate *out)
{
    return skip(&text, PF_SLICE("u")) && take_digits(&text, &out->identity) &&
           skip(&text, PF_SLICE("g")) && take_digits(&text, &out->generation) && text.size == 0;
}

/*
 * webrtc-pc, addIceCandidate(): the mid, if there is one, must be that of a media section, else the
 * index is used. Candidate lines contain their credentials here; a username fragment that differs
 * from them matches no description.
 */
void model_candidate_read(const struct pf_candidate *candidate, struct model_operation *out)
{
    struct model_candidate fragment = {0}, line = {0};
    const struct pf_slice mid = candidate->mid;
    out->kind = PF_OPERATION_ADD_ICE_CANDIDATE;
    out->has_section =
        mid.data ? mid.size == 1 && mid.data[0] >= '0' && mid.data[0] < '0' + MODEL_SECTIONS_COUNT
                 : candidate->mline_index >= 0 && candidate->mline_index < MODEL_SECTIONS_COUNT;
    out->has_fragment = candidate->username_fragment.data != NULL;
    out->is_end = candidate->candidate.size == 0;
    const bool has_line = !out->is_end && read_line(candidate->candidate, &line);
    const bool knows_fragment =
        out->has_fragment && read_fragment(candidate->username_fragment, &fragment);
    const bool agrees =
        line.identity == fragment.identity && line.generation == fragment.generation;
    out->is_readable = out->is_end ? knows_fragment || !out->has_fragment
                                   : has_line && (!out->has_fragment || (knows_fragment && agrees));
    out->candidates[0] = out->is_end ? fragment : line;
    out->candidates_count = 1;
}
