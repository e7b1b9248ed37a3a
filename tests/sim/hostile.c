/*
 * hostile.c - members driven by a random generator: they send what no correct client would.
 *
 * They record a part of what they receive, so that what they send is nearly correct: epochs, offer
 * numbers, instances and descriptions of the others, and whole messages to replay to somebody else.
 */
/* SPDX-License-Identifier: MIT */
#include "hostile.h"

#include "../model/sdp.h"
#include "base/assert.h"
#include "cluster_check.h"
#include "pc.h"
#include "tab.h"
#include "trace.h"
#include "wire.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    IDS_MAX = 256,
    HEARD_MAX = 8,
    HEARD_SIZE_MAX = 2048,
    FRESH_MS = 10000, /* how often it may become another member: a room has few places */
    FRENZY_PER_MINUTE = 1000,
    NUMBER_MAX = 1 << 29,
    PHANTOM = 0x40000000,
};

/* What it knows about a member. */
struct other {
    pf_member_id id;
    uint32_t instance;
    uint32_t epoch, offer_number;
    struct model_description sdp; /* the last offer to it */
};

struct sim_hostile {
    const struct sim_tab *tab; /* owner of its WebSocket; it has no page */
    pf_member_id self;         /* 0: not in a room */
    uint32_t instance;
    uint32_t numbers;    /* ever higher */
    uint32_t identities; /* of phantoms */
    uint32_t chats;      /* messages written */
    uint64_t fresh_us;
    size_t ticket_size;
    char ticket[PF_TICKET_SIZE_MAX];
    size_t ids_count;
    pf_member_id ids[IDS_MAX];
    size_t others_count;
    struct other others[PF_MEMBERS_MAX];
    size_t heard_count;
    struct {
        size_t size;
        char text[HEARD_SIZE_MAX];
    } heard[HEARD_MAX];
    struct pf_message message; /* being written */
    struct pf_message got;
    char sdp[PF_MESSAGE_SIZE_MAX];
    char line[256];
};

bool sim_hostile_is(const struct sim_world *world, pf_member_id id)
{
    for (uint32_t i = 0; i < world->faults.hostiles_count; i++) {
        const struct sim_hostile *hostile = world->hostiles[i];
        for (size_t k = 0; k < hostile->ids_count; k++) {
            if (hostile->ids[k] == id) {
                return true;
            }
        }
    }
    return false;
}

bool sim_hostile_faces(const struct sim_world *world, const struct sim_pc *pc)
{
    for (int i = 0; i < PF_MEMBERS_MAX && world->faults.hostiles_count > 0; i++) {
        const struct sim_shown_peer *peer = &pc->tab->view.peers[i];
        if (peer->id != 0 && peer->pc == pc->id) {
            return sim_hostile_is(world, peer->id) || sim_cluster_may_be_hostile(world, peer->id);
        }
    }
    return false;
}

bool sim_hostile_is_phantom(const struct sim_pc *pc)
{
    return pc->model.current_remote.identity >= PHANTOM &&
           pc->model.current_remote.identity % 2 == 0;
}

/* --- sending --- */

static void say(struct sim_world *world, const struct sim_hostile *hostile, struct pf_slice text)
{
    struct sim_tab *tab = world->tabs[hostile->tab->index];
    if (tab->socket && tab->socket->client == SIM_SOCKET_OPEN && tab->socket->up.count < 1000) {
        world->stats->hostile_messages++;
        sim_wire_command(world, tab,
                         &(struct pf_command){.type = PF_COMMAND_SOCKET_SEND,
                                              .socket = tab->last_socket,
                                              .text = text});
    }
}

static void say_message(struct sim_world *world, struct sim_hostile *hostile)
{
    struct pf_buffer out;
    pf_buffer_init(&out, world->scratch, PF_MESSAGE_SIZE_MAX);
    pf_message_write(&hostile->message, &out);
    if (!out.overflow) {
        say(world, hostile, pf_buffer_slice(&out));
    }
}

static const struct other *anybody(struct sim_world *world, const struct sim_hostile *hostile)
{
    static const struct other nobody = {.id = 1, .instance = 1, .epoch = 1, .offer_number = 1};
    return hostile->others_count > 0
               ? &hostile->others[sim_below(world, (uint32_t)hostile->others_count)]
               : &nobody;
}

