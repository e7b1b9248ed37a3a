/*
 * bot.c - one member of one room, without media: a room of the core, and its WebSocket.
 *
 * It names the capability "observer" (PROTOCOL.md section 4.5), so the room asks for nothing but a
 * WebSocket. What is to follow from what the room shows is done when all its commands have been
 * carried out.
 */
/* SPDX-License-Identifier: MIT */
#include "bot/bot.h"

#include "base/assert.h"
#include "core/names.h"
#include "relay/server/crypto.h"

#include <stdlib.h>
#include <string.h>

void pf_bot_init(struct pf_bot *bot, const struct pf_bot_config *config)
{
    bot->config = *config;
    bot->room = NULL;
    bot->socket = 0;
    bot->state = PF_ROOM_IDLE;
    bot->code = PF_CODE_OTHER;
    bot->heard = bot->losses = bot->refusals = 0;
    pf_channel_init(&bot->channel, config->endpoint);
}

static void end_room(struct pf_bot *bot)
{
    if (bot->room) {
        pf_room_close(bot->room);
        free(bot->room);
        bot->room = NULL;
    }
}

void pf_bot_free(struct pf_bot *bot)
{
    end_room(bot);
    pf_channel_drop(&bot->channel);
}

/* ---- the journal ---- */

static void note_peer(const struct pf_bot *bot, const struct pf_bot_peer *peer, const char *event)
{
    if (bot->config.journal) {
        const struct pf_journal_entry entry = {
            .event = event,
            .room = pf_slice_of(bot->config.room),
            .id = peer->id,
            .name = {peer->name, peer->name_size},
            .sources = strcmp(event, "state") == 0 ? &peer->state : NULL,
        };
        pf_journal_write(bot->config.journal, &entry);
    }
}

static void note_room(const struct pf_bot *bot, const char *reason)
{
    if (bot->config.journal) {
        const struct pf_journal_entry entry = {
            .event = "room",
            .room = pf_slice_of(bot->config.room),
            .id = bot->self,
            .name = pf_slice_of(bot->config.name),
            .state = pf_names_of_room_states.list[bot->state],
            .reason = reason,
        };
        pf_journal_write(bot->config.journal, &entry);
    }
}

/* Why the relay cannot be reached, once for each reason: attempts go on. */
static void note_away(struct pf_bot *bot)
{
    if (bot->room && strcmp(bot->why_away, bot->channel.why) != 0) {
        (void)strcpy(bot->why_away, bot->channel.why); /* of the same size */
        note_room(bot, bot->why_away);
    }
}

/* ---- what the room shows ---- */

static struct pf_bot_peer *find_peer(struct pf_bot *bot, pf_member_id id)
{
    for (size_t i = 0; i < PF_MEMBERS_MAX; i++) {
        if (bot->peers[i].id == id) {
            return &bot->peers[i];
        }
    }
    return NULL;
}

static bool is_same_state(const struct pf_member_state *a, const struct pf_member_state *b)
{
    bool is_same = a->hand == b->hand;
    for (size_t i = 0; i < PF_SOURCES_COUNT; i++) {
        is_same = is_same && a->sources[i] == b->sources[i];
    }
    return is_same;
}

static void show_peer(struct pf_bot *bot, const struct pf_command *command)
{
    struct pf_bot_peer *peer = find_peer(bot, command->peer.id);
    const bool is_new = !peer;
    if (is_new) {
        peer = find_peer(bot, 0);
        PF_ASSERT(peer);
    }
    const struct pf_bot_peer was = *peer;
    *peer = (struct pf_bot_peer){
        .id = command->peer.id,
        .is_away = command->peer.away,
        .is_observer = pf_capabilities_have(command->peer.capabilities, PF_CAPABILITY_OBSERVER),
        .state = command->peer.sources,
    };
    peer->name_size = pf_slice_copy(command->peer.name, peer->name, sizeof peer->name);
    bot->heard++;
    if (is_new) {
        note_peer(bot, peer, "joined");
    } else if (!pf_slice_equal(command->peer.name, (struct pf_slice){was.name, was.name_size})) {
        note_peer(bot, peer, "renamed");
    }
    if (!is_new && was.is_away != peer->is_away) {
        note_peer(bot, peer, peer->is_away ? "away" : "back");
    }
    if (peer->state.sequence != 0 &&
        (is_new || was.state.sequence == 0 || !is_same_state(&was.state, &peer->state))) {
        note_peer(bot, peer, "state");
    }
}

static void hide_peer(struct pf_bot *bot, pf_member_id id)
{
    struct pf_bot_peer *peer = find_peer(bot, id);
    PF_ASSERT(peer);
    bot->heard++;
    note_peer(bot, peer, "left");
    peer->id = 0;
}

static void show_room(struct pf_bot *bot, const struct pf_command *command)
{
    const enum pf_room_state was = bot->state;
    bot->state = command->room.state;
    bot->code = command->room.code;
    bot->self = command->room.self;
    if (was == bot->state) {
        return;
    }
    note_room(bot, bot->state == PF_ROOM_REFUSED ? pf_error_code_name(bot->code) : NULL);
    if (bot->state == PF_ROOM_JOINED) {
        bot->why_away[0] = '\0';
    }
    bot->losses += bot->state == PF_ROOM_RECONNECTING;
    bot->refusals += bot->state == PF_ROOM_REFUSED;
}

