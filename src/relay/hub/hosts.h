/* hosts.h - who is host of a room, and what hosts do. Internal to the hub. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_HUB_HOSTS_H
#define PF_RELAY_HUB_HOSTS_H

#include "base/slice.h"
#include "relay/hub/clients.h"
#include "relay/hub/rooms.h"
#include "relay/hub/state.h"
#include "relay/hub/ticket.h"

#include <stdbool.h>

/*
 * A member that has a client now has entered its room, or returned to it: gives it its role.
 * `is_new`: the room did not have this member. `is_appointed`: its token says that it is a host.
 */
void pf_hosts_enter(struct pf_hub *hub, struct pf_hub_member *member, bool is_new,
                    const struct pf_ticket *ticket, bool is_appointed);

/* Whether what tickets say about the door of this room counts: it is new, as all rooms are after a
 * restart of the relay, and no host has set its door. */
bool pf_hosts_believe_tickets(const struct pf_hub *hub, const struct pf_hub_room *room);

/* A member has gone: a room without a host gets another one, or is opened if nobody can be one. */
void pf_hosts_settle(struct pf_hub *hub, struct pf_hub_room *room);

/* The client says `host`. */
void pf_hosts_act(struct pf_hub *hub, struct pf_hub_client *client, struct pf_slice text);

/* Role and door, as far as the member may know them; borrows from its room. */
struct pf_terms pf_hosts_describe(const struct pf_hub_member *member);

/* Writes the member's ticket as of now. */
struct pf_slice pf_hosts_write_ticket(struct pf_hub *hub, const struct pf_hub_member *member,
                                      struct pf_buffer *out);

/* Something has changed that the hosts of the room, or all members, are to be told. */
void pf_hosts_note_knocks(struct pf_hub *hub, struct pf_hub_room *room);

/* The client's timer has fired: tells it, and the others of it, what is due. */
void pf_hosts_tell(struct pf_hub *hub, struct pf_hub_client *client);

#endif
