/* loop.c - the event loop: accepts, reads, keeps timeouts, stops. */
/* SPDX-License-Identifier: MIT */
/*
 * One thread, level-triggered epoll. An iteration handles the events that epoll reports, then the
 * timeouts that have passed, and writes everything that these have queued. Only then it accepts
 * connections and goes on with TLS handshakes, which cost more than a message and which anybody can
 * ask for: those who talk do not wait for them, but for the one that is going on.
 */
#include "relay/server/loop.h"

#include "base/assert.h"
#include "relay/server/bridge.h"
#include "relay/server/clock.h"
#include "relay/server/drain.h"
#include "relay/server/handshakes.h"
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

enum { ACCEPTS_MAX = 8 }; /* in one iteration, for each listener */

/* The user data of epoll: the index of a link, or one of these. */
#define KEY_LISTENER (UINT64_C(1) << 32)
#define KEY_SIGNAL   (UINT64_C(2) << 32)
#define KEY_STORE    (UINT64_C(3) << 32)

void pf_loop_update_clock(struct pf_server *server)
{
    struct timespec now;
    server->now_ns = pf_clock_ns();
    server->now_ms = server->now_ns / 1000000;
    PF_ASSERT(clock_gettime(CLOCK_REALTIME, &now) == 0);
    server->unix_s = (uint64_t)now.tv_sec;
    server->unix_ms = (uint32_t)(now.tv_nsec / 1000000);
}

/* Accepting */

static void refuse(int fd)
{
    static const char full[] = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\n"
                               "Content-Length: 0\r\nConnection: close\r\n\r\n";
    (void)send(fd, full, sizeof full - 1, MSG_NOSIGNAL | MSG_DONTWAIT); /* best effort */
    (void)close(fd);                                                    /* nothing was read */
}

/* Out of descriptors, level-triggered epoll would report the listener again and again: a reserved
 * descriptor is given up to accept the connection and refuse it. */
static void refuse_without_descriptor(struct pf_server *server, int listener)
{
    (void)close(server->reserve_fd); /* of /dev/null */
    const int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0) {
        refuse(fd);
    }
    server->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void on_listener(struct pf_server *server, int listener, enum pf_door door)
{
    const int one = 1;
    for (int i = 0; i < ACCEPTS_MAX; i++) {
        struct sockaddr_storage peer = {.ss_family = AF_UNSPEC};
        socklen_t peer_size = sizeof peer;
        struct pf_ip ip = {{0}};
        const int fd =
            accept4(listener, (struct sockaddr *)&peer, &peer_size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && (errno == EMFILE || errno == ENFILE)) {
            refuse_without_descriptor(server, listener);
            return;
        }
        if (fd < 0 && (errno == ECONNABORTED || errno == EINTR)) {
            continue;
        }
        if (fd < 0) {
            return;
        }
        /* Signaling messages are short and latency matters. An error only costs latency. */
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        (void)pf_ip_of_socket((struct sockaddr *)&peer, &ip); /* of another family: all zero */
        server->metrics.accepted++;
        if (!pf_link_open(server, fd, door, &ip)) {
            refuse(fd);
        }
    }
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
    } else if (event->data.u64 >= KEY_LISTENER) {
        const uint64_t number = event->data.u64 - KEY_LISTENER;
        const enum pf_door door = (enum pf_door)(number / PF_LISTENERS_MAX);
        const size_t index = number % PF_LISTENERS_MAX;
        if (index < server->doors[door].count) {
            on_listener(server, server->doors[door].fds[index], door);
        }
    } else {
        pf_io_event(server, event->data.u64, event->events);
    }
    if (server->frames.used > PF_ITERATION_SIZE_MAX) {
        pf_io_flush(server);
    }
}

/* Whether the event is handled when the others have been, and what they send is written. */
static bool comes_last(const struct pf_server *server, const struct epoll_event *event)
{
    if (event->data.u64 >= KEY_LISTENER) {
        return event->data.u64 < KEY_SIGNAL;
    }
    const struct pf_link *link = server->links[event->data.u64];
    return link && link->opening == PF_OPENING_HANDSHAKE;
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

/*
 * The first events of the array: handshakes, and then new connections, unless those wait already.
 * A link that has ended meanwhile, or another one that has got its index, is read in vain.
 */
static void on_last_events(struct pf_server *server, size_t count)
{
    pf_handshakes_begin_iteration(server);
    for (size_t i = 0; i < count; i++) {
        if (server->events[i].data.u64 < KEY_LISTENER) {
            on_event(server, &server->events[i]);
        }
    }
    for (size_t i = 0; i < count && !pf_handshakes_wait(server); i++) {
        if (server->events[i].data.u64 >= KEY_LISTENER) {
            on_event(server, &server->events[i]);
        }
    }
    pf_io_flush(server);
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
        int last_count = 0;
        for (int i = 0; i < count; i++) {
            if (comes_last(server, &server->events[i])) {
                server->events[last_count++] = server->events[i];
            } else {
                on_event(server, &server->events[i]);
            }
        }
        on_deadlines(server);
        pf_io_flush(server);
        pf_redis_servers_flush(server);
        if (server->dirty) { /* one of them is lost, and clients are told */
            pf_io_flush(server);
        }
        if (last_count > 0) {
            on_last_events(server, (size_t)last_count);
        }
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

bool pf_loop_watch_listener(struct pf_server *server, enum pf_door door, size_t index)
{
    return watch(server, server->doors[door].fds[index],
                 KEY_LISTENER + (uint64_t)door * PF_LISTENERS_MAX + index);
}