/* A number near `last`, far from it, or higher than all before. */
static uint32_t number(struct sim_world *world, struct sim_hostile *hostile, uint32_t last)
{
    if (last > NUMBER_MAX) {
        return 1; /* of another hostile member */
    }
    switch (sim_below(world, 8)) {
    case 0: return 1;
    case 1: return 2 * (last / 2) + 2 + sim_below(world, 2);
    case 2: return last > 1 ? last - 1 : 1;
    case 3: return 1 + sim_below(world, 60);
    case 4:
        return sim_chance(world, 100) ? UINT32_MAX - sim_below(world, 2) : 1 + sim_below(world, 9);
    case 5:
        hostile->numbers = hostile->numbers < last ? last + 2 : hostile->numbers + 2;
        return hostile->numbers;
    default: return last > 0 ? last : 1;
    }
}

static struct pf_signal *compose(struct sim_world *world, struct sim_hostile *hostile,
                                 const struct other *to, enum pf_signal_kind kind)
{
    hostile->message = (struct pf_message){.type = PF_MESSAGE_SIGNAL};
    const uint32_t from_instance =
        sim_chance(world, 950) ? hostile->instance : 1 + sim_below(world, 9);
    const uint32_t to_instance = sim_chance(world, 950) ? to->instance : 1 + sim_below(world, 9);
    hostile->message.signal = (struct pf_signal){
        .peer = to->id,
        .from_instance = from_instance,
        .to_instance = to_instance,
        .kind = kind,
        .epoch = to->epoch > 0 ? to->epoch : 1,
        .offer_number = to->offer_number > 0 ? to->offer_number : 1,
    };
    return &hostile->message.signal;
}

/* A description of a phantom, of another member's connection, or an invalid one. */
static struct pf_slice describe(struct sim_world *world, struct sim_hostile *hostile,
                                const struct model_description *offer)
{
    struct pf_buffer out;
    const uint32_t index = hostile->tab->host - SIM_HOSTS_MAX;
    struct model_description sdp = {
        .type = offer ? PF_DESCRIPTION_ANSWER : PF_DESCRIPTION_OFFER,
        .identity = PHANTOM + (index << 20) + ++hostile->identities,
        .peer_identity = offer ? offer->identity : 0,
        .peer_version = offer ? offer->version : 0,
    };
    sdp.version = 1 + sim_below(world, 3);
    sdp.generation = 1 + sim_below(world, 2);
    pf_buffer_init(&out, hostile->sdp, sizeof(hostile->sdp));
    if (sim_chance(world, 100)) {
        return PF_SLICE("v=0\r\nm=nothing 9 that makes sense\r\n");
    }
    if (sim_chance(world, 150)) {
        sdp.identity = 1 + sim_below(world, (uint32_t)world->pcs_count + 2);
    }
    model_description_write(&sdp, NULL, 0, sim_chance(world, 5) ? 30000 : 0, &out);
    return pf_buffer_slice(&out);
}

static void say_description(struct sim_world *world, struct sim_hostile *hostile,
                            const struct other *to, bool offers, bool exactly)
{
    struct pf_signal *signal = compose(world, hostile, to, PF_SIGNAL_DESCRIPTION);
    if (!exactly) {
        signal->epoch = number(world, hostile, to->epoch);
        signal->offer_number =
            offers && sim_chance(world, 500) ? 1 : number(world, hostile, to->offer_number);
    }
    signal->description.type = offers ? PF_DESCRIPTION_OFFER : PF_DESCRIPTION_ANSWER;
    signal->description.sdp = describe(world, hostile, offers ? NULL : &to->sdp);
    say_message(world, hostile);
}

