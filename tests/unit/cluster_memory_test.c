/* cluster_memory_test.c - a relay of a cluster that is out of memory closes clients, and goes on.
 */
/* SPDX-License-Identifier: MIT */
#include "cluster_fixture.h"
#include "failing_memory.h"

#include "relay/cluster/bus.h"

static void say_to_all(struct fixture *fixture, const char *text)
{
    for (uint32_t i = 0; i < RELAYS_COUNT; i++) {
        for (uint32_t k = 0; k < CLIENTS_MAX; k++) {
            if (code_of(fixture, i, k) == 0) {
                say(fixture, i, k, text);
            }
        }
    }
}

/* Clients of both relays come to rooms of both, talk, and leave. */
static void live(struct fixture *fixture)
{
    static const char *const rooms[] = {"tea", "lunch"};
    for (uint32_t k = 0; k < CLIENTS_MAX; k++) {
        for (uint32_t i = 0; i < RELAYS_COUNT; i++) {
            enter(fixture, (i + k) % RELAYS_COUNT, k, rooms[k % 2]);
        }
    }
    say_to_all(fixture, "{\"type\":\"rename\",\"name\":\"Bob\"}");
    pass(fixture, 3000);
}

static size_t count_closed(const struct fixture *fixture)
{
    size_t count = 0;
    for (uint32_t i = 0; i < RELAYS_COUNT; i++) {
        for (uint32_t k = 0; k < CLIENTS_MAX; k++) {
            count += code_of(fixture, i, k) != 0;
        }
    }
    return count;
}

/* Runs with allocation `number` failing. False if there were fewer allocations. */
static bool run(int number)
{
    struct fixture *fixture = new_fixture();
    bool has_started = true;
    until_failure = number;
    for (uint32_t i = 0; i < RELAYS_COUNT; i++) {
        has_started = has_started && start_relay(fixture, i) == PF_ERROR_OK;
    }
    for (uint32_t i = 0; i < RELAYS_COUNT && has_started; i++) {
        store_goes_up(fixture, i);
    }
    if (has_started) {
        pass(fixture, 3000);
        live(fixture);
    }
    const bool has_failed = until_failure < 0;
    until_failure = -1;
    if (has_started) {
        say_to_all(fixture, "{\"type\":\"leave\"}");
        pass(fixture, 30000);
        for (uint32_t i = 0; i < RELAYS_COUNT; i++) {
            const struct pf_cluster_counts counts = counts_of(fixture, i);
            assert_int_equal(counts.visits + counts.waiting + counts.guests, 0);
            assert_int_equal(counts.rooms_owned, 0);
            assert_int_equal(pf_hub_counts(pf_cluster_hub(fixture->relays[i].cluster)).clients, 0);
        }
        live(fixture); /* all can come again */
        assert_int_equal(count_closed(fixture), 0);
    }
    free_fixture(fixture);
    return has_failed;
}

static void a_failed_allocation_is_survived(void **state)
{
    (void)state; /* relays for each run */
    int number = 0;
    while (run(number)) {
        number++;
    }
    assert_true(number > 2 * RELAYS_COUNT * CLIENTS_MAX); /* a client and a member, at least */
}

/* A client of a relay that the fixture does not have. */
static void open_guest(struct fixture *fixture, uint32_t client)
{
    char memory[512];
    struct pf_buffer bytes;
    pf_buffer_init(&bytes, memory, sizeof memory);
    pf_bus_write(&(struct pf_bus_message){.kind = PF_BUS_OPEN,
                                          .from = 99,
                                          .epoch = 1,
                                          .client = client,
                                          .serial = 1,
                                          .room = PF_SLICE("tea"),
                                          .text = PF_SLICE("{\"type\":\"join\",\"room\":\"tea\","
                                                           "\"name\":\"Eve\",\"instance\":9}")},
                 &bytes);
    put_item(fixture, 0,
             &(struct pf_store_event){.type = PF_STORE_MESSAGE, .bytes = pf_buffer_slice(&bytes)});
    settle(fixture);
}

static void how_another_relay_numbers_its_clients_costs_no_memory(void **state)
{
    (void)state; /* a relay of its own */
    struct fixture *fixture = new_fixture();
    assert_int_equal(start_relay(fixture, 0), PF_ERROR_OK);
    store_goes_up(fixture, 0);
    enter(fixture, 0, 0, "tea");
    largest = 0;
    open_guest(fixture, PF_BUS_CLIENT_MAX - 1);
    assert_int_equal(counts_of(fixture, 0).guests, 1);
    assert_in_range(largest, 1, 4096);
    free_fixture(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failed_allocation_is_survived),
        cmocka_unit_test(how_another_relay_numbers_its_clients_costs_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
