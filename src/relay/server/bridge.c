/* bridge.c - connects WebSockets to the hub. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/bridge.h"

#include "base/assert.h"
#include "base/buffer.h"
#include "relay/server/crypto.h"
#include "relay/server/drain.h"
#include "relay/server/link.h"
#include "relay/server/logic.h"
#include "relay/server/proxied.h"
#include "relay/wire/handshake.h"

#include <stdlib.h>
#include <string.h>

enum { HANDSHAKE_SIZE_MAX = 256 };

/* Builds a frame in the iteration's arena. NULL if memory is short. */
static const char *make_frame(struct pf_server *server, enum pf_websocket_opcode opcode,
                              struct pf_slice head, struct pf_slice body, size_t *size)
{
    char header[PF_FRAME_HEADER_SIZE_MAX];
    const size_t payload_size = head.size + body.size;
    const size_t header_size = pf_websocket_header_write(opcode, payload_size, header);
    char *frame = pf_link_alloc(server, header_size + payload_size);
    if (!frame) {
        return NULL;
    }
    memcpy(frame, header, header_size);
    if (head.size > 0) {
        memcpy(frame + header_size, head.data, head.size);
    }
    if (body.size > 0) {
        memcpy(frame + header_size + head.size, body.data, body.size);
    }
    *size = header_size + payload_size;
    return frame;
}

static void send_frame(struct pf_server *server, struct pf_link *link,
                       enum pf_websocket_opcode opcode, struct pf_slice payload)
{
    size_t size = 0;
    const char *frame = make_frame(server, opcode, payload, PF_SLICE(""), &size);
    if (!frame) {
        pf_link_kill(server, link);
        return;
    }
    pf_link_queue(server, link, frame, size);
}

static void send_close(struct pf_server *server, struct pf_link *link, uint16_t code)
{
    char data[32];
    struct pf_buffer payload;
    pf_buffer_init(&payload, data, sizeof data);
    if (code != PF_CLOSE_NO_STATUS) {
        const char both[2] = {(char)(code >> 8), (char)(code & 0xff)};
        pf_buffer_put(&payload, (struct pf_slice){both, sizeof both});
    }
    if (code == PF_CLOSE_GOING_AWAY && server->ending != PF_ENDING_NONE) {
        pf_buffer_put(&payload, PF_SLICE("retry-ms="));
        pf_buffer_put_u64(&payload, pf_drain_retry_ms(server));
    }
    PF_ASSERT(!payload.overflow);
    send_frame(server, link, PF_OPCODE_CLOSE, pf_buffer_slice(&payload));
}

/* The frame is built once and shared by all receivers. */
static void on_hub_send(struct pf_server *server, const struct pf_hub_output *output)
{
    size_t size = 0;
    const char *frame = make_frame(server, PF_OPCODE_TEXT, output->head, output->body, &size);
    server->metrics.texts_sent += output->clients_count;
    for (size_t i = 0; i < output->clients_count; i++) {
        struct pf_link *link = server->links[output->clients[i]];
        PF_ASSERT(link != NULL);
        if (frame) {
            pf_link_queue(server, link, frame, size);
        } else {
            pf_link_kill(server, link);
        }
    }
}

/* Carries out what the rooms ask for. */
static void deliver(struct pf_server *server)
{
    struct pf_hub_output output;
    while (pf_logic_poll(server, &output)) {
        switch (output.type) {
        case PF_HUB_SEND: on_hub_send(server, &output); break;
        case PF_HUB_CLOSE:
            pf_bridge_close(server, server->links[output.clients[0]], output.code);
            break;
        case PF_HUB_VISIT:
        case PF_HUB_FORWARD: PF_UNREACHABLE(); /* the cluster keeps them */
        }
    }
}

static void give_to_hub(struct pf_server *server, const struct pf_hub_event *event)
{
    pf_logic_handle(server, event);
    deliver(server);
}

void pf_bridge_store_event(struct pf_server *server, const struct pf_store_event *event)
{
    pf_cluster_handle_store(server->cluster, event);
    deliver(server);
}

static void tell_hub(struct pf_server *server, enum pf_hub_event_type type, uint32_t client,
                     uint16_t code, struct pf_slice text)
{
    const struct pf_hub_event event = {
        .type = type,
        .now_ms = server->now_ms,
        .unix_s = server->unix_s,
        .unix_ms = server->unix_ms,
        .client = client,
        .code = code,
        .text = text,
    };
    give_to_hub(server, &event);
}

