/* chat.c - people write to each other; and what must be shown of it. */
/* SPDX-License-Identifier: MIT */
#include "chat.h"

#include "base/assert.h"
#include "cluster_check.h"
#include "hostile.h"
#include "tab.h"
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TALKING_MS = 3000, /* how long they go on after the faults */
    /* What one member can have shown at most: a burst, one in a while, some per connection. */
    BURST = 80,
    TAKEN_MS = 500,
    CONNECTIONS = 8, /* at once, and then one a second */
};

static void schedule(struct sim_world *world)
{
    if (world->now_us < world->quiet_us + (uint64_t)TALKING_MS * 1000) {
        sim_after_pause(world, world->faults.chats_per_minute, SIM_SAY);
    }
}

void sim_chat_begin(struct sim_world *world)
{
    if (world->faults.chats_per_minute > 0) {
        schedule(world);
    }
}

void sim_chat_end_tab(struct sim_tab *tab)
{
    free(tab->chat.heard);
    tab->chat.heard = NULL;
    tab->chat.heard_count = 0;
}

/* What the page writes as its message `first`: of exactly so many bytes, some hard to carry. */
static struct pf_slice text_of(const struct sim_tab *tab, uint32_t first, size_t size, char *out)
{
    size_t at = (size_t)snprintf(out, size, "%c%u/%u ", (char)('A' + tab->host), tab->index, first);
    for (; first % 4 == 0 && at + 3 <= size; at += 3) {
        memcpy(out + at, "\xed\x95\x9c", 3);
    }
    for (; first % 4 == 1 && at < size; at++) {
        out[at] = '\x01';
    }
    for (; at < size; at++) {
        out[at] = "\"\\\n<&x"[at % 6];
    }
    return (struct pf_slice){out, size};
}

/* ---- what people write ---- */

static void forget(struct sim_chat_page *chat, size_t index)
{
    chat->kept_count--;
    memmove(&chat->kept[index], &chat->kept[index + 1],
            (chat->kept_count - index) * sizeof(chat->kept[0]));
}

/* The room has to do the same, and does it before it shows the new message. Returns the `first` of
 * the one that has to make place, or 0. */
static uint32_t keep(struct sim_chat_page *chat, uint32_t first)
{
    uint32_t gone = 0;
    if (chat->kept_count > 0 &&
        chat->said[chat->kept[0]].number + PF_CHAT_ENTRIES_MAX <= chat->said[first].number) {
        gone = chat->kept[0];
        forget(chat, 0);
    }
    chat->kept[chat->kept_count++] = first;
    return gone;
}

static void send_message(struct sim_world *world, struct sim_tab *tab, uint32_t first)
{
    struct sim_chat_page *chat = &tab->chat;
    struct sim_said *said = &chat->said[first];
    char text[PF_CHAT_TEXT_SIZE_MAX];
    const bool again = said->times > 0;
    said->number = ++chat->sent_count;
    said->times++;
    const uint32_t gone = keep(chat, first);
    chat->expects = true;
    chat->expected = first;
    world->stats->messages_said++;
    sim_tab_handle(
        world, tab,
        &(struct pf_event){.type = PF_EVENT_SAY,
                           .say = {again ? first : 0, text_of(tab, first, said->size, text)}});
    if (tab->alive && tab->chat.expects) {
        sim_fail(world, "%s is not shown what it has written", sim_tab_name(world, tab));
    }
    if (gone != 0 && chat->said[gone].delivery == PF_DELIVERY_SENDING) {
        sim_fail(world, "%s gives up a message without a word", sim_tab_name(world, tab));
    }
}

static bool is_in_room(const struct sim_tab *tab)
{
    return tab->view.state == PF_ROOM_JOINED || tab->view.state == PF_ROOM_RECONNECTING;
}

