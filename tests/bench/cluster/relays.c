/* relays.c - the relays of a service: the real code, with a queue of what arrives. */
/* SPDX-License-Identifier: MIT */
#include "relays.h"

#include "base/assert.h"
#include "members.h"
#include "redis.h"
#include "relay/cluster/cluster.h"
#include "service.h"

#include <stdlib.h>
#include <string.h>

/* What handling takes a relay, in microseconds: tests/bench/relay/RESULTS.md. */
enum {
    SOCKET_EVENT_US = 8,
    STORE_EVENT_US = 6,
    START_SPREAD_US = 2000000,
    SHARES = 3,
    SPARE_CLIENTS = 1000
};

#define NOBODY UINT32_MAX

struct bench_relay {
    bool is_up, is_running;
    struct pf_cluster *cluster;
    struct relay_input *first, **last;
    uint32_t timer_token;
    uint64_t deadline_ms;
    uint32_t *members; /* by the client's number; owned */
    uint32_t *free_numbers;
    size_t free_count;
    uint64_t longest_us;
};

pf_relay_id relays_id(uint32_t relay)
{
    return relay + 1;
}

uint32_t relays_index(pf_relay_id id)
{
    return (uint32_t)id - 1;
}

static uint64_t draw(void *user)
{
    struct service *service = user;
    const uint64_t high = pf_random_next(&service->random);
    return high << 32 | pf_random_next(&service->random);
}

static void sign(void *user, struct pf_slice text, uint8_t mac[PF_MAC_SIZE])
{
    uint64_t hash = 14695981039346656037u;
    (void)user;
    for (size_t i = 0; i < text.size; i++) {
        hash = (hash ^ (uint8_t)text.data[i]) * 1099511628211u;
    }
    for (int i = 0; i < PF_MAC_SIZE; i++) {
        mac[i] = (uint8_t)(hash >> (i % 8 * 8));
    }
}

/* Far more than its share. */
static uint32_t relays_clients_max(const struct service *service)
{
    const uint32_t members = service->options.members;
    const uint32_t share = members / service->options.relays * SHARES + SPARE_CLIENTS;
    return share < members + 1 ? share : members + 1;
}

static void start(struct service *service, uint32_t at)
{
    struct bench_relay *relay = &service->relays[at];
    const uint32_t clients = relays_clients_max(service);
    const struct pf_cluster_config config = {
        .self = relays_id(at), .stores_count = service->options.stores, .guests_max = clients};
    const struct pf_hub_config hub = {
        .members_max = 8,
        .rooms_max = clients,
        .clients_max = clients,
        .ping_ms = 25000,
        .grace_ms = 30000,
        .burst_messages = 600,
        .messages_per_s = 100,
        .ice_servers = PF_SLICE("[]"),
        .signer = {service, sign},
        .draw_user = service,
        .draw = draw,
    };
    relay->is_up = true;
    relay->last = &relay->first;
    relay->deadline_ms = PF_DEADLINE_NONE;
    relay->members = malloc(clients * sizeof *relay->members);
    relay->free_numbers = malloc(clients * sizeof *relay->free_numbers);
    PF_ASSERT(relay->members && relay->free_numbers);
    PF_ASSERT(pf_cluster_new(&config, &hub, &relay->cluster) == PF_ERROR_OK);
    for (uint32_t i = clients; i > 0; i--) {
        relay->members[i - 1] = NOBODY;
        relay->free_numbers[relay->free_count++] = i - 1;
    }
    for (uint32_t i = 0; i < service->options.stores; i++) {
        /* Not all at the same time: their signs of life are spread. */
        relays_store_event(service, at, 1000 + pf_random_below(&service->random, START_SPREAD_US),
                           &(struct pf_store_event){.type = PF_STORE_UP, .store = i});
    }
}

void relays_begin(struct service *service)
{
    service->relays = calloc(service->options.relays, sizeof *service->relays);
    PF_ASSERT(service->relays);
    for (uint32_t i = 0; i < service->options.relays; i++) {
        start(service, i);
    }
}

static void stop(struct bench_relay *relay)
{
    while (relay->first) {
        struct relay_input *input = relay->first;
        relay->first = input->next;
        free(input);
    }
    pf_cluster_free(relay->cluster);
    free(relay->members);
    free(relay->free_numbers);
    relay->is_up = false;
    relay->cluster = NULL;
    relay->members = relay->free_numbers = NULL;
}

void relays_end(struct service *service)
{
    for (uint32_t i = 0; i < service->options.relays; i++) {
        stop(&service->relays[i]);
    }
    free(service->relays);
}

void relays_kill(struct service *service, uint32_t at)
{
    struct bench_relay *relay = &service->relays[at];
    for (uint32_t i = 0; i < relays_clients_max(service); i++) {
        if (relay->members[i] != NOBODY) {
            members_lost(service, relay->members[i]);
        }
    }
    stop(relay);
}

bool relays_is_up(const struct service *service, uint32_t relay)
{
    return service->relays[relay].is_up;
}

struct pf_cluster *relays_cluster(const struct service *service, uint32_t relay)
{
    return service->relays[relay].cluster;
}

uint32_t relays_seat(struct service *service, uint32_t at, uint32_t member)
{
    struct bench_relay *relay = &service->relays[at];
    PF_ASSERT(relay->free_count > 0);
    const uint32_t client = relay->free_numbers[--relay->free_count];
    relay->members[client] = member;
    return client;
}

void relays_unseat(struct service *service, uint32_t at, uint32_t client)
{
    struct bench_relay *relay = &service->relays[at];
    relay->members[client] = NOBODY;
    relay->free_numbers[relay->free_count++] = client;
}

