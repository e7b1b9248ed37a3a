/* texts.c - what peers have written, until the program is told. */
/* SPDX-License-Identifier: MIT */
#include "client/texts.h"

const struct pf_client_text *pf_client_texts_take(struct pf_client_texts *texts)
{
    if (texts->count == 0) {
        return NULL;
    }
    const struct pf_client_text *text = &texts->list[texts->first];
    texts->first = (texts->first + 1) % PF_CLIENT_TEXTS_MAX;
    texts->count--;
    return text;
}

void pf_client_texts_put(struct pf_client_texts *texts, pf_peer_id peer, struct pf_slice text)
{
    if (texts->count == PF_CLIENT_TEXTS_MAX) {
        (void)pf_client_texts_take(texts); /* given up */
    }
    struct pf_client_text *place =
        &texts->list[(texts->first + texts->count++) % PF_CLIENT_TEXTS_MAX];
    place->peer = peer;
    place->size = pf_slice_copy(text, place->text, sizeof place->text);
}
