/* resolver.h - looks up names in a process of its own. Internal to the server. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_RESOLVER_H
#define PF_RELAY_SERVER_RESOLVER_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

/*
 * getaddrinfo() blocks, for seconds where a name server is silent, and opens sockets and files of
 * its choice. The event loop must not wait for it, and its filter of system calls does not let it
 * be called. The process for it is forked before the filter is set, and ends with this one.
 */

enum {
    PF_TARGETS_MAX = 8, /* addresses of one name; further ones are ignored */
    PF_RESOLVER_HOST_SIZE_MAX = 255,
    PF_RESOLVER_WHY_SIZE = 64, /* with the NUL */
};

/* Where connect() may lead. */
struct pf_target {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
        struct sockaddr_un local;
    } address;
    socklen_t size;
};

struct pf_resolver {
    int fd; /* owned; -1: there is no such process */
};

struct pf_resolver_answer {
    uint32_t number; /* of the question */
    size_t count;    /* 0: `why` says what is wrong */
    struct pf_target targets[PF_TARGETS_MAX];
    char why[PF_RESOLVER_WHY_SIZE];
};

/* Forks the process. False if that is not possible; `resolver` has none then. */
bool pf_resolver_open(struct pf_resolver *resolver);

/* Ends the process. Harmless if there is none. */
void pf_resolver_close(struct pf_resolver *resolver);

/* Asks for the addresses of a name; the answer has the same number. False if nobody answers. */
bool pf_resolver_ask(struct pf_resolver *resolver, uint32_t number, const char *host,
                     uint16_t port);

/* Takes the next answer, once the descriptor is readable. False if there is none. */
bool pf_resolver_take(struct pf_resolver *resolver, struct pf_resolver_answer *out);

/* Looks up an address that is written in numbers, for which nobody has to be asked. */
bool pf_resolver_read_numeric(const char *host, uint16_t port, struct pf_target *out);

#endif
