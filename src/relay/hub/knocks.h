/* knocks.h - who waits at the locked doors of rooms. Internal to the hub. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_HUB_KNOCKS_H
#define PF_RELAY_HUB_KNOCKS_H

#include "relay/hub/admission.h"
#include "relay/hub/clients.h"
#include "relay/hub/rooms.h"
#include "relay/hub/state.h"

#include <stdbool.h>

/* A client at a door. It is let in when a host says so, and when the door or the room is gone. */
struct pf_hub_knock {
    pf_member_id id;              /* random, of no member */
    pf_member_id ticket_id;       /* who it is by an older ticket; 0 for none */
    uint64_t issued_s;            /* when that ticket was */
    uint64_t address;             /* of struct pf_hub_doorkeeper */
    struct pf_hub_client *client; /* borrowed; owns this */
    struct pf_hub_room *room;     /* borrowed; NULL if it is gone */
    struct pf_hub_knock *next;    /* at the same door, later; borrowed */
    bool is_admitted;
    bool is_named; /* as in struct pf_hub_newcomer */
    uint32_t instance;
    uint8_t room_name_size, name_size, capabilities_size;
    char room_name[PF_ROOM_NAME_SIZE_MAX];
    char name[PF_MEMBER_NAME_SIZE_MAX];
    char capabilities[PF_CAPABILITIES_SIZE_MAX];
};

/* Of PF_KNOCKS_MAX places, so that one address cannot take all. */
enum { PF_HUB_KNOCKS_OF_ADDRESS_MAX = 3 };

/* Why the door has no place for the client, or NULL if it has one. */
const char *pf_knock_why_not(const struct pf_hub *hub, const struct pf_hub_client *client,
                             const struct pf_hub_room *room);

/* The client knocks at the room, which has a place for it. Refused if memory is short. */
void pf_knock_begin(struct pf_hub *hub, struct pf_hub_client *client, struct pf_hub_room *room,
                    const struct pf_hub_newcomer *newcomer);

/* Ends the knock of the client, if there is one. */
void pf_knock_end(struct pf_hub *hub, struct pf_hub_client *client);

/* The client's timer has fired: lets it in, if it may enter. False if the client is closed. */
bool pf_knock_settle(struct pf_hub *hub, struct pf_hub_client *client);

struct pf_knock pf_knock_describe(const struct pf_hub_knock *knock);

/* A host admits or refuses a knock; false if there is none of that id. */
bool pf_knocks_answer(struct pf_hub *hub, struct pf_hub_room *room, pf_member_id id, bool admit);

/* The door is open: all who wait may enter. */
void pf_knocks_hurry(struct pf_hub *hub, const struct pf_hub_room *room);

/* The room is about to be deleted. */
void pf_knocks_orphan(struct pf_hub *hub, struct pf_hub_room *room);

#endif
