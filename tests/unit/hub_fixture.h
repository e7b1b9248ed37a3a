/* hub_fixture.h - a hub whose clients record what they receive, with virtual time. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_TESTS_HUB_FIXTURE_H
#define PF_TESTS_HUB_FIXTURE_H

#include "base/random.h"
#include "relay/hub/hub.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cJSON.h>
#include <cmocka.h>

enum {
    CLIENTS_MAX = 24,
    INBOX_MAX = 4096,
    TEXT_MAX = 2048,
};

/* What one client has received. */
struct hub_inbox {
    char *texts[INBOX_MAX]; /* owned, NUL-terminated */
    size_t count;
    uint16_t closed; /* the code, or 0 */
};

struct hub_fixture {
    struct pf_hub *hub;
    struct pf_hub_config config;
    struct pf_random random;
    uint64_t now_ms, unix_s;
    uint8_t secret;
    uint64_t digest; /* of every output, in order */
    struct hub_inbox inboxes[CLIENTS_MAX];
    size_t visits, forwards; /* how many VISITs and FORWARDs there have been */
    char said[TEXT_MAX];     /* the text of the last one */
};

/* Replaces HMAC-SHA256: depends on every byte and on the secret. */
static inline void fake_sign(void *user, struct pf_slice text, uint8_t mac[PF_MAC_SIZE])
{
    const struct hub_fixture *fixture = user;
    uint64_t hash = 14695981039346656037u + fixture->secret;
    for (size_t i = 0; i < PF_MAC_SIZE; i++) {
        for (size_t k = 0; k < text.size; k++) {
            hash = (hash ^ (uint8_t)text.data[k]) * 1099511628211u;
        }
        mac[i] = (uint8_t)(hash >> 32);
    }
}

static inline uint64_t fake_draw(void *user)
{
    struct hub_fixture *fixture = user;
    const uint64_t high = pf_random_next(&fixture->random);
    return high << 32 | pf_random_next(&fixture->random);
}

static inline void digest(struct hub_fixture *fixture, const void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        fixture->digest = (fixture->digest ^ ((const uint8_t *)bytes)[i]) * 1099511628211u;
    }
}

static inline void keep_text(struct hub_fixture *fixture, uint32_t client,
                             const struct pf_hub_output *output)
{
    struct hub_inbox *inbox = &fixture->inboxes[client];
    const size_t size = output->head.size + output->body.size;
    assert_true(inbox->closed == 0);
    assert_true(inbox->count < INBOX_MAX);
    assert_true(size <= PF_MESSAGE_SIZE_MAX);
    char *text = malloc(size + 1);
    assert_non_null(text);
    memcpy(text, output->head.data, output->head.size);
    memcpy(text + output->head.size, output->body.data, output->body.size);
    text[size] = '\0';
    digest(fixture, text, size);
    inbox->texts[inbox->count++] = text;
}

static inline void drain(struct hub_fixture *fixture)
{
    struct pf_hub_output output;
    while (pf_hub_poll(fixture->hub, &output)) {
        assert_in_range(output.clients_count, 1, PF_MEMBERS_MAX);
        for (size_t i = 0; i < output.clients_count; i++) {
            const uint32_t client = output.clients[i];
            assert_true(client < CLIENTS_MAX);
            digest(fixture, &client, sizeof client);
            if (output.type == PF_HUB_SEND) {
                keep_text(fixture, client, &output);
            } else if (output.type != PF_HUB_CLOSE) {
                fixture->visits += output.type == PF_HUB_VISIT ? 1 : 0;
                fixture->forwards += output.type == PF_HUB_FORWARD ? 1 : 0;
                /* Joins here are short. */
                (void)pf_slice_copy(output.body, fixture->said, TEXT_MAX);
            } else {
                assert_true(fixture->inboxes[client].closed == 0);
                fixture->inboxes[client].closed = output.code;
                digest(fixture, &output.code, sizeof output.code);
            }
        }
    }
}

static inline void give(struct hub_fixture *fixture, enum pf_hub_event_type type, uint32_t client,
                        struct pf_slice text, uint16_t code)
{
    const struct pf_hub_event event = {
        .type = type,
        .now_ms = fixture->now_ms,
        .unix_s = fixture->unix_s,
        .client = client,
        .text = text,
        .code = code,
    };
    pf_hub_handle(fixture->hub, &event);
    drain(fixture);
}

