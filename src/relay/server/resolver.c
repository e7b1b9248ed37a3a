/* resolver.c - looks up names in a process of its own. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/resolver.h"

#include "base/slice.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { CHILD_FD = 3 }; /* the only one that the process has, besides the standard ones */

struct question {
    uint32_t number;
    uint16_t port;
    char host[PF_RESOLVER_HOST_SIZE_MAX + 1];
};

static int look_up(const char *host, uint16_t port, int flags, struct addrinfo **out)
{
    char service[8];
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = flags};
    (void)snprintf(service, sizeof service, "%u", (unsigned)port); /* it fits */
    return getaddrinfo(host, service, &hints, out);
}

static bool take_target(const struct addrinfo *info, struct pf_target *out)
{
    if ((info->ai_family != AF_INET && info->ai_family != AF_INET6) ||
        info->ai_addrlen > sizeof out->address) {
        return false;
    }
    memcpy(&out->address, info->ai_addr, info->ai_addrlen);
    out->size = info->ai_addrlen;
    return true;
}

bool pf_resolver_read_numeric(const char *host, uint16_t port, struct pf_target *out)
{
    struct addrinfo *list = NULL;
    if (look_up(host, port, AI_NUMERICHOST | AI_NUMERICSERV, &list) != 0) {
        return false;
    }
    const bool taken = take_target(list, out);
    freeaddrinfo(list);
    return taken;
}

/* The process */

static void answer(const struct question *question)
{
    struct pf_resolver_answer answer = {.number = question->number};
    struct addrinfo *list = NULL;
    const int error = look_up(question->host, question->port, AI_NUMERICSERV, &list);
    for (const struct addrinfo *info = list; info && answer.count < PF_TARGETS_MAX;
         info = info->ai_next) {
        answer.count += take_target(info, &answer.targets[answer.count]) ? 1 : 0;
    }
    if (list) {
        freeaddrinfo(list);
    }
    if (answer.count == 0) {
        const char *why = error != 0 ? gai_strerror(error) : "no address of this name can be used";
        (void)pf_slice_copy(pf_slice_of(why), answer.why, sizeof answer.why); /* may be cut */
    }
    (void)send(CHILD_FD, &answer, sizeof answer, MSG_NOSIGNAL); /* the relay may have ended */
}

/* Answers until the relay ends. Nothing of the relay's stays open here but the socket. */
static _Noreturn void serve(int fd)
{
    struct question question;
    const int null_fd = open("/dev/null", O_RDWR);
    const bool moved = fd == CHILD_FD || dup2(fd, CHILD_FD) == CHILD_FD;
    for (int i = 0; i < CHILD_FD && null_fd >= 0; i++) {
        (void)dup2(null_fd, i); /* best effort */
    }
    if (!moved || close_range(CHILD_FD + 1, ~0U, 0) != 0) {
        _exit(EXIT_FAILURE);
    }
    (void)prctl(PR_SET_NAME, "peerface-names", 0, 0, 0); /* as above */
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);        /* as above */
    /* One silent name server shall not keep the others waiting for long. */
    (void)setenv("RES_OPTIONS", "timeout:1 attempts:2", 0); /* as above */
    while (recv(CHILD_FD, &question, sizeof question, 0) == (ssize_t)sizeof question) {
        question.host[sizeof question.host - 1] = '\0';
        answer(&question);
    }
    _exit(EXIT_SUCCESS);
}

/* The relay */

bool pf_resolver_open(struct pf_resolver *resolver)
{
    int fds[2];
    resolver->fd = -1;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0) {
        return false;
    }
    const pid_t child = fork();
    if (child == 0) {
        serve(fds[1]);
    }
    (void)close(fds[1]); /* the process has it */
    if (child < 0 || fcntl(fds[0], F_SETFL, O_NONBLOCK) != 0) {
        (void)close(fds[0]); /* which ends the process, if there is one */
        return false;
    }
    resolver->fd = fds[0];
    return true;
}

void pf_resolver_close(struct pf_resolver *resolver)
{
    if (resolver->fd >= 0) {
        (void)close(resolver->fd); /* the process reads the end, and ends */
    }
    resolver->fd = -1;
}

bool pf_resolver_ask(struct pf_resolver *resolver, uint32_t number, const char *host, uint16_t port)
{
    struct question question = {.number = number, .port = port};
    if (resolver->fd < 0) {
        return false;
    }
    (void)pf_slice_copy(pf_slice_of(host), question.host, sizeof question.host); /* it fits */
    return send(resolver->fd, &question, sizeof question, MSG_NOSIGNAL) == (ssize_t)sizeof question;
}

bool pf_resolver_take(struct pf_resolver *resolver, struct pf_resolver_answer *out)
{
    if (resolver->fd < 0) {
        return false;
    }
    const ssize_t size = recv(resolver->fd, out, sizeof *out, 0);
    if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) {
        pf_resolver_close(resolver); /* the process has died; epoll forgets the descriptor */
    }
    return size == (ssize_t)sizeof *out;
}
