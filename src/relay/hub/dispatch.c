/* dispatch.c - what the hub does with a message of a client. */
/* SPDX-License-Identifier: MIT */
#include "relay/hub/dispatch.h"

#include "base/assert.h"
#include "protocol/envelope.h"
#include "relay/hub/admission.h"
#include "relay/hub/elsewhere.h"
#include "relay/hub/hosts.h"
#include "relay/hub/ice.h"
#include "relay/hub/output.h"
#include "relay/hub/presence.h"

/* What takes the place of the opening brace of a forwarded signal. */
static struct pf_slice write_prefix(struct pf_hub *hub, pf_member_id from)
{
    const size_t start = hub->text.size;
    pf_envelope_write_prefix(from, &hub->text);
    PF_ASSERT(!hub->text.overflow);
    PF_ASSERT(hub->text.size - start == PF_ENVELOPE_PREFIX_SIZE);
    return (struct pf_slice){hub->text.data + start, PF_ENVELOPE_PREFIX_SIZE};
}

/* The path of nearly every message: nothing is decoded and nothing is copied. */
static void on_signal(struct pf_hub *hub, struct pf_hub_client *client,
                      const struct pf_envelope *envelope)
{
    if (!client->member) {
        pf_hub_client_fail(hub, client, PF_CODE_NOT_JOINED, "join a room first");
        return;
    }
    const struct pf_hub_member *to = pf_hub_room_member(client->member->room, envelope->to);
    if (!to || to->client == PF_HUB_CLIENT_NONE || to == client->member) {
        pf_hub_fail_no_such_member(hub, client, envelope->to);
        return;
    }
    struct pf_hub_queued *output = pf_hub_output_add(hub, PF_HUB_SEND);
    output->head = write_prefix(hub, client->member->id);
    output->body = envelope->rest;
    pf_hub_output_address(output, to->client);
    client->member->has_spoken = true;
    hub->signals++;
}

static void on_envelope(struct pf_hub *hub, struct pf_hub_client *client, struct pf_slice text,
                        const struct pf_envelope *envelope)
{
    if (client->is_visiting && envelope->type != PF_MESSAGE_PING &&
        envelope->type != PF_MESSAGE_PONG) {
        pf_hub_visit_forward(hub, client, text);
        if (envelope->type == PF_MESSAGE_LEAVE) {
            pf_hub_client_leave(hub, client); /* it may not have got there yet */
        }
        return;
    }
    switch (envelope->type) {
    case PF_MESSAGE_SIGNAL: on_signal(hub, client, envelope); return;
    case PF_MESSAGE_JOIN: pf_hub_join(hub, client, text, envelope->prepared_offer); return;
    case PF_MESSAGE_RENAME: pf_hub_rename(hub, client, text); return;
    case PF_MESSAGE_HOST: pf_hosts_act(hub, client, text); return;
    case PF_MESSAGE_ICE_SERVERS: pf_hub_ice_requested(hub, client); return;
    case PF_MESSAGE_LEAVE: pf_hub_client_leave(hub, client); return;
    case PF_MESSAGE_PING: pf_hub_send_type(hub, client->number, PF_MESSAGE_PONG); return;
    case PF_MESSAGE_PONG: return; /* that the client has been heard is all that it says */
    case PF_MESSAGE_HELLO:
    case PF_MESSAGE_JOINED:
    case PF_MESSAGE_MEMBER:
    case PF_MESSAGE_LEFT:
    case PF_MESSAGE_ROOM:
    case PF_MESSAGE_KNOCKING:
    case PF_MESSAGE_MUTE:
    case PF_MESSAGE_ERROR:
    case PF_MESSAGE_STATE:
    case PF_MESSAGE_REACTION:
    case PF_MESSAGE_WANTED:
    case PF_MESSAGE_CHAT:
    case PF_MESSAGE_HEARD:
    case PF_MESSAGE_FILE:
    case PF_MESSAGE_FILE_ANSWER:
    case PF_MESSAGE_BYE:
        pf_hub_client_fail(hub, client, PF_CODE_UNKNOWN_TYPE,
                           "clients do not send messages of this type");
        return;
    }
    PF_UNREACHABLE();
}

void pf_hub_dispatch(struct pf_hub *hub, struct pf_hub_client *client, struct pf_slice text)
{
    struct pf_envelope envelope;
    switch (pf_envelope_read(text, &envelope)) {
    case PF_ERROR_OK: on_envelope(hub, client, text, &envelope); return;
    case PF_ERROR_UNSUPPORTED:
        pf_hub_client_fail(hub, client, PF_CODE_UNKNOWN_TYPE, "unknown message type");
        return;
    case PF_ERROR_TOO_LONG:
        pf_hub_client_fail(hub, client, PF_CODE_BAD_MESSAGE,
                           "the message is too long or nested too deep");
        return;
    case PF_ERROR_INVALID:
    case PF_ERROR_FULL:
    case PF_ERROR_MEMORY:
        pf_hub_client_fail(hub, client, PF_CODE_BAD_MESSAGE, "malformed message");
        return;
    }
    PF_UNREACHABLE();
}
