/* server.h - the relay as a process: sockets, HTTP and WebSocket around a hub. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_RELAY_SERVER_SERVER_H
#define PF_RELAY_SERVER_SERVER_H

#include "base/error.h"
#include "relay/hub/hub.h"
#include "relay/server/addresses.h"
#include "relay/server/ip.h"
#include "relay/server/log.h"
#include "relay/wire/origin.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pf_tls_config {
    const char *cert_file, *key_file; /* PEM; NULL: no TLS */
    uint32_t handshake_ms;            /* timeout of a handshake */
    uint32_t handshakes_max;          /* at the same time, at least 1 */
    uint32_t hsts_s;                  /* Strict-Transport-Security; 0: none */
};

/* Everything is borrowed for the life of the server. */
enum { PF_FRAMES_SIZE_MAX = 2048 }; /* of the origins in one field of a response */

struct pf_server_config {
    const char *address; /* the host name or address to listen on */
    uint16_t port;       /* 0: any free port */
    struct pf_tls_config tls;
    uint16_t redirect_port;         /* redirects http to https; 0: none */
    const char *folder;             /* served to browsers; NULL: none */
    const char *echo;               /* path of the echo endpoint; NULL: none */
    const struct pf_slice *hosts;   /* the Host fields that are answered; see wire/authority.h */
    size_t hosts_count;             /* 0: any */
    struct pf_origin_rules origins; /* whose pages may connect, besides the relay's own; whether a
                                     * proxy is trusted is not said here but by its address */
    const struct pf_slice *frames;  /* origins whose pages may show ours in a frame, or "*"; at
                                     * most PF_FRAMES_SIZE_MAX bytes in all */
    size_t frames_count;
    const struct pf_ip_net *proxies; /* that say whom they speak for; see proxied.h */
    size_t proxies_count;
    bool proxy_protocol; /* they do so by a PROXY header */
    struct pf_address_limits address_limits;
    uint16_t metrics_port;        /* for /metrics, /readyz and /healthz; 0: none */
    const char *metrics_address;  /* where that is */
    const char *turn_secret_file; /* for credentials; NULL: no TURN servers but static ones */
    const struct pf_slice *turn_servers; /* see turn.h */
    size_t turn_servers_count;
    uint32_t turn_ttl_s;
    const char *token_keys_file; /* by which tokens are judged; NULL: joins need none */
    const char *const
        *redis; /* URLs of the stores of a cluster, valid and all different; see redis_url.h */
    size_t redis_count;              /* 0: there is no cluster; at most PF_STORES_MAX */
    const char *redis_password_file; /* for URLs without a password; NULL: none */
    uint32_t drain_ms;               /* over which WebSockets are closed at the end */
    struct pf_log log;
    uint32_t requests_max;    /* connections that are no WebSockets at the same time, at least 1 */
    uint32_t message_ms;      /* timeout of a message that comes in parts */
    uint32_t request_ms;      /* timeout of the first request of a connection */
    uint32_t idle_ms;         /* timeout of each further request */
    uint32_t stall_ms;        /* timeout of a reader that accepts no more of a response */
    struct pf_hub_config hub; /* clients_max counts WebSockets; the server derives `places`,
                               * `newcomers_max`, `doorkeeper` and `tokens` */
};

struct pf_server;

/*
 * Opens everything that pf_server_run() needs; freed by pf_server_free(). On failure prints the
 * reason to stderr and returns INVALID or MEMORY. From then on SIGPIPE is ignored, and SIGINT,
 * SIGTERM and SIGHUP are blocked until pf_server_run() handles them.
 */
enum pf_error pf_server_new(const struct pf_server_config *config, struct pf_server **out);

/* To be called between pf_sandbox_become() and pf_sandbox_enter(): starts what another process does
 * for the server, if anything. False, having logged why, if that is not possible. */
bool pf_server_start_helpers(struct pf_server *server);

/* The port that the server listens on. */
uint16_t pf_server_port(const struct pf_server *server);

/*
 * Serves until SIGINT or SIGTERM, then closes all WebSockets with 1001, spread over drain_ms unless
 * a second signal comes, and waits up to a second.
 * SIGHUP reads certificate, key, the keys of tokens, the secret of TURN and the password of Redis
 * again.
 */
void pf_server_run(struct pf_server *server);

/* Accepts NULL. */
void pf_server_free(struct pf_server *server);

#endif