static void execute(struct pf_bot *bot, const struct pf_command *command)
{
    switch ((int)command->type) {
    case PF_COMMAND_SOCKET_OPEN:
        bot->socket = command->socket;
        pf_channel_open(&bot->channel);
        break;
    case PF_COMMAND_SOCKET_SEND: pf_channel_send(&bot->channel, command->text); break;
    case PF_COMMAND_SOCKET_CLOSE:
        bot->socket = 0;
        pf_channel_close(&bot->channel, command->close_code);
        break;
    case PF_COMMAND_SHOW_ROOM: show_room(bot, command); break;
    case PF_COMMAND_SHOW_PEER: show_peer(bot, command); break;
    case PF_COMMAND_HIDE_PEER: hide_peer(bot, command->hide_peer); break;
    default: break; /* of sources that there are none of, of knocks, of reactions */
    }
}

static void give(struct pf_bot *bot, struct pf_event *event, uint64_t now_ms)
{
    struct pf_command command;
    event->now_ms = now_ms;
    pf_room_handle(bot->room, event);
    while (pf_room_poll(bot->room, &command)) {
        execute(bot, &command);
    }
}

/* ---- what follows from it ---- */

static void echo(struct pf_bot *bot, uint64_t now_ms)
{
    bool raised = false;
    for (size_t i = 0; i < PF_MEMBERS_MAX; i++) {
        const struct pf_bot_peer *peer = &bot->peers[i];
        raised = raised || (peer->id != 0 && !peer->is_observer && peer->state.hand != 0);
    }
    pf_bot_set_hand(bot, raised, now_ms);
}

static void follow(struct pf_bot *bot, uint64_t now_ms)
{
    if (bot->state == PF_ROOM_JOINED && bot->config.echoes) {
        echo(bot, now_ms);
    }
}

/* ---- what it is told to do ---- */

bool pf_bot_is_in(const struct pf_bot *bot)
{
    return bot->room && bot->state != PF_ROOM_REFUSED;
}

bool pf_bot_join(struct pf_bot *bot, uint64_t now_ms)
{
    PF_ASSERT(!pf_bot_is_in(bot));
    struct pf_room_config config = {
        .url = pf_slice_of(bot->config.url),
        .seed = pf_crypto_draw(NULL),
        .instance = (uint32_t)pf_crypto_draw(NULL) | 1,
        .capabilities = PF_CAPABILITY_OBSERVER,
        .origins = {PF_ORIGIN_NONE, PF_ORIGIN_NONE},
    };
    end_room(bot);
    bot->room = malloc(pf_room_size());
    if (!bot->room) {
        return false;
    }
    PF_ASSERT(pf_room_init(bot->room, &config) == PF_ERROR_OK); /* the URL has been read */
    bot->state = PF_ROOM_IDLE;
    bot->self = 0;
    bot->hand = false;
    bot->why_away[0] = '\0';
    for (size_t i = 0; i < PF_MEMBERS_MAX; i++) {
        bot->peers[i].id = 0;
    }
    give(bot,
         &(struct pf_event){.type = PF_EVENT_SET_TOKEN, .token = pf_slice_of(bot->config.token)},
         now_ms);
    give(bot,
         &(struct pf_event){.type = PF_EVENT_JOIN,
                            .join = {pf_slice_of(bot->config.room), pf_slice_of(bot->config.name)}},
         now_ms);
    return true;
}

void pf_bot_leave(struct pf_bot *bot, uint64_t now_ms)
{
    if (bot->room) {
        give(bot, &(struct pf_event){.type = PF_EVENT_LEAVE}, now_ms);
        end_room(bot);
    }
}

void pf_bot_set_hand(struct pf_bot *bot, bool raised, uint64_t now_ms)
{
    if (pf_bot_is_in(bot) && bot->hand != raised) {
        bot->hand = raised;
        give(bot, &(struct pf_event){.type = PF_EVENT_SET_HAND, .set_hand = {raised}}, now_ms);
    }
}

void pf_bot_rename(struct pf_bot *bot, const char *name, uint64_t now_ms)
{
    if (pf_bot_is_in(bot)) {
        give(bot, &(struct pf_event){.type = PF_EVENT_SET_NAME, .name = pf_slice_of(name)}, now_ms);
    }
}

/* ---- what happens ---- */

/* Takes one thing that the channel has. False: it has nothing. */
static bool read_channel(struct pf_bot *bot, uint64_t now_ms)
{
    struct pf_event event = {.socket = bot->socket};
    switch (pf_channel_read(&bot->channel, &event.message)) {
    case PF_CHANNEL_NOTHING: return false;
    case PF_CHANNEL_TEXT: event.type = PF_EVENT_SOCKET_MESSAGE; break;
    case PF_CHANNEL_LOST:
        note_away(bot);
        event.type = PF_EVENT_SOCKET_CLOSED;
        event.socket_closed.code = PF_CLOSE_ABNORMAL;
        break;
    }
    if (bot->room) {
        give(bot, &event, now_ms);
        follow(bot, now_ms);
    }
    return true;
}

void pf_bot_run(struct pf_bot *bot, uint64_t now_ms)
{
    while (read_channel(bot, now_ms)) {
    }
    if (bot->room && pf_room_deadline_ms(bot->room) <= now_ms) {
        give(bot, &(struct pf_event){.type = PF_EVENT_TIMEOUT}, now_ms);
    }
}

uint64_t pf_bot_deadline_ms(const struct pf_bot *bot)
{
    return bot->room ? pf_room_deadline_ms(bot->room) : PF_NEVER;
}
