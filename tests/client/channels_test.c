/*
 * channels_test.c - what programs send each other, in simulated worlds with every fault.
 *
 *     channels_test [FIRST [COUNT [TRACE]]]
 *
 * Programs send numbered messages to one peer or to all, reliable and not, small and large, and as
 * fast as they may. What must hold at every moment: a message says what was sent; of a connection
 * none is missing, doubled or overtaken that was sent reliably to one; none is doubled that was
 * not; no more waits for a peer than the manual says; and who was told FULL is told WRITABLE. In
 * the end everybody hears everybody.
 */
/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <peerface/simulated.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PROGRAMS_MAX = 4,
    STEP_MS = 50,
    SETTLE_MS = 120000,
    WRITABLE_MS_MAX = 60000,
    WAITING_SIZE_MAX = 1 << 20, /* client.h, pf_client_send() */
    LOSSY_MAX = 1 << 14,        /* unreliable messages that are remembered; by number */
};

enum way { ONE, ALL, LOSSY, WAYS };

struct head {
    uint32_t number, sender;
    enum way way;
};

/* Of a program to or from another. */
struct line {
    pf_peer_id peer; /* as the sender knows the receiver, or the receiver the sender; 0: not */
    bool is_open;
    bool may_miss[WAYS]; /* the connection was lost: some that were under way are, too */
    uint32_t sent[WAYS], heard[WAYS];
    uint64_t sent_size, heard_size; /* since the connection is open */
    bool has_heard[LOSSY_MAX];
};

struct talker {
    struct talk *world;
    struct pf_client *client;
    size_t index;
    bool is_full;
    uint64_t full_ms;
    struct line to[PROGRAMS_MAX], from[PROGRAMS_MAX];
};

struct talk {
    struct pf_simulation *simulation;
    size_t count;
    uint64_t random;
    bool is_settling;
    uint64_t messages, refusals;
    const char *wrong;
    struct talker programs[PROGRAMS_MAX];
    char data[PF_CLIENT_MESSAGE_SIZE_MAX];
};

static uint32_t draw(struct talk *world, uint32_t below)
{
    world->random ^= world->random << 13;
    world->random ^= world->random >> 7;
    world->random ^= world->random << 17;
    return (uint32_t)(world->random >> 20) % below;
}

static void fail(struct talk *world, const char *why)
{
    world->wrong = world->wrong ? world->wrong : why;
}

/* Which program the peer is: programs are called A to D. */
static size_t index_of(const struct talker *program, pf_peer_id peer)
{
    char name[PF_CLIENT_NAME_SIZE_MAX + 1] = "";
    (void)pf_client_peer_name(program->client, peer, name, sizeof name);
    return name[0] >= 'A' && name[0] < 'A' + PROGRAMS_MAX ? (size_t)(name[0] - 'A')
                                                          : program->index;
}

/* ---- what is heard ---- */

static bool is_as_sent(const struct pf_client_event *event, const struct head *head)
{
    const unsigned char *bytes = event->data;
    for (size_t i = sizeof *head; i < event->size; i++) {
        if (bytes[i] != (unsigned char)(head->number + i)) {
            return false;
        }
    }
    return (head->way == LOSSY) == ((event->how & PF_SEND_UNRELIABLE) != 0);
}

static void hear(struct talker *program, const struct pf_client_event *event)
{
    struct talk *world = program->world;
    struct head head;
    if (event->size < sizeof head) {
        fail(world, "a message is cut");
        return;
    }
    memcpy(&head, event->data, sizeof head);
    struct line *line = &program->from[head.sender];
    if (head.sender >= world->count || head.sender == program->index || line->peer != event->peer ||
        !is_as_sent(event, &head)) {
        fail(world, "a message is not as it was sent");
        return;
    }
    world->messages++;
    if (head.way == LOSSY) {
        bool *has_heard = &line->has_heard[head.number % LOSSY_MAX];
        if (*has_heard) {
            fail(world, "an unreliable message comes twice");
        }
        *has_heard = true;
        return;
    }
    if (head.number <= line->heard[head.way]) {
        fail(world, "a message comes twice, or too late");
    }
    if (head.number != line->heard[head.way] + 1 && !line->may_miss[head.way]) {
        fail(world, "a message is missing");
    }
    line->may_miss[head.way] = false;
    line->heard[head.way] = head.number;
    line->heard_size += event->size;
}