static void say_candidate(struct sim_world *world, struct sim_hostile *hostile,
                          const struct other *to)
{
    struct pf_buffer out;
    struct pf_signal *signal = compose(world, hostile, to, PF_SIGNAL_CANDIDATE);
    struct model_candidate candidate = {.identity = PHANTOM + hostile->identities};
    candidate.generation = sim_below(world, 3);
    candidate.address = sim_below(world, 40);
    candidate.number = sim_below(world, 200);
    pf_buffer_init(&out, hostile->line, sizeof(hostile->line));
    model_candidate_write(&candidate, &out);
    if (sim_chance(world, 400)) {
        signal->epoch = number(world, hostile, to->epoch);
        signal->offer_number = number(world, hostile, to->offer_number);
    }
    const bool is_readable = sim_chance(world, 900);
    const bool has_section = sim_chance(world, 900);
    signal->candidate = (struct pf_candidate){
        .candidate = is_readable ? pf_buffer_slice(&out) : PF_SLICE("candidate:?"),
        .mid = has_section ? PF_SLICE("0") : PF_SLICE("seventh"),
        .mline_index = (int32_t)sim_below(world, 4) - 1,
        .username_fragment = PF_SLICE("u0g0"),
    };
    say_message(world, hostile);
}

static void say_request(struct sim_world *world, struct sim_hostile *hostile,
                        const struct other *to)
{
    struct pf_signal *signal = compose(world, hostile, to, PF_SIGNAL_REQUEST);
    signal->want = (enum pf_request)sim_below(world, 3);
    if (sim_chance(world, 300)) {
        signal->epoch = number(world, hostile, to->epoch);
    }
    say_message(world, hostile);
}

static void say_state(struct sim_world *world, struct sim_hostile *hostile, const struct other *to)
{
    struct pf_signal *signal = compose(world, hostile, to, PF_SIGNAL_STATE);
    signal->state.sequence = number(world, hostile, hostile->numbers);
    for (int i = 0; i < PF_SOURCES_COUNT; i++) {
        signal->state.sources[i] = (enum pf_source_state)sim_below(world, 3);
    }
    say_message(world, hostile);
}

/* Replays a message that it has received from one member to another. */
static void say_again(struct sim_world *world, struct sim_hostile *hostile)
{
    if (hostile->heard_count == 0) {
        return;
    }
    const uint32_t count =
        (uint32_t)(hostile->heard_count < HEARD_MAX ? hostile->heard_count : HEARD_MAX);
    const uint32_t at = sim_below(world, count);
    const struct other *to = anybody(world, hostile);
    const struct pf_slice text = {hostile->heard[at].text, hostile->heard[at].size};
    if (pf_message_read(text, &hostile->message) == PF_ERROR_OK) {
        void *tree = hostile->message.tree;
        hostile->message.signal.peer = to->id;
        if (sim_chance(world, 500)) {
            hostile->message.signal.from_instance = hostile->instance;
            hostile->message.signal.to_instance = to->instance;
        }
        say_message(world, hostile);
        hostile->message.tree = tree;
        pf_message_clear(&hostile->message);
    }
}

/* Sends invalid messages, and messages of others. */
static void say_garbage(struct sim_world *world, struct sim_hostile *hostile)
{
    static const char *const texts[] = {
        "",
        "{",
        "null",
        "[[[[[[[[[[[[[[]]]]]]]]]]]]]]",
        "{\"type\":7}",
        "{\"type\":\"signal\"}",
        "{\"type\":\"signal\",\"to\":\"00000000000000a1\",\"to\":\"00000000000000b2\"}",
        "{\"type\":\"surprise\",\"to\":\"everybody\"}",
        "{\"type\":\"hello\",\"iceServers\":[],\"membersMax\":2,\"pingMs\":1,\"graceMs\":1}",
        "{\"type\":\"left\",\"id\":\"00000000000000a1\",\"reason\":\"left\"}",
        "{\"type\":\"error\",\"code\":\"replaced\"}",
        "{\"type\":\"join\"}",
        "{\"type\":\"join\",\"room\":\"tea\",\"name\":\"twice\",\"instance\":5}",
        "{\"type\":\"rename\",\"name\":\"Bob \\\"\"}",
        "{\"type\":\"rename\",\"name\":\"a\\nb\"}",
        "{\"type\":\"reaction\",\"kind\":\"heart\"}",
        "{\"type\":\"ping\"}",
        "{\"type\":\"pong\",\"pong\":{\"pong\":[{},{}]}}",
        "\xff\xfe{}",
    };
    const struct other *to = anybody(world, hostile);
    switch (sim_below(world, 5)) {
    case 0: /* pretends to be another member */
        (void)snprintf(hostile->line, sizeof(hostile->line),
                       "{\"type\":\"signal\",\"from\":\"%016" PRIx64 "\",\"to\":\"%016" PRIx64
                       "\",\"fromInstance\":1,\"toInstance\":%u,\"kind\":\"state\",\"state\":{}}",
                       anybody(world, hostile)->id, to->id, to->instance);
        break;
    case 1: /* the relay forwards it unread */
        (void)snprintf(hostile->line, sizeof(hostile->line),
                       "{\"type\":\"signal\",\"to\":\"%016" PRIx64
                       "\",\"fromInstance\":%u,\"toInstance\":%u,\"kind\":%s,\"epoch\":-1.5e9,"
                       "\"description\":[{\"type\":{}}]}",
                       to->id, hostile->instance, to->instance,
                       sim_chance(world, 500) ? "\"description\"" : "null");
        break;
    default:
        (void)snprintf(hostile->line, sizeof(hostile->line), "%s",
                       texts[sim_below(world, sizeof(texts) / sizeof(texts[0]))]);
        break;
    }
    say(world, hostile, pf_slice_of(hostile->line));
}

