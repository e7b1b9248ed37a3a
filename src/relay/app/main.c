/* main.c - peerface-relay, the program. */
/* SPDX-License-Identifier: MIT */
#include "relay/app/options.h"
#include "relay/server/crypto.h"
#include "relay/server/sandbox.h"
#include "relay/server/server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool load_secret(const struct pf_options *options, struct pf_secret *secret)
{
    if (!options->secret_file) {
        pf_crypto_random(secret, sizeof *secret);
        return true;
    }
    const char *why = pf_secret_load(options->secret_file, secret);
    if (why) {
        (void)fprintf(stderr, "peerface-relay: --secret-file: %s %s\n", options->secret_file,
                      why); /* best effort */
        return false;
    }
    return true;
}

/* The URL for a browser on this machine: pages get cameras only from localhost or over TLS. */
static void announce(const struct pf_options *options, uint16_t port)
{
    static const char *const local[] = {"localhost", "127.0.0.1", "::1", "0.0.0.0", "::"};
    const char *host = options->address;
    for (size_t i = 0; i < sizeof local / sizeof local[0]; i++) {
        if (strcmp(host, local[i]) == 0) {
            host = "localhost";
        }
    }
    const bool is_v6 = strchr(host, ':') != NULL;
    if (options->quiet) {
        return;
    }
    (void)printf("peerface-relay: serving %s at http%s://%s%s%s:%u/\n",
                 options->folder ? options->folder : "/ws", options->tls_cert ? "s" : "",
                 is_v6 ? "[" : "", host, is_v6 ? "]" : "",
                 (unsigned)port); /* best effort: a relay works without a reader */
    (void)fflush(stdout);         /* as above */
}

/* Gives up, now that everything is open, what only opening needs. */
static bool confine(const struct pf_options *options, struct pf_server *server)
{
    const char *why = options->user ? pf_sandbox_become(options->user) : NULL;
    if (why) {
        pf_log_put(&options->log, PF_LOG_ERROR, "cannot-start", "--user: %s %s", options->user,
                   why);
        return false;
    }
    if (!pf_server_start_helpers(server)) {
        return false;
    }
    why = options->unconfined ? NULL : pf_sandbox_enter(options->redis_count > 0);
    if (why) {
        pf_log_put(&options->log, PF_LOG_ERROR, "cannot-start", "%s: %s (see --no-sandbox)", why,
                   strerror(errno));
    }
    return why == NULL;
}

/* Serves to the end, and frees the server. */
static int serve(const struct pf_options *options, struct pf_server *server)
{
    const bool is_confined = confine(options, server);
    if (is_confined) {
        announce(options, pf_server_port(server));
        pf_server_run(server);
    }
    pf_server_free(server);
    return is_confined ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int run(const struct pf_options *options)
{
    struct pf_secret secret;
    struct pf_server *server = NULL;
    struct pf_ip_net proxies[PF_TEXTS_MAX];
    for (size_t i = 0; i < options->proxies.count; i++) {
        (void)pf_ip_net_read(options->proxies.items[i], &proxies[i]); /* it has been judged */
    }
    if (!load_secret(options, &secret)) {
        return EXIT_FAILURE;
    }
    const struct pf_server_config config = {
        .address = options->address,
        .port = (uint16_t)options->port,
        .tls = {.cert_file = options->tls_cert,
                .key_file = options->tls_key,
                .handshake_ms = options->handshake_ms,
                .handshakes_max = options->handshakes_max,
                .hsts_s = options->hsts_s},
        .redirect_port = (uint16_t)options->redirect_port,
        .folder = options->folder,
        .echo = options->echo,
        .hosts = options->hosts.items,
        .hosts_count = options->hosts.count,
        .origins = {.allowed = options->origins.items, .allowed_count = options->origins.count},
        .frames = options->frames.items,
        .frames_count = options->frames.count,
        .proxies = proxies,
        .proxies_count = options->proxies.count,
        .proxy_protocol = options->proxy_protocol,
        .address_limits = {.connections = options->address_connections,
                           .opens_per_s = options->address_opens,
                           .joins_per_s = options->address_joins,
                           .kib_per_s = options->address_kib},
        .metrics_port = (uint16_t)options->metrics_port,
        .metrics_address = options->metrics_address,
        .turn_secret_file = options->turn_secret_file,
        .turn_servers = options->turn_servers.items,
        .turn_servers_count = options->turn_servers.count,
        .turn_ttl_s = options->turn_ttl_s,
        .token_keys_file = options->token_keys,
        .redis = (const char *const *)options->redis,
        .redis_count = options->redis_count,
        .redis_password_file = options->redis_password_file,
        .drain_ms = options->drain_s * 1000,
        .log = options->log,
        .requests_max = options->requests_max,
        .message_ms = options->message_ms,
        .request_ms = options->request_ms,
        .idle_ms = options->idle_ms,
        .stall_ms = options->stall_ms,
        .hub = {.members_max = options->members_max,
                .rooms_max = options->rooms_max,
                .clients_max = options->clients_max,
                .ping_ms = options->ping_ms,
                .grace_ms = options->grace_ms,
                .burst_messages = options->burst,
                .messages_per_s = options->rate,
                .ice_servers =
                    options->ice_servers ? pf_slice_of(options->ice_servers) : PF_SLICE("[]"),
                .ice_policy = options->turn_only ? PF_ICE_RELAY : PF_ICE_ALL,
                .signer = {.user = &secret, .sign = pf_crypto_sign},
                .draw = pf_crypto_draw},
    };
    if (pf_server_new(&config, &server) != PF_ERROR_OK) {
        return EXIT_FAILURE;
    }
    return serve(options, server);
}

int main(int argc, char **argv)
{
    struct pf_options options;
    pf_options_read(argc, argv, &options);
    const int code = options.action == PF_OPTIONS_RUN ? run(&options) : options.exit_code;
    pf_options_clear(&options);
    return code;
}
