/* transport.c - the event loop: accepts, reads, keeps deadlines, stops. */
/* SPDX-License-Identifier: MIT */
/*
 * One thread, level-triggered epoll. A turn handles what epoll has found, then the deadlines that
 * have come, and then writes everything that these have given rise to.
 */
#include "relay/server/server.h"

#include "base/assert.h"
#include "relay/server/state.h"

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

enum {
    ACCEPTS_MAX = 64, /* of one turn, for each listener */
    SPARE_FILES = 64, /* besides connections: listeners, the log, files being served */
    STOP_MS = 1000,
};

/* What epoll hands back: the index of a connection, or one of these. */
#define KEY_LISTENER (UINT64_C(1) << 32)
#define KEY_SIGNAL   (UINT64_C(2) << 32)

static void update_clock(struct pf_server *server)
{
    struct timespec now;
    PF_ASSERT(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    server->now_ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
    PF_ASSERT(clock_gettime(CLOCK_REALTIME, &now) == 0);
    server->unix_s = (uint64_t)now.tv_sec;
}

/* Accepting */

static void turn_away(int fd)
{
    static const char full[] = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\n"
                               "Content-Length: 0\r\nConnection: close\r\n\r\n";
    (void)send(fd, full, sizeof full - 1, MSG_NOSIGNAL | MSG_DONTWAIT); /* a courtesy */
    (void)close(fd);                                                    /* nothing else to do */
}

/* Without a free descriptor the listener would be ready for ever: one is kept to get rid of it. */
static void turn_away_without_file(struct pf_server *server, int listener)
{
    (void)close(server->reserve_fd); /* of /dev/null */
    const int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0) {
        turn_away(fd);
    }
    server->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void on_listener(struct pf_server *server, int listener)
{
    const int one = 1;
    for (int i = 0; i < ACCEPTS_MAX; i++) {
        const int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && (errno == EMFILE || errno == ENFILE)) {
            turn_away_without_file(server, listener);
            return;
        }
        if (fd < 0 && (errno == ECONNABORTED || errno == EINTR)) {
            continue;
        }
        if (fd < 0) {
            return;
        }
        /* Signals are short and each is wanted at once. An error would only cost time. */
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        if (!pf_link_open(server, fd)) {
            turn_away(fd);
        }
    }
}

/* Stopping */

static void stop(struct pf_server *server)
{
    server->is_stopping = true;
    pf_listeners_close(&server->listeners); /* which takes them out of epoll as well */
    for (size_t i = 0; i < server->config.hub.clients_max; i++) {
        struct pf_link *link = server->links[i];
        if (!link) {
            continue;
        }
        if (link->stage == PF_STAGE_HTTP && !pf_link_is_busy(link)) {
            pf_link_kill(server, link);
        } else if (link->stage == PF_STAGE_HTTP) {
            pf_link_set_stage(server, link, PF_STAGE_DRAINING, STOP_MS);
        } else {
            pf_bridge_close(server, link, PF_CLOSE_GOING_AWAY);
        }
    }
}

static void on_signal(struct pf_server *server)
{
    struct signalfd_siginfo info;
    const ssize_t got = read(server->signal_fd, &info, sizeof info);
    if (got == (ssize_t)sizeof info && !server->is_stopping) {
        stop(server);
    }
}

/* The loop */

static int wait_ms(const struct pf_server *server, uint64_t stop_ms)
{
    uint64_t deadline_ms = pf_timers_deadline_ms(&server->timers);
    const uint64_t hub_ms = server->is_stopping ? stop_ms : pf_hub_deadline_ms(server->hub);
    deadline_ms = hub_ms < deadline_ms ? hub_ms : deadline_ms;
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
    } else if (event->data.u64 >= KEY_LISTENER) {
        const uint64_t index = event->data.u64 - KEY_LISTENER;
        if (index < server->listeners.count) {
            on_listener(server, server->listeners.fds[index]);
        }
    } else {
        pf_io_event(server, event->data.u64, event->events);
    }
    if (server->frames.used > PF_ITERATION_SIZE_MAX) {
        pf_io_flush(server);
    }
}

static void on_deadlines(struct pf_server *server)
{
    const struct pf_timer *timer = NULL;
    while ((timer = pf_timers_due(&server->timers, server->now_ms)) != NULL) {
        pf_link_kill(server, timer->owner);
    }
    if (!server->is_stopping && pf_hub_deadline_ms(server->hub) <= server->now_ms) {
        pf_bridge_timeout(server);
    }
}

void pf_server_run(struct pf_server *server)
{
    uint64_t stop_ms = PF_DEADLINE_NONE;
    while (!server->is_stopping || (server->links_count > 0 && server->now_ms < stop_ms)) {
        const int count =
            epoll_wait(server->epoll_fd, server->events, PF_EVENTS_MAX, wait_ms(server, stop_ms));
        const bool was_stopping = server->is_stopping;
        update_clock(server);
        for (int i = 0; i < count; i++) {
            on_event(server, &server->events[i]);
        }
        on_deadlines(server);
        pf_io_flush(server);
        if (server->is_stopping && !was_stopping) {
            stop_ms = server->now_ms + STOP_MS;
        }
    }
}

