/* loop.c - the event loop: reads, keeps timeouts, stops. */
/* SPDX-License-Identifier: MIT */
/*
 * One thread, level-triggered epoll. An iteration handles the events that epoll reports, then the
 * timeouts that have passed, and writes everything that these have queued. Only then it looks at
 * those who arrive (arrivals.h): those who talk wait for one TLS handshake at most.
 */
#include "relay/server/loop.h"

#include "base/assert.h"
#include "relay/server/arrivals.h"
#include "relay/server/bridge.h"
#include "relay/server/clock.h"
#include "relay/server/drain.h"
#include "relay/server/io.h"
#include "relay/server/link.h"
#include "relay/server/logic.h"
#include "relay/server/memory.h"
#include "relay/server/reload.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* The user data of epoll: the index of a link, PF_LOOP_KEY_ARRIVALS, or one of these. */
#define KEY_SIGNAL (UINT64_C(2) << 32)
#define KEY_STORE  (UINT64_C(3) << 32)

void pf_loop_update_clock(struct pf_server *server)
{
    struct timespec now;
    server->now_ns = pf_clock_ns();
    server->now_ms = server->now_ns / 1000000;
    PF_ASSERT(clock_gettime(CLOCK_REALTIME, &now) == 0);
    server->unix_s = (uint64_t)now.tv_sec;
    server->unix_ms = (uint32_t)(now.tv_nsec / 1000000);
}

/* Signals */

static void on_signal(struct pf_server *server)
{
    struct signalfd_siginfo info;
    const ssize_t got = read(server->signal_fd, &info, sizeof info);
    if (got != (ssize_t)sizeof info) {
        return;
    }
    if (info.ssi_signo == SIGHUP) {
        pf_reload(server);
    } else {
        pf_drain_begin(server);
    }
}

/* The loop */

static uint64_t earlier(uint64_t a_ms, uint64_t b_ms)
{
    return a_ms < b_ms ? a_ms : b_ms;
}

static int wait_ms(const struct pf_server *server)
{
    uint64_t deadline_ms =
        earlier(pf_timers_deadline_ms(&server->timers), pf_drain_deadline_ms(server));
    deadline_ms = earlier(deadline_ms, pf_memory_deadline_ms(server));
    if (server->ending != PF_ENDING_STOPPING) {
        deadline_ms = earlier(deadline_ms, pf_logic_deadline_ms(server));
    }
    deadline_ms = earlier(deadline_ms, pf_redis_servers_deadline_ms(server));
    if (deadline_ms == PF_DEADLINE_NONE) {
        return -1;
    }
    if (deadline_ms <= server->now_ms) {
        return 0;
    }
    const uint64_t left_ms = deadline_ms - server->now_ms;
    return left_ms < INT32_MAX ? (int)left_ms : INT32_MAX;
}

static void on_event(struct pf_server *server, const struct epoll_event *event)
{
    if (event->data.u64 == KEY_SIGNAL) {
        on_signal(server);
    } else if (event->data.u64 >= KEY_STORE) {
        pf_redis_servers_event(server, event->data.u64 - KEY_STORE, event->events);
    } else if (event->data.u64 == PF_LOOP_KEY_ARRIVALS) {
        pf_arrivals_event(server);
    } else {
        pf_io_event(server, event->data.u64, event->events);
    }
    if (server->frames.used > PF_ITERATION_SIZE_MAX) {
        pf_io_flush(server);
    }
}

static void on_deadlines(struct pf_server *server)
{
    struct pf_timer *timer = NULL;
    while ((timer = pf_timers_due(&server->timers, server->now_ms)) != NULL) {
        pf_link_kill(server, PF_TIMER_OWNER(timer, struct pf_transit, deadline)->link);
    }
    pf_redis_servers_advance(server);
    if (server->ending != PF_ENDING_STOPPING && pf_logic_deadline_ms(server) <= server->now_ms) {
        pf_bridge_timeout(server);
    }
    pf_drain_advance(server);
}

/* Only where somebody may ask for it: it reads the clock once more. */
static void measure_iteration(struct pf_server *server)
{
    if (server->doors[PF_DOOR_METRICS].count > 0) {
        pf_metrics_iteration(&server->metrics, pf_clock_ns() - server->now_ns);
    }
}

void pf_loop_run(struct pf_server *server)
{
    while (server->ending != PF_ENDING_STOPPING ||
           ((server->links_count > 0 || pf_redis_servers_are_busy(server)) &&
            server->now_ms < server->stop_ms)) {
        const int count =
            epoll_wait(server->epoll_fd, server->events, PF_EVENTS_MAX, wait_ms(server));
        pf_loop_update_clock(server);
        for (int i = 0; i < count; i++) {
            on_event(server, &server->events[i]);
        }
        on_deadlines(server);
        pf_io_flush(server);
        pf_redis_servers_flush(server);
        if (server->dirty) { /* one of them is lost, and clients are told */
            pf_io_flush(server);
        }
        pf_arrivals_run(server);
        pf_io_write_file(server);
        pf_memory_follow(server);
        measure_iteration(server);
    }
}

/* Registering descriptors */

uint64_t pf_loop_store_key(uint64_t number)
{
    return KEY_STORE + number;
}

static bool watch(struct pf_server *server, int fd, uint64_t key)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = key};
    return epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

bool pf_loop_watch_signals(struct pf_server *server)
{
    return watch(server, server->signal_fd, KEY_SIGNAL);
}
