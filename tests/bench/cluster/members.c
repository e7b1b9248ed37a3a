/* members.c - the members of a service: they come, stay, and come back. */
/* SPDX-License-Identifier: MIT */
#include "members.h"

#include "base/assert.h"
#include "redis.h"
#include "relay/cluster/cluster.h"
#include "relays.h"
#include "service.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CONNECT_PACKETS = 6, /* TCP and TLS */
    PATIENCE_US = 20000000,
    AGAIN_US = 1000000, /* after 1001: at most, and on average half of it */
    LATER_US = 5000000, /* after another refusal */
    TICKET_SIZE_MAX = 160,
    CODE_GOING_AWAY = 1001,
};

enum member_state { OUT, CONNECTING, JOINING, IN };

/* What a relay says to a member, as far as that matters here. */
enum said { SAID_HELLO = 1, SAID_JOINED, SAID_PING, SAID_CLOSED };

struct member {
    enum member_state state;
    uint32_t relay, client;
    uint32_t connection; /* counts them */
    uint64_t in_us;
    char ticket[TICKET_SIZE_MAX];
};

static struct members_counts counts;
static uint32_t only_relay = UINT32_MAX; /* where everybody connects to, if not to any */

void members_begin(struct service *service)
{
    service->members = calloc(service->options.members, sizeof *service->members);
    PF_ASSERT(service->members);
    counts = (struct members_counts){0};
}

void members_end(struct service *service)
{
    free(service->members);
}

struct members_counts members_counts(const struct service *service)
{
    (void)service;
    return counts;
}

static size_t room_of(uint32_t member, char *out, size_t size)
{
    return (size_t)snprintf(out, size, "room-%08u", member / SERVICE_ROOM_SIZE);
}

/* ---- what a member does ---- */

static void come_after(struct service *service, uint32_t at, uint64_t within_us)
{
    heap_put(&service->heap, (struct happening){
                                 .at_us = service->now_us + 1 +
                                          pf_random_below(&service->random, (uint32_t)within_us),
                                 .kind = HAPPENS_MEMBER_COMES,
                                 .subject = at,
                             });
}

void members_come(struct service *service, uint32_t within_s)
{
    for (uint32_t i = 0; i < service->options.members; i++) {
        come_after(service, i, (uint64_t)within_s * 1000000);
    }
}

static void send(struct service *service, const struct member *member, enum pf_hub_event_type type,
                 struct pf_slice text, uint32_t packets)
{
    relays_event(
        service, member->relay, service->now_us + (uint64_t)packets * PACKET_US,
        &(struct pf_hub_event){.type = type, .client = member->client, .code = 1006, .text = text});
}

static void connect(struct service *service, uint32_t at)
{
    struct member *member = &service->members[at];
    if (member->state != OUT) {
        return;
    }
    do {
        member->relay = only_relay != UINT32_MAX
                            ? only_relay
                            : pf_random_below(&service->random, service->options.relays);
    } while (!relays_is_up(service, member->relay));
    member->client = relays_seat(service, member->relay, at);
    member->state = CONNECTING;
    member->connection++;
    send(service, member, PF_HUB_CLIENT_OPENED, PF_SLICE(""), CONNECT_PACKETS);
}

static void join(struct service *service, uint32_t at)
{
    struct member *member = &service->members[at];
    char room[32];
    char text[512];
    (void)room_of(at, room, sizeof room);
    const int size =
        snprintf(text, sizeof text,
                 "{\"type\":\"join\",\"room\":\"%s\",\"name\":\"Somebody\",\"instance\":%u%s%s%s}",
                 room, at + 1, member->ticket[0] ? ",\"ticket\":\"" : "", member->ticket,
                 member->ticket[0] ? "\"" : "");
    PF_ASSERT(size > 0 && (size_t)size < sizeof text);
    member->state = JOINING;
    send(service, member, PF_HUB_CLIENT_TEXT, (struct pf_slice){text, (size_t)size}, 1);
    heap_put(&service->heap, (struct happening){.at_us = service->now_us + PATIENCE_US,
                                                .kind = HAPPENS_MEMBER_LOST,
                                                .subject = at,
                                                .token = member->connection});
}