static void say(struct sim_world *world, struct sim_tab *tab)
{
    static const uint32_t sizes[] = {20, 20, 30, 40, 60, 100, 100, 200, 900, 2000};
    const uint32_t size = sizes[sim_below(world, sizeof(sizes) / sizeof(sizes[0]))];
    if (!is_in_room(tab) || tab->chat.said_count == SIM_SAID_MAX || !tab->quality.is_new) {
        return;
    }
    /* `first` is the number of the first attempt, which is only known to be above all others. */
    const uint32_t first = tab->chat.sent_count + 1;
    if (first <= SIM_SAID_MAX) {
        tab->chat.said_count++;
        tab->chat.said[first] = (struct sim_said){.size = (uint16_t)size};
        send_message(world, tab, first);
    }
}

/* The last one that has failed, once more. */
static void say_again(struct sim_world *world, struct sim_tab *tab)
{
    uint32_t first = tab->chat.sent_count < SIM_SAID_MAX ? tab->chat.sent_count : SIM_SAID_MAX;
    while (first > 0 && (tab->chat.said[first].delivery != PF_DELIVERY_FAILED ||
                         tab->chat.said[first].times > 100)) {
        first--;
    }
    if (first > 0 && is_in_room(tab)) {
        send_message(world, tab, first);
    }
}

/* A room must not say it, and show nothing. */
static void say_nonsense(struct sim_world *world, struct sim_tab *tab)
{
    static const char nul[] = "a\0b";
    const struct pf_slice texts[] = {
        PF_SLICE(""), {world->scratch, PF_CHAT_TEXT_SIZE_MAX + 1}, {nul, 3}, PF_SLICE("\xed\xa0")};
    const uint32_t which = sim_below(world, sizeof(texts) / sizeof(texts[0]));
    memset(world->scratch, 'x', PF_CHAT_TEXT_SIZE_MAX + 1);
    sim_tab_handle(world, tab, &(struct pf_event){.type = PF_EVENT_SAY, .say = {0, texts[which]}});
}

void sim_chat_say(struct sim_world *world)
{
    const struct sim_host *host = &world->hosts[sim_below(world, world->faults.hosts_count)];
    const uint32_t what = sim_below(world, 20);
    const uint32_t times = sim_chance(world, 50) ? 1 + sim_below(world, 100) : 1;
    schedule(world);
    for (uint32_t i = 0; i < times && host->tab && !host->asleep && !host->tab->left; i++) {
        if (what == 0) {
            say_nonsense(world, host->tab);
        } else if (what < 4) {
            say_again(world, host->tab);
        } else {
            say(world, host->tab);
        }
    }
}

/* ---- who is there ---- */

static struct sim_listener *listener_of(struct sim_tab *tab, pf_member_id id)
{
    for (int i = 0; i < PF_MEMBERS_MAX; i++) {
        if (tab->chat.listeners[i].id == id) {
            return &tab->chat.listeners[i];
        }
    }
    return NULL;
}

void sim_chat_note_peer(const struct sim_world *world, struct sim_tab *tab,
                        const struct pf_command *command)
{
    if (command->type == PF_COMMAND_HIDE_PEER) {
        struct sim_listener *listener = listener_of(tab, command->hide_peer);
        if (listener && command->hide_peer != 0) {
            *listener = (struct sim_listener){0};
        }
    } else if (command->type == PF_COMMAND_SHOW_PEER) {
        struct sim_listener *listener = listener_of(tab, command->peer.id);
        if (!listener) {
            listener = listener_of(tab, 0);
            *listener = (struct sim_listener){
                .id = command->peer.id, .since = tab->chat.sent_count, .since_us = world->now_us};
        }
        listener->chats = pf_capabilities_have(command->peer.capabilities, PF_CAPABILITY_CHAT);
    }
}