static void enter(struct sim_world *world, struct sim_hostile *hostile, bool forges)
{
    static const char *const names[] = {"person A", "", "<b>hostile</b>", "hostile"};
    char id[PF_MEMBER_ID_DIGITS + 1];
    const bool is_fresh = forges || hostile->ticket_size == 0 || sim_chance(world, 300);
    const bool may =
        hostile->ids_count < IDS_MAX &&
        (hostile->fresh_us == 0 || world->now_us > hostile->fresh_us + (uint64_t)FRESH_MS * 1000);
    if (is_fresh && !may && hostile->ticket_size == 0) {
        return;
    }
    struct pf_slice ticket = {hostile->ticket, hostile->ticket_size};
    if (is_fresh && may) {
        hostile->fresh_us = world->now_us;
        ticket = PF_SLICE("");
    }
    if (is_fresh && may && forges) {
        pf_member_id_write(anybody(world, hostile)->id, id);
        (void)snprintf(hostile->line, sizeof(hostile->line), "%s.1900000000.%064d", id, 0);
        ticket = pf_slice_of(hostile->line);
    }
    hostile->instance = pf_random_next(&world->random) | 1;
    hostile->message = (struct pf_message){.type = PF_MESSAGE_JOIN};
    hostile->message.join.room = PF_SLICE("tea");
    hostile->message.join.name = pf_slice_of(names[sim_below(world, 4)]);
    hostile->message.join.instance = hostile->instance;
    hostile->message.join.ticket = ticket;
    hostile->message.join.capabilities =
        hostile->instance % 8 < 4 ? PF_SLICE("chat files") : PF_SLICE("");
    if (sim_chance(world, 500)) {
        hostile->message.join.prepared_offer.sdp = describe(world, hostile, NULL);
    }
    say_message(world, hostile);
}

static void leave(struct sim_world *world, struct sim_hostile *hostile)
{
    hostile->message = (struct pf_message){.type = PF_MESSAGE_LEAVE};
    say_message(world, hostile);
    hostile->self = 0;
}

/* More messages than anybody can read, in the right order. */
static struct pf_slice chat_of(struct sim_world *world, struct sim_hostile *hostile)
{
    const unsigned number = 1 + ++hostile->chats;
    (void)snprintf(hostile->line, sizeof(hostile->line),
                   "{\"type\":\"chat\",\"number\":%u,\"first\":%u,\"ageMs\":1,\"text\":\"%u\"}",
                   number, sim_chance(world, 900) ? number : 1, number);
    return pf_slice_of(hostile->line);
}

