/* redis_servers.c - the Redis servers of a cluster, in the event loop. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/redis_servers.h"

#include "relay/server/bridge.h"
#include "relay/server/state.h"

#ifdef PF_REDIS
#include "base/assert.h"
#include "relay/cluster/bus.h"
#include "relay/cluster/cluster.h"
#include "relay/server/crypto.h"
#include "relay/server/loop.h"

#include <errno.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>

/* The number of the resolver's descriptor; those below are of connections. */
enum { RESOLVER = PF_STORES_MAX * PF_REDIS_LINES_COUNT };

enum { FOREIGN_LOG_PAUSE_MS = 600000 };

bool pf_redis_servers_are_built(void)
{
    return true;
}

static bool complain(const struct pf_server *server, const char *what)
{
    pf_log_put(&server->config.log, PF_LOG_ERROR, "cannot-start", "--redis: %s", what);
    return false;
}

/* An event of a store goes to the cluster, and what that has to say to the clients. */
static void tell(void *user, const struct pf_store_event *event)
{
    struct pf_server *server = user;
    struct pf_store_event timed = *event;
    timed.now_ms = server->now_ms;
    timed.unix_s = server->unix_s;
    timed.unix_ms = server->unix_ms;
    if (server->ending != PF_ENDING_STOPPING) {
        pf_bridge_store_event(server, &timed);
    }
}

/* Opening */

bool pf_redis_servers_read_password(struct pf_server *server)
{
    char password[PF_REDIS_PASSWORD_SIZE_MAX + 2];
    const char *path = server->config.redis_password_file;
    FILE *file = path ? fopen(path, "rb") : NULL;
    size_t size = file ? fread(password, 1, sizeof password, file) : 0;
    if (file) {
        (void)fclose(file); /* opened for reading only */
    }
    size -= size > 0 && password[size - 1] == '\n' ? 1 : 0;
    if (path &&
        (size == 0 || size > PF_REDIS_PASSWORD_SIZE_MAX || memchr(password, '\0', size) != NULL)) {
        pf_log_put(&server->config.log, PF_LOG_ERROR, "redis-password",
                   "--redis-password-file: %s does not hold a password of 1 to %d bytes", path,
                   PF_REDIS_PASSWORD_SIZE_MAX);
        return false;
    }
    memcpy(server->stores.password, password, size);
    server->stores.password[size] = '\0';
    return true;
}