static void give_up(struct service *service, uint32_t at)
{
    struct member *member = &service->members[at];
    counts.timeouts++;
    relays_event(service, member->relay, service->now_us,
                 &(struct pf_hub_event){
                     .type = PF_HUB_CLIENT_CLOSED, .client = member->client, .code = 1006});
    relays_unseat(service, member->relay, member->client);
    member->state = OUT;
    member->connection++;
    come_after(service, at, AGAIN_US);
}

void members_lost(struct service *service, uint32_t at)
{
    struct member *member = &service->members[at];
    counts.lost++;
    member->state = OUT;
    member->connection++;
    come_after(service, at, (uint64_t)service->options.back_s * 1000000);
}

/* ---- what a relay says ---- */

static void say(struct service *service, uint32_t at, enum said said, char *text)
{
    heap_put(&service->heap, (struct happening){.at_us = service->now_us + PACKET_US,
                                                .kind = HAPPENS_AT_MEMBER,
                                                .subject = at,
                                                .token = service->members[at].connection,
                                                .text = text,
                                                .size = said});
}

static bool is_of_type(struct pf_slice text, const char *type)
{
    static const char start[] = "{\"type\":\"";
    const size_t size = sizeof start - 1 + strlen(type);
    return text.size > size && memcmp(text.data, start, sizeof start - 1) == 0 &&
           memcmp(text.data + sizeof start - 1, type, strlen(type)) == 0 && text.data[size] == '"';
}

/* The ticket in `joined`, to be freed. */
static char *ticket_of(struct pf_slice text)
{
    static const char key[] = "\"ticket\":\"";
    const char *at = memmem(text.data, text.size, key, sizeof key - 1);
    PF_ASSERT(at);
    at += sizeof key - 1;
    const char *end = memchr(at, '"', (size_t)(text.data + text.size - at));
    PF_ASSERT(end && end - at < TICKET_SIZE_MAX);
    char *ticket = calloc(1, TICKET_SIZE_MAX);
    PF_ASSERT(ticket);
    memcpy(ticket, at, (size_t)(end - at));
    return ticket;
}

void members_text(struct service *service, uint32_t at, struct pf_slice head, struct pf_slice body)
{
    (void)body; /* only signals have one, and nobody sends any */
    if (is_of_type(head, "hello")) {
        say(service, at, SAID_HELLO, NULL);
    } else if (is_of_type(head, "joined")) {
        say(service, at, SAID_JOINED, ticket_of(head));
    } else if (is_of_type(head, "ping")) {
        say(service, at, SAID_PING, NULL);
    } else if (is_of_type(head, "error")) {
        counts.refused++;
    }
}

void members_closed(struct service *service, uint32_t at, uint16_t code)
{
    struct member *member = &service->members[at];
    counts.dismissed += code == CODE_GOING_AWAY ? 1 : 0;
    counts.refused += code == CODE_GOING_AWAY ? 0 : 1;
    member->state = OUT;
    member->connection++;
    come_after(service, at, code == CODE_GOING_AWAY ? AGAIN_US : LATER_US);
}

void members_happen(struct service *service, const struct happening *happening)
{
    struct member *member = &service->members[happening->subject];
    if (happening->kind == HAPPENS_MEMBER_COMES) {
        connect(service, happening->subject);
    } else if (happening->token != member->connection) {
        /* of an earlier connection */
    } else if (happening->kind == HAPPENS_MEMBER_LOST) {
        if (member->state == JOINING) {
            give_up(service, happening->subject);
        }
    } else if (happening->size == SAID_HELLO) {
        join(service, happening->subject);
    } else if (happening->size == SAID_PING) {
        send(service, member, PF_HUB_CLIENT_TEXT, PF_SLICE("{\"type\":\"pong\"}"), 1);
    } else if (happening->size == SAID_JOINED) {
        member->state = IN;
        member->in_us = service->now_us;
        memcpy(member->ticket, happening->text, TICKET_SIZE_MAX);
    }
    free(happening->text);
}

