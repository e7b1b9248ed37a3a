/*
 * wire.c - WebSockets between two pages and the relay, and the relay's hub behind them.
 *
 * Each direction of a socket is a FIFO. A new WebSocket reaches the relay at once, which is
 * equivalent to a later "hello".
 */
/* SPDX-License-Identifier: MIT */
#include "wire.h"

#include "hub_state.h"
#include "page.h"
#include "room_state.h"

#include <inttypes.h>
#include <string.h>

enum {
    NUMBERS_PER_HOST = 16,
    PING_MS = 3600000, /* never: noticing a dead socket is a step of its own */
};

/* Ascending ids make the first member to join impolite; descending ids, with "reverse", polite. */
static uint64_t draw(void *user)
{
    struct ex_world *world = user;
    const uint32_t drawn = world->ids_drawn++;
    return world->scope->reverse ? 0xf0u - 0x10u * drawn : 0x10u + 0x10u * drawn;
}

/* Not secure: tickets are not forged here. */
static void sign(void *user, struct pf_slice text, uint8_t mac[PF_MAC_SIZE])
{
    uint64_t hash = 14695981039346656037u;
    (void)user; /* there is only one secret */
    for (size_t i = 0; i < text.size; i++) {
        hash = (hash ^ (uint8_t)text.data[i]) * 1099511628211u;
    }
    for (int i = 0; i < PF_MAC_SIZE; i++) {
        mac[i] = (uint8_t)(hash >> (i % 8 * 8)) ^ (uint8_t)i;
    }
}

struct pf_hub *ex_wire_new_hub(struct ex_world *world)
{
    const struct pf_hub_config config = {
        .members_max = 8,
        .rooms_max = 1,
        .clients_max = EX_HOSTS_COUNT * NUMBERS_PER_HOST,
        .ping_ms = PING_MS,
        .grace_ms = 20000,
        .burst_messages = 1000000,
        .messages_per_s = 1000,
        .ice_servers = PF_SLICE("[]"),
        .signer = {world, sign},
        .draw_user = world,
        .draw = draw,
    };
    struct pf_hub *hub = NULL;
    PF_ASSERT(pf_hub_new(&config, &hub) == PF_ERROR_OK);
    world->ids_drawn = 0; /* the hub has drawn its hash key */
    return hub;
}

static void put(struct ex_world *world, struct ex_fifo *fifo, uint16_t code, struct pf_slice text)
{
    if (!ex_fifo_put(fifo, code, text)) {
        ex_fail(world, "a WebSocket is flooded: %u messages, %u bytes are under way", fifo->count,
                fifo->size);
    }
    world->peaks.fifo = fifo->count > world->peaks.fifo ? fifo->count : world->peaks.fifo;
    world->peaks.fifo_size =
        fifo->size > world->peaks.fifo_size ? fifo->size : world->peaks.fifo_size;
}

void ex_wire_collect(struct ex_host *host)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < host->sockets_count; i++) {
        struct ex_socket *socket = &host->sockets[i];
        if (socket->page_side == SIM_SOCKET_CLOSED && !socket->relay_side) {
            continue;
        }
        if (kept != i) {
            host->sockets[kept] = *socket;
        }
        kept++;
    }
    host->sockets_count = kept;
}

/* --- the relay --- */

static struct ex_socket *socket_of(struct ex_world *world, uint32_t number)
{
    struct ex_host *host = &world->hosts[number / NUMBERS_PER_HOST];
    for (uint32_t i = 0; i < host->sockets_count; i++) {
        if (host->sockets[i].number == number && host->sockets[i].relay_side) {
            return &host->sockets[i];
        }
    }
    return NULL;
}

static bool begins(struct pf_slice text, const char *prefix)
{
    const size_t size = strlen(prefix);
    return text.size >= size && memcmp(text.data, prefix, size) == 0;
}

static void check_text(struct ex_world *world, struct pf_slice text)
{
    world->peaks.replacements += begins(text, "{\"type\":\"error\",\"code\":\"replaced\"");
    if (begins(text, "{\"type\":\"error\"") &&
        !begins(text, "{\"type\":\"error\",\"code\":\"no-such-member\"") &&
        !begins(text, "{\"type\":\"error\",\"code\":\"replaced\"")) {
        ex_fail(world, "the relay sends a page an error: %.*s", (int)text.size, text.data);
    }
}