/* Sends on the data channel of a connection to a phantom. */
static void use_channel(struct sim_world *world, struct sim_hostile *hostile)
{
    enum { FLOODED = 7, CHAT = 8 };
    static const char *const texts[] = {
        "{\"type\":\"state\",\"sequence\":4294967295,\"microphone\":\"on\",\"camera\":\"none\"}",
        "{\"type\":\"state\",\"sequence\":0}",
        "{\"type\":\"joined\",\"self\":\"00000000000000a1\",\"members\":[]}",
        "{\"type\":\"error\",\"code\":\"replaced\"}",
        "{\"type\":\"bye\"}",
        "{\"type\":\"wanted\",\"camera\":4294967295,\"screen\":0}",
        "{\"type\":\"wanted\",\"camera\":-1,\"screen\":0}",
        [FLOODED] = "{\"type\":\"reaction\",\"kind\":\"heart\"}",
        [CHAT] = "",
        "{\"type\":\"reaction\",\"kind\":\"telepathy\"}",
        "{\"type\":\"file\",\"number\":9,\"state\":\"offered\",\"size\":9,\"name\":\"hostile\"}",
        "{\"type\":\"file\",\"number\":9,\"state\":\"cancelled\"}",
        "{\"type\":\"file\",\"number\":17,\"state\":\"offered\",\"size\":0,\"name\":\"1.1.9\"}",
        "{\"type\":\"file\",\"number\":4294967295,\"state\":\"accepted\"}",
        "{\"type\":\"file-answer\",\"number\":9,\"state\":\"done\",\"offset\":4294967295}",
        "{\"type\":\"file-answer\",\"number\":9,\"state\":\"accepted\",\"offset\":1}",
        "{\"type\":\"heard\",\"number\":4294967295}",
        "{\"type\":\"heard\",\"number\":3}",
        "{\"type\":\"heard\",\"number\":0}",
        "{\"type\":\"chat\",\"number\":5,\"first\":9,\"ageMs\":0,\"text\":\"\"}",
        "{\"type\":\"chat\",\"number\":1,\"first\":1,\"ageMs\":4294967295,\"text\":\"a\"}",
        "not JSON",
        "",
    };
    const uint32_t index = hostile->tab->host - SIM_HOSTS_MAX;
    for (size_t i = 1; i < world->pcs_count; i++) {
        const struct sim_pc *pc = world->pcs[i];
        if (!pc || !pc->channel_open || !sim_hostile_is_phantom(pc) ||
            (pc->model.current_remote.identity - PHANTOM) >> 20 != index ||
            world->hosts[pc->tab->host].asleep || !sim_chance(world, 500)) {
            continue;
        }
        const uint32_t at = sim_below(world, sizeof(texts) / sizeof(texts[0]));
        struct pf_event event = {.type = PF_EVENT_PC_CHANNEL_MESSAGE, .pc = pc->id};
        struct sim_tab *tab = pc->tab; /* the connection may be closed by what it hears */
        for (int times = at == CHAT ? 300 : at == FLOODED ? 40 : 1; times > 0; times--) {
            event.channel.data = at == CHAT ? chat_of(world, hostile) : pf_slice_of(texts[at]);
            sim_tab_handle(world, tab, &event);
        }
    }
}

/* --- receiving --- */

void sim_hostile_enters(struct sim_world *world, const struct sim_tab *tab, struct pf_slice joined)
{
    struct sim_hostile *hostile = world->hostiles[tab->host - SIM_HOSTS_MAX];
    PF_ASSERT(pf_message_read(joined, &hostile->got) == PF_ERROR_OK);
    const pf_member_id self = hostile->got.joined.self;
    pf_message_clear(&hostile->got);
    if (!sim_hostile_is(world, self)) {
        PF_ASSERT(hostile->ids_count < IDS_MAX);
        hostile->ids[hostile->ids_count++] = self;
        world->changed = true; /* it is not a ghost now */
    }
}

static struct other *find(struct sim_hostile *hostile, pf_member_id id)
{
    for (size_t i = 0; i < hostile->others_count; i++) {
        if (hostile->others[i].id == id) {
            return &hostile->others[i];
        }
    }
    return NULL;
}

static void note_member(struct sim_hostile *hostile, const struct pf_member *member)
{
    struct other *other = find(hostile, member->id);
    if (!other && hostile->others_count == PF_MEMBERS_MAX) {
        hostile->others_count = 0; /* forgets all of them: order does not matter to it */
    }
    if (!other) {
        other = &hostile->others[hostile->others_count++];
    }
    if (other->id != member->id || other->instance != member->instance) {
        *other = (struct other){.id = member->id, .instance = member->instance};
    }
}