static inline void forget_texts(struct hub_fixture *fixture, uint32_t client)
{
    struct hub_inbox *inbox = &fixture->inboxes[client];
    while (inbox->count > 0) {
        free(inbox->texts[--inbox->count]);
    }
}

static inline void open_client(struct hub_fixture *fixture, uint32_t client)
{
    forget_texts(fixture, client);
    fixture->inboxes[client].closed = 0;
    give(fixture, PF_HUB_CLIENT_OPENED, client, PF_SLICE(""), 0);
}

static inline void say(struct hub_fixture *fixture, uint32_t client, const char *text)
{
    give(fixture, PF_HUB_CLIENT_TEXT, client, pf_slice_of(text), 0);
}

static inline void lose(struct hub_fixture *fixture, uint32_t client, uint16_t code)
{
    give(fixture, PF_HUB_CLIENT_CLOSED, client, PF_SLICE(""), code);
    fixture->inboxes[client].closed = code;
}

/* Lets time pass and feeds each TIMEOUT when it is due. */
static inline void pass(struct hub_fixture *fixture, uint64_t duration_ms)
{
    const uint64_t end_ms = fixture->now_ms + duration_ms;
    while (pf_hub_deadline_ms(fixture->hub) <= end_ms) {
        const uint64_t deadline_ms = pf_hub_deadline_ms(fixture->hub);
        fixture->now_ms = deadline_ms > fixture->now_ms ? deadline_ms : fixture->now_ms;
        give(fixture, PF_HUB_TIMEOUT, 0, PF_SLICE(""), 0);
    }
    fixture->now_ms = end_ms;
}

/* The same, and each client answers its pings. */
static inline void linger(struct hub_fixture *fixture, uint64_t duration_ms)
{
    const uint64_t end_ms = fixture->now_ms + duration_ms;
    while (fixture->now_ms < end_ms) {
        const uint64_t left_ms = end_ms - fixture->now_ms;
        pass(fixture, left_ms < fixture->config.ping_ms ? left_ms : fixture->config.ping_ms);
        for (uint32_t i = 0; i < CLIENTS_MAX; i++) {
            give(fixture, PF_HUB_CLIENT_HEARD, i, PF_SLICE(""), 0);
        }
    }
}

/* The last text that a client has received. */
static inline const char *last(const struct hub_fixture *fixture, uint32_t client)
{
    const struct hub_inbox *inbox = &fixture->inboxes[client];
    assert_true(inbox->count > 0);
    return inbox->texts[inbox->count - 1];
}

/* The last text of that type, or NULL. */
static inline const char *last_of(const struct hub_fixture *fixture, uint32_t client,
                                  const char *type)
{
    const struct hub_inbox *inbox = &fixture->inboxes[client];
    char wanted[64];
    (void)snprintf(wanted, sizeof wanted, "\"type\":\"%s\"", type); /* types are short */
    for (size_t i = inbox->count; i-- > 0;) {
        if (strstr(inbox->texts[i], wanted)) {
            return inbox->texts[i];
        }
    }
    return NULL;
}

static inline size_t count_of(const struct hub_fixture *fixture, uint32_t client, const char *type)
{
    const struct hub_inbox *inbox = &fixture->inboxes[client];
    char wanted[64];
    size_t count = 0;
    (void)snprintf(wanted, sizeof wanted, "\"type\":\"%s\"", type); /* types are short */
    for (size_t i = 0; i < inbox->count; i++) {
        count += strstr(inbox->texts[i], wanted) ? 1 : 0;
    }
    return count;
}

static inline void assert_has(const char *text, const char *part)
{
    if (!text || !strstr(text, part)) {
        fail_msg("%s is not in %s", part, text ? text : "nothing");
    }
}

static inline void assert_has_not(const char *text, const char *part)
{
    if (text && strstr(text, part)) {
        fail_msg("%s is in %s", part, text);
    }
}

