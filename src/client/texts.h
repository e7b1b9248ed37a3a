/* texts.h - what peers have written, until the program is told. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CLIENT_TEXTS_H
#define PF_CLIENT_TEXTS_H

#include "client/peerface/client.h"
#include "core/room.h"

/* Each comes with an event of its own, after which the program is told; more never wait. */
enum { PF_CLIENT_TEXTS_MAX = 4 };

struct pf_client_text {
    pf_peer_id peer; /* 0: has left */
    size_t size;
    char text[PF_CHAT_TEXT_SIZE_MAX + 1];
};

struct pf_client_texts {
    size_t first, count;
    struct pf_client_text list[PF_CLIENT_TEXTS_MAX]; /* a ring */
};

/* Keeps a copy. Where there is no room, the oldest is lost. */
void pf_client_texts_put(struct pf_client_texts *texts, pf_peer_id peer, struct pf_slice text);

/* The oldest, taken out; it stays where it is until the next put(). NULL: none. */
const struct pf_client_text *pf_client_texts_take(struct pf_client_texts *texts);

#endif
