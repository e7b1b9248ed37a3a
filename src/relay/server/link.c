/* link.c - one connection: its stage, its timeout and what it sends. */
/* SPDX-License-Identifier: MIT */
/*
 * What is sent during an iteration of the event loop is collected as segments in an arena. At the
 * end of the iteration each link writes its segments with one system call. Bytes that the kernel
 * does not accept are copied and kept until epoll reports that the socket is writable. Links are
 * freed only at the end of an iteration, so pointers to them stay valid during it.
 */
#include "relay/server/link.h"

#include "base/assert.h"
#include "relay/server/handshakes.h"
#include "relay/server/proxied.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    PIECES_MAX = 64, /* of one write; 1 KiB on the stack */
    KEPT_SIZE_MIN = 4096,
    FILE_CHUNKS_MAX = 1, /* of PF_RECEIVE_SIZE each, written in one iteration for all links */
};

static bool has_kept(const struct pf_link *link)
{
    return link->kept_sent < link->kept_size;
}

bool pf_link_is_busy(const struct pf_link *link)
{
    return has_kept(link) || link->segments || link->file_fd >= 0;
}

char *pf_link_alloc(struct pf_server *server, size_t size)
{
    return pf_arena_take(&server->frames, size);
}

void pf_link_mark(struct pf_server *server, struct pf_link *link)
{
    if (!link->is_dirty) {
        link->is_dirty = true;
        link->dirty_next = server->dirty;
        server->dirty = link;
    }
}

void pf_link_set_timeout(struct pf_server *server, struct pf_link *link, uint32_t timeout_ms)
{
    pf_timers_set(&server->timers, &link->deadline, server->now_ms + timeout_ms);
}

void pf_link_set_stage(struct pf_server *server, struct pf_link *link, enum pf_stage stage,
                       uint32_t timeout_ms)
{
    PF_ASSERT(stage > link->stage);
    link->stage = stage;
    if (timeout_ms > 0) {
        pf_link_set_timeout(server, link, timeout_ms);
    } else {
        pf_timers_cancel(&server->timers, &link->deadline);
    }
    pf_link_mark(server, link);
}

void pf_link_kill(struct pf_server *server, struct pf_link *link)
{
    if (link->stage != PF_STAGE_DEAD) {
        server->dead_count++;
        pf_link_set_stage(server, link, PF_STAGE_DEAD, 0);
    }
}

void pf_link_queue(struct pf_server *server, struct pf_link *link, const char *data, size_t size)
{
    struct pf_segment *last = link->segments_last;
    if (link->stage == PF_STAGE_DEAD) {
        return;
    }
    pf_link_mark(server, link);
    if (last && last->data + last->size == data) {
        last->size += size;
        return;
    }
    /* Nothing but segments is allocated here, so all are aligned like the first one. */
    _Static_assert(sizeof(struct pf_arena_chunk) % alignof(struct pf_segment) == 0, "aligned");
    _Static_assert(sizeof(struct pf_segment) % alignof(struct pf_segment) == 0, "aligned");
    struct pf_segment *segment = (void *)pf_arena_take(&server->segments, sizeof *segment);
    if (!segment) {
        pf_link_kill(server, link);
        return;
    }
    *segment = (struct pf_segment){.data = data, .size = size};
    if (last) {
        last->next = segment;
    } else {
        link->segments = segment;
    }
    link->segments_last = segment;
}

/* Moves the unsent bytes to the front of the buffer. */
static void forget_sent(struct pf_link *link)
{
    link->kept_size -= link->kept_sent;
    if (link->kept_size > 0) {
        memmove(link->kept, link->kept + link->kept_sent, link->kept_size);
    }
    link->kept_sent = 0;
}

/* Copies what the kernel did not accept. False if the reader is too far behind. */
static bool keep(struct pf_link *link, const char *data, size_t size)
{
    if (link->kept_sent == link->kept_size || size > PF_KEPT_SIZE_MAX - link->kept_size) {
        forget_sent(link);
    }
    if (size > PF_KEPT_SIZE_MAX - link->kept_size) {
        return false;
    }
    const size_t needed = link->kept_size + size;
    if (needed > link->kept_capacity) {
        size_t capacity = link->kept_capacity > 0 ? link->kept_capacity : KEPT_SIZE_MIN;
        while (capacity < needed) {
            capacity *= 2;
        }
        char *kept = realloc(link->kept, capacity);
        if (!kept) {
            return false;
        }
        link->kept = kept;
        link->kept_capacity = (uint32_t)capacity;
    }
    memcpy(link->kept + link->kept_size, data, size);
    link->kept_size = (uint32_t)needed;
    return true;
}

