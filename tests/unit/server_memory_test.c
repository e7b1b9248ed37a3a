/* server_memory_test.c - when memory is given back to the system. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { START_MS = 100000, CROWD = 1000, PAUSE_MS = 10000, GRACE_MS = 30000, MEMBERS_COUNT = 600 };

/* This program is linked with --wrap. */
static int trims_count;

int __wrap_malloc_trim(size_t pad);

int __wrap_malloc_trim(size_t pad)
{
    assert_int_equal(pad, 0);
    trims_count++;
    return 1;
}

static void sign(void *user, struct pf_slice text, uint8_t mac[PF_MAC_SIZE])
{
    (void)user; /* the test looks into no ticket */
    (void)text; /* as above */
    for (size_t i = 0; i < PF_MAC_SIZE; i++) {
        mac[i] = 0;
    }
}

static uint64_t draw(void *user)
{
    uint64_t *drawn = user;
    return ++*drawn;
}

static int setup(void **state)
{
    static struct pf_server server;
    static uint64_t drawn;
    const struct pf_hub_config config = {
        .members_max = 2,
        .rooms_max = MEMBERS_COUNT,
        .clients_max = MEMBERS_COUNT,
        .ping_ms = 10 * GRACE_MS, /* nobody answers */
        .grace_ms = GRACE_MS,
        .burst_messages = 100,
        .messages_per_s = 100,
        .ice_servers = PF_SLICE("[]"),
        .signer = {.sign = sign},
        .draw_user = &drawn,
        .draw = draw,
    };
    server = (struct pf_server){.now_ms = START_MS};
    trims_count = 0;
    *state = &server;
    return pf_hub_new(&config, &server.hub) == PF_ERROR_OK ? 0 : -1;
}

static int teardown(void **state)
{
    pf_hub_free(((struct pf_server *)*state)->hub);
    return 0;
}

/* The end of an iteration, with that many connections open. */
static void iterate(struct pf_server *server, size_t links_count)
{
    server->links_count = links_count;
    pf_memory_follow(server);
}

static void give(struct pf_server *server, enum pf_hub_event_type type, uint32_t client,
                 const char *text)
{
    struct pf_hub_output output;
    pf_hub_handle(server->hub, &(struct pf_hub_event){.type = type,
                                                      .now_ms = server->now_ms,
                                                      .client = client,
                                                      .text = pf_slice_of(text),
                                                      .code = 1006});
    while (pf_hub_poll(server->hub, &output)) {
        assert_int_not_equal(output.type, PF_HUB_CLOSE);
    }
}

static void crowd_that_leaves_gives_memory_back(void **state)
{
    struct pf_server *server = *state;
    iterate(server, CROWD);
    iterate(server, CROWD - CROWD / 4 + 1);
    assert_int_equal(trims_count, 0);
    assert_true(pf_memory_deadline_ms(server) == PF_DEADLINE_NONE);
    iterate(server, CROWD - CROWD / 4);
    assert_int_equal(trims_count, 1);
    assert_true(pf_memory_deadline_ms(server) == PF_DEADLINE_NONE);
}

static void rest_that_leaves_within_the_pause_is_waited_for(void **state)
{
    struct pf_server *server = *state;
    iterate(server, CROWD);
    iterate(server, CROWD - CROWD / 4);
    server->now_ms++;
    iterate(server, 0);
    assert_int_equal(trims_count, 1);
    assert_true(pf_memory_deadline_ms(server) == START_MS + PAUSE_MS); /* nothing else comes */
    server->now_ms = START_MS + PAUSE_MS;
    iterate(server, 0);
    assert_int_equal(trims_count, 2);
    assert_true(pf_memory_deadline_ms(server) == PF_DEADLINE_NONE);
}

static void members_whose_grace_period_ends_give_memory_back(void **state)
{
    struct pf_server *server = *state;
    char text[96];
    for (uint32_t i = 0; i < MEMBERS_COUNT; i++) {
        (void)snprintf(text, sizeof text,
                       "{\"type\":\"join\",\"room\":\"%d\",\"name\":\"\",\"instance\":1}",
                       (int)(i / 2)); /* it fits */
        give(server, PF_HUB_CLIENT_OPENED, i, "");
        give(server, PF_HUB_CLIENT_TEXT, i, text);
    }
    iterate(server, MEMBERS_COUNT);
    for (uint32_t i = 0; i < MEMBERS_COUNT; i += 2) {
        give(server, PF_HUB_CLIENT_CLOSED, i, "");
    }
    iterate(server, MEMBERS_COUNT / 2);
    assert_int_equal(trims_count, 1);
    assert_int_equal(pf_hub_counts(server->hub).members, MEMBERS_COUNT);
    server->now_ms += GRACE_MS;
    give(server, PF_HUB_TIMEOUT, 0, "");
    assert_int_equal(pf_hub_counts(server->hub).members, MEMBERS_COUNT / 2);
    iterate(server, MEMBERS_COUNT / 2);
    assert_int_equal(trims_count, 2);
}

static void few_are_not_worth_it(void **state)
{
    struct pf_server *server = *state;
    iterate(server, 127);
    iterate(server, 0);
    assert_int_equal(trims_count, 0);
    assert_true(pf_memory_deadline_ms(server) == PF_DEADLINE_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(crowd_that_leaves_gives_memory_back, setup, teardown),
        cmocka_unit_test_setup_teardown(rest_that_leaves_within_the_pause_is_waited_for, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(members_whose_grace_period_ends_give_memory_back, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(few_are_not_worth_it, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