/* Ends the link's membership in the hub: it is no client from now on. */
static void leave_hub(struct pf_server *server, struct pf_link *link, uint16_t code)
{
    if (link->in_hub) {
        link->in_hub = false;
        tell_hub(server, PF_HUB_CLIENT_CLOSED, link->index, code, PF_SLICE(""));
    }
}

void pf_bridge_close(struct pf_server *server, struct pf_link *link, uint16_t code)
{
    link->in_hub = false;
    if (link->stage == PF_STAGE_WEBSOCKET || link->stage == PF_STAGE_ECHO) {
        send_close(server, link, code);
        if (link->stage < PF_STAGE_CLOSING) {
            pf_link_set_stage(server, link, PF_STAGE_CLOSING, PF_GOODBYE_MS);
        }
    }
}

void pf_bridge_dismiss(struct pf_server *server, struct pf_link *link)
{
    leave_hub(server, link, PF_CLOSE_ABNORMAL);
    pf_bridge_close(server, link, PF_CLOSE_GOING_AWAY);
}

void pf_bridge_lost(struct pf_server *server, struct pf_link *link)
{
    leave_hub(server, link, PF_CLOSE_ABNORMAL);
}

void pf_bridge_timeout(struct pf_server *server)
{
    tell_hub(server, PF_HUB_TIMEOUT, 0, 0, PF_SLICE(""));
}

/* The peer has sent a close frame or violated the protocol: nothing more is read. */
static void end(struct pf_server *server, struct pf_link *link, uint16_t heard, uint16_t said)
{
    const bool is_closing = link->stage == PF_STAGE_CLOSING;
    leave_hub(server, link, heard);
    if (link->stage == PF_STAGE_DEAD) {
        return;
    }
    if (is_closing) {
        pf_link_kill(server, link); /* the closing handshake is complete */
        return;
    }
    send_close(server, link, said);
    if (link->stage < PF_STAGE_DRAINING) {
        pf_link_set_stage(server, link, PF_STAGE_DRAINING, PF_GOODBYE_MS);
    }
}

static void on_message(struct pf_server *server, struct pf_link *link,
                       const struct pf_websocket_event *event)
{
    const bool is_text = event->type == PF_WEBSOCKET_TEXT;
    if (link->stage == PF_STAGE_ECHO) {
        send_frame(server, link, is_text ? PF_OPCODE_TEXT : PF_OPCODE_BINARY, event->payload);
    } else if (link->stage != PF_STAGE_WEBSOCKET) {
        return; /* sent before the peer saw our close frame */
    } else if (is_text) {
        server->metrics.texts_received++;
        tell_hub(server, PF_HUB_CLIENT_TEXT, link->index, 0, event->payload);
        if (link->is_arriving && link->stage == PF_STAGE_WEBSOCKET &&
            pf_hub_is_inside(pf_logic_hub(server), link->index)) {
            pf_link_set_arriving(server, link, false);
        }
    } else {
        end(server, link, PF_CLOSE_ABNORMAL, PF_CLOSE_UNSUPPORTED);
    }
}

static void on_event(struct pf_server *server, struct pf_link *link,
                     const struct pf_websocket_event *event)
{
    switch (event->type) {
    case PF_WEBSOCKET_NOTHING: return;
    case PF_WEBSOCKET_TEXT:
    case PF_WEBSOCKET_BINARY: on_message(server, link, event); return;
    case PF_WEBSOCKET_PING:
        if (link->stage != PF_STAGE_CLOSING) {
            send_frame(server, link, PF_OPCODE_PONG, event->payload);
        }
        return;
    case PF_WEBSOCKET_PONG:
        return; /* unsolicited: the relay sends no ping frames, only `ping` messages */
    case PF_WEBSOCKET_CLOSE: end(server, link, event->code, event->code); return;
    case PF_WEBSOCKET_ERROR: end(server, link, PF_CLOSE_ABNORMAL, event->code); return;
    }
    PF_UNREACHABLE();
}

void pf_bridge_cut(struct pf_server *server, struct pf_link *link)
{
    if (link->stage == PF_STAGE_WEBSOCKET || link->stage == PF_STAGE_ECHO) {
        end(server, link, PF_CLOSE_ABNORMAL, PF_CLOSE_POLICY_VIOLATION);
    } else {
        pf_link_kill(server, link);
    }
}

/*
 * Something has come that was no message: a part of one, or a control frame. It shows that the
 * client is alive, but a message has to end some time, and frames that cost work count.
 */
