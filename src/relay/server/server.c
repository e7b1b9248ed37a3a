/* server.c - opens and frees everything that the event loop works with. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/server.h"

#include "base/assert.h"
#include "relay/server/arrivals.h"
#include "relay/server/link.h"
#include "relay/server/logic.h"
#include "relay/server/loop.h"
#include "relay/server/notify.h"
#include "relay/server/reload.h"
#include "relay/server/state.h"
#include "relay/server/token.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum {
    SPARE_FILES = 64,       /* besides connections: listeners, files being served */
    SPARE_LINKS = 1024,     /* that have died in this iteration, beyond what it can accept */
    RETURNS_SHARE = 8,      /* that part of the places is for members who return */
    REQUESTS_SHARE = 4,     /* and that part of the descriptors, at least, for WebSockets */
    EVERYBODY_RETURNS = 64, /* below that many places, none are kept */
    RENEWED_PER_S = 750,    /* milliseconds, of each second that TURN credentials are good for */
};

static bool complain(const struct pf_server *server, const char *what, const char *name)
{
    pf_log_put(&server->config.log, PF_LOG_ERROR, "cannot-start", "%s%s%s: %s", what,
               name ? " " : "", name ? name : "", errno != 0 ? strerror(errno) : "unknown");
    return false;
}

/* Raises the limit of open files as far as allowed, and lowers the maxima to what is left. */
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
    const rlim_t left = limit.rlim_cur > SPARE_FILES ? limit.rlim_cur - SPARE_FILES : UINT32_MAX;
    uint32_t *clients_max = &server->config.hub.clients_max;
    uint32_t *requests_max = &server->config.requests_max;
    if ((rlim_t)*clients_max + *requests_max > left) {
        if (*requests_max > left / REQUESTS_SHARE) {
            *requests_max = (uint32_t)(left / REQUESTS_SHARE) + 1;
        }
        if (*clients_max > left - *requests_max) {
            *clients_max = (uint32_t)(left - *requests_max);
        }
    }
}

static bool admit(void *user, uint32_t client, bool returns)
{
    struct pf_server *server = user;
    const bool admitted = pf_addresses_take_join(&server->addresses, server->links[client]->address,
                                                 server->now_ms, returns);
    server->metrics.refused_joins += admitted ? 0 : 1;
    return admitted;
}

static uint64_t address_of(void *user, uint32_t client)
{
    const struct pf_server *server = user;
    const struct pf_address *address = server->links[client]->address;
    return address ? address->key : 0;
}

