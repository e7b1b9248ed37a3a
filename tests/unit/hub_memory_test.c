/* hub_memory_test.c - running out of memory affects only the client that needs more. */
/* SPDX-License-Identifier: MIT */
#include "failing_memory.h"
#include "protocol/message.h"
#include "relay/hub/hub.h"
#include "relay/wire/websocket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- the hub ---- */

/* The last client stays in the lobby, so that joins meet an odd number of timers. */
enum { CLIENTS_COUNT = 71, LOBBY = CLIENTS_COUNT - 1, ROOMS_COUNT = 67 };

struct starved_hub {
    struct pf_hub *hub; /* NULL if it could not be allocated */
    uint64_t drawn;
    bool open[CLIENTS_COUNT];
    bool joined[CLIENTS_COUNT];
    size_t refused; /* closed by the hub */
};

static void sign(void *user, struct pf_slice text, uint8_t mac[PF_MAC_SIZE])
{
    (void)user; /* one secret is enough */
    for (size_t i = 0; i < PF_MAC_SIZE; i++) {
        mac[i] = (uint8_t)(text.size + i);
    }
}

static uint64_t draw(void *user)
{
    struct starved_hub *relay = user;
    return ++relay->drawn;
}

static void give(struct starved_hub *relay, enum pf_hub_event_type type, uint32_t client,
                 const char *text)
{
    if (!relay->hub) {
        return;
    }
    pf_hub_handle(relay->hub, &(struct pf_hub_event){.type = type,
                                                     .now_ms = 1000,
                                                     .client = client,
                                                     .text = pf_slice_of(text),
                                                     .code = 1006});
    struct pf_hub_output output;
    while (pf_hub_poll(relay->hub, &output)) {
        for (size_t i = 0; i < output.clients_count; i++) {
            assert_true(relay->open[output.clients[i]]);
        }
        if (output.type == PF_HUB_CLOSE) {
            relay->open[output.clients[0]] = false;
            relay->joined[output.clients[0]] = false;
            relay->refused++;
        }
    }
}

/* Two members in each of many rooms, so that the tables of rooms, clients and timers all grow. */
static void enter_all(struct starved_hub *relay)
{
    char text[128];
    relay->open[LOBBY] = relay->hub != NULL;
    give(relay, PF_HUB_CLIENT_OPENED, LOBBY, "");
    for (uint32_t i = 0; i < LOBBY; i++) {
        relay->open[i] = relay->hub != NULL;
        give(relay, PF_HUB_CLIENT_OPENED, i, "");
        (void)snprintf(text, sizeof text,
                       "{\"type\":\"join\",\"room\":\"%d\",\"name\":\"\",\"instance\":1}",
                       (int)(i % ROOMS_COUNT)); /* it fits */
        relay->joined[i] = relay->open[i];
        give(relay, PF_HUB_CLIENT_TEXT, i, text);
    }
}

static size_t count_of(const bool *flags)
{
    size_t count = 0;
    for (size_t i = 0; i < CLIENTS_COUNT; i++) {
        count += flags[i] ? 1 : 0;
    }
    return count;
}

