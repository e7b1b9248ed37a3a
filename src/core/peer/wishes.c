/* wishes.c - how wide a peer's pictures are shown here, and telling it. */
/* SPDX-License-Identifier: MIT */
#include "core/peer/wishes.h"

#include "core/peer/peer.h"

enum { TELL_MS = 500 }; /* between two messages; windows are resized in many small steps */

void pf_wishes_init(struct pf_wishes *wishes)
{
    *wishes = (struct pf_wishes){.widths = {PF_WIDTH_DEFAULT, PF_WIDTH_DEFAULT}, .at_ms = PF_NEVER};
}

void pf_wishes_set(struct pf_wishes *wishes, enum pf_source source, uint32_t width)
{
    const uint32_t picture = (uint32_t)source - PF_SOURCE_CAMERA;
    const uint32_t clamped = width < PF_WIDTH_MAX ? width : PF_WIDTH_MAX;
    if (picture < PF_PICTURES_COUNT && (!wishes->is_set || wishes->widths[picture] != clamped)) {
        wishes->widths[picture] = clamped;
        wishes->is_set = wishes->is_due = true;
    }
}

void pf_wishes_forget_told(struct pf_wishes *wishes)
{
    wishes->is_due = wishes->is_set;
}

void pf_wishes_tell(struct pf_peer *peer, struct pf_context *context)
{
    struct pf_wishes *wishes = &peer->wishes;
    const struct pf_slice capabilities = {peer->capabilities, peer->capabilities_size};
    wishes->at_ms = PF_NEVER;
    if (!wishes->is_due || !pf_capabilities_have(capabilities, PF_CAPABILITY_QUALITY)) {
        return;
    }
    if (context->now_ms < wishes->next_ms) {
        wishes->at_ms = wishes->next_ms;
        return;
    }
    context->outbox.message.type = PF_MESSAGE_WANTED;
    context->outbox.message.wanted.camera = wishes->widths[0];
    context->outbox.message.wanted.screen = wishes->widths[1];
    if (pf_signaling_send_on_channel(peer, context)) {
        wishes->is_due = false;
        wishes->next_ms = context->now_ms + TELL_MS;
    }
}