/* Any page of the host that this member is has been shown the message; also true of strangers. */
static bool member_has(const struct sim_world *world, pf_member_id id, const struct sim_tab *from,
                       uint32_t first)
{
    uint32_t host = SIM_HOSTS_MAX;
    for (size_t i = world->tabs_count; i > 0 && host == SIM_HOSTS_MAX; i--) {
        const struct sim_tab *tab = world->tabs[i];
        host = tab->view.self == id ? tab->host : host;
    }
    for (size_t i = 1; i <= world->tabs_count && host < SIM_HOSTS_MAX; i++) {
        const struct sim_tab *tab = world->tabs[i];
        for (size_t k = 0; tab->host == host && k < tab->chat.heard_count; k++) {
            if (tab->chat.heard[k].from == from && tab->chat.heard[k].times[first] > 0) {
                return true;
            }
        }
    }
    return host == SIM_HOSTS_MAX;
}

/* ---- what is shown of one's own ---- */

static void check_failed(struct sim_world *world, struct sim_tab *tab, uint32_t first)
{
    struct sim_chat_page *chat = &tab->chat;
    size_t at = 0;
    while (at < chat->kept_count && chat->kept[at] != first) {
        at++;
    }
    if (at == chat->kept_count) {
        return; /* there was no room for it any more */
    }
    forget(chat, at);
    for (int i = 0; i < PF_MEMBERS_MAX; i++) {
        const struct sim_listener *listener = &chat->listeners[i];
        if (listener->id != 0 && listener->chats && chat->said[first].number > listener->since) {
            sim_fail(world, "%s gives up a message that somebody waits for",
                     sim_tab_name(world, tab));
        }
    }
}

static void check_sent(struct sim_world *world, const struct sim_tab *tab, uint32_t first)
{
    for (int i = 0; i < PF_MEMBERS_MAX; i++) {
        const struct sim_listener *listener = &tab->chat.listeners[i];
        if (listener->id != 0 && listener->chats &&
            tab->chat.said[first].number > listener->since &&
            !member_has(world, listener->id, tab, first)) {
            sim_fail(world, "%s shows as sent what somebody has not got", sim_tab_name(world, tab));
        }
    }
}

static void check_own(struct sim_world *world, struct sim_tab *tab,
                      const struct pf_command *command)
{
    const uint32_t first = command->message.first;
    if (first > SIM_SAID_MAX || tab->chat.said[first].times == 0) {
        sim_fail(world, "%s shows a message of its own that it has not written",
                 sim_tab_name(world, tab));
        return;
    }
    struct sim_said *said = &tab->chat.said[first];
    switch (command->message.delivery) {
    case PF_DELIVERY_SENDING:
        if (!tab->chat.expects || tab->chat.expected != first) {
            sim_fail(world, "%s begins to send what is not new", sim_tab_name(world, tab));
        }
        tab->chat.expects = false;
        break;
    case PF_DELIVERY_SENT: check_sent(world, tab, first); break;
    case PF_DELIVERY_FAILED: check_failed(world, tab, first); break;
    case PF_DELIVERY_RECEIVED: break;
    }
    if (command->message.delivery != PF_DELIVERY_SENDING && said->delivery != PF_DELIVERY_SENDING) {
        sim_fail(world, "%s is told twice what has become of a message", sim_tab_name(world, tab));
    }
    said->delivery = command->message.delivery;
    world->stats->messages_failed += said->delivery == PF_DELIVERY_FAILED;
}

/* ---- what is shown of others ---- */

static struct sim_heard *heard_of(struct sim_tab *tab, const struct sim_tab *from)
{
    struct sim_chat_page *chat = &tab->chat;
    for (size_t i = 0; i < chat->heard_count; i++) {
        if (chat->heard[i].from == from) {
            return &chat->heard[i];
        }
    }
    chat->heard = realloc(chat->heard, (chat->heard_count + 1) * sizeof(*chat->heard));
    PF_ASSERT(chat->heard);
    chat->heard[chat->heard_count] = (struct sim_heard){.from = from};
    return &chat->heard[chat->heard_count++];
}

static void check_rate(struct sim_world *world, const struct sim_tab *tab,
                       struct sim_listener *listener)
{
    const uint64_t ms = (world->now_us - listener->since_us) / 1000;
    const uint64_t connections = CONNECTIONS + ms / 1000;
    if (++listener->shown > BURST + ms / TAKEN_MS + connections * PF_CHAT_UNHEARD_MAX) {
        sim_fail(world, "%s shows too many messages of one member", sim_tab_name(world, tab));
    }
}