static void note_joined(struct sim_hostile *hostile, const struct pf_message *joined)
{
    hostile->self = joined->joined.self;
    hostile->ticket_size =
        pf_slice_copy(joined->joined.ticket, hostile->ticket, sizeof(hostile->ticket));
    for (size_t i = 0; i < joined->joined.members_count; i++) {
        note_member(hostile, &joined->joined.members[i]);
    }
}

static void note_signal(struct sim_hostile *hostile, const struct pf_signal *signal,
                        struct pf_slice text)
{
    struct other *other = find(hostile, signal->peer);
    struct model_operation read;
    if (text.size <= HEARD_SIZE_MAX) {
        const size_t at = hostile->heard_count++ % HEARD_MAX;
        hostile->heard[at].size = text.size;
        memcpy(hostile->heard[at].text, text.data, text.size);
    }
    if (!other || signal->kind == PF_SIGNAL_STATE) {
        return;
    }
    other->epoch = signal->epoch;
    if (signal->kind == PF_SIGNAL_DESCRIPTION) {
        other->offer_number = signal->offer_number;
        model_description_read(signal->description.type, signal->description.sdp, &read);
        if (read.is_readable) {
            other->sdp = read.description;
        }
    }
}

static void hear(struct sim_world *world, struct sim_hostile *hostile, struct pf_slice text)
{
    static const char pong[] = "{\"type\":\"pong\"";
    struct pf_message *got = &hostile->got;
    if (text.size >= sizeof(pong) - 1 && memcmp(text.data, pong, sizeof(pong) - 1) == 0) {
        return; /* frequent, and without content */
    }
    if (pf_message_read(text, got) != PF_ERROR_OK) {
        return; /* of another hostile member */
    }
    switch ((int)got->type) {
    case PF_MESSAGE_HELLO: enter(world, hostile, false); break;
    case PF_MESSAGE_JOINED: note_joined(hostile, got); break;
    case PF_MESSAGE_MEMBER: note_member(hostile, &got->member.member); break;
    case PF_MESSAGE_SIGNAL: note_signal(hostile, &got->signal, text); break;
    case PF_MESSAGE_PING:
        if (sim_chance(world, 900)) {
            say(world, hostile, PF_SLICE("{\"type\":\"pong\"}"));
        }
        break;
    default: break;
    }
    pf_message_clear(got);
}

void sim_hostile_take(struct sim_world *world, const struct sim_tab *tab,
                      const struct pf_event *event)
{
    struct sim_hostile *hostile = world->hostiles[tab->host - SIM_HOSTS_MAX];
    if (event->type == PF_EVENT_SOCKET_CLOSED) {
        hostile->self = 0;
    } else {
        hear(world, hostile, event->message);
    }
}

/* --- acting --- */

static void repeat(struct sim_world *world, struct sim_hostile *hostile, uint32_t count_max,
                   void (*what)(struct sim_world *, struct sim_hostile *, const struct other *))
{
    const struct other *to = anybody(world, hostile);
    for (uint32_t count = 1 + sim_below(world, count_max); count > 0; count--) {
        what(world, hostile, to);
    }
}

static void say_ping(struct sim_world *world, struct sim_hostile *hostile, const struct other *to)
{
    (void)to; /* to the relay */
    say(world, hostile, PF_SLICE("{\"type\":\"ping\"}"));
}

static void glare(struct sim_world *world, struct sim_hostile *hostile)
{
    for (size_t i = 0; i < hostile->others_count; i++) {
        say_description(world, hostile, &hostile->others[i], true, true);
    }
}

static void hang_up(struct sim_world *world, struct sim_tab *tab, struct sim_hostile *hostile)
{
    if (sim_chance(world, 500)) {
        sim_wire_break(world, tab->socket);
    } else {
        sim_wire_command(world, tab,
                         &(struct pf_command){.type = PF_COMMAND_SOCKET_CLOSE,
                                              .socket = tab->last_socket,
                                              .close_code = 1000});
        hostile->self = 0;
    }
}

