/* io.c - what an iteration of the event loop reads and writes. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/io.h"

#include "base/assert.h"
#include "relay/server/bridge.h"
#include "relay/server/clock.h"
#include "relay/server/handshakes.h"
#include "relay/server/link.h"
#include "relay/server/proxied.h"
#include "relay/server/web.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

/* Reading */

/* Puts the link's incomplete request, if any, at the start of server->input. Returns its size. */
static size_t restore_input(struct pf_server *server, struct pf_link *link)
{
    struct pf_transit *transit = link->transit;
    const size_t size = transit ? transit->input_size : 0;
    if (size > 0) {
        memcpy(server->input, transit->input, size);
        free(transit->input);
        transit->input = NULL;
        transit->input_size = 0;
    }
    return size;
}

static void keep_input(struct pf_server *server, struct pf_link *link, const char *bytes,
                       size_t size)
{
    if (size == 0) {
        return;
    }
    char *input = malloc(size);
    if (!input) {
        pf_link_kill(server, link);
        return;
    }
    memcpy(input, bytes, size);
    link->transit->input = input;
    link->transit->input_size = (uint32_t)size;
}

/* The time that somebody takes who is no member; see arrivals.h. 0 for members, of whom it would
 * cost too much to read the clock. */
static uint64_t begin_other(const struct pf_link *link)
{
    return link->stage == PF_STAGE_WEBSOCKET && !link->is_arriving ? 0 : pf_clock_ns();
}

static void end_other(struct pf_server *server, uint64_t since_ns)
{
    server->arrivals.others_ns += since_ns > 0 ? pf_clock_ns() - since_ns : 0;
}

static void on_bytes(struct pf_server *server, struct pf_link *link, size_t size)
{
    size_t taken = 0;
    if (link->stage == PF_STAGE_HTTP) {
        taken = pf_web_read(server, link, (struct pf_slice){server->input, size});
        if (link->stage == PF_STAGE_HTTP) {
            keep_input(server, link, server->input + taken, size - taken);
            return;
        }
    }
    if (link->stage == PF_STAGE_WEBSOCKET && !link->is_arriving) {
        server->talked_ns = server->now_ns;
    }
    switch (link->stage) {
    case PF_STAGE_WEBSOCKET:
    case PF_STAGE_ECHO:
    case PF_STAGE_CLOSING:
        pf_bridge_read(server, link, server->input + taken, size - taken);
        return;
    case PF_STAGE_HTTP:
    case PF_STAGE_DRAINING:
    case PF_STAGE_DEAD: return; /* whatever still arrives is discarded */
    }
}

static void on_readable(struct pf_server *server, struct pf_link *link)
{
    if (link->opening == PF_OPENING_PROXY_HEADER) {
        pf_proxied_read_header(server, link);
        return;
    }
    const size_t before = restore_input(server, link);
    PF_ASSERT(before <= PF_INPUT_SIZE_MAX - PF_RECEIVE_SIZE);
    const ssize_t got = pf_stream_read(&link->stream, server->input + before, PF_RECEIVE_SIZE);
    const int error = errno;
    if (link->stream.tls) {
        pf_handshakes_advance(server, link);
    }
    server->metrics.bytes_received += got > 0 ? (uint64_t)got : 0;
    if (got > 0 &&
        !pf_addresses_take_bytes(&server->addresses, link->address, server->now_ms, (size_t)got)) {
        server->metrics.refused_bytes++;
        pf_bridge_cut(server, link);
    } else if (got > 0) {
        on_bytes(server, link, before + (size_t)got);
    } else if (got < 0 && (error == EAGAIN || error == EWOULDBLOCK)) {
        keep_input(server, link, server->input, before);
    } else {
        pf_link_kill(server, link);
    }
}

void pf_io_event(struct pf_server *server, uint64_t index, uint32_t events)
{
    struct pf_link *link = server->links[index];
    if (!link || link->stage == PF_STAGE_DEAD) {
        return;
    }
    /* EPOLLERR and EPOLLHUP are not handled here: the next read or write reports the error. */
    const uint64_t since_ns = begin_other(link);
    if ((link->watches_reads && (events & ~(uint32_t)EPOLLOUT) != 0) ||
        pf_stream_wants_write(&link->stream)) {
        on_readable(server, link);
    }
    end_other(server, since_ns);
    if ((events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0) {
        pf_link_mark(server, link);
    }
}

/* Writing */

/* A response has been written completely: goes on with requests that were pipelined behind it. */
static void on_written(struct pf_server *server, struct pf_link *link)
{
    if (link->stage == PF_STAGE_DRAINING && !link->is_written_off) {
        link->is_written_off = true;
        pf_stream_shutdown(&link->stream);
    }
    if (link->stage != PF_STAGE_HTTP) {
        return;
    }
    pf_link_set_timeout(server, link, server->config.idle_ms);
    if (link->transit->input_size > 0) {
        on_bytes(server, link, restore_input(server, link));
    }
}

/* After a write, which has failed if the connection is lost. */
static void settle(struct pf_server *server, struct pf_link *link, bool was_busy, bool is_lost)
{
    if (is_lost) {
        pf_link_kill(server, link);
        return;
    }
    if (!pf_link_is_busy(link) && (was_busy || link->stage == PF_STAGE_DRAINING)) {
        on_written(server, link);
    }
    pf_link_watch(server, link);
}

static void flush(struct pf_server *server, struct pf_link *link)
{
    const bool was_busy = pf_link_is_busy(link);
    const uint64_t since_ns = begin_other(link);
    settle(server, link, was_busy, !pf_link_write(server, link));
    end_other(server, since_ns);
}

/* Flushes the first link of the dirty list, and moves it to the list `dead` if it has died. */
static void flush_first(struct pf_server *server, struct pf_link **dead)
{
    struct pf_link *link = server->dirty;
    server->dirty = link->dirty_next;
    link->is_dirty = false;
    if (link->stage != PF_STAGE_DEAD) {
        flush(server, link);
    }
    /* A link that died in flush() is already in the dirty list again. */
    if (link->stage == PF_STAGE_DEAD && !link->is_dirty) {
        link->is_dirty = true; /* it is in the list of the dead, and stays out of the dirty one */
        link->dirty_next = *dead;
        *dead = link;
    }
}

/* The end of one link makes the hub send to others, and those writes may fail: hence two loops. */
void pf_io_flush(struct pf_server *server)
{
    struct pf_link *dead = NULL;
    while (server->dirty || dead) {
        while (server->dirty) {
            flush_first(server, &dead);
        }
        if (dead) {
            struct pf_link *link = dead;
            dead = link->dirty_next;
            pf_bridge_lost(server, link);
            pf_link_free(server, link);
        }
    }
    pf_arena_reset(&server->frames);
    pf_arena_reset(&server->segments);
}

void pf_io_write_file(struct pf_server *server)
{
    struct pf_link *link = server->file_link;
    server->file_link = NULL;
    if (link) {
        PF_ASSERT(link->stage != PF_STAGE_DEAD);
        settle(server, link, true, !pf_link_write_file(server, link));
        pf_io_flush(server);
    }
}