/* Writes as many of the pieces as possible and keeps the rest. False if the connection is lost. */
static bool write_pieces(struct pf_server *server, struct pf_link *link, struct iovec *pieces,
                         size_t count)
{
    size_t written = 0;
    if (!has_kept(link)) {
        const ssize_t put = pf_stream_write(&link->stream, pieces, count);
        if (put < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
            return false;
        }
        written = put > 0 ? (size_t)put : 0;
        server->metrics.bytes_sent += written;
    }
    for (size_t i = 0; i < count; i++) {
        const size_t size = pieces[i].iov_len;
        if (written >= size) {
            written -= size;
            continue;
        }
        if (!keep(link, (const char *)pieces[i].iov_base + written, size - written)) {
            return false;
        }
        written = 0;
    }
    return true;
}

static bool write_kept(struct pf_server *server, struct pf_link *link)
{
    while (has_kept(link)) {
        struct iovec piece = {
            .iov_base = link->kept + link->kept_sent,
            .iov_len = link->kept_size - link->kept_sent,
        };
        const ssize_t put = pf_stream_write(&link->stream, &piece, 1);
        if (put < 0) {
            return errno == EAGAIN || errno == EWOULDBLOCK;
        }
        link->kept_sent += (uint32_t)put;
        server->metrics.bytes_sent += (uint64_t)put;
    }
    if (link->kept) {
        free(link->kept);
        link->kept = NULL;
        link->kept_size = link->kept_sent = link->kept_capacity = 0;
    }
    return true;
}

static bool write_segments(struct pf_server *server, struct pf_link *link)
{
    struct iovec pieces[PIECES_MAX];
    size_t count = 0;
    for (const struct pf_segment *segment = link->segments; segment; segment = segment->next) {
        pieces[count++] =
            (struct iovec){.iov_base = (void *)(uintptr_t)segment->data, .iov_len = segment->size};
        if (count == PIECES_MAX || !segment->next) {
            if (!write_pieces(server, link, pieces, count)) {
                return false;
            }
            count = 0;
        }
    }
    link->segments = link->segments_last = NULL;
    return true;
}

/* Of a file the kernel keeps no more than this beyond what is under way: what readers that read
 * nothing make it hold would be megabytes each, and lacks where members' messages need it. */
static void bound_unsent(const struct pf_link *link)
{
    const int size = 2 * PF_RECEIVE_SIZE;
    /* An error only costs memory. */
    (void)setsockopt(link->stream.fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &size, sizeof size);
}

/* Writes part of the file. What the kernel does not accept is read again later, not kept. Readers
 * wait for one another, so that the members' messages do not wait for all of them. */
static bool write_file(struct pf_server *server, struct pf_link *link)
{
    if (link->file_at == 0 && link->file_size > PF_RECEIVE_SIZE) {
        bound_unsent(link);
    }
    for (; server->file_chunks < FILE_CHUNKS_MAX && link->file_at < link->file_size;
         server->file_chunks++) {
        const uint64_t left = link->file_size - link->file_at;
        const size_t size = left < PF_RECEIVE_SIZE ? (size_t)left : PF_RECEIVE_SIZE;
        const ssize_t got = pread(link->file_fd, server->input, size, (off_t)link->file_at);
        if (got <= 0) {
            return false; /* truncated meanwhile: Content-Length cannot be kept */
        }
        struct iovec piece = {.iov_base = server->input, .iov_len = (size_t)got};
        const ssize_t put = pf_stream_write(&link->stream, &piece, 1);
        if (put < 0) {
            return errno == EAGAIN || errno == EWOULDBLOCK;
        }
        link->file_at += (uint64_t)put;
        server->metrics.bytes_sent += (uint64_t)put;
        pf_link_set_timeout(server, link, server->config.stall_ms);
    }
    if (link->file_at == link->file_size) {
        (void)close(link->file_fd); /* opened for reading only */
        link->file_fd = -1;
        if (link->closes_after_file && link->stage == PF_STAGE_HTTP) {
            pf_link_set_stage(server, link, PF_STAGE_DRAINING, PF_GOODBYE_MS);
        }
    }
    return true;
}