/* ---- who is there ---- */

static void set_open(struct line *line, pf_peer_id peer, bool is_open)
{
    if (line->peer == peer && line->is_open == is_open) {
        return;
    }
    line->may_miss[ONE] = line->may_miss[ALL] = true;
    line->peer = peer;
    line->is_open = is_open;
    line->sent_size = line->heard_size = 0;
}

static void note_peer(struct talker *program, pf_peer_id peer, bool is_gone)
{
    const size_t at = index_of(program, peer);
    const bool is_open = !is_gone && pf_client_peer_open(program->client, peer);
    const bool is_other = program->to[at].peer != 0 && program->to[at].peer != peer;
    if (at == program->index || (is_other && !is_open)) {
        return; /* what it was before it came back as another member, which the relay had forgotten
                 */
    }
    set_open(&program->to[at], is_gone ? 0 : peer, is_open);
    set_open(&program->from[at], is_gone ? 0 : peer, is_open);
}

static void on_event(struct pf_client *client, const struct pf_client_event *event, void *user)
{
    struct talker *program = user;
    (void)client;
    switch ((int)event->type) {
    case PF_CLIENT_PEER: note_peer(program, event->peer, false); break;
    case PF_CLIENT_PEER_GONE: note_peer(program, event->peer, true); break;
    case PF_CLIENT_MESSAGE: hear(program, event); break;
    case PF_CLIENT_WRITABLE: program->is_full = false; break;
    default: break;
    }
}

/* ---- what is sent ---- */

static size_t draw_size(struct talk *world)
{
    const uint32_t most = draw(world, 20) == 0 ? PF_CLIENT_MESSAGE_SIZE_MAX : 200;
    return sizeof(struct head) + draw(world, most - (uint32_t)sizeof(struct head) + 1);
}

/* To this program, or to all if `at` is one's own index. */
static void send(struct talker *program, size_t at, enum way way)
{
    struct talk *world = program->world;
    struct line *own = &program->to[program->index]; /* counts what goes to all */
    struct line *line = way == ONE ? &program->to[at] : own;
    const size_t size = draw_size(world);
    const struct head head = {line->sent[way] + 1, (uint32_t)program->index, way};
    if ((way == ONE && line->peer == 0) || (way == LOSSY && head.number >= LOSSY_MAX)) {
        return;
    }
    memcpy(world->data, &head, sizeof head);
    for (size_t i = sizeof head; i < size; i++) {
        world->data[i] = (char)(head.number + i);
    }
    const unsigned how = way == LOSSY ? PF_SEND_UNRELIABLE : PF_SEND_RELIABLE;
    const int result = pf_client_send(program->client, way == ONE ? line->peer : PF_PEER_ALL,
                                      world->data, size, how);
    if (result == PF_E_FULL) {
        world->refusals++;
        program->full_ms =
            program->is_full ? program->full_ms : pf_simulation_now_ms(world->simulation);
        program->is_full = true;
        return;
    }
    line->sent[way] += result >= 0;
    for (size_t i = 0; i < world->count && way != LOSSY && result > 0; i++) {
        struct line *to = &program->to[i];
        to->sent_size += to->is_open && (way == ALL || i == at) ? size : 0;
    }
}

static void check_waiting(struct talker *program)
{
    struct talk *world = program->world;
    const uint64_t now_ms = pf_simulation_now_ms(world->simulation);
    for (size_t i = 0; i < world->count; i++) {
        const struct line *to = &program->to[i];
        const struct line *from = &world->programs[i].from[program->index];
        if (i != program->index && to->is_open && from->is_open &&
            to->sent_size > from->heard_size + WAITING_SIZE_MAX) {
            fail(world, "more waits to be sent than may");
        }
    }
    if (!world->is_settling) {
        program->full_ms = now_ms; /* until then the network may be away for as long as it likes */
    }
    if (program->is_full && now_ms > program->full_ms + WRITABLE_MS_MAX) {
        fail(world, "who may send again is not told");
    }
}

