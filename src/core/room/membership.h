/* membership.h - entering a room, staying in it, leaving it. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_ROOM_MEMBERSHIP_H
#define PF_CORE_ROOM_MEMBERSHIP_H

#include "core/room.h"
#include "protocol/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pf_room;

struct pf_membership {
    enum pf_room_state state;
    enum pf_error_code code; /* for REFUSED */
    bool is_changed;         /* the page has to be told */
    bool wants_join;
    bool took_over;         /* since the user joined: has connected again after being replaced */
    bool prepared_sent;     /* with the join that is not answered yet */
    bool first_epoch_spent; /* an offer of epoch 1 may have reached any member */
    bool name_told;         /* to the relay, or will be with "join" */
    uint64_t name_at_ms;    /* the earliest time of the next "rename" */
    uint64_t join_at_ms;    /* when to join without the offer that is being prepared */
    uint64_t close_at_ms;   /* the end of the connections, after leaving */
    size_t room_size, name_size, ticket_size, token_size, capabilities_size;
    char room[PF_ROOM_NAME_SIZE_MAX];
    char name[PF_MEMBER_NAME_SIZE_MAX + 1];
    char ticket[PF_TICKET_SIZE_MAX + 1];
    char token[PF_TOKEN_SIZE_MAX + 1];
    char capabilities[PF_CAPABILITIES_SIZE_MAX + 1];
};

void pf_membership_init(struct pf_membership *membership, const struct pf_room_config *config);

/* What the user wants. */
void pf_membership_start(struct pf_room *room);
void pf_membership_join(struct pf_room *room, const struct pf_event *event);
void pf_membership_leave(struct pf_room *room); /* again: without waiting for "bye" to be sent */

/* What the relay is shown with every join from now on; one that is too long is ignored. */
void pf_membership_set_token(struct pf_membership *membership, struct pf_slice token);
void pf_membership_rename(struct pf_room *room, struct pf_slice name);

/* What the relay says. */
void pf_membership_on_hello(struct pf_room *room, const struct pf_message *message);
void pf_membership_on_room(struct pf_room *room, const struct pf_message *message);
void pf_membership_on_joined(struct pf_room *room, const struct pf_message *message);
void pf_membership_on_error(struct pf_room *room, enum pf_error_code code);

/* An event of group PC of the prepared connection. */
void pf_membership_handle_prepared(struct pf_room *room, const struct pf_event *event);

/* The network has changed: an offer with the addresses of the old one is made anew. */
void pf_membership_on_network(struct pf_room *room);

/* At the end of every event: takes account of a session that has been lost. */
void pf_membership_follow_session(struct pf_room *room);

/* Likewise: tells the relay a new name, as soon as it can be told. */
void pf_membership_tell_name(struct pf_room *room);

void pf_membership_tick(struct pf_room *room);
uint64_t pf_membership_deadline_ms(const struct pf_room *room);

#endif
