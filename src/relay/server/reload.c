/* reload.c - what SIGHUP does. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/reload.h"

#include "relay/server/notify.h"

void pf_reload(struct pf_server *server)
{
    const struct pf_tls_config *tls = &server->config.tls;
    const struct pf_log *log = &server->config.log;
    pf_notify_reloading();
    if (server->tls.ssl &&
        pf_tls_context_reload(&server->tls, tls->cert_file, tls->key_file) != PF_ERROR_OK) {
        pf_log_put(log, PF_LOG_ERROR, "reload-failed", "TLS: the certificate in use stays");
    } else {
        pf_log_put(log, PF_LOG_INFO, "reloaded", "read the files again");
    }
    pf_notify("READY=1");
}
