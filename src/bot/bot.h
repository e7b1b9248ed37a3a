/* bot.h - one member of one room, without media: a room of the core, and its WebSocket. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_BOT_BOT_H
#define PF_BOT_BOT_H

#include "bot/channel.h"
#include "bot/journal.h"
#include "core/room.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Texts are borrowed, end in NUL and outlive the bot. */
struct pf_bot_config {
    struct pf_endpoint *endpoint; /* borrowed */
    const char *url, *room, *name;
    const char *token;                /* or NULL */
    const struct pf_journal *journal; /* borrowed; NULL: none is kept */
    bool echoes;                      /* raises its hand while a person has theirs up */
};

/* A peer as last shown, to tell what has changed. */
struct pf_bot_peer {
    pf_member_id id; /* 0: a free slot */
    bool is_away, is_observer;
    struct pf_member_state state;
    size_t name_size;
    char name[PF_MEMBER_NAME_SIZE_MAX + 1];
};

struct pf_bot {
    struct pf_bot_config config;
    struct pf_room *room; /* owned; NULL: it has not joined, or has left */
    pf_socket socket;     /* that `channel` is; 0 for none */
    enum pf_room_state state;
    enum pf_error_code code; /* for REFUSED */
    pf_member_id self;
    bool hand;       /* raised; or lowered */
    uint64_t heard;  /* how often it was told of others */
    uint64_t losses; /* of the relay, while it was in the room */
    uint64_t refusals;
    struct pf_bot_peer peers[PF_MEMBERS_MAX];
    char why_away[PF_CHANNEL_WHY_SIZE]; /* the relay is, as last noted */
    struct pf_channel channel;
};

void pf_bot_init(struct pf_bot *bot, const struct pf_bot_config *config);

/* Ends everything at once. */
void pf_bot_free(struct pf_bot *bot);

/* Enters the room as somebody new. False: memory is short. Not while it is in it. */
bool pf_bot_join(struct pf_bot *bot, uint64_t now_ms);

/* Says goodbye; the channel is CLOSING for a moment. Harmless outside of the room. */
void pf_bot_leave(struct pf_bot *bot, uint64_t now_ms);

void pf_bot_set_hand(struct pf_bot *bot, bool raised, uint64_t now_ms);
void pf_bot_rename(struct pf_bot *bot, const char *name, uint64_t now_ms);

/* Whether it has joined and not left; it may be reconnecting. */
bool pf_bot_is_in(const struct pf_bot *bot);

/* Reads what has come, and does what is due. */
void pf_bot_run(struct pf_bot *bot, uint64_t now_ms);

/* When to call that without anything having come. */
uint64_t pf_bot_deadline_ms(const struct pf_bot *bot);

#endif