/* ---- looking ---- */

static uint32_t owners_of(const struct service *service, struct pf_slice room)
{
    uint32_t owners = 0;
    for (uint32_t i = 0; i < service->options.relays; i++) {
        owners += relays_is_up(service, i) && pf_cluster_owns(relays_cluster(service, i), room);
    }
    return owners;
}

bool members_are_whole(struct service *service, bool says_why)
{
    uint32_t out = 0;
    uint32_t rooms_wrong = 0;
    size_t members = 0;
    for (uint32_t i = 0; i < service->options.members; i++) {
        char room[32];
        out += service->members[i].state != IN;
        if (i % SERVICE_ROOM_SIZE == 0) {
            const size_t size = room_of(i, room, sizeof room);
            rooms_wrong += owners_of(service, (struct pf_slice){room, size}) != 1;
        }
    }
    for (uint32_t i = 0; i < service->options.relays; i++) {
        if (relays_is_up(service, i)) {
            members += pf_hub_counts(pf_cluster_hub(relays_cluster(service, i))).members;
        }
    }
    if (says_why && (out > 0 || rooms_wrong > 0 || members != service->options.members)) {
        printf("%u members are not in, %u rooms do not have one owner, the hubs have %zu members\n",
               out, rooms_wrong, members);
    }
    return out == 0 && rooms_wrong == 0 && members == service->options.members;
}

static int compare(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a;
    const uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

uint64_t members_percentile_us(const struct service *service, uint64_t since_us, uint32_t percent)
{
    size_t count = 0;
    uint64_t *all = malloc(service->options.members * sizeof *all);
    PF_ASSERT(all);
    for (uint32_t i = 0; i < service->options.members; i++) {
        if (service->members[i].in_us > since_us) {
            all[count++] = service->members[i].in_us - since_us;
        }
    }
    qsort(all, count, sizeof *all, compare);
    const uint64_t found = count > 0 ? all[(count - 1) * percent / 100] : 0;
    free(all);
    return found;
}

/* ---- memory ---- */

/* The first of each room comes to relay 1, which then owns the room; the others to `relay`. */
static double bytes_of_others(const struct service_options *base, uint32_t relay)
{
    struct service_options options = *base;
    options.relays = 2;
    struct service *service = service_new(&options);
    const uint32_t count = options.members;
    uint32_t others = 0;
    only_relay = 1;
    for (uint32_t i = 0; i < count; i += SERVICE_ROOM_SIZE) {
        come_after(service, i, 5000000);
    }
    service_run(service, 30000000);
    const struct mallinfo2 before = mallinfo2();
    only_relay = relay;
    for (uint32_t i = 0; i < count; i++) {
        if (i % SERVICE_ROOM_SIZE != 0) {
            come_after(service, i, 5000000);
            others++;
        }
    }
    service_run(service, 60000000);
    const struct mallinfo2 after = mallinfo2();
    if (!members_are_whole(service, true)) {
        printf("FAILED: not everybody is in\n");
    }
    service_free(service);
    only_relay = UINT32_MAX;
    return (double)(after.uordblks + after.hblkhd - before.uordblks - before.hblkhd) / others;
}

int members_memory(struct service *service)
{
    const double local = bytes_of_others(&service->options, 1);
    const double remote = bytes_of_others(&service->options, 0);
    printf("bytes of the heap for each member: %.0f on its own relay; %.0f at both relays together "
           "where its room is another's\n",
           local, remote);
    return 0;
}