/* Opening */

static bool complain(const char *what, const char *name)
{
    (void)fprintf(stderr, "peerface-relay: %s%s%s: %s\n", what, name ? " " : "", name ? name : "",
                  errno != 0 ? strerror(errno) : "unknown"); /* nobody else to tell */
    return false;
}

/* As many descriptors as the system lets us have. */
static void raise_files_limit(struct pf_server *server)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return;
    }
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 && getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return;
    }
    if (limit.rlim_cur > SPARE_FILES &&
        server->config.hub.clients_max > limit.rlim_cur - SPARE_FILES) {
        server->config.hub.clients_max = (uint32_t)(limit.rlim_cur - SPARE_FILES);
    }
}

static bool watch(struct pf_server *server, int fd, uint64_t key)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = key};
    return epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0 || complain("epoll", NULL);
}

static bool open_signals(struct pf_server *server)
{
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigset_t set;
    PF_ASSERT(sigemptyset(&set) == 0);
    PF_ASSERT(sigaddset(&set, SIGINT) == 0);
    PF_ASSERT(sigaddset(&set, SIGTERM) == 0);
    PF_ASSERT(sigaction(SIGPIPE, &ignore, NULL) == 0);
    PF_ASSERT(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    server->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (server->signal_fd < 0) {
        return complain("signals", NULL);
    }
    return watch(server, server->signal_fd, KEY_SIGNAL);
}

static bool open_folder(struct pf_server *server)
{
    const char *folder = server->config.folder;
    if (!folder) {
        return true;
    }
    server->folder_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return server->folder_fd >= 0 || complain("folder", folder);
}

static bool open_listeners(struct pf_server *server)
{
    const struct pf_server_config *config = &server->config;
    if (pf_listeners_open(config->address, config->port, &server->listeners) != PF_ERROR_OK) {
        (void)fprintf(stderr, "peerface-relay: cannot listen at %s port %u: %s\n", config->address,
                      (unsigned)config->port,
                      errno != 0 ? strerror(errno) : "unknown address"); /* nobody else to tell */
        return false;
    }
    for (size_t i = 0; i < server->listeners.count; i++) {
        if (!watch(server, server->listeners.fds[i], KEY_LISTENER + i)) {
            return false;
        }
    }
    return true;
}

static bool open_tables(struct pf_server *server)
{
    const size_t count = server->config.hub.clients_max;
    server->links = calloc(count, sizeof(struct pf_link *));
    server->free_indexes = calloc(count, sizeof *server->free_indexes);
    server->input = malloc(PF_INPUT_SIZE_MAX);
    if (!server->links || !server->free_indexes || !server->input) {
        return complain("tables", NULL);
    }
    while (server->free_count < count) {
        server->free_indexes[server->free_count] = (uint32_t)(count - 1 - server->free_count);
        server->free_count++;
    }
    return pf_hub_new(&server->config.hub, &server->hub) == PF_ERROR_OK || complain("hub", NULL);
}

static bool open_all(struct pf_server *server)
{
    server->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    server->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (server->epoll_fd < 0) {
        return complain("epoll", NULL);
    }
    return open_tables(server) && open_folder(server) && open_signals(server) &&
           open_listeners(server);
}

enum pf_error pf_server_new(const struct pf_server_config *config, struct pf_server **out)
{
    PF_ASSERT(config->hub.clients_max > 0);
    struct pf_server *server = malloc(sizeof *server);
    if (!server) {
        return PF_ERROR_MEMORY;
    }
    *server = (struct pf_server){
        .config = *config, .epoll_fd = -1, .signal_fd = -1, .folder_fd = -1, .reserve_fd = -1};
    raise_files_limit(server);
    update_clock(server);
    if (!open_all(server)) {
        pf_server_free(server);
        return PF_ERROR_INVALID;
    }
    *out = server;
    return PF_ERROR_OK;
}

uint16_t pf_server_port(const struct pf_server *server)
{
    return server->listeners.port;
}

void pf_server_free(struct pf_server *server)
{
    if (!server) {
        return;
    }
    for (size_t i = 0; server->links && i < server->config.hub.clients_max; i++) {
        if (server->links[i]) {
            pf_link_free(server, server->links[i]);
        }
    }
    const int fds[] = {server->epoll_fd, server->signal_fd, server->folder_fd, server->reserve_fd};
    for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++) {
        if (fds[i] >= 0) {
            (void)close(fds[i]); /* nothing was written */
        }
    }
    pf_listeners_close(&server->listeners);
    pf_timers_clear(&server->timers);
    pf_arena_clear(&server->frames);
    pf_arena_clear(&server->segments);
    pf_hub_free(server->hub);
    free(server->links);
    free(server->free_indexes);
    free(server->input);
    free(server);
}
