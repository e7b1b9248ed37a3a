/* forwarder.c - the floor: hands the bytes of one TCP connection to another, and reads none. */
/* SPDX-License-Identifier: MIT */
/*
 * forwarder PORT joins each two connections in the order in which they come: no WebSocket, no
 * messages, no rooms. Level-triggered epoll, one buffer, one send() for each recv().
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FD_MAX = 65536, BUFFER_SIZE = 1 << 16, EVENTS_MAX = 256 };

static void check(bool good, const char *what)
{
    if (!good) {
        perror(what);
        exit(EXIT_FAILURE);
    }
}

struct rest {
    char *bytes; /* owned: what the kernel has not accepted; NULL if there is none */
    size_t size;
};

struct forwarder {
    int epoll_fd, listener;
    int waiting;          /* has no partner yet, or -1 */
    int partners[FD_MAX]; /* by descriptor; -1 for none */
    struct rest rests[FD_MAX];
    char buffer[BUFFER_SIZE];
};

static void watch(const struct forwarder *forwarder, int fd, int how, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};
    check(epoll_ctl(forwarder->epoll_fd, how, fd, &event) == 0, "epoll_ctl");
}

static void end(struct forwarder *forwarder, int fd)
{
    const int partner = forwarder->partners[fd];
    forwarder->partners[fd] = -1;
    free(forwarder->rests[fd].bytes);
    forwarder->rests[fd] = (struct rest){.bytes = NULL};
    (void)close(fd); /* whatever it says, it is closed */
    if (partner >= 0) {
        forwarder->partners[partner] = -1;
        end(forwarder, partner);
    }
}

/* Appends to what is to be sent. */
static void keep(struct rest *rest, const char *bytes, size_t size)
{
    rest->bytes = realloc(rest->bytes, rest->size + size);
    check(rest->bytes != NULL, "realloc");
    memcpy(rest->bytes + rest->size, bytes, size);
    rest->size += size;
}

static void send_or_keep(struct forwarder *forwarder, int to, const char *bytes, size_t size)
{
    struct rest *rest = &forwarder->rests[to];
    const ssize_t put = rest->size > 0 ? 0 : send(to, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    const size_t done = put > 0 ? (size_t)put : 0;
    if (done < size) {
        if (rest->size == 0) {
            watch(forwarder, to, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
        }
        keep(rest, bytes + done, size - done);
    }
}

static void send_rest(struct forwarder *forwarder, int to)
{
    struct rest *rest = &forwarder->rests[to];
    const ssize_t put = send(to, rest->bytes, rest->size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (put > 0) {
        rest->size -= (size_t)put;
        memmove(rest->bytes, rest->bytes + put, rest->size);
    }
    if (rest->size == 0) {
        free(rest->bytes);
        rest->bytes = NULL;
        watch(forwarder, to, EPOLL_CTL_MOD, EPOLLIN);
    }
}

static void on_connection(struct forwarder *forwarder)
{
    const int one = 1;
    const int fd = accept(forwarder->listener, NULL, NULL);
    check(fd >= 0 && fd < FD_MAX, "accept");
    check(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) == 0, "TCP_NODELAY");
    const int partner = forwarder->waiting;
    forwarder->partners[fd] = partner;
    forwarder->waiting = fd;
    if (partner >= 0) {
        forwarder->partners[partner] = fd;
        forwarder->waiting = -1;
        watch(forwarder, partner, EPOLL_CTL_ADD, EPOLLIN);
        watch(forwarder, fd, EPOLL_CTL_ADD, EPOLLIN);
    }
}

static void on_event(struct forwarder *forwarder, const struct epoll_event *event)
{
    const int fd = event->data.fd;
    if (fd == forwarder->listener) {
        on_connection(forwarder);
        return;
    }
    const int partner = forwarder->partners[fd];
    if (partner < 0) {
        return; /* ended in this turn */
    }
    if ((event->events & EPOLLOUT) != 0 && forwarder->rests[fd].size > 0) {
        send_rest(forwarder, fd);
    }
    if ((event->events & ~(uint32_t)EPOLLOUT) != 0) {
        const ssize_t got = recv(fd, forwarder->buffer, BUFFER_SIZE, MSG_DONTWAIT);
        if (got > 0) {
            send_or_keep(forwarder, partner, forwarder->buffer, (size_t)got);
        } else if (got == 0 || errno != EAGAIN) {
            end(forwarder, fd);
        }
    }
}

int main(int argc, char **argv)
{
    static struct forwarder forwarder = {.waiting = -1};
    const int one = 1;
    struct epoll_event events[EVENTS_MAX];
    struct sockaddr_in address = {.sin_family = AF_INET};
    struct rlimit limit;
    if (argc != 2) {
        (void)fputs("Usage: forwarder PORT\n", stderr); /* or nobody */
        return 2;
    }
    check(getrlimit(RLIMIT_NOFILE, &limit) == 0, "getrlimit");
    limit.rlim_cur = limit.rlim_max;
    check(setrlimit(RLIMIT_NOFILE, &limit) == 0, "setrlimit");
    for (int i = 0; i < FD_MAX; i++) {
        forwarder.partners[i] = -1;
    }
    address.sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    forwarder.epoll_fd = epoll_create1(0);
    forwarder.listener = socket(AF_INET, SOCK_STREAM, 0);
    check(setsockopt(forwarder.listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0,
          "SO_REUSEADDR");
    check(bind(forwarder.listener, (struct sockaddr *)&address, sizeof address) == 0, "bind");
    check(listen(forwarder.listener, 4096) == 0, "listen");
    watch(&forwarder, forwarder.listener, EPOLL_CTL_ADD, EPOLLIN);
    for (;;) {
        const int count = epoll_wait(forwarder.epoll_fd, events, EVENTS_MAX, -1);
        for (int i = 0; i < count; i++) {
            on_event(&forwarder, &events[i]);
        }
    }
}
