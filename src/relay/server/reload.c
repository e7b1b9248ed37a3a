/* reload.c - what SIGHUP does. */
/* SPDX-License-Identifier: MIT */
#include "relay/server/reload.h"

#include <stdio.h>

void pf_reload(struct pf_server *server)
{
    const struct pf_tls_config *tls = &server->config.tls;
    if (server->tls.ssl &&
        pf_tls_context_reload(&server->tls, tls->cert_file, tls->key_file) != PF_ERROR_OK) {
        (void)fputs("peerface-relay: TLS: the certificate in use stays\n",
                    stderr); /* best effort */
    }
}
