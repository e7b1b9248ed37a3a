/* reload.c - what SIGHUP does. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/reload.h"

#include "relay/server/notify.h"

bool pf_reload_token_keys(struct pf_server *server)
{
    const char *path = server->config.token_keys_file;
    struct pf_token_keys keys = {.count = 0};
    const char *why = path ? pf_token_keys_load(path, &keys) : NULL;
    if (why) {
        pf_log_put(&server->config.log, PF_LOG_ERROR, "token-keys", "--token-keys: %s %s", path,
                   why);
        return false;
    }
    pf_token_keys_clear(&server->token_keys);
    server->token_keys = keys;
    return true;
}

bool pf_reload_turn_secret(struct pf_server *server)
{
    const char *path = server->config.turn_secret_file;
    const char *why = path ? pf_turn_read_secret(path, &server->turn) : NULL;
    if (why) {
        pf_log_put(&server->config.log, PF_LOG_ERROR, "turn-secret", "--turn-secret-file: %s %s",
                   path, why);
    }
    return why == NULL;
}

static bool reload_certificate(struct pf_server *server)
{
    const struct pf_tls_config *tls = &server->config.tls;
    return !server->tls.ssl ||
           pf_tls_context_reload(&server->tls, tls->cert_file, tls->key_file) == PF_ERROR_OK;
}

void pf_reload(struct pf_server *server)
{
    const struct pf_log *log = &server->config.log;
    pf_notify_reloading();
    const bool has_certificate = reload_certificate(server);
    const bool has_keys = pf_reload_token_keys(server);
    const bool has_secret = pf_reload_turn_secret(server);
    const bool has_password = pf_redis_servers_read_password(server);
    if (!has_certificate) {
        pf_log_put(log, PF_LOG_ERROR, "reload-failed", "TLS: the certificate in use stays");
    }
    if (!has_keys) {
        pf_log_put(log, PF_LOG_ERROR, "reload-failed", "--token-keys: the keys in use stay");
    }
    if (!has_secret) {
        pf_log_put(log, PF_LOG_ERROR, "reload-failed",
                   "--turn-secret-file: the secret in use stays");
    }
    if (!has_password) {
        pf_log_put(log, PF_LOG_ERROR, "reload-failed",
                   "--redis-password-file: the password in use stays");
    }
    if (has_certificate && has_keys && has_secret && has_password) {
        pf_log_put(log, PF_LOG_INFO, "reloaded", "read the files again");
    }
    pf_notify("READY=1");
}
