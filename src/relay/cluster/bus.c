/* bus.c - the messages between relays: reading and writing. */
/* SPDX-License-Identifier: MIT */
#include "relay/cluster/bus.h"

#include <stdbool.h>
#include <stddef.h>

/* Writing */

static void put(struct pf_buffer *out, uint64_t number, size_t size)
{
    char bytes[sizeof number];
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (char)(number >> (8 * i) & 0xff);
    }
    pf_buffer_put(out, (struct pf_slice){bytes, size});
}

static void put_open(const struct pf_bus_message *message, struct pf_buffer *out)
{
    put(out, message->client, 4);
    put(out, message->serial, 4);
    put(out, message->opened_unix_ms, 8);
    put(out, message->address, 8);
    put(out, message->is_again, 1);
    put(out, message->room.size, 1);
    pf_buffer_put(out, message->room);
}

void pf_bus_write(const struct pf_bus_message *message, struct pf_buffer *out)
{
    put(out, PF_BUS_VERSION, 1);
    put(out, message->kind, 1);
    put(out, message->from, 8);
    if (message->kind == PF_BUS_FOREIGN) {
        return;
    }
    put(out, message->epoch, 4);
    put(out, message->remote_epoch, 4);
    put(out, message->number, 4);
    switch (message->kind) {
    case PF_BUS_ALIVE:
    case PF_BUS_RESET:
    case PF_BUS_SELF:
    case PF_BUS_FOREIGN: break;
    case PF_BUS_OPEN: put_open(message, out); break;
    case PF_BUS_TEXT: put(out, message->client, 4); break;
    case PF_BUS_CLOSED:
        put(out, message->client, 4);
        put(out, message->code, 2);
        break;
    case PF_BUS_CLOSE:
    case PF_BUS_AGAIN:
        put(out, message->client, 4);
        put(out, message->serial, 4);
        put(out, message->code, 2);
        break;
    case PF_BUS_SEND:
        put(out, message->clients_count, 1);
        for (uint32_t i = 0; i < message->clients_count; i++) {
            put(out, message->clients[i], 4);
            put(out, message->serials[i], 4);
        }
        break;
    }
    pf_buffer_put(out, message->text);
}

/* Reading */

struct reader {
    struct pf_slice left;
    bool is_invalid;
};

static struct pf_slice take_bytes(struct reader *reader, size_t size)
{
    if (size > reader->left.size) {
        reader->is_invalid = true;
        return PF_SLICE("");
    }
    const struct pf_slice taken = {reader->left.data, size};
    reader->left.data += size;
    reader->left.size -= size;
    return taken;
}

static uint64_t take(struct reader *reader, size_t size)
{
    const struct pf_slice bytes = take_bytes(reader, size);
    uint64_t number = 0;
    for (size_t i = bytes.size; i > 0; i--) {
        number = number << 8 | (uint8_t)bytes.data[i - 1];
    }
    return number;
}

static void take_open(struct reader *reader, struct pf_bus_message *out)
{
    out->client = (uint32_t)take(reader, 4);
    out->serial = (uint32_t)take(reader, 4);
    out->opened_unix_ms = take(reader, 8);
    out->address = take(reader, 8);
    out->is_again = take(reader, 1) != 0;
    out->room = take_bytes(reader, (size_t)take(reader, 1));
    reader->is_invalid |= out->room.size == 0 || out->room.size > PF_ROOM_NAME_SIZE_MAX;
}

static void take_clients(struct reader *reader, struct pf_bus_message *out)
{
    out->clients_count = (uint32_t)take(reader, 1);
    if (out->clients_count == 0 || out->clients_count > PF_MEMBERS_MAX) {
        reader->is_invalid = true;
        return;
    }
    for (uint32_t i = 0; i < out->clients_count; i++) {
        out->clients[i] = (uint32_t)take(reader, 4);
        out->serials[i] = (uint32_t)take(reader, 4);
    }
}

/* What the kind has. */
static void take_rest(struct reader *reader, struct pf_bus_message *out)
{
    switch (out->kind) {
    case PF_BUS_ALIVE:
    case PF_BUS_RESET:
    case PF_BUS_SELF:
    case PF_BUS_FOREIGN: break;
    case PF_BUS_OPEN: take_open(reader, out); break;
    case PF_BUS_TEXT: out->client = (uint32_t)take(reader, 4); break;
    case PF_BUS_CLOSED:
        out->client = (uint32_t)take(reader, 4);
        out->code = (uint16_t)take(reader, 2);
        break;
    case PF_BUS_CLOSE:
    case PF_BUS_AGAIN:
        out->client = (uint32_t)take(reader, 4);
        out->serial = (uint32_t)take(reader, 4);
        out->code = (uint16_t)take(reader, 2);
        break;
    case PF_BUS_SEND: take_clients(reader, out); break;
    }
    out->text = reader->left;
    reader->is_invalid |= out->client >= PF_BUS_CLIENT_MAX;
}

/* What the other kinds than FOREIGN have. */
static void take_body(struct reader *reader, struct pf_bus_message *out)
{
    out->epoch = (uint32_t)take(reader, 4);
    out->remote_epoch = (uint32_t)take(reader, 4);
    out->number = (uint32_t)take(reader, 4);
    take_rest(reader, out);
}

enum pf_error pf_bus_read(struct pf_slice bytes, struct pf_bus_message *out)
{
    struct reader reader = {.left = bytes};
    const uint8_t version = (uint8_t)take(&reader, 1);
    const uint64_t kind = take(&reader, 1);
    const pf_relay_id from = take(&reader, 8);
    if (reader.is_invalid || from == 0) {
        return PF_ERROR_INVALID;
    }
    *out = (struct pf_bus_message){.version = version, .from = from};
    if (version != PF_BUS_VERSION && kind != PF_BUS_FOREIGN) {
        return PF_ERROR_UNSUPPORTED;
    }
    if (kind >= PF_BUS_KINDS_COUNT || bytes.size > PF_BUS_SIZE_MAX) {
        return PF_ERROR_INVALID;
    }
    out->kind = (enum pf_bus_kind)kind;
    if (out->kind != PF_BUS_FOREIGN) {
        take_body(&reader, out);
    }
    return reader.is_invalid ? PF_ERROR_INVALID : PF_ERROR_OK;
}
