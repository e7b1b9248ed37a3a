/* sdp.c - the texts that stand for descriptions and candidates in a simulated world. */
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

static bool take_number(struct pf_slice *text, uint32_t *out)
{
    uint64_t value = 0;
    size_t at = 0;
    while (at < text->size && text->data[at] >= '0' && text->data[at] <= '9' && at < 10) {
        value = value * 10 + (uint64_t)(text->data[at++] - '0');
    }
    if (at == 0 || at == text->size || text->data[at] != ' ' || value > UINT32_MAX) {
        return false;
    }
    text->data += at + 1;
    text->size -= at + 1;
    *out = (uint32_t)value;
    return true;
}

void sim_sdp_write(const struct sim_sdp *sdp, const struct sim_candidate *candidates, size_t count,
                   size_t padding, struct pf_buffer *out)
{
    pf_buffer_put(out, PF_SLICE("v=0 "));
    put_number(out, (uint32_t)sdp->type);
    put_number(out, sdp->identity);
    put_number(out, sdp->version);
    put_number(out, sdp->generation);
    put_number(out, sdp->peer_identity);
    put_number(out, sdp->peer_version);
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

bool sim_sdp_read(struct pf_slice text, struct sim_operation *operation)
{
    struct sim_sdp *sdp = &operation->sdp;
    uint32_t type, count;
    if (!skip(&text, PF_SLICE("v=0 ")) || !take_number(&text, &type) ||
        !take_number(&text, &sdp->identity) || !take_number(&text, &sdp->version) ||
        !take_number(&text, &sdp->generation) || !take_number(&text, &sdp->peer_identity) ||
        !take_number(&text, &sdp->peer_version) || !take_number(&text, &count) || type > 1 ||
        count > 8) {
        return false;
    }
    sdp->type = (enum pf_description_type)type;
    operation->candidates_count = count;
    for (uint32_t i = 0; i < count; i++) {
        struct sim_candidate *candidate = &operation->candidates[i];
        *candidate =
            (struct sim_candidate){.identity = sdp->identity, .generation = sdp->generation};
        if (!take_number(&text, &candidate->address) || !take_number(&text, &candidate->number)) {
            return false;
        }
    }
    return sdp->identity != 0;
}

void sim_candidate_write(const struct sim_candidate *candidate, struct pf_buffer *out)
{
    pf_buffer_put(out, PF_SLICE("candidate:"));
    put_number(out, candidate->identity);
    put_number(out, candidate->generation);
    put_number(out, candidate->address);
    put_number(out, candidate->number);
}

bool sim_candidate_read(struct pf_slice text, struct sim_candidate *out)
{
    return skip(&text, PF_SLICE("candidate:")) && take_number(&text, &out->identity) &&
           take_number(&text, &out->generation) && take_number(&text, &out->address) &&
           take_number(&text, &out->number);
}

void sim_fragment_write(uint32_t identity, uint32_t generation, struct pf_buffer *out)
{
    pf_buffer_put(out, PF_SLICE("u"));
    pf_buffer_put_u64(out, identity);
    pf_buffer_put(out, PF_SLICE("g"));
    pf_buffer_put_u64(out, generation);
}

bool sim_fragment_is(struct pf_slice fragment, uint32_t identity, uint32_t generation)
{
    char text[32];
    struct pf_buffer out;
    pf_buffer_init(&out, text, sizeof(text));
    sim_fragment_write(identity, generation, &out);
    return pf_slice_equal(fragment, pf_buffer_slice(&out));
}