static void relay_output(struct ex_world *world, const struct pf_hub_output *output)
{
    for (size_t i = 0; i < output->clients_count; i++) {
        struct ex_socket *socket = socket_of(world, output->clients[i]);
        if (!socket) {
            ex_fail(world, "the hub names client %u, which is gone", output->clients[i]);
            return;
        }
        struct pf_buffer text;
        pf_buffer_init(&text, world->scratch, sizeof(world->scratch));
        pf_buffer_put(&text, output->head);
        pf_buffer_put(&text, output->body);
        check_text(world, pf_buffer_slice(&text));
        const bool reaches = !socket->broken && socket->page_side != SIM_SOCKET_CLOSED;
        if (reaches) {
            put(world, &socket->down, output->type == PF_HUB_CLOSE ? output->code : 0,
                pf_buffer_slice(&text));
        }
        if (output->type == PF_HUB_CLOSE) {
            socket->relay_side = false;
            ex_fifo_clear(&socket->up);
        }
    }
}

static void relay_handle(struct ex_world *world, struct pf_hub_event event)
{
    struct pf_hub_output output;
    event.now_ms = world->now_ms;
    event.unix_s = 1800000000; /* constant, so that tickets do not depend on time */
    pf_hub_handle(world->hub, &event);
    while (pf_hub_poll(world->hub, &output)) {
        relay_output(world, &output);
    }
}

void ex_wire_relay_timer(struct ex_world *world)
{
    ex_page_note(world, NULL, "the relay's timer");
    relay_handle(world, (struct pf_hub_event){.type = PF_HUB_TIMEOUT});
}

static void relay_closed(struct ex_world *world, struct ex_socket *socket, uint16_t code)
{
    const uint32_t number = socket->number;
    socket->relay_side = false;
    ex_fifo_clear(&socket->up);
    relay_handle(
        world, (struct pf_hub_event){.type = PF_HUB_CLIENT_CLOSED, .client = number, .code = code});
}

/* --- the page's side --- */

static void open_socket(struct ex_world *world, struct ex_host *host, pf_socket id)
{
    if (id <= host->last_socket || host->sockets_count == EX_SOCKETS_MAX) {
        ex_fail(world, "socket %u: used before, or there are too many", id);
        return;
    }
    struct ex_socket *socket = &host->sockets[host->sockets_count++];
    world->peaks.sockets =
        host->sockets_count > world->peaks.sockets ? host->sockets_count : world->peaks.sockets;
    host->last_socket = id;
    socket->id = id;
    socket->page = host->page;
    socket->number = host->index * NUMBERS_PER_HOST + host->sockets_ever++ % NUMBERS_PER_HOST;
    socket->page_side = SIM_SOCKET_CONNECTING;
    socket->relay_side = true;
    socket->broken = false;
    socket->noticed_at_ms = PF_NEVER;
    ex_fifo_clear(&socket->up);
    ex_fifo_clear(&socket->down);
    relay_handle(world,
                 (struct pf_hub_event){.type = PF_HUB_CLIENT_OPENED, .client = socket->number});
}

static void close_socket(struct ex_world *world, struct ex_socket *socket, uint16_t code)
{
    socket->page_side = SIM_SOCKET_CLOSED;
    ex_fifo_clear(&socket->down);
    if (socket->relay_side && !socket->broken) {
        put(world, &socket->up, code, PF_SLICE(""));
    }
}

/* The socket that the page has open, or NULL. */
static struct ex_socket *page_socket(struct ex_host *host)
{
    for (uint32_t i = 0; i < host->sockets_count; i++) {
        struct ex_socket *socket = &host->sockets[i];
        if (socket->page == host->page && socket->page_side != SIM_SOCKET_CLOSED) {
            return socket;
        }
    }
    return NULL;
}

void ex_wire_command(struct ex_world *world, struct ex_host *host, const struct pf_command *command)
{
    struct ex_socket *socket = page_socket(host);
    if (command->type == PF_COMMAND_SOCKET_OPEN && socket) {
        ex_fail(world, "a second socket is opened");
    } else if (command->type == PF_COMMAND_SOCKET_OPEN) {
        open_socket(world, host, command->socket);
    } else if (!socket && command->type == PF_COMMAND_SOCKET_CLOSE &&
               command->socket == host->last_socket) {
        return; /* close() after the close event does nothing */
    } else if (!socket || socket->id != command->socket) {
        ex_fail(world, "a command names socket %u, which is closed or never was", command->socket);
    } else if (command->type == PF_COMMAND_SOCKET_CLOSE) {
        close_socket(world, socket, command->close_code);
    } else if (socket->page_side != SIM_SOCKET_OPEN) {
        ex_fail(world, "sends on socket %u, which is not open yet", command->socket);
    } else if (socket->relay_side && !socket->broken) {
        put(world, &socket->up, 0, command->text);
    }
}

void ex_wire_page_gone(struct ex_world *world, struct ex_host *host, bool orderly)
{
    struct ex_socket *socket = page_socket(host);
    if (socket && !orderly) {
        ex_wire_cut(world, socket);
    }
    if (socket) {
        close_socket(world, socket, 1001);
    }
}

