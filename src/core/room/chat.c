/*
 * chat.c - what this side has written, until it need not be kept.
 *
 * Every peer that understands messages is sent all that is kept, from the number on that it has not
 * heard: a newcomer all of it, a member who has reloaded likewise. A message is `sending` as long
 * as there is a peer in whose presence it was written and that has not heard it. Then it is `sent`,
 * unless nobody has heard it: `failed` messages are not kept, so that nobody gets them who comes
 * later, when the user may have sent them again.
 */
/* SPDX-License-Identifier: MIT */
#include "core/room/chat.h"

#include "base/assert.h"
#include "core/room/room_internal.h"

#include <string.h>

void pf_chat_init(struct pf_chat *chat)
{
    chat->self = 0;
    chat->last = 0;
    for (size_t i = 0; i < PF_CHAT_ENTRIES_MAX; i++) {
        chat->entries[i].number = 0;
        chat->entries[i].is_sending = chat->entries[i].is_heard = false;
    }
}

static void show(struct pf_room *room, const struct pf_chat_entry *entry, enum pf_delivery delivery,
                 struct pf_slice text)
{
    struct pf_command *command = pf_outbox_push(&room->context.outbox, PF_COMMAND_SHOW_MESSAGE);
    command->message.id = room->chat.self;
    command->message.instance = room->context.instance;
    command->message.first = entry->first;
    command->message.delivery = delivery;
    command->message.name = (struct pf_slice){room->membership.name, room->membership.name_size};
    command->message.text = text;
}

/* It is delivered, or will never be: then it is not kept. */
static void settle(struct pf_room *room, struct pf_chat_entry *entry, bool is_sent)
{
    if (entry->is_sending) {
        show(room, entry, is_sent ? PF_DELIVERY_SENT : PF_DELIVERY_FAILED,
             (struct pf_slice){NULL, 0});
        entry->is_sending = false;
        entry->number = is_sent ? entry->number : 0;
    }
}

/* Notes in whose presence it is said; false if there is nobody. */
static bool note_presence(struct pf_room *room, uint32_t number)
{
    bool any = false;
    for (size_t i = 0; i < room->roster.peers_end; i++) {
        struct pf_peer *peer = &room->roster.peers[i];
        any = any || peer->id != 0;
        if (peer->conversation.since == 0) {
            peer->conversation.since = number; /* a free slot begins anew when it is taken */
        }
    }
    return any;
}

void pf_chat_say(struct pf_room *room, const struct pf_event *event)
{
    struct pf_chat *chat = &room->chat;
    const struct pf_slice text = event->say.text;
    const enum pf_room_state state = room->membership.state;
    if ((state != PF_ROOM_JOINED && state != PF_ROOM_RECONNECTING) ||
        !pf_chat_text_is_valid(text)) {
        return;
    }
    const uint32_t number = ++chat->last;
    struct pf_chat_entry *entry = &chat->entries[number % PF_CHAT_ENTRIES_MAX];
    settle(room, entry, false); /* it has to make place */
    entry->number = number;
    entry->first = event->say.first != 0 ? event->say.first : number;
    entry->is_sending = true;
    entry->is_heard = !note_presence(room, number);
    entry->size = (uint16_t)text.size;
    entry->said_ms = room->context.now_ms;
    memcpy(entry->text, text.data, text.size);
    show(room, entry, PF_DELIVERY_SENDING, text);
}

void pf_chat_take_heard(struct pf_room *room, struct pf_peer *peer, uint32_t number)
{
    struct pf_chat *chat = &room->chat;
    struct pf_conversation *conversation = &peer->conversation;
    if (number > chat->last) {
        room->context.counters.stale++;
        return;
    }
    for (size_t i = 0; i < PF_CHAT_ENTRIES_MAX; i++) {
        chat->entries[i].is_heard = chat->entries[i].is_heard || chat->entries[i].number <= number;
    }
    if (number > conversation->acknowledged) {
        conversation->acknowledged = number;
    }
    if (conversation->acknowledged >= conversation->sent) {
        conversation->sent = conversation->acknowledged;
        conversation->in_flight = 0;
    }
}

