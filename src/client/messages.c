/* messages.c - what programs send each other: the channels of PROTOCOL.md section 5.4, and the
 * chat. */
/* SPDX-License-Identifier: MIT */
#include "client/state.h"

#include <string.h>

void pf_client_stop_waiting(struct pf_client *client, struct pf_person *person)
{
    if (person->is_full) {
        person->is_full = false;
        pf_client_on_writable(client);
    }
}

void pf_client_on_channel(struct pf_client *client, pf_peer_id peer, bool is_open)
{
    struct pf_person *person = pf_people_find(&client->people, peer);
    if (person && person->is_open != is_open) {
        pf_client_stop_waiting(client, person);
        person->is_open = is_open;
        person->has_changed = true;
        pf_client_wake(client);
    }
}

/* Anything that a peer has sent on these channels. */
void pf_client_on_frame(struct pf_client *client, pf_peer_id peer, struct pf_slice frame,
                        bool is_text, bool is_unreliable)
{
    const size_t head_size = client->head_size;
    const bool is_ours = frame.size >= head_size && frame.size <= PF_MESSAGE_SIZE_MAX &&
                         memcmp(frame.data, client->head, head_size) == 0;
    if (!is_ours || !pf_people_find(&client->people, peer)) {
        return;
    }
    const unsigned how = (is_text ? PF_SEND_TEXT : 0u) | (is_unreliable ? PF_SEND_UNRELIABLE : 0u);
    (void)pf_client_tell(client, &(struct pf_client_event){.type = PF_CLIENT_MESSAGE,
                                                           .peer = peer,
                                                           .data = frame.data + head_size,
                                                           .size = frame.size - head_size,
                                                           .how = how});
}

static bool is_receiver(const struct pf_person *person, pf_peer_id peer)
{
    return person->id != 0 && !person->is_gone && person->is_open &&
           (peer == PF_PEER_ALL || person->id == peer);
}

/* FULL if the frame must wait for somebody. */
static enum pf_result check_room(struct pf_client *client, pf_peer_id peer,
                                 const struct pf_host_frame *frame)
{
    const size_t size = frame->head.size + frame->data.size;
    for (size_t i = 0; i < PF_PEOPLE_MAX; i++) {
        struct pf_person *person = &client->people.list[i];
        person->is_full =
            is_receiver(person, peer) &&
            pf_host_may_send(client->host, person->id, frame->is_unreliable, size) == PF_HOST_BUSY;
        if (person->is_full) {
            return PF_E_FULL;
        }
    }
    return PF_OK;
}

static int send_frame(struct pf_client *client, pf_peer_id peer, const struct pf_host_frame *frame)
{
    const size_t size = frame->head.size + frame->data.size;
    int count = 0;
    for (size_t i = 0; i < PF_PEOPLE_MAX; i++) {
        const struct pf_person *person = &client->people.list[i];
        if (is_receiver(person, peer) &&
            pf_host_may_send(client->host, person->id, frame->is_unreliable, size) ==
                PF_HOST_SENT) {
            pf_host_send(client->host, person->id, frame);
            count++;
        }
    }
    return count;
}

int pf_client_send(struct pf_client *client, pf_peer_id peer, const void *data, size_t size,
                   unsigned how)
{
    if (!client || (!data && size > 0) ||
        (how & ~(unsigned)(PF_SEND_UNRELIABLE | PF_SEND_TEXT)) != 0) {
        return PF_E_INVALID;
    }
    if (size > PF_CLIENT_MESSAGE_SIZE_MAX) {
        return PF_E_TOO_LONG;
    }
    const struct pf_host_frame frame = {
        .head = {client->head, client->head_size},
        .data = {size > 0 ? data : "", size},
        .is_text = (how & PF_SEND_TEXT) != 0,
        .is_unreliable = (how & PF_SEND_UNRELIABLE) != 0,
    };
    const bool may_skip = peer == PF_PEER_ALL && frame.is_unreliable;
    if (!may_skip && check_room(client, peer, &frame) != PF_OK) {
        client->waits_to_write = true;
        return PF_E_FULL;
    }
    const int count = send_frame(client, peer, &frame);
    return count == 0 && peer != PF_PEER_ALL ? PF_E_STATE : count;
}

int pf_client_say(struct pf_client *client, const char *text)
{
    if (!client || !text) {
        return PF_E_INVALID;
    }
    const struct pf_slice said = pf_slice_of(text);
    if (said.size > PF_CLIENT_TEXT_SIZE_MAX) {
        return PF_E_TOO_LONG;
    }
    if (!pf_chat_text_is_valid(said)) {
        return PF_E_INVALID;
    }
    if (client->state != PF_ROOM_JOINED && client->state != PF_ROOM_RECONNECTING) {
        return PF_E_STATE;
    }
    pf_host_handle(client->host, &(struct pf_event){.type = PF_EVENT_SAY, .say = {0, said}});
    return PF_OK;
}
