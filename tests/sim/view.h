/* view.h - what a page shows, according to the commands of its room. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_VIEW_H
#define SIM_VIEW_H

#include "core/command.h"

#include <stdbool.h>
#include <stddef.h>

struct sim_shown_peer {
    pf_member_id id; /* 0: free slot */
    char name[PF_MEMBER_NAME_SIZE_MAX + 1];
    enum pf_peer_state state;
    struct pf_member_state sources;
    bool away;
    bool is_host;
    pf_pc pc;
};

struct sim_shown_local {
    bool interrupted;
    bool on;
    enum pf_capture_state state;
    enum pf_dom_error error;
    pf_track track;
};

struct sim_view {
    enum pf_room_state state;
    enum pf_error_code code;
    pf_member_id self;
    uint32_t hand;
    size_t ticket_size;
    char ticket[PF_TICKET_SIZE_MAX];
    struct sim_shown_local local[PF_SOURCES_COUNT];
    size_t peers_count;
    struct sim_shown_peer peers[PF_MEMBERS_MAX];
};

/* The peer with this id, or NULL. */
const struct sim_shown_peer *sim_view_find(const struct sim_view *view, pf_member_id id);

/* Takes a SHOW or HIDE command. Returns NULL, or what is wrong with it. */
const char *sim_view_take(struct sim_view *view, const struct pf_command *command);

#endif