uint64_t relays_longest_us(const struct service *service)
{
    uint64_t longest_us = 0;
    for (uint32_t i = 0; i < service->options.relays; i++) {
        const uint64_t us = service->relays[i].longest_us;
        longest_us = us > longest_us ? us : longest_us;
    }
    return longest_us;
}

/* ---- what arrives ---- */

static void arrive(struct service *service, uint32_t relay, uint64_t at_us,
                   struct relay_input *input)
{
    heap_put(&service->heap,
             (struct happening){
                 .at_us = at_us, .kind = HAPPENS_AT_RELAY, .subject = relay, .text = input});
}

static struct relay_input *new_input(struct pf_slice room, struct pf_slice text)
{
    struct relay_input *input = calloc(1, sizeof *input + room.size + text.size);
    PF_ASSERT(input);
    input->room_size = room.size;
    input->size = text.size;
    if (room.size > 0) {
        memcpy(input->text, room.data, room.size);
    }
    if (text.size > 0) {
        memcpy(input->text + room.size, text.data, text.size);
    }
    return input;
}

void relays_event(struct service *service, uint32_t relay, uint64_t at_us,
                  const struct pf_hub_event *event)
{
    struct relay_input *input = new_input(PF_SLICE(""), event->text);
    input->event = *event;
    arrive(service, relay, at_us, input);
}

void relays_store_event(struct service *service, uint32_t relay, uint64_t at_us,
                        const struct pf_store_event *event)
{
    struct relay_input *input = new_input(event->room, event->bytes);
    input->is_of_store = true;
    input->store = *event;
    arrive(service, relay, at_us, input);
}

/* ---- what a relay does ---- */

static void on_sockets(struct service *service, struct bench_relay *relay,
                       const struct pf_hub_output *output)
{
    for (size_t i = 0; i < output->clients_count; i++) {
        const uint32_t member = relay->members[output->clients[i]];
        PF_ASSERT(member != NOBODY);
        if (output->type == PF_HUB_CLOSE) {
            relays_unseat(service, (uint32_t)(relay - service->relays), output->clients[i]);
            members_closed(service, member, output->code);
        } else {
            members_text(service, member, output->head, output->body);
        }
    }
}

static void take_outputs(struct service *service, struct bench_relay *relay)
{
    struct pf_cluster_output output;
    while (pf_cluster_poll(relay->cluster, &output)) {
        if (output.type == PF_CLUSTER_SOCKETS) {
            on_sockets(service, relay, &output.sockets);
        } else {
            redis_command(service, (uint32_t)(relay - service->relays), &output.command);
        }
    }
    const uint64_t deadline_ms = pf_cluster_deadline_ms(relay->cluster);
    if (deadline_ms != relay->deadline_ms && deadline_ms != PF_DEADLINE_NONE) {
        const uint64_t at_us = deadline_ms * 1000;
        heap_put(&service->heap,
                 (struct happening){.at_us = at_us > service->now_us ? at_us : service->now_us,
                                    .kind = HAPPENS_RELAY_TIMER,
                                    .subject = (uint32_t)(relay - service->relays),
                                    .token = ++relay->timer_token});
    }
    relay->deadline_ms = deadline_ms;
}

static void run(struct service *service, struct bench_relay *relay)
{
    struct relay_input *input = relay->first;
    relay->is_running = input != NULL;
    if (!input) {
        return;
    }
    relay->first = input->next;
    relay->last = relay->first ? relay->last : &relay->first;
    const uint64_t waited_us = service->now_us - input->since_us;
    relay->longest_us = waited_us > relay->longest_us ? waited_us : relay->longest_us;
    const struct pf_slice room = {input->text, input->room_size};
    const struct pf_slice text = {input->text + input->room_size, input->size};
    if (input->is_of_store) {
        input->store.now_ms = service->now_us / 1000;
        input->store.unix_s = 1800000000 + service->now_us / 1000000;
        input->store.unix_ms = (uint32_t)(service->now_us / 1000 % 1000);
        input->store.room = room;
        input->store.bytes = text;
        pf_cluster_handle_store(relay->cluster, &input->store);
    } else {
        input->event.now_ms = service->now_us / 1000;
        input->event.unix_s = 1800000000 + service->now_us / 1000000;
        input->event.unix_ms = (uint32_t)(service->now_us / 1000 % 1000);
        input->event.text = text;
        pf_cluster_handle(relay->cluster, &input->event);
    }
    take_outputs(service, relay);
    heap_put(&service->heap,
             (struct happening){.at_us = service->now_us +
                                         (input->is_of_store ? STORE_EVENT_US : SOCKET_EVENT_US),
                                .kind = HAPPENS_RELAY_RUNS,
                                .subject = (uint32_t)(relay - service->relays)});
    free(input);
}

static void on_input(struct service *service, struct bench_relay *relay, struct relay_input *input)
{
    if (!relay->is_up) {
        free(input);
        return;
    }
    input->since_us = service->now_us;
    *relay->last = input;
    relay->last = &input->next;
    if (!relay->is_running) {
        run(service, relay);
    }
}

void relays_happen(struct service *service, const struct happening *happening)
{
    struct bench_relay *relay = &service->relays[happening->subject];
    if (happening->kind == HAPPENS_AT_RELAY) {
        on_input(service, relay, happening->text);
    } else if (relay->is_up && happening->kind == HAPPENS_RELAY_RUNS) {
        run(service, relay);
    } else if (relay->is_up && happening->token == relay->timer_token) {
        relay->deadline_ms = PF_DEADLINE_NONE;
        struct relay_input *input = new_input(PF_SLICE(""), PF_SLICE(""));
        input->event.type = PF_HUB_TIMEOUT;
        on_input(service, relay, input);
    }
}
