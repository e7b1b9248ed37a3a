/* presence.h - which clients are connected, and which members are there, away or gone. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_HUB_PRESENCE_H
#define PF_RELAY_HUB_PRESENCE_H

#include "protocol/message.h"
#include "relay/hub/clients.h"
#include "relay/hub/rooms.h"
#include "relay/hub/state.h"

#include <stdbool.h>
#include <stdint.h>

/* Internal to the hub. */

/* Makes sure that one more client or member can have its timer set. False if memory is short. */
bool pf_hub_reserve_timer(struct pf_hub *hub);

/* A WebSocket has opened: greets it with `hello`, or closes it if memory is short. */
void pf_hub_client_open(struct pf_hub *hub, uint32_t number);

/* A client of another relay comes to a room of this hub: it was greeted at `opened_ms`. */
void pf_hub_guest_open(struct pf_hub *hub, uint32_t number, uint64_t opened_ms);

/* Closes a client that is no member with 1001. */
void pf_hub_client_dismiss(struct pf_hub *hub, struct pf_hub_client *client);

/* The WebSocket has closed with `code`: its member, if it has one, is away from now on. */
void pf_hub_client_lost(struct pf_hub *hub, struct pf_hub_client *client, uint16_t code);

/* The client's heartbeat timer has fired: sends a ping, or closes the client if it is silent. */
void pf_hub_client_heartbeat(struct pf_hub *hub, struct pf_hub_client *client);

/* Makes the timer of the client fire as soon as the current event has been handled. */
void pf_hub_client_hurry(struct pf_hub *hub, struct pf_hub_client *client);

/* The client asks to leave: its member is removed, and it is closed and freed. */
void pf_hub_client_leave(struct pf_hub *hub, struct pf_hub_client *client);

/* The client has sent more than it may: its member is away, and it is closed and freed. */
void pf_hub_client_evict(struct pf_hub *hub, struct pf_hub_client *client);

/*
 * Reports an error (PROTOCOL.md section 7). If the code is a fatal one the client, which must not
 * be a member, is closed and freed.
 */
void pf_hub_client_fail(struct pf_hub *hub, struct pf_hub_client *client, enum pf_error_code code,
                        const char *what);

/* Reports that no connected member has that id. */
void pf_hub_fail_no_such_member(struct pf_hub *hub, const struct pf_hub_client *client,
                                pf_member_id to);

/*
 * The member is about to get a new client, of that instance: closes the client that it has, or ends
 * its absence. A page has one socket at a time, so a client of the same page is not told that it
 * has been replaced: a page does not come back after that.
 */
void pf_hub_member_release(struct pf_hub *hub, struct pf_hub_member *member, uint32_t instance);

/* Whether it loses its place to a newcomer if the room is full: it is away, and has never sent
 * anybody a signal, or has been away for longer than it was there. */
bool pf_hub_member_gives_way(const struct pf_hub *hub, const struct pf_hub_member *member);

/* A host removes the member; its client, if it has one, is closed and freed. */
void pf_hub_member_remove(struct pf_hub *hub, struct pf_hub_member *member);

/* The grace period of an away member is over. */
void pf_hub_member_expire(struct pf_hub *hub, struct pf_hub_member *member);

#endif
