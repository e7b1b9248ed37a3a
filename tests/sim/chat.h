/* chat.h - people write to each other; and what must be shown of it. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_CHAT_H
#define SIM_CHAT_H

#include "core/command.h"
#include "core/room/chat.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim_tab;
struct sim_world;

enum { SIM_SAID_MAX = 800 /* messages of one page; then its person has said enough */ };

/* A message of a page. */
struct sim_said {
    uint32_t number; /* of the last attempt, from 1 */
    uint16_t size;
    uint8_t times; /* that it was sent: more than once after it has failed */
    enum pf_delivery delivery;
};

/* What a page has been shown of another one's messages. */
struct sim_heard {
    const struct sim_tab *from;
    uint32_t last; /* the number of the last one that was sent once */
    uint8_t times[SIM_SAID_MAX + 1];
};

/* A peer that a page shows, and what it may expect of it. */
struct sim_listener {
    pf_member_id id; /* 0: free */
    bool chats;      /* its client takes messages */
    uint32_t since;  /* how many messages the page had sent when it was shown */
    uint64_t since_us;
    uint64_t shown; /* messages of the peer */
};

/* The part of a page. */
struct sim_chat_page {
    uint32_t sent_count, said_count;
    struct sim_said said[SIM_SAID_MAX + 1]; /* by `first` */
    size_t kept_count;
    uint32_t kept[PF_CHAT_ENTRIES_MAX]; /* `first` of those that the room still has, by number */
    struct sim_listener listeners[PF_MEMBERS_MAX];
    size_t heard_count;
    struct sim_heard *heard; /* owned */
    bool expects;            /* that what it says is shown, which has not happened yet */
    uint32_t expected;       /* its `first` */
};

void sim_chat_begin(struct sim_world *world);
void sim_chat_end_tab(struct sim_tab *tab);

/* SIM_SAY: somebody writes something. */
void sim_chat_say(struct sim_world *world);

/* SHOW_MESSAGE, and the commands that show and hide peers. */
void sim_chat_check(struct sim_world *world, struct sim_tab *tab, const struct pf_command *command);
void sim_chat_note_peer(const struct sim_world *world, struct sim_tab *tab,
                        const struct pf_command *command);

/* In the end: whether `tab` has everything that `other` has kept, or does not take messages. */
bool sim_chat_has_all(const struct sim_tab *tab, const struct sim_tab *other);

/* In the end: whether no message of `tab` waits only for pages that are connected to it. */
bool sim_chat_is_settled(const struct sim_world *world, const struct sim_tab *tab);

#endif
