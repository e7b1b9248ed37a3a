/* endpoint.h - where a relay is: its URL, its addresses, and what its certificate must be. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_BOT_ENDPOINT_H
#define PF_BOT_ENDPOINT_H

#include "bot/greeting.h"

#include <openssl/ssl.h>

struct addrinfo;

struct pf_endpoint {
    struct pf_relay_url url;
    struct addrinfo *addresses; /* owned; NULL: not looked up yet */
    SSL_CTX *tls;               /* owned; NULL for ws: */
};

/*
 * NULL, or a phrase that says what is wrong. `ca_file`: the certificates to trust (PEM), or NULL
 * for the system's.
 */
const char *pf_endpoint_init(struct pf_endpoint *endpoint, const char *url, const char *ca_file);
void pf_endpoint_free(struct pf_endpoint *endpoint);

/*
 * The address at `index`, or NULL if there are no more: then they are looked up anew for the next
 * attempt. The lookup waits for the resolver.
 */
const struct addrinfo *pf_endpoint_address(struct pf_endpoint *endpoint, size_t index);

#endif