bool pf_link_write(struct pf_server *server, struct pf_link *link)
{
    if (!write_kept(server, link) || !write_segments(server, link)) {
        return false;
    }
    return has_kept(link) || link->file_fd < 0 || write_file(server, link);
}

void pf_link_watch(struct pf_server *server, struct pf_link *link)
{
    const bool busy = pf_link_is_busy(link);
    uint32_t wanted = busy || pf_stream_wants_write(&link->stream) ? EPOLLOUT : 0;
    /* The next request waits until the response before it is written. */
    if (link->stage != PF_STAGE_HTTP || !busy) {
        wanted |= EPOLLIN;
    }
    if (wanted == link->watched) {
        return;
    }
    struct epoll_event event = {.events = wanted, .data.u64 = link->index};
    link->watched = wanted;
    if (epoll_ctl(server->epoll_fd, EPOLL_CTL_MOD, link->stream.fd, &event) != 0) {
        pf_link_kill(server, link);
    }
}

void pf_link_free(struct pf_server *server, struct pf_link *link)
{
    server->metrics.handshakes_failed += link->opening == PF_OPENING_HANDSHAKE ? 1 : 0;
    pf_handshakes_remove(server, link);
    pf_addresses_leave(link->address);
    server->dead_count -= link->stage == PF_STAGE_DEAD ? 1 : 0;
    pf_timers_cancel(&server->timers, &link->deadline);
    pf_websocket_clear(&link->websocket);
    pf_stream_close(&link->stream);
    if (link->file_fd >= 0) {
        (void)close(link->file_fd); /* opened for reading only */
    }
    server->links[link->index] = NULL;
    server->free_indexes[server->free_count++] = link->index;
    server->links_count--;
    free(link->kept);
    free(link->input);
    free(link);
}

/*
 * Links that are no clients of the hub have a number of their own, and every one has a deadline:
 * the page and the health check can be had however many WebSockets there are, and whoever waits for
 * nothing gives way to those who come.
 */
static void make_room(struct pf_server *server)
{
    const size_t living = server->links_count - server->dead_count;
    if (living - pf_hub_counts(server->hub).clients >= server->config.requests_max) {
        const struct pf_timer *timer = pf_timers_due(&server->timers, UINT64_MAX);
        if (timer) {
            pf_link_kill(server, timer->owner);
        }
    }
}

/* Gives the link an index and registers it. Its address has been asked before: who is refused does
 * not make others give way. */
static bool take_place(struct pf_server *server, struct pf_link *link)
{
    make_room(server);
    if (server->free_count == 0 ||
        pf_timers_reserve(&server->timers, server->links_count + 1) != PF_ERROR_OK) {
        return false;
    }
    link->index = server->free_indexes[server->free_count - 1];
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = link->index};
    if (epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, link->stream.fd, &event) != 0) {
        return false;
    }
    server->free_count--;
    server->links[link->index] = link;
    server->links_count++;
    return true;
}

bool pf_link_open(struct pf_server *server, int fd, enum pf_door door, const struct pf_ip *ip)
{
    struct pf_link *link = malloc(sizeof *link);
    if (!link) {
        return false;
    }
    *link = (struct pf_link){
        .stream = {.fd = fd},
        .door = door,
        .watched = EPOLLIN,
        .deadline = {.owner = link},
        .file_fd = -1,
    };
    if (!pf_proxied_begin(server, link, ip) || !take_place(server, link)) {
        pf_addresses_leave(link->address);
        free(link);
        return false;
    }
    pf_link_set_timeout(server, link, server->config.request_ms);
    if (door == PF_DOOR_MAIN && link->opening == PF_OPENING_NONE && server->tls.ssl &&
        !pf_handshakes_begin(server, link)) {
        pf_link_kill(server, link);
    }
    return true;
}