/* The string member of the last text of that type. */
static inline void copy_member(const struct hub_fixture *fixture, uint32_t client, const char *type,
                               const char *name, char out[TEXT_MAX])
{
    const char *text = last_of(fixture, client, type);
    assert_non_null(text);
    cJSON *json = cJSON_Parse(text);
    const char *value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, name));
    assert_non_null(value);
    (void)pf_slice_copy(pf_slice_of(value), out, TEXT_MAX); /* never truncated */
    cJSON_Delete(json);
}

static inline void join_as(struct hub_fixture *fixture, uint32_t client, const char *room,
                           const char *name, uint32_t instance, const char *ticket)
{
    char text[TEXT_MAX];
    const int size = snprintf(text, sizeof text,
                              "{\"type\":\"join\",\"room\":\"%s\",\"name\":\"%s\",\"instance\":%u,"
                              "\"capabilities\":[\"host\"]%s%s%s}",
                              room, name, (unsigned)instance, ticket ? ",\"ticket\":\"" : "",
                              ticket ? ticket : "", ticket ? "\"" : "");
    assert_in_range(size, 1, sizeof text - 1);
    say(fixture, client, text);
}

/* Opens the client and joins. */
static inline void enter(struct hub_fixture *fixture, uint32_t client, const char *room)
{
    open_client(fixture, client);
    join_as(fixture, client, room, "Ann", client + 1, NULL);
    assert_non_null(last_of(fixture, client, "joined"));
}

/* `ticket` may be NULL. */
static inline void join_with_token(struct hub_fixture *fixture, uint32_t client, const char *token,
                                   const char *ticket)
{
    char text[TEXT_MAX];
    const int size =
        snprintf(text, sizeof text,
                 "{\"type\":\"join\",\"room\":\"tea\",\"name\":\"Ann\",\"instance\":1,"
                 "\"capabilities\":[\"host\"],\"token\":\"%s\"%s%s%s}",
                 token, ticket ? ",\"ticket\":\"" : "", ticket ? ticket : "", ticket ? "\"" : "");
    assert_in_range(size, 1, sizeof text - 1);
    say(fixture, client, text);
}

/* Opens the client and joins. */
static inline void enter_with_token(struct hub_fixture *fixture, uint32_t client, const char *token,
                                    const char *ticket)
{
    open_client(fixture, client);
    join_with_token(fixture, client, token, ticket);
}

static inline void signal_to(struct hub_fixture *fixture, uint32_t client, const char *to)
{
    char text[TEXT_MAX];
    (void)snprintf(text, sizeof text, "{\"type\":\"signal\",\"to\":\"%.64s\",\"x\":[1, 2]}",
                   to); /* ids are short */
    say(fixture, client, text);
}

static inline void start_hub(struct hub_fixture *fixture)
{
    assert_int_equal(pf_hub_new(&fixture->config, &fixture->hub), PF_ERROR_OK);
}

static inline struct hub_fixture *new_fixture(void)
{
    struct hub_fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    pf_random_seed(&fixture->random, 1);
    fixture->now_ms = 1000000;
    fixture->unix_s = 1800000000;
    fixture->secret = 7;
    fixture->config = (struct pf_hub_config){
        .members_max = 8,
        .rooms_max = 100,
        .clients_max = CLIENTS_MAX,
        .ping_ms = 15000,
        .grace_ms = 20000,
        .burst_messages = 400,
        .messages_per_s = 100,
        .ice_servers = PF_SLICE("[{\"urls\":\"stun:stun.example\"}]"),
        .signer = {.user = fixture, .sign = fake_sign},
        .draw_user = fixture,
        .draw = fake_draw,
    };
    start_hub(fixture);
    return fixture;
}

static inline void free_fixture(struct hub_fixture *fixture)
{
    pf_hub_free(fixture->hub);
    for (uint32_t i = 0; i < CLIENTS_MAX; i++) {
        forget_texts(fixture, i);
    }
    free(fixture);
}

/* Restarts the relay, which takes a second: all clients are gone, and so is its state. */
static inline void restart_hub(struct hub_fixture *fixture)
{
    fixture->unix_s++;
    pf_hub_free(fixture->hub);
    start_hub(fixture);
}

static inline int set_up(void **state)
{
    *state = new_fixture();
    return 0;
}

static inline int tear_down(void **state)
{
    free_fixture(*state);
    return 0;
}

#define HUB_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
