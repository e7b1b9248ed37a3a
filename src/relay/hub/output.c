/* output.c - the hub's queue of messages to send and clients to close. */
/* SPDX-License-Identifier: MIT */
#include "relay/hub/output.h"

#include "base/assert.h"

void pf_hub_output_clear(struct pf_hub *hub)
{
    hub->outputs_count = hub->outputs_taken = 0;
    pf_buffer_init(&hub->text, hub->text_data, sizeof hub->text_data);
}

bool pf_hub_output_take(struct pf_hub *hub, struct pf_hub_output *out)
{
    if (hub->outputs_taken == hub->outputs_count) {
        return false;
    }
    const struct pf_hub_queued *output = &hub->outputs[hub->outputs_taken++];
    *out = (struct pf_hub_output){
        .type = output->type,
        .clients = output->clients,
        .clients_count = output->clients_count,
        .head = output->head,
        .body = output->body,
        .code = output->code,
        .opened_ms = output->opened_ms,
    };
    return true;
}

struct pf_hub_queued *pf_hub_output_add(struct pf_hub *hub, enum pf_hub_output_type type)
{
    PF_ASSERT(hub->outputs_count < PF_HUB_OUTPUTS_MAX);
    struct pf_hub_queued *output = &hub->outputs[hub->outputs_count++];
    /* Not a compound literal: this is on the path of every message, and `clients` is large. */
    output->type = type;
    output->clients_count = 0;
    output->head = output->body = PF_SLICE("");
    output->code = 0;
    output->opened_ms = 0;
    return output;
}

void pf_hub_output_address(struct pf_hub_queued *output, uint32_t client)
{
    PF_ASSERT(output->clients_count < PF_MEMBERS_MAX);
    output->clients[output->clients_count++] = client;
}

struct pf_slice pf_hub_write_message(struct pf_hub *hub)
{
    const size_t start = hub->text.size;
    pf_message_write(&hub->message, &hub->text);
    PF_ASSERT(!hub->text.overflow);
    return (struct pf_slice){hub->text.data + start, hub->text.size - start};
}

struct pf_member pf_hub_describe(const struct pf_hub_member *member)
{
    return (struct pf_member){
        .id = member->id,
        .name = {member->name, member->name_size},
        .instance = member->instance,
        .away = member->client == PF_HUB_CLIENT_NONE,
        .role = member->is_host ? PF_ROLE_HOST : PF_ROLE_MEMBER,
        .capabilities = pf_hub_member_capabilities(member),
    };
}

struct pf_slice pf_hub_write_member(struct pf_hub *hub, const struct pf_hub_member *member)
{
    hub->message = (struct pf_message){
        .type = PF_MESSAGE_MEMBER,
        .member = {.member = pf_hub_describe(member)},
    };
    return pf_hub_write_message(hub);
}

void pf_hub_send(struct pf_hub *hub, uint32_t client, struct pf_slice text)
{
    struct pf_hub_queued *output = pf_hub_output_add(hub, PF_HUB_SEND);
    output->head = text;
    pf_hub_output_address(output, client);
}

void pf_hub_send_type(struct pf_hub *hub, uint32_t client, enum pf_message_type type)
{
    hub->message = (struct pf_message){.type = type};
    pf_hub_send(hub, client, pf_hub_write_message(hub));
}

void pf_hub_send_to_others(struct pf_hub *hub, const struct pf_hub_member *member,
                           const struct pf_hub_member *except, struct pf_slice text)
{
    const struct pf_hub_room *room = member->room;
    struct pf_hub_queued *output = pf_hub_output_add(hub, PF_HUB_SEND);
    output->head = text;
    for (size_t i = 0; i < room->members_count; i++) {
        const struct pf_hub_member *other = room->members[i];
        if (other != member && other != except && other->client != PF_HUB_CLIENT_NONE) {
            pf_hub_output_address(output, other->client);
        }
    }
    if (output->clients_count == 0) {
        hub->outputs_count--;
    }
}

void pf_hub_send_close(struct pf_hub *hub, uint32_t client, uint16_t code)
{
    struct pf_hub_queued *output = pf_hub_output_add(hub, PF_HUB_CLOSE);
    output->code = code;
    pf_hub_output_address(output, client);
}
