/* arrivals.c - those who are in no room yet: new connections, TLS handshakes, the lobby. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/arrivals.h"

#include "base/assert.h"
#include "relay/server/clock.h"
#include "relay/server/io.h"
#include "relay/server/link.h"
#include "relay/server/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum {
    ACCEPTS_MAX = 8, /* for each event of a listener */
    EVENTS_MAX = 8,  /* of one iteration, and no more after this time: */
    RUN_NS_MAX = 100000,
    PAUSE_NS_MAX = 2000000,
    /* Members talk if one was read from in this time. */
    TALK_NS = 100000000,
};

/* The user data of the set: the index of a link, or a listener. */
#define LISTENER (UINT64_C(1) << 32)

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

static void on_arrival(struct pf_server *server, const struct epoll_event *event)
{
    const uint64_t key = event->data.u64;
    if (key < LISTENER) {
        pf_io_event(server, key, event->events);
        return;
    }
    const enum pf_door door = (enum pf_door)((key - LISTENER) / PF_LISTENERS_MAX);
    const size_t index = (key - LISTENER) % PF_LISTENERS_MAX;
    if (index < server->doors[door].count) {
        on_listener(server, server->doors[door].fds[index], door);
    }
}

/* Pauses */

/* Has the server's epoll report the set, or not. An error only costs what the pause would save. */
static void set_watched(struct pf_server *server, bool watched)
{
    struct epoll_event event = {.events = watched ? (uint32_t)EPOLLIN : 0,
                                .data.u64 = PF_LOOP_KEY_ARRIVALS};
    (void)epoll_ctl(server->epoll_fd, EPOLL_CTL_MOD, server->arrivals.set_fd, &event);
}

/* `ns` > 0: with 0 the timer would not end the pause. */
static void pause_for(struct pf_server *server, uint64_t ns)
{
    PF_ASSERT(ns > 0);
    const struct itimerspec when = {.it_value.tv_nsec =
                                        (long)(ns < PAUSE_NS_MAX ? ns : PAUSE_NS_MAX)};
    if (timerfd_settime(server->arrivals.timer_fd, 0, &when, NULL) == 0) {
        server->arrivals.is_pausing = true;
        set_watched(server, false);
    }
}

void pf_arrivals_event(struct pf_server *server)
{
    uint64_t expirations = 0;
    if (!server->arrivals.is_pausing) {
        server->arrivals.is_due = true;
    } else if (read(server->arrivals.timer_fd, &expirations, sizeof expirations) > 0) {
        server->arrivals.is_pausing = false;
        server->arrivals.is_due = true;
        set_watched(server, true);
    }
}

void pf_arrivals_run(struct pf_server *server)
{
    if (!server->arrivals.is_due) {
        return;
    }
    server->arrivals.is_due = false;
    const uint64_t others_ns = server->arrivals.others_ns;
    const uint64_t since_ns = pf_clock_ns();
    uint64_t spent_ns = 0;
    struct epoll_event event;
    bool is_more = true;
    /* One after the other: of several, those not reached would be at the end of the set again. */
    for (int i = 0; is_more && i < EVENTS_MAX && spent_ns < RUN_NS_MAX; i++) {
        is_more = epoll_wait(server->arrivals.set_fd, &event, 1, 0) == 1;
        if (is_more) {
            on_arrival(server, &event);
        }
        spent_ns = pf_clock_ns() - since_ns;
    }
    pf_io_flush(server);
    /* What is left would be reported at once. */
    if (is_more && server->now_ns - server->talked_ns < TALK_NS) {
        pause_for(server, pf_clock_ns() - since_ns + others_ns + 1);
    }
    server->arrivals.others_ns = 0;
}

/* The set */

bool pf_arrivals_open(struct pf_server *server)
{
    struct pf_arrivals *arrivals = &server->arrivals;
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = PF_LOOP_KEY_ARRIVALS};
    arrivals->set_fd = epoll_create1(EPOLL_CLOEXEC);
    arrivals->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    return arrivals->set_fd >= 0 && arrivals->timer_fd >= 0 &&
           epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, arrivals->set_fd, &event) == 0 &&
           epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, arrivals->timer_fd, &event) == 0;
}

void pf_arrivals_close(struct pf_server *server)
{
    const int fds[] = {server->arrivals.set_fd, server->arrivals.timer_fd};
    for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++) {
        if (fds[i] >= 0) {
            (void)close(fds[i]); /* nothing was written */
        }
    }
}

bool pf_arrivals_watch_listener(struct pf_server *server, enum pf_door door, size_t index)
{
    struct epoll_event event = {
        .events = EPOLLIN,
        .data.u64 = LISTENER + (uint64_t)door * PF_LISTENERS_MAX + index,
    };
    return epoll_ctl(server->arrivals.set_fd, EPOLL_CTL_ADD, server->doors[door].fds[index],
                     &event) == 0;
}
