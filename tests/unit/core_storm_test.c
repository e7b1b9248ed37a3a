/* core_storm_test.c - a thousand clients that lose their relay together reconnect spread out. */
/* SPDX-License-Identifier: MIT */
#include "core_events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum {
    CLIENTS_COUNT = 1000,
    STEP_MS = 100,
    STEPS_MAX = 128, /* the longest delay, 10 s, has fewer */
};

struct outage {
    uint64_t outage_ms;
    size_t peak_max;       /* arrivals within 100 ms */
    uint64_t after_ms_max; /* of the last one after the relay is back */
    size_t arrivals[STEPS_MAX];
    uint64_t last_ms;
};

/* When a member reconnects to a relay that was down for `outage_ms`. */
static uint64_t arrival_ms(struct driver *d, uint64_t outage_ms)
{
    const uint64_t start_ms = d->now_ms;
    do {
        driver_socket_closed(d, 1006); /* a host without the process refuses at once */
        driver_wait(d, pf_room_deadline_ms(d->room) - d->now_ms);
        assert_int_equal(driver_count(d, PF_COMMAND_SOCKET_OPEN), 1);
    } while (d->now_ms - start_ms < outage_ms);
    const uint64_t result_ms = d->now_ms - start_ms;
    driver_hello(d);
    assert_int_equal(driver_sent(d, "\"type\":\"join\"", "\"ticket\":\"ticket-50\"", NULL), 1);
    driver_joined(d, DRIVER_SELF, 0, 0);
    assert_int_equal(d->state, PF_ROOM_JOINED);
    return result_ms;
}

/* One client in all outages, one after the other. */
static void live_through(struct outage *outages, size_t count, uint64_t seed)
{
    struct pf_room_config config = driver_config();
    config.seed = seed;
    struct driver *d = driver_new(&config);
    driver_enter(d, 0, 0);
    for (size_t i = 0; i < count; i++) {
        struct outage *outage = &outages[i];
        const uint64_t after_ms = arrival_ms(d, outage->outage_ms) - outage->outage_ms;
        assert_true(after_ms / STEP_MS < STEPS_MAX);
        outage->arrivals[after_ms / STEP_MS]++;
        outage->last_ms = after_ms > outage->last_ms ? after_ms : outage->last_ms;
    }
    driver_free(d);
}

static void check_outage(const struct outage *outage)
{
    size_t peak = 0;
    print_message("away for %5d ms, then in each 100 ms:", (int)outage->outage_ms);
    for (uint64_t i = 0; i <= outage->last_ms / STEP_MS; i++) {
        print_message(" %d", (int)outage->arrivals[i]);
        peak = outage->arrivals[i] > peak ? outage->arrivals[i] : peak;
    }
    print_message("\n");
    assert_in_range(peak, 1, outage->peak_max);
    assert_in_range(outage->last_ms, 0, outage->after_ms_max);
}

/* The relay takes some 2,000 connections in 100 ms (tests/bench/relay). */
static void R14_a_thousand_clients_of_a_restarted_relay_reconnect_spread_out(void **state)
{
    (void)state; /* a room for each client */
    struct outage outages[] = {
        {.outage_ms = 0, .peak_max = 140, .after_ms_max = 1000},
        {.outage_ms = 300, .peak_max = 170, .after_ms_max = 7000},
        {.outage_ms = 1000, .peak_max = 100, .after_ms_max = 8000},
        {.outage_ms = 5000, .peak_max = 70, .after_ms_max = 10000},
        {.outage_ms = 60000, .peak_max = 30, .after_ms_max = 10000},
    };
    const size_t count = sizeof outages / sizeof *outages;
    for (uint64_t seed = 1; seed <= CLIENTS_COUNT; seed++) {
        live_through(outages, count, seed);
    }
    for (size_t i = 0; i < count; i++) {
        check_outage(&outages[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R14_a_thousand_clients_of_a_restarted_relay_reconnect_spread_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