static void step(struct talker *program)
{
    struct talk *world = program->world;
    const uint32_t burst = draw(world, 30) == 0 ? 200 : draw(world, 3);
    for (uint32_t i = 0; i < burst && !program->is_full; i++) {
        const size_t at = draw(world, (uint32_t)world->count);
        send(program, at, at == program->index ? draw(world, 2) ? LOSSY : ALL : ONE);
    }
    check_waiting(program);
}

/* ---- a world ---- */

static bool begin(struct talk *world, size_t index)
{
    struct talker *program = &world->programs[index];
    struct pf_client_config config = pf_client_defaults();
    const char name[2] = {(char)('A' + index), '\0'};
    program->world = world;
    program->index = index;
    config.on_event = on_event;
    config.user = program;
    program->client = pf_client_open(&config, NULL);
    return program->client && pf_client_join(program->client, "tea", name) == PF_OK;
}

/* Has each sent to each, and been heard, since things settled? */
static bool is_heard(const struct talk *world, const uint32_t (*since)[PROGRAMS_MAX])
{
    for (size_t i = 0; i < world->count; i++) {
        for (size_t k = 0; k < world->count; k++) {
            if (i != k && world->programs[k].from[i].heard[ONE] <= since[i][k]) {
                return false;
            }
        }
    }
    return true;
}

static void run(struct talk *world)
{
    uint32_t since[PROGRAMS_MAX][PROGRAMS_MAX] = {0};
    bool is_done = false;
    for (size_t i = 0; i < world->count; i++) {
        if (!begin(world, i)) {
            fail(world, "a program does not begin");
        }
    }
    for (int ms = 0; !is_done && ms < SETTLE_MS && !world->wrong;) {
        if (!pf_simulation_run(world->simulation, STEP_MS)) {
            fail(world, pf_simulation_failure(world->simulation));
            return;
        }
        for (size_t i = 0; i < world->count; i++) {
            step(&world->programs[i]);
        }
        if (pf_simulation_has_faults(world->simulation)) {
            continue;
        }
        for (size_t i = 0; i < world->count && !world->is_settling; i++) {
            for (size_t k = 0; k < world->count; k++) {
                since[i][k] = world->programs[i].to[k].sent[ONE];
            }
        }
        world->is_settling = true;
        ms += STEP_MS;
        is_done = is_heard(world, (const uint32_t(*)[PROGRAMS_MAX])since);
    }
    if (!is_done) {
        fail(world, "somebody hears nothing of another");
    }
}

static struct talk *make_world(uint64_t seed)
{
    struct talk *world = calloc(1, sizeof *world);
    if (world) {
        world->random = seed * 0x9e3779b97f4a7c15u | 1;
        world->count = 2 + draw(world, PROGRAMS_MAX - 1);
    }
    return world;
}

static bool passes(uint64_t seed, const char *trace, uint64_t *messages, uint64_t *refusals)
{
    struct pf_simulation_config config = pf_simulation_defaults(seed);
    struct talk *world = make_world(seed);
    config.trace = trace;
    if (!world || !(world->simulation = pf_simulation_open(&config))) {
        printf("seed %" PRIu64 ": no world\n", seed);
        free(world);
        return false;
    }
    run(world);
    const bool is_good = !world->wrong;
    if (!is_good) {
        printf("seed %" PRIu64 ", after %" PRIu64 " ms: %s\n", seed,
               pf_simulation_now_ms(world->simulation), world->wrong);
    }
    *messages += world->messages;
    *refusals += world->refusals;
    for (size_t i = 0; i < world->count; i++) {
        pf_client_close(world->programs[i].client);
    }
    pf_simulation_close(world->simulation);
    free(world);
    return is_good;
}

int main(int argc, char **argv)
{
    const uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    const uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : 100;
    uint64_t failures = 0, messages = 0, refusals = 0;
    for (uint64_t i = 0; i < count; i++) {
        failures += !passes(first + i, argc > 3 ? argv[3] : NULL, &messages, &refusals);
    }
    printf("%" PRIu64 " seeds, %" PRIu64 " failed; %" PRIu64 " messages heard, %" PRIu64
           " not taken\n",
           count, failures, messages, refusals);
    return failures > 0;
}
