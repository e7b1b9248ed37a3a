/* listeners.c - the sockets that the server listens on. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/listeners.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    BACKLOG = 4096,
    FREE_PORT_TRIES = 16,
};

/* Returns a socket that listens on the address, or -1 with errno set. */
static int listen_on(const struct addrinfo *address, uint16_t port)
{
    const int one = 1;
    const int fd =
        socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (fd < 0) {
        return -1;
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one); /* bind() reports an error */
    if (address->ai_family == AF_INET6) {
        /* "::" includes IPv4; a specific IPv6 address does not. */
        struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)(void *)address->ai_addr;
        const int only = !IN6_IS_ADDR_UNSPECIFIED(&v6->sin6_addr);
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only); /* as above */
        v6->sin6_port = htons(port);
    } else {
        ((struct sockaddr_in *)(void *)address->ai_addr)->sin_port = htons(port);
    }
    if (bind(fd, address->ai_addr, address->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
        const int error = errno;
        (void)close(fd); /* nothing was written */
        errno = error;
        return -1;
    }
    return fd;
}

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* Of the socket. Its family is AF_UNSPEC if that is not known. */
static union address address_of(int fd)
{
    union address where = {.v6 = {.sin6_family = AF_UNSPEC}};
    socklen_t size = sizeof where;
    if (getsockname(fd, &where.any, &size) != 0) {
        where.v6.sin6_family = AF_UNSPEC;
    }
    return where;
}

static uint16_t port_of(int fd)
{
    const union address where = address_of(fd);
    return ntohs(where.any.sa_family == AF_INET6  ? where.v6.sin6_port
                 : where.any.sa_family == AF_INET ? where.v4.sin_port
                                                  : 0);
}

static bool is_same_address(const struct addrinfo *a, const struct addrinfo *b)
{
    if (a->ai_family != b->ai_family) {
        return false;
    }
    if (a->ai_family == AF_INET6) {
        return memcmp(&((struct sockaddr_in6 *)(void *)a->ai_addr)->sin6_addr,
                      &((struct sockaddr_in6 *)(void *)b->ai_addr)->sin6_addr,
                      sizeof(struct in6_addr)) == 0;
    }
    return ((struct sockaddr_in *)(void *)a->ai_addr)->sin_addr.s_addr ==
           ((struct sockaddr_in *)(void *)b->ai_addr)->sin_addr.s_addr;
}

/* A hosts file may name an address twice. */
static bool is_repeated(const struct addrinfo *first, const struct addrinfo *address)
{
    for (; first != address; first = first->ai_next) {
        if (is_same_address(first, address)) {
            return true;
        }
    }
    return false;
}

/* Listens on all addresses or, with errno set, on none. */
static bool listen_on_all(const struct addrinfo *first, struct pf_listeners *listeners)
{
    int error = 0;
    for (const struct addrinfo *at = first; at && listeners->count < PF_LISTENERS_MAX;
         at = at->ai_next) {
        if ((at->ai_family != AF_INET && at->ai_family != AF_INET6) || is_repeated(first, at)) {
            continue;
        }
        const int fd = listen_on(at, listeners->port);
        if (fd >= 0) {
            listeners->fds[listeners->count++] = fd;
            listeners->port = port_of(fd);
            continue;
        }
        error = errno;
        /* The name may resolve to a family that this machine has no network for. */
        if (error != EADDRNOTAVAIL && error != EAFNOSUPPORT) {
            pf_listeners_close(listeners);
            break;
        }
    }
    errno = error;
    return listeners->count > 0;
}

enum pf_error pf_listeners_open(const char *address, uint16_t port, struct pf_listeners *out)
{
    const struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *found = NULL;
    bool listening = false;
    if (getaddrinfo(address, NULL, &hints, &found) != 0) {
        errno = 0;
        return PF_ERROR_INVALID;
    }
    /* A port that is free for IPv4 may be in use for IPv6; then another one is tried. */
    for (int tries = port == 0 ? FREE_PORT_TRIES : 1; tries > 0 && !listening; tries--) {
        struct pf_listeners listeners = {.port = port};
        listening = listen_on_all(found, &listeners);
        if (listening) {
            *out = listeners;
        }
    }
    freeaddrinfo(found);
    return listening ? PF_ERROR_OK : PF_ERROR_INVALID;
}

static bool is_one_of(const char *name, size_t size, const char *const *list)
{
    for (; *list; list++) {
        if (strlen(*list) == size && memcmp(*list, name, size) == 0) {
            return true;
        }
    }
    return false;
}

/* The number in the environment; 0 if there is none. */
static unsigned long number_of(const char *variable)
{
    const char *text = getenv(variable);
    return text ? strtoul(text, NULL, 10) : 0;
}

bool pf_listeners_inherit(const char *name, const char *const *others, struct pf_listeners *out)
{
    enum { FIRST_FD = 3 };
    const unsigned long count = number_of("LISTEN_FDS");
    const char *names = getenv("LISTEN_FDNAMES");
    const char *const wanted[] = {name, NULL};
    struct pf_listeners listeners = {.count = 0};
    if (number_of("LISTEN_PID") != (unsigned long)getpid()) {
        return false;
    }
    for (unsigned long i = 0; i < count && listeners.count < PF_LISTENERS_MAX; i++) {
        const int fd = FIRST_FD + (int)i;
        const size_t size = names ? strcspn(names, ":") : 0;
        const bool is_named = names && is_one_of(names, size, wanted);
        const bool is_other = names && is_one_of(names, size, others);
        names = names && names[size] == ':' ? names + size + 1 : NULL;
        if (!is_named && (is_other || !*others)) {
            continue;
        }
        if (fcntl(fd, F_SETFL, O_NONBLOCK) == 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0) {
            listeners.fds[listeners.count++] = fd;
            listeners.port = port_of(fd);
        }
    }
    if (listeners.count > 0) {
        *out = listeners;
    }
    return listeners.count > 0;
}

bool pf_listeners_are_local(const struct pf_listeners *listeners)
{
    enum { LOOPBACK_NET = 127 };
    for (size_t i = 0; i < listeners->count; i++) {
        const union address where = address_of(listeners->fds[i]);
        const bool is_v4 = where.any.sa_family == AF_INET;
        const bool is_local = is_v4 ? ntohl(where.v4.sin_addr.s_addr) >> 24 == LOOPBACK_NET
                                    : IN6_IS_ADDR_LOOPBACK(&where.v6.sin6_addr);
        if ((!is_v4 && where.any.sa_family != AF_INET6) || !is_local) {
            return false;
        }
    }
    return true;
}

void pf_listeners_close(struct pf_listeners *listeners)
{
    const int error = errno;
    for (size_t i = 0; i < listeners->count; i++) {
        (void)close(listeners->fds[i]); /* nothing was written */
    }
    listeners->count = 0;
    errno = error;
}
