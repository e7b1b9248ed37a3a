/* wishes.c - how wide a peer's pictures are shown here, and telling it. */
/* SPDX-License-Identifier: MIT */
#include "core/peer/wishes.h"

#include "core/peer/peer.h"

#include <string.h>

enum { TELL_MS = 500 }; /* between two messages; windows are resized in many small steps */

void pf_wishes_init(struct pf_wishes *wishes)
{
    *wishes = (struct pf_wishes){.at_ms = PF_NEVER};
    for (int i = 0; i < PF_PICTURES_COUNT; i++) {
        wishes->widths[i] = PF_WIDTH_DEFAULT;
    }
}

void pf_wishes_set(struct pf_wishes *wishes, enum pf_source source, uint32_t width)
{
    if (source == PF_SOURCE_CAMERA || source == PF_SOURCE_SCREEN) {
        wishes->widths[source - PF_SOURCE_CAMERA] = width < PF_WIDTH_MAX ? width : PF_WIDTH_MAX;
        wishes->is_set = true;
    }
}

void pf_wishes_forget_told(struct pf_wishes *wishes)
{
    wishes->is_told = false;
}

void pf_wishes_tell(struct pf_peer *peer, struct pf_context *context)
{
    struct pf_wishes *wishes = &peer->wishes;
    const struct pf_slice capabilities = {peer->capabilities, peer->capabilities_size};
    wishes->at_ms = PF_NEVER;
    if (!wishes->is_set || peer->connection.pc == 0 || !peer->connection.channel_open ||
        (wishes->is_told && memcmp(wishes->told, wishes->widths, sizeof wishes->told) == 0) ||
        !pf_capabilities_have(capabilities, PF_CAPABILITY_QUALITY)) {
        return;
    }
    if (context->now_ms < wishes->next_ms) {
        wishes->at_ms = wishes->next_ms;
        return;
    }
    context->outbox.message.type = PF_MESSAGE_WANTED;
    context->outbox.message.wanted.camera = wishes->widths[0];
    context->outbox.message.wanted.screen = wishes->widths[1];
    (void)pf_signaling_send_on_channel(peer, context); /* the channel is open */
    memcpy(wishes->told, wishes->widths, sizeof wishes->told);
    wishes->is_told = true;
    wishes->next_ms = context->now_ms + TELL_MS;
}
