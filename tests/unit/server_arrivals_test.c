/* server_arrivals_test.c - which part of the thread those who arrive may have. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "relay/server/arrivals.h"

#include "relay/server/clock.h"
#include "relay/server/loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cmocka.h>

enum { MS_NS = 1000000 };

struct arrivals_fixture {
    struct pf_server server;
    struct pf_link *links[1]; /* NULL: what arrives is not looked at, and comes again */
    int waiting[2];           /* a pipe that is always readable */
};

static int setup(void **state)
{
    static struct arrivals_fixture fixture;
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = 0};
    fixture = (struct arrivals_fixture){.waiting = {-1, -1}};
    fixture.server.links = fixture.links;
    fixture.server.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    *state = &fixture;
    return fixture.server.epoll_fd >= 0 && pf_arrivals_open(&fixture.server) &&
                   pipe(fixture.waiting) == 0 && write(fixture.waiting[1], "x", 1) == 1 &&
                   epoll_ctl(fixture.server.arrivals.set_fd, EPOLL_CTL_ADD, fixture.waiting[0],
                             &event) == 0
               ? 0
               : -1;
}

static int teardown(void **state)
{
    struct arrivals_fixture *fixture = *state;
    pf_arrivals_close(&fixture->server);
    return close(fixture->waiting[0]) | close(fixture->waiting[1]) |
           close(fixture->server.epoll_fd);
}

/* Whether the server's epoll reports the set or its timer within `timeout_ms`. */
static bool is_reported(const struct arrivals_fixture *fixture, int timeout_ms)
{
    struct epoll_event event;
    const int count = epoll_wait(fixture->server.epoll_fd, &event, 1, timeout_ms);
    assert_true(count < 1 || event.data.u64 == PF_LOOP_KEY_ARRIVALS);
    return count == 1;
}

/* An iteration in which the set is reported and served. */
static void iterate(struct arrivals_fixture *fixture, bool members_talk)
{
    fixture->server.now_ns = pf_clock_ns();
    fixture->server.talked_ns =
        members_talk ? fixture->server.now_ns : fixture->server.now_ns - UINT64_C(1000) * MS_NS;
    assert_true(is_reported(fixture, 0));
    pf_arrivals_event(&fixture->server);
    pf_arrivals_run(&fixture->server);
}

static void who_arrives_waits_for_as_long_as_it_has_been_served_while_members_talk(void **state)
{
    struct arrivals_fixture *fixture = *state;
    struct itimerspec left;
    for (int i = 0; i < 100; i++) {
        iterate(fixture, true);
        assert_true(fixture->server.arrivals.is_pausing);
        /* Only the end of the pause is reported, however much arrives. */
        assert_int_equal(timerfd_gettime(fixture->server.arrivals.timer_fd, &left), 0);
        assert_true(left.it_value.tv_sec == 0 && left.it_value.tv_nsec <= 2 * MS_NS);
        assert_true(is_reported(fixture, -1));
        pf_arrivals_event(&fixture->server);
        assert_false(fixture->server.arrivals.is_pausing);
        assert_true(fixture->server.arrivals.is_due);
    }
}

/* Of several tries, as the thread may be stopped between the pause and the look at it. */
static void requests_of_those_who_arrive_count_as_well(void **state)
{
    struct arrivals_fixture *fixture = *state;
    struct itimerspec left;
    long longest_ns = 0;
    for (int i = 0; i < 100; i++) {
        fixture->server.arrivals.others_ns = MS_NS + MS_NS / 2;
        iterate(fixture, true);
        assert_int_equal(timerfd_gettime(fixture->server.arrivals.timer_fd, &left), 0);
        longest_ns = left.it_value.tv_nsec > longest_ns ? left.it_value.tv_nsec : longest_ns;
        assert_int_equal(fixture->server.arrivals.others_ns, 0);
        assert_true(is_reported(fixture, -1));
        pf_arrivals_event(&fixture->server);
    }
    assert_true(longest_ns > MS_NS);
}

static void set_is_left_alone_during_the_pause(void **state)
{
    struct arrivals_fixture *fixture = *state;
    const struct itimerspec never = {{0, 0}, {0, 0}};
    iterate(fixture, true);
    assert_int_equal(timerfd_settime(fixture->server.arrivals.timer_fd, 0, &never, NULL), 0);
    assert_false(is_reported(fixture, 20));
    assert_true(fixture->server.arrivals.is_pausing);
}

static void without_members_who_talk_there_is_no_pause(void **state)
{
    struct arrivals_fixture *fixture = *state;
    for (int i = 0; i < 100; i++) {
        iterate(fixture, false);
        assert_false(fixture->server.arrivals.is_pausing);
    }
}

static void when_all_have_been_served_there_is_no_pause(void **state)
{
    struct arrivals_fixture *fixture = *state;
    char byte;
    iterate(fixture, false);
    assert_true(is_reported(fixture, 0));
    assert_int_equal(read(fixture->waiting[0], &byte, 1), 1);
    pf_arrivals_event(&fixture->server);
    fixture->server.talked_ns = fixture->server.now_ns = pf_clock_ns();
    pf_arrivals_run(&fixture->server);
    assert_false(fixture->server.arrivals.is_pausing);
    assert_false(is_reported(fixture, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            who_arrives_waits_for_as_long_as_it_has_been_served_while_members_talk, setup,
            teardown),
        cmocka_unit_test_setup_teardown(requests_of_those_who_arrive_count_as_well, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(set_is_left_alone_during_the_pause, setup, teardown),
        cmocka_unit_test_setup_teardown(without_members_who_talk_there_is_no_pause, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(when_all_have_been_served_there_is_no_pause, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
