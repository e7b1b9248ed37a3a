/* handshakes.c - TLS handshakes that are going on, and their bounds. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/handshakes.h"

#include "base/assert.h"
#include "relay/server/link.h"

bool pf_handshakes_begin(struct pf_server *server, struct pf_link *link)
{
    struct pf_handshakes *all = &server->handshakes;
    pf_tls_context_rotate(&server->tls, server->now_ms);
    link->stream.tls = pf_tls_new(&server->tls, link->stream.fd);
    if (!link->stream.tls) {
        return false;
    }
    if (all->count == server->config.tls.handshakes_max) {
        struct pf_link *oldest = all->oldest;
        server->metrics.handshakes_failed++;
        pf_link_kill(server, oldest);
        pf_handshakes_remove(server, oldest);
    }
    link->transit->handshake_older = all->newest;
    if (all->newest) {
        all->newest->transit->handshake_newer = link;
    } else {
        all->oldest = link;
    }
    all->newest = link;
    all->count++;
    link->opening = PF_OPENING_HANDSHAKE;
    pf_link_set_arriving(server, link, true);
    pf_link_set_timeout(server, link, server->config.tls.handshake_ms);
    return true;
}

void pf_handshakes_advance(struct pf_server *server, struct pf_link *link)
{
    if (pf_stream_wants_write(&link->stream)) {
        pf_link_mark(server, link);
    }
    if (link->opening == PF_OPENING_HANDSHAKE && !pf_stream_is_handshaking(&link->stream)) {
        server->metrics.handshakes++;
        pf_handshakes_remove(server, link);
        pf_link_set_timeout(server, link, server->config.request_ms);
    }
}

void pf_handshakes_remove(struct pf_server *server, struct pf_link *link)
{
    struct pf_handshakes *all = &server->handshakes;
    if (link->opening != PF_OPENING_HANDSHAKE) {
        return;
    }
    PF_ASSERT(all->count > 0);
    all->count--;
    link->opening = PF_OPENING_NONE;
    pf_link_set_arriving(server, link, false);
    struct pf_transit *transit = link->transit;
    if (transit->handshake_older) {
        transit->handshake_older->transit->handshake_newer = transit->handshake_newer;
    } else {
        all->oldest = transit->handshake_newer;
    }
    if (transit->handshake_newer) {
        transit->handshake_newer->transit->handshake_older = transit->handshake_older;
    } else {
        all->newest = transit->handshake_older;
    }
    transit->handshake_older = transit->handshake_newer = NULL;
}