/*
 * One event sends one message to everybody, or several to one peer. Each has its room in the
 * outbox, even if all of its bytes are escaped as six.
 */
enum { CHAT_SIZE_MAX = 6 * PF_CHAT_TEXT_SIZE_MAX + 100 };
_Static_assert(PF_PEERS_MAX *CHAT_SIZE_MAX < PF_OUTBOX_BYTES_MAX, "a message to everybody fits");
_Static_assert((int)PF_PEERS_MAX >= PF_CHAT_UNHEARD_MAX, "and so do several to one");

static void compose(struct pf_room *room, const struct pf_chat_entry *entry)
{
    struct pf_message *message = &room->context.outbox.message;
    const uint64_t age_ms = room->context.now_ms - entry->said_ms;
    message->type = PF_MESSAGE_CHAT;
    message->chat.number = entry->number;
    message->chat.first = entry->first;
    message->chat.age_ms = age_ms < UINT32_MAX ? (uint32_t)age_ms : UINT32_MAX;
    message->chat.text = (struct pf_slice){entry->text, entry->size};
}

/* Sends a peer what it has not heard; a part of it, if it has to acknowledge that first. */
static void send_to(struct pf_room *room, struct pf_peer *peer)
{
    const struct pf_chat *chat = &room->chat;
    struct pf_conversation *conversation = &peer->conversation;
    uint32_t number = chat->last > PF_CHAT_ENTRIES_MAX ? chat->last - PF_CHAT_ENTRIES_MAX : 0;
    number = number > conversation->sent ? number : conversation->sent;
    while (number++ < chat->last && conversation->in_flight < PF_CHAT_UNHEARD_MAX) {
        const struct pf_chat_entry *entry = &chat->entries[number % PF_CHAT_ENTRIES_MAX];
        if (entry->number != number) {
            continue; /* it has failed */
        }
        compose(room, entry);
        if (!pf_signaling_send_on_channel(peer, &room->context)) {
            return; /* after the next event */
        }
        conversation->sent = number;
        conversation->in_flight++;
    }
}

static bool is_awaited(const struct pf_room *room, uint32_t number)
{
    for (size_t i = 0; i < room->roster.peers_end; i++) {
        if (pf_conversation_awaits(&room->roster.peers[i], number)) {
            return true;
        }
    }
    return false;
}

void pf_chat_follow(struct pf_room *room)
{
    struct pf_chat *chat = &room->chat;
    for (size_t i = 0; i < room->roster.peers_end; i++) {
        struct pf_peer *peer = &room->roster.peers[i];
        peer->conversation.at_ms = PF_NEVER;
        if (peer->id != 0 && peer->conversation.is_possible && pf_signaling_has_channel(peer)) {
            pf_conversation_answer(peer, &room->context);
            send_to(room, peer);
        }
    }
    const bool is_another = chat->self != room->roster.self; /* member: the others have left it */
    for (size_t i = 0; i < PF_CHAT_ENTRIES_MAX; i++) {
        struct pf_chat_entry *entry = &chat->entries[i];
        if (is_another || !is_awaited(room, entry->number)) {
            settle(room, entry, !is_another && entry->is_heard);
        }
        entry->number = is_another ? 0 : entry->number;
    }
    chat->self = room->roster.self;
}

void pf_chat_check(const struct pf_chat *chat)
{
    for (size_t i = 0; i < PF_CHAT_ENTRIES_MAX; i++) {
        const struct pf_chat_entry *entry = &chat->entries[i];
        PF_ASSERT(entry->number <= chat->last);
        PF_ASSERT(entry->number == 0 || entry->number % PF_CHAT_ENTRIES_MAX == i);
        PF_ASSERT(entry->number == 0 || entry->size <= PF_CHAT_TEXT_SIZE_MAX);
    }
}
