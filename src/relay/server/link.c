/* link.c - one connection: its stage, its timeout and what it sends. */
/* SPDX-License-Identifier: MIT */
/*
 * What is sent during an iteration of the event loop is collected as segments in an arena. At the
 * end of the iteration each link writes its segments with one system call. Bytes that the kernel
 * does not accept are copied and kept until epoll reports that the socket is writable. Links are
 * freed only at the end of an iteration, so pointers to them stay valid during it.
 *
 * Of files, an iteration writes one piece, for the link that has waited for it the longest: those
 * who download have equal shares, and members' messages wait for one piece, not for all of them.
 */
#include "relay/server/link.h"

#include "base/assert.h"
#include "relay/server/handshakes.h"
#include "relay/server/logic.h"
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
};

_Static_assert(sizeof(void *) != 8 || sizeof(struct pf_link) <= 72, "an idle WebSocket is small");

bool pf_link_has_file(const struct pf_link *link)
{
    return link->transit && link->transit->file_fd >= 0;
}

bool pf_link_is_busy(const struct pf_link *link)
{
    return link->kept || link->segments || pf_link_has_file(link);
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

/* False if memory is short. */
static bool need_transit(struct pf_link *link)
{
    if (!link->transit) {
        link->transit = malloc(sizeof *link->transit);
        if (!link->transit) {
            return false;
        }
        *link->transit = (struct pf_transit){.link = link, .file_fd = -1};
    }
    return true;
}

static void free_transit(struct pf_server *server, struct pf_link *link)
{
    struct pf_transit *transit = link->transit;
    if (transit) {
        pf_timers_cancel(&server->timers, &transit->deadline);
        if (transit->file_fd >= 0) {
            (void)close(transit->file_fd); /* opened for reading only */
        }
        free(transit->input);
        free(transit);
        link->transit = NULL;
    }
}

void pf_link_set_timeout(struct pf_server *server, struct pf_link *link, uint32_t timeout_ms)
{
    if (need_transit(link)) {
        pf_timers_set(&server->timers, &link->transit->deadline, server->now_ms + timeout_ms);
    } else {
        pf_link_kill(server, link);
    }
}

void pf_link_set_stage(struct pf_server *server, struct pf_link *link, enum pf_stage stage,
                       uint32_t timeout_ms)
{
    PF_ASSERT(stage > link->stage);
    link->stage = stage;
    if (timeout_ms > 0) {
        pf_link_set_timeout(server, link, timeout_ms);
    } else if (stage == PF_STAGE_DEAD) {
        if (link->transit) {
            pf_timers_cancel(&server->timers, &link->transit->deadline);
        }
    } else {
        PF_ASSERT(link->opening == PF_OPENING_NONE);
        PF_ASSERT(!pf_link_has_file(link));
        free_transit(server, link);
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
    struct pf_segment *last = link->segments;
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
    segment->next = last ? last->next : segment;
    if (last) {
        last->next = segment;
    }
    link->segments = segment;
}

/* Moves the unsent bytes to the front of the buffer. */
static void forget_sent(struct pf_kept *kept)
{
    kept->size -= kept->sent;
    memmove(kept->data, kept->data + kept->sent, kept->size);
    kept->sent = 0;
}

/* Makes room for `size` bytes more. False if the reader is too far behind. */
static bool reserve_kept(struct pf_link *link, size_t size)
{
    struct pf_kept *kept = link->kept;
    if (kept && size > PF_KEPT_SIZE_MAX - kept->size) {
        forget_sent(kept);
    }
    const size_t used = kept ? kept->size : 0;
    if (size > PF_KEPT_SIZE_MAX - used) {
        return false;
    }
    size_t capacity = kept ? kept->capacity : KEPT_SIZE_MIN;
    while (capacity < used + size) {
        capacity *= 2;
    }
    if (!kept || capacity > kept->capacity) {
        struct pf_kept *grown = realloc(kept, sizeof *grown + capacity);
        if (!grown) {
            return false;
        }
        if (!kept) {
            *grown = (struct pf_kept){.size = 0};
        }
        grown->capacity = (uint32_t)capacity;
        link->kept = grown;
    }
    return true;
}

/* Copies what the kernel did not accept. False if the reader is too far behind. */
static bool keep(struct pf_link *link, const char *data, size_t size)
{
    if (!reserve_kept(link, size)) {
        return false;
    }
    memcpy(link->kept->data + link->kept->size, data, size);
    link->kept->size += (uint32_t)size;
    return true;
}

/* Writes as many of the pieces as possible and keeps the rest. False if the connection is lost. */
static bool write_pieces(struct pf_server *server, struct pf_link *link, struct iovec *pieces,
                         size_t count)
{
    size_t written = 0;
    if (!link->kept) {
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
    struct pf_kept *kept = link->kept;
    while (kept && kept->sent < kept->size) {
        struct iovec piece = {
            .iov_base = kept->data + kept->sent,
            .iov_len = kept->size - kept->sent,
        };
        const ssize_t put = pf_stream_write(&link->stream, &piece, 1);
        if (put < 0) {
            return errno == EAGAIN || errno == EWOULDBLOCK;
        }
        kept->sent += (uint32_t)put;
        server->metrics.bytes_sent += (uint64_t)put;
    }
    free(kept);
    link->kept = NULL;
    return true;
}

static bool write_segments(struct pf_server *server, struct pf_link *link)
{
    struct iovec pieces[PIECES_MAX];
    const struct pf_segment *last = link->segments;
    const struct pf_segment *segment = last;
    size_t count = 0;
    if (!last) {
        return true;
    }
    do {
        segment = segment->next;
        pieces[count++] =
            (struct iovec){.iov_base = (void *)(uintptr_t)segment->data, .iov_len = segment->size};
        if (count == PIECES_MAX || segment == last) {
            if (!write_pieces(server, link, pieces, count)) {
                return false;
            }
            count = 0;
        }
    } while (segment != last);
    link->segments = NULL;
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

void pf_link_set_file(struct pf_server *server, struct pf_link *link, int fd, uint64_t size)
{
    struct pf_transit *transit = link->transit;
    PF_ASSERT(transit->file_fd < 0);
    transit->file_fd = fd;
    transit->file_at = 0;
    transit->file_size = size;
    transit->file_order = ++server->last_file_order;
    if (size > PF_RECEIVE_SIZE) {
        bound_unsent(link);
    }
}

/* The link can be written to: the iteration writes a piece of its file, unless another such link
 * has waited longer. */
static void request_file_write(struct pf_server *server, struct pf_link *link)
{
    const struct pf_link *other = server->file_link;
    if (!other || link->transit->file_order < other->transit->file_order) {
        server->file_link = link;
    }
}

static void end_file(struct pf_server *server, struct pf_link *link)
{
    struct pf_transit *transit = link->transit;
    (void)close(transit->file_fd); /* opened for reading only */
    transit->file_fd = -1;
    if (transit->closes_after_file && link->stage == PF_STAGE_HTTP) {
        pf_link_set_stage(server, link, PF_STAGE_DRAINING, PF_GOODBYE_MS);
    }
}

/* What the kernel does not accept is read again later, not kept. */
bool pf_link_write_file(struct pf_server *server, struct pf_link *link)
{
    struct pf_transit *transit = link->transit;
    const uint64_t left = transit->file_size - transit->file_at;
    const size_t size = left < PF_RECEIVE_SIZE ? (size_t)left : PF_RECEIVE_SIZE;
    const ssize_t got = pread(transit->file_fd, server->input, size, (off_t)transit->file_at);
    if (got <= 0) {
        return false; /* truncated meanwhile: Content-Length cannot be kept */
    }
    transit->file_order = ++server->last_file_order;
    struct iovec piece = {.iov_base = server->input, .iov_len = (size_t)got};
    const ssize_t put = pf_stream_write(&link->stream, &piece, 1);
    if (put < 0) {
        return errno == EAGAIN || errno == EWOULDBLOCK;
    }
    transit->file_at += (uint64_t)put;
    server->metrics.bytes_sent += (uint64_t)put;
    pf_link_set_timeout(server, link, server->config.stall_ms);
    if (transit->file_at == transit->file_size) {
        end_file(server, link);
    }
    return true;
}

bool pf_link_write(struct pf_server *server, struct pf_link *link)
{
    if (!write_kept(server, link) || !write_segments(server, link)) {
        return false;
    }
    if (!link->kept && pf_link_has_file(link)) {
        request_file_write(server, link);
    }
    return true;
}

/* The set of epoll that reports the link. */
static int epoll_of(const struct pf_server *server, const struct pf_link *link)
{
    return link->is_arriving ? server->arrivals.set_fd : server->epoll_fd;
}

static struct epoll_event watched(const struct pf_link *link)
{
    return (struct epoll_event){
        .events = (link->watches_reads ? (uint32_t)EPOLLIN : 0) |
                  (link->watches_writes ? (uint32_t)EPOLLOUT : 0),
        .data.u64 = link->index,
    };
}

void pf_link_set_arriving(struct pf_server *server, struct pf_link *link, bool is_arriving)
{
    const int before = epoll_of(server, link);
    struct epoll_event event = watched(link);
    link->is_arriving = is_arriving;
    if (link->stage != PF_STAGE_DEAD && epoll_of(server, link) != before &&
        (epoll_ctl(before, EPOLL_CTL_DEL, link->stream.fd, NULL) != 0 ||
         epoll_ctl(epoll_of(server, link), EPOLL_CTL_ADD, link->stream.fd, &event) != 0)) {
        pf_link_kill(server, link);
    }
}

void pf_link_watch(struct pf_server *server, struct pf_link *link)
{
    const bool busy = pf_link_is_busy(link);
    const bool writes = busy || pf_stream_wants_write(&link->stream);
    /* The next request waits until the response before it is written. */
    const bool reads = link->stage != PF_STAGE_HTTP || !busy;
    if (reads == link->watches_reads && writes == link->watches_writes) {
        return;
    }
    link->watches_reads = reads;
    link->watches_writes = writes;
    struct epoll_event event = watched(link);
    if (epoll_ctl(epoll_of(server, link), EPOLL_CTL_MOD, link->stream.fd, &event) != 0) {
        pf_link_kill(server, link);
    }
}

void pf_link_free(struct pf_server *server, struct pf_link *link)
{
    server->metrics.handshakes_failed += link->opening == PF_OPENING_HANDSHAKE ? 1 : 0;
    pf_handshakes_remove(server, link);
    pf_addresses_leave(link->address);
    server->dead_count -= link->stage == PF_STAGE_DEAD ? 1 : 0;
    server->file_link = server->file_link == link ? NULL : server->file_link;
    free_transit(server, link);
    if (link->reader) {
        pf_websocket_clear(&link->reader->websocket);
        free(link->reader);
    }
    pf_stream_close(&link->stream);
    server->links[link->index] = NULL;
    server->free_indexes[server->free_count++] = link->index;
    server->links_count--;
    free(link->kept);
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
    if (living - pf_logic_clients_count(server) >= server->config.requests_max) {
        struct pf_timer *timer = pf_timers_due(&server->timers, UINT64_MAX);
        if (timer) {
            pf_link_kill(server, PF_TIMER_OWNER(timer, struct pf_transit, deadline)->link);
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
    struct epoll_event event = watched(link);
    if (epoll_ctl(epoll_of(server, link), EPOLL_CTL_ADD, link->stream.fd, &event) != 0) {
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
        .watches_reads = true,
    };
    if (!need_transit(link) || !pf_proxied_begin(server, link, ip) || !take_place(server, link)) {
        pf_addresses_leave(link->address);
        free(link->transit);
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
