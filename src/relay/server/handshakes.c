/* handshakes.c - TLS handshakes that are going on, and their bounds. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/handshakes.h"

#include "base/assert.h"
#include "relay/server/clock.h"
#include "relay/server/link.h"

#include <stdint.h>

/*
 * What an iteration does for handshakes: about one, since it is known only afterwards how long one
 * takes. What others have sent meanwhile waits no longer than that. Those that end cost less, but
 * that is not in the time.
 */
enum { ITERATION_NS_MAX = 100000, ITERATION_READS_MAX = 8 };

void pf_handshakes_begin_iteration(struct pf_server *server)
{
    server->handshakes.spent_ns = 0;
    server->handshakes.reads = 0;
    server->handshakes.wait = false;
}

bool pf_handshakes_wait(const struct pf_server *server)
{
    return server->handshakes.wait;
}

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
        pf_handshakes_remove(server, oldest);
        pf_link_kill(server, oldest);
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
    pf_link_set_timeout(server, link, server->config.tls.handshake_ms);
    return true;
}

bool pf_handshakes_take_turn(struct pf_server *server)
{
    if (server->handshakes.spent_ns > ITERATION_NS_MAX ||
        server->handshakes.reads == ITERATION_READS_MAX) {
        server->handshakes.wait = true;
        return false;
    }
    server->handshakes.reads++;
    server->handshakes.turn_ns = pf_clock_ns();
    return true;
}

void pf_handshakes_advance(struct pf_server *server, struct pf_link *link)
{
    if (link->opening == PF_OPENING_HANDSHAKE) {
        server->handshakes.spent_ns += pf_clock_ns() - server->handshakes.turn_ns;
    }
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
