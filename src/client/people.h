/* people.h - the peers of a client, by the ids that the program knows them by. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CLIENT_PEOPLE_H
#define PF_CLIENT_PEOPLE_H

#include "client/peerface/client.h"
#include "core/room.h"

/* One event of a room may hide all peers and show as many: those that are gone wait to be told. */
enum { PF_PEOPLE_MAX = 2 * PF_MEMBERS_MAX };

struct pf_person {
    pf_peer_id id; /* 0: free slot */
    pf_member_id member;
    pf_pc pc; /* 0: none yet */
    enum pf_peer_state state;
    enum pf_source_state sources[PF_DEVICE_SOURCES_COUNT];
    bool is_open; /* messages can be sent */
    bool is_full; /* it was the one for whom PF_E_FULL was given last */
    bool has_changed;
    bool is_gone; /* the program has not been told yet */
    char name[PF_MEMBER_NAME_SIZE_MAX + 1];
};

struct pf_people {
    pf_peer_id last; /* that was given to anybody */
    struct pf_person list[PF_PEOPLE_MAX];
};

/* Somebody who is there, or NULL. */
struct pf_person *pf_people_find(const struct pf_people *people, pf_peer_id id);
struct pf_person *pf_people_find_member(const struct pf_people *people, pf_member_id member);

/* PF_COMMAND_SHOW_PEER and HIDE_PEER. Both give whom it is about. */
struct pf_person *pf_people_show(struct pf_people *people, const struct pf_command *command);
struct pf_person *pf_people_hide(struct pf_people *people, pf_member_id member);

/* The first of whom the program has not been told everything, those who are gone last; or NULL. */
struct pf_person *pf_people_next(struct pf_people *people, bool is_gone);

#endif