static void check_heard(struct sim_world *world, struct sim_tab *tab, const struct sim_tab *from,
                        const struct pf_command *command)
{
    char text[PF_CHAT_TEXT_SIZE_MAX];
    const uint32_t first = command->message.first;
    const struct sim_said *said = &from->chat.said[first <= SIM_SAID_MAX ? first : 0];
    struct sim_heard *heard = heard_of(tab, from);
    if (said->times == 0 ||
        !pf_slice_equal(command->message.text, text_of(from, first, said->size, text)) ||
        world->hosts[from->host].room != world->hosts[tab->host].room) {
        sim_fail(world, "%s shows a message that nobody has written", sim_tab_name(world, tab));
        return;
    }
    if (++heard->times[first] > said->times) {
        sim_fail(world, "%s shows a message twice", sim_tab_name(world, tab));
    }
    if (said->times == 1) {
        if (said->number < heard->last) {
            sim_fail(world, "%s shows messages in another order", sim_tab_name(world, tab));
        }
        heard->last = said->number;
    }
}

void sim_chat_check(struct sim_world *world, struct sim_tab *tab, const struct pf_command *command)
{
    if (command->message.delivery != PF_DELIVERY_RECEIVED) {
        check_own(world, tab, command);
        return;
    }
    struct sim_listener *listener = listener_of(tab, command->message.id);
    if (!tab->quality.is_new && !sim_hostile_is(world, command->message.id) &&
        !sim_cluster_may_be_hostile(world, command->message.id)) {
        sim_fail(world, "%s, an older client, is sent a message", sim_tab_name(world, tab));
    }
    if (!listener || command->message.id == 0) {
        sim_fail(world, "%s shows a message of somebody who is not there",
                 sim_tab_name(world, tab));
        return;
    }
    world->stats->messages_shown++;
    check_rate(world, tab, listener);
    for (size_t i = 1; i <= world->tabs_count; i++) {
        const struct sim_tab *from = world->tabs[i];
        if (from->host < SIM_HOSTS_MAX && from->instance == command->message.instance) {
            check_heard(world, tab, from, command);
        }
    }
}

/* ---- in the end ---- */

/* R27: whenever it was written. */
bool sim_chat_has_all(const struct sim_tab *tab, const struct sim_tab *other)
{
    for (size_t i = 0; i < other->chat.kept_count && tab->quality.is_new; i++) {
        bool has = false;
        for (size_t k = 0; k < tab->chat.heard_count; k++) {
            const struct sim_heard *heard = &tab->chat.heard[k];
            has = has || (heard->from == other && heard->times[other->chat.kept[i]] > 0);
        }
        if (!has) {
            return false;
        }
    }
    return true;
}

static bool may_wait_for(const struct sim_world *world, const struct sim_tab *tab, pf_member_id id)
{
    for (uint32_t i = 0; i < world->faults.hosts_count; i++) {
        const struct sim_tab *other = world->hosts[i].tab;
        if (other && other->view.self == id) {
            return sim_host_is_lost(world, i) || sim_host_is_lost(world, tab->host) ||
                   world->hosts[tab->host].cut_for_good[i];
        }
    }
    return true; /* a hostile member need not answer */
}

bool sim_chat_is_settled(const struct sim_world *world, const struct sim_tab *tab)
{
    bool any = false, excused = false;
    for (int i = 0; i < PF_MEMBERS_MAX; i++) {
        const pf_member_id id = tab->chat.listeners[i].id;
        excused = excused || (id != 0 && may_wait_for(world, tab, id));
    }
    for (size_t i = 0; i < tab->chat.kept_count; i++) {
        any = any || tab->chat.said[tab->chat.kept[i]].delivery == PF_DELIVERY_SENDING;
    }
    return !any || excused;
}