static void play(struct sim_world *world, struct sim_hostile *hostile, enum sim_trick trick)
{
    static const struct other absent = {
        .id = 0xabcdef, .instance = 7, .epoch = 1, .offer_number = 1};
    struct sim_tab *tab = world->tabs[hostile->tab->index];
    switch (trick) {
    case SIM_TRICK_ANSWER:
        say_description(world, hostile, anybody(world, hostile), false, true);
        break;
    case SIM_TRICK_ODD_ANSWER:
        say_description(world, hostile, anybody(world, hostile), false, false);
        break;
    case SIM_TRICK_OFFER:
        say_description(world, hostile, anybody(world, hostile), true, false);
        break;
    case SIM_TRICK_GLARE: glare(world, hostile); break;
    case SIM_TRICK_CANDIDATES:
        repeat(world, hostile, sim_chance(world, 100) ? 150 : 10, say_candidate);
        break;
    case SIM_TRICK_REQUESTS: repeat(world, hostile, 8, say_request); break;
    case SIM_TRICK_STATES: repeat(world, hostile, 8, say_state); break;
    case SIM_TRICK_REPLAY: say_again(world, hostile); break;
    case SIM_TRICK_ABSENT: say_state(world, hostile, &absent); break;
    case SIM_TRICK_GARBAGE: say_garbage(world, hostile); break;
    case SIM_TRICK_FORGE:
        hostile->self = 0;
        enter(world, hostile, true);
        break;
    case SIM_TRICK_LEAVE: leave(world, hostile); break;
    case SIM_TRICK_HANG_UP: hang_up(world, tab, hostile); break;
    case SIM_TRICK_FLOOD:
        repeat(world, hostile, sim_chance(world, 100) ? 600 : 10, say_ping);
        break;
    case SIM_TRICK_CHANNEL: use_channel(world, hostile); break;
    case SIM_TRICKS_COUNT: PF_UNREACHABLE();
    }
}

static void play_any(struct sim_world *world, struct sim_hostile *hostile)
{
    uint32_t sum = 0;
    for (int i = 0; i < SIM_TRICKS_COUNT; i++) {
        sum += world->faults.tricks[i];
    }
    uint32_t drawn = sim_below(world, sum);
    int trick = 0;
    while (drawn >= world->faults.tricks[trick]) {
        drawn -= world->faults.tricks[trick++];
    }
    play(world, hostile, (enum sim_trick)trick);
}

static void reach_relay(struct sim_world *world, struct sim_tab *tab)
{
    sim_wire_command(
        world, tab,
        &(struct pf_command){.type = PF_COMMAND_SOCKET_OPEN, .socket = tab->last_socket + 1});
}

void sim_hostile_act(struct sim_world *world, uint32_t index)
{
    struct sim_hostile *hostile = world->hostiles[index];
    struct sim_tab *tab = world->tabs[hostile->tab->index];
    if (!tab->socket) {
        reach_relay(world, tab);
    } else if (tab->socket->client == SIM_SOCKET_OPEN) {
        if (hostile->self == 0 && sim_chance(world, 500)) {
            enter(world, hostile, false);
        }
        play_any(world, hostile);
    }
    /* A flood slows down after the faults: it would take most of the processor time. */
    const bool tires = world->quiet && world->faults.tricks_per_minute > FRENZY_PER_MINUTE;
    const uint32_t per_minute = tires ? 60 : world->faults.tricks_per_minute;
    sim_after(world, sim_between_us(world, 0, 120000 / per_minute), SIM_HOSTILE, index, 0);
}

void sim_hostile_begin(struct sim_world *world)
{
    for (uint32_t i = 0; i < world->faults.hostiles_count; i++) {
        struct sim_hostile *hostile = calloc(1, sizeof(*hostile));
        struct sim_tab *tab = calloc(1, sizeof(*tab));
        PF_ASSERT(hostile && tab);
        *tab = (struct sim_tab){.index = (uint32_t)++world->tabs_count, .host = SIM_HOSTS_MAX + i};
        world->tabs[tab->index] = tab;
        world->hosts[tab->host] = (struct sim_host){.online = true, .address = SIM_HOSTS_MAX + i};
        hostile->tab = tab;
        world->hostiles[i] = hostile;
        sim_after(world, sim_between_us(world, 0, 3000), SIM_HOSTILE, i, 0);
    }
}

void sim_hostile_end(struct sim_world *world)
{
    for (int i = 0; i < SIM_HOSTILES_MAX; i++) {
        free(world->hostiles[i]);
        world->hostiles[i] = NULL;
    }
}
