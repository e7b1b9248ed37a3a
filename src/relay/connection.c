/* connection.c - a connection: its stage, its deadline, what it sends. */
/* SPDX-License-Identifier: MIT */
/*
 * What is sent during a turn of the event loop gathers as segments of the turn's arena. At the end
 * each connection that has some gets them by one system call. What the kernel does not take is
 * copied and kept until epoll says that there is room. Connections die at the end of a turn only,
 * so that within it every pointer to one stays good.
 */
#include "base/assert.h"
#include "relay/server.h"

#include <errno.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    PIECES_MAX = 64, /* of one write; 1 KiB on the stack */
    KEPT_SIZE_MIN = 4096,
    FILE_CHUNKS_MAX = 4, /* of PF_RECEIVE_SIZE, before the others get their turn */
};

static bool has_kept(const struct pf_connection *connection)
{
    return connection->kept_sent < connection->kept_size;
}

bool pf_connection_is_busy(const struct pf_connection *connection)
{
    return has_kept(connection) || connection->segments || connection->file_fd >= 0;
}

char *pf_server_take(struct pf_server *server, size_t size)
{
    return pf_arena_take(&server->frames, size);
}

void pf_connection_mark(struct pf_server *server, struct pf_connection *connection)
{
    if (!connection->is_dirty) {
        connection->is_dirty = true;
        connection->dirty_next = server->dirty;
        server->dirty = connection;
    }
}

void pf_connection_set_deadline(struct pf_server *server, struct pf_connection *connection,
                                uint32_t deadline_ms)
{
    pf_timers_set(&server->timers, &connection->deadline, server->now_ms + deadline_ms);
}

void pf_connection_set_stage(struct pf_server *server, struct pf_connection *connection,
                             enum pf_stage stage, uint32_t deadline_ms)
{
    PF_ASSERT(stage > connection->stage);
    connection->stage = stage;
    if (deadline_ms > 0) {
        pf_connection_set_deadline(server, connection, deadline_ms);
    } else {
        pf_timers_cancel(&server->timers, &connection->deadline);
    }
    pf_connection_mark(server, connection);
}

void pf_connection_kill(struct pf_server *server, struct pf_connection *connection)
{
    if (connection->stage != PF_STAGE_DEAD) {
        pf_connection_set_stage(server, connection, PF_STAGE_DEAD, 0);
    }
}

void pf_connection_queue(struct pf_server *server, struct pf_connection *connection,
                         const char *data, size_t size)
{
    struct pf_segment *last = connection->segments_last;
    if (connection->stage == PF_STAGE_DEAD) {
        return;
    }
    pf_connection_mark(server, connection);
    if (last && last->data + last->size == data) {
        last->size += size;
        return;
    }
    /* Only segments are taken from this arena, so that each is aligned as the first one is. */
    _Static_assert(sizeof(struct pf_arena_chunk) % alignof(struct pf_segment) == 0, "aligned");
    _Static_assert(sizeof(struct pf_segment) % alignof(struct pf_segment) == 0, "aligned");
    struct pf_segment *segment = (void *)pf_arena_take(&server->segments, sizeof *segment);
    if (!segment) {
        pf_connection_kill(server, connection);
        return;
    }
    *segment = (struct pf_segment){.data = data, .size = size};
    if (last) {
        last->next = segment;
    } else {
        connection->segments = segment;
    }
    connection->segments_last = segment;
}

/* Makes the bytes that the kernel has taken free for others. */
static void forget_sent(struct pf_connection *connection)
{
    connection->kept_size -= connection->kept_sent;
    if (connection->kept_size > 0) {
        memmove(connection->kept, connection->kept + connection->kept_sent, connection->kept_size);
    }
    connection->kept_sent = 0;
}

/* Copies what the kernel did not take. False when the reader is too far behind. */
static bool keep(struct pf_connection *connection, const char *data, size_t size)
{
    if (connection->kept_sent == connection->kept_size ||
        size > PF_KEPT_SIZE_MAX - connection->kept_size) {
        forget_sent(connection);
    }
    if (size > PF_KEPT_SIZE_MAX - connection->kept_size) {
        return false;
    }
    const size_t needed = connection->kept_size + size;
    if (needed > connection->kept_capacity) {
        size_t capacity = connection->kept_capacity > 0 ? connection->kept_capacity : KEPT_SIZE_MIN;
        while (capacity < needed) {
            capacity *= 2;
        }
        char *kept = realloc(connection->kept, capacity);
        if (!kept) {
            return false;
        }
        connection->kept = kept;
        connection->kept_capacity = (uint32_t)capacity;
    }
    memcpy(connection->kept + connection->kept_size, data, size);
    connection->kept_size = (uint32_t)needed;
    return true;
}

/* Writes what it can of the pieces and keeps the rest. False when the connection is lost. */
static bool write_pieces(struct pf_connection *connection, struct iovec *pieces, size_t count)
{
    size_t written = 0;
    if (!has_kept(connection)) {
        const ssize_t put = pf_socket_write(connection->fd, pieces, count);
        if (put < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
            return false;
        }
        written = put > 0 ? (size_t)put : 0;
    }
    for (size_t i = 0; i < count; i++) {
        const size_t size = pieces[i].iov_len;
        if (written >= size) {
            written -= size;
            continue;
        }
        if (!keep(connection, (const char *)pieces[i].iov_base + written, size - written)) {
            return false;
        }
        written = 0;
    }
    return true;
}