/* Runs with allocation `number` failing. False if there were fewer allocations. */
static bool run_hub(int number)
{
    struct starved_hub relay = {.hub = NULL};
    const struct pf_hub_config config = {
        .members_max = 8,
        .rooms_max = ROOMS_COUNT,
        .clients_max = CLIENTS_COUNT,
        .ping_ms = 1000,
        .grace_ms = 1000,
        .burst_messages = 100,
        .messages_per_s = 100,
        .ice_servers = PF_SLICE("[]"),
        .signer = {.sign = sign},
        .draw_user = &relay,
        .draw = draw,
    };
    until_failure = number;
    const enum pf_error error = pf_hub_new(&config, &relay.hub);
    assert_int_equal(error, number == 0 ? PF_ERROR_MEMORY : PF_ERROR_OK);
    enter_all(&relay);
    const bool has_failed = until_failure < 0;
    until_failure = -1;
    if (relay.hub) {
        /* At most one message was not read: its client is open, but in no room. */
        const struct pf_hub_counts counts = pf_hub_counts(relay.hub);
        assert_int_equal(counts.clients, count_of(relay.open));
        assert_in_range(counts.members, count_of(relay.joined) - 1, count_of(relay.joined));
        assert_in_range(relay.refused, 0, 1);
        for (uint32_t i = 0; i < CLIENTS_COUNT; i++) {
            give(&relay, PF_HUB_CLIENT_TEXT, i, "{\"type\":\"leave\"}");
        }
        assert_int_equal(pf_hub_counts(relay.hub).members, 0);
        assert_int_equal(pf_hub_counts(relay.hub).rooms, 0);
        assert_true(pf_hub_deadline_ms(relay.hub) == PF_DEADLINE_NONE);
        relay.refused = 0;
        enter_all(&relay); /* all can join again */
        assert_int_equal(relay.refused, 0);
        assert_int_equal(pf_hub_counts(relay.hub).members, CLIENTS_COUNT - 1);
    }
    pf_hub_free(relay.hub);
    return has_failed;
}

static void a_failed_allocation_affects_at_most_one_client(void **state)
{
    (void)state; /* a hub for each run */
    int number = 0;
    while (run_hub(number)) {
        number++;
    }
    assert_true(number > 2 * CLIENTS_COUNT); /* a client and a member, at least */
}

/* ---- messages ---- */

static void reading_a_message_fails_cleanly_when_out_of_memory(void **state)
{
    (void)state; /* one message at a time */
    static struct pf_message message;
    const struct pf_slice text = PF_SLICE("{\"type\":\"left\",\"id\":\"00000000000000a1\","
                                          "\"reason\":\"left\"}");
    int number = 0;
    for (;; number++) {
        until_failure = number;
        const enum pf_error error = pf_message_read(text, &message);
        const bool has_failed = until_failure < 0;
        until_failure = -1;
        if (!has_failed) {
            assert_int_equal(error, PF_ERROR_OK);
            pf_message_clear(&message);
            break;
        }
        assert_int_equal(error, PF_ERROR_MEMORY);
    }
    assert_true(number > 3);
}

/* ---- WebSocket ---- */

/* Feeds frames with a mask of zeros byte by byte. Returns the event that ends the reading. */
static struct pf_websocket_event feed(struct pf_websocket *websocket, const char *bytes,
                                      size_t size)
{
    struct pf_websocket_event event = {.type = PF_WEBSOCKET_NOTHING};
    for (size_t i = 0; i < size && event.type == PF_WEBSOCKET_NOTHING; i++) {
        char byte = bytes[i];
        assert_int_equal(pf_websocket_read(websocket, &byte, 1, &event), 1);
    }
    return event;
}

static void a_frame_closes_its_connection_when_out_of_memory(void **state)
{
    (void)state; /* a connection for each frame */
    static const char text[] = "\x81\x83\0\0\0\0tea";
    static const char ping[] = "\x89\x83\0\0\0\0tea";
    const char *const frames[] = {text, ping};
    for (size_t i = 0; i < 2; i++) {
        struct pf_websocket websocket;
        pf_websocket_init(&websocket, 100);
        until_failure = 0;
        const struct pf_websocket_event event = feed(&websocket, frames[i], sizeof text - 1);
        until_failure = -1;
        assert_int_equal(event.type, PF_WEBSOCKET_ERROR);
        assert_int_equal(event.code, PF_CLOSE_INTERNAL_ERROR);
        pf_websocket_clear(&websocket);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failed_allocation_affects_at_most_one_client),
        cmocka_unit_test(reading_a_message_fails_cleanly_when_out_of_memory),
        cmocka_unit_test(a_frame_closes_its_connection_when_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
