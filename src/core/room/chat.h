/* chat.h - what this side has written, until it need not be kept. Internal to core. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CORE_ROOM_CHAT_H
#define PF_CORE_ROOM_CHAT_H

#include "core/event.h"
#include "core/peer/peer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pf_room;

/*
 * The last messages are kept even when everybody has them, for newcomers and for members who
 * reload.
 */
enum { PF_CHAT_ENTRIES_MAX = 64 };

struct pf_chat_entry {
    uint32_t number, first; /* as in struct pf_chat_message; number 0: there is none */
    bool is_sending;        /* somebody who was there has not got it */
    bool is_heard;          /* somebody has got it, or nobody was there */
    uint16_t size;          /* of the text */
    uint64_t said_ms;
    char text[PF_CHAT_TEXT_SIZE_MAX];
};

struct pf_chat {
    pf_member_id self;                                 /* who has written them */
    uint32_t last;                                     /* number; none comes twice */
    struct pf_chat_entry entries[PF_CHAT_ENTRIES_MAX]; /* each at its number modulo their count */
};

void pf_chat_init(struct pf_chat *chat);

/* The user writes something: shows it, and has it sent to everybody. */
void pf_chat_say(struct pf_room *room, const struct pf_event *event);

/* A peer says what it has heard. */
void pf_chat_take_heard(struct pf_room *room, struct pf_peer *peer, uint32_t number);

/* At the end of every event: sends what can be sent, and shows what has become of messages. */
void pf_chat_follow(struct pf_room *room);

void pf_chat_check(const struct pf_chat *chat);

#endif
