/* elsewhere.c - clients whose room is another relay's, and rooms that move there. */
/* SPDX-License-Identifier: MIT */
#include "relay/hub/elsewhere.h"

#include "base/assert.h"
#include "relay/hub/dispatch.h"
#include "relay/hub/output.h"
#include "relay/hub/presence.h"

bool pf_hub_is_elsewhere(const struct pf_hub *hub, struct pf_slice room)
{
    const struct pf_hub_elsewhere *elsewhere = &hub->config.elsewhere;
    return elsewhere->is_ours && !elsewhere->is_ours(elsewhere->user, room);
}

void pf_hub_visit_begin(struct pf_hub *hub, struct pf_hub_client *client, struct pf_slice room,
                        struct pf_slice text)
{
    const size_t start = hub->text.size;
    pf_buffer_put(&hub->text, room);
    PF_ASSERT(!hub->text.overflow);
    pf_hub_clients_set_visiting(&hub->clients, client, true);
    pf_hub_clients_seat(&hub->clients, client);
    struct pf_hub_queued *output = pf_hub_output_add(hub, PF_HUB_VISIT);
    output->head = (struct pf_slice){hub->text.data + start, room.size};
    output->body = text;
    output->opened_ms = pf_hub_client_opened_ms(client);
    pf_hub_output_address(output, client->number);
}

void pf_hub_visit_forward(struct pf_hub *hub, const struct pf_hub_client *client,
                          struct pf_slice text)
{
    struct pf_hub_queued *output = pf_hub_output_add(hub, PF_HUB_FORWARD);
    output->body = text;
    pf_hub_output_address(output, client->number);
}

void pf_hub_visit_end(struct pf_hub *hub, struct pf_hub_client *client, struct pf_slice text)
{
    pf_hub_clients_set_visiting(&hub->clients, client, false);
    pf_hub_dispatch(hub, client, text);
}

/* Each client is closed when its timer fires, at once: an event has few outputs. */
void pf_hub_room_move(struct pf_hub *hub, struct pf_slice name)
{
    struct pf_hub_room *room = pf_rooms_find(&hub->rooms, name);
    if (!room) {
        return;
    }
    room->is_moved = true;
    for (size_t i = 0; i < room->members_count; i++) {
        if (room->members[i]->client != PF_HUB_CLIENT_NONE) {
            pf_hub_client_hurry(hub, pf_hub_clients_find(&hub->clients, room->members[i]->client));
        }
    }
    if (!pf_hub_room_is_connected(room)) {
        pf_hub_member_remove(hub, room->members[0]); /* and with it the room */
    }
}