static void page_closed(struct ex_world *world, struct ex_host *host, struct ex_socket *socket,
                        uint16_t code)
{
    const pf_socket id = socket->id;
    socket->page_side = SIM_SOCKET_CLOSED;
    ex_fifo_clear(&socket->down);
    ex_page_handle(world, host,
                   (struct pf_event){
                       .type = PF_EVENT_SOCKET_CLOSED, .socket = id, .socket_closed.code = code});
}

/* --- requests of the other page --- */

/* This page as a peer of the other one, or NULL. */
static const struct pf_peer *known_to_other(struct ex_world *world, const struct ex_host *host)
{
    return ex_room_peer(world->hosts[1 - host->index].room, host->shown_self);
}

bool ex_wire_can_ask(struct ex_world *world, const struct ex_host *host)
{
    const struct pf_peer *peer = known_to_other(world, host);
    return host->shown_state == PF_ROOM_JOINED && peer && peer->connection.pc != 0 &&
           world->hosts[1 - host->index].shown_state == PF_ROOM_JOINED;
}

/* The core leaves restarts to the impolite side, so that offers never cross; other clients may not.
 */
void ex_wire_ask(struct ex_world *world, struct ex_host *host)
{
    const struct ex_host *other = &world->hosts[1 - host->index];
    const struct pf_peer *peer = known_to_other(world, host);
    struct ex_socket *socket = page_socket(host);
    char text[256];
    PF_ASSERT(peer && socket);
    (void)snprintf(text, sizeof(text), /* fits */
                   "{\"from\":\"%016" PRIx64 "\",\"type\":\"signal\",\"to\":\"%016" PRIx64
                   "\",\"fromInstance\":%u,\"toInstance\":%u,\"kind\":\"request\","
                   "\"epoch\":%u,\"want\":\"restart\"}",
                   other->shown_self, host->shown_self, ex_room_instance(other->room),
                   peer->instance, peer->connection.epoch);
    put(world, &socket->down, 0, pf_slice_of(text));
}

/* --- steps --- */

void ex_wire_up(struct ex_world *world, struct ex_host *host, struct ex_socket *socket)
{
    uint16_t code;
    const struct pf_slice text = ex_fifo_take(&socket->up, &code, world->inbox);
    ex_page_note(world, host,
                 code != 0 ? "the relay gets the end of its WebSocket"
                           : "the relay gets a message of");
    if (code != 0) {
        relay_closed(world, socket, code);
    } else {
        relay_handle(world, (struct pf_hub_event){.type = PF_HUB_CLIENT_TEXT,
                                                  .client = socket->number,
                                                  .text = text});
    }
}

static void note_crossing(struct ex_world *world, const struct ex_host *host, struct pf_slice text)
{
    const struct pf_peer *peer = ex_room_peer(host->room, world->hosts[1 - host->index].shown_self);
    const bool has_offered = peer && peer->connection.pc != 0 &&
                             (peer->connection.negotiation == PF_NEGOTIATION_MAKING_OFFER ||
                              peer->connection.negotiation == PF_NEGOTIATION_OFFERED);
    struct pf_slice rest = text;
    while (has_offered && rest.size > 0 && !begins(rest, "\"type\":\"offer\"")) {
        rest.data++;
        rest.size--;
    }
    world->peaks.crossings += has_offered && rest.size > 0;
}

void ex_wire_down(struct ex_world *world, struct ex_host *host, struct ex_socket *socket)
{
    uint16_t code;
    const struct pf_slice text = ex_fifo_take(&socket->down, &code, world->inbox);
    if (code != 0) {
        page_closed(world, host, socket, code);
        return;
    }
    socket->page_side = SIM_SOCKET_OPEN;
    note_crossing(world, host, text);
    ex_page_handle(
        world, host,
        (struct pf_event){.type = PF_EVENT_SOCKET_MESSAGE, .socket = socket->id, .message = text});
}

void ex_wire_page_notices(struct ex_world *world, struct ex_host *host, struct ex_socket *socket)
{
    page_closed(world, host, socket, 1006);
}

void ex_wire_relay_notices(struct ex_world *world, struct ex_host *host, struct ex_socket *socket)
{
    ex_page_note(world, host, "the relay notices that the WebSocket is dead");
    relay_closed(world, socket, 1006);
}

void ex_wire_cut(struct ex_world *world, struct ex_socket *socket)
{
    socket->broken = true;
    socket->noticed_at_ms = world->now_ms + EX_NOTICE_MS;
    ex_fifo_clear(&socket->up);
    ex_fifo_clear(&socket->down);
}

void ex_wire_restart_relay(struct ex_world *world)
{
    for (uint32_t i = 0; i < EX_HOSTS_COUNT; i++) {
        for (uint32_t k = 0; k < world->hosts[i].sockets_count; k++) {
            struct ex_socket *socket = &world->hosts[i].sockets[k];
            ex_wire_cut(world, socket);
            socket->relay_side = false;
        }
    }
    ex_hub_forget(world->hub);
}