static bool write_kept(struct pf_connection *connection)
{
    while (has_kept(connection)) {
        struct iovec piece = {
            .iov_base = connection->kept + connection->kept_sent,
            .iov_len = connection->kept_size - connection->kept_sent,
        };
        const ssize_t put = pf_socket_write(connection->fd, &piece, 1);
        if (put < 0) {
            return errno == EAGAIN || errno == EWOULDBLOCK;
        }
        connection->kept_sent += (uint32_t)put;
    }
    if (connection->kept) {
        free(connection->kept);
        connection->kept = NULL;
        connection->kept_size = connection->kept_sent = connection->kept_capacity = 0;
    }
    return true;
}

static bool write_segments(struct pf_connection *connection)
{
    struct iovec pieces[PIECES_MAX];
    size_t count = 0;
    for (const struct pf_segment *segment = connection->segments; segment;
         segment = segment->next) {
        pieces[count++] =
            (struct iovec){.iov_base = (void *)(uintptr_t)segment->data, .iov_len = segment->size};
        if (count == PIECES_MAX || !segment->next) {
            if (!write_pieces(connection, pieces, count)) {
                return false;
            }
            count = 0;
        }
    }
    connection->segments = connection->segments_last = NULL;
    return true;
}

/* Writes some of the file straight from it; what is not taken is read again later. */
static bool write_file(struct pf_server *server, struct pf_connection *connection)
{
    for (int i = 0; i < FILE_CHUNKS_MAX && connection->file_at < connection->file_size; i++) {
        const uint64_t left = connection->file_size - connection->file_at;
        const size_t size = left < PF_RECEIVE_SIZE ? (size_t)left : PF_RECEIVE_SIZE;
        const ssize_t got =
            pread(connection->file_fd, server->input, size, (off_t)connection->file_at);
        if (got <= 0) {
            return false; /* it was cut meanwhile: the promised length cannot be kept */
        }
        struct iovec piece = {.iov_base = server->input, .iov_len = (size_t)got};
        const ssize_t put = pf_socket_write(connection->fd, &piece, 1);
        if (put < 0) {
            return errno == EAGAIN || errno == EWOULDBLOCK;
        }
        connection->file_at += (uint64_t)put;
        pf_connection_set_deadline(server, connection, server->config.stall_ms);
    }
    if (connection->file_at == connection->file_size) {
        (void)close(connection->file_fd); /* it was only read */
        connection->file_fd = -1;
        if (connection->closes_after_file && connection->stage == PF_STAGE_HTTP) {
            pf_connection_set_stage(server, connection, PF_STAGE_DRAINING, PF_GOODBYE_MS);
        }
    }
    return true;
}

bool pf_connection_write(struct pf_server *server, struct pf_connection *connection)
{
    if (!write_kept(connection) || !write_segments(connection)) {
        return false;
    }
    return has_kept(connection) || connection->file_fd < 0 || write_file(server, connection);
}

void pf_connection_watch(struct pf_server *server, struct pf_connection *connection)
{
    const bool busy = pf_connection_is_busy(connection);
    uint32_t wanted = busy ? EPOLLOUT : 0;
    /* The next request waits until the response before it is written. */
    if (connection->stage != PF_STAGE_HTTP || !busy) {
        wanted |= EPOLLIN;
    }
    if (wanted == connection->watched) {
        return;
    }
    struct epoll_event event = {.events = wanted, .data.u64 = connection->index};
    connection->watched = wanted;
    if (epoll_ctl(server->epoll_fd, EPOLL_CTL_MOD, connection->fd, &event) != 0) {
        pf_connection_kill(server, connection);
    }
}

void pf_connection_free(struct pf_server *server, struct pf_connection *connection)
{
    pf_timers_cancel(&server->timers, &connection->deadline);
    pf_websocket_clear(&connection->websocket);
    (void)close(connection->fd); /* what matters was answered by the peer, or never will be */
    if (connection->file_fd >= 0) {
        (void)close(connection->file_fd); /* it was only read */
    }
    server->connections[connection->index] = NULL;
    server->free_indexes[server->free_count++] = connection->index;
    server->connections_count--;
    free(connection->kept);
    free(connection->input);
    free(connection);
}

bool pf_connection_open(struct pf_server *server, int fd)
{
    if (server->free_count == 0 ||
        pf_timers_reserve(&server->timers, server->connections_count + 1) != PF_ERROR_OK) {
        return false;
    }
    struct pf_connection *connection = malloc(sizeof *connection);
    if (!connection) {
        return false;
    }
    *connection = (struct pf_connection){
        .fd = fd,
        .index = server->free_indexes[server->free_count - 1],
        .watched = EPOLLIN,
        .deadline = {.owner = connection},
        .file_fd = -1,
    };
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = connection->index};
    if (epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) {
        free(connection);
        return false;
    }
    server->free_count--;
    server->connections[connection->index] = connection;
    server->connections_count++;
    pf_connection_set_deadline(server, connection, server->config.request_ms);
    return true;
}