static void tell_progress(struct pf_server *server, struct pf_link *link, struct pf_reader *reader)
{
    if (!pf_websocket_is_within(&reader->websocket)) {
        reader->since_ms = 0;
    } else if (reader->since_ms == 0) {
        reader->since_ms = server->now_ms;
    } else if (server->now_ms - reader->since_ms > server->config.message_ms) {
        pf_bridge_cut(server, link);
        return;
    }
    const struct pf_hub_event event = {
        .type = PF_HUB_CLIENT_HEARD,
        .now_ms = server->now_ms,
        .unix_s = server->unix_s,
        .unix_ms = server->unix_ms,
        .client = link->index,
        .frames = reader->websocket.extra_frames,
    };
    reader->websocket.extra_frames = 0;
    give_to_hub(server, &event);
}

/* Keeps the reader of a message that has come in part; between two messages there is none. */
static void settle_reader(struct pf_server *server, struct pf_link *link, struct pf_reader *reader)
{
    const bool reads_on = link->stage <= PF_STAGE_CLOSING;
    pf_websocket_release(&reader->websocket);
    if (reads_on && pf_websocket_is_within(&reader->websocket)) {
        if (link->reader) {
            return;
        }
        link->reader = malloc(sizeof *link->reader);
        if (link->reader) {
            *link->reader = *reader; /* with what it owns */
            return;
        }
        pf_link_kill(server, link);
    }
    pf_websocket_clear(&reader->websocket);
    free(link->reader);
    link->reader = NULL;
}

void pf_bridge_read(struct pf_server *server, struct pf_link *link, char *bytes, size_t size)
{
    const uint64_t texts = server->metrics.texts_received;
    struct pf_reader *reader = link->reader;
    size_t at = 0;
    if (!reader) {
        reader = &server->reader;
        reader->since_ms = 0;
        pf_websocket_init(&reader->websocket, PF_MESSAGE_SIZE_MAX);
    }
    while (at < size && link->stage <= PF_STAGE_CLOSING) {
        struct pf_websocket_event event;
        at += pf_websocket_read(&reader->websocket, bytes + at, size - at, &event);
        on_event(server, link, &event);
        if (event.type == PF_WEBSOCKET_TEXT) {
            reader->since_ms = 0;
        }
    }
    if (link->in_hub &&
        (server->metrics.texts_received == texts || reader->websocket.extra_frames > 0)) {
        tell_progress(server, link, reader);
    }
    settle_reader(server, link, reader);
}

static void accept_handshake(struct pf_server *server, struct pf_link *link, bool is_echo)
{
    char accept[PF_ACCEPT_SIZE + 1];
    struct pf_buffer out;
    char *memory = pf_link_alloc(server, HANDSHAKE_SIZE_MAX);
    if (!memory) {
        pf_link_kill(server, link);
        return;
    }
    pf_crypto_accept(pf_http_field(&server->request, "sec-websocket-key"), accept);
    pf_buffer_init(&out, memory, HANDSHAKE_SIZE_MAX);
    pf_buffer_put(&out, PF_SLICE("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                 "Connection: Upgrade\r\nSec-WebSocket-Accept: "));
    pf_buffer_put(&out, pf_slice_of(accept));
    if (!is_echo) {
        pf_buffer_put(&out, PF_SLICE("\r\nSec-WebSocket-Protocol: " PF_SUBPROTOCOL));
    }
    pf_buffer_put(&out, PF_SLICE("\r\n\r\n"));
    PF_ASSERT(!out.overflow);
    pf_link_queue(server, link, out.data, out.size);
}

uint16_t pf_bridge_open(struct pf_server *server, struct pf_link *link, bool is_echo)
{
    if (server->ending != PF_ENDING_NONE) {
        return 503;
    }
    const struct pf_origin_rules origins = pf_proxied_origin_rules(server, link);
    const struct pf_handshake_rules rules = {
        .subprotocol = is_echo ? NULL : PF_SUBPROTOCOL,
        .origins = &origins,
    };
    const uint16_t status = pf_handshake_check(&server->request, &rules);
    if (status == 403) {
        pf_refusals_log(&server->refusals, &server->config.log, &server->request,
                        pf_origin_judge_request(&server->request, &origins));
    }
    if (status != 101) {
        return status;
    }
    accept_handshake(server, link, is_echo);
    if (link->stage == PF_STAGE_DEAD) {
        return status;
    }
    pf_link_set_stage(server, link, is_echo ? PF_STAGE_ECHO : PF_STAGE_WEBSOCKET, 0);
    if (!is_echo) {
        link->in_hub = true;
        pf_link_set_arriving(server, link, true);
        tell_hub(server, PF_HUB_CLIENT_OPENED, link->index, 0, PF_SLICE(""));
    }
    return status;
}