/* For those that need it. */
static bool open_tls(struct pf_server *server)
{
    struct pf_redis_servers *stores = &server->stores;
    bool is_wanted = false;
    for (size_t i = 0; i < server->config.redis_count; i++) {
        is_wanted = is_wanted || strncasecmp(server->config.redis[i], "rediss:", 7) == 0;
    }
    if (!is_wanted) {
        return true;
    }
    stores->tls = SSL_CTX_new(TLS_client_method());
    if (!stores->tls || SSL_CTX_set_min_proto_version(stores->tls, TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_default_verify_paths(stores->tls) != 1) {
        return complain(server, "TLS cannot be used");
    }
    SSL_CTX_set_verify(stores->tls, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_mode(stores->tls,
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    return true;
}

static void open_store(struct pf_server *server, size_t index, pf_relay_id self)
{
    struct pf_redis_servers *stores = &server->stores;
    const struct pf_redis_config config = {
        .index = (uint32_t)index,
        .self = self,
        .url = server->config.redis[index],
        .password = stores->password,
        .epoll_fd = server->epoll_fd,
        .tls = stores->tls,
        .key = pf_loop_store_key(index * PF_REDIS_LINES_COUNT),
        .resolver = &stores->resolver,
        .input = server->input,
        .input_size = PF_RECEIVE_SIZE,
        .log = &server->config.log,
        .user = server,
        .tell = tell,
    };
    pf_redis_init(&stores->items[index], &config, pf_crypto_draw(NULL));
}

bool pf_redis_servers_open(struct pf_server *server, pf_relay_id self)
{
    struct pf_redis_servers *stores = &server->stores;
    const size_t count = server->config.redis_count;
    PF_ASSERT(count <= PF_STORES_MAX);
    stores->items = calloc(count, sizeof *stores->items);
    if (!stores->items) {
        return complain(server, "memory is short");
    }
    if (!open_tls(server)) {
        return false;
    }
    for (; stores->count < count; stores->count++) {
        open_store(server, stores->count, self);
    }
    return pf_redis_servers_read_password(server);
}

bool pf_redis_servers_start(struct pf_server *server)
{
    struct pf_redis_servers *stores = &server->stores;
    bool has_names = false;
    for (size_t i = 0; i < stores->count; i++) {
        has_names = has_names || stores->items[i].targets_count == 0;
    }
    if (!has_names) {
        return true;
    }
    if (!pf_resolver_open(&stores->resolver)) {
        return complain(server, strerror(errno));
    }
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = pf_loop_store_key(RESOLVER)};
    return epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, stores->resolver.fd, &event) == 0 ||
           complain(server, strerror(errno));
}

void pf_redis_servers_close(struct pf_server *server)
{
    struct pf_redis_servers *stores = &server->stores;
    for (size_t i = 0; i < stores->count; i++) {
        pf_redis_clear(&stores->items[i]);
    }
    pf_resolver_close(&stores->resolver);
    SSL_CTX_free(stores->tls); /* accepts NULL */
    free(stores->items);
    stores->items = NULL;
    stores->count = 0;
}

/* Working */

void pf_redis_servers_command(struct pf_server *server, const struct pf_store_command *command)
{
    PF_ASSERT(command->store < server->stores.count);
    pf_redis_command(&server->stores.items[command->store], command);
}

static void on_resolver(struct pf_server *server)
{
    struct pf_redis_servers *stores = &server->stores;
    struct pf_resolver_answer answer;
    if (pf_resolver_take(&stores->resolver, &answer) && answer.number < stores->count) {
        pf_redis_resolved(&stores->items[answer.number], &answer, server->now_ms);
    }
}

void pf_redis_servers_event(struct pf_server *server, uint64_t number, uint32_t events)
{
    if (number == RESOLVER) {
        on_resolver(server);
        return;
    }
    pf_redis_handle(&server->stores.items[number / PF_REDIS_LINES_COUNT],
                    (enum pf_redis_line)(number % PF_REDIS_LINES_COUNT), events, server->now_ms);
}

void pf_redis_servers_advance(struct pf_server *server)
{
    for (size_t i = 0; i < server->stores.count; i++) {
        pf_redis_advance(&server->stores.items[i], server->now_ms);
    }
}

/* Says so, if relays of another version have been heard. */
static void log_foreign(struct pf_server *server)
{
    struct pf_redis_servers *stores = &server->stores;
    const struct pf_cluster_counts counts = pf_cluster_counts(server->cluster);
    const bool is_new = counts.foreign != stores->foreign;
    stores->foreign = counts.foreign;
    if (!is_new || (stores->foreign_logged_ms != 0 &&
                    server->now_ms - stores->foreign_logged_ms < FOREIGN_LOG_PAUSE_MS)) {
        return;
    }
    stores->foreign_logged_ms = server->now_ms;
    pf_log_put(&server->config.log, PF_LOG_ERROR, "foreign-relay",
               "a relay speaks version %u of the messages between relays, this one speaks %u: "
               "neither lets its clients into the other's rooms",
               (unsigned)counts.foreign_version, (unsigned)PF_BUS_VERSION);
}

void pf_redis_servers_flush(struct pf_server *server)
{
    for (size_t i = 0; i < server->stores.count; i++) {
        pf_redis_flush(&server->stores.items[i], server->now_ms);
    }
    if (server->stores.count > 0) {
        log_foreign(server);
    }
}

uint64_t pf_redis_servers_deadline_ms(const struct pf_server *server)
{
    uint64_t deadline_ms = PF_DEADLINE_NONE;
    for (size_t i = 0; i < server->stores.count; i++) {
        const uint64_t own_ms = pf_redis_deadline_ms(&server->stores.items[i]);
        deadline_ms = own_ms < deadline_ms ? own_ms : deadline_ms;
    }
    return deadline_ms;
}

bool pf_redis_servers_are_busy(const struct pf_server *server)
{
    for (size_t i = 0; i < server->stores.count; i++) {
        const struct pf_redis *redis = &server->stores.items[i];
        if (redis->state == PF_REDIS_UP && redis->notes.at < redis->notes.size) {
            return true;
        }
    }
    return false;
}

size_t pf_redis_servers_up_count(const struct pf_redis_servers *stores)
{
    size_t count = 0;
    for (size_t i = 0; i < stores->count; i++) {
        count += stores->items[i].state == PF_REDIS_UP ? 1 : 0;
    }
    return count;
}

#else

/* The options let nobody ask for a store: there is none. */

bool pf_redis_servers_are_built(void)
{
    return false;
}

bool pf_redis_servers_open(struct pf_server *server, pf_relay_id self)
{
    (void)server; /* unused */
    (void)self;   /* unused */
    return false;
}

bool pf_redis_servers_start(struct pf_server *server)
{
    (void)server; /* unused */
    return true;
}

void pf_redis_servers_close(struct pf_server *server)
{
    (void)server; /* unused */
}

bool pf_redis_servers_read_password(struct pf_server *server)
{
    (void)server; /* unused */
    return true;
}

void pf_redis_servers_command(struct pf_server *server, const struct pf_store_command *command)
{
    (void)server;  /* unused */
    (void)command; /* unused */
}

void pf_redis_servers_event(struct pf_server *server, uint64_t number, uint32_t events)
{
    (void)server; /* unused */
    (void)number; /* unused */
    (void)events; /* unused */
}

void pf_redis_servers_advance(struct pf_server *server)
{
    (void)server; /* unused */
}

void pf_redis_servers_flush(struct pf_server *server)
{
    (void)server; /* unused */
}

uint64_t pf_redis_servers_deadline_ms(const struct pf_server *server)
{
    (void)server; /* unused */
    return PF_DEADLINE_NONE;
}

bool pf_redis_servers_are_busy(const struct pf_server *server)
{
    (void)server; /* unused */
    return false;
}

size_t pf_redis_servers_up_count(const struct pf_redis_servers *stores)
{
    (void)stores; /* unused */
    return 0;
}

#endif
