/* files.h - people offer files to each other, accept and cancel them; and what must come of it. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_FILES_H
#define SIM_FILES_H

#include "core/command.h"
#include "queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim_tab;
struct sim_world;

enum { SIM_TRANSFERS_MAX = 200 };

/* A file as one page knows it. Its content is that each byte is at its place, and so not kept. */
struct sim_transfer {
    pf_member_id peer; /* 0: a free slot */
    uint32_t number;
    bool is_own;
    enum pf_file_state state;
    uint32_t size;
    uint32_t origin_tab,
        origin_index;          /* the page that offers it, and its how manieth; 0: hostile */
    bool pumps;                /* own: it is about to send */
    uint32_t offset, position; /* own: told by the room; sent up to there, ... */
    uint32_t identity;         /* ... on this connection */
    bool consents, stores;     /* theirs: the user has accepted; the disk is busy */
    uint32_t received, stored; /* theirs */
    bool is_forgotten; /* the peer was given up since: if it returns, it may offer it again */
};

/* The part of a page. */
struct sim_files_page {
    uint32_t offers_count;
    uint32_t taken_count; /* of the places in the list: what has ended is kept for long */
    bool offers;          /* it has asked its room to, and has not been shown the file yet */
    struct sim_transfer list[SIM_TRANSFERS_MAX];
};

void sim_files_begin(struct sim_world *world);

/* SIM_FILE: somebody does something; SIM_FILE_*: a page goes on with one of its files. */
void sim_files_act(struct sim_world *world);
void sim_files_happen(struct sim_world *world, struct sim_tab *tab,
                      const struct sim_happening *happening);

/* SIM_BYTES: the first packet of the bytes that a connection sends arrives. */
void sim_files_deliver(struct sim_world *world, uint32_t identity);

/* SHOW_FILE, and HIDE_PEER. */
void sim_files_check(struct sim_world *world, struct sim_tab *tab,
                     const struct pf_command *command);

void sim_files_note_hidden(struct sim_tab *tab, pf_member_id peer);

/* In the end: whether nothing of `tab` is under way with a page that can be reached, and both of
 * them agree on what has become of it. */
bool sim_files_are_settled(const struct sim_world *world, const struct sim_tab *tab);

#endif
