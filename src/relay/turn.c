/* turn.c - what a turn of the event loop does with connections: what comes in, what goes out. */
/* SPDX-License-Identifier: MIT */
#include "base/assert.h"
#include "relay/server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

/* In */

/* The bytes that came before, if any, stand in front of the new ones in server->input. */
static size_t take_back_input(struct pf_server *server, struct pf_connection *connection)
{
    const size_t size = connection->input_size;
    if (size > 0) {
        memcpy(server->input, connection->input, size);
        free(connection->input);
        connection->input = NULL;
        connection->input_size = 0;
    }
    return size;
}

static void put_aside_input(struct pf_server *server, struct pf_connection *connection,
                            const char *bytes, size_t size)
{
    if (size == 0) {
        return;
    }
    connection->input = malloc(size);
    if (!connection->input) {
        pf_connection_kill(server, connection);
        return;
    }
    memcpy(connection->input, bytes, size);
    connection->input_size = (uint32_t)size;
}

static void on_bytes(struct pf_server *server, struct pf_connection *connection, size_t size)
{
    size_t taken = 0;
    if (connection->stage == PF_STAGE_HTTP) {
        taken = pf_web_read(server, connection, (struct pf_slice){server->input, size});
        if (connection->stage == PF_STAGE_HTTP) {
            put_aside_input(server, connection, server->input + taken, size - taken);
            return;
        }
    }
    switch (connection->stage) {
    case PF_STAGE_WEBSOCKET:
    case PF_STAGE_ECHO:
    case PF_STAGE_CLOSING:
        pf_session_read(server, connection, server->input + taken, size - taken);
        return;
    case PF_STAGE_HTTP:
    case PF_STAGE_DRAINING:
    case PF_STAGE_DEAD: return; /* what still comes is not looked at */
    }
}

static void on_readable(struct pf_server *server, struct pf_connection *connection)
{
    const size_t before = take_back_input(server, connection);
    PF_ASSERT(before <= PF_INPUT_SIZE_MAX - PF_RECEIVE_SIZE);
    const ssize_t got = pf_socket_read(connection->fd, server->input + before, PF_RECEIVE_SIZE);
    if (got > 0) {
        on_bytes(server, connection, before + (size_t)got);
    } else if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        put_aside_input(server, connection, server->input, before);
    } else {
        pf_connection_kill(server, connection);
    }
}

void pf_turn_take(struct pf_server *server, uint64_t index, uint32_t events)
{
    struct pf_connection *connection = server->connections[index];
    if (!connection || connection->stage == PF_STAGE_DEAD) {
        return;
    }
    /* An error shows itself to whichever call is made next. */
    if ((connection->watched & EPOLLIN) != 0 && (events & ~(uint32_t)EPOLLOUT) != 0) {
        on_readable(server, connection);
    }
    if ((events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0) {
        pf_connection_mark(server, connection);
    }
}

/* Out */

/* A response is complete: the requests that came behind it get their turn. */
static void on_written(struct pf_server *server, struct pf_connection *connection)
{
    if (connection->stage == PF_STAGE_DRAINING && !connection->is_written_off) {
        connection->is_written_off = true;
        (void)shutdown(connection->fd, SHUT_WR); /* an error is a peer that has gone already */
    }
    if (connection->stage != PF_STAGE_HTTP) {
        return;
    }
    pf_connection_set_deadline(server, connection, server->config.idle_ms);
    if (connection->input_size > 0) {
        on_bytes(server, connection, take_back_input(server, connection));
    }
}

static void flush(struct pf_server *server, struct pf_connection *connection)
{
    const bool was_busy = pf_connection_is_busy(connection);
    if (!pf_connection_write(server, connection)) {
        pf_connection_kill(server, connection);
        return;
    }
    if (!pf_connection_is_busy(connection) &&
        (was_busy || connection->stage == PF_STAGE_DRAINING)) {
        on_written(server, connection);
    }
    pf_connection_watch(server, connection);
}

/* Flushes the first in the list; one that is dead goes over to the list `dead`. */
static void flush_first(struct pf_server *server, struct pf_connection **dead)
{
    struct pf_connection *connection = server->dirty;
    server->dirty = connection->dirty_next;
    connection->is_dirty = false;
    if (connection->stage != PF_STAGE_DEAD) {
        flush(server, connection);
    }
    /* One that died just now is at the head of the list again. */
    if (connection->stage == PF_STAGE_DEAD && !connection->is_dirty) {
        connection->is_dirty = true; /* it is in a list, and in no other */
        connection->dirty_next = *dead;
        *dead = connection;
    }
}

/* Ending one tells others, which makes them dirty, whose writing may fail: hence two loops. */
void pf_turn_end(struct pf_server *server)
{
    struct pf_connection *dead = NULL;
    while (server->dirty || dead) {
        while (server->dirty) {
            flush_first(server, &dead);
        }
        if (dead) {
            struct pf_connection *connection = dead;
            dead = connection->dirty_next;
            pf_session_lost(server, connection);
            pf_connection_free(server, connection);
        }
    }
    pf_arena_reset(&server->frames);
    pf_arena_reset(&server->segments);
}