static bool open_signals(struct pf_server *server)
{
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigset_t set;
    PF_ASSERT(sigemptyset(&set) == 0);
    PF_ASSERT(sigaddset(&set, SIGINT) == 0);
    PF_ASSERT(sigaddset(&set, SIGTERM) == 0);
    PF_ASSERT(sigaddset(&set, SIGHUP) == 0);
    PF_ASSERT(sigaction(SIGPIPE, &ignore, NULL) == 0);
    PF_ASSERT(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    server->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (server->signal_fd < 0) {
        return complain(server, "signals", NULL);
    }
    return pf_loop_watch_signals(server) || complain(server, "epoll", NULL);
}

static bool open_folder(struct pf_server *server)
{
    const char *folder = server->config.folder;
    if (!folder) {
        return true;
    }
    server->folder_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return server->folder_fd >= 0 || complain(server, "folder", folder);
}

/* Names of sockets that systemd hands over. Those of any other name are of the main door. */
static const char *const inherited[PF_DOORS_COUNT] = {"main", "redirect", "metrics"};

static bool open_door(struct pf_server *server, enum pf_door door, const char *address,
                      uint16_t port)
{
    struct pf_listeners *listeners = &server->doors[door];
    const char *const others[] = {inherited[PF_DOOR_REDIRECT], inherited[PF_DOOR_METRICS], NULL};
    const char *const none[] = {NULL};
    const bool is_main = door == PF_DOOR_MAIN;
    if (!pf_listeners_inherit(inherited[door], is_main ? others : none, listeners)) {
        if (port == 0 && !is_main) {
            return true;
        }
        if (pf_listeners_open(address, port, listeners) != PF_ERROR_OK) {
            pf_log_put(&server->config.log, PF_LOG_ERROR, "cannot-listen",
                       "cannot listen at %s port %u: %s", address, (unsigned)port,
                       errno != 0 ? strerror(errno) : "unknown address");
            return false;
        }
    }
    for (size_t i = 0; i < listeners->count; i++) {
        if (!pf_arrivals_watch_listener(server, door, i)) {
            return complain(server, "epoll", NULL);
        }
    }
    return true;
}

static bool open_doors(struct pf_server *server)
{
    const struct pf_server_config *config = &server->config;
    if (!open_door(server, PF_DOOR_MAIN, config->address, config->port)) {
        return false;
    }
    if (config->echo && !pf_listeners_are_local(&server->doors[PF_DOOR_MAIN])) {
        pf_log_put(&config->log, PF_LOG_ERROR, "echo-refused",
                   "--echo is for loopback addresses only");
        return false;
    }
    return open_door(server, PF_DOOR_REDIRECT, config->address, config->redirect_port) &&
           open_door(server, PF_DOOR_METRICS, config->metrics_address, config->metrics_port);
}

static bool open_tls(struct pf_server *server)
{
    const struct pf_tls_config *tls = &server->config.tls;
    return !tls->cert_file || pf_tls_context_init(&server->tls, &server->config.log, tls->cert_file,
                                                  tls->key_file, server->now_ms) == PF_ERROR_OK;
}

static bool open_tables(struct pf_server *server)
{
    struct pf_hub_config *hub = &server->config.hub;
    const size_t count = (size_t)hub->clients_max + server->config.requests_max + SPARE_LINKS;
    hub->places = hub->clients_max;
    hub->newcomers_max =
        hub->places < EVERYBODY_RETURNS ? 0 : hub->places - hub->places / RETURNS_SHARE;
    hub->clients_max = (uint32_t)count;
    if (server->config.token_keys_file) {
        hub->tokens = (struct pf_token_judge){&server->token_keys, pf_token_verify};
    }
    if (server->config.turn_secret_file) {
        server->turn.servers = server->config.turn_servers;
        server->turn.servers_count = server->config.turn_servers_count;
        server->turn.ttl_s = server->config.turn_ttl_s;
        server->turn.others = hub->ice_servers;
        hub->ice = (struct pf_hub_ice){&server->turn, pf_turn_make,
                                       server->config.turn_ttl_s * RENEWED_PER_S};
    }
    hub->doorkeeper = (struct pf_hub_doorkeeper){server, admit, address_of};
    server->links_max = count;
    server->links = calloc(count, sizeof(struct pf_link *));
    server->free_indexes = calloc(count, sizeof *server->free_indexes);
    server->input = malloc(PF_INPUT_SIZE_MAX);
    if (!server->links || !server->free_indexes || !server->input ||
        pf_addresses_init(&server->addresses, &server->config.address_limits) != PF_ERROR_OK) {
        return complain(server, "tables", NULL);
    }
    while (server->free_count < count) {
        server->free_indexes[server->free_count] = (uint32_t)(count - 1 - server->free_count);
        server->free_count++;
    }
    return true;
}

static bool open_all(struct pf_server *server)
{
    server->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    server->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (server->epoll_fd < 0 || !pf_arrivals_open(server)) {
        return complain(server, "epoll", NULL);
    }
    return open_tables(server) && pf_logic_open(server) && open_folder(server) &&
           open_tls(server) && pf_reload_token_keys(server) && pf_reload_turn_secret(server) &&
           open_signals(server) && open_doors(server);
}

enum pf_error pf_server_new(const struct pf_server_config *config, struct pf_server **out)
{
    PF_ASSERT(config->hub.clients_max > 0);
    struct pf_server *server = malloc(sizeof *server);
    if (!server) {
        return PF_ERROR_MEMORY;
    }
    *server = (struct pf_server){
        .config = *config,
        .stores = {.resolver = {.fd = -1}},
        .epoll_fd = -1,
        .arrivals = {.set_fd = -1, .timer_fd = -1},
        .signal_fd = -1,
        .folder_fd = -1,
        .reserve_fd = -1,
    };
    raise_files_limit(server);
    pf_loop_update_clock(server);
    if (!open_all(server)) {
        pf_server_free(server);
        return PF_ERROR_INVALID;
    }
    *out = server;
    return PF_ERROR_OK;
}

bool pf_server_start_helpers(struct pf_server *server)
{
    return pf_redis_servers_start(server);
}

void pf_server_run(struct pf_server *server)
{
    pf_notify("READY=1");
    pf_log_put(&server->config.log, PF_LOG_INFO, "started", "listening on port %u",
               (unsigned)server->doors[PF_DOOR_MAIN].port);
    pf_loop_run(server);
    pf_log_put(&server->config.log, PF_LOG_INFO, "stopped", "stopped");
}

uint16_t pf_server_port(const struct pf_server *server)
{
    return server->doors[PF_DOOR_MAIN].port;
}

void pf_server_free(struct pf_server *server)
{
    if (!server) {
        return;
    }
    for (size_t i = 0; server->links && i < server->links_max; i++) {
        if (server->links[i]) {
            pf_link_free(server, server->links[i]);
        }
    }
    pf_logic_close(server);
    pf_arrivals_close(server);
    const int fds[] = {server->epoll_fd, server->signal_fd, server->folder_fd, server->reserve_fd};
    for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++) {
        if (fds[i] >= 0) {
            (void)close(fds[i]); /* nothing was written */
        }
    }
    for (size_t i = 0; i < PF_DOORS_COUNT; i++) {
        pf_listeners_close(&server->doors[i]);
    }
    pf_tls_context_clear(&server->tls);
    pf_token_keys_clear(&server->token_keys);
    pf_timers_clear(&server->timers);
    pf_addresses_clear(&server->addresses);
    pf_arena_clear(&server->frames);
    pf_arena_clear(&server->segments);
    free(server->links);
    free(server->free_indexes);
    free(server->input);
    free(server);
}
